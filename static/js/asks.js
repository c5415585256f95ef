// Shows what a choice would change before it is made: asks the server whenever the field that a form names in its
// data-asks changes, and puts the answer where data-into says. Without this, a button does it. Loaded when
// somebody goes to such a form.
export const attach = (form, event) => {
  const place = document.getElementById(form.dataset.into);
  const field = document.getElementById(form.dataset.field);
  let asking;

  const ask = async () => {
    asking?.abort();
    const mine = asking = new AbortController();
    const answer = await fetch(form.dataset.asks, {
      method: "POST", body: new FormData(form), redirect: "manual", signal: mine.signal,
      headers: { "HX-Request": "true", "HX-Current-URL": location.href },
    }).catch(() => null);
    if (answer?.status === 401) location.assign(answer.headers.get("HX-Redirect"));  // the session is over
    if (answer?.ok && asking === mine) place.innerHTML = await answer.text();  // our own server's fragment
  };

  field.addEventListener("change", ask);
  // It may have been changed while this was on its way.
  const first = Math.max(0, [...(field.options || [])].findIndex((one) => one.defaultSelected));
  if (event && (field.options ? field.selectedIndex !== first : field.value !== field.defaultValue)) ask();
};
