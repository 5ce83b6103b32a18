"""Erasing the personal data of applicants who were not selected, once their programme's months have passed.

Source: the Personal Information Protection Act (개인정보 보호법, article 21): data goes when its purpose is
served. What stays of a team that applied is its name, its topic and that it was not selected, for the
figures; a draft that was never handed in goes as a whole, its history with it. Rows of history and of the
audit log by which a person could still be told to have applied are emptied: that somebody took such a step,
and when, stays in the log, and no longer for which team.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from pledges.audit import empty, operation
from pledges.history import delete_all, update_all
from pledges.models import AuditEntry, Municipality
from pledges.workflow.stored import forget_after_commit
from studygroups.enums import TeamState
from studygroups.models import Application, Member, Team, TeamFile
from studygroups.nextsteps import erased_on

# The steps that applicants and those whom they asked take themselves.
OWN_STEPS = (
    "group_application_saved",
    "group_applied",
    "group_application_withdrawn",
    "group_place_confirmed",
    "group_place_declined",
)


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
    drafts of calls that are over. ``city``: the code of one city, else all. One query."""
    teams = Team.objects.holding_unselected_data().with_round().with_headcount()
    if city:
        teams = teams.filter(round__programme__municipality__code=city)
    found = []
    for team in teams.order_by("round__programme__municipality", "pk"):
        since = erased_on(team)
        if since <= today:
            found.append(Due(team, since, team.headcount))
    return found


def erase_applicants(
    *, today: dt.date | None = None, city: str = "", dry_run: bool = False, user: Any = None
) -> Erased:
    """Erase what is due on this day, city by city; each is one entry of the log with its counts.

    ``dry_run`` only tells. ``user`` None is the command line, which alone calls this: there is no page.
    """
    due = due_for_erasure(today or timezone.localdate(), city=city)
    if dry_run:
        return Erased(tuple(due))
    by_city: dict[int, list[Due]] = {}
    for each in due:
        by_city.setdefault(each.team.round.programme.municipality_id, []).append(each)
    done = [
        each
        for rows in by_city.values()
        for each in _erase(rows, rows[0].team.round.programme.municipality, user)
    ]
    return Erased(tuple(done))


@transaction.atomic
def _erase(due: Collection[Due], municipality: Municipality, user: Any) -> list[Due]:
    # Still as they were found, and held: a team that somebody selects just now keeps its people.
    held = (
        Team.objects.holding_unselected_data()
        .filter(pk__in=[each.team.pk for each in due])
        .select_for_update(of=("self",))
    )
    teams = {team.pk: team for team in held.order_by("pk")}
    done = [each for each in due if each.team.pk in teams]
    found = Erased(tuple(done))
    if not done:
        return done
    drafts = [team for team in teams.values() if team.state == TeamState.DRAFT]
    others = [team for team in teams.values() if team.state != TeamState.DRAFT]
    with operation("applicants_erased", user=user, municipality=municipality) as running:
        traces = _traces(teams, municipality)
        _delete_people(drafts)
        delete_all(drafts, user)
        history: Any = Team.history
        history.filter(id__in=[team.pk for team in drafts]).delete()
        # The log tells only how many they were: their rows would name what is gone.
        running.forget()
        _delete_people(others)
        now = timezone.now()
        for team in others:
            team.erased_at = now
            team.version += 1
        update_all(others, ["erased_at", "version"], user)
        history.filter(id__in=[team.pk for team in others]).update(history_user=None)
        running.add_facts(teams=found.teams, drafts=found.drafts, people=found.people)
        empty(running, traces)
    return done


def _delete_people(teams: Collection[Team]) -> None:
    forget_after_commit(TeamFile.objects.filter(team__in=teams))
    for model in (TeamFile, Member, Application):
        model._default_manager.filter(team__in=teams).delete()


def _traces(teams: Collection[int], municipality: Municipality) -> list[int]:
    """The entries of the log (by sequence) in which applicants and those whom they asked wrote in these
    teams themselves. Reads all such entries since the first of the teams was begun."""
    first = Application.objects.filter(team__in=teams).aggregate(first=Min("created_at"))["first"]
    if first is None:
        return []
    own = AuditEntry.objects.filter(municipality=municipality, action__in=OWN_STEPS, at__gte=first)
    rows = own.exclude(body=None).values_list("sequence", "body").iterator()
    return [
        sequence for sequence, body in rows if any(_is_of(row, teams) for row in (body or {}).get("rows", ()))
    ]


def _is_of(row: Mapping[str, Any], teams: Collection[int]) -> bool:
    """Whether a row of an entry is one of the teams, or of its application or its people."""
    if row["model"] == Team._meta.label_lower:
        return row["pk"] in teams
    told = [*row.get("fields", {}).get("team", ()), row.get("named", {}).get("team")]
    return any(isinstance(value, dict) and value.get("pk") in teams for value in told)
