"use strict";
// One box ticks every report to approve; without this the boxes are ticked one by one.
(() => {
  const all = document.querySelector("[data-tick-all]");
  if (!all) return;
  const box = all.querySelector("input");
  const boxes = [...all.closest("form").querySelectorAll("input[name=report]")];
  const show = () => {
    const ticked = boxes.filter((each) => each.checked).length;
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  box.addEventListener("change", () => { for (const each of boxes) each.checked = box.checked; });
  for (const each of boxes) each.addEventListener("change", show);
  all.hidden = false;
  show();
})();

// What a browser holds of an unsent form (autosave.js) goes when its page was answered, and when somebody else logs in.
(() => {
  const person = document.body.dataset.person;
  try {
    const sent = sessionStorage.getItem("quarter-sent");
    if (sent && !document.getElementById("quarter-form")) {
      localStorage.removeItem(sent);
      sessionStorage.removeItem("quarter-sent");
    }
    if (!person) return;
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("quarter:") && !key.startsWith(`quarter:${person}:`)) localStorage.removeItem(key);
    }
  } catch { /* a browser without a store holds nothing */ }
})();
