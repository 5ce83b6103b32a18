"""What moved between two published 기준일: pledges whose status or rate is another one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from reports.models import Edition, EditionPledge


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pledge stood in an edition. ``exact`` is its rate in lowest terms where it was asked for."""

    code: str
    name: str
    status: str
    status_label: str
    rate_sort: int | None
    rate_display: str
    exact: str | None

    @property
    def rate(self) -> tuple[int | None, str | None]:
        return self.rate_sort, self.exact

    @property
    def judged(self) -> tuple[str, str]:
        return self.status, self.status_label


@dataclass(frozen=True, slots=True)
class Move:
    """A pledge in two consecutive editions; ``before`` or ``after`` is None where it is not in that one."""

    edition_before: Edition
    edition: Edition
    before: Standing | None
    after: Standing | None

    @property
    def pledge(self) -> Standing:
        """The pledge by the number and name that it has last."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a move is of a pledge in one of the two
        return found

    @property
    def kind(self) -> str:
        """``added``, ``removed``, ``status``, ``rate`` or ``both``; "" where nothing moved."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        status, rate = self.before.judged != self.after.judged, self.before.rate != self.after.rate
        return "both" if status and rate else "status" if status else "rate" if rate else ""


def read_moves(editions: Sequence[Edition], *, exact: bool = False) -> list[Move]:
    """The moves between each edition and the next, oldest first, in the plan's order. One query.

    ``editions`` are of one plan, one of each 기준일, oldest first.
    """
    rows = EditionPledge.objects.for_editions(editions).in_order()
    columns = ["edition", "pledge", "code", "name", "status", "status_label", "rate_sort", "rate_display"]
    if exact:
        rows, columns = rows.with_exact_rates(), [*columns, "exact"]
    stood: dict[int, dict[int, Standing]] = {edition.pk: {} for edition in editions}
    for edition, pledge, *values in rows.values_list(*columns):
        stood[edition][pledge] = _standing(values)
    moves = []
    for earlier, later in pairwise(editions):
        before, after = stood[earlier.pk], stood[later.pk]
        for pledge in [*after, *(gone for gone in before if gone not in after)]:
            move = Move(earlier, later, before.get(pledge), after.get(pledge))
            if move.kind:
                moves.append(move)
    return moves


def _standing(values: Iterable[Any]) -> Standing:
    code, name, status, label, rate_sort, rate_display, *exact = values
    # SQLite gives a whole rate as int.
    return Standing(
        code, name, status, label, rate_sort, rate_display, str(exact[0]) if exact and exact[0] else None
    )
