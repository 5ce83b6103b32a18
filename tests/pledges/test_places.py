"""A term's years, quarters and dates: 민선 8기 runs from 2022-07-01 to 2026-06-30."""

import datetime as dt

import pytest

from pledges.models import Term
from pledges.models.periods import due_date
from pledges.models.places import quarter_end

EIGHTH = Term(number=8, starts_on=dt.date(2022, 7, 1), ends_on=dt.date(2026, 6, 30))


def test_term_touches_five_years_and_sixteen_quarters():
    assert EIGHTH.years == [2022, 2023, 2024, 2025, 2026]
    assert EIGHTH.quarters[0] == (2022, 3)
    assert EIGHTH.quarters[-1] == (2026, 2)
    assert len(EIGHTH.quarters) == 16


def test_last_year_is_labelled_with_the_month_in_which_the_term_ends():
    assert [EIGHTH.year_label(year) for year in EIGHTH.years] == ["2022", "2023", "2024", "2025", "2026. 6."]


def test_a_year_total_belongs_to_its_last_day_or_to_the_as_of_in_its_own_year():
    as_of = dt.date(2025, 9, 30)
    assert EIGHTH.year_end(2024, as_of) == dt.date(2024, 12, 31)
    assert EIGHTH.year_end(2025, as_of) == as_of
    assert EIGHTH.year_end(2026, dt.date(2026, 6, 30)) == dt.date(2026, 6, 30)


def test_a_report_after_the_term_has_a_period_of_its_own_and_leaves_the_last_one_alone():
    assert EIGHTH.year_end(2026, dt.date(2026, 9, 30)) == dt.date(2026, 9, 30)
    assert EIGHTH.year_end(2025, dt.date(2026, 9, 30)) == dt.date(2025, 12, 31)


def test_money_spent_before_the_term_belongs_to_the_day_before_it():
    assert EIGHTH.prior_as_of == dt.date(2022, 6, 30)


@pytest.mark.parametrize(
    ("year", "quarter", "last"), [(2024, 1, "2024-03-31"), (2024, 2, "2024-06-30"), (2024, 4, "2024-12-31")]
)
def test_quarter_end(year, quarter, last):
    assert quarter_end(year, quarter).isoformat() == last


@pytest.mark.parametrize(
    ("as_of", "due"),
    [("2025-09-30", "2025-10-10"), ("2025-12-31", "2026-01-10"), ("2024-01-31", "2024-02-10")],
)
def test_reports_are_due_on_the_tenth_of_the_following_month(as_of, due):
    assert due_date(dt.date.fromisoformat(as_of)).isoformat() == due
