"""Handovers: who may, what is open then, and what the taker reads."""

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied

from pledges.enums import ReportState, Role
from pledges.models import AuditEntry, DueExtension, Handover, Invitation, Membership
from pledges.workflow.departments import merge_departments
from pledges.workflow.errors import WrongState
from pledges.workflow.handovers import hand_over, mark_seen, open_items_of
from pledges.workflow.invitations import (
    InvitationGone,
    InvitationState,
    accept_as,
    accept_as_new,
    invite_taker,
)
from pledges.workflow.people import PersonRefused, change_membership, end_membership
from tests.factories import (
    ApprovedReportFactory,
    DepartmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PledgeFactory,
    ReportFactory,
    UserFactory,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db

PAGE = "/staff/hanbit/handovers/"


class Office:
    """교통행정과 with three pledges: one drafted, one not begun, one approved; and what is not its own."""

    def __init__(self):
        self.department = DepartmentFactory(name="교통행정과")
        self.other = DepartmentFactory(name="가족아동과")
        self.period = PeriodFactory(as_of=dt.date(2024, 6, 30))
        self.plan = self.period.plan
        self.drafted, self.bare, self.done = (
            PledgeFactory(plan=self.plan, code=code, lead_department=self.department)
            for code in ("1-1", "1-2", "1-3")
        )
        PledgeFactory(plan=self.plan, code="2-1", lead_department=self.other)
        ReportFactory(pledge=self.drafted, period=self.period)
        ApprovedReportFactory(pledge=self.done, period=self.period)
        self.giver = self.member("김담당")
        self.head = self.member("박과장", Role.HEAD)
        self.taker = self.member("이담당", department=self.other)
        self.admin = MembershipFactory(role=Role.ADMIN, user__name="한빛 관리자")

    def member(self, name, role=Role.OFFICER, department=None):
        return MembershipFactory(role=role, department=department or self.department, user__name=name)


@pytest.fixture
def office():
    return Office()


# --- What is open -------------------------------------------------------------------------


def test_open_are_unfinished_reports_and_pledges_not_begun_with_their_due_dates(office):
    items = open_items_of(office.department)
    assert [(item.code, item.state, item.as_of, item.due_on) for item in items] == [
        ("1-1", "draft", "2024-06-30", "2024-07-10"),
        ("1-2", "not_started", "2024-06-30", "2024-07-10"),
    ]
    DueExtension.objects.create(
        period=office.period, department=office.department, due_on=dt.date(2024, 7, 31), reason="감사"
    )
    assert {item.due_on for item in open_items_of(office.department)} == {"2024-07-31"}
    assert {item.due_on for item in open_items_of(office.other)} == {"2024-07-10"}


def test_correction_of_a_closed_period_is_open_too_and_stands_first(office):
    earlier = PeriodFactory(plan=office.plan, as_of=dt.date(2024, 3, 31), state="closed")
    ApprovedReportFactory(pledge=office.done, period=earlier)
    ReportFactory(pledge=office.done, period=earlier, revision=2, state=ReportState.RETURNED, reason="정정")
    first = open_items_of(office.department)[0]
    assert (first.code, first.as_of, first.state) == ("1-3", "2024-03-31", "returned")


@pytest.mark.parametrize("count", [1, 3, 9])
def test_list_takes_the_same_queries_for_any_number_of_pledges(office, count, django_assert_num_queries):
    for _number in range(count):
        ReportFactory(
            pledge=PledgeFactory(plan=office.plan, lead_department=office.department), period=office.period
        )
        PledgeFactory(plan=office.plan, lead_department=office.department)
    with django_assert_num_queries(5):
        assert len(open_items_of(office.department)) == 2 + 2 * count


# --- Handing over -------------------------------------------------------------------------


def test_taker_has_the_place_giver_no_longer_and_the_list_is_kept(office):
    done = hand_over(membership=office.giver, taker=office.taker.user, user=office.head.user, note="7월 인사")
    assert not office.giver.user.memberships.exists()
    assert set(office.taker.user.memberships.values_list("department__name", "role")) == {
        ("가족아동과", "officer"),
        ("교통행정과", "officer"),
    }
    assert (done.giver, done.taker, done.recorded_by) == (
        office.giver.user,
        office.taker.user,
        office.head.user,
    )
    assert [item["code"] for item in done.open_items] == ["1-1", "1-2"]
    assert done.seen_at is None
    # The reports are the department's: nothing of them has changed.
    assert office.drafted.reports.get().version == 1


def test_place_is_handed_over_once(office):
    hand_over(membership=office.giver, taker=office.taker.user, user=office.head.user)
    with pytest.raises(WrongState):
        hand_over(membership=office.giver, taker=office.head.user, user=office.admin.user)
    assert Handover.objects.count() == 1


@pytest.mark.parametrize("who", ["officer", "other head", "coordinator", "auditor", "other admin"])
def test_others_hand_nothing_over(client, office, who):
    user = {
        "officer": lambda: office.giver,
        "other head": lambda: office.member("최과장", Role.HEAD, office.other),
        "coordinator": lambda: MembershipFactory(role=Role.COORDINATOR),
        "auditor": lambda: MembershipFactory(role=Role.AUDITOR),
        "other admin": lambda: MembershipFactory(
            role=Role.ADMIN, municipality=MunicipalityFactory(code="dalbit", name="달빛시")
        ),
    }[who]().user
    with pytest.raises(PermissionDenied):
        hand_over(membership=office.giver, taker=office.taker.user, user=user)
    with pytest.raises(PermissionDenied):
        invite_taker(membership=office.giver, email="a@b.example", name="가", user=user)
    client.force_login(user)
    for method in (client.get, client.post):
        address = f"/staff/hanbit/people/{office.giver.pk}/hand-over/"
        assert method(address, {"taker": office.taker.user.pk}).status_code in (403, 404)
    assert not Handover.objects.exists()


def test_taker_must_be_another_person_of_the_city(office):
    for taker in (office.giver.user, UserFactory()):
        with pytest.raises(PersonRefused):
            hand_over(membership=office.giver, taker=taker, user=office.admin.user)
    office.taker.user.is_active = False
    office.taker.user.save()
    with pytest.raises(PersonRefused):
        hand_over(membership=office.giver, taker=office.taker.user, user=office.admin.user)


def test_place_of_the_whole_city_is_not_handed_over(office):
    with pytest.raises(WrongState):
        hand_over(
            membership=MembershipFactory(role=Role.COORDINATOR),
            taker=office.taker.user,
            user=office.admin.user,
        )


# --- With an invitation -------------------------------------------------------------------


def test_invited_taker_completes_the_handover_by_accepting(office):
    invited = invite_taker(
        membership=office.giver, email="new@hanbit.example", name="정담당", user=office.head.user, note="안내"
    )
    assert Membership.objects.filter(pk=office.giver.pk).exists()
    person, membership = accept_as_new(
        token=invited.token, username="jung", name="정담당", password="long-enough-77"
    )
    assert (membership.user, membership.department, membership.role) == (
        person,
        office.department,
        Role.OFFICER,
    )
    assert not Membership.objects.filter(pk=office.giver.pk).exists()
    done = Handover.objects.get()
    assert (done.giver, done.taker, done.recorded_by, done.note) == (
        office.giver.user,
        person,
        office.head.user,
        "안내",
    )
    assert len(done.open_items) == 2


@pytest.fixture
def invited(office):
    return invite_taker(
        membership=office.giver, email="new@hanbit.example", name="정담당", user=office.head.user
    )


def refused(invited):
    """Why the link gives nothing any more, to somebody new and to somebody with an account."""
    with pytest.raises(InvitationGone) as error:
        accept_as_new(token=invited.token, username="jung", name="정담당", password="long-enough-77")
    person = UserFactory(email="new@hanbit.example")
    with pytest.raises(InvitationGone):
        accept_as(token=invited.token, user=person)
    assert not person.memberships.exists()
    assert not Handover.objects.filter(taker=person).exists()
    return error.value.state


@pytest.mark.parametrize(("role", "moves"), [(Role.ADMIN, False), (Role.HEAD, False), (Role.OFFICER, True)])
def test_invitation_is_taken_back_when_the_place_becomes_another(office, invited, role, moves):
    change_membership(
        membership=office.giver,
        role=role,
        department=office.other if moves else office.department,
        user=office.admin.user,
    )
    assert Invitation.objects.get().revoked_at is not None
    assert refused(invited) is InvitationState.REVOKED
    assert Membership.objects.get(pk=office.giver.pk).role == role


def test_place_changed_past_the_steps_gives_no_more_rights_than_were_offered(office, invited):
    Membership.objects.filter(pk=office.giver.pk).update(role=Role.ADMIN)
    assert refused(invited) is InvitationState.REVOKED
    assert Membership.objects.filter(pk=office.giver.pk).exists()


def test_unchanged_place_leaves_the_invitation_open(office, invited):
    change_membership(
        membership=office.giver, role=Role.OFFICER, department=office.department, user=office.admin.user
    )
    person = UserFactory(email="new@hanbit.example")
    assert accept_as(token=invited.token, user=person).department == office.department


def test_merged_department_takes_the_invitation_along(office, invited):
    target = merge_departments(
        departments=[office.department, office.other],
        name="교통가족과",
        changed_on=dt.date(2024, 7, 1),
        reason="조직 개편",
        user=office.admin.user,
    )
    person = UserFactory(email="new@hanbit.example")
    assert accept_as(token=invited.token, user=person).department == target
    assert Handover.objects.get().department == target


def test_merged_place_held_twice_takes_the_invitation_back(office, invited):
    MembershipFactory(role=Role.OFFICER, department=office.other, user=office.giver.user)
    merge_departments(
        departments=[office.department, office.other],
        name=office.other.name,
        changed_on=dt.date(2024, 7, 1),
        reason="조직 개편",
        user=office.admin.user,
    )
    assert refused(invited) is InvitationState.REVOKED


def test_place_ended_meanwhile_takes_the_invitation_back(office, invited):
    end_membership(membership=office.giver, user=office.admin.user)
    assert Invitation.objects.get().revoked_at is not None
    assert refused(invited) is InvitationState.REVOKED


def test_place_handed_over_at_once_takes_the_invitation_back(office, invited):
    hand_over(membership=office.giver, taker=office.taker.user, user=office.head.user)
    assert Invitation.objects.get().revoked_at is not None
    assert refused(invited) is InvitationState.REVOKED


def test_reading_the_list_is_logged_for_its_city(office):
    done = hand_over(membership=office.giver, taker=office.taker.user, user=office.head.user)
    mark_seen(handover=done, user=office.taker.user)
    entry = AuditEntry.objects.in_chain_order().last()
    assert (entry.action, entry.actor_key) == ("handover_seen", office.taker.user.pk)
    assert entry.municipality_id == office.department.municipality_id
    count = AuditEntry.objects.count()
    mark_seen(handover=done, user=office.taker.user)
    assert AuditEntry.objects.count() == count


@pytest.mark.django_db(transaction=True)
def test_place_accepted_and_handed_over_at_once_goes_to_one(office, invited):
    person = UserFactory(email="new@hanbit.example")
    steps = [
        lambda: accept_as(token=invited.token, user=person),
        lambda: hand_over(membership=office.giver, taker=office.taker.user, user=office.head.user),
    ]
    assert sorted(at_once(steps)) in (["WrongState", "done"], ["InvitationGone", "done"])
    assert Handover.objects.count() == 1


def test_second_taker_is_not_invited_beside_the_first(office):
    said = {"membership": office.giver, "name": "정담당", "user": office.head.user}
    invite_taker(email="a@hanbit.example", **said)
    with pytest.raises(WrongState):
        invite_taker(email="b@hanbit.example", **said)


# --- Pages --------------------------------------------------------------------------------


def test_head_looks_at_the_list_and_hands_over_and_the_taker_reads_it(client, office):
    client.force_login(office.head.user)
    page = client.get(PAGE)
    assert "김담당" in page.content.decode()
    assert "이담당" not in page.content.decode()
    address = f"/staff/hanbit/people/{office.giver.pk}/hand-over/"
    preview = client.get(address).content.decode()
    assert "공약 1-1" in preview
    assert "미착수" in preview or "시작 전" in preview or "작성 전" in preview
    answer = client.post(address, {"taker": office.taker.user.pk, "note": "7월 인사"})
    done = Handover.objects.get()
    assert answer["Location"] == f"{PAGE}{done.pk}/"
    assert "7월 인사" in client.get(answer["Location"]).content.decode()

    client.force_login(office.taker.user)
    home = client.get("/staff/").content.decode()
    assert "업무를 인수했습니다" in home
    assert f"{PAGE}{done.pk}/" in home
    listing = client.get(f"{PAGE}{done.pk}/").content.decode()
    assert "/staff/hanbit/8/2024-06-30/1-1/" in listing
    client.post(f"{PAGE}{done.pk}/")
    assert "업무를 인수했습니다" not in client.get("/staff/").content.decode()
    done.refresh_from_db()
    assert done.seen_at


def test_list_is_for_giver_taker_head_and_administrator(client, office):
    done = hand_over(membership=office.giver, taker=office.taker.user, user=office.admin.user)
    strangers = [
        office.member("최담당", department=office.other).user,
        office.member("최과장", Role.HEAD, office.other).user,
        MembershipFactory(role=Role.COORDINATOR).user,
        MembershipFactory(
            role=Role.ADMIN, municipality=MunicipalityFactory(code="dalbit", name="달빛시")
        ).user,
    ]
    theirs = [each.user for each in (office.giver, office.taker, office.head, office.admin)]
    for user in theirs + strangers:
        client.force_login(user)
        expected = 200 if user in theirs else 404
        assert client.get(f"{PAGE}{done.pk}/").status_code == expected, user
        assert client.get(f"/staff/dalbit/handovers/{done.pk}/").status_code == 404
    for user in (office.giver.user, office.head.user):
        with pytest.raises(PermissionDenied):
            mark_seen(handover=done, user=user)


def test_address_of_a_person_of_the_city_needs_no_invitation(client, office):
    client.force_login(office.admin.user)
    client.post(
        f"/staff/hanbit/people/{office.giver.pk}/hand-over/",
        {"name": "이담당", "email": office.taker.user.email.upper()},
    )
    assert Handover.objects.get().taker == office.taker.user
    assert mail.outbox == []


def test_head_invites_a_taker_sends_again_and_takes_back(client, office):
    client.force_login(office.head.user)
    client.post(
        f"/staff/hanbit/people/{office.giver.pk}/hand-over/",
        {"name": "정담당", "email": "new@hanbit.example"},
    )
    row = Invitation.objects.get()
    assert "김담당의 업무를 인수" in mail.outbox[0].body
    assert "정담당" in client.get(PAGE).content.decode()
    assert client.post(f"/staff/hanbit/people/invitations/{row.pk}/renew/")["Location"] == PAGE
    assert len(mail.outbox) == 2
    client.post(f"/staff/hanbit/people/invitations/{row.pk}/revoke/")
    assert not Invitation.objects.pending().exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "taker"),
        ({"email": "new@hanbit.example"}, "name"),
        ({"email": "x", "name": "가"}, "email"),
        ({"taker": "0"}, "taker"),
    ],
)
def test_what_is_missing_is_told_at_its_field(client, office, said, field):
    client.force_login(office.admin.user)
    page = client.post(f"/staff/hanbit/people/{office.giver.pk}/hand-over/", {**said, "note": "남길 말"})
    assert page.status_code == 422
    assert [*page.context["form"].errors] == [field]
    assert "남길 말" in page.content.decode()
