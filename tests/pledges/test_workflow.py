"""The states of periods and reports: each step from every state, by those who may and those who may not."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from pledges import workflow
from pledges.enums import Cycle, DatePrecision, Mark, PeriodState, ReportState, Role, Status
from pledges.models import Achievement, Actual, ProgressReport, ReportComment, ScheduleMark
from pledges.notation import DateSpan
from pledges.querysets import ReportQuerySet
from pledges.workflow import (
    Conflict,
    DatedLine,
    Incomplete,
    ReasonMissing,
    ReportContents,
    WrongState,
)
from tests.factories import (
    ApprovedReportFactory,
    DepartmentFactory,
    IndicatorFactory,
    MembershipFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
    ScheduleMarkFactory,
    ScheduleTaskFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2024, 3, 31)
MAY = DateSpan(dt.date(2024, 5, 1), dt.date(2024, 5, 31), DatePrecision.MONTH)


@pytest.fixture
def pledge():
    return PledgeFactory(lead_department=DepartmentFactory(name="주관과"))


@pytest.fixture
def period(pledge):
    return PeriodFactory(plan=pledge.plan, as_of=AS_OF)


@pytest.fixture
def officer(pledge):
    return MembershipFactory(role=Role.OFFICER, department=pledge.lead_department).user


@pytest.fixture
def coordinator(pledge):
    return MembershipFactory(role=Role.COORDINATOR).user


@pytest.fixture
def auditor(pledge):
    return MembershipFactory(role=Role.AUDITOR).user


def stored(report):
    return ProgressReport.objects.get(pk=report.pk)


def draft(pledge, period, state=ReportState.DRAFT, **fields):
    return ReportFactory(pledge=pledge, period=period, state=state, **fields)


# --- Periods ---


def test_open_period_is_due_on_the_10th_of_the_next_month(pledge, coordinator):
    opened = workflow.open_period(plan=pledge.plan, as_of=dt.date(2025, 12, 31), user=coordinator)
    assert (opened.state, opened.due_on) == (PeriodState.OPEN, dt.date(2026, 1, 10))


def test_open_period_denied_to_the_department(pledge, officer):
    with pytest.raises(PermissionDenied):
        workflow.open_period(plan=pledge.plan, as_of=AS_OF, user=officer)


@pytest.mark.parametrize("as_of", [dt.date(2022, 6, 30), dt.date(2026, 7, 1)])
def test_open_period_outside_the_term_is_refused(pledge, coordinator, as_of):
    with pytest.raises(WrongState):
        workflow.open_period(plan=pledge.plan, as_of=as_of, user=coordinator)


def test_open_period_due_before_its_date_is_refused(pledge, coordinator):
    with pytest.raises(WrongState):
        workflow.open_period(plan=pledge.plan, as_of=AS_OF, due_on=dt.date(2024, 3, 1), user=coordinator)


def test_closed_period_opens_again_but_an_open_or_published_one_does_not(pledge, period, coordinator):
    with pytest.raises(WrongState):
        workflow.open_period(plan=pledge.plan, as_of=AS_OF, user=coordinator)
    workflow.close_period(period=period, user=coordinator)
    with pytest.raises(WrongState, match="다시"):
        workflow.open_period(plan=pledge.plan, as_of=AS_OF, user=coordinator)
    again = workflow.open_period(
        plan=pledge.plan, as_of=AS_OF, due_on=dt.date(2024, 4, 20), user=coordinator, again=True
    )
    assert (again.pk, again.state, again.due_on, again.closed_at) == (
        period.pk,
        PeriodState.OPEN,
        dt.date(2024, 4, 20),
        None,
    )
    published = PeriodFactory(plan=pledge.plan, as_of=dt.date(2023, 12, 31), state=PeriodState.PUBLISHED)
    with pytest.raises(WrongState):
        workflow.open_period(plan=pledge.plan, as_of=published.as_of, user=coordinator)


def test_close_period_waits_for_submitted_reports(pledge, period, coordinator):
    report = draft(pledge, period, ReportState.SUBMITTED)
    with pytest.raises(WrongState, match="1"):
        workflow.close_period(period=period, user=coordinator)
    workflow.return_report(report=report, user=coordinator, version=1, comment="집행액 확인")
    closed = workflow.close_period(period=period, user=coordinator)
    assert closed.state == PeriodState.CLOSED
    assert closed.closed_at is not None
    with pytest.raises(WrongState):
        workflow.close_period(period=period, user=coordinator)


def test_close_period_denied_to_the_auditor(period, auditor):
    with pytest.raises(PermissionDenied):
        workflow.close_period(period=period, user=auditor)


def test_next_as_of_is_the_next_quarter_end_until_the_term_is_over():
    plan = PlanFactory()
    assert workflow.next_as_of(plan, []) == dt.date(2022, 9, 30)
    assert workflow.next_as_of(plan, [dt.date(2025, 9, 30), dt.date(2022, 9, 30)]) == dt.date(2025, 12, 31)
    assert workflow.next_as_of(plan, [dt.date(2026, 6, 30)]) is None


def test_next_as_of_of_a_half_yearly_plan_is_june_or_december():
    plan = PlanFactory(cycle=Cycle.HALF_YEARLY)
    assert workflow.next_as_of(plan, [dt.date(2025, 4, 30)]) == dt.date(2025, 6, 30)


def test_quarters_of_a_half_year_are_two():
    plan = PlanFactory(cycle=Cycle.HALF_YEARLY, term=TermFactory())
    june = PeriodFactory(plan=plan, as_of=dt.date(2025, 6, 30))
    march = PeriodFactory(plan=plan, as_of=dt.date(2025, 3, 31))
    assert workflow.quarters_of(june) == [(2025, 1), (2025, 2)]
    # A date outside of the cycle covers its own half-year so far; the one before has been reported on.
    assert workflow.quarters_of(march) == [(2025, 1)]


# --- Starting ---


def test_start_report_makes_the_first_draft_without_a_reason(pledge, period, officer):
    report = workflow.start_report(pledge=pledge, period=period, user=officer)
    assert (report.revision, report.state, report.reason) == (1, ReportState.DRAFT, "")


def test_start_report_denied_to_another_department_and_to_the_auditor(pledge, period, auditor):
    stranger = MembershipFactory(role=Role.OFFICER, department=DepartmentFactory(name="다른과")).user
    for user in (stranger, auditor):
        with pytest.raises(PermissionDenied):
            workflow.start_report(pledge=pledge, period=period, user=user)


def test_start_report_denied_to_the_coordinator_who_may_only_correct(pledge, period, coordinator):
    with pytest.raises(PermissionDenied):
        workflow.start_report(pledge=pledge, period=period, user=coordinator)
    ApprovedReportFactory(pledge=pledge, period=period)
    report = workflow.start_report(pledge=pledge, period=period, user=coordinator, reason="오기 정정")
    assert report.revision == 2


def test_start_report_beside_a_colleagues_draft_is_a_conflict(pledge, period, officer):
    existing = draft(pledge, period)
    with pytest.raises(Conflict) as caught:
        workflow.start_report(pledge=pledge, period=period, user=officer)
    assert caught.value.current == existing


def test_start_report_at_the_same_moment_as_a_colleague_is_a_conflict(pledge, period, officer, monkeypatch):
    existing = draft(pledge, period)
    asked = []

    def seen_too_late(rows):
        asked.append(rows)
        return rows.none() if len(asked) == 1 else rows.order_by("-revision")

    monkeypatch.setattr(ReportQuerySet, "by_revision", seen_too_late)
    with pytest.raises(Conflict) as caught:
        workflow.start_report(pledge=pledge, period=period, user=officer)
    assert caught.value.current == existing


def test_start_report_over_an_approved_one_is_a_correction_with_a_reason(pledge, period, officer):
    ApprovedReportFactory(
        pledge=pledge, period=period, revision=3, status=Status.PARTIAL, cause="지연", remedy="보완"
    )
    with pytest.raises(ReasonMissing):
        workflow.start_report(pledge=pledge, period=period, user=officer, reason="  ")
    report = workflow.start_report(pledge=pledge, period=period, user=officer, reason="입력 오류")
    assert (report.revision, report.status, report.cause, report.reason) == (
        4,
        Status.PARTIAL,
        "지연",
        "입력 오류",
    )


@pytest.mark.parametrize("state", [PeriodState.CLOSED, PeriodState.PUBLISHED])
def test_start_report_in_a_settled_period_needs_a_reason(pledge, officer, state):
    period = PeriodFactory(plan=pledge.plan, as_of=AS_OF, state=state)
    with pytest.raises(ReasonMissing):
        workflow.start_report(pledge=pledge, period=period, user=officer)
    assert workflow.start_report(pledge=pledge, period=period, user=officer, reason="누락").revision == 1


def test_start_report_in_another_plans_period_or_before_the_term_is_refused(pledge, officer):
    other = PeriodFactory(plan=PlanFactory(term=TermFactory(number=7), code="works"), as_of=AS_OF)
    before = PeriodFactory(plan=pledge.plan, as_of=dt.date(2022, 6, 30))
    for period in (other, before):
        with pytest.raises(WrongState):
            workflow.start_report(pledge=pledge, period=period, user=officer)


# --- Saving ---


def test_save_report_writes_what_was_entered_and_counts_the_version(pledge, period, officer):
    indicator, task = IndicatorFactory(pledge=pledge), ScheduleTaskFactory(pledge=pledge)
    report = draft(pledge, period)
    contents = ReportContents(
        status=Status.ON_TRACK,
        cause=" 사유 ",
        actuals={indicator.pk: Decimal(0)},
        quarters=[(2024, 1)],
        marks={(task.pk, 2024, 1): Mark.DONE},
        achievements=[DatedLine(span=MAY, text="계획 수립", details="가\n나")],
    )
    saved = workflow.save_report(report=report, user=officer, version=1, contents=contents)
    assert (saved.version, saved.cause, saved.saved_by) == (2, "사유", officer)
    assert [row.value for row in Actual.objects.all()] == [Decimal(0)]
    assert ScheduleMark.objects.get().mark == Mark.DONE
    assert Achievement.objects.get().details == "가\n나"


def test_save_report_again_touches_only_what_differs(pledge, period, officer):
    first, second = IndicatorFactory(pledge=pledge), IndicatorFactory(pledge=pledge)
    report = draft(pledge, period)
    line = DatedLine(span=MAY, text="계획 수립")
    workflow.save_report(
        report=report,
        user=officer,
        version=1,
        contents=ReportContents(actuals={first.pk: Decimal(1), second.pk: Decimal(2)}, achievements=[line]),
    )
    workflow.save_report(
        report=report,
        user=officer,
        version=2,
        contents=ReportContents(actuals={first.pk: Decimal("1.5")}, achievements=[line]),
    )
    assert {row.indicator_id: row.value for row in report.actuals.all()} == {first.pk: Decimal("1.5")}
    kinds = list(Actual.history.order_by("history_id").values_list("indicator_id", "history_type"))
    assert sorted(kinds) == sorted([(first.pk, "+"), (second.pk, "+"), (second.pk, "-"), (first.pk, "~")])
    assert Achievement.history.count() == 1
    assert all(row.history_user == officer for row in Actual.history.exclude(history_type="-"))


def test_save_report_leaves_marks_of_other_quarters_alone(pledge, period, officer):
    task = ScheduleTaskFactory(pledge=pledge)
    report = draft(pledge, period)
    old = ScheduleMarkFactory(task=task, report=report, year=2023, quarter=4)
    ScheduleMarkFactory(task=task, report=report, year=2024, quarter=1)
    workflow.save_report(
        report=report, user=officer, version=1, contents=ReportContents(quarters=[(2024, 1)])
    )
    assert list(report.marks.all()) == [old]


def test_save_report_in_an_old_version_is_a_conflict_and_changes_nothing(pledge, period, officer):
    report = draft(pledge, period, cause="먼저")
    workflow.save_report(report=report, user=officer, version=1, contents=ReportContents(cause="갑"))
    with pytest.raises(Conflict) as caught:
        workflow.save_report(
            report=stored(report), user=officer, version=1, contents=ReportContents(cause="을")
        )
    assert caught.value.current.cause == "갑"
    assert stored(report).cause == "갑"


def test_save_report_that_was_thrown_away_is_a_conflict_with_its_successor(pledge, period, officer):
    report = draft(pledge, period)
    workflow.discard_report(report=stored(report), user=officer, version=1)
    successor = workflow.start_report(pledge=pledge, period=period, user=officer)
    with pytest.raises(Conflict) as caught:
        workflow.save_report(report=report, user=officer, version=1, contents=ReportContents())
    assert caught.value.current == successor


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.APPROVED])
def test_save_report_that_is_handed_in_is_refused(pledge, period, officer, state):
    factory = ApprovedReportFactory if state == ReportState.APPROVED else ReportFactory
    report = factory(pledge=pledge, period=period, state=state)
    with pytest.raises(WrongState):
        workflow.save_report(report=report, user=officer, version=1, contents=ReportContents())


def test_save_report_denied_to_those_who_only_look(pledge, period, auditor, coordinator):
    report = draft(pledge, period)
    for user in (auditor, coordinator):
        with pytest.raises(PermissionDenied):
            workflow.save_report(report=report, user=user, version=1, contents=ReportContents())


def test_draft_left_when_the_period_closed_goes_on_with_a_reason_only(pledge, period, officer, coordinator):
    report = draft(pledge, period)
    workflow.close_period(period=period, user=coordinator)
    with pytest.raises(ReasonMissing):
        workflow.save_report(report=report, user=officer, version=1, contents=ReportContents())
    with pytest.raises(ReasonMissing):
        workflow.submit_report(report=report, user=officer, version=1, status=Status.ON_TRACK, lagging=False)
    saved = workflow.save_report(
        report=report, user=officer, version=1, contents=ReportContents(reason="기한 후 제출")
    )
    workflow.submit_report(report=saved, user=officer, version=2, status=Status.ON_TRACK, lagging=False)
    workflow.approve_report(report=saved, user=coordinator, version=3)
    assert stored(report).state == ReportState.APPROVED


# --- Submitting ---


@pytest.mark.parametrize("state", [ReportState.DRAFT, ReportState.RETURNED])
def test_submit_report_hands_it_in_with_time_person_and_history(pledge, period, officer, state):
    report = draft(pledge, period, state)
    workflow.submit_report(report=report, user=officer, version=1, status=Status.ON_TRACK, lagging=False)
    now = stored(report)
    assert (now.state, now.submitted_by, now.version) == (ReportState.SUBMITTED, officer, 2)
    latest = report.history.first()
    assert (latest.state, latest.history_user, latest.history_type) == (ReportState.SUBMITTED, officer, "~")


def test_submit_report_twice_is_told_apart_from_a_wrong_state(pledge, period, officer):
    report = draft(pledge, period)
    workflow.submit_report(report=report, user=officer, version=1, status=Status.ON_TRACK, lagging=False)
    with pytest.raises(Conflict):
        workflow.submit_report(report=report, user=officer, version=1, status=Status.ON_TRACK, lagging=False)
    with pytest.raises(WrongState):
        workflow.submit_report(report=report, user=officer, version=2, status=Status.ON_TRACK, lagging=False)


def test_submit_report_denied_to_the_coordinator(pledge, period, coordinator):
    with pytest.raises(PermissionDenied):
        workflow.submit_report(
            report=draft(pledge, period),
            user=coordinator,
            version=1,
            status=Status.ON_TRACK,
            lagging=False,
        )


@pytest.mark.parametrize(
    ("status", "lagging", "missing"),
    [
        (Status.ON_TRACK, False, set()),
        (Status.ON_TRACK, True, {"cause", "remedy"}),
        (Status.PARTIAL, False, {"cause", "remedy"}),
        (Status.ON_HOLD, False, {"cause", "remedy"}),
        ("", False, {"status"}),
        ("", True, {"status", "cause", "remedy"}),
    ],
)
def test_submit_report_asks_a_lagging_pledge_for_cause_and_remedy(
    pledge, period, officer, status, lagging, missing
):
    report = draft(pledge, period, status=status)
    if not missing:
        workflow.submit_report(report=report, user=officer, version=1, status=status, lagging=lagging)
        return
    with pytest.raises(Incomplete) as caught:
        workflow.submit_report(report=report, user=officer, version=1, status=status, lagging=lagging)
    assert set(caught.value.errors) == missing
    assert stored(report).state == ReportState.DRAFT


def test_submit_report_that_takes_the_status_back_is_complete(pledge, period, officer):
    report = draft(pledge, period, status=Status.NONE)
    workflow.submit_report(report=report, user=officer, version=1, status=Status.NONE, lagging=False)
    assert stored(report).state == ReportState.SUBMITTED


# --- Checking ---


def test_return_report_keeps_the_comment(pledge, period, coordinator):
    report = draft(pledge, period, ReportState.SUBMITTED)
    workflow.return_report(report=report, user=coordinator, version=1, comment=" 증빙을 붙일 것 ")
    assert stored(report).state == ReportState.RETURNED
    comment = ReportComment.objects.get()
    assert (comment.body, comment.author) == ("증빙을 붙일 것", coordinator)


def test_return_report_without_a_word_is_refused(pledge, period, coordinator):
    report = draft(pledge, period, ReportState.SUBMITTED)
    with pytest.raises(ReasonMissing):
        workflow.return_report(report=report, user=coordinator, version=1, comment=" ")


@pytest.mark.parametrize("state", [ReportState.DRAFT, ReportState.RETURNED, ReportState.APPROVED])
def test_checking_takes_submitted_reports_only(pledge, period, coordinator, state):
    factory = ApprovedReportFactory if state == ReportState.APPROVED else ReportFactory
    report = factory(pledge=pledge, period=period, state=state)
    with pytest.raises(WrongState):
        workflow.approve_report(report=report, user=coordinator, version=1)
    with pytest.raises(WrongState):
        workflow.return_report(report=report, user=coordinator, version=1, comment="보완")
    assert not ReportComment.objects.exists()


def test_checking_denied_to_the_department_and_the_auditor(pledge, period, officer, auditor):
    report = draft(pledge, period, ReportState.SUBMITTED)
    for user in (officer, auditor):
        with pytest.raises(PermissionDenied):
            workflow.approve_report(report=report, user=user, version=1)
        with pytest.raises(PermissionDenied):
            workflow.return_report(report=report, user=user, version=1, comment="보완")


def test_approve_report_makes_it_live_with_time_person_and_history(pledge, period, coordinator):
    report = draft(pledge, period, ReportState.SUBMITTED)
    workflow.approve_report(report=report, user=coordinator, version=1, comment="확인")
    now = stored(report)
    assert (now.state, now.approved_by) == (ReportState.APPROVED, coordinator)
    assert list(ProgressReport.objects.live()) == [report]
    assert report.history.first().state == ReportState.APPROVED
    assert ReportComment.objects.get().body == "확인"


def test_approve_report_in_a_version_not_seen_is_a_conflict(pledge, period, coordinator):
    report = draft(pledge, period, ReportState.SUBMITTED, version=3)
    with pytest.raises(Conflict):
        workflow.approve_report(report=report, user=coordinator, version=2)


def test_approve_report_below_a_later_revision_is_refused(pledge, period, coordinator):
    report = draft(pledge, period, ReportState.SUBMITTED, reason="정정")
    ApprovedReportFactory(pledge=pledge, period=period, revision=2)
    with pytest.raises(WrongState):
        workflow.approve_report(report=report, user=coordinator, version=1)


def test_approve_report_of_a_settled_period_needs_its_reason(pledge, coordinator):
    period = PeriodFactory(plan=pledge.plan, as_of=AS_OF, state=PeriodState.CLOSED)
    report = draft(pledge, period, ReportState.SUBMITTED)
    with pytest.raises(ReasonMissing):
        workflow.approve_report(report=report, user=coordinator, version=1)


def test_approve_reports_approves_all_or_none(pledge, period, coordinator):
    other = PledgeFactory(plan=pledge.plan)
    reports = [draft(each, period, ReportState.SUBMITTED) for each in (pledge, other)]
    with pytest.raises(Conflict):
        workflow.approve_reports(
            period=period, versions={reports[0].pk: 1, reports[1].pk: 9}, user=coordinator
        )
    assert not ProgressReport.objects.approved().exists()
    approved = workflow.approve_reports(
        period=period, versions={reports[0].pk: 1, reports[1].pk: 1}, user=coordinator
    )
    assert approved == reports
    assert ProgressReport.objects.approved().count() == 2


def test_approve_reports_takes_those_of_its_period_alone(pledge, period, coordinator):
    report = draft(pledge, period, ReportState.SUBMITTED)
    later = PeriodFactory(plan=pledge.plan, as_of=dt.date(2025, 6, 30))
    other = draft(pledge, later, ReportState.SUBMITTED)
    for versions in ({report.pk: 1, other.pk: 1}, {report.pk: 1, 0: 1}):
        with pytest.raises(WrongState):
            workflow.approve_reports(period=period, versions=versions, user=coordinator)
    assert not ProgressReport.objects.approved().exists()


# --- Throwing away, talking ---


def test_discard_report_takes_a_fresh_draft_only(pledge, period, officer, coordinator):
    report = draft(pledge, period)
    with pytest.raises(Conflict):
        workflow.discard_report(report=report, user=officer, version=9)
    with pytest.raises(PermissionDenied):
        workflow.discard_report(report=report, user=coordinator, version=1)
    workflow.discard_report(report=report, user=officer, version=1)
    assert not ProgressReport.objects.exists()
    assert ProgressReport.history.first().history_type == "-"
    returned = draft(pledge, period, ReportState.RETURNED)
    with pytest.raises(WrongState):
        workflow.discard_report(report=returned, user=officer, version=1)


def test_comment_is_for_those_who_enter_or_check(pledge, period, officer, coordinator, auditor):
    report = draft(pledge, period, ReportState.SUBMITTED)
    for user in (officer, coordinator):
        workflow.comment_on_report(report=report, user=user, body="확인했습니다")
    assert report.comments.count() == 2
    with pytest.raises(PermissionDenied):
        workflow.comment_on_report(report=report, user=auditor, body="의견")
    with pytest.raises(ReasonMissing):
        workflow.comment_on_report(report=report, user=officer, body=" ")
