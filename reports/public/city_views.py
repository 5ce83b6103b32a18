"""The cities of the portal, and each city with all its terms."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pledges.models import Municipality, Plan, Term
from pledges.permissions import public
from reports.models import Edition
from reports.public import wording
from reports.public.addresses import MAIN_PLAN, address
from reports.public.reading import Place, current_term, find_city
from reports.summaries import PlanSummary, read_summary


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term with its pledges as they were published last; without an edition nothing was."""

    term: Term
    is_current: bool
    plan: Plan | None
    edition: Edition | None
    summary: PlanSummary | None
    others: tuple[Plan, ...]

    @property
    def formula(self) -> str:
        return wording.method_formula(self.summary.headline.method) if self.summary else ""

    @property
    def numbers(self) -> str:
        return wording.method_numbers(self.summary.headline) if self.summary else ""

    @property
    def has_begun(self) -> bool:
        return self.term.starts_on <= timezone.localdate()

    @property
    def has_ended(self) -> bool:
        return self.term.ends_on < timezone.localdate()


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The cities with all their terms; straight to the current term where there is one city."""
    cities = list(Municipality.objects.with_terms())
    if len(cities) == 1 and (term := current_term(list(cities[0].terms.all()), timezone.localdate())):
        return HttpResponseRedirect(address("front", city=cities[0].code, term=term.number))
    terms = {city.pk: list(city.terms.all()) for city in cities}
    rows = _rows([term for held in terms.values() for term in held])
    of_city = {city.pk: [rows[term.pk] for term in terms[city.pk]] for city in cities}
    context = {
        "cities": [
            {
                "city": city,
                "current": next((row for row in of_city[city.pk] if row.is_current), None),
                "past": [row for row in of_city[city.pk] if not row.is_current],
            }
            for city in cities
        ]
    }
    return render(request, "public/home.html", context)


@public
@require_safe
def city(request: HttpRequest, city: str) -> HttpResponse:
    """A city's terms, the past ones too."""
    found = find_city(city)
    terms = list(found.terms.all())
    rows = _rows(terms)
    context = {"place": Place(found), "rows": [rows[term.pk] for term in terms]}
    return render(request, "public/city.html", context)


def _rows(terms: list[Term]) -> dict[int, TermRow]:
    """A row a term, by its key. Two queries."""
    by_city: dict[int, list[Term]] = {}
    for term in terms:
        by_city.setdefault(term.municipality_id, []).append(term)
    today = timezone.localdate()
    current = {found.pk for held in by_city.values() if (found := current_term(held, today))}
    plans = list(Plan.objects.for_terms(terms))
    editions = {
        edition.plan_id: edition for edition in Edition.objects.for_plans(plans).latest_of_each_plan()
    }
    return {term.pk: _row(term, term.pk in current, plans, editions) for term in terms}


def _row(term: Term, is_current: bool, plans: Iterable[Plan], editions: dict[int, Edition]) -> TermRow:
    own = [plan for plan in plans if plan.term_id == term.pk]
    main = next((plan for plan in own if plan.code == MAIN_PLAN), None)
    edition = editions.get(main.pk) if main else None
    return TermRow(
        term=term,
        is_current=is_current,
        plan=main,
        edition=edition,
        summary=read_summary(edition.summary) if edition else None,
        others=tuple(plan for plan in own if plan.code != MAIN_PLAN),
    )
