"""Reminders of proposals: whom ``remind`` writes to, about what, and that each goes once."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.enums import Role
from reports.models import Reminder
from studygroups import workflow
from studygroups.enums import Answer, RoundState, TeamState
from studygroups.rules import add_months
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(hall):
    """Passed on today to 복지과, which has officers and a head."""
    team = hall.team(hall.round(RoundState.FINISHED), TeamState.COMPLETED, name="한빛팀")
    return workflow.pass_on(
        team=team, user=hall.coordinator, text="벤치를 놓자", department=hall.other_office
    )


def remind(day):
    before = len(mail.outbox)
    call_command("remind", "--today", day.isoformat(), stdout=StringIO())
    return mail.outbox[before:]


def to(messages):
    return sorted(message.to[0] for message in messages)


def officers(hall):
    return sorted(user.email for user in [hall.stranger, *hall.judges])


def test_department_is_reminded_a_week_and_a_day_before_its_ten_days_are_over(hall, proposal):
    due = hall.today + dt.timedelta(days=10)
    assert to(remind(due - dt.timedelta(days=8))) == []
    week = remind(due - dt.timedelta(days=7))
    assert to(week) == officers(hall)
    assert week[0].subject == "[한빛시] 연구팀 제안 1건 처리 기한 7일 전"
    assert "벤치를 놓자" in week[0].body
    assert f"기한: {due.year}. {due.month}. {due.day}. (7일 전)" in week[0].body
    assert f"/study-groups/proposals/{proposal.pk}/" in week[0].body
    assert to(remind(due - dt.timedelta(days=2))) == []
    assert to(remind(due - dt.timedelta(days=1))) == officers(hall)


def test_planning_office_is_told_who_is_late_every_week(hall, proposal):
    due = hall.today + dt.timedelta(days=10)
    late = remind(due + dt.timedelta(days=1))
    assert to(late) == sorted([*officers(hall), hall.coordinator.email])
    (digest,) = [message for message in late if message.to == [hall.coordinator.email]]
    assert digest.subject == "[한빛시] 연구팀 제안 1건 처리 기한 지남"
    assert "복지과" in digest.body
    assert to(remind(due + dt.timedelta(days=7))) == []
    assert hall.coordinator.email in to(remind(due + dt.timedelta(days=8)))


def test_running_twice_sends_once(hall, proposal):
    day = hall.today + dt.timedelta(days=9)
    assert len(remind(day)) == 4
    assert remind(day) == []
    row = Reminder.objects.filter(user=hall.stranger).get()
    assert (row.proposal, row.period, row.due_on) == (proposal, None, day + dt.timedelta(days=1))


def test_adopted_proposal_is_reminded_of_its_plan_and_then_of_its_first_year(hall, proposal):
    workflow.answer_proposal(proposal=proposal, user=hall.stranger, answer=Answer.ADOPTED, text="좋습니다")
    plan_due = add_months(hall.today, 1)
    first = remind(plan_due - dt.timedelta(days=1))
    assert to(first) == officers(hall)
    assert f"{plan_due.year}. {plan_due.month}. {plan_due.day}." in first[0].body
    workflow.hand_in_plan(proposal=proposal, user=hall.stranger, plan="내년 예산")
    assert remind(plan_due) == []
    year = add_months(hall.today, 12)
    assert to(remind(year - dt.timedelta(days=1))) == officers(hall)


def test_what_was_not_adopted_is_reminded_of_nobody(hall, proposal):
    workflow.answer_proposal(
        proposal=proposal, user=hall.stranger, answer=Answer.NOT_ADOPTED, text="이미 있습니다"
    )
    assert remind(add_months(hall.today, 13)) == []


def test_department_without_people_is_named(hall):
    office = DepartmentFactory(municipality=hall.city, name="산림과")
    team = hall.team(hall.round(RoundState.FINISHED), TeamState.COMPLETED)
    workflow.pass_on(team=team, user=hall.coordinator, text="숲", department=office)
    out = StringIO()
    day = hall.today + dt.timedelta(days=9)
    call_command("remind", "--json", "--today", day.isoformat(), stdout=out)
    assert json.loads(out.getvalue())["departments_without_people"] == ["산림과"]
    assert mail.outbox == []


def test_two_proposals_are_one_mail_and_as_many_queries(hall, proposal):
    day = hall.today + dt.timedelta(days=9)
    hall.person("extra", Role.OFFICER, hall.other_office)
    counts = []
    for text in ("정류장", "쉼터"):
        remind(day)
        with CaptureQueriesContext(connection) as queries:
            assert remind(day) == []
        counts.append(len(queries))
        workflow.pass_on(team=proposal.team, user=hall.coordinator, text=text, department=hall.other_office)
    assert counts[0] == counts[1]
    messages = remind(day)
    assert len(messages) == 5
    assert all("연구팀 제안 3건" in message.subject for message in messages)
