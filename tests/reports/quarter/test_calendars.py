"""Due dates as a calendar: read back with the library, by right, and by a signed address."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from icalendar import Calendar

from pledges.enums import PeriodState, Role
from pledges.models import DueExtension
from reports.quarter.calendars import calendar_bytes, read_deadlines, subscription_address
from tests.factories import (
    DepartmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
)

OWN = "/staff/hanbit/calendar.ics"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    # The periods of the test city are of 2024; what is due within the last year is shown.
    monkeypatch.setattr(timezone, "localdate", lambda *moment: dt.date(2024, 7, 1))


def events(content):
    return list(Calendar.from_ical(content).walk("VEVENT"))


def path_of(department):
    return re.sub(r"^https?://[^/]+", "", subscription_address(department))


def extend(city, due_on, department=None):
    return DueExtension.objects.create(
        period=city.period, department=department, due_on=due_on, reason="내부 사유"
    )


def test_due_date_is_an_all_day_event_with_two_alarms(as_officer, city):
    response = as_officer.get(OWN)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="hanbit-due-dates.ics"'
    calendar = Calendar.from_ical(response.content)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert "한빛시" in calendar["X-WR-CALNAME"]
    first, second = events(response.content)
    assert (first.decoded("DTSTART"), second.decoded("DTSTART")) == (
        dt.date(2024, 4, 10),
        dt.date(2024, 7, 10),
    )
    assert second.decoded("DTEND") == dt.date(2024, 7, 11)
    assert second["SUMMARY"] == "민선 8기 공약실천계획 2024. 6. 30. 기준 실적 제출 기한 · 주관과"
    alarms = [alarm.decoded("TRIGGER") for alarm in second.walk("VALARM")]
    # At 9 in the morning, 7 days and 1 day before.
    assert alarms == [dt.timedelta(days=-7, hours=9), dt.timedelta(days=-1, hours=9)]


def test_extended_date_moves_the_same_event_and_gives_no_reason(as_officer, city):
    before = events(as_officer.get(OWN).content)[1]
    extend(city, dt.date(2024, 7, 20))
    extend(city, dt.date(2024, 7, 24), city.lead)
    extend(city, dt.date(2024, 7, 31), city.support)
    content = as_officer.get(OWN).content
    after = events(content)[1]
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("DTSTART") == dt.date(2024, 7, 24)
    assert "연장" in after["SUMMARY"]
    assert "내부 사유" not in content.decode()


def test_same_dates_give_the_same_bytes_and_every_uid_is_its_own(city):
    deadlines = read_deadlines(city.lead.municipality, [city.lead], of_city=True)
    content = calendar_bytes("한빛시", deadlines)
    assert content == calendar_bytes("한빛시", deadlines)
    assert len({event["UID"] for event in events(content)}) == len(deadlines) == 4
    assert b"\r\n" in content
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_calendar_is_korean_whatever_the_reader_chose(city):

    with translation.override("en"):
        content = calendar_bytes("한빛시", read_deadlines(city.lead.municipality, [city.lead]))
    assert "실적 제출 기한" in events(content)[0]["SUMMARY"]


def test_department_has_the_dates_of_plans_in_which_it_leads(as_officer, client, city):
    other = PlanFactory(term=city.plan.term, code="works-2019", name="다른 계획")
    PeriodFactory(plan=other, as_of=dt.date(2024, 6, 30))
    assert len(events(as_officer.get(OWN).content)) == 2
    client.force_login(city.helper)
    assert events(client.get(OWN).content) == []
    PledgeFactory(plan=other, lead_department=city.lead)
    client.force_login(city.officer)
    assert len(events(client.get(OWN).content)) == 3


def test_planning_office_has_the_dates_of_the_whole_city(as_coordinator, city):
    extend(city, dt.date(2024, 7, 24), city.lead)
    dates = [event.decoded("DTSTART") for event in events(as_coordinator.get(OWN).content)]
    assert dates == [dt.date(2024, 4, 10), dt.date(2024, 7, 10)]
    extend(city, dt.date(2024, 7, 20))
    assert events(as_coordinator.get(OWN).content)[1].decoded("DTSTART") == dt.date(2024, 7, 20)


def test_dates_over_a_year_old_are_gone(as_officer, city):
    PeriodFactory(plan=city.plan, as_of=dt.date(2023, 3, 31), state=PeriodState.CLOSED)
    assert len(events(as_officer.get(OWN).content)) == 2


def test_city_of_others_is_not_there_and_strangers_are_led_to_the_login(client, city):
    assert client.get(OWN)["Location"].startswith("/accounts/login/")
    elsewhere = MunicipalityFactory(code="other", name="다른시")
    client.force_login(MembershipFactory(municipality=elsewhere).user)
    assert client.get(OWN).status_code == 404
    assert client.get("/staff/other/calendar.ics").status_code == 200
    assert client.get("/staff/nowhere/calendar.ics").status_code == 404


# --- Subscriptions ---


def test_signed_address_needs_no_login_and_sets_no_cookie(client, city):
    response = client.get(path_of(city.lead))
    assert response.status_code == 200
    assert [event.decoded("DTSTART") for event in events(response.content)] == [
        dt.date(2024, 4, 10),
        dt.date(2024, 7, 10),
    ]
    assert not response.cookies
    assert response["X-Robots-Tag"] == "noindex"
    again = client.get(path_of(city.lead), headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_subscription_tells_nothing_of_pledges_reports_or_people(client, city):
    city.report(cause="비공개 사유")
    content = client.get(path_of(city.lead)).content.decode()
    for secret in (city.pledge.name, city.pledge.code, "비공개", city.officer.username, city.officer.email):
        assert secret not in content


def test_address_is_the_same_each_time_and_another_for_each_department(city):
    assert subscription_address(city.lead) == subscription_address(city.lead)
    assert subscription_address(city.lead) != subscription_address(city.support)


def test_changed_address_and_one_of_an_ended_department_open_nothing(client, city):
    whole = path_of(city.lead)
    token = whole.split("/")[-1].removesuffix(".ics")
    key, signature = token.split(".")
    for bad in (f"{city.support.pk}.{signature}", f"{key}.x", key, f"{key}.{signature}x", "x.y"):
        assert client.get(f"/staff/calendar/{bad}.ics").status_code == 404
    city.lead.ended_on = dt.date(2024, 6, 1)
    city.lead.save()
    assert client.get(whole).status_code == 404
    assert client.post(whole).status_code == 405


def test_subscription_takes_the_same_queries_with_one_period_and_with_many(client, city):
    with CaptureQueriesContext(connection) as one:
        client.get(path_of(city.lead))
    for month in (1, 2, 4, 5):
        PeriodFactory(plan=city.plan, as_of=dt.date(2024, month, 28))
    with CaptureQueriesContext(connection) as many:
        client.get(path_of(city.lead))
    assert len(one) == len(many) == 4


def test_my_work_has_the_calendar_and_the_departments_address(as_officer, city):
    page = as_officer.get("/staff/").text
    assert f'href="{OWN}"' in page
    assert subscription_address(city.lead) in page
    assert subscription_address(city.support) not in page


def test_person_of_two_departments_has_both_once(client, city):
    MembershipFactory(user=city.officer, role=Role.HEAD, department=city.lead)
    second = DepartmentFactory(name="둘째과")
    MembershipFactory(user=city.officer, role=Role.OFFICER, department=second)
    PledgeFactory(plan=city.plan, lead_department=second)
    client.force_login(city.officer)
    assert len(events(client.get(OWN).content)) == 4
