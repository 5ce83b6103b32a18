"""What of a card nobody has read: regions with something in them that no reader has taken.

Readers say what they take (``Grid.take``); what is left is told, whatever it is
and wherever it stands, so that nothing of a card is let fall in silence.
"""

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from pledges.enums import MoneyUnit
from pledges.notation import from_sheet_word
from pledges.personal import without_resident_numbers
from pledges.spreadsheet import Finding
from reports.workbook.cards import words
from reports.workbook.cards.grid import Grid, Region, address

# A card of another form has dozens of these; a page of them helps nobody.
MOST_TOLD = 12
# How many of a group's values a message shows, and how many letters of them.
_VALUES, _LETTERS = 6, 120
_NOTHING = {"-", "–", "—", ".", "□", "☐"}


def unread_groups(grid: Grid, numbers: Sequence[int], title: int) -> list[list[Region]]:
    """The regions in these rows that nobody has taken, in groups of what stands together.

    ``title`` is the row of the card's number; the form's own title may stand above it.

    Neighbours in a row stand together, and what lies under one another with a blank row between at most.
    Groups of the form's own words alone (labels, headings, a dash) say nothing.
    """
    beside: dict[tuple[int, int], list[Region]] = {}
    found: list[Region] = []
    for number in numbers:
        last: Region | None = None
        for region in grid.row(number):
            is_form_title = number < title and words.FORM_TITLE.search(region.word)
            if region.spot in grid.taken or is_form_title:
                last = None
                continue
            found.append(region)
            beside[region.spot] = []
            if last is not None:
                beside[region.spot].append(last)
                beside[last.spot].append(region)
            last = region
    for region in found:
        for below in grid.touching(region.bottom + 1, region.left, region.right) or grid.touching(
            region.bottom + 2, region.left, region.right
        ):
            if below.spot in beside:
                beside[region.spot].append(below)
                beside[below.spot].append(region)
    groups = []
    seen: set[tuple[int, int]] = set()
    for region in found:
        if region.spot in seen:
            continue
        seen.add(region.spot)
        group, at = [region], 0
        while at < len(group):
            for each in beside[group[at].spot]:
                if each.spot not in seen:
                    seen.add(each.spot)
                    group.append(each)
            at += 1
        if not all(_is_forms_own(each) for each in group):
            groups.append(sorted(group, key=lambda each: each.spot))
    return groups


def unread_findings(sheet: str, groups: Sequence[Sequence[Region]]) -> Iterator[Finding]:
    """A warning a group, with what stands there; after ``MOST_TOLD`` of them one for all others."""
    for group in groups[:MOST_TOLD]:
        first, last = group[0], group[-1]
        if len(group) == 1:
            message = unread_cell()
        else:
            message = _(
                "These %(count)s cells, up to %(last)s, were not read: the import has no place for them."
            ) % {"count": len(group), "last": address(last.spot)}
        yield Finding(sheet, address(first.spot), _values(group), message)
    if others := groups[MOST_TOLD:]:
        yield Finding(
            sheet,
            address(others[0][0].spot),
            _values(others[0]),
            _("From here on %(count)s more cells of this card were not read.")
            % {"count": sum(len(group) for group in others)},
        )


def unread_cell() -> str:
    """What is told of a single cell."""
    return _("This cell was not read: the import has no place for it.")


def _values(group: Sequence[Region]) -> str:
    # Before it is cut: half a number would not be known for one.
    told = without_resident_numbers(
        " · ".join(" ".join(region.cell.shown.split()) for region in group[:_VALUES])
    )
    is_cut = len(group) > _VALUES or len(told) > _LETTERS
    return f"{told[:_LETTERS].rstrip()}…" if is_cut else told


def _is_forms_own(region: Region) -> bool:
    """Whether a region holds a word of the form and no more."""
    if region.cell.problem:
        return False
    if not region.text or region.text in _NOTHING:
        return True
    head = words.heading(region.text)
    behind = re.search(r"\((?:단위:?)?([^()]*)\)$", region.word)
    is_noted = behind is None or from_sheet_word(MoneyUnit, behind[1]) is not None
    return words.is_label(region.word) and is_noted and (head is None or not head.rest)
