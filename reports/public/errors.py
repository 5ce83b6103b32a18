"""Error pages in the portal's face. They touch neither database nor session: either may be what failed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from pledges.permissions import public


class NotPublished(Http404):
    """There is no such page, and the message (translated) says why; it is shown to the reader."""


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


@public
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", {"explanation": _message(exception)}, status=403)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@public
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    explanation = _message(exception) if isinstance(exception, NotPublished) else ""
    return render(request, "404.html", {"explanation": explanation}, status=404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def _message(exception: Any) -> str:
    return str(exception.args[0]) if exception is not None and exception.args else ""
