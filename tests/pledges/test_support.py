"""협조부서 입력: the lead department invites a supporting one, which enters and does not submit."""

import pytest
from django.core.exceptions import PermissionDenied

from pledges import workflow
from pledges.enums import ReportState, Role
from pledges.models import AuditEntry, SupportInvitation
from pledges.workflow import ReportContents, WrongState
from tests.factories import (
    DepartmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PledgeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pledge():
    return PledgeFactory(
        code="1-1",
        lead_department=DepartmentFactory(name="주관과"),
        supporting_departments=[DepartmentFactory(name="협조과"), DepartmentFactory(name="도움과")],
    )


@pytest.fixture
def supporter(pledge):
    return pledge.supporting_departments.get(name="협조과")


def person(role, department=None, **fields):
    return MembershipFactory(role=role, department=department, **fields).user


def test_lead_department_invites_with_a_note_and_takes_it_back(pledge, supporter):
    officer = person(Role.OFFICER, pledge.lead_department)
    invitation = workflow.invite_support(
        pledge=pledge, department=supporter, user=officer, note=" 이용자 수 "
    )
    assert (invitation.note, invitation.invited_by) == ("이용자 수", officer)
    again = workflow.invite_support(pledge=pledge, department=supporter, user=officer, note="만족도")
    assert (again.pk, SupportInvitation.objects.get().note) == (invitation.pk, "만족도")
    assert invitation.history.count() == 2
    workflow.withdraw_support(pledge=pledge, department=supporter, user=officer)
    assert not SupportInvitation.objects.exists()
    workflow.withdraw_support(pledge=pledge, department=supporter, user=officer)
    entries = AuditEntry.objects.for_pledge_code("1-1").in_chain_order()
    told = [entry.action for entry in entries if "support" in entry.action]
    assert told == ["support_invited", "support_invited", "support_withdrawn"]


def test_heads_and_coordinators_invite_too(pledge, supporter):
    for user in (person(Role.HEAD, pledge.lead_department), person(Role.COORDINATOR)):
        workflow.invite_support(pledge=pledge, department=supporter, user=user)
    assert SupportInvitation.objects.count() == 1


def test_who_does_not_lead_the_pledge_invites_nobody(pledge, supporter):
    dalbit = MunicipalityFactory(code="dalbit", name="달빛시")
    for user in (
        person(Role.OFFICER, supporter),
        person(Role.HEAD, DepartmentFactory(name="다른과")),
        person(Role.ADMIN),
        person(Role.AUDITOR),
        person(Role.COORDINATOR, municipality=dalbit),
    ):
        with pytest.raises(PermissionDenied):
            workflow.invite_support(pledge=pledge, department=supporter, user=user)
        with pytest.raises(PermissionDenied):
            workflow.withdraw_support(pledge=pledge, department=supporter, user=user)


def test_only_a_standing_supporting_department_can_be_invited(pledge, supporter):
    officer = person(Role.OFFICER, pledge.lead_department)
    supporter.ended_on = "2024-01-01"
    supporter.save()
    supporter.refresh_from_db()
    for other in (DepartmentFactory(name="다른과"), pledge.lead_department, supporter):
        with pytest.raises(WrongState):
            workflow.invite_support(pledge=pledge, department=other, user=officer)
    with pytest.raises(WrongState):
        workflow.invite_support(
            pledge=pledge,
            department=pledge.supporting_departments.get(name="도움과"),
            user=officer,
            note="가" * 301,
        )


def test_invited_officer_enters_and_saves_but_neither_submits_nor_discards(pledge, supporter):
    lead, helper = person(Role.OFFICER, pledge.lead_department), person(Role.OFFICER, supporter)
    period = PeriodFactory(plan=pledge.plan)
    with pytest.raises(PermissionDenied):
        workflow.start_report(pledge=pledge, period=period, user=helper)
    workflow.invite_support(pledge=pledge, department=supporter, user=lead)
    report = workflow.start_report(pledge=pledge, period=period, user=helper)
    report = workflow.save_report(
        report=report,
        user=helper,
        version=report.version,
        contents=ReportContents(status="on_track", quarters=[]),
    )
    assert (report.saved_by, report.status) == (helper, "on_track")
    step = {"report": report, "user": helper, "version": report.version}
    with pytest.raises(PermissionDenied):
        workflow.submit_report(**step, status="on_track", lagging=False)
    with pytest.raises(PermissionDenied):
        workflow.discard_report(**step)
    other = person(Role.OFFICER, pledge.supporting_departments.get(name="도움과"))
    with pytest.raises(PermissionDenied):
        workflow.save_report(
            report=report, user=other, version=report.version, contents=ReportContents(quarters=[])
        )
    submitted = workflow.submit_report(
        report=report, user=lead, version=report.version, status="on_track", lagging=False
    )
    assert submitted.state == ReportState.SUBMITTED
    with pytest.raises(PermissionDenied):
        workflow.withdraw_report(report=submitted, user=helper, version=submitted.version)


def test_invited_officer_enters_no_more_once_it_is_taken_back(pledge, supporter):
    lead, helper = person(Role.OFFICER, pledge.lead_department), person(Role.OFFICER, supporter)
    period = PeriodFactory(plan=pledge.plan)
    workflow.invite_support(pledge=pledge, department=supporter, user=lead)
    report = workflow.start_report(pledge=pledge, period=period, user=helper)
    workflow.withdraw_support(pledge=pledge, department=supporter, user=lead)
    pledge = type(pledge).objects.get(pk=pledge.pk)
    report = type(report).objects.get(pk=report.pk)
    with pytest.raises(PermissionDenied):
        workflow.save_report(
            report=report, user=helper, version=report.version, contents=ReportContents(quarters=[])
        )
