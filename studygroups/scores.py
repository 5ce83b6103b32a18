"""The score table of a round: every judge's total for every team, what was dropped, and the rule in words.

Points are nobody's but their judge's before all are in (``ScoreTable.is_complete``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from studygroups.enums import JUDGED, AwardKind
from studygroups.judging import (
    TRIMMED_FROM,
    Score,
    Suggestion,
    display_score,
    needs_decision,
    ranking,
    suggest_awards,
    team_score,
    weighted_total,
)
from studygroups.models import AwardRule, Judge, Programme, Round, ScoreSheet, Team


@dataclass(frozen=True, slots=True)
class Cell:
    """One judge's total for one team; ``dropped`` is "highest", "lowest" or ""."""

    judge: Judge
    sheet: ScoreSheet | None
    total: Fraction | None
    dropped: str = ""

    @property
    def shown(self) -> str:
        return display_score(self.total)

    @property
    def abstains(self) -> bool:
        return self.sheet is not None and self.sheet.abstains


@dataclass(frozen=True, slots=True)
class Line:
    """One team: its cells in the order of the judges, its score and its place (None without a score)."""

    team: Team
    cells: tuple[Cell, ...]
    score: Score
    place: int | None

    @property
    def shown(self) -> str:
        return display_score(self.score.value)

    @property
    def arithmetic(self) -> str:
        """How the score comes about, with its figures: ``(88.00 + 90.00 + 91.50) ÷ 3 = 89.83``."""
        kept = [
            display_score(total)
            for place, total in enumerate(self.score.totals)
            if total is not None and place not in self.score.dropped
        ]
        if not kept:
            return ""
        if len(kept) == 1:
            return f"{kept[0]} = {self.shown}" if kept[0] != self.shown else self.shown
        return f"({' + '.join(kept)}) ÷ {len(kept)} = {self.shown}"

    @property
    def rule(self) -> str:
        """The rule that this score follows, in words."""
        return rule_words(self.score)


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """All of a round's judging. ``waiting`` are judges whose sheets are not all in."""

    judges: tuple[Judge, ...]
    excused: tuple[Judge, ...]
    lines: tuple[Line, ...]
    waiting: tuple[Judge, ...]
    suggestion: Suggestion[int]

    @property
    def is_complete(self) -> bool:
        """Whether every judge who is there has handed every sheet in."""
        return bool(self.judges) and bool(self.lines) and not self.waiting

    def needs_decision(self, chosen: Mapping[int, str]) -> set[int]:
        """The teams (keys) whose award has to be reasoned."""
        return needs_decision(self.suggestion, chosen)

    @property
    def tied(self) -> set[int]:
        return {team for tie in self.suggestion.ties for team in tie.teams}


def read_scores(round: Round) -> ScoreTable:
    """The table as it stands. Four queries, whatever the number of judges and teams."""
    everybody = list(Judge.objects.for_round(round).in_order())
    judges = tuple(each for each in everybody if each.excused_at is None)
    teams = list(Team.objects.for_round(round).in_state(*JUDGED).in_order())
    sheets = {(each.judge_id, each.team_id): each for each in ScoreSheet.objects.for_round(round).handed_in()}
    weights = round.weights
    cells: dict[int, tuple[tuple[Judge, ScoreSheet | None, Fraction | None], ...]] = {}
    for team in teams:
        cells[team.pk] = tuple(
            (judge, sheet, _total(sheet, weights))
            for judge in judges
            for sheet in (sheets.get((judge.pk, team.pk)),)
        )
    scores = {key: team_score(total for _judge, _sheet, total in row) for key, row in cells.items()}
    places = {
        team: rank.number
        for rank in ranking({key: score.value for key, score in scores.items()})
        for team in rank.teams
    }
    lines = [
        Line(team, _cells(cells[team.pk], scores[team.pk]), scores[team.pk], places.get(team.pk))
        for team in teams
    ]
    lines.sort(key=lambda line: (line.place is None, line.place or 0, line.team.pk))
    waiting = tuple(judge for judge in judges if any((judge.pk, team.pk) not in sheets for team in teams))
    rules = [(rule.kind, rule.places) for rule in highest_first(round.programme)]
    suggestion = suggest_awards({key: score.value for key, score in scores.items()}, rules)
    return ScoreTable(
        judges, tuple(each for each in everybody if each.excused_at), tuple(lines), waiting, suggestion
    )


def highest_first(programme: Programme) -> list[AwardRule]:
    """What the programme awards, the highest award first. One query, or none where they were read along."""
    order = list(AwardKind)
    return sorted(programme.award_rules.all(), key=lambda rule: order.index(AwardKind(rule.kind)))


def rule_words(score: Score) -> str:
    """What was done with these totals, in words; "" where there is none."""
    given = len(score.totals) - score.missing
    if not given:
        return ""
    if score.is_trimmed:
        return _(
            "Of %(given)d totals the highest and the lowest are dropped; the score is the mean of the"
            " other %(counted)d."
        ) % {"given": given, "counted": score.counted}
    if given == 1:
        return _("There is one total; it is the score.")
    return _(
        "There are %(given)d totals, fewer than %(least)d: none is dropped; the score is their mean."
    ) % {
        "given": given,
        "least": TRIMMED_FROM,
    }


def rule_of(weighing: Programme | Round) -> str:
    """The whole rule, as it is printed above score tables: a round's own, or that of a programme's next."""
    paper, presentation, audience = weighing.weights
    return _(
        "Each judge's total is paper %(paper)d %% + presentation %(presentation)d %% + audience"
        " %(audience)d %%. From %(least)d totals on the highest and the lowest are dropped and the rest"
        " averaged; with fewer it is the plain mean. Rounded once, half up, to two decimals."
    ) % {
        "paper": paper,
        "presentation": presentation,
        "audience": audience,
        "least": TRIMMED_FROM,
    }


def _total(sheet: ScoreSheet | None, weights: Sequence[int]) -> Fraction | None:
    if sheet is None or sheet.abstains:
        return None
    return weighted_total((sheet.paper, sheet.presentation, sheet.audience), weights)


def _cells(row: Sequence[tuple[Judge, ScoreSheet | None, Fraction | None]], score: Score) -> tuple[Cell, ...]:
    """Which of two dropped totals is which: the greater, or of equal ones the second, is the highest."""
    marks: dict[int, str] = {}
    if score.dropped:
        first, second = score.dropped
        low, high = (first, second) if _of(score, first) <= _of(score, second) else (second, first)
        marks = {low: "lowest", high: "highest"}
    return tuple(
        Cell(judge, sheet, total, marks.get(place, "")) for place, (judge, sheet, total) in enumerate(row)
    )


def _of(score: Score, place: int) -> Fraction:
    return score.totals[place] or Fraction(0)
