"""Erasing the personal data of applicants who were not selected, once their programme's months have passed.

Source: the Personal Information Protection Act (개인정보 보호법, article 21): data goes when its purpose is
served. What stays of a team that applied is its name, its topic and that it was not selected, for the
figures; a draft that was never handed in goes as a whole.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from pledges.audit import operation
from pledges.history import delete_all, update_all
from pledges.models import Municipality
from studygroups.enums import TeamState
from studygroups.models import Application, Member, Round, Team, TeamFile
from studygroups.rules import erased_from
from studygroups.workflow.working import forget_unused


@dataclass(frozen=True, slots=True)
class Due:
    """A team whose people's data is to go: since when it may not be kept any more, and of how many people."""

    team: Team
    since: dt.date
    people: int

    @property
    def is_draft(self) -> bool:
        return self.team.state == TeamState.DRAFT


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, or would be: teams that applied, drafts that went whole, people in all."""

    due: tuple[Due, ...]

    @property
    def teams(self) -> int:
        return sum(not each.is_draft for each in self.due)

    @property
    def drafts(self) -> int:
        return sum(each.is_draft for each in self.due)

    @property
    def people(self) -> int:
        return sum(each.people for each in self.due)


def due_for_erasure(today: dt.date, *, city: str = "") -> list[Due]:
    """The teams whose retention has passed: not selected, left unscreened by a round that was not held, or
    drafts of rounds that recruit no more. ``city``: the code of one city, else all. One query."""
    teams = Team.objects.holding_unselected_data().with_round().with_headcount()
    if city:
        teams = teams.filter(round__programme__municipality__code=city)
    found = []
    for team in teams.order_by("round__programme__municipality", "pk"):
        since = erased_from(settled_on(team), team.round.programme.retention_months)
        if since <= today:
            found.append(Due(team, since, team.headcount))
    return found


def settled_on(team: Team) -> dt.date:
    """The day from which the retention of an unselected team counts: that of the decision, else the end of
    the call, else the end of the round's year. Reads the team's round."""
    if team.decided_at is not None:
        return timezone.localdate(team.decided_at)
    round: Round = team.round
    return round.closes_on or dt.date(round.year, 12, 31)


def erase_applicants(
    *, today: dt.date | None = None, city: str = "", dry_run: bool = False, user: Any = None
) -> Erased:
    """Erase what is due on this day, city by city; each is one entry of the log with its counts.

    ``dry_run`` only tells. ``user`` None is the command line, which alone calls this: there is no page.
    """
    due = due_for_erasure(today or timezone.localdate(), city=city)
    if not dry_run:
        by_city: dict[int, list[Due]] = {}
        for each in due:
            by_city.setdefault(each.team.round.programme.municipality_id, []).append(each)
        for rows in by_city.values():
            _erase(rows, rows[0].team.round.programme.municipality, user)
    return Erased(tuple(due))


@transaction.atomic
def _erase(due: Iterable[Due], municipality: Municipality, user: Any) -> None:
    found = Erased(tuple(due))
    keys = [each.team.pk for each in found.due]
    # Still as they were found, and held: a team that somebody selects just now keeps its people.
    teams = {
        team.pk: team
        for team in Team.objects.holding_unselected_data()
        .filter(pk__in=keys)
        .select_for_update(of=("self",))
        .order_by("pk")
    }
    with operation(
        "applicants_erased",
        user=user,
        municipality=municipality,
        facts={"teams": found.teams, "drafts": found.drafts, "people": found.people},
    ):
        for file in TeamFile.objects.filter(team__in=teams):
            transaction.on_commit(partial(forget_unused, str(file.file.name), file.sha256), robust=True)
        for model in (TeamFile, Member, Application):
            model._default_manager.filter(team__in=teams).delete()
        drafts = [team for team in teams.values() if team.state == TeamState.DRAFT]
        others = [team for team in teams.values() if team.state != TeamState.DRAFT]
        now = timezone.now()
        for team in others:
            team.erased_at = now
            team.version += 1
        update_all(others, ["erased_at", "version"], user)
        delete_all(drafts, user)
