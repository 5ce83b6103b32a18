"""What study groups come to: counts and shares by round, programme and year, in a fixed number of queries.

A round is counted from its teams, figure by figure; what its teams do not say
(nobody entered people, no department answered yet) is what it carries in. A
programme adds its opening totals. Null is not zero: a sum is None where none of
its parts is known, and a share has only those parts in its base of which both
sides are known. Shares are exact and rounded once, at display
(``studygroups.rules.display_percent``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from studygroups.enums import COUNTED, OUTSIDERS, Answer, RoundState, TeamState
from studygroups.models import Member, OpeningTotals, Programme, Proposal, Round, Team


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts that add up. None: nobody entered it.

    ``rounds`` and ``not_held`` count rounds; ``teams`` those that were let in, withdrawn ones too.
    ``outsiders`` are of ``known_people``, ``completed`` of ``finished_teams`` (recorded teams of finished
    rounds), ``withdrawn`` of ``recorded_teams``, ``adopted`` of ``proposed`` topics: those of the teams that
    did not withdraw, answered or not, once an answer is in.
    """

    rounds: int = 0
    not_held: int = 0
    teams: int | None = None
    topics: int | None = None
    people: int | None = None
    outsiders: int | None = None
    known_people: int | None = None
    recorded_teams: int | None = None
    withdrawn: int | None = None
    finished_teams: int | None = None
    completed: int | None = None
    adopted: int | None = None
    proposed: int | None = None

    @property
    def outsiders_share(self) -> Fraction | None:
        return _share(self.outsiders, self.known_people)

    @property
    def completion_rate(self) -> Fraction | None:
        return _share(self.completed, self.finished_teams)

    @property
    def withdrawal_rate(self) -> Fraction | None:
        return _share(self.withdrawn, self.recorded_teams)

    @property
    def adoption_rate(self) -> Fraction | None:
        """반영률: of the topics that teams carried through, those adopted so far (70건 중 52건)."""
        return _share(self.adopted, self.proposed)

    def __add__(self, other: "Figures") -> "Figures":
        sums: dict[str, Any] = {name: _plus(getattr(self, name), getattr(other, name)) for name in _NAMES}
        return Figures(**sums)


_NAMES = tuple(each.name for each in fields(Figures))
# What a round carries in where its teams do not say it.
TOTALS = ("teams", "topics", "people", "adopted")


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """One round with its figures; ``round.programme`` is there without a query."""

    round: Round
    figures: Figures


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    """A programme: its rounds (earliest first), the totals it opened with, and all together."""

    programme: Programme
    rounds: tuple[RoundFigures, ...] = ()
    opening: OpeningTotals | None = None
    total: Figures = field(default_factory=Figures)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the recorded teams of one round say; None where they say nothing."""

    teams: int
    topics: int | None
    people: int | None
    outsiders: int | None
    known_people: int | None
    withdrawn: int
    completed: int
    adopted: int | None
    proposed: int | None


class Said(NamedTuple):
    """What one team says of itself."""

    state: str
    topic: str
    people: int | None
    outsiders: int | None
    is_adopted: bool
    is_answered: bool


def programme_figures(programmes: Iterable[Programme], *, public: bool = False) -> list[ProgrammeFigures]:
    """Every programme with its figures, in the order given. Three queries, whatever the size.

    ``public`` leaves out rounds that are not published.
    """
    known = {programme.pk: programme for programme in programmes}
    rounds = Round.objects.for_programmes(known).order_by("year", "intake", "pk")
    if public:
        rounds = rounds.public()
    by_programme: dict[int, list[Round]] = {pk: [] for pk in known}
    for each in rounds:
        each.programme = known[each.programme_id]
        by_programme[each.programme_id].append(each)
    openings = {each.programme_id: each for each in OpeningTotals.objects.filter(programme__in=known)}
    teams = count_teams(Team.objects.filter(round__programme__in=known))
    result = []
    for pk, programme in known.items():
        found = tuple(
            RoundFigures(each, round_figures(each, teams.get(each.pk))) for each in by_programme[pk]
        )
        opening = openings.get(pk)
        total = sum((each.figures for each in found), opening_figures(opening))
        result.append(ProgrammeFigures(programme, found, opening, total))
    return result


def by_year(rounds: Iterable[tuple[int, Figures]]) -> dict[int, Figures]:
    """Rounds together by their year, the latest first; opening totals belong to none. No query."""
    found: dict[int, Figures] = {}
    for year, figures in rounds:
        found[year] = found.get(year, Figures()) + figures
    return dict(sorted(found.items(), reverse=True))


def count_teams(teams: Any) -> dict[int, Counted]:
    """What recorded teams say, by round. ``teams``: any queryset of teams. One query.

    Only teams that were let in count; a round is there if it has any team but drafts.
    """
    people = _members()
    outsiders = _members(Q(kind__in=OUTSIDERS))
    proposals = Proposal.objects.filter(team=OuterRef("pk"))
    rows = (
        teams.applied()
        .order_by()
        .annotate(
            heads=Coalesce(Subquery(people), F("people"), output_field=IntegerField()),
            strangers=Case(
                When(
                    Exists(Member.objects.filter(team=OuterRef("pk"))),
                    then=Coalesce(Subquery(outsiders), 0),
                ),
                default=F("outsiders"),
                output_field=IntegerField(),
            ),
            is_adopted=Exists(proposals.filter(answer=Answer.ADOPTED)),
            is_answered=Exists(proposals.exclude(answer="")),
        )
        .values_list("round", "state", "topic", "heads", "strangers", "is_adopted", "is_answered")
    )
    found: dict[int, list[Said]] = {}
    for round_pk, *said in rows:
        found.setdefault(round_pk, []).append(Said(*said))
    return {pk: counted(said) for pk, said in found.items()}


def counted(said: Iterable[Said]) -> Counted:
    """The teams of one round together; only those that were let in count."""
    teams = [each for each in said if each.state in COUNTED]
    heads = [each.people for each in teams if each.people is not None]
    known = [
        (each.people, each.outsiders)
        for each in teams
        if each.people is not None and each.outsiders is not None
    ]
    # A team that gave up proposes nothing, unless an answer says otherwise.
    proposing = [
        each for each in teams if each.is_answered or (each.topic and each.state != TeamState.WITHDRAWN)
    ]
    is_answered = any(each.is_answered for each in teams)
    return Counted(
        teams=len(teams),
        topics=sum(1 for each in teams if each.topic) or None,
        people=sum(heads) if heads else None,
        outsiders=sum(others for _people, others in known) if known else None,
        known_people=sum(people for people, _others in known) if known else None,
        withdrawn=sum(each.state == TeamState.WITHDRAWN for each in teams),
        completed=sum(each.state == TeamState.COMPLETED for each in teams),
        adopted=sum(each.is_adopted for each in teams) if is_answered else None,
        proposed=len(proposing) if is_answered else None,
    )


def totals_of(round: Round, counted: Counted | None) -> dict[str, int | None]:
    """A round's teams, topics, people and adopted: counted where its teams say so, else as carried in.

    A round whose teams are all still to be screened, or were refused, has nothing counted.
    """
    said = counted if counted and counted.teams else None
    return {
        name: getattr(round, name) if said is None or getattr(said, name) is None else getattr(said, name)
        for name in TOTALS
    }


def carried_adoption(round: Round, topics: int | None) -> tuple[int | None, int | None]:
    """What a round carries in as adopted, and of how many topics: its own, else the ``topics`` counted.

    The second is None where that can't be the base: not known, or fewer than were adopted.
    """
    base = topics if round.topics is None else round.topics
    if round.adopted is None or base is None or base < round.adopted:
        return round.adopted, None
    return round.adopted, base


def round_figures(round: Round, counted: Counted | None) -> Figures:
    """One round's figures. No query."""
    if round.state == RoundState.NOT_HELD:
        return Figures(not_held=1)
    totals = totals_of(round, counted)
    is_finished = round.state == RoundState.FINISHED
    recorded = counted if counted and counted.teams else None
    adopted, proposed = carried_adoption(round, totals["topics"])
    if recorded and recorded.adopted is not None:
        adopted, proposed = recorded.adopted, recorded.proposed
    return Figures(
        rounds=int(round.is_held),
        teams=totals["teams"],
        topics=totals["topics"],
        people=totals["people"],
        outsiders=recorded.outsiders if recorded else None,
        known_people=recorded.known_people if recorded else None,
        recorded_teams=recorded.teams if recorded else None,
        withdrawn=recorded.withdrawn if recorded else None,
        finished_teams=recorded.teams if recorded and is_finished else None,
        completed=recorded.completed if recorded and is_finished else None,
        adopted=adopted,
        proposed=proposed,
    )


def opening_figures(opening: OpeningTotals | None) -> Figures:
    """What a programme opened with. No query."""
    if opening is None:
        return Figures()
    known = opening.adopted is not None and opening.topics is not None
    return Figures(
        rounds=opening.rounds or 0,
        teams=opening.teams,
        topics=opening.topics,
        people=opening.people,
        adopted=opening.adopted,
        proposed=opening.topics if known else None,
    )


def _members(condition: Q | None = None) -> Any:
    """How many members a team (the outer row) has; NULL for none."""
    rows = Member.objects.filter(team=OuterRef("pk"))
    if condition is not None:
        rows = rows.filter(condition)
    return rows.order_by().values("team").annotate(count=Count("pk")).values("count")


def _plus(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _share(part: int | None, whole: int | None) -> Fraction | None:
    return None if part is None or not whole else Fraction(part, whole)
