"""학습동아리 and 연구팀: rounds with their totals, and teams with what came of them.

A programme belongs to its city: both sheets hold all programmes of the city,
whatever the plan. Rows are compared with what stands there; writing is
``reports.workbook.groups``.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from pledges.models import Municipality, Plan
from pledges.notation import NotationError, fold_key, fold_word, parse_number
from pledges.sheets.base import Column, Key, ReadRow, SheetResource, Table
from pledges.sheets.plan import ALIKE, CODE, stored_text
from pledges.sheets.scope import Scope
from pledges.sheets.widgets import (
    CellWidget,
    CodeWidget,
    DepartmentWidget,
    NameWidget,
    TextWidget,
    WholeWidget,
    comma_separated,
    expected_words,
    fold_name,
)
from pledges.spreadsheet import WrittenColumn
from pledges.successors import Successors
from studygroups.enums import COUNTED, OUTSIDERS, Answer, AwardKind, RoundState, TeamState
from studygroups.figures import TOTALS, Said, counted, totals_of
from studygroups.models import Award, OpeningTotals, Programme, Proposal, Round, ServedPledge, Team
from studygroups.models.programmes import MOST_PEOPLE, PRIZE_LIMIT
from studygroups.rules import check_team

PROGRAMME, YEAR, INTAKE = "사업명", "연도", "차수"
HELD, REASON, ROUNDS = "추진여부", "미추진 사유", "회수"
TEAMS, TOPICS, PEOPLE, ADOPTED = "팀수", "과제수", "참여인원", "반영건수"
NAME, TOPIC, HEADS, STRANGERS, STATE = "팀명", "과제명", "인원", "외부인원", "상태"
AWARD, PRIZE, ANSWER, DEPARTMENT = "시상", "포상금", "반영여부", "반영부서"
TOTAL_COLUMNS = dict(zip((TEAMS, TOPICS, PEOPLE, ADOPTED), TOTALS, strict=True))
# The year of the row that carries opening totals.
PRIOR, PRIOR_WORD = 0, "이전"
MANWON = 10_000


class Outcome(Enum):
    """추진여부."""

    HELD = "held"
    NOT_HELD = "not_held"


# The Korean word of each member as a sheet writes it.
WORDS: Mapping[type[Enum], Mapping[str, str]] = {
    Outcome: {Outcome.HELD.value: "추진", Outcome.NOT_HELD.value: "미추진"},
    TeamState: {
        TeamState.APPLIED: "신청",
        TeamState.SELECTED: "선정",
        TeamState.RUNNING: "운영",
        TeamState.WITHDRAWN: "중도포기",
        TeamState.COMPLETED: "완료",
        TeamState.NOT_SELECTED: "미선정",
    },
    AwardKind: {
        AwardKind.BEST: "최우수",
        AwardKind.EXCELLENT: "우수",
        AwardKind.ENCOURAGEMENT: "장려",
        AwardKind.PARTICIPATION: "참가",
    },
    Answer: {Answer.ADOPTED: "반영", Answer.NOT_ADOPTED: "미반영", Answer.REVIEW: "검토중"},
}
# What a sheet calls 운영 are several steps here.
SHEET_STATES = {TeamState.REPORTED: TeamState.RUNNING, TeamState.PRESENTED: TeamState.RUNNING}
# A round in one of these goes its course in the portal, and its teams with it.
UNDER_WAY = frozenset({RoundState.RECRUITING, RoundState.RUNNING, RoundState.JUDGING})


class ChoiceWidget(CellWidget):
    """A word of one of this room's lists, as the value that is stored; "" where the cell is blank."""

    blank = ""

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__()
        self.words = WORDS[kind]

    def parse(self, cell: Any, scope: Any) -> str:
        text = fold_word(cell.text)
        if text in {"", "-"}:
            return ""
        for value, word in self.words.items():
            if word == text:
                return str(value)
        raise NotationError(expected_words(self.choices()))

    def render(self, value: Any, obj: Any = None, *, scope: Any = None, **kwargs: Any) -> str:
        return self.words[value] if value else ""

    def choices(self) -> tuple[str, ...]:
        return tuple(self.words.values())


class YearWidget(WholeWidget):
    """연도, ``2023`` or ``2023년``; 이전 is ``PRIOR`` where the sheet has such a row."""

    def __init__(self, *, takes_prior: bool) -> None:
        super().__init__(1948, 2100)
        self.takes_prior = takes_prior

    def parse(self, cell: Any, scope: Any) -> int | None:
        if cell.is_date:
            raise NotationError(_("Enter the year alone, such as 2023."))
        word = fold_word(cell.text).removesuffix("년")
        if self.takes_prior and word == PRIOR_WORD:
            return PRIOR
        return _whole(word, self.least, self.most)

    def render(self, value: Any, obj: Any = None, *, scope: Any = None, **kwargs: Any) -> Any:
        return PRIOR_WORD if value == PRIOR else value


class IntakeWidget(WholeWidget):
    """차수, ``1`` or ``1차``; blank is 1."""

    blank = 1

    def __init__(self) -> None:
        super().__init__(1, 99)

    def parse(self, cell: Any, scope: Any) -> int:
        number = _whole(fold_word(cell.text).removesuffix("차"), self.least, self.most)
        return 1 if number is None else number


class CodesWidget(CodeWidget):
    """공약번호: one, or several with commas between; as text until it is known which numbers there are."""

    def parse(self, cell: Any, scope: Any) -> Any:
        return super().parse(cell, scope) if "," not in cell.text else fold_key(cell.text)

    def render(self, value: Any, obj: Any = None, *, scope: Any = None, **kwargs: Any) -> str:
        return value if isinstance(value, str) else ", ".join(value)


class PrizeWidget(CellWidget):
    """포상금 in 만원, as whole 원; None is "nothing entered"."""

    def parse(self, cell: Any, scope: Any) -> int | None:
        number = parse_number(cell.text, negative=False)
        if number is None:
            return None
        won = number * MANWON
        if won != won.to_integral_value():
            raise NotationError(_("This amount is not whole won; check the unit."))
        if won > PRIZE_LIMIT:
            raise NotationError(_("This amount is too large; check the unit."))
        return int(won)

    def render(self, value: Any, obj: Any = None, *, scope: Any = None, **kwargs: Any) -> Any:
        return None if value is None else Decimal(value).scaleb(-4)


class AnsweringWidget(DepartmentWidget):
    """반영부서: the one department that answers."""

    def parse(self, cell: Any, scope: Any) -> str:
        if {",", "、"} & set(fold_key(cell.text)):
            raise NotationError(_("Enter one department: the one that answers."))
        return super().parse(cell, scope)


def _whole(text: str, least: int, most: int) -> int | None:
    number = parse_number(text)
    if number is None:
        return None
    if number != number.to_integral_value() or not least <= number <= most:
        raise NotationError(
            _("Enter a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        )
    return int(number)


# --- What stands ------------------------------------------------------------------------


class RoundKey(NamedTuple):
    programme: str
    year: int
    intake: int


class TeamKey(NamedTuple):
    programme: str
    year: int
    intake: int
    name: str

    @property
    def round(self) -> RoundKey:
        return RoundKey(self.programme, self.year, self.intake)


@dataclass(slots=True)
class StoredGroups:
    """The study groups of a city by the keys of the sheets, names folded.

    ``members``: (people, outsiders) of teams that have member rows. ``served``: the codes of the plan's
    pledges that a programme serves, in the plan's order.
    """

    programmes: dict[str, Programme] = field(default_factory=dict)
    openings: dict[str, OpeningTotals] = field(default_factory=dict)
    rounds: dict[RoundKey, Round] = field(default_factory=dict)
    teams: dict[TeamKey, Team] = field(default_factory=dict)
    members: dict[int, tuple[int, int]] = field(default_factory=dict)
    awards: dict[int, Award] = field(default_factory=dict)
    proposals: dict[int, list[Proposal]] = field(default_factory=dict)
    served: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def proposal_of(self, team: Team) -> Proposal | None:
        """The only proposal of a team that a sheet may write: one that was carried in, never worked on."""
        found = self.proposals.get(team.pk, [])
        return found[0] if len(found) == 1 and not _is_worked_on(found[0]) else None

    def kept_here(self, key: TeamKey) -> tuple[str, ...]:
        """The columns of a team that people decide step by step in the portal, so that a sheet only compares:
        all that comes of it where it applied here or its round is under way here, else what was done here."""
        team = self.teams.get(key)
        if team is None:
            return ()
        if team.applied_at is not None or self.rounds[key.round].state in UNDER_WAY:
            return STATE, AWARD, PRIZE, ANSWER, DEPARTMENT
        award = self.awards.get(team.pk)
        is_decided = bool(team.passed_over) or (award is not None and award.decided_at is not None)
        is_worked_on = bool(self.proposals.get(team.pk)) and self.proposal_of(team) is None
        return (
            *((AWARD, PRIZE) if is_decided else ()),
            *((ANSWER, DEPARTMENT) if is_worked_on else ()),
        )


def _is_worked_on(proposal: Proposal) -> bool:
    return bool(
        proposal.text or proposal.asked_at or proposal.answer_text or proposal.plan or proposal.position > 1
    )


def load_groups(municipality: Municipality | None, plan: Plan | None) -> StoredGroups:
    """The study groups of the city, as one plan's workbook sees them. One query where there are none, else
    seven, whatever the size."""
    stored = StoredGroups()
    if municipality is None or municipality.pk is None:
        return stored
    programmes = Programme.objects.for_municipality(municipality).order_by("pk")
    stored.programmes = {fold_name(each.name): each for each in programmes}
    if not stored.programmes:
        return stored
    names = {each.pk: name for name, each in stored.programmes.items()}
    stored.openings = {
        names[each.programme_id]: each for each in OpeningTotals.objects.filter(programme__in=names)
    }
    keys: dict[int, RoundKey] = {}
    for each in Round.objects.for_programmes(names).order_by("programme", "year", "intake"):
        each.programme = stored.programmes[names[each.programme_id]]
        keys[each.pk] = RoundKey(names[each.programme_id], each.year, each.intake)
        stored.rounds[keys[each.pk]] = each
    teams = Team.objects.filter(round__programme__in=names).exclude(name="").order_by("pk")
    for team in teams.annotate(
        heads=Count("members"), strangers=Count("members", filter=Q(members__kind__in=OUTSIDERS))
    ):
        stored.teams[TeamKey(*keys[team.round_id], fold_name(team.name))] = team
        if team.heads:
            stored.members[team.pk] = (team.heads, team.strangers)
    stored.awards = {each.team_id: each for each in Award.objects.filter(team__round__programme__in=names)}
    proposals = Proposal.objects.filter(team__round__programme__in=names).select_related("department")
    for proposal in proposals.order_by("team", "position"):
        stored.proposals.setdefault(proposal.team_id, []).append(proposal)
    if plan is not None:
        links = ServedPledge.objects.filter(programme__in=names, pledge__plan=plan)
        for programme, code in links.order_by("pledge__position", "pledge").values_list(
            "programme", "pledge__code"
        ):
            name = names[programme]
            stored.served[name] = (*stored.served.get(name, ()), fold_key(code))
    return stored


def answer_of(proposals: Collection[Proposal]) -> str:
    """What became of a team's proposals together: adopted if one was, else under review if one is."""
    answers = {each.answer for each in proposals} - {""}
    return next((each for each in (Answer.ADOPTED, Answer.REVIEW, Answer.NOT_ADOPTED) if each in answers), "")


def department_of(proposals: Collection[Proposal]) -> str:
    """The department that a sheet names: of the proposal that says the answer."""
    answer = answer_of(proposals)
    named = [each for each in proposals if each.answer == answer and each.department]
    return fold_name(named[0].department.name) if named and named[0].department else ""


class GroupResource(SheetResource):
    """What both sheets share: rows that begin with a programme, a year and an intake."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.with_intakes: set[str] = set()

    def may_be_blank(self, key: str) -> bool:
        return key == INTAKE

    def written_columns(self, *, with_choices: bool = False) -> tuple[WrittenColumn, ...]:
        """A year is no amount: it reads 2023, not 2,023."""
        columns = super().written_columns(with_choices=with_choices)
        return tuple(replace(each, is_grouped=each.is_grouped and each.name != YEAR) for each in columns)

    def written_row(self, key: Key, values: Mapping[str, Any]) -> list[Any]:
        row = super().written_row(key, values)
        if key[0] not in self.with_intakes:
            row[list(self.columns).index(INTAKE)] = None
        return row


# --- 연구팀 -------------------------------------------------------------------------------


class TeamResource(GroupResource):
    """연구팀: one team a row."""

    sheet_name = "연구팀"

    programme = Column(PROGRAMME, NameWidget(100), is_key=True, width=20)
    year = Column(YEAR, YearWidget(takes_prior=False), is_key=True)
    intake = Column(INTAKE, IntakeWidget(), is_key=True)
    name = Column(NAME, NameWidget(100), is_key=True, width=18)
    topic = Column(TOPIC, TextWidget(300), wraps=True, width=36)
    heads = Column(HEADS, WholeWidget(1, MOST_PEOPLE))
    strangers = Column(STRANGERS, WholeWidget(0, MOST_PEOPLE))
    state = Column(STATE, ChoiceWidget(TeamState))
    award = Column(AWARD, ChoiceWidget(AwardKind))
    prize = Column(PRIZE, PrizeWidget(), aliases=("포상금(만원)",))
    answer = Column(ANSWER, ChoiceWidget(Answer))
    department = Column(DEPARTMENT, AnsweringWidget(100), width=14)

    def stored(self, groups: StoredGroups) -> dict[Key, dict[str, Any]]:
        """Every team but drafts, as an export writes it."""
        self.with_intakes = _with_intakes(groups)
        return {
            key: self._stored(groups, team)
            for key, team in _in_order(groups.teams)
            if team.state != TeamState.DRAFT
        }

    def _stored(self, groups: StoredGroups, team: Team) -> dict[str, Any]:
        heads, strangers = groups.members.get(team.pk, (team.people, team.outsiders))
        award = groups.awards.get(team.pk)
        proposals = groups.proposals.get(team.pk, [])
        return {
            TOPIC: stored_text(team.topic),
            HEADS: heads,
            STRANGERS: strangers,
            STATE: SHEET_STATES.get(TeamState(team.state), team.state),
            AWARD: award.kind if award else "",
            PRIZE: award.prize if award else None,
            ANSWER: answer_of(proposals),
            DEPARTMENT: department_of(proposals),
        }

    def resolve(
        self,
        table: Table,
        stored: Mapping[Key, Mapping[str, Any]],
        groups: StoredGroups,
        rounds: Mapping[RoundKey, str] | None,
    ) -> None:
        """Check each row, and settle what blank cells leave as it is.

        ``rounds``: those that stand or come with this file, with their 추진여부 (an ``Outcome``'s value, or
        ""); None where they can't be read, and nothing is said of them.
        """
        for raw, row in table.rows.items():
            key = TeamKey(*raw)
            before = stored.get(raw, {})
            team = groups.teams.get(key)
            if rounds is not None and key.round not in rounds:
                table.error(
                    row, PROGRAMME, _("There is no such round in the sheet 학습동아리 or in the portal.")
                )
                continue
            if team is not None and team.state == TeamState.DRAFT:
                table.error(
                    row, NAME, _("A team of this name is just being written in the portal as a draft.")
                )
                continue
            self._leave(table, row, before, groups.kept_here(key))
            self._settle_state(table, row, before, rounds[key.round] if rounds is not None else "")
            round = groups.rounds.get(key.round)
            if team is None and round is not None and round.state in UNDER_WAY:
                self._check_newcomer(table, row, round)
            self._settle_people(table, row, before, team, groups)
            self._check_award(table, row, before)

    def _leave(self, table: Table, row: ReadRow, before: Mapping[str, Any], columns: Collection[str]) -> None:
        """What is decided in the portal stays as it is there; another word for it is an error."""
        for column in columns:
            if column not in row.values:
                continue
            if row.values[column] not in (self.empty(column), before[column]):
                said = self.columns[column].widget.shown(before[column], self.scope) or "-"
                table.error(
                    row,
                    column,
                    _("The portal keeps this of the team and says “%(value)s”; change it there.")
                    % {"value": said},
                )
            row.values[column] = before[column]

    def _check_newcomer(self, table: Table, row: ReadRow, round: Round) -> None:
        """A file may bring applications to an open call; later nobody joins a round that goes on here."""
        if round.state != RoundState.RECRUITING:
            table.error(row, NAME, _("This round goes on in the portal; a file can't add a team to it."))
        elif row.values.get(STATE, TeamState.APPLIED) != TeamState.APPLIED:
            table.error(
                row, STATE, _("This round is recruiting in the portal; a team that a file adds is 신청.")
            )

    def _settle_state(self, table: Table, row: ReadRow, before: Mapping[str, Any], outcome: str) -> None:
        """A blank cell leaves a team's state; a new team of a held round has taken part to the end."""
        if not _is_read(table, row, STATE):
            return
        if not row.values.get(STATE):
            held = TeamState.COMPLETED if outcome == Outcome.HELD.value else TeamState.APPLIED
            row.values[STATE] = before.get(STATE) or str(held)
        if outcome == Outcome.NOT_HELD.value and row.values[STATE] in COUNTED:
            table.error(
                row,
                STATE,
                _("This round was not held; its teams can only be 신청 or 미선정."),
            )

    def _settle_people(
        self, table: Table, row: ReadRow, before: Mapping[str, Any], team: Team | None, groups: StoredGroups
    ) -> None:
        """Where the portal has a team's members they count, and the sheet is compared with them."""
        members = groups.members.get(team.pk) if team else None
        if members is not None:
            for column, count in zip((HEADS, STRANGERS), members, strict=True):
                if row.values.get(column) not in (None, count):
                    table.warn(row, column, _("The team's members are %(count)d.") % {"count": count})
                if column in row.values:
                    row.values[column] = count
            return
        if not (_is_read(table, row, HEADS) and _is_read(table, row, STRANGERS)):
            return
        heads, strangers = (row.values.get(name, before.get(name)) for name in (HEADS, STRANGERS))
        if strangers is not None and (heads is None or strangers > heads):
            place = STRANGERS if STRANGERS in table.positions else HEADS
            table.error(row, place, _("There can't be more outsiders than people."))
            return
        programme = groups.programmes.get(row.key[0])
        if heads is not None and HEADS in row.values and programme is not None and programme.rules_stated:
            for field_name, message in check_team(
                people=heads,
                outsiders=strangers or 0,
                most_members=programme.most_members,
                outsiders_percent=programme.outsiders_percent,
            ).items():
                place = STRANGERS if field_name == "outsiders" and STRANGERS in row.values else HEADS
                table.warn(row, place, message)

    def _check_award(self, table: Table, row: ReadRow, before: Mapping[str, Any]) -> None:
        if not all(_is_read(table, row, name) for name in (AWARD, PRIZE, STATE)):
            return
        award, prize = (row.values.get(name, before.get(name)) for name in (AWARD, PRIZE))
        if prize is not None and not award:
            place = PRIZE if PRIZE in table.positions else AWARD
            table.error(row, place, _("A prize needs an award (시상) in the same row."))
        if award and row.values.get(STATE) not in COUNTED - {TeamState.WITHDRAWN}:
            place = AWARD if AWARD in table.positions else STATE
            table.error(row, place, _("A team that did not take part to the end has no award."))

    def resolve_departments(
        self,
        table: Table,
        stored: Mapping[Key, Mapping[str, Any]],
        successors: Successors,
        known: Collection[str],
    ) -> list[str]:
        """Let names of departments that were renamed or merged mean their successors; gives the new names.

        ``known``: names that this file makes already.
        """
        new: list[str] = []
        for key, row in table.rows.items():
            name = row.values.get(DEPARTMENT)
            if not name or name == stored.get(key, {}).get(DEPARTMENT):
                continue
            heirs = [fold_name(heir.name) for heir in successors.heirs(name)]
            ended = successors.departments.get(name)
            if len(heirs) > 1:
                table.error(
                    row,
                    DEPARTMENT,
                    _("The department “%(name)s” was split into %(successors)s. Write which one is meant.")
                    % {"name": name, "successors": ", ".join(heirs)},
                )
            elif heirs:
                row.values[DEPARTMENT] = heirs[0]
            elif ended is not None:
                table.error(row, DEPARTMENT, successors.refusal(ended))
            elif name not in known and name not in new:
                new.append(name)
                alike = difflib.get_close_matches(name, successors.departments, 1, ALIKE)
                message = _("The department “%(name)s” is new and will be created.")
                if alike:
                    message = _(
                        "The department “%(name)s” is new and will be created. If “%(known)s” is meant,"
                        " write that."
                    )
                table.warn(row, DEPARTMENT, message % {"name": name, "known": "".join(alike)})
        return new

    def said(
        self, table: Table | None, stored: Mapping[Key, Mapping[str, Any]]
    ) -> dict[RoundKey, list[Said]]:
        """What the teams of each round will say of themselves once this file is in."""
        after: dict[Key, Mapping[str, Any]] = dict(stored)
        empty = {name: self.empty(name) for name in self.columns}
        for key, row in table.rows.items() if table else ():
            after[key] = {
                **empty,
                **stored.get(key, {}),
                **row.values,
            }
        found: dict[RoundKey, list[Said]] = {}
        for key, values in after.items():
            found.setdefault(TeamKey(*key).round, []).append(
                Said(
                    values[STATE],
                    values[TOPIC],
                    values[HEADS],
                    values[STRANGERS],
                    values[ANSWER] == Answer.ADOPTED,
                    bool(values[ANSWER]),
                )
            )
        return found


# --- 학습동아리 -----------------------------------------------------------------------------


class RoundResource(GroupResource):
    """학습동아리: one round a row, held or not; 이전 carries the totals from before the records begin."""

    sheet_name = "학습동아리"

    programme = Column(PROGRAMME, NameWidget(100), is_key=True, width=20)
    year = Column(YEAR, YearWidget(takes_prior=True), is_key=True)
    intake = Column(INTAKE, IntakeWidget(), is_key=True)
    held = Column(HELD, ChoiceWidget(Outcome))
    reason = Column(REASON, NameWidget(300), width=24)
    rounds = Column(ROUNDS, WholeWidget(0, 1000))
    teams = Column(TEAMS, WholeWidget(0, MOST_PEOPLE))
    topics = Column(TOPICS, WholeWidget(0, MOST_PEOPLE))
    people = Column(PEOPLE, WholeWidget(0, MOST_PEOPLE))
    adopted = Column(ADOPTED, WholeWidget(0, MOST_PEOPLE))
    code = Column(CODE, CodesWidget(), is_text=True)

    def stored(self, groups: StoredGroups, said: Mapping[RoundKey, list[Said]]) -> dict[Key, dict[str, Any]]:
        """Every round as an export writes it, opening totals first. ``said``: what the stored teams say."""
        self.with_intakes = _with_intakes(groups)
        found: dict[Key, dict[str, Any]] = {}
        for name in groups.programmes:
            rounds = {key: row for key, row in groups.rounds.items() if key.programme == name}
            codes = groups.served.get(name, ())
            has_held = name in groups.openings or any(
                row.state != RoundState.NOT_HELD for row in rounds.values()
            )
            if opening := groups.openings.get(name):
                found[RoundKey(name, PRIOR, 1)] = {
                    HELD: Outcome.HELD.value,
                    ROUNDS: opening.rounds,
                    **{column: getattr(opening, total) for column, total in TOTAL_COLUMNS.items()},
                    CODE: codes,
                }
            for key, row in rounds.items():
                totals = totals_of(row, counted(said[key]) if key in said else None)
                found[key] = {
                    HELD: outcome_of(row),
                    REASON: stored_text(row.reason),
                    **{column: totals[total] for column, total in TOTAL_COLUMNS.items()},
                    CODE: () if has_held and row.state == RoundState.NOT_HELD else codes,
                }
        return found

    def empty(self, name: str) -> Any:
        return () if name == CODE else super().empty(name)

    def outcomes(self, table: Table | None, groups: StoredGroups) -> dict[RoundKey, str] | None:
        """추진여부 of every round that stands or comes with this file, as it will be; None where the sheet
        can't be read: what is wrong there is reported there."""
        if table is not None and (table.broken_keys or not table.positions):
            return None
        found = {key: outcome_of(row) for key, row in groups.rounds.items()}
        for raw, row in table.rows.items() if table else ():
            if raw[1] != PRIOR:
                key = RoundKey(*raw)
                found[key] = row.values.get(HELD) or found.get(key) or Outcome.HELD.value
        return found

    def resolve(
        self,
        table: Table,
        stored: Mapping[Key, Mapping[str, Any]],
        groups: StoredGroups,
        said: Mapping[RoundKey, list[Said]],
        known_codes: Collection[str] | None,
    ) -> None:
        """Check each row, and settle what blank cells and counted totals leave as it is.

        ``said``: what the teams will say once this file is in. ``known_codes``: the pledges of the plan and
        of this file, in order; None where they can't be read, and nothing is said of them.
        """
        for raw, row in table.rows.items():
            key, before = RoundKey(*raw), stored.get(raw, {})
            if key.year == PRIOR:
                self._settle_opening(table, row)
            else:
                self._check_round(table, row, before, groups.rounds.get(key), said.get(key, []))
            stands = groups.openings.get(key.programme) if key.year == PRIOR else groups.rounds.get(key)
            self._check_adopted(table, row, before, stands)
            if CODE in row.values:
                self._settle_codes(table, row, before, groups.served.get(key.programme, ()), known_codes)

    def _settle_opening(self, table: Table, row: ReadRow) -> None:
        if row.key[2] != 1:
            table.error(row, INTAKE, _("The row 이전 has no 차수: it carries all rounds held before."))
        if row.values.get(HELD) == Outcome.NOT_HELD.value:
            table.error(row, HELD, _("The row 이전 carries rounds that were held; it is always 추진."))
        if row.values.get(REASON):
            table.error(row, REASON, _("The row 이전 has no reason for not being held."))
        if HELD in row.values:
            row.values[HELD] = Outcome.HELD.value

    def _check_round(
        self,
        table: Table,
        row: ReadRow,
        before: Mapping[str, Any],
        round: Round | None,
        teams: list[Said],
    ) -> None:
        if row.values.get(ROUNDS) is not None:
            table.error(row, ROUNDS, _("회수 belongs to the row 이전 alone; this row is one round."))
        if _is_read(table, row, HELD):
            self._settle_outcome(table, row, before, round)
            self._settle_totals(table, row, before, teams)

    def _settle_outcome(
        self, table: Table, row: ReadRow, before: Mapping[str, Any], round: Round | None
    ) -> None:
        """A blank 추진여부 leaves a round as it is; a new round was held."""
        given = row.values.get(HELD)
        outcome = given or before.get(HELD, "" if round else Outcome.HELD.value)
        row.values[HELD] = outcome
        if given and round is not None and round.state == RoundState.RECRUITING:
            table.error(row, HELD, _("This round is recruiting in the portal just now; go on with it there."))
        if not _is_read(table, row, REASON):
            return
        reason = row.values.get(REASON, "")
        if outcome == Outcome.NOT_HELD.value:
            if not reason and not (REASON not in row.values and before.get(REASON)):
                place = REASON if REASON in table.positions else HELD
                table.error(row, place, _("A round that was not held (미추진) needs its reason."))
        elif reason:
            table.error(row, REASON, _("Only a round that was not held (미추진) has a reason."))

    def _settle_totals(
        self, table: Table, row: ReadRow, before: Mapping[str, Any], teams: list[Said]
    ) -> None:
        """What teams say is checked and never stored; a round that was not held has no totals."""
        if row.values[HELD] == Outcome.NOT_HELD.value:
            for column in TOTAL_COLUMNS:
                if row.values.get(column):
                    table.error(row, column, _("A round that was not held has no totals."))
                elif column in row.values:
                    row.values[column] = None
            if any(each.state in COUNTED for each in teams):
                table.error(row, HELD, _("Teams of this round are recorded as taking part; it was held."))
            return
        found = counted(teams)
        if not found.teams:
            return
        for column, total in TOTAL_COLUMNS.items():
            count = getattr(found, total)
            if count is None or column not in row.values:
                continue
            if row.values[column] not in (None, count):
                table.warn(
                    row, column, _("The teams of this round come to %(count)s.") % {"count": f"{count:,}"}
                )
            row.values[column] = before.get(column)

    def _check_adopted(
        self, table: Table, row: ReadRow, before: Mapping[str, Any], stands: OpeningTotals | Round | None
    ) -> None:
        """More can't be adopted than there are topics: of what is carried in, for that alone is stored."""

        def carried(column: str) -> int | None:
            if column in row.values and row.values[column] != before.get(column):
                found: int | None = row.values[column]
                return found
            return getattr(stands, TOTAL_COLUMNS[column], None)

        adopted, topics = carried(ADOPTED), carried(TOPICS)
        if adopted is not None and topics is not None and adopted > topics:
            place = ADOPTED if ADOPTED in table.positions else TOPICS
            table.error(row, place, _("More proposals can't be adopted than there are topics."))

    def _settle_codes(
        self,
        table: Table,
        row: ReadRow,
        before: Mapping[str, Any],
        served: tuple[str, ...],
        known_codes: Collection[str] | None,
    ) -> None:
        """A pledge's number links its programme; a blank, or fewer numbers, never unlinks."""
        text: str = row.values[CODE]
        if known_codes is None:
            row.values[CODE] = before.get(CODE, ())
            return
        codes = [text] if text in known_codes else comma_separated(text)
        for code in codes:
            if code not in known_codes:
                table.error(
                    row, CODE, _("There is no pledge of this number in the sheet 공약 or in the plan.")
                )
                return
        new = [code for code in codes if code not in served]
        if new or not before:
            wanted = {*served, *codes} if new else set(codes)
            row.values[CODE] = tuple(code for code in known_codes if code in wanted)
        else:
            row.values[CODE] = before.get(CODE, ())


def _is_read(table: Table, row: ReadRow, column: str) -> bool:
    """False where a row's cell can't be read: that is told already, and nothing follows from it."""
    return column not in table.positions or column in row.values


def _with_intakes(groups: StoredGroups) -> set[str]:
    """Programmes with a second intake: only of these an export writes the first one's number."""
    return {key.programme for key in groups.rounds if key.intake > 1}


def outcome_of(round: Round) -> str:
    """추진여부 of a stored round; "" while that is open."""
    if round.state == RoundState.NOT_HELD:
        return Outcome.NOT_HELD.value
    return Outcome.HELD.value if round.is_held else ""


def _in_order(teams: Mapping[TeamKey, Team]) -> list[tuple[TeamKey, Team]]:
    """Teams by programme, year and intake; within a round as they came."""
    order = {name: place for place, name in enumerate(dict.fromkeys(key.programme for key in teams))}
    return sorted(teams.items(), key=lambda each: (order[each[0].programme], *each[0][1:3], each[1].pk))
