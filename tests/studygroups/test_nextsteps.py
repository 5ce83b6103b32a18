"""What comes next: whatever waits for somebody names them and has a day."""

import datetime as dt

import pytest
from django.utils import timezone
from django.utils.translation import override

from studygroups.desk import read_desk
from studygroups.enums import Answer, MemberRole, RoundState, TeamState
from studygroups.models import Round, Team
from studygroups.nextsteps import next_of_proposal, next_of_round, next_of_team, read_next_of_round
from tests import factories as make

pytestmark = pytest.mark.django_db

R, T = RoundState, TeamState
DAY = dt.date(2024, 9, 2)
YEAR_END = dt.date(2024, 12, 31)
# As a round of 2024 stands that was carried in without days.
BARE = {"opens_on": None, "closes_on": None}
FULL = {"report_due_on": dt.date(2024, 7, 31), "presents_on": dt.date(2024, 8, 20)}
# Rounds by state: when what comes next is due, with days and without.
ROUNDS = [
    (R.PREPARED, dt.date(2024, 3, 1), YEAR_END),
    # The call ended on 31 March; ten days to decide.
    (R.RECRUITING, dt.date(2024, 4, 10), None),
    (R.RUNNING, dt.date(2024, 8, 20), dt.date(2025, 1, 10)),
    (R.JUDGING, dt.date(2024, 8, 30), dt.date(2025, 1, 20)),
]


@pytest.mark.parametrize(("state", "due", "bare"), ROUNDS)
def test_round_that_goes_on_waits_for_somebody_by_a_day(state, due, bare):
    step = next_of_round(make.RoundFactory(state=state, **FULL))
    assert (bool(step.text), bool(step.who), step.due_on) == (True, True, due)
    if bare:
        step = next_of_round(make.RoundFactory(state=state, year=2024, intake=2, **BARE))
        assert (bool(step.who), step.due_on) == (True, bare)


@pytest.mark.parametrize("state", [R.FINISHED, R.NOT_HELD])
def test_round_that_has_ended_waits_for_nobody(state):
    reason = "참여율 미달" if state == R.NOT_HELD else ""
    step = read_next_of_round(make.RoundFactory(state=state, reason=reason))
    assert (bool(step.text), step.who, step.due_on) == (True, "", None)


@pytest.mark.parametrize(
    ("state", "round_state", "due"),
    [
        (T.APPLIED, R.RECRUITING, dt.date(2024, 4, 10)),
        (T.SELECTED, R.RECRUITING, dt.date(2024, 4, 10)),
        (T.RUNNING, R.RUNNING, dt.date(2024, 7, 31)),
        (T.REPORTED, R.RUNNING, dt.date(2024, 8, 20)),
        (T.PRESENTED, R.JUDGING, dt.date(2024, 8, 30)),
    ],
)
def test_team_that_goes_on_waits_for_somebody_by_a_day(state, round_state, due):
    step = next_of_team(make.TeamFactory(state=state, round=make.RoundFactory(state=round_state, **FULL)))
    assert (bool(step.text), bool(step.who), step.due_on) == (True, True, due)
    if round_state != R.RECRUITING:
        round = make.RoundFactory(state=round_state, intake=2, **BARE)
        step = next_of_team(make.TeamFactory(state=state, round=round))
        assert step.who
        assert step.due_on


def test_draft_waits_until_the_end_of_the_call(hall):
    step = next_of_team(hall.team(hall.round()))
    assert (bool(step.who), step.due_on) == (True, hall.today + dt.timedelta(days=5))


@pytest.mark.parametrize(
    ("state", "round_state", "decided", "due"),
    [
        # Six months after the decision, else after the end of the call.
        (T.NOT_SELECTED, R.RUNNING, True, dt.date(2025, 3, 2)),
        (T.NOT_SELECTED, R.RUNNING, False, dt.date(2024, 9, 30)),
        (T.APPLIED, R.NOT_HELD, False, dt.date(2024, 9, 30)),
        (T.DRAFT, R.RECRUITING, False, dt.date(2024, 9, 30)),
        (T.DRAFT, R.RUNNING, False, dt.date(2024, 9, 30)),
    ],
)
def test_application_that_came_to_nothing_says_when_its_data_goes(state, round_state, decided, due):
    round = make.RoundFactory(state=round_state, reason="참여율 미달" if round_state == R.NOT_HELD else "")
    at = timezone.make_aware(dt.datetime.combine(DAY, dt.time(9))) if decided else None
    step = next_of_team(make.TeamFactory(state=state, round=round, decided_at=at))
    assert (step.who, step.due_on) == ("", due)


def test_application_whose_data_is_gone_and_a_team_that_gave_up_wait_for_nothing():
    gone = make.TeamFactory(state=T.NOT_SELECTED, erased_at=timezone.now())
    left = make.TeamFactory(state=T.WITHDRAWN, round=make.RoundFactory(state=R.RUNNING))
    for team in (gone, left):
        step = next_of_team(team)
        assert (bool(step.text), step.who, step.due_on) == (True, "", None)


class TestProposals:
    @pytest.fixture
    def team(self):
        published = dt.datetime(2024, 9, 1, 3, tzinfo=dt.UTC)
        round = make.RoundFactory(
            state=R.FINISHED, published_at=published, results_published_at=published, **FULL
        )
        return make.TeamFactory(round=round, state=T.COMPLETED, reported_at=published)

    def test_team_that_reported_has_its_proposal_passed_on(self, team):
        # Ten days after the results, as a department has for its answer.
        assert next_of_team(team).due_on == dt.date(2024, 9, 11)
        assert read_next_of_round(team.round).due_on == dt.date(2024, 9, 11)
        proposal = make.ProposalFactory(team=team)
        assert next_of_proposal(proposal).due_on == dt.date(2024, 9, 11)

    def test_team_that_was_carried_in_misses_nothing(self, team):
        team.reported_at = None
        assert (next_of_team(team).who, next_of_team(team).due_on) == ("", None)

    @pytest.mark.parametrize(
        ("fields", "due"),
        [
            ({"answer": ""}, DAY),
            ({"answer": Answer.REVIEW, "answered_on": DAY}, DAY),
            (
                {"answer": Answer.ADOPTED, "answered_on": DAY, "plan_due_on": dt.date(2024, 10, 2)},
                dt.date(2024, 10, 2),
            ),
            (
                {"answer": Answer.ADOPTED, "answered_on": DAY, "planned_on": DAY},
                dt.date(2025, 9, 2),
            ),
        ],
    )
    def test_department_has_a_day_for_each_answer(self, team, fields, due):
        office = make.DepartmentFactory()
        asked = {"department": office, "asked_at": timezone.now(), "due_on": DAY}
        step = next_of_proposal(make.ProposalFactory(team=team, **asked, **fields))
        assert (step.who, step.due_on) == (office.name, due)
        assert read_next_of_round(team.round).due_on == due

    def test_proposal_that_was_not_adopted_is_kept_two_years(self, team):
        fields = {"answer": Answer.NOT_ADOPTED, "answered_on": DAY}
        step = next_of_proposal(make.ProposalFactory(team=team, **fields))
        assert (step.who, step.due_on) == ("", dt.date(2026, 9, 2))

    def test_adopted_proposal_is_followed_up_for_three_years(self, team):
        answered = {"answer": Answer.ADOPTED, "answered_on": DAY, "planned_on": DAY, "plan": "한다"}
        proposal = make.ProposalFactory(team=team, department=make.DepartmentFactory(), **answered)
        for year in (2025, 2026, 2027):
            assert next_of_proposal(proposal).due_on == dt.date(year, 9, 2)
            make.FollowUpFactory(proposal=proposal, noted_on=dt.date(year, 8, 1))
        with override("en"):
            step = next_of_proposal(proposal)
        assert (step.who, step.due_on) == ("", None)


class TestDesk:
    def test_draft_and_invitation_of_a_past_call_wait_for_nobody(self, hall):
        team = hall.team(
            hall.round(), people=[{"user": hall.colleague, "name": "동료", "confirmed_at": None}]
        )
        assert [line.team for line in read_desk(hall.applicant).teams] == [team]
        assert len(read_desk(hall.colleague).invitations) == 1
        hall.close(team.round)
        assert read_desk(hall.applicant).teams == []
        assert read_desk(hall.applicant).past_teams(hall.applicant, hall.city) == [team]
        assert read_desk(hall.colleague).invitations == []

    def test_superuser_finds_the_cities_that_have_programmes(self, hall):
        make.MunicipalityFactory(code="saebyeok", name="새벽시")
        desk = read_desk(make.UserFactory(is_superuser=True, is_staff=True))
        assert list(desk.cities) == [hall.city]
        assert read_desk(make.UserFactory()).cities == ()

    def test_team_of_a_round_that_was_not_held_waits_for_nobody(self, hall):
        team = hall.team(hall.round(), T.APPLIED)
        Round.objects.update(state=R.NOT_HELD, reason="참여율 미달")
        assert read_desk(hall.applicant).teams == []
        assert Team.objects.get() == team

    def test_planning_office_has_the_proposals_of_a_finished_round_before_it(self, hall):
        round = hall.round(R.FINISHED, results_published_at=timezone.now())
        carried_in = hall.round(R.FINISHED, intake=2)
        hall.team(carried_in, T.COMPLETED)
        team = hall.team(round, T.COMPLETED, reported_at=timezone.now())
        (line,) = read_desk(hall.coordinator).led
        assert (line.round, line.next.due_on) == (round, hall.today + dt.timedelta(days=10))
        assert read_desk(hall.auditor).led == []
        proposal = make.ProposalFactory(team=team)
        assert len(read_desk(hall.coordinator).led) == 1
        proposal.department, proposal.asked_at, proposal.due_on = hall.office, timezone.now(), hall.today
        proposal.save()
        assert read_desk(hall.coordinator).led == []

    @pytest.mark.parametrize("count", [1, 3])
    def test_desk_takes_as_many_queries_for_one_row_as_for_three(
        self, hall, count, django_assert_num_queries
    ):
        rounds = [hall.round(intake=number) for number in range(1, count + 1)]
        for round in rounds:
            hall.team(round, people=[{"user": hall.head, "name": "과장", "role": MemberRole.CLERK}])
            team = make.TeamFactory(round=round, state=T.COMPLETED)
            make.ProposalFactory(
                team=team, department=hall.other_office, asked_at=timezone.now(), due_on=hall.today
            )
        user = type(hall.head).objects.get(pk=hall.head.pk)
        with django_assert_num_queries(8):
            desk = read_desk(user)
        assert (len(desk.teams), len(desk.proposals)) == (count, count)
