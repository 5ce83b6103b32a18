"""The second step: no way into the portal without it for those who need it, and every way to pass it."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import login
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from pledges.enums import Role
from pledges.secondstep import SecondStepAdapter, has_passed
from tests.browser import CODE_KEY, give_app
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "pass-hanbit-1"
LOGIN, HOME = "/accounts/login/", "/staff/"
SETUP, ASKED = "/accounts/2fa/totp/activate/", "/accounts/2fa/reauthenticate/"
NEED_IT = [Role.COORDINATOR, Role.ADMIN, "superuser"]
DO_NOT = [Role.OFFICER, Role.HEAD, Role.AUDITOR]


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def person(role):
    if role == "superuser":
        return UserFactory(is_superuser=True)
    department = DepartmentFactory() if role in (Role.OFFICER, Role.HEAD) else None
    return MembershipFactory(role=role, department=department).user


def code(step=0):
    return format_hotp_value(hotp_value(CODE_KEY, int(time.time()) // 30 + step))


# --- Every way in, for every role ---------------------------------------------------------


def by_portal(client, user):
    client.post(LOGIN, {"login": user.username, "password": PASSWORD})


def by_admin(client, user):
    way = client.get("/admin/", follow=True).redirect_chain[-1][0]
    client.post(way, {"login": user.username, "password": PASSWORD, "next": "/admin/"})


def by_reset_link(client, user):
    client.post("/accounts/password/reset/", {"email": user.email})
    link = re.search(r"https?://testserver(/\S+)", mail.outbox[-1].body).group(1)
    form = client.get(link)["Location"]
    client.post(form, {"password1": "other-pass-22", "password2": "other-pass-22"})
    client.post(LOGIN, {"login": user.username, "password": "other-pass-22"})


def by_bare_session(client, user):
    client.force_login(user, second_step=False)


def by_djangos_login(client, user):
    """What any view might do: ``django.contrib.auth.login``."""
    request = RequestFactory().get("/")
    request.session = client.session
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key


WAYS = [by_portal, by_admin, by_reset_link, by_bare_session, by_djangos_login]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", NEED_IT)
def test_every_way_in_leads_who_needs_it_to_setting_it_up(client, way, role):
    way(client, person(role))
    for address in (
        HOME,
        "/admin/",
        "/admin/pledges/pledge/",
        "/accounts/email/",
        "/staff/hanbit/people/",
    ):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, SETUP), address
    assert client.post("/admin/pledges/pledge/add/", {"name": "x"}).status_code == 403


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", DO_NOT)
def test_every_way_in_opens_to_who_does_not_need_it(client, way, role):
    way(client, person(role))
    assert client.get(HOME).status_code == 200


@pytest.mark.parametrize("way", [by_portal, by_admin, by_reset_link])
@pytest.mark.parametrize("role", NEED_IT)
def test_password_alone_logs_nobody_in_who_has_an_app(client, way, role):
    user = person(role)
    give_app(user)
    way(client, user)
    assert "_auth_user_id" not in client.session
    assert client.get(HOME)["Location"].startswith(LOGIN)


@pytest.mark.parametrize("way", [by_bare_session, by_djangos_login])
@pytest.mark.parametrize("role", NEED_IT)
def test_session_made_elsewhere_is_asked_for_the_code(client, way, role):
    user = person(role)
    give_app(user)
    way(client, user)
    answer = client.get("/staff/hanbit/people/?role=head")
    assert answer["Location"] == f"{ASKED}?next=%2Fstaff%2Fhanbit%2Fpeople%2F%3Frole%3Dhead"
    # Not even the pages that set a second authenticator up: the password must not be enough for that.
    for address in (SETUP, "/accounts/2fa/webauthn/add/", "/accounts/reauthenticate/", "/accounts/2fa/"):
        assert client.get(address)["Location"].startswith(ASKED), address
    passed = client.post(answer["Location"], {"code": code(), "next": "/staff/"})
    assert passed["Location"] == "/staff/"
    assert client.get(HOME).status_code == 200


# --- What passes --------------------------------------------------------------------------


def test_code_of_the_app_passes(client):
    user = person(Role.COORDINATOR)
    give_app(user)
    by_portal(client, user)
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert client.get(HOME).status_code == 200


def test_recovery_code_passes_once(client):
    user = person(Role.COORDINATOR)
    give_app(user)
    first = RecoveryCodes.activate(user).get_unused_codes()[0]
    for times, status in ((1, 200), (2, 302)):
        client = Client()
        by_portal(client, user)
        client.post("/accounts/2fa/authenticate/", {"code": first})
        assert client.get(HOME).status_code == status, times


@pytest.mark.django_db(transaction=True)
def test_setting_the_app_up_passes_and_shows_recovery_codes(client):
    by_portal(client, person(Role.ADMIN))
    assert client.get("/staff/hanbit/people/")["Location"] == SETUP
    again = client.get(SETUP)["Location"]
    client.post(again, {"password": PASSWORD})
    page = client.get(SETUP)
    secret = page.context["form"].secret
    shown = page.content.decode()
    assert "2단계 인증 설정" in shown
    assert secret in shown
    assert 'src="data:image/svg+xml' in shown
    wrong = client.post(SETUP, {"code": "000000"})
    assert wrong.context["form"].secret == secret
    assert "코드가 올바르지 않습니다" in wrong.content.decode()
    now = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    done = client.post(SETUP, {"code": now})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get(done["Location"])
    assert len(codes.context["unused_codes"]) == 10
    assert 'href="/staff/hanbit/people/"' in codes.content.decode()
    assert client.get("/staff/hanbit/people/").status_code == 200


def test_record_of_another_person_in_the_session_does_not_count(client):
    first, second = person(Role.ADMIN), person(Role.ADMIN)
    client.force_login(first)
    session = client.session
    session["_auth_user_id"] = str(second.pk)
    session["_auth_user_hash"] = second.get_session_auth_hash()
    session.save()
    assert client.get(HOME)["Location"] == SETUP


def test_role_given_in_mid_session_asks_at_the_next_page(client):
    user = person(Role.AUDITOR)
    client.force_login(user, second_step=False)
    assert client.get(HOME).status_code == 200
    MembershipFactory(user=user, role=Role.COORDINATOR)
    assert client.get(HOME)["Location"] == SETUP


# --- What is answered meanwhile -----------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_step_without_the_second_step_is_refused_with_the_way_to_it(client, method):
    by_portal(client, person(Role.COORDINATOR))
    page = getattr(client, method)(HOME)
    assert page.status_code == 403
    assert SETUP in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_htmx_is_redirected(client):
    by_portal(client, person(Role.COORDINATOR))
    page = client.get(HOME, headers={"HX-Request": "true"})
    assert (page.status_code, page["HX-Redirect"]) == (403, SETUP)


@pytest.mark.parametrize("address", ["/", "/healthz", "/robots.txt", "/favicon.ico", "/accounts/logout/"])
def test_what_machines_ask_for_and_the_way_out_stay_open(client, address):
    by_portal(client, person(Role.COORDINATOR))
    assert client.get(address).status_code in (200, 302)
    assert client.get(address).headers.get("Location", "") != SETUP


def test_language_can_be_chosen_before_the_second_step(client):
    by_portal(client, person(Role.COORDINATOR))
    assert client.post(reverse("set_language"), {"language": "en", "next": "/"})["Location"] == "/"


# --- Codes are not tried out --------------------------------------------------------------


def test_wrong_codes_lock_the_login_like_wrong_passwords(client, settings):
    user = person(Role.COORDINATOR)
    give_app(user)
    by_portal(client, user)
    for _time in range(settings.AXES_FAILURE_LIMIT):
        page = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert page.status_code == 429
    assert client.post("/accounts/2fa/authenticate/", {"code": code()}).status_code == 429
    assert "_auth_user_id" not in client.session
    assert Client().post(LOGIN, {"login": user.username, "password": PASSWORD}).status_code == 429


def test_code_counts_once_whatever_process_asks(client):
    user = person(Role.COORDINATOR)
    give_app(user)
    used = code()
    by_portal(client, user)
    client.post("/accounts/2fa/authenticate/", {"code": used})
    assert client.get(HOME).status_code == 200
    cache.clear()  # another process remembers nothing of it
    other = Client()
    by_portal(other, user)
    other.post("/accounts/2fa/authenticate/", {"code": used})
    assert "_auth_user_id" not in other.session
    other.post("/accounts/2fa/authenticate/", {"code": code(1)})
    assert other.get(HOME).status_code == 200


# --- The last authenticator ---------------------------------------------------------------


@pytest.mark.parametrize("role", NEED_IT)
def test_last_authenticator_can_not_be_removed_by_who_needs_it(client, role):
    user = person(role)
    app = give_app(user)
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.post("/accounts/2fa/totp/deactivate/")
    assert "마지막 인증 수단" in page.content.decode()
    assert Authenticator.objects.filter(pk=app.pk).exists()
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "열쇠", "credential": {}})
    assert SecondStepAdapter().can_delete_authenticator(app)
    app.delete()
    answer = client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    assert answer["Location"] == "/accounts/2fa/webauthn/"
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_authenticator_of_who_does_not_need_it_can_be_removed(client):
    user = person(Role.OFFICER)
    app = give_app(user)
    client.force_login(user)
    client.post("/accounts/2fa/reauthenticate/", {"code": code()})
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(pk=app.pk).exists()


# --- Cost ---------------------------------------------------------------------------------


def test_second_step_is_read_from_the_session_alone(client, django_assert_num_queries):
    client.force_login(person(Role.COORDINATOR))
    request = RequestFactory().get("/")
    request.session = client.session
    with django_assert_num_queries(1):  # the session itself
        assert has_passed(request)


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
    ],
)
def test_pages_of_the_second_step_are_korean_in_the_portals_face(client, address):
    user = person(Role.COORDINATOR)
    give_app(user)
    client.force_login(user)
    client.post("/accounts/2fa/reauthenticate/", {"code": code()})
    text = client.get(address).content.decode()
    assert 'class="site-header"' in text
    main = text[text.index("<main") : text.index("</main")]
    inside = re.sub(r"<script.*?</script>|<[^>]+>|[\w.]+@[\w.]+", " ", main, flags=re.S)
    assert re.findall(r"[A-Za-z]{4,}", inside.replace("JavaScript", "")) == []
