"use strict";

// Where the list can't be brought up to date in place, it is loaded as a page, which says what is the matter.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, () => {
    document.getElementById("listing").submit();
  });
}
