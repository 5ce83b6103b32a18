"""My work and the board: what stands there for whom, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges.duedates import read_due_dates
from pledges.enums import PeriodState, ReportState, Role
from pledges.models import DueExtension, ReportComment
from reports.quarter.boards import days_left, leftovers, my_work
from reports.templatetags.staff import deadline
from tests.factories import (
    DepartmentFactory,
    IndicatorFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PledgeFactory,
    ReportFactory,
    ScheduleTaskFactory,
    SubProjectFactory,
    UserFactory,
)


def states(work):
    return {line.pledge.code: line.state for line in work.lines}


def test_my_work_shows_the_own_departments_pledges_of_open_periods_by_state(city):
    for code, state in [("1", "draft"), ("2", "returned"), ("3", "submitted")]:
        pledge = PledgeFactory(plan=city.plan, code=code, lead_department=city.lead)
        ReportFactory(pledge=pledge, period=city.period, state=state)
    PledgeFactory(plan=city.plan, code="9", lead_department=DepartmentFactory(name="남의과"))
    (work,) = my_work(city.officer)
    assert states(work) == {"7-2-3": "not_started", "1": "draft", "2": "returned", "3": "submitted"}
    assert {key: count for key, _label, count in work.counts} == {
        "not_started": 1,
        "draft": 1,
        "returned": 1,
        "submitted": 1,
        "approved": 0,
    }
    assert [line.pledge.code for line in work.lines if line.is_to_do] == ["7-2-3", "1", "2"]


def test_report_being_corrected_stays_approved_and_is_to_be_done(city):
    city.report(state=ReportState.APPROVED)
    city.report(revision=2, reason="정정")
    (work,) = my_work(city.officer)
    (line,) = work.lines
    assert (line.state, line.turn, line.is_correction, line.is_to_do) == ("approved", "draft", True, True)


def test_supporting_department_sees_the_pledge_and_has_nothing_to_do(city):
    (work,) = my_work(city.helper)
    (line,) = work.lines
    assert not line.is_to_do


def test_supporting_pledges_are_read_apart_and_not_counted(client, city):
    PledgeFactory(plan=city.plan, code="5", name="우리 공약", lead_department=city.support)
    (work,) = my_work(city.helper)
    assert [line.pledge.code for line in work.own] == ["5"]
    assert [line.pledge.code for line in work.supporting] == ["7-2-3"]
    assert sum(count for _state, _label, count in work.counts) == 1
    client.force_login(city.helper)
    for address in ("/staff/", city.board):
        text = client.get(address).content.decode()
        assert text.index("우리 공약") < text.index("다른 부서가 주관하는 공약으로") < text.index(city.url)


def test_whole_city_counts_every_pledge(city):
    PledgeFactory(plan=city.plan, code="5", lead_department=city.support)
    (work,) = my_work(city.coordinator)
    assert (len(work.own), work.supporting) == (2, [])


def test_closed_periods_are_no_work_where_nothing_was_begun(city):
    city.period.state = PeriodState.CLOSED
    city.period.save()
    assert my_work(city.officer) == []
    assert leftovers(city.officer) == []


@pytest.mark.parametrize(
    ("state", "who"),
    [
        (ReportState.DRAFT, {"officer"}),
        (ReportState.RETURNED, {"officer"}),
        (ReportState.SUBMITTED, {"coordinator"}),
        (ReportState.APPROVED, set()),
    ],
)
@pytest.mark.parametrize("settled", [PeriodState.CLOSED, PeriodState.PUBLISHED])
def test_unfinished_reports_of_settled_periods_stay_in_the_work_of_who_acts_next(
    client, city, settled, state, who
):
    city.report(state=state)
    assert leftovers(city.officer) == leftovers(city.coordinator) == []
    city.period.state, city.period.published_at = settled, timezone.now()
    city.period.save()
    for name in ("officer", "helper", "stranger", "coordinator", "auditor"):
        user = getattr(city, name)
        assert [line.link for line in leftovers(user)] == ([city.url] if name in who else [])
        client.force_login(user)
        assert (city.url in client.get("/staff/").content.decode()) is (name in who)


def test_correction_that_the_planning_office_began_stays_in_its_work(city):
    draft = ReportFactory(
        pledge=city.pledge, period=city.earlier, revision=2, reason="오기", saved_by=city.coordinator
    )
    assert [line.report for line in leftovers(city.coordinator)] == [draft]
    assert [line.report for line in leftovers(city.officer)] == [draft]
    other = MembershipFactory(role=Role.COORDINATOR).user
    assert leftovers(other) == []


@pytest.mark.parametrize("who", ["officer", "helper", "coordinator", "auditor"])
def test_plans_lead_to_their_periods_for_everybody_who_may_see_them(client, city, who):
    client.force_login(getattr(city, who))
    assert 'href="/staff/hanbit/8/"' in client.get("/staff/").content.decode()
    assert client.get("/staff/hanbit/8/").status_code == 200


def test_plan_without_a_pledge_of_the_own_department_is_not_linked(client, city):
    client.force_login(city.stranger)
    assert 'href="/staff/hanbit/8/"' not in client.get("/staff/").content.decode()
    assert client.get("/staff/hanbit/8/").status_code == 404


def test_person_of_another_department_city_or_none_has_no_work_here(city):
    dalbit = MembershipFactory(
        municipality=MunicipalityFactory(code="dalbit", name="달빛시"), role=Role.COORDINATOR
    ).user
    assert my_work(city.stranger) == []
    assert my_work(dalbit) == []
    assert my_work(UserFactory()) == []


def test_superuser_sees_every_city(city):
    (work,) = my_work(UserFactory(is_superuser=True))
    assert work.sees_city


def test_days_left_counts_to_the_due_date():
    period = PeriodFactory.build(as_of=dt.date(2024, 6, 30), due_on=dt.date(2024, 7, 10), plan=None)
    assert days_left(period.due_on, dt.date(2024, 7, 5)) == 5
    assert days_left(period.due_on, dt.date(2024, 7, 12)) == -2


@pytest.mark.parametrize(("days", "text"), [(5, "D-5"), (0, "D-day"), (-2, "2일 지남")])
def test_deadline_in_words(days, text):
    assert deadline(days) == text


@pytest.mark.django_db
def test_report_handed_in_after_the_due_date_is_marked_late(city, as_coordinator):
    due = dt.datetime.combine(city.period.due_on, dt.time(23, 59), timezone.get_current_timezone())
    report = city.report(state=ReportState.SUBMITTED, submitted_at=due)
    assert not read_due_dates([city.period]).is_late(report)
    report.submitted_at = due + dt.timedelta(minutes=1)
    report.save()
    assert read_due_dates([city.period]).is_late(report)
    assert "기한 후" in as_coordinator.get(city.board).content.decode()


# --- What comes next ------------------------------------------------------------------


def desk_of(client, user):
    client.force_login(user)
    return client.get("/staff/").context["desk"]


def test_returned_reports_come_first_then_drafts_then_what_nobody_began(client, city):
    for code, state in [("1", "submitted"), ("2", "draft"), ("3", "returned"), ("4", "approved")]:
        pledge = PledgeFactory(plan=city.plan, code=code, position=90 + int(code), lead_department=city.lead)
        when = timezone.now() if state == "approved" else None
        ReportFactory(pledge=pledge, period=city.period, state=state, approved_at=when)
    (each,) = desk_of(client, city.officer)
    assert [(item.line.pledge.code, item.line.state) for item in each.to_do] == [
        ("3", "returned"),
        ("2", "draft"),
        ("7-2-3", "not_started"),
    ]
    assert each.next.line.pledge.code == "3"
    assert [line.pledge.code for line in each.handed_in] == ["1", "4"]


def test_everything_handed_in_says_so(client, city):
    city.report(state=ReportState.SUBMITTED)
    (each,) = desk_of(client, city.officer)
    assert (each.next, len(each.handed_in)) == (None, 1)
    assert "부서의 보고서를 모두 제출했습니다" in client.get("/staff/").content.decode()


@pytest.mark.parametrize("who", ["helper", "coordinator", "auditor"])
def test_who_enters_nothing_is_told_of_nothing_to_enter(client, city, who):
    (each,) = desk_of(client, getattr(city, who))
    assert (list(each.to_do), list(each.to_sign), each.unchanged) == ([], [], 0)
    text = client.get("/staff/").content.decode()
    assert "다음 할 일" not in text
    assert "모두 제출했습니다" not in text


def test_returned_report_shows_the_last_word_of_the_planning_office(client, city):
    report = city.report(state=ReportState.RETURNED, submitted_by=city.officer)
    for who, body in [
        (city.coordinator, "처음 의견"),
        (city.coordinator, "증빙을 붙여 주십시오"),
        (city.officer, "알겠습니다"),
    ]:
        ReportComment.objects.create(report=report, author=who, body=body)
    (each,) = desk_of(client, city.officer)
    assert each.next.remark.body == "증빙을 붙여 주십시오"
    text = client.get("/staff/").content.decode()
    assert "증빙을 붙여 주십시오" in text
    assert "알겠습니다" not in text


def test_returned_report_with_own_words_only_shows_the_last_of_them(client, city):
    report = city.report(state=ReportState.RETURNED, submitted_by=city.officer)
    ReportComment.objects.create(report=report, author=city.officer, body="스스로 돌려보냄")
    (each,) = desk_of(client, city.officer)
    assert each.next.remark.body == "스스로 돌려보냄"


def test_word_on_a_draft_or_on_somebody_elses_report_is_not_shown(client, city):
    draft = city.report()
    ReportComment.objects.create(report=draft, author=city.coordinator, body="초안 의견")
    other = PledgeFactory(plan=city.plan, code="9", lead_department=city.support)
    returned = ReportFactory(pledge=other, period=city.period, state=ReportState.RETURNED)
    ReportComment.objects.create(report=returned, author=city.coordinator, body="남의 의견")
    text = client.get("/staff/").content.decode() if desk_of(client, city.officer) else ""
    assert "초안 의견" not in text
    assert "남의 의견" not in text


def test_days_left_are_those_of_the_departments_extended_date(client, city):
    later = timezone.localdate() + dt.timedelta(days=5)
    DueExtension.objects.create(
        period=city.period,
        department=city.lead,
        due_on=later,
        reason="조직 개편",
        granted_by=city.coordinator,
    )
    (own,) = desk_of(client, city.officer)
    (whole,) = desk_of(client, city.coordinator)
    assert (own.work.due_on, own.work.days_left) == (later, 5)
    assert whole.work.due_on == city.period.due_on
    client.force_login(city.officer)
    assert "D-5" in client.get("/staff/").content.decode()


def test_after_handing_in_the_person_is_back_at_the_next_thing_to_do(as_officer, city):
    PledgeFactory(plan=city.plan, code="8", name="다음 공약", lead_department=city.lead)
    response = city.submit(as_officer, follow=True, cause="사유", remedy="대책")
    assert response.redirect_chain == [("/staff/", 302)]
    (each,) = response.context["desk"]
    assert each.next.line.pledge.code == "8"


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.OFFICER, set()),
        (Role.COORDINATOR, {"audit"}),
        (Role.ADMIN, {"people", "departments", "audit"}),
        (Role.AUDITOR, {"people", "departments", "audit"}),
    ],
)
def test_bar_leads_to_the_pages_of_the_city_by_right(client, city, role, pages):
    client.force_login(city.person(role, city.lead if role == Role.OFFICER else None))
    text = client.get("/staff/").content.decode()
    linked = {name for name in ("people", "departments", "audit") if f'"/staff/hanbit/{name}/"' in text}
    assert linked == pages


def test_bar_names_the_city_where_there_are_several(client, city):
    admin = city.person(Role.ADMIN)
    elsewhere = MunicipalityFactory(code="dalbit", name="달빛시")
    MembershipFactory(user=admin, role=Role.ADMIN, municipality=elsewhere)
    client.force_login(admin)
    text = client.get("/staff/").content.decode()
    assert '<a href="/staff/dalbit/people/">달빛시' in text
    assert '<a href="/staff/hanbit/people/">한빛시' in text


def test_home_page_is_for_everyone_with_a_login_and_nobody_else(client, city):
    assert client.get("/staff/").status_code == 302
    for user in (city.officer, city.coordinator, city.auditor, city.stranger, UserFactory()):
        client.force_login(user)
        assert client.get("/staff/").status_code == 200


def test_home_narrows_by_state(as_officer, city):
    PledgeFactory(plan=city.plan, code="1", name="다른 공약", lead_department=city.lead)
    city.report(state=ReportState.SUBMITTED)
    page = as_officer.get("/staff/?state=submitted").content.decode()
    assert city.url in page
    assert "다른 공약" not in page


@pytest.mark.parametrize("address", ["/staff/", "/staff/hanbit/8/2024-06-30/", "/staff/hanbit/8/"])
def test_pages_cost_the_same_queries_for_one_pledge_and_for_three(client, city, address):
    counts = []
    for more in (0, 2):
        for number in range(more):
            pledge = PledgeFactory(plan=city.plan, code=f"1-{number}", lead_department=city.lead)
            ReportFactory(pledge=pledge, period=city.period)
            ReportFactory(pledge=pledge, period=city.earlier)
            waiting = PledgeFactory(plan=city.plan, code=f"2-{number}", lead_department=city.lead)
            ReportFactory(pledge=waiting, period=city.earlier, state=ReportState.SUBMITTED)
        for user in (city.officer, city.coordinator):
            client.force_login(user)
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    # One more on one's own page asks whether there are study groups at all.
    assert max(counts) <= 13


def test_form_costs_the_same_queries_for_one_indicator_and_for_three(client, city):
    client.force_login(city.officer)
    counts = []
    for more in (0, 2):
        for _ in range(more):
            IndicatorFactory(pledge=city.pledge, targets={2024: 1})
            SubProjectFactory(pledge=city.pledge)
            ScheduleTaskFactory(pledge=city.pledge)
        client.get(city.url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(city.url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
