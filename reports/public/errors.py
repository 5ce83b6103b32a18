"""Error pages in the portal's face. 400 and 500 touch neither database nor session, which may have failed.

Somebody signed in on the staff side keeps the way around there on 403 and 404; where that can't be found out,
the plain page is shown.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pledges.notation import format_day
from pledges.permissions import public
from reports.public.addresses import address

STAFF = "/staff/"
logger = logging.getLogger(__name__)
# Without templates, translations, settings or files; both languages, because none can be asked for.
BARE = (
    '<!doctype html><html lang="ko"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>오류가 발생했습니다</title></head>"
    "<body><main><h1>오류가 발생했습니다</h1><p>잠시 후 다시 시도하십시오.</p>"
    '<p lang="en">Something went wrong. Please try again in a little while.</p>'
    '<p><a href="/">첫 화면으로 (To the front page)</a></p></main></body></html>'
)


class NotPublished(Http404):
    """There is no such page, and the message (translated) says why; it is shown to the reader.

    ``in_plan``: the plan that the address names has published figures, so that its pages are offered;
    ``dates``: those for which it has, where another was asked for.
    """

    def __init__(self, message: str, *, in_plan: bool = False, dates: Sequence[dt.date] = ()) -> None:
        super().__init__(message)
        self.in_plan, self.dates = in_plan, dates


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


@public
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403.html", 403, explanation=_message(exception))


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "403_csrf.html", 403)


@public
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not isinstance(exception, NotPublished):
        return _page(request, "404.html", 404)
    return _page(request, "404.html", 404, explanation=_message(exception), ways=_ways(request, exception))


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """What failed may be what every page needs: then the page without the request, then a few words alone."""
    try:
        return render(request, "500.html", status=500)
    except Exception:
        logger.exception("The page of errors failed as well.")
    try:
        return HttpResponse(render_to_string("500.html"), status=500)
    except Exception:
        return HttpResponse(BARE, status=500)


def _ways(request: HttpRequest, missing: NotPublished) -> list[tuple[str, str]]:
    """Pages of the plan at whose address nothing is, as (words, address). Asks the database nothing."""
    match = request.resolver_match
    if not missing.in_plan or match is None:
        return []
    where = {name: match.kwargs[name] for name in ("city", "term", "plan")}
    front = address("front", **where)
    dates = [
        (_("as of %(date)s") % {"date": format_day(date)}, f"{front}?as_of={date.isoformat()}")
        for date in missing.dates
    ]
    return [(pgettext("navigation", "Overview"), front), (_("All pledges"), address("list", **where)), *dates]


def _page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    if request.path.startswith(STAFF):
        try:
            if request.user.is_authenticated:
                return render(request, template, {**context, "layout": "staff/_error.html"}, status=status)
        except (Error, AttributeError):
            # No database, or refused before anybody asked who it is.
            pass
    return render(request, template, context, status=status)


def _message(exception: Any) -> str:
    return str(exception.args[0]) if exception is not None and exception.args else ""
