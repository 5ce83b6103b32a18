"""Headers, rows and cells of the workbook's sheets, without a database."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from pledges.enums import Implementer, IndicatorKind, MoneyUnit, Status
from pledges.models import Term
from pledges.notation import NotationError
from pledges.sheets import (
    AchievementResource,
    IndicatorResource,
    InfoResource,
    PledgeResource,
    ScheduleResource,
    Scope,
    Side,
)
from pledges.sheets.widgets import (
    AreaName,
    AreasWidget,
    BudgetedWidget,
    CodeWidget,
    DatesWidget,
    DayWidget,
    ImplementersWidget,
    MoneyWidget,
    NamesWidget,
    ScheduleWidget,
    StatusWidget,
    StatusWord,
    TextWidget,
)
from pledges.spreadsheet import Cell, read_workbook

TERM = Term(number=8, starts_on=dt.date(2022, 7, 1), ends_on=dt.date(2026, 6, 30))
SCOPE = Scope(TERM, dt.date(2024, 9, 30), MoneyUnit.MILLION, "한빛시", ("시기 미도래",))


def sheet(*rows, name="공약", then=None):
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    if then:
        then(book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return read_workbook(buffer.getvalue(), [name]).sheets[name]


def pledges(*rows, then=None):
    return PledgeResource(SCOPE).read(sheet(*rows, then=then))


def errors(table):
    return [finding.cell for finding in table.errors]


def cell(value, **options):
    return Cell("공약", 2, 1, value, **options)


class TestHeader:
    def test_stands_below_titles_in_any_order_with_spaces_and_full_width(self):
        table = pledges(["공약 총괄표"], [], ["공 약 명", "공약\n번호"], ["돌봄", "1-1"])
        assert table.errors == []
        assert table.positions == {"공약명": 1, "공약번호": 2}
        assert table.rows[("1-1",)].values == {"공약명": "돌봄", "공약번호": "1-1"}

    def test_unknown_and_doubled_columns_refuse_the_sheet(self):
        assert errors(pledges(["공약번호", "공약명", "id"], ["1", "가"])) == ["C1"]
        assert errors(pledges(["공약번호", "공약명", "분야", "분야"], ["1", "가"])) == ["D1"]

    def test_missing_required_column_is_named_and_so_is_the_unknown_one(self):
        table = pledges(["공약번호", "공약이름", "분야"], ["1", "가", "1"])
        assert errors(table) == ["A1", "B1"]
        assert "공약명" in table.errors[0].message

    def test_sheet_without_any_header(self):
        assert errors(pledges(["1-1", "가"])) == ["A1"]

    def test_two_rows_of_merged_cells_are_one_header(self):
        def merge(target):
            target.merge_cells("A1:A2")
            target.merge_cells("B1:B2")
            target.merge_cells("C1:D1")

        table = pledges(
            ["공약번호", "공약명", "분류", None],
            [None, None, "분야", "전략"],
            ["1-1", "가", "1", "1-가"],
            then=merge,
        )
        assert table.errors == []
        assert table.positions == {"공약번호": 1, "공약명": 2, "분야": 3, "전략": 4}

    def test_header_merged_over_two_columns_of_one_row_is_refused(self):
        table = pledges(
            ["공약번호", "공약명", None, "분야"],
            ["1-1", "가", "나", "1"],
            then=lambda target: target.merge_cells("B1:C1"),
        )
        assert "B1" in errors(table)

    def test_value_without_a_header_is_an_error_once(self):
        assert errors(pledges(["공약번호", "공약명"], ["1", "가", "메모"], ["2", "나", "메모"])) == ["C2"]

    def test_last_year_of_the_term_is_found_by_either_name(self):
        for label in ("2026. 6.", "2026", 2026, "2026.6."):
            table = IndicatorResource(SCOPE).read(
                sheet(["공약번호", "확인지표", "구분", label], ["1", "가", "목표", 1], name="확인지표")
            )
            assert table.positions["2026. 6."] == 4


class TestRows:
    def test_totals_and_blank_rows_are_skipped(self):
        table = pledges(
            ["공약번호", "공약명"], [], ["1", "가"], [], ["합 계", "=SUM(1)"], [" ", None], ["2", "나"]
        )
        assert table.errors == []
        assert [row.number for row in table.rows.values()] == [3, 7]

    def test_same_key_twice_is_an_error_of_the_second(self):
        table = pledges(
            ["공약번호", "공약명"], ["가-1", "가"], ["\u1100\u1161-1", "나"], ["１-1", "다"], ["1-1", "라"]
        )
        assert errors(table) == ["A3", "A5"]

    def test_row_without_a_key_is_an_error(self):
        assert errors(pledges(["공약번호", "공약명"], [None, "가"], ["   ", "나"])) == ["A2", "A3"]

    def test_unit_note_is_read_and_an_unknown_unit_refused(self):
        assert (
            pledges([None, "(단위 : 천원)"], ["공약번호", "공약명"], ["1", "가"]).unit == MoneyUnit.THOUSAND
        )
        assert errors(pledges([None, "(단위: 만원)"], ["공약번호", "공약명"], ["1", "가"])) == ["B1"]

    def test_hidden_sheets_are_refused_hidden_rows_and_columns_told(self):
        def hide(target):
            target.row_dimensions[2].hidden = True
            target.column_dimensions["B"].hidden = True

        table = pledges(["공약번호", "공약명"], ["1", "가"], then=hide)
        assert table.errors == []
        assert [finding.cell for finding in table.warnings] == ["A2", "B1"]

    def test_telephone_numbers_are_a_warning(self):
        table = pledges(["공약번호", "공약명"], ["1", "담당 010-1234-5678"])
        assert [finding.cell for finding in table.warnings] == ["B2"]

    def test_stock_import_is_closed(self):
        with pytest.raises(NotImplementedError):
            PledgeResource(SCOPE).import_data(None)


class TestWidgets:
    def test_codes(self):
        widget = CodeWidget()
        assert widget.clean(cell("III-①-1")) == "III-①-1"
        assert widget.clean(cell("７-1)")) == "7-1)"
        assert widget.clean(cell(Decimal("1"))) == "1"
        assert widget.clean(cell("007")) == "007"
        with pytest.raises(NotationError, match="1-11"):
            widget.clean(cell(dt.datetime(2024, 1, 11)))  # noqa: DTZ001

    def test_areas(self):
        widget = AreasWidget(4)
        assert widget.clean(cell("7-2 조직문화 > 7-2-1")) == (AreaName("7-2", "조직문화"), AreaName("7-2-1"))
        assert widget.render((AreaName("7-2", "조직문화"), AreaName("7-2-1"))) == "7-2 조직문화 > 7-2-1"
        for bad in ("7 > ", "a/b 이름", "7 " + "이" * 101):
            with pytest.raises(NotationError):
                widget.clean(cell(bad))

    def test_implementers_know_the_citys_own_name(self):
        widget = ImplementersWidget()
        assert widget.clean(cell("한빛시, 국가"), scope=SCOPE) == (Implementer.STATE, Implementer.CITY)
        assert widget.render((Implementer.STATE, Implementer.CITY)) == "국가, 시"
        with pytest.raises(NotationError):
            widget.clean(cell("나주시"), scope=SCOPE)

    def test_status_words_and_those_of_the_plan(self):
        widget = StatusWidget()
        assert widget.clean(cell("이행 / 완료 후 계속추진"), scope=SCOPE) == StatusWord(Status.CONTINUING)
        assert widget.clean(cell("시기미도래"), scope=SCOPE) == StatusWord(Status.OTHER, "시기 미도래")
        assert widget.clean(cell("-"), scope=SCOPE) is None
        with pytest.raises(NotationError, match="시기 미도래"):
            widget.clean(cell("순항"), scope=SCOPE)

    def test_money_is_whole_won_in_the_sheets_unit(self):
        widget = MoneyWidget()
        assert widget.clean(cell("₩1,234.5"), scope=SCOPE) == 1_234_500_000
        assert widget.clean(cell("-"), scope=SCOPE) is None
        assert widget.clean(cell(Decimal(0)), scope=SCOPE) == 0
        for bad in ("0.0000001", "-1", "99999999999"):
            with pytest.raises(NotationError):
                widget.clean(cell(bad), scope=SCOPE)

    def test_dates_and_days(self):
        assert DatesWidget().render(DatesWidget().clean(cell("2023. 3.~9."))) == "2023. 3.~9."
        late = dt.datetime(2026, 6, 30, 23, 59, 59)  # noqa: DTZ001
        assert DayWidget().clean(cell(late)) == dt.date(2026, 6, 30)
        assert DatesWidget().render(DatesWidget().clean(cell(Decimal("20260701")))) == "2026. 7. 1."
        for bad in (Decimal("2022.1"), Decimal("46204"), "상시"):
            with pytest.raises(NotationError):
                DatesWidget().clean(cell(bad))
        with pytest.raises(NotationError):
            DayWidget().clean(cell("2026. 7."))

    def test_schedule_signs_go_both_ways(self):
        widget = ScheduleWidget()
        for sign in ("○", "◐", "●"):
            assert widget.render(widget.clean(cell(sign))) == sign
        assert widget.clean(cell("-")) == ""

    def test_names_and_budget(self):
        assert NamesWidget(100).clean(cell("복지과，기획과, 복지과")) == ("기획과", "복지과")
        assert [BudgetedWidget().clean(cell(word)) for word in ("예산", "비예산", "-")] == [True, False, None]

    @pytest.mark.parametrize(
        "bad",
        ["900101-1234567", "a\u202eb", "a" + "\u0301" * 12, "A" * 301, "a\x0bb", "가" * 301],
    )
    def test_texts_that_may_not_be_published(self, bad):
        with pytest.raises(NotationError):
            TextWidget(300).clean(cell(bad))

    @pytest.mark.parametrize(
        "text", ["<script>alert(1)</script>", "=1+1", "{{7*7}}", "None", "줄1\n줄2", "_x0000_"]
    )
    def test_texts_stay_as_they_are(self, text):
        assert TextWidget(300).clean(cell(text)) == text


class TestIndicatorYears:
    def resolved(self, *rows, stored=None):
        resource = IndicatorResource(SCOPE)
        table = resource.read(
            sheet(
                [
                    "공약번호",
                    "확인지표",
                    "유형",
                    "기준값",
                    "구분",
                    "2022",
                    "2023",
                    "2024",
                    "2025",
                    "2026. 6.",
                ],
                *(["1", "가", *row] for row in rows),
                name="확인지표",
            )
        )
        resource.resolve(table, stored or {}, None, {})
        return table

    def test_own_values_are_kept_and_running_totals_checked(self):
        table = self.resolved([None, None, "목표", "1(1)", "-(1)", 2, "0(3)", "-"])
        row = table.rows["1", "가", Side.TARGET]
        assert [row.values[year] for year in ("2022", "2023", "2024", "2025", "2026. 6.")] == [
            1,
            None,
            2,
            0,
            None,
        ]
        assert errors(self.resolved([None, None, "목표", "1(1)", "1(3)"])) == ["G2"]

    def test_running_total_may_open_with_the_baseline(self):
        assert errors(self.resolved(["누계", 10, "목표", "1(11)", "1(12)"])) == []
        assert errors(self.resolved(["누계", 10, "목표", "1(11)", "1(2)"])) == ["G2"]

    def test_year_without_a_column_counts_with_its_stored_value(self):
        resource = IndicatorResource(SCOPE)
        table = resource.read(
            sheet(["공약번호", "확인지표", "구분", "2023"], ["1", "가", "목표", "1(4)"], name="확인지표")
        )
        stored = {("1", "가", Side.TARGET): {"2022": 3, "유형": IndicatorKind.CUMULATIVE, "기준값": None}}
        resource.resolve(table, stored, None, {})
        assert table.errors == []

    def test_brackets_are_for_counts_and_the_future_for_nobody(self):
        assert errors(self.resolved(["최신값", None, "목표", "1(1)"])) == ["F2"]
        assert errors(self.resolved([None, None, "이행", 1, 1, 1, 1])) == ["I2"]
        assert errors(self.resolved([None, None, "이행", 1, 1, 1, 0, "-"])) == []

    def test_rows_of_one_indicator_have_to_agree(self):
        assert errors(self.resolved(["누계", None, "목표", 1], ["최신값", None, "이행", 1])) == ["C3"]
        joined = self.resolved(["최신값", None, "목표", 1], [None, None, "이행", 1])
        assert {row.values["유형"] for row in joined.rows.values()} == {IndicatorKind.LEVEL}

    def test_cells_are_written_in_the_cards_notation(self):
        resource = IndicatorResource(SCOPE)
        values = {
            "단위": "회",
            "유형": IndicatorKind.CUMULATIVE,
            "기준값": None,
            "2022": None,
            "2023": 1,
            "2025": 9,
        }
        assert resource.written_row(("1", "가", Side.ACTUAL), values)[6:11] == [
            None,
            "1(1)",
            "-(1)",
            None,
            None,
        ]
        assert resource.written_row(("1", "가", Side.TARGET), values)[6:11] == [
            None,
            "1(1)",
            "-(1)",
            "9(10)",
            "-(10)",
        ]


def test_term_gives_sixteen_quarters_and_other_sheets_their_columns():
    assert len(ScheduleResource(SCOPE).quarters) == 16
    assert list(AchievementResource(SCOPE).columns) == ["공약번호", "일자", "내용", "세부내용"]


def test_info_reads_items_wherever_the_header_stands():
    found = InfoResource().read(
        sheet(
            ["계획"],
            ["항목", "값"],
            ["지자체", "한빛시"],
            ["임기 시작", dt.date(2022, 7, 1)],
            name="기본정보",
        )
    )
    assert found.values == {"지자체": "한빛시", "임기 시작": dt.date(2022, 7, 1)}
    assert found.addresses == {"지자체": "B3", "임기 시작": "B4"}
    assert len(found.errors) == 4
