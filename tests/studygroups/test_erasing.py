"""Personal data of applicants who were not selected goes after the programme's months, and only theirs."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.translation import override

from pledges.models import AuditEntry
from studygroups.enums import RoundState, TeamState
from studygroups.erasing import due_for_erasure, erase_applicants
from studygroups.models import Application, Member, Team
from tests import factories as make

pytestmark = pytest.mark.django_db

DECIDED = dt.datetime(2024, 4, 10, 9, tzinfo=dt.UTC)
# Six months on.
DUE = dt.date(2024, 10, 10)


def applicants(state=TeamState.NOT_SELECTED, people=2, decided_at=DECIDED, **fields):
    """A team that applied, with its people and its application."""
    fields.setdefault("round", None) or fields.update(round=running())
    team = make.TeamFactory(state=state, decided_at=decided_at, **fields)
    for _number in range(people):
        make.GroupMemberFactory(team=team, user=make.UserFactory())
    Application.objects.create(team=team, applicant=make.UserFactory(), plan="김한빛이 쓴 계획")
    return team


def running(state=RoundState.RUNNING, **fields):
    return make.RoundFactory(state=state, **fields)


def erased(today=DUE, **options):
    return erase_applicants(today=today, **options)


def test_data_goes_on_the_day_and_not_before():
    team = applicants()
    assert erased(DUE - dt.timedelta(days=1)).people == 0
    assert Member.objects.count() == 2
    found = erased()
    assert (found.teams, found.drafts, found.people) == (1, 0, 2)
    assert not Member.objects.exists()
    assert not Application.objects.exists()
    team.refresh_from_db()
    assert (team.state, bool(team.topic), team.version) == (TeamState.NOT_SELECTED, True, 2)
    assert team.erased_at is not None


def test_the_programmes_own_months_count():
    applicants(round=running(programme=make.ProgrammeFactory(retention_months=1)))
    assert erased(dt.date(2024, 5, 9)).people == 0
    assert erased(dt.date(2024, 5, 10)).people == 2


def test_selected_teams_keep_their_people():
    kept = {
        TeamState.SELECTED,
        TeamState.RUNNING,
        TeamState.COMPLETED,
        TeamState.WITHDRAWN,
        TeamState.APPLIED,
    }
    for state in kept:
        applicants(state)
    assert erased(dt.date(2034, 1, 1)).people == 0
    assert Member.objects.count() == 10


def test_a_team_left_unscreened_by_a_round_that_was_not_held_counts_from_the_end_of_the_call():
    round = running(RoundState.NOT_HELD, reason="참여율 미달")
    team = applicants(TeamState.APPLIED, decided_at=None, round=round)
    # The call ended on 31 March 2024.
    assert erased(dt.date(2024, 9, 29)).people == 0
    assert erased(dt.date(2024, 9, 30)).people == 2
    team.refresh_from_db()
    assert team.state == TeamState.APPLIED


def test_a_draft_of_a_call_that_is_over_goes_as_a_whole():
    draft = applicants(TeamState.DRAFT, decided_at=None, name="")
    found = erased(dt.date(2024, 9, 30))
    assert (found.teams, found.drafts, found.people) == (0, 1, 2)
    assert not Team.objects.filter(pk=draft.pk).exists()


def test_a_draft_of_a_call_that_runs_stays():
    applicants(TeamState.DRAFT, decided_at=None, round=running(RoundState.RECRUITING))
    assert erased(dt.date(2034, 1, 1)).drafts == 0


def test_what_is_erased_is_erased_once():
    applicants()
    erased()
    assert erased().due == ()
    assert Team.history.filter(history_type="~").count() == 1


def test_the_log_tells_how_many_and_nobodys_name():
    applicants()
    before = AuditEntry.objects.count()
    erased()
    entry = AuditEntry.objects.get(action="applicants_erased")
    assert AuditEntry.objects.count() == before + 1
    assert entry.body["facts"] == {"teams": 1, "drafts": 0, "people": 2}
    everything = str([each.body for each in AuditEntry.objects.all()])
    assert "김한빛" not in everything
    for person in ("회원", "person"):
        assert person not in everything.replace("study_group", "")


def test_one_city_can_be_chosen():
    other = make.ProgrammeFactory(municipality=make.MunicipalityFactory(code="dalbit", name="달빛시"))
    applicants()
    applicants(round=running(programme=other))
    assert [each.team.round.programme for each in due_for_erasure(DUE, city="dalbit")] == [other]
    assert len(due_for_erasure(DUE)) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_due_takes_one_query(count, django_assert_num_queries):
    for _number in range(count):
        applicants()
    with django_assert_num_queries(1):
        assert sum(each.people for each in due_for_erasure(DUE)) == 2 * count


def command(*options):
    out = StringIO()
    with override("en"):
        call_command("erase_applicants", *options, stdout=out)
    return out.getvalue().splitlines()


def test_command_lists_in_a_dry_run_and_then_erases():
    team = applicants()
    assert command("--dry-run") == [
        f"한빛연구모임 2024-1, team no. {team.pk}: 2 people, due since 2024-10-10",
        "To be erased: 2 people of 1 unselected teams, 0 drafts.",
    ]
    assert Member.objects.count() == 2
    assert command() == ["Erased: 2 people of 1 unselected teams, 0 drafts."]
    assert not Member.objects.exists()
    assert command("--city", "hanbit") == ["Erased: 0 people of 0 unselected teams, 0 drafts."]
