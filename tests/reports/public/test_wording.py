"""Formulas and figures in words."""

import dataclasses

import pytest
from django.utils import translation

from pledges.spreadsheet import harmless
from reports.cards import IndicatorRow, RateText, build_cards
from reports.public.wording import (
    GRID_SIGNS,
    indicator_working,
    long_decimal,
    rounding_words,
    status_meaning,
)
from reports.templatetags.portal import money, percent, rate_bar
from tests.reports.public.naju import AS_OF, make_naju


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


MAY_DIFFER = "추진상황은 담당부서의 판단이고 이행률은 지표로 계산한 값이어서 서로 다를 수 있습니다."


def meaning(card, **changes):
    with translation.override("ko"):
        return status_meaning(dataclasses.replace(card, **changes))


@pytest.fixture
def naju_card(db):
    (card,) = build_cards(make_naju(), AS_OF)
    return card


def test_completed_pledge_at_73_33_percent_is_the_department_s_judgement_and_may_differ(naju_card):
    assert (naju_card.status, naju_card.rate.display) == ("continuing", "73.33")
    assert meaning(naju_card) == f"담당부서의 판단: 공약을 이행했고 사업은 계속합니다. {MAY_DIFFER}"


def test_pledge_on_track_to_be_completed_after_the_term_is_not_said_to_end_within_it(naju_card):
    said = meaning(
        naju_card,
        status="on_track",
        completion="after_term",
        rate=RateText("32", "32"),
        to_date=RateText("100", "100"),
    )
    assert said == "담당부서의 판단: 계획대로 추진하고 있습니다. 임기가 끝난 뒤 완료할 예정입니다."


@pytest.mark.parametrize(
    ("status", "rate", "to_date", "is_entered", "differs"),
    [
        ("closed", "299999/3000", None, False, True),
        ("closed", "100", "100", False, False),
        ("closed", None, None, False, False),
        ("closed", "90", None, True, False),
        ("on_track", "32", "64", False, True),
        ("on_track", "32", "100", False, False),
        ("partial", "32", "64", False, False),
    ],
)
def test_status_and_rate_are_said_to_differ_where_they_do(
    naju_card, status, rate, to_date, is_entered, differs
):
    """Completed below 100, or on track behind this year's target; a rate that was entered isn't computed."""
    said = meaning(
        naju_card,
        status=status,
        rate=RateText(rate, "–"),
        to_date=RateText(to_date, "–"),
        rate_is_entered=is_entered,
    )
    assert (MAY_DIFFER in said) is differs


def test_half_filled_mark_has_one_word_on_every_page():
    with translation.override("ko"):
        assert [str(word) for _sign, word in GRID_SIGNS.values()] == ["계획", "추진 중", "완료"]
        assert translation.gettext("Under way") == "추진 중"
        assert "◐ 추진 중" in translation.gettext("○ planned, ◐ under way, ● done; blank is none.")
