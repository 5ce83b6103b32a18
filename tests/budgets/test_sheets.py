"""투자계획: sources, sums, and what a total row means."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.utils.translation import override

from budgets.sheets import EXECUTED, PLANNED, SECURED, TOTAL_LINE, InvestmentResource, Line, LineWidget
from pledges.enums import MoneySource, MoneyUnit
from pledges.models import Term
from pledges.notation import NotationError
from pledges.sheets import Scope
from pledges.spreadsheet import Cell, read_workbook

SCOPE = Scope(
    Term(number=8, starts_on=dt.date(2022, 7, 1), ends_on=dt.date(2026, 6, 30)),
    dt.date(2024, 9, 30),
    MoneyUnit.MILLION,
    "한빛시",
)
HEADER = [
    "공약번호",
    "사업명",
    "재원",
    "총계",
    "기투자",
    "소계",
    "2022",
    "2023",
    "2024",
    "2025",
    "2026",
    "임기후",
]


def resolved(*rows, stored=None, unspecified=None, header=HEADER):
    book = openpyxl.Workbook()
    book.active.title = "투자계획"
    book.active.append(header)
    for row in rows:
        book.active.append(["1", "사업", *row])
    buffer = io.BytesIO()
    book.save(buffer)
    resource = InvestmentResource(SCOPE)
    table = resource.read(read_workbook(buffer.getvalue(), ["투자계획"]).sheets["투자계획"])
    resource.unspecified = {("1", "사업"): unspecified or {}}
    resource.resolve(table, stored or {})
    return resource, table


def cells(found):
    return [finding.cell for finding in found]


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("총 계", TOTAL_LINE),
        ("시비", Line(PLANNED, MoneySource.CITY)),
        ("확보액", Line(SECURED)),
        ("확보액 : 국비", Line(SECURED, MoneySource.NATIONAL)),
        ("집행액", Line(EXECUTED)),
        ("집행액：시비", Line(EXECUTED, MoneySource.CITY)),
    ],
)
def test_sources_are_read_and_written(word, line):
    widget = LineWidget()
    assert widget.clean(Cell("투자계획", 2, 3, word)) == line
    assert widget.clean(Cell("투자계획", 2, 3, widget.render(line))) == line


@pytest.mark.parametrize("word", ["집행액:총계", "예비비", "집행"])
def test_unknown_source_is_refused(word):
    with pytest.raises(NotationError):
        LineWidget().clean(Cell("투자계획", 2, 3, word))


def test_sums_of_rows_and_columns_that_do_not_match_are_warnings():
    _resource, table = resolved(
        ["총계", 10, 0, 10, 0, 5, 6, 0, 0, 0],
        ["시비", 9, 0, 10, 0, 5, 5, 0, 0, 0],
    )
    assert table.errors == []
    assert sorted(cells(table.warnings)) == ["D2", "D3", "F2", "I2"]
    assert any("11" in finding.message for finding in table.warnings)


def points(table):
    return [(finding.cell, finding.value) for finding in table.warnings if "point" in finding.message]


class TestPointForComma:
    """24.394 for 24,394: told where the sums fit only so, and read as written all the same."""

    @pytest.fixture(autouse=True)
    def _english(self):
        with override("en"):
            yield

    @pytest.mark.parametrize("value", [24.394, "24.394", "２４.３９４"])
    def test_year_that_the_subtotal_knows_better(self, value):
        _resource, table = resolved(["시비", 24404, 0, 24404, 0, value, 10, 0, 0, 0])
        assert [cell for cell, _value in points(table)] == ["H2"]
        assert any("24,394" in finding.message for finding in table.warnings)
        assert table.errors == []
        assert table.rows["1", "사업", Line(PLANNED, MoneySource.CITY)].values["2023"] == 24_394_000

    def test_several_years_of_one_row(self):
        _resource, table = resolved(["시비", 3235, 0, 3235, 0, 1.234, 2.0, "1.998", 0, 0])
        assert points(table) == []
        _resource, table = resolved(["시비", 3234, 0, 3234, 0, 1.234, "1.998", 2, 0, 0])
        assert [cell for cell, _value in points(table)] == ["H2", "I2"]

    def test_source_that_the_total_row_knows_better(self):
        _resource, table = resolved(
            ["총계", "-", None, "-", None, 24404],
            ["국비", "-", None, "-", None, 24.394],
            ["시비", "-", None, "-", None, 10],
        )
        assert points(table) == [("H3", "24.394")]

    def test_sum_that_is_written_so_itself(self):
        _resource, table = resolved(["시비", "24.394", 0, "24.394", 0, 24384, 10, 0, 0, 0])
        assert points(table) == [("F2", "24.394"), ("D2", "24.394")]

    @pytest.mark.parametrize("total", [24.394, 25, 24395])
    def test_other_sums_say_nothing_of_it(self, total):
        _resource, table = resolved(["시비", total, 0, total, 0, 24.394, 0, 0, 0, 0])
        assert points(table) == []

    @pytest.mark.parametrize("value", [2439.4, 24.39, 0.394, 24, "24.3941"])
    def test_only_three_decimals_behind_a_point_are_a_comma(self, value):
        whole = Decimal(str(value)) * 1000
        _resource, table = resolved(["시비", whole, 0, whole, 0, value, 0, 0, 0, 0])
        assert points(table) == ([] if value != 24.39 else [("H2", "24.39")])


def test_matching_sums_are_silent_and_blank_is_no_zero():
    _resource, table = resolved(
        ["총계", 10, None, 10, None, 5, 5, None, None, None], ["시비", 10, None, 10, None, 5, 5]
    )
    assert table.warnings == []
    row = table.rows["1", "사업", Line(PLANNED, MoneySource.CITY)]
    assert (row.values["2023"], row.values["2022"]) == (5_000_000, None)


def test_total_row_is_money_only_without_amounts_by_source():
    _resource, alone = resolved(["총계", 10, None, 10, None, 5, 5])
    assert alone.rows["1", "사업", TOTAL_LINE].values["2023"] == 5_000_000
    _resource, beside = resolved(["총계", 10, None, 10, None, 5, 5], ["시비", 10, None, 10, None, 5, 5])
    assert beside.rows["1", "사업", TOTAL_LINE].values["2023"] is None
    stored = {
        ("1", "사업", TOTAL_LINE): {"2023": 5_000_000},
        ("1", "사업", Line(PLANNED, MoneySource.CITY)): {"2023": 5_000_000},
    }
    _resource, known = resolved(["총계", 9, None, 9, None, 9], stored=stored)
    assert known.rows["1", "사업", TOTAL_LINE].values["2023"] is None
    assert cells(known.warnings) == ["H2"]


def test_sources_that_arrive_for_a_stored_total_are_told():
    stored = {("1", "사업", TOTAL_LINE): {"2023": 5_000_000}}
    resource, table = resolved(["시비", 5, None, 5, None, 5], stored=stored, unspecified={"2023": 5_000_000})
    assert resource.replaced == {("1", "사업"): {"2023"}}
    assert cells(table.warnings) == ["C2"]


def test_nothing_is_spent_after_the_date():
    _resource, table = resolved(
        ["집행액", 3, 1, 2, 0, 1, 1, 1, "-", None], ["집행액:시비", 0, 0, 0, 0, 0, 0, 0, 0, 2]
    )
    assert sorted(cells(table.errors)) == ["J2", "L3"]
    _resource, table = resolved(["집행액", 3, 1, 2, 0, 1, 1, 0, "-", 0])
    assert table.errors == []
    assert table.rows["1", "사업", Line(EXECUTED)].values["2025"] is None


def test_written_row_adds_its_own_sums():
    row = InvestmentResource(SCOPE).written_row(
        ("1", "사업", Line(PLANNED, MoneySource.CITY)),
        {"기투자": 1_000_000, "2023": 2_500_000, "임기후": None},
    )
    assert row[:3] == ["1", "사업", "시비"]
    assert row[3:6] == [Decimal("3.5"), 1, Decimal("2.5")]
    assert row[6:] == [None, Decimal("2.5"), None, None, None, None]
