"""What a reader gets: no cookie before a choice, their language, no stranger's address, error pages."""

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver
from django.utils import translation

from reports.models import Edition, EditionPledge
from reports.public import errors, urls
from tests import factories
from tests.reports.public.conftest import plain

PAGES = [
    "/naju/",
    "/naju/8/",
    "/naju/8/pledges/",
    "/naju/8/pledges/?q=학습&status=continuing",
    "/naju/8/pledges/7-2-3/",
    "/naju/8/areas/7/",
    "/naju/8/money/",
    "/naju/8/method/",
]
HANGUL = re.compile(r"[가-힣]+")


def test_reader_gets_no_cookie_and_no_session(naju, client):
    for address in [*PAGES, "/naju/8/pledges.json", "/nowhere/"]:
        response = client.get(address)
        assert not response.cookies
        assert "sessionid" not in client.cookies
        assert "Cookie" in response.headers["Vary"]


def test_reader_of_an_english_browser_gets_korean(naju, text_of):
    assert "공약 현황" in text_of("/naju/8/", **{"accept-language": "en-US,en;q=0.9"})


def test_english_is_one_click_away_and_stays(naju):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/i18n/language/", {"language": "en", "next": "/naju/8/pledges/?q=x"})
    assert (response.status_code, response.url) == (302, "/naju/8/pledges/?q=x")
    assert set(response.cookies) == {"django_language"}
    assert "All pledges" in client.get("/naju/8/pledges/").content.decode()
    client.post("/i18n/language/", {"language": "ko", "next": "/"})
    assert "전체 공약" in client.get("/naju/8/pledges/").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_choosing_a_language_leads_nowhere_else(db, client, elsewhere):
    response = client.post("/i18n/language/", {"language": "en", "next": elsewhere})
    assert "evil" not in response.url


def test_language_can_only_be_chosen_by_a_click(db, client):
    assert client.get("/i18n/language/").status_code == 405


def test_english_page_has_no_korean_words_of_the_portal(naju, client):
    """What is left in Korean is the city's own: it stands in the published documents."""
    for address in PAGES:
        client.cookies["django_language"] = "en"
        page = plain(client.get(address).content.decode())
        card, edition = EditionPledge.objects.get(), Edition.objects.get()
        own = f"{card.card}{edition.summary}한국어학습"
        assert [word for word in HANGUL.findall(page) if word not in own] == []


def test_page_needs_no_stranger_and_no_inline_code(naju, client):
    for address in PAGES:
        response = client.get(address)
        html = response.content.decode()
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//(?!testserver/)[^"]*"', html) == []
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html)


def test_page_has_one_heading_one_main_and_a_skip_link(naju, client):
    for address in PAGES:
        html = client.get(address).content.decode()
        assert html.count("<h1") == 1
        assert html.count("<main") == 1
        assert '<a class="skip" href="#main">' in html
        assert '<html lang="ko">' in html
        identifiers = re.findall(r'\sid="([^"]+)"', html)
        assert len(identifiers) == len(set(identifiers))
        for references in re.findall(r'aria-labelledby="([^"]+)"', html):
            assert set(references.split()) <= set(identifiers)


def test_every_table_stands_in_a_box_that_scrolls(naju, client):
    for address in PAGES:
        html = client.get(address).content.decode()
        assert html.count("<table") == len(re.findall(r'<div class="scroll[^>]*>\s*<table', html))


def test_signed_in_reader_sees_the_way_to_the_own_work(naju, client):
    client.force_login(factories.UserFactory())
    response = client.get("/naju/8/")
    assert "내 업무" in response.content.decode()
    assert "ETag" not in response.headers
    assert "private" in response.headers["Cache-Control"]


def test_unknown_address_is_answered_in_both_languages(db, client):
    assert "페이지를 찾을 수 없습니다" in client.get("/naju/9/").content.decode()
    client.cookies["django_language"] = "en"
    page = plain(client.get("/naju/9/").content.decode())
    assert "Page not found" in page
    assert HANGUL.findall(page.replace("한국어", "")) == []


@pytest.mark.parametrize(
    ("view", "status", "korean", "english"),
    [
        (errors.bad_request, 400, "잘못된 요청입니다", "could not be read"),
        (errors.permission_denied, 403, "접근 권한이 없습니다", "No access"),
        (errors.csrf_failure, 403, "화면의 유효 시간이 지났습니다", "has expired"),
        (errors.page_not_found, 404, "페이지를 찾을 수 없습니다", "not found"),
        (errors.server_error, 500, "오류가 발생했습니다", "went wrong"),
    ],
)
def test_error_page_stands_without_a_database(view, status, korean, english):
    """No database mark on this test: touching it would fail."""
    for language, words in (("ko", korean), ("en", english)):
        with translation.override(language):
            response = view(RequestFactory().get("/somewhere/?x=1"))
        assert response.status_code == status
        assert words in response.content.decode()
        assert "portal.css" in response.content.decode()


def test_server_error_is_shown_in_the_face_of_the_portal(naju, client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("reports.public.card_views.read_card", lambda _document: 1 / 0)
    response = client.get("/naju/8/pledges/7-2-3/")
    assert response.status_code == 500
    assert "오류가 발생했습니다" in response.content.decode()
    assert "ZeroDivision" not in response.content.decode()


def test_refused_form_is_explained(db):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x", "password": "y"})
    assert response.status_code == 403
    assert "화면의 유효 시간이 지났습니다" in response.content.decode()


def test_every_public_view_says_that_it_is(naju):
    views = [
        pattern.callback for pattern in [*urls.parts, *urls.urlpatterns] if isinstance(pattern, URLPattern)
    ]
    assert {view.__name__ for view in views} >= {"home", "city", "front", "pledge_list", "card", "method"}
    assert {view.access for view in views} == {"public"}
    assert get_resolver().resolve_error_handler(404) is errors.page_not_found


def test_robots_are_kept_from_the_staff_s_doors(client, db):
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /staff/" in response.content.decode()


def test_mark_is_there_where_browsers_ask_for_it(client):
    response = client.get("/favicon.ico")
    assert (response.status_code, response.url) == (302, "/static/img/mark.svg")
    assert not response.cookies
