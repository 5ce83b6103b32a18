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

// The quarterly form works without this; here it gains a line without a round trip and a word before typing is lost.
(() => {
  const form = document.querySelector("form.quarter");
  if (!form) return;

  const addLine = (button) => {
    const list = document.getElementById(button.dataset.addLine);
    const count = form.elements.namedItem("lines");
    const last = list && list.lastElementChild;
    if (!last || Number(count.value) >= 100) return false;
    const from = last.dataset.line;
    const to = String(Number(count.value));
    const line = last.cloneNode(true);
    line.dataset.line = to;
    line.querySelectorAll(".errorlist").forEach((list) => list.remove());
    line.querySelectorAll(".field--error").forEach((field) => field.classList.remove("field--error"));
    for (const element of line.querySelectorAll("input, textarea, label")) {
      for (const name of ["name", "id", "for"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace(`achievement-${from}-`, `achievement-${to}-`));
      }
      if (element.matches("input, textarea")) {
        element.value = "";
        element.defaultValue = "";
        element.removeAttribute("aria-invalid");
        element.removeAttribute("aria-describedby");
      }
    }
    list.append(line);
    count.value = String(Number(to) + 1);
    line.querySelector("input").focus();
    return true;
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-line]");
    if (button && addLine(button)) event.preventDefault();
  });

  let changed = Boolean(document.querySelector("#errors, #conflict, .messages .notice--warning"));
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  const errors = document.getElementById("errors") || document.getElementById("conflict");
  if (errors) { errors.setAttribute("tabindex", "-1"); errors.focus(); }
})();
