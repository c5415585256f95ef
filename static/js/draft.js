// Keeps what is typed into a form with data-draft in this browser until the server has taken it, so that an
// expired session or a crash loses nothing. Files, passwords and hidden fields are not kept.
(() => {
  const user = document.body.dataset.user;
  if (!user) {
    // The session had expired: what was sent did not arrive, so its draft stays.
    sessionStorage.removeItem("draft-sent");
    return;
  }
  const keyOf = (form) => `draft:${user}:${form.dataset.draft}`;
  const kept = (field) =>
    field.name && !["file", "password", "hidden", "submit", "select-multiple"].includes(field.type);

  const save = (form) => {
    const values = {};
    for (const field of form.elements) {
      if (!kept(field)) continue;
      if (field.type === "radio" || field.type === "checkbox") {
        if (field.checked) (values[field.name] ??= []).push(field.value); // several boxes may share a name
      } else if (field.value) values[field.name] = field.value;
    }
    localStorage.setItem(keyOf(form), JSON.stringify(values));
  };

  const restore = (form) => {
    const stored = localStorage.getItem(keyOf(form));
    if (!stored) return;
    const values = JSON.parse(stored);
    for (const field of form.elements) {
      if (!kept(field) || !(field.name in values)) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = [values[field.name]].flat().includes(field.value);
      // What this browser kept is newer than the server's draft, or the server would have taken it.
      else if (!field.value || "kept" in form.dataset) field.value = values[field.name];
    }
  };

  const sent = sessionStorage.getItem("draft-sent");
  const failed = document.querySelector(".esum, .banner.wrong");
  // The page after a send without an error and without the sign-in form: the server has it.
  if (sent && !failed && document.querySelector(".banner.good")) localStorage.removeItem(sent);
  sessionStorage.removeItem("draft-sent");

  for (const form of document.querySelectorAll("form[data-draft]")) {
    if (!form.dataset.draft) continue;
    if (!failed) restore(form);
    form.addEventListener("input", () => save(form));
    form.addEventListener("draft:saved", () => localStorage.removeItem(keyOf(form)));
    form.addEventListener("submit", () => sessionStorage.setItem("draft-sent", keyOf(form)));
  }
})();
