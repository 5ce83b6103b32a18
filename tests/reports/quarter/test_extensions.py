"""기한 연장 on the pages, with its reason wherever a due date stands; 협조부서 입력 by invitation."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges import workflow
from pledges.enums import PeriodState, Role
from pledges.models import DueExtension, SupportInvitation
from reports.quarter.boards import my_work
from tests.factories import DepartmentFactory, MembershipFactory, MunicipalityFactory, PledgeFactory

PAGE = "/staff/hanbit/8/2024-06-30/-/due/"
LATER = dt.date(2024, 7, 24)


def extend(city, department=None, due_on=LATER, reason="국정감사 대응"):
    return workflow.extend_due_date(
        period=city.period, user=city.coordinator, due_on=due_on, reason=reason, department=department
    )


def text(response):
    return response.content.decode()


def test_coordinator_extends_for_one_department_with_a_reason(as_coordinator, city):
    data = {"department": city.lead.pk, "due_on": "2024-07-24", "reason": "국정감사 대응"}
    assert as_coordinator.post(PAGE, data).status_code == 302
    granted = DueExtension.objects.get()
    assert (granted.department, granted.due_on, granted.reason, granted.granted_by) == (
        city.lead,
        LATER,
        "국정감사 대응",
        city.coordinator,
    )
    shown = text(as_coordinator.get(PAGE))
    assert "국정감사 대응" in shown
    assert str(city.coordinator) in shown


def test_coordinator_extends_for_all_departments(as_coordinator, city):
    as_coordinator.post(PAGE, {"department": "", "due_on": "2024-07-24", "reason": "집중호우"})
    assert DueExtension.objects.get().department is None
    assert as_coordinator.get(PAGE).context["due"].due_on == LATER


@pytest.mark.parametrize(
    ("bad", "field"),
    [({"due_on": ""}, "due_on"), ({"reason": " "}, "reason"), ({"due_on": "2024-07-10"}, "due_on")],
)
def test_bad_extension_is_said_at_its_field_and_nothing_typed_is_lost(as_coordinator, city, bad, field):
    data = {"department": city.lead.pk, "due_on": "2024-07-24", "reason": "국정감사 대응", **bad}
    answer = as_coordinator.post(PAGE, data)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert str(answer.context["form"]["department"].value()) == str(city.lead.pk)
    assert not DueExtension.objects.exists()


def test_department_that_leads_nothing_or_has_ended_is_no_choice(as_coordinator, city):
    ended = DepartmentFactory(name="옛과", ended_on=dt.date(2024, 1, 1))
    PledgeFactory(plan=city.plan, lead_department=ended)
    for other in (ended, city.support):
        answer = as_coordinator.post(PAGE, {"department": other.pk, "due_on": "2024-07-24", "reason": "이유"})
        assert answer.status_code == 422


def test_closed_period_offers_no_extension(as_coordinator, city):
    city.period.state = PeriodState.CLOSED
    city.period.save()
    assert as_coordinator.get(PAGE).context["extends"] is False
    answer = as_coordinator.post(PAGE, {"department": "", "due_on": "2024-07-24", "reason": "이유"})
    assert answer.status_code == 422


def test_auditor_and_administrator_read_and_departments_find_no_page(client, city):
    extend(city, city.lead)
    for user in (city.auditor, city.person(Role.ADMIN)):
        client.force_login(user)
        assert "국정감사 대응" in text(client.get(PAGE))
        assert client.post(PAGE, {"due_on": "2024-08-01", "reason": "이유"}).status_code == 403
    client.force_login(city.officer)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"due_on": "2024-08-01", "reason": "이유"}).status_code == 404
    dalbit = MunicipalityFactory(code="dalbit", name="달빛시")
    client.force_login(MembershipFactory(role=Role.COORDINATOR, municipality=dalbit).user)
    assert client.get(PAGE).status_code == 404


def test_page_takes_the_same_queries_for_one_department_and_for_five(as_coordinator, city):
    def count():
        with CaptureQueriesContext(connection) as queries:
            as_coordinator.get(PAGE)
        return len(queries)

    extend(city, city.lead)
    count()
    before = count()
    for number in range(4):
        department = DepartmentFactory(name=f"{number}과")
        PledgeFactory(plan=city.plan, lead_department=department)
        extend(city, department)
    assert count() == before


def test_reason_stands_on_my_work_at_the_form_and_on_the_board(client, city):
    extend(city, city.lead)
    client.force_login(city.officer)
    assert "국정감사 대응" in text(client.get("/staff/"))
    assert "국정감사 대응" in text(client.get(city.url))
    client.force_login(city.coordinator)
    assert "국정감사 대응" in text(client.get(city.board))
    client.force_login(city.stranger)
    assert "국정감사 대응" not in text(client.get("/staff/"))


def test_my_work_counts_the_days_to_the_departments_own_date(city):
    (before,) = my_work(city.officer)
    extend(city, city.lead)
    (after,) = my_work(city.officer)
    assert (after.due_on, after.days_left - before.days_left) == (LATER, 14)
    (office,) = my_work(city.coordinator)
    assert office.due_on == city.period.due_on
    extend(city)
    (office,) = my_work(city.coordinator)
    assert office.due_on == LATER


def test_my_work_of_two_departments_counts_to_the_earlier_date(city):
    PledgeFactory(plan=city.plan, lead_department=city.support)
    MembershipFactory(user=city.officer, role=Role.OFFICER, department=city.support)
    extend(city, city.lead)
    (work,) = my_work(city.officer)
    assert (work.due_on, work.extension) == (city.period.due_on, None)


# --- 협조부서 입력 ------------------------------------------------------------------------


def support_page(city):
    return f"{city.url}support/"


def test_lead_department_invites_a_supporting_one_from_the_form(as_officer, city):
    shown = text(as_officer.get(city.url))
    assert 'id="support"' in shown
    answer = as_officer.post(
        support_page(city), {"department": city.support.pk, "note": "이용자 수", "step": "invite"}
    )
    assert answer["Location"] == f"{city.url}#support"
    assert SupportInvitation.objects.get().note == "이용자 수"
    assert "이용자 수" in text(as_officer.get(city.url))
    as_officer.post(support_page(city), {"department": city.support.pk, "step": "withdraw"})
    assert not SupportInvitation.objects.exists()


def test_department_that_does_not_support_can_not_be_invited(as_officer, city):
    other = DepartmentFactory(name="다른과")
    answer = as_officer.post(
        support_page(city), {"department": other.pk, "note": "이용자 수", "step": "invite"}
    )
    assert answer.status_code == 422
    assert answer.context["form"]["note"].value() == "이용자 수"
    long = as_officer.post(
        support_page(city), {"department": city.support.pk, "note": "가" * 301, "step": "invite"}
    )
    assert long.status_code == 422


def test_who_does_not_lead_invites_nobody_on_the_page(client, city):
    data = {"department": city.support.pk, "step": "invite"}
    for user, status in ((city.helper, 403), (city.stranger, 404), (city.auditor, 403)):
        client.force_login(user)
        assert client.post(support_page(city), data).status_code == status
    client.force_login(city.coordinator)
    assert client.post(support_page(city), data).status_code == 302
    assert SupportInvitation.objects.count() == 1


def test_invited_officer_saves_is_told_what_to_enter_and_is_not_offered_to_submit(client, city):
    client.force_login(city.helper)
    assert client.post(city.url, city.data()).status_code == 403
    SupportInvitation.objects.create(
        pledge=city.pledge, department=city.support, note="이용자 수를 적어 주세요"
    )
    shown = text(client.get(city.url))
    assert "이용자 수를 적어 주세요" in shown
    assert 'value="submit"' not in shown
    assert client.post(city.url, city.data()).status_code == 302
    assert city.current.saved_by == city.helper
    assert client.post(city.url, city.data(version="1", step="submit")).status_code == 403
    assert city.current.state == "draft"
    assert client.post(f"{city.url}discard/", {"version": str(city.current.version)}).status_code == 403
    assert city.current.saved_by == city.helper


def test_my_work_of_the_invited_officer_shows_the_pledge_to_enter(client, city):
    (work,) = my_work(city.helper)
    assert [line.is_invited for line in work.lines] == [False]
    SupportInvitation.objects.create(pledge=city.pledge, department=city.support)
    (work,) = my_work(city.helper)
    (line,) = work.own
    assert (line.is_invited, line.is_to_do, work.supporting) == (True, True, [])
    client.force_login(city.helper)
    assert city.url in text(client.get("/staff/"))
