"""Pages for everybody. They read editions: what was published, as it was published."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.enums import HeadlineMethod
from pledges.models import Plan
from pledges.permissions import public
from reports.cards import RateText, read_card
from reports.models import Edition, EditionComparison, EditionPledge
from reports.public import charts, freshness, wording
from reports.public.addresses import address
from reports.public.areas import area_rows, mean_line, whole_plan
from reports.public.initials import example
from reports.public.moved import Moved, step_query, what_moved
from reports.public.reading import (
    find_place,
    need_edition,
    one_of_each_date,
    page_context,
    read_address,
    read_plan,
)
from reports.querysets import EditionPledgeQuerySet
from reports.summaries import PlanSummary, PledgeLine, read_summary

SHOWN_AT_ONCE, SHOWN_IN_FRONT = 10, 5


@public
@require_safe
def front(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """A plan at a glance: its headline with the formula, statuses, areas, money, what lags."""
    place = find_place(city, term, plan)
    others = list(Plan.objects.for_terms([place.term]).without_code(plan))
    if place.plan is None:
        return render(request, "public/unpublished.html", {"place": place, "others": others, "page": "front"})
    reading = read_plan(request, place)
    if reading.edition is None:
        context = {"place": place, "reading": reading, "others": others, "page": "front"}
        return render(request, "public/unpublished.html", context)
    editions: list[Any] = list(
        Edition.objects.for_plan(place.plan).with_headlines().without_summary().newest_first()
    )
    is_first = all(other.as_of >= reading.edition.as_of for other in editions)
    compared = None if is_first else EditionComparison.objects.since_the_date_before(reading.edition)
    previous = compared and compared.before
    tag = freshness.etag(
        request,
        reading,
        len(editions),
        editions[0].pk,
        previous and previous.pk,
        [(other.code, other.name) for other in others],
    )
    if same := freshness.unchanged(request, tag):
        return same
    summary = read_summary(reading.edition.summary)
    top_areas = [area for area in summary.areas if area.depth == 0]
    moved = what_moved(reading.edition, previous)
    rows = EditionPledge.objects.for_edition(reading.edition)
    headlines = one_of_each_date(reading.edition, editions)
    same_method = [edition for edition in headlines if edition.headline_method == summary.headline.method]
    context = {
        **page_context(reading, "front"),
        "summary": summary,
        "list_path": address("list", city=city, term=term, plan=plan),
        "example": example(_names(summary, moved)),
        "moved": moved,
        "moves": moved.moves[:SHOWN_IN_FRONT],
        "moved_query": f"{step_query(reading.edition)}&kind=moved",
        "promised": compared.changed if compared else 0,
        "headline_rates": charts.rate_chart(
            "headline-rates",
            _("Fulfilment rate by reference date"),
            [(edition.as_of, edition.headline_display) for edition in same_method],
        ),
        "other_methods": len(headlines) - len(same_method),
        "totals": charts.totals_bar(summary),
        "statuses": wording.status_counts(summary),
        "formula": wording.method_formula(summary.headline.method),
        "numbers": wording.method_numbers(summary.headline),
        "top_areas": area_rows(top_areas),
        "total": whole_plan(summary),
        "mean": mean_line(summary),
        "is_mean": summary.headline.method == HeadlineMethod.MEAN_RATE,
        "lagging": _with_causes(summary.lagging[:SHOWN_IN_FRONT], rows),
        "has_to_date": wording.has_to_date(summary),
        "not_submitted": summary.not_submitted[:SHOWN_IN_FRONT],
        "newest_editions": editions[:SHOWN_IN_FRONT],
        "older_editions": editions[SHOWN_IN_FRONT:],
        "others": others,
    }
    return freshness.tagged(render(request, "public/front.html", context), tag)


@public
@require_safe
def money(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """The plan's money: by source and year, by area, and the pledges that take the most."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    tag = freshness.etag(request, reading)
    if same := freshness.unchanged(request, tag):
        return same
    summary = read_summary(edition.summary)
    areas = [line for line in summary.areas if line.depth == 0]
    largest = EditionPledge.objects.for_edition(edition).most_money_first()[:SHOWN_AT_ONCE]
    context = {
        **page_context(reading, "money"),
        "summary": summary,
        "by_year": charts.plan_money_chart(summary),
        "by_area": charts.area_money_chart(areas, summary.plan.money_unit),
        "areas": areas,
        "largest": [read_card(row.card) for row in largest],
    }
    return freshness.tagged(render(request, "public/money.html", context), tag)


@public
@require_safe
def method(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """Every formula side by side with this plan's numbers."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    tag = freshness.etag(request, reading)
    if same := freshness.unchanged(request, tag):
        return same
    summary = read_summary(edition.summary)
    examples = EditionPledge.objects.for_edition(edition).with_indicator_rates().in_order()[:1]
    example = next((read_card(row.card) for row in examples), None)
    context = {
        **page_context(reading, "method"),
        "summary": summary,
        "rounding": wording.rounding_words(summary.plan.decimals, summary.plan.rounding),
        "methods": [
            {
                "line": line,
                "formula": wording.method_formula(line.method),
                "numbers": wording.method_numbers(line),
                "is_headline": line.method == summary.headline.method,
            }
            for line in summary.methods
        ],
        "example": example,
        "workings": [wording.indicator_working(row) for row in example.indicators] if example else [],
        "mean_working": wording.mean_working(example) if example else "",
    }
    return freshness.tagged(render(request, "public/method.html", context), tag)


@dataclass(frozen=True, slots=True)
class LaggingLine:
    """A pledge that lags, with what its published card says is the cause; "" where it says nothing."""

    code: str
    name: str
    status: str
    own_status: str
    department: str
    rate: RateText
    to_date: RateText
    cause: str


def _names(summary: PlanSummary, moved: Moved) -> Iterator[str]:
    """Names of pledges of the plan as far as they are at hand."""
    for line in (*summary.lagging, *summary.not_submitted):
        yield line.name
    for move in moved.moves:
        if move.after:
            yield move.name


def _with_causes(lines: Sequence[PledgeLine], rows: EditionPledgeQuerySet) -> list[LaggingLine]:
    """One query; none where nothing lags."""
    causes = rows.for_codes([line.code for line in lines]).causes() if lines else {}
    return [
        LaggingLine(
            line.code,
            line.name,
            line.status,
            line.own_status,
            line.department,
            line.rate,
            line.to_date,
            causes.get(line.code, ""),
        )
        for line in lines
    ]
