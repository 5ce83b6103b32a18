"""Scores by hand: weights, dropping the highest and the lowest, equal scores, missing judges, ties."""

from decimal import Decimal as D
from fractions import Fraction as F

import pytest

from studygroups.judging import (
    Tie,
    display_score,
    needs_decision,
    ranking,
    suggest_awards,
    team_score,
    weighted_total,
)

RULES = [("best", 1), ("excellent", 1), ("encouragement", 2), ("participation", None)]


def test_a_judges_total_weighs_each_part():
    # 90·0.5 + 80·0.3 + 70·0.2 = 45 + 24 + 14
    assert weighted_total([D(90), D(80), D(70)], (50, 30, 20)) == 83


def test_a_total_is_exact_to_the_last_decimal():
    # 33.3333·0.5 + 33.3333·0.3 + 33.3333·0.2
    assert weighted_total([D("33.3333")] * 3, (50, 30, 20)) == F(333333, 10000)


def test_no_total_while_a_part_with_weight_is_missing():
    assert weighted_total([D(90), None, D(70)], (50, 30, 20)) is None


def test_a_part_without_weight_need_not_be_there():
    assert weighted_total([D(90), D(80), None], (60, 40, 0)) == 86


def test_zero_points_are_points():
    assert weighted_total([D(0), D(0), D(0)], (50, 30, 20)) == 0


@pytest.mark.parametrize(
    ("totals", "value", "dropped"),
    [
        ([90], F(90), ()),
        ([90, 80], F(85), ()),
        ([90, 80, 70], F(80), (0, 2)),
        ([70, 90, 80], F(80), (0, 1)),
        ([90, 80, 70, 60], F(75), (0, 3)),
        # (88 + 85 + 80) / 3
        ([95, 88, 85, 80, 60], F(253, 3), (0, 4)),
        ([80, 80, 80], F(80), (0, 1)),
        ([80, 80, 80, 80, 80], F(80), (0, 1)),
        # One highest and one lowest go, not all of them: (90 + 70) / 2
        ([90, 90, 70, 70], F(80), (0, 2)),
        ([90, 90, 60], F(90), (0, 2)),
    ],
)
def test_score_of_so_many_judges(totals, value, dropped):
    score = team_score([F(each) for each in totals])
    assert (score.value, score.dropped) == (value, dropped)
    assert score.is_trimmed == (len(totals) >= 3)


def test_a_missing_judge_leaves_the_others_to_count():
    score = team_score([F(90), None, F(80)])
    assert (score.value, score.missing, score.counted, score.is_trimmed) == (F(85), 1, 2, False)


def test_three_totals_of_five_judges_are_trimmed():
    score = team_score([None, F(90), F(60), None, F(70)])
    assert (score.value, score.dropped, score.missing, score.counted) == (F(70), (1, 2), 2, 1)


def test_no_score_without_any_sheet():
    score = team_score([None, None])
    assert (score.value, score.missing, display_score(score.value)) == (None, 2, "–")


def test_score_is_rounded_once_and_half_up():
    assert display_score(F(253, 3)) == "84.33"
    assert display_score(F(84335, 1000)) == "84.34"
    assert display_score(F(9999, 100), 1) == "100.0"
    assert display_score(F(1, 200)) == "0.01"
    assert display_score(F(167, 2), 0) == "84"
    # Three judges whose own totals would each round up: the mean of what was rounded were 83.34.
    third = [F(83335, 1000), F(83335, 1000)]
    assert team_score(third).value == F(83335, 1000)


def test_equal_scores_share_a_place():
    ranks = ranking({"가": F(80), "나": F(90), "다": F(80), "라": F(70), "마": None})
    assert [(rank.number, rank.teams) for rank in ranks] == [(1, ("나",)), (2, ("가", "다")), (4, ("라",))]


def test_awards_follow_the_scores():
    scores = {"가": F(70), "나": F(90), "다": F(80), "라": F(60), "마": F(50)}
    found = suggest_awards(scores, RULES)
    assert found.awards == {
        "나": "best", "다": "excellent", "가": "encouragement", "라": "encouragement", "마": "participation",
    }  # fmt: skip
    assert found.ties == ()


def test_a_tie_for_the_first_prize_is_left_to_the_committee():
    found = suggest_awards({"가": F(90), "나": F(90), "다": F(80)}, RULES)
    assert found.ties == (Tie(("가", "나"), ("best", "excellent")),)
    assert found.awards == {"다": "encouragement"}


def test_a_tie_within_one_award_is_none():
    found = suggest_awards({"가": F(90), "나": F(85), "다": F(80), "라": F(80)}, RULES)
    assert found.ties == ()
    assert found.awards["다"] == found.awards["라"] == "encouragement"


def test_a_tie_at_the_last_award_names_who_goes_without():
    found = suggest_awards({"가": F(90), "나": F(80), "다": F(80)}, [("best", 1), ("excellent", 1)])
    assert found.ties == (Tie(("나", "다"), ("excellent", "")),)


def test_no_score_no_award():
    assert suggest_awards({"가": None}, RULES).awards == {}


def test_only_what_does_not_follow_from_the_scores_has_to_be_said():
    found = suggest_awards({"가": F(90), "나": F(90), "다": F(80), "라": F(70)}, RULES)
    chosen = {"가": "best", "나": "excellent", "다": "encouragement", "라": "participation"}
    assert needs_decision(found, chosen) == {"가", "나", "라"}
    assert needs_decision(found, {**chosen, "라": "encouragement"}) == {"가", "나"}
