"""Which steps a round and a team can take from where they are, and who may take them."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import override

from pledges.enums import Role
from studygroups import workflow
from studygroups.enums import Answer, MemberRole, RoundState, TeamState
from studygroups.models import Award, Judge, Proposal, Round, Team
from studygroups.scores import read_scores, rule_of
from studygroups.workflow import NotReady, Person, Points, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db

R, T = RoundState, TeamState


def run(step, **arguments):
    return getattr(workflow, step)(**arguments)


# By step: what it needs beside round and user, and the states in which it may be taken.
OF_ROUND = {
    "announce_round": ({}, {R.PREPARED}),
    "mend_round": ({"presents_on": dt.date(2099, 1, 1)}, {R.PREPARED, R.RECRUITING, R.RUNNING, R.JUDGING}),
    "call_off_round": ({"reason": "참여율 미달"}, {R.PREPARED, R.RECRUITING}),
    "start_round": ({}, {R.RECRUITING}),
    "begin_judging": ({"presented_on": "today"}, {R.RUNNING}),
    "add_judge": ({"name": "외부위원"}, {R.RECRUITING, R.RUNNING, R.JUDGING}),
    "decide_awards": ({"chosen": {}, "decisions": {}}, {R.JUDGING}),
    "publish_results": ({}, {R.JUDGING}),
}
OF_JUDGE = {
    "remove_judge": ({}, {R.RECRUITING, R.RUNNING, R.JUDGING}),
    "excuse_judge": ({"reason": "출장"}, {R.RUNNING, R.JUDGING}),
    "recall_judge": ({}, {R.RUNNING, R.JUDGING}),
    "save_sheets": ({"points": {}}, {R.JUDGING}),
    "reopen_sheets": ({"reason": "오기"}, {R.JUDGING}),
}
# By step: what it needs beside team and user, the states of the team, and of its round.
OF_TEAM = {
    "submit_application": ({"version": 1, "consent": True}, {T.DRAFT}, {R.RECRUITING}),
    "take_back_application": ({}, {T.APPLIED}, {R.RECRUITING}),
    "discard_application": ({}, {T.DRAFT}, set(R)),
    "answer_invitation": ({"accepts": True}, {T.DRAFT}, set(R)),
    "log_meeting": (
        {"held_on": "today", "attendees": 3, "text": "자료"},
        {T.RUNNING, T.REPORTED},
        {R.RUNNING},
    ),
    "hand_in_report": ({}, {T.RUNNING}, {R.RUNNING}),
    "withdraw_team": (
        {"withdrawn_on": "today", "reason": "과중"},
        {T.SELECTED, T.RUNNING, T.REPORTED},
        {R.RECRUITING, R.RUNNING},
    ),
}


def given(hall, values):
    return {name: hall.today if value == "today" else value for name, value in values.items()}


def is_refused_for_its_state(step, **arguments):
    """Whether it is refused because of where the round or the team is; what else it may lack is no matter.

    Whatever it does is taken back.
    """
    with override("en"), transaction.atomic():
        try:
            run(step, **arguments)
        except NotReady:
            return False
        except Refused as refusal:
            return "this step can't be taken now" in refusal.message
        finally:
            transaction.set_rollback(True)
    return False


def set_round(round, state):
    reason = "참여율 미달" if state == R.NOT_HELD else ""
    Round.objects.filter(pk=round.pk).update(state=state, reason=reason)


@pytest.mark.parametrize("step", OF_ROUND)
def test_round_takes_a_step_from_its_own_states_alone(hall, step):
    values, allowed = OF_ROUND[step]
    round = hall.round()
    for state in R:
        set_round(round, state)
        refused = is_refused_for_its_state(step, round=round, user=hall.coordinator, **given(hall, values))
        assert refused == (state not in allowed), state


@pytest.mark.parametrize("step", OF_JUDGE)
def test_judges_are_named_and_give_points_in_their_rounds_states_alone(hall, step):
    values, allowed = OF_JUDGE[step]
    judge = make.JudgeFactory(round=hall.round())
    for state in R:
        set_round(judge.round, state)
        refused = is_refused_for_its_state(step, judge=judge, user=hall.coordinator, **values)
        assert refused == (state not in allowed), state


@pytest.mark.parametrize("step", OF_TEAM)
def test_team_takes_a_step_from_its_own_states_alone(hall, step):
    values, allowed, rounds = OF_TEAM[step]
    team = hall.team(hall.round())
    for round_state in R:
        set_round(team.round, round_state)
        for state in T:
            Team.objects.filter(pk=team.pk).update(state=state)
            refused = is_refused_for_its_state(step, team=team, user=hall.applicant, **given(hall, values))
            assert refused == (state not in allowed or round_state not in rounds), (round_state, state)


@pytest.mark.parametrize(
    ("step", "values", "allowed"),
    [
        ("screen_team", {"selected": True, "reason": "적합"}, {T.APPLIED, T.SELECTED, T.NOT_SELECTED}),
        ("pass_on", {"text": "보행로", "department": "office"}, {T.COMPLETED}),
    ],
)
def test_only_applications_are_screened_and_only_completed_teams_propose(hall, step, values, allowed):
    team = hall.team(hall.round())
    hall.close(team.round)
    values = {name: hall.office if value == "office" else value for name, value in values.items()}
    for state in T:
        Team.objects.filter(pk=team.pk).update(state=state)
        refused = is_refused_for_its_state(step, team=team, user=hall.coordinator, **values)
        assert refused == (state not in allowed), state


class TestWho:
    """The planning office of this city, and nobody else, leads a round."""

    @pytest.fixture
    def others(self, hall):
        city = make.MunicipalityFactory(code="saebyeok", name="새벽시")
        return [
            hall.applicant,
            hall.head,
            hall.judges[0],
            hall.auditor,
            hall.person("admin", Role.ADMIN),
            make.MembershipFactory(role=Role.COORDINATOR, municipality=city).user,
            make.UserFactory(),
        ]

    @pytest.mark.parametrize("step", OF_ROUND)
    def test_steps_of_a_round(self, hall, others, step):
        values, allowed = OF_ROUND[step]
        round = hall.round(next(state for state in R if state in allowed))
        for user in others:
            with pytest.raises(PermissionDenied):
                run(step, round=round, user=user, **given(hall, values))

    @pytest.mark.parametrize("step", [*OF_JUDGE])
    def test_steps_of_an_outside_judge(self, hall, others, step):
        judge = make.JudgeFactory(round=hall.round(R.JUDGING))
        for user in others:
            with pytest.raises(PermissionDenied):
                run(step, judge=judge, user=user, **OF_JUDGE[step][0])

    def test_sheets_of_a_judge_with_a_login_are_the_judges_alone(self, hall, others):
        hall.judging()
        judge = Judge.objects.get(user=hall.judges[1])
        for user in (hall.coordinator, *others):
            with pytest.raises(PermissionDenied):
                workflow.save_sheets(judge=judge, user=user, points={})

    @pytest.mark.parametrize("step", OF_TEAM)
    def test_steps_of_a_team_are_its_writers_alone(self, hall, others, step):
        values, allowed, rounds = OF_TEAM[step]
        round = hall.round(R.RUNNING if R.RUNNING in rounds else R.RECRUITING)
        plain = {"user": hall.colleague, "name": "동료", "role": MemberRole.MEMBER}
        team = hall.team(round, next(state for state in T if state in allowed), people=[plain])
        outside = [user for user in others if user != hall.applicant]
        if step != "answer_invitation":
            outside.append(hall.colleague)
        if step != "withdraw_team":
            outside.append(hall.coordinator)
        for user in outside:
            with pytest.raises(PermissionDenied):
                run(step, team=team, user=user, **given(hall, values))

    def test_screening_and_passing_on(self, hall, others):
        applied = hall.team(hall.round(), T.APPLIED)
        done = hall.team(hall.round(R.FINISHED, intake=2), T.COMPLETED)
        proposal = make.ProposalFactory(team=done, department=hall.other_office)
        for user in others:
            with pytest.raises(PermissionDenied):
                workflow.screen_team(team=applied, user=user, selected=True, reason="적합")
            with pytest.raises(PermissionDenied):
                workflow.pass_on(team=done, user=user, text="보행로", department=hall.office)
            with pytest.raises(PermissionDenied):
                workflow.remove_proposal(proposal=proposal, user=user)
            with pytest.raises(PermissionDenied):
                workflow.prepare_round(programme=hall.programme, user=user, year=2030, intake=1)

    def test_answering_is_the_departments_and_the_planning_offices(self, hall, others):
        done = hall.team(hall.round(R.FINISHED), T.COMPLETED)
        proposal = make.ProposalFactory(team=done, department=hall.other_office, answer=Answer.ADOPTED)
        outside = [user for user in others if user not in (hall.head, hall.judges[0])]
        for user in outside:
            for step, values in (
                ("answer_proposal", {"answer": Answer.ADOPTED, "text": "한다"}),
                ("hand_in_plan", {"plan": "내년"}),
                ("report_follow_up", {"noted_on": hall.today, "text": "착수"}),
            ):
                with pytest.raises(PermissionDenied):
                    run(step, proposal=proposal, user=user, **values)


class TestRounds:
    def test_no_more_intakes_a_year_than_the_rules_name(self, hall):
        year = {"programme": hall.programme, "user": hall.coordinator, "year": 2030}
        with pytest.raises(Refused) as refusal:
            workflow.prepare_round(**year, intake=2)
        assert refusal.value.field == "intake"
        hall.programme.intakes_a_year = 2
        hall.programme.save()
        assert workflow.prepare_round(**year, intake=2).intake == 2
        with pytest.raises(Refused):
            workflow.prepare_round(**year, intake=2)

    def test_names_are_public_only_of_rounds_that_were_announced_with_them(self, hall):
        before = hall.round(R.PREPARED, closes_on=hall.today, intake=1)
        after = hall.round(R.PREPARED, closes_on=hall.today, intake=2)
        assert not workflow.announce_round(round=before, user=hall.coordinator).shows_names
        hall.programme.shows_names = True
        hall.programme.save()
        assert workflow.announce_round(round=after, user=hall.coordinator).shows_names
        before.refresh_from_db()
        assert not before.shows_names

    def test_rules_are_stated_once_somebody_saved_them(self, hall):
        assert not hall.programme.rules_stated
        rules = {name: getattr(hall.programme, name) for name in workflow.programmes.RULES}
        saving = {"municipality": hall.city, "user": hall.coordinator, "awards": [], "pledges": None}
        assert workflow.save_programme(**saving, rules=rules, programme=hall.programme).rules_stated
        assert workflow.save_programme(**saving, rules=rules | {"name": "새 모임"}).rules_stated

    @pytest.mark.parametrize("day", ["report_due_on", "presents_on"])
    def test_no_round_starts_without_a_day_for_what_follows(self, hall, day):
        round = hall.round(**{day: None})
        hall.team(round, T.SELECTED)
        with pytest.raises(Refused) as refusal:
            workflow.start_round(round=round, user=hall.coordinator)
        assert refusal.value.field == day
        setattr(round, day, hall.today + dt.timedelta(days=110))
        round.save()
        assert workflow.start_round(round=round, user=hall.coordinator).state == R.RUNNING

    def test_round_that_runs_keeps_its_days(self, hall):
        round = hall.round(R.RUNNING, report_due_on=hall.today, presents_on=hall.today)
        for day in ("report_due_on", "presents_on"):
            with pytest.raises(Refused) as refusal:
                workflow.mend_round(round=round, user=hall.coordinator, **{day: None})
            assert refusal.value.field == day
        later = hall.today + dt.timedelta(days=5)
        found = workflow.mend_round(round=round, user=hall.coordinator, presents_on=later)
        assert found.presents_on == later

    def test_nobody_presents_before_the_round_or_tomorrow(self, hall):
        round = hall.round(R.RUNNING)
        hall.team(round, T.REPORTED)
        make.JudgeFactory(round=round)
        for day in (round.opens_on - dt.timedelta(days=1), hall.today + dt.timedelta(days=1)):
            with pytest.raises(Refused) as refusal:
                workflow.begin_judging(round=round, user=hall.coordinator, presented_on=day)
            assert refusal.value.field == "presented_on"

    def test_round_tells_the_day_on_which_it_was_really_presented(self, hall):
        round = hall.round(R.RUNNING, presents_on=hall.today + dt.timedelta(days=9))
        hall.team(round, T.REPORTED)
        make.JudgeFactory(round=round)
        found = workflow.begin_judging(round=round, user=hall.coordinator, presented_on=hall.today)
        assert found.presents_on == hall.today

    def test_team_gives_up_between_the_rounds_first_day_and_today(self, hall):
        team = hall.team(hall.round(R.RUNNING), T.RUNNING)
        giving_up = {"team": team, "user": hall.applicant, "reason": "과중"}
        early = team.round.opens_on - dt.timedelta(days=1)
        for day in (early, hall.today + dt.timedelta(days=1)):
            with pytest.raises(Refused) as refusal:
                workflow.withdraw_team(withdrawn_on=day, **giving_up)
            assert refusal.value.field == "withdrawn_on"
        found = workflow.withdraw_team(withdrawn_on=hall.today, **giving_up)
        assert (found.state, found.withdrawal) == (T.WITHDRAWN, "과중")

    def test_what_is_gone_meanwhile_is_refused(self, hall):
        team = hall.team(hall.round())
        workflow.discard_application(team=Team.objects.get(pk=team.pk), user=hall.applicant)
        with pytest.raises(Refused):
            workflow.discard_application(team=team, user=hall.applicant)
        judge = make.JudgeFactory(round=team.round)
        workflow.remove_judge(judge=Judge.objects.get(pk=judge.pk), user=hall.coordinator)
        with pytest.raises(Refused):
            workflow.remove_judge(judge=judge, user=hall.coordinator)


class TestApplying:
    def test_stale_form_does_not_ask_anew_who_declined(self, hall):
        round = hall.round()
        texts = {"round": round, "user": hall.applicant, "name": "길", "topic": "길", "plan": "길"}
        lead = Person("장", role=MemberRole.LEADER, user=hall.applicant)
        people = [lead, Person("동료", user=hall.colleague)]
        team = workflow.save_application(**texts, people=people)
        workflow.answer_invitation(team=team, user=hall.colleague, accepts=False)
        with pytest.raises(workflow.Overtaken):
            workflow.save_application(**texts, people=people, team=team, version=team.version)
        assert not team.members.filter(user=hall.colleague).exists()

    def test_second_click_begins_no_second_draft(self, hall):
        begin = {"round": hall.round(), "user": hall.applicant, "topic": "", "plan": "", "people": []}
        for name in ("", "길찾기"):
            workflow.save_application(**begin, name=name)
            with pytest.raises(Refused) as refusal:
                workflow.save_application(**begin, name=name)
            assert refusal.value.field == "name"
        workflow.save_application(**begin | {"user": hall.stranger}, name="")

    def test_judge_of_the_round_is_in_no_team_of_it(self, hall):
        round = hall.round()
        workflow.add_judge(round=round, user=hall.coordinator, name="", person=hall.colleague)
        member = {"user": hall.colleague, "name": "동료", "role": MemberRole.MEMBER}
        team = hall.team(round, people=[member])
        with pytest.raises(NotReady) as refusal:
            workflow.submit_application(team=team, user=hall.applicant, version=1, consent=True)
        assert list(refusal.value.errors) == ["members"]
        assert str(hall.colleague) in refusal.value.errors["members"]


class TestJudging:
    def begin(self, hall, teams=1):
        round = hall.round(R.RUNNING)
        for number in range(teams):
            hall.team(round, T.REPORTED, name=f"팀 {number + 1}")
        for user in hall.judges[:2]:
            make.JudgeFactory(round=round, user=user, name=str(user))
        return workflow.begin_judging(round=round, user=hall.coordinator, presented_on=hall.today)

    def weigh(self, hall, *weights):
        parts = ("paper_weight", "presentation_weight", "audience_weight")
        for name, weight in zip(parts, weights, strict=True):
            setattr(hall.programme, name, weight)
        hall.programme.save()

    def test_rules_that_change_later_leave_the_scores(self, hall):
        self.weigh(hall, 60, 40, 0)
        round = self.begin(hall)
        assert (round.paper_weight, round.presentation_weight, round.audience_weight) == (60, 40, 0)
        self.weigh(hall, 0, 0, 100)
        team = Team.objects.get()
        for judge, paper in zip(round.judges.in_order(), (90, 80), strict=True):
            # No points of the audience are asked for, which the new rules count alone.
            points = {team.pk: Points(paper=paper, presentation=50)}
            workflow.save_sheets(judge=judge, user=judge.user, points=points, hands_in=True)
        found = Round.objects.get()
        # 90·0.6 + 50·0.4 = 74 and 80·0.6 + 50·0.4 = 68
        assert read_scores(found).lines[0].score.value == 71
        assert "60 %" in rule_of(found)
        assert "100 %" in rule_of(hall.programme)

    def test_awards_are_decided_anew_once_another_judge_is_named(self, hall):
        round = hall.judging(teams=1, judges=1)
        hall.score(round, [90])
        team = Team.objects.get()
        workflow.decide_awards(round=round, user=hall.coordinator, chosen={team.pk: "best"}, decisions={})
        judge = workflow.add_judge(round=round, user=hall.coordinator, name="외부위원")
        assert not Award.objects.exists()
        for_team = {team.pk: Points(10, 10, 10)}
        workflow.save_sheets(judge=judge, user=hall.coordinator, points=for_team, hands_in=True)
        with pytest.raises(Refused):
            workflow.publish_results(round=round, user=hall.coordinator)

    def test_excused_judge_is_called_back_and_counts_again(self, hall):
        round = hall.judging(teams=1, judges=2)
        first, second = round.judges.in_order()
        workflow.excuse_judge(judge=second, user=hall.coordinator, reason="출장")
        points = {Team.objects.get().pk: Points(90, 90, 90)}
        workflow.save_sheets(judge=first, user=first.user, points=points, hands_in=True)
        assert read_scores(round).is_complete
        workflow.decide_awards(
            round=round, user=hall.coordinator, chosen=dict.fromkeys(points, "best"), decisions={}
        )
        found = workflow.recall_judge(judge=second, user=hall.coordinator)
        assert (found.excused_at, found.excuse) == (None, "")
        assert not read_scores(round).is_complete
        assert not Award.objects.exists()
        with pytest.raises(Refused):
            workflow.recall_judge(judge=second, user=hall.coordinator)
        workflow.save_sheets(judge=second, user=second.user, points=points, hands_in=True)

    def test_sheets_that_are_not_in_are_not_given_back(self, hall):
        round = hall.judging(teams=1, judges=2)
        with pytest.raises(Refused):
            workflow.reopen_sheets(judge=round.judges.first(), user=hall.coordinator, reason="오기")

    def test_same_outside_judge_is_named_once(self, hall):
        round = hall.round(R.RUNNING)
        named = {"round": round, "user": hall.coordinator, "name": "외부위원", "affiliation": "한빛대"}
        workflow.add_judge(**named)
        with pytest.raises(Refused) as refusal:
            workflow.add_judge(**named)
        assert refusal.value.field == "name"
        workflow.add_judge(**{**named, "affiliation": "다른대"})

    def test_why_a_team_goes_without_is_kept_with_it(self, hall):
        round = hall.judging(teams=3, judges=1)
        hall.score(round, [90, 80, 80])
        one, two, three = Team.objects.in_order()
        chosen = {one.pk: "best", two.pk: "excellent"}
        said = {two.pk: "현장 조사", three.pk: "동점, 위원회 표결"}
        deciding = {"round": round, "user": hall.coordinator, "chosen": chosen}
        with pytest.raises(NotReady) as refusal:
            workflow.decide_awards(**deciding, decisions={two.pk: "현장 조사"})
        assert list(refusal.value.errors) == [f"decision-{three.pk}"]
        workflow.decide_awards(**deciding, decisions=said)
        assert list(Team.objects.in_order().values_list("passed_over", flat=True)) == [
            "",
            "",
            "동점, 위원회 표결",
        ]
        assert Award.objects.get(team=two).decision == "현장 조사"
        workflow.reopen_sheets(judge=round.judges.get(), user=hall.coordinator, reason="오기")
        assert not Team.objects.exclude(passed_over="").exists()


class TestProposals:
    def test_second_click_passes_nothing_on_twice(self, hall):
        team = hall.team(hall.round(R.FINISHED), T.COMPLETED)
        passing = {"team": team, "user": hall.coordinator, "text": "보행로", "department": hall.office}
        workflow.pass_on(**passing)
        with pytest.raises(Refused) as refusal:
            workflow.pass_on(**passing)
        assert refusal.value.field == "text"
        assert Proposal.objects.count() == 1

    def test_proposal_of_another_team_is_not_passed_on_with_this_one(self, hall):
        round = hall.round(R.FINISHED)
        one, other = (hall.team(round, T.COMPLETED) for _each in range(2))
        proposal = make.ProposalFactory(team=other)
        with pytest.raises(PermissionDenied):
            workflow.pass_on(
                team=one, user=hall.coordinator, text="보행로", department=hall.office, proposal=proposal
            )
