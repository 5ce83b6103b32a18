"""The thread of a report: every word and every step, over all revisions, in the order in which they came."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from pledges.enums import ReportSource, ReportState
from pledges.models import ProgressReport
from reports.quarter.entry import Entry

# What a report's new state says of the step that led there, by the state before; None is any other.
STEPS: dict[str, dict[str | None, Any]] = {
    ReportState.DRAFT: {
        ReportState.SUBMITTED: _("Taken back"),
        ReportState.SIGNED: _("Taken back"),
        None: _("Begun"),
    },
    ReportState.SUBMITTED: {None: _("Submitted")},
    ReportState.SIGNED: {
        ReportState.SUBMITTED: _("Signed off"),
        None: _("Submitted and signed off by the head"),
    },
    ReportState.RETURNED: {None: _("Returned")},
    ReportState.APPROVED: {None: _("Approved")},
}


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """A comment (with ``body``) or a step (with ``step`` and the ``state`` it led to) on one revision.

    ``section`` is the label of the part that a comment is about, "" the whole.
    """

    at: dt.datetime
    who: Any
    revision: int
    step: Any = ""
    state: str = ""
    section: Any = ""
    body: str = ""


def read_thread(entry: Entry) -> list[ThreadItem]:
    """All steps and comments of the entry's revisions, the first one first: one query, for the steps."""
    numbers = {report.pk: report.revision for report in entry.revisions}
    items = [
        ThreadItem(
            at=comment.created_at,
            who=comment.author,
            revision=numbers.get(comment.report_id, 1),
            section=comment.get_section_display() if comment.section else "",
            body=comment.body,
        )
        for comment in entry.comments
    ]
    if numbers:
        items += _steps(numbers)
    # A step and the words that went with it bear nearly the same time: the step leads.
    return sorted(items, key=lambda item: (item.at, bool(item.body)))


def _steps(numbers: dict[int, int]) -> list[ThreadItem]:
    history: Any = ProgressReport.history  # type: ignore[attr-defined]
    rows = (
        history.filter(id__in=numbers)
        .select_related("history_user")
        .only("id", "state", "source", "reason", "history_date", "history_type", "history_user__name")
        .order_by("history_date", "history_id")
    )
    found: list[ThreadItem] = []
    last: dict[int, str] = {}
    for row in rows:
        before, last[row.id] = last.get(row.id), row.state
        if row.state == before or row.history_type == "-":
            continue
        words = STEPS[row.state]
        step = words.get(before, words[None])
        if before is None and row.source == ReportSource.IMPORT:
            step = _("Imported from a spreadsheet")
        found.append(
            ThreadItem(
                at=row.history_date,
                who=row.history_user,
                revision=numbers[row.id],
                step=step,
                state=row.state,
            )
        )
    return found
