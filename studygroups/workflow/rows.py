"""Rows held and written: what every step begins and ends with."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.history import update_all
from pledges.notation import clean_text, format_day
from pledges.permissions import Action, require
from studygroups.models import Judge, Proposal, Round, Team
from studygroups.workflow.errors import Refused

LONGEST_REASON = 300
LONGEST_DECISION = 500


def held_round(round: Round) -> Round:
    """The round as it stands, held until the transaction ends, with its programme and city."""
    held: Round = _held(Round.objects.with_programme(), round)
    return held


def held_team(team: Team) -> Team:
    """The team as it stands with its round, both held until the transaction ends: the round first."""
    round = held_round(team.round)
    held: Team = _held(Team.objects.all(), team)
    held.round = round
    return held


def held_judge(judge: Judge) -> Judge:
    """The judge as it stands with the round, both held until the transaction ends: the round first."""
    round = held_round(judge.round)
    held: Judge = _held(Judge.objects.all(), judge)
    held.round = round
    return held


def held_proposal(proposal: Proposal) -> Proposal:
    """The proposal as it stands, held until the transaction ends, with its team, round, city, department."""
    held: Proposal = _held(Proposal.objects.with_places(), proposal)
    return held


def _held(rows: Any, row: models.Model) -> Any:
    held = rows.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if held is None:
        raise Refused(_("Somebody else has taken this away meanwhile."))
    return held


def write(row: models.Model, user: Any, **changes: Any) -> None:
    """Set fields of one row, with its history; nothing where they are so already."""
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        update_all([row], list(changed), user)


def move(teams: Sequence[Team], state: str, user: Any, **changes: Any) -> None:
    """Bring teams to another state, with what changes beside it."""
    for team in teams:
        team.state, team.version = state, team.version + 1
        for name, value in changes.items():
            setattr(team, name, value)
    update_all(list(teams), ["state", "version", *changes], user)


def require_manager(user: Any, round: Round) -> None:
    require(user, Action.MANAGE_GROUPS, municipality=round.programme.municipality_id)


def require_that(allowed: bool) -> None:
    """Raise PermissionDenied unless it is allowed."""
    if not allowed:
        raise PermissionDenied(_("You have no right to do this."))


def require_round(round: Round, states: Collection[str]) -> None:
    if round.state not in states:
        raise Refused(
            _("This round is “%(state)s”; this step can't be taken now.")
            % {"state": round.get_state_display()}
        )


def require_team(team: Team, states: Collection[str]) -> None:
    if team.state not in states:
        raise Refused(
            _("This team is “%(state)s”; this step can't be taken now.") % {"state": team.get_state_display()}
        )


def require_day(day: dt.date, round: Round, field: str) -> None:
    """Refuse a day that has not come yet, or that is before the round began."""
    if day > timezone.localdate():
        raise Refused(_("This day has not come yet."), field)
    first = round.opens_on or dt.date(round.year, 1, 1)
    if day < first:
        raise Refused(
            _("This day is before the round, which began on %(day)s.") % {"day": format_day(first)}, field
        )


def said(text: str, field: str, missing: str, longest: int | None = None) -> str:
    """The text cleaned; refused at its field where there is none or too much."""
    clean = clean_text(text)
    if not clean:
        raise Refused(missing, field)
    if longest is not None and len(clean) > longest:
        raise Refused(_("Enter at most %(limit)d characters.") % {"limit": longest}, field)
    return clean
