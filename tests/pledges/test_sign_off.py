"""결재, 반려, 회수: what the head's sign-off adds to the turn of a report, and who may take each step."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges import workflow
from pledges.enums import ReportSection, ReportState, Role, Status
from pledges.models import ProgressReport
from pledges.workflow import Conflict, ReasonMissing, Remark, WrongState, awaits_head, awaits_office
from tests.factories import (
    DepartmentFactory,
    MembershipFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
)

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2024, 3, 31)


class Office:
    """A department with officer and head beside another one, in a plan whose heads sign."""

    def __init__(self):
        self.lead, self.other = DepartmentFactory(name="주관과"), DepartmentFactory(name="다른과")
        self.plan = PlanFactory(head_signs=True)
        self.pledge = PledgeFactory(plan=self.plan, lead_department=self.lead)
        self.period = PeriodFactory(plan=self.plan, as_of=AS_OF)
        self.officer = MembershipFactory(role=Role.OFFICER, department=self.lead).user
        self.head = MembershipFactory(role=Role.HEAD, department=self.lead).user
        self.other_head = MembershipFactory(role=Role.HEAD, department=self.other).user
        self.coordinator = MembershipFactory(role=Role.COORDINATOR).user
        self.auditor = MembershipFactory(role=Role.AUDITOR).user

    def draft(self):
        return ReportFactory(pledge=self.pledge, period=self.period, status=Status.ON_TRACK)

    def submitted(self, user=None):
        return self.submit(self.draft(), user or self.officer)

    def submit(self, report, user):
        return workflow.submit_report(
            report=report, user=user, version=report.version, status=Status.ON_TRACK, lagging=False
        )

    def signed(self):
        report = self.submitted()
        return workflow.sign_report(report=report, user=self.head, version=report.version)

    def switch_off(self):
        self.plan.head_signs = False
        self.plan.save()
        self.pledge.refresh_from_db()


@pytest.fixture
def office():
    return Office()


def state_of(report):
    return ProgressReport.objects.get(pk=report.pk).state


def test_submitted_report_waits_for_the_head_then_for_the_planning_office(office):
    report = office.submitted()
    assert (report.state, report.signed_at) == (ReportState.SUBMITTED, None)
    assert awaits_head(report, office.plan)
    assert not awaits_office(report, office.plan)
    report = workflow.sign_report(report=report, user=office.head, version=report.version)
    assert (report.state, report.signed_by) == (ReportState.SIGNED, office.head)
    assert not awaits_head(report, office.plan)
    assert awaits_office(report, office.plan)
    report = workflow.approve_report(report=report, user=office.coordinator, version=report.version)
    assert report.state == ReportState.APPROVED


def test_unsigned_report_can_not_be_approved(office):
    report = office.submitted()
    with pytest.raises(WrongState, match="결재"):
        workflow.approve_report(report=report, user=office.coordinator, version=report.version)
    assert state_of(report) == ReportState.SUBMITTED


def test_plan_without_sign_off_sends_what_is_submitted_to_the_planning_office(office):
    office.switch_off()
    report = office.submitted()
    assert awaits_office(report, office.pledge.plan)
    with pytest.raises(WrongState):
        workflow.sign_report(report=report, user=office.head, version=report.version)
    report = workflow.approve_report(report=report, user=office.coordinator, version=report.version)
    assert report.state == ReportState.APPROVED


def test_report_that_waits_for_the_head_goes_on_when_the_plan_leaves_the_step_out(office):
    report = office.submitted()
    office.switch_off()
    report = ProgressReport.objects.with_places().get(pk=report.pk)
    assert workflow.approve_report(report=report, user=office.coordinator, version=report.version)


def test_head_who_submits_signs_at_once(office):
    report = office.submitted(office.head)
    assert (report.state, report.submitted_by, report.signed_by) == (
        ReportState.SIGNED,
        office.head,
        office.head,
    )


@pytest.mark.parametrize("who", ["officer", "other_head", "coordinator", "auditor"])
def test_signing_is_the_own_heads_alone(office, who):
    report = office.submitted()
    with pytest.raises(PermissionDenied):
        workflow.sign_report(report=report, user=getattr(office, who), version=report.version)
    assert state_of(report) == ReportState.SUBMITTED


def test_signing_in_an_old_version_is_a_conflict(office):
    report = office.submitted()
    with pytest.raises(Conflict):
        workflow.sign_report(report=report, user=office.head, version=report.version - 1)


def many(office, count):
    """Submitted reports of the office's period, each of another pledge."""
    pledges = [PledgeFactory(plan=office.plan, lead_department=office.lead) for _ in range(count)]
    drafts = [ReportFactory(pledge=pledge, period=office.period) for pledge in pledges]
    return [office.submit(draft, office.officer) for draft in drafts]


def sign_many(office, reports, user=None, **stale):
    versions = {each.pk: each.version for each in reports} | {
        int(pk): version for pk, version in stale.items()
    }
    return workflow.sign_reports(period=office.period, versions=versions, user=user or office.head)


def test_many_are_signed_all_or_none(office):
    first, second = many(office, 2)
    with pytest.raises(Conflict):
        sign_many(office, [first, second], **{str(second.pk): second.version - 1})
    assert {state_of(first), state_of(second)} == {ReportState.SUBMITTED}
    signed = sign_many(office, [first, second])
    assert {report.state for report in signed} == {ReportState.SIGNED}
    assert {report.signed_by for report in signed} == {office.head}
    with pytest.raises(Conflict):
        sign_many(office, [first, second])
    with pytest.raises(WrongState):
        sign_many(office, signed)


def test_many_of_another_period_or_gone_are_not_signed(office):
    (report,) = many(office, 1)
    later = PeriodFactory(plan=office.plan, as_of=dt.date(2024, 6, 30))
    other = office.submit(ReportFactory(pledge=office.pledge, period=later), office.officer)
    with pytest.raises(WrongState):
        sign_many(office, [report, other])
    with pytest.raises(WrongState):
        sign_many(office, [report], **{"999999": 1})
    assert {state_of(report), state_of(other)} == {ReportState.SUBMITTED}


def test_many_are_signed_by_their_own_head_in_a_plan_whose_heads_sign(office):
    reports = many(office, 2)
    for user in (office.other_head, office.officer, office.coordinator):
        with pytest.raises(PermissionDenied):
            sign_many(office, reports, user)
    office.switch_off()
    with pytest.raises(WrongState):
        sign_many(office, reports)
    assert {state_of(each) for each in reports} == {ReportState.SUBMITTED}


def test_signing_many_takes_the_same_queries_as_signing_one(office):
    counts = []
    for count in (1, 5):
        reports = many(office, count)
        head = type(office.head).objects.get(pk=office.head.pk)
        with CaptureQueriesContext(connection) as queries:
            sign_many(office, reports, head)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Returned ---


def test_head_returns_before_signing_and_the_planning_office_at_any_time(office):
    report = office.submitted()
    report = workflow.return_report(report=report, user=office.head, version=report.version, comment="다시")
    assert report.state == ReportState.RETURNED
    report = office.submit(report, office.officer)
    report = workflow.return_report(
        report=report, user=office.coordinator, version=report.version, comment="다시"
    )
    assert report.state == ReportState.RETURNED
    assert [each.author for each in report.comments.all()] == [office.head, office.coordinator]


def test_head_can_not_return_what_is_signed_but_the_planning_office_can(office):
    report = office.signed()
    with pytest.raises(WrongState):
        workflow.return_report(report=report, user=office.head, version=report.version, comment="다시")
    report = workflow.return_report(
        report=report, user=office.coordinator, version=report.version, comment="다시"
    )
    assert (report.state, report.signed_at, report.signed_by) == (ReportState.RETURNED, None, None)


def test_returned_with_remarks_on_sections_keeps_each_at_its_section(office):
    report = office.signed()
    report = workflow.return_report(
        report=report,
        user=office.coordinator,
        version=report.version,
        remarks=[
            Remark(section=ReportSection.MONEY, body="집행액을 확인하십시오."),
            Remark(section=ReportSection.DELAY, body=" "),
        ],
    )
    assert [(each.section, each.body) for each in report.comments.all()] == [
        (ReportSection.MONEY, "집행액을 확인하십시오.")
    ]


def test_returning_without_a_word_is_refused(office):
    report = office.signed()
    with pytest.raises(ReasonMissing):
        workflow.return_report(
            report=report,
            user=office.coordinator,
            version=report.version,
            remarks=[Remark(section=ReportSection.MONEY, body="")],
        )
    assert state_of(report) == ReportState.SIGNED


@pytest.mark.parametrize("who", ["officer", "other_head", "auditor"])
def test_returning_is_the_heads_and_the_planning_offices(office, who):
    report = office.submitted()
    with pytest.raises(PermissionDenied):
        workflow.return_report(
            report=report, user=getattr(office, who), version=report.version, comment="다시"
        )


# --- Taken back ---


@pytest.mark.parametrize("state", ["submitted", "signed"])
def test_department_takes_back_what_it_handed_in(office, state):
    report = getattr(office, state)()
    report = workflow.withdraw_report(report=report, user=office.officer, version=report.version)
    assert (report.state, report.signed_at, report.signed_by) == (ReportState.DRAFT, None, None)


def test_approved_report_can_not_be_taken_back(office):
    report = office.signed()
    report = workflow.approve_report(report=report, user=office.coordinator, version=report.version)
    with pytest.raises(PermissionDenied):
        workflow.withdraw_report(report=report, user=office.other_head, version=report.version)
    with pytest.raises(WrongState):
        workflow.withdraw_report(report=report, user=office.officer, version=report.version)
    assert state_of(report) == ReportState.APPROVED


@pytest.mark.parametrize("who", ["other_head", "coordinator", "auditor"])
def test_taking_back_is_the_own_departments(office, who):
    report = office.submitted()
    with pytest.raises(PermissionDenied):
        workflow.withdraw_report(report=report, user=getattr(office, who), version=report.version)


def test_taking_back_and_approving_at_once_has_one_winner(office):
    report = office.signed()
    seen = report.version
    workflow.approve_report(report=report, user=office.coordinator, version=seen)
    stale = ProgressReport.objects.with_places().get(pk=report.pk)
    with pytest.raises(Conflict):
        workflow.withdraw_report(report=stale, user=office.officer, version=seen)
