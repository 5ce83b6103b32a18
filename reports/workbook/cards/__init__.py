"""The official one-page pledge card (관리카드) as .xlsx, read into the sheets of the contract.

A file may hold one card a sheet, or several below one another. What a place of
a card means is told by its labels; parsing, checks and messages are those of the
contract's sheets, which name the card's own cells.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from pledges.models import Pledge
from pledges.notation import fold_key, fold_word
from pledges.spreadsheet import Finding, Findings, Workbook, read_workbook
from reports.workbook.cards import words
from reports.workbook.cards.contract import CODE, Filled, number_and_name
from reports.workbook.cards.grid import Grid, address
from reports.workbook.cards.known import known_cards
from reports.workbook.cards.layout import FoundCard, find_cards
from reports.workbook.cards.place import CardPlace
from reports.workbook.cards.tables import Value
from reports.workbook.cards.unread import unread_findings
from reports.workbook.results import Progress

__all__ = ["CardPlace", "read_cards"]

# A card has some four hundred filled cells; this is a file of five hundred of them.
MOST_CELLS = 200_000


def read_cards(content: bytes, place: CardPlace, progress: Progress | None = None) -> Workbook:
    """The contract's sheets as the cards of a file fill them.

    Sheets without a card are in ``others``, what is wrong with the cards as such in
    ``errors``. What a card shows just as the portal's own form would is silent, so
    that an exported card that comes back changes nothing. Raises UnreadableFile.
    """
    file = read_workbook(content, None, progress, most_cells=MOST_CELLS)
    errors = Findings()
    cards: list[FoundCard] = []
    others = list(file.others)
    stored = Pledge.objects.for_plan(place.plan).values_list("code", "name")
    names = {fold_key(code): name for code, name in stored}
    codes = list(names)
    for sheet in file.sheets.values():
        errors += sheet.findings
        grid = Grid.of(sheet)
        if grid.overlap:
            errors.append(
                Finding(
                    sheet.name,
                    address(grid.overlap),
                    "",
                    _("Two merged ranges overlap here. Open the file in Excel, unmerge them, and save it."),
                )
            )
            continue
        found = find_cards(grid, codes, place.plan.term) if grid.rows else []
        if not found and not sheet.findings:
            others.append(sheet.name)
        cards += found
    errors += [
        Finding(name, "", "", _("There are two sheets of this name; delete or rename one."))
        for name in file.doubled
    ]
    if not cards and not errors:
        errors.append(_no_card(file, others))
    return _filled(cards, names, place, others, errors)


def _filled(
    cards: list[FoundCard],
    names: Mapping[str, str],
    place: CardPlace,
    others: list[str],
    errors: Findings,
) -> Workbook:
    """The cards' sheets; ``names`` are the plan's pledges by number."""
    codes = list(names)
    numbered = []
    first: dict[str, FoundCard] = {}
    for card in cards:
        errors += card.errors
        code, name = number_and_name(card, codes)
        if code is None:
            errors.append(
                Finding(
                    card.sheet,
                    address(card.fields[CODE].spot if CODE in card.fields else card.spot),
                    "",
                    _("This card has no number (공약번호). Write it before the name, as in “7-2-3 …”."),
                )
            )
            continue
        key = fold_key(code.text)
        if key and (earlier := first.setdefault(key, card)) is not card:
            errors.append(
                Finding(
                    card.sheet,
                    address(code.spot),
                    key,
                    _(
                        "The card of this number stands in the file already, at %(sheet)s %(cell)s."
                        " Correct the number, or delete one of the two."
                    )
                    % {"sheet": earlier.sheet, "cell": address(earlier.spot)},
                )
            )
            continue
        numbered.append((card, code, name))
    filled = Filled(place, known_cards(place, first.keys()))
    for card, code, name in numbered:
        if names and code.text and fold_key(code.text) not in names:
            filled.warn(card, code.spot, code.text, _new_number(name, names))
        filled.add(card, code, name)
    for card in cards:
        filled.warnings += unread_findings(card.sheet, card.unread)
    book = filled.book(others, errors)
    told = set(book.places.values())
    for card in cards:
        book.errors += [
            Finding(card.sheet, address(region.spot), region.cell.shown, region.cell.problem)
            for region in card.problems
            if (card.sheet, address(region.spot)) not in told
        ]
    return book


def _new_number(name: Value | None, names: Mapping[str, str]) -> str:
    """What is told of a number that the plan does not have: mistyped, it would make a second pledge."""
    same = fold_word(name.text) if name else ""
    for code, stored in names.items():
        if same and fold_word(stored) == same:
            return _(
                "The plan has no pledge of this number; a new one is made."
                " A pledge of this name has the number %(code)s."
            ) % {"code": code}
    return _("The plan has no pledge of this number; a new one is made.")


def _no_card(file: Workbook, others: list[str]) -> Finding:
    sheet = next(iter(file.sheets), others[0] if others else "")
    if {"기본정보", "공약"} <= file.sheets.keys():
        return Finding(
            sheet,
            "A1",
            "",
            _("This is a plan workbook, not a pledge card. Choose the layout of the plan workbook for it."),
        )
    return Finding(
        sheet,
        "A1",
        "",
        _("No pledge card was found in this file. These labels were looked for: %(labels)s.")
        % {"labels": words.LOOKED_FOR},
    )
