"""What is a person's own in the study groups: their teams and their places as judge.

What whole roles may do stands in ``pledges.permissions``; a draft is its
writers' alone, whatever somebody is in the city.
"""

from typing import Any

from pledges.permissions import Action, can, reach_of
from studygroups.enums import AT_WORK, JUDGED, MemberRole, TeamState
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
    """Whether the team's page opens: to its people, once it is handed in to who reads every application, once
    it has presented to the judges of its round, and to the departments that answer what it proposes."""
    if is_own(user, team):
        return True
    if team.state == TeamState.DRAFT:
        return False
    if can(user, Action.VIEW_GROUPS, municipality=city_of(team)):
        return True
    return team.state in JUDGED and (is_judge(user, team.round) or answers(user, team))


def answers(user: Any, team: Team) -> bool:
    """Whether a proposal of the team was passed on to a department that the person answers for."""
    leading = reach_of(user, Action.ANSWER_PROPOSAL).leading
    return bool(leading) and team.proposals.asked().for_departments(leading).exists()


def is_judge(user: Any, round: Round) -> bool:
    """Whether the person judges the round. One query."""
    return user.pk is not None and Judge.objects.for_round(round).for_person(user).present().exists()


def may_write(user: Any, team: Team) -> bool:
    """Whether the person writes for the team: who applied, and its confirmed leader, assistant and clerk.

    For a team at work in which none of these has a login, one that was carried in, the planning office does.
    """
    if team.state in AT_WORK and not _has_writers(team):
        return can(user, Action.MANAGE_GROUPS, municipality=city_of(team))
    if not can(user, Action.APPLY_GROUP, municipality=city_of(team)):
        return False
    place = place_in(user, team)
    leads = place is not None and place.confirmed_at is not None and place.role != MemberRole.MEMBER
    return is_applicant(user, team) or leads


def _has_writers(team: Team) -> bool:
    application = getattr(team, "application", None)
    if application is not None and application.applicant_id is not None:
        return True
    return any(each.user_id is not None and each.role != MemberRole.MEMBER for each in team.members.all())


def may_enter_sheets(user: Any, judge: Judge) -> bool:
    """Whether the person writes this judge's sheets: the judge, or the planning office for one without a
    login. Reads the judge's round and programme."""
    if judge.user_id is not None:
        return bool(user.pk == judge.user_id and user.is_active)
    return can(user, Action.MANAGE_GROUPS, municipality=judge.round.programme.municipality_id)
