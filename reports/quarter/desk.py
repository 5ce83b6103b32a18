"""One person's desk: what to do next in each open period, in the order in which it should be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pledges.enums import ReportState
from pledges.models import ProgressReport, ReportComment
from pledges.permissions import Action, can, reach_of
from pledges.workflow import HANDED_IN, awaits_head
from reports.quarter.boards import NOT_STARTED, PeriodWork, WorkLine
from reports.quarter.lookups import staff_url

# What was sent back first, then what was begun, then what nobody has touched.
ORDER = {ReportState.RETURNED.value: 0, ReportState.DRAFT.value: 1, NOT_STARTED: 2}


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A report to be written, with the last word that was said when it was returned."""

    line: WorkLine
    remark: ReportComment | None


@dataclass(frozen=True)
class DeskPeriod:
    """One open period on a person's desk.

    ``unchanged`` counts the pledges that carry-over can write; ``checks``: the
    person checks this city's reports.
    """

    work: PeriodWork
    to_do: Sequence[DeskLine]
    to_sign: Sequence[WorkLine]
    unchanged: int
    checks: bool

    @property
    def next(self) -> DeskLine | None:
        return self.to_do[0] if self.to_do else None

    @property
    def after_next(self) -> Sequence[DeskLine]:
        """What is to be written once the next one is done."""
        return self.to_do[1:]

    @property
    def handed_in(self) -> list[WorkLine]:
        """The own lines that lie with somebody else now, or are done."""
        return [line for line in self.work.own if line.turn in (*HANDED_IN, ReportState.APPROVED)]

    @property
    def links(self) -> dict[str, str]:
        plan, as_of = self.work.plan, self.work.period.as_of
        return self.work.links | {name: staff_url(name, plan, as_of) for name in ("unchanged", "sign")}


def read_desk(user: Any, works: Sequence[PeriodWork]) -> list[DeskPeriod]:
    """The periods of ``boards.my_work`` as a desk: two queries more, whatever their number."""
    signing = reach_of(user, Action.SIGN_REPORT)
    to_do = [line for work in works for line in work.lines if line.is_to_do]
    remarks = last_remarks(
        [line.report.pk for line in to_do if line.report and line.turn == ReportState.RETURNED]
    )
    untouched = {line.pledge.pk for line in to_do if can_be_carried(line)}
    since = ProgressReport.objects.for_pledges(untouched).first_approved() if untouched else {}
    found = []
    for work in works:
        lines = sorted((line for line in work.lines if line.is_to_do), key=lambda line: ORDER[line.turn])
        found.append(
            DeskPeriod(
                work=work,
                to_do=[
                    DeskLine(line, remarks.get(line.report.pk) if line.report else None) for line in lines
                ],
                to_sign=[
                    line
                    for line in work.lines
                    if line.report
                    and awaits_head(line.report, work.plan)
                    and (signing.everything or line.pledge.lead_department_id in signing.leading)
                ],
                unchanged=sum(
                    can_be_carried(line)
                    and line.pledge.pk in since
                    and since[line.pledge.pk] < work.period.as_of
                    for line in lines
                ),
                checks=can(user, Action.CHECK_REPORT, municipality=work.plan.term.municipality_id),
            )
        )
    return found


def can_be_carried(line: WorkLine) -> bool:
    """Whether nothing was written for the pledge yet, by the department that leads it."""
    return line.turn == NOT_STARTED and line.enters and not line.is_invited


def last_remarks(reports: Sequence[int]) -> dict[int, ReportComment]:
    """Of each report (by id) the last word of somebody other than who handed it in, else the last at all.

    One query; none without reports.
    """
    found: dict[int, ReportComment] = {}
    if not reports:
        return found
    comments = list(
        ReportComment.objects.filter(report__in=reports)
        .select_related("author", "report")
        .order_by("created_at", "pk")
    )
    for by_writer in (True, False):
        for comment in comments:
            if (comment.author_id == comment.report.submitted_by_id) is by_writer:
                found[comment.report_id] = comment
    return found
