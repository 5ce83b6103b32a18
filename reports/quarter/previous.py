"""What the report before this one said, to stand beside the form."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pledges.enums import Mark
from pledges.models import ProgressReport
from pledges.notation import format_dates
from reports.fulfilment import entered_sum
from reports.quarter.entry import Entry, status_label
from reports.revisions import Contents, read_contents


@dataclass(frozen=True, slots=True)
class LastMark:
    """What was said of a task last, and of which quarter."""

    year: int
    quarter: int
    mark: str

    @property
    def label(self) -> Any:
        return Mark(self.mark).label


@dataclass(frozen=True, slots=True)
class LastLine:
    dates: str
    text: str
    details: str


@dataclass(frozen=True, slots=True)
class Previous:
    """The live report of the latest earlier period that has one.

    ``values`` by indicator and ``executed`` (원) by sub-project are that
    period's own, not sums to date; ``marks`` by task.
    """

    report: ProgressReport
    values: Mapping[int, Decimal]
    executed: Mapping[int, int]
    marks: Mapping[int, LastMark]
    achievements: Sequence[LastLine]

    @property
    def as_of(self) -> dt.date:
        return self.report.period.as_of

    @property
    def status_label(self) -> Any:
        return status_label(self.report.status, own_status=self.report.own_status)


def read_previous(entry: Entry) -> Previous | None:
    """``entry.previous`` with everything that hangs on it, in five queries; None where there is none."""
    report = entry.previous
    if report is None:
        return None
    held = read_contents([report.pk])[report.pk]
    return Previous(
        report=report,
        values=held.actuals,
        executed=_executed(held),
        marks=_marks(held),
        achievements=[
            LastLine(format_dates(span), text, line.details)
            for (span, text), line in held.achievements.items()
        ],
    )


def _executed(held: Contents) -> dict[int, int]:
    projects = {project for project, _source in held.executed}
    sums = {
        project: entered_sum(amount for (of, _source), amount in held.executed.items() if of == project)
        for project in projects
    }
    return {project: amount for project, amount in sums.items() if amount is not None}


def _marks(held: Contents) -> dict[int, LastMark]:
    last: dict[int, LastMark] = {}
    for (task, year, quarter), mark in sorted(held.marks.items()):
        last[task] = LastMark(year, quarter, mark)
    return last
