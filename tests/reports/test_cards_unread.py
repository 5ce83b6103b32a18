"""Nothing of a card is let fall in silence: what no reader took is told with its cell and value."""

import openpyxl
import pytest

from budgets.models import SubProject
from pledges.models import Indicator, Pledge
from reports.cards import build_cards
from reports.documents.xlsx import as_xlsx
from reports.fulfilment import plan_fulfilment
from reports.workbook import import_workbook
from reports.workbook.cards import unread
from tests.reports import workbooks
from tests.reports.card_sheets import NAJU_AS_OF, Pen, draw_naju, find, naju_book
from tests.reports.seeds import make_plan
from tests.reports.test_cards_import import bring, errors_of

pytestmark = pytest.mark.django_db

UNREAD = "This cell was not read: the import has no place for it."


@pytest.fixture
def plan():
    return make_plan("naju", "나주시", headline_method="completed_share")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def unread_of(result):
    return [(finding.cell, finding.value) for finding in result.warnings if "not read" in finding.message]


def place_of(sheet, value):
    return openpyxl.utils.cell.coordinate_from_string(find(sheet, value))


def split_name_column(sheet, heads, second):
    """Give the table of money two columns before 재원: ``heads``, ``second`` beside the name."""
    name = "'뜻세움' 운영\n활성화"
    _column, head = place_of(sheet, "연도별\n사업별")
    _column, first = place_of(sheet, name)
    sheet.unmerge_cells(f"A{head}:B{head + 1}")
    sheet.unmerge_cells(f"A{first}:B{first + 5}")
    sheet[f"A{head}"], sheet[f"B{head}"] = heads
    sheet[f"A{first}"], sheet[f"B{first}"] = (second, name) if heads[1] == "사업명" else (name, second)
    return head, first


def assert_naju_money(plan, project="'뜻세움' 운영 활성화"):
    assert [each.name for each in SubProject.objects.all()] == [project]
    figures = plan_fulfilment(plan, NAJU_AS_OF).pledges[0]
    assert str(figures.rate) == "220/3"
    assert (figures.planned, figures.executed) == (75_400_000, 42_000_000)


def test_naju_card_leaves_nothing_unread(plan):
    assert unread_of(bring(plan, naju_book({}, {"code": "7-2-4", "name": "정책 연구모임"}))) == []


# --- The columns of the table of money ------------------------------------------


@pytest.mark.parametrize(
    ("heads", "second"),
    [
        (("사업명", "담당부서"), "기획예산실"),
        (("사업명", "구분"), "계획"),
        (("구분", "비고"), "공모사업"),
        (("연번", "사업명"), "1"),
        (("구분", "사업명"), "시 사업"),
    ],
)
def test_project_is_what_its_header_says_and_the_other_column_is_told(plan, heads, second):
    book = naju_book()
    head, _first = split_name_column(book["관리카드"], heads, second)
    result = bring(plan, book)
    assert errors_of(result) == []
    assert_naju_money(plan)
    column = "A" if heads[1] == "사업명" else "B"
    other = heads[0] if heads[1] == "사업명" else heads[1]
    assert unread_of(result) == [(f"{column}{head}", f"{other} · {second}")]


def test_column_without_a_header_is_told(plan):
    book = naju_book()
    _head, first = split_name_column(book["관리카드"], ("사업명", None), "시 사업")
    result = bring(plan, book)
    assert_naju_money(plan)
    assert unread_of(result) == [(f"B{first}", "시 사업")]


def test_project_and_source_under_one_merged_header(plan):
    book = naju_book()
    sheet = book["관리카드"]
    _column, head = place_of(sheet, "연도별\n사업별")
    sheet.unmerge_cells(f"A{head}:B{head + 1}")
    sheet.unmerge_cells(f"C{head}:C{head + 1}")
    sheet[f"A{head}"], sheet[f"C{head}"] = "구분", None
    sheet[f"A{head + 1}"], sheet[f"C{head + 1}"] = "사업명", "재원"
    sheet.merge_cells(f"A{head}:C{head}")
    sheet.merge_cells(f"A{head + 1}:B{head + 1}")
    result = bring(plan, book)
    assert errors_of(result) == []
    assert_naju_money(plan)
    assert unread_of(result) == []


def test_figures_right_of_a_table_are_told_in_one_group(plan):
    book = naju_book()
    sheet = book["관리카드"]
    _column, row = place_of(sheet, "총 계")
    for down, value in enumerate((1, 2, 3)):
        sheet[f"P{row + down}"] = value
    (finding,) = (each for each in bring(plan, book).warnings if "not read" in each.message)
    assert (finding.cell, finding.value) == (f"P{row}", "1 · 2 · 3")
    assert f"P{row + 2}" in finding.message
    assert_naju_money(plan)


@pytest.mark.parametrize("label", ["연번", "비고", "담당부서"])
def test_column_of_another_form_beside_the_indicators_is_told_and_holds_nobody_up(plan, label):
    book = naju_book()
    sheet = book["관리카드"]
    _column, row = place_of(sheet, "확인지표")
    sheet[f"S{row}"], sheet[f"S{row + 1}"] = label, "첫째"
    result = bring(plan, book)
    assert errors_of(result) == []
    assert unread_of(result) == [(f"S{row}", f"{label} · 첫째")]
    assert str(plan_fulfilment(plan, NAJU_AS_OF).pledges[0].rate) == "220/3"


def test_year_outside_the_term_stays_an_error(plan):
    book = naju_book()
    sheet = book["관리카드"]
    _column, row = place_of(sheet, "확인지표")
    sheet[f"S{row}"], sheet[f"S{row + 1}"] = "2030", "1"
    assert [place[:2] for place in errors_of(bring(plan, book))] == [("관리카드", f"S{row}")]


def test_unit_of_an_indicators_second_row_that_differs_is_told(plan):
    book = naju_book()
    sheet = book["관리카드"]
    _column, row = place_of(sheet, "추진계획 수립")
    sheet.unmerge_cells(f"D{row}:D{row + 1}")
    sheet[f"D{row + 1}"] = "건"
    assert unread_of(bring(plan, book)) == [(f"D{row + 1}", "건")]


# --- The rest of the card -----------------------------------------------------------


def test_answer_to_a_label_of_another_form_is_told_with_its_label(plan):
    book = naju_book()
    sheet = book["관리카드"]
    sheet["A2"], sheet["C2"], sheet["E2"], sheet["G2"] = "사업기간", "2022~2026", "사업규모", "3개소"
    assert unread_of(bring(plan, book)) == [("A2", "사업기간 · 2022~2026 · 사업규모 · 3개소")]


def test_labels_of_another_form_without_answers_are_not_told(plan):
    book = naju_book()
    sheet = book["관리카드"]
    sheet["A2"], sheet["E2"], sheet["G2"] = "사업기간", "총사업비(백만원)", "-"
    assert unread_of(bring(plan, book)) == []


def test_part_that_a_plan_has_no_place_for_is_told(plan):
    book = naju_book()
    sheet = book["관리카드"]
    last = sheet.max_row
    sheet[f"A{last + 2}"], sheet[f"A{last + 3}"] = "□ 향후계획", "- 2026년 공모 확대"
    assert unread_of(bring(plan, book)) == [(f"A{last + 2}", "□ 향후계획 · - 2026년 공모 확대")]
    assert Pledge.objects.get().effects == "- 공모과제 발굴\n- 세대 간 소통"


def test_text_beside_the_boxes_and_under_a_table_is_told(plan):
    book = naju_book()
    sheet = book["관리카드"]
    _column, row = place_of(sheet, "집행액")
    sheet["T6"], sheet[f"A{row + 2}"] = "○", "※ 국비 미확보로 감액"
    assert sheet[f"A{row + 1}"].value is None
    told = unread_of(bring(plan, book))
    assert ("T6", "○") in told


def test_long_text_outside_every_part_is_told_in_short(plan):
    book = naju_book()
    book["관리카드"]["A2"] = "가" * 500
    ((cell, value),) = unread_of(bring(plan, book))
    assert cell == "A2"
    assert value.rstrip("…") == "가" * (len(value) - 1)
    assert len(value) <= 121


def test_cells_above_the_title_are_told_but_the_forms_own_title_is_not(plan):
    book = openpyxl.Workbook()
    sheet = book.active
    draw_naju(Pen(sheet, 4))
    sheet["A1"], sheet["A3"] = "민선 8기 공약 관리카드", "대외비"
    assert unread_of(bring(plan, book)) == [("A3", "대외비")]


def test_second_of_two_departments_of_one_label_is_told(plan):
    book = naju_book()
    sheet = book["관리카드"]
    sheet["A2"] = "담당부서"
    sheet["C2"] = "담당부서"
    sheet["B2"], sheet["D2"] = "기획예산실", "총무과"
    result = bring(plan, book)
    assert Pledge.objects.get().lead_department.name == "기획예산실"
    assert [value for _cell, value in unread_of(result)] == ["담당부서 · 총무과"]


def test_many_unread_places_are_told_up_to_a_limit_and_then_counted(plan, monkeypatch):
    monkeypatch.setattr(unread, "MOST_TOLD", 2)
    book = naju_book()
    sheet = book["관리카드"]
    for address in ("Y1", "AA3", "AC5", "AE7", "AE8"):
        sheet[address] = f"x{address}"
    findings = [each for each in bring(plan, book).warnings if "not read" in each.message]
    assert [each.cell for each in findings] == ["Y1", "AA3", "AC5"]
    assert "3 more cells" in findings[-1].message


def test_cell_right_of_the_title_is_told_and_the_title_keeps_number_and_name(plan):
    book = naju_book()
    book["관리카드"]["V1"] = "대외비"
    assert unread_of(bring(plan, book)) == [("V1", "대외비")]
    pledge = Pledge.objects.get()
    assert (pledge.code, pledge.name) == ("7-2-3", "학습동아리 활성화")


def test_number_and_name_in_cells_of_their_own_are_both_read_and_a_third_is_told(plan):
    bring(plan, naju_book({"name": "학습동아리"}))
    book = naju_book()
    sheet = book["관리카드"]
    sheet.unmerge_cells("A1:T1")
    sheet["A1"], sheet["B1"], sheet["H1"] = "7-2-3", "학습동아리 활성화", "대외비"
    result = bring(plan, book)
    assert errors_of(result) == []
    assert Pledge.objects.get().name == "학습동아리 활성화"
    assert unread_of(result) == [("H1", "대외비")]


# --- Kinds of indicators --------------------------------------------------------------


def test_exported_card_brings_every_kind_of_indicator_into_an_empty_plan():
    moved = {f"확인지표_A{row}": "1-1" for row in (4, 5, 6, 7)}
    first = import_workbook(workbooks.book(**moved))
    assert errors_of(first) == []
    card = next(card for card in build_cards(first.plan, first.as_of) if card.code == "1-1")
    other = make_plan("second", "한빛시")
    result = bring(other, as_xlsx(card), first.as_of)
    assert errors_of(result) == []
    assert not [each for each in result.warnings if "does not say how" in each.message]
    assert list(
        Indicator.objects.filter(pledge__plan=other).order_by("position").values_list("name", "kind")
    ) == [("센터 이용자", "cumulative"), ("평균 처리일", "decreasing"), ("만족도", "level")]
    (figures,) = plan_fulfilment(other, first.as_of).pledges
    # 4 of 10; 20 − 15.5 of 20 − 10; 74 of 80; and their mean.
    assert [str(each.rate) for each in figures.indicators] == ["40", "45", "185/2"]
    assert str(figures.rate) == "355/6"
    again = bring(other, as_xlsx(card), first.as_of)
    assert again.changes == []


# --- What a card leaves blank -----------------------------------------------------------


def test_lost_mark_of_the_status_clears_it_with_a_warning(plan):
    bring(plan, naju_book())
    book = naju_book()
    book["관리카드"]["D7"] = None
    result = bring(plan, book)
    (finding,) = (each for each in result.warnings if "is cleared" in each.message)
    assert finding.cell == "A6"
    assert "이행 후 계속추진" in finding.message or "완료 후 계속추진" in finding.message
    assert [(change.column, change.new) for change in result.changes] == [("추진상황", "")]


def test_blank_status_where_the_plan_has_none_is_not_told(plan):
    book = naju_book()
    book["관리카드"]["D7"] = None
    for _turn in range(2):
        assert not [each for each in bring(plan, book).warnings if "is cleared" in each.message]


def test_card_whose_boxes_are_all_unmarked_says_that_nothing_is_taken_of_them(plan):
    bring(plan, naju_book())
    book = naju_book()
    for row in book["관리카드"].iter_rows(min_row=5, max_row=7):
        for cell in row:
            if cell.value == "○":
                cell.value = None
    result = bring(plan, book)
    assert result.changes == []
    assert [each.cell for each in result.warnings if "No box" in each.message] == ["A3"]


# --- Numbers --------------------------------------------------------------------------------


def test_number_that_the_plan_does_not_have_is_told_with_the_pledge_of_that_name(plan):
    first = bring(plan, naju_book())
    assert not [each for each in first.warnings if "new one is made" in each.message]
    result = bring(plan, naju_book({"code": "7-2-33"}, {"code": "7-2-4", "name": "다른 공약"}))
    told = [
        (each.sheet, each.cell, each.value, each.message)
        for each in result.warnings
        if "new one is made" in each.message
    ]
    assert [each[:3] for each in told] == [("관리카드", "A1", "7-2-33"), ("관리카드 2", "A1", "7-2-4")]
    assert "7-2-3." in told[0][3]
    assert "of this name" not in told[1][3]


def test_two_different_cards_of_one_number_name_both_places(plan):
    book = naju_book({}, {"name": "다른 공약"})
    ((sheet, cell, message),) = errors_of(bring(plan, book))
    assert (sheet, cell) == ("관리카드 2", "A1")
    assert "관리카드 A1" in message
    assert "Correct the number" in message
    assert not Pledge.objects.exists()
