"""Headers, notes and cells of real sheets that were misread, or read although they were broken."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from budgets.sheets import InvestmentResource
from pledges.enums import IndicatorKind, MoneyUnit
from pledges.models import Term
from pledges.notation import NotationError, parse_number
from pledges.sheets import IndicatorResource, InfoResource, PledgeResource, ScheduleResource, Scope, Side
from pledges.sheets.widgets import AreaName, AreasWidget, DepartmentWidget, exact_rate
from pledges.spreadsheet import Cell, read_workbook
from reports.workbook import export_workbook, import_workbook
from tests.reports.workbooks import INFO, book, edited, everything, the_plan, workbook

TERM = Term(number=8, starts_on=dt.date(2022, 7, 1), ends_on=dt.date(2026, 6, 30))
SCOPE = Scope(TERM, dt.date(2024, 9, 30), MoneyUnit.MILLION, "한빛시")
TALL = ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "L2:L3")
TWO_ROWS = [
    ["연도별 투자계획", *[None] * 9, "(단위 : 천원)", None],
    ["공약번호", "사업명", "재원", "총계", "기투자", "임기내", *[None] * 5, "임기후"],
    [*[None] * 5, "소계", "2022", "2023", "2024", "2025", "2026", None],
    ["1-1", "센터", "시비", 15, 0, 15, 0, 5, 5, 5, 0, 0],
]


def sheet(name, rows, merged=(), **cells):
    """One sheet as it is read, some cells replaced: ``F3="#REF!"``."""
    target = workbook({name: rows})
    for address, value in cells.items():
        target[name][address] = value
    for span in merged:
        target[name].merge_cells(span)
    buffer = io.BytesIO()
    target.save(buffer)
    return read_workbook(buffer.getvalue(), [name]).sheets[name]


def money(**cells):
    return InvestmentResource(SCOPE).read(sheet("투자계획", TWO_ROWS, (*TALL, "F2:K2"), **cells))


def pledges(*rows):
    return PledgeResource(SCOPE).read(sheet("공약", rows))


def info(rows=INFO, **cells):
    return InfoResource().read(sheet("기본정보", rows, **cells))


def places(table):
    return [finding.cell for finding in table.errors]


def cell(value):
    return Cell("공약", 2, 1, value)


class TestTwoRowHeader:
    def test_is_read_with_its_unit(self):
        table = money()
        assert table.errors == []
        assert table.unit == MoneyUnit.THOUSAND
        assert next(iter(table.rows.values())).values["2023"] == 5_000

    @pytest.mark.parametrize("bad", ["#REF!", True, "2o23", "20223", "계", "=1+1", dt.date(2023, 1, 1)])
    @pytest.mark.parametrize("address", ["F3", "H3", "K3"])
    def test_one_bad_word_of_the_second_row_is_named_and_nothing_else(self, address, bad):
        assert places(money(**{address: bad})) == [address]

    @pytest.mark.parametrize("bad", ["#REF!", True, "=1+1", "임기후", "2022", "합계"])
    def test_bad_word_over_a_group_is_named(self, bad):
        assert places(money(F2=bad)) == ["F2"]

    @pytest.mark.parametrize("word", ["임기 내", "연도별 투자계획", None])
    def test_known_word_or_none_over_a_group_is_taken(self, word):
        assert money(F2=word).errors == []

    def test_header_in_both_rows_of_a_column_is_named_in_the_second(self):
        rows = [*TWO_ROWS[:2], [*TWO_ROWS[2][:11], "기투자"], TWO_ROWS[3]]
        rows[1] = [*rows[1][:4], None, *rows[1][5:]]
        table = InvestmentResource(SCOPE).read(sheet("투자계획", rows, ("A2:A3", "F2:K2")))
        assert places(table) == ["L3"]

    @pytest.mark.parametrize(
        ("word", "found"), [("2022년", []), (2022, []), ("2023", ["C1"]), ("작년", ["C1"])]
    )
    def test_year_stands_over_its_own_quarters(self, word, found):
        rows = [["공약번호", "세부과제", word, None], [None, None, "2022-3", "2022-4"], ["1", "가", "○", "●"]]
        table = ScheduleResource(SCOPE).read(sheet("추진일정", rows, ("A1:A2", "B1:B2", "C1:D1")))
        assert places(table) == found


class TestBrokenCellsAboveTheRows:
    @pytest.mark.parametrize("bad", ["#N/A", "=A9"])
    @pytest.mark.parametrize("address", ["K1", "A1"])
    def test_broken_unit_note_or_title_refuses_the_sheet(self, address, bad):
        assert places(money(**{address: bad})) == [address]

    @pytest.mark.parametrize("bad", ["#REF!", "=A9"])
    def test_broken_header_word_is_named_once(self, bad):
        assert places(pledges(["공약번호", "공약명", bad], ["1", "가", None])) == ["C1"]
        assert places(pledges(["공약번호", "분야", bad], ["1", "가", None])) == ["A1", "C1"]


class TestInfo:
    def test_header_that_is_doubled_or_not_known_is_named(self):
        assert places(info(C1="값")) == ["C1"]
        assert places(info(C1="항목")) == ["C1"]
        assert places(info(C1="메모")) == ["C1"]
        assert places(info(C1="#REF!")) == ["C1"]

    def test_doubled_header_does_not_win(self):
        found = info(C1="값", C2="나주시")
        assert found.values["지자체"] == "한빛시"

    def test_values_outside_both_columns_are_an_error_once_a_column(self):
        assert places(info(D3="메모", D4="메모", E5="=A1")) == ["D3", "E5"]

    @pytest.mark.parametrize("bad", ["#REF!", "갑", "=A1", True])
    def test_broken_header_is_named_at_its_own_cell(self, bad):
        assert places(info(B1=bad)) == ["B1"]
        assert places(info(A1=bad)) == ["A1"]

    def test_missing_header_and_broken_title(self):
        assert places(info(B1=None)) == ["A1"]
        assert places(info([["#REF!"], [], *INFO])) == ["A1"]
        assert places(info([["민선 8기"], [], *INFO])) == []


class TestUnitNote:
    @pytest.mark.parametrize(
        ("note", "unit"),
        [
            ("단위사업별 투자계획", None),
            ("(단위사업별)", None),
            ("(단위 : 천원)", MoneyUnit.THOUSAND),
            ("단위：억원", MoneyUnit.HUNDRED_MILLION),
            ("(단위 : 개소, 백만원)", MoneyUnit.MILLION),
            ("단위사업별 투자계획 (단위: 원)", MoneyUnit.WON),
            ("(단위 천원)", MoneyUnit.THOUSAND),
        ],
    )
    def test_is_told_from_a_title(self, note, unit):
        table = pledges([note], ["공약번호", "공약명"], ["1", "가"])
        assert (table.unit, table.errors) == (unit, [])

    @pytest.mark.parametrize("note", ["(단위 : 개소)", "단위:", "(단위 : 천원, 백만원)"])
    def test_that_names_no_one_unit_of_money_is_an_error(self, note):
        assert places(pledges([note], ["공약번호", "공약명"], ["1", "가"])) == ["A1"]


class TestCells:
    @pytest.mark.parametrize("text", ["-", " – ", "—"])
    def test_dash_is_no_department(self, text):
        assert DepartmentWidget(100).clean(cell(text)) == ""

    @pytest.mark.parametrize("text", ["기획과, 경제과", "기획과，경제과"])
    def test_second_lead_department_is_sent_to_its_own_column(self, text):
        with pytest.raises(NotationError, match="협조부서"):
            DepartmentWidget(100).clean(cell(text))

    @pytest.mark.parametrize("text", ["8\u00a0경제", "8\n경제", "8\r\n경제", "8\u3000경제", "8  경제"])
    def test_any_space_parts_the_code_and_name_of_an_area(self, text):
        assert AreasWidget(1).clean(cell(text)) == (AreaName("8", "경제"),)

    def test_both_won_signs_are_taken(self):
        assert parse_number("￦1,000") == parse_number("₩1,000") == 1000
        assert parse_number("△￦3") == -3

    def test_stored_rate_loses_float_dust_only(self):
        assert exact_rate(Decimal("88.3300000001")) == Decimal("88.33")
        assert exact_rate(Decimal("99.99999999999")) == 100
        for rate in ("66.6666666666667", "33.33335", "0.0000011"):
            with pytest.raises(NotationError):
                exact_rate(Decimal(rate))


class TestNegativeYears:
    def test_executed_money_may_be_negative_wherever_its_source_stands(self):
        for rows in (
            [
                ["공약번호", "사업명", "재원", "2023"],
                ["1", "가", "집행액", -5],
                ["1", "가", "집행액:시비", "△3"],
            ],
            [
                ["2023", "공약번호", "사업명", "재원"],
                [-5, "1", "가", "집행액"],
                ["△3", "1", "가", "집행액:시비"],
            ],
        ):
            table = InvestmentResource(SCOPE).read(sheet("투자계획", rows))
            assert table.errors == []
            assert [row.values["2023"] for row in table.rows.values()] == [-5_000_000, -3_000_000]

    @pytest.mark.parametrize("line", ["총계", "시비", "확보액"])
    def test_other_money_may_not(self, line):
        rows = [["공약번호", "사업명", "재원", "2023"], ["1", "가", line, -5]]
        assert places(InvestmentResource(SCOPE).read(sheet("투자계획", rows))) == ["D2"]

    def test_actuals_may_be_negative_and_targets_not(self):
        rows = [["공약번호", "확인지표", "구분", "2022", "2023"], ["1", "가", "이행", 3, "-1(2)"]]
        resource = IndicatorResource(SCOPE)
        table = resource.read(sheet("확인지표", rows))
        resource.resolve(table, {}, None, {})
        assert table.errors == []
        assert next(iter(table.rows.values())).values["2023"] == -1
        table = resource.read(sheet("확인지표", rows, C2="목표"))
        resource.resolve(table, {}, None, {})
        assert places(table) == ["E2"]


def test_running_total_of_an_export_opens_with_the_baseline():
    values = {"유형": IndicatorKind.CUMULATIVE, "기준값": Decimal(10), "2023": Decimal(1), "2024": Decimal(2)}
    written = IndicatorResource(SCOPE).written_row(("1", "가", Side.ACTUAL), values)
    assert written[6:11] == [None, "1(11)", "2(13)", None, None]
    values["유형"] = IndicatorKind.LEVEL
    assert IndicatorResource(SCOPE).written_row(("1", "가", Side.ACTUAL), values)[7] == 1


@pytest.mark.django_db
class TestWholeWorkbook:
    def again(self, content):
        """Import, export, import what was exported: it has to change nothing."""
        result = import_workbook(content)
        assert result.errors == []
        before = everything()
        exported = export_workbook(the_plan())
        result = import_workbook(exported)
        assert (result.errors, result.changes) == ([], [])
        assert everything() == before
        return openpyxl.load_workbook(io.BytesIO(exported))

    def test_negative_years_come_back(self):
        exported = self.again(
            book(확인지표_H3="1(1)", 확인지표_I3="△3(△2)", 투자계획_E6=-0.5, 투자계획_H6=-4, 투자계획_I6=3.5)
        )
        assert exported["확인지표"]["I3"].value == "-3(-2)"
        assert [exported["투자계획"][f"{letter}6"].value for letter in "DEHI"] == [-1, -0.5, -4, 3.5]

    def test_count_with_a_baseline_comes_back(self):
        exported = self.again(book(확인지표_E2=100, 확인지표_E3=100))
        assert exported["확인지표"]["H2"].value == "2(102)"

    def test_brackets_of_older_exports_without_the_baseline_change_nothing(self):
        assert import_workbook(book(확인지표_E2=100, 확인지표_E3=100)).errors == []
        again = import_workbook(book(확인지표_E2=100, 확인지표_E3=100))
        assert (again.errors, again.changes) == ([], [])

    @pytest.mark.parametrize("rate", [66.6666666666667, "66.666667%", "66.66666667"])
    def test_rate_that_is_only_compared_may_have_any_decimals(self, rate):
        # 1-1 has indicators, III-①-1 has none.
        result = import_workbook(book(공약_M2=rate))
        assert result.errors == []
        assert [finding.cell for finding in result.warnings if finding.cell == "M2"] == ["M2"]

    def test_rate_of_the_indicator_sheet_too(self):
        content = edited(book(), 확인지표_L1="이행률", 확인지표_L2=66.6666666666667)
        assert import_workbook(content).errors == []

    def test_rate_that_is_stored_has_at_most_four(self):
        assert [finding.cell for finding in import_workbook(book(공약_M4="66.666667%")).errors] == ["M4"]
        assert import_workbook(book(공약_M4="55.50000000001")).errors == []
        pledge = the_plan().pledges.get(code="III-①-1")
        assert [report.entered_rate for report in pledge.reports.all()] == [Decimal("55.5")]
