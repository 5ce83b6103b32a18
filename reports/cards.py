"""The card document: everything the official card of one pledge shows, typed and immutable.

Built from approved data only (``build_cards``), frozen in editions, and
rendered as page, JSON, spreadsheet and print. It is language-neutral: words of
the city stay as the city wrote them, closed lists are codes of
``pledges.enums``. It never holds the name of a person.

Units: money is whole 원 or None (nothing entered); rates are percent.
"""

import datetime as dt
from dataclasses import dataclass

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class RateText:
    """A rate in percent: ``exact`` in lowest terms ("220/3", "80") or None, ``display`` rounded by the plan ("73.33", "–")."""

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
