"""The official form: which boxes are marked, what stands in the tables, that tables are whole."""

import dataclasses
import datetime as dt

import pytest

from reports.cards import QuarterColumn, YearColumn
from reports.cardtext import text_parts
from reports.documents.form import FormCell, FormTable, Heading, Lines, Note, official_form
from tests.reports.documents.cards import bare_card, heavy_card, hostile_card, naju_card

STATUSES = ["완료 종결", "완료 후 계속추진", "정상추진", "일부추진"]


def tables(card) -> dict[str, FormTable]:
    return {block.name: block for block in official_form(card, 1).blocks if isinstance(block, FormTable)}


def texts(table: FormTable) -> list[list[str]]:
    return [[cell.shown for cell in row] for row in table.rows]


def headings(card) -> list[str]:
    return [block.text for block in official_form(card, 1).blocks if isinstance(block, Heading)]


def lines(card) -> list[tuple[int, str]]:
    return [
        (line.level, line.text)
        for block in official_form(card, 1).blocks
        if isinstance(block, Lines)
        for line in block.lines
    ]


def test_header_boxes_mark_what_was_chosen():
    rows = texts(tables(naju_card())["공약 개요"])
    assert rows[0] == ["완료시기", "사업주체", "신규여부", "예산구분", "소요예산\n(백만원)"]
    labels = dict(zip(rows[1], rows[2], strict=False))
    assert {label for label, mark in labels.items() if mark} == {"임기내", "나주시", "계속", "예산"}
    assert rows[1][-1] == "75.4"
    assert rows[3] == ["추진\n상황", *STATUSES, "이행률", "73.33%"]
    assert rows[4] == ["", "○", "", ""]


def test_header_boxes_of_a_bare_card_mark_nothing_and_show_no_zero():
    rows = texts(tables(bare_card())["공약 개요"])
    assert set(rows[2]) == set(rows[4]) == {""}
    assert rows[1][-1] == "-"
    assert rows[3][-1] == "–"


@pytest.mark.parametrize(
    ("status", "own", "word"),
    [("on_hold", "", "보류"), ("dropped", "", "폐기"), ("other", "통폐합", "통폐합")],
)
def test_status_outside_the_four_boxes_gets_its_own(status, own, word):
    rows = texts(tables(naju_card(status=status, own_status=own))["공약 개요"])
    assert rows[3] == ["추진\n상황", *STATUSES, word, "이행률", "73.33%"]
    assert rows[4] == ["", "", "", "", "○"]


def test_sections_stand_in_the_order_of_the_card():
    assert headings(naju_card(cause="보상 지연", remedy="재결 신청")) == [
        "❖ 정책목표",
        "□ 선거공보 원문",
        "□ 현황 및 정책개요",
        "□ 세부 추진상황",
        "< 연도별 투자 계획 >",
        "□ 추진실적",
        "< 공약달성 확인지표 >",
        "□ 부진 사유",
        "□ 대책",
        "□ 기대효과",
    ]


def test_sections_without_contents_are_left_out():
    assert headings(bare_card()) == []
    assert list(tables(bare_card())) == ["공약 개요"]


def test_indicators_show_the_notation_and_every_rate():
    rows = texts(tables(naju_card())["공약달성 확인지표"])
    head = ["확인지표", "단위", "구분", "2022", "2023", "2024", "2025", "2026. 6.", "이행률 (%)"]
    plan = ["추진계획 수립", "회", "목표 (누계)", "1(1)", "1(2)", "1(3)", "1(4)", "1(5)", "80.00"]
    meeting = ["보고회 개최 (성과공유)", "회", "목표 (누계)", "", "1(1)", "1(2)", "1(3)", "-", "66.67"]
    assert rows == [
        head,
        plan,
        ["이행 (누계)", "1(1)", "1(2)", "1(3)", "1(4)", ""],
        meeting,
        ["이행 (누계)", "", "1(1)", "-(1)", "1(2)", ""],
        ["공약 이행률 (각 지표 이행률의 평균으로 산출)", "73.33"],
    ]


def test_level_and_decreasing_indicators_say_what_they_are():
    first = naju_card().indicators[0]
    falling = dataclasses.replace(first, kind="decreasing", baseline="12.5")
    level = dataclasses.replace(first, kind="level")
    rows = texts(tables(naju_card(indicators=(falling, level)))["공약달성 확인지표"])
    assert rows[1][:3] == ["추진계획 수립 (기준값 12.5)", "회", "목표 (감소)"]
    assert rows[2][0] == "이행 (감소)"
    assert (rows[3][2], rows[4][0]) == ("목표 (최신값)", "이행 (최신값)")


def test_entered_rate_is_called_one():
    table = tables(naju_card(indicators=(), rate_is_entered=True))["공약달성 확인지표"]
    assert texts(table)[1] == ["공약 이행률 (부서에서 입력한 이행률)", "73.33"]


def test_money_is_in_the_plans_unit_and_nothing_entered_is_not_zero():
    rows = texts(tables(naju_card())["연도별 투자 계획"])
    assert rows[2] == ["뜻세움 운영", "총계", "75.4", "0", "75.4", "0", "33", "18.5", "13.2", "10.7", "0"]
    assert rows[-1] == ["집행액", "42", "0", "42", "0", "33", "0", "9", "-", "-"]
    notes = [block.text for block in official_form(naju_card(), 1).blocks if isinstance(block, Note)]
    assert "(단위 : 백만원)" in notes
    assert "집행률(집행액 ÷ 총계): 55.70%" in notes
    assert "2025. 9. 30. 기준" in notes


def test_money_by_source_says_which_and_the_sum_of_sub_projects_comes_first():
    rows = texts(tables(heavy_card())["연도별 투자 계획"])
    labels = [row[1] if len(row) == 11 else row[0] for row in rows[2:9]]
    assert labels == ["총계", "국비", "시비", "기타", "확보액", "집행액", "집행액\n(시비)"]
    assert rows[2][0] == "합계"
    assert rows[2][2] == "864,197,523"


def test_schedule_shows_each_mark_under_its_quarter():
    table = tables(naju_card())["세부 추진상황"]
    assert [cell.shown for cell in table.rows[0]] == [
        "세부 추진상황",
        "2022년",
        "2023년",
        "2024년",
        "2025년",
        "2026년",
        "비고",
    ]
    assert "".join(cell.shown for cell in table.rows[1]) == "3412341234123412"
    assert [cell.shown or "." for cell in table.rows[2]][1:-1] == list(".●...●...●○.....")
    assert [cell.shown or "." for cell in table.rows[3]][1:-1] == list("....●.......◐...")


def test_text_lines_are_moved_in_by_their_signs():
    shown = lines(naju_card())
    assert (1, "○ 추진근거") in shown
    assert (2, "- 「나주시 시정연구모임 뜻세움 운영 조례」") in shown
    assert (1, "○ 운영개요") in shown
    assert (2, "- 이름: 뜻세움") in shown
    assert (3, "※ 열지 않은 해: '15, '18, '20, '22, '24") in shown
    assert (2, "- 참가팀 공모와 연구 : 2023. 3.~9.") in shown
    assert (3, "· 6개 팀, 53명") in shown
    assert (2, "- 원정대 운영 : 2025. 4.~") in shown


def test_fictional_city_and_missing_report_are_said_on_the_form():
    notes = " ".join(block.text for block in official_form(heavy_card(), 1).blocks if isinstance(block, Note))
    assert "지어낸 도시(한빛시)" in notes
    assert "미제출" in notes
    naju = " ".join(block.text for block in official_form(naju_card(), 1).blocks if isinstance(block, Note))
    assert "지어낸" not in naju
    assert "미제출" not in naju


def test_footer_names_city_date_and_edition():
    assert official_form(naju_card(), 2).footer == (
        "나주시 민선 8기 공약실천계획 · 기준일 2025. 9. 30. · 제2판"
    )
    assert official_form(naju_card()).footer.endswith("미리보기")


@pytest.mark.parametrize(
    "card",
    [naju_card(), bare_card(), heavy_card(), hostile_card("=1+1"), hostile_card("\x00"), hostile_card("")],
    ids=["naju", "bare", "heavy", "hostile", "control", "empty"],
)
def test_every_table_is_filled_exactly(card):
    for table in tables(card).values():
        assert len(list(table.placed())) == sum(len(row) for row in table.rows)
        assert sum(len(group) for group in table.groups) == len(table.rows) - table.head_rows


@pytest.mark.parametrize("years", [1, 2, 5, 6])
def test_tables_fit_terms_of_any_length(years):
    """A mayor elected between elections has a short term, with fewer columns."""
    card = naju_card()
    first = 2026 - years + 1
    columns = tuple(YearColumn(year, str(year)) for year in range(first, 2027))
    quarters = tuple(QuarterColumn(year, quarter) for year in range(first, 2027) for quarter in (1, 2, 3, 4))

    def cut(values):
        return (tuple(values) * 2)[:years]

    block = card.money.sub_projects[0]
    rows = tuple(dataclasses.replace(row, years=cut(row.years)) for row in block.planned)
    table = dataclasses.replace(block, planned=rows, executed=())
    changed = dataclasses.replace(
        card,
        years=columns,
        quarters=quarters,
        grid=tuple(dataclasses.replace(row, cells=(row.cells * 2)[: len(quarters)]) for row in card.grid),
        money=dataclasses.replace(card.money, sub_projects=(table,)),
        indicators=tuple(
            dataclasses.replace(row, targets=cut(row.targets), actuals=cut(row.actuals))
            for row in card.indicators
        ),
    )
    assert len(tables(changed)) == 4
    for found in tables(changed).values():
        list(found.placed())


@pytest.mark.parametrize(
    ("rows", "head_rows"),
    [
        (((FormCell("가"),), (FormCell("나"), FormCell("다"))), 0),  # a place is empty
        (((FormCell("가", columns=3),),), 0),  # too wide
        (((FormCell("가", rows=2), FormCell("나")), (FormCell("다"),)), 1),  # reaches out of the head
        (((FormCell("가", rows=2), FormCell("나", rows=2)),), 0),  # reaches below the table
    ],
)
def test_table_that_is_not_whole_is_refused(rows, head_rows):
    with pytest.raises(ValueError, match="표"):
        list(FormTable("표", (30, 30), rows, head_rows).placed())


def test_rows_bound_by_a_cell_are_one_group():
    table = tables(naju_card())["공약달성 확인지표"]
    assert table.groups == (range(1, 3), range(3, 5), range(5, 6))


def test_long_text_is_cut_at_spaces_and_nothing_is_lost():
    text = "가나다 라마바 " * 300
    parts = text_parts(text, 100)
    assert "".join(parts) == text
    assert all(len(part) <= 100 and part.endswith(" ") for part in parts[:-1])
    assert "".join(text_parts("가" * 250, 100)) == "가" * 250


def test_form_knows_the_date_of_its_figures():
    assert official_form(naju_card(), 1).as_of == dt.date(2025, 9, 30)
