"""A card as .xlsx: the official form on a grid of narrow columns, cells merged, one page wide in print."""

import io
from collections.abc import Hashable
from copy import copy
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import TYPE_STRING
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.cards import Card
from reports.cardtext import text_parts
from reports.documents.form import (
    WIDTH,
    FormCell,
    FormTable,
    Heading,
    Lines,
    Note,
    lines_needed,
    lines_of_rows,
    official_form,
)

FONT = "맑은 고딕"
SHEET = "관리카드"
COLUMN_WIDTH = 1.75
# How many digits of 9 points a unit of the grid holds; a merged cell never grows by itself.
DIGITS = 1.6
LINE = 13.5
INDENT = {1: 1, 2: 2, 3: 4}
# The tallest row that Excel can show, in points; longer lines of text go on in the next row.
TALLEST = 409
FORMULA_STARTS = ("=", "+", "-", "@")

THIN = Side(style="thin", color="FF8A94A6")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD = PatternFill("solid", fgColor="FFE8EEF7")


def as_xlsx(card: Card, edition: int | None = None) -> bytes:
    """The card as a workbook of one sheet.

    Text is always a string cell, so that nothing in it can become a formula;
    figures are numbers, and what is “-” or “–” stays text.
    """
    form = official_form(card, edition)
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    sheet.title = SHEET
    for number in range(1, WIDTH + 1):
        sheet.column_dimensions[get_column_letter(number)].width = COLUMN_WIDTH
    row = _line(sheet, 1, form.title, size=16, bold=True, align="center", height=30)
    for block in form.blocks:
        if isinstance(block, FormTable):
            row = _table(sheet, row, block) + 1
        elif isinstance(block, Heading):
            row = _line(sheet, row, block.text, size=11, bold=True, align=block.align, height=22)
        elif isinstance(block, Note):
            row = _line(sheet, row, block.text, size=9, align=block.align)
        else:
            row = _lines(sheet, row, block) + 1
    _print_setup(sheet, form.footer, row)
    book.properties.title = form.title
    book.properties.creator = form.city
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _table(sheet: Worksheet, first: int, table: FormTable) -> int:
    """Write the table from row ``first`` on; the row after it."""
    starts = [1 + sum(table.widths[:column]) for column in range(len(table.widths) + 1)]
    size = max(6, min(9, int(9 * table.number_size(DIGITS))))
    styles: dict[Hashable, Any] = {}
    for at, column, cell in table.placed():
        top, left = first + at, starts[column]
        bottom, right = top + cell.rows - 1, starts[column + cell.columns] - 1
        if (top, left) != (bottom, right):
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        _write(sheet, top, left, cell)
        # Giving every cell its own font and border would take most of the time a card takes.
        look = (cell.is_head, cell.is_strong, cell.align, _format(cell), _is_formula_like(cell))
        if look not in styles:
            _style(sheet, top, left, cell, size)
            styles[look] = sheet.cell(top, left)._style
        for row in sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right):
            for covered in row:
                covered._style = copy(styles[look])
    for at, lines in enumerate(lines_of_rows(table, DIGITS)):
        sheet.row_dimensions[first + at].height = min(TALLEST, 5 + LINE * lines)
    return first + len(table.rows)


def _lines(sheet: Worksheet, row: int, block: Lines) -> int:
    for line in block.lines:
        for part in text_parts(line.text):
            row = _line(sheet, row, part, size=10, indent=INDENT[line.level])
    return row


def _line(
    sheet: Worksheet,
    row: int,
    text: str,
    *,
    size: int,
    bold: bool = False,
    align: str = "left",
    indent: int = 0,
    height: float = 0,
) -> int:
    """A text over the whole width; the row after it."""
    _put(sheet, row, 1, text)
    cell = sheet.cell(row, 1)
    cell.font = Font(name=FONT, size=size, bold=bold)
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True, indent=indent)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=WIDTH)
    digits = (WIDTH * DIGITS - 2 * indent) * 9 / size
    sheet.row_dimensions[row].height = max(height, 4 + LINE * size / 9 * lines_needed(text, digits))
    return row + 1


def _write(sheet: Worksheet, row: int, column: int, cell: FormCell) -> None:
    if cell.number is not None:
        sheet.cell(row, column).value = cell.number
    elif cell.text:
        _put(sheet, row, column, cell.text)


def _style(sheet: Worksheet, row: int, column: int, cell: FormCell, size: int) -> None:
    target = sheet.cell(row, column)
    is_number = cell.number is not None
    target.font = Font(name=FONT, size=size if is_number else 9, bold=cell.is_strong or cell.is_head)
    target.alignment = Alignment(
        horizontal=cell.align, vertical="center", wrap_text=not is_number, shrink_to_fit=is_number
    )
    target.border = BOX
    target.number_format = _format(cell)
    if cell.is_head:
        target.fill = HEAD


def _format(cell: FormCell) -> str:
    return "General" if cell.number is None else number_format(cell.text, cell.number, cell.unit)


def _is_formula_like(cell: FormCell) -> bool:
    return cell.text.startswith(FORMULA_STARTS)


def number_format(text: str, number: Decimal, unit: str = "") -> str:
    """The format under which Excel shows the number as the form does: as many decimals, grouped or not."""
    places = len(text.partition(".")[2])
    whole = "#,##0" if "," in text or abs(number) < 1000 else "0"
    return whole + ("." + "0" * places if places else "") + (f'"{unit}"' if unit else "")


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = TYPE_STRING
    # Or Excel would compute the text once somebody edits the cell.
    cell.quotePrefix = text.startswith(FORMULA_STARTS)


def _print_setup(sheet: Worksheet, footer: str, end: int) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_PORTRAIT
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = "1:1"
    sheet.print_area = f"A1:{get_column_letter(WIDTH)}{max(1, end - 1)}"
    # In a footer "&" begins a command; doubled it is itself.
    sheet.oddFooter.left.text = footer.replace("&", "&&")
    sheet.oddFooter.right.text = "&P / &N"
    sheet.oddFooter.left.size = sheet.oddFooter.right.size = 8
    sheet.sheet_view.showGridLines = False
    sheet.freeze_panes = "A2"
