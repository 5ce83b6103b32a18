"use strict";
// The quarterly form works without this; here it gains a line without a round trip, takes a suggestion
// over in place, tells what can't be read while typing goes on, keeps the focus in sight, and saves at Ctrl+S.
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

  // A browser scrolls to what has the focus only where it is out of the window, not where the bar lies on it.
  const bar = form.querySelector(".save-bar");
  form.addEventListener("focusin", ({ target }) => requestAnimationFrame(() => {
    if (bar.contains(target) || !target.matches(":focus-visible")) return;
    const box = target.getBoundingClientRect();
    const covered = box.bottom + 16 - bar.getBoundingClientRect().top;
    if (covered > 0 && box.top > 16) window.scrollBy({ top: Math.min(covered, box.top - 16), behavior: "instant" });
  }));

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
  });

  // --- What the server says of the fields as they stand (templates/staff/_figures_swap.html) ---

  const describe = (control, id, says) => {
    const ids = new Set((control.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
    if (says) ids.add(id); else ids.delete(id);
    if (ids.size) control.setAttribute("aria-describedby", [...ids].join(" ")); else control.removeAttribute("aria-describedby");
    if (says) control.setAttribute("aria-invalid", "true"); else control.removeAttribute("aria-invalid");
  };
  // Gives whether the message is a new one.
  const tell = (control, box, text) => {
    let list = box.querySelector(".errorlist");
    if ((list ? list.textContent.trim() : "") === text) return false;
    if (!text) list.remove();
    else {
      if (!list) {
        list = document.createElement("ul");
        list.className = "errorlist";
        list.dataset.live = "";
        box.append(list);
      }
      list.id = `${control.id}_error`;
      const item = document.createElement("li");
      item.textContent = text;
      list.replaceChildren(item);
    }
    box.classList.toggle("field--error", Boolean(text));
    describe(control, `${control.id}_error`, Boolean(text));
    return Boolean(text);
  };

  const tellAll = (sent) => {
    const items = new Map([...document.getElementById("live-errors").children].map((item) => [item.dataset.field, item]));
    const said = [];
    for (const control of form.elements) {
      const box = control.id ? control.closest(".field") : null;
      // What was typed since is answered by the next request.
      if (!box || !sent.has(control.name) || sent.get(control.name) !== control.value) continue;
      const isBlank = !control.value.trim();
      // What only a submission asks for stays until something stands there.
      if (isBlank && "lacking" in box.dataset) continue;
      const item = items.get(control.id);
      // An empty field is no fault before it was saved so.
      const counts = item && (!("blank" in item.dataset) || box.querySelector(".errorlist:not([data-live])"));
      if (tell(control, box, counts ? item.textContent : "")) said.push(`${item.dataset.name}: ${item.textContent}`);
    }
    if (said.length) document.getElementById("live-said").textContent = said.join(" ");
  };

  form.addEventListener("htmx:afterRequest", (event) => {
    const { successful, requestConfig, xhr } = event.detail;
    // Where the login has ended the answer says that, and nothing of the fields.
    if (!successful || !xhr.responseText.includes('id="live-errors"')) return;
    // What has the focus stays where it is on the screen, whatever grows above it.
    const held = form.contains(document.activeElement) ? document.activeElement : null;
    const before = held ? held.getBoundingClientRect().top : 0;
    tellAll(requestConfig.formData);
    if (held) window.scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
  });

  const told = document.getElementById("errors") || document.getElementById("conflict") || document.getElementById("warnings");
  if (told) { told.setAttribute("tabindex", "-1"); told.focus(); }
})();
