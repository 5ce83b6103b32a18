"""A team applies: the draft of one person, colleagues who confirm, handing in, screening."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.history import create_all, delete_all
from pledges.models import User
from pledges.notation import fold_key, format_day
from pledges.permissions import Action, require
from studygroups.enums import OUTSIDERS, MemberKind, MemberRole, RoundState, TeamState
from studygroups.models import Application, Member, Round, Team
from studygroups.notices import notify_invited
from studygroups.rights import is_own, may_write, place_in
from studygroups.rules import check_team
from studygroups.workflow.errors import NotReady, Overtaken, Refused
from studygroups.workflow.rows import (
    LONGEST_DECISION,
    held_round,
    held_team,
    require_manager,
    require_round,
    require_team,
    require_that,
    said,
    write,
)


@dataclass(frozen=True, slots=True)
class Person:
    """One member as the application names them: a login, or a name with an affiliation."""

    name: str
    kind: str = MemberKind.OFFICIAL
    role: str = MemberRole.MEMBER
    affiliation: str = ""
    user: User | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """By what a row stays the same person's."""
        return ("user", self.user.pk) if self.user else ("name", self.name, self.affiliation, str(self.kind))


@transaction.atomic
def save_application(
    *,
    round: Round,
    user: Any,
    name: str,
    topic: str,
    plan: str,
    people: Sequence[Person],
    team: Team | None = None,
    version: int = 0,
) -> Team:
    """Write the draft of an application; without ``team`` it begins one. It may lack anything.

    A colleague who is new in it is asked to confirm; whoever writes is confirmed at once. Raises
    PermissionDenied, Refused (also outside the days of the call) and Overtaken.
    """
    round = held_round(round)
    city = round.programme.municipality
    require(user, Action.APPLY_GROUP, municipality=city)
    _require_open(round)
    if team is not None:
        team = held_team(team)
        require_that(may_write(user, team))
        require_team(team, {TeamState.DRAFT})
        if team.version != version:
            raise Overtaken()
    name = fold_key(name)
    _check_people(people)
    if team is None and Team.objects.for_round(round).begun_by(user).named(name).exists():
        raise Refused(_("You have begun this application already: go on with it from your page."), "name")
    if name and Team.objects.for_round(round).named(name).exclude(pk=team.pk if team else None).exists():
        raise Refused(_("Another team of this round has this name."), "name")
    with operation("group_application_saved", user=user, municipality=city):
        if team is None:
            team = Team(round=round, name=name, topic=topic)
            create_all([team], user)
            Application.objects.create(team=team, applicant=user, plan=plan)
        else:
            write(team, user, name=name, topic=topic, version=team.version + 1)
            application = team.application
            if application.plan != plan:
                application.plan = plan
                application.save(update_fields=["plan"])
        notify_invited(_write_people(team, people, user))
    return team


@transaction.atomic
def submit_application(*, team: Team, user: Any, version: int, consent: bool) -> Team:
    """Hand the draft in: complete, within the programme's rules, everybody confirmed.

    ``consent``: the applicant states that those without a login agreed. Raises PermissionDenied, Refused,
    Overtaken, and NotReady with a message for name, topic, plan, members, outsiders, leader, unconfirmed
    and consent, whichever is at fault.
    """
    team = held_team(team)
    programme = team.round.programme
    require_that(may_write(user, team))
    _require_open(team.round)
    require_team(team, {TeamState.DRAFT})
    if team.version != version:
        raise Overtaken()
    members = list(team.members.all())
    errors = _lacking(team, members, consent)
    if errors:
        raise NotReady(errors)
    with operation("group_applied", user=user, municipality=programme.municipality):
        now = timezone.now()
        for member in members:
            if member.user_id is None and member.confirmed_at is None:
                member.confirmed_at = now
                member.save(update_fields=["confirmed_at"])
        write(team, user, state=TeamState.APPLIED, applied_at=now, version=team.version + 1)
    return team


@transaction.atomic
def take_back_application(*, team: Team, user: Any) -> Team:
    """Make a draft of it again, as long as the call is open. Raises PermissionDenied and Refused."""
    team = held_team(team)
    require_that(may_write(user, team))
    _require_open(team.round)
    require_team(team, {TeamState.APPLIED})
    with operation("group_application_withdrawn", user=user, municipality=team.round.programme.municipality):
        write(team, user, state=TeamState.DRAFT, applied_at=None, version=team.version + 1)
    return team


@transaction.atomic
def discard_application(*, team: Team, user: Any) -> None:
    """Throw a draft away with its people. Raises PermissionDenied and Refused."""
    team = held_team(team)
    require_that(may_write(user, team))
    require_team(team, {TeamState.DRAFT})
    with operation("group_application_discarded", user=user, municipality=team.round.programme.municipality):
        for member in team.members.all():
            member.delete()
        team.application.delete()
        delete_all([team], user)


@transaction.atomic
def answer_invitation(*, team: Team, user: Any, accepts: bool) -> None:
    """Confirm the own place in a team, or decline it, which takes it away.

    Raises PermissionDenied where there is none, and Refused where the team has applied already.
    """
    team = held_team(team)
    member = place_in(user, team)
    if member is None:
        raise PermissionDenied(_("You have no right to do this."))
    require_team(team, {TeamState.DRAFT})
    action = "group_place_confirmed" if accepts else "group_place_declined"
    with operation(action, user=user, municipality=team.round.programme.municipality):
        if not accepts:
            member.delete()
            # A form that was open meanwhile would ask the person anew.
            write(team, user, version=team.version + 1)
        elif member.confirmed_at is None:
            member.confirmed_at = timezone.now()
            member.save(update_fields=["confirmed_at"])


@transaction.atomic
def screen_team(*, team: Team, user: Any, selected: bool, reason: str) -> Team:
    """Select a team that applied, or not, with the reason; until the round starts it can be decided anew.

    Raises PermissionDenied and Refused: nobody screens the team that they are in themselves.
    """
    team = held_team(team)
    require_manager(user, team.round)
    require_round(team.round, {RoundState.RECRUITING})
    require_team(team, {TeamState.APPLIED, TeamState.SELECTED, TeamState.NOT_SELECTED})
    if team.erased_at is not None:
        raise Refused(_("This application's data was erased; it can't be decided anew."))
    if is_own(user, team):
        raise Refused(_("You are in this team yourself: somebody else of the planning office screens it."))
    if team.round.closes_on is not None and timezone.localdate() <= team.round.closes_on:
        raise Refused(
            _("Applications are taken until %(day)s; screening begins after that.")
            % {"day": format_day(team.round.closes_on)}
        )
    decision = said(reason, "decision", _("Give the reason of the decision."), LONGEST_DECISION)
    state = TeamState.SELECTED if selected else TeamState.NOT_SELECTED
    with operation(
        "group_screened", user=user, municipality=team.round.programme.municipality, reason=decision
    ):
        write(
            team,
            user,
            state=state,
            decision=decision,
            decided_at=timezone.now(),
            decided_by=user,
            version=team.version + 1,
        )
    return team


# --- Parts ---


def _require_open(round: Round) -> None:
    today = timezone.localdate()
    require_round(round, {RoundState.RECRUITING})
    if round.opens_on is None or round.closes_on is None or not round.opens_on <= today <= round.closes_on:
        raise Refused(_("Applications are not taken today; see the dates of the call."))


def _check_people(people: Sequence[Person]) -> None:
    """What no draft may hold: the same person twice, two leaders."""
    seen: set[tuple[Any, ...]] = set()
    for person in people:
        if person.key in seen:
            raise Refused(_("%(name)s stands here twice.") % {"name": person.name}, "members")
        seen.add(person.key)
    for role in MemberRole:
        count = sum(person.role == role for person in people)
        if role != MemberRole.MEMBER and count > 1:
            raise Refused(
                _("There is one “%(role)s” in a team; %(count)d are chosen.")
                % {"role": role.label, "count": count},
                "members",
            )


def _write_people(team: Team, people: Sequence[Person], user: Any) -> list[Member]:
    """Make the team's rows those of ``people``; who stays keeps what they confirmed. Returns the new rows."""
    rows = {_key(row): row for row in team.members.all()}
    wanted = {person.key: person for person in people}
    for key, row in rows.items():
        if key not in wanted:
            row.delete()
        elif row.role not in (MemberRole.MEMBER, wanted[key].role):
            # Two who change places: neither has the other's before it is free.
            row.role = MemberRole.MEMBER
            row.save(update_fields=["role"])
    added: list[Member] = []
    now = timezone.now()
    for key, person in wanted.items():
        row = rows.get(key) or Member(team=team, user=person.user)
        values: dict[str, Any] = {
            "name": person.name,
            "affiliation": person.affiliation,
            "kind": person.kind,
            "role": person.role,
        }
        if person.user is not None and person.user.pk == user.pk and row.confirmed_at is None:
            values["confirmed_at"] = now
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        if row.pk is None:
            row.save()
            added.append(row)
        elif changed:
            row.save(update_fields=list(changed))
    team._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    return added


def _key(row: Member) -> tuple[Any, ...]:
    return ("user", row.user_id) if row.user_id else ("name", row.name, row.affiliation, str(row.kind))


def _lacking(team: Team, members: Sequence[Member], consent: bool) -> dict[str, str]:
    programme = team.round.programme
    errors: dict[str, str] = {}
    if not team.name:
        errors["name"] = _("Enter the team's name.")
    if not team.topic:
        errors["topic"] = _("Enter the topic.")
    if not team.application.plan:
        errors["plan"] = _("Enter the research plan.")
    errors |= check_team(
        people=len(members),
        outsiders=sum(member.kind in OUTSIDERS for member in members),
        most_members=programme.most_members,
        outsiders_percent=programme.outsiders_percent,
    )
    if members and not any(member.role == MemberRole.LEADER for member in members):
        errors["leader"] = _("Choose who leads the team.")
    judges = team.round.judges.filter(user__in=[member.user_id for member in members if member.user_id])
    conflicting = ", ".join(judge.name for judge in judges)
    if conflicting:
        errors["members"] = _("%(names)s judge this round and can't be in a team of it.") % {
            "names": conflicting
        }
    waiting = [
        member.name for member in members if member.user_id is not None and member.confirmed_at is None
    ]
    if waiting:
        errors["unconfirmed"] = _("Not confirmed yet: %(names)s.") % {"names": ", ".join(waiting)}
    if not consent and any(member.user_id is None for member in members):
        errors["consent"] = _("State that the people without a login here agreed.")
    return errors
