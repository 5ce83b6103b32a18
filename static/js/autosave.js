"use strict";
// What is typed and not saved is kept by the server (reports/quarter/kept.py), for this person alone; while
// the server can't be reached, by this browser. Without this, saving keeps it.
(() => {
  const form = document.getElementById("quarter-form");
  if (!form) return;
  const status = document.getElementById("keep-status");
  const key = `quarter:${form.dataset.person}:${location.pathname}`;
  const DELAY = 1500;
  const RETRY = 15000;
  const KEEPALIVE = 60000;

  let typed = false;     // something changed since it was kept
  let sending = null;    // the request under way
  let leaving = false;   // the form itself is being sent
  let local = false;     // this browser holds a copy
  let timer = 0;
  let wasAway = false;   // the last word was that the connection is lost

  const textOf = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
  const say = (text, kind = "") => {
    if (status.textContent !== text) status.textContent = text;
    status.dataset.kind = kind;
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  // The words stay the same for a minute; that it was kept again is seen, and not read out.
  const sayKept = (time, moved) => {
    const kept = form.dataset[wasAway ? "keptAgain" : "keptAt"].replace("%(time)s", time);
    wasAway = false;
    say(moved ? `${kept} · ${form.dataset.moved}` : kept, moved ? "warning" : "kept");
    if (!still.matches) status.animate([{ opacity: 0.25 }, { opacity: 1 }], 500);
  };
  // Private windows and full stores throw; then only the open page holds the text.
  const store = (text, more = {}) => {
    try { localStorage.setItem(key, JSON.stringify({ text, ...more })); local = true; } catch { local = false; }
    return local;
  };
  const sameText = (one, other) => {
    const typedIn = (all) => JSON.stringify([...all].filter(([name, value]) => value && !["csrfmiddlewaretoken", "typist"].includes(name)));
    return typedIn(one) === typedIn(other);
  };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* nothing is stored then */ } local = false; };
  const held = () => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };

  const later = (wait) => { clearTimeout(timer); timer = setTimeout(send, wait); };
  const post = (text, options = {}) => fetch(form.dataset.keep, {
    method: "POST",
    body: new URLSearchParams(text),
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    redirect: "manual",
    ...options,
  });
  const away = (text) => {
    typed = wasAway = true;
    say(store(text) ? form.dataset.away : form.dataset.awayLost, "warning");
    later(RETRY);
  };

  async function send() {
    clearTimeout(timer);
    if (!typed || sending || leaving) return;
    const text = textOf();
    const stop = new AbortController();
    sending = stop;
    typed = false;
    try {
      const answer = await post(text, { signal: stop.signal });
      if (answer.ok) {
        const { kept_at: time, moved } = await answer.json();
        forget();
        sayKept(time, moved);
      } else if (answer.status === 413) {
        say(form.dataset.tooLong, "warning");
      } else if (answer.status >= 500) {
        away(text);
      } else {
        // 401: the login has ended; 403: it changed in another window.
        typed = true;
        store(text);
        say(form.dataset.signedOut, "warning");
      }
    } catch (error) {
      if (error.name !== "AbortError") away(text);
    } finally {
      sending = null;
      if (typed && !leaving && !local) later(DELAY);
    }
  }

  // The page goes away: one last request that outlives it, or this browser's own copy.
  const leave = () => {
    if (!typed || leaving) return;
    const text = textOf();
    store(text);
    if (text.length > KEEPALIVE || !navigator.onLine) return;
    typed = false;
    post(text, { keepalive: true }).then((answer) => { if (answer.ok) forget(); else typed = true; }, () => { typed = true; });
  };

  form.addEventListener("input", () => { typed = true; later(DELAY); });
  form.addEventListener("submit", (event) => {
    const by = event.submitter;
    const step = !by ? "save" : by.name === "confirmed" ? "submit" : by.value;
    if (!navigator.onLine) {
      event.preventDefault();
      away(textOf());
      return;
    }
    leaving = true;
    clearTimeout(timer);
    // A request that is still on its way must not come in after the form and bring back what was saved.
    if (sending) sending.abort();
    // Where no answer comes, this copy is what is left: the page that answers takes it away.
    if (step === "save" || step === "submit") {
      store(textOf(), { sent: true });
      try { sessionStorage.setItem("quarter-sent", key); } catch { /* then the next form takes it away */ }
    }
  });
  // Back from a page that could not be reached.
  window.addEventListener("pageshow", (event) => { if (event.persisted) { leaving = false; typed = true; later(DELAY); } });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  window.addEventListener("pagehide", leave);
  window.addEventListener("online", () => { if (typed) send(); });
  window.addEventListener("offline", () => { if (typed) away(textOf()); });
  // Nothing holds what was typed: only then a word before the page closes.
  window.addEventListener("beforeunload", (event) => { if (typed && !leaving && !store(textOf())) event.preventDefault(); });
  for (const drops of document.querySelectorAll("[data-drops-kept]")) {
    drops.addEventListener("submit", () => { leaving = true; clearTimeout(timer); if (sending) sending.abort(); forget(); });
  }

  // What this browser still holds goes to the server, and comes back with the page.
  const copy = held();
  if (!copy) return;
  const renewed = new URLSearchParams(copy.text);
  const answered = document.getElementById("errors") || document.getElementById("conflict");
  const saved = copy.sent && renewed.get("version") !== form.elements.namedItem("version").value;
  if (answered || saved || sameText(renewed, new URLSearchParams(textOf()))) { forget(); return; }
  for (const name of ["csrfmiddlewaretoken", "typist"]) renewed.set(name, form.elements.namedItem(name).value);
  post(renewed.toString()).then((answer) => {
    if (!answer.ok) return;
    forget();
    leaving = true;
    location.replace(location.pathname);
  }, () => { say(form.dataset.away, "warning"); local = true; });
})();
