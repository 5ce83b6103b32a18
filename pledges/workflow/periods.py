"""Reporting periods: opened, extended, closed. Publishing is ``reports.editions``."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.duedates import read_due_dates
from pledges.enums import Cycle, PeriodState
from pledges.history import create_all
from pledges.models import Department, DueExtension, Plan, ProgressReport, ReportingPeriod
from pledges.models.periods import due_date
from pledges.models.places import quarter_end
from pledges.notation import clean_text, format_day
from pledges.permissions import Action, require
from pledges.workflow.errors import ReasonMissing, WrongState
from pledges.workflow.rules import locked


def quarters_of(period: ReportingPeriod) -> list[tuple[int, int]]:
    """The quarters that a period reports on: its own; in a half-yearly plan those of its half-year so far.

    Reads the plan's term; quarters outside of it are none.
    """
    year, quarter = period.as_of.year, period.quarter
    if period.plan.cycle == Cycle.QUARTERLY:
        return [(year, quarter)]
    half = [(year, each) for each in (1, 2, 3, 4) if (each > 2) == (quarter > 2) and each <= quarter]
    within = period.plan.term.quarters
    return [each for each in half if each in within] or [(year, quarter)]


def cycle_ends(plan: Plan) -> list[dt.date]:
    """The 기준일 of the plan's cycle: its quarters' (half-years') ends in the term, and the term's own."""
    step = 2 if plan.cycle == Cycle.HALF_YEARLY else 1
    ends = {
        min(quarter_end(year, quarter), plan.term.ends_on)
        for year, quarter in plan.term.quarters
        if quarter % step == 0
    }
    return sorted(ends | {plan.term.ends_on})


def next_as_of(plan: Plan, taken: Iterable[dt.date]) -> dt.date | None:
    """The first 기준일 of the cycle after the last period; None when the term is over."""
    last = max(taken, default=plan.term.starts_on)
    return next((end for end in cycle_ends(plan) if end > last), None)


@transaction.atomic
def open_period(
    *,
    plan: Plan,
    as_of: dt.date,
    user: Any,
    due_on: dt.date | None = None,
    off_cycle: bool = False,
    again: bool = False,
) -> ReportingPeriod:
    """Open the period of ``as_of`` for reports: a new one, or with ``again`` one that was closed.

    ``due_on`` is the 10th of the next month where none is given, for a closed period the date it had.
    A new period ends a quarter (half-year) of the plan's cycle, unless ``off_cycle`` says that
    another date is meant. Raises PermissionDenied, OffCycle, and WrongState for
    a published period or a date outside the term.
    """
    require(user, Action.MANAGE_PERIODS, municipality=plan.term.municipality_id)
    if not plan.term.starts_on <= as_of <= plan.term.ends_on:
        raise WrongState(_("The as-of date must lie within the term."))
    due = due_on or due_date(as_of)
    if due < as_of:
        raise WrongState(_("The due date can't be before the as-of date."))
    city = plan.term.municipality
    with operation("period_opened", user=user, municipality=city, plan=plan, as_of=as_of):
        periods = ReportingPeriod.objects.select_for_update().for_plan(plan)
        period: ReportingPeriod | None = periods.filter(as_of=as_of).first()
        if period is None:
            if not off_cycle and as_of not in cycle_ends(plan):
                raise OffCycle(_off_cycle_message(plan, as_of))
            period = ReportingPeriod(plan=plan, as_of=as_of, due_on=due)
            period.save()
            return period
        if period.state == PeriodState.PUBLISHED:
            raise WrongState(_("This period is published. Correct its reports instead of opening it again."))
        if period.state == PeriodState.OPEN:
            raise WrongState(_("This period is open already."))
        if not again:
            raise WrongState(_("This period was closed. Open it again in the list of periods."))
        period.state, period.due_on, period.closed_at = PeriodState.OPEN, due_on or period.due_on, None
        # Calendars tell by it that this date is newer than the one they hold.
        period.opened_at = timezone.now()
        period.save()
        return period


class OffCycle(WrongState):
    """The date ends no quarter (half-year) of the plan's cycle; it may still be meant."""


def _off_cycle_message(plan: Plan, as_of: dt.date) -> str:
    near = sorted(cycle_ends(plan), key=lambda end: abs(end - as_of))[:2]
    dates = ", ".join(format_day(each) for each in sorted(near))
    if plan.cycle == Cycle.HALF_YEARLY:
        return _("This plan reports half-yearly, and this date ends no half-year; nearest: %(dates)s.") % {
            "dates": dates
        }
    return _("This plan reports quarterly, and this date ends no quarter; nearest: %(dates)s.") % {
        "dates": dates
    }


@transaction.atomic
def close_period(*, period: ReportingPeriod, user: Any) -> ReportingPeriod:
    """Take no more reports in this period. WrongState while submitted reports wait to be checked."""
    require(user, Action.MANAGE_PERIODS, municipality=period.plan.term.municipality_id)
    period = locked(period)
    if period.state != PeriodState.OPEN:
        raise WrongState(_("Only an open period can be closed."))
    waiting = ProgressReport.objects.for_period(period).handed_in().count()
    if waiting:
        raise WrongState(
            _("%(count)d submitted reports still wait to be checked. Approve or return them first.")
            % {"count": waiting}
        )
    with operation(
        "period_closed",
        user=user,
        municipality=period.plan.term.municipality,
        plan=period.plan,
        as_of=period.as_of,
    ):
        period.state, period.closed_at = PeriodState.CLOSED, timezone.now()
        period.save()
        return period


@transaction.atomic
def extend_due_date(
    *,
    period: ReportingPeriod,
    user: Any,
    due_on: dt.date,
    reason: str,
    department: Department | None = None,
) -> DueExtension:
    """Give a department (or all, with None) more time in an open period, for a stated reason.

    Raises PermissionDenied, ReasonMissing, and WrongState where the period is
    not open, the department is another city's, or the date is no later than the one in force.
    """
    require(user, Action.MANAGE_PERIODS, municipality=period.plan.term.municipality_id)
    period = locked(period)
    if period.state != PeriodState.OPEN:
        raise WrongState(_("Only an open period's due date can be extended."))
    if department is not None and department.municipality_id != period.plan.term.municipality_id:
        raise WrongState(_("This department belongs to another city."))
    if department is not None and department.ended_on is not None:
        raise WrongState(
            _("The department “%(name)s” ended on %(date)s.")
            % {"name": department.name, "date": format_day(department.ended_on)}
        )
    said = clean_text(reason)
    if not said:
        raise ReasonMissing(_("Say why the due date is extended."))
    in_force = read_due_dates([period]).of(period, department.pk if department else None)
    if due_on <= in_force:
        raise WrongState(
            _("The due date is %(date)s already. Enter a later one.") % {"date": format_day(in_force)}
        )
    with operation(
        "due_extended",
        user=user,
        municipality=period.plan.term.municipality,
        plan=period.plan,
        as_of=period.as_of,
        reason=said,
    ):
        extension = DueExtension(
            period=period, department=department, due_on=due_on, reason=said, granted_by=user
        )
        create_all([extension], user)
        return extension
