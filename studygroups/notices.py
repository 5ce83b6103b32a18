"""Mails that tell people what waits for them: a place to confirm, a decision, sheets, a proposal.

Each goes once the step it tells of is stored for good. None ever raises: the step stands without its mail,
and what went wrong is logged. Mails are Korean, as all that a city hall sends. What is due later is told by
``manage.py remind``.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from pledges.enums import Role
from pledges.models import Membership, User
from studygroups.enums import MemberRole, RoundState, TeamState
from studygroups.models import Judge, Member, Proposal, Round, Team

log = logging.getLogger(__name__)


def notify_invited(members: Collection[Member]) -> None:
    """Ask colleagues who were put into a draft to confirm their place."""
    keys = [each.pk for each in members if each.user_id is not None and each.confirmed_at is None]
    if keys:
        _once_stored(lambda: _write_invited(keys))


def notify_screened(round: Round) -> None:
    """Tell those who write for the round's teams that theirs was selected or not, and why."""
    _once_stored(lambda: _write_screened(round.pk))


def notify_judges(round: Round) -> None:
    """Tell judges with a login that their sheets are open."""
    _once_stored(lambda: _write_judges(round.pk))


def notify_passed_on(proposal: Proposal) -> None:
    """Tell the department until when it answers the proposal."""
    _once_stored(lambda: _write_passed_on(proposal.pk))


def notify_answered(proposal: Proposal) -> None:
    """Tell those who write for the team what became of its proposal."""
    _once_stored(lambda: _write_answered(proposal.pk))


def people_of_departments(departments: Collection[int]) -> dict[int, list[User]]:
    """Who sees to a department's proposals, by its key: its officers or, where it has none, its head.

    One query.
    """
    held = Membership.objects.filter(department__in=departments).for_roles(Role.OFFICER, Role.HEAD)
    found: dict[int, dict[str, list[User]]] = {key: {} for key in departments}
    for each in held.of_active_people().order_by("user__username"):
        if each.department_id is not None:
            found[each.department_id].setdefault(each.role, []).append(each.user)
    return {key: roles.get(Role.OFFICER) or roles.get(Role.HEAD, []) for key, roles in found.items()}


# --- What stands in them ---


def _write_invited(keys: Collection[int]) -> None:
    rows = Member.objects.filter(pk__in=keys, confirmed_at=None).with_team().select_related("user")
    for member in rows.order_by("pk"):
        team = member.team
        _send(
            [member.user],
            team.round,
            f"참여 확인 요청: {team}",
            "mail/study_group_invited.txt",
            {"team": team, "role": member.get_role_display(), "link": _team_link(team)},
        )


def _write_screened(key: int) -> None:
    states = (TeamState.RUNNING, TeamState.NOT_SELECTED)
    teams = Team.objects.for_round(key).in_state(*states).with_round().in_order()
    for team in teams.prefetch_related("members__user").select_related("application__applicant"):
        is_selected = team.state == TeamState.RUNNING
        is_called_off = team.round.state == RoundState.NOT_HELD
        _send(
            _writers(team),
            team.round,
            f"미운영 안내: {team}"
            if is_called_off
            else f"심사 결과: {team} {'선정' if is_selected else '미선정'}",
            "mail/study_group_screened.txt",
            {
                "team": team,
                "is_selected": is_selected,
                "is_called_off": is_called_off,
                "link": _team_link(team),
            },
        )


def _write_judges(key: int) -> None:
    for judge in Judge.objects.for_round(key).present().with_round().select_related("user").in_order():
        round = judge.round
        link = _link("groups:sheets", round, judge=judge.pk)
        context = {"count": Team.objects.for_round(round).in_state(TeamState.PRESENTED).count(), "link": link}
        _send([judge.user], round, "채점표 작성 요청", "mail/study_group_judge.txt", context)


def _write_passed_on(key: int) -> None:
    proposal = Proposal.objects.with_places().get(pk=key)
    round, office = proposal.team.round, proposal.department_id
    _send(
        people_of_departments([office])[office] if office else [],
        round,
        f"제안 검토 요청: {proposal.team}",
        "mail/study_group_proposal.txt",
        {
            "proposal": proposal,
            "due": _day(proposal.due_on),
            "link": _link("groups:proposal", round, proposal=key),
        },
    )


def _write_answered(key: int) -> None:
    proposal = Proposal.objects.with_places().get(pk=key)
    team = proposal.team
    context = {"proposal": proposal, "answer": proposal.get_answer_display(), "link": _team_link(team)}
    subject = f"제안 검토 결과: {team}"
    _send(_writers(team), team.round, subject, "mail/study_group_answered.txt", context)


def _writers(team: Team) -> list[User]:
    """Who applied, and the confirmed leader, assistant and clerk."""
    application = getattr(team, "application", None)
    leading = [
        member.user
        for member in team.members.all()
        if member.confirmed_at is not None and member.role != MemberRole.MEMBER
    ]
    return list(dict.fromkeys(filter(None, [application.applicant if application else None, *leading])))


# --- Sending ---


def _once_stored(write: Callable[[], None]) -> None:
    def in_korean() -> None:
        with translation.override("ko"):
            write()

    transaction.on_commit(in_korean, robust=True)


def _send(
    people: Iterable[User | None], round: Round, subject: str, template: str, context: dict[str, Any]
) -> None:
    programme = round.programme
    about = f"[{programme.municipality.name}] {programme.name} "
    connection = get_connection()
    for person in people:
        if person is None or not person.is_active or not person.email:
            continue
        values = {**context, "person": person.get_full_name(), "round": round, "programme": programme}
        body = render_to_string(template, values).strip() + "\n"
        mail = EmailMessage(
            about + subject, body, settings.DEFAULT_FROM_EMAIL, [person.email], connection=connection
        )
        try:
            mail.send()
        except Exception:  # Whatever a mail backend raises, the others get their mail.
            log.exception("%s was not sent to %s", template, person.username)


def _link(name: str, round: Round, **address: Any) -> str:
    path = reverse(name, kwargs={"city": round.programme.municipality.code, **address})
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def _team_link(team: Team) -> str:
    return _link("groups:team", team.round, team=team.pk)


def _day(day: dt.date | None) -> str:
    return f"{day.year}. {day.month}. {day.day}." if day else ""
