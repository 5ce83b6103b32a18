"""A sheet as a reader of forms sees it: regions (a cell, or merged cells) that hold something."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from pledges.notation import clean_text, fold_word
from pledges.sheets.base import header_word
from pledges.spreadsheet import Cell, Sheet

Spot = tuple[int, int]


def address(spot: Spot) -> str:
    """(row, column) as a spreadsheet writes it."""
    return f"{get_column_letter(spot[1])}{spot[0]}"


@dataclass(frozen=True, slots=True)
class Region:
    """Where a value stands, its cell, its text with the line breaks, and the text folded as a word."""

    top: int
    left: int
    bottom: int
    right: int
    cell: Cell
    text: str
    word: str

    @property
    def spot(self) -> Spot:
        return self.top, self.left


@dataclass(slots=True)
class Grid:
    """The regions of a sheet by the row in which they begin, from left to right.

    ``overlap`` is where two merged ranges claim one cell: no spreadsheet program writes that, and what
    such a sheet shows depends on who opens it. ``taken`` are the regions that some reader has understood:
    what is left of a card in the end is told.
    """

    name: str
    rows: dict[int, list[Region]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    overlap: Spot | None = None
    taken: set[Spot] = field(default_factory=set)

    @classmethod
    def of(cls, sheet: Sheet) -> "Grid":
        grid = cls(sheet.name)
        last_column = max((max(row.cells) for row in sheet.rows), default=0)
        merges = sorted(sheet.merged)
        grid.overlap = _overlap(merges, last_column)
        if grid.overlap:
            return grid
        # The merged range that reaches furthest down in each column, as rows are taken from the top.
        owner: list[tuple[int, int, int, int]] = [(0, 0, 0, 0)] * (last_column + 1)
        at = 0
        for row in sheet.rows:
            while at < len(merges) and merges[at][0] <= row.number:
                _top, left, bottom, right = merges[at]
                if bottom >= row.number and left <= last_column:
                    width = min(right, last_column) - left + 1
                    owner[left : left + width] = [merges[at]] * width
                at += 1
            found = []
            for column in sorted(row.cells):
                top, left, bottom, right = owner[column]
                is_merged = bottom >= row.number
                if is_merged and (top, left) != (row.number, column):
                    # Nobody sees what a merged cell covers.
                    continue
                cell = row.cells[column]
                end = (bottom, right) if is_merged else (row.number, column)
                found.append(_region(cell, *end))
            if found:
                grid.rows[row.number] = found
                grid.order.append(row.number)
        return grid

    def row(self, number: int) -> list[Region]:
        return self.rows.get(number, [])

    def take(self, *regions: Region | None) -> None:
        """Note that these have been read."""
        self.taken.update(region.spot for region in regions if region is not None)

    def numbers(self, first: int, last: int) -> list[int]:
        """The rows with something in them, from ``first`` to ``last``."""
        return self.order[bisect_left(self.order, first) : bisect_right(self.order, last)]

    def under(self, number: int, left: int, right: int) -> Region | None:
        """What stands in a row below the columns ``left`` to ``right``: first what begins there."""
        found = self.touching(number, left, right)
        return next((region for region in found if region.left >= left), found[0] if found else None)

    def touching(self, number: int, left: int, right: int) -> list[Region]:
        """What begins in a row and takes up any of the columns ``left`` to ``right``."""
        row = self.row(number)
        first = bisect_left(row, left, key=_left)
        if first and row[first - 1].right >= left:
            first -= 1
        return row[first : bisect_right(row, right, key=_left)]

    def right_of(self, region: Region) -> Region | None:
        """The nearest to the right, in any of the rows that the region takes up."""
        for number in range(region.top, min(region.bottom, region.top + 3) + 1):
            for other in self.row(number):
                if other.left > region.right:
                    return other
        return None


def _left(region: Region) -> int:
    return region.left


def _overlap(merges: Iterable[tuple[int, int, int, int]], last_column: int) -> Spot | None:
    """The first cell that two merged ranges, in order of their first rows, share in columns in use."""
    until = [0] * (last_column + 1)
    for top, left, bottom, right in merges:
        end = min(right, last_column) + 1
        if left >= end:
            continue
        if max(until[left:end]) >= top:
            column = next(column for column in range(left, end) if until[column] >= top)
            return top, column
        until[left:end] = [bottom] * (end - left)
    return None


def _region(cell: Cell, bottom: int, right: int) -> Region:
    if isinstance(cell.value, str) and not cell.problem:
        text = clean_text(cell.value.replace("\r\n", "\n").replace("\r", "\n"))
        word = fold_word(text) if len(text) < 200 else ""
    else:
        text = word = "" if cell.problem else header_word(cell)
    return Region(cell.row, cell.column, bottom, right, cell, text, word)
