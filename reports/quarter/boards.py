"""Who has reported and who has not: a person's own work, and the planning office's board."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges.duedates import read_due_dates
from pledges.enums import ReportState
from pledges.models import DueExtension, Plan, Pledge, ProgressReport, ReportingPeriod
from pledges.permissions import Action, Reach, memberships_of, pledges_for, reach_of
from pledges.workflow import EDITABLE, awaits_head, awaits_office
from reports.quarter.lookups import staff_url

NOT_STARTED = "not_started"
# In the order in which a department has to act.
STATES = (
    NOT_STARTED,
    ReportState.DRAFT.value,
    ReportState.RETURNED.value,
    ReportState.SUBMITTED.value,
    ReportState.SIGNED.value,
    ReportState.APPROVED.value,
)
STATE_LABELS = {NOT_STARTED: _("Not started"), **{state.value: state.label for state in ReportState}}
# No state: an approved report that is being corrected counts as approved.
CORRECTING = "correcting"
CORRECTING_LABEL = _("Correction under way")
TO_DO = frozenset(STATES[:3])


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A pledge in a period: where it stands, and whether this person enters it.

    This is the one place that says where a pledge stands. ``report`` is the one in hand. With an approved
    report a pledge counts as approved wherever states are counted (``state``), also while a correction of
    it is under way (``is_correction``); ``turn`` is where the report in hand itself stands, for whoever
    has to act on it. ``is_invited``: as a supporting department that was invited to; another department
    submits it.
    """

    pledge: Pledge
    period: ReportingPeriod
    report: ProgressReport | None
    enters: bool
    due_on: dt.date
    is_late: bool = False
    is_invited: bool = False
    extension: DueExtension | None = None

    @property
    def state(self) -> str:
        """Where the pledge stands in the period: what boards, closing and publishing count."""
        return ReportState.APPROVED.value if self.is_correction else self.turn

    @property
    def turn(self) -> str:
        """Where the report in hand stands: a correction's own state while one is under way."""
        return self.report.state if self.report else NOT_STARTED

    @property
    def link(self) -> str:
        return staff_url("report", self.period.plan, self.period.as_of, self.pledge.code)

    @property
    def is_to_do(self) -> bool:
        return self.enters and self.turn in TO_DO

    @property
    def waits_for_head(self) -> bool:
        """Handed in, and the head of the department signs it off next."""
        return self.report is not None and awaits_head(self.report, self.period.plan)

    @property
    def is_correction(self) -> bool:
        """정정 중: the report in hand corrects an approved one and is not approved itself."""
        return corrects(self.report)

    @property
    def is_missing(self) -> bool:
        """Without an approved report: published now, the pledge goes out as not submitted."""
        return self.state != ReportState.APPROVED


@dataclass
class PeriodWork:
    """One open period of a plan with the lines of one person (or of the whole city)."""

    plan: Plan
    period: ReportingPeriod
    lines: list[WorkLine]
    sees_city: bool
    granted_to_all: DueExtension | None = None
    due_on: dt.date = field(init=False)
    extension: DueExtension | None = field(init=False)
    days_left: int = field(init=False)

    def __post_init__(self) -> None:
        """``due_on`` is the person's own date: the first of those that their departments have."""
        dates = [(line.due_on, line.extension) for line in self.lines if line.enters and not line.is_invited]
        if self.sees_city or not dates:
            granted = self.granted_to_all
            dates = [(granted.due_on if granted else self.period.due_on, granted)]
        self.due_on, self.extension = min(dates, key=lambda date: date[0])
        self.days_left = days_left(self.due_on)

    @property
    def own(self) -> list[WorkLine]:
        """The lines that count: those this person's department leads; all for who sees the whole city."""
        return [line for line in self.lines if line.enters or self.sees_city]

    @property
    def supporting(self) -> list[WorkLine]:
        """The lines to be read only: other departments lead them."""
        return [line for line in self.lines if not (line.enters or self.sees_city)]

    @property
    def missing(self) -> list[WorkLine]:
        """The lines without an approved report."""
        return [line for line in self.lines if line.is_missing]

    @property
    def corrections(self) -> list[WorkLine]:
        """The approved lines that are being corrected."""
        return [line for line in self.lines if line.is_correction]

    @property
    def counts(self) -> list[tuple[str, Any, int]]:
        """State, its name, and how many of the own lines: every state, zeros too."""
        states = [line.state for line in self.own]
        return [(state, STATE_LABELS[state], states.count(state)) for state in self.states]

    @property
    def states(self) -> list[str]:
        """The states that this plan's reports go through."""
        return [state for state in STATES if state != ReportState.SIGNED or self.plan.head_signs]

    @property
    def links(self) -> dict[str, str]:
        return {
            "period": staff_url("period", self.plan, self.period.as_of),
            "periods": staff_url("periods", self.plan),
        }

    @property
    def submitted(self) -> list[WorkLine]:
        """The lines that the planning office has to check."""
        return [line for line in self.lines if line.report and awaits_office(line.report, self.plan)]


def corrects(report: ProgressReport | None) -> bool:
    """Whether a report, read ``with_approved``, is an unfinished correction of an approved one."""
    return bool(report and report.state != ReportState.APPROVED and report.has_approved)  # type: ignore[attr-defined]


def days_left(due_on: dt.date, today: dt.date | None = None) -> int:
    """Days to the due date; negative once it is over."""
    return (due_on - (today or timezone.localdate())).days


def plans_of(user: Any) -> list[Plan]:
    """The plans in which the user sees a pledge or the whole city, newest term first."""
    reach = reach_of(user, Action.VIEW_STAFF)
    if not reach:
        return []
    plans = Plan.objects.with_places().order_by("term__municipality__name", "-term__number", "pk")
    if not reach.everything:
        plans = plans.in_reach(
            cities=reach.cities, pledges=pledges_for(user, Action.VIEW_STAFF, Pledge.objects.all())
        )
    return list(plans)


def leftovers(user: Any) -> list[WorkLine]:
    """What waits for this person in periods that take no more reports, the latest period first.

    For a department its drafts and what was returned to it, for the planning
    office what was submitted and the corrections it began itself. One query
    (and that of the memberships).
    """
    if not reach_of(user, Action.CORRECT_REPORT):
        return []
    pledges = Pledge.objects.all()
    reports = (
        ProgressReport.objects.of_settled_periods()
        .in_term()
        .waiting_for(
            writing=pledges_for(user, Action.ENTER_REPORT, pledges),
            signing=pledges_for(user, Action.SIGN_REPORT, pledges),
            checking=pledges_for(user, Action.CHECK_REPORT, pledges),
            writer=user,
        )
        .with_places()
        .with_approved()
        .defer("cause", "remedy")
        .newest_first()
    )
    lines = []
    for report in reports:
        report.period.plan = report.pledge.plan
        lines.append(
            WorkLine(
                pledge=report.pledge,
                period=report.period,
                report=report,
                enters=report.state in EDITABLE,
                due_on=report.period.due_on,
            )
        )
    return lines


def my_work(user: Any) -> list[PeriodWork]:
    """The open periods of every plan in which the user has something to see, the next due date first.

    Constant number of queries: memberships, periods, pledges, invitations of supporters, reports, extensions.
    """
    reach = reach_of(user, Action.VIEW_STAFF)
    if not reach:
        return []
    periods = ReportingPeriod.objects.open().for_term().with_places().order_by("due_on", "plan", "as_of")
    if not reach.everything:
        cities = {membership.municipality_id for membership in memberships_of(user)}
        periods = periods.for_cities(cities)
    return [work for work in _work(user, list(periods), reach) if work.lines or work.sees_city]


def period_work(user: Any, period: ReportingPeriod) -> PeriodWork:
    """One period, whatever its state, with the lines that the user may see."""
    return _work(user, [period], reach_of(user, Action.VIEW_STAFF))[0]


def _work(user: Any, periods: Sequence[ReportingPeriod], reach: Reach) -> list[PeriodWork]:
    plans = {period.plan_id for period in periods}
    pledges = list(
        pledges_for(user, Action.VIEW_STAFF, Pledge.objects.for_plans(plans))
        .select_related("lead_department")
        .prefetch_related("support_invitations")
        .in_order()
    )
    reports = _latest(periods, pledges)
    due = read_due_dates(periods)
    entering = reach_of(user, Action.ENTER_REPORT)
    found = []
    for period in periods:
        city = period.plan.term.municipality_id
        lines = [
            WorkLine(
                pledge=pledge,
                period=period,
                report=report,
                enters=leads or invited,
                due_on=due.of(period, pledge.lead_department_id),
                is_late=bool(report and due.is_late(report)),
                is_invited=invited and not leads,
                extension=due.extension(period, pledge.lead_department_id),
            )
            for pledge in pledges
            if pledge.plan_id == period.plan_id
            for report in [reports.get((pledge.pk, period.pk))]
            for leads, invited in [_enters(entering, city, pledge)]
        ]
        found.append(
            PeriodWork(
                period.plan,
                period,
                lines,
                sees_city=reach.everything or city in reach.cities,
                granted_to_all=due.extension(period, None),
            )
        )
    return found


def _enters(entering: Reach, city: int, pledge: Pledge) -> tuple[bool, bool]:
    """Whether the person enters the pledge's reports: as its lead department, by invitation of it."""
    leads = entering.everything or city in entering.cities or pledge.lead_department_id in entering.leading
    invited = any(each.department_id in entering.invited for each in pledge.support_invitations.all())
    return leads, invited


def _latest(
    periods: Iterable[ReportingPeriod], pledges: Iterable[Pledge]
) -> dict[tuple[int, int], ProgressReport]:
    """The report in hand of each pledge and period: its highest revision."""
    reports = ProgressReport.objects.for_periods(list(periods)).latest_revision().with_approved()
    wanted = {pledge.pk: pledge for pledge in pledges}
    by_period = {period.pk: period for period in periods}
    found = {}
    for report in reports.defer("cause", "remedy"):
        if report.pledge_id in wanted:
            report.period, report.pledge = by_period[report.period_id], wanted[report.pledge_id]
            found[report.pledge_id, report.period_id] = report
    return found
