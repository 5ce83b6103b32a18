"""How a pledge went on from edition to edition: what each one changed of its card, and why where it corrects.

Cards are read as they were published and compared field by field; nothing is computed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.cards import read_card
from reports.comparison import FieldDifference, compare_cards
from reports.models import Edition, EditionPledge

# Editions that the page of a pledge tells of; older ones are told by their own pages.
TOLD = 8


@dataclass(frozen=True, slots=True)
class Stage:
    """What an edition changed of the pledge. ``before`` is what it is compared with: the edition that it
    corrects, or the one that readers had of the 기준일 before; None where the pledge came in with it."""

    edition: Edition
    before: Edition | None
    differences: tuple[FieldDifference, ...]

    @property
    def is_correction(self) -> bool:
        return self.edition.number > 1


def stages(row: EditionPledge, edition: Edition) -> list[Stage]:
    """The last editions up to this one with what each changed of the row's pledge, newest first. One query.

    A correction that left the pledge as it was is passed over.
    """
    rows = list(
        EditionPledge.objects.for_pledge(row.pledge_id).up_to(edition.as_of).with_edition()[: TOLD + 1]
    )
    # The address may ask for an edition that was corrected since.
    rows = [other for other in rows if (other.edition.as_of, other.edition.number) <= _place(edition)]
    found = []
    for number, other in enumerate(rows):
        earlier = rows[number + 1 :]
        was = _compared_with(other, earlier)
        if was is None:
            if len(rows) <= TOLD:
                found.append(Stage(other.edition, None, ()))
            continue
        told = compare_cards(read_card(was.card), read_card(other.card))
        differences = tuple(each for each in told if each.before or each.after)
        stage = Stage(other.edition, was.edition, differences)
        if differences or not stage.is_correction:
            found.append(stage)
    return found


def _place(edition: Edition) -> tuple[object, int]:
    return edition.as_of, edition.number


def _compared_with(row: EditionPledge, earlier: Sequence[EditionPledge]) -> EditionPledge | None:
    """Of the rows before this one, newest first: the edition that it corrects, or what was the newest of the
    기준일 before when it was published."""
    if not earlier:
        return None
    date = earlier[0].edition.as_of
    if date == row.edition.as_of:
        return earlier[0]
    of_date = [other for other in earlier if other.edition.as_of == date]
    published = row.edition.published_at
    return next((other for other in of_date if other.edition.published_at <= published), of_date[-1])
