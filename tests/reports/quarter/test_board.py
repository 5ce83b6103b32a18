"""The planning office's board: who is late, what waits to be checked, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.enums import PeriodState, ReportState
from pledges.models import DueExtension, ProgressReport, ReportingPeriod
from reports.quarter.boards import STATE_LABELS, period_work
from reports.quarter.overview import board_of, department_rows, read_to_check
from reports.quarter.publishing import unsettled_reports
from tests.factories import (
    ActualFactory,
    DepartmentFactory,
    IndicatorFactory,
    PledgeFactory,
    ReportFactory,
    SubProjectFactory,
)
from tests.reports.quarter.large import LargeCity

DUE = dt.date(2024, 7, 10)
DAY = dt.timedelta(days=1)
SIGNED = dt.datetime(2024, 7, 5, tzinfo=dt.UTC)


def rows(city, today=DUE + DAY):
    return department_rows(period_work(city.coordinator, city.period), today)


def names(found):
    return [str(row.department) for row in found]


def pledge_of(city, code, department, state=None, **fields):
    pledge = PledgeFactory(plan=city.plan, code=code, lead_department=department)
    if state:
        ReportFactory(pledge=pledge, period=city.period, state=state, **fields)
    return pledge


def test_departments_by_state_count_every_pledge(city):
    pledge_of(city, "1", city.lead, ReportState.SUBMITTED)
    pledge_of(city, "2", None)
    found = {str(row.department): row for row in rows(city)}
    assert found["주관과"].counts == {
        "not_started": 1,
        "draft": 0,
        "returned": 0,
        "submitted": 1,
        "approved": 0,
    }
    assert (found["주관과"].total, found["주관과"].left) == (2, 1)
    assert (found["None"].total, found["None"].key) == (1, "none")


def test_department_is_late_the_day_after_its_due_date_and_not_before(city):
    (row,) = rows(city, DUE)
    assert (row.is_late, row.days_over) == (False, 0)
    (row,) = rows(city, DUE + DAY)
    assert (row.is_late, row.days_over) == (True, 1)


def test_department_that_handed_everything_in_is_not_late(city):
    city.report(state=ReportState.SUBMITTED)
    (row,) = rows(city, DUE + 30 * DAY)
    assert (row.left, row.is_late) == (0, False)


@pytest.mark.parametrize("state", [ReportState.DRAFT, ReportState.RETURNED])
def test_department_with_a_draft_or_a_returned_report_is_late(city, state):
    city.report(state=state)
    assert [row.is_late for row in rows(city)] == [True]


def test_report_without_its_heads_sign_off_still_lies_with_the_department(city):
    city.plan.head_signs = True
    city.plan.save()
    city.report(state=ReportState.SUBMITTED)
    (row,) = rows(city)
    assert (row.left, row.is_late) == (1, True)
    board = board_of(period_work(city.coordinator, city.period), today=DUE + DAY)
    assert (board.with_heads, board.left, len(board.late)) == (1, 1, 1)


@pytest.mark.parametrize("turn", ["draft", "returned", "submitted", "signed"])
def test_report_being_corrected_counts_as_approved_wherever_states_are_counted(as_coordinator, city, turn):
    city.plan.head_signs = True
    city.plan.save()
    city.report(state=ReportState.APPROVED)
    city.report(state=turn, revision=2, reason="정정", signed_at=SIGNED if turn == "signed" else None)
    (row,) = rows(city)
    assert (row.left, row.is_late, row.corrections) == (0, False, 1)
    states = dict.fromkeys(("not_started", "draft", "returned", "submitted", "signed"), 0)
    assert row.counts == states | {"approved": 1}
    work = period_work(city.coordinator, city.period)
    assert {state: count for state, _label, count in work.counts} == row.counts
    board = board_of(work, today=DUE + DAY)
    assert (board.left, board.with_heads, board.approved, board.correcting.count) == (0, 0, 1, 1)
    unsettled = unsettled_reports(work, today=DUE + DAY)
    assert (unsettled.missing, unsettled.being_written, len(unsettled.corrections)) == ((), (), 1)
    (listed,) = ReportingPeriod.objects.filter(pk=city.period.pk).with_report_counts()
    waits = 1 if turn in ("submitted", "signed") else 0
    assert (listed.approved_count, listed.correction_count) == (1, 1)
    assert (listed.draft_count, listed.submitted_count) == (0, waits)
    # What has to be done next is the correction's own turn, and the mark says so.
    (line,) = work.lines
    assert (line.state, line.turn, line.is_missing) == ("approved", turn, False)
    assert len(work.submitted) == (1 if turn == "signed" else 0)
    mark = f"정정 중 · {STATE_LABELS[turn]}"
    for query in ("", "?state=approved", "?state=correcting"):
        assert mark in as_coordinator.get(f"{city.board}{query}").content.decode()
    assert mark not in as_coordinator.get(f"{city.board}?state={turn}").content.decode()
    assert "정정 중 1" in as_coordinator.get("/staff/hanbit/8/").content.decode()


def test_first_report_is_no_correction_and_an_approved_correction_none_under_way(city):
    draft = city.report()
    (line,) = period_work(city.coordinator, city.period).lines
    assert (line.state, line.is_correction, line.is_missing) == ("draft", False, True)
    (listed,) = ReportingPeriod.objects.filter(pk=city.period.pk).with_report_counts()
    assert (listed.approved_count, listed.correction_count, listed.draft_count) == (0, 0, 1)
    draft.delete()
    city.report(state=ReportState.APPROVED)
    city.report(state=ReportState.APPROVED, revision=2, reason="정정")
    (line,) = period_work(city.coordinator, city.period).lines
    assert (line.state, line.is_correction) == ("approved", False)
    (listed,) = ReportingPeriod.objects.filter(pk=city.period.pk).with_report_counts()
    assert (listed.approved_count, listed.correction_count, listed.draft_count) == (1, 0, 0)


def test_list_of_corrections_under_way_holds_them_alone(as_coordinator, city):
    other = DepartmentFactory(name="다른과")
    pledge_of(city, "1", other, ReportState.APPROVED, approved_at=SIGNED)
    assert "state=correcting" not in as_coordinator.get(city.board).content.decode()
    city.report(state=ReportState.APPROVED)
    city.report(revision=2, reason="정정")
    assert 'href="?state=correcting#all"' in as_coordinator.get(city.board).content.decode()
    board = as_coordinator.get(f"{city.board}?state=correcting").context["board"]
    assert [line.pledge.code for line in board.lines] == ["7-2-3"]
    choice = next(each for each in board.state_choices if each.key == "correcting")
    assert (choice.count, choice.chosen) == (1, True)
    counted = [each.count for each in board.state_choices if each.key != "correcting"]
    assert sum(counted) == len(board.work.lines) == 2


def test_officer_goes_on_with_a_correction_that_counts_as_approved(as_officer, city):
    city.report(state=ReportState.APPROVED)
    city.report(state=ReportState.RETURNED, revision=2, reason="정정")
    (desk,) = as_officer.get("/staff/").context["desk"]
    assert {state: count for state, _label, count in desk.work.counts}["approved"] == 1
    assert [(item.line.pledge.code, item.line.turn) for item in desk.to_do] == [("7-2-3", "returned")]


def test_open_board_leads_to_the_due_dates_and_a_closed_one_does_not(client, city):
    for user, shown in ((city.coordinator, True), (city.auditor, True), (city.officer, False)):
        client.force_login(user)
        assert (f'href="{city.board}-/due/"' in client.get(city.board).content.decode()) is shown
    city.period.state = PeriodState.CLOSED
    city.period.save()
    client.force_login(city.coordinator)
    assert "-/due/" not in client.get(city.board).content.decode()


def test_extension_moves_the_date_of_its_department_alone(city):
    other = DepartmentFactory(name="다른과")
    pledge_of(city, "1", other)
    DueExtension.objects.create(
        period=city.period, department=other, due_on=DUE + 5 * DAY, reason="자료 확정이 늦음"
    )
    found = {str(row.department): row for row in rows(city)}
    assert (found["주관과"].is_late, found["다른과"].is_late) == (True, False)
    assert (found["다른과"].due_on, found["다른과"].extension.reason) == (DUE + 5 * DAY, "자료 확정이 늦음")
    assert {str(row.department): row.is_late for row in rows(city, DUE + 6 * DAY)} == {
        "주관과": True,
        "다른과": True,
    }


def test_late_departments_lead_then_those_with_most_left(city):
    busy, done, waiting = (DepartmentFactory(name=name) for name in ("가과", "나과", "다과"))
    for number in range(3):
        pledge_of(city, f"1-{number}", busy)
    pledge_of(city, "2-1", done, ReportState.APPROVED, approved_at=city.first.approved_at)
    for number in range(2):
        pledge_of(city, f"3-{number}", waiting)
    DueExtension.objects.create(period=city.period, department=busy, due_on=DUE + 9 * DAY, reason="사유")
    assert names(rows(city)) == ["다과", "주관과", "가과", "나과"]


def test_nobody_is_late_in_a_published_period(city):
    city.period.state, city.period.published_at = PeriodState.PUBLISHED, city.first.approved_at
    city.period.save()
    assert [row.is_late for row in rows(city)] == [False]


def test_every_number_leads_to_its_list_and_the_list_holds_so_many(as_coordinator, city):
    other = DepartmentFactory(name="다른과")
    pledge_of(city, "1", other, ReportState.SUBMITTED)
    pledge_of(city, "2", other)
    pledge_of(city, "3", None, ReportState.DRAFT)
    for row in rows(city):
        page = as_coordinator.get(f"{city.board}?{row.query}")
        assert len(page.context["board"].lines) == row.total
        for cell in row.cells:
            page = as_coordinator.get(f"{city.board}?{cell.query}")
            assert len(page.context["board"].lines) == cell.count


def test_list_narrows_by_department_and_state_and_both(as_coordinator, city):
    other = DepartmentFactory(name="다른과")
    pledge_of(city, "1", other, ReportState.DRAFT)
    pledge_of(city, "2", other)
    board = as_coordinator.get(f"{city.board}?department={other.pk}&state=draft").context["board"]
    assert [line.pledge.code for line in board.lines] == ["1"]
    assert board.department_name == other
    assert {each.key: each.count for each in board.state_choices}["not_started"] == 1
    for query in ("state=draft", f"department={other.pk}"):
        lines = as_coordinator.get(f"{city.board}?{query}").context["board"].lines
        assert lines[0].pledge.code == "1"


@pytest.mark.parametrize("query", ["department=999999", "department=x", "state=nowhere"])
def test_filter_that_means_nothing_filters_nothing(as_coordinator, city, query):
    page = as_coordinator.get(f"{city.board}?{query}")
    assert [line.pledge.code for line in page.context["board"].lines] == ["7-2-3"]


def test_board_is_for_those_who_see_the_whole_city_and_checking_for_who_may(client, city):
    city.report(state=ReportState.SUBMITTED)
    for user, rows_shown, groups in (
        (city.coordinator, 1, 1),
        (city.auditor, 1, 0),
        (city.officer, 0, 0),
        (city.helper, 0, 0),
    ):
        client.force_login(user)
        context = client.get(city.board).context
        assert (len(context["board"].rows), len(context["to_check"])) == (rows_shown, groups)


# --- Reports to check ---


def groups(city, **options):
    found = read_to_check(period_work(city.coordinator, city.period), **options)
    return {group.key: [line.pledge.code for line in group.lines] for group in found}


def test_reports_to_check_stand_by_warnings_changes_and_no_change(city):
    department = DepartmentFactory(name="다른과")
    pledge_of(city, "1-1", department, ReportState.SUBMITTED, status="")
    pledge_of(city, "1-2", department, ReportState.SUBMITTED, status="on_track")
    report = city.report(state=ReportState.SUBMITTED)
    ActualFactory(report=report, indicator=city.indicator, value=1)
    assert groups(city) == {"warned": ["7-2-3"], "changed": ["1-2"], "unchanged": ["1-1"]}


def test_report_that_waits_for_its_head_is_not_to_be_checked_yet(city):
    city.plan.head_signs = True
    city.plan.save()
    report = city.report(state=ReportState.SUBMITTED)
    assert groups(city) == {}
    report.state, report.signed_at = ReportState.SIGNED, city.first.approved_at
    report.save()
    assert list(groups(city).values()) == [["7-2-3"]]


def test_group_is_ticked_by_its_link_and_nothing_else_is(as_coordinator, city):
    pledge_of(city, "1-1", city.lead, ReportState.SUBMITTED, status="")
    report = city.report(state=ReportState.SUBMITTED)
    ActualFactory(report=report, indicator=city.indicator, value=1)
    page = as_coordinator.get(f"{city.board}?tick=unchanged")
    ticked = {line.pledge.code: line.is_ticked for group in page.context["to_check"] for line in group.lines}
    assert ticked == {"1-1": True, "7-2-3": False}


def test_ticks_stay_where_nothing_could_be_approved(as_coordinator, city):
    report = city.report(state=ReportState.SUBMITTED)
    other = pledge_of(city, "1-1", city.lead, ReportState.SUBMITTED, version=4)
    changed = ProgressReport.objects.get(pledge=other)
    page = as_coordinator.post(city.board, {"report": [f"{report.pk}:1", f"{changed.pk}:3"]})
    assert page.status_code == 422
    ticked = {line.pledge.code: line.is_ticked for group in page.context["to_check"] for line in group.lines}
    assert ticked == {"7-2-3": True, "1-1": False}
    assert not ProgressReport.objects.for_period(city.period).approved().exists()


# --- What it costs ---


def add_report(city, number):
    department = DepartmentFactory(name=f"추가 {number}과")
    pledge = pledge_of(city, f"9-{number}", department, ReportState.SUBMITTED)
    IndicatorFactory(pledge=pledge, targets={2024: 3})
    SubProjectFactory(pledge=pledge)


def test_board_takes_the_same_queries_for_3_and_for_30_reports(as_coordinator, city):
    counts = []
    for numbers in (range(3), range(3, 30)):
        for number in numbers:
            add_report(city, number)
        as_coordinator.get(city.board)
        with CaptureQueriesContext(connection) as queries:
            page = as_coordinator.get(city.board)
        assert page.status_code == 200
        counts.append(len(queries))
    assert len(page.context["work"].submitted) == 30
    assert counts[0] == counts[1]
    assert counts[0] <= 45


def test_approving_many_takes_the_same_queries_for_3_and_for_30_reports(client, db):
    city = LargeCity(departments=5, pledges=34, unchanged=33, changed=0, drafts=0)
    client.force_login(city.coordinator)
    reports = list(ProgressReport.objects.for_period(city.period).handed_in().order_by("pk"))
    counts = []
    for chosen in (reports[:3], reports[3:]):
        with CaptureQueriesContext(connection) as queries:
            response = client.post(city.board, {"report": [f"{each.pk}:1" for each in chosen]})
        assert response.status_code == 302
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert ProgressReport.objects.for_period(city.period).approved().count() == 33


def test_large_city_counts_hold(client, db):
    city = LargeCity()
    client.force_login(city.coordinator)
    page = client.get(city.board)
    assert {group.key: len(group.lines) for group in page.context["to_check"]} == {
        "warned": 12,
        "unchanged": 60,
    }
    board = page.context["board"]
    assert [len(column) for column in board.columns] == [20, 20]
    # Pledges 73 to 100 are not handed in: departments 33 to 40 and 1 to 20, the last one extended.
    assert (len(board.late), board.left) == (27, 28)
