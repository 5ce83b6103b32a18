"""People of a city: the page, their places, a lost authenticator."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import PermissionDenied

from pledges.enums import Role
from pledges.models import Invitation, Membership
from pledges.workflow.errors import WrongState
from pledges.workflow.invitations import invite_person
from pledges.workflow.people import (
    PersonRefused,
    change_membership,
    end_membership,
    reset_second_step,
)
from tests.browser import give_app
from tests.factories import DepartmentFactory, MembershipFactory, MunicipalityFactory, UserFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db

PAGE = "/staff/hanbit/people/"


@pytest.fixture
def dalbit():
    return MunicipalityFactory(code="dalbit", name="달빛시")


@pytest.fixture
def keeper(client):
    user = MembershipFactory(role=Role.ADMIN, user__name="한빛 관리자").user
    client.force_login(user)
    return user


def officer(name="김담당", department="교통행정과", **more):
    return MembershipFactory(
        role=Role.OFFICER, department=DepartmentFactory(name=department), user__name=name, **more
    )


# --- The page -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_people_are_for_the_citys_administrators(client, keeper, dalbit, role):
    department = DepartmentFactory() if role in (Role.OFFICER, Role.HEAD) else None
    assert client.get(PAGE).status_code == 200
    client.force_login(MembershipFactory(role=role, department=department).user)
    assert client.get(PAGE).status_code == (200 if role == Role.AUDITOR else 403)
    assert client.post(PAGE, {"name": "x"}).status_code == 403
    client.force_login(MembershipFactory(role=Role.ADMIN, municipality=dalbit).user)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"name": "x"}).status_code == 404


def test_auditor_reads_people_and_meets_no_step(client, keeper):
    member = officer()
    city = member.municipality
    invite_person(
        municipality=city, email="new@hanbit.example", name="새 사람", role=Role.AUDITOR, user=keeper
    )
    kept = client.get(PAGE).text
    client.force_login(MembershipFactory(role=Role.AUDITOR).user)
    read = client.get(PAGE).text
    for words in (member.user.name, "새 사람", "초대"):
        assert words in kept
        assert words in read
    steps = ('method="post" action="/staff/', f"/people/{member.pk}/", 'id="invite"', "/renew/", "/revoke/")
    assert [step in kept for step in steps] == [True] * 5
    assert [step in read for step in steps] == [False] * 5


def test_page_tells_department_role_login_and_second_step(client, keeper, dalbit):
    member = officer()
    bare = MembershipFactory(role=Role.COORDINATOR, user__name="박총괄").user
    safe = MembershipFactory(role=Role.COORDINATOR, user__name="이총괄").user
    give_app(safe)
    MembershipFactory(municipality=dalbit, user__name="달빛 사람")
    text = client.get(PAGE).content.decode()
    rows = {
        name: re.sub(
            r"<[^>]+>|\s+", " ", re.search(rf"<tr>\s*<th scope=\"row\">{name}.*?</tr>", text, re.S)[0]
        )
        for name in (member.user.name, bare.name, safe.name)
    }
    assert "담당자" in rows["김담당"]
    assert "해당 없음" in rows["김담당"]
    assert "미설정" in rows["박총괄"]
    assert "설정됨" in rows["이총괄"]
    assert "달빛 사람" not in text
    # The administrator who looks has no app here either.
    assert "2명이 2단계 인증을 아직" in text


def test_list_is_narrowed_by_words_department_and_role(client, keeper):
    first = officer("김담당", "교통행정과")
    officer("이담당", "가족아동과")
    MembershipFactory(role=Role.HEAD, department=first.department, user__name="박과장")

    def names(**query):
        return re.findall(r"<th scope=\"row\">(\S+?)(?: |<)", client.get(PAGE, query).content.decode())

    assert names(q="담당") == ["이담당", "김담당"]
    assert names(department=first.department.pk) == ["박과장", "김담당"]
    assert names(department="city") == ["한빛"]
    assert names(role="head") == ["박과장"]
    assert names(q=first.user.email.upper()) == ["김담당"]
    assert names(q="없는 사람") == []
    assert len(names(department="999999", role="mayor")) == 4


@pytest.mark.parametrize("count", [1, 3, 12])
def test_page_takes_the_same_queries_for_any_number_of_people(
    client, keeper, count, django_assert_num_queries
):
    for number in range(count):
        officer(f"담당 {number}", f"부서 {number}")
        invite_person(
            municipality=MunicipalityFactory(),
            email=f"new{number}@hanbit.example",
            name="새",
            role=Role.AUDITOR,
            user=keeper,
        )
    # Session, person, memberships; city, departments, people, the invited, choices of the form.
    with django_assert_num_queries(8):
        client.get(PAGE)


def test_wrong_invitation_comes_back_with_what_was_typed(client, keeper):
    page = client.post(PAGE, {"name": "새 사람", "email": "x", "role": "officer", "department": ""})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"email", "department"}
    assert 'value="새 사람"' in page.content.decode()
    assert not Invitation.objects.exists()


def test_invitations_are_sent_again_and_taken_back_from_the_page(client, keeper, dalbit):
    client.post(PAGE, {"name": "새 사람", "email": "new@hanbit.example", "role": "auditor"})
    row = Invitation.objects.get()
    client.post(f"{PAGE}invitations/{row.pk}/renew/")
    assert len(mail.outbox) == 2
    links = [re.search(r"https?://\S+", sent.body)[0] for sent in mail.outbox]
    assert links[0] != links[1]
    other = MembershipFactory(role=Role.ADMIN, municipality=dalbit).user
    client.force_login(other)
    for step in ("renew", "revoke"):
        assert client.post(f"{PAGE}invitations/{row.pk}/{step}/").status_code == 404
        assert client.post(f"/staff/dalbit/people/invitations/{row.pk}/{step}/").status_code == 404
    client.force_login(keeper)
    client.post(f"{PAGE}invitations/{row.pk}/revoke/")
    assert not Invitation.objects.pending().exists()


@pytest.mark.parametrize("step", ["end", "reset"])
def test_step_by_address_leads_to_the_page(client, keeper, step):
    assert client.get(f"{PAGE}{officer().pk}/{step}/")["Location"] == PAGE


# --- Places -------------------------------------------------------------------------------


def test_role_and_department_are_changed_with_history(client, keeper):
    member, other = officer(), DepartmentFactory(name="가족아동과")
    page = client.post(f"{PAGE}{member.pk}/", {"role": "head", "department": other.pk})
    assert page["Location"] == PAGE
    member.refresh_from_db()
    assert (member.role, member.department) == (Role.HEAD, other)
    assert member.history.first().history_user == keeper
    page = client.post(f"{PAGE}{member.pk}/", {"role": "head", "department": ""})
    assert page.status_code == 422


def test_place_is_not_held_twice(keeper):
    member = officer()
    twin = MembershipFactory(role=Role.HEAD, department=member.department, user=member.user)
    with pytest.raises(PersonRefused):
        change_membership(membership=twin, role=Role.OFFICER, department=member.department, user=keeper)


def test_ended_place_is_gone_and_the_account_stays(client, keeper):
    member = officer()
    client.post(f"{PAGE}{member.pk}/end/")
    assert not Membership.objects.filter(pk=member.pk).exists()
    member.user.refresh_from_db()
    assert member.user.is_active
    assert Membership.history.filter(id=member.pk).first().history_type == "-"
    with pytest.raises(WrongState):
        end_membership(membership=member, user=keeper)


def test_nobody_ends_or_changes_the_own_last_place_as_administrator(client, keeper):
    own = keeper.memberships.get()
    MembershipFactory(role=Role.ADMIN)
    with pytest.raises(WrongState):
        end_membership(membership=own, user=keeper)
    with pytest.raises(WrongState):
        change_membership(membership=own, role=Role.AUDITOR, department=None, user=keeper)
    page = client.post(f"{PAGE}{own.pk}/end/", follow=True)
    assert "직접 종료할 수 없습니다" in page.content.decode()
    assert Membership.objects.filter(pk=own.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_take_each_other_out_at_once_leave_one():
    for _round in range(5):
        first, second = MembershipFactory(role=Role.ADMIN), MembershipFactory(role=Role.ADMIN)
        found = at_once(
            [
                lambda first=first, second=second: end_membership(membership=first, user=second.user),
                lambda first=first, second=second: end_membership(membership=second, user=first.user),
            ]
        )
        # The later one finds no right any more where the first was done before it began.
        assert sorted(found) in (["WrongState", "done"], ["PermissionDenied", "done"])
        assert Membership.objects.for_roles(Role.ADMIN).count() == 1
        Membership.objects.all().delete()


def test_other_administrator_can_be_ended_while_one_is_left(keeper):
    other = MembershipFactory(role=Role.ADMIN)
    end_membership(membership=other, user=keeper)
    assert Membership.objects.for_roles(Role.ADMIN).get().user == keeper


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, "elsewhere"])
def test_places_are_changed_by_the_citys_administrators_only(client, dalbit, role):
    member = officer()
    if role == "elsewhere":
        user = MembershipFactory(role=Role.ADMIN, municipality=dalbit).user
    else:
        user = MembershipFactory(role=role).user
    with pytest.raises(PermissionDenied):
        change_membership(membership=member, role=Role.HEAD, department=member.department, user=user)
    with pytest.raises(PermissionDenied):
        end_membership(membership=member, user=user)
    with pytest.raises(PermissionDenied):
        reset_second_step(membership=member, user=user)
    client.force_login(user)
    for address in ("", "end/", "reset/"):
        assert client.post(f"{PAGE}{member.pk}/{address}").status_code in (403, 404)
        assert client.post(f"/staff/dalbit/people/{member.pk}/{address}").status_code in (403, 404)
    assert Membership.objects.filter(pk=member.pk, role=Role.OFFICER).exists()


# --- A lost authenticator -----------------------------------------------------------------


def test_lost_authenticator_is_reset_and_its_person_told(client, keeper):
    member = MembershipFactory(role=Role.COORDINATOR)
    give_app(member.user)
    client.post(f"{PAGE}{member.pk}/reset/")
    assert not Authenticator.objects.filter(user=member.user).exists()
    (sent,) = mail.outbox
    assert sent.to == [member.user.email]
    assert "초기화" in sent.subject


def test_second_step_of_oneself_of_superusers_and_of_people_elsewhere_stays(keeper, dalbit):
    chief = MembershipFactory(role=Role.COORDINATOR, user__is_superuser=True)
    both = MembershipFactory(role=Role.COORDINATOR)
    MembershipFactory(user=both.user, municipality=dalbit)
    for member in (keeper.memberships.get(), chief, both):
        give_app(member.user)
        with pytest.raises(PermissionDenied):
            reset_second_step(membership=member, user=keeper)
        assert Authenticator.objects.filter(user=member.user).exists()
    reset_second_step(membership=both, user=UserFactory(is_superuser=True))
    assert not Authenticator.objects.filter(user=both.user).exists()


# --- The same places in the Django admin --------------------------------------------------


# --- Addresses that have an account -------------------------------------------------------


def test_form_says_that_an_address_has_an_account_already(client, keeper, dalbit):
    known = MembershipFactory(municipality=dalbit, user__email="known@dalbit.example").user
    hint = "새 비밀번호 없이 역할만 추가"
    # A piece of the page for whoever leaves the field, and beside it once the form comes back.
    for typed, told in ((f" {known.email.upper()} ", True), ("nobody@hanbit.example", False), ("", False)):
        assert (hint in client.post(f"{PAGE}known/", {"email": typed}).text) is told
        page = client.post(PAGE, {"email": typed, "name": "", "role": "auditor"})
        assert page.status_code == 422
        assert (hint in page.text) is told
    assert 'hx-post="/staff/hanbit/people/known/"' in client.get(PAGE).text


def test_who_was_invited_with_an_account_is_told_to_the_administrator_and_in_the_mail(
    client, keeper, mailoutbox
):
    known = MembershipFactory(role=Role.AUDITOR).user
    for email, told in ((known.email, True), ("new@hanbit.example", False)):
        said = {"email": email, "name": "새 사람", "role": "coordinator", "department": ""}
        page = client.post(PAGE, said, follow=True)
        assert ("이미 계정이 있습니다" in page.text) is told
        assert ("기존 계정으로 로그인하여" in mailoutbox[-1].body) is told
        assert ("비밀번호를" in mailoutbox[-1].body) is not told


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_learns_whether_an_address_has_an_account(client, keeper, dalbit, role):
    department = DepartmentFactory() if role in (Role.OFFICER, Role.HEAD) else None
    person = MembershipFactory(role=role, department=department).user
    for user, status in (
        (person, 403),
        (MembershipFactory(role=Role.ADMIN, municipality=dalbit).user, 404),
    ):
        client.force_login(user)
        assert client.post(f"{PAGE}known/", {"email": keeper.email}).status_code == status
    assert client.get(f"{PAGE}known/").status_code == 302
