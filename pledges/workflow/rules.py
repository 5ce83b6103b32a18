"""What every step on a report asks first, and how it is written."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import Operation, operation, values_of
from pledges.enums import PeriodState, ReportState, Status
from pledges.history import record_updates
from pledges.models import Plan, Pledge, ProgressReport, ReportingPeriod
from pledges.notation import clean_text
from pledges.permissions import Action, can_on, require_on
from pledges.workflow.errors import Conflict, ReasonMissing, WrongState

EDITABLE = frozenset({ReportState.DRAFT, ReportState.RETURNED})
HANDED_IN = frozenset({ReportState.SUBMITTED, ReportState.SIGNED})
# 추진상황 that asks for a cause and a remedy, whatever the figures say.
LAGGING_STATUSES = frozenset({Status.PARTIAL, Status.ON_HOLD})


def awaits_head(report: ProgressReport, plan: Plan) -> bool:
    """Whether the department's head has to sign the report off next."""
    return plan.head_signs and report.state == ReportState.SUBMITTED


def awaits_office(report: ProgressReport, plan: Plan) -> bool:
    """Whether the planning office has to check the report next."""
    return report.state in HANDED_IN and not awaits_head(report, plan)


def is_correction(report: ProgressReport, period: ReportingPeriod) -> bool:
    """Whether the report changes what is settled: an approved one stands, or its period is not open."""
    return (
        is_settled(period)
        or ProgressReport.objects.for_pledge(report.pledge_id)
        .for_period(period)
        .approved()
        .exclude(pk=report.pk)
        .exists()
    )


def is_settled(period: ReportingPeriod) -> bool:
    return period.state != PeriodState.OPEN


def saved_version(report: ProgressReport | None) -> int:
    """The version that a form of this report saves against: 0 while nothing of a form was saved.

    A draft that was begun by attaching a file holds nothing of a form yet, so a
    colleague whose form was open before it saves into it as into a new one.
    """
    if report is None:
        return 0
    is_untouched = (
        (report.state, report.revision, report.version) == (ReportState.DRAFT, 1, 1)
        and report.entered_rate is None
        and not (report.status or report.rate_withdrawn or report.cause or report.remedy or report.reason)
    )
    return 0 if is_untouched else report.version


def require_entry(
    user: Any, pledge: Pledge, *, correcting: bool, action: Action = Action.ENTER_REPORT
) -> None:
    require_on(user, Action.CORRECT_REPORT if correcting else action, pledge)


def may_withdraw(user: Any, report: ProgressReport) -> bool:
    """Whether the person may take the report back that was handed in: whoever submits for the department that
    leads the pledge, and of the planning office who handed this correction in. Others return it."""
    pledge = report.pledge
    return can_on(user, Action.SUBMIT_REPORT, pledge) or (
        report.submitted_by_id == user.pk and can_on(user, Action.CORRECT_REPORT, pledge)
    )


def editable(
    report: ProgressReport, user: Any, reason: str, action: Action
) -> tuple[ProgressReport, ReportingPeriod]:
    """The report with its period locked, once the user may write in it."""
    period = locked(report.period)
    correcting = is_correction(report, period)
    require_entry(user, report.pledge, correcting=correcting, action=action)
    if correcting and not clean_text(reason):
        raise ReasonMissing(_("Say why the figures are corrected."))
    return report, period


def locked(period: ReportingPeriod) -> ReportingPeriod:
    """The period as it stands, held until the transaction ends: nobody closes it meanwhile.

    Raises WrongState where it went with an import that was rolled back.
    """
    held: ReportingPeriod | None = (
        ReportingPeriod.objects.select_for_update(of=("self",)).with_places().filter(pk=period.pk).first()
    )
    if held is None:
        raise WrongState(_("This period is no longer there: the import that made it was rolled back."))
    return held


def all_locked(periods: Iterable[int]) -> dict[int, ReportingPeriod]:
    """``locked`` for many, by primary key: one query, in one order for all who choose."""
    held = ReportingPeriod.objects.select_for_update(of=("self",)).with_places().order_by("pk")
    return held.in_bulk(list(periods))


def current_revision(pledge: Pledge, period: ReportingPeriod) -> ProgressReport:
    """The newest revision, whoever wrote it."""
    reports = ProgressReport.objects.for_pledge(pledge).for_period(period)
    newest: ProgressReport = reports.with_people().by_revision()[0]
    return newest


def step_on(
    action: str, report: ProgressReport, user: Any, *, reason: str = ""
) -> AbstractContextManager[Operation]:
    """The audited operation of one step on one report; ``reason`` is the report's own where none is given."""
    return operation(
        action,
        user=user,
        pledge=report.pledge_id,
        as_of=report.period.as_of,
        reason=reason or report.reason,
    )


def advance(
    report: ProgressReport, *, version: int, states: Iterable[str], user: Any, **changes: Any
) -> ProgressReport:
    """Write ``changes`` where the report still has ``version``, with a row of history.

    Raises Conflict where somebody else was first, and WrongState where the
    version is the same but the report is not in one of ``states``.
    """
    before = values_of([report], [*changes, "version"])
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
        raise Conflict(current or current_revision(report.pledge, report.period))
    report.refresh_from_db(fields=[*changes, "version", "updated_at"])
    record_updates([report], before, user)
    return report


def advance_all(
    chosen: Sequence[tuple[ProgressReport, int]], *, states: Iterable[str], user: Any, **changes: Any
) -> list[ProgressReport]:
    """``advance`` for many reports, each in the version that was seen: all or none, within a transaction.

    Returns the reports as they are stored now, in their order. A query a
    version and a few more, whatever the number.
    """
    reports = [report for report, _version in chosen]
    keys = [report.pk for report in reports]
    before = values_of(reports, [*changes, "version"])
    seen: dict[int, list[int]] = {}
    for report, version in chosen:
        seen.setdefault(version, []).append(report.pk)
    now, taken = timezone.now(), list(states)
    updated = sum(
        ProgressReport.objects.filter(pk__in=group, version=version, state__in=taken).update(
            **changes, version=F("version") + 1, updated_at=now
        )
        for version, group in seen.items()
    )
    stored = ProgressReport.objects.with_people().with_places().in_bulk(keys)
    if updated < len(chosen):
        for report, version in chosen:
            current = stored.get(report.pk)
            if current is None:
                raise Conflict(current_revision(report.pledge, report.period))
            if current.version == version:
                raise WrongState(
                    _("%(code)s: this report is “%(state)s”; this step can't be taken now.")
                    % {"code": current.pledge.code, "state": current.get_state_display()}
                )
            if (current.version, current.updated_at) != (version + 1, now):
                raise Conflict(current)
    rows = [stored[key] for key in keys]
    record_updates(rows, before, user)
    return rows
