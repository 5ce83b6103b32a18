"""Reminders: who is written to when, what the mail says, and that each goes once."""

import datetime as dt
import functools
import json
import threading
from io import StringIO

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from pledges import workflow
from pledges.enums import Cycle, PeriodState, PlanKind, ReportState, Role
from pledges.models import DueExtension
from pledges.workflow import Remark
from reports.models import Reminder
from reports.quarter.reminders import due_letters, notify_returned, send_reminders
from reports.reminding import Mark, mark_on
from tests.factories import (
    DepartmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
    TermFactory,
    UserFactory,
)
from tests.reports.quarter.conftest import City

DUE = dt.date(2024, 7, 10)
WEEK, DAY, OVERDUE = Reminder.Stage


def on(days):
    """The day that lies so many days after the due date of the test city's open period."""
    return DUE + dt.timedelta(days=days)


def sent(days):
    """Run on that day; the mails of this run as (address, subject)."""
    before = len(mail.outbox)
    send_reminders(today=on(days))
    return sorted((message.to[0], message.subject) for message in mail.outbox[before:])


def addresses(days):
    return [to for to, _subject in sent(days)]


class FlakyBackend(EmailBackend):
    """Refuses to write to one person."""

    refuses = ""

    def send_messages(self, messages):
        if any(self.refuses in message.to for message in messages):
            raise ConnectionRefusedError("no mail server")
        return super().send_messages(messages)


# --- When ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "mark"),
    [
        (-8, None),
        (-7, (WEEK, 0)),
        (-2, (WEEK, 0)),
        (-1, (DAY, 0)),
        (0, (DAY, 0)),
        (1, (OVERDUE, 0)),
        (7, (OVERDUE, 0)),
        (8, (OVERDUE, 1)),
        (14, (OVERDUE, 1)),
        (15, (OVERDUE, 2)),
    ],
)
def test_stage_of_a_day(days, mark):
    expected = mark and Mark(DUE, *mark)
    assert mark_on(DUE, on(days)) == expected


def test_officer_is_reminded_a_week_and_a_day_before_and_every_week_after(city):
    stem = "[한빛시] 2024년 2분기 공약 추진실적"
    to = city.officer.email
    assert sent(-8) == []
    assert sent(-7) == [(to, f"{stem} 제출 기한 7일 전")]
    assert [sent(day) for day in range(-6, -1)] == [[]] * 5
    assert sent(-1) == [(to, f"{stem} 제출 기한 1일 전")]
    assert sent(0) == []
    assert (to, f"{stem} 제출 기한 1일 지남") in sent(1)
    assert [sent(day) for day in range(2, 8)] == [[]] * 6
    assert (to, f"{stem} 제출 기한 8일 지남") in sent(8)


def test_missed_day_of_cron_is_made_up_for_within_the_stage(city):
    assert sent(-4) == [(city.officer.email, "[한빛시] 2024년 2분기 공약 추진실적 제출 기한 4일 전")]
    assert [subject for _to, subject in sent(0)] == ["[한빛시] 2024년 2분기 공약 추진실적 제출 기한 오늘까지"]
    # Weeks that passed without a run are not sent after.
    assert len(sent(30)) == 2
    assert Reminder.objects.get(user=city.officer, stage=OVERDUE).round == 4


def test_extended_due_date_begins_anew_and_says_why(city):
    sent(-7)
    sent(-1)
    DueExtension.objects.create(
        period=city.period, department=city.lead, due_on=on(20), reason="조직 개편에 따른 연장"
    )
    assert sent(1) == []
    assert addresses(13) == [city.officer.email]
    assert "제출 기한 2024. 7. 30. (7일 전)" in mail.outbox[-1].body
    assert "기한 연장 사유: 조직 개편에 따른 연장" in mail.outbox[-1].body
    assert addresses(19) == [city.officer.email]
    assert set(addresses(21)) == {city.officer.email, city.coordinator.email}


@pytest.mark.parametrize("state", [PeriodState.CLOSED, PeriodState.PUBLISHED])
def test_closed_and_published_periods_are_reminded_of_nobody(city, state):
    city.period.state, city.period.published_at = state, timezone.now()
    city.period.save()
    assert sent(-7) == sent(1) == []


# --- Who ----------------------------------------------------------------------------------


def test_only_the_department_with_open_reports_is_written_to(city):
    assert addresses(-7) == [city.officer.email]
    other = PledgeFactory(plan=city.plan, code="1", lead_department=city.support)
    ReportFactory(pledge=other, period=city.period, state=ReportState.SUBMITTED)
    assert sent(-7) == []
    assert addresses(-1) == [city.officer.email]


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.APPROVED])
def test_who_handed_everything_in_hears_nothing(city, state):
    city.report(state=state)
    assert sent(-7) == sent(-1) == sent(1) == []


def test_correction_of_an_approved_report_is_not_due(city):
    city.report(state=ReportState.APPROVED)
    city.report(revision=2, reason="정정")
    assert sent(1) == []


def test_head_is_told_what_waits_for_the_signature_and_the_officer_is_not(city):
    city.plan.head_signs = True
    city.plan.save()
    head = city.person(Role.HEAD, city.lead)
    assert addresses(-7) == [city.officer.email]
    city.report(state=ReportState.SUBMITTED)
    assert sent(-3) == [(head.email, "[한빛시] 2024년 2분기 공약 추진실적 결재 대기 1건 (제출 기한 3일 전)")]
    assert "부서장 결재를 기다리는 공약 1건" in mail.outbox[-1].body
    city.current.delete()
    city.report(state=ReportState.SIGNED, signed_at=timezone.now())
    assert sent(-1) == sent(1) == []


def test_head_of_a_plan_without_sign_off_hears_nothing(city):
    city.person(Role.HEAD, city.lead)
    city.report(state=ReportState.SUBMITTED)
    assert sent(-7) == []


def test_head_stands_in_where_the_department_has_no_officer(city):
    city.officer.is_active = False
    city.officer.save()
    head = city.person(Role.HEAD, city.lead)
    assert addresses(-7) == [head.email]


def test_every_active_officer_of_the_department_is_written_to(city):
    second = city.person(Role.OFFICER, city.lead)
    gone = city.person(Role.OFFICER, city.lead)
    gone.is_active = False
    gone.save()
    assert addresses(-7) == sorted([city.officer.email, second.email])


def test_planning_office_gets_one_digest_of_late_departments(city):
    PledgeFactory(plan=city.plan, code="1", lead_department=city.lead)
    PledgeFactory(plan=city.plan, code="2", lead_department=city.support)
    PledgeFactory(plan=city.plan, code="3")
    DueExtension.objects.create(
        period=city.period, department=DepartmentFactory(name="연장과"), due_on=on(9), reason="연장"
    )
    PledgeFactory(plan=city.plan, code="4", lead_department=DepartmentFactory(name="연장과"))
    assert city.coordinator.email not in addresses(-1)
    digest = [each for each in sent(1) if each[0] == city.coordinator.email]
    assert digest == [(city.coordinator.email, "[한빛시] 2024년 2분기 공약 추진실적 미제출 부서 3곳")]
    (body,) = [each.body for each in mail.outbox if each.to == [city.coordinator.email]]
    assert "- 주관과: 미제출 2건 (기한 2024. 7. 10., 1일 지남)" in body
    assert "- 협조과: 미제출 1건 (기한 2024. 7. 10., 1일 지남)" in body
    assert "- 담당 부서 미지정: 미제출 1건 (기한 2024. 7. 10., 1일 지남)" in body
    assert "연장과" not in body
    assert "제출 현황: http://127.0.0.1:8000/staff/hanbit/8/2024-06-30/" in body


def test_people_of_other_cities_hear_nothing(city):
    dalbit = MunicipalityFactory(code="dalbit", name="달빛시")
    elsewhere = [
        MembershipFactory(municipality=dalbit, role=Role.COORDINATOR).user.email,
        MembershipFactory(
            municipality=dalbit, role=Role.OFFICER, department=DepartmentFactory(municipality=dalbit)
        ).user.email,
    ]
    everybody = [to for days in (-7, -1, 1) for to in addresses(days)]
    assert everybody
    assert not {*elsewhere, city.helper.email, city.stranger.email, city.auditor.email} & {*everybody}


def test_person_in_two_departments_gets_one_mail(city):
    MembershipFactory(user=city.officer, role=Role.OFFICER, department=city.support)
    PledgeFactory(plan=city.plan, code="2", name="둘째 공약", lead_department=city.support)
    assert addresses(-7).count(city.officer.email) == 1
    (body,) = [each.body for each in mail.outbox if each.to == [city.officer.email]]
    assert "7-2-3" in body
    assert "둘째 공약" in body


def test_people_without_an_address_are_counted_and_named(city):
    city.officer.email = ""
    city.officer.save()
    outcome = send_reminders(today=on(-7))
    assert (outcome.sent, outcome.without_address, outcome.nobody_in) == (0, [city.officer.username], [])
    # Once there is an address, the mail goes.
    city.officer.email = "later@hanbit.example"
    city.officer.save()
    assert addresses(-6) == ["later@hanbit.example"]


def test_department_with_open_reports_and_nobody_in_it_is_named(city):
    city.officer.memberships.all().delete()
    assert send_reminders(today=on(-7)).nobody_in == ["주관과"]


# --- What it says ----------------------------------------------------------------------------


def test_mail_is_korean_whatever_the_language_and_lists_pledges_with_states_and_links(city, settings):
    settings.PORTAL_URL = "https://pledges.hanbit.example/"
    city.officer.name = "김하나"
    city.officer.save()
    drafted = PledgeFactory(plan=city.plan, code="1-1", name="초안 & <공약>", lead_department=city.lead)
    ReportFactory(pledge=drafted, period=city.period)
    with translation.override("en"):
        send_reminders(today=on(-7))
    (message,) = mail.outbox
    assert message.body == (
        "김하나 님\n"
        "\n"
        "한빛시 민선 8기 공약실천계획의 2024년 2분기 추진실적(기준일 2024. 6. 30.) "
        "제출 현황을 알려 드립니다.\n"
        "\n"
        "■ 주관과: 제출하지 않은 공약 2건\n"
        "  제출 기한 2024. 7. 10. (7일 전)\n"
        "\n"
        f"- 7-2-3 {city.pledge.name} (미착수)\n"
        "  https://pledges.hanbit.example/staff/hanbit/8/2024-06-30/7-2-3/\n"
        "- 1-1 초안 & <공약> (작성 중)\n"
        "  https://pledges.hanbit.example/staff/hanbit/8/2024-06-30/1-1/\n"
        "\n"
        "내 업무: https://pledges.hanbit.example/staff/\n"
        "\n"
        "이 메일은 공약이행 포털에서 자동으로 보냈습니다. 회신하지 마십시오.\n"
    )


def test_returned_report_comes_with_what_was_said_last(city):
    report = city.report(
        state=ReportState.SUBMITTED,
        submitted_by=city.officer,
        submitted_at=timezone.now() - dt.timedelta(days=1),
    )
    old = workflow.comment_on_report(report=report, user=city.coordinator, body="지난번 의견")
    type(old).objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=9))
    workflow.comment_on_report(report=report, user=city.officer, body="담당자 메모")
    workflow.return_report(
        report=report,
        user=city.coordinator,
        version=1,
        comment="집행액을 확인하십시오",
        remarks=[Remark(body="증빙 누락", section="evidence")],
    )
    send_reminders(today=on(-1))
    (message,) = mail.outbox
    assert "(반려)" in message.body
    assert "  반려 의견: 집행액을 확인하십시오" in message.body
    assert "  반려 의견: 증빙자료: 증빙 누락" in message.body
    assert "지난번 의견" not in message.body
    assert "담당자 메모" not in message.body


def test_half_yearly_plan_speaks_of_half_years(city):
    works = PlanFactory(
        term=city.plan.term,
        code="works",
        kind=PlanKind.WORKS,
        name="주요업무",
        cycle=Cycle.HALF_YEARLY,
    )
    PledgeFactory(plan=works, code="W-1", lead_department=city.support)
    for as_of in (dt.date(2024, 6, 30), dt.date(2024, 12, 31)):
        PeriodFactory(plan=works, as_of=as_of, due_on=as_of + dt.timedelta(days=10))
    assert (city.helper.email, "[한빛시] 2024년 상반기 주요업무 추진실적 제출 기한 7일 전") in sent(-7)
    send_reminders(today=dt.date(2025, 1, 9))
    assert "[한빛시] 2024년 하반기 주요업무 추진실적 제출 기한 1일 전" in [
        each.subject for each in mail.outbox
    ]
    assert "http://127.0.0.1:8000/staff/hanbit/8/works/2024-12-31/W-1/" in mail.outbox[-1].body


# --- Once -------------------------------------------------------------------------------------


def test_running_twice_sends_once(city):
    assert len(sent(-7)) == 1
    outcome = send_reminders(today=on(-7))
    assert (outcome.sent, outcome.already) == (0, 1)
    assert len(mail.outbox) == 1
    row = Reminder.objects.get()
    assert (row.user, row.stage, row.due_on, row.round) == (city.officer, WEEK, DUE, 0)
    assert row.sent_at is not None


def test_mail_that_fails_is_tried_again_and_holds_up_nobody(city, settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.FlakyBackend"
    second = city.person(Role.OFFICER, city.lead)
    monkeypatch.setattr(FlakyBackend, "refuses", city.officer.email)
    out = StringIO()
    with translation.override("ko"), pytest.raises(CommandError, match="메일 1건을 보내지 못했습니다"):
        call_command("remind", today=on(-7), stdout=out)
    assert "메일 1건을 보냈습니다" in out.getvalue()
    assert f"{city.officer.username}: ConnectionRefusedError: no mail server" in out.getvalue()
    assert [message.to for message in mail.outbox] == [[second.email]]
    assert [row.user for row in Reminder.objects.all()] == [second]
    monkeypatch.setattr(FlakyBackend, "refuses", "nobody")
    assert addresses(-7) == [city.officer.email]


def test_mail_left_behind_by_a_process_that_died_is_sent_after_an_hour(city):
    row = Reminder.objects.create(period=city.period, user=city.officer, stage=WEEK, due_on=DUE)
    assert sent(-7) == []
    row.claimed_at = timezone.now() - dt.timedelta(hours=2)
    row.save()
    assert addresses(-7) == [city.officer.email]
    row.refresh_from_db()
    assert row.sent_at is not None
    assert sent(-7) == []


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_once():
    city = City()
    people = [city.officer, *(city.person(Role.OFFICER, city.lead) for _ in range(4))]
    start, outcomes = threading.Barrier(2), []

    def work():
        try:
            start.wait(timeout=10)
            outcomes.append(send_reminders(today=on(-7)))
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    assert sorted(to for message in mail.outbox for to in message.to) == sorted(
        person.email for person in people
    )
    assert sum(each.sent for each in outcomes) == len(people)
    assert Reminder.objects.count() == len(people)


# --- The command -------------------------------------------------------------------------------


def remind(*options):
    out = StringIO()
    call_command("remind", *options, stdout=out)
    return out.getvalue()


def test_dry_run_says_what_would_be_sent_and_sends_nothing(city):
    with translation.override("ko"):
        text = remind("--dry-run", "--today", "2024-07-03")
    assert f"{city.officer.username}: [한빛시] 2024년 2분기 공약 추진실적 제출 기한 7일 전" in text
    assert "모의 실행: 메일 1건을 보낼 예정입니다." in text
    assert mail.outbox == []
    assert not Reminder.objects.exists()


def test_outcome_as_json(city):
    city.person(Role.OFFICER, city.lead)
    nameless = city.person(Role.OFFICER, city.lead)
    nameless.email = ""
    nameless.save()
    outcome = json.loads(remind("--json", "--today", "2024-07-09"))
    assert (outcome["today"], outcome["sent"], outcome["already_sent"]) == ("2024-07-09", 2, 0)
    assert outcome["without_address"] == [nameless.username]
    assert json.loads(remind("--json", "--today", "2024-07-09"))["already_sent"] == 2


def test_day_that_is_none_is_refused(city):
    with pytest.raises(CommandError):
        remind("--today", "2024-13-01")


def test_run_costs_the_same_queries_for_one_pledge_and_for_three(city):
    """Where everything was sent already: what cron does on most days."""
    counts = []
    for more in (0, 2):
        for number in range(more):
            for code, department in ((f"1-{number}", city.lead), (f"2-{number}", city.support)):
                pledge = PledgeFactory(plan=city.plan, code=code, lead_department=department)
                ReportFactory(pledge=pledge, period=city.period, state=ReportState.RETURNED)
        send_reminders(today=on(1))
        with CaptureQueriesContext(connection) as queries:
            send_reminders(today=on(1))
        counts.append(len(queries))
    assert counts[0] + 1 == counts[1]  # the comments of what was returned
    assert counts[1] <= 8


def test_days_without_anything_due_cost_two_queries(city):
    with CaptureQueriesContext(connection) as queries:
        assert due_letters(on(-30)).letters == []
    assert len(queries) == 2


# --- When a report is returned -----------------------------------------------------------------


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What is to happen once the transaction is over happens."""
    return functools.partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def returned(city):
    report = city.report(state=ReportState.SUBMITTED, submitted_by=city.officer, submitted_at=timezone.now())
    return workflow.return_report(
        report=report, user=city.coordinator, version=1, comment="증빙을 붙이십시오"
    )


def test_who_handed_in_is_told_that_the_report_was_returned(city, returned, committed):
    with committed():
        notify_returned(returned)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (
        [city.officer.email],
        "[한빛시] 2024년 2분기 공약 추진실적 반려: 7-2-3",
    )
    assert "  반려 의견: 증빙을 붙이십시오\n  제출 기한: 2024. 7. 10.\n" in message.body
    assert "http://127.0.0.1:8000/staff/hanbit/8/2024-06-30/7-2-3/" in message.body


@pytest.mark.django_db(transaction=True)
def test_mail_about_a_return_that_fails_raises_nothing_and_is_logged(settings, monkeypatch, caplog):
    city = City()
    settings.EMAIL_BACKEND = f"{__name__}.FlakyBackend"
    monkeypatch.setattr(FlakyBackend, "refuses", city.officer.email)
    notify_returned(city.report(state=ReportState.RETURNED, submitted_by=city.officer))
    assert "no mail server" in caplog.text


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
def test_nobody_is_told_of_a_return_who_can_not_be_reached(city, returned, committed, change):
    type(city.officer).objects.update(**change)
    with committed():
        notify_returned(returned)
    assert mail.outbox == []


def test_return_by_the_planning_office_writes_to_who_handed_in(as_coordinator, city, committed):
    city.report(state=ReportState.SUBMITTED, submitted_by=city.officer, submitted_at=timezone.now())
    with committed():
        as_coordinator.post(
            f"{city.url}check/", {"version": "1", "step": "return", "comment": "다시 쓰십시오"}
        )
    assert city.current.state == ReportState.RETURNED
    assert [message.to for message in mail.outbox] == [[city.officer.email]]
    assert "다시 쓰십시오" in mail.outbox[0].body


def test_return_by_the_head_writes_to_who_handed_in(client, city, committed):
    city.plan.head_signs = True
    city.plan.save()
    city.report(state=ReportState.SUBMITTED, submitted_by=city.officer, submitted_at=timezone.now())
    client.force_login(city.person(Role.HEAD, city.lead))
    url = reverse(
        "staff:signoff", kwargs={"city": "hanbit", "term": 8, "as_of": city.period.as_of, "code": "7-2-3"}
    )
    with committed():
        client.post(url, {"version": "1", "step": "return", "comment": "수치 확인"})
    assert "반려 의견: 수치 확인" in mail.outbox[0].body


def test_nothing_of_a_reminder_names_other_people(city):
    other = UserFactory(name="남의이름")
    city.report(saved_by=other)
    TermFactory()
    send_reminders(today=on(-7))
    assert "남의이름" not in mail.outbox[0].body
