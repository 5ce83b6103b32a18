"use strict";
// One box ticks every row of a list and says how many are ticked; without this the boxes are ticked one by one.
for (const list of document.querySelectorAll("[data-ticks]")) {
  const all = list.querySelector("[data-ticks-all]");
  const box = all && all.querySelector("input");
  const boxes = [...list.querySelectorAll("input.tick")];
  const count = list.querySelector("[data-ticks-count]");
  if (!box || !boxes.length) continue;
  const show = () => {
    const ticked = boxes.filter((each) => each.checked).length;
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
    if (count) count.textContent = `${ticked} / ${boxes.length}`;
  };
  box.addEventListener("change", () => { for (const each of boxes) each.checked = box.checked; show(); });
  for (const each of boxes) each.addEventListener("change", show);
  all.hidden = false;
  show();
}
