// Says every 20 seconds that this ticket is open here, and whether somebody writes, and shows who else has it
// open. Nothing is asked while the page is hidden, after it was left, or once the session has ended.
const place = document.querySelector("[data-presence]");
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
const EVERY = 20_000, IDLE = 120_000, WRITING = 60_000;
let touched = Date.now(), wrote = 0, timer, asking = false, again = false;

const body = (state) => {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", token);
  data.set("state", state);
  return data;
};
const state = () => {
  const now = Date.now();
  return now - wrote < WRITING ? "replying" : now - touched < IDLE ? "viewing" : "idle";
};
const beat = async () => {
  clearTimeout(timer);
  if (document.hidden) return;
  if (asking) { again = true; return; }  // one after the other, so that the newest state is the last to arrive
  asking = true;
  const answer = await fetch(place.dataset.presence, { method: "POST", body: body(state()), redirect: "manual" }).catch(() => null);
  if (answer?.ok) {
    const html = (await answer.text()).trim();
    if (html !== place.innerHTML.trim()) place.innerHTML = html;  // our own server's fragment
  }
  asking = false;
  if (again) { again = false; beat(); }
  else if (!answer || answer.ok || answer.status >= 500) timer = setTimeout(beat, EVERY);
};

if (place && token) {
  for (const name of ["pointermove", "keydown", "scroll"]) {
    addEventListener(name, () => { touched = Date.now(); }, { passive: true });
  }
  document.addEventListener("input", (event) => {
    if (!event.target.closest("form[data-composer=reply]") || event.target.name !== "body") return;
    const began = state() !== "replying";
    wrote = event.target.value.trim() ? Date.now() : 0;
    if (began && wrote) beat();
  });
  document.addEventListener("visibilitychange", beat);
  addEventListener("pagehide", () => navigator.sendBeacon(place.dataset.presence, body("gone")));
  beat();
}
