"""What is not settled yet in a period that is about to be published."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pledges.enums import ReportState
from pledges.models import Department, Plan, ProgressReport, ReportingPeriod
from pledges.workflow import awaits_head, awaits_office
from reports.previews import EditionPreview
from reports.quarter.boards import PeriodWork, WorkLine
from reports.quarter.checks import ReportWarning, warnings_of
from reports.quarter.entry import read_entries
from reports.quarter.forms.steps import LONGEST_TEXT
from reports.quarter.lookups import staff_url


@dataclass(frozen=True, slots=True)
class MissingDepartment:
    """A department without an approved report of some of its pledges, and until when it had to hand in."""

    department: Department | None
    due_on: dt.date
    is_overdue: bool
    lines: tuple[WorkLine, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The reports of a period that publishing leaves out, by what becomes of them.

    ``missing`` are published as 미제출, those longest overdue first. Of all lines
    ``with_office`` wait to be checked, ``with_head`` to be signed off; ``being_written`` are drafts and
    returned ones, ``corrections`` unfinished corrections of reports that are published as approved.
    """

    missing: tuple[MissingDepartment, ...]
    with_office: tuple[WorkLine, ...]
    with_head: tuple[WorkLine, ...]
    being_written: tuple[WorkLine, ...]
    corrections: tuple[WorkLine, ...]

    @property
    def missing_count(self) -> int:
        return sum(len(row.lines) for row in self.missing)


@dataclass(frozen=True, slots=True)
class Contradictory:
    """A report that is published as approved, and what contradicts itself in it."""

    line: WorkLine
    warnings: tuple[ReportWarning, ...]


def unsettled_reports(work: PeriodWork, *, today: dt.date) -> Unsettled:
    """What publishing the period would leave out. No query."""
    missing, corrections, plan = work.missing, work.corrections, work.plan
    lines = [*missing, *corrections]
    return Unsettled(
        missing=tuple(_by_department(missing, today)),
        with_office=tuple(line for line in lines if line.report and awaits_office(line.report, plan)),
        with_head=tuple(line for line in lines if line.report and awaits_head(line.report, plan)),
        being_written=tuple(
            line for line in missing if line.state in (ReportState.DRAFT, ReportState.RETURNED)
        ),
        corrections=tuple(corrections),
    )


def contradictory_reports(work: PeriodWork, codes: Collection[str]) -> list[Contradictory]:
    """The approved reports of these pledges that contradict themselves, without those that are being
    corrected already. A constant number of queries."""
    lines = {
        line.pledge.pk: line
        for line in work.lines
        if not line.is_missing and not line.is_correction and line.pledge.code in codes
    }
    pledges = [line.pledge for line in lines.values()]
    entries = read_entries(work.plan, work.period, pledges)
    found = ((lines[entry.pledge.pk], tuple(warnings_of(entry))) for entry in entries)
    return [Contradictory(line, warnings) for line, warnings in found if warnings]


@dataclass(frozen=True, slots=True)
class Unpublished:
    """An earlier published period in which ``reports`` were approved since; ``link`` publishes it."""

    as_of: dt.date
    reports: int
    link: str


def unpublished_before(period: ReportingPeriod) -> list[Unpublished]:
    """The published periods before this one with approved reports that none of their editions was made
    with, the earliest first: one query. Publishing this period shows them in its sums, and not there."""
    earlier = ReportingPeriod.objects.for_plan(period.plan).for_term().before(period.as_of)
    return [
        Unpublished(each.as_of, each.unpublished_count, staff_url("publish", period.plan, each.as_of))
        for each in earlier.with_unpublished_reports().order_by("as_of")
    ]


def reason_of(plan: Plan, previews: Sequence[EditionPreview]) -> str:
    """What the corrections say that these editions are made of, to begin the public reason with: each reason
    once, with the codes of its pledges where they are several. "" where no edition is a correction.

    One query; none without a correction.
    """
    corrected = {each.as_of: each.base.published_at for each in previews if each.is_correction and each.base}
    if not corrected:
        return ""
    # A first edition goes with the corrections of later ones that it changes.
    since = {each.as_of: corrected.get(each.as_of, min(corrected.values())) for each in previews}
    codes: dict[str, list[str]] = {}
    approved = ProgressReport.objects.for_plan(plan).for_dates(since).approved().with_places()
    for report in approved.in_plan_order():
        if report.reason and report.approved_at and report.approved_at > since[report.period.as_of]:
            codes.setdefault(report.reason, []).append(report.pledge.code)
    if len(codes) == 1:
        return next(iter(codes))
    lines = (f"{', '.join(dict.fromkeys(of))}: {reason}" for reason, of in codes.items())
    return "\n".join(lines)[:LONGEST_TEXT]


def _by_department(lines: Iterable[WorkLine], today: dt.date) -> list[MissingDepartment]:
    found: dict[int | None, list[WorkLine]] = {}
    for line in lines:
        found.setdefault(line.pledge.lead_department_id, []).append(line)
    rows = [
        MissingDepartment(
            department=own[0].pledge.lead_department,
            due_on=own[0].due_on,
            is_overdue=own[0].due_on < today,
            lines=tuple(own),
        )
        for own in found.values()
    ]
    return sorted(rows, key=lambda row: (row.due_on, row.department is None, str(row.department)))
