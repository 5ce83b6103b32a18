"""What is a person's own in the study groups: their teams and their places as judge.

What whole roles may do stands in ``pledges.permissions``; a draft is its
writers' alone, whatever somebody is in the city.
"""

from typing import Any

from pledges.permissions import Action, can
from studygroups.enums import JUDGED, MemberRole, TeamState
from studygroups.models import Judge, Member, Round, Team


def city_of(team: Team) -> int:
    """The key of the city that the team's programme belongs to."""
    return team.round.programme.municipality_id


def place_in(user: Any, team: Team) -> Member | None:
    """The person's place in the team, confirmed or not. Reads ``team.members`` (prefetched where many)."""
    if user.pk is None:
        return None
    return next((each for each in team.members.all() if each.user_id == user.pk), None)


def is_applicant(user: Any, team: Team) -> bool:
    application = getattr(team, "application", None)
    return user.pk is not None and application is not None and application.applicant_id == user.pk


def is_own(user: Any, team: Team) -> bool:
    """Whether the person is in the team, was asked into it, or applied for it."""
    return is_applicant(user, team) or place_in(user, team) is not None


def may_read(user: Any, team: Team) -> bool:
    """Whether the team's page opens: to its people, once it is handed in to who reads every application, and
    once it has presented to the judges of its round."""
    if is_own(user, team):
        return True
    if team.state == TeamState.DRAFT:
        return False
    if can(user, Action.VIEW_GROUPS, municipality=city_of(team)):
        return True
    return team.state in JUDGED and is_judge(user, team.round)


def is_judge(user: Any, round: Round) -> bool:
    """Whether the person judges the round. One query."""
    return user.pk is not None and Judge.objects.for_round(round).for_person(user).present().exists()


def may_write(user: Any, team: Team) -> bool:
    """Whether the person writes for the team: who applied, and its confirmed leader, assistant and clerk."""
    if not can(user, Action.APPLY_GROUP, municipality=city_of(team)):
        return False
    place = place_in(user, team)
    leads = place is not None and place.confirmed_at is not None and place.role != MemberRole.MEMBER
    return is_applicant(user, team) or leads


def may_enter_sheets(user: Any, judge: Judge) -> bool:
    """Whether the person writes this judge's sheets: the judge, or the planning office for one without a
    login. Reads the judge's round and programme."""
    if judge.user_id is not None:
        return bool(user.pk == judge.user_id and user.is_active)
    return can(user, Action.MANAGE_GROUPS, municipality=judge.round.programme.municipality_id)
