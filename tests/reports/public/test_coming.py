"""What comes next of a pledge. Naju's card: 기준일 2025-09-30, the third quarter's last day."""

import dataclasses
import datetime as dt

import pytest

from reports.cards import GridRow, IndicatorRow, QuarterColumn, RateText, YearColumn, read_card
from reports.models import EditionPledge
from reports.public.coming import Goal, Step, what_comes
from tests import factories
from tests.reports.public import naju as made

CARD = "/naju/8/pledges/7-2-3/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(naju):
    return read_card(EditionPledge.objects.get().card)


def with_grid(card, as_of, *rows):
    """The card with four quarters of 2025 and two of 2026, a cell each: "p", "u", "d" or "."."""
    quarters = tuple(QuarterColumn(2025 + number // 4, number % 4 + 1) for number in range(6))
    words = {"p": "planned", "u": "under_way", "d": "done", ".": ""}
    grid = tuple(GridRow(task, tuple(words[cell] for cell in cells), "") for task, cells in rows)
    return dataclasses.replace(card, as_of=as_of, quarters=quarters, grid=grid)


def with_indicator(card, as_of, kind="cumulative", **row):
    line = IndicatorRow(
        name="지표",
        unit="회",
        kind=kind,
        baseline=None,
        targets=("",) * 5,
        actuals=("",) * 5,
        target_values=(None,) * 5,
        actual_values=(None,) * 5,
        target_sums=(None,) * 5,
        actual_sums=(None,) * 5,
        final_target=None,
        actual=None,
        rate=RateText(None, "–"),
        to_date=RateText(None, "–"),
        flags=(),
    )
    years = tuple(YearColumn(year, f"{year}" if year < 2026 else "2026. 6.") for year in range(2022, 2027))
    line = dataclasses.replace(line, **row)
    return dataclasses.replace(card, as_of=as_of, years=years, indicators=(line,))


def goal_of(card) -> Goal:
    return what_comes(card).goals[0]


def test_planned_quarters_after_the_reference_date_come_next(card):
    assert what_comes(card).steps == (Step("추진 계획 수립", "2026년 1분기"),)


def test_quarters_that_follow_each_other_are_one_stretch(card):
    plan = with_grid(card, dt.date(2025, 3, 31), ("조사", "dppp.p"), ("착공", ".u...."))
    assert what_comes(plan).steps == (
        Step("조사", "2025년 2분기 ~ 2025년 4분기, 2026년 2분기"),
        Step("착공", "2025년 2분기"),
    )


def test_step_that_begins_first_comes_first(card):
    plan = with_grid(card, dt.date(2025, 3, 31), ("준공", "....pp"), ("착공", ".ppp.."))
    assert [step.task for step in what_comes(plan).steps] == ["착공", "준공"]


def test_what_is_done_is_not_to_come(card):
    assert what_comes(with_grid(card, dt.date(2025, 3, 31), ("조사", "dddddd"))).steps == ()


def test_quarter_that_the_reference_date_does_not_end_is_still_to_come(card):
    plan = with_grid(card, dt.date(2025, 5, 15), ("조사", "pp...."))
    assert what_comes(plan).steps == (Step("조사", "2025년 2분기"),)
    ended = with_grid(card, dt.date(2025, 6, 30), ("조사", "pp...."))
    assert what_comes(ended).steps == ()


def test_goals_are_those_of_the_running_year(card):
    coming = what_comes(card)
    assert coming.until == "2025"
    assert coming.goals == (
        Goal("추진계획 수립", "회", target="4", done="4", left="", is_met=True),
        Goal("보고회 개최", "회", target="3", done="2", left="1", is_met=False),
    )


def test_last_day_of_a_year_looks_to_the_next(card):
    coming = what_comes(
        with_indicator(
            card,
            dt.date(2025, 12, 31),
            target_sums=("1", "2", "3", "4", "5"),
            actual_sums=("1", "2", "3", "4", None),
        )
    )
    assert coming.until == "2026. 6."
    assert coming.goals[0] == Goal("지표", "회", target="5", done="4", left="1", is_met=False)


def test_after_the_term_there_are_no_goals(card):
    coming = what_comes(with_indicator(card, dt.date(2026, 12, 31), target_sums=("1", "2", "3", "4", "5")))
    assert (coming.goals, coming.until) == ((), "")


def test_target_that_stood_before_and_was_missed_stays(card):
    goal = goal_of(
        with_indicator(
            card,
            dt.date(2025, 9, 30),
            target_sums=("1", "2", None, None, None),
            actual_sums=("1", "1", "1", "1", None),
        )
    )
    assert (goal.target, goal.done, goal.left) == ("2", "1", "1")


def test_nothing_entered_is_not_zero_done(card):
    goal = goal_of(with_indicator(card, dt.date(2025, 9, 30), target_sums=("1", "2", "3", "4", "5")))
    assert (goal.target, goal.done, goal.left, goal.is_met) == ("4", "–", "4", False)


def test_baseline_is_not_still_to_do_where_nothing_was_entered(card):
    goal = goal_of(
        with_indicator(
            card, dt.date(2025, 9, 30), baseline="100", target_sums=("110", "120", "130", "150", None)
        )
    )
    assert (goal.target, goal.done, goal.left, goal.is_met) == ("150", "–", "50", False)


def test_zero_done_is_told_as_zero(card):
    goal = goal_of(
        with_indicator(
            card,
            dt.date(2025, 9, 30),
            target_sums=("1", "2", "3", "4", "5"),
            actual_sums=("0", "0", "0", "0", None),
        )
    )
    assert (goal.done, goal.left) == ("0", "4")


def test_value_that_is_to_come_down_is_over_its_target(card):
    falling = with_indicator(
        card,
        dt.date(2025, 9, 30),
        kind="decreasing",
        target_sums=("90", "80", "70", "60", "50"),
        actual_sums=("95", "85", "75", "62.5", None),
    )
    assert (goal_of(falling).left, goal_of(falling).is_met) == ("2.5", False)
    line = dataclasses.replace(falling.indicators[0], actual_sums=("95", "85", "75", "58", None))
    assert goal_of(dataclasses.replace(falling, indicators=(line,))).is_met


def test_value_that_is_to_come_down_and_was_never_entered_has_nothing_left_to_tell(card):
    goal = goal_of(
        with_indicator(
            card, dt.date(2025, 9, 30), kind="decreasing", target_sums=("90", "80", "70", "60", "50")
        )
    )
    assert (goal.done, goal.left, goal.is_met) == ("–", "–", False)


def test_page_tells_steps_and_goals(naju, text_of):
    page = text_of(CARD)
    assert "추진 일정 2026년 1분기 추진 계획 수립" in page
    assert "2025년 말까지의 목표 확인지표 목표 지금까지 남은 양" in page
    assert "추진계획 수립 (회) 4 4 ✓ 달성 보고회 개최 (회) 3 2 1" in page


def test_page_says_that_nothing_more_is_planned(db, text_of):
    plan = made.make_pledges(1, code="1-1")
    made.publish(plan, dt.date(2024, 3, 31))
    assert "2024. 3. 31. 이후로 계획된 일정이 없습니다." in text_of("/hanbit/8/pledges/1-1/")


def test_draft_of_the_schedule_is_not_told(naju, text_of):
    """The card was published before the task came in."""
    pledge = naju.pledges.get()
    factories.ScheduleTaskFactory(pledge=pledge, name="공표하지 않은 과제")
    assert "공표하지 않은 과제" not in text_of(CARD)
