"""What comes next of a pledge: what its published card plans for the time after the 기준일.

Nothing is computed but what is left of a target that the card itself holds.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from pledges.enums import IndicatorKind
from pledges.notation import format_number
from reports.cards import Card, GridRow, IndicatorRow, QuarterColumn

# What a cell of the grid shows for a quarter in which something is still to happen.
OPEN = ("planned", "under_way")
MONTHS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """A task with the quarters in which it is still to be worked on, as "Q4 2025 – Q2 2026, Q4 2026"."""

    task: str
    when: str


@dataclass(frozen=True, slots=True)
class Goal:
    """An indicator's target at the end of the year at hand, what there is of it, and what is left.

    Figures are as the card writes them; "–" is none. ``is_met`` where nothing is left.
    """

    name: str
    unit: str
    target: str
    done: str
    left: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """``until`` is the year of the goals as the card calls it: "2025", or "2026. 6." where the term ends."""

    steps: tuple[Step, ...]
    goals: tuple[Goal, ...]
    until: str


def what_comes(card: Card) -> Coming:
    """The planned quarters after the card's 기준일, and the targets of the year that the day after it is in.

    A quarter that the 기준일 does not end is still to come. After the term there is neither.
    """
    year = (card.as_of + dt.timedelta(days=1)).year
    place = next((number for number, column in enumerate(card.years) if column.year == year), None)
    steps = tuple(_steps(card))
    if place is None:
        return Coming(steps, (), "")
    goals = tuple(filter(None, (_goal(line, place) for line in card.indicators)))
    return Coming(steps, goals, card.years[place].label)


def _steps(card: Card) -> Iterator[Step]:
    """The tasks in the order in which they begin; those of one beginning in the card's order."""
    found = []
    for line in card.grid:
        runs = list(_runs(line, card.quarters, card.as_of))
        if runs:
            found.append((runs[0][0], Step(line.task, ", ".join(_words(*run) for run in runs))))
    for _first, step in sorted(found, key=lambda each: each[0]):
        yield step


def _runs(line: GridRow, quarters: Sequence[QuarterColumn], as_of: dt.date) -> Iterator[tuple[int, int]]:
    """Quarters to come that follow each other, as first and last, each a number that counts quarters."""
    first = last = None
    for column, cell in zip(quarters, line.cells, strict=True):
        if cell not in OPEN or _last_day(column) <= as_of:
            continue
        number = column.year * 4 + column.quarter - 1
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last


def _last_day(column: QuarterColumn) -> dt.date:
    months = column.year * 12 + column.quarter * MONTHS
    return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)


def _words(first: int, last: int) -> str:
    named = [
        _("%(year)d Q%(quarter)d") % {"year": number // 4, "quarter": number % 4 + 1}
        for number in dict.fromkeys((first, last))
    ]
    return " ~ ".join(named)


def _goal(line: IndicatorRow, place: int) -> Goal | None:
    """The target of the year at ``place``, or the last one before it that still stands; None without one."""
    target = _last_given(line.target_sums[: place + 1])
    if target is None:
        return None
    done = _last_given(line.actual_sums[: place + 1])
    if done is None and line.kind != IndicatorKind.CUMULATIVE and line.actual is not None:
        done = Decimal(line.actual)
    left: Decimal | None
    if done is None:
        # Sums begin at the baseline, which is there already.
        left = target - Decimal(line.baseline or 0) if line.kind == IndicatorKind.CUMULATIVE else None
    else:
        left = done - target if line.kind == IndicatorKind.DECREASING else target - done
    is_met = done is not None and left is not None and left <= 0
    return Goal(
        name=line.name,
        unit=line.unit,
        target=_written(target),
        done=_written(done),
        left="" if is_met else _written(left),
        is_met=is_met,
    )


def _last_given(values: Sequence[str | None]) -> Decimal | None:
    given = [value for value in values if value is not None]
    return Decimal(given[-1]) if given else None


def _written(value: Decimal | None) -> str:
    return "–" if value is None else format_number(value, grouped=True)
