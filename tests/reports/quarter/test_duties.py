"""The staff home of who keeps or audits a city: what they do, not an empty desk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.enums import PeriodState, Role
from pledges.models import ReportingPeriod
from reports.quarter.duties import read_duties
from tests.factories import MembershipFactory, MunicipalityFactory

HOME = "/staff/"
EMPTY = "지금 보고할 것이 없습니다"


def duties_of(user):
    return {each.municipality.code: [str(duty.link) for duty in each.duties] for each in read_duties(user)}


def test_auditor_and_administrator_find_their_pages_with_what_they_may_do(client, city):
    admin = city.person(Role.ADMIN)
    pages = [f"/staff/hanbit/{name}/" for name in ("people", "handovers", "departments", "audit")]
    assert duties_of(city.auditor) == {"hanbit": [*pages, "/staff/import/"]}
    assert duties_of(admin) == {"hanbit": [*pages, "/staff/import/", "/admin/"]}
    client.force_login(city.auditor)
    read = client.get(HOME).text
    client.force_login(admin)
    kept = client.get(HOME).text
    assert "열람할 수 있는 자료" in read
    assert "사용자 초대" not in read
    assert "관리 업무" in kept
    assert "사용자 초대, 역할 변경과 종료" in kept


@pytest.mark.parametrize("who", ["officer", "helper", "coordinator"])
def test_who_works_in_the_periods_has_no_such_list(city, who):
    assert duties_of(getattr(city, who)) == {}


def test_no_empty_desk_beside_the_duties(client, city):
    ReportingPeriod.objects.update(state=PeriodState.CLOSED)
    for user, is_empty in ((city.officer, True), (city.auditor, False), (city.person(Role.ADMIN), False)):
        client.force_login(user)
        assert ("empty" in client.get(HOME).text.split('class="panel panel--soft ')[-1][:10]) is is_empty


def test_states_of_a_period_lead_whoever_sees_the_city_to_its_board(client, city):
    client.force_login(city.auditor)
    assert f'href="{city.board}?state=not_started#all"' in client.get(HOME).text
    client.force_login(city.officer)
    assert f'href="{city.board}?state=not_started#all"' not in client.get(HOME).text


def test_subscriptions_are_offered_only_where_there_is_an_address(client, city):
    for user, there in ((city.officer, True), (city.auditor, False)):
        client.force_login(user)
        text = client.get(HOME).text
        assert "calendar.ics" in text
        assert ("/staff/calendar/" in text) is there
        assert ("구독하기" in text) is there


def test_duties_cost_no_query_beside_the_memberships(city):
    person = city.person(Role.ADMIN)
    for number in range(3):
        MembershipFactory(user=person, role=Role.ADMIN, municipality=MunicipalityFactory(code=f"c{number}"))
    with CaptureQueriesContext(connection) as made:
        assert len(read_duties(person)) == 4
    assert len(made) == 1
