"""The portal's cities side by side, from the summaries of their newest editions.

Cities headline by different formulas, and the same pledges give very different numbers by each. So cities
stand in the order of their names until a reader chooses one formula; then all of them are shown, and
sorted, by it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils import timezone

from pledges.enums import HeadlineMethod, MoneyUnit, Status
from pledges.models import Municipality, Plan, Term
from reports.cards import RateText
from reports.models import Edition
from reports.public import wording
from reports.public.addresses import MAIN_PLAN
from reports.public.reading import current_term
from reports.summaries import MethodLine, PlanSummary, read_summary

# Plans show their money in units of their own; side by side it is one.
UNIT = MoneyUnit.MILLION
# The statuses that have a column; the others are counted together.
COLUMNS = (Status.CLOSED, Status.CONTINUING, Status.ON_TRACK, Status.PARTIAL)


@dataclass(frozen=True, slots=True)
class Compared:
    """A city with one of its terms; ``edition`` and ``summary`` are None where nothing was published."""

    city: Municipality
    term: Term | None
    edition: Edition | None
    summary: PlanSummary | None

    @property
    def formula(self) -> str:
        return wording.method_formula(self.summary.headline.method) if self.summary else ""

    @property
    def statuses(self) -> list[int]:
        """How many pledges have each status of ``COLUMNS``, and how many another or none."""
        if self.summary is None:
            return []
        counts = [self.summary.counts.get(status, 0) for status in COLUMNS]
        return [*counts, self.summary.counts["total"] - sum(counts)]

    @property
    def leaves_out_dropped(self) -> bool:
        """Whether the plan's rates leave out the pledges that were dropped."""
        return self.summary is not None and not self.summary.counts_dropped

    def line(self, method: str) -> MethodLine | None:
        """The plan's rate by a formula."""
        lines = self.summary.methods if self.summary else ()
        return next((line for line in lines if line.method == method), None)

    def rate(self, method: str) -> RateText | None:
        line = self.line(method)
        return line.rate if line else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it is shown: a city and its rate by the chosen formula, or its own headline without one."""

    row: Compared
    line: MethodLine | None

    @property
    def numbers(self) -> str:
        return wording.method_numbers(self.line) if self.line else ""

    @property
    def formula(self) -> str:
        return wording.method_formula(self.line.method) if self.line else ""


def compare_cities(number: int | None) -> tuple[list[Compared], list[int]]:
    """Every city with its current term, or with the term of this number, by name; and the numbers of all
    terms, the last first. Four queries."""
    cities = list(Municipality.objects.with_terms())
    held = {city.pk: list(city.terms.all()) for city in cities}
    today = timezone.localdate()
    terms: dict[int, Term | None] = {
        key: current_term(own, today)
        if number is None
        else next((term for term in own if term.number == number), None)
        for key, own in held.items()
    }
    chosen = [term for term in terms.values() if term]
    plans = {plan.term_id: plan for plan in Plan.objects.for_terms(chosen).for_code(MAIN_PLAN)}
    latest = Edition.objects.for_plans(list(plans.values())).latest_of_each_plan()
    editions = {edition.plan_id: edition for edition in latest}
    rows = [_row(city, terms[city.pk], plans, editions) for city in cities]
    numbers = sorted({term.number for own in held.values() for term in own}, reverse=True)
    return sorted(rows, key=lambda row: (row.city.name, row.city.code)), numbers


def _row(
    city: Municipality, term: Term | None, plans: dict[int, Plan], editions: dict[int, Edition]
) -> Compared:
    plan = plans.get(term.pk) if term else None
    edition = editions.get(plan.pk) if plan else None
    return Compared(city, term, edition, read_summary(edition.summary) if edition else None)


def shown_by(rows: Iterable[Compared], method: str | None) -> list[Shown]:
    """The cities that published something: by name each with its own headline, or by one formula for all, the
    highest exact rate first, who has none last."""
    published = [row for row in rows if row.summary]
    if method is None:
        return [Shown(row, row.summary.headline if row.summary else None) for row in published]
    return sorted((Shown(row, row.line(method)) for row in published), key=lambda shown: -_worth(shown.line))


def _worth(line: MethodLine | None) -> Fraction:
    """What a rate is sorted by; below 0 where there is none."""
    if line is None or line.rate.display in {"", "–"}:
        return Fraction(-1)
    return Fraction(line.rate.exact or line.rate.display)


def dates_of(rows: Sequence[Compared]) -> list[dt.date]:
    """The 기준일 of the figures that stand side by side, the first one first."""
    return sorted({row.edition.as_of for row in rows if row.edition})


def numbers_of(rows: Sequence[Compared]) -> list[int]:
    """The terms that stand side by side."""
    return sorted({row.term.number for row in rows if row.term and row.edition})


def sizes_of(rows: Sequence[Compared]) -> list[int]:
    """The numbers of pledges that stand side by side."""
    return sorted({row.summary.counts["total"] for row in rows if row.summary})


def differ_in_dropped(rows: Sequence[Compared]) -> bool:
    """Whether some plans leave dropped pledges out and others count them."""
    return len({row.summary.counts_dropped for row in rows if row.summary}) > 1


# --- As a file ----------------------------------------------------------------------

METHODS = [method.value for method in HeadlineMethod]


def as_rows(shown: Iterable[Shown], address_of: Any) -> list[dict[str, Any]]:
    """The rows for machines: codes, rates as shown and exact ("220/3", in percent), money in whole 원,
    null where there is nothing. ``address_of`` gives the absolute address of a plan's front page in its
    edition."""
    return [_as_row(each.row, address_of) for each in shown]


def _as_row(row: Compared, address_of: Any) -> dict[str, Any]:
    summary, edition, term = row.summary, row.edition, row.term
    assert summary is not None and edition is not None and term is not None  # noqa: S101, PT018 - published
    lines = {method: row.line(method) for method in METHODS}
    rates = {method: line.rate if line else None for method, line in lines.items()}
    return {
        "city_code": row.city.code,
        "city": row.city.name,
        "fictional": row.city.is_fictional,
        "term": term.number,
        "as_of": edition.as_of.isoformat(),
        "edition": edition.number,
        "headline_method": summary.headline.method,
        "headline": _text(summary.headline.rate),
        **{method: _text(rate) for method, rate in rates.items()},
        **{f"{method}_exact": rate.exact if rate else None for method, rate in rates.items()},
        **{f"{method}_of": line.of if line else None for method, line in lines.items()},
        "counts_dropped": summary.counts_dropped,
        "pledges": summary.counts["total"],
        **{status.value: summary.counts.get(status, 0) for status in COLUMNS},
        "other_or_none": row.statuses[-1],
        "planned": summary.planned,
        "executed": summary.executed,
        "execution_rate": summary.execution_rate,
        "url": address_of(row),
    }


def _text(rate: RateText | None) -> str | None:
    return None if rate is None or rate.display in {"", "–"} else rate.display
