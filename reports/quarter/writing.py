"""Writing a quarter's report: the workflow of ``pledges`` and the money of ``budgets`` in one step.

Each function is atomic, takes keywords only, and leaves permission and state to
the workflow functions that it calls.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from budgets.workflow import save_executed
from pledges import workflow
from pledges.audit import operation
from pledges.models import Pledge, ProgressReport, ReportingPeriod
from pledges.workflow import Conflict, ReportContents
from reports.quarter.delay import CAUSE, excused
from reports.quarter.entry import Entry, read_entry
from reports.quarter.figures import stored_figures
from reports.revisions import copy_contents


@transaction.atomic
def save_quarter(
    *,
    entry: Entry,
    user: Any,
    version: int,
    contents: ReportContents,
    amounts: Mapping[tuple[int, str], int],
) -> ProgressReport:
    """Keep what was entered, in the draft at hand or in the first one (``version`` 0).

    ``amounts`` are 원 by (sub-project id, source). Raises what
    ``workflow.save_report`` raises; Conflict also where the form began without
    a report and a colleague has made one, or the report is gone.
    """
    with operation("saved", user=user, pledge=entry.pledge, as_of=entry.period.as_of):
        report = entry.unfinished
        if version == 0:
            if report is not None and workflow.saved_version(report):
                raise Conflict(report)
            if report is None and entry.report is not None:
                # An old form meets what was approved meanwhile. A correction of that is begun on purpose.
                raise Conflict(entry.report)
            # A draft that a file began holds nothing of a form yet.
            report = report or workflow.start_report(
                pledge=entry.pledge, period=entry.period, user=user, reason=contents.reason
            )
            version = report.version
        elif report is None:
            if entry.report is not None:
                raise Conflict(entry.report)
            # The draft was thrown away meanwhile: what was typed begins a new one.
            return save_quarter(entry=entry, user=user, version=0, contents=contents, amounts=amounts)
        report = workflow.save_report(report=report, user=user, version=version, contents=contents)
        return save_executed(report=report, user=user, amounts=amounts)


@transaction.atomic
def submit_quarter(
    *,
    pledge: Pledge,
    period: ReportingPeriod,
    report: ProgressReport,
    user: Any,
    entry: Entry | None = None,
) -> ProgressReport:
    """Hand in the report as it is stored. Raises what ``workflow.submit_report`` raises.

    ``entry`` is the pledge's entry where the caller has read it since the report
    was saved; the report's version tells whether it changed after that.
    """
    entry = entry or read_entry(pledge, period)
    if entry.report is None or entry.report.pk != report.pk:
        raise Conflict(entry.report or report)
    return workflow.submit_report(
        report=entry.report,
        user=user,
        version=report.version,
        status=entry.status,
        lagging=stored_figures(entry).is_lagging,
        excused=_excused(entry),
    )


def check_complete(entry: Entry) -> None:
    """Raise Incomplete where the report in hand lacks what ``submit_quarter`` asks for."""
    if entry.report is not None:
        lagging = stored_figures(entry).is_lagging
        workflow.require_complete(entry.report, status=entry.status, lagging=lagging, excused=_excused(entry))


def _excused(entry: Entry) -> frozenset[str]:
    """``excused``, asked only where the report in hand lacks something."""
    report = entry.report
    is_whole = report is None or all(getattr(report, name) for name in CAUSE)
    return frozenset() if is_whole else excused(entry)


@transaction.atomic
def start_correction(*, pledge: Pledge, period: ReportingPeriod, user: Any, reason: str) -> ProgressReport:
    """Begin a correction: a draft with everything that the approved report holds.

    Raises what ``workflow.start_report`` raises.
    """
    live = ProgressReport.objects.for_pledge(pledge).for_period(period).live().first()
    with operation("correction_started", user=user, pledge=pledge, as_of=period.as_of, reason=reason):
        report = workflow.start_report(pledge=pledge, period=period, user=user, reason=reason)
        if live:
            copy_contents({live.pk: report}, user)
    return report
