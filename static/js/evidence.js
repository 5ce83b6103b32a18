"use strict";
// Evidence files are attached by dropping or choosing them, one request a file, while typing goes on.
// Without this the button of the form sends them, and what is typed is kept.
(() => {
  const part = document.querySelector("[data-evidence]");
  if (!part) return;
  const form = part.closest("form");
  const zone = part.querySelector(".dropzone");
  const input = part.querySelector("input[type=file]");
  const list = document.getElementById("evidence-list");
  const bar = part.querySelector("progress");
  const status = part.querySelector("[data-status]");
  const errors = part.querySelector("[data-error-list]");
  const words = part.dataset;
  const queue = [];
  let busy = false;

  // The files are no part of the form's own text from here on, and choosing them attaches them.
  input.removeAttribute("name");
  zone.querySelector("button").hidden = true;
  zone.querySelector(".dropzone__hint").hidden = false;
  zone.classList.add("dropzone--live");

  const fill = (text, values) => Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`%(${name})s`, () => value), text);
  const say = (text) => { status.textContent = text; };
  const refuse = (text) => { const item = document.createElement("li"); item.textContent = text; errors.append(item); };

  // Sends one file or one removal; the answer is the list as it stands and what was refused.
  const send = (fields, name) => new Promise((done) => {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    for (const [key, value] of Object.entries(fields)) body.append(key, value);
    const request = new XMLHttpRequest();
    const fail = (text) => { refuse(name ? `${name}: ${text}` : text); done(false); };
    request.open("POST", words.evidence);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100); });
    request.addEventListener("error", () => fail(words.failed));
    request.addEventListener("timeout", () => fail(words.failed));
    request.addEventListener("load", () => {
      if (request.status === 401) return fail(words.signedOut);
      const answer = document.createElement("template");
      answer.innerHTML = request.responseText;
      const files = answer.content.querySelector("[data-files]");
      if (!files) return fail(words.refused);
      if (request.status !== 413) {
        list.replaceChildren(...files.childNodes);
        // What looked odd here was that nothing is attached.
        if (list.querySelector(".attachment")) part.parentElement.querySelector(".hints")?.remove();
      }
      const told = [...answer.content.querySelectorAll("[data-errors] li")];
      for (const each of told) refuse(each.textContent);
      return done(told.length === 0);
    });
    request.send(body);
  });

  const work = async () => {
    if (busy) return;
    busy = true;
    errors.replaceChildren();
    let attached = 0;
    while (queue.length) {
      const file = queue.shift();
      if (file.size > Number(words.limit)) { refuse(`${file.name}: ${words.tooLarge}`); continue; }
      say(fill(words.uploading, { name: file.name }));
      bar.value = 0;
      bar.hidden = false;
      if (await send({ files: file }, file.name)) attached += 1;
    }
    bar.hidden = true;
    say(attached ? fill(words.attached, { count: String(attached) }) : "");
    busy = false;
  };
  const take = (files) => { queue.push(...files); work(); };

  input.addEventListener("change", (event) => {
    event.stopPropagation();
    take([...input.files]);
    input.value = "";
  });
  // Choosing a file is no typing: the form is not told of it.
  input.addEventListener("input", (event) => event.stopPropagation());

  list.addEventListener("click", async (event) => {
    const button = event.target.closest("button[name=remove]");
    if (!button) return;
    event.preventDefault();
    const name = button.closest(".attachment").querySelector(".attachment__name").textContent;
    if (busy || !window.confirm(fill(words.ask, { name }))) return;
    busy = true;
    errors.replaceChildren();
    if (await send({ remove: button.value }, name)) say(fill(words.removed, { name }));
    busy = false;
    (list.querySelector("button[name=remove]") || input).focus();
    work();
  });

  // A file dropped beside the zone must not replace the page and what is typed in it.
  const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  let within = 0;
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = zone.contains(event.target) ? "copy" : "none";
  });
  document.addEventListener("drop", (event) => { if (holdsFiles(event)) event.preventDefault(); });
  const mark = (change) => { within = Math.max(0, within + change); zone.classList.toggle("is-over", within > 0); };
  zone.addEventListener("dragenter", (event) => { if (holdsFiles(event)) mark(1); });
  zone.addEventListener("dragleave", (event) => { if (holdsFiles(event)) mark(-1); });
  zone.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(-within);
    take([...event.dataTransfer.files]);
  });
})();
