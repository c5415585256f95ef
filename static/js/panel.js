// What opens over a page without leaving it: a look at a ticket beside the list, and the list of the keys.
// Loaded when first asked for. What had the focus gets it back.
let drawer, back, asking;

const button = (words) => {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn sm shut";
  close.textContent = words;
  return close;
};
const fetchText = async (url) => {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(url, { redirect: "manual", signal: asking.signal });
  if (!answer.ok) throw new Error(`answer ${answer.status}`);
  return answer.text();
};

export const shut = () => {
  asking?.abort();
  drawer?.close();
  back?.focus();
};

// Closes what is open, or clears what is chosen: the nearest of them.
export const close = async (find, picks, at) => {
  if (document.querySelector("tr.row :checked")) await picks();
  const clear = find("escape");
  const details = at.closest("details[id^='do-']");
  if (drawer?.open) shut();
  else if (clear) clear.click();
  else if (document.activeElement !== at) return;  // whoever pressed it has gone on while this was loaded
  else if (details) {
    details.open = false;
    details.querySelector("summary").focus();
  } else at.blur();
};

export const peek = async (address, link) => {
  back = link;
  if (!drawer) {
    drawer = document.createElement("dialog");
    drawer.className = "drawer";
    drawer.ariaLabel = "A look at the ticket";
    const close = button("Close");
    close.addEventListener("click", shut);
    drawer.append(close, document.createElement("div"));
    document.body.append(drawer);
  }
  let html;
  try { html = await fetchText(new URL("peek/", address)); } catch (error) {
    if (error.name === "AbortError") return;
    html = '<h2 tabindex="-1" data-panel-title>This ticket cannot be shown just now</h2><p>Open it, or try again.</p>';
  }
  drawer.lastElementChild.innerHTML = html;  // our own server's fragment
  if (!drawer.open) drawer.show();
  drawer.scrollTop = 0;
  drawer.querySelector("[data-panel-title]").focus();
};

export const help = async (address) => {
  const before = document.activeElement;
  let page;
  try { page = await fetchText(address); } catch { location.assign(address); return; }
  const list = new DOMParser().parseFromString(page, "text/html").getElementById("shortcuts");
  if (!list) { location.assign(address); return; }
  const dialog = document.createElement("dialog");
  dialog.className = "help";
  dialog.ariaLabel = "Shortcuts";
  const close = button("Close");
  const settings = document.createElement("a");
  settings.href = "/desk/settings/";
  settings.textContent = "Change or turn them off";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); before?.focus(); });
  dialog.append(close, list, settings);
  document.body.append(dialog);
  dialog.showModal();
};
