"use strict";
// A plan's file is dropped or chosen and sent with a bar that shows how far it is. Without this the form sends it.
(() => {
  const setUp = () => {
    const form = document.querySelector("[data-upload]");
    if (!form) return;
    const words = form.dataset;
    const zone = form.querySelector(".dropzone");
    const input = zone.querySelector("input[type=file]");
    const field = form.querySelector("[data-file]");
    const errors = form.querySelector("[data-errors]");
    const progress = form.querySelector("[data-progress]");
    const bar = progress.querySelector("progress");
    const status = form.querySelector("[data-status]");
    const button = form.querySelector("button");
    const cards = form.querySelector("[data-cards]");
    let busy = false;

    // The browser's own words for choosing are in the browser's language: these are in the page's.
    const chosen = zone.querySelector("[data-chosen]");
    for (const part of zone.querySelectorAll("[hidden]")) part.hidden = false;
    zone.classList.add("dropzone--live");
    const name = () => {
      chosen.textContent = input.files[0] ? input.files[0].name : chosen.dataset.nothing;
      chosen.classList.toggle("is-empty", !input.files[0]);
    };
    name();
    const say = (text) => { status.textContent = text; };
    const refuse = (text) => {
      errors.replaceChildren();
      field.classList.toggle("field--error", Boolean(text));
      if (!text) return;
      const list = document.createElement("ul");
      list.className = "errorlist";
      list.setAttribute("role", "alert");
      list.append(document.createElement("li"));
      list.firstChild.textContent = text;
      errors.append(list);
    };
    const fits = () => {
      const file = input.files[0];
      const wrong = !file ? words.none : file.size > Number(words.limit) ? words.tooLarge : "";
      refuse(wrong);
      return !wrong;
    };
    const rest = () => { busy = false; button.disabled = false; progress.hidden = true; say(""); };

    // What only cards need is asked where cards are chosen.
    const ask = () => { cards.hidden = form.elements.namedItem("layout").value !== "cards"; };
    form.addEventListener("change", ask);
    ask();
    input.addEventListener("change", () => { name(); fits(); });

    // The answer is a page to go to, or this page with what was wrong in it.
    const show = (request) => {
      const link = request.getResponseHeader("HX-Redirect");
      if (link) return location.assign(link);
      if (new URL(request.responseURL).pathname !== new URL(form.action).pathname) return location.assign(request.responseURL);
      const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
      if (!answer) return location.reload();
      const file = input.files;
      document.querySelector("main").replaceWith(answer);
      setUp();
      const next = document.querySelector("[data-upload] input[type=file]");
      // Nothing need be chosen twice where something else was wrong.
      if (next && file.length && !document.querySelector("[data-file].field--error")) {
        next.files = file;
        next.dispatchEvent(new Event("change", { bubbles: true }));
      }
      const wrong = answer.querySelector(".field--error input, .field--error select, h1");
      if (wrong) { if (wrong.tagName === "H1") wrong.tabIndex = -1; wrong.focus(); }
      return undefined;
    };

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (busy || !fits()) return;
      busy = true;
      button.disabled = true;
      bar.value = 0;
      progress.hidden = false;
      const request = new XMLHttpRequest();
      const fail = () => { rest(); refuse(words.failed); };
      request.open("POST", form.action);
      request.setRequestHeader("HX-Request", "true");
      request.upload.addEventListener("progress", (step) => {
        if (!step.lengthComputable) return;
        const percent = Math.round((step.loaded / step.total) * 100);
        bar.value = percent;
        say(`${words.uploading} ${percent}%`);
      });
      request.upload.addEventListener("load", () => { bar.removeAttribute("value"); say(words.checking); });
      request.addEventListener("error", fail);
      request.addEventListener("load", () => { rest(); show(request); });
      request.send(new FormData(form));
    });

    const mark = (on) => zone.classList.toggle("is-over", on);
    let within = 0;
    zone.addEventListener("dragenter", () => { within += 1; mark(true); });
    zone.addEventListener("dragleave", () => { within = Math.max(0, within - 1); mark(within > 0); });
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      within = 0;
      mark(false);
      if (busy || !event.dataTransfer.files.length) return;
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      name();
      fits();
    });
  };

  // A file dropped beside the zone must not replace the page.
  const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = event.target.closest(".dropzone") ? "copy" : "none";
  });
  document.addEventListener("drop", (event) => { if (holdsFiles(event)) event.preventDefault(); });
  setUp();
})();
