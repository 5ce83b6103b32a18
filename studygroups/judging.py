"""How judges' points become a score, and scores awards. Exact fractions; no database.

Source: the ordinance of 뜻세움 and its rules: each judge's points are weighted
and added up; of these totals the highest and the lowest are dropped and the
rest averaged; with fewer than three the plain mean counts.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

from pledges.exact import decimal_text

# From so many totals on the highest and the lowest are dropped.
TRIMMED_FROM = 3

Key = TypeVar("Key", bound=Hashable)


def weighted_total(parts: Sequence[Decimal | None], weights: Sequence[int]) -> Fraction | None:
    """One judge's total of 0 to 100: the points of each part (0 to 100) by its weight in percent.

    None while a part that has a weight has no points; a part without weight need not have any.
    """
    total = Fraction(0)
    for points, weight in zip(parts, weights, strict=True):
        if weight == 0:
            continue
        if points is None:
            return None
        total += Fraction(points) * weight / 100
    return total


@dataclass(frozen=True, slots=True)
class Score:
    """A team's score and how it came about.

    ``value`` is None where no total is in. ``dropped`` are the places, among the
    totals given, of the lowest and the highest, where they were dropped;
    ``missing`` counts judges without a total.
    """

    value: Fraction | None
    totals: tuple[Fraction | None, ...]
    dropped: tuple[int, ...] = ()
    missing: int = 0

    @property
    def is_trimmed(self) -> bool:
        return bool(self.dropped)

    @property
    def counted(self) -> int:
        """How many totals the score is the mean of."""
        return len(self.totals) - self.missing - len(self.dropped)


def team_score(totals: Iterable[Fraction | None]) -> Score:
    """The score that follows from the judges' totals; None is a judge whose sheet is missing.

    From three totals on one highest and one lowest go (of equal ones the first each); the score is the
    mean of the rest.
    """
    given = tuple(totals)
    held = [(total, place) for place, total in enumerate(given) if total is not None]
    missing = len(given) - len(held)
    if not held:
        return Score(None, given, missing=missing)
    dropped: tuple[int, ...] = ()
    if len(held) >= TRIMMED_FROM:
        lowest = min(held, key=lambda each: (each[0], each[1]))
        highest = max((each for each in held if each is not lowest), key=lambda each: (each[0], -each[1]))
        dropped = tuple(sorted((lowest[1], highest[1])))
    kept = [total for total, place in held if place not in dropped]
    return Score(sum(kept, Fraction(0)) / len(kept), given, dropped, missing)


def display_score(score: Fraction | None, places: int = 2) -> str:
    """A score rounded half up, once, as it is shown; "–" where there is none."""
    return "–" if score is None else decimal_text(score.numerator, score.denominator, places)


@dataclass(frozen=True, slots=True)
class Rank(Generic[Key]):
    """A place in the order of scores, and all who share it: 1, 2, 2, 4."""

    number: int
    teams: tuple[Key, ...]
    score: Fraction


def ranking(scores: Mapping[Key, Fraction | None]) -> list[Rank[Key]]:
    """Teams by score, the highest first; equal scores share a place. Without a score there is no place."""
    groups: dict[Fraction, list[Key]] = {}
    for team, score in scores.items():
        if score is not None:
            groups.setdefault(score, []).append(team)
    ranks, number = [], 1
    for score in sorted(groups, reverse=True):
        ranks.append(Rank(number, tuple(groups[score]), score))
        number += len(groups[score])
    return ranks


@dataclass(frozen=True, slots=True)
class Tie(Generic[Key]):
    """Teams with equal scores that can't all have the same: ``awards`` are what is there for them together,
    "" is none. The committee decides who gets which."""

    teams: tuple[Key, ...]
    awards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion(Generic[Key]):
    """The awards that follow from the scores alone, by team, and the ties that are to be decided."""

    awards: dict[Key, str]
    ties: tuple[Tie[Key], ...]


def suggest_awards(
    scores: Mapping[Key, Fraction | None], rules: Sequence[tuple[str, int | None]]
) -> Suggestion[Key]:
    """Give out the places of ``rules`` (award and places, the highest first; None is without end)."""
    awards: dict[Key, str] = {}
    ties: list[Tie[Key]] = []
    for rank in ranking(scores):
        there = tuple(_award_at(rules, rank.number + offset) for offset in range(len(rank.teams)))
        if len(set(there)) > 1:
            ties.append(Tie(rank.teams, there))
        elif there[0]:
            awards.update(dict.fromkeys(rank.teams, there[0]))
    return Suggestion(awards, tuple(ties))


def _award_at(rules: Sequence[tuple[str, int | None]], place: int) -> str:
    """What the ``place``-th team gets; "" is nothing."""
    last = 0
    for award, places in rules:
        if places is None:
            return award
        last += places
        if place <= last:
            return award
    return ""


def needs_decision(suggestion: Suggestion[Key], chosen: Mapping[Key, str]) -> set[Key]:
    """The teams whose award does not follow from the scores alone, so that it has to be said why.

    Those are the teams of a tie, whatever they got, and those that got another award than their score
    gives. ``chosen`` holds "" or nothing where a team gets none.
    """
    found = {team for tie in suggestion.ties for team in tie.teams}
    for team in {*suggestion.awards, *chosen} - found:
        if chosen.get(team, "") != suggestion.awards.get(team, ""):
            found.add(team)
    return found
