"""Reminders by mail: to officers what they have not handed in, to heads what waits for their signature,
to the planning office which departments are late.

When they go, and that each goes once, is ``reports.reminding``'s. A mail is Korean, as all that a city hall
sends.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from pledges.duedates import DueDates, read_due_dates
from pledges.enums import Cycle, PlanKind, ReportState, Role
from pledges.models import (
    Department,
    Membership,
    Plan,
    Pledge,
    ProgressReport,
    ReportComment,
    ReportingPeriod,
    User,
)
from pledges.permissions import Action, can_on
from pledges.workflow import awaits_head
from reports.quarter.boards import NOT_STARTED, STATE_LABELS, TO_DO, corrects
from reports.quarter.lookups import staff_url
from reports.reminding import (
    Claim,
    Mark,
    Outcome,
    absolute,
    date_words,
    deadline_words,
    mark_on,
    send_letters,
)

# --- What ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A pledge whose report of the period is not through yet."""

    pledge: Pledge
    period: ReportingPeriod
    state: str
    remarks: tuple[str, ...] = ()

    @property
    def state_label(self) -> str:
        return str(STATE_LABELS[self.state])

    @property
    def link(self) -> str:
        return absolute(staff_url("report", self.period.plan, self.period.as_of, self.pledge.code))


@dataclass(slots=True)
class DepartmentPart:
    """One department's open reports of a period, with its own due date and why that was extended."""

    department: Department | None
    due_on: dt.date
    mark: Mark
    today: dt.date
    extended_because: str = ""
    to_enter: list[OpenReport] = field(default_factory=list)
    to_sign: list[OpenReport] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.department.name if self.department else "담당 부서 미지정"

    @property
    def is_overdue(self) -> bool:
        return self.due_on < self.today

    @property
    def deadline(self) -> str:
        return deadline_words(self.due_on, self.today)

    @property
    def due_text(self) -> str:
        return date_words(self.due_on)


@dataclass(slots=True)
class Letter:
    """One mail: a person, a period, and what is open there."""

    user: User
    period: ReportingPeriod
    today: dt.date
    to_enter: list[DepartmentPart] = field(default_factory=list)
    to_sign: list[DepartmentPart] = field(default_factory=list)
    late: list[DepartmentPart] = field(default_factory=list)

    @property
    def claims(self) -> list[Claim]:
        marks = sorted({part.mark for part in (*self.to_enter, *self.to_sign, *self.late)})
        return [Claim(mark, period=self.period) for mark in marks]

    @property
    def subject(self) -> str:
        plan = self.period.plan
        about = f"[{plan.term.municipality.name}] {period_words(self.period)} {plan_words(plan)} 추진실적"
        if self.to_enter:
            due_on = min(part.due_on for part in self.to_enter)
            return f"{about} 제출 기한 {deadline_words(due_on, self.today)}"
        if self.to_sign:
            count = sum(len(part.to_sign) for part in self.to_sign)
            due_on = min(part.due_on for part in self.to_sign)
            return f"{about} 결재 대기 {count}건 (제출 기한 {deadline_words(due_on, self.today)})"
        return f"{about} 미제출 부서 {len(self.late)}곳"

    @property
    def body(self) -> str:
        plan = self.period.plan
        context = {
            "letter": self,
            "person": self.user.get_full_name(),
            "city": plan.term.municipality.name,
            "plan": plan.name,
            "period": period_words(self.period),
            "as_of": date_words(self.period.as_of),
            "work": absolute(reverse("staff:home")),
            "board": absolute(staff_url("period", plan, self.period.as_of)),
        }
        with translation.override("ko"):
            return render_to_string("mail/reminder_body.txt", context).strip() + "\n"


def period_words(period: ReportingPeriod) -> str:
    """``2026년 1분기``, or ``2026년 상반기`` where the plan's cycle is half-yearly."""
    year = period.as_of.year
    if period.plan.cycle == Cycle.HALF_YEARLY:
        return f"{year}년 {'상반기' if period.quarter <= 2 else '하반기'}"
    return f"{year}년 {period.quarter}분기"


def plan_words(plan: Plan) -> str:
    return "공약" if plan.kind == PlanKind.PLEDGES else plan.name


# --- Who --------------------------------------------------------------------------


@dataclass(slots=True)
class Due:
    """The mails that are due on a day, and the departments with open reports that have nobody to write to."""

    letters: list[Letter]
    nobody_in: list[str]


def due_letters(today: dt.date) -> Due:
    """What is to be said on this day, whether it was said already or not. Eight queries at most."""
    periods = list(ReportingPeriod.objects.open().for_term().with_places().order_by("due_on", "pk"))
    parts = _parts(periods, today)
    cities = {period.plan.term.municipality_id for period in periods}
    people = _people(cities) if parts else {}
    letters: dict[tuple[int, int], Letter] = {}
    nobody_in = []

    def letter(user: User, period: ReportingPeriod) -> Letter:
        return letters.setdefault((period.pk, user.pk), Letter(user, period, today))

    for period, part in parts:
        place = part.department.pk if part.department else None
        # Where a department has no officer, its head has to see to it.
        writers = people.get((Role.OFFICER, place)) or people.get((Role.HEAD, place), [])
        signers = people.get((Role.HEAD, place), [])
        if place is not None and ((part.to_enter and not writers) or (part.to_sign and not signers)):
            nobody_in.append(part.name)
        for user in writers if part.to_enter else ():
            letter(user, period).to_enter.append(part)
        for user in signers if part.to_sign else ():
            letter(user, period).to_sign.append(part)
        if part.is_overdue:
            for user in people.get((Role.COORDINATOR, -period.plan.term.municipality_id), []):
                letter(user, period).late.append(part)
    return Due(list(letters.values()), sorted(set(nobody_in)))


def _people(cities: Iterable[int]) -> dict[tuple[str, int | None], list[User]]:
    """Active people by role and department; coordinators by the negated id of their city."""
    found: dict[tuple[str, int | None], list[User]] = defaultdict(list)
    memberships = Membership.objects.for_municipalities(cities).of_active_people()
    for held in memberships.for_roles(Role.OFFICER, Role.HEAD, Role.COORDINATOR).order_by("user__username"):
        place = -held.municipality_id if held.role == Role.COORDINATOR else held.department_id
        if held.user not in found[held.role, place]:
            found[held.role, place].append(held.user)
    return found


def _parts(periods: list[ReportingPeriod], today: dt.date) -> list[tuple[ReportingPeriod, DepartmentPart]]:
    """What is open of each period by department, where its due date is near or over."""
    due = read_due_dates(periods)
    concerned = [period for period in periods if _may_be_due(due, period, today)]
    if not concerned:
        return []
    pledges = Pledge.objects.for_plans({period.plan_id for period in concerned})
    by_plan: dict[int, list[Pledge]] = defaultdict(list)
    for pledge in pledges.select_related("lead_department").in_order():
        by_plan[pledge.plan_id].append(pledge)
    reports = {
        (report.pledge_id, report.period_id): report
        for report in ProgressReport.objects.for_periods(concerned)
        .latest_revision()
        .with_approved()
        .defer("cause", "remedy")
    }
    remarks = _remarks(report for report in reports.values() if report.state == ReportState.RETURNED)
    found: dict[tuple[int, int | None], DepartmentPart] = {}
    ordered = []
    for period in concerned:
        for pledge in by_plan[period.plan_id]:
            report = reports.get((pledge.pk, period.pk))
            state = report.state if report else NOT_STARTED
            waits = report is not None and awaits_head(report, period.plan)
            # A correction of what was approved is not due.
            if corrects(report) or not (state in TO_DO or waits):
                continue
            place = pledge.lead_department_id
            due_on = due.of(period, place)
            mark = mark_on(due_on, today)
            if mark is None:
                continue
            part = found.get((period.pk, place))
            if part is None:
                extension = due.extension(period, place)
                part = found[period.pk, place] = DepartmentPart(
                    pledge.lead_department, due_on, mark, today, extension.reason if extension else ""
                )
                ordered.append((period, part))
            line = OpenReport(pledge, period, state, remarks.get(report.pk, ()) if report else ())
            (part.to_sign if waits else part.to_enter).append(line)
    return ordered


def _may_be_due(due: DueDates, period: ReportingPeriod, today: dt.date) -> bool:
    dates = [period.due_on, *(each.due_on for each in due.extensions.get(period.pk, ()))]
    return any(mark_on(date, today) for date in dates)


def _remarks(returned: Iterable[ProgressReport]) -> dict[int, tuple[str, ...]]:
    """What was said when reports were returned: since they were handed in last, by others than who did so."""
    reports = {report.pk: report for report in returned}
    found: dict[int, list[str]] = defaultdict(list)
    for comment in ReportComment.objects.filter(report__in=reports).order_by("created_at", "pk"):
        report = reports[comment.report_id]
        if report.submitted_at and comment.created_at < report.submitted_at:
            continue
        if comment.author_id is None or comment.author_id != report.submitted_by_id:
            where = f"{comment.get_section_display()}: " if comment.section else ""
            found[report.pk].append(f"{where}{comment.body}")
    return {pk: tuple(lines) for pk, lines in found.items()}


# --- Sending ------------------------------------------------------------------------


def send_reminders(*, today: dt.date, dry_run: bool = False) -> Outcome:
    """Send every reminder of a quarter that is due on this day and has not gone out yet."""
    due = due_letters(today)
    outcome = Outcome(nobody_in=due.nobody_in)
    send_letters(due.letters, outcome, dry_run=dry_run)
    return outcome


# --- When a report is returned ---------------------------------------------------------


def notify_returned(report: ProgressReport) -> None:
    """Tell who has to mend a report that it was returned, and why, once that is stored for good.

    It is whoever handed it in, as long as they may still enter; else the department's officers, or its head.
    Never raises: the return stands without the mail, and what went wrong is logged.
    """
    transaction.on_commit(lambda: _write_returned(report.pk), robust=True)


def _write_returned(pk: int) -> None:
    report = ProgressReport.objects.with_places().with_people().get(pk=pk)
    if report.state != ReportState.RETURNED:
        return
    for user in _menders(report):
        _write_returned_to(user, report)


def _menders(report: ProgressReport) -> list[User]:
    """Who mends a returned report; nobody whose place somebody else has taken over meanwhile."""
    user: Any = report.submitted_by
    writes = (Action.ENTER_REPORT, Action.CORRECT_REPORT)
    if user and user.is_active and any(can_on(user, action, report.pledge) for action in writes):
        people = [user]
    else:
        held = _people([report.pledge.plan.term.municipality_id])
        place = report.pledge.lead_department_id
        people = held[Role.OFFICER, place] or held[Role.HEAD, place]
    return [each for each in people if each.email]


def _write_returned_to(user: User, report: ProgressReport) -> None:
    pk = report.pk
    report.period.plan = plan = report.pledge.plan
    city = plan.term.municipality.name
    line = OpenReport(report.pledge, report.period, report.state, _remarks([report]).get(pk, ()))
    due_on = read_due_dates([report.period]).of(report.period, report.pledge.lead_department_id)
    context = {
        "line": line,
        "person": user.get_full_name(),
        "city": city,
        "period": period_words(report.period),
        "as_of": date_words(report.period.as_of),
        "due": date_words(due_on),
        "is_open": report.period.is_open,
    }
    with translation.override("ko"):
        body = render_to_string("mail/report_returned_body.txt", context).strip() + "\n"
    subject = f"[{city}] {period_words(report.period)} {plan_words(plan)} 추진실적 반려: {report.pledge.code}"
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email]).send()
