"""A report is signed off by the department's head and checked by the planning office."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import created, operation
from pledges.enums import ReportState
from pledges.models import Pledge, ProgressReport, ReportComment, ReportingPeriod
from pledges.notation import clean_text
from pledges.permissions import Action, can, can_on, pledges_for, require, require_on
from pledges.workflow.errors import ReasonMissing, WrongState
from pledges.workflow.rules import (
    HANDED_IN,
    advance,
    advance_all,
    all_locked,
    awaits_head,
    is_settled,
    locked,
    step_on,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """A word about a report, or about one of its sections."""

    body: str
    section: str = ""


@transaction.atomic
def sign_report(*, report: ProgressReport, user: Any, version: int, comment: str = "") -> ProgressReport:
    """결재: the department's head answers for a submitted report, which goes on to the planning office.

    Raises PermissionDenied, WrongState where the plan has no such step or the
    report is not submitted, and Conflict where ``version`` is not the report's any more.
    """
    require_on(user, Action.SIGN_REPORT, report.pledge)
    if not locked(report.period).plan.head_signs:
        raise WrongState(_no_sign_off())
    with step_on("signed", report, user):
        report = advance(
            report,
            version=version,
            states={ReportState.SUBMITTED},
            user=user,
            state=ReportState.SIGNED,
            signed_at=timezone.now(),
            signed_by=user,
        )
        _remark(report, user, [Remark(body=comment)])
    return report


@transaction.atomic
def sign_reports(*, period: ReportingPeriod, versions: Mapping[int, int], user: Any) -> list[ProgressReport]:
    """Sign many reports of one period off at once, each in the version (by report id) that the head saw; all
    or none.

    Raises what ``sign_report`` raises, and WrongState for a report that is not the period's. A constant
    number of queries.
    """
    (held,) = all_locked([period.pk]).values()
    chosen = _chosen(held, versions)
    own = pledges_for(user, Action.SIGN_REPORT, Pledge.objects.for_plan(held.plan))
    if not {report.pledge_id for report, _version in chosen} <= set(own.values_list("pk", flat=True)):
        raise PermissionDenied(_("You have no right to do this."))
    if not held.plan.head_signs:
        raise WrongState(_no_sign_off())
    with operation("signed", user=user) as step:
        for report, _version in chosen:
            step.say(report.pledge_id, reason=report.reason, as_of=held.as_of)
        return advance_all(
            chosen,
            states={ReportState.SUBMITTED},
            user=user,
            state=ReportState.SIGNED,
            signed_at=timezone.now(),
            signed_by=user,
        )


@transaction.atomic
def return_report(
    *, report: ProgressReport, user: Any, version: int, comment: str = "", remarks: Iterable[Remark] = ()
) -> ProgressReport:
    """Send a report that was handed in back to its officer, with ``comment`` on the whole and ``remarks`` on
    sections; all are kept.

    The head may do so before signing off, the planning office at any time. Raises
    PermissionDenied, ReasonMissing where nothing is said, WrongState and Conflict.
    """
    plan = report.pledge.plan
    checks = can(user, Action.CHECK_REPORT, municipality=plan.term.municipality_id)
    if not checks:
        require_on(user, Action.SIGN_REPORT, report.pledge)
    said = [each for each in (Remark(body=comment), *remarks) if clean_text(each.body)]
    if not said:
        raise ReasonMissing(_("Write what the department should mend."))
    locked(report.period)
    with step_on("returned", report, user):
        report = advance(
            report,
            version=version,
            states=HANDED_IN if checks else {ReportState.SUBMITTED},
            user=user,
            state=ReportState.RETURNED,
            signed_at=None,
            signed_by=None,
        )
        _remark(report, user, said)
    return report


@transaction.atomic
def approve_report(
    *, report: ProgressReport, user: Any, version: int, comment: str = "", remarks: Iterable[Remark] = ()
) -> ProgressReport:
    """Make a report that was handed in the live one of its pledge and period; what is said with it is kept.

    Raises PermissionDenied; WrongState where it is not handed in, not signed off
    though the plan asks for it, or a later revision was approved meanwhile;
    ReasonMissing for a correction without its reason, and Conflict where
    ``version`` is not the report's any more.
    """
    with step_on("approved", report, user):
        (approved,) = _approve([(report, version)], user)
        _remark(approved, user, [Remark(body=comment), *remarks])
    return approved


@transaction.atomic
def approve_reports(
    *, period: ReportingPeriod, versions: Mapping[int, int], user: Any
) -> list[ProgressReport]:
    """Approve many reports of one period at once, each in the version (by report id) that the checker saw;
    all or none.

    Raises what ``approve_report`` raises, and WrongState for a report that is not the period's. A constant
    number of queries.
    """
    return _approve(_chosen(period, versions), user)


def _approve(chosen: Sequence[tuple[ProgressReport, int]], user: Any) -> list[ProgressReport]:
    for place in {report.pledge.plan.term.municipality_id for report, _version in chosen}:
        require(user, Action.CHECK_REPORT, municipality=place)
    periods = all_locked({report.period_id for report, _version in chosen})
    approved = ProgressReport.objects.for_periods(periods).approved()
    revisions: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for pledge, period, pk, revision in approved.for_pledges(
        [report.pledge_id for report, _version in chosen]
    ).values_list("pledge", "period", "pk", "revision"):
        revisions[pledge, period].append((pk, revision))
    states: dict[frozenset[str], list[tuple[ProgressReport, int]]] = defaultdict(list)
    for report, version in chosen:
        period, others = periods[report.period_id], revisions[report.pledge_id, report.period_id]
        if (is_settled(period) or any(pk != report.pk for pk, _revision in others)) and not report.reason:
            raise ReasonMissing(_("Say why the figures are corrected."))
        if any(revision > report.revision for _pk, revision in others):
            raise WrongState(_("A later revision was approved meanwhile. Start a correction of that one."))
        if awaits_head(report, period.plan) and report.version == version:
            raise WrongState(_("The head of the department has not signed this report off yet."))
        states[frozenset({ReportState.SIGNED}) if period.plan.head_signs else HANDED_IN].append(
            (report, version)
        )
    with operation("approved", user=user) as step:
        for report, _version in chosen:
            step.say(report.pledge_id, reason=report.reason, as_of=periods[report.period_id].as_of)
        return [
            report
            for taken, of_plan in states.items()
            for report in advance_all(
                of_plan,
                states=taken,
                user=user,
                state=ReportState.APPROVED,
                approved_at=timezone.now(),
                approved_by=user,
            )
        ]


@transaction.atomic
def comment_on_report(*, report: ProgressReport, user: Any, body: str, section: str = "") -> ReportComment:
    """Add a word to a report's thread, for whoever may enter, sign off or check it.

    Raises PermissionDenied, and ReasonMissing for an empty comment.
    """
    if not any(can_on(user, action, report.pledge) for action in (Action.ENTER_REPORT, Action.SIGN_REPORT)):
        require_on(user, Action.CHECK_REPORT, report.pledge)
    if not clean_text(body):
        raise ReasonMissing(_("Write a comment."))
    with step_on("commented", report, user):
        (comment,) = _remark(report, user, [Remark(body=body, section=section)])
    return comment


def _chosen(period: ReportingPeriod, versions: Mapping[int, int]) -> list[tuple[ProgressReport, int]]:
    """The period's reports of these ids, each with the version that was seen, in one order for all who
    choose. Raises WrongState for an id that is none of the period's."""
    reports = ProgressReport.objects.for_period(period).with_places().in_bulk(versions)
    if len(reports) < len(versions):
        raise WrongState(_("The list is out of date. Load the page again."))
    return [(reports[pk], version) for pk, version in sorted(versions.items())]


def _no_sign_off() -> str:
    return _("In this plan reports go to the planning office without the head's sign-off.")


def _remark(report: ProgressReport, user: Any, remarks: Iterable[Remark]) -> list[ReportComment]:
    comments = ReportComment.objects.bulk_create(
        ReportComment(report=report, author=user, body=body, section=each.section)
        for each in remarks
        if (body := clean_text(each.body))
    )
    created(comments, user)
    return comments
