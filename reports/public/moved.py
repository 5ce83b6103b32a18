"""What moved between an edition and the 기준일 published before it. Both are read, nothing is computed:
figures are shown as they were published, and compared by the columns that lists sort by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pledges.enums import Status
from reports.models import Edition, EditionPledge
from reports.querysets import WHOLE, EditionPledgeQuerySet

COMPLETED = (Status.CLOSED, Status.CONTINUING)
SIGNS = {"completed": "●", "up": "▲", "down": "▼", "behind": "!", "status": "◇"}


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
    """A pledge that moved, with its status and displayed rate before and now."""

    code: str
    name: str
    was_status: str
    was_status_label: str
    status: str
    status_label: str
    was_rate: str
    rate: str
    kinds: tuple[Kind, ...]

    @property
    def has_other_status(self) -> bool:
        return (self.status, self.status_label) != (self.was_status, self.was_status_label)

    @property
    def has_other_rate(self) -> bool:
        return self.rate != self.was_rate


@dataclass(frozen=True, slots=True)
class Tally:
    """How many pledges moved in one way."""

    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved since ``previous``, None where the edition is the first: completed pledges first, then by
    how far the rate went."""

    previous: Edition | None
    moves: tuple[Move, ...]

    @property
    def tallies(self) -> list[Tally]:
        """How many moved in each way; a pledge may count in more than one."""
        counts: dict[str, int] = {}
        for move in self.moves:
            for kind in move.kinds:
                counts[kind.code] = counts.get(kind.code, 0) + 1
        return [Tally(kind, counts[kind.code]) for kind in kinds() if kind.code in counts]


def kinds() -> list[Kind]:
    return [
        Kind("completed", _("completed")),
        Kind("up", _("rate up")),
        Kind("down", _("rate down")),
        Kind("behind", _("newly behind this year's target")),
        Kind("status", _("other status")),
    ]


def edition_before(edition: Edition, editions: Iterable[Edition]) -> Edition | None:
    """Of a plan's editions, newest first, the latest of the 기준일 before that of ``edition``."""
    return next((other for other in editions if other.as_of < edition.as_of), None)


def what_moved(rows: EditionPledgeQuerySet, previous: Edition | None) -> Moved:
    """The rows of an edition that are otherwise than in ``previous``. One query; none without it."""
    if previous is None:
        return Moved(None, ())
    moved = [(row, _move(row)) for row in rows.moved_since(previous).without_cards().in_order()]
    # Sorting is stable: pledges that moved alike stay in the plan's order.
    moved.sort(key=lambda pair: (pair[1].kinds[0].code != "completed", -_distance(pair[0])))
    return Moved(previous, tuple(move for _row, move in moved))


def _move(row: Any) -> Move:
    return Move(
        code=row.code,
        name=row.name,
        was_status=row.was_status,
        was_status_label=row.was_status_label,
        status=row.status,
        status_label=row.status_label,
        was_rate=row.was_rate_display,
        rate=row.rate_display,
        kinds=tuple(kind for kind in kinds() if kind.code in _kinds_of(row)),
    )


def _kinds_of(row: Any) -> Sequence[str]:
    found = []
    if row.status in COMPLETED and row.was_status not in COMPLETED:
        found.append("completed")
    elif (row.status, row.status_label) != (row.was_status, row.was_status_label):
        found.append("status")
    if row.rate_display != row.was_rate_display:
        # A rate that was given for the first time went up from nothing, one that was taken back went down.
        is_up = row.was_rate_sort is None or (
            row.rate_sort is not None and row.rate_sort >= row.was_rate_sort
        )
        found.append("up" if is_up else "down")
    was_behind = row.was_to_date_sort is not None and row.was_to_date_sort < WHOLE
    if row.to_date_sort is not None and row.to_date_sort < WHOLE and not was_behind:
        found.append("behind")
    return found


def _distance(row: EditionPledge) -> int:
    was: int | None = row.was_rate_sort  # type: ignore[attr-defined]
    if row.rate_display == row.was_rate_display:  # type: ignore[attr-defined]
        return -1
    return abs((row.rate_sort or 0) - (was or 0))
