"""Login: the lock against guessing, the way back to the page that was asked for, no signing up alone."""

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from pledges.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _fresh_counts():
    """The rate limits of earlier tests are kept in the cache."""
    cache.clear()


@pytest.fixture
def person():
    return UserFactory(username="kim", email="kim@hanbit.example")


def fail(client, times, login="kim"):
    for _ in range(times):
        response = client.post(LOGIN, {"login": login, "password": "wrong"})
    return response


def test_login_by_user_name_or_mail_goes_to_the_page_that_was_asked_for(client, person):
    for name in ("kim", "kim@hanbit.example"):
        response = client.post(
            LOGIN, {"login": name, "password": "pass-hanbit-1", "next": "/staff/hanbit/8/"}
        )
        assert response["Location"] == "/staff/hanbit/8/"
        client.post("/accounts/logout/")


def test_login_does_not_leave_the_portal(client, person):
    response = client.post(
        LOGIN, {"login": "kim", "password": "pass-hanbit-1", "next": "https://evil.invalid/"}
    )
    assert response["Location"] == "/staff/"


def test_wrong_password_is_told_in_korean_and_the_name_stays(client, person):
    page = fail(client, 1)
    assert page.status_code == 200
    assert page.context["form"]["login"].value() == "kim"
    assert any("가" <= letter <= "힣" for letter in str(page.context["form"].non_field_errors()))


def test_too_many_failures_lock_the_login_and_say_when_to_try_again(client, person, settings):
    page = fail(client, settings.AXES_FAILURE_LIMIT)
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= 900
    text = page.content.decode()
    assert "로그인이 잠시 중지되었습니다" in text
    assert "15분" in text
    right = client.post(LOGIN, {"login": "kim", "password": "pass-hanbit-1"})
    assert right.status_code == 429


def test_other_spelling_of_the_same_login_is_the_same_count(client, person, settings):
    half = settings.AXES_FAILURE_LIMIT // 2
    fail(client, half, "KIM")
    page = fail(client, settings.AXES_FAILURE_LIMIT - half, "Kim@Hanbit.example")
    assert page.status_code == 429


def test_trying_while_locked_does_not_move_the_time(client, person, settings):
    fail(client, settings.AXES_FAILURE_LIMIT)
    before = AccessAttempt.objects.get().attempt_time
    fail(client, 3)
    assert AccessAttempt.objects.get().attempt_time == before


def test_lock_ends_with_the_time_said(client, person, settings):
    fail(client, settings.AXES_FAILURE_LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))
    response = client.post(LOGIN, {"login": "kim", "password": "pass-hanbit-1"})
    assert response.status_code == 302


def test_lock_of_one_person_leaves_the_others_alone(client, person, settings):
    UserFactory(username="lee")
    fail(client, settings.AXES_FAILURE_LIMIT)
    assert client.post(LOGIN, {"login": "lee", "password": "pass-hanbit-1"}).status_code == 302


def test_stored_attempts_hold_no_password(client, person):
    client.post(LOGIN, {"login": "kim", "password": "secret-word"})
    attempt = AccessAttempt.objects.get()
    assert "secret-word" not in attempt.post_data


def test_nobody_signs_up_alone(client):
    page = client.get("/accounts/signup/")
    assert "계정 발급 안내" in page.content.decode()
    client.post(
        "/accounts/signup/",
        {"username": "x", "email": "x@x.example", "password1": "pass-word-12", "password2": "pass-word-12"},
    )
    assert not User.objects.exists()


def test_login_leaves_no_message_and_logout_goes_home(client, person):
    page = client.post(LOGIN, {"login": "kim", "password": "pass-hanbit-1"}, follow=True)
    assert not list(page.context["messages"])
    assert client.post("/accounts/logout/")["Location"] == "/"


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/email/",
        "/accounts/logout/",
        "/accounts/reauthenticate/",
    ],
)
def test_account_pages_stand_in_the_portals_face(person, address):
    client = Client()
    client.post(LOGIN, {"login": "kim", "password": "pass-hanbit-1"})
    page = client.get(address)
    assert page.status_code == 200
    assert 'class="site-header"' in page.content.decode()


def test_second_step_is_set_up_after_the_password_is_asked_again(client, person):
    client.post(LOGIN, {"login": "kim", "password": "pass-hanbit-1"})
    way = client.get("/accounts/2fa/totp/activate/")["Location"]
    assert way.startswith("/accounts/reauthenticate/")
    client.post(way, {"password": "pass-hanbit-1"})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    assert 'class="qr"' in page.content.decode()


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
)
def test_entrance_pages_need_no_login(client, address):
    assert client.get(address).status_code == 200
