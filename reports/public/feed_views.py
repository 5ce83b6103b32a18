"""What machines follow: Atom feeds and sitemaps."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.models import Municipality
from pledges.permissions import public
from reports.editions import current_edition
from reports.models import Edition, EditionPledge
from reports.public import feeds, freshness, sitemaps, study_groups
from reports.public.addresses import MAIN_PLAN, address
from reports.public.crossorigin import shared
from reports.public.errors import NotPublished
from reports.public.reading import Place, edition_query, find_place
from reports.summaries import read_summary

ATOM = "application/atom+xml; charset=utf-8"
XML = "application/xml; charset=utf-8"


@public
@shared
@require_safe
def feed(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """What was published of a plan and what moved, newest first."""
    place = _need_plan(find_place(city, term, plan))
    editions = feeds.plan_editions(place)
    if not editions:
        raise NotPublished(_("Nothing has been published of this plan yet."))
    parts = (_names(place), [(edition.pk, edition.digest) for edition in editions])
    return freshness.same_for_all(
        request,
        parts,
        editions[0].published_at,
        lambda: HttpResponse(feeds.plan_feed(place, editions, _absolute(request, place)), content_type=ATOM),
    )


@public
@shared
@require_safe
def pledge_feed(request: HttpRequest, city: str, term: int, plan: str, code: str) -> HttpResponse:
    """How a pledge went on, newest first."""
    place = _need_plan(find_place(city, term, plan))
    rows = feeds.pledge_rows(place, code)
    if not rows:
        raise NotPublished(_("There is no pledge with this number in these figures."))
    parts = (_names(place), [(row.pk, row.edition.digest) for row in rows])
    return freshness.same_for_all(
        request,
        parts,
        max(row.edition.published_at for row in rows),
        lambda: HttpResponse(feeds.pledge_feed(place, rows, _absolute(request, place)), content_type=ATOM),
    )


@public
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The sitemap of the cities' pages, and those of all plans that were published. One query."""
    editions = list(Edition.objects.latest_of_each_plan().with_plan().in_address_order())
    newest = max((edition.published_at for edition in editions), default=None)
    rows: list[tuple[str, dt.datetime | None]] = [
        (request.build_absolute_uri(reverse("public:cities_sitemap")), newest),
        *((_absolute(request, _place(edition))("sitemap"), edition.published_at) for edition in editions),
    ]
    return freshness.same_for_all(
        request, rows, newest, lambda: HttpResponse(sitemaps.index_xml(rows), content_type=XML)
    )


@public
@require_safe
def cities_sitemap(request: HttpRequest) -> HttpResponse:
    """The pages above the plans: the portal's own and each city's. Two queries."""
    published: dict[int, dt.datetime] = {}
    for edition in Edition.objects.latest_of_each_plan().with_plan():
        city = edition.plan.term.municipality_id
        published[city] = max(edition.published_at, published.get(city, edition.published_at))
    newest = max(published.values(), default=None)
    rows = [
        (request.build_absolute_uri(reverse("public:home")), newest),
        (request.build_absolute_uri(reverse("public:compare")), newest),
        *(
            (request.build_absolute_uri(reverse("public:city", args=[city.code])), published.get(city.pk))
            for city in Municipality.objects.all()
        ),
    ]
    return freshness.same_for_all(
        request, rows, newest, lambda: HttpResponse(sitemaps.sitemap_xml(rows), content_type=XML)
    )


@public
@require_safe
def sitemap(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """The pages of a plan's current edition."""
    place = _need_plan(find_place(city, term, plan))
    edition = current_edition(place.plan)  # type: ignore[arg-type]
    if edition is None:
        raise NotPublished(_("Nothing has been published of this plan yet."))
    return freshness.same_for_all(
        request,
        (edition.pk, edition.digest, groups := study_groups.pages_of(place.plan)),  # type: ignore[arg-type]
        max([edition.published_at, *(changed_at for _path, changed_at in groups)]),
        lambda: HttpResponse(_sitemap(request, place, edition, groups), content_type=XML),
    )


def _sitemap(request: HttpRequest, place: Place, edition: Edition, groups: Any) -> str:
    absolute = _absolute(request, place)
    codes = EditionPledge.objects.for_edition(edition).in_order().values_list("code", flat=True)
    pages = [
        *(absolute(part) for part in ("front", "list", "areas", "money", "changes", "method", "data")),
        *(absolute("area", code=area.code) for area in read_summary(edition.summary).areas if area.code),
        *(absolute("card", code=code) for code in codes),
    ]
    rows = [(page, edition.published_at) for page in pages]
    return sitemaps.sitemap_xml([*rows, *((request.build_absolute_uri(path), at) for path, at in groups)])


def _need_plan(place: Place) -> Place:
    if place.plan is None:
        raise NotPublished(_("Nothing has been published of this plan yet."))
    return place


def _place(edition: Edition) -> Place:
    return Place(edition.plan.term.municipality, edition.plan.term, edition.plan)


def _names(place: Place) -> tuple[str, str]:
    return place.city.name, place.plan.name if place.plan else ""


def _absolute(request: HttpRequest, place: Place) -> Callable[..., str]:
    """Absolute addresses of the plan's parts, of an edition where one is given."""

    def absolute(part: str, edition: Edition | None = None, **more: Any) -> str:
        path = address(
            part,
            city=place.city.code,
            term=place.term.number if place.term else 0,
            plan=place.plan.code if place.plan else MAIN_PLAN,
            **more,
        )
        return request.build_absolute_uri(path + (edition_query(edition) if edition else ""))

    return absolute
