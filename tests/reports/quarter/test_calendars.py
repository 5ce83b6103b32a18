"""Due dates as a calendar: read back with the library, by right, and by a signed address."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from icalendar import Calendar

from pledges.enums import PeriodState, Role
from pledges.models import AuditEntry, DueExtension, ReportingPeriod
from pledges.workflow import WrongState, close_period, open_period
from pledges.workflow.people import renew_calendar
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


def place_of(person):
    return person.memberships.get()


def path_of(place):
    return re.sub(r"^https?://[^/]+", "", subscription_address(place))


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
    ReportingPeriod.objects.update(opened_at=timezone.now() - dt.timedelta(hours=1))
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
    response = client.get(path_of(place_of(city.officer)))
    assert response.status_code == 200
    assert [event.decoded("DTSTART") for event in events(response.content)] == [
        dt.date(2024, 4, 10),
        dt.date(2024, 7, 10),
    ]
    assert not response.cookies
    assert response["X-Robots-Tag"] == "noindex"
    again = client.get(path_of(place_of(city.officer)), headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_subscription_tells_nothing_of_pledges_reports_or_people(client, city):
    city.report(cause="비공개 사유")
    content = client.get(path_of(place_of(city.officer))).content.decode()
    for secret in (city.pledge.name, city.pledge.code, "비공개", city.officer.username, city.officer.email):
        assert secret not in content


def test_address_is_the_same_each_time_and_another_for_each_department(city):
    lead, support = place_of(city.officer), place_of(city.helper)
    assert subscription_address(lead) == subscription_address(lead)
    assert subscription_address(lead) != subscription_address(support)


def renew(place):
    return f"/staff/hanbit/people/{place.pk}/calendar/"


def test_person_makes_a_new_address_and_the_old_one_answers_404(as_officer, city):
    place = place_of(city.officer)
    old = path_of(place)
    assert f'action="{renew(place)}"' in as_officer.get("/staff/").text
    answer = as_officer.post(renew(place))
    assert answer["Location"] == "/staff/#calendar"
    assert as_officer.get(old).status_code == 404
    new = path_of(place_of(city.officer))
    assert as_officer.get(new).status_code == 200
    assert (
        re.sub(r"^https?://[^/]+", "", subscription_address(place_of(city.officer)))
        in as_officer.get("/staff/").text
    )
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.actor_key) == ("calendar_renewed", city.officer.pk)


def test_administrator_makes_a_new_address_and_nobody_else_for_another_person(client, city):
    place = place_of(city.officer)
    old = path_of(place)
    foreign = MembershipFactory(role=Role.ADMIN, municipality=MunicipalityFactory(code="other")).user
    for person in (city.helper, city.stranger, city.coordinator, city.auditor, foreign):
        client.force_login(person)
        assert client.post(renew(place)).status_code == 404
    assert client.get(old).status_code == 200
    client.force_login(MembershipFactory(role=Role.ADMIN).user)
    assert client.get(renew(place)).status_code == 302
    assert f'action="{renew(place)}"' in client.get(f"/staff/hanbit/people/{place.pk}/").text
    assert client.post(renew(place))["Location"] == f"/staff/hanbit/people/{place.pk}/"
    assert client.get(old).status_code == 404


def test_new_address_of_a_person_with_two_roles_in_a_department_ends_both_old_ones(as_officer, city):
    first = place_of(city.officer)
    second = MembershipFactory(user=city.officer, role=Role.HEAD, department=city.lead)
    old = [path_of(first), path_of(second)]
    as_officer.post(renew(second))
    assert [as_officer.get(each).status_code for each in old] == [404, 404]


def test_address_ends_with_the_place_and_with_the_account(client, city):
    place = place_of(city.officer)
    address = path_of(place)
    city.officer.is_active = False
    city.officer.save()
    assert client.get(address).status_code == 404
    city.officer.is_active = True
    city.officer.save()
    assert client.get(address).status_code == 200
    place.delete()
    assert client.get(address).status_code == 404


def test_place_of_the_whole_city_has_no_address_to_make_anew(client, city):
    place = place_of(city.coordinator)
    with pytest.raises(WrongState):
        renew_calendar(membership=place, user=city.coordinator)
    assert place_of(city.coordinator).calendar_number == 1


def test_sequence_only_grows_also_where_a_period_is_opened_again(as_officer, city):
    def sequence():
        return int(events(as_officer.get(OWN).content)[1]["SEQUENCE"])

    found = [sequence()]
    now = timezone.now()
    granted = extend(city, dt.date(2024, 7, 24), city.lead)
    DueExtension.objects.filter(pk=granted.pk).update(granted_at=now + dt.timedelta(hours=1))
    found.append(sequence())
    # Closed and opened again with a date that lies after the extended one, later with an earlier one.
    for hours, due_on in ((2, dt.date(2024, 7, 31)), (3, dt.date(2024, 7, 15))):
        close_period(period=city.period, user=city.coordinator)
        opened = open_period(
            plan=city.plan, as_of=city.period.as_of, user=city.coordinator, due_on=due_on, again=True
        )
        assert opened.opened_at >= now
        type(opened).objects.filter(pk=opened.pk).update(opened_at=now + dt.timedelta(hours=hours))
        found.append(sequence())
    assert found == sorted(set(found))
    assert found[-1] < 2**31


def test_changed_address_and_one_of_an_ended_department_open_nothing(client, city):
    whole = path_of(place_of(city.officer))
    token = whole.split("/")[-1].removesuffix(".ics")
    key, signature = token.split(".")
    other = f"{place_of(city.helper).pk}-1"
    for bad in (f"{other}.{signature}", f"{key}.x", key, f"{key}.{signature}x", "x.y"):
        assert client.get(f"/staff/calendar/{bad}.ics").status_code == 404
    city.lead.ended_on = dt.date(2024, 6, 1)
    city.lead.save()
    assert client.get(whole).status_code == 404
    assert client.post(whole).status_code == 405


def test_subscription_takes_the_same_queries_with_one_period_and_with_many(client, city):
    address = path_of(place_of(city.officer))
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for month in (1, 2, 4, 5):
        PeriodFactory(plan=city.plan, as_of=dt.date(2024, month, 28))
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(one) == len(many) == 4


def test_my_work_has_the_calendar_and_the_departments_address(as_officer, city):
    page = as_officer.get("/staff/").text
    assert f'href="{OWN}"' in page
    assert subscription_address(place_of(city.officer)) in page
    assert subscription_address(place_of(city.helper)) not in page


def test_person_of_two_departments_has_both_once(client, city):
    MembershipFactory(user=city.officer, role=Role.HEAD, department=city.lead)
    second = DepartmentFactory(name="둘째과")
    MembershipFactory(user=city.officer, role=Role.OFFICER, department=second)
    PledgeFactory(plan=city.plan, lead_department=second)
    client.force_login(city.officer)
    assert len(events(client.get(OWN).content)) == 4
