"""Open data may be read by the scripts of any site; nothing else may."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from reports.public.errors import page_not_found

METHODS = "GET, HEAD, OPTIONS"
View = Callable[..., HttpResponse]


def shared(view: View, *, suffix: str = "") -> View:
    """Let every site read what the view answers, and answer a browser that asks beforehand whether it may.

    Readers are let in without cookies, so nobody's own page can be read this way. ``suffix``: only as that.
    """

    @functools.wraps(view)
    def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if suffix and kwargs.get("suffix") != suffix:
            return view(request, *args, **kwargs)
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers={"Allow": METHODS})
            response.headers["Access-Control-Allow-Methods"] = METHODS
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
            response.headers["Access-Control-Max-Age"] = "86400"
        else:
            try:
                response = view(request, *args, **kwargs)
            except Http404 as missing:
                # Answered here: a script is told that there is no such file, not that it may not ask.
                response = page_not_found(request, missing)
            response.headers["Access-Control-Expose-Headers"] = "ETag, Content-Disposition"
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return open_view


def shared_as(suffix: str) -> Callable[[View], View]:
    """``shared`` for one format of several."""
    return functools.partial(shared, suffix=suffix)
