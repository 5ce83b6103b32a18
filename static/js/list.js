"use strict";

// Where the list can't be brought up to date in place, it is loaded as a page, which says what is the matter.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, () => {
    document.getElementById("listing").submit();
  });
}

// Whoever chooses a language or a display comes back to the address that stands above the page by then.
for (const moved of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) {
  document.addEventListener(moved, () => {
    for (const field of document.querySelectorAll("input[data-here]")) {
      field.value = location.pathname + location.search;
    }
  });
}
