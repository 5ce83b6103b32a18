"use strict";
// The quarterly form works without this; here it gains a line without a round trip, takes a suggestion
// over in place, and saves at Ctrl+S.
(() => {
  const form = document.getElementById("quarter-form");
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

  const takeOver = (button) => {
    const box = document.getElementById(button.dataset.suggest);
    if (!box) return false;
    box.value = button.dataset.value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    return true;
  };

  form.addEventListener("click", (event) => {
    const adds = event.target.closest("[data-add-line]");
    const suggests = event.target.closest("[data-suggest]");
    if ((adds && addLine(adds)) || (suggests && takeOver(suggests))) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
  });

  const told = document.getElementById("errors") || document.getElementById("conflict");
  if (told) { told.setAttribute("tabindex", "-1"); told.focus(); }
})();
