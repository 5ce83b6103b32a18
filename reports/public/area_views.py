"""A plan by its areas: all of them with their figures, and each with its pledges."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.permissions import public
from reports.models import EditionPledge
from reports.public import freshness
from reports.public.areas import area_rows, mean_line, statuses_of, whole_plan
from reports.public.errors import NotPublished
from reports.public.reading import need_edition, page_context, read_address
from reports.summaries import AreaLine, read_summary


@public
@require_safe
def areas(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """The tree of areas, each with its rate, its statuses and its money."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    tag = freshness.etag(request, reading)
    if same := freshness.unchanged(request, tag):
        return same
    summary = read_summary(edition.summary)
    held = sum(line.pledges for line in summary.areas if line.depth == 0)
    context = {
        **page_context(reading, "areas"),
        "summary": summary,
        "areas": area_rows(list(summary.areas)),
        "total": whole_plan(summary),
        "mean": mean_line(summary),
        "without_area": summary.counts["total"] - held,
    }
    return freshness.tagged(render(request, "public/areas.html", context), tag)


@public
@require_safe
def area(request: HttpRequest, city: str, term: int, plan: str, code: str) -> HttpResponse:
    """An area: its place in the plan, its rate, statuses and money, its sub-areas, its pledges."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    summary = read_summary(edition.summary)
    by_code = {line.code: line for line in summary.areas}
    if code not in by_code:
        raise NotPublished(_("There is no such area in this plan."), in_plan=True)
    tag = freshness.etag(request, reading)
    if same := freshness.unchanged(request, tag):
        return same
    line = by_code[code]
    parents: list[AreaLine] = []
    parent = by_code.get(line.parent)
    while parent is not None and parent not in parents:
        parents.insert(0, parent)
        parent = by_code.get(parent.parent)
    siblings = [other for other in summary.areas if other.parent == line.parent]
    place = siblings.index(line)
    context = {
        **page_context(reading, "area"),
        "summary": summary,
        "area": line,
        "statuses": statuses_of(line.statuses),
        "parents": parents,
        "area_query": urlencode({"area": code}),
        "sub_areas": area_rows([other for other in summary.areas if other.parent == code]),
        "previous": siblings[place - 1] if place else None,
        "next": siblings[place + 1] if place + 1 < len(siblings) else None,
        "rows": EditionPledge.objects.for_edition(edition).for_area(code).without_cards().in_order(),
    }
    return freshness.tagged(render(request, "public/area.html", context), tag)
