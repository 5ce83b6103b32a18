"""The card as a spreadsheet: figures are numbers, text is never a formula, print fits one page's width."""

import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from pledges.spreadsheet import exact_number
from reports.documents.xlsx import TALLEST, as_xlsx, number_format
from tests.reports.documents.cards import bare_card, heavy_card, hostile_card, naju_card

HOSTILE = [
    "=1+1",
    "==1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    '=HYPERLINK("http://x.example","x")',
    "=cmd|' /C calc'!A0",
    "&amp;<b>&L&F\x00\x0b￿",
]


def sheet_of(content: bytes):
    return load_workbook(io.BytesIO(content)).worksheets[0]


def cells_of(content: bytes) -> list:
    return [cell for row in sheet_of(content).iter_rows() for cell in row if cell.value is not None]


def shown(content: bytes) -> dict[object, str]:
    """Values with their number formats."""
    return {cell.value: cell.number_format for cell in cells_of(content)}


def test_figures_of_the_card_stand_as_numbers():
    found = shown(as_xlsx(naju_card(), 1))
    assert found[75.4] == "#,##0.0"
    assert found[42] == "#,##0"
    assert found[66.67] == "#,##0.00"
    assert found[0] == "#,##0"
    rates = [cell for cell in cells_of(as_xlsx(naju_card(), 1)) if cell.value == 73.33]
    assert [cell.number_format for cell in rates] == ['#,##0.00"%"', "#,##0.00"]


def test_notation_and_what_was_not_entered_stand_as_text():
    cells = cells_of(as_xlsx(naju_card(), 1))
    texts = [cell.value for cell in cells if cell.data_type == "s"]
    assert {"1(4)", "-(1)", "-", "7-2-3 학습동아리 활성화", "○", "●", "◐"} <= set(texts)
    assert "–" in [cell.value for cell in cells_of(as_xlsx(bare_card(), 1))]


def test_amounts_read_back_exactly():
    """The file holds binary fractions, as every spreadsheet does; the portal's own reader gets 75.4."""
    numbers = [
        exact_number(cell.value) for cell in cells_of(as_xlsx(naju_card(), 1)) if cell.data_type == "n"
    ]
    assert {Decimal("75.4"), Decimal("73.33"), Decimal("18.5"), Decimal("13.2")} <= set(numbers)


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_text_never_becomes_a_formula(text):
    content = as_xlsx(hostile_card(text), 1)
    cells = cells_of(content)
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()
    texts = [cell for cell in cells if cell.data_type == "s"]
    assert all(cell.quotePrefix for cell in texts if cell.value.startswith(("=", "+", "@")))


def test_form_is_merged_on_one_grid_and_prints_on_one_pages_width():
    sheet = sheet_of(as_xlsx(naju_card(), 1))
    assert sheet.title == "관리카드"
    assert sheet.max_column == 60
    assert "A1:BH1" in {str(merged) for merged in sheet.merged_cells.ranges}
    assert sheet.page_setup.fitToWidth == 1
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
    assert "제1판" in sheet.oddFooter.left.text


def test_no_row_is_taller_than_excel_shows_and_no_text_is_lost():
    card = heavy_card()
    sheet = sheet_of(as_xlsx(card, 1))
    assert max(row.height for row in sheet.row_dimensions.values() if row.height) <= TALLEST
    written = "".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)
    assert card.cause in written


def test_document_says_whose_it_is_and_names_no_person():
    book = load_workbook(io.BytesIO(as_xlsx(naju_card(), 1)))
    assert book.properties.creator == "나주시"
    assert book.properties.title == "7-2-3 학습동아리 활성화"
    assert book.properties.lastModifiedBy is None


@pytest.mark.parametrize(
    ("text", "number", "unit", "expected"),
    [
        ("1,234.5", "1234.5", "", "#,##0.0"),
        ("0", "0", "", "#,##0"),
        ("70", "70", "", "#,##0"),
        ("1234", "1234", "", "0"),
        ("73.33", "73.33", "%", '#,##0.00"%"'),
    ],
)
def test_number_format_keeps_the_forms_decimals(text, number, unit, expected):
    assert number_format(text, Decimal(number), unit) == expected
