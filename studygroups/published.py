"""What everybody may read of the study groups, as documents that hold nothing else.

Pages, files and cards show these documents and no rows, so what is not in them can't leak:

a programme, its rules and opening totals    since it is public
a round, held or not, its call               since it and its programme are public
teams, their topics and headcounts           of such a round, once it is held
awards, scores, what was adopted, by whom    of such a round, once its results are public
members' names                               of such a team, where the programme publishes them and did so
                                             when its call was announced

Never: applications, teams that were not let in, why a team withdrew or was refused, meetings and files,
judges and their single sheets, proposals that were not adopted, and who entered or decided anything.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.db.models import prefetch_related_objects

from studygroups.enums import OUTSIDERS, Answer, AwardKind, MemberRole, RoundState, TeamState
from studygroups.figures import (
    Figures,
    ProgrammeFigures,
    by_year,
    carried_adoption,
    opening_figures,
    programme_figures,
)
from studygroups.models import Member, Programme, Proposal, Round, Team
from studygroups.scores import highest_first, read_scores, rule_of, rule_words

# Leader, assistant and clerk stand before the others.
ROLES = list(MemberRole)


@dataclass(frozen=True, slots=True)
class PublicRound:
    """One round as a line of its programme. ``state`` is a value of ``RoundState``; ``figures`` hold what is
    public of it. ``results_published_at`` is None while its results are not."""

    programme: str
    year: int
    intake: int
    state: str
    reason: str
    opens_on: dt.date | None
    closes_on: dt.date | None
    presents_on: dt.date | None
    figures: Figures
    published_at: dt.datetime
    results_published_at: dt.datetime | None
    shows_names: bool

    @property
    def is_held(self) -> bool:
        return bool(self.figures.rounds)

    @property
    def is_not_held(self) -> bool:
        return self.state == RoundState.NOT_HELD

    @property
    def is_recruiting(self) -> bool:
        return self.state == RoundState.RECRUITING

    @property
    def updated_at(self) -> dt.datetime:
        return self.results_published_at or self.published_at

    def takes_applications(self, day: dt.date) -> bool:
        """Whether teams may apply on this day."""
        if not self.is_recruiting or self.opens_on is None or self.closes_on is None:
            return False
        return self.opens_on <= day <= self.closes_on

    def falls_into(self, starts_on: dt.date, ends_on: dt.date) -> bool:
        """Whether the round is one of a mayor's term: by its first known day, else by its year; a year in
        which the mayors change is of both terms."""
        day = self.opens_on or self.presents_on
        if day is not None:
            return starts_on <= day <= ends_on
        return starts_on.year <= self.year <= ends_on.year


@dataclass(frozen=True, slots=True)
class PublicPrize:
    """What a programme awards: ``kind`` is a value of ``AwardKind``; ``places`` None for every team that took
    part; ``prize`` in 원, None where none is set."""

    kind: str
    places: int | None
    prize: int | None


@dataclass(frozen=True, slots=True)
class PublicProgramme:
    """A programme with its public rounds, newest first. ``opening`` is None where it brought nothing.

    ``prizes`` stand the highest first; ``score_rule`` says in words, translated, how the scores of its next
    round come about. Its rules are only told where ``rules_stated``: somebody entered them.
    """

    name: str
    purpose: str
    basis: str
    rules_stated: bool
    most_members: int
    outsiders_percent: int
    intakes_a_year: int
    prizes: tuple[PublicPrize, ...]
    answer_days: int
    plan_months: int
    adopted_years: int
    score_rule: str
    shows_names: bool
    rounds: tuple[PublicRound, ...]
    opening: Figures | None
    total: Figures
    published_at: dt.datetime

    @property
    def has_intakes(self) -> bool:
        """Whether its rounds are told apart by year and intake, and not by the year alone."""
        return self.intakes_a_year > 1 or any(each.intake > 1 for each in self.rounds)

    @property
    def updated_at(self) -> dt.datetime:
        """When what is shown of it was published last."""
        return max([self.published_at, *(each.updated_at for each in self.rounds)])

    def round_of(self, year: int, intake: int) -> PublicRound | None:
        return next((each for each in self.rounds if (each.year, each.intake) == (year, intake)), None)


@dataclass(frozen=True, slots=True)
class PublicMember:
    """``role`` and ``kind`` are values of ``MemberRole`` and ``MemberKind``."""

    name: str
    affiliation: str
    role: str
    kind: str


@dataclass(frozen=True, slots=True)
class PublicAward:
    """``kind`` is a value of ``AwardKind``; ``prize`` in 원, None where none was entered."""

    kind: str
    prize: int | None
    decision: str


@dataclass(frozen=True, slots=True)
class PublicProposal:
    """An adopted proposal and what became of it; ``follow_ups`` are days with words, earliest first."""

    text: str
    department: str
    answer_text: str
    answered_on: dt.date | None
    plan: str
    planned_on: dt.date | None
    follow_ups: tuple[tuple[dt.date, str], ...]


@dataclass(frozen=True, slots=True)
class PublicScore:
    """A team's score, the number of judges' totals it is the mean of, and in words, translated, what was
    done with them. The totals themselves are nobody's to read."""

    value: Fraction
    counted: int
    rule: str


@dataclass(frozen=True, slots=True)
class PublicTeam:
    """A team that was let in. ``state`` is a value of ``TeamState``. ``adopted`` is None where no answer is
    in; ``score`` where none was given; both and ``award`` while the results are not public."""

    name: str
    topic: str
    state: str
    people: int | None
    outsiders: int | None
    members: tuple[PublicMember, ...]
    award: PublicAward | None
    score: PublicScore | None
    adopted: int | None
    proposals: tuple[PublicProposal, ...]

    @property
    def has_withdrawn(self) -> bool:
        return self.state == TeamState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class RoundDocument:
    """A round with its teams. ``has_results``: awards, scores and adopted proposals are public;
    ``score_rule`` says in words, translated, how this round's scores come about; ``undecided`` teams wait for
    an answer while others have theirs."""

    programme: PublicProgramme
    round: PublicRound
    call: str
    report_due_on: dt.date | None
    teams: tuple[PublicTeam, ...]
    has_results: bool
    score_rule: str
    undecided: int

    @property
    def has_scores(self) -> bool:
        return any(team.score is not None for team in self.teams)

    @property
    def awarded(self) -> list[PublicTeam]:
        """Teams with an award, in the order of ``teams``."""
        return [team for team in self.teams if team.award]

    @property
    def adopted(self) -> list[PublicTeam]:
        """Teams of which a proposal was adopted."""
        return [team for team in self.teams if team.proposals]


def published_programmes(municipality: Any) -> list[PublicProgramme]:
    """What is public of a city's programmes, by name. Five queries, one where there is none."""
    return _documents(Programme.objects.public().for_municipality(municipality))


def serving_programmes(plan: Any, code: str) -> list[PublicProgramme]:
    """What is public of the programmes that serve a plan's pledge. Five queries, one where none does."""
    return _documents(Programme.objects.public().serving_code(plan, code))


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team of a public round that is held, as searches find it."""

    programme: str
    year: int
    intake: int
    name: str
    topic: str


def public_teams(municipality: Any) -> list[TeamLine]:
    """Every team that everybody may read of in a city, the newest first. One query."""
    rounds = Round.objects.public().for_municipality(municipality).held()
    teams = Team.objects.for_rounds(rounds).counted().newest_first()
    columns = ("round__programme__name", "round__year", "round__intake", "name", "topic")
    return [TeamLine(*row) for row in teams.values_list(*columns)]


def years_of(programmes: Sequence[PublicProgramme]) -> dict[int, Figures]:
    """All public rounds together by year, the latest first. No query."""
    return by_year((line.year, line.figures) for programme in programmes for line in programme.rounds)


def published_round(municipality: Any, name: str, year: int, intake: int) -> RoundDocument | None:
    """A public round of the programme of this name; None where there is none. Fifteen queries at most."""
    found = _documents(Programme.objects.public().for_municipality(municipality).for_name(name))
    line = found[0].round_of(year, intake) if found else None
    if line is None:
        return None
    row = (
        Round.objects.public()
        .for_municipality(municipality)
        .for_key(name, year, intake)
        .with_programme()
        .get()
    )
    has_results = line.is_held and line.results_published_at is not None
    rows = _held_teams(row, has_results=has_results) if line.is_held else []
    teams = _teams(line, row, rows, has_results=has_results)
    return RoundDocument(
        programme=found[0],
        round=line,
        call=row.call,
        report_due_on=row.report_due_on,
        teams=tuple(teams),
        has_results=has_results,
        score_rule=rule_of(row),
        undecided=_undecided(rows) if has_results else 0,
    )


def _documents(programmes: Any) -> list[PublicProgramme]:
    rows = list(programmes.with_rules().order_by("name", "pk"))
    return [_programme(each) for each in programme_figures(rows, public=True)] if rows else []


def _programme(found: ProgrammeFigures) -> PublicProgramme:
    row = found.programme
    rounds = tuple(_round(row.name, each.round, each.figures) for each in reversed(found.rounds))
    opening = opening_figures(found.opening) if found.opening else None
    total = sum((each.figures for each in rounds), opening or Figures())
    # ``public`` programmes and rounds have these dates.
    assert row.published_at is not None  # noqa: S101
    return PublicProgramme(
        name=row.name,
        purpose=row.purpose,
        basis=row.basis,
        rules_stated=row.rules_stated,
        most_members=row.most_members,
        outsiders_percent=row.outsiders_percent,
        intakes_a_year=row.intakes_a_year,
        prizes=tuple(PublicPrize(each.kind, each.places, each.prize) for each in highest_first(row)),
        answer_days=row.answer_days,
        plan_months=row.plan_months,
        adopted_years=row.adopted_years,
        score_rule=rule_of(row),
        shows_names=row.shows_names,
        rounds=rounds,
        opening=opening,
        total=total,
        published_at=row.published_at,
    )


def _round(programme: str, row: Round, figures: Figures) -> PublicRound:
    assert row.published_at is not None  # noqa: S101
    return PublicRound(
        programme=programme,
        year=row.year,
        intake=row.intake,
        state=row.state,
        reason=row.reason,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        presents_on=row.presents_on,
        figures=_public_figures(row, figures),
        published_at=row.published_at,
        results_published_at=row.results_published_at if row.is_held else None,
        shows_names=row.shows_names and row.programme.shows_names,
    )


def _public_figures(row: Round, figures: Figures) -> Figures:
    """What of a round's figures is public: none while teams are chosen, no results before their day.

    What a round carries in as adopted is public with the round, as its other totals are.
    """
    if row.state == RoundState.NOT_HELD or (row.is_held and row.results_published_at):
        return figures
    if not row.is_held:
        return Figures()
    adopted, proposed = carried_adoption(row, figures.topics)
    return replace(figures, completed=None, finished_teams=None, adopted=adopted, proposed=proposed)


def _held_teams(row: Round, *, has_results: bool) -> list[Team]:
    """The rows of a held round's teams with their members; awards and proposals where these are public."""
    rows = list(Team.objects.for_round(row).counted().with_members().in_order())
    if has_results:
        prefetch_related_objects(rows, "award", "proposals__department", "proposals__follow_ups")
    return rows


def _undecided(rows: Sequence[Team]) -> int:
    """Teams of which no proposal is decided, once a department has answered any: they are in the base of the
    adoption rate all the same."""
    answers = {row.pk: {each.answer for each in row.proposals.all()} for row in rows}
    if not any(each for of_team in answers.values() for each in of_team):
        return 0
    going_on = [row for row in rows if row.state != TeamState.WITHDRAWN]
    return sum(not answers[row.pk] & {Answer.ADOPTED, Answer.NOT_ADOPTED} for row in going_on)


def _teams(line: PublicRound, row: Round, rows: Sequence[Team], *, has_results: bool) -> list[PublicTeam]:
    """The teams of a held round: as they came, with results by award and score."""
    scores: dict[int, PublicScore] = {}
    if has_results:
        scores = {
            each.team.pk: PublicScore(each.score.value, each.score.counted, rule_words(each.score))
            for each in read_scores(row).lines
            if each.score.value is not None
        }
    teams = [
        _team(each, scores.get(each.pk), shows_names=line.shows_names, has_results=has_results)
        for each in rows
    ]
    return sorted(teams, key=_place)


def _place(team: PublicTeam) -> tuple[int, Fraction]:
    """Awards, the highest first, those that withdrew last; within them scores, the highest first."""
    kinds = list(AwardKind.values)
    place = kinds.index(team.award.kind) if team.award else len(kinds) + team.has_withdrawn
    return place, -team.score.value if team.score else Fraction(1)


def _team(row: Team, score: PublicScore | None, *, shows_names: bool, has_results: bool) -> PublicTeam:
    members = list(row.members.all())
    people, outsiders = row.people, row.outsiders
    if members:
        people, outsiders = len(members), sum(each.kind in OUTSIDERS for each in members)
    proposals = list(row.proposals.all()) if has_results else []
    award = getattr(row, "award", None) if has_results else None
    return PublicTeam(
        name=row.name,
        topic=row.topic,
        state=row.state,
        people=people,
        outsiders=outsiders,
        members=_names(row, members) if shows_names else (),
        award=PublicAward(award.kind, award.prize, award.decision) if award else None,
        score=score,
        adopted=_adopted(proposals),
        proposals=tuple(_proposal(each) for each in proposals if each.answer == Answer.ADOPTED),
    )


def _names(row: Team, members: Sequence[Member]) -> tuple[PublicMember, ...]:
    """Who is in the team; nobody of a team that withdrew, nor anybody who has not confirmed it."""
    if row.state == TeamState.WITHDRAWN:
        return ()
    known = [each for each in members if each.confirmed_at]
    known.sort(key=lambda each: ROLES.index(MemberRole(each.role)))
    return tuple(PublicMember(each.name, each.affiliation, each.role, each.kind) for each in known)


def _adopted(proposals: Sequence[Proposal]) -> int | None:
    """How many were adopted; None where no answer is in."""
    if not any(each.answer for each in proposals):
        return None
    return sum(each.answer == Answer.ADOPTED for each in proposals)


def _proposal(row: Proposal) -> PublicProposal:
    return PublicProposal(
        text=row.text,
        department=row.department.name if row.department else "",
        answer_text=row.answer_text,
        answered_on=row.answered_on,
        plan=row.plan,
        planned_on=row.planned_on,
        follow_ups=tuple((each.noted_on, each.text) for each in row.follow_ups.all()),
    )
