"use strict";
// A row or a column of numbers pasted into a box of a grid fills the boxes that follow. Without this the
// fold "paste from Excel" does the same on the server (reports/quarter/pasting.py).
(() => {
  const form = document.getElementById("quarter-form");
  if (!form) return;

  // As pledges.notation reads numbers; the server has the last word when the form is saved.
  const NUMBER = /^(?:[-−△▲]?[₩￦]?\(?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\)?|[-–—―−.])$/;
  const plain = (cell) => cell.normalize("NFKC").replace(/\s+/g, "");
  const isLabel = (cell) => cell !== "" && !NUMBER.test(plain(cell));
  const cellsOf = (text, boxes) => {
    const rows = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n")
      .map((line) => line.split("\t").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
    // Copied with the column of names: the numbers are those beside it. A row that fits the boxes has none.
    if (rows.length === 1 && rows[0].length === boxes) return rows[0];
    return rows.every((row) => row.length > 1 && isLabel(row[0])) ? rows.flatMap((row) => row.slice(1)) : rows.flat();
  };
  const boxesOf = (box) => {
    const grid = box.closest("[data-grid]");
    return grid ? [...grid.querySelectorAll("input[type=text]")].filter((each) => each.closest("[data-grid]") === grid) : [];
  };

  const say = (template, values) => Object.entries(values)
    .reduce((text, [name, value]) => text.replace(`%(${name})s`, value), template);
  let last = null;

  const undo = () => {
    if (!last) return;
    for (const [box, value] of last.before) {
      box.value = value;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    last.note.textContent = last.note.dataset.undone;
    last.before[0][0].focus();
    last = null;
  };

  const tell = (box, filled, left, unreadable) => {
    const note = box.closest("section").querySelector("[data-paste-note]");
    if (!note) return null;
    const said = [say(note.dataset.filled, { count: filled })];
    if (left.length) said.push(say(note.dataset.left, { cells: left.slice(0, 10).join(", ") }));
    if (unreadable.length) said.push(say(note.dataset.unreadable, { cells: unreadable.slice(0, 10).join(", ") }));
    note.textContent = `${said.join(" ")} `;
    if (filled) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button--small button--quiet";
      button.textContent = note.dataset.undo;
      button.addEventListener("click", undo);
      note.append(button);
    }
    note.hidden = false;
    return note;
  };

  form.addEventListener("paste", (event) => {
    const box = event.target;
    if (!box.matches("[data-grid] input[type=text]")) return;
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    const boxes = boxesOf(box);
    const from = boxes.indexOf(box);
    const cells = cellsOf(text, boxes.length - from);
    if (cells.length < 2) return;
    event.preventDefault();
    const before = [], left = [], unreadable = [];
    cells.forEach((cell, place) => {
      const target = boxes[from + place];
      if (!cell) return;
      if (!NUMBER.test(plain(cell))) unreadable.push(cell);
      else if (!target) left.push(cell);
      else {
        before.push([target, target.value]);
        target.value = cell;
      }
    });
    for (const [target] of before) target.dispatchEvent(new Event("input", { bubbles: true }));
    const note = tell(box, before.length, left, unreadable);
    last = before.length && note ? { before, note } : null;
  });

  // What is typed by hand afterwards is the browser's own to take back.
  form.addEventListener("beforeinput", () => { last = null; });
  form.addEventListener("keydown", (event) => {
    if (last && event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
      event.preventDefault();
      undo();
    }
  });
})();
