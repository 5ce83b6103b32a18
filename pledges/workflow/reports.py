"""A department writes its report: begun, saved, handed in, taken back."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.enums import ReportState, Status
from pledges.models import Achievement, Actual, Pledge, ProgressReport, ReportingPeriod, ScheduleMark
from pledges.notation import clean_text
from pledges.permissions import Action, can_on
from pledges.workflow.contents import ReportContents
from pledges.workflow.errors import Conflict, Incomplete, ReasonMissing, WrongState
from pledges.workflow.rows import replace_rows
from pledges.workflow.rules import (
    EDITABLE,
    HANDED_IN,
    LAGGING_STATUSES,
    advance,
    current_revision,
    editable,
    is_correction,
    is_settled,
    locked,
    may_withdraw,
    require_entry,
    step_on,
)
from pledges.workflow.stored import forget_after_commit


@transaction.atomic
def start_report(*, pledge: Pledge, period: ReportingPeriod, user: Any, reason: str = "") -> ProgressReport:
    """Begin the next revision of a pledge's report as a draft.

    The first one of an open period needs no reason. Where an approved report
    stands, or the period is not open, it is a correction: it needs the right to
    correct and a ``reason``, and takes over the approved report's status, rate,
    cause and remedy (its rows are the caller's to copy). Raises
    PermissionDenied, ReasonMissing, WrongState, and Conflict where a colleague
    has an unfinished report already.
    """
    period = locked(period)
    if period.plan_id != pledge.plan_id or period.as_of < period.plan.term.starts_on:
        raise WrongState(_("This period takes no reports on this pledge."))
    revisions = list(ProgressReport.objects.for_pledge(pledge).for_period(period).by_revision())
    live = next((report for report in revisions if report.state == ReportState.APPROVED), None)
    reason = clean_text(reason)
    require_entry(user, pledge, correcting=is_settled(period) or live is not None)
    unfinished = next((report for report in revisions if report.state != ReportState.APPROVED), None)
    if unfinished:
        raise Conflict(unfinished)
    if (is_settled(period) or live) and not reason:
        raise ReasonMissing(_("Say why the figures are corrected."))
    report = ProgressReport(
        pledge=pledge,
        period=period,
        revision=revisions[0].revision + 1 if revisions else 1,
        reason=reason,
        saved_by=user,
    )
    if live:
        for name in ("status", "own_status", "entered_rate", "rate_withdrawn", "cause", "remedy"):
            setattr(report, name, getattr(live, name))
    with step_on("started", report, user):
        try:
            with transaction.atomic():
                report.save()
        except IntegrityError:
            raise Conflict(current_revision(pledge, period)) from None
    return report


@transaction.atomic
def save_report(
    *, report: ProgressReport, user: Any, version: int, contents: ReportContents
) -> ProgressReport:
    """Write what a department entered into its draft or returned report.

    Nothing is required here: an unfinished report may be kept at any time.
    Raises PermissionDenied, WrongState, ReasonMissing, and Conflict where
    ``version`` is not the report's any more.
    """
    report, period = editable(report, user, contents.reason, Action.ENTER_REPORT)
    with step_on("saved", report, user, reason=clean_text(contents.reason)):
        advance(
            report,
            version=version,
            states=EDITABLE,
            user=user,
            status=contents.status,
            own_status=contents.own_status,
            entered_rate=contents.entered_rate,
            rate_withdrawn=contents.rate_withdrawn,
            cause=clean_text(contents.cause),
            remedy=clean_text(contents.remedy),
            reason=clean_text(contents.reason) if is_correction(report, period) else report.reason,
            saved_by=user,
        )
        replace_rows(
            Actual,
            report.actuals.all(),
            key=lambda row: row.indicator_id,
            wanted={
                indicator: {"report": report, "indicator_id": indicator, "value": value}
                for indicator, value in contents.actuals.items()
            },
            user=user,
        )
        replace_rows(
            ScheduleMark,
            [row for row in report.marks.all() if (row.year, row.quarter) in contents.quarters],
            key=lambda row: (row.task_id, row.year, row.quarter),
            wanted={
                (task, year, quarter): {
                    "report": report,
                    "task_id": task,
                    "year": year,
                    "quarter": quarter,
                    "mark": mark,
                }
                for (task, year, quarter), mark in contents.marks.items()
            },
            user=user,
        )
        replace_rows(
            Achievement,
            report.achievements.all(),
            key=lambda row: (row.starts_on, row.ends_on, row.precision, row.open_ended, row.text),
            wanted={
                (
                    line.span.starts_on,
                    line.span.ends_on,
                    line.span.precision,
                    line.span.open_ended,
                    line.text,
                ): {
                    "report": report,
                    "position": position,
                    "starts_on": line.span.starts_on,
                    "ends_on": line.span.ends_on,
                    "precision": line.span.precision,
                    "open_ended": line.span.open_ended,
                    "text": line.text,
                    "details": line.details,
                }
                for position, line in enumerate(contents.achievements, start=1)
            },
            user=user,
        )
    return report


def require_complete(
    report: ProgressReport, *, status: str, lagging: bool, excused: Collection[str] = ()
) -> None:
    """Raise Incomplete where the report, as ``submit_report`` takes it, can't be handed in as it stands."""
    errors = {}
    if status in ("", Status.NONE) and report.status != Status.NONE:
        errors["status"] = _("Choose the status.")
    if lagging or status in LAGGING_STATUSES:
        said = {
            "cause": _("This pledge is behind its target: state the cause."),
            "remedy": _("This pledge is behind its target: state the remedy."),
        }
        errors |= {
            name: message
            for name, message in said.items()
            if not getattr(report, name) and name not in excused
        }
    if errors:
        raise Incomplete(errors)


@transaction.atomic
def submit_report(
    *,
    report: ProgressReport,
    user: Any,
    version: int,
    status: str,
    lagging: bool,
    excused: Collection[str] = (),
) -> ProgressReport:
    """Hand a draft or returned report in.

    ``status`` is the 추진상황 in force (this report's or an earlier one's), and
    ``lagging`` says that the figures stay behind the targets to date; a lagging
    report needs a cause and a remedy, but for what is ``excused`` ("cause", "remedy").
    Raises PermissionDenied, WrongState, ReasonMissing, Conflict, and Incomplete with a message for each
    field.
    """
    report, _period = editable(report, user, report.reason, Action.SUBMIT_REPORT)
    require_complete(report, status=status, lagging=lagging, excused=excused)
    now = timezone.now()
    # A head who hands in has looked already: no second button for the same person.
    signs = report.pledge.plan.head_signs and can_on(user, Action.SIGN_REPORT, report.pledge)
    with step_on("submitted", report, user):
        return advance(
            report,
            version=version,
            states=EDITABLE,
            user=user,
            state=ReportState.SIGNED if signs else ReportState.SUBMITTED,
            submitted_at=now,
            submitted_by=user,
            signed_at=now if signs else None,
            signed_by=user if signs else None,
        )


@transaction.atomic
def withdraw_report(*, report: ProgressReport, user: Any, version: int) -> ProgressReport:
    """회수: take a report back that was handed in and not approved yet; it is a draft again.

    Raises PermissionDenied, WrongState, and Conflict where ``version`` is not the report's any more.
    """
    locked(report.period)
    if not may_withdraw(user, report):
        raise PermissionDenied(_("You have no right to do this."))
    with step_on("withdrawn", report, user):
        return advance(
            report,
            version=version,
            states=HANDED_IN,
            user=user,
            state=ReportState.DRAFT,
            signed_at=None,
            signed_by=None,
        )


@transaction.atomic
def discard_report(
    *, report: ProgressReport, user: Any, version: int, evidence: Collection[int] = ()
) -> None:
    """Throw a draft away that nobody has checked yet; an invited supporting department can't.

    ``evidence`` are the files (by id) that the person saw going with it: attaching one changes no
    version. Raises PermissionDenied, WrongState, and Conflict for another version or other files.
    """
    period = locked(report.period)
    require_entry(user, report.pledge, correcting=is_correction(report, period), action=Action.SUBMIT_REPORT)
    current = ProgressReport.objects.select_for_update().get(pk=report.pk)
    files = set(current.evidence.values_list("pk", flat=True))
    if current.version != version or files != set(evidence):
        raise Conflict(current_revision(report.pledge, period))
    if current.state != ReportState.DRAFT or current.comments.exists():
        raise WrongState(_("Only a draft that was never handed in can be thrown away."))
    with step_on("discarded", report, user):
        forget_after_commit(current.evidence.all())
        current.delete()
