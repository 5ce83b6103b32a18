"""인계인수: a place in a department passed from one person to another, with the list of what is open."""

from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.duedates import read_due_dates
from pledges.enums import DEPARTMENT_ROLES
from pledges.models import (
    Department,
    Handover,
    Membership,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    User,
)
from pledges.notation import clean_text
from pledges.permissions import Action, can, require
from pledges.workflow.errors import WrongState
from pledges.workflow.people import PersonRefused, give_membership, take_membership

NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A report that is not approved yet, or (``state`` "not_started") not begun in an open period.

    ``as_of`` and ``due_on`` are ISO dates; ``plan`` is the plan's name, ``plan_code`` and ``term`` where
    it stands.
    """

    plan: str
    plan_code: str
    term: int
    code: str
    name: str
    as_of: str
    state: str
    due_on: str


def open_items_of(department: Department) -> list[OpenItem]:
    """What a department has to finish, the most urgent first: six queries, whatever their number."""
    reports = list(
        ProgressReport.objects.led_by([department])
        .unfinished()
        .in_term()
        .with_places()
        .select_related("period__plan__term")
    )
    periods = list(
        ReportingPeriod.objects.open().for_term().for_cities([department.municipality_id]).with_places()
    )
    pledges = list(
        Pledge.objects.led_by([department]).for_plans({period.plan_id for period in periods}).with_places()
    )
    begun = set(
        ProgressReport.objects.led_by([department]).for_periods(periods).values_list("pledge_id", "period_id")
    )
    due = read_due_dates({*periods, *(report.period for report in reports)})
    found = [(report.pledge, report.period, report.state) for report in reports]
    found += [
        (pledge, period, NOT_STARTED)
        for period in periods
        for pledge in pledges
        if pledge.plan_id == period.plan_id and (pledge.pk, period.pk) not in begun
    ]
    found.sort(key=lambda each: (due.of(each[1], department.pk), each[1].as_of, each[0].position, each[0].pk))
    return [
        OpenItem(
            plan=pledge.plan.name,
            plan_code=pledge.plan.code,
            term=pledge.plan.term.number,
            code=pledge.code,
            name=pledge.name,
            as_of=period.as_of.isoformat(),
            state=state,
            due_on=due.of(period, department.pk).isoformat(),
        )
        for pledge, period, state in found
    ]


def requires_handing_over(membership: Membership, user: Any) -> Membership:
    """The membership, locked, once the user may hand it over.

    Raises PermissionDenied, and WrongState where it was ended meanwhile or is of no department.
    """
    require(
        user,
        Action.HAND_OVER,
        municipality=membership.municipality_id,
        department=membership.department_id,
    )
    held = Membership.objects.with_places().select_for_update(of=("self",)).filter(pk=membership.pk).first()
    if held is None:
        raise WrongState(_("This membership was ended meanwhile."))
    found: Membership = held
    if found.department is None or found.role not in DEPARTMENT_ROLES:
        raise WrongState(_("Only a place in a department is handed over."))
    return found


@transaction.atomic
def hand_over(*, membership: Membership, taker: User, user: Any, note: str = "") -> Handover:
    """Pass a place to somebody of the city at once.

    The taker has the membership, the giver no longer, and a row keeps what was open then. Reports and saved
    drafts are the department's and stay with it. Raises PermissionDenied, PersonRefused, and WrongState where
    the place was handed over or ended meanwhile.
    """
    held = requires_handing_over(membership, user)
    if not Membership.objects.for_municipality(held.municipality_id).for_user(taker).exists():
        raise PersonRefused(_("This person does not belong to the city: invite them."), "taker")
    complete_handover(membership=held, taker=taker, recorder=user, note=note)
    newest: Handover = Handover.objects.for_departments([held.department_id]).filter(taker=taker)[0]
    return newest


@transaction.atomic
def complete_handover(*, membership: Membership, taker: User, recorder: User | None, note: str) -> Membership:
    """Pass the place on. Rights are the caller's question. Raises PersonRefused and WrongState."""
    held = Membership.objects.with_places().select_for_update(of=("self",)).filter(pk=membership.pk).first()
    if held is None or held.department is None:
        raise WrongState(_("This membership was ended meanwhile."))
    if held.user_id == taker.pk:
        raise PersonRefused(_("Nobody hands over to themselves: choose another person."), "taker")
    if not taker.is_active:
        raise PersonRefused(_("This account is not active."), "taker")
    with operation("handed_over", user=recorder, municipality=held.municipality):
        items = open_items_of(held.department)
        given, _is_new = give_membership(
            person=taker,
            municipality=held.municipality,
            role=held.role,
            department=held.department,
            user=recorder,
        )
        handover = Handover(
            department=held.department,
            role=held.role,
            giver=held.user,
            taker=taker,
            recorded_by=recorder,
            note=clean_text(note),
            open_items=[asdict(item) for item in items],
        )
        handover.save()
        take_membership(held, recorder)
    return given


def unread_handovers(user: Any) -> list[Handover]:
    """What the person took over and has not confirmed to have read: one query."""
    return list(Handover.objects.unseen_by(user).with_people())


def may_read(user: Any, handover: Handover) -> bool:
    """Giver, taker, and whoever sees the handovers of this department."""
    return user.pk in (handover.giver_id, handover.taker_id) or can(
        user,
        Action.VIEW_HANDOVERS,
        municipality=handover.department.municipality_id,
        department=handover.department_id,
    )


@transaction.atomic
def mark_seen(*, handover: Handover, user: Any) -> Handover:
    """The taker has read the list; again changes nothing. Raises PermissionDenied for anybody else."""
    if handover.taker_id != user.pk:
        raise PermissionDenied(_("You have no right to do this."))
    with operation("handover_seen", user=user, municipality=handover.department.municipality_id):
        held: Handover = Handover.objects.select_for_update().get(pk=handover.pk)
        if held.seen_at is None:
            held.seen_at = timezone.now()
            held.save()
        return held
