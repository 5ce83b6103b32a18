"""What study groups did: offered to the pledge that they serve with its source, written by nobody else."""

import datetime as dt

import pytest
from django.utils import timezone

from pledges.enums import CountedBy
from pledges.models import Achievement, Actual
from reports.quarter.study_groups import group_events
from studygroups.enums import RoundState, TeamState
from tests.factories import (
    GroupMemberFactory,
    PledgeFactory,
    ProgrammeFactory,
    RoundFactory,
    ServedPledgeFactory,
    TeamFactory,
)

BEGUN = "한빛연구모임 2024년 참가팀 선정·운영"
PRESENTED = "한빛연구모임 2024년 최종 발표회 개최"


@pytest.fixture
def round_(city):
    """A round that serves the pledge: two teams chosen on 10 April, one withdrew, presented on 20 June."""
    programme = ProgrammeFactory()
    ServedPledgeFactory(programme=programme, pledge=city.pledge)
    found = RoundFactory(programme=programme, state=RoundState.FINISHED)
    chosen_at = dt.datetime(2024, 4, 10, 9, tzinfo=timezone.get_default_timezone())
    done = TeamFactory(
        round=found,
        state=TeamState.COMPLETED,
        decided_at=chosen_at,
        presented_on=dt.date(2024, 6, 20),
    )
    for _each in range(3):
        GroupMemberFactory(team=done)
    TeamFactory(round=found, state=TeamState.WITHDRAWN, people=2, decided_at=chosen_at)
    return found


def test_round_and_presentation_of_the_period_are_offered_with_their_source(as_officer, city, round_):
    page = as_officer.get(city.url)
    offered = [each.event for each in page.context["form"].section("achievements").offers()]
    assert [(each.dates, each.text, each.details) for each in offered] == [
        ("2024. 4. 10.", BEGUN, "2개 팀, 5명"),
        ("2024. 6. 20.", PRESENTED, "1개 팀 발표\n중도포기 1개 팀"),
    ]
    assert "출처: 학습동아리" in page.content.decode()


def test_nothing_is_written_by_itself(as_officer, city, round_):
    as_officer.get(city.url)
    as_officer.post(city.url, city.data())
    assert not Achievement.objects.filter(text__in=[BEGUN, PRESENTED]).exists()


def test_taking_over_fills_a_blank_line_stores_nothing_and_is_saved_with_the_form(as_officer, city, round_):
    offered = as_officer.get(city.url).context["form"].section("achievements").offers()
    page = as_officer.post(city.url, city.data(step=f"line:{offered[1].event.key}"))
    form = page.context["form"]
    assert form["achievement-0-text"].value() == "보고회 개최"
    assert form["achievement-1-dates"].value() == "2024. 6. 20."
    assert [each.is_in for each in form.section("achievements").offers()] == [False, True]
    assert city.current is None
    sent = {name: form[name].value() for name in form.fields if name.startswith("achievement-")}
    as_officer.post(city.url, city.data(**sent))
    assert list(city.current.achievements.values_list("text", "precision")) == [
        ("보고회 개최", "month"),
        (PRESENTED, "day"),
    ]


def test_taking_over_into_a_full_form_adds_lines(as_officer, city, round_):
    offered = as_officer.get(city.url).context["form"].section("achievements").offers()
    page = as_officer.post(city.url, city.data(step=f"line:{offered[0].event.key}", lines="1"))
    assert page.context["form"]["achievement-1-text"].value() == BEGUN


@pytest.mark.parametrize("about", ["", "0-begun", "x"])
def test_line_that_is_not_offered_changes_nothing(as_officer, city, round_, about):
    page = as_officer.post(city.url, city.data(step=f"line:{about}"))
    assert page.context["form"]["achievement-1-text"].value() == ""


def test_another_pledge_is_offered_nothing(city, round_):
    other = PledgeFactory(plan=city.plan, code="7-2-4")
    assert group_events(other, city.period) == []


@pytest.mark.parametrize(
    ("counter", "source"),
    [
        (CountedBy.STUDY_ROUNDS, "한빛연구모임 2024년 2024. 4. 10."),
        (CountedBy.STUDY_FINALS, "한빛연구모임 2024년 2024. 6. 20."),
    ],
)
def test_indicator_that_counts_them_is_offered_their_number(as_officer, city, round_, counter, source):
    city.indicator.counted_by = counter
    city.indicator.save()
    page = as_officer.get(city.url)
    (row,) = page.context["form"].section("indicators").rows()
    assert (row.suggestion.value, row.suggestion.source, row.suggestion.is_in) == (1, source, False)
    assert f"제안값 1 ({source})" in page.content.decode()
    assert not Actual.objects.filter(report__period=city.period).exists()
    taken = as_officer.post(city.url, city.data(step=f"suggest:{city.indicator.pk}", **{city.actual: ""}))
    assert taken.context["form"][city.actual].value() == "1"


def test_period_without_any_suggests_nothing_which_is_not_0(as_officer, city, round_):
    city.indicator.counted_by = CountedBy.STUDY_FINALS
    city.indicator.save()
    round_.recorded_teams.update(presented_on=dt.date(2024, 7, 1))
    (row,) = as_officer.get(city.url).context["form"].section("indicators").rows()
    assert row.suggestion is None


def test_first_and_last_day_of_the_quarter_belong_to_it(city, round_):
    for day, count in [((2024, 3, 31), 1), ((2024, 4, 1), 2), ((2024, 6, 30), 2), ((2024, 7, 1), 1)]:
        round_.recorded_teams.update(presented_on=dt.date(*day))
        assert len(group_events(city.pledge, city.period)) == count


def test_round_that_is_not_held_or_still_recruiting_is_not_offered(city, round_):
    for state in (RoundState.PREPARED, RoundState.RECRUITING):
        round_.state = state
        round_.save()
        assert group_events(city.pledge, city.period) == []


def test_round_of_which_only_the_year_is_known_is_not_offered(city, round_):
    round_.recorded_teams.update(presented_on=None, decided_at=None)
    round_.opens_on = round_.closes_on = None
    round_.save()
    assert group_events(city.pledge, city.period) == []


def test_round_that_is_not_public_is_offered_and_says_so(as_officer, city, round_):
    page = as_officer.get(city.url).content.decode()
    assert "아직 공표 전" in page
    now = timezone.now()
    round_.programme.published_at = round_.published_at = now
    round_.programme.save()
    round_.save()
    (event, _other) = group_events(city.pledge, city.period)
    assert event.address.endswith("/2024-1/")
    assert "아직 공표 전" not in as_officer.get(city.url).content.decode()


@pytest.mark.parametrize("count", [1, 5])
def test_events_take_three_queries_whatever_their_number(city, django_assert_num_queries, count):
    for number in range(count):
        programme = ProgrammeFactory(name=f"모임 {number}")
        ServedPledgeFactory(programme=programme, pledge=city.pledge)
        TeamFactory(
            round=RoundFactory(programme=programme, state=RoundState.RUNNING), state=TeamState.RUNNING
        )
    with django_assert_num_queries(3):
        found = group_events(city.pledge, city.period)
    # No team says when it was chosen: the last day for applications, 31 March, is of the quarter before.
    assert found == []


def test_pledge_that_nothing_serves_takes_one_query(city, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert group_events(city.pledge, city.period) == []
