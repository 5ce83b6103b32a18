"""Invitations: the mail, the link that works once, and who may send one."""

import datetime as dt
import logging
import re
import threading
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from pledges.enums import Role
from pledges.models import AuditEntry, Invitation, Membership, User
from pledges.workflow.invitations import (
    InvitationGone,
    InvitationState,
    accept_as,
    accept_as_new,
    digest_of,
    find_invitation,
    invite_person,
    mail_invitation,
    renew_invitation,
    revoke_invitation,
    state_of,
)
from pledges.workflow.people import PersonRefused
from tests.factories import DepartmentFactory, MembershipFactory, MunicipalityFactory, UserFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db

PASSWORD = "long-enough-77"
PAGE = "/accounts/invitation/"


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def city():
    return MunicipalityFactory()


@pytest.fixture
def keeper(city):
    return MembershipFactory(role=Role.ADMIN).user


@pytest.fixture
def department():
    return DepartmentFactory(name="교통행정과")


@pytest.fixture
def invite(city, keeper, department):
    def make(role=Role.OFFICER, email="new@hanbit.example", **more):
        place = {"department": department} if role in (Role.OFFICER, Role.HEAD) else {}
        return invite_person(
            municipality=city, email=email, name="새 사람", role=role, user=keeper, **{**place, **more}
        )

    return make


def answers(**more):
    return {
        "name": "새 사람",
        "username": "newcomer",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **more,
    }


def opened(client, token):
    return client.get(f"{PAGE}{token}/", follow=True)


# --- The mail -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_mail_is_korean_with_one_link_and_no_more(invite, settings, role):
    settings.PORTAL_URL = "https://pledges.example.go.kr"
    invited = invite(role)
    mail_invitation(invited)
    (sent,) = mail.outbox
    assert sent.to == ["new@hanbit.example"]
    assert sent.subject == "[한빛시 공약이행 포털] 초대 안내"
    assert re.findall(r"https?://\S+", sent.body) == [
        f"https://pledges.example.go.kr/accounts/invitation/{invited.token}/"
    ]
    words = re.sub(r"https?://\S+", "", sent.body).replace(str(invited.invitation.invited_by), "")
    assert re.findall(r"[A-Za-z]{2,}", words) == []
    assert ("2단계 인증" in sent.body) is (role in (Role.COORDINATOR, Role.ADMIN))
    assert ("교통행정과" in sent.body) is (role in (Role.OFFICER, Role.HEAD))


def test_mail_is_korean_whatever_language_the_inviter_reads(client, keeper, department):
    client.force_login(keeper)
    client.post("/i18n/language/", {"language": "en"})
    page = client.post(
        "/staff/hanbit/people/",
        {"name": "새 사람", "email": "new@hanbit.example", "role": "officer", "department": department.pk},
    )
    assert page.status_code == 302
    assert "한 번만" in mail.outbox[0].body


def test_mail_that_can_not_be_sent_leaves_the_invitation_to_be_sent_again(client, keeper, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no mail server")

    monkeypatch.setattr("pledges.workflow.invitations.send_mail", refuse)
    client.force_login(keeper)
    page = client.post(
        "/staff/hanbit/people/",
        {"name": "새 사람", "email": "new@hanbit.example", "role": "auditor"},
        follow=True,
    )
    assert "메일을 보내지 못했습니다" in page.content.decode()
    assert Invitation.objects.pending().count() == 1


# --- The token ----------------------------------------------------------------------------


def test_only_the_digest_of_the_token_is_stored(invite):
    invited = invite()
    row = Invitation.objects.values().get()
    assert invited.token not in str(row)
    assert row["token_digest"] == digest_of(invited.token)
    assert len(invited.token) >= 43


def test_invitations_have_no_history():
    assert not hasattr(Invitation, "history")


def test_link_is_answered_alike_whatever_it_is_and_uses_nothing_up(client, invite, django_assert_num_queries):
    invited = invite()
    found = []
    for token in (invited.token, "x" * 43, "짧다"):
        answer = Client().get(f"{PAGE}{token}/")
        found.append((answer.status_code, answer["Location"], answer["Referrer-Policy"], answer.content))
    assert found == [(302, PAGE, "no-referrer", b"")] * 3
    for token in (invited.token, "x" * 43):
        with django_assert_num_queries(1):
            find_invitation(token)
    assert state_of(Invitation.objects.get()) is InvitationState.OPEN


def test_token_stands_in_no_log_and_no_page(client, invite, caplog):
    token = invite().token
    with caplog.at_level(logging.DEBUG):
        page = opened(client, token)
        wrong = client.post(PAGE, answers(password2="other"))
    assert page.status_code == 200
    assert wrong.status_code == 422
    assert token not in page.content.decode() + wrong.content.decode()
    requests = [record for record in caplog.records if record.name.startswith("django.request")]
    assert token not in " ".join(record.getMessage() for record in requests)


def test_token_is_out_of_the_address_before_the_second_step_is_asked_for(client, invite):
    token = invite(email="boss@hanbit.example").token
    boss = MembershipFactory(role=Role.COORDINATOR, user__email="boss@hanbit.example").user
    client.force_login(boss, second_step=False)
    page = client.get(f"{PAGE}{token}/", follow=True)
    assert page.redirect_chain[:2] == [(PAGE, 302), ("/accounts/2fa/totp/activate/", 302)]
    assert client.session["second_step_next"] == PAGE
    assert state_of(Invitation.objects.get()) is InvitationState.OPEN


# --- A new account ------------------------------------------------------------------------


def test_invited_officer_makes_an_account_and_is_at_work(client, invite, department):
    page = opened(client, invite().token)
    text = page.content.decode()
    assert "초대 수락" in text
    assert "교통행정과" in text
    assert page.context["form"]["username"].value() == "new"
    done = client.post(PAGE, answers())
    assert done["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200
    person = User.objects.get(username="newcomer")
    assert (person.email, person.name) == ("new@hanbit.example", "새 사람")
    assert person.check_password(PASSWORD)
    membership = person.memberships.get()
    assert (membership.role, membership.department) == (Role.OFFICER, department)
    assert membership.history.get().history_user == person


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
def test_invited_coordinator_is_led_to_the_second_step_without_another_password(client, invite, role):
    opened(client, invite(role).token)
    client.post(PAGE, answers())
    page = client.get("/staff/", follow=True)
    assert page.redirect_chain == [("/accounts/2fa/totp/activate/", 302)]
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"username": ""}, "username"),
        ({"username": "Taken"}, "username"),
        ({"username": "두 단어"}, "username"),
        ({"username": "new@hanbit.example"}, "username"),
        ({"password1": "short", "password2": "short"}, "password1"),
        ({"password1": "1234567890", "password2": "1234567890"}, "password1"),
        ({"password1": "newcomer-1", "password2": "newcomer-1"}, "password1"),
        ({"password2": "another-pass-1"}, "password2"),
    ],
)
def test_what_is_wrong_is_told_in_korean_at_its_field_and_nothing_is_used_up(client, invite, said, field):
    UserFactory(username="taken")
    opened(client, invite().token)
    page = client.post(PAGE, answers(**said))
    assert page.status_code == 422
    assert [*page.context["form"].errors] == [field]
    assert re.search("[가-힣]", str(page.context["form"].errors[field]))
    assert not User.objects.filter(email="new@hanbit.example").exists()
    assert client.post(PAGE, answers()).status_code == 302


# --- An account that is there -------------------------------------------------------------


def test_invited_with_an_account_logs_in_and_then_accepts(client, invite, department):
    person = UserFactory(username="kim", email="New@hanbit.example")
    page = opened(client, invite().token)
    assert "이미 있습니다" in page.content.decode()
    assert client.post(PAGE, answers()).status_code == 200
    assert not Membership.objects.filter(user=person).exists()
    client.post("/accounts/login/", {"login": "kim", "password": "pass-hanbit-1", "next": PAGE})
    assert "kim" in client.get(PAGE).content.decode()
    assert client.post(PAGE)["Location"] == "/staff/"
    assert person.memberships.get().department == department


def test_other_person_who_is_logged_in_can_not_take_it(client, invite):
    other = MembershipFactory(role=Role.AUDITOR).user
    invited = invite()
    client.force_login(other)
    assert opened(client, invited.token).status_code == 403
    assert client.post(PAGE).status_code == 403
    with pytest.raises(PermissionDenied):
        accept_as(token=invited.token, user=other)
    assert state_of(Invitation.objects.get()) is InvitationState.OPEN


def test_account_made_meanwhile_with_the_address_is_told_and_what_was_typed_stays(
    client, invite, monkeypatch
):
    opened(client, invite().token)

    def slow(password, person):
        # Between the questions and the row, somebody else takes the address.
        User(username="faster", email="NEW@hanbit.example").save()

    monkeypatch.setattr("pledges.workflow.invitations.validate_password", slow)
    page = client.post(PAGE, answers(name="김새로"))
    assert page.status_code == 422
    assert "이미 계정이 있는 주소입니다" in page.text
    assert 'value="김새로"' in page.text
    assert 'value="newcomer"' in page.text
    assert state_of(Invitation.objects.get()) is InvitationState.OPEN
    assert not Membership.objects.exclude(role=Role.ADMIN).exists()
    # Now there is an account: the way leads to its login.
    assert "로그인" in client.get(PAGE).text


def test_address_that_somebody_noted_as_a_second_one_is_the_invited_persons_alone(client, invite):
    other = UserFactory()
    EmailAddress.objects.create(user=other, email="New@hanbit.example", primary=False)
    opened(client, invite().token)
    assert client.post(PAGE, answers()).status_code == 302
    assert not EmailAddress.objects.filter(user=other).exists()
    client.force_login(other)
    made = {"action_primary": "", "email": "new@hanbit.example"}
    assert client.post("/accounts/email/", made).status_code == 302
    assert not User.objects.filter(pk=other.pk, email__iexact="new@hanbit.example").exists()


@pytest.mark.django_db(transaction=True)
def test_two_links_to_one_address_taken_at_once_make_one_account(invite):
    tokens = [invite().token, invite(role=Role.AUDITOR).token, invite(role=Role.COORDINATOR).token]
    done = at_once(
        [
            partial(accept_as_new, token=token, username=f"person{number}", name="가", password=PASSWORD)
            for number, token in enumerate(tokens)
        ]
    )
    assert sorted(done) == ["PersonRefused", "PersonRefused", "done"]
    assert User.objects.filter(email__iexact="new@hanbit.example").count() == 1


# --- Links that open nothing (any more) ---------------------------------------------------


def test_forged_used_expired_and_revoked_links_say_what_to_do(client, invite, keeper):
    used, expired, revoked = (invite(email=f"{name}@hanbit.example") for name in "abc")
    accept_as_new(token=used.token, username="used", name="가", password=PASSWORD)
    Invitation.objects.filter(pk=expired.invitation.pk).update(expires_at=timezone.now())
    revoke_invitation(invitation=revoked.invitation, user=keeper)
    for token, heading in [
        ("forged", "올바르지 않은 링크입니다"),
        (used.token, "이미 수락한 초대입니다"),
        (expired.token, "유효 기간이 지난 초대입니다"),
        (revoked.token, "취소된 초대입니다"),
    ]:
        page = opened(Client(), token)
        assert page.status_code == 410
        assert heading in page.content.decode()
        with pytest.raises(InvitationGone):
            accept_as_new(token=token, username="again", name="가", password=PASSWORD)
        with pytest.raises(InvitationGone):
            accept_as(token=token, user=keeper)
    assert client.get(PAGE).status_code == 410


def test_invitation_lasts_the_days_that_are_set(invite, settings):
    settings.INVITATION_DAYS = 3
    left = invite().invitation.expires_at - timezone.now()
    assert dt.timedelta(days=2, hours=23) < left <= dt.timedelta(days=3)


def test_renewed_link_replaces_the_old_one(invite, keeper):
    first = invite()
    second = renew_invitation(invitation=first.invitation, user=keeper)
    assert find_invitation(first.token) is None
    assert state_of(find_invitation(second.token)) is InvitationState.OPEN
    accept_as_new(token=second.token, username="new", name="가", password=PASSWORD)
    for step in (renew_invitation, revoke_invitation):
        with pytest.raises(InvitationGone):
            step(invitation=first.invitation, user=keeper)


def test_too_many_tries_are_slowed_down(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"invitation": "2/m/ip"}
    assert [client.post(PAGE, answers()).status_code for _ in range(3)] == [410, 410, 429]
    assert client.get(PAGE).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_link_taken_twice_at_once_makes_one_account(invite):
    token = invite().token
    done, gate = [], threading.Barrier(4)

    def take(number):
        gate.wait()
        try:
            accept_as_new(token=token, username=f"person{number}", name="가", password=PASSWORD)
            done.append("made")
        except (InvitationGone, PersonRefused) as error:
            done.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["InvitationGone"] * 3 + ["made"]
    assert User.objects.filter(email="new@hanbit.example").count() == 1
    assert connection.vendor in ("sqlite", "postgresql")


# --- Who may invite, and whom -------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_administrators_of_the_city_invite(city, department, role):
    place = {"department": department} if role in (Role.OFFICER, Role.HEAD) else {}
    elsewhere = MunicipalityFactory(code="dalbit", name="달빛시")
    for user in (
        MembershipFactory(role=role, **place).user,
        MembershipFactory(role=Role.ADMIN, municipality=elsewhere).user,
        UserFactory(),
    ):
        with pytest.raises(PermissionDenied):
            invite_person(municipality=city, email="a@b.example", name="가", role=Role.AUDITOR, user=user)
    assert not Invitation.objects.exists()


def test_only_the_citys_administrators_renew_and_revoke(invite):
    invited = invite()
    elsewhere = MunicipalityFactory(code="dalbit", name="달빛시")
    other = MembershipFactory(role=Role.ADMIN, municipality=elsewhere).user
    for step in (renew_invitation, revoke_invitation):
        with pytest.raises(PermissionDenied):
            step(invitation=invited.invitation, user=other)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"name": " "}, "name"),
        ({"role": "mayor"}, "role"),
        ({"role": Role.OFFICER, "department": None}, "department"),
    ],
)
def test_place_or_person_that_can_not_be_is_refused_at_its_field(city, keeper, department, more, field):
    said = {"email": "a@b.example", "name": "가", "role": Role.HEAD, "department": department}
    with pytest.raises(PersonRefused) as refused:
        invite_person(municipality=city, user=keeper, **{**said, **more})
    assert refused.value.field == field


def test_department_of_another_city_or_ended_is_refused(invite):
    elsewhere = MunicipalityFactory(code="dalbit", name="달빛시")
    for department in (
        DepartmentFactory(municipality=elsewhere, name="달빛과"),
        DepartmentFactory(name="옛 부서", ended_on=dt.date(2024, 1, 1)),
    ):
        with pytest.raises(PersonRefused):
            invite(department=department)


def test_same_place_is_not_offered_twice(invite, department):
    invite()
    with pytest.raises(PersonRefused, match="이미 초대한"):
        invite(email="NEW@hanbit.example")
    holder = MembershipFactory(role=Role.OFFICER, department=department).user
    with pytest.raises(PersonRefused, match="이미 같은 역할"):
        invite(email=holder.email)


def test_invitation_goes_with_its_person(invite):
    person, _membership = accept_as_new(token=invite().token, username="new", name="가", password=PASSWORD)
    person.delete()
    assert not Invitation.objects.exists()


def test_new_account_and_its_place_are_one_entry_of_the_city(invite, city):
    count = AuditEntry.objects.count()
    token = invite().token
    person, _membership = accept_as_new(token=token, username="new", name="가", password=PASSWORD)
    _invited, entry = AuditEntry.objects.in_chain_order()[count:]
    assert (entry.action, entry.actor_key, entry.municipality_id) == (
        "invitation_accepted",
        person.pk,
        city.pk,
    )
    assert {row["model"] for row in entry.body["rows"]} == {
        "pledges.user",
        "pledges.invitation",
        "pledges.membership",
    }


def test_address_longer_than_the_column_is_told_at_its_field(client, keeper):
    client.force_login(keeper)
    long = ".".join(["a" * 60] * 4) + ".hanbit.example"
    page = client.post(
        "/staff/hanbit/people/", {"name": "가", "email": f"b@{long}{'x' * 10}", "role": "auditor"}
    )
    assert page.status_code == 422
    assert "email" in page.context["form"].errors
