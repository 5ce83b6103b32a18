"""Conditional GET: an edition never changes, so neither does its page until the portal itself does."""

import datetime as dt
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import get_language

from reports.public.identity import identity
from reports.public.reading import Place, Reading
from reports.public.study_groups import has_study_groups

PORTAL = Path(settings.BASE_DIR)
SOURCES = (
    "templates/base.html",
    "templates/_identity.html",
    "templates/_fictional.html",
    "templates/public",
    "static/css",
    "static/vendor",
    "reports",
    "config/locale",
    "pledges",
    "studygroups",
)


@functools.cache
def portal_version() -> str:
    """A digest of everything that renders a page, the same in every worker; a new release changes it."""
    digest = hashlib.sha256()
    for source in SOURCES:
        path = PORTAL / source
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and file.suffix in {".html", ".css", ".py", ".mo"}:
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def etag(request: HttpRequest, reading: Reading, *more: Any) -> str | None:
    """The weak tag of a page in this edition, language, look; None for signed-in people, whose header
    differs.

    ``more`` is what else the page shows that is not of the edition.
    """
    if settings.DEBUG or request.user.is_authenticated or reading.edition is None:
        return None
    parts = (
        portal_version(),
        get_language(),
        # What the reader chose of contrast and size of text; the middleware of config gives it.
        getattr(request, "display", None),
        request.get_full_path(),
        reading.edition.pk,
        reading.edition.digest,
        reading.newest.pk if reading.newest else None,
        reading.plan.name,
        reading.place.city.name,
        reading.place.city.is_fictional,
        identity(),
        has_study_groups(reading.plan),
        *more,
    )
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def place_etag(request: HttpRequest, place: Place, *shown: Any) -> str | None:
    """``etag`` of a page that shows no edition: ``shown`` is all that it is made of beside its place."""
    if settings.DEBUG or request.user.is_authenticated:
        return None
    parts = (
        portal_version(),
        get_language(),
        getattr(request, "display", None),
        request.get_full_path(),
        place.city.name,
        place.city.is_fictional,
        identity(),
        place.term and (place.term.starts_on, place.term.ends_on),
        place.plan
        and (place.plan.name, getattr(place.plan, "has_edition", False), has_study_groups(place.plan)),
        *shown,
    )
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def unchanged(request: HttpRequest, tag: str | None) -> HttpResponse | None:
    """The 304 answer where the reader's copy is still good."""
    return get_conditional_response(request, etag=tag) if tag else None


def tagged(response: HttpResponse, tag: str | None) -> HttpResponse:
    """The response with its tag; caches ask again before they use it."""
    if tag:
        response.headers["ETag"] = tag
        patch_cache_control(response, no_cache=True)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return response


def same_for_all(
    request: HttpRequest, parts: object, published_at: dt.datetime | None, make: Callable[[], HttpResponse]
) -> HttpResponse:
    """What looks the same whoever asks, signed in or not: made, or 304 where the reader's copy is still good.

    ``parts`` is all that it is made of, beside its address and the language; ``published_at`` when that was
    last published.
    """
    if settings.DEBUG:
        return make()
    whole = (portal_version(), get_language(), request.build_absolute_uri(), identity(), parts)
    tag = f'W/"{hashlib.sha256(repr(whole).encode()).hexdigest()[:32]}"'
    stamp = int(published_at.timestamp()) if published_at else None
    response = get_conditional_response(request, etag=tag, last_modified=stamp) or make()
    response.headers["ETag"] = tag
    if stamp is not None:
        response.headers["Last-Modified"] = http_date(stamp)
    patch_cache_control(response, public=True, no_cache=True)
    return response
