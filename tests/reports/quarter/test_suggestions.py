"""What another count says of an indicator: offered with its source, never written by itself."""

import pytest

from pledges.enums import CountedBy
from pledges.models import Actual
from reports.quarter.suggestions import COUNTERS
from tests.factories import AchievementFactory, IndicatorFactory, ScheduleMarkFactory, ScheduleTaskFactory


def suggested(page, indicator):
    rows = page.context["form"].section("indicators").rows()
    return next(row.suggestion for row in rows if row.line.indicator.pk == indicator.pk)


@pytest.fixture
def by_lines(city):
    city.indicator.counted_by = CountedBy.ACHIEVEMENTS
    city.indicator.save()
    return city.indicator


@pytest.fixture
def by_tasks(city):
    return IndicatorFactory(pledge=city.pledge, targets={2024: 3}, counted_by=CountedBy.TASKS_DONE)


def test_every_count_has_its_counter():
    assert set(COUNTERS) == set(CountedBy)


def test_achievement_lines_of_this_period_are_counted_not_those_before(as_officer, city, by_lines):
    AchievementFactory(report=city.first)
    report = city.report()
    for _each in range(3):
        AchievementFactory(report=report)
    page = as_officer.get(city.url)
    assert (suggested(page, by_lines).value, suggested(page, by_lines).is_in) == (3, False)
    assert "제안값 3 (이번 추진실적 3건)" in page.content.decode()
    assert not Actual.objects.filter(report=report).exists()


def test_no_achievement_line_suggests_nothing_which_is_not_0(as_officer, city, by_lines):
    page = as_officer.get(city.url)
    assert suggested(page, by_lines) is None
    assert "아직 제안할 값 없음" in page.content.decode()


def test_lines_typed_and_not_saved_are_counted_too(as_officer, city, by_lines):
    page = as_officer.post(city.url, city.data(step="recompute", **{city.actual: ""}))
    assert suggested(page, by_lines).value == 1


def test_tasks_done_in_the_periods_quarters_are_counted_once_each(as_officer, city, by_tasks):
    other = ScheduleTaskFactory(pledge=city.pledge)
    report = city.report()
    ScheduleMarkFactory(report=report, task=city.task, year=2024, quarter=2, mark="done")
    ScheduleMarkFactory(report=report, task=other, year=2024, quarter=2, mark="under_way")
    assert suggested(as_officer.get(city.url), by_tasks).value == 1


def test_task_done_in_an_earlier_quarter_is_not_counted_again(as_officer, city, by_tasks):
    ScheduleMarkFactory(report=city.first, task=city.task, year=2024, quarter=1, mark="done")
    assert suggested(as_officer.get(city.url), by_tasks) is None


def test_marks_of_which_none_is_done_suggest_0(as_officer, city, by_tasks):
    page = as_officer.post(city.url, city.data(step="recompute", **{city.mark: "under_way"}))
    assert suggested(page, by_tasks).value == 0


def test_taking_over_without_scripts_fills_the_box_and_stores_nothing(as_officer, city, by_lines):
    page = as_officer.post(city.url, city.data(step=f"suggest:{by_lines.pk}", **{city.actual: ""}))
    form = page.context["form"]
    assert form[city.actual].value() == "1"
    assert suggested(page, by_lines).is_in
    assert form.section("indicators").rows()[0].figure.rate_text == "60.00"
    assert city.current is None


def test_indicator_that_nothing_else_counts_has_no_suggestion(as_officer, city):
    page = as_officer.get(city.url)
    assert suggested(page, city.indicator) is None
    assert 'class="suggestion' not in page.content.decode()


def test_suggestion_follows_what_is_typed(as_officer, city, by_lines):
    page = as_officer.post(f"{city.url}figures/", city.data(), HTTP_HX_REQUEST="true")
    assert f'id="suggestion-{by_lines.pk}" hx-swap-oob="true"' in page.content.decode()
