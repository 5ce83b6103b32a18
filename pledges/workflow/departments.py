"""직제 개편: departments are made, renamed, merged and split; what is theirs follows.

Pledges (led and supported), people and pending invitations, invitations to
supporting departments and extended due dates go over to the successor. What
was published keeps the names of its time: editions hold them as text, and a
document of an earlier day is built with them again. Each change is told by a
row of ``DepartmentChange`` for each pair of names, and by the departments that
the pledges it moved had before.

Written under the locks that an import takes (the periods of the city's
plans), so that neither reads half of the other.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.enums import DepartmentChangeKind, DepartmentPart
from pledges.history import create_all, delete_all, record_all, update_all
from pledges.models import (
    Department,
    DepartmentChange,
    DueExtension,
    FormerDepartment,
    Invitation,
    Membership,
    Municipality,
    Plan,
    Pledge,
    ReportingPeriod,
    SupportInvitation,
)
from pledges.notation import clean_text, fold_key, format_day
from pledges.permissions import Action, require
from pledges.workflow.errors import ReasonMissing, WorkflowError, WrongState
from pledges.workflow.people import take_membership

LONGEST_NAME = 100
# What a sheet writes between departments, and for none: no name may hold it, or be it.
SEPARATORS = ",、"
NO_DEPARTMENT = frozenset("-–—―−")


class BadName(WorkflowError):
    """A department can't have this name."""


@dataclass(frozen=True, slots=True)
class Following:
    """What goes over to the successors of some departments; pledges of every plan, in order."""

    led: Sequence[Pledge]
    supported: Sequence[Pledge]
    memberships: Sequence[Membership]
    invitations: Sequence[Invitation]
    support_invitations: int
    extensions: Sequence[DueExtension]

    @property
    def pledges(self) -> int:
        """How many pledges are concerned, each counted once."""
        return len({pledge.pk for pledge in (*self.led, *self.supported)})

    @property
    def people(self) -> int:
        return len({membership.user_id for membership in self.memberships})

    @property
    def open_extensions(self) -> list[DueExtension]:
        """The extended due dates that still bind: those of open periods."""
        return [each for each in self.extensions if each.period.is_open]


def what_follows(departments: Iterable[Department]) -> Following:
    """What goes over where these departments are changed: six queries."""
    chosen = list(departments)
    pledges = Pledge.objects.with_places().order_by("plan", "position", "pk")
    return Following(
        led=list(pledges.led_by(chosen)),
        supported=list(pledges.supported_by(chosen)),
        memberships=list(
            Membership.objects.for_departments(chosen)
            .select_related("user", "department")
            .order_by("user__name", "pk")
        ),
        invitations=list(
            Invitation.objects.for_departments(chosen)
            .pending()
            .select_related("department")
            .order_by("name", "pk")
        ),
        support_invitations=SupportInvitation.objects.filter(department__in=chosen).count(),
        extensions=list(DueExtension.objects.for_departments(chosen).with_places().by_period()),
    )


@transaction.atomic
def create_department(*, municipality: Municipality, user: Any, name: str) -> Department:
    """Make a department; one of this name that ended stands again.

    Raises PermissionDenied, and BadName where the name can't be one or is another's.
    """
    require(user, Action.MANAGE_DEPARTMENTS, municipality=municipality)
    with operation("department_created", user=user, municipality=municipality):
        _hold(municipality)
        return _made(municipality, name, user)


@transaction.atomic
def rename_department(
    *, department: Department, user: Any, name: str, changed_on: dt.date, reason: str
) -> Department:
    """Give a department another name; everything else of it stays.

    Raises PermissionDenied, ReasonMissing, BadName, and WrongState where it has ended or the date is to come.
    """
    city = department.municipality
    require(user, Action.MANAGE_DEPARTMENTS, municipality=city)
    with operation("department_renamed", user=user, municipality=city, reason=reason):
        (department,) = _standing(city, [department])
        said = _checked(changed_on, reason)
        old, new = department.name, checked_name(name)
        if new == old:
            raise BadName(_("The department has this name already."))
        if (other := _named(city, new)) is not None and other.pk != department.pk:
            raise BadName(_taken(other))
        department.name = new
        update_all([department], ["name"], user)
        _record(DepartmentChangeKind.RENAMED, [(old, department)], changed_on, said, user)
        return department


@transaction.atomic
def merge_departments(
    *,
    departments: Collection[Department],
    user: Any,
    changed_on: dt.date,
    reason: str,
    into: Department | None = None,
    name: str = "",
) -> Department:
    """Merge departments ``into`` one that stands, or into a new one called ``name``; gives that one.

    The others end on ``changed_on``. Raises PermissionDenied, ReasonMissing,
    BadName, and WrongState where nothing is left to merge, one of them has
    ended or is another city's, or the date is to come.
    """
    if not departments:
        raise WrongState(_("Choose the departments to be merged."))
    city = next(iter(departments)).municipality
    require(user, Action.MANAGE_DEPARTMENTS, municipality=city)
    with operation("departments_merged", user=user, municipality=city, reason=reason):
        sources = _standing(city, departments)
        said = _checked(changed_on, reason)
        if into is not None:
            (target,) = _standing(city, [into])
        else:
            new = checked_name(name)
            # A merged department may keep the name of one of them: that one goes on.
            kept = next((each for each in sources if fold_key(each.name) == fold_key(new)), None)
            target = kept or _made(city, new, user)
        sources = [each for each in sources if each.pk != target.pk]
        if not sources:
            raise WrongState(_("Choose at least one other department."))
        ids = {each.pk for each in sources}
        change = _record(
            DepartmentChangeKind.MERGED, [(each.name, target) for each in sources], changed_on, said, user
        )
        _hand_on_pledges(ids, lambda _pledge: target, lambda _pledge, _old: target, change, user)
        _hand_on_memberships(
            [(each, target) for each in Membership.objects.for_departments(ids).order_by("pk")], user
        )
        _hand_on_invitations(
            [(each, target) for each in Invitation.objects.for_departments(ids).pending().order_by("pk")]
        )
        extensions = list(DueExtension.objects.for_departments(ids).order_by("pk"))
        for extension in extensions:
            extension.department = target
        update_all(extensions, ["department"], user)
        _end(sources, changed_on, user)
        return target


@transaction.atomic
def split_department(
    *,
    department: Department,
    user: Any,
    changed_on: dt.date,
    reason: str,
    parts: Sequence[str],
    led: Mapping[int, str],
    supported: Mapping[int, str],
    members: Mapping[int, str] | None = None,
    invitations: Mapping[int, str] | None = None,
) -> list[Department]:
    """Split a department into ``parts``, named: standing departments or new ones; gives them in this order.

    Where its own name is among them it goes on, smaller; else it ends on
    ``changed_on``. ``led`` and ``supported`` say for each pledge (by id) whose it
    is now; ``members`` and ``invitations`` the same for memberships and pending
    invitations. A person who is not named there stays where they are, to be
    given a place later (``place_members``); an invitation has to be named.
    A due date extended for the department is so for every part. Raises
    PermissionDenied, ReasonMissing, BadName, and WrongState where something is
    left without a part.
    """
    city = department.municipality
    require(user, Action.MANAGE_DEPARTMENTS, municipality=city)
    with operation("department_split", user=user, municipality=city, reason=reason):
        (department,) = _standing(city, [department])
        said = _checked(changed_on, reason)
        names = list(dict.fromkeys(checked_name(part) for part in parts))
        if len(names) < 2:
            raise WrongState(_("Name at least two departments."))
        following = what_follows([department])
        left = [pledge.code for pledge in following.led if led.get(pledge.pk) not in names]
        left += [pledge.code for pledge in following.supported if supported.get(pledge.pk) not in names]
        if left:
            raise WrongState(
                _("Say to which department these pledges go: %(codes)s.")
                % {"codes": ", ".join(dict.fromkeys(left))}
            )
        invited = invitations or {}
        unplaced = [each.name for each in following.invitations if invited.get(each.pk) not in names]
        if unplaced:
            raise WrongState(
                _("Say to which department these invited people go: %(names)s.")
                % {"names": ", ".join(unplaced)}
            )
        by_name = {name: _part(department, name, user) for name in names}
        found = list(by_name.values())
        if len({each.pk for each in found}) < 2:
            raise WrongState(_("Name at least two departments."))
        change = _record(
            DepartmentChangeKind.SPLIT, [(department.name, each) for each in found], changed_on, said, user
        )
        _hand_on_pledges(
            {department.pk},
            lambda pledge: by_name[led[pledge.pk]],
            lambda pledge, _old: by_name[supported[pledge.pk]],
            change,
            user,
        )
        chosen = members or {}
        _hand_on_memberships(
            [
                (each, by_name[chosen[each.pk]])
                for each in following.memberships
                if chosen.get(each.pk) in by_name
            ],
            user,
        )
        _hand_on_invitations([(each, by_name[invited[each.pk]]) for each in following.invitations])
        goes_on = any(each.pk == department.pk for each in found)
        _share_extensions(department, found, user)
        if not goes_on:
            _end([department], changed_on, user)
        return found


@transaction.atomic
def place_members(*, department: Department, user: Any, members: Mapping[int, Department]) -> int:
    """Give people of an ended department their place in another, by membership; gives how many.

    Raises PermissionDenied, and WrongState where the department stands or a place is none.
    """
    city = department.municipality
    require(user, Action.MANAGE_DEPARTMENTS, municipality=city)
    with operation("members_placed", user=user, municipality=city):
        _hold(city)
        department.refresh_from_db()
        if department.ended_on is None:
            raise WrongState(_("The department “%(name)s” has not ended.") % {"name": department.name})
        _standing(city, {each.pk: each for each in members.values()}.values())
        left = Membership.objects.for_departments([department]).order_by("pk")
        moves = [(each, members[each.pk]) for each in left if each.pk in members]
        _hand_on_memberships(moves, user)
        return len(moves)


def checked_name(name: str) -> str:
    """A department's name as it is stored. Raises BadName where no sheet could hold it."""
    clean = " ".join(clean_text(name).split())
    if not clean:
        raise BadName(_("Enter the name."))
    if len(clean) > LONGEST_NAME:
        raise BadName(_("A department's name has at most %(limit)d characters.") % {"limit": LONGEST_NAME})
    folded = fold_key(clean)
    if any(mark in folded for mark in SEPARATORS) or folded in NO_DEPARTMENT:
        raise BadName(_("A department's name can't hold a comma or be a dash: sheets use them."))
    return clean


def rehearse(step: Callable[[], Any]) -> None:
    """Take a step and take it back: raises what the step raises, and nothing stays."""
    with transaction.atomic():
        step()
        transaction.set_rollback(True)


# --- Parts ---


def _hold(city: Municipality) -> None:
    """Hold the city's periods and departments until the transaction ends, in the order that imports take."""
    plans = Plan.objects.for_municipalities([city.pk])
    list(
        ReportingPeriod.objects.for_plans(plans)
        .select_for_update()
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    list(
        Department.objects.for_municipality(city)
        .select_for_update(no_key=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _standing(city: Municipality, departments: Iterable[Department]) -> list[Department]:
    """The departments as they are stored, held. Raises WrongState for one that ended or is another city's."""
    _hold(city)
    wanted = [each.pk for each in departments]
    found = Department.objects.for_municipality(city).in_bulk(wanted)
    if len(found) < len(set(wanted)):
        raise WrongState(_("This department belongs to another city."))
    for each in found.values():
        if each.ended_on is not None:
            raise WrongState(
                _("The department “%(name)s” ended on %(date)s.")
                % {"name": each.name, "date": format_day(each.ended_on)}
            )
    return [found[pk] for pk in dict.fromkeys(wanted)]


def _checked(changed_on: dt.date, reason: str) -> str:
    """The reason, cleaned. Raises ReasonMissing, and WrongState for a date that is to come."""
    said = clean_text(reason)
    if not said:
        raise ReasonMissing(_("Say why the department changes."))
    if changed_on > timezone.localdate():
        raise WrongState(_("This date is to come. Enter the change on the day on which it takes effect."))
    return said


def _named(city: Municipality, name: str) -> Department | None:
    """The city's department of this name as rows match on it, ended ones too."""
    folded = fold_key(name)
    return next(
        (each for each in Department.objects.for_municipality(city) if fold_key(each.name) == folded), None
    )


def _taken(other: Department) -> str:
    if other.ended_on is None:
        return _("There is a department of this name already.")
    return _("There was a department of this name, and it ended on %(date)s; choose another name.") % {
        "date": format_day(other.ended_on)
    }


def _made(city: Municipality, name: str, user: Any) -> Department:
    """A new department; one of this name that ended stands again. Raises BadName where one stands."""
    clean = checked_name(name)
    other = _named(city, clean)
    if other is None:
        made = Department(municipality=city, name=clean)
        create_all([made], user)
        return made
    if other.ended_on is None:
        raise BadName(_taken(other))
    other.ended_on = None
    update_all([other], ["ended_on"], user)
    return other


def _part(department: Department, name: str, user: Any) -> Department:
    other = _named(department.municipality, name)
    if other is not None and other.ended_on is None:
        return other
    return _made(department.municipality, name, user)


def _end(departments: Sequence[Department], ended_on: dt.date, user: Any) -> None:
    for each in departments:
        each.ended_on = ended_on
    update_all(departments, ["ended_on"], user)


def _record(
    kind: DepartmentChangeKind,
    pairs: Iterable[tuple[str, Department]],
    changed_on: dt.date,
    reason: str,
    user: Any,
) -> DepartmentChange:
    """Write the rows of a change; gives the first."""
    rows = [
        DepartmentChange(
            municipality=successor.municipality,
            kind=kind,
            old_name=old,
            new_name=successor.name,
            successor=successor,
            changed_on=changed_on,
            reason=reason,
        )
        for old, successor in pairs
    ]
    create_all(rows, user)
    return rows[0]


def _hand_on_pledges(
    old: set[int],
    lead_of: Callable[[Pledge], Department],
    supporter_of: Callable[[Pledge, int], Department],
    change: DepartmentChange,
    user: Any,
) -> None:
    """Give the pledges of the departments ``old`` (ids) their new ones, with invitations to enter.

    A department that comes to lead a pledge is no supporter of it beside. What a
    pledge had until ``change`` is kept.
    """
    pledges = list(Pledge.objects.for_departments(old).order_by("plan", "position", "pk"))
    through: Any = Pledge.supporting_departments.through
    links: dict[int, dict[int, Any]] = {pledge.pk: {} for pledge in pledges}
    for link in through.objects.filter(pledge__in=pledges):
        links[link.pledge_id][link.department_id] = link
    invitations: dict[int, list[SupportInvitation]] = {}
    for invitation in SupportInvitation.objects.filter(pledge__in=pledges).order_by("pk"):
        invitations.setdefault(invitation.pledge_id, []).append(invitation)
    new_links, gone_links = [], []
    former: list[FormerDepartment] = []
    moved: list[SupportInvitation] = []
    gone: list[SupportInvitation] = []
    for pledge in pledges:
        held = links[pledge.pk]
        led_by, supported_by = pledge.lead_department_id, sorted(held)
        if led_by in old:
            pledge.lead_department = lead_of(pledge)
        follows = {pk: supporter_of(pledge, pk).pk for pk in held if pk in old}
        wanted = {follows.get(pk, pk) for pk in held} - {pledge.lead_department_id}
        gone_links += [held.pop(pk) for pk in set(held) - wanted]
        for pk in sorted(wanted - set(held)):
            held[pk] = through(pledge=pledge, department_id=pk)
            new_links.append(held[pk])
        _sort_invitations(invitations.get(pledge.pk, ()), follows, wanted, moved, gone)
        if led_by is not None and led_by != pledge.lead_department_id:
            former.append(_former(pledge, change, DepartmentPart.LEAD, led_by))
        if supported_by != sorted(held):
            former += [_former(pledge, change, DepartmentPart.SUPPORTING, pk) for pk in supported_by]
    if not pledges:
        return
    delete_all(gone, user)
    update_all(moved, ["department"], user)
    Pledge.objects.bulk_update(pledges, ["lead_department"])
    through.objects.filter(pk__in=[link.pk for link in gone_links]).delete()
    through.objects.bulk_create(new_links)
    # Written once and never changed: these rows are a record themselves.
    FormerDepartment.objects.bulk_create(former)
    record_all(
        pledges,
        {"supporting_departments": {pk: list(held.values()) for pk, held in links.items()}},
        is_new=False,
        user=user,
    )


def _former(
    pledge: Pledge, change: DepartmentChange, part: DepartmentPart, department: int
) -> FormerDepartment:
    return FormerDepartment(pledge=pledge, change=change, part=part, department_id=department)


def _sort_invitations(
    invitations: Iterable[SupportInvitation],
    follows: Mapping[int, int],
    wanted: Collection[int],
    moved: list[SupportInvitation],
    gone: list[SupportInvitation],
) -> None:
    """Put a pledge's invitations to ``moved`` or ``gone``: one for each department that supports it still."""
    taken = {each.department_id for each in invitations if each.department_id not in follows}
    for each in invitations:
        now = follows.get(each.department_id, each.department_id)
        if each.department_id not in follows and now in wanted:
            continue
        if now not in wanted or (now in taken and each.department_id in follows):
            gone.append(each)
            continue
        taken.add(now)
        if now != each.department_id:
            each.department_id = now
            moved.append(each)


def _hand_on_memberships(moves: Sequence[tuple[Membership, Department]], user: Any) -> None:
    """Each person keeps the role; who has it there already has it once."""
    held = {
        (each.user_id, each.department_id, each.role)
        for each in Membership.objects.for_departments({target.pk for _each, target in moves})
    }
    moved, doubled = [], []
    for membership, target in moves:
        if membership.department_id == target.pk:
            continue
        place = (membership.user_id, target.pk, membership.role)
        if place in held:
            doubled.append(membership)
            continue
        held.add(place)
        membership.department = target
        moved.append(membership)
    update_all(moved, ["department"], user)
    # One by one: invitations may point at them, to take the place over.
    for membership in doubled:
        take_membership(membership, user)


def _hand_on_invitations(moves: Sequence[tuple[Invitation, Department]]) -> None:
    """Saved one by one: invitations hold personal data and have no history that is written in sets."""
    for invitation, target in moves:
        invitation.department = target
        invitation.save(update_fields=["department"])


def _share_extensions(department: Department, parts: Sequence[Department], user: Any) -> None:
    """A due date extended for a department is so for each of its parts; when and by whom stays as it was."""
    extensions = list(DueExtension.objects.for_departments([department]).order_by("pk"))
    goes_on = any(each.pk == department.pk for each in parts)
    others = [each for each in parts if each.pk != department.pk]
    copies: list[tuple[DueExtension, dt.datetime]] = []
    for extension in extensions:
        if not goes_on:
            extension.department = others[0]
        for other in others if goes_on else others[1:]:
            copy = DueExtension(
                period_id=extension.period_id,
                department=other,
                due_on=extension.due_on,
                reason=extension.reason,
                granted_by_id=extension.granted_by_id,
            )
            copies.append((copy, extension.granted_at))
    if not goes_on:
        update_all(extensions, ["department"], user)
    create_all([copy for copy, _granted_at in copies], user)
    for copy, granted_at in copies:
        copy.granted_at = granted_at
    update_all([copy for copy, _granted_at in copies], ["granted_at"], user)
