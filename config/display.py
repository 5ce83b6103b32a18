"""How pages look to a reader: contrast and size of the text, kept in one cookie once they are chosen.

The names and the order of the choices are those of KRDS. Nothing about the reader is kept: the cookie holds
two words, such as ``high.large``, and goes again with the choice of what a page looks like without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pledges.permissions import public

COOKIE = "display"
YEAR = 365 * 24 * 60 * 60  # seconds

# "system" follows what the reader's device asks for (prefers-contrast); it is what nobody has to choose.
CONTRASTS: dict[str, Promise] = {
    "system": pgettext_lazy("contrast", "As on this device"),
    "standard": pgettext_lazy("contrast", "Standard"),
    "high": pgettext_lazy("contrast", "High contrast"),
}
SIZES: dict[str, Promise] = {
    "small": pgettext_lazy("text size", "Small"),
    "medium": pgettext_lazy("text size", "Medium"),
    "large": pgettext_lazy("text size", "Slightly large"),
    "xlarge": pgettext_lazy("text size", "Large"),
    "xxlarge": pgettext_lazy("text size", "Largest"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of the form: its value, its word, and whether it is the one in force."""

    value: str
    label: Promise
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Display:
    """A reader's choice. Pages count it in their tags by its ``repr``."""

    contrast: str = "system"
    size: str = "medium"

    @property
    def contrasts(self) -> list[Option]:
        return [Option(value, label, value == self.contrast) for value, label in CONTRASTS.items()]

    @property
    def sizes(self) -> list[Option]:
        return [Option(value, label, value == self.size) for value, label in SIZES.items()]

    @property
    def cookie(self) -> str:
        """What the cookie holds; empty where there is nothing to keep."""
        return "" if self == Display() else f"{self.contrast}.{self.size}"

    def choose(self, chosen: Mapping[str, str]) -> "Display":
        """With what a form sends; words that are no choice change nothing."""
        contrast, size = chosen.get("contrast", ""), chosen.get("size", "")
        return replace(
            self,
            contrast=contrast if contrast in CONTRASTS else self.contrast,
            size=size if size in SIZES else self.size,
        )


def read(cookie: str) -> Display:
    """The choice that a cookie keeps; one that nobody of ours has written chooses nothing."""
    contrast, _dot, size = cookie.partition(".")
    return Display().choose({"contrast": contrast, "size": size})


class DisplayMiddleware:
    """Gives every request its ``display``. That answers differ by cookie is said by ``config.language``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.display = read(request.COOKIES.get(COOKIE, ""))  # type: ignore[attr-defined]
        return self.get_response(request)


# Without a token, as choosing a language: a token would be a cookie, and the choice harms nobody.
@public
@require_POST
@csrf_exempt
def choose_display(request: HttpRequest) -> HttpResponseRedirect:
    """Keep what is chosen and go back to ``next``, or to where the reader came from; nowhere but here."""
    chosen = (
        Display() if "reset" in request.POST else read(request.COOKIES.get(COOKIE, "")).choose(request.POST)
    )
    response = HttpResponseRedirect(_way_back(request))
    if chosen.cookie:
        response.set_cookie(
            COOKIE,
            chosen.cookie,
            max_age=YEAR,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _way_back(request: HttpRequest) -> str:
    for address in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if address and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return address
    return "/"
