"""Formulas and figures in words."""

import pytest
from django.utils import translation

from pledges.spreadsheet import harmless
from reports.cards import IndicatorRow, RateText
from reports.public.wording import indicator_working, long_decimal, rounding_words
from reports.templatetags.portal import money, percent, rate_bar


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("80", "80"),
        ("125/2", "62.5"),
        ("200/3", "66.6666…"),
        ("220/3", "73.3333…"),
        ("1/30000", "0.0000…"),
        ("5048", "5,048"),
        ("9999999/100000", "99.9999…"),
        (None, "–"),
    ],
)
def test_exact_rate_is_cut_never_rounded(exact, shown):
    assert long_decimal(exact) == shown


@pytest.mark.parametrize(
    ("decimals", "rounding", "words"),
    [
        (2, "half_up", "소수 2자리까지 반올림하여"),
        (0, "half_up", "소수점 이하를 반올림하여"),
        (1, "truncate", "소수 1자리까지 남기고 절사하여"),
        (0, "truncate", "소수점 이하를 절사하여"),
    ],
)
def test_rounding_is_said_in_words(decimals, rounding, words):
    with translation.override("ko"):
        assert rounding_words(decimals, rounding) == words


@pytest.mark.parametrize(
    ("decimals", "words"), [(1, "cut off after 1 decimal place"), (2, "cut off after 2 decimal places")]
)
def test_rounding_in_english_knows_one_from_many(decimals, words):
    with translation.override("en"):
        assert rounding_words(decimals, "truncate") == words


def indicator(**values) -> IndicatorRow:
    filled = {
        "name": "지표",
        "unit": "건",
        "kind": "cumulative",
        "baseline": None,
        "targets": (),
        "actuals": (),
        "target_values": (),
        "actual_values": (),
        "target_sums": (),
        "actual_sums": (),
        "final_target": "5",
        "actual": "4",
        "rate": RateText("80", "80.00"),
        "to_date": RateText("80", "80.00"),
        "flags": (),
    }
    return IndicatorRow(**filled | values)


@pytest.mark.parametrize(
    ("values", "numbers", "result"),
    [
        ({}, "4 ÷ 5", "80%"),
        ({"kind": "level", "actual": "1234.5", "final_target": "2469"}, "1,234.5 ÷ 2,469", "80%"),
        (
            {"kind": "decreasing", "baseline": "10", "actual": "6", "final_target": "5"},
            "(10 − 6) ÷ (10 − 5)",
            "80%",
        ),
        ({"rate": RateText(None, "–"), "flags": ("no_target",), "final_target": "0"}, "", ""),
        ({"rate": RateText(None, "–"), "flags": ("nothing_entered",), "actual": None}, "", ""),
    ],
)
def test_indicator_is_worked_through_with_its_numbers(values, numbers, result):
    working = indicator_working(indicator(**values))
    assert (working.numbers, working.result) == (numbers, result)
    assert bool(working.note) == (not numbers)


def test_capped_rate_says_why():
    capped = indicator(actual="7", rate=RateText("100", "100.00"))
    assert indicator_working(capped).sign == "→"
    assert "100" in indicator_working(capped).note
    assert indicator_working(indicator(actual="5", rate=RateText("100", "100.00"))).note == ""


def test_nothing_is_not_zero_in_any_figure():
    assert (money(None, "million"), money(0, "million")) == ("–", "0")
    assert (percent("–"), percent("0.00")) == ("–", "0.00%")
    assert rate_bar("–") == ""
    assert '<rect width="0%"' in rate_bar("0.00")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_text_that_would_compute_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


def test_plain_text_is_left_alone():
    assert harmless("공약 1-1") == "공약 1-1"
