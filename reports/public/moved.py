"""What moved between two editions, as pages, feeds and files tell it. Nothing is decided here: what moved was
decided when the editions were published (``reports.changes``), and every figure is one that was published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from reports.changes import (
    ADDED,
    BEHIND,
    COMPLETED_NOW,
    DOWN,
    REMOVED,
    STATUS,
    UP,
    Standing,
    read_standing,
    ways_moved,
)
from reports.models import Edition, EditionChange, EditionComparison
from reports.promises import PromiseChange, read_changes
from reports.querysets import EditionChangeQuerySet

SIGNS = {
    COMPLETED_NOW: "●",
    UP: "▲",
    DOWN: "▼",
    BEHIND: "!",
    STATUS: "◇",
    ADDED: "＋",
    REMOVED: "－",
}
# As many decimals as are shown at most where fewer do not tell two rates apart.
MOST_PLACES = 12
# How an address calls the comparison with the date before; a correction is called by its number.
SINCE = "since"


@dataclass(frozen=True, slots=True)
class Kind:
    """A way in which a pledge moved: a sign to see and words to read."""

    code: str
    label: str

    @property
    def sign(self) -> str:
        return SIGNS[self.code]


@dataclass(frozen=True, slots=True)
class Move:
    """A pledge that moved from one edition to another; ``before`` or ``after`` is None where it is not in
    that one. ``was_rate`` and ``rate`` are shown with as many decimals as tell them apart."""

    edition_before: Edition
    edition: Edition
    before: Standing | None
    after: Standing | None
    kinds: tuple[Kind, ...]
    was_rate: str
    rate: str

    @property
    def pledge(self) -> Standing:
        """The pledge by the number and name that it has last."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a move is of a pledge in one of the two
        return found

    @property
    def shown_in(self) -> Edition:
        """The edition in which its card stands."""
        return self.edition if self.after else self.edition_before

    @property
    def code(self) -> str:
        return self.pledge.code

    @property
    def name(self) -> str:
        return self.pledge.name

    @property
    def is_in_both(self) -> bool:
        return self.before is not None and self.after is not None

    @property
    def has_other_status(self) -> bool:
        return self.before is not None and self.after is not None and self.before.judged != self.after.judged

    @property
    def has_other_rate(self) -> bool:
        return self.before is not None and self.after is not None and self.before.rate != self.after.rate

    @property
    def change(self) -> str:
        """``added``, ``removed``, ``status``, ``rate``, ``both``; ``behind`` where neither is another one."""
        if not self.is_in_both:
            return ADDED if self.after else REMOVED
        if self.has_other_status and self.has_other_rate:
            return "both"
        return "status" if self.has_other_status else "rate" if self.has_other_rate else BEHIND


@dataclass(frozen=True, slots=True)
class Tally:
    """How many pledges moved in one way."""

    kind: Kind
    count: int

    @property
    def label(self) -> str:
        """Completed pledges have another status too and are counted by themselves."""
        return _("other changes of status") if self.kind.code == STATUS else self.kind.label


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved since ``previous``, None where the edition is the first: completed pledges first, then by
    how far the rate went, then what is new and what is gone."""

    previous: Edition | None
    moves: tuple[Move, ...]

    @property
    def tallies(self) -> list[Tally]:
        return tallies_of(self.moves)


def kinds() -> list[Kind]:
    return [
        Kind(COMPLETED_NOW, _("completed")),
        Kind(UP, _("rate up")),
        Kind(DOWN, _("rate down")),
        Kind(BEHIND, _("newly behind this year's target")),
        Kind(STATUS, _("other status")),
        Kind(ADDED, _("pledge added")),
        Kind(REMOVED, _("pledge no longer in the plan")),
    ]


def tallies_of(moves: Iterable[Move]) -> list[Tally]:
    """How many moved in each way; a pledge may count in more than one."""
    counts: dict[str, int] = {}
    for move in moves:
        for kind in move.kinds:
            counts[kind.code] = counts.get(kind.code, 0) + 1
    return [Tally(kind, counts[kind.code]) for kind in kinds() if kind.code in counts]


def what_moved(edition: Edition, previous: Edition | None) -> Moved:
    """What moved since the date before. One query; none without it."""
    if previous is None:
        return Moved(None, ())
    changes = EditionChange.objects.for_pair(previous, edition).moved().without_promises().in_order()
    moves = [move_of(change, previous, edition) for change in changes]
    # Sorting is stable: pledges that moved alike stay in the plan's order.
    moves.sort(key=lambda move: (not move.is_in_both, move.kinds[0].code != COMPLETED_NOW, -_distance(move)))
    return Moved(previous, tuple(moves))


def told(edition: Edition, comparisons: Iterable[EditionComparison]) -> list[EditionComparison]:
    """The comparisons that are told to who reads ``edition``, newest first: of each 기준일 up to its own the
    current edition with what stood at the date before when it was last compared, and each correction with
    what it corrects."""
    comparisons = [each for each in comparisons if each.edition.as_of <= edition.as_of]
    current = {each.edition.as_of: each.edition for each in sorted(comparisons, key=_number)}
    # Of its own date nothing later than what is read.
    current[edition.as_of] = edition
    found: list[EditionComparison] = []
    since: dict[int, EditionComparison] = {}
    for each in sorted(comparisons, key=lambda each: (each.before.as_of, each.before.number)):
        shown = current[each.edition.as_of]
        if each.is_correction:
            if each.edition.number <= shown.number:
                found.append(each)
        elif each.edition == shown:
            since[shown.pk] = each
    return sorted(
        [*found, *since.values()],
        key=lambda each: (each.edition.as_of, each.is_correction, each.edition.number),
        reverse=True,
    )


def step_query(edition: Edition, *, is_correction: bool = False) -> str:
    """The query by which the page of changes shows one comparison of the edition's 기준일: with the date
    before, or with what it corrects."""
    return urlencode({"date": edition.as_of.isoformat(), "step": edition.number if is_correction else SINCE})


def _number(comparison: EditionComparison) -> int:
    return comparison.edition.number


def read_moves(comparisons: Sequence[EditionComparison], most: int | None = None) -> list[Move]:
    """What moved in each of the comparisons, in their order and the plan's, ``most`` of each. One query."""
    rows = _by_comparison(comparisons, EditionChange.objects.moved().without_promises(), most)
    return [move_of(row, each.before, each.edition) for each in comparisons for row in rows[each.pk]]


@dataclass(frozen=True, slots=True)
class Promised:
    """A pledge that promises otherwise in the later of two editions, by the number and name that it has
    there."""

    edition_before: Edition
    edition: Edition
    code: str
    name: str
    changes: tuple[PromiseChange, ...]


def read_promised(comparisons: Sequence[EditionComparison], most: int | None = None) -> list[Promised]:
    """What is promised otherwise, as ``read_moves`` has it. One query."""
    rows = _by_comparison(comparisons, EditionChange.objects.promising(), most)
    return [
        Promised(each.before, each.edition, row.code, row.name, read_changes(row.promises))
        for each in comparisons
        for row in rows[each.pk]
    ]


def _by_comparison(
    comparisons: Sequence[EditionComparison], changes: EditionChangeQuerySet, most: int | None
) -> dict[int, list[EditionChange]]:
    """The changes of each comparison in the plan's order, by its key. One query."""
    rows = changes.for_comparisons([each.pk for each in comparisons])
    found: dict[int, list[EditionChange]] = {each.pk: [] for each in comparisons}
    for row in (rows.first_of_each(most) if most else rows).in_order():
        found[row.comparison_id].append(row)
    return found


def move_of(change: EditionChange, previous: Edition, edition: Edition) -> Move:
    before, after = read_standing(change.before), read_standing(change.after)
    ways = ways_moved(before, after)
    was_rate, rate = told_apart(before, after)
    return Move(
        edition_before=previous,
        edition=edition,
        before=before,
        after=after,
        kinds=tuple(kind for kind in kinds() if kind.code in ways),
        was_rate=was_rate,
        rate=rate,
    )


def told_apart(before: Standing | None, after: Standing | None) -> tuple[str, str]:
    """Both rates as displayed; where they moved by less than is displayed, with the decimals that show it."""
    was, now = (each.rate_display if each else "" for each in (before, after))
    if before is None or after is None or was != now or before.rate == after.rate:
        return was, now
    if before.exact is None or after.exact is None:
        return was, now
    exact = Fraction(before.exact), Fraction(after.exact)
    for places in range(1, MOST_PLACES + 1):
        cut = [rate.numerator * 10**places // rate.denominator for rate in exact]
        if cut[0] != cut[1]:
            first, last = (_cut(rate, digits, places) for rate, digits in zip(exact, cut, strict=True))
            return first, last
    return was, now


def _cut(rate: Fraction, digits: int, places: int) -> str:
    """So many decimals of a rate, "50.0003…" where it goes on."""
    ending = "" if rate * 10**places == digits else "…"
    return f"{Decimal(digits).scaleb(-places):f}{ending}"


def _distance(move: Move) -> int:
    if not move.has_other_rate or move.before is None or move.after is None:
        return -1
    return abs((move.after.rate_sort or 0) - (move.before.rate_sort or 0))
