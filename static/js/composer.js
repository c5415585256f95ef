// Helps whoever writes on a ticket: keeps the draft on the server, inserts canned replies and articles by / and
// names by @, and shows how the text will look. The server fills, renders and decides; without this, buttons do it.
// Loaded when somebody goes to a composer first.
const WAIT = 3000;
const json = { Accept: "application/json" };

const post = (url, form, more = {}) => {
  const data = new FormData(form);
  data.delete("files");
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  return fetch(url, { method: "POST", body: data, headers: json, redirect: "manual" });
};

const why = (answer) =>
  answer?.type === "opaqueredirect" ? "Signed out. Your text is kept here. Sign in in a new tab."
    : answer?.status === 403 ? "Not saved. Your text is kept here: reload this page to go on."
      : "Not saved just now. Your text is kept here; trying again.";

export const attach = (form) => {
  const text = form.elements.body;
  const said = form.querySelector("[data-said]");
  const list = form.querySelector(".suggest");
  const people = JSON.parse(form.closest("[data-people]")?.dataset.people || "[]");
  const chooses = { insert: form.elements.canned, article: form.elements.article };
  const offers = Object.entries(chooses).flatMap(([step, list]) =>
    [...(list?.options || [])].filter((one) => one.value).map(({ value, text }) => ({ step, value, text })));
  const before = text.defaultValue;
  let timer, sent = false;

  // --- The draft
  const save = async () => {
    if (sent) return;
    const body = text.value;
    const answer = await post(form.dataset.save, form).catch(() => null);
    if (sent) return;
    const taken = answer?.ok || answer?.status === 422;
    said.textContent = taken ? (await answer.json()).said : why(answer);
    if (!taken) timer = setTimeout(save, 10 * WAIT);
    else if (answer.ok && text.value === body) form.dispatchEvent(new Event("draft:saved"));
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(save, WAIT); };
  text.addEventListener("input", later);
  form.addEventListener("submit", () => { sent = true; clearTimeout(timer); });
  addEventListener("pageshow", () => { sent = false; });
  if (text.value !== before) later();  // typed while this was on its way

  // --- Insert and preview
  const put = (from, to, words) => {
    text.focus();
    text.setRangeText(words, from, to, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const insert = async (step, value, from, to) => {
    const answer = await post(form.dataset.compose, form, { step, [chooses[step].name]: value }).catch(() => null);
    if (answer?.ok) put(from, to, (await answer.json()).text);
    else said.textContent = why(answer);
  };
  form.addEventListener("click", async (event) => {
    const step = event.target.closest("button[name=step]")?.value;
    if (!step) return;
    event.preventDefault();
    if (chooses[step]) {
      if (chooses[step].value) insert(step, chooses[step].value, text.selectionStart, text.selectionEnd);
      return;
    }
    const shown = form.querySelector("[data-preview]");
    const answer = await post(form.dataset.compose, form, { step }).catch(() => null);
    if (!answer?.ok) { said.textContent = why(answer); return; }
    shown.lastElementChild.innerHTML = (await answer.json()).html;  // the server's sanitiser made it
    shown.hidden = false;
  });

  // --- Suggestions
  let found = [], at = 0, from = 0;
  const close = () => { found = []; list.hidden = true; text.removeAttribute("aria-activedescendant"); };
  const pick = (one) => {
    const [start, end] = [from, text.selectionStart];
    close();
    if (one.value) insert(one.step, one.value, start, end);
    else put(start, end, `@${one.text} `);
  };
  const show = () => {
    list.replaceChildren(...found.map((one, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.role = "option";
      item.ariaSelected = index === at;
      item.textContent = one.text;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); pick(one); });
      return item;
    }));
    list.hidden = !found.length;
    if (found.length) text.setAttribute("aria-activedescendant", `${list.id}-${at}`);
  };
  const look = () => {
    const before = text.value.slice(0, text.selectionStart);
    const typed = before.match(/(?:^|\n)\/([^\n/]{0,40})$/) || before.match(/(?<![\w@./])@([^\s@]{1,20}(?: [^\s@]{0,20})?)$/);
    close();
    if (!typed) return;
    const isName = !typed[0].trimStart().startsWith("/");
    const words = typed[1].toLowerCase();
    from = before.length - typed[1].length - 1;
    at = 0;
    found = (isName ? people.map((name) => ({ text: name })) : offers)
      .filter((one) => isName ? one.text.toLowerCase().startsWith(words) : one.text.toLowerCase().includes(words))
      .slice(0, 6);
    show();
  };
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", list.id);
  text.addEventListener("input", look);
  text.addEventListener("blur", close);
  text.addEventListener("keydown", (event) => {
    if (!found.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { at = (at + step + found.length) % found.length; show(); }
    else if (event.key === "Enter" || event.key === "Tab") pick(found[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  if (document.activeElement === text) look();  // the / may have been typed already
};
