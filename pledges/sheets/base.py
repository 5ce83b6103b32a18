"""A sheet of the workbook: one column list for reading and writing.

Reading finds the header by name wherever it stands, takes the rows below it
cell by cell and collects every error; comparing tells cell by cell what would
change. Writing to the database is not done here.
"""

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import Resource
from openpyxl.utils import get_column_letter

from pledges.enums import MoneyUnit
from pledges.notation import NotationError, fold_word, from_sheet_word, sheet_words
from pledges.sheets.scope import Scope
from pledges.sheets.widgets import CellWidget, expected_words
from pledges.spreadsheet import Cell, Finding, Findings, Row, Sheet, WrittenColumn, WrittenSheet, shown

Key = tuple[Any, ...]
TOTAL = "합계"
# Words that stand over several columns of a two-row header, spaces removed; a year may too.
GROUP_WORDS = (
    "임기내",
    "연도별",
    "연차별",
    "연도별투자계획",
    "연차별투자계획",
    "연도별목표",
    "연도별투자액",
    "연차별투자액",
    "연도별사업비",
    "연차별사업비",
    "투자계획",
    "투자액",
    "사업비",
    "추진일정",
    "추진계획",
    "분류",
)


class Column(Field):
    """One column: its header, how its cells are read and written, how it looks.

    ``is_key`` columns identify a row; ``is_required`` headers must be there;
    ``is_checked`` ones are compared with what is computed, and never stored.
    ``year`` or ``quarter`` mark the columns of a term.
    """

    def __init__(
        self,
        column_name: str,
        widget: CellWidget,
        *,
        is_key: bool = False,
        is_required: bool = False,
        is_checked: bool = False,
        is_text: bool = False,
        wraps: bool = False,
        width: int = 12,
        aliases: Iterable[str] = (),
        year: int | None = None,
        quarter: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(attribute=column_name, column_name=column_name, widget=widget)
        self.is_key, self.is_required, self.is_checked = is_key, is_required or is_key, is_checked
        self.is_text, self.wraps, self.width = is_text, wraps, width
        self.aliases = tuple(aliases)
        self.year, self.quarter = year, quarter

    @property
    def spellings(self) -> set[str]:
        """The folded headers by which the column is found."""
        return {fold_word(name) for name in (self.column_name, *self.aliases)}


@dataclass(slots=True)
class ReadRow:
    """A row of a sheet: its key, and the value of every readable cell of the columns present.

    ``cells`` are what its cells hold, in the order of the table's ``order``; None where they are blank,
    and the cell itself where its value alone would not say all.
    ``unit`` is the unit of its money where it has its own; ``name`` what messages call it.
    """

    number: int
    key: Key
    values: dict[str, Any]
    cells: tuple[Any, ...]
    unit: MoneyUnit | None = None
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or str(self.number)


@dataclass(slots=True)
class Table:
    """What was read of one sheet. ``positions``: column number by column name; ``order``: the place of
    a column among the ``cells`` of a row.

    ``broken_keys`` counts the rows whose key can't be read; they are not in ``rows``.
    """

    name: str
    positions: dict[str, int] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    rows: dict[Key, ReadRow] = field(default_factory=dict)
    unit: MoneyUnit | None = None
    broken_keys: int = 0
    errors: Findings = field(default_factory=Findings)
    warnings: Findings = field(default_factory=Findings)

    def address(self, row: ReadRow, column: str) -> str:
        """The address of a row's cell, blank ones too."""
        return f"{get_column_letter(self.positions.get(column, 1))}{row.number}"

    def forget(self, changed: Container[Key], *, but: Collection[str]) -> None:
        """Let go of what nobody asks for once all is compared: what rows that are not ``changed`` say in
        other columns than ``but``."""
        for key, row in self.rows.items():
            if key not in changed:
                row.values = {name: row.values[name] for name in but if name in row.values}

    def cell(self, row: ReadRow, column: str) -> Cell | None:
        """A row's cell; None where it is blank."""
        place = self.order.get(column)
        held = None if place is None else row.cells[place]
        if held is None or isinstance(held, Cell):
            return held
        return Cell(self.name, row.number, self.positions[column], held)

    def finding(self, row: ReadRow, column: str, message: str) -> Finding:
        cell = self.cell(row, column)
        return Finding(self.name, self.address(row, column), cell.shown if cell else "", message)

    def error(self, row: ReadRow, column: str, message: str) -> None:
        self.errors.append(self.finding(row, column, message))

    def warn(self, row: ReadRow, column: str, message: str) -> None:
        self.warnings.append(self.finding(row, column, message))


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that differs from what is stored, as text for people."""

    sheet: str
    address: str
    key: tuple[str, ...]
    column: str
    old: str
    new: str


@dataclass(slots=True)
class RowChange:
    """One row that is new or differs: (old, new) by column, as values."""

    row: ReadRow
    is_new: bool
    values: dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class ToldRow:
    """A row that is new or differs, as text for people: its key, and its cells that do."""

    sheet: str
    is_new: bool
    key: tuple[str, ...]
    cells: list[CellChange]


@dataclass(slots=True)
class SheetChanges:
    """How a sheet differs from what is stored. ``tell`` puts each row into words, one at a time:
    of a large plan they are many."""

    name: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rows: dict[Key, RowChange] = field(default_factory=dict)
    tell: Callable[[], Iterator[ToldRow]] = lambda: iter(())

    @property
    def counts(self) -> dict[str, int]:
        return {"new": self.new, "changed": self.changed, "unchanged": self.unchanged}


@dataclass(slots=True)
class _Header:
    row: int
    last_row: int
    positions: dict[str, int]
    is_sound: bool = True


class _Place:
    """A column where it stands in one sheet, while that is read.

    What a cell reads as depends on the cell and the scope alone, and a sheet
    says the same few things over and over: what was read once is kept.
    """

    LONGEST, MOST = 40, 10_000

    def __init__(self, column: Column, position: int, *, is_needed: bool) -> None:
        self.name, self.position, self.widget = column.column_name, position, column.widget
        self.is_key, self.is_needed = column.is_key, is_needed
        self.blank = column.widget.blank
        self.may_warn = type(column.widget).warning is not CellWidget.warning
        self.known: dict[Any, Any] = {}
        self.scope: Scope | None = None

    def read(self, cell: Cell, row: Mapping[str, Any], scope: Scope) -> Any:
        """The cell's value. Raises NotationError."""
        if scope is not self.scope:
            self.known, self.scope = {}, scope
        raw = cell.value
        if cell.problem or (isinstance(raw, str) and len(raw) > self.LONGEST):
            return self.widget.clean(cell, row=row, scope=scope)
        said = (raw.__class__, raw, cell.is_percent)
        try:
            value = self.known[said]
        except KeyError:
            value = self.widget.parse(cell, scope)
            if len(self.known) >= self.MOST:
                self.known.clear()
            self.known[said] = value
        return self.widget.accept(value, row)


class SheetResource(Resource):
    """One sheet. Subclasses declare columns; those of the term follow the field ``term_columns_after``."""

    sheet_name = ""
    has_money = False
    term_columns_after = ""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope
        ordered: dict[str, Any] = {}
        declared: dict[str, Any] = self.fields  # type: ignore[has-type]
        for name, column in declared.items():
            ordered[name] = column
            if name == self.term_columns_after:
                ordered.update({column.column_name: column for column in self.term_columns()})
        self.fields = ordered
        self.columns: dict[str, Column] = {column.column_name: column for column in ordered.values()}
        self.keys = [name for name, column in self.columns.items() if column.is_key]

    def term_columns(self) -> list[Column]:
        """The columns that come from the term: years, quarters."""
        return []

    def import_data(self, *args: Any, **kwargs: Any) -> Any:
        """The stock import writes row by row and takes unknown columns in silence; it is not for plans."""
        raise NotImplementedError("Use reports.workbook.import_workbook.")

    # --- Reading ----------------------------------------------------------------

    def read(self, sheet: Sheet) -> Table:
        """Every row of the sheet; errors and warnings are in the table."""
        table = Table(self.sheet_name)
        table.errors += sheet.findings
        if sheet.hidden:
            table.errors.append(
                Finding(
                    self.sheet_name,
                    "A1",
                    "",
                    _("This sheet is hidden. Unhide it, look at it, and try again."),
                )
            )
        if sheet.findings:
            return table
        header = self._find_header(sheet, table)
        if header is None:
            return table
        report_problems(sheet, header.last_row, table.errors)
        if not header.is_sound:
            return table
        table.positions = header.positions
        if self.has_money:
            table.unit = self._unit_note(sheet, header, table)
        scope = self.scope
        if table.unit:
            scope = Scope(scope.term, scope.as_of, table.unit, scope.city, scope.own_statuses)
        used = set(header.positions.values())
        strays: set[int] = set()
        # The keys first: what a cell may hold can depend on them.
        places = [
            _Place(column, position, is_needed=column.is_key and not self.may_be_blank(name))
            for name, position in sorted(
                table.positions.items(), key=lambda place: not self.columns[place[0]].is_key
            )
            for column in [self.columns[name]]
        ]
        table.order = {place.name: at for at, place in enumerate(places)}
        for row in sheet.rows:
            if row.number <= header.last_row or self._is_total(row, table):
                continue
            for position in row.cells.keys() - used - strays:
                strays.add(position)
                cell = row.cells[position]
                table.errors.append(
                    Finding(
                        self.sheet_name,
                        cell.address,
                        cell.shown,
                        _("There is a value here, but the column has no header in row %(row)s.")
                        % {"row": header.row},
                    )
                )
            self._read_row(row, table, scope, places)
        self._warn_of_hidden(sheet, header, table)
        if not table.rows and not table.errors:
            table.warnings.append(
                Finding(
                    self.sheet_name,
                    f"A{header.row}",
                    "",
                    _("This sheet has a header and no rows; nothing of it is deleted or changed."),
                )
            )
        return table

    def _read_row(self, row: Row, table: Table, scope: Scope, places: Sequence["_Place"]) -> None:
        if row.unit:
            scope = replace(scope, unit=MoneyUnit(row.unit))
        values: dict[str, Any] = {}
        is_broken = False
        for place in places:
            if place.position in row.silent:
                continue
            name = place.name
            cell = row.cells.get(place.position)
            try:
                value = place.blank if cell is None else place.read(cell, values, scope)
                if place.is_needed and value == place.blank:
                    raise NotationError(_("%(column)s is missing; every row needs it.") % {"column": name})
            except NotationError as error:
                address = f"{get_column_letter(place.position)}{row.number}"
                table.errors.append(Finding(self.sheet_name, address, cell.shown if cell else "", str(error)))
                is_broken = is_broken or place.is_key
                continue
            values[name] = value
        if not values or all(values.get(place.name) == place.blank for place in places):
            return
        read = ReadRow(
            row.number,
            tuple(values.get(name) for name in self.keys),
            values,
            tuple(_held(row.cells.get(place.position)) for place in places),
            MoneyUnit(row.unit) if row.unit else None,
            row.name,
        )
        for place in places:
            is_said = place.may_warn and place.position in row.cells and place.name in values
            if is_said and (warning := place.widget.warning(values[place.name])):
                table.warn(read, place.name, warning)
        if is_broken:
            table.broken_keys += 1
            return
        if (first := table.rows.get(read.key)) is not None:
            table.error(
                read,
                self.keys[-1],
                _("This row has the same %(keys)s as row %(row)s.")
                % {"keys": ", ".join(self.keys), "row": first.label},
            )
            return
        table.rows[read.key] = read

    def may_be_blank(self, key: str) -> bool:
        """Whether a key may be blank (its blank value then is part of the key)."""
        return False

    def _is_total(self, row: Row, table: Table) -> bool:
        """합계 rows, and rows that hold nothing but spaces."""
        first = row.cells[min(row.cells)]
        candidates = [first, *(row.cells.get(table.positions[name]) for name in self.keys)]
        for cell in candidates:
            if cell and isinstance(cell.value, str) and "합" in cell.value and fold_word(cell.value) == TOTAL:
                return True
        return all(
            isinstance(cell.value, str) and not cell.problem and not fold_word(cell.value)
            for cell in row.cells.values()
        )

    def _find_header(self, sheet: Sheet, table: Table) -> _Header | None:
        """The first row that holds the required headers; with the row below where cells are merged."""
        required = [name for name, column in self.columns.items() if column.is_required]
        by_spelling = {
            spelling: name for name, column in self.columns.items() for spelling in column.spellings
        }
        best: tuple[int, Row | None, list[str]] = (0, None, required)
        for index, row in enumerate(sheet.rows):
            found = {by_spelling.get(header_word(cell)) for cell in row.cells.values()}
            missing = [name for name in required if name not in found]
            if not missing:
                below = sheet.rows[index + 1] if index + 1 < len(sheet.rows) else None
                return self._read_header(sheet, row, below, by_spelling, table)
            hits = len(found - {None})
            if hits > best[0]:
                best = (hits, row, missing)
        likeliest = best[1]
        address = likeliest.cells[min(likeliest.cells)].address if likeliest else "A1"
        table.errors.append(
            Finding(
                self.sheet_name,
                address,
                "",
                _("The header is missing or incomplete; these columns have to be there: %(columns)s.")
                % {"columns": ", ".join(best[2])},
            )
        )
        # Most of a header is a header with a mistake in it: say which word is not known.
        for cell in likeliest.cells.values() if likeliest and best[0] > 1 else ():
            if header_word(cell) and not cell.problem and header_word(cell) not in by_spelling:
                table.errors.append(self._unknown_header(cell))
        if likeliest:
            report_problems(sheet, likeliest.number, table.errors)
        return None

    def _unknown_header(self, cell: Cell) -> Finding:
        return Finding(self.sheet_name, cell.address, cell.shown, header_message(cell, self.columns))

    def _read_header(
        self, sheet: Sheet, row: Row, below: Row | None, by_spelling: Mapping[str, str], table: Table
    ) -> _Header | None:
        spans = [merge for merge in sheet.merged if merge[0] == row.number and merge[2] <= row.number + 1]
        groups = {
            merge[1]: range(merge[1], merge[3] + 1)
            for merge in spans
            if merge[0] == merge[2] and merge[1] < merge[3]
        }
        tall = any(merge[2] > merge[0] for merge in spans)
        two_rows = (
            below is not None
            and below.number == row.number + 1
            and (tall or bool(groups))
            and (self._continues_header(below, groups, by_spelling))
        )
        cells = list(row.cells.values())
        is_sound = True
        if two_rows and below:
            under = {column: by_spelling.get(header_word(cell), "") for column, cell in below.cells.items()}
            for column in groups.keys() & row.cells.keys():
                cell = row.cells[column]
                cells.remove(cell)
                names = [under[place] for place in groups[column] if place in under]
                if not cell.problem and not self._may_head(cell, names):
                    is_sound = False
                    message = header_message(cell, GROUP_WORDS)
                    table.errors.append(Finding(self.sheet_name, cell.address, cell.shown, message))
            cells += below.cells.values()
        positions: dict[str, int] = {}
        for cell in sorted(cells, key=lambda cell: (cell.column, cell.row)):
            column, word = cell.column, header_word(cell)
            if not word and not cell.problem:
                continue
            name = by_spelling.get(word)
            if cell.problem:
                # Reported with those above the header.
                is_sound = False
                continue
            if column in groups and not two_rows:
                message = _("This header is merged over several columns; give every column its own.")
            elif name is not None and positions.get(name) == column:
                # A merged cell whose covered part repeats it.
                continue
            elif column in positions.values():
                message = _("This column has a header in the row above already.")
            elif name is None:
                message = self._unknown_header(cell).message
            elif name in positions:
                message = _("The column %(column)s stands here a second time.") % {"column": name}
            else:
                positions[name] = column
                continue
            is_sound = False
            table.errors.append(Finding(self.sheet_name, cell.address, cell.shown, message))
        last = row.number + 1 if two_rows else row.number
        return _Header(row.number, last, positions, is_sound)

    def _continues_header(
        self, below: Row, groups: Mapping[int, range], by_spelling: Mapping[str, str]
    ) -> bool:
        """Whether the row under a header with merged cells holds headers too: most of its words are known.

        Where cells are merged sideways, only the words under them count.
        """
        places = {place for span in groups.values() for place in span} or set(below.cells)
        words = [header_word(cell) for column, cell in below.cells.items() if column in places]
        return sum(word in by_spelling for word in words) * 2 > len(words)

    def _may_head(self, cell: Cell, names: list[str]) -> bool:
        """Whether a word may stand over the columns ``names``: a known one, or a year of theirs."""
        word = header_word(cell)
        if word in GROUP_WORDS:
            return True
        columns = [self.columns[name] for name in names if name in self.columns]
        years = {column.year or (column.quarter or (None,))[0] for column in columns}
        return len(years) == 1 and word.removesuffix("년").removesuffix(".") == str(years.pop())

    def _unit_note(self, sheet: Sheet, header: _Header, table: Table) -> MoneyUnit | None:
        """The unit of ``(단위 : 천원)`` above the header, or None."""
        for row in sheet.rows:
            if row.number >= header.row:
                break
            for cell in row.cells.values():
                words = noted_units(cell.value) if isinstance(cell.value, str) else None
                if words is None:
                    continue
                units = {unit for word in words if (unit := from_sheet_word(MoneyUnit, word))}
                unit = units.pop() if len(units) == 1 else None
                if unit is None:
                    table.errors.append(
                        Finding(
                            self.sheet_name, cell.address, cell.shown, expected_words(sheet_words(MoneyUnit))
                        )
                    )
                return unit
        return None

    def _warn_of_hidden(self, sheet: Sheet, header: _Header, table: Table) -> None:
        rows = sorted(number for number in sheet.hidden_rows if number > header.last_row)
        if rows:
            table.warnings.append(
                Finding(
                    self.sheet_name,
                    f"A{rows[0]}",
                    "",
                    _("Hidden rows were read too: %(rows)s.") % {"rows": _some(rows)},
                )
            )
        hidden = {
            position: name for name, position in header.positions.items() if position in sheet.hidden_columns
        }
        for position, name in sorted(hidden.items()):
            table.warnings.append(
                Finding(
                    self.sheet_name,
                    f"{get_column_letter(position)}{header.row}",
                    name,
                    _("This hidden column was read too."),
                )
            )

    # --- Comparing --------------------------------------------------------------

    def compare(self, table: Table, stored: Mapping[Key, Mapping[str, Any]]) -> SheetChanges:
        """What the table would change, cell by cell, in the columns that it has."""
        changes = SheetChanges(self.sheet_name)
        columns = [
            name
            for name in table.positions
            if not self.columns[name].is_key and not self.columns[name].is_checked
        ]
        empty = {name: self.empty(name) for name in columns}
        for key, row in table.rows.items():
            old = stored.get(key)
            held = empty if old is None else {**empty, **old}
            values = {
                name: (held[name], row.values[name])
                for name in columns
                if name in row.values and row.values[name] != held[name]
            }
            if old is None and self.is_new(row, values):
                changes.new += 1
            elif values:
                changes.changed += 1
            else:
                changes.unchanged += 1
                continue
            changes.rows[key] = RowChange(row, old is None, values)
        changes.tell = lambda: self._told(table, changes)
        return changes

    def _told(self, table: Table, changes: SheetChanges) -> Iterator[ToldRow]:
        for key, change in changes.rows.items():
            label = tuple(
                self.columns[name].widget.shown(part, self.scope)
                for name, part in zip(self.keys, key, strict=True)
            )
            cells = []
            for name, (before, after) in change.values.items():
                widget = self.columns[name].widget
                cells.append(
                    CellChange(
                        self.sheet_name,
                        table.address(change.row, name),
                        label,
                        name,
                        widget.shown(before, self.scope),
                        widget.shown(after, self.scope),
                    )
                )
            yield ToldRow(self.sheet_name, change.is_new, label, cells)

    def empty(self, name: str) -> Any:
        """The value of a cell of which nothing is stored."""
        return self.columns[name].widget.blank

    def is_new(self, row: ReadRow, values: Mapping[str, Any]) -> bool:
        """Whether a row that isn't stored makes something."""
        return True

    # --- Writing ----------------------------------------------------------------

    def written_columns(self, *, with_choices: bool = False) -> tuple[WrittenColumn, ...]:
        return tuple(
            WrittenColumn(
                column.column_name,
                column.width,
                column.is_text,
                column.wraps,
                column.widget.choices() if with_choices else (),
            )
            for column in self.columns.values()
        )

    def written(self, rows: Mapping[Key, Mapping[str, Any]]) -> WrittenSheet:
        """The sheet as an export writes it."""
        return WrittenSheet(
            self.sheet_name, self.written_columns(), [self.written_row(key, row) for key, row in rows.items()]
        )

    def written_row(self, key: Key, values: Mapping[str, Any]) -> list[Any]:
        given = {**dict(zip(self.keys, key, strict=True)), **values}
        return [
            column.widget.render(given.get(name, column.widget.blank), scope=self.scope)
            for name, column in self.columns.items()
        ]


def _held(cell: Cell | None) -> Any:
    """What a row keeps of a cell: mostly its value, for a large sheet has hundreds of thousands."""
    if cell is None:
        return None
    return cell if cell.is_percent or cell.problem else cell.value


def header_word(cell: Cell) -> str:
    """A header as it is compared: spaces removed, full-width folded; a number as it reads."""
    if cell.problem or cell.is_date or isinstance(cell.value, bool):
        return shown(cell.value)
    try:
        return fold_word(cell.text)
    except NotationError:
        return shown(cell.value)


def header_message(cell: Cell, known: Iterable[str]) -> str:
    """What is wrong with a header that is none of the ``known`` ones."""
    if cell.problem:
        return cell.problem
    if cell.is_date:
        return _("Excel has turned this header into a date; format the row as text.")
    return _("This column is not known. Known columns: %(columns)s.") % {"columns": ", ".join(known)}


def report_problems(sheet: Sheet, last_row: int, errors: list[Finding]) -> None:
    """An error for every cell down to ``last_row`` that has no usable value: titles, notes and headers.

    What a broken note or header would have said (a unit of money!) is not known, so it can't be passed over.
    """
    for row in sheet.rows:
        if row.number > last_row:
            break
        errors.extend(
            Finding(sheet.name, cell.address, cell.shown, cell.problem)
            for cell in row.cells.values()
            if cell.problem
        )


def noted_units(text: str) -> list[str] | None:
    """The words of a unit note, ``(단위 : 개소, 백만원)``; None where the text is no such note.

    Without a colon it is one only where nothing but a unit of money follows:
    ``단위사업별 투자계획`` is a title.
    """
    word = fold_word(text)
    if match := re.search(r"단위:([^()\[\]<>〈〉【】]*)", word):
        return match[1].split(",")
    match = re.fullmatch(r"[(\[<〈【]?단위([^()\[\]<>〈〉【】]*)[)\]>〉】]?", word)
    if match and any(from_sheet_word(MoneyUnit, part) for part in match[1].split(",")):
        return match[1].split(",")
    return None


def _some(numbers: list[int]) -> str:
    """The first ten of many row numbers."""
    text = ", ".join(map(str, numbers[:10]))
    return text if len(numbers) <= 10 else f"{text} …"
