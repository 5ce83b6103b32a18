"""What rounds come to: from teams, from carried totals, from what stood before the records."""

from fractions import Fraction as F

import pytest
from django.utils import timezone

from studygroups.enums import Answer, MemberKind, RoundState, TeamState
from studygroups.figures import Figures, by_year, programme_figures
from tests import factories as make

pytestmark = pytest.mark.django_db


def only(*programmes, **options):
    return programme_figures(programmes, **options)


def held(**fields):
    return make.RoundFactory(state=RoundState.FINISHED, **fields)


def years_of(programmes):
    return by_year((each.round.year, each.figures) for found in programmes for each in found.rounds)


def test_opening_totals_and_rounds_add_up():
    programme = make.ProgrammeFactory()
    make.OpeningTotalsFactory(programme=programme, rounds=8, teams=64, topics=64, people=614, adopted=46)
    held(programme=programme, year=2023, teams=6, topics=6, people=53, adopted=6)
    make.RoundFactory(programme=programme, year=2024, state=RoundState.NOT_HELD, reason="참여율 미달")
    make.RoundFactory(programme=programme, year=2025)
    (found,) = only(programme)
    total = found.total
    assert (total.rounds, total.not_held, total.teams, total.topics, total.people) == (9, 1, 70, 70, 667)
    assert (total.adopted, total.adoption_rate) == (52, F(52, 70))
    years = years_of([found])
    assert list(years) == [2025, 2024, 2023]
    assert years[2024] == Figures(not_held=1)


def test_what_nobody_entered_is_none_and_no_zero():
    (found,) = only(held(teams=5).programme)
    assert (found.total.teams, found.total.people, found.total.adopted) == (5, None, None)
    assert found.total.adoption_rate is None


def test_a_share_leaves_out_rounds_of_which_one_side_is_not_known():
    programme = make.ProgrammeFactory()
    held(programme=programme, year=2022, topics=10, adopted=5)
    held(programme=programme, year=2023, topics=7)
    (found,) = only(programme)
    assert (found.total.topics, found.total.adopted, found.total.adoption_rate) == (17, 5, F(1, 2))


def test_zero_adopted_is_a_rate_of_zero():
    (found,) = only(held(topics=4, adopted=0).programme)
    assert found.total.adoption_rate == 0


class TestRecordedTeams:
    def team(self, state=TeamState.COMPLETED, **fields):
        return make.TeamFactory(round=self.round, state=state, **fields)

    @pytest.fixture(autouse=True)
    def _round(self):
        self.round = held(teams=99, topics=99, people=99, adopted=99)

    def figures(self):
        (found,) = only(self.round.programme)
        return found.rounds[0].figures

    def test_a_round_with_teams_is_counted_from_them(self):
        self.team(people=8, outsiders=1)
        self.team(TeamState.WITHDRAWN, people=2, outsiders=1)
        make.ProposalFactory(team=self.team(people=10, outsiders=0), answer=Answer.ADOPTED)
        found = self.figures()
        assert (found.teams, found.topics, found.people, found.adopted) == (3, 3, 20, 1)
        # The team that gave up proposes nothing: one of the two others' topics.
        assert (found.outsiders_share, found.adoption_rate) == (F(2, 20), F(1, 2))
        assert (found.completion_rate, found.withdrawal_rate) == (F(2, 3), F(1, 3))

    def test_teams_that_were_not_let_in_do_not_count(self):
        self.team()
        for state in (TeamState.DRAFT, TeamState.APPLIED, TeamState.NOT_SELECTED):
            self.team(state)
        assert self.figures().teams == 1

    def test_members_count_instead_of_a_headcount(self):
        team = self.team(people=9, outsiders=9)
        for kind in (MemberKind.OFFICIAL, MemberKind.OFFICIAL, MemberKind.EXPERT, MemberKind.CITIZEN):
            make.GroupMemberFactory(team=team, kind=kind)
        found = self.figures()
        assert (found.people, found.outsiders, found.known_people) == (4, 2, 4)

    def test_members_without_an_outsider_are_zero_outsiders(self):
        make.GroupMemberFactory(team=self.team())
        assert self.figures().outsiders_share == 0

    def test_what_the_teams_do_not_say_is_carried_in(self):
        self.team(topic="")
        found = self.figures()
        assert (found.teams, found.topics, found.people, found.adopted) == (1, 99, 99, 99)

    def test_several_adopted_proposals_of_a_team_are_one_topic(self):
        team = self.team()
        make.ProposalFactory(team=team, answer=Answer.ADOPTED)
        make.ProposalFactory(team=team, position=2, answer=Answer.ADOPTED)
        assert (self.figures().adopted, self.figures().adoption_rate) == (1, 1)

    def test_topics_without_an_answer_are_in_the_base_of_adoption(self):
        for answer in (Answer.ADOPTED, Answer.NOT_ADOPTED, Answer.REVIEW, ""):
            make.ProposalFactory(team=self.team(), answer=answer)
        self.team(TeamState.WITHDRAWN)
        found = self.figures()
        assert (found.topics, found.adopted, found.proposed) == (5, 1, 4)

    def test_an_adopted_proposal_counts_in_the_base_without_a_topic_and_after_giving_up(self):
        self.team()
        for state in (TeamState.COMPLETED, TeamState.WITHDRAWN):
            make.ProposalFactory(team=self.team(state, topic=""), answer=Answer.ADOPTED)
        assert (self.figures().adopted, self.figures().proposed) == (2, 3)

    def test_what_is_carried_in_as_adopted_is_never_more_than_its_base(self):
        self.team()
        # 99 adopted of 99 were carried in; the one team recorded has no answer yet.
        assert (self.figures().topics, self.figures().adoption_rate) == (1, F(99, 99))
        self.round.topics = None
        self.round.save()
        assert (self.figures().adopted, self.figures().adoption_rate) == (99, None)

    def test_completion_waits_for_the_end_of_the_round(self):
        self.round.state = RoundState.RUNNING
        self.round.save()
        self.team(TeamState.RUNNING)
        self.team(TeamState.WITHDRAWN)
        assert (self.figures().completion_rate, self.figures().withdrawal_rate) == (None, F(1, 2))

    def test_a_team_without_a_headcount_leaves_the_others_share(self):
        self.team(people=10, outsiders=2)
        self.team(people=5)
        found = self.figures()
        assert (found.people, found.outsiders_share) == (15, F(1, 5))


def test_years_of_a_city_add_up_over_programmes():
    one, other = make.ProgrammeFactory(), make.ProgrammeFactory(name="원정대")
    held(programme=one, year=2025, teams=6)
    for intake, teams in ((1, 5), (2, 2), (3, 2)):
        held(programme=other, year=2025, intake=intake, teams=teams)
    held(programme=other, year=2024, teams=1)
    years = years_of(only(one, other))
    assert [(year, found.rounds, found.teams) for year, found in years.items()] == [
        (2025, 4, 15),
        (2024, 1, 1),
    ]


def test_the_public_counts_only_what_is_published():
    programme = make.ProgrammeFactory(published_at=timezone.now())
    held(programme=programme, year=2023, teams=6, published_at=timezone.now())
    held(programme=programme, year=2024, teams=4)
    (found,) = only(programme, public=True)
    assert (found.total.rounds, found.total.teams) == (1, 6)


@pytest.mark.parametrize("count", [1, 3])
def test_figures_take_three_queries(count, django_assert_num_queries):
    programmes = []
    for number in range(count):
        programme = make.ProgrammeFactory(name=f"모임 {number}")
        make.OpeningTotalsFactory(programme=programme)
        for year in range(2020, 2020 + count):
            team = make.TeamFactory(round=held(programme=programme, year=year), state=TeamState.COMPLETED)
            make.GroupMemberFactory(team=team)
            make.ProposalFactory(team=team, answer=Answer.REVIEW)
        programmes.append(programme)
    with django_assert_num_queries(3):
        found = only(*programmes)
        assert sum(each.total.teams for each in found) == count * count
