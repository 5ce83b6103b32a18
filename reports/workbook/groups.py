"""The study groups of an import: written in sets, published with the plan where that is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pledges.history import create_all, delete_all, update_all
from pledges.models import Department, Municipality, Pledge
from pledges.notation import fold_key
from pledges.sheets.plan import CODE
from studygroups.enums import RoundState
from studygroups.models import Award, OpeningTotals, Programme, Proposal, Round, ServedPledge, Team
from studygroups.sheets import (
    ANSWER,
    AWARD,
    DEPARTMENT,
    HEADS,
    HELD,
    PRIOR,
    PRIZE,
    REASON,
    ROUNDS,
    STATE,
    STRANGERS,
    TOPIC,
    TOTAL_COLUMNS,
    Outcome,
    RoundKey,
    StoredGroups,
    TeamKey,
)
from studygroups.workflow import publish_programmes


@dataclass(slots=True)
class GroupWork:
    """What stands of a city's study groups, the programmes that the file names, and the changed rows of both
    sheets. What is written joins ``stored``."""

    stored: StoredGroups
    named: frozenset[str] = frozenset()
    rounds: Mapping[Any, Any] = field(default_factory=dict)
    teams: Mapping[Any, Any] = field(default_factory=dict)


def write_groups(
    work: GroupWork,
    *,
    municipality: Municipality,
    pledges: Mapping[str, Pledge],
    departments: Mapping[str, Department],
    user: Any,
) -> None:
    """Write what an import changes; inside its transaction. ``pledges`` by code, ``departments`` by name."""
    _write_programmes(work, municipality, user)
    _write_links(work, pledges, user)
    _write_openings(work, user)
    _write_rounds(work, user)
    _write_teams(work, user)
    _write_awards(work, user)
    _write_proposals(work, departments, user)


def publish_groups(work: GroupWork, municipality: Municipality, *, user: Any) -> None:
    """Publish the programmes that the file names, with their rounds that were decided."""
    if work.named:
        programmes = [work.stored.programmes[name].pk for name in sorted(work.named)]
        publish_programmes(municipality=municipality, programmes=programmes, user=user)


def _write_programmes(work: GroupWork, municipality: Municipality, user: Any) -> None:
    known = work.stored.programmes
    names = dict.fromkeys(key[0] for key in work.rounds if key[0] not in known)
    new = [Programme(municipality=municipality, name=name) for name in names]
    create_all(new, user)
    known.update(zip(names, new, strict=True))


def _write_links(work: GroupWork, pledges: Mapping[str, Pledge], user: Any) -> None:
    """Link programmes to the pledges that their rows name. Nothing is ever unlinked."""
    wanted: dict[tuple[str, str], None] = {}
    for key, change in work.rounds.items():
        for code in change.values.get(CODE, ((), ()))[1]:
            if code not in work.stored.served.get(key[0], ()):
                wanted[key[0], code] = None
    create_all(
        [
            ServedPledge(programme=work.stored.programmes[name], pledge=pledges[fold_key(code)])
            for name, code in wanted
        ],
        user,
    )


def _write_openings(work: GroupWork, user: Any) -> None:
    new: list[OpeningTotals] = []
    changed: list[OpeningTotals] = []
    columns = {ROUNDS: "rounds", **TOTAL_COLUMNS}
    for key, change in work.rounds.items():
        if key[1] != PRIOR:
            continue
        opening = work.stored.openings.get(key[0])
        if opening is None:
            opening = OpeningTotals(programme=work.stored.programmes[key[0]])
            new.append(opening)
        elif change.values.keys() & columns.keys():
            changed.append(opening)
        _take(opening, change, columns)
    create_all(new, user)
    update_all(changed, [*columns.values()], user)


def _write_rounds(work: GroupWork, user: Any) -> None:
    new, changed = [], []
    for raw, change in work.rounds.items():
        if raw[1] == PRIOR:
            continue
        key = RoundKey(*raw)
        row = work.stored.rounds.get(key)
        if row is not None and not change.values.keys() - {CODE}:
            continue
        if row is None:
            row = Round(programme=work.stored.programmes[key.programme], year=key.year, intake=key.intake)
            work.stored.rounds[key] = row
            new.append(row)
        else:
            changed.append(row)
        _take(row, change, {REASON: "reason", **TOTAL_COLUMNS})
        outcome = change.row.values[HELD]
        if outcome == Outcome.NOT_HELD.value:
            row.state = RoundState.NOT_HELD
            for name in TOTAL_COLUMNS.values():
                setattr(row, name, None)
        else:
            row.reason = ""
            if outcome == Outcome.HELD.value and not row.is_held:
                row.state = RoundState.FINISHED
    create_all(new, user)
    update_all(changed, ["state", "reason", *TOTAL_COLUMNS.values()], user)


def _write_teams(work: GroupWork, user: Any) -> None:
    new, changed = [], []
    columns = {TOPIC: "topic", HEADS: "people", STRANGERS: "outsiders"}
    for raw, change in work.teams.items():
        key = TeamKey(*raw)
        team = work.stored.teams.get(key)
        if team is None:
            team = Team(round=work.stored.rounds[key.round], name=key.name)
            team.state = change.row.values[STATE]
            work.stored.teams[key] = team
            new.append(team)
        elif change.values.keys() & {STATE, *columns}:
            changed.append(team)
            team.version += 1
            if STATE in change.values:
                _move(team, change.values[STATE][1])
        _take(team, change, columns)
    create_all(new, user)
    update_all(
        changed, ["state", "withdrawn_on", "withdrawal", "erased_at", "version", *columns.values()], user
    )


def _move(team: Team, state: str) -> None:
    """Let a team be where the sheet says, without what belongs to where it was."""
    team.state = state
    team.withdrawn_on, team.withdrawal = None, ""
    team.erased_at = None


def _write_awards(work: GroupWork, user: Any) -> None:
    new: list[Award] = []
    changed: list[Award] = []
    gone: list[Award] = []
    for raw, change in work.teams.items():
        if not change.values.keys() & {AWARD, PRIZE}:
            continue
        team = work.stored.teams[TeamKey(*raw)]
        award = work.stored.awards.get(team.pk)
        kind = change.values[AWARD][1] if AWARD in change.values else award.kind if award else ""
        if not kind:
            gone += [award] if award else []
            continue
        (changed if award else new).append(award := award or Award(team=team))
        award.kind = kind
        _take(award, change, {PRIZE: "prize"})
    create_all(new, user)
    update_all(changed, ["kind", "prize"], user)
    delete_all(gone, user)


def _write_proposals(work: GroupWork, departments: Mapping[str, Department], user: Any) -> None:
    new: list[Proposal] = []
    changed: list[Proposal] = []
    gone: list[Proposal] = []
    for raw, change in work.teams.items():
        if not change.values.keys() & {ANSWER, DEPARTMENT}:
            continue
        team = work.stored.teams[TeamKey(*raw)]
        held = work.stored.proposal_of(team)
        answer, department = (held.answer, held.department) if held else ("", None)
        if ANSWER in change.values:
            answer = change.values[ANSWER][1]
        if DEPARTMENT in change.values:
            name = change.values[DEPARTMENT][1]
            department = departments[name] if name else None
        if not answer and department is None:
            # As it was: the log tells what goes.
            gone += [held] if held else []
            continue
        proposal = held or Proposal(team=team)
        proposal.answer, proposal.department = answer, department
        (changed if held else new).append(proposal)
    create_all(new, user)
    update_all(changed, ["answer", "department"], user)
    delete_all(gone, user)


def _take(row: Any, change: Any, columns: Mapping[str, str]) -> None:
    """Set a row's fields from the columns that the sheet changes."""
    for column, name in columns.items():
        if column in change.values:
            setattr(row, name, change.values[column][1])
