// Selecting rows of the queue: the bar of the selected takes the filter bar's place, so that nothing jumps. Loaded
// when the first row is chosen. Without a script the bar is always there, and does the same.
const bar = document.getElementById("bulk");
const filter = document.querySelector(".q-bar:not(.bulk)");
const all = document.getElementById("pick-all");
const count = document.getElementById("pick-count");
const boxes = () => [...document.querySelectorAll('input[name="pick"]')];
let last = boxes().find((box) => box.checked);

const show = () => {
  const every = boxes();
  const chosen = every.filter((box) => box.checked);
  for (const box of every) box.closest(".row")?.classList.toggle("sel", box.checked);
  const held = bar.contains(document.activeElement);
  bar.classList.toggle("has-picks", chosen.length > 0);
  filter.hidden = chosen.length > 0;
  all.checked = chosen.length > 0 && chosen.length === every.length;
  all.indeterminate = chosen.length > 0 && chosen.length < every.length;
  const said = chosen.length ? `${chosen.length} selected` : "";
  if (count.textContent !== said) count.textContent = said;
  // The control that was used is gone with the bar: go on where the selecting goes on.
  if (!chosen.length && held) every[0]?.focus();
};
const set = (some, on) => {
  for (const box of some) box.checked = on;
  show();
};
const upTo = (box) => {
  const every = boxes();
  const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b);
  return from < 0 ? [box] : every.slice(from, to + 1);
};

// Chooses a row as the keyboard does, or leaves it out again; as a range, all from the one chosen last.
export const choose = (row, isRange) => {
  const box = row.querySelector("input[name=pick]");
  if (!box) return;
  if (isRange) set(upTo(box), true);
  else set([box], !box.checked);
  if (!isRange || !last) last = box;
};

document.addEventListener("click", (event) => {
  const box = event.target.closest?.('input[name="pick"]');
  if (!box) return;
  if (event.shiftKey) set(upTo(box), box.checked);
  last = box;
  show();
});
// What is shown of a row may be newer than when it was made: its version is what was looked at.
bar.addEventListener("submit", () => {
  for (const box of boxes()) {
    const row = box.closest(".row");
    if (row?.dataset.version) box.value = `${box.value.split(":")[0]}:${row.dataset.version}`;
  }
});
document.addEventListener("change", (event) => event.target.name === "pick" && show());
all.addEventListener("change", () => set(boxes(), all.checked));
document.getElementById("pick-none").addEventListener("click", () => set(boxes(), false));
for (const part of bar.querySelectorAll("[data-pick-script]")) part.hidden = false;
show();
