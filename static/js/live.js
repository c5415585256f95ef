// Keeps an open page of the desk up to date: asks the server every 20 seconds what changed and replaces only
// the cells that did. Nothing is asked while the page is hidden; one timer and one request at a time.
const place = document.querySelector("[data-live]");
const EVERY = 20_000, LONGEST = 300_000, QUIET = 60_000;
const CONTROLS = "a, button, input, select, summary, textarea";

if (place) {
  const known = new Map(place.dataset.known.split(",").filter(Boolean).map((one) => one.split(":")));
  const [state, show, voice] = ["state", "show", "say"].map((name) => place.querySelector(`[data-live-${name}]`));
  const title = document.title;
  let tag = "", at = place.dataset.at, failures = 0, timer, asking, spoke = -QUIET, waiting = "", isOver = false;

  const head = (late) => { document.title = late > 0 ? `(${late}) ${title}` : title; };

  const swap = (old, fresh) => {
    const controls = [...old.querySelectorAll(CONTROLS)];
    const held = controls.indexOf(document.activeElement);
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    old.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((one, index) => { one.open = open[index] ?? one.open; });
    if (held < 0) return;
    const next = fresh.querySelectorAll(CONTROLS)[held] || fresh.closest("tr")?.querySelector("a.subj");
    next?.focus({ preventScroll: true });
  };

  // Of a row only its named cells change: what is chosen, and where the row stands, is the reader's.
  const take = (html) => {
    const sent = document.createElement("template");
    sent.innerHTML = html;
    for (const fresh of sent.content.querySelectorAll("tr[id]")) {
      const old = document.getElementById(fresh.id);
      if (!old) continue;
      old.dataset.version = fresh.dataset.version;
      // What was chosen before it changed still says which state was looked at.
      const [was, is] = [old, fresh].map((row) => row.querySelector("[type=checkbox]"));
      if (was && is && !was.checked) was.value = is.value;
    }
    for (const fresh of [...sent.content.querySelectorAll("[id]:not(tr)")]) {
      const old = document.getElementById(fresh.id);
      const isInside = fresh.parentElement?.closest("[id]:not(tr)");
      if (!old || isInside || fresh.querySelector("[type=checkbox]") || old.isEqualNode(fresh)) continue;
      swap(old, fresh);
    }
  };

  const say = (sentence) => {
    waiting = sentence || waiting;
    if (!waiting || performance.now() - spoke < QUIET) return;
    voice.textContent = waiting;
    waiting = "";
    spoke = performance.now();
  };

  const learn = (news) => {
    take(news.html);
    for (const [pk, mark] of Object.entries(news.known)) known.set(pk, mark);
    const gone = new Set(news.gone.map((pk) => `t${pk}`));
    for (const row of document.querySelectorAll("tr.row")) row.classList.toggle("gone", gone.has(row.id));
    show.hidden = !news.notice;
    show.firstElementChild.textContent = news.notice;
    head(news.late);
    waiting = news.say;
  };

  const tell = (isLive, words) => {
    place.classList.toggle("stale", !isLive);
    document.body.toggleAttribute("data-stale", !isLive);
    if (state.textContent !== words) state.textContent = words;
  };

  const signedOut = () => {
    isOver = true;
    const link = document.createElement("a");
    link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "Sign in";
    tell(false, `You are signed out. Not live since ${at}. `);
    state.append(link);
  };

  const poll = async () => {
    clearTimeout(timer);
    asking?.abort();
    if (document.hidden || isOver) return;
    const mine = asking = new AbortController();
    const limit = setTimeout(() => mine.abort(), 15_000);
    let answer, news;
    try {
      const url = new URL(place.dataset.live, location.href);
      url.searchParams.set("rows", [...known].map((one) => one.join(":")).join(","));
      answer = await fetch(url, {
        cache: "no-store", headers: tag ? { "If-None-Match": tag } : {}, redirect: "manual", signal: mine.signal,
      });
      if (answer.status === 200) news = await answer.json();
    } catch { answer = null; }
    clearTimeout(limit);
    if (asking !== mine) return;
    asking = null;
    if (document.hidden) return;
    if (answer?.type === "opaqueredirect") { signedOut(); return; }
    if (answer?.ok || answer?.status === 304) {
      failures = 0;
      at = answer.headers.get("Live-At") || at;
      tag = answer.headers.get("ETag") || tag;
      if (news) learn(news);
      tell(true, "Live");
      say("");
    } else {
      failures += 1;
      tell(false, `Not live since ${at}. Trying again.`);
    }
    timer = setTimeout(poll, Math.min(EVERY * 2 ** failures, LONGEST) * (0.9 + Math.random() / 5));
  };

  show.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
  document.addEventListener("visibilitychange", poll);
  document.addEventListener("live:poll", poll);  // whoever knows that something changed asks at once
  addEventListener("focus", () => { if (failures) poll(); });
  addEventListener("pagehide", () => { clearTimeout(timer); asking?.abort(); });
  addEventListener("pageshow", (event) => { if (event.persisted) poll(); });
  head(Number(place.dataset.late));
  place.hidden = false;
  timer = setTimeout(poll, EVERY * (0.9 + Math.random() / 5));
}

// A ticket that is open is read: what came before now is no news in the queue.
const read = document.querySelector("form[data-read]");
if (read && !document.hidden) {
  const data = new FormData(read);
  data.set("quietly", "1");
  fetch(read.action, { method: "POST", body: data, redirect: "manual" }).catch(() => {});
}
