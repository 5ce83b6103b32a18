"""The layout of a pledge card, read by its labels wherever they stand: what each place of it says."""

import datetime as dt
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from pledges.enums import MoneyUnit
from pledges.models import Term
from pledges.notation import from_sheet_word, sheet_words
from pledges.sheets.base import noted_units
from pledges.sheets.widgets import expected_words
from pledges.spreadsheet import Finding
from reports.workbook.cards import words
from reports.workbook.cards.grid import Grid, Region, Spot, address
from reports.workbook.cards.tables import TableRow, Value, kind_of_table, read_table
from reports.workbook.cards.unread import unread_groups

# How far above its boxes a card's title may stand.
TITLE_ABOVE = 8
_ABOUT = re.compile(r"(분야|주관부서|담당부서|협조부서)\s+\S")
_DATED = re.compile(r"((?:19|20)\d\d)[.\-년]\s*(\d{1,2})[.\-월]\s*(\d{1,2})[.일]?\s*(?:기준|현재)")


@dataclass(slots=True)
class Text:
    """A section's text: where its heading stands, and its lines with their white space.

    One that is not ``is_known`` has no place in a plan: its lines belong to nothing else, and are not read.
    """

    spot: Spot
    is_known: bool = True
    lines: list[tuple[str, Spot]] = field(default_factory=list)


@dataclass(slots=True)
class FoundCard:
    """What one card says.

    ``fields`` by the column of 공약; ``title`` is number and name in one. A unit is the value of a
    MoneyUnit, "" where the card notes none. ``problems`` are cells that have no usable value, ``unread``
    those that nothing was made of, in groups of what stands together. ``unmarked`` is where boxes begin of
    which no single one is marked.
    """

    sheet: str
    spot: Spot
    title: Value | None = None
    fields: dict[str, Value] = field(default_factory=dict)
    about: Value | None = None
    texts: dict[str, Text] = field(default_factory=dict)
    money: list[TableRow] = field(default_factory=list)
    money_unit: str = ""
    budget_unit: str = ""
    indicators: list[TableRow] = field(default_factory=list)
    schedule: list[TableRow] = field(default_factory=list)
    dated: tuple[dt.date, Spot] | None = None
    errors: list[Finding] = field(default_factory=list)
    problems: list[Region] = field(default_factory=list)
    unmarked: Spot | None = None
    unread: list[list[Region]] = field(default_factory=list)

    def error(self, spot: Spot, value: str, message: str) -> None:
        self.errors.append(Finding(self.sheet, address(spot), value, message))


def find_cards(grid: Grid, codes: Collection[str], term: Term) -> list[FoundCard]:
    """The cards of a sheet, from top to bottom; ``codes`` are the numbers that the plan has."""
    numbers = list(grid.rows)
    starts: list[tuple[int, Region | None]] = []
    kinds: set[str] = set()
    floor = 0
    for number in numbers:
        kind = _anchor(grid, number)
        if not kind:
            continue
        if not starts or kind in kinds:
            title = _title_above(grid, number, floor, codes) if kind == words.FIRST_BOX else None
            starts.append((title.top if title else _top_of(grid, number, floor), title))
            kinds = set()
        kinds.add(kind)
        floor = number
    if not starts and _is_card_without_boxes(grid):
        first = next((number for number in numbers if words.heading(grid.row(number)[0].text)), numbers[-1])
        starts.append((numbers[0], _title_above(grid, first, 0, codes)))
    if starts and starts[0][1] is None:
        # What stands above belongs to nobody else.
        starts[0] = numbers[0], None
    ends = [*(start - 1 for start, _title in starts[1:]), numbers[-1]][: len(starts)]
    cards = []
    top = numbers[0]
    for (start, title), end in zip(starts, ends, strict=True):
        is_number = title is not None and (title.text in codes or not new_code(title.text))
        card = _Reader(grid, start, end, title, term, is_number=is_number).read()
        # What stands above the first card's title is told with it.
        card.unread = unread_groups(grid, grid.numbers(top, end), card.spot[0])
        cards.append(card)
        top = end + 1
    return cards


def _anchor(grid: Grid, number: int) -> str:
    """Whether a card shows itself in this row: by the boxes of 완료시기, or by its number's label."""
    for region in grid.row(number):
        right = grid.right_of(region)
        if words.bare(region.word) == words.FIRST_BOX:
            below = {each.word for each in grid.row(region.bottom + 1)}
            # A list of pledges has the word over each pledge's answer, not over both of them.
            if below >= words.FIRST_BOX_WORDS or (right and right.word in words.FIRST_BOX_WORDS):
                return words.FIRST_BOX
        if words.field_label(region.word) == words.NUMBER and right and words.counts(right.word):
            return words.NUMBER
    return ""


def _top_of(grid: Grid, number: int, floor: int) -> int:
    """The row with which a card begins whose number has a label: the form's own title may stand above."""
    above = grid.numbers(max(floor + 1, number - 3), number - 1)
    if above and words.FORM_TITLE.search(grid.row(above[-1])[0].word):
        return above[-1]
    return number


def _title_above(grid: Grid, number: int, floor: int, codes: Collection[str]) -> Region | None:
    """The nearest row above that begins with a number of the plan, else with what looks like a number."""
    rows = [grid.row(at) for at in reversed(grid.numbers(floor + 1, number - 1)[-TITLE_ABOVE:])]
    for is_title in (lambda title: bool(known_code(title, codes)), lambda title: bool(new_code(title))):
        for row in rows:
            if is_title(row[0].text) or (len(row) == 2 and is_title(f"{row[0].text} -")):
                return row[0]
    return None


def title_code(title: str, codes: Collection[str]) -> str:
    """The number with which a title begins: one of the plan's, else what looks like one; or ""."""
    return known_code(title, codes) or new_code(title)


def known_code(title: str, codes: Collection[str]) -> str:
    """The number of the plan with which a title begins, or ""."""
    known = [code for code in codes if title == code or title.startswith(f"{code} ")]
    return max(known, key=len) if known else ""


def new_code(title: str) -> str:
    """What looks like a number before a title, or "". ``1.`` counts a part of a form, ``2025`` is a year."""
    first, _space, rest = title.partition(" ")
    counts_parts = re.fullmatch(r"\d{1,2}\.", first) or words.year_of(first)
    return first if rest.strip() and not counts_parts and words.looks_like_code(first) else ""


def _is_card_without_boxes(grid: Grid) -> bool:
    """Whether a sheet has at least two of a card's parts under their own headings."""
    found = set()
    for number, row in grid.rows.items():
        head = words.heading(row[0].text)
        found |= {head.section} if head else set()
        found |= {kind_of_table(grid, number)}
    return len(found - {"", words.OTHER}) > 1


class _Reader:
    """Reads one card, row by row from the top."""

    def __init__(
        self, grid: Grid, start: int, end: int, title: Region | None, term: Term, *, is_number: bool
    ) -> None:
        """``is_number``: whether the title is the number alone, and the name stands in a cell of its own."""
        self.grid, self.end, self.term = grid, end, term
        self.numbers = grid.numbers(start, end)
        self.card = FoundCard(grid.name, title.spot if title else (self.numbers[0], 1))
        self.title, self.is_number = title, is_number
        self.done = 0
        self.section: Text | None = None
        # Where a section's text stands beside its heading: the last row of it.
        self.until = 0
        self.groups: dict[str, tuple[Region, list[tuple[Region, Region | None]]]] = {}
        self.unit = ""

    def read(self) -> FoundCard:
        card = self.card
        if self.title:
            self._read_title(self.title)
        for number in self.numbers:
            row = self.grid.row(number)
            card.problems += [region for region in row if region.cell.problem]
            # They are told as errors.
            self.grid.take(*(region for region in row if region.cell.problem))
            if number <= self.done:
                continue
            if self.until and number > self.until:
                self.section, self.until = None, 0
            kind = kind_of_table(self.grid, number)
            if kind:
                self._read_table(number, kind)
            elif any(words.bare(region.word) in words.BOXES for region in row):
                self._read_boxes(row)
            elif len(row) > 1 and (
                label := next((e for e in row if words.bare(e.word) == words.STATUS), None)
            ):
                self._read_status(row, label)
            elif words.heading(row[0].text):
                self._read_headings(row)
            elif self._is_note(number, row):
                self._read_notes(row)
            elif self.section is not None:
                for region in row:
                    self._add_lines(self.section, region)
            else:
                self._read_fields(row)
        self._choose()
        if words.NUMBER in card.fields:
            card.spot = card.fields[words.NUMBER].spot
        return card

    def _add_lines(self, section: Text, region: Region) -> None:
        section.lines += lines_of(region)
        if section.is_known:
            self.grid.take(region)

    def _read_title(self, title: Region) -> None:
        self.done = title.top
        self.grid.take(title)
        others = self.grid.row(title.top)[1:]
        if self.is_number and others and not others[0].cell.problem:
            # Number and name in cells of their own.
            self.card.fields[words.NUMBER] = Value(title.cell, title.spot)
            self.card.fields["공약명"] = Value(others[0].cell, others[0].spot)
            self.grid.take(others[0])
        else:
            self.card.title = Value(title.cell, title.spot)

    # --- Tables -------------------------------------------------------------------

    def _read_table(self, number: int, kind: str) -> None:
        card = self.card
        rows, self.done, doubled = read_table(self.grid, number, self.end, kind, self.term)
        for leaf in doubled:
            card.error(
                (leaf.row, leaf.left),
                leaf.text,
                _("The column %(column)s stands here a second time.") % {"column": leaf.text},
            )
        self.section = None
        if kind == words.MONEY:
            held, card.money_unit = card.money, self.unit
        elif kind == words.INDICATORS:
            held = card.indicators
        else:
            held = card.schedule
        if held:
            region = self.grid.row(number)[0]
            card.error(region.spot, region.cell.shown, _("This table stands here a second time in one card."))
        held += rows

    # --- Boxes --------------------------------------------------------------------

    def _read_boxes(self, row: list[Region]) -> None:
        """Labels with their answers beside them, or with boxes under them: a row of words, a row of marks."""
        self.section = None
        grid, last = self.grid, row[0].top
        for region in row:
            name = words.bare(region.word)
            right = grid.right_of(region)
            has_right = right is not None and not words.is_label(right.word)
            if name in words.BOXES and right is not None and has_right:
                self.card.fields[name] = Value(right.cell, right.spot)
                grid.take(region, right)
            elif name in words.BOXES:
                options = [
                    each for each in grid.row(region.bottom + 1) if region.left <= each.left <= region.right
                ]
                self._add_boxes(name, region, options)
                last = max([last, *(each.bottom + 1 for each in options)])
            elif name == words.STATUS and right is not None and has_right:
                self.card.fields[words.STATUS] = Value(right.cell, right.spot)
                grid.take(region, right)
            elif words.field_label(region.word):
                self._read_field(region)
        self.done = min(last, self.end)

    def _add_boxes(self, name: str, label: Region, options: list[Region]) -> None:
        boxes = [(each, self._mark(each)) for each in options]
        self.groups[name] = label, boxes
        self.grid.take(label, *(region for box in boxes for region in box))

    def _mark(self, option: Region) -> Region | None:
        return self.grid.under(option.bottom + 1, option.left, option.right)

    def _read_status(self, row: list[Region], label: Region) -> None:
        self.section = None
        options: list[Region] = []
        for region in row:
            if region.left <= label.right:
                continue
            if words.is_label(region.word):
                if words.field_label(region.word):
                    self._read_field(region)
                break
            options.append(region)
        # The rate stands right of its label, and is no box.
        options = [each for each in options if each.spot not in {v.spot for v in self.card.fields.values()}]
        if len(options) == 1:
            self.card.fields[words.STATUS] = Value(options[0].cell, options[0].spot)
            self.grid.take(label, options[0])
        elif options:
            self._add_boxes(words.STATUS, label, options)
            self.done = max(label.bottom, *(each.bottom + 1 for each in options))

    def _choose(self) -> None:
        """Turn marks into words. Where no box of the card is marked, they are drawn, and it says nothing."""
        chosen: dict[str, list[tuple[Region, Region]]] = {name: [] for name in self.groups}
        for name, (_label, boxes) in self.groups.items():
            for option, mark in boxes:
                if mark is None or mark.word in words.NO_MARKS:
                    continue
                if mark.word not in words.MARKS:
                    self.card.error(
                        mark.spot,
                        mark.cell.shown,
                        mark.cell.problem or _("Mark the box with ○, or leave it blank."),
                    )
                    continue
                chosen[name].append((option, mark))
        if not any(chosen.values()):
            self.card.unmarked = min((label.spot for label, _boxes in self.groups.values()), default=None)
            return
        for name, (label, _boxes) in self.groups.items():
            marked = chosen[name]
            spot = marked[0][1].spot if marked else label.spot
            self.card.fields[name] = Value(", ".join(option.text for option, _mark in marked) or None, spot)

    # --- Texts ----------------------------------------------------------------------

    def _read_headings(self, row: list[Region]) -> None:
        """A heading, alone or with its text beside it; two of them may share a row."""
        self.until = max(region.bottom for region in row) if len(row) > 1 else 0
        for region in row:
            head = words.heading(region.text)
            noted = noted_units(region.text) if head is None else _units_behind(region.text)
            if noted is not None:
                self._note_unit(noted, region)
                if head is None:
                    continue
            if head is None:
                if self.section is not None:
                    self._add_lines(self.section, region)
                continue
            self.section = Text(region.spot, is_known=head.section != words.OTHER)
            if self.section.is_known:
                self.grid.take(region)
            if head.section in {words.SCHEDULE, words.MONEY, words.INDICATORS}:
                self.section = None
                if head.rest and noted is None and not self._read_date(head.rest, region):
                    # The table below is what is read of this part.
                    self.grid.taken.discard(region.spot)
            elif self.section.is_known:
                if head.section in self.card.texts:
                    self.card.error(
                        region.spot,
                        region.cell.shown,
                        _("This heading stands here a second time in one card."),
                    )
                self.card.texts[head.section] = self.section
            if self.section is not None and head.rest:
                self.section.lines += [(line, region.spot) for line in head.rest.split("\n")]

    def _is_note(self, number: int, row: list[Region]) -> bool:
        """Whether a row holds notes above a table: a unit, a 기준일, what the signs mean."""
        if self.section is None:
            return all(_is_note(region.text) for region in row)
        following = self.grid.numbers(number + 1, min(number + 3, self.end))
        return all(_is_note(region.text) for region in row) and any(
            kind_of_table(self.grid, at) for at in following[:1]
        )

    def _read_notes(self, row: list[Region]) -> None:
        for region in row:
            noted = noted_units(region.text)
            if region.text.startswith(words.FORM_NOTES):
                self.grid.take(region)
            if noted is not None:
                self._note_unit(noted, region)
            elif self._read_date(region.text, region):
                self.grid.take(region)

    def _read_date(self, text: str, region: Region) -> bool:
        """Keep the 기준일 that a note names; whether it does. A second one of another day is none."""
        if (match := _DATED.search(text)) is None:
            return False
        try:
            day = dt.date(*(int(part) for part in match.groups()))
        except ValueError:
            return False
        if self.card.dated is not None and self.card.dated[0] != day:
            return False
        self.card.dated = day, region.spot
        return True

    def _note_unit(self, noted: list[str], region: Region) -> None:
        """Keep a note's unit of money. One of another unit (개소) is about another table than the money's."""
        following = self.grid.numbers(region.bottom + 1, min(region.bottom + 3, self.end))
        self.grid.take(region)
        is_money = bool(following) and kind_of_table(self.grid, following[0]) == words.MONEY
        if is_money or any(from_sheet_word(MoneyUnit, word) for word in noted):
            self.unit = self._unit(noted, region)

    def _unit(self, noted: list[str], region: Region) -> str:
        units = {unit.value for word in noted if (unit := from_sheet_word(MoneyUnit, word))}
        if len(units) == 1:
            return str(units.pop())
        self.card.error(region.spot, region.cell.shown, expected_words(sheet_words(MoneyUnit)))
        return ""

    # --- Labels ---------------------------------------------------------------------

    def _read_fields(self, row: list[Region]) -> None:
        for region in row:
            if words.field_label(region.word):
                self._read_field(region)
            elif (
                self.card.about is None
                and region.text.count("|") <= 8
                and _ABOUT.match(region.text)
                and len(row) == 1
            ):
                self.card.about = Value(region.cell, region.spot)
                self.grid.take(region)

    def _is_pairs(self, label: Region) -> bool:
        """Whether the label's row is labels and answers by turns, each with its own."""
        row = self.grid.row(label.top)
        return all(words.is_label(region.word) == (place % 2 == 0) for place, region in enumerate(row))

    def _is_head(self, label: Region) -> bool:
        """Whether labels stand side by side in the label's row, so that their answers stand under them."""
        row = self.grid.row(label.top)
        at = row.index(label)
        beside = [*row[max(at - 1, 0) : at], *row[at + 1 : at + 2]]
        return len(row) == 1 or any(
            words.is_label(each.word) and (each.left == label.right + 1 or each.right + 1 == label.left)
            for each in beside
        )

    def _read_field(self, label: Region) -> None:
        """The value to the right of a label, or under it."""
        name = words.field_label(label.word) or ""
        if name in self.card.fields:
            return
        right = self.grid.right_of(label)
        if right is not None and right.left != label.right + 1 and not self._is_pairs(label):
            # Past an empty cell there is another label's answer, or a label that we do not know.
            right = None
        below = self.grid.under(label.bottom + 1, label.left, label.right)
        if right is None and not self._is_head(label):
            below = None
        value = next((each for each in (right, below) if each and not words.is_label(each.word)), None)
        if value is not None and value is below and value is not right and len(self.grid.row(value.top)) == 1:
            # A row of its own is the next part of the card, not the answer to a label.
            value = None
        self.grid.take(label, value)
        spot = value.spot if value else (label.top, label.right + 1)
        self.card.fields[name] = Value(value.cell if value else None, spot)
        if name == "소요예산" and (match := re.search(r"\(([^()]+)\)$", label.word)):
            self.card.budget_unit = self._unit([match[1].removeprefix("단위").strip(":")], label)


def _units_behind(heading: str) -> list[str] | None:
    """The units that a heading notes in brackets behind its words: ``투자계획 (단위 천원)``."""
    match = re.search(r"[(\[<〈【]\s*단위[^()\[\]<>〈〉【】]*[)\]>〉】]", heading)
    return noted_units(match[0]) if match else None


def _is_note(text: str) -> bool:
    return (
        noted_units(text) is not None
        or bool(_DATED.search(text) and len(text) < 40)
        or text.startswith(("(○ 계획", "집행률(", "※"))
    )


def lines_of(region: Region) -> Iterator[tuple[str, Spot]]:
    """The lines of a cell with the white space before them."""
    if region.cell.problem:
        return
    value = region.cell.value
    text = value if isinstance(value, str) else region.text
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        yield line, region.spot
