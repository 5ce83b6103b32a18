"""The card document: everything the official card of one pledge shows, typed and immutable.

Built from approved data only (``build_cards``), frozen in editions, and
rendered as page, JSON, spreadsheet and print. It is language-neutral: words of
the city stay as the city wrote them, closed lists are codes of
``pledges.enums``. It never holds the name of a person.

Units: money is whole 원 or None (nothing entered); rates are percent.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from budgets.models import Executed, Investment, Secured, SubProject
from pledges.enums import DatePrecision, IndicatorKind, Mark, MoneySource, Span
from pledges.models import (
    Achievement,
    Actual,
    Area,
    Indicator,
    Plan,
    PlannedQuarter,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    ScheduleMark,
    ScheduleTask,
    Term,
    YearlyTarget,
)
from pledges.notation import DateSpan, format_dates, format_number, format_year_value
from pledges.successors import read_departments_then
from reports.frozen import from_json, to_json
from reports.fulfilment import (
    IndicatorFulfilment,
    PlanFulfilment,
    PledgeFulfilment,
    display_rate,
    entered_sum,
    exact_text,
    pledge_fulfilments,
)

SCHEMA_VERSION = 1
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class RateText:
    """A rate in percent: ``exact`` in lowest terms ("220/3") or None, ``display`` by the plan's rounding.

    ``display`` is "–" where there is no rate. ``exact`` is also None where it has over 100 digits.
    """

    exact: str | None
    display: str


@dataclass(frozen=True, slots=True)
class PlanHeader:
    """Whose plan, and by which rules its figures are shown."""

    city_code: str
    city: str
    is_fictional: bool
    term: int
    code: str
    name: str
    money_unit: str
    decimals: int
    rounding: str


@dataclass(frozen=True, slots=True)
class AreaStep:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class YearColumn:
    """A column of the term: ``label`` is "2025", or "2026. 6." where the term ends in June."""

    year: int
    label: str


@dataclass(frozen=True, slots=True)
class QuarterColumn:
    year: int
    quarter: int


@dataclass(frozen=True, slots=True)
class GridRow:
    """A task of the quarter grid. One cell a quarter column: "", "planned", "under_way" or "done"."""

    task: str
    cells: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One row of an investment table, in 원. ``source`` is a MoneySource, or "total" for 총계.

    ``years`` has one entry a year column. ``within_term`` and ``total`` are sums
    of what was entered; None where nothing was.
    """

    source: str
    total: int | None
    prior: int | None
    within_term: int | None
    years: tuple[int | None, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class SubProjectTable:
    """A sub-project's block: planned by source with its total row first, then secured and executed rows."""

    name: str
    planned: tuple[MoneyRow, ...]
    secured: tuple[MoneyRow, ...]
    executed: tuple[MoneyRow, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """The pledge's money in 원. ``execution_rate`` is executed ÷ planned, two decimals, percent, or None."""

    planned: int | None
    secured: int | None
    executed: int | None
    execution_rate: str | None
    sub_projects: tuple[SubProjectTable, ...]
    total: SubProjectTable | None


@dataclass(frozen=True, slots=True)
class AchievementLine:
    """A dated line. ``date_text`` is canonical ("2023. 3.~9."); ``details`` its sub-lines."""

    date_text: str
    starts_on: dt.date
    ends_on: dt.date
    text: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator with one entry a year column.

    ``targets`` and ``actuals`` are cells in the sheet's notation ("1(4)", "-(1)", "70", "-", "");
    ``target_values``/``actual_values`` the year's own numbers, ``target_sums``/``actual_sums`` what charts
    draw (cumulative count, or the level), as plain decimal text, None where nothing was entered.
    ``flags`` holds codes such as "no_target".
    """

    name: str
    unit: str
    kind: str
    baseline: str | None
    targets: tuple[str, ...]
    actuals: tuple[str, ...]
    target_values: tuple[str | None, ...]
    actual_values: tuple[str | None, ...]
    target_sums: tuple[str | None, ...]
    actual_sums: tuple[str | None, ...]
    final_target: str | None
    actual: str | None
    rate: RateText
    to_date: RateText
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One pledge at one 기준일."""

    schema_version: int
    as_of: dt.date
    plan: PlanHeader
    position: int
    code: str
    name: str
    areas: tuple[AreaStep, ...]
    lead_department: str
    supporting_departments: tuple[str, ...]
    completion: str
    implementers: tuple[str, ...]
    novelty: str
    budgeted: bool | None
    status: str
    own_status: str
    rate: RateText
    to_date: RateText
    rate_is_entered: bool
    not_submitted: bool
    campaign_text: str
    goal: str
    basis: str
    overview: str
    effects: str
    years: tuple[YearColumn, ...]
    quarters: tuple[QuarterColumn, ...]
    grid: tuple[GridRow, ...]
    money: Money
    achievements: tuple[AchievementLine, ...]
    indicators: tuple[IndicatorRow, ...]
    cause: str
    remedy: str


# --- Documents as JSON --------------------------------------------------------

# What turns a document of a version into one of the next; a document that was
# frozen years ago is read through all that follow its own.
UPCASTERS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def upcast(
    data: Mapping[str, Any],
    upcasters: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]],
    newest: int,
) -> dict[str, Any]:
    """The document in today's shape. ValueError for a version that this portal doesn't know."""
    document = dict(data)
    while (version := int(document.get("schema_version", 0))) != newest:
        if version not in upcasters:
            raise ValueError(f"Unknown document version {version!r}; this portal reads up to {newest}.")
        document = upcasters[version](document)
    return document


def to_document(card: Card) -> dict[str, Any]:
    """The card as JSON values, in the order of its fields."""
    return dict(to_json(card))


def read_card(data: Mapping[str, Any]) -> Card:
    """The card that a document of this or an older version holds."""
    return from_json(Card, upcast(data, UPCASTERS, SCHEMA_VERSION))


# --- Building -----------------------------------------------------------------


def plan_header(plan: Plan) -> PlanHeader:
    """Whose plan it is. Reads the plan's term and city."""
    city = plan.term.municipality
    return PlanHeader(
        city_code=city.code,
        city=city.name,
        is_fictional=city.is_fictional,
        term=plan.term.number,
        code=plan.code,
        name=plan.name,
        money_unit=plan.money_unit,
        decimals=plan.decimals,
        rounding=plan.rounding,
    )


def year_columns(term: Term) -> tuple[YearColumn, ...]:
    """One column a year that the term touches."""
    return tuple(YearColumn(year, term.year_label(year)) for year in term.years)


def rate_text(rate: Fraction | None, plan: Plan) -> RateText:
    """A rate, exact and as the plan displays it."""
    return RateText(exact_text(rate), display_rate(rate, plan.decimals, plan.rounding))


def build_cards(
    plan: Plan,
    as_of: dt.date,
    *,
    pledges: Collection[Pledge] | None = None,
    fulfilment: PlanFulfilment | None = None,
) -> list[Card]:
    """The cards of the plan's pledges at ``as_of`` from approved data, in order; or of ``pledges`` alone.

    Departments are those of that day, by the names they had. Takes 17 queries
    whatever the size, and the figures' own where ``fulfilment`` isn't given.
    Rates and totals are fulfilment's; here they are only laid out.
    """
    chosen = None if pledges is None else [pledge.pk for pledge in pledges]
    figures = (
        fulfilment.by_pk
        if fulfilment is not None
        else {figure.pk: figure for figure in pledge_fulfilments(plan, as_of, chosen)}
    )
    material = _Material(plan, as_of, chosen)
    # A pledge that was added between two queries is in the next card build.
    return [
        _card(material, pledge, figures[pledge.pk]) for pledge in material.pledges if pledge.pk in figures
    ]


# Amounts of one sub-project: by source, then by column (a year, "prior" or "after").
_Columns = dict[int | str, int]
_Amounts = dict[str, _Columns]


class _Material:
    """Everything the cards of a plan are laid out from, read once and sorted by what it hangs on."""

    def __init__(self, plan: Plan, as_of: dt.date, chosen: Collection[int] | None) -> None:
        def of(rows: Any, pledge: str) -> Any:
            """The rows of the plan's pledges, or of the chosen ones."""
            if chosen is not None:
                return rows.filter(**{f"{pledge}__in": chosen})
            return rows.filter(**{f"{pledge}__plan": plan})

        self.plan, self.as_of, self.term = plan, as_of, plan.term
        self.header = plan_header(plan)
        self.years = year_columns(plan.term)
        self.quarters = tuple(QuarterColumn(year, quarter) for year, quarter in plan.term.quarters)
        selected = Pledge.objects.for_plan(plan).with_departments().in_order()
        self.pledges = list(selected if chosen is None else selected.filter(pk__in=chosen))
        self.departments = read_departments_then(plan, as_of)
        self.areas = {area.pk: area for area in Area.objects.filter(plan=plan)}

        self.has_period = ReportingPeriod.objects.for_plan(plan).for_term().filter(as_of=as_of).exists()
        reports = ProgressReport.objects.live().for_plan(plan).filter(period__as_of=as_of)
        self.words = {
            pledge: (cause, remedy)
            for pledge, cause, remedy in of(reports, "pledge").values_list("pledge", "cause", "remedy")
        }

        self.tasks = _by_first(of(ScheduleTask.objects, "pledge").values_list("pledge", "pk", "name", "note"))
        quarters = of(PlannedQuarter.objects, "task__pledge").order_by()
        self.planned_quarters = set(quarters.values_list("task", "year", "quarter"))
        # In the order of the periods: what a later report says of a quarter replaces the earlier mark.
        marks = of(ScheduleMark.objects.for_live_reports(plan, as_of), "report__pledge").in_period_order()
        self.marks = {
            (task, year, quarter): mark
            for task, year, quarter, mark in marks.values_list("task", "year", "quarter", "mark")
        }

        self.sub_projects = _by_first(of(SubProject.objects, "pledge").values_list("pledge", "pk", "name"))
        self.investments = self._planned(of(Investment.objects, "sub_project__pledge"))
        self.secured = self._planned(of(Secured.objects, "sub_project__pledge"))
        self.executed = self._executed(of(Executed.objects.for_live_reports(plan, as_of), "report__pledge"))

        self.achievements: dict[int, dict[tuple[DateSpan, str], str]] = defaultdict(dict)
        lines = of(Achievement.objects.for_live_reports(plan, as_of), "report__pledge")
        for pledge, starts_on, ends_on, precision, open_ended, text, details in lines.in_period_order(
            "position"
        ).values_list("report__pledge", "starts_on", "ends_on", "precision", "open_ended", "text", "details"):
            # The same line in a later report is one line, with the details that were given last.
            span = DateSpan(starts_on, ends_on, DatePrecision(precision), open_ended)
            self.achievements[pledge][span, text] = details

        self.indicators = {
            pk: (unit, baseline)
            for pk, unit, baseline in of(Indicator.objects, "pledge").values_list("pk", "unit", "baseline")
        }
        self.targets: dict[int, dict[int, Decimal]] = defaultdict(dict)
        for pk, year, value in of(YearlyTarget.objects, "indicator__pledge").values_list(
            "indicator", "year", "value"
        ):
            self.targets[pk][year] = value
        self.actuals: dict[int, dict[int, list[Decimal]]] = defaultdict(dict)
        values = of(Actual.objects.for_live_reports(plan, as_of), "report__pledge").in_period_order()
        for pk, date, value in values.values_list("indicator", "report__period__as_of", "value"):
            self.actuals[pk].setdefault(date.year, []).append(value)

    def _planned(self, rows: Any) -> dict[int, _Amounts]:
        found: dict[int, _Amounts] = defaultdict(lambda: defaultdict(dict))
        for project, source, span, year, amount in rows.order_by().values_list(
            "sub_project", "source", "span", "year", "amount"
        ):
            column = self._column(year) if span == Span.YEAR else span
            _put(found[project][source], column, amount)
        return found

    def _executed(self, rows: Any) -> dict[int, _Amounts]:
        found: dict[int, _Amounts] = defaultdict(lambda: defaultdict(dict))
        for project, source, date, amount in rows.order_by().values_list(
            "sub_project", "source", "report__period__as_of", "amount"
        ):
            before = date <= self.term.prior_as_of
            _put(found[project][source], Span.PRIOR if before else self._column(date.year), amount)
        return found

    def _column(self, year: int) -> int | str:
        """The column of a year; a year outside the term stands before or after it, so that sums agree."""
        if year < self.years[0].year:
            return Span.PRIOR
        return Span.AFTER if year > self.years[-1].year else year


def _by_first(rows: Iterable[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
    """Rows by their first value, in order, without it."""
    found: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for first, *rest in rows:
        found[first].append(tuple(rest))
    return found


def _put(columns: _Columns, column: int | str, amount: int) -> None:
    columns[column] = columns.get(column, 0) + amount


def _card(material: _Material, pledge: Pledge, figure: PledgeFulfilment) -> Card:
    plan = material.plan
    cause, remedy = material.words.get(pledge.pk, ("", ""))
    return Card(
        schema_version=SCHEMA_VERSION,
        as_of=material.as_of,
        plan=material.header,
        position=pledge.position,
        code=pledge.code,
        name=pledge.name,
        areas=_area_steps(pledge.area_id, material.areas),
        lead_department=material.departments.lead(pledge),
        supporting_departments=material.departments.supporting(pledge),
        completion=pledge.completion,
        implementers=tuple(kind.value for kind in pledge.implementers),
        novelty=pledge.novelty,
        budgeted=pledge.budgeted,
        status=figure.status.value,
        own_status=figure.own_status,
        rate=rate_text(figure.rate, plan),
        to_date=rate_text(figure.to_date, plan),
        rate_is_entered=figure.rate_is_entered,
        not_submitted=material.has_period and pledge.pk not in material.words,
        campaign_text=pledge.campaign_text,
        goal=pledge.goal,
        basis=pledge.basis,
        overview=pledge.overview,
        effects=pledge.effects,
        years=material.years,
        quarters=material.quarters,
        grid=_grid(material, pledge.pk),
        money=_money(material, pledge.pk, figure),
        achievements=_achievements(material.achievements.get(pledge.pk, {})),
        indicators=tuple(_indicator_row(material, indicator) for indicator in figure.indicators),
        cause=cause,
        remedy=remedy,
    )


def _area_steps(pk: int | None, areas: Mapping[int, Area]) -> tuple[AreaStep, ...]:
    """The pledge's area under those that hold it, the top one first."""
    steps: list[Area] = []
    while pk is not None and pk in areas and areas[pk] not in steps:
        steps.append(areas[pk])
        pk = areas[pk].parent_id
    return tuple(AreaStep(area.code, area.name) for area in reversed(steps))


# --- The quarter grid -----------------------------------------------------------


def _grid(material: _Material, pledge: int) -> tuple[GridRow, ...]:
    return tuple(
        GridRow(
            task=name,
            cells=tuple(_cell(material, (task, column.year, column.quarter)) for column in material.quarters),
            note=note,
        )
        for task, name, note in material.tasks.get(pledge, ())
    )


def _cell(material: _Material, cell: tuple[int, int, int]) -> str:
    mark = material.marks.get(cell, Mark.NONE)
    if mark != Mark.NONE:
        return str(mark)
    return "planned" if cell in material.planned_quarters else ""


# --- Money ------------------------------------------------------------------------


def _money(material: _Material, pledge: int, figure: PledgeFulfilment) -> Money:
    projects = material.sub_projects.get(pledge, [])
    parts = [
        (name, material.investments.get(pk, {}), material.secured.get(pk, {}), material.executed.get(pk, {}))
        for pk, name in projects
    ]
    tables = tuple(_table(material, name, *amounts) for name, *amounts in parts)
    total = None
    if len(parts) > 1:
        total = _table(material, "", *(_merged(part[kind] for part in parts) for kind in (1, 2, 3)))
    execution = figure.execution_rate
    return Money(
        planned=figure.planned,
        secured=figure.secured,
        executed=figure.executed,
        execution_rate=None if execution is None else display_rate(execution, 2, material.plan.rounding),
        sub_projects=tables,
        total=total,
    )


def _merged(parts: Iterable[_Amounts]) -> _Amounts:
    merged: _Amounts = defaultdict(dict)
    for part in parts:
        for source, columns in part.items():
            for column, amount in columns.items():
                _put(merged[source], column, amount)
    return merged


def _table(
    material: _Material, name: str, planned: _Amounts, secured: _Amounts, executed: _Amounts
) -> SubProjectTable:
    """A block as the official table has it: 총계 and the sources in use, then what was secured and spent."""
    return SubProjectTable(
        name=name,
        planned=_rows(material, planned) or (_row(material, TOTAL, {}),),
        secured=_rows(material, secured, only_given=True),
        executed=_rows(material, executed, only_given=True),
    )


def _rows(material: _Material, amounts: _Amounts, *, only_given: bool = False) -> tuple[MoneyRow, ...]:
    """The total row and one a source with amounts; ``only_given``: none by source if none is named."""
    if not amounts:
        return ()
    total = _merged({TOTAL: columns} for columns in amounts.values())[TOTAL]
    sources: Sequence[str] = [source for source in MoneySource.values if source in amounts]
    if only_given and sources == [MoneySource.UNSPECIFIED]:
        sources = []
    return (
        _row(material, TOTAL, total),
        *(_row(material, source, amounts[source]) for source in sources),
    )


def _row(material: _Material, source: str, columns: Mapping[int | str, int]) -> MoneyRow:
    years = tuple(columns.get(column.year) for column in material.years)
    prior, after = columns.get(Span.PRIOR), columns.get(Span.AFTER)
    return MoneyRow(
        source=source,
        total=entered_sum((prior, *years, after)),
        prior=prior,
        within_term=entered_sum(years),
        years=years,
        after=after,
    )


# --- Achievements and indicators ----------------------------------------------------


def _achievements(lines: Mapping[tuple[DateSpan, str], str]) -> tuple[AchievementLine, ...]:
    in_order = sorted(lines.items(), key=lambda line: (line[0][0].starts_on, line[0][0].ends_on))
    return tuple(
        AchievementLine(
            date_text=format_dates(span),
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            text=text,
            details=tuple(detail for detail in details.splitlines() if detail.strip()),
        )
        for (span, text), details in in_order
    )


def _indicator_row(material: _Material, figure: IndicatorFulfilment) -> IndicatorRow:
    unit, baseline = material.indicators.get(figure.pk, ("", None))
    counts = figure.kind == IndicatorKind.CUMULATIVE
    years = [column.year for column in material.years]
    targets = material.targets.get(figure.pk, {})
    actuals = {
        year: sum(values, Decimal(0)) if counts else values[-1]
        for year, values in material.actuals.get(figure.pk, {}).items()
    }
    opening = (baseline or Decimal(0)) if counts else None
    target = _year_cells(
        targets, years, opening, until=max(targets, default=0), beyond="-" if targets else ""
    )
    actual = _year_cells(actuals, years, opening, until=material.as_of.year, beyond="")
    return IndicatorRow(
        name=figure.name,
        unit=unit,
        kind=figure.kind,
        baseline=_number(baseline),
        targets=target.cells,
        actuals=actual.cells,
        target_values=target.values,
        actual_values=actual.values,
        target_sums=target.sums,
        actual_sums=actual.sums,
        final_target=_number(figure.target),
        actual=_number(figure.actual),
        rate=rate_text(figure.rate, material.plan),
        to_date=rate_text(figure.to_date, material.plan),
        flags=figure.flags,
    )


@dataclass(frozen=True, slots=True)
class _YearCells:
    cells: tuple[str, ...]
    values: tuple[str | None, ...]
    sums: tuple[str | None, ...]


def _year_cells(
    values: Mapping[int, Decimal], years: Sequence[int], opening: Decimal | None, *, until: int, beyond: str
) -> _YearCells:
    """A row of the indicator table: blank before the first value, ``-(1)`` where a later year has none.

    ``opening`` is what the running sum starts from, None for a level, which has
    no sum. Years after ``until`` show ``beyond``.
    """
    before = [value for year, value in values.items() if year < years[0]]
    running = None if opening is None else opening + sum(before, Decimal(0))
    started = bool(before)
    cells: list[str] = []
    sums: list[str | None] = []
    for year in years:
        own = values.get(year)
        started = started or own is not None
        if running is not None and own is not None:
            running += own
        if year > until or not started:
            cells.append(beyond if year > until else "")
            sums.append(None)
        elif running is None:
            cells.append("-" if own is None else format_year_value(own))
            sums.append(_number(own))
        else:
            cells.append(format_year_value(own, running))
            sums.append(_number(running))
    return _YearCells(tuple(cells), tuple(_number(values.get(year)) for year in years), tuple(sums))


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format_number(value)
