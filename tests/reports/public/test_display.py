"""Contrast and size of text: one cookie of the reader's own choice, and no page that shows another one."""

import pytest
from django.test import Client

from config import display
from tests.factories import MembershipFactory

PAGE = "/naju/8/pledges/"


@pytest.fixture
def reader():
    """Somebody whose browser holds no cookie, before a server that asks for tokens."""
    return Client(enforce_csrf_checks=True)


def choose(client, **chosen):
    return client.post("/i18n/display/", {"next": PAGE, **chosen})


def html_of(page):
    return page.text.partition("<html ")[2].partition(">")[0]


def test_before_any_choice_there_is_neither_cookie_nor_attribute(naju, reader):
    page = reader.get(PAGE)
    assert html_of(page) == 'lang="ko"'
    assert not page.cookies


def test_choice_is_kept_for_a_year_in_one_cookie_that_says_nothing_else(naju, reader):
    answer = choose(reader, contrast="high")
    assert (answer.status_code, answer.url) == (302, PAGE)
    assert set(answer.cookies) == {"display"}
    cookie = answer.cookies["display"]
    assert cookie.value == "high.medium"
    assert (cookie["samesite"], cookie["max-age"], cookie["path"]) == ("Lax", 31536000, "/")
    choose(reader, size="xxlarge")
    assert html_of(reader.get(PAGE)) == 'lang="ko" data-contrast="high" data-size="xxlarge"'


def test_standard_is_a_choice_against_a_device_that_asks_for_more(naju, reader):
    choose(reader, contrast="standard")
    assert html_of(reader.get(PAGE)) == 'lang="ko" data-contrast="standard"'


@pytest.mark.parametrize("back", [{"contrast": "system", "size": "medium"}, {"reset": "1"}])
def test_choosing_what_nobody_has_to_choose_removes_the_cookie(naju, reader, back):
    choose(reader, contrast="high", size="large")
    answer = choose(reader, **back)
    assert (answer.cookies["display"].value, answer.cookies["display"]["max-age"]) == ("", 0)
    assert html_of(reader.get(PAGE)) == 'lang="ko"'


@pytest.mark.parametrize("chosen", [{}, {"contrast": "loud"}, {"size": "9"}, {"contrast": "", "size": "\0"}])
def test_words_that_are_no_choice_change_nothing(db, reader, chosen):
    choose(reader, size="large")
    answer = choose(reader, **chosen)
    assert answer.cookies["display"].value == "system.large"


@pytest.mark.parametrize(
    "cookie", ["", "high", "high.", ".large", "loud.9", 'high.large" onload="x', "high.large.x", "." * 4000]
)
def test_cookie_that_nobody_of_ours_wrote_is_read_word_by_word(cookie):
    kept = display.read(cookie)
    assert kept.contrast == ("high" if cookie.startswith("high") else "system")
    assert kept.size == ("large" if cookie == ".large" else "medium")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example/", ""]
)
def test_choice_leads_nowhere_else(db, reader, elsewhere):
    answer = reader.post("/i18n/display/", {"size": "large", "next": elsewhere})
    assert (answer.status_code, answer.url) == (302, "/")


def test_without_next_the_reader_goes_back_to_where_the_form_stood(db, reader):
    came_from = "http://testserver/naju/8/?as_of=2025-06-30"
    answer = reader.post("/i18n/display/", {"size": "large"}, headers={"referer": came_from})
    assert answer.url == came_from


def test_choice_is_made_by_a_click_alone(db, reader):
    assert reader.get("/i18n/display/?size=large").status_code == 405


def test_page_in_another_look_is_never_answered_by_not_modified(naju, reader):
    plain = reader.get(PAGE)
    tag = plain.headers["ETag"]
    assert reader.get(PAGE, headers={"if-none-match": tag}).status_code == 304
    tags = {tag}
    for chosen in ({"contrast": "high"}, {"contrast": "standard"}, {"size": "large"}, {"size": "small"}):
        choose(reader, **chosen)
        page = reader.get(PAGE, headers={"if-none-match": ", ".join(tags)})
        assert page.status_code == 200
        assert "Cookie" in page.headers["Vary"]
        tags.add(page.headers["ETag"])
    assert len(tags) == 5


def test_form_says_what_is_chosen_and_leads_back_to_the_same_address(naju, reader):
    choose(reader, contrast="high", size="small")
    page = reader.get(PAGE, {"q": "학습", "page": "1"}).text
    assert 'name="next" value="/naju/8/pledges/?q=%ED%95%99%EC%8A%B5&amp;page=1"' in page
    assert 'name="size" value="small" aria-current="true">작게</button>' in page
    assert 'name="contrast" value="high" aria-current="true">선명하게</button>' in page
    assert page.count('<button class="display__choice"') == 8


def test_staff_pages_follow_the_choice_before_and_after_logging_in(db, client):
    choose(client, contrast="high", size="xlarge")
    expected = 'lang="ko" data-contrast="high" data-size="xlarge"'
    assert html_of(client.get("/accounts/login/")) == expected
    client.force_login(MembershipFactory().user)
    assert html_of(client.get("/staff/")) == expected
    assert html_of(client.get("/staff/nowhere/9/")) == expected
