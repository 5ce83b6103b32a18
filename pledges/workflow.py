"""The turn of a reporting cycle: periods open and close, reports are written, handed in, checked.

Every function is atomic, takes keywords only, and checks permission and state
itself. A report moves

    draft → submitted → approved
              ↓   ↑
            returned

in an open period. What has been approved, and every report of a period that is
closed or published, changes by a correction only: a new revision that states
its reason. A report that somebody else changed meanwhile is told by its
``version``. Money is the budgets room's, so ``reports.quarter.writing`` composes
these functions with ``budgets.workflow``.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from pledges.enums import Cycle, Mark, PeriodState, ReportState, Status
from pledges.models import (
    Achievement,
    Actual,
    OwnStatus,
    Plan,
    Pledge,
    ProgressReport,
    ReportComment,
    ReportingPeriod,
    ScheduleMark,
)
from pledges.models.places import quarter_end
from pledges.models.reports import due_date
from pledges.notation import DateSpan, clean_text
from pledges.permissions import Action, can_on, require, require_on

EDITABLE = frozenset({ReportState.DRAFT, ReportState.RETURNED})
# 추진상황 that asks for a cause and a remedy, whatever the figures say.
LAGGING_STATUSES = frozenset({Status.PARTIAL, Status.ON_HOLD})


class WorkflowError(Exception):
    """A step that the rules refuse. ``message`` is translated and fit for a page."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class WrongState(WorkflowError):
    """The report or the period is not where this step begins."""


class ReasonMissing(WorkflowError):
    """The step changes what was settled, and nobody said why."""


class Conflict(WorkflowError):
    """Somebody else was first. ``current`` is the report as it stands now."""

    def __init__(self, current: ProgressReport) -> None:
        super().__init__(_("Somebody else changed this report meanwhile."))
        self.current = current


class Incomplete(WorkflowError):
    """The report lacks what it needs to be submitted: a message for each field, by the field's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(_("The report is not complete yet."))
        self.errors = dict(errors)


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedLine:
    """One achievement as it is entered."""

    span: DateSpan
    text: str
    details: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportContents:
    """What a department writes into a report, money apart.

    ``actuals`` has an entry for each indicator with a value (0 is one; blank is
    none). ``marks`` covers the quarters of ``quarters`` and leaves others alone.
    """

    status: str = ""
    own_status: OwnStatus | None = None
    entered_rate: Decimal | None = None
    rate_withdrawn: bool = False
    cause: str = ""
    remedy: str = ""
    reason: str = ""
    actuals: Mapping[int, Decimal] = field(default_factory=dict)
    quarters: Sequence[tuple[int, int]] = ()
    marks: Mapping[tuple[int, int, int], Mark] = field(default_factory=dict)
    achievements: Sequence[DatedLine] = ()


# --- Periods ----------------------------------------------------------------


def quarters_of(period: ReportingPeriod) -> list[tuple[int, int]]:
    """The quarters that a period reports on: its own, and the one before where the cycle is half-yearly."""
    own = (period.as_of.year, period.quarter)
    if period.plan.cycle == Cycle.QUARTERLY:
        return [own]
    year, quarter = own
    return [(year - 1, 4) if quarter == 1 else (year, quarter - 1), own]


def next_as_of(plan: Plan, taken: Iterable[dt.date]) -> dt.date | None:
    """The end of the first quarter (half-year) after the last period; None when the term is over."""
    last = max(taken, default=plan.term.starts_on)
    step = 2 if plan.cycle == Cycle.HALF_YEARLY else 1
    for year, quarter in plan.term.quarters:
        end = min(quarter_end(year, quarter), plan.term.ends_on)
        if end > last and quarter % step == 0:
            return end
    return None


@transaction.atomic
def open_period(*, plan: Plan, as_of: dt.date, user: Any, due_on: dt.date | None = None) -> ReportingPeriod:
    """Open the period of ``as_of`` for reports: a new one, or a closed one again.

    ``due_on`` is the 10th of the next month where none is given. Raises
    PermissionDenied, and WrongState for a published period or a date outside the term.
    """
    require(user, Action.MANAGE_PERIODS, municipality=plan.term.municipality_id)
    if not plan.term.starts_on <= as_of <= plan.term.ends_on:
        raise WrongState(_("The as-of date must lie within the term."))
    due = due_on or due_date(as_of)
    if due < as_of:
        raise WrongState(_("The due date can't be before the as-of date."))
    periods = ReportingPeriod.objects.select_for_update().for_plan(plan)
    period: ReportingPeriod | None = periods.filter(as_of=as_of).first()
    if period is None:
        period = ReportingPeriod(plan=plan, as_of=as_of, due_on=due)
        period.save()
        return period
    if period.state == PeriodState.PUBLISHED:
        raise WrongState(_("This period is published. Correct its reports instead of opening it again."))
    if period.state == PeriodState.OPEN:
        raise WrongState(_("This period is open already."))
    period.state, period.due_on, period.closed_at = PeriodState.OPEN, due, None
    period.save()
    return period


@transaction.atomic
def close_period(*, period: ReportingPeriod, user: Any) -> ReportingPeriod:
    """Take no more reports in this period. WrongState while submitted reports wait to be checked."""
    require(user, Action.MANAGE_PERIODS, municipality=period.plan.term.municipality_id)
    period = _locked(period)
    if period.state != PeriodState.OPEN:
        raise WrongState(_("Only an open period can be closed."))
    waiting = ProgressReport.objects.for_period(period).for_state(ReportState.SUBMITTED).count()
    if waiting:
        raise WrongState(
            _("%(count)d submitted reports still wait to be checked. Approve or return them first.")
            % {"count": waiting}
        )
    period.state, period.closed_at = PeriodState.CLOSED, timezone.now()
    period.save()
    return period


# --- Reports ----------------------------------------------------------------


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
    period = _locked(period)
    if period.plan_id != pledge.plan_id or period.as_of < period.plan.term.starts_on:
        raise WrongState(_("This period takes no reports on this pledge."))
    revisions = list(ProgressReport.objects.for_pledge(pledge).for_period(period).by_revision())
    live = next((report for report in revisions if report.state == ReportState.APPROVED), None)
    reason = clean_text(reason)
    _require_entry(user, pledge, correcting=_settled(period) or live is not None)
    unfinished = next((report for report in revisions if report.state != ReportState.APPROVED), None)
    if unfinished:
        raise Conflict(unfinished)
    if (_settled(period) or live) and not reason:
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
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError:
        raise Conflict(_current(pledge, period)) from None
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
    report, period = _editable(report, user, contents.reason, Action.ENTER_REPORT)
    _advance(
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
            (line.span.starts_on, line.span.ends_on, line.span.precision, line.span.open_ended, line.text): {
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


@transaction.atomic
def submit_report(
    *, report: ProgressReport, user: Any, version: int, status: str, lagging: bool
) -> ProgressReport:
    """Hand a draft or returned report in.

    ``status`` is the 추진상황 in force (this report's or an earlier one's), and
    ``lagging`` says that the figures stay behind the targets to date; a lagging
    report needs a cause and a remedy. Raises PermissionDenied, WrongState,
    ReasonMissing, Conflict, and Incomplete with a message for each field.
    """
    report, _period = _editable(report, user, report.reason, Action.SUBMIT_REPORT)
    errors = {}
    if status in ("", Status.NONE) and report.status != Status.NONE:
        errors["status"] = _("Choose the status.")
    if lagging or status in LAGGING_STATUSES:
        if not report.cause:
            errors["cause"] = _("This pledge is behind its target: state the cause.")
        if not report.remedy:
            errors["remedy"] = _("This pledge is behind its target: state the remedy.")
    if errors:
        raise Incomplete(errors)
    return _advance(
        report,
        version=version,
        states=EDITABLE,
        user=user,
        state=ReportState.SUBMITTED,
        submitted_at=timezone.now(),
        submitted_by=user,
    )


@transaction.atomic
def discard_report(*, report: ProgressReport, user: Any, version: int) -> None:
    """Throw a draft away that nobody has checked yet. Raises PermissionDenied, WrongState, Conflict."""
    period = _locked(report.period)
    _require_entry(user, report.pledge, correcting=is_correction(report, period))
    current = ProgressReport.objects.select_for_update().get(pk=report.pk)
    if current.version != version:
        raise Conflict(_current(report.pledge, period))
    if current.state != ReportState.DRAFT or current.comments.exists():
        raise WrongState(_("Only a draft that was never handed in can be thrown away."))
    current.delete()


@transaction.atomic
def return_report(*, report: ProgressReport, user: Any, version: int, comment: str) -> ProgressReport:
    """Send a submitted report back with a comment, which is kept. Raises as ``approve_report``, and
    ReasonMissing without a comment."""
    require(user, Action.CHECK_REPORT, municipality=report.pledge.plan.term.municipality_id)
    body = clean_text(comment)
    if not body:
        raise ReasonMissing(_("Write what the department should mend."))
    _locked(report.period)
    report = _advance(
        report, version=version, states={ReportState.SUBMITTED}, user=user, state=ReportState.RETURNED
    )
    ReportComment.objects.create(report=report, author=user, body=body)
    return report


@transaction.atomic
def approve_report(*, report: ProgressReport, user: Any, version: int, comment: str = "") -> ProgressReport:
    """Make a submitted report the live one of its pledge and period.

    Raises PermissionDenied, WrongState where it is not submitted or a later
    revision was approved meanwhile, ReasonMissing for a correction without its
    reason, and Conflict where ``version`` is not the report's any more.
    """
    require(user, Action.CHECK_REPORT, municipality=report.pledge.plan.term.municipality_id)
    period = _locked(report.period)
    if is_correction(report, period) and not report.reason:
        raise ReasonMissing(_("Say why the figures are corrected."))
    siblings = ProgressReport.objects.for_pledge(report.pledge_id).for_period(period)
    if siblings.approved().filter(revision__gt=report.revision).exists():
        raise WrongState(_("A later revision was approved meanwhile. Start a correction of that one."))
    report = _advance(
        report,
        version=version,
        states={ReportState.SUBMITTED},
        user=user,
        state=ReportState.APPROVED,
        approved_at=timezone.now(),
        approved_by=user,
    )
    if body := clean_text(comment):
        ReportComment.objects.create(report=report, author=user, body=body)
    return report


@transaction.atomic
def approve_reports(*, versions: Mapping[int, int], user: Any) -> list[ProgressReport]:
    """Approve many reports at once, each in the version (by report id) that the checker saw; all or none."""
    reports = ProgressReport.objects.with_places().in_bulk(versions)
    return [
        approve_report(report=reports[pk], user=user, version=version)
        for pk, version in sorted(versions.items())
        if pk in reports
    ]


@transaction.atomic
def comment_on_report(*, report: ProgressReport, user: Any, body: str) -> ReportComment:
    """Add a word to a report's thread, for whoever may enter or check it.

    Raises PermissionDenied, and ReasonMissing for an empty comment.
    """
    if not can_on(user, Action.ENTER_REPORT, report.pledge):
        require_on(user, Action.CHECK_REPORT, report.pledge)
    text = clean_text(body)
    if not text:
        raise ReasonMissing(_("Write a comment."))
    return ReportComment.objects.create(report=report, author=user, body=text)


# --- Rows -----------------------------------------------------------------


def replace_rows(
    model: type[models.Model],
    existing: Iterable[Any],
    *,
    key: Any,
    wanted: Mapping[Any, Mapping[str, Any]],
    user: Any,
) -> None:
    """Make a report's rows of one kind exactly ``wanted`` (fields by key), touching only what differs."""
    held = {key(row): row for row in existing}
    for row_key, row in held.items():
        if row_key not in wanted:
            row.delete()
    changed = []
    for row_key, fields in wanted.items():
        row = held.get(row_key)
        if row is not None and any(getattr(row, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        fields_changed = [name for name in next(iter(wanted.values())) if name != "report"]
        bulk_update_with_history(
            changed,
            model,
            [model._meta.get_field(name.removesuffix("_id")).name for name in fields_changed],
            default_user=user,
        )
    fresh = [model(**fields) for row_key, fields in wanted.items() if row_key not in held]
    if fresh:
        bulk_create_with_history(fresh, model, default_user=user)


# --- Rules ------------------------------------------------------------------


def is_correction(report: ProgressReport, period: ReportingPeriod) -> bool:
    """Whether the report changes what is settled: an approved one stands, or its period is not open."""
    return (
        _settled(period)
        or ProgressReport.objects.for_pledge(report.pledge_id)
        .for_period(period)
        .approved()
        .exclude(pk=report.pk)
        .exists()
    )


def _settled(period: ReportingPeriod) -> bool:
    return period.state != PeriodState.OPEN


def _require_entry(
    user: Any, pledge: Pledge, *, correcting: bool, action: Action = Action.ENTER_REPORT
) -> None:
    require_on(user, Action.CORRECT_REPORT if correcting else action, pledge)


def _editable(
    report: ProgressReport, user: Any, reason: str, action: Action
) -> tuple[ProgressReport, ReportingPeriod]:
    """The report with its period locked, once the user may write in it."""
    period = _locked(report.period)
    correcting = is_correction(report, period)
    _require_entry(user, report.pledge, correcting=correcting, action=action)
    if correcting and not clean_text(reason):
        raise ReasonMissing(_("Say why the figures are corrected."))
    return report, period


def _locked(period: ReportingPeriod) -> ReportingPeriod:
    """The period as it stands, held until the transaction ends: nobody closes it meanwhile."""
    held: ReportingPeriod = (
        ReportingPeriod.objects.select_for_update(of=("self",)).with_places().get(pk=period.pk)
    )
    return held


def _current(pledge: Pledge, period: ReportingPeriod) -> ProgressReport:
    """The newest revision, whoever wrote it."""
    reports = ProgressReport.objects.for_pledge(pledge).for_period(period)
    newest: ProgressReport = reports.with_people().by_revision()[0]
    return newest


def _advance(
    report: ProgressReport, *, version: int, states: Iterable[str], user: Any, **changes: Any
) -> ProgressReport:
    """Write ``changes`` where the report still has ``version``, with a row of history.

    Raises Conflict where somebody else was first, and WrongState where the
    version is the same but the report is not in one of ``states``.
    """
    updated = ProgressReport.objects.filter(pk=report.pk, version=version, state__in=states).update(
        **changes, version=F("version") + 1, updated_at=timezone.now()
    )
    if not updated:
        current = ProgressReport.objects.with_people().filter(pk=report.pk).first()
        if current is not None and current.version == version:
            raise WrongState(
                _("This report is “%(state)s”; this step can't be taken now.")
                % {"state": current.get_state_display()}
            )
        raise Conflict(current or _current(report.pledge, report.period))
    report.refresh_from_db(fields=[*changes, "version", "updated_at"])
    # .update() tells history nothing, so the row is written here.
    ProgressReport.history.bulk_history_create([report], update=True, default_user=user)
    return report
