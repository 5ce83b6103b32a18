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
    """The last editions up to this one with what each changed of the row's pledge, newest first. Two queries,
    one where there is nothing to compare.

    A correction that left the pledge as it was is passed over.
    """
    # The address may ask for an edition that was corrected since.
    rows = list(
        EditionPledge.objects.for_pledge(row.pledge_id)
        .up_to_edition(edition.as_of, edition.number)
        .without_cards()
        .with_edition()
    )
    pairs = [(other, _compared_with(other, rows[place:])) for place, other in enumerate(rows[:TOLD], 1)]
    needed = {each.pk for other, was in pairs if was for each in (other, was)}
    cards = EditionPledge.objects.for_keys(needed).cards() if needed else {}
    found = []
    for other, was in pairs:
        if was is None:
            found.append(Stage(other.edition, None, ()))
            continue
        told = compare_cards(read_card(cards[was.pk]), read_card(cards[other.pk]))
        differences = tuple(each for each in told if each.before or each.after)
        stage = Stage(other.edition, was.edition, differences)
        if differences or not stage.is_correction:
            found.append(stage)
    return found


def _compared_with(row: EditionPledge, earlier: Sequence[EditionPledge]) -> EditionPledge | None:
    """Of the rows before this one, newest first: the edition that it corrects, or what readers had of the
    기준일 before when it was published. None where it is the pledge's first."""
    if not earlier:
        return None
    if earlier[0].edition.as_of == row.edition.as_of:
        return earlier[0]
    published = row.edition.published_at
    return next((other for other in earlier if other.edition.published_at <= published), earlier[0])
