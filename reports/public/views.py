"""Pages for everybody. They read editions: what was published, as it was published."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from pledges.models import Municipality, Plan
from pledges.permissions import public
from reports.cards import read_card
from reports.models import Edition, EditionPledge
from reports.public import charts, exports, freshness, wording
from reports.public.addresses import MAIN_PLAN, address
from reports.public.crossorigin import shared
from reports.public.errors import NotPublished
from reports.public.filters import PledgeFilter
from reports.public.moved import edition_before, what_moved
from reports.public.reading import (
    Place,
    Reading,
    current_term,
    find_city,
    find_place,
    need_edition,
    one_of_each_date,
    read_plan,
)
from reports.public.tables import PAGE_SIZES, PledgeTable, page_size, show_page
from reports.querysets import EditionPledgeQuerySet
from reports.summaries import AreaLine, PlanSummary, read_summary

SHOWN_AT_ONCE = 10


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The cities; straight to the current term where there is one city."""
    cities = list(Municipality.objects.with_terms())
    terms = {city.pk: current_term(list(city.terms.all()), timezone.localdate()) for city in cities}
    if len(cities) == 1 and (term := terms[cities[0].pk]):
        return HttpResponseRedirect(address("front", city=cities[0].code, term=term.number))
    plans = {
        plan.term_id: plan
        for plan in Plan.objects.for_terms(filter(None, terms.values())).for_code(MAIN_PLAN)
    }
    editions = {edition.plan_id: edition for edition in _latest(plans.values())}
    rows = [
        {"city": city, "term": term, **_headline(plans.get(term.pk) if term else None, editions)}
        for city in cities
        for term in [terms[city.pk]]
    ]
    return render(request, "public/home.html", {"rows": rows})


@public
@require_safe
def city(request: HttpRequest, city: str) -> HttpResponse:
    """A city's terms, the past ones too."""
    found = find_city(city)
    terms = list(found.terms.all())
    plans = list(Plan.objects.for_terms(terms))
    editions = {edition.plan_id: edition for edition in _latest(plans)}
    main = {plan.term_id: plan for plan in plans if plan.code == MAIN_PLAN}
    others: dict[int, list[Plan]] = {}
    for plan in plans:
        if plan.code != MAIN_PLAN:
            others.setdefault(plan.term_id, []).append(plan)
    rows = [
        {"term": term, "others": others.get(term.pk, []), **_headline(main.get(term.pk), editions)}
        for term in terms
    ]
    context = {"place": Place(found), "rows": rows, "current": current_term(terms, timezone.localdate())}
    return render(request, "public/city.html", context)


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
    previous = edition_before(reading.edition, editions)
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
    headlines = one_of_each_date(reading.edition, editions)
    same_method = [edition for edition in headlines if edition.headline_method == summary.headline.method]
    context = {
        **_reading_context(reading, "front"),
        "summary": summary,
        "list_path": address("list", city=city, term=term, plan=plan),
        "moved": moved,
        "moves": moved.moves[:SHOWN_AT_ONCE],
        "headline_rates": charts.rate_chart(
            "headline-rates",
            _("Fulfilment rate by reference date"),
            [(edition.as_of, edition.headline_display) for edition in same_method],
        ),
        "other_methods": len(headlines) - len(same_method),
        "totals": charts.totals_chart(summary),
        "area_rates": charts.area_chart(top_areas),
        "statuses": wording.status_counts(summary),
        "formula": wording.method_formula(summary.headline.method),
        "numbers": wording.method_numbers(summary.headline),
        "top_areas": top_areas,
        "lagging": summary.lagging[:SHOWN_AT_ONCE],
        "has_to_date": wording.has_to_date(summary),
        "not_submitted": summary.not_submitted[:SHOWN_AT_ONCE],
        "editions": editions,
        "others": others,
    }
    return freshness.tagged(render(request, "public/front.html", context), tag)


@public
@require_safe
def money(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """The plan's money: by source and year, by area, and the pledges that take the most."""
    reading = _read(request, city, term, plan)
    edition = need_edition(reading)
    tag = freshness.etag(request, reading)
    if same := freshness.unchanged(request, tag):
        return same
    summary = read_summary(edition.summary)
    areas = [line for line in summary.areas if line.depth == 0]
    largest = EditionPledge.objects.for_edition(edition).most_money_first()[:SHOWN_AT_ONCE]
    context = {
        **_reading_context(reading, "money"),
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
    reading = _read(request, city, term, plan)
    edition = need_edition(reading)
    tag = freshness.etag(request, reading)
    if same := freshness.unchanged(request, tag):
        return same
    summary = read_summary(edition.summary)
    examples = EditionPledge.objects.for_edition(edition).with_indicator_rates().in_order()[:1]
    example = next((read_card(row.card) for row in examples), None)
    context = {
        **_reading_context(reading, "method"),
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


@public
@require_safe
def area(request: HttpRequest, city: str, term: int, plan: str, code: str) -> HttpResponse:
    """An area: its rate and money, its sub-areas, its pledges."""
    reading = _read(request, city, term, plan)
    edition = need_edition(reading)
    summary = read_summary(edition.summary)
    by_code = {line.code: line for line in summary.areas}
    if code not in by_code:
        raise NotPublished(_("There is no such area in this plan."))
    tag = freshness.etag(request, reading)
    if same := freshness.unchanged(request, tag):
        return same
    line = by_code[code]
    parents: list[AreaLine] = []
    parent = by_code.get(line.parent)
    while parent is not None and parent not in parents:
        parents.insert(0, parent)
        parent = by_code.get(parent.parent)
    context = {
        **_reading_context(reading, "area"),
        "summary": summary,
        "area": line,
        "parents": parents,
        "sub_areas": [other for other in summary.areas if other.parent == code],
        "rows": EditionPledge.objects.for_edition(edition).for_area(code).without_cards().in_order(),
    }
    return freshness.tagged(render(request, "public/area.html", context), tag)


@public
@require_safe
def pledge_list(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """The pledges of the edition: searched, filtered, sorted, in pages."""
    reading = _read(request, city, term, plan)
    edition = need_edition(reading)
    previous = _previous(request, edition)
    tag = freshness.etag(request, reading, previous and previous.pk)
    if same := freshness.unchanged(request, tag):
        return same
    summary = read_summary(edition.summary)
    chosen, table = _filtered(request, EditionPledge.objects.for_edition(edition), summary, previous)
    show_page(request, table)
    context = {
        **_reading_context(reading, "list"),
        "summary": summary,
        "filter": chosen,
        "table": table,
        "page_sizes": PAGE_SIZES,
        "page_size": page_size(request),
        "sizes_query": _query_without(request, "per_page", "page"),
        "file_query": _query_without(request, "per_page", "page"),
        "formats": ("xlsx", "csv", "json"),
    }
    return freshness.tagged(render(request, "public/list.html", context), tag)


@public
@shared
@require_safe
def list_file(request: HttpRequest, city: str, term: int, plan: str, suffix: str) -> HttpResponse:
    """What the list shows, as a file."""
    reading = _read(request, city, term, plan)
    edition = need_edition(reading)
    previous = _previous(request, edition)
    tag = freshness.etag(request, reading, previous and previous.pk)
    if same := freshness.unchanged(request, tag):
        return same
    rows = EditionPledge.objects.for_edition(edition).with_exact_rates()
    _chosen, table = _filtered(request, rows, read_summary(edition.summary), previous)
    RequestConfig(request, paginate=False).configure(table)
    return freshness.tagged(exports.export(request, suffix, reading, edition, table.data), tag)


def _read(request: HttpRequest, city: str, term: int, plan: str) -> Reading:
    return read_plan(request, find_place(city, term, plan))


def _filtered(
    request: HttpRequest, rows: EditionPledgeQuerySet, summary: PlanSummary, previous: Edition | None
) -> tuple[PledgeFilter, PledgeTable]:
    chosen = PledgeFilter(
        request.GET, queryset=rows.without_cards().in_order(), summary=summary, previous=previous
    )
    return chosen, PledgeTable(chosen.qs)


def _previous(request: HttpRequest, edition: Edition) -> Edition | None:
    """The edition that the list compares with, where it is asked what moved. One query then."""
    if not request.GET.get("moved"):
        return None
    earlier = Edition.objects.for_plan(edition.plan_id).before(edition.as_of)
    return earlier.without_summary().newest_first().first()


def _reading_context(reading: Reading, page: str) -> dict[str, Any]:
    return {"place": reading.place, "reading": reading, "edition": reading.edition, "page": page}


def _query_without(request: HttpRequest, *names: str) -> str:
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()


def _latest(plans: Any) -> Any:
    return Edition.objects.for_plans(list(plans)).latest_of_each_plan()


def _headline(plan: Plan | None, editions: dict[int, Edition]) -> dict[str, Any]:
    edition = editions.get(plan.pk) if plan else None
    summary = read_summary(edition.summary) if edition else None
    return {"plan": plan, "edition": edition, "summary": summary}
