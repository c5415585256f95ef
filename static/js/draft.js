// Keeps what is typed into a form with data-draft in this browser until the server has taken it, so that an
// expired session or a crash loses nothing. Files, passwords and hidden fields are not kept. Loaded when somebody
// goes to such a form, or when something is kept for it; page.js takes away what the server has.
const failed = document.querySelector(".esum, .banner.wrong");
const keyOf = (form) => `draft:${document.body.dataset.user}:${form.dataset.draft}`;
const kept = (field) =>
  field.name && !["file", "password", "hidden", "submit", "select-multiple"].includes(field.type);
const isTyped = (field) => "defaultValue" in field && field.value !== field.defaultValue;

const save = (form) => {
  const values = {};
  for (const field of form.elements) {
    if (!kept(field)) continue;
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked) (values[field.name] ??= []).push(field.value); // several boxes may share a name
    } else if (field.value) values[field.name] = field.value;
  }
  localStorage.setItem(keyOf(form), JSON.stringify(values));
};

const restore = (form) => {
  const stored = localStorage.getItem(keyOf(form));
  if (!stored) return;
  const values = JSON.parse(stored);
  for (const field of form.elements) {
    if (!kept(field) || !(field.name in values)) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = [values[field.name]].flat().includes(field.value);
    // What this browser kept is newer than the server's draft, or the server would have taken it.
    else if (!field.value || ("kept" in form.dataset && !isTyped(field))) field.value = values[field.name];
  }
};

export const attach = (form) => {
  if (!failed) restore(form);
  form.addEventListener("input", () => save(form));
  form.addEventListener("draft:saved", () => localStorage.removeItem(keyOf(form)));
  form.addEventListener("submit", () => sessionStorage.setItem("draft-sent", keyOf(form)));
  if ([...form.elements].some((field) => kept(field) && isTyped(field))) save(form);  // typed while this was on its way
};
