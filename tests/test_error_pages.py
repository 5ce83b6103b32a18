"""403 and 404 on the staff side: the way around stays for who is signed in; nobody else needs a database."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.test import RequestFactory
from django.utils.translation import gettext, override

from pledges.enums import Role
from reports.public import errors
from tests.factories import MembershipFactory
from tests.reports.public import naju

LOST, REFUSED = "/staff/nowhere/8/", "/staff/hanbit/departments/merge/"


@pytest.fixture
def nav():
    with override("ko"):
        return f'aria-label="{gettext("Staff pages")}"'


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), [(LOST, 404), ("/staff/a/b/c/d/e/", 404), (REFUSED, 403)])
def test_who_is_signed_in_keeps_the_staff_pages_header(client, nav, address, status):
    person = MembershipFactory(role=Role.AUDITOR, user__name="한감사").user
    client.force_login(person)
    page = client.get(address)
    assert page.status_code == status
    assert nav in page.text
    assert 'href="/staff/hanbit/people/"' in page.text
    assert 'class="button button--primary" href="/staff/"' in page.text
    assert "로그아웃" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nowhere/", "/hanbit/9/"])
def test_public_pages_that_are_missing_are_plain_for_everybody(client, nav, address):
    client.force_login(MembershipFactory(role=Role.AUDITOR).user)
    page = client.get(address)
    assert page.status_code == 404
    assert nav not in page.text
    assert 'class="button button--primary" href="/"' in page.text


@pytest.mark.django_db
def test_stranger_gets_the_plain_page(client, nav):
    page = client.get("/staff/a/b/c/d/e/")
    assert page.status_code == 404
    assert nav not in page.text


class Away:
    """A person whom the database no longer tells."""

    @property
    def is_authenticated(self):
        raise OperationalError("no database")


class Torn:
    """A person who is known while the database goes away."""

    is_authenticated = True
    is_active = True
    is_superuser = False
    pk = 1

    def __getattr__(self, name):
        raise OperationalError("no database")


@pytest.mark.parametrize("kind", [Away, Torn, AnonymousUser, None])
@pytest.mark.parametrize(
    ("handler", "status"),
    [(errors.page_not_found, 404), (errors.permission_denied, 403), (errors.csrf_failure, 403)],
)
def test_pages_stand_without_a_database_and_without_anybody(nav, kind, handler, status):
    request = RequestFactory().get(LOST)
    if kind is not None:
        request.user = kind()
    page = handler(request)
    assert page.status_code == status
    assert nav not in page.text
    assert 'href="/"' in page.text


def broken(*_args, **_more):
    raise ImportError("context processor")


def test_page_of_errors_stands_without_what_every_page_needs(monkeypatch, caplog):
    monkeypatch.setattr(errors, "render", broken)
    page = errors.server_error(RequestFactory().get("/naju/8/"))
    assert page.status_code == 500
    assert "오류가 발생했습니다" in page.text
    assert "css/portal.css" in page.text
    assert "The page of errors failed as well." in caplog.text


def test_a_few_words_stand_where_templates_themselves_are_broken(monkeypatch, caplog):
    monkeypatch.setattr(errors, "render", broken)
    monkeypatch.setattr(errors, "render_to_string", broken)
    page = errors.server_error(RequestFactory().get("/naju/8/"))
    assert (page.status_code, page.text) == (500, errors.BARE)
    assert "Something went wrong" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "has_dates"),
    [
        ("/naju/8/pledges/9-9-9/", False),
        ("/naju/8/areas/9/", False),
        ("/naju/8/?as_of=2019-01-01", True),
        ("/naju/8/pledges/?as_of=someday", True),
        ("/naju/8/money/?as_of=2025-09-30&edition=7", True),
    ],
)
def test_missing_page_of_a_plan_leads_to_its_front_page_its_list_and_its_dates(client, address, has_dates):
    naju.publish(naju.make_naju())
    page = client.get(address)
    assert page.status_code == 404
    links = re.findall(r'<li><a href="([^"]+)">([^<]+)</a></li>', page.text)
    dates = [("/naju/8/?as_of=2025-09-30", "2025. 9. 30. 기준")] if has_dates else []
    assert links[-2 - len(dates) :] == [("/naju/8/", "공약 현황"), ("/naju/8/pledges/", "전체 공약"), *dates]
    assert client.get(links[-1][0]).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nowhere/8/", "/naju/9/", "/naju/8/nothing/", "/naju/8/x/y/z/"])
def test_missing_page_of_no_known_plan_offers_the_portal_alone(client, address):
    naju.publish(naju.make_naju())
    page = client.get(address)
    assert page.status_code == 404
    assert 'href="/naju/8/' not in page.text
