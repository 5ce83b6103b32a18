"""While the portal is being worked on: every address answers 503 and says until when.

Switched by a file (``manage.py maintenance on``), so that nothing has to be started anew and it works while
the database does not. The middleware stands before sessions and database and touches neither.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

# Seconds after which to ask again where no time is told, or where the time told has passed.
AGAIN = 600
# What still answers: is the process alive, and how pages look; none of these touches more than that.
OPEN = ("healthz", "set_language", "display")


@dataclass(frozen=True, slots=True)
class Maintenance:
    """That it goes on, and until when if that was said (aware)."""

    until: dt.datetime | None = None

    @property
    def retry_after(self) -> int:
        """Seconds until it is worth asking again."""
        left = int((self.until - timezone.now()).total_seconds()) if self.until else 0
        return left if left > 0 else AGAIN

    @property
    def expected(self) -> dt.datetime | None:
        """Until when, while that is still to come."""
        return self.until if self.until and self.until > timezone.now() else None


def switch() -> Path:
    """The file that is there while maintenance goes on."""
    return Path(settings.DATA_DIR) / "maintenance"


def current() -> Maintenance | None:
    """What goes on now. A file that can't be read still says that something does."""
    try:
        text = switch().read_text()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return Maintenance()
    try:
        until = dt.datetime.fromisoformat(json.loads(text)["until"])
    except (ValueError, TypeError, KeyError):
        return Maintenance()
    return Maintenance(until if timezone.is_aware(until) else timezone.make_aware(until))


def begin(until: dt.datetime | None) -> None:
    """Close the portal, or tell another time for it; in one step, so that no request reads half a file."""
    path = switch()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"until": until.isoformat() if until else None}) + "\n")
    new.replace(path)


def end() -> bool:
    """Open the portal; False where it was open."""
    try:
        switch().unlink()
    except FileNotFoundError:
        return False
    return True


class MaintenanceMiddleware:
    """Answers instead of everything behind it while maintenance goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        now = current()
        if now is None or request.path_info in _open_addresses():
            return self.get_response(request)
        return unavailable(request, now)


def _open_addresses() -> set[str]:
    try:
        return {reverse(name) for name in OPEN}
    except NoReverseMatch:
        return set()


def unavailable(request: HttpRequest, now: Maintenance) -> HttpResponse:
    """503: the page for browsers, a line for programs, which any site's scripts may read."""
    if "text/html" in request.headers.get("Accept", ""):
        context = {"until": now.expected, "is_sent": request.method not in ("GET", "HEAD")}
        response = render(request, "503.html", context, status=503)
    else:
        response = HttpResponse(
            _("The portal is closed for maintenance.") + "\n",
            status=503,
            content_type="text/plain; charset=utf-8",
        )
        response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Retry-After"] = str(now.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response
