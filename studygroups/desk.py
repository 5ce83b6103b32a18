"""What a person has to do in study groups: places to confirm, teams, sheets, proposals, rounds to lead."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from pledges.models import Municipality
from pledges.permissions import Action, can, memberships_of, reach_of
from studygroups.enums import TeamState
from studygroups.models import Judge, Member, Programme, Proposal, Round, Team
from studygroups.nextsteps import NextStep, next_of_proposal, next_of_rounds, next_of_team

# So many days before a yearly follow-up is due it stands among the work at hand.
SOON = 60
# So many days a decision stands on the pages of those whom it concerns.
NEWS = 60


@dataclass(frozen=True, slots=True)
class RoundLine:
    round: Round
    next: NextStep


@dataclass(frozen=True, slots=True)
class TeamLine:
    team: Team
    next: NextStep


@dataclass(frozen=True, slots=True)
class ProposalLine:
    proposal: Proposal
    next: NextStep

    @property
    def is_soon(self) -> bool:
        """Whether it is due within ``SOON`` days, or late."""
        return self.next.days_left is not None and self.next.days_left <= SOON

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something by a day."""
        return bool(self.next.due_on and self.next.who)


@dataclass(frozen=True, slots=True)
class Desk:
    """``cities`` have programmes; ``open_rounds`` take applications now; ``led`` are rounds that the planning
    office has not brought to an end or whose proposals wait for it, ``later`` are proposals that are not due
    soon."""

    cities: Sequence[Municipality] = ()
    open_rounds: Sequence[RoundLine] = ()
    invitations: Sequence[Member] = ()
    teams: Sequence[TeamLine] = ()
    judging: Sequence[Judge] = ()
    proposals: Sequence[ProposalLine] = ()
    led: Sequence[RoundLine] = ()
    later: Sequence[ProposalLine] = ()

    @property
    def has_work(self) -> bool:
        return bool(self.invitations or self.teams or self.judging or self.proposals or self.led)

    def of_city(self, place: Municipality) -> "Desk":
        """The same of one city alone."""
        key = place.pk
        return Desk(
            cities=[each for each in self.cities if each.pk == key],
            open_rounds=[each for each in self.open_rounds if _city(each.round) == key],
            invitations=[each for each in self.invitations if _city(each.team.round) == key],
            teams=[each for each in self.teams if _city(each.team.round) == key],
            judging=[each for each in self.judging if _city(each.round) == key],
            proposals=[each for each in self.proposals if _city(each.proposal.team.round) == key],
            led=[each for each in self.led if _city(each.round) == key],
            later=[each for each in self.later if _city(each.proposal.team.round) == key],
        )

    def past_teams(self, user: Any, place: Municipality) -> list[Team]:
        """The person's teams in the city that have ended, the newest first. One query."""
        now = {line.team.pk for line in self.teams} | {each.team_id for each in self.invitations}
        teams = Team.objects.for_person(user).for_municipality(place).with_round().newest_first()
        return [team for team in teams if team.pk not in now]


def _city(round: Round) -> int:
    return round.programme.municipality_id


def read_desk(user: Any) -> Desk:
    """Everything of the person, over all their cities. One query where there is no programme at all, at most
    fourteen otherwise, whatever the number of rows."""
    found = Programme.objects.all()
    if not reach_of(user, Action.VIEW_GROUPS).everything:
        found = found.concerning(user, [each.municipality_id for each in memberships_of(user)])
    programmes = list(found.with_city())
    if not programmes:
        return Desk()
    cities = {each.municipality_id: each.municipality for each in programmes}
    going_on = list(Round.objects.for_programmes(programmes).going_on().with_programme().in_order())
    steps = next_of_rounds(going_on)
    rounds = [RoundLine(each, steps[each.pk]) for each in going_on]
    today = timezone.localdate()
    invited = list(Member.objects.awaiting(user).of_open_drafts().with_team())
    asked = {each.team_id for each in invited}
    proposals = _proposals(user)
    teams = [
        TeamLine(each, next_of_team(each))
        for each in Team.objects.for_person(user).going_on().with_round().newest_first()
        if each.pk not in asked
    ]
    busy = {line.team.round_id for line in teams} | {each.team.round_id for each in invited}
    return Desk(
        cities=tuple(cities.values()),
        open_rounds=[
            line
            for line in rounds
            if line.round.takes_applications(today)
            and line.round.pk not in busy
            and can(user, Action.APPLY_GROUP, municipality=line.round.programme.municipality_id)
        ],
        invitations=invited,
        teams=teams,
        judging=list(Judge.objects.for_person(user).with_sheets_open().with_round().in_order()),
        proposals=[line for line in proposals if line.is_soon],
        later=[line for line in proposals if not line.is_soon],
        led=[
            line
            for line in rounds
            if can(user, Action.MANAGE_GROUPS, municipality=line.round.programme.municipality_id)
        ],
    )


def recent_news(user: Any) -> list[Team]:
    """The person's teams that were selected, turned down or judged within ``NEWS`` days, the newest first, as
    far as they are told. One query."""
    since = timezone.now() - dt.timedelta(days=NEWS)
    teams = Team.objects.for_person(user).with_round().select_related("award").newest_first()
    return [
        team
        for team in teams
        if (
            team.state == TeamState.COMPLETED
            and team.round.results_published_at is not None
            and team.round.results_published_at >= since
        )
        or (
            team.state in (TeamState.NOT_SELECTED, TeamState.SELECTED, TeamState.RUNNING)
            and _told(team, since)
        )
    ]


def _told(team: Team, since: dt.datetime) -> bool:
    """Whether the decision on an application is recent."""
    return team.decided_at is not None and team.decided_at >= since


def _proposals(user: Any) -> list[ProposalLine]:
    """Those of the departments that the person answers for, what is due first."""
    reach = reach_of(user, Action.ANSWER_PROPOSAL)
    if not reach.leading:
        return []
    rows = Proposal.objects.for_departments(reach.leading).asked().with_places().with_follow_ups()
    lines = [ProposalLine(each, next_of_proposal(each)) for each in rows]
    due = [line for line in lines if line.is_open]
    return sorted(due, key=lambda line: (line.next.due_on or dt.date.max, line.proposal.pk))
