"""Personal data of applicants who were not selected goes after the programme's months, and only theirs."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import override

from pledges.audit import verify
from pledges.models import AuditEntry
from studygroups import workflow
from studygroups.enums import MemberRole, RoundState, TeamState
from studygroups.erasing import due_for_erasure, erase_applicants
from studygroups.models import Application, Member, Team
from studygroups.workflow import Person, Refused
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
    days = {"closes_on": timezone.localdate() + dt.timedelta(days=5)}
    applicants(TeamState.DRAFT, decided_at=None, round=running(RoundState.RECRUITING, **days))
    assert erased(dt.date(2099, 1, 1)).drafts == 0


def test_a_draft_goes_though_nobody_went_on_with_its_round():
    applicants(TeamState.DRAFT, decided_at=None, round=running(RoundState.RECRUITING))
    assert erased(dt.date(2024, 9, 29)).drafts == 0
    assert erased(dt.date(2024, 9, 30)).drafts == 1


class TestTraces:
    """What the log and the history knew of who applied."""

    def apply(self, hall, **more):
        """A team named after its leader, applied for by two people with a login."""
        round = hall.round()
        people = [
            Person(str(hall.applicant), role=MemberRole.LEADER, user=hall.applicant),
            Person(str(hall.colleague), user=hall.colleague),
        ]
        texts = {"name": "홍길동네", "topic": "과제", "plan": "계획", "people": people}
        team = workflow.save_application(round=round, user=hall.applicant, **texts)
        workflow.answer_invitation(team=team, user=hall.colleague, accepts=True)
        other = workflow.save_application(
            round=round, user=hall.stranger, **texts | {"name": "다른", "people": []}
        )
        return team, other

    def own(self, user):
        """The bodies of what the person did, newest last."""
        found = AuditEntry.objects.filter(actor_key=user.pk).order_by("sequence")
        return list(found.values_list("action", "body"))

    def test_an_unselected_team_can_no_longer_be_traced_to_who_applied(self, hall):
        team, _other = self.apply(hall)
        workflow.submit_application(team=team, user=hall.applicant, version=1, consent=True)
        hall.close(team.round)
        team.round.refresh_from_db()
        workflow.screen_team(team=team, user=hall.coordinator, selected=False, reason="예산")
        assert set(Team.history.filter(id=team.pk).values_list("history_user", flat=True)) == {
            hall.applicant.pk,
            hall.coordinator.pk,
        }
        erased(hall.today + dt.timedelta(days=200), city="hanbit")
        # That they took these steps stays, and no longer for which team.
        assert self.own(hall.applicant) == [("group_application_saved", None), ("group_applied", None)]
        assert self.own(hall.colleague) == [("group_place_confirmed", None)]
        assert set(Team.history.filter(id=team.pk).values_list("history_user", flat=True)) == {None}
        (screened,) = AuditEntry.objects.filter(action="group_screened")
        assert "예산" in str(screened.body)
        assert verify().holds

    def test_a_draft_leaves_nothing_and_the_drafts_of_others_stay(self, hall):
        team, other = self.apply(hall)
        other.round = hall.round(RoundState.RUNNING, intake=2)
        other.state = TeamState.RUNNING
        other.save()
        hall.close(team.round)
        found = erased(hall.today + dt.timedelta(days=200))
        assert (found.teams, found.drafts, found.people) == (0, 1, 2)
        assert "홍길동네" not in str([each.body for each in AuditEntry.objects.all()])
        assert not Team.history.filter(id=team.pk).exists()
        assert [body is None for _action, body in self.own(hall.stranger)] == [False]
        assert Team.history.filter(id=other.pk, history_user=hall.stranger).exists()
        assert verify().holds


def test_a_team_whose_data_was_erased_is_not_decided_anew(hall):
    team = hall.team(hall.round(), TeamState.NOT_SELECTED, decided_at=DECIDED)
    hall.close(team.round)
    erased(hall.today)
    team.refresh_from_db()
    with pytest.raises(Refused):
        workflow.screen_team(team=team, user=hall.coordinator, selected=True, reason="다시")


def test_only_what_was_erased_is_counted(hall, monkeypatch):
    """Somebody selects a team while the command runs: it keeps its people and is in no count."""
    team = hall.team(hall.round(), TeamState.NOT_SELECTED, decided_at=DECIDED)
    applicants()
    due = due_for_erasure(hall.today)
    assert len(due) == 2
    Team.objects.filter(pk=team.pk).update(state=TeamState.SELECTED)
    monkeypatch.setattr("studygroups.erasing.due_for_erasure", lambda *_args, **_more: due)
    found = erased(hall.today)
    assert (found.teams, found.people) == (1, 2)
    assert AuditEntry.objects.get(action="applicants_erased").body["facts"]["teams"] == 1
    assert team.members.count() == 1


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
