"""What a city's own workbook may look like without being refused, each way once through the whole import.

The finer cases stand with the readers: tests/pledges/test_sheets.py (headers, rows), test_sheets_reading.py
(two-row headers, unit notes), test_notation.py (numbers, dates), tests/budgets/test_sheets.py (sums).
"""

import datetime as dt
import unicodedata
from decimal import Decimal

import openpyxl
import pytest
from django.utils.translation import override

from budgets.models import Executed, Investment
from pledges.enums import MoneySource, Span
from pledges.models import Actual, Department, Pledge, YearlyTarget
from reports.workbook import import_workbook
from tests.reports.workbooks import SHEETS, book, saved, the_plan, workbook

pytestmark = pytest.mark.django_db


def changed(sheet, change):
    """The workbook with one sheet changed by a function of it."""
    target = workbook(SHEETS)
    change(target[sheet])
    return saved(target)


def taken(content):
    result = import_workbook(content)
    assert result.errors == []
    return result


def unchanged_after(content):
    """Whether a file says the same as the plain workbook that was taken first."""
    taken(book())
    result = taken(content)
    return not result.has_changes


def money(year, source=MoneySource.CITY):
    return Investment.objects.get(
        sub_project__name="센터 운영", source=source, span=Span.YEAR, year=year
    ).amount


def test_title_rows_and_blank_rows_above_the_header():
    def titles(sheet):
        sheet.insert_rows(1, amount=3)
        sheet["A1"] = "민선 8기 공약 총괄표"
        sheet["A2"] = "2024. 9. 30. 기준"

    for name in ("공약", "확인지표", "투자계획", "추진실적"):
        assert unchanged_after(changed(name, titles)), name


def test_two_row_header_of_merged_cells():
    def two_rows(sheet):
        header = [cell.value for cell in sheet[1]]
        sheet.insert_rows(1)
        for column, name in enumerate(header, 1):
            is_year = 7 <= column <= 11
            sheet.cell(1, column).value = None if is_year else name
            if not is_year:
                sheet.cell(2, column).value = None
                sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
        sheet["G1"] = "연도별 투자계획"
        sheet.merge_cells("G1:K1")

    assert unchanged_after(changed("투자계획", two_rows))


@pytest.mark.parametrize(
    ("note", "factor"), [("(단위 : 천원)", 1000), ("(단위: 억원)", "0.01"), ("단위:백만원", 1)]
)
def test_unit_note_above_a_sheet(note, factor):
    def in_unit(sheet):
        for row in sheet.iter_rows(min_row=2, min_col=4):
            for cell in row:
                if isinstance(cell.value, int | float):
                    cell.value = Decimal(str(cell.value)) * Decimal(factor)
        sheet.insert_rows(1)
        sheet["L1"] = note

    assert unchanged_after(changed("투자계획", in_unit))


def test_dash_is_nothing_and_zero_is_zero():
    taken(book(투자계획_H4="-", 투자계획_I4=0, 투자계획_J4="–", 투자계획_K4=""))
    rows = Investment.objects.filter(sub_project__name="센터 운영", source=MoneySource.CITY, span=Span.YEAR)
    assert dict(rows.values_list("year", "amount")) == {2022: 0, 2024: 0}


def test_triangle_is_below_zero_where_that_makes_sense_and_an_error_elsewhere():
    taken(book(투자계획_I6="△3.5"))
    assert Executed.objects.filter(amount=-3_500_000).exists()
    result = import_workbook(book(투자계획_H3="△2.5"))
    assert [(each.sheet, each.cell) for each in result.errors] == [("투자계획", "H3")]


def test_years_own_value_with_the_running_total_in_brackets():
    taken(book(확인지표_H2="2(2)", 확인지표_I2="3(5)"))
    targets = YearlyTarget.objects.filter(indicator__name="센터 이용자", year__in=(2023, 2024))
    assert set(targets.values_list("year", "value")) == {(2023, 2), (2024, 3)}
    result = import_workbook(book(확인지표_I2="3(6)"))
    assert [(each.sheet, each.cell) for each in result.errors] == [("확인지표", "I2")]


def test_full_width_digits_brackets_and_commas():
    taken(book(투자계획_H4="２．５", 확인지표_I3="３（４）", 공약_A2="１-１"))
    assert money(2023) == 2_500_000
    assert Actual.objects.filter(indicator__name="센터 이용자", value=3).exists()
    assert Pledge.objects.filter(code="1-1").exists()


def test_decomposed_korean_in_sheet_names_headers_and_cells():
    target = openpyxl.Workbook()
    target.remove(target.active)
    for name, rows in SHEETS.items():
        sheet = target.create_sheet(unicodedata.normalize("NFD", name))
        for row in rows:
            sheet.append(
                [unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row]
            )
    assert unchanged_after(saved(target))
    assert Department.objects.filter(municipality=the_plan().term.municipality, name="경제과").exists()


@pytest.mark.parametrize("value", [24.394, "24.394", "２４.３９４"])
def test_point_for_a_comma_is_told_where_the_sums_say_so_and_read_as_written(value):
    row = {"H": value, "F": 24401.5, "D": 24412}
    with override("en"):
        result = taken(book(**{f"투자계획_{letter}4": cell for letter, cell in row.items()}))
    told = [each for each in result.warnings if (each.sheet, each.cell) == ("투자계획", "H4")]
    assert any("24,394" in each.message for each in told)
    assert money(2023) == 24_394_000


@pytest.mark.parametrize(
    ("sheet", "cell"),
    [
        ("공약", "A2"),
        ("공약", "B2"),
        ("공약", "C2"),
        ("확인지표", "A2"),
        ("투자계획", "A2"),
        ("추진일정", "A2"),
        ("추진실적", "A2"),
    ],
)
def test_date_that_excel_made_of_a_code_is_an_error_with_the_remedy(sheet, cell):
    day = dt.datetime(2024, 1, 11)  # noqa: DTZ001 - a workbook's dates have no zone
    with override("en"):
        result = import_workbook(book(**{f"{sheet}_{cell}": day}))
    [found] = [each for each in result.errors if (each.sheet, each.cell) == (sheet, cell)]
    assert "as text" in found.message
    assert found.value == "2024-01-11"
