"""What a department still does with a report that it handed in: sign it off, return it, take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pledges.models import Pledge, ProgressReport, ReportingPeriod
from pledges.permissions import Action, can_on, pledges_for
from pledges.workflow import HANDED_IN, awaits_head, may_withdraw
from reports.quarter.checks import ReportWarning, warnings_of
from reports.quarter.entry import Entry, read_entries
from reports.quarter.figures import Figures, stored_figures
from reports.quarter.forms import CommentForm
from reports.quarter.gist import gist_of
from reports.quarter.lookups import staff_url


@dataclass(frozen=True, slots=True)
class SignLine:
    """A report that waits for the head: its rates before and with it, and what it says in short."""

    entry: Entry
    report: ProgressReport
    figures: Figures
    gist: Sequence[str]
    warnings: Sequence[ReportWarning]

    @property
    def pledge(self) -> Pledge:
        return self.entry.pledge

    @property
    def link(self) -> str:
        return staff_url("report", self.pledge.plan, self.entry.period.as_of, self.pledge.code)


def read_to_sign(user: Any, period: ReportingPeriod) -> list[SignLine]:
    """The reports of a period that this person signs off, in the plan's order; none where the plan leaves
    the step out. Constant number of queries."""
    if not period.plan.head_signs:
        return []
    pledges = (
        pledges_for(user, Action.SIGN_REPORT, Pledge.objects.for_plan(period.plan))
        .submitted_in(period)
        .with_places()
        .with_supporters()
        .in_order()
    )
    lines = []
    for entry in read_entries(period.plan, period, list(pledges)):
        report = entry.unfinished
        if report is not None and awaits_head(report, period.plan):
            figures = stored_figures(entry)
            lines.append(SignLine(entry, report, figures, gist_of(entry), warnings_of(entry, figures)))
    return lines


def steps_of(user: Any, entry: Entry, form: CommentForm | None = None) -> dict[str, Any]:
    """What the department's people may do with a report that was handed in, for the page that shows it."""
    pledge, report = entry.pledge, entry.unfinished
    as_of = entry.period.as_of
    return {
        "may_sign": report is not None
        and awaits_head(report, pledge.plan)
        and can_on(user, Action.SIGN_REPORT, pledge),
        "may_withdraw": report is not None and report.state in HANDED_IN and may_withdraw(user, report),
        "sign_form": form or CommentForm(initial={"version": entry.version or 1}, auto_id="sign_%s"),
        "sign_links": {
            name: staff_url(name, pledge.plan, as_of, pledge.code) for name in ("signoff", "withdraw")
        },
    }
