"""Judging: a judge sees the own sheets alone until all are in; the rule stands by every score."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from pledges.models import AuditEntry
from studygroups import workflow
from studygroups.enums import Answer, AwardKind, RoundState, TeamState
from studygroups.models import Award, Proposal, ScoreSheet, Team
from studygroups.nextsteps import next_of_proposal, read_next_of_round
from studygroups.scores import read_scores
from studygroups.workflow import NotReady, Points, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db


def hand_in(judge, *points):
    teams = Team.objects.for_round(judge.round).in_order()
    given = {team.pk: Points(*(value,) * 3) for team, value in zip(teams, points, strict=True)}
    workflow.save_sheets(judge=judge, user=judge.user, points=given, hands_in=True)


class TestWhoSeesPoints:
    def test_judge_meets_nobody_elses_sheet_and_no_table_before_all_are_in(self, client, hall):
        round = hall.judging()
        one, other, last = round.judges.in_order()
        hand_in(one, 91, 82)
        hand_in(other, 73, 64)
        client.force_login(last.user)
        assert client.get(hall.url(f"judges/{one.pk}/")).status_code == 404
        assert client.post(hall.url(f"judges/{one.pk}/"), {"step": "save"}).status_code == 404
        for who in (last.user, hall.coordinator):
            client.force_login(who)
            page = client.get(hall.url(f"rounds/{round.pk}/scores/")).content.decode()
            assert "91.00" not in page
            assert "73.00" not in page
        client.force_login(hall.coordinator)
        assert client.get(hall.url(f"judges/{one.pk}/")).status_code == 404
        for rest in ("", "judges/", "awards/", "proposals/"):
            assert "91.00" not in client.get(hall.url(f"rounds/{round.pk}/{rest}")).content.decode()
        assert b"91" not in client.get(hall.url(f"teams/{one.sheets.first().team_id}/")).content
        hand_in(last, 80, 70)
        client.force_login(one.user)
        page = client.get(hall.url(f"rounds/{round.pk}/scores/")).content.decode()
        assert "<del" in page
        assert "91.00" in page
        assert "최고점 제외" in page

    def test_team_and_outsider_meet_no_table(self, client, hall):
        round = hall.judging()
        hall.score(round, (90, 80), (80, 70), (70, 60))
        for who in (hall.applicant, hall.stranger):
            client.force_login(who)
            assert client.get(hall.url(f"rounds/{round.pk}/scores/")).status_code == 404
        client.force_login(hall.applicant)
        team = Team.objects.first()
        assert "80.00" not in client.get(hall.url(f"teams/{team.pk}/")).content.decode()

    def test_points_are_never_told_by_the_log(self, hall):
        round = hall.judging(teams=1)
        hall.score(round, (87.25,), (80,), (70,))
        told = " ".join(str(entry.body) for entry in AuditEntry.objects.all())
        assert "87.25" not in told
        assert "872500" not in told

    def test_planning_office_enters_for_outside_judges_alone(self, hall):
        round = hall.judging(teams=1, judges=1)
        outside = make.JudgeFactory(round=round, name="외부")
        team = Team.objects.get()
        given = {team.pk: Points(50, 50, 50)}
        workflow.save_sheets(judge=outside, user=hall.coordinator, points=given, hands_in=True)
        for judge in (round.judges.in_order()[0], outside):
            with pytest.raises((PermissionDenied, Refused)):
                workflow.save_sheets(
                    judge=judge,
                    user=hall.stranger if judge == outside else hall.coordinator,
                    points=given,
                )

    def test_member_of_a_team_does_not_judge_its_round(self, hall):
        round = hall.judging()
        with pytest.raises(Refused) as refusal:
            workflow.add_judge(round=round, user=hall.coordinator, name="", person=hall.applicant)
        assert refusal.value.field == "login"


class TestSheets:
    def test_wrong_and_missing_points_are_told_at_their_fields(self, client, hall):
        round = hall.judging(teams=1, judges=1)
        judge, team = round.judges.get(), Team.objects.get()
        client.force_login(judge.user)
        url = hall.url(f"judges/{judge.pk}/")
        answer = client.post(url, {"step": "submit", f"paper-{team.pk}": "101", f"remark-{team.pk}": "글"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert page.count('aria-invalid="true"') == 3
        assert 'value="101"' in page
        assert "글" in page
        assert not ScoreSheet.objects.exists()

    def test_abstaining_needs_a_reason_and_counts_for_no_total(self, hall):
        round = hall.judging(teams=1)
        one, *others = round.judges.in_order()
        team = Team.objects.get()
        with pytest.raises(NotReady) as refusal:
            workflow.save_sheets(
                judge=one, user=one.user, points={team.pk: Points(abstains=True)}, hands_in=True
            )
        assert list(refusal.value.errors) == [f"remark-{team.pk}"]
        workflow.save_sheets(
            judge=one,
            user=one.user,
            points={team.pk: Points(abstains=True, remark="같은 부서")},
            hands_in=True,
        )
        for judge, value in zip(others, (80, 60), strict=True):
            hand_in(judge, value)
        table = read_scores(round)
        assert table.is_complete
        # Two totals are left: none is dropped.
        assert (table.lines[0].shown, table.lines[0].score.dropped) == ("70.00", ())

    def test_sheets_handed_in_are_settled_until_given_back(self, hall):
        round = hall.judging(teams=1, judges=1)
        judge, team = round.judges.get(), Team.objects.get()
        hand_in(judge, 80)
        again = {"judge": judge, "user": judge.user, "points": {team.pk: Points(90, 90, 90)}}
        with pytest.raises(Refused):
            workflow.save_sheets(**again)
        workflow.reopen_sheets(judge=judge, user=hall.coordinator, reason="오기")
        workflow.save_sheets(**again, hands_in=True)
        assert read_scores(round).lines[0].shown == "90.00"

    def test_judge_who_does_not_come_counts_for_no_team(self, hall):
        round = hall.judging(teams=1)
        one, other, absent = round.judges.in_order()
        hand_in(one, 90)
        hand_in(other, 70)
        assert not read_scores(round).is_complete
        workflow.excuse_judge(judge=absent, user=hall.coordinator, reason="출장")
        table = read_scores(round)
        assert table.is_complete
        assert table.lines[0].arithmetic == "(90.00 + 70.00) ÷ 2 = 80.00"

    @pytest.mark.parametrize("count", [1, 3])
    def test_table_takes_four_queries_whatever_its_size(self, hall, django_assert_num_queries, count):
        round = hall.judging(teams=count)
        hall.score(round, *(((80,) * count),) * 3)
        round.programme  # noqa: B018
        with django_assert_num_queries(4):
            read_scores(round)


class TestAwards:
    def test_tie_needs_the_committees_reason_and_the_rest_follows_from_the_scores(self, hall):
        round = hall.judging(teams=3)
        hall.score(round, (90, 90, 60), (90, 90, 60), (90, 90, 60))
        one, two, _three = Team.objects.in_order()
        chosen = {one.pk: AwardKind.BEST, two.pk: AwardKind.EXCELLENT}
        decide = {"round": round, "user": hall.coordinator, "chosen": chosen}
        with pytest.raises(NotReady) as refusal:
            workflow.decide_awards(**decide, decisions={})
        assert set(refusal.value.errors) == {f"decision-{one.pk}", f"decision-{two.pk}"}
        why = dict.fromkeys(chosen, "서면 점수가 높은 팀")
        workflow.decide_awards(**decide, decisions=why)
        found = dict(Award.objects.values_list("team", "prize"))
        assert found == {one.pk: 3_000_000, two.pk: 1_000_000}

    def test_no_award_at_all_is_recorded_with_its_reason_and_then_published(self, hall):
        round = hall.judging(teams=1)
        hall.score(round, (40,), (40,), (40,))
        team = Team.objects.get()
        with pytest.raises(Refused):
            workflow.publish_results(round=round, user=hall.coordinator)
        workflow.decide_awards(
            round=round, user=hall.coordinator, chosen={}, decisions={team.pk: "기준 점수 미달"}
        )
        workflow.publish_results(round=round, user=hall.coordinator)
        round.refresh_from_db()
        assert (round.state, Award.objects.count()) == (RoundState.FINISHED, 0)
        assert Team.objects.get().state == TeamState.COMPLETED

    def test_awards_wait_for_every_sheet(self, hall):
        round = hall.judging(teams=1)
        hand_in(round.judges.in_order()[0], 80)
        with pytest.raises(Refused):
            workflow.decide_awards(round=round, user=hall.coordinator, chosen={}, decisions={})


class TestProposals:
    @pytest.fixture
    def team(self, hall):
        return hall.team(hall.round(RoundState.FINISHED), TeamState.COMPLETED)

    @pytest.fixture
    def proposal(self, hall, team):
        return workflow.pass_on(
            team=team, user=hall.coordinator, text="보행로를 넓힌다", department=hall.other_office
        )

    def test_due_in_ten_days_then_a_month_then_a_year(self, hall, proposal):
        assert next_of_proposal(proposal).due_on == hall.today + dt.timedelta(days=10)
        answered = workflow.answer_proposal(
            proposal=proposal, user=hall.head, answer=Answer.ADOPTED, text="한다"
        )
        assert next_of_proposal(answered).due_on == answered.plan_due_on
        planned = workflow.hand_in_plan(proposal=answered, user=hall.head, plan="내년")
        due = next_of_proposal(planned).due_on
        assert (due.year, due.month) == (hall.today.year + 1, hall.today.month)
        assert read_next_of_round(proposal.team.round).due_on == due

    def test_only_its_department_and_the_planning_office_answer(self, client, hall, proposal):
        url = hall.url(f"proposals/{proposal.pk}/")
        client.force_login(hall.applicant)
        assert client.post(url, {"step": "answer"}).status_code == 403
        client.force_login(hall.coordinator)
        assert client.post(url, {"step": "answer"}).status_code == 422
        client.force_login(hall.head)
        answer = client.post(url, {"step": "answer", "answer-answer_text": "쓴 글"})
        assert answer.status_code == 422
        assert "쓴 글" in answer.content.decode()

    def test_review_is_answered_later_and_an_answer_stands(self, hall, proposal):
        answer = {"proposal": proposal, "user": hall.head, "text": "사유"}
        workflow.answer_proposal(**answer, answer=Answer.REVIEW)
        workflow.answer_proposal(**answer, answer=Answer.NOT_ADOPTED)
        with pytest.raises(Refused):
            workflow.answer_proposal(**answer, answer=Answer.ADOPTED)
        assert Proposal.objects.get().plan_due_on is None

    def test_passed_to_another_department_its_days_begin_anew(self, hall, proposal):
        Proposal.objects.update(due_on=hall.today - dt.timedelta(days=3))
        moved = workflow.pass_on(
            team=proposal.team,
            user=hall.coordinator,
            text="보행로를 넓힌다",
            department=hall.office,
            proposal=proposal,
        )
        assert (moved.department, moved.due_on) == (hall.office, hall.today + dt.timedelta(days=10))

    def test_not_followed_up_before_it_is_answered_nor_in_the_future(self, hall, proposal):
        tell = {"proposal": proposal, "user": hall.head, "text": "시작"}
        with pytest.raises(Refused):
            workflow.report_follow_up(**tell, noted_on=hall.today)
        workflow.answer_proposal(proposal=proposal, user=hall.head, answer=Answer.ADOPTED, text="한다")
        with pytest.raises(Refused) as refusal:
            workflow.report_follow_up(**tell, noted_on=hall.today + dt.timedelta(days=1))
        assert refusal.value.field == "noted_on"
