// Asks the server every 20 seconds what changed on the page, which news.js then shows; and, on a ticket, who else
// has it open. Nothing is asked while the page is hidden; one timer and one request at a time.
const place = document.querySelector("[data-live]");
const EVERY = 20_000, LONGEST = 300_000, QUIET = 60_000, IDLE = 120_000;

if (place) {
  const known = new Map(place.dataset.known.split(",").filter(Boolean).map((one) => one.split(":")));
  const [state, show, voice] = ["state", "show", "say"].map((name) => place.querySelector(`[data-live-${name}]`));
  const title = document.title;
  let tag = "", at = place.dataset.at, failures = 0, timer, asking, spoke = -QUIET, waiting = "", isOver = false;

  const head = (late) => { document.title = late > 0 ? `(${late}) ${title}` : title; };
  const speak = () => {
    if (!waiting || performance.now() - spoke < QUIET) return;
    voice.textContent = waiting;
    waiting = "";
    spoke = performance.now();
  };
  const tell = (isLive, words) => {
    place.classList.toggle("stale", !isLive);
    document.body.toggleAttribute("data-stale", !isLive);
    if (state.textContent !== words) state.textContent = words;
  };

  const poll = async () => {
    clearTimeout(timer);
    asking?.abort();
    if (document.hidden || isOver) return;
    const mine = asking = new AbortController();
    const limit = setTimeout(() => mine.abort(), 15_000);
    let answer, news, script;
    try {
      const url = new URL(place.dataset.live, location.href);
      url.searchParams.set("rows", [...known].map((one) => one.join(":")).join(","));
      answer = await fetch(url, {
        cache: "no-store", headers: tag ? { "If-None-Match": tag } : {}, redirect: "manual", signal: mine.signal,
      });
      isOver = answer.type === "opaqueredirect";
      if (answer.status === 200) news = await answer.json();
      if (news || isOver) script = await import(place.dataset.newsJs);
    } catch { answer = null; }
    clearTimeout(limit);
    if (asking !== mine) return;
    asking = null;
    if (isOver) {
      tell(false, `You are signed out. Not live since ${at}. `);
      script?.signedOut(state);
      return;
    }
    if (document.hidden) return;
    if (answer?.ok || answer?.status === 304) {
      failures = 0;
      at = answer.headers.get("Live-At") || at;
      tag = answer.headers.get("ETag") || tag;
      if (news) {
        script.learn(news, known, show);
        head(news.late);
        waiting = news.say;
      }
      tell(true, "Live");
      speak();
    } else {
      failures += 1;
      tell(false, `Not live since ${at}. Trying again.`);
    }
    timer = setTimeout(poll, Math.min(EVERY * 2 ** failures, LONGEST) * (0.9 + Math.random() / 5));
  };

  show.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
  document.addEventListener("visibilitychange", poll);
  document.addEventListener("live:poll", poll);  // for whoever knows that something changed
  addEventListener("focus", () => { if (failures) poll(); });
  addEventListener("pagehide", () => { clearTimeout(timer); asking?.abort(); });
  addEventListener("pageshow", (event) => { if (event.persisted) poll(); });
  head(Number(place.dataset.late));
  place.hidden = false;
  timer = setTimeout(poll, EVERY * (0.9 + Math.random() / 5));
}

// A ticket that is open is read: what came before now is no news in the queue.
const read = document.querySelector("form[data-read]");
const say = (name, value) => {
  const data = new FormData(read);
  data.set(name, value);
  return data;
};
const post = (url, body) => fetch(url, { method: "POST", body, redirect: "manual" }).catch(() => null);
if (read && !document.hidden) post(read.action, say("quietly", 1));

// --- Who is here
const here = document.querySelector("[data-presence]");
if (here) {
  let touched = Date.now(), wrote = 0, timer, asking = false, again = false;
  const state = () => {
    const now = Date.now();
    return now - wrote < QUIET ? "replying" : now - touched < IDLE ? "viewing" : "idle";
  };
  const beat = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    if (asking) { again = true; return; }  // one after the other, so that the newest state is the last to arrive
    asking = true;
    const answer = await post(here.dataset.presence, say("state", state()));
    if (answer?.ok) {
      const html = (await answer.text()).trim();
      // What has the focus is left alone until the next time.
      if (html !== here.innerHTML.trim() && !here.contains(document.activeElement)) here.innerHTML = html;  // our own server's fragment
    }
    asking = false;
    if (again) { again = false; beat(); }
    else if (!answer || answer.ok || answer.status >= 500) timer = setTimeout(beat, EVERY);
  };
  for (const name of ["pointermove", "keydown", "scroll"]) {
    addEventListener(name, () => { touched = Date.now(); }, { passive: true });
  }
  document.addEventListener("input", ({ target }) => {
    if (target.name !== "body" || target.form?.dataset.composer !== "reply") return;
    const began = state() !== "replying";
    wrote = target.value.trim() ? Date.now() : 0;
    if (began && wrote) beat();
  });
  document.addEventListener("visibilitychange", beat);
  addEventListener("pagehide", () => navigator.sendBeacon(here.dataset.presence, say("state", "gone")));
  beat();
}
