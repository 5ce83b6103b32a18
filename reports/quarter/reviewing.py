"""What the planning office looks at when it checks one report, and which report it checks next."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pledges.enums import ReportSection
from pledges.models import ProgressReport, ReportingPeriod
from reports.cards import read_card
from reports.models import Edition, EditionPledge
from reports.quarter.changes import Change, changes_since_edition, is_unchanged
from reports.quarter.checks import ReportWarning, warnings_of
from reports.quarter.entry import Entry
from reports.quarter.figures import Figures, stored_figures
from reports.quarter.lookups import staff_url


@dataclass(frozen=True, slots=True)
class SectionReview:
    """A part of the report: what it changes and what contradicts itself there."""

    section: ReportSection
    changes: Sequence[Change]
    warnings: Sequence[ReportWarning]

    @property
    def label(self) -> Any:
        return self.section.label

    @property
    def is_quiet(self) -> bool:
        return not (self.changes or self.warnings)


@dataclass(frozen=True)
class Review:
    """A report against ``edition``, the last one that readers have with its pledge; None: none yet."""

    entry: Entry
    figures: Figures
    edition: Edition | None
    changes: Sequence[Change]
    warnings: Sequence[ReportWarning]

    @cached_property
    def sections(self) -> list[SectionReview]:
        """The parts that this report has, in the form's order."""
        return [
            SectionReview(
                section,
                [change for change in self.changes if change.section == section],
                [warning for warning in self.warnings if warning.section == section],
            )
            for section in sections_of(self.entry)
        ]

    @property
    def is_unchanged(self) -> bool:
        return is_unchanged(self.entry)


def sections_of(entry: Entry) -> list[ReportSection]:
    """The parts of a report on this pledge: those that it has fields for."""
    has = {
        ReportSection.INDICATORS: bool(entry.indicators),
        ReportSection.MONEY: bool(entry.money),
        ReportSection.SCHEDULE: bool(entry.tasks),
    }
    return [section for section in ReportSection if has.get(section, True)]


def read_review(entry: Entry) -> Review:
    """The review of an entry: one query, for the edition's card."""
    row = EditionPledge.objects.for_pledge(entry.pledge).up_to(entry.period.as_of).with_edition().first()
    figures = stored_figures(entry)
    return Review(
        entry=entry,
        figures=figures,
        edition=row.edition if row else None,
        changes=changes_since_edition(entry, read_card(row.card) if row else None),
        warnings=warnings_of(entry, figures),
    )


@dataclass(frozen=True, slots=True)
class Queued:
    """A report that waits to be checked: its pledge and the way there."""

    code: str
    name: str
    link: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The reports of a period that wait to be checked, seen from one pledge: the one before, the one after.

    ``place`` counts from 1 and is 0 where this pledge's own is not among them.
    """

    before: Queued | None
    after: Queued | None
    place: int
    total: int


def read_queue(period: ReportingPeriod, entry: Entry) -> Queue:
    """Where the entry stands among the reports to check, in the plan's order: one query."""
    waiting = list(
        ProgressReport.objects.for_period(period)
        .awaiting_office(head_signs=period.plan.head_signs)
        .in_plan_order()
        .values_list("pledge__position", "pledge", "pledge__code", "pledge__name")
    )
    here = (entry.pledge.position, entry.pledge.pk)

    def queued(row: tuple[int, int, str, str]) -> Queued:
        return Queued(row[2], row[3], staff_url("report", period.plan, period.as_of, row[2]))

    before = [row for row in waiting if row[:2] < here]
    after = [row for row in waiting if row[:2] > here]
    return Queue(
        before=queued(before[-1]) if before else None,
        after=queued(after[0]) if after else None,
        place=len(before) + 1 if len(before) + len(after) < len(waiting) else 0,
        total=len(waiting),
    )
