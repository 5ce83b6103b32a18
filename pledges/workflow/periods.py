"""Reporting periods: opened, extended, closed. Publishing is ``reports.editions``."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.duedates import read_due_dates
from pledges.enums import Cycle, PeriodState
from pledges.models import Department, DueExtension, Plan, ProgressReport, ReportingPeriod
from pledges.models.periods import due_date
from pledges.models.places import quarter_end
from pledges.notation import clean_text
from pledges.permissions import Action, require
from pledges.workflow.errors import ReasonMissing, WrongState
from pledges.workflow.rules import locked


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
    period = locked(period)
    if period.state != PeriodState.OPEN:
        raise WrongState(_("Only an open period can be closed."))
    waiting = ProgressReport.objects.for_period(period).handed_in().count()
    if waiting:
        raise WrongState(
            _("%(count)d submitted reports still wait to be checked. Approve or return them first.")
            % {"count": waiting}
        )
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
    said = clean_text(reason)
    if not said:
        raise ReasonMissing(_("Say why the due date is extended."))
    in_force = read_due_dates([period]).of(period, department.pk if department else None)
    if due_on <= in_force:
        raise WrongState(
            _("The due date is %(date)s already. Enter a later one.") % {"date": in_force.isoformat()}
        )
    return DueExtension.objects.create(
        period=period, department=department, due_on=due_on, reason=said, granted_by=user
    )
