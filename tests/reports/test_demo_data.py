"""What the demo's data modules say, before any database: counts, sums, short forms, workbooks."""

import io
from collections import Counter
from decimal import Decimal

import openpyxl
import pytest

from pledges.enums import IndicatorKind, Status
from reports.demo import boryeong, naju
from reports.demo.hanbit import pledges, quarters
from reports.demo.hanbit.pledges import LAST, QUARTERS, all_pledges
from reports.demo.sheets import money_row


def rows_of(content: bytes, sheet: str) -> list[dict[str, str]]:
    header, *rows = openpyxl.load_workbook(io.BytesIO(content))[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_hanbit_has_66_pledges_in_five_areas():
    assert Counter(pledge.area.split()[0] for pledge in all_pledges()) == {
        "1": 19,
        "2": 14,
        "3": 8,
        "4": 17,
        "5": 8,
    }


def test_hanbit_names_and_codes_differ():
    assert len({pledge.code for pledge in all_pledges()}) == 66
    assert len({pledge.name for pledge in all_pledges()}) == 66


def test_hanbit_statuses_move_towards_the_last_quarter():
    counts = [Counter(pledge.statuses[quarter] for pledge in all_pledges()) for quarter in range(4)]
    columns = (Status.CLOSED, Status.CONTINUING, Status.ON_TRACK, Status.PARTIAL)
    assert [tuple(count[status] for status in columns) for count in counts] == [
        (1, 12, 47, 6),
        (2, 16, 44, 4),
        (3, 19, 42, 2),
        (4, 22, 40, 0),
    ]


def test_hanbit_has_every_kind_of_indicator_and_a_target_of_zero():
    indicators = [indicator for pledge in all_pledges() for indicator in pledge.indicators]
    assert {indicator.kind for indicator in indicators} == set(IndicatorKind)
    assert all(1 <= len(pledge.indicators) <= 3 for pledge in all_pledges())
    assert [indicator.name for indicator in indicators if set(indicator.targets) == {Decimal(0)}] == [
        "중대시민재해 발생"
    ]
    nothing = [each.name for each in indicators if set(each.actuals(LAST)) == {None}]
    assert nothing == ["입주기업"]


@pytest.mark.parametrize("quarter", range(4))
def test_hanbit_never_spends_more_than_it_planned_for_a_year(quarter):
    for pledge in all_pledges():
        for project in pledge.projects:
            for number in range(len(pledges.YEARS)):
                planned = sum(line.years[number] or 0 for line in project.planned)
                spent = sum(line.years[number] or 0 for line in project.spent[quarter])
                assert spent <= planned, (pledge.code, project.name)


def test_hanbit_achievements_lie_in_the_term():
    for pledge in all_pledges():
        for achievement in pledge.achievements:
            assert achievement.span.starts_on.isoformat() >= "2022-07-01", pledge.code
            assert achievement.known_on <= QUARTERS[LAST], pledge.code


def test_a_count_given_for_the_whole_year_is_spread_in_whole_steps():
    assert pledges._quarters("6") == (Decimal(1), Decimal(3), Decimal(4), Decimal(6))
    assert pledges._quarters("1") == (None, None, None, Decimal(1))
    assert pledges._quarters("-") == (None, None, None, None)


def test_a_quarter_without_a_value_keeps_the_one_before():
    assert pledges._quarters("-/45/-/47") == (None, Decimal(45), Decimal(45), Decimal(47))


def test_an_unknown_word_in_the_data_is_an_error():
    with pytest.raises(ValueError, match="status"):
        pledges._statuses("거의완료")
    with pytest.raises(ValueError, match="kind"):
        pledges._indicator(["지표", "회", "1 1 1 1 1", "1 1 1 1", "모름"])
    with pytest.raises(ValueError, match="source"):
        pledges._project(["사업", "외화 1 2 3 4 5"], 3)
    with pytest.raises(ValueError, match="five years"):
        pledges._project(["사업", "시비 1 2 3"], 3)


def test_money_rows_carry_the_sums_that_readers_expect():
    row = money_row(prior=Decimal(5), years=[(2022, Decimal(1)), (2023, None)], after=Decimal(2))
    assert row == {
        "총계": Decimal(8),
        "기투자": Decimal(5),
        "소계": Decimal(1),
        "2022": Decimal(1),
        "2023": None,
        "임기후": Decimal(2),
    }


def test_money_rows_without_amounts_have_no_sums():
    assert money_row(years=[(2022, None)])["총계"] is None


def test_later_workbooks_hold_only_what_changed():
    first, second = (rows_of(quarters.content(quarter), "추진실적") for quarter in (0, 1))
    assert len(second) < len(first)
    known = {(row["공약번호"], row["내용"]) for row in first}
    assert not known & {(row["공약번호"], row["내용"]) for row in second}


def test_the_correction_holds_the_one_misprinted_figure():
    content = quarters.correction()
    (pledge,) = rows_of(content, "공약")
    (row,) = rows_of(content, "확인지표")
    assert pledge["공약번호"] == "1-1-3"
    assert (row["구분"], row["2025"]) == ("이행", "1,890(8,000)")


def test_boryeong_has_65_pledges_whose_rates_add_up_to_5048():
    rows = rows_of(boryeong.content(), "공약")
    assert len(rows) == 65
    assert sum(int(row["이행률"].removesuffix("%")) for row in rows) == 5048


def test_naju_is_the_card_as_printed():
    content = naju.content()
    assert [row["이행률"] for row in rows_of(content, "확인지표")] == ["80", None, "66.67", None]
    total, *_sources, spent = rows_of(content, "투자계획")
    assert (str(total["총계"]), str(spent["총계"])) == ("75.4", "42")
