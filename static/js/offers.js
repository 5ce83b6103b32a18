"use strict";
// What study groups did, taken over into the first blank achievement line in place. Without this the same
// button sends the form and gets it back with the line in it.
(() => {
  const form = document.getElementById("quarter-form");
  const list = document.getElementById("achievement-lines");
  if (!form || !list) return;

  const boxes = (line) => ["dates", "text", "details"].map((part) => line.querySelector(`[name$="-${part}"]`));
  const isBlank = (line) => boxes(line).every((box) => !box.value.trim());

  const blankLine = () => {
    const found = [...list.children].find(isBlank);
    if (found) return found;
    const adds = form.querySelector('[data-add-line="achievement-lines"]');
    const count = list.children.length;
    if (adds) adds.click();
    return list.children.length > count ? list.lastElementChild : null;
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-offer-text]");
    const line = button && blankLine();
    if (!line) return;
    event.preventDefault();
    const { offerDates, offerText, offerDetails, offerDone } = button.dataset;
    [offerDates, offerText, offerDetails].forEach((value, place) => {
      const box = boxes(line)[place];
      box.value = value;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const done = document.createElement("span");
    done.className = "suggestion__same small";
    done.textContent = offerDone;
    button.replaceWith(done);
    boxes(line)[1].focus();
  });
})();
