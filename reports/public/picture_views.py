"""The pictures beside shared links. They are made from what is published, once for everybody."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.permissions import public
from reports.cards import read_card
from reports.models import Edition
from reports.public import freshness
from reports.public.card_views import find_row
from reports.public.errors import NotPublished
from reports.public.pictures import (
    NoPicture,
    Picture,
    card_picture,
    city_picture,
    draw,
    plan_picture,
    portal_picture,
)
from reports.public.reading import find_city, need_edition, read_address
from reports.summaries import read_summary

# An edition never changes: its picture is good until a release draws it otherwise. Seconds.
PINNED_FOR = 7 * 24 * 60 * 60
KEPT_FOR = 24 * 60 * 60


@public
@require_safe
def card_image(request: HttpRequest, city: str, term: int, plan: str, code: str) -> HttpResponse:
    """The picture of a pledge in the edition asked for."""
    edition = need_edition(read_address(request, city, term, plan))
    row = find_row(edition, code)
    return _image(request, edition, card_picture(read_card(row.card), edition))


@public
@require_safe
def plan_image(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """The picture of a plan in the edition asked for."""
    edition = need_edition(read_address(request, city, term, plan))
    return _image(request, edition, plan_picture(read_summary(edition.summary), edition))


@public
@require_safe
def city_image(request: HttpRequest, city: str) -> HttpResponse:
    """The picture of a city's page."""
    found = find_city(city)
    terms = [term.number for term in found.terms.all()]
    return _drawn(request, city_picture(found.name, terms, is_fictional=found.is_fictional))


@public
@require_safe
def home_image(request: HttpRequest) -> HttpResponse:
    """The picture of the portal."""
    return _drawn(request, portal_picture())


def _image(request: HttpRequest, edition: Edition, picture: Picture) -> HttpResponse:
    """The edition's picture; whoever names date and number of an edition may keep it."""
    response = freshness.same_for_all(request, picture, edition.published_at, lambda: _response(picture))
    named = request.GET.get("as_of"), request.GET.get("edition")
    if response.status_code in {200, 304} and named == (edition.as_of.isoformat(), str(edition.number)):
        response.headers.pop("Cache-Control", None)
        patch_cache_control(response, public=True, max_age=PINNED_FOR)
    return response


def _drawn(request: HttpRequest, picture: Picture) -> HttpResponse:
    return freshness.same_for_all(request, picture, None, lambda: _response(picture))


def _response(picture: Picture) -> HttpResponse:
    try:
        return HttpResponse(_png(picture), content_type="image/png")
    except NoPicture:
        raise NotPublished(_("This installation cannot draw pictures.")) from None


def _png(picture: Picture) -> bytes:
    """The bytes, from the cache where this process or its neighbours drew them before."""
    parts = (freshness.portal_version(), picture)
    key = "share-image-" + hashlib.sha256(repr(parts).encode()).hexdigest()
    content: bytes | None = cache.get(key)
    if content is None:
        content = draw(picture)
        cache.set(key, content, KEPT_FOR)
    return content
