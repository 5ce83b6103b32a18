"""Applications: what a draft may lack, who is told what at which field, and whose a draft is."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from studygroups import workflow
from studygroups.enums import MemberKind, MemberRole, RoundState, TeamState
from studygroups.models import Member, Team
from studygroups.workflow import NotReady, Overtaken, Person, Refused
from tests import factories as make
from tests.studygroups.hall import application

pytestmark = pytest.mark.django_db


def save(hall, round, people=(), **more):
    values = {"name": "길찾기", "topic": "보행로", "plan": "현장을 본다", "user": hall.applicant, **more}
    return workflow.save_application(round=round, people=people, **values)


def lead(hall):
    return Person(str(hall.applicant), role=MemberRole.LEADER, user=hall.applicant)


def lacking(hall, team, **more):
    with pytest.raises(NotReady) as refusal:
        workflow.submit_application(
            team=team, user=hall.applicant, version=team.version, **{"consent": True, **more}
        )
    return refusal.value.errors


class TestRules:
    def test_draft_may_lack_everything_and_says_all_of_it_when_handed_in(self, hall):
        team = save(hall, hall.round(), name="", topic="", plan="")
        assert set(lacking(hall, team)) == {"name", "topic", "plan", "members"}

    @pytest.mark.parametrize(
        ("officials", "outsiders", "fault"),
        [(10, 0, None), (11, 0, "members"), (8, 2, None), (7, 3, "outsiders"), (9, 2, "members")],
    )
    def test_people_are_counted_against_the_programme(self, hall, officials, outsiders, fault):
        team = save(hall, hall.round(), hall.people(officials, outsiders))
        if fault is None:
            applied = workflow.submit_application(
                team=team, user=hall.applicant, version=team.version, consent=True
            )
            assert applied.state == TeamState.APPLIED
        else:
            assert set(lacking(hall, team)) == {fault}

    def test_eleven_people_and_thirty_percent_are_told_with_their_figures(self, client, hall):
        client.force_login(hall.applicant)
        url = hall.url(f"rounds/{hall.round().pk}/apply/")
        texts = {"name": "가", "topic": "나", "plan": "다", "consent": "on", "step": "submit"}

        def line(number, kind="official"):
            role = "member" if number else "leader"
            return {"name": f"사람{number}", "affiliation": "한빛과", "kind": kind, "role": role}

        answer = client.post(url, application([line(number) for number in range(11)], **texts))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'id="members-members"' in page
        assert "11명" in page
        assert "사람10" in page
        people = [line(number) for number in range(7)]
        people += [line(number, "citizen") for number in range(7, 10)]
        answer = client.post(url, application(people, **{**texts, "name": "라"}))
        assert answer.status_code == 422
        assert 'id="members-outsiders"' in answer.content.decode()
        assert "3" in answer.content.decode()
        # Both drafts stand and can be mended.
        assert sorted(Team.objects.values_list("name", "state")) == [("가", "draft"), ("라", "draft")]

    def test_colleague_has_to_confirm_before_it_is_handed_in(self, hall):
        team = save(hall, hall.round(), [lead(hall), Person("동료", user=hall.colleague)])
        assert list(lacking(hall, team)) == ["unconfirmed"]
        workflow.answer_invitation(team=team, user=hall.colleague, accepts=True)
        workflow.submit_application(team=team, user=hall.applicant, version=team.version, consent=False)

    def test_who_declines_is_no_longer_named(self, hall):
        team = save(hall, hall.round(), [lead(hall), Person("동료", user=hall.colleague)])
        workflow.answer_invitation(team=team, user=hall.colleague, accepts=False)
        assert list(Member.objects.values_list("user", flat=True)) == [hall.applicant.pk]

    def test_who_confirmed_can_leave_as_long_as_it_is_a_draft(self, client, hall):
        team = save(hall, hall.round(), [lead(hall), Person("동료", user=hall.colleague)])
        workflow.answer_invitation(team=team, user=hall.colleague, accepts=True)
        url = hall.url(f"teams/{team.pk}/")
        client.force_login(hall.applicant)
        assert 'value="decline"' not in client.get(url).content.decode()
        client.force_login(hall.colleague)
        assert 'value="decline"' in client.get(url).content.decode()
        assert client.post(url, {"step": "decline"}).status_code == 302
        assert list(Member.objects.values_list("user", flat=True)) == [hall.applicant.pk]

    def test_people_without_a_login_need_the_consent_and_are_confirmed_by_it(self, hall):
        team = save(hall, hall.round(), [lead(hall), Person("시민", MemberKind.OFFICIAL, affiliation="시")])
        assert list(lacking(hall, team, consent=False)) == ["consent"]
        workflow.submit_application(team=team, user=hall.applicant, version=team.version, consent=True)
        assert not Member.objects.filter(confirmed_at__isnull=True)

    def test_two_leaders_and_the_same_person_twice_are_refused_even_in_a_draft(self, hall):
        round = hall.round()
        twice = [lead(hall), lead(hall)]
        with pytest.raises(Refused, match=str(hall.applicant)):
            save(hall, round, twice)
        two = [lead(hall), Person("다른", role=MemberRole.LEADER, affiliation="시")]
        with pytest.raises(Refused):
            save(hall, round, two)

    def test_leader_and_clerk_can_change_places(self, hall):
        round = hall.round()
        other = Person("동료", role=MemberRole.CLERK, user=hall.colleague)
        team = save(hall, round, [lead(hall), other])
        swapped = [
            Person(str(hall.applicant), role=MemberRole.CLERK, user=hall.applicant),
            Person("동료", role=MemberRole.LEADER, user=hall.colleague),
        ]
        save(hall, round, swapped, team=team, version=team.version)
        assert set(Member.objects.values_list("user", "role")) == {
            (hall.applicant.pk, "clerk"),
            (hall.colleague.pk, "leader"),
        }

    def test_name_of_another_team_is_told_at_its_field(self, hall):
        round = hall.round()
        hall.team(round, TeamState.APPLIED, name="길찾기")
        with pytest.raises(Refused) as refusal:
            save(hall, round)
        assert refusal.value.field == "name"


class TestDays:
    @pytest.mark.parametrize(("opens", "closes", "open"), [(0, 0, True), (1, 3, False), (-3, -1, False)])
    def test_applications_are_taken_from_the_first_to_the_last_day(self, hall, opens, closes, open):
        days = {
            "opens_on": hall.today + dt.timedelta(days=opens),
            "closes_on": hall.today + dt.timedelta(days=closes),
        }
        round = hall.round(**days)
        if open:
            assert save(hall, round).pk
        else:
            with pytest.raises(Refused):
                save(hall, round)

    def test_no_round_but_a_recruiting_one_takes_any(self, hall):
        with pytest.raises(Refused):
            save(hall, hall.round(RoundState.RUNNING, opens_on=hall.today, closes_on=hall.today))


class TestWhoseItIs:
    @pytest.fixture
    def draft(self, hall):
        return hall.team(hall.round(), name="초안", people=[{"user": hall.colleague, "name": "동료"}])

    @pytest.mark.parametrize("who", ["stranger", "coordinator", "auditor", "head"])
    def test_draft_is_not_there_for_others(self, client, hall, draft, who):
        client.force_login(getattr(hall, who))
        for rest in ("", "application/", "files/"):
            assert client.get(hall.url(f"teams/{draft.pk}/{rest}")).status_code == 404
        assert "초안" not in client.get(hall.url()).content.decode()

    def test_draft_of_one_team_is_not_there_for_another_applicant(self, client, hall, draft):
        other = make.TeamFactory(round=draft.round, name="다른 팀", state=TeamState.DRAFT)
        make.GroupMemberFactory(team=other, user=hall.stranger, name="다른", role=MemberRole.LEADER)
        client.force_login(hall.stranger)
        assert client.get(hall.url(f"teams/{other.pk}/")).status_code == 200
        assert client.get(hall.url(f"teams/{draft.pk}/")).status_code == 404

    def test_plain_member_reads_and_does_not_write(self, client, hall, draft):
        client.force_login(hall.colleague)
        assert client.get(hall.url(f"teams/{draft.pk}/")).status_code == 200
        assert client.get(hall.url(f"teams/{draft.pk}/application/")).status_code == 403
        with pytest.raises(PermissionDenied):
            save(hall, draft.round, team=draft, version=1, user=hall.colleague)

    def test_whoever_saves_second_is_told_and_loses_nothing(self, client, hall, draft):
        client.force_login(hall.applicant)
        workflow.save_application(
            round=draft.round,
            user=hall.applicant,
            name="먼저",
            topic="",
            plan="",
            people=[lead(hall)],
            team=draft,
            version=1,
        )
        typed = application([{"login": "lead", "role": "leader"}], name="나중", version="1")
        answer = client.post(hall.url(f"teams/{draft.pk}/application/"), typed)
        assert answer.status_code == 409
        assert "나중" in answer.content.decode()
        with pytest.raises(Overtaken):
            save(hall, draft.round, team=draft, version=1)

    def test_unknown_login_is_told_at_its_field_and_nothing_typed_is_lost(self, client, hall):
        client.force_login(hall.applicant)
        url = hall.url(f"rounds/{hall.round().pk}/apply/")
        answer = client.post(url, application([{"login": "nobody-here"}], name="이름", plan="긴 계획"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "nobody-here" in page
        assert "긴 계획" in page
        assert 'aria-invalid="true"' in page
        # The draft stands without that line.
        team = Team.objects.get()
        assert (team.name, team.application.plan) == ("이름", "긴 계획")
        assert not team.members.exists()
        assert f'action="{hall.url(f"teams/{team.pk}/application/")}"' in page

    def test_everybody_who_stands_twice_or_takes_a_taken_part_is_told_at_once(self, client, hall):
        client.force_login(hall.applicant)
        url = hall.url(f"rounds/{hall.round().pk}/apply/")
        lines = [
            {"login": "lead", "role": "leader"},
            {"name": "시민", "affiliation": "한빛마을", "kind": "citizen", "role": "leader"},
            {"login": "lead"},
            {"name": "동네", "affiliation": "한빛마을", "kind": "citizen"},
            {"name": "동네", "affiliation": "한빛마을", "kind": "citizen"},
        ]
        answer = client.post(url, application(lines, name="이름"))
        errors = [list(row.errors) for row in answer.context["form"].rows]
        assert (answer.status_code, errors) == (422, [[], ["role"], ["login"], [], ["name"]])
        assert sorted(Member.objects.values_list("name", flat=True)) == sorted([str(hall.applicant), "동네"])

    def test_colleague_whose_line_is_wrong_keeps_the_place(self, client, hall, draft):
        client.force_login(hall.applicant)
        lines = [
            {"login": "lead", "role": "leader"},
            {"login": "colleague", "role": "leader"},
        ]
        url = hall.url(f"teams/{draft.pk}/application/")
        assert client.post(url, application(lines, name="초안", version="1")).status_code == 422
        place = Member.objects.get(user=hall.colleague)
        assert (place.role, place.confirmed_at is not None) == ("member", True)

    def test_more_lines_keep_what_is_typed_and_save_nothing(self, client, hall):
        client.force_login(hall.applicant)
        url = hall.url(f"rounds/{hall.round().pk}/apply/")
        answer = client.post(url, application([{"login": "lead"}], name="이름", step="more"))
        assert answer.status_code == 200
        assert "이름" in answer.content.decode()
        page = answer.content.decode()
        assert 'name="member-3-login"' in page
        # A new line is a plain member's.
        assert page.count('<option value="member" selected>') == 4
        assert not Team.objects.exists()

    def test_colleague_of_another_city_is_nobody_here(self, client, hall):
        city = make.MunicipalityFactory(code="saebyeok", name="새벽시")
        far = make.UserFactory(username="faraway")
        make.MembershipFactory(user=far, municipality=city)
        client.force_login(hall.applicant)
        url = hall.url(f"rounds/{hall.round().pk}/apply/")
        assert client.post(url, application([{"login": "faraway"}])).status_code == 422


class TestScreening:
    def test_screened_after_the_call_with_a_reason_by_the_planning_office(self, hall):
        round = hall.round()
        team = hall.team(round, TeamState.APPLIED)
        screen = {"team": team, "selected": True, "reason": "적합"}
        with pytest.raises(Refused):
            workflow.screen_team(user=hall.coordinator, **screen)
        hall.close(round)
        team.round.refresh_from_db()
        with pytest.raises(PermissionDenied):
            workflow.screen_team(user=hall.applicant, **screen)
        with pytest.raises(Refused) as refusal:
            workflow.screen_team(user=hall.coordinator, **{**screen, "reason": " "})
        assert refusal.value.field == "decision"
        found = workflow.screen_team(user=hall.coordinator, **screen)
        assert (found.state, found.decided_by) == (TeamState.SELECTED, hall.coordinator)

    def test_nobody_screens_the_own_team(self, hall):
        round = hall.round()
        team = hall.team(round, TeamState.APPLIED, people=[{"user": hall.coordinator, "name": "총괄"}])
        hall.close(round)
        with pytest.raises(Refused):
            workflow.screen_team(team=team, user=hall.coordinator, selected=True, reason="적합")

    def test_round_starts_once_all_are_screened_and_one_is_selected(self, hall):
        round = hall.round()
        one, other = (hall.team(round, TeamState.APPLIED) for _each in range(2))
        hall.close(round)
        for team, selected in ((one, True), (other, False)):
            with pytest.raises(Refused):
                workflow.start_round(round=round, user=hall.coordinator)
            workflow.screen_team(team=team, user=hall.coordinator, selected=selected, reason="심사")
        assert workflow.start_round(round=round, user=hall.coordinator).state == RoundState.RUNNING
        states = set(Team.objects.values_list("pk", "state"))
        assert states == {(one.pk, "running"), (other.pk, "not_selected")}

    def test_round_that_is_not_held_turns_its_applicants_down_with_the_reason(self, hall):
        team = hall.team(hall.round(), TeamState.APPLIED)
        workflow.call_off_round(round=team.round, user=hall.coordinator, reason="참여율 미달")
        team.refresh_from_db()
        assert (team.state, team.decision) == (TeamState.NOT_SELECTED, "참여율 미달")
        team.round.refresh_from_db()
        assert (team.round.state, team.round.reason) == (RoundState.NOT_HELD, "참여율 미달")
