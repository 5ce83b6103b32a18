"""Mails of study groups: who is told what, once the step is stored, and that none holds a step up."""

import datetime as dt
import functools

import pytest
from django.core import mail

from pledges.enums import Role
from studygroups import workflow
from studygroups.enums import Answer, MemberRole, RoundState, TeamState
from studygroups.models import Team
from studygroups.workflow import Person
from tests.factories import DepartmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Runs what waits for the end of the transaction."""
    return functools.partial(django_capture_on_commit_callbacks, execute=True)


def people(hall):
    return [
        Person(str(hall.applicant), role=MemberRole.LEADER, user=hall.applicant),
        Person(str(hall.colleague), role=MemberRole.CLERK, user=hall.colleague),
        Person("바깥사람"),
    ]


def save(hall, round, team=None):
    return workflow.save_application(
        round=round,
        user=hall.applicant,
        name="한빛팀",
        topic="주제",
        plan="계획",
        people=people(hall),
        team=team,
        version=team.version if team else 0,
    )


def told():
    return [message.to[0] for message in mail.outbox]


def test_colleague_is_asked_once_to_confirm_and_nobody_else(hall, committed):
    with committed():
        team = save(hall, hall.round())
    assert told() == [hall.colleague.email]
    message = mail.outbox[0]
    assert "참여 확인 요청: 한빛팀" in message.subject
    assert "총무" in message.body
    assert f"/study-groups/teams/{team.pk}/" in message.body
    with committed():
        save(hall, team.round, team)
    assert len(mail.outbox) == 1


def test_selected_and_refused_teams_are_told_when_the_round_starts(hall, committed):
    round = hall.round()
    chosen = hall.team(round, TeamState.SELECTED, name="뽑힌팀", decision="주제가 좋습니다")
    other = UserFactory(name="다른 님")
    refused = hall.team(round, TeamState.NOT_SELECTED, name="떨어진팀", decision="주제가 겹칩니다")
    refused.members.update(user=other)
    refused.application.applicant = other
    refused.application.save()
    with committed():
        workflow.start_round(round=round, user=hall.coordinator)
    by_address = {message.to[0]: message for message in mail.outbox}
    assert by_address.keys() == {hall.applicant.email, other.email}
    assert "뽑힌팀 선정" in by_address[hall.applicant.email].subject
    assert "주제가 좋습니다" in by_address[hall.applicant.email].body
    assert "선정되지 않았습니다" in by_address[other.email].body
    assert "떨어진팀" not in by_address[hall.applicant.email].body
    assert chosen.pk != refused.pk


def test_round_that_is_called_off_says_so_to_who_applied(hall, committed):
    round = hall.round()
    hall.team(round, TeamState.APPLIED)
    with committed():
        workflow.call_off_round(round=round, user=hall.coordinator, reason="참여율 미달")
    (message,) = mail.outbox
    assert "이번 회차를 운영하지 않습니다" in message.body
    assert "참여율 미달" in message.body
    assert "미운영 안내" in message.subject


def test_judges_with_a_login_are_told_when_judging_begins(hall, committed):
    round = hall.round(RoundState.RUNNING)
    hall.team(round, TeamState.REPORTED)
    judge = workflow.add_judge(round=round, user=hall.coordinator, name="", person=hall.judges[0])
    workflow.add_judge(round=round, user=hall.coordinator, name="바깥 심사위원")
    with committed():
        workflow.begin_judging(round=round, user=hall.coordinator, presented_on=hall.today)
    (message,) = mail.outbox
    assert message.to == [hall.judges[0].email]
    assert "1팀의 채점표" in message.body
    assert f"/study-groups/judges/{judge.pk}/" in message.body


def pass_on(hall, department):
    team = hall.team(hall.round(RoundState.FINISHED), TeamState.COMPLETED, name="한빛팀")
    return workflow.pass_on(team=team, user=hall.coordinator, text="벤치를 놓자", department=department)


def test_department_is_told_until_when_it_answers_and_the_team_what_the_answer_is(hall, committed):
    with committed():
        proposal = pass_on(hall, hall.office)
    due = hall.today + dt.timedelta(days=10)
    assert set(told()) == {hall.applicant.email, hall.colleague.email}
    assert f"답변 기한: {due.year}. {due.month}. {due.day}." in mail.outbox[0].body
    mail.outbox.clear()
    with committed():
        workflow.answer_proposal(
            proposal=proposal, user=hall.colleague, answer=Answer.ADOPTED, text="예산에 담았습니다"
        )
    (message,) = mail.outbox
    assert message.to == [hall.applicant.email]
    assert "결과: 반영" in message.body
    assert "예산에 담았습니다" in message.body


def test_head_is_told_where_the_department_has_no_officer(hall, committed):
    office = DepartmentFactory(municipality=hall.city, name="산림과")
    head = hall.person("onlyhead", Role.HEAD, office)
    with committed():
        pass_on(hall, office)
    assert told() == [head.email]


def test_mail_that_fails_holds_up_neither_the_step_nor_the_others(hall, committed, settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tried = []

    def refuse(self, *args, **kwargs):
        tried.append(self.to)
        raise OSError("no mail server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with committed():
        proposal = pass_on(hall, hall.office)
    assert len(tried) == 2
    assert Team.objects.get(pk=proposal.team_id).proposals.count() == 1


def test_who_has_left_hears_nothing(hall, committed):
    hall.colleague.is_active = False
    hall.colleague.save()
    with committed():
        pass_on(hall, hall.office)
    assert told() == [hall.applicant.email]
