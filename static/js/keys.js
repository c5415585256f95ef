// The desk's keyboard: a key presses the control on the page that names it in data-key. Only moving through
// the rows and choosing them is done here. Single keys never fire while somebody types, and each person can
// turn them off or make them need Alt; see tickets/keyboard.py for the list.
const mode = document.body.dataset.shortcuts;
const root = document.querySelector("[data-panel-js]")?.dataset;
const rows = () => [...document.querySelectorAll("tr.row")];
const strip = document.querySelector("form[data-row-keys]");
const here = `cursor:${location.pathname}${location.search}`;
const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
let cursor = rows().find((row) => row.id === sessionStorage.getItem(here)), anchor, first = "", since = 0;

const find = (code, within = document) =>
  [...within.querySelectorAll(`[data-key="${code}"]`)].find(isSeen);
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
const palette = async () => (await import(root.paletteJs)).open(root.palette, [...document.querySelectorAll("main [data-key]")].filter(isSeen), press);

// --- Rows
const put = (row, shouldFocus = true) => {
  cursor?.classList.remove("cur");
  cursor = row;
  if (!row) return;
  row.classList.add("cur");
  sessionStorage.setItem(here, row.id);
  const link = row.querySelector("a.subj");
  if (strip) {
    strip.hidden = false;
    for (const one of strip.querySelectorAll("[data-to]")) {
      one[one.tagName === "A" ? "href" : "formAction"] = link.href + one.dataset.to;
    }
    strip.elements.version.value = row.dataset.version || "";
    strip.querySelector("[data-row-name]").textContent = link.closest("td").querySelector(".key").textContent;
  }
  if (!shouldFocus) return;
  row.scrollIntoView({ block: "nearest" });
  const drawer = document.querySelector("dialog.drawer[open]");
  if (drawer) panel("peek", link.href, link);
  else link.focus({ preventScroll: true });
};
const move = (step) => {
  const all = rows();
  const at = all.indexOf(cursor);
  put(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
};
const pick = (row) => row?.querySelector("input[type=checkbox]");
const choose = (isRange) => {
  const box = pick(cursor);
  if (!box) return;
  if (!isRange || !anchor) { box.click(); anchor = cursor; return; }
  const all = rows();
  const [from, to] = [all.indexOf(anchor), all.indexOf(cursor)].sort((a, b) => a - b);
  for (const row of all.slice(from, to + 1)) if (!pick(row).checked) pick(row).click();
};

// --- Keys
const close = () => {
  const drawer = document.querySelector("dialog.drawer[open]");
  const clear = find("escape");
  if (drawer) panel("shut");
  else if (clear) clear.click();
  else if (document.activeElement?.closest("details[id^='do-']")) {
    const details = document.activeElement.closest("details[id^='do-']");
    details.open = false;
    details.querySelector("summary").focus();
  } else document.activeElement?.blur();
};
const ROW = { j: () => move(1), k: () => move(-1), x: () => choose(false), "shift x": () => choose(true) };
const named = (event) => {
  const shift = event.shiftKey && event.key !== "?" && event.code !== "Slash" ? "shift " : "";
  // With Alt some machines type another letter: there, the key's place counts.
  const placed = { Slash: event.shiftKey ? "?" : "/", Period: ".", Space: " " }[event.code] || event.code.match(/^Key(.)$/)?.[1].toLowerCase();
  return shift + (event.altKey && placed ? placed : event.key.toLowerCase());
};

const onKey = (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const types = target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
  const isModal = document.querySelector("dialog:modal");
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    if (event.key.toLowerCase() === "k" && !isModal) { event.preventDefault(); palette(); }
    if (event.key === "Enter" && types?.form) {
      const send = [...types.form.querySelectorAll("button[type=submit]:not([formaction])")].at(-1);
      if (send) { event.preventDefault(); types.form.requestSubmit(send); }
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || isModal) return;
  if (event.key === "Escape") { close(); return; }
  if (mode === "off" || types || event.altKey !== (mode === "alt")) return;
  let code = named(event);
  if (code === " " && target.matches("button, summary, input")) return;
  if (first && event.timeStamp - since < 1500) code = `${first} ${code}`;
  first = "";
  if (code === "g") { first = code; since = event.timeStamp; event.preventDefault(); return; }
  if (event.repeat && !/^[jk]$/.test(code)) return;
  if (rows().length && ROW[code]) { event.preventDefault(); ROW[code](); return; }
  const control = find(code);
  if (!control) return;
  event.preventDefault();
  press(control);
};
addEventListener("keydown", onKey);

// --- Controls that only a script can serve
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const row = event.target.closest("tr.row");
  if (row && row !== cursor) put(row, false);
  if (event.target.closest("[data-open-palette]")) palette();
  else if (event.target.closest("[data-open-peek]")) {
    const link = cursor?.querySelector("a.subj");
    if (link) panel("peek", link.href, link);
  } else if (event.target.closest("[data-open-help]")) {
    event.preventDefault();
    panel("help", event.target.closest("a").href);
  }
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("tr.row");
  if (row && row !== cursor) put(row, false);
});
for (const button of document.querySelectorAll("[data-open-palette]")) button.hidden = false;

// The list is remembered, so that a ticket knows the next one.
const links = rows().map((row) => row.querySelector("a.subj").pathname);
if (document.querySelector("table.q")) {
  sessionStorage.setItem("list", JSON.stringify(links.slice(0, 200)));
  if (cursor) put(cursor, false);
}
const list = JSON.parse(sessionStorage.getItem("list") || "[]");
const at = list.indexOf(location.pathname);
for (const step of document.querySelectorAll("[data-step]")) {
  const to = at < 0 ? undefined : list[at + Number(step.dataset.step)];
  if (to) { step.href = to; step.hidden = false; }
}

// An address that names a form opens it.
const arrive = () => {
  const form = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (form?.matches("details")) openForm(form);
};
addEventListener("hashchange", arrive);
addEventListener("load", () => requestAnimationFrame(arrive));  // the browser's own arrival takes the focus away
