"""What the planning office and answering departments do on their pages, and for whom."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from studygroups import workflow
from studygroups.enums import AwardKind, MemberRole, RoundState, TeamState
from studygroups.models import OpeningTotals, Programme, Proposal, Round, Team, TeamFile
from tests import factories as make
from tests.evidence import pdf

pytestmark = pytest.mark.django_db


class TestPublishingWhatWasCarriedIn:
    @pytest.fixture
    def carried(self, hall):
        not_held = {"state": RoundState.NOT_HELD, "reason": "신청 부족", "published_at": None}
        return [
            hall.round(intake=1, **not_held),
            hall.round(RoundState.FINISHED, intake=2, published_at=None),
            hall.round(RoundState.PREPARED, intake=3, published_at=None),
        ]

    def test_held_and_not_held_rounds_become_public_with_the_programme(self, client, hall, carried):
        url = hall.url(f"programmes/{hall.programme.pk}/")
        client.force_login(hall.coordinator)
        assert 'value="publish"' in client.get(url).content.decode()
        assert client.post(url, {"step": "publish"}).status_code == 302
        assert set(Round.objects.public()) == set(carried[:2])
        assert Round.objects.get(intake=2).results_published_at
        assert Programme.objects.get().published_at
        assert 'value="publish"' not in client.get(url).content.decode()

    def test_auditor_reads_and_does_not_publish(self, client, hall, carried):
        url = hall.url(f"programmes/{hall.programme.pk}/")
        client.force_login(hall.auditor)
        assert 'value="publish"' not in client.get(url).content.decode()
        assert client.post(url, {"step": "publish"}).status_code == 403
        assert not Round.objects.public()


def test_judge_who_was_excused_by_mistake_is_called_back(client, hall):
    round = hall.judging(judges=2)
    judge = round.judges.first()
    workflow.excuse_judge(judge=judge, user=hall.coordinator, reason="출장")
    client.force_login(hall.coordinator)
    url = hall.url(f"rounds/{round.pk}/judges/")
    assert 'value="recall"' in client.get(url).content.decode()
    assert client.post(url, {"step": "recall", "judge": judge.pk}).status_code == 302
    judge.refresh_from_db()
    assert (judge.excused_at, judge.excuse) == (None, "")


class TestTotalsFromBeforeTheRecords:
    TOTALS = {"rounds": "9", "teams": "70", "topics": "70", "people": "667", "adopted": "52"}

    def send(self, client, hall, **totals):
        data = {f"opening-{name}": value for name, value in {**self.TOTALS, **totals}.items()}
        return client.post(hall.url(f"programmes/{hall.programme.pk}/"), {"step": "opening", **data})

    def test_written_mended_and_taken_away(self, client, hall):
        client.force_login(hall.coordinator)
        assert self.send(client, hall).status_code == 302
        assert OpeningTotals.objects.get().people == 667
        assert self.send(client, hall, people="668", topics="").status_code == 302
        found = OpeningTotals.objects.get()
        assert (found.people, found.topics, found.history.count()) == (668, None, 2)
        assert self.send(client, hall, **dict.fromkeys(self.TOTALS, "")).status_code == 302
        assert not OpeningTotals.objects.exists()

    def test_more_adopted_than_topics_is_told_at_its_field_and_nothing_typed_is_lost(self, client, hall):
        client.force_login(hall.coordinator)
        answer = self.send(client, hall, adopted="71")
        assert answer.status_code == 422
        assert list(answer.context["opening"].errors) == ["adopted"]
        assert not answer.context["form"].errors
        assert 'value="667"' in answer.content.decode()

    def test_auditor_does_not_write_them(self, client, hall):
        client.force_login(hall.auditor)
        assert self.send(client, hall).status_code == 403


def test_publishing_results_tells_first_what_becomes_public(client, hall):
    round = hall.judging(teams=2)
    hall.score(round, (90, 60), (90, 60), (90, 60))
    client.force_login(hall.coordinator)
    url = hall.url(f"rounds/{round.pk}/")
    assert 'value="publish"' not in client.get(url).content.decode()
    best, other = Team.objects.in_order()
    workflow.decide_awards(
        round=round,
        user=hall.coordinator,
        chosen={best.pk: AwardKind.BEST},
        decisions={other.pk: "기준 점수 미달"},
    )
    page = client.get(url).content.decode()
    asked = page[page.index("<summary>결과 공표") : page.index('value="publish"')]
    for text in (best.name, "최우수", other.name, "기준 점수 미달"):
        assert text in asked


class TestTeamWithoutLogins:
    @pytest.fixture
    def team(self, hall):
        """At work, as a workbook carries teams in: names alone."""
        team = make.TeamFactory(round=hall.round(RoundState.RUNNING), state=TeamState.RUNNING)
        make.GroupMemberFactory(team=team, role=MemberRole.LEADER)
        return team

    def test_planning_office_logs_its_meeting_and_hands_its_report_in(self, client, hall, team):
        client.force_login(hall.coordinator)
        url = hall.url(f"teams/{team.pk}/")
        meeting = {"meeting-held_on": hall.today.isoformat(), "meeting-text": "현장 조사", "step": "log"}
        assert client.post(url, meeting).status_code == 302
        report = SimpleUploadedFile("보고서.pdf", pdf("보고서"), content_type="application/pdf")
        sent = client.post(f"{url}files/", {"file-kind": "report", "file-file": report})
        assert sent.status_code == 302
        assert client.post(url, {"step": "report"}).status_code == 302
        team.refresh_from_db()
        assert (team.state, team.meetings.count()) == (TeamState.REPORTED, 1)

    @pytest.mark.parametrize("who", ["applicant", "auditor", "stranger"])
    def test_nobody_else_does(self, client, hall, team, who):
        client.force_login(getattr(hall, who))
        answer = client.post(hall.url(f"teams/{team.pk}/"), {"step": "report"})
        assert answer.status_code in (403, 404)

    def test_nor_does_the_planning_office_once_a_leader_has_a_login(self, client, hall, team):
        team.members.update(user=hall.applicant)
        client.force_login(hall.coordinator)
        assert client.post(hall.url(f"teams/{team.pk}/"), {"step": "report"}).status_code == 403

    def test_nor_for_a_draft(self, client, hall):
        draft = make.TeamFactory(round=hall.round(), state=TeamState.DRAFT)
        client.force_login(hall.coordinator)
        assert client.get(hall.url(f"teams/{draft.pk}/application/")).status_code == 404


def test_department_reads_the_report_of_what_it_answers_and_no_other_team(client, hall):
    round = hall.round(RoundState.FINISHED)
    asking, other = (hall.team(round, TeamState.COMPLETED) for _each in range(2))
    about = {"kind": "report", "name": "보고서.pdf", "media_type": "application/pdf"}
    kept = TeamFile(team=asking, size=4, sha256="d" * 64, **about)
    kept.file.save("", ContentFile(b"%PDF"), save=False)
    kept.save()
    proposal = make.ProposalFactory(team=asking, department=hall.other_office, due_on=hall.today)
    client.force_login(hall.head)
    assert client.get(hall.url(f"teams/{asking.pk}/")).status_code == 404
    Proposal.objects.filter(pk=proposal.pk).update(asked_at=timezone.now())
    assert client.get(hall.url(f"teams/{asking.pk}/")).status_code == 200
    file = client.get(hall.url(f"teams/{asking.pk}/files/{kept.pk}/"))
    assert b"".join(file.streaming_content) == b"%PDF"
    page = client.get(hall.url(f"proposals/{proposal.pk}/")).content.decode()
    assert hall.url(f"teams/{asking.pk}/") in page
    assert client.get(hall.url(f"teams/{other.pk}/")).status_code == 404
    assert client.post(hall.url(f"teams/{asking.pk}/"), {"step": "withdraw"}).status_code == 403
