"""The field's notation, form by form. Texts are those of the two seed documents and of real sheets."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.enums import (
    Completion,
    DatePrecision,
    HeadlineMethod,
    Implementer,
    IndicatorKind,
    MoneySource,
    MoneyUnit,
    Novelty,
    Rounding,
    Status,
)
from pledges.notation import (
    DateSpan,
    NotationError,
    YearValue,
    clean_text,
    fold_key,
    fold_word,
    format_dates,
    format_money,
    format_number,
    format_year_value,
    from_sheet_word,
    in_unit,
    parse_dates,
    parse_number,
    parse_percent,
    parse_year_value,
    sheet_word,
    sheet_words,
    won_from,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234", "1234"),
        ("1,234,567", "1234567"),
        ("24.394", "24.394"),
        ("１２３", "123"),
        (" 100 ", "100"),
        ("\u00a0100\u00a0", "100"),
        ("1\u200b00", "100"),
        ("\ufeff100", "100"),
        ("₩1,000", "1000"),
        ("△3", "-3"),
        ("▲3", "-3"),
        ("△1,234", "-1234"),
        ("(3)", "-3"),
        ("−3", "-3"),
        ("-3", "-3"),
        ("0", "0"),
        ("75.4", "75.4"),
    ],
)
def test_parse_number_reads_the_forms_of_real_sheets(text, number):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "  ", "-", "–", ".", "\u3000"])
def test_parse_number_nothing_entered_is_none_and_not_zero(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1,23,4",
        "1.234,5",
        "1,234천원",
        "12억 3천만원",
        "1(1)",
        "50%",
        "١٢٣",
        "1_000",
        "²",
        "①",
        "1e5",
        "0x10",
        "NaN",
        "Infinity",
        "sNaN",
        "해당없음",
        "9" * 5000,
        "1,2345",
        "--3",
        "△",
        "+",
    ],
)
def test_parse_number_refuses_what_is_no_number(text):
    with pytest.raises(NotationError):
        parse_number(text)


def test_parse_number_negative_is_refused_where_it_makes_no_sense():
    with pytest.raises(NotationError):
        parse_number("△3", negative=False)
    assert parse_number("3", negative=False) == 3


@pytest.mark.parametrize(
    ("text", "rate"), [("73.33%", "73.33"), ("73.33", "73.33"), ("100 %", "100"), ("０％", "0")]
)
def test_parse_percent_with_or_without_its_sign(text, rate):
    assert parse_percent(text) == Decimal(rate)


@pytest.mark.parametrize("text", ["120", "-0.01", "x", "1%%"])
def test_parse_percent_outside_0_to_100_is_refused(text):
    with pytest.raises(NotationError):
        parse_percent(text)


@pytest.mark.parametrize(
    ("text", "own", "cumulative"),
    [
        ("1(4)", 1, 4),
        ("-(1)", None, 1),
        ("0(1)", 0, 1),
        ("1 ( 4 )", 1, 4),
        ("1,200(5,600)", 1200, 5600),
        ("△1(3)", -1, 3),
        ("(3)", -3, None),
        ("2", 2, None),
        ("-", None, None),
        ("", None, None),
        (".", None, None),
    ],
)
def test_parse_year_value_own_and_running_total(text, own, cumulative):
    assert parse_year_value(text) == YearValue(
        None if own is None else Decimal(own), None if cumulative is None else Decimal(cumulative)
    )


@pytest.mark.parametrize("text", ["1(", "1(x)", "x(1)", "1(2)(3)", "1)2("])
def test_parse_year_value_refuses_broken_brackets(text):
    with pytest.raises(NotationError):
        parse_year_value(text)


@pytest.mark.parametrize(
    ("own", "cumulative", "text"),
    [
        (1, 4, "1(4)"),
        (None, 1, "-(1)"),
        (0, 1, "0(1)"),
        (2, None, "2"),
        (None, None, ""),
        (1200, 5600, "1,200(5,600)"),
    ],
)
def test_format_year_value_as_the_card_writes_it(own, cumulative, text):
    assert (
        format_year_value(
            None if own is None else Decimal(own), None if cumulative is None else Decimal(cumulative)
        )
        == text
    )


@given(
    st.none() | st.decimals(-(10**9), 10**9, places=4),
    st.none() | st.decimals(-(10**9), 10**9, places=4),
)
def test_year_value_read_back_is_the_same(own, cumulative):
    if own is None and cumulative is None:
        assert parse_year_value(format_year_value(own, cumulative)) == YearValue(None)
    else:
        assert parse_year_value(format_year_value(own, cumulative)) == YearValue(own, cumulative)


@pytest.mark.parametrize(
    ("number", "text", "grouped"),
    [("1234.50", "1234.5", "1,234.5"), ("100", "100", "100"), ("0.0000", "0", "0"), ("1E+2", "100", "100")],
)
def test_format_number_without_trailing_zeros(number, text, grouped):
    assert format_number(Decimal(number)) == text
    assert format_number(Decimal(number), grouped=True) == grouped


def test_money_is_whole_won_and_back():
    assert won_from(Decimal("75.4"), MoneyUnit.MILLION) == 75_400_000
    assert won_from(Decimal("17500.5"), MoneyUnit.THOUSAND) == 17_500_500
    assert in_unit(17_500_500, MoneyUnit.MILLION) == Decimal("17.5005")
    assert format_money(29_376_000_000, MoneyUnit.MILLION) == "29,376"
    assert format_money(None, MoneyUnit.MILLION) == ""
    assert format_money(0, MoneyUnit.HUNDRED_MILLION) == "0"


def test_money_of_less_than_a_won_is_refused():
    with pytest.raises(NotationError):
        won_from(Decimal("0.0000001"), MoneyUnit.MILLION)


@pytest.mark.parametrize(
    ("text", "starts", "ends", "precision", "open_ended", "written"),
    [
        ("2022. 10.", "2022-10-01", "2022-10-31", "month", False, "2022. 10."),
        ("2023. 3.~9.", "2023-03-01", "2023-09-30", "month", False, "2023. 3.~9."),
        ("2025. 5~7.", "2025-05-01", "2025-07-31", "month", False, "2025. 5.~7."),
        ("2025. 4.~", "2025-04-01", "2025-04-30", "month", True, "2025. 4.~"),
        ("2018. 7. ~ 11.", "2018-07-01", "2018-11-30", "month", False, "2018. 7.~11."),
        ("2022. 12.~2023. 2.", "2022-12-01", "2023-02-28", "month", False, "2022. 12.~2023. 2."),
        ("2019. 3. 22.", "2019-03-22", "2019-03-22", "day", False, "2019. 3. 22."),
        ("2019. 3. 22.~5. 1.", "2019-03-22", "2019-05-01", "day", False, "2019. 3. 22.~5. 1."),
        ("2023. 3. 5.~7.", "2023-03-05", "2023-03-07", "day", False, "2023. 3. 5.~7."),
        ("'20.2.20.", "2020-02-20", "2020-02-20", "day", False, "2020. 2. 20."),
        ("2026년 7월 1일", "2026-07-01", "2026-07-01", "day", False, "2026. 7. 1."),
        ("2026년 7월", "2026-07-01", "2026-07-31", "month", False, "2026. 7."),
        ("2026-07-01", "2026-07-01", "2026-07-01", "day", False, "2026. 7. 1."),
        ("20260701", "2026-07-01", "2026-07-01", "day", False, "2026. 7. 1."),
        ("2026.7.1", "2026-07-01", "2026-07-01", "day", False, "2026. 7. 1."),
        ("2018.~2020.", "2018-01-01", "2020-12-31", "year", False, "2018.~2020."),
    ],
)
def test_parse_dates_of_real_cards_and_back(text, starts, ends, precision, open_ended, written):
    span = DateSpan(
        dt.date.fromisoformat(starts), dt.date.fromisoformat(ends), DatePrecision(precision), open_ended
    )
    assert parse_dates(text) == span
    assert format_dates(span) == written
    assert parse_dates(written) == span


@pytest.mark.parametrize(
    "text",
    [
        "26.7.1",
        "7/1/2026",
        "2026-02-30",
        "2026-13-01",
        "'26. 하반기",
        "5/4분기",
        "2026-Q5",
        "상시",
        "2026",
        "46204",
        "2023. 9.~3.",
        "2023. 3.~9. 5.",
        "~2023. 3.",
        "",
        "1899. 12. 31.",
        "9999. 12. 31.",
    ],
)
def test_parse_dates_refuses_what_is_no_date(text):
    with pytest.raises(NotationError):
        parse_dates(text)


@given(
    st.dates(dt.date(1948, 1, 1), dt.date(2100, 12, 31)),
    st.dates(dt.date(1948, 1, 1), dt.date(2100, 12, 31)),
)
def test_spans_of_days_read_back_the_same(one, other):
    span = DateSpan(min(one, other), max(one, other), DatePrecision.DAY)
    assert parse_dates(format_dates(span)) == span


def test_clean_text_joins_decomposed_korean_and_trims_every_space():
    decomposed = "\u110e\u1165\u11bc\u1102\u1167\u11ab"
    assert clean_text(f"\u00a0\u3000 {decomposed} \u200b\u3000") == "청년"


def test_clean_text_keeps_a_leading_apostrophe_and_inner_letters():
    assert clean_text("'뜻세움' 운영") == "'뜻세움' 운영"
    assert clean_text("ㄱㄴㄷ ﾡ") == "ㄱㄴㄷ ﾡ"


def test_fold_key_folds_full_width_ascii_and_nothing_more():
    assert fold_key("７-１）") == "7-1)"
    assert fold_key("III-①-1") == "III-①-1"
    assert fold_key("Ⅲ-1") == "Ⅲ-1"
    assert fold_key("007") == "007"


def test_fold_word_removes_every_space():
    assert fold_word(" 공약\n 번호 ") == "공약번호"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("완료", Status.CLOSED),
        ("완료 종결", Status.CLOSED),
        ("완료 후 계속추진", Status.CONTINUING),
        ("이행 후 계속추진", Status.CONTINUING),
        ("이행후계속추진", Status.CONTINUING),
        ("이행(완료) 후 계속추진", Status.CONTINUING),
        ("정상 추진", Status.ON_TRACK),
        ("일부추진", Status.PARTIAL),
        ("보류", Status.ON_HOLD),
        ("폐기", Status.DROPPED),
        ("진행", None),
    ],
)
def test_status_words_with_their_variants(text, status):
    assert from_sheet_word(Status, text) is status


def test_the_same_word_in_two_lists_is_told_by_the_list():
    assert from_sheet_word(HeadlineMethod, "완료") is HeadlineMethod.CLOSED_SHARE
    assert from_sheet_word(Novelty, "계속") is Novelty.CONTINUED
    assert sheet_word(Implementer.CITY) == "시"
    assert sheet_word(MoneySource.CITY) == "시비"
    assert sheet_word(Implementer.PRIVATE) == "민간"
    assert sheet_word(MoneySource.PRIVATE) == "민자"


@pytest.mark.parametrize(
    "kind",
    [
        Status,
        HeadlineMethod,
        Rounding,
        MoneyUnit,
        Completion,
        Novelty,
        Implementer,
        IndicatorKind,
        MoneySource,
    ],
)
def test_every_written_word_reads_back_as_its_member(kind):
    words = sheet_words(kind)
    assert len(set(words)) == len(words)
    assert [sheet_word(from_sheet_word(kind, word)) for word in words] == words


def test_joiner_stays_between_pictographs_and_goes_elsewhere():
    assert clean_text("a\u200db") == "ab"
    assert clean_text("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"
    assert clean_text("❤\ufe0f\u200d🔥") == "❤\ufe0f\u200d🔥"
