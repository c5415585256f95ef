// Puts what is new onto an open page: only the cells that changed, and never what the reader holds. Loaded by
// live.js when something has changed.
const CONTROLS = "a, button, input, select, summary, textarea";

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

// `known` is what the page says it shows, by the id of a ticket.
export const learn = (news, known, show) => {
  take(news.html);
  for (const [pk, mark] of Object.entries(news.known)) known.set(pk, mark);
  const gone = new Set(news.gone.map((pk) => `t${pk}`));
  for (const row of document.querySelectorAll("tr.row")) row.classList.toggle("gone", gone.has(row.id));
  show.hidden = !news.notice;
  show.firstElementChild.textContent = news.notice;
};

// The session is over: the page says since when it is not live, and where to sign in.
export const signedOut = (state) => {
  const link = document.createElement("a");
  link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "Sign in";
  state.append(link);
};
