// Search and commands: tickets and places from the server, and what the present page offers. A combobox with
// a listbox: the focus stays in the field, the arrow keys move through what is offered. Loaded on first use.
const nameOf = (control) => {
  const copy = control.cloneNode(true);
  copy.querySelectorAll("kbd, option").forEach((one) => one.remove());
  return control.dataset.name || control.labels?.[0]?.textContent.trim() || copy.textContent.replace(/\s+/g, " ").trim();
};

// `controls` are those of the page that have a key, and `press` does what the key would.
export const open = (address, controls, press) => {
  const before = document.activeElement;
  const actions = controls.map((control) => ({ name: nameOf(control), key: control.dataset.key, run: () => press(control) }));
  const dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.ariaLabel = "Search and commands";
  dialog.innerHTML = `<input class="in" role="combobox" aria-label="Search tickets, or type a command"
    aria-expanded="true" aria-autocomplete="list" aria-controls="offers" autocomplete="off" spellcheck="false"
    placeholder="Words, a key such as ACME-128, or a command" maxlength="200">
    <div role="listbox" id="offers" aria-label="Offered" class="offers"></div>
    <p class="vh" role="status"></p>`;
  const [field, list, status] = dialog.children;
  let asking, timer, at = 0;

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const mark = () => {
    const all = options();
    at = Math.min(Math.max(at, 0), Math.max(all.length - 1, 0));
    all.forEach((one, index) => { one.ariaSelected = index === at; });
    if (all[at]) {
      field.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  };
  const ofPage = () => {
    const words = field.value.trim().toLowerCase();
    const fit = actions.filter((one) => one.name && one.name.toLowerCase().includes(words));
    if (!fit.length) return null;
    const group = document.createElement("div");
    group.role = "group";
    group.ariaLabel = "On this page";
    const head = document.createElement("div");
    head.className = "offer-head";
    head.role = "presentation";
    head.textContent = "On this page";
    group.append(head, ...fit.map((one, index) => {
      const option = document.createElement("div");
      option.role = "option";
      option.id = `offer-a${index}`;
      const name = document.createElement("span");
      name.className = "clip grow";
      name.textContent = one.name;
      option.append(name, ...(one.key === " " ? ["Space"] : one.key.split(" ")).map((key) => {
        const cap = document.createElement("kbd");
        cap.textContent = key.length > 1 ? key[0].toUpperCase() + key.slice(1) : key.toUpperCase();
        return cap;
      }));
      option.run = one.run;
      return option;
    }));
    return group;
  };
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    let html = "";
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(field.value.trim())}`, { redirect: "manual", signal: asking.signal });
      if (answer.ok) html = await answer.text();
    } catch (error) { if (error.name === "AbortError") return; }
    list.innerHTML = html;  // our own server's fragment
    const mine = ofPage();
    const places = list.querySelector("[data-offer=places]");
    if (mine) list.insertBefore(mine, places);
    at = 0;
    mark();
    const number = options().length;
    status.textContent = html ? `${number} offered` : "The search does not answer. Reload this page.";
  };
  const go = (option) => {
    if (!option) return;
    dialog.close();
    if (option.run) option.run();
    else location.assign(option.dataset.href);
  };

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  dialog.addEventListener("keydown", (event) => {
    const number = options().length;
    if (event.key === "ArrowDown") at = (at + 1) % number;
    else if (event.key === "ArrowUp") at = (at - 1 + number) % number;
    else if (event.key === "Enter") { event.preventDefault(); go(options()[at]); return; }
    else return;
    event.preventDefault();
    mark();
  });
  list.addEventListener("click", (event) => go(event.target.closest("[role=option]:not([aria-disabled])")));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asking?.abort();
    dialog.remove();
    before?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  ask();
};
