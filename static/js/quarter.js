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

  // The list at the top counts what is left: a line goes once its field is mended, and is back where it is not.
  const errors = document.getElementById("errors");
  const left = errors ? errors.querySelector("[data-left]") : null;
  const tellList = () => {
    if (!left) return;
    let count = 0;
    for (const line of errors.querySelectorAll("[data-mends]")) {
      const control = document.getElementById(line.dataset.mends);
      const list = control && control.closest(".field").querySelector(".errorlist");
      line.hidden = !list;
      if (list) { count += 1; line.lastElementChild.textContent = list.textContent.trim(); }
    }
    const words = count ? left.dataset[count === 1 ? "one" : "many"].replace("%(count)s", count) : left.dataset.none;
    if (left.textContent.trim() === words) return;
    // As an alert all of it would be read out once more; only the count is.
    errors.removeAttribute("role");
    left.textContent = words;
    const isMended = !count && !errors.querySelector(":scope > .errorlist");
    errors.classList.toggle("notice--error", !isMended);
    errors.classList.toggle("notice--success", isMended);
    for (const mark of document.querySelectorAll(".jumps__mark--error")) {
      const section = document.getElementById(mark.closest("a").hash.slice(1));
      mark.hidden = !section.querySelector(".field--error");
    }
    document.getElementById("live-said").textContent = words;
  };

  // What only a submission asks for is told again where it is emptied, and no more where it is not needed.
  const lacking = new Map([...form.querySelectorAll("[data-lacking]")].map((box) => [box, box.querySelector(".errorlist")?.textContent.trim() || ""]));
  const stillLacks = (control, needs) => !["cause", "remedy"].includes(control.name) || needs.includes(control.name);

  const tellAll = (sent) => {
    const live = document.getElementById("live-errors");
    const needs = live.dataset.needs.split(" ");
    const items = new Map([...live.children].map((item) => [item.dataset.field, item]));
    const said = [];
    for (const control of form.elements) {
      const box = control.id ? control.closest(".field") : null;
      // What was typed since is answered by the next request.
      if (!box || !sent.has(control.name) || sent.get(control.name) !== control.value) continue;
      const isBlank = !control.value.trim();
      if (isBlank && lacking.has(box)) {
        tell(control, box, stillLacks(control, needs) ? lacking.get(box) : "");
        continue;
      }
      const item = items.get(control.id);
      // An empty field is no fault before it was saved so.
      const counts = item && (!("blank" in item.dataset) || box.querySelector(".errorlist:not([data-live])"));
      if (tell(control, box, counts ? item.textContent : "")) said.push(`${item.dataset.name}: ${item.textContent}`);
    }
    tellList();
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
