"""The summary document: what a plan as a whole shows at one 기준일, frozen beside its cards."""

import datetime as dt
from dataclasses import dataclass

from reports.cards import MoneyRow, PlanHeader, RateText, YearColumn

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class MethodLine:
    """One headline formula with this plan's numbers.

    ``of`` is the denominator (pledges counted), ``numerator`` the count of a
    share, or the exact sum of the averaged rates as text.
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
