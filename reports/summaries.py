"""The summary document: what a plan as a whole shows at one 기준일, frozen beside its cards."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pledges.enums import MoneySource
from pledges.models import Plan
from reports.cards import (
    TOTAL,
    Card,
    MoneyRow,
    PlanHeader,
    RateText,
    YearColumn,
    build_cards,
    plan_header,
    upcast,
    year_columns,
)
from reports.frozen import from_json, to_json
from reports.fulfilment import (
    MethodFulfilment,
    PlanFulfilment,
    display_rate,
    entered_sum,
    exact_text,
    plan_fulfilment,
)

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class MethodLine:
    """One headline formula with this plan's numbers.

    ``of`` is the denominator (pledges counted), ``numerator`` the count of a
    share, or the exact sum of the averaged rates as text ("2139/34"); "" where
    that has over 100 digits.
    """

    method: str
    rate: RateText
    numerator: str
    of: int


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area, sub-areas included. ``depth`` 0 is a top area; ``statuses`` counts by status code."""

    code: str
    name: str
    parent: str
    depth: int
    pledges: int
    rate: RateText
    statuses: dict[str, int]
    planned: int | None
    executed: int | None


@dataclass(frozen=True, slots=True)
class PledgeLine:
    """What lists of the front page need of one pledge (lagging, not submitted)."""

    code: str
    name: str
    status: str
    own_status: str
    department: str
    rate: RateText
    to_date: RateText


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """The plan at one 기준일. ``under_way`` is 100 minus the displayed headline where that is a share
    of completed pledges, else None. ``lagging``: to-date attainment below 100, lowest first."""

    schema_version: int
    as_of: dt.date
    plan: PlanHeader
    headline: MethodLine
    under_way: str | None
    methods: tuple[MethodLine, ...]
    counts_dropped: bool
    counts: dict[str, int]
    own_status_counts: dict[str, int]
    areas: tuple[AreaLine, ...]
    years: tuple[YearColumn, ...]
    planned: int | None
    secured: int | None
    executed: int | None
    execution_rate: str | None
    planned_rows: tuple[MoneyRow, ...]
    executed_row: MoneyRow | None
    lagging: tuple[PledgeLine, ...]
    not_submitted: tuple[PledgeLine, ...]


# --- Documents as JSON --------------------------------------------------------

UPCASTERS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def summary_document(summary: PlanSummary) -> dict[str, Any]:
    """The summary as JSON values, in the order of its fields."""
    return dict(to_json(summary))


def read_summary(data: Mapping[str, Any]) -> PlanSummary:
    """The summary that a document of this or an older version holds."""
    return from_json(PlanSummary, upcast(data, UPCASTERS, SCHEMA_VERSION))


# --- Building -----------------------------------------------------------------


def build_summary(
    plan: Plan,
    as_of: dt.date,
    *,
    fulfilment: PlanFulfilment | None = None,
    cards: Sequence[Card] | None = None,
) -> PlanSummary:
    """The plan at ``as_of``. Given its fulfilment and cards it asks the database nothing more.

    Rates are fulfilment's; the money table is the sum of the cards' tables.
    """
    figures = fulfilment or plan_fulfilment(plan, as_of)
    if cards is None:
        cards = build_cards(plan, as_of, fulfilment=figures)
    lines = {card.code: _pledge_line(card) for card in cards}
    behind = sorted(
        (pledge for pledge in figures.pledges if pledge.to_date is not None and pledge.to_date < 100),
        key=lambda pledge: pledge.to_date or 0,
    )
    execution = figures.execution_rate
    spent = [row for card in cards for row in _rows(card, "executed") if row.source == TOTAL]
    return PlanSummary(
        schema_version=SCHEMA_VERSION,
        as_of=as_of,
        plan=plan_header(plan),
        headline=_method_line(figures.headline),
        under_way=figures.under_way,
        methods=tuple(_method_line(line) for line in figures.methods.values()),
        counts_dropped=plan.counts_dropped,
        counts=dict(figures.counts),
        own_status_counts=dict(figures.own_status_counts),
        areas=tuple(
            AreaLine(
                code=area.code,
                name=area.name,
                parent=area.parent,
                depth=area.depth,
                pledges=area.pledges,
                rate=RateText(area.mean.exact, area.mean.display),
                statuses=dict(area.statuses),
                planned=area.planned,
                executed=area.executed,
            )
            for area in figures.areas
        ),
        years=year_columns(plan.term),
        planned=figures.planned,
        secured=figures.secured,
        executed=figures.executed,
        execution_rate=None if execution is None else display_rate(execution, 2, plan.rounding),
        planned_rows=_planned_rows(cards),
        executed_row=_sum_rows(TOTAL, spent),
        lagging=tuple(lines[pledge.code] for pledge in behind if pledge.code in lines),
        not_submitted=tuple(lines[card.code] for card in cards if card.not_submitted),
    )


def _method_line(line: MethodFulfilment) -> MethodLine:
    return MethodLine(
        method=line.method.value,
        rate=RateText(line.mean.exact, line.display),
        numerator=_text(line.numerator),
        of=line.of,
    )


def _text(number: Fraction) -> str:
    return exact_text(number) or ""


def _pledge_line(card: Card) -> PledgeLine:
    return PledgeLine(
        code=card.code,
        name=card.name,
        status=card.status,
        own_status=card.own_status,
        department=card.lead_department,
        rate=card.rate,
        to_date=card.to_date,
    )


def _rows(card: Card, kind: str) -> Iterable[MoneyRow]:
    """The rows of the card as a whole: of its total table, or of its only sub-project's."""
    tables = (card.money.total,) if card.money.total else card.money.sub_projects
    return (row for table in tables for row in getattr(table, kind))


def _planned_rows(cards: Iterable[Card]) -> tuple[MoneyRow, ...]:
    """The plan's investment table: its total row and one a source; empty where nothing was entered."""
    by_source: dict[str, list[MoneyRow]] = {}
    for card in cards:
        for row in _rows(card, "planned"):
            if row.total is not None:
                by_source.setdefault(row.source, []).append(row)
    sums = (_sum_rows(source, by_source.get(source, ())) for source in (TOTAL, *MoneySource.values))
    return tuple(row for row in sums if row is not None)


def _sum_rows(source: str, rows: Iterable[MoneyRow]) -> MoneyRow | None:
    """The rows added up column by column, what was not entered staying None; None of no rows."""
    rows = list(rows)
    if not rows:
        return None
    return MoneyRow(
        source=source,
        total=entered_sum(row.total for row in rows),
        prior=entered_sum(row.prior for row in rows),
        within_term=entered_sum(row.within_term for row in rows),
        years=tuple(entered_sum(column) for column in zip(*(row.years for row in rows), strict=True)),
        after=entered_sum(row.after for row in rows),
    )
