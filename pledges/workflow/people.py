"""People of a city: who belongs where as what. Invitations and handovers stand beside this module."""

from collections.abc import Collection
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.enums import DEPARTMENT_ROLES, Role
from pledges.models import Department, Invitation, Membership, Municipality, User
from pledges.permissions import SECOND_STEP_ROLES, Action, require
from pledges.workflow.errors import WorkflowError, WrongState


class PersonRefused(WorkflowError):
    """A person can't have this place. ``field`` names the form's field that is at fault, if one is."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def check_place(municipality: Municipality, role: str, department: Department | None) -> None:
    """Raise PersonRefused where nobody can be ``role`` there."""
    if role not in Role.values:
        raise PersonRefused(_("Choose a role."), "role")
    if department is None:
        if role in DEPARTMENT_ROLES:
            raise PersonRefused(_("This role belongs to a department: choose one."), "department")
        return
    if department.municipality_id != municipality.pk:
        raise PersonRefused(_("This department belongs to another city."), "department")
    if department.ended_on is not None:
        raise PersonRefused(_("This department is no more."), "department")


def give_membership(
    *, person: User, municipality: Municipality, role: str, department: Department | None, user: Any
) -> tuple[Membership, bool]:
    """The person's membership in this place, and whether it is new. Rights are the caller's question."""
    held = (
        Membership.objects.for_user(person)
        .for_municipality(municipality)
        .for_roles(Role(role))
        .filter(department=department)
        .first()
    )
    if held is not None:
        return held, False
    membership = Membership(user=person, municipality=municipality, department=department, role=role)
    membership._history_user = user  # type: ignore[attr-defined]
    membership.save()
    return membership, True


def take_membership(membership: Membership, user: Any) -> None:
    """End a membership. Rights are the caller's question, and so is the lock on it."""
    revoke_takers([membership])
    membership._history_user = user  # type: ignore[attr-defined]
    membership.delete()


def revoke_takers(memberships: Collection[Membership]) -> None:
    """Take back the invitations that wait to take over these memberships, which are locked: a place that is
    gone or another one is not what was offered."""
    waiting = Invitation.objects.select_for_update().filter(hands_over__in=memberships).pending()
    for invitation in waiting.order_by("pk"):
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])


@transaction.atomic
def change_membership(
    *, membership: Membership, role: str, department: Department | None, user: Any
) -> Membership:
    """Give a person another role or department.

    Raises PermissionDenied, PersonRefused, and WrongState where the membership was ended meanwhile or the
    city would be left without its last administrator.
    """
    city = membership.municipality
    require(user, Action.MANAGE_PEOPLE, municipality=city)
    with operation("membership_changed", user=user, municipality=city):
        administrators, held = _held(membership)
        check_place(city, role, department)
        if role != Role.ADMIN:
            _keep_administrator(held, administrators, user)
        twin = (
            Membership.objects.for_user(held.user)
            .for_municipality(city)
            .for_roles(Role(role))
            .filter(department=department)
            .exclude(pk=held.pk)
        )
        if twin.exists():
            raise PersonRefused(_("This person has this place already."))
        if (held.role, held.department_id) == (role, department.pk if department else None):
            return held
        revoke_takers([held])
        held.role, held.department = role, department
        held._history_user = user  # type: ignore[attr-defined]
        held.save()
        return held


@transaction.atomic
def end_membership(*, membership: Membership, user: Any) -> None:
    """Take a person out of a place; the account stays.

    Raises PermissionDenied, and WrongState where the membership was ended meanwhile or the city would be left
    without its last administrator.
    """
    city = membership.municipality
    require(user, Action.MANAGE_PEOPLE, municipality=city)
    with operation("membership_ended", user=user, municipality=city):
        administrators, held = _held(membership)
        _keep_administrator(held, administrators, user)
        take_membership(held, user)


@transaction.atomic
def reset_second_step(*, membership: Membership, user: Any) -> User:
    """Forget the authenticators of a person who lost theirs: at the next login they are set up anew.

    Raises PermissionDenied: also for oneself, for superusers, and for people of other cities too, whom their
    own administrators do not keep alone.
    """
    city = membership.municipality
    require(user, Action.MANAGE_PEOPLE, municipality=city)
    person = membership.user
    elsewhere = Membership.objects.for_user(person).exclude(municipality=city).exists()
    if person.pk == user.pk or (not user.is_superuser and (person.is_superuser or elsewhere)):
        raise PermissionDenied(_("You have no right to do this."))
    with operation("second_step_reset", user=user, municipality=city, facts={"person": person.pk}):
        Authenticator.objects.filter(user=person).delete()
    return person


@transaction.atomic
def renew_calendar(*, membership: Membership, user: Any) -> Membership:
    """Give the calendar of this place a new address; under the old ones nothing is found any more.

    For the person and for who keeps the city's people. Raises PermissionDenied, and WrongState where the
    membership was ended meanwhile or is of no department.
    """
    city = membership.municipality
    if membership.user_id != user.pk:
        require(user, Action.MANAGE_PEOPLE, municipality=city)
    with operation("calendar_renewed", user=user, municipality=city):
        if membership.department_id is None:
            raise WrongState(_("Only a place in a department has a calendar address."))
        # Who is two things in one department may hold an address of either.
        alike = Membership.objects.for_user(membership.user_id).for_departments([membership.department_id])
        held = {each.pk: each for each in alike.select_for_update().order_by("pk")}
        if membership.pk not in held:
            raise WrongState(_("This membership was ended meanwhile."))
        for each in held.values():
            each.calendar_number += 1
            each._history_user = user  # type: ignore[attr-defined]
            each.save()
        renewed: Membership = held[membership.pk]
        return renewed


def needs_code(role: str) -> bool:
    """Whether people of this role have to set two-step login up."""
    return role in SECOND_STEP_ROLES


def _held(membership: Membership) -> tuple[list[Membership], Membership]:
    """The city's administrators and the membership, all locked.

    The administrators come first, in one order for everybody: of two who take each other out one waits for
    the other and then is refused.
    """
    administrators = list(
        Membership.objects.select_for_update()
        .for_municipality(membership.municipality_id)
        .for_roles(Role.ADMIN)
        .order_by("pk")
    )
    held = Membership.objects.with_places().select_for_update(of=("self",)).filter(pk=membership.pk).first()
    if held is None:
        raise WrongState(_("This membership was ended meanwhile."))
    found: Membership = held
    return administrators, found


def _keep_administrator(held: Membership, administrators: Collection[Membership], user: Any) -> None:
    """Refuse to leave a city without an administrator, or oneself without the right to undo it."""
    if held.role != Role.ADMIN:
        return
    others = [other for other in administrators if other.pk != held.pk]
    if held.user_id == user.pk and not any(other.user_id == user.pk for other in others):
        raise WrongState(_("You can't end your own place as administrator. Another administrator can."))
    if not others and not user.is_superuser:
        raise WrongState(_("The city needs an administrator: make another one first."))
