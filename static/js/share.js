// A button beside a field that is meant to be copied. Without this script the field alone stands there.
"use strict";

const said = document.querySelector("[data-copied]");

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    try {
      // Browsers have a clipboard for pages only where the connection is safe.
      await navigator.clipboard.writeText(field.value);
      said.textContent = said.dataset.copied;
    } catch {
      field.focus();
      said.textContent = said.dataset.select;
    }
    button.after(said);
  });
}
