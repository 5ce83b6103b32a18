"""A plan that reports half-yearly: opened, entered, approved, published, imported."""

import datetime as dt

import pytest

from pledges import workflow
from pledges.enums import Cycle, Mark, PeriodState, ReportState
from pledges.models import ReportingPeriod
from pledges.workflow import OffCycle
from reports.editions import current_edition, publish_period
from reports.quarter.entry import read_entry
from reports.workbook import export_workbook, import_workbook
from tests.factories import PeriodFactory, PlanFactory, PlannedQuarterFactory, TermFactory

HALVES = ["2022-12-31", "2023-06-30", "2023-12-31", "2024-06-30", "2024-12-31", "2025-06-30", "2025-12-31"]
PERIODS = "/staff/hanbit/8/"


@pytest.fixture
def half_yearly(city):
    """The test city's plan, half-yearly; the report before is of the half-year before."""
    city.plan.cycle = Cycle.HALF_YEARLY
    city.plan.save()
    city.earlier.as_of, city.earlier.due_on = dt.date(2023, 12, 31), dt.date(2024, 1, 10)
    city.earlier.save()
    return city


def test_half_years_of_a_term_end_in_june_and_december(db):
    plan = PlanFactory(cycle=Cycle.HALF_YEARLY)
    assert [each.isoformat() for each in workflow.cycle_ends(plan)] == [*HALVES, "2026-06-30"]


def test_last_half_year_ends_with_the_term(db):
    term = TermFactory(number=9, starts_on=dt.date(2021, 4, 8), ends_on=dt.date(2022, 3, 31))
    plan = PlanFactory(term=term, cycle=Cycle.HALF_YEARLY)
    ends = [dt.date(2021, 6, 30), dt.date(2021, 12, 31), dt.date(2022, 3, 31)]
    assert workflow.cycle_ends(plan) == ends
    assert workflow.next_as_of(plan, ends[:2]) == ends[2]
    assert workflow.next_as_of(plan, ends) is None
    first, _second, last = (PeriodFactory(plan=plan, as_of=as_of) for as_of in ends)
    assert workflow.quarters_of(first) == [(2021, 2)]
    assert workflow.quarters_of(last) == [(2022, 1)]


def test_date_that_ends_no_half_year_is_refused_until_it_is_meant(as_coordinator, half_yearly):
    data = {"as_of": "2024-09-30", "due_on": ""}
    answer = as_coordinator.post(PERIODS, data)
    assert answer.status_code == 422
    assert "2024. 6. 30., 2024. 12. 31." in answer.content.decode()
    assert answer.context["asks_off_cycle"]
    assert as_coordinator.post(PERIODS, {**data, "off_cycle": "on"}).status_code == 302
    assert ReportingPeriod.objects.get(as_of="2024-09-30").is_open


def test_date_that_ends_no_quarter_is_refused_in_a_quarterly_plan(city):
    with pytest.raises(OffCycle):
        workflow.open_period(plan=city.plan, as_of=dt.date(2024, 8, 31), user=city.coordinator)
    opened = workflow.open_period(plan=city.plan, as_of=dt.date(2024, 9, 30), user=city.coordinator)
    assert opened.due_on == dt.date(2024, 10, 10)


def test_closed_period_of_an_odd_date_can_be_opened_again(half_yearly):
    PeriodFactory(plan=half_yearly.plan, as_of=dt.date(2024, 4, 30), state=PeriodState.CLOSED)
    opened = workflow.open_period(
        plan=half_yearly.plan, as_of=dt.date(2024, 4, 30), user=half_yearly.coordinator, again=True
    )
    assert opened.is_open


def test_next_half_year_is_offered(as_coordinator, half_yearly):
    form = as_coordinator.get(PERIODS).context["form"]
    assert form["as_of"].value() == dt.date(2024, 12, 31)


def test_form_takes_marks_of_both_quarters_and_compares_with_the_half_year_before(as_officer, half_yearly):
    city = half_yearly
    PlannedQuarterFactory(task=city.task, year=2024, quarter=1)
    entry = read_entry(city.pledge, city.period)
    assert [(line.year, line.quarter, line.is_planned) for line in entry.tasks] == [
        (2024, 1, True),
        (2024, 2, False),
    ]
    assert entry.previous == city.first
    first, second = (f"mark-{city.task.pk}-2024-{quarter}" for quarter in (1, 2))
    answer = as_officer.post(city.url, city.data(**{first: "done", second: "under_way"}))
    assert answer.status_code == 302
    marks = {(row.year, row.quarter): row.mark for row in city.current.marks.all()}
    assert marks == {(2024, 1): Mark.DONE, (2024, 2): Mark.UNDER_WAY}


def test_half_year_is_entered_approved_and_published(client, half_yearly):
    city = half_yearly
    client.force_login(city.officer)
    data = {"cause": "사유", "remedy": "대책", f"mark-{city.task.pk}-2024-1": ""}
    assert city.submit(client, **data)["Location"] == "/staff/"
    assert city.current.state == ReportState.SUBMITTED
    workflow.approve_report(report=city.current, user=city.coordinator, version=city.current.version)
    publish_period(period=city.period, user=city.coordinator)
    assert current_edition(city.plan).as_of == dt.date(2024, 6, 30)
    city.period.refresh_from_db()
    assert city.period.is_published


def test_workbook_of_a_half_year_goes_out_and_in_without_a_change(half_yearly):
    city = half_yearly
    content = export_workbook(city.plan, dt.date(2023, 12, 31))
    result = import_workbook(content, dry_run=True)
    assert result.errors == []
    assert sum(found["new"] + found["changed"] for found in result.sheets.values()) == 0
