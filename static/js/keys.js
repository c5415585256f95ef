// A key presses the control that names it in data-key; only moving through rows is done here. Single keys never
// fire while somebody types, and each person can turn them off. What is seldom asked for is loaded then.
const mode = document.body.dataset.shortcuts;
const root = document.querySelector("[data-panel-js]").dataset;
const { pathname, search } = location, page = pathname + search;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const linkOf = (row) => row.querySelector("a.subj");
const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
const strip = document.querySelector("form[data-row-keys]");
const cursorOf = (list) => sessionStorage.getItem(`cursor:${list}`);
let cursor, first = "", since = 0;

// A row's own control counts while the keyboard is on that row.
const find = (code) => all(`[data-key="${code}"]`).find((one) => isSeen(one) && !one.closest("tr.row:not(.cur)"));
const openForm = (details) => {
  details.open = true;
  details.scrollIntoView({ block: "nearest" });
  details.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
};
const press = (control) => {
  if (control.matches("summary")) openForm(control.parentElement);
  else if (control.matches("input, select, textarea")) control.focus();
  else control.click();
};
const panel = async (name, ...rest) => (await import(root.panelJs))[name](...rest);
let chooser;
const picks = () => chooser ||= import(root.pickJs);
const palette = async () => (await import(root.paletteJs)).open(root.palette, all("main [data-key]").filter(isSeen), press);

// --- Rows
const peek = () => cursor && panel("peek", linkOf(cursor).href, linkOf(cursor));
const put = (row) => {
  if (!row || row === cursor) return;
  cursor?.classList.remove("cur");
  cursor = row;
  row.classList.add("cur");
  sessionStorage.setItem(`cursor:${page}`, row.id);
  if (!strip) return;
  strip.hidden = false;
  for (const one of all("[data-to]", strip)) one[one.tagName === "A" ? "href" : "formAction"] = linkOf(row).href + one.dataset.to;
  strip.elements.version.value = row.dataset.version || "";
  strip.querySelector("[data-row-name]").textContent = row.querySelector(".key").textContent;
};
const move = (step) => {
  const rows = all("tr.row"), at = rows.indexOf(cursor);
  put(rows[at < 0 ? 0 : at + step]);
  cursor.scrollIntoView({ block: "nearest" });
  if (document.querySelector("dialog.drawer[open]")) peek();
  else linkOf(cursor).focus({ preventScroll: true });
};
const choose = async (isRange, row = cursor) => {
  if (row && document.getElementById("bulk")) (await picks()).choose(row, isRange);
};

// --- Keys
const ROW = { j: () => move(1), k: () => move(-1), x: () => choose(false), "shift x": () => choose(true) };
const named = (event) => {
  const shift = event.shiftKey && event.key !== "?" && event.code !== "Slash" ? "shift " : "";
  // With Alt some machines type another letter: there, the key's place counts.
  const placed = { Slash: event.shiftKey ? "?" : "/", Period: ".", Space: " " }[event.code] || event.code.match(/^Key(.)$/)?.[1].toLowerCase();
  return shift + (event.altKey && placed ? placed : event.key.toLowerCase());
};

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const types = target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
  const isModal = document.querySelector("dialog:modal");
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    if (event.key.toLowerCase() === "k" && root.palette && !isModal) { event.preventDefault(); palette(); }
    if (event.key === "Enter" && types?.form) {
      const send = all("button[type=submit]:not([formaction])", types.form).at(-1);
      if (send) { event.preventDefault(); types.form.requestSubmit(send); }
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || isModal) return;
  if (event.key === "Escape") { panel("close", find, picks, target); return; }
  if (mode === "off" || types || event.altKey !== (mode === "alt")) return;
  let code = named(event);
  if (code === " " && target.matches("button, summary, input")) return;
  if (first && event.timeStamp - since < 1500) code = `${first} ${code}`;
  first = "";
  if (code === "g") { first = code; since = event.timeStamp; event.preventDefault(); return; }
  if (event.repeat && !/^[jk]$/.test(code)) return;
  const onRow = document.querySelector("tr.row") && ROW[code];
  const control = !onRow && find(code);
  if (!onRow && !control) return;
  event.preventDefault();
  if (onRow) onRow();
  else press(control);
});

// --- Controls that only a script can serve
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  put(event.target.closest("tr.row"));
  const help = event.target.closest("[data-open-help]");
  if (help) { event.preventDefault(); panel("help", help.href); }
  if (event.target.closest("[data-open-palette]")) palette();
  if (event.target.closest("[data-open-peek]")) peek();
});
document.addEventListener("focusin", ({ target }) => put(target.closest?.("tr.row")));
document.addEventListener("change", ({ target }) => { if (target.name === "pick") picks(); });
for (const button of all("[data-open-palette]")) button.hidden = false;

// A list is remembered, so that a ticket knows the next one and the way back.
if (document.querySelector("table.q")) {
  sessionStorage.setItem("list", JSON.stringify(all("a.subj").map((link) => link.pathname).slice(0, 200)));
  sessionStorage.setItem("queue", page);
  put(document.getElementById(cursorOf(page)));
}
const list = JSON.parse(sessionStorage.getItem("list") || "[]"), at = list.indexOf(pathname);
for (const step of all("[data-step]")) {
  const to = at < 0 ? undefined : list[at + Number(step.dataset.step)];
  if (to) { step.href = to; step.hidden = false; }
}
const back = document.querySelector("a[data-back]"), queue = sessionStorage.getItem("queue");
if (back && queue?.split("?")[0] === back.pathname) back.href = cursorOf(queue) ? `${queue}#${cursorOf(queue)}` : queue;

// An address that names a form opens it.
const arrive = () => {
  const form = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (form?.matches("details")) openForm(form);
};
addEventListener("hashchange", arrive);
addEventListener("load", () => requestAnimationFrame(arrive));  // the browser's own arrival takes the focus away
