// What every page needs. Counts deadlines down by the server's clock; the server decides every state. While the
// page is not live, a countdown says "about".
(() => {
  const { now: page, user } = document.body.dataset, scripts = { ...document.currentScript.dataset };
  const offset = page ? Date.parse(page) - Date.now() : 0;
  const two = (number) => String(Math.floor(number)).padStart(2, "0");

  const say = (seconds) => {
    const days = Math.floor(seconds / 86400), hours = Math.floor(seconds % 86400 / 3600);
    if (days) return `${days}d ${hours}h`;
    const minutes = Math.floor(seconds % 3600 / 60);
    return hours ? `${hours}h ${two(minutes)}m` : `${minutes}:${two(seconds % 60)}`;
  };
  const ago = (seconds) => {
    const [unit, sign] = [[86400, "d"], [3600, "h"], [60, "m"]].find(([length]) => seconds >= length) || [1, "s"];
    return `${Math.max(0, Math.floor(seconds / unit))}${sign}`;
  };

  const tick = () => {
    if (document.hidden) return;
    const now = Date.now() + offset;
    const about = "stale" in document.body.dataset ? "about " : "";
    for (const element of document.querySelectorAll("time[data-due], time[data-ago]")) {
      const left = Math.floor((Date.parse(element.dateTime) - now) / 1000);
      const text = "ago" in element.dataset ? ago(-left)
        : left > 0 ? `${about}${say(left)} left` : left > -1 ? "due now" : `Missed by ${about}${say(-left)}`;
      if (element.textContent !== text) element.textContent = text;
    }
  };

  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);

  // The list of errors has the focus, so that nobody has to look for it.
  document.getElementById("esum")?.focus();

  // What this browser kept of a text goes on the page after it was sent. After an error it stays, and before
  // signing in again: the session had expired.
  const sent = sessionStorage.getItem("draft-sent");
  const failed = document.querySelector(".esum, .banner.wrong");
  if (sent && user && !failed && document.querySelector(".banner.good")) localStorage.removeItem(sent);
  sessionStorage.removeItem("draft-sent");

  // The scripts of this one's tag are loaded for a form that has data of their name, when somebody goes to it or
  // when there is something to show again.
  const load = (form, event) => {
    for (const [name, url] of Object.entries(scripts)) {
      if (!form.dataset[name] || form[url]) continue;
      form[url] = true;
      import(url).then((script) => script.attach(form, event), () => { form[url] = false; });
    }
  };
  if (!user) return;
  for (const name of ["focusin", "pointerdown", "dragenter", "change"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.closest?.("form");
      if (form) load(form, event);
    });
  }
  for (const form of document.forms) {
    const kept = form.dataset.draft && !failed && localStorage.getItem(`draft:${user}:${form.dataset.draft}`);
    if (kept || form.querySelector("[data-staged] li") || form.contains(document.activeElement)) load(form);
  }
})();
