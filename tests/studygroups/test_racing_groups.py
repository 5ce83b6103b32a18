"""Two people who take a step of the study groups at the same moment: one wins, the other is told."""

import datetime as dt

import pytest
from django.utils import timezone

from pledges.audit import verify
from pledges.models import AuditEntry
from studygroups.enums import RoundState, TeamState
from studygroups.models import Award, Judge, Member, Round, ScoreSheet, Team
from tests import factories as make
from tests.studygroups.hall import Hall
from tests.test_racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("racing")]


@pytest.fixture
def hall(transactional_db):
    return Hall()


def step(what, user, of, row, **arguments):
    return {"do": "group_step", "step": what, "user": user.pk, "of": of, "pk": row.pk, **arguments}


def test_sheets_are_handed_in_once(hall):
    round = hall.judging(teams=2, judges=1)
    judge = round.judges.get()
    keys = list(Team.objects.values_list("pk", flat=True))
    tasks = [
        step("save_sheets", judge.user, "judge", judge, points=dict.fromkeys(keys, points), hands_in=True)
        for points in (90, 60)
    ]
    outcomes, words = race(*tasks)
    assert words == ["done", "refused"], outcomes
    # All of the winner's, nothing of the other's.
    assert ScoreSheet.objects.count() == 2
    assert len(set(ScoreSheet.objects.values_list("paper", "audience"))) == 1
    assert AuditEntry.objects.filter(action="sheets_handed_in").count() == 1
    assert verify().holds


def test_team_gives_up_or_presents_and_not_both(hall):
    round = hall.round(RoundState.RUNNING)
    team = hall.team(round, TeamState.REPORTED)
    hall.team(round, TeamState.REPORTED)
    make.JudgeFactory(round=round)
    race(
        step("withdraw_team", hall.applicant, "team", team, withdrawn_on=True, reason="과중"),
        step("begin_judging", hall.coordinator, "round", round, presented_on=True),
    )
    team.refresh_from_db()
    assert (team.state, bool(team.withdrawal), bool(team.presented_on)) in {
        (TeamState.WITHDRAWN, True, False),
        (TeamState.PRESENTED, False, True),
    }
    assert Round.objects.get().state == RoundState.JUDGING


def test_round_is_prepared_once(hall):
    task = step("prepare_round", hall.coordinator, "programme", hall.programme, year=2030, intake=1)
    outcomes, words = race(task, task)
    assert words == ["done", "refused"], outcomes


def test_awards_never_rest_on_a_table_without_the_judge_who_was_just_named(hall):
    round = hall.judging(teams=1, judges=1)
    hall.score(round, [90])
    team = Team.objects.get()
    race(
        step("decide_awards", hall.coordinator, "round", round, chosen={team.pk: "best"}, decisions={}),
        step("add_judge", hall.coordinator, "round", round, name="외부위원"),
        step("publish_results", hall.coordinator, "round", round),
    )
    round.refresh_from_db()
    team.refresh_from_db()
    assert Judge.objects.count() == 1 + (round.state == RoundState.JUDGING)
    assert Award.objects.exists() == (round.state == RoundState.FINISHED)
    assert (team.state == TeamState.COMPLETED) == (round.state == RoundState.FINISHED)


def test_team_that_is_selected_while_data_is_erased_keeps_all_or_is_not_selected(hall):
    round = hall.round()
    hall.close(round)
    team = hall.team(
        round, TeamState.NOT_SELECTED, decided_at=timezone.now() - dt.timedelta(days=400), name="길찾기"
    )
    race(
        step("screen_team", hall.coordinator, "team", team, selected=True, reason="다시"),
        {"do": "erase_unselected"},
    )
    team.refresh_from_db()
    assert (team.state, team.erased_at is None, Member.objects.count()) in {
        (TeamState.SELECTED, True, 1),
        (TeamState.NOT_SELECTED, False, 0),
    }
    assert verify().holds
