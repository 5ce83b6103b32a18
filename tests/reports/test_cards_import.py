"""Pledge cards as .xlsx come in: Naju's layout, the portal's own export, and cards that are none."""

import datetime as dt
import io
import json

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from pledges.models import Pledge, ProgressReport
from pledges.spreadsheet import UnreadableFile
from reports.cards import build_cards
from reports.documents.xlsx import as_xlsx
from reports.fulfilment import plan_fulfilment
from reports.models import ImportBatch
from reports.workbook import import_workbook
from reports.workbook.cards import CardPlace
from tests.reports import seeds, workbooks
from tests.reports.card_sheets import NAJU_AS_OF, SOURCES, content, find, naju_book
from tests.reports.seeds import make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return make_plan("naju", "나주시", headline_method="completed_share")


def bring(plan, book, as_of=NAJU_AS_OF, **options):
    data = book if isinstance(book, bytes) else content(book)
    return import_workbook(data, cards_of=CardPlace(plan, as_of), **options)


def errors_of(result):
    return [(finding.sheet, finding.cell, finding.message) for finding in result.errors]


def test_naju_card_gives_the_published_figures_in_an_empty_plan(plan):
    result = bring(plan, naju_book())
    assert errors_of(result) == []
    figures = plan_fulfilment(plan, NAJU_AS_OF).pledges[0]
    assert (figures.code, figures.status) == ("7-2-3", "continuing")
    assert str(figures.rate) == "220/3"
    assert [str(each.rate) for each in figures.indicators] == ["80", "200/3"]
    assert (figures.planned, figures.executed) == (75_400_000, 42_000_000)
    assert float(figures.execution_rate) == pytest.approx(55.70, abs=0.005)


def test_naju_card_brings_its_texts_dates_and_boxes(plan):
    bring(plan, naju_book())
    pledge = Pledge.objects.get()
    assert (pledge.name, pledge.completion, pledge.novelty, pledge.budgeted) == (
        "학습동아리 활성화",
        "within_term",
        "continued",
        True,
    )
    assert [kind.value for kind in pledge.implementers] == ["city"]
    assert pledge.goal == "직원의 정책 연구를 도와 역량과 소통을 키운다"
    assert pledge.basis == "「뜻세움 운영 조례」\n「뜻세움 운영 조례 시행규칙」"
    assert pledge.overview == "○ 운영개요\n- 운영기간 : 매년\n- 구성인원 : 10개팀"
    assert pledge.effects == "- 공모과제 발굴\n- 세대 간 소통"
    (card,) = build_cards(plan, NAJU_AS_OF)
    assert [(line.date_text, line.text, line.details) for line in card.achievements] == [
        ("2022. 10.", "운영 활성화 계획 수립", ("포상금 상향(600만원→1,000만원)",)),
        ("2023. 3.~9.", "참가팀 공모(6개팀, 53명) 및 연구 활동 개시", ()),
        ("2024. 3.", "2024년도 공모", ("※ 3개 팀 접수",)),
        ("2025. 4.~", "원정대 선정 및 운영", ()),
        ("2025. 5.~7.", "결과보고서 제출", ()),
        ("2025. 7.", "평가보고회 개최", ("포상금 지급 : 2025. 8.",)),
    ]
    assert [row.task for row in card.grid] == [
        "추진 계획 수립",
        "정책 보고회 개최",
        "벤치마킹 원정대 계획 수립",
    ]
    assert [table.name for table in card.money.sub_projects] == ["'뜻세움' 운영 활성화"]
    assert card.money.execution_rate == "55.70"


def test_naju_card_again_changes_nothing(plan):
    assert bring(plan, naju_book()).has_changes
    again = bring(plan, naju_book())
    assert (errors_of(again), again.changes) == ([], [])
    assert ImportBatch.objects.count() == 1


def test_portals_own_card_changes_nothing(plan):
    bring(plan, naju_book())
    Pledge.objects.update(
        goal="한 줄\n\n- 두 줄",
        basis="○ 조례\n- 규칙",
        overview="○ 추진근거 없음\n□ 개요",
        campaign_text="가" * 1300,
    )
    (card,) = build_cards(plan, NAJU_AS_OF)
    result = bring(plan, as_xlsx(card))
    assert (errors_of(result), result.changes, result.ignored) == ([], [], [])


@pytest.mark.parametrize(
    ("make", "as_of", "most"),
    [(seeds.hanbit, seeds.HANBIT_AS_OF, 6), (seeds.boryeong, dt.date(2021, 12, 31), 2)],
)
def test_portals_own_cards_of_every_kind_of_figure_change_nothing(make, as_of, most):
    plan = make()
    for card in build_cards(plan, as_of)[-most:]:
        result = bring(plan, as_xlsx(card), as_of)
        assert (errors_of(result), result.changes) == ([], []), card.code
    assert not ImportBatch.objects.exists()


def test_portals_own_card_with_an_edited_cell_changes_that_alone(plan):
    bring(plan, naju_book())
    (card,) = build_cards(plan, NAJU_AS_OF)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(card)))
    sheet = book["관리카드"]
    address = find(sheet, "- 세대 간 소통")
    sheet[address] = "- 세대 간 협력"
    result = bring(plan, book)
    (change,) = result.changes
    assert (change.sheet, change.column, change.new) == (
        "공약",
        "기대효과",
        "- 공모과제 발굴\n- 세대 간 협력",
    )
    # The text begins in the row above the one that was edited.
    assert change.address == find(sheet, "- 공모과제 발굴")


@pytest.mark.parametrize("one_sheet", [True, False])
def test_two_cards_in_one_file(plan, one_sheet):
    book = naju_book({}, {"code": "7-2-4", "name": "정책 연구모임"}, one_sheet=one_sheet)
    result = bring(plan, book)
    assert errors_of(result) == []
    assert result.sheets["공약"]["new"] == 2
    first, second = plan_fulfilment(plan, NAJU_AS_OF).pledges
    assert (first.code, second.code) == ("7-2-3", "7-2-4")
    assert first.rate == second.rate
    assert Pledge.objects.get(code="7-2-3").effects == Pledge.objects.get(code="7-2-4").effects
    cells = {change.address.partition("!")[0] for change in result.changes}
    assert cells == {"관리카드", "관리카드 2"} if not one_sheet else all("!" not in cell for cell in cells)


def test_each_card_has_its_own_unit_of_money(plan):
    book = naju_book({}, {"code": "7-2-4", "name": "정책 연구모임", "unit": "천원"})
    result = bring(plan, book)
    assert errors_of(result) == []
    first, second = plan_fulfilment(plan, NAJU_AS_OF).pledges
    assert (first.planned, second.planned) == (75_400_000, 75_400)


def test_error_names_the_cards_own_cell(plan):
    book = naju_book({}, {"code": "7-2-4", "name": "정책 연구모임"})
    sheet = book["관리카드 2"]
    money, cell = find(sheet, 18.5), find(sheet, "1(4)")
    date = find(sheet, "- 2024년도 공모 : 2024. 3.")
    sheet[money], sheet[cell], sheet[date] = "많음", "1(5)", "- 2024년도 공모 : 2024. 13."
    result = bring(plan, book)
    assert {(sheet, cell) for sheet, cell, _message in errors_of(result)} == {
        ("관리카드 2", money),
        ("관리카드 2", cell),
        ("관리카드 2", date),
    }
    assert {finding.value for finding in result.errors} == {"많음", "1(5)", "2024. 13."}
    assert not Pledge.objects.exists()


def test_box_with_an_unknown_mark_is_an_error_at_the_mark(plan):
    book = naju_book()
    book["관리카드"]["B5"] = "아마"
    assert [place[:2] for place in errors_of(bring(plan, book))] == [("관리카드", "B5")]


def test_two_marks_where_one_is_asked_for_are_an_error(plan):
    book = naju_book()
    book["관리카드"]["B5"] = "○"
    ((sheet, cell, message),) = errors_of(bring(plan, book))
    assert (sheet, cell) == ("관리카드", "A5")
    assert "임기내" in message


def test_two_cards_of_one_number_are_an_error_at_the_second(plan):
    ((sheet, cell, message),) = errors_of(bring(plan, naju_book({}, {})))
    assert (sheet, cell) == ("관리카드 2", "A1")
    assert "관리카드 A1" in message


def test_card_without_a_number_is_an_error(plan):
    book = naju_book()
    book["관리카드"]["A1"] = "학습동아리 활성화"
    ((sheet, cell, message),) = errors_of(bring(plan, book))
    assert (sheet, cell) == ("관리카드", "A1")
    assert "공약번호" in message


def test_number_and_name_under_labels_of_their_own(plan):
    book = naju_book()
    sheet = book["관리카드"]
    sheet.unmerge_cells("A1:T1")
    for cell, value in zip(
        ("A1", "C1", "E1", "G1", "K1", "N1"),
        ("공약번호", "III-①-1", "공약명", "학습동아리", "담당부서", "기획예산실"),
        strict=True,
    ):
        sheet[cell] = value
    result = bring(plan, book)
    assert errors_of(result) == []
    pledge = Pledge.objects.select_related("lead_department").get()
    assert (pledge.code, pledge.name, pledge.lead_department.name) == ("III-①-1", "학습동아리", "기획예산실")


def test_card_that_lacks_a_part_leaves_what_is_stored_alone(plan):
    bring(plan, naju_book())
    book = naju_book({"name": "학습동아리"})
    sheet = book["관리카드"]
    for row in sheet.iter_rows(min_row=9):
        for cell in row:
            if not isinstance(cell, openpyxl.cell.cell.MergedCell):
                cell.value = None
    result = bring(plan, book)
    assert errors_of(result) == []
    assert [(change.column, change.old, change.new) for change in result.changes] == [
        ("공약명", "학습동아리 활성화", "학습동아리")
    ]


def test_unmarked_boxes_say_nothing_where_none_is_marked(plan):
    bring(plan, naju_book())
    book = naju_book()
    for row in book["관리카드"].iter_rows(min_row=5, max_row=7):
        for cell in row:
            if cell.value == "○":
                cell.value = None
    assert bring(plan, book).changes == []


def test_sheet_that_is_no_card_is_ignored_and_hidden_ones_too(plan):
    book = naju_book()
    book.create_sheet("메모")["A1"] = "7-2-3 관련 메모"
    hidden = naju_book({"code": "9-9"})["관리카드"]
    target = book.create_sheet("숨김")
    target.sheet_state = "hidden"
    for row in hidden.iter_rows():
        for cell in row:
            if cell.value is not None:
                target[cell.coordinate] = cell.value
    result = bring(plan, book)
    assert errors_of(result) == []
    assert sorted(result.ignored) == ["메모", "숨김"]
    assert Pledge.objects.count() == 1


def test_file_without_a_card_says_what_was_looked_for(plan):
    book = openpyxl.Workbook()
    book.active.title = "표"
    book.active["B2"] = "회의록"
    ((sheet, cell, message),) = errors_of(bring(plan, book))
    assert (sheet, cell) == ("표", "A1")
    assert "완료시기" in message


def test_empty_workbook_is_no_card(plan):
    ((sheet, _cell, _message),) = errors_of(bring(plan, openpyxl.Workbook()))
    assert sheet == "Sheet"


def test_plan_workbook_is_no_card(plan):
    ((sheet, _cell, _message),) = errors_of(bring(plan, workbooks.book()))
    assert sheet == "기본정보"


def test_overlapping_merged_cells_are_an_error_where_they_meet(plan):
    book = naju_book()
    sheet = book["관리카드"]
    sheet.merged_cells.add("B4:C5")
    sheet.merged_cells.add("B5:D6")
    assert [place[:2] for place in errors_of(bring(plan, book))] == [("관리카드", "B5")]


def test_huge_merged_range_and_stray_cells_far_away(plan):
    book = naju_book()
    sheet = book["관리카드"]
    sheet.merged_cells.add("A2000:XFD1048576")
    assert errors_of(bring(plan, book)) == []
    sheet["A60000"] = "x"
    with pytest.raises(UnreadableFile):
        bring(plan, book)


def test_formula_without_a_result_is_an_error_at_its_cell(plan):
    book = naju_book()
    sheet = book["관리카드"]
    amount, note = find(sheet, 18.5), find(sheet, "(단위 : 백만원)")
    sheet[amount], sheet[note] = "=1+1", "=A1"
    assert {place[:2] for place in errors_of(bring(plan, book))} == {("관리카드", amount), ("관리카드", note)}
    assert not Pledge.objects.exists()


def test_more_filled_cells_than_cards_have_are_refused(plan, monkeypatch):
    monkeypatch.setattr("reports.workbook.cards.MOST_CELLS", 100)
    with pytest.raises(UnreadableFile):
        bring(plan, naju_book())


def test_card_of_another_date_is_a_warning(plan):
    result = bring(plan, naju_book(), as_of=dt.date(2025, 12, 31))
    assert [
        (finding.cell, finding.value) for finding in result.warnings if finding.value.startswith("2025")
    ] == [(find(naju_book()["관리카드"], "2025. 9. 30. 기준"), "2025-09-30")]


def test_unknown_unit_of_money_is_an_error_at_its_note(plan):
    book = naju_book({"unit": "만달러"})
    note = find(book["관리카드"], "(단위 : 만달러)")
    assert [place[:2] for place in errors_of(bring(plan, book))] == [("관리카드", note)]


def test_wrong_sum_is_a_warning_at_the_cards_cell(plan):
    book = naju_book()
    sheet = book["관리카드"]
    row = list(SOURCES).index("시 비")
    address = f"H{openpyxl.utils.cell.coordinate_from_string(find(sheet, '총 계'))[1] + row}"
    assert sheet[address].value == 33
    sheet[address] = 34
    warned = {finding.cell for finding in bring(plan, book).warnings}
    # 총계 and 소계 of 시비, and the year's 총계.
    assert {f"D{address[1:]}", f"F{address[1:]}"} <= warned


def test_command_takes_cards(plan, tmp_path, capsys):
    file = tmp_path / "card.xlsx"
    file.write_bytes(content(naju_book()))
    call_command("import_plan", str(file), "--cards", "naju/8", "--as-of", "2025-09-30", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["errors"] == []
    assert told["sheets"]["공약"] == {"new": 1, "changed": 0, "unchanged": 0}
    assert ProgressReport.objects.filter(period__as_of=NAJU_AS_OF).count() == 1
    assert ImportBatch.objects.get().layout == ImportBatch.Layout.CARDS


def test_command_wants_plan_and_date_together(plan, tmp_path):
    with pytest.raises(CommandError):
        call_command("import_plan", str(tmp_path / "x.xlsx"), "--cards", "naju/8")


@pytest.mark.parametrize("place", ["beside", "behind"])
def test_unit_of_money_beside_or_behind_the_heading_counts(plan, place):
    book = naju_book({"unit": "천원"})
    sheet = book["관리카드"]
    head, note = sheet[find(sheet, "< 연도별 투자 계획 >")], sheet[find(sheet, "(단위 : 천원)")]
    note.value = None
    if place == "behind":
        head.value = "‹ 연도별 투자 계획 › (단위 천원)"
    else:
        sheet.unmerge_cells(next(str(each) for each in sheet.merged_cells.ranges if head.coordinate in each))
        sheet.cell(head.row, 12).value = "(단위 : 천원)"
    assert errors_of(bring(plan, book)) == []
    assert plan_fulfilment(plan, NAJU_AS_OF).pledges[0].planned == 75_400


def test_table_without_a_unit_of_money_is_read_in_the_plans_and_warned_of(plan):
    book = naju_book()
    sheet = book["관리카드"]
    sheet[find(sheet, "(단위 : 백만원)")].value = None
    warned = [finding.message for finding in bring(plan, book).warnings]
    assert any("단위" in message and "백만원" in message for message in warned)


def test_year_that_stands_twice_in_a_tables_header_is_an_error(plan):
    book = naju_book()
    sheet = book["관리카드"]
    year = next(cell for row in sheet for cell in row if str(cell.value) == "2024")
    year.value = "2023"
    assert ("관리카드", year.coordinate) in {place[:2] for place in errors_of(bring(plan, book))}
    assert not Pledge.objects.exists()


def test_blank_answer_takes_no_other_label_for_it(plan):
    book = naju_book()
    sheet = book["관리카드"]
    sheet.unmerge_cells("A1:T1")
    places = ("A1", "B1", "C1", "D1", "F1", "H1", "J1", "L1")
    row = ("공약번호", "7-2-3", "공약명", "학습동아리", "담당부서", "담당자", "협조부서", "사업기간")
    for cell, value in zip(places, row, strict=True):
        sheet[cell] = value
    assert errors_of(bring(plan, book)) == []
    pledge = Pledge.objects.get()
    assert (pledge.code, pledge.name, pledge.lead_department) == ("7-2-3", "학습동아리", None)
    assert not pledge.supporting_departments.exists()


@pytest.mark.parametrize("part", ["1. 공약 개요", "2025 공약 관리카드"])
def test_part_of_the_form_is_no_pledges_number(plan, part):
    bring(plan, naju_book())
    book = naju_book()
    book["관리카드"]["A2"] = part
    assert errors_of(bring(plan, book)) == []
    assert [pledge.code for pledge in Pledge.objects.all()] == ["7-2-3"]
