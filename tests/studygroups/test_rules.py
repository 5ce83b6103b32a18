"""The programme's rules: the size of a team, and what is due when."""

import datetime as dt
from fractions import Fraction as F

import pytest
from django.utils.translation import override

from studygroups.rules import (
    add_months,
    answer_due,
    check_team,
    display_percent,
    erased_from,
    follow_up_days,
    keeps_until,
    most_outsiders,
    next_follow_up,
    plan_due,
)


def errors(people, outsiders):
    with override("en"):
        return check_team(people=people, outsiders=outsiders, most_members=10, outsiders_percent=20)


def test_ten_people_with_two_outsiders_are_a_team():
    assert errors(10, 2) == {}
    assert errors(5, 1) == {}


def test_eleven_people_are_told_how_many_are_too_many():
    assert errors(11, 2) == {
        "members": "A team has at most 10 people; this one has 11. Take 1 out.",
    }


def test_three_outsiders_of_ten_are_told_the_share():
    assert errors(10, 3) == {
        "outsiders": "Experts and citizens may be at most 20 % of a team, which is 2 of 10;"
        " these are 3 of 10 (30.0 %).",
    }


def test_nine_people_may_have_one_outsider():
    assert most_outsiders(9, 20) == 1
    assert "outsiders" in errors(9, 2)
    assert errors(9, 1) == {}


def test_a_team_of_nobody_is_none():
    assert list(errors(0, 0)) == ["members"]


@pytest.mark.parametrize(
    ("share", "text"), [(F(52, 70), "74.3"), (F(1), "100.0"), (F(0), "0.0"), (F(1, 2000), "0.1"), (None, "–")]
)
def test_a_share_is_rounded_once(share, text):
    assert display_percent(share) == text


def test_a_month_ends_within_its_month():
    assert add_months(dt.date(2025, 1, 31), 1) == dt.date(2025, 2, 28)
    assert add_months(dt.date(2024, 1, 31), 1) == dt.date(2024, 2, 29)
    assert add_months(dt.date(2025, 12, 5), 1) == dt.date(2026, 1, 5)


def test_a_department_has_ten_days_and_a_month():
    assert answer_due(dt.date(2025, 8, 25), 10) == dt.date(2025, 9, 4)
    assert plan_due(dt.date(2025, 9, 4), 1) == dt.date(2025, 10, 4)


def test_adopted_is_followed_up_each_year():
    assert follow_up_days(dt.date(2024, 2, 29), 3) == [
        dt.date(2025, 2, 28),
        dt.date(2026, 2, 28),
        dt.date(2027, 2, 28),
    ]
    assert keeps_until(dt.date(2024, 9, 1), 2) == dt.date(2026, 9, 1)


def test_unselected_data_goes_after_so_many_months():
    assert erased_from(dt.date(2024, 8, 31), 6) == dt.date(2025, 2, 28)


class TestNextFollowUp:
    ANSWERED = dt.date(2024, 9, 1)

    def after(self, *noted):
        return next_follow_up(self.ANSWERED, 3, [dt.date(*each) for each in noted])

    def test_first_is_due_after_a_year(self):
        assert self.after() == dt.date(2025, 9, 1)

    def test_one_in_the_first_year_makes_the_second_due(self):
        assert self.after((2025, 6, 1)) == dt.date(2026, 9, 1)

    def test_two_in_one_year_are_of_one_year(self):
        assert self.after((2025, 3, 1), (2025, 6, 1)) == dt.date(2026, 9, 1)

    def test_a_late_one_serves_its_year(self):
        assert self.after((2025, 10, 1)) == dt.date(2026, 9, 1)

    def test_a_word_soon_after_the_answer_is_not_yet_the_first_years(self):
        assert self.after((2024, 9, 1)) == dt.date(2025, 9, 1)
        # 181 days after the answer and 184 before the first day, then 182 and 183, then the middle is past.
        assert self.after((2025, 3, 1)) == dt.date(2025, 9, 1)
        assert self.after((2025, 3, 2)) == dt.date(2025, 9, 1)
        assert self.after((2025, 3, 3)) == dt.date(2026, 9, 1)

    def test_a_word_of_the_third_year_settles_what_was_never_told_before(self):
        assert self.after((2026, 12, 1)) == dt.date(2027, 9, 1)
        assert self.after((2027, 4, 1)) is None

    def test_all_three_told_leaves_none(self):
        assert self.after((2025, 8, 1), (2026, 8, 1), (2027, 8, 1)) is None

    def test_nothing_to_follow_where_no_years_are_set(self):
        assert next_follow_up(self.ANSWERED, 0, []) is None
