"""One sheet's part: where its cells stand, and the edits that give some of them another look."""

import contextlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from openpyxl.utils import column_index_from_string, get_column_letter

from pledges.spreadsheet import MAX_ROWS
from reports.workbook.marking.splices import Edit, Retag, new_parser, split_name

# What stands behind the place of a drawing of notes.
AFTER_DRAWING = {
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
}
MOST_COLUMNS = 16_384
# How often merged cells are laid beside wanted ones at most; no real sheet comes near.
MOST_LOOKS = 1_000_000
Place = tuple[int, int]


@dataclass(slots=True)
class Gap:
    """Where cells are to be made: at a place, or right after a tag; with rows of their own, or without."""

    at: int
    is_tag: bool
    places: list[Place]
    makes_rows: bool = False


@dataclass(slots=True)
class Layout:
    """What the scan of a sheet found of the wanted cells (row, column).

    ``cells``: the tags of those that stand; ``gaps``: where the others go in;
    ``styles``: what each has, or takes over from its row or column. ``drawing``
    is the id of the old drawing, ``drawing_at`` where one would stand.
    """

    cells: dict[Place, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    styles: dict[Place, int] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    prefix: str = ""
    drawing: str = ""
    drawing_at: int = 0

    def edits(self, style_of: Mapping[Place, int]) -> Iterator[Edit | Retag]:
        """The edits that give each place its style number."""
        for place, at in self.cells.items():
            yield Retag(at, {"s": str(style_of[place])})
        for gap in self.gaps:
            text = self._rows(gap.places, style_of) if gap.makes_rows else self._made(gap.places, style_of)
            yield Retag(gap.at, {}, text) if gap.is_tag else Edit(gap.at, text)

    def tag(self, name: str) -> str:
        return f"{self.prefix}:{name}" if self.prefix else name

    def _made(self, places: Iterable[Place], style_of: Mapping[Place, int]) -> str:
        return "".join(
            f'<{self.tag("c")} r="{get_column_letter(place[1])}{place[0]}" s="{style_of[place]}"/>'
            for place in places
        )

    def _rows(self, places: list[Place], style_of: Mapping[Place, int]) -> str:
        rows: dict[int, list[Place]] = {}
        for place in places:
            rows.setdefault(place[0], []).append(place)
        tag = self.tag("row")
        return "".join(
            f'<{tag} r="{number}">{self._made(row, style_of)}</{tag}>' for number, row in rows.items()
        )

    def anchors(self, wanted: Iterable[Place]) -> dict[Place, Place]:
        """The cell that shows, for places that lie hidden in merged cells."""
        found: dict[Place, Place] = {}
        ordered = sorted(wanted)
        looks = 0
        for top, left, bottom, right in self.merged:
            first, last = bisect_left(ordered, (top, 0)), bisect_left(ordered, (bottom + 1, 0))
            looks += last - first
            if looks > MOST_LOOKS:
                break
            for row, column in ordered[first:last]:
                if left <= column <= right and (row, column) != (top, left):
                    found[row, column] = (top, left)
        return found


class _Scan:
    """One pass over a sheet's XML. Most of what it meets is of no interest, so that path is short."""

    def __init__(self, wanted: Iterable[Place]) -> None:
        self.layout = Layout()
        rows: dict[int, list[int]] = {}
        for row, column in sorted(wanted):
            rows.setdefault(row, []).append(column)
        self.rows = rows
        # Rows that are still to come, the next one last.
        self.pending = sorted(rows, reverse=True)
        self.row = self.column = self.row_at = self.row_style = 0
        self.columns: list[int] = []
        self.has_cells = False
        self.column_styles: list[tuple[int, int, int]] = []
        self.depth = 0
        self.parser = new_parser()

    def read(self, file: BinaryIO) -> Layout:
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.ParseFile(file)
        return self.layout

    # Outside of the rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local, prefix = split_name(name)
        self.depth += 1
        if self.depth == 2:
            self._top(local, prefix, attributes)
        elif local == "col" and len(self.column_styles) < MOST_COLUMNS:
            self.column_styles.append(
                tuple(_number(attributes.get(key, "0")) for key in ("min", "max", "style"))  # type: ignore[arg-type]
            )
        elif local == "mergeCell" and len(self.layout.merged) < MAX_ROWS:
            self._merge(attributes.get("ref", ""))

    def _top(self, local: str, prefix: str, attributes: dict[str, str]) -> None:
        if local == "sheetData":
            self.layout.prefix = prefix
            self.data_name, self.row_name, self.cell_name = map(self.layout.tag, ("sheetData", "row", "c"))
            self.data_at = self.parser.CurrentByteIndex
            self.has_rows = False
            self.parser.StartElementHandler = self.start_inside
            self.parser.EndElementHandler = self.end_inside
        elif local == "legacyDrawing":
            self.layout.drawing = next(
                (value for key, value in attributes.items() if split_name(key)[0] == "id"), ""
            )
        elif local in AFTER_DRAWING and not self.layout.drawing_at:
            self.layout.drawing_at = self.parser.CurrentByteIndex

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.depth == 0 and not self.layout.drawing_at:
            self.layout.drawing_at = self.parser.CurrentByteIndex

    def _merge(self, reference: str) -> None:
        first, _colon, last = reference.replace("$", "").partition(":")
        try:
            corners = [_place(first), _place(last or first)]
        except ValueError:
            return
        self.layout.merged.append((*corners[0], *corners[1]))

    # Rows and cells

    def start_inside(self, name: str, attributes: dict[str, str]) -> None:
        if name == self.row_name:
            self._row(attributes)
        elif not self.columns:
            return
        elif name == self.cell_name:
            self._cell(attributes)
        elif split_name(name)[0] == "extLst":
            self._make_rest(self.parser.CurrentByteIndex, is_tag=False)

    def end_inside(self, name: str) -> None:
        if name == self.row_name:
            if self.columns:
                at = self.parser.CurrentByteIndex if self.has_cells else self.row_at
                self._make_rest(at, is_tag=not self.has_cells)
        elif name == self.data_name:
            at = self.parser.CurrentByteIndex
            self._make_rows(
                self.pending[::-1], at if self.has_rows else self.data_at, is_tag=not self.has_rows
            )
            self.depth = 1
            self.parser.StartElementHandler = self.start
            self.parser.EndElementHandler = self.end

    def _row(self, attributes: dict[str, str]) -> None:
        number = _number(attributes.get("r", "")) or self.row + 1
        self.row, self.column, self.row_at = number, 0, self.parser.CurrentByteIndex
        self.has_rows, self.has_cells = True, False
        if self.pending and self.pending[-1] <= number:
            missing = []
            while self.pending and self.pending[-1] < number:
                missing.append(self.pending.pop())
            self._make_rows(missing, self.row_at, is_tag=False)
            if self.pending and self.pending[-1] == number:
                self.pending.pop()
                self.columns = list(reversed(self.rows[number]))
                is_own = attributes.get("customFormat") in {"1", "true"}
                self.row_style = _number(attributes.get("s", "0")) if is_own else -1
                return
        self.columns = []

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        column = self.column + 1
        if reference:
            column = column_index_from_string(reference.rstrip("0123456789"))
        self.column = column
        at = self.parser.CurrentByteIndex
        missing = []
        while self.columns and self.columns[-1] < column:
            missing.append(self.columns.pop())
        if missing:
            self._make(missing, at, is_tag=False)
        if self.columns and self.columns[-1] == column:
            self.columns.pop()
            place = (self.row, column)
            self.layout.cells[place] = at
            self.layout.styles[place] = _number(attributes.get("s", "0"))
        self.has_cells = True

    def _make_rest(self, at: int, *, is_tag: bool) -> None:
        """The cells of the present row that no cell stands before any more."""
        columns, self.columns = self.columns[::-1], []
        self._make(columns, at, is_tag=is_tag)

    def _make(self, columns: list[int], at: int, *, is_tag: bool) -> None:
        """Cells of the present row."""
        places = [(self.row, column) for column in columns]
        for place in places:
            self.layout.styles[place] = self.row_style if self.row_style >= 0 else self._of_column(place[1])
        self.layout.gaps.append(Gap(at, is_tag, places))

    def _make_rows(self, rows: list[int], at: int, *, is_tag: bool) -> None:
        places = [(row, column) for row in rows for column in self.rows[row]]
        for place in places:
            self.layout.styles[place] = self._of_column(place[1])
        if places:
            self.layout.gaps.append(Gap(at, is_tag, places, makes_rows=True))

    def _of_column(self, column: int) -> int:
        return next((style for first, last, style in self.column_styles if first <= column <= last), 0)


def scan_sheet(file: BinaryIO, wanted: Iterable[Place]) -> Layout:
    """Where the wanted cells of a sheet stand, or have to be made. One pass; memory only for the wanted."""
    return _Scan(wanted).read(file)


class _Seen(Exception):
    """What was looked for in a sheet was found or is not there."""


def selected_view(file: BinaryIO) -> list[int]:
    """The tags of a sheet's views that say that its tab is selected."""
    parser: Any = new_parser()
    found: list[int] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local, _prefix = split_name(name)
        if local == "sheetView" and attributes.get("tabSelected") in {"1", "true"}:
            found.append(parser.CurrentByteIndex)
        elif local in {"sheetData", "sheetFormatPr", "cols"}:
            raise _Seen

    parser.StartElementHandler = start
    with contextlib.suppress(_Seen):
        parser.ParseFile(file)
    return found


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _place(reference: str) -> Place:
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]), column_index_from_string(letters)
