"use strict";
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
