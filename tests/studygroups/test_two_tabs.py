"""The same form open twice: who comes second is told at the field what stands there, and loses nothing."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from studygroups import workflow
from studygroups.enums import Answer, AwardKind, RoundState, TeamState
from studygroups.models import Award, Meeting, Member, Proposal, Round, ScoreSheet, Team
from studygroups.workflow import Person
from tests import factories as make
from tests.evidence import pdf
from tests.studygroups.hall import application

pytestmark = pytest.mark.django_db

MEANWHILE = "다른 사람이 그사이"


@pytest.fixture
def tab(client):
    """Opens a page as a person, and gives what a browser sends from one of its forms."""

    def opened(user, url, holding):
        client.force_login(user)
        page = client.get(url).content.decode()
        form = next(part for part in re.findall(r"<form.*?</form>", page, re.DOTALL) if holding in part)
        return read_form(form)

    return opened


def read_form(form):
    data = {}
    for box in re.findall(r"<input[^>]*>", form):
        kind, name = found(box, "type"), found(box, "name")
        if not name or (kind in ("radio", "checkbox") and " checked" not in box):
            continue
        data[name] = found(box, "value") or ("on" if kind == "checkbox" else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s?(.*?)</textarea>', form, re.DOTALL):
        data[name] = text
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    return data


def found(tag, attribute):
    match = re.search(rf'\b{attribute}="([^"]*)"', tag)
    return match[1] if match else ""


def held_back(client, url, data, stored):
    """The second tab is refused with what is stored; sent once more, it is saved."""
    answer = client.post(url, data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert MEANWHILE in page
    assert stored in page
    marks = re.findall(r'name="((?:[\w-]+-)?began)" value="([^"]*)"', page)
    again = {**data, **dict(marks)}
    assert client.post(url, again).status_code == 302


def test_rules_of_a_programme(client, hall, tab):
    url = hall.url(f"programmes/{hall.programme.pk}/")
    first, second = (tab(hall.coordinator, url, 'name="purpose"') for _each in range(2))
    assert client.post(url, {**first, "purpose": "먼저 저장한 목적"}).status_code == 302
    held_back(client, url, {**second, "purpose": "나중 목적", "most_members": "12"}, "먼저 저장한 목적")
    hall.programme.refresh_from_db()
    assert (hall.programme.purpose, hall.programme.most_members) == ("나중 목적", 12)


def test_what_both_wrote_alike_holds_nobody_back(client, hall, tab):
    url = hall.url(f"programmes/{hall.programme.pk}/")
    both = {**tab(hall.coordinator, url, 'name="purpose"'), "purpose": "같은\r\n목적", "prize-best": "7"}
    for _each in range(2):
        assert client.post(url, both).status_code == 302


def test_call_of_a_round(client, hall, tab):
    round = hall.round()
    url = hall.url(f"rounds/{round.pk}/call/")
    first, second = (tab(hall.coordinator, url, 'name="call"') for _each in range(2))
    assert client.post(url, {**first, "call": "먼저"}).status_code == 302
    held_back(client, url, {**second, "call": "나중"}, "“먼저”")
    assert Round.objects.get().call == "나중"


def test_sheets_of_a_judge(client, hall, tab):
    round = hall.judging(teams=1, judges=1)
    judge, team = round.judges.get(), Team.objects.get()
    url = hall.url(f"judges/{judge.pk}/")
    first, second = (tab(judge.user, url, f'name="paper-{team.pk}"') for _each in range(2))
    assert client.post(url, {**first, f"paper-{team.pk}": "81.5", "step": "save"}).status_code == 302
    held_back(client, url, {**second, f"paper-{team.pk}": "60", "step": "save"}, "“81.5”")
    assert ScoreSheet.objects.get().paper == 60


def test_awards(client, hall, tab):
    round = hall.judging(teams=1)
    hall.score(round, (90,), (80,), (70,))
    team = Team.objects.get()
    url = hall.url(f"rounds/{round.pk}/awards/")
    first, second = (tab(hall.coordinator, url, f'name="award-{team.pk}"') for _each in range(2))
    chosen = {f"award-{team.pk}": AwardKind.EXCELLENT, f"decision-{team.pk}": "위원회가 우수로 정함"}
    assert client.post(url, {**first, **chosen}).status_code == 302
    held_back(client, url, second, "위원회가 우수로 정함")
    assert Award.objects.get().kind == AwardKind.BEST


def test_screening_that_somebody_else_decided(client, hall, tab):
    round = hall.round()
    team = hall.team(round, TeamState.APPLIED)
    hall.close(round)
    url = hall.url(f"teams/{team.pk}/")
    first, second = (tab(hall.coordinator, url, 'name="screen-decision"') for _each in range(2))
    step = {"step": "screen"}
    taken = {**first, **step, "screen-selected": "yes", "screen-decision": "적합"}
    assert client.post(url, taken).status_code == 302
    held_back(
        client, url, {**second, **step, "screen-selected": "no", "screen-decision": "예산 부족"}, "“적합”"
    )
    team.refresh_from_db()
    assert (team.state, team.decision) == (TeamState.NOT_SELECTED, "예산 부족")


class TestProposal:
    @pytest.fixture
    def proposal(self, hall):
        return make.ProposalFactory(
            team=hall.team(hall.round(RoundState.FINISHED), TeamState.COMPLETED),
            department=hall.other_office,
            asked_at=timezone.now(),
            due_on=hall.today,
            answer="",
            answered_on=None,
            answer_text="",
            text="보행로를 넓힌다",
        )

    def test_answer_under_review_and_then_its_plan(self, client, hall, tab, proposal):
        url = hall.url(f"proposals/{proposal.pk}/")
        first, second = (tab(hall.head, url, 'name="answer-answer_text"') for _each in range(2))
        review = {"answer-answer": Answer.REVIEW, "answer-answer_text": "검토 중", "step": "answer"}
        adopted = {"answer-answer": Answer.ADOPTED, "answer-answer_text": "한다", "step": "answer"}
        assert client.post(url, {**first, **review}).status_code == 302
        held_back(client, url, {**second, **adopted}, "“검토 중”")
        first, second = (tab(hall.head, url, 'name="plan-plan"') for _each in range(2))
        assert client.post(url, {**first, "plan-plan": "올해", "step": "plan"}).status_code == 302
        held_back(client, url, {**second, "plan-plan": "내년", "step": "plan"}, "“올해”")
        assert Proposal.objects.get().plan == "내년"

    def test_words_and_department_before_the_answer(self, client, hall, tab, proposal):
        url = hall.url(f"rounds/{proposal.team.round_id}/proposals/")
        name = f"proposal-{proposal.pk}"
        first, second = (tab(hall.coordinator, url, f'name="{name}-text"') for _each in range(2))
        moved = {**first, f"{name}-department": str(hall.office.pk), "step": "pass"}
        assert client.post(url, moved).status_code == 302
        held_back(client, url, {**second, f"{name}-text": "다른 글", "step": "pass"}, "“행정과”")


class TestMeeting:
    @pytest.fixture
    def team(self, hall):
        return hall.team(hall.round(RoundState.RUNNING), TeamState.RUNNING)

    @pytest.fixture
    def meeting(self, hall, team):
        return workflow.log_meeting(
            team=team, user=hall.applicant, held_on=hall.today, attendees=5, text="첫 모임"
        )

    def test_mended_by_one_and_then_by_another(self, client, hall, tab, team, meeting):
        url = hall.url(f"teams/{team.pk}/")
        name = f"meeting-{meeting.pk}"
        first, second = (tab(hall.applicant, url, f'name="{name}-text"') for _each in range(2))
        mended = {**first, f"{name}-text": "현장을 봄", f"{name}-attendees": "6", "step": "mend"}
        assert client.post(url, mended).status_code == 302
        held_back(client, url, {**second, f"{name}-text": "현장을 자세히 봄", "step": "mend"}, "“현장을 봄”")
        found = Meeting.objects.get()
        assert (found.text, found.attendees, found.logged_by) == ("현장을 자세히 봄", 5, hall.applicant)
        assert found.history.count() == 3

    def test_taken_off_by_another(self, client, hall, tab, team, meeting):
        url = hall.url(f"teams/{team.pk}/")
        sent = {**tab(hall.applicant, url, f'name="meeting-{meeting.pk}-text"'), "step": "mend"}
        workflow.remove_meeting(meeting=meeting, user=hall.applicant)
        assert client.post(url, sent).status_code == 404
        with pytest.raises(workflow.Refused):
            workflow.mend_meeting(
                meeting=meeting, user=hall.applicant, held_on=hall.today, attendees=1, text="글"
            )


class TestApplication:
    @pytest.fixture
    def draft(self, hall):
        team = hall.team(hall.round(), name="처음", topic="과제")
        make.GroupMemberFactory(team=team, user=hall.colleague, name="동료", role="clerk")
        return team

    def lines(self, hall):
        return [{"login": hall.applicant.username, "role": "leader"}]

    def test_second_is_told_what_the_first_saved_and_saves_on_the_next_try(self, client, hall, draft):
        lead = Person(str(hall.applicant), role="leader", user=hall.applicant)
        workflow.save_application(
            round=draft.round,
            user=hall.applicant,
            name="먼저",
            topic="과제",
            plan="먼저 쓴 계획",
            people=[lead, Person("새 사람", affiliation="시")],
            team=draft,
            version=1,
        )
        client.force_login(hall.applicant)
        url = hall.url(f"teams/{draft.pk}/application/")
        typed = application(self.lines(hall), name="나중", topic="과제", plan="나중 계획", version="1")
        answer = client.post(url, typed)
        page = answer.content.decode()
        assert answer.status_code == 409
        for stored in ("“먼저”", "“먼저 쓴 계획”", "새 사람"):
            assert stored in page
        assert "나중 계획" in page
        version = re.search(r'name="version" value="(\d+)"', page)[1]
        assert client.post(url, {**typed, "version": version}).status_code == 302
        draft.refresh_from_db()
        assert (draft.name, draft.application.plan) == ("나중", "나중 계획")
        assert list(Member.objects.values_list("user", flat=True)) == [hall.applicant.pk]

    def test_handed_in_meanwhile_keeps_what_was_typed_on_the_page(self, client, hall, draft):
        Team.objects.update(state=TeamState.APPLIED)
        client.force_login(hall.applicant)
        url = hall.url(f"teams/{draft.pk}/application/")
        answer = client.post(url, application(self.lines(hall), plan="긴 계획", version="1"))
        assert answer.status_code == 422
        assert "긴 계획" in answer.content.decode()
        assert client.get(url).status_code == 302

    def test_call_that_ended_meanwhile_keeps_what_was_typed_on_the_page(self, client, hall, draft):
        hall.close(draft.round)
        client.force_login(hall.applicant)
        answer = client.post(
            hall.url(f"teams/{draft.pk}/application/"),
            application(self.lines(hall), plan="긴 계획", version="1"),
        )
        assert answer.status_code == 422
        assert "긴 계획" in answer.content.decode()
        assert Team.objects.get().application.plan == "연구 계획"

    def test_who_is_ticked_is_taken_out(self, client, hall, draft):
        client.force_login(hall.applicant)
        lines = [*self.lines(hall), {"login": "colleague", "gone": "on"}]
        url = hall.url(f"teams/{draft.pk}/application/")
        assert client.post(url, application(lines, name="처음", version="1")).status_code == 302
        assert list(Member.objects.values_list("user", flat=True)) == [hall.applicant.pk]


class TestFilesBesideAMeeting:
    @pytest.fixture
    def team(self, hall):
        return hall.team(hall.round(RoundState.RUNNING), TeamState.RUNNING)

    def send(self, client, hall, team, content, **typed):
        file = SimpleUploadedFile("결과.pdf", content, content_type="application/pdf")
        data = {"file-kind": "report", "file-file": file, **typed}
        return client.post(hall.url(f"teams/{team.pk}/files/"), data)

    def test_wrong_file_leaves_every_other_form_its_address_and_its_words(self, client, hall, team):
        client.force_login(hall.applicant)
        answer = self.send(client, hall, team, b"no pdf", **{"meeting-text": "쓰다 만 모임"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "쓰다 만 모임" in page
        # Files are sent and removed there; all else is the team's.
        actions = re.findall(r'<form[^>]*action="([^"#]*)', page[page.index("<main") :])
        assert set(actions) == {hall.url(f"teams/{team.pk}/")}

    def test_good_file_leaves_the_meeting_that_is_being_typed(self, client, hall, team):
        client.force_login(hall.applicant)
        answer = self.send(client, hall, team, pdf("보고서"), **{"meeting-text": "쓰다 만 모임"})
        assert answer.status_code == 200
        assert "쓰다 만 모임" in answer.content.decode()
        assert team.files.count() == 1
        assert not team.meetings.exists()
        assert self.send(client, hall, team, pdf("다른 파일")).status_code == 302


class TestWhatIsDecidedIsTold:
    def test_refusal_and_award_stand_on_the_own_page_for_sixty_days(self, client, hall):
        now = timezone.now()
        refused = hall.team(hall.round(intake=1), TeamState.NOT_SELECTED, decision="예산 부족")
        finished = hall.round(RoundState.FINISHED, intake=2, results_published_at=now)
        make.AwardFactory(team=hall.team(finished, TeamState.COMPLETED))
        Team.objects.filter(pk=refused.pk).update(decided_at=now - dt.timedelta(days=59))
        client.force_login(hall.applicant)
        page = client.get("/staff/").content.decode()
        assert "예산 부족" in page
        assert "최우수" in page
        Team.objects.filter(pk=refused.pk).update(decided_at=now - dt.timedelta(days=61))
        Round.objects.filter(pk=finished.pk).update(results_published_at=now - dt.timedelta(days=61))
        page = client.get("/staff/").content.decode()
        assert "예산 부족" not in page
        assert "최우수" not in page

    def test_programme_that_is_not_public_is_not_told_to_employees(self, client, hall):
        for who, told in ((hall.applicant, False), (hall.auditor, True)):
            client.force_login(who)
            assert (hall.programme.name in client.get(hall.url()).content.decode()) is told
