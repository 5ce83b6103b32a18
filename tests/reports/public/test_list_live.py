"""The list in a browser: it answers as somebody types, Back leads through what was chosen, and without a
script its form does the same."""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from pledges.enums import PeriodState, Status
from tests import factories
from tests.browser import open_page, require_chromium
from tests.reports.public import naju as made
from tests.reports.public.test_list import AS_OF, LIST

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _chromium(monkeypatch):
    require_chromium()
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def address(live_server) -> str:
    """한빛시's list of 24 pledges in two departments; every third is a library's, the first a path."""
    plan = factories.PlanFactory()
    departments = [factories.DepartmentFactory(name=name) for name in ("도로과", "도서관과")]
    period = factories.PeriodFactory(plan=plan, as_of=AS_OF, state=PeriodState.CLOSED)
    for number in range(24):
        pledge = factories.PledgeFactory(
            plan=plan,
            code=f"{number + 1}",
            name="하천 산책로" if number == 0 else f"{'작은도서관' if number % 3 == 2 else '길'} {number}",
            lead_department=departments[number % 3 == 2],
        )
        factories.ApprovedReportFactory(
            pledge=pledge, period=period, status=Status.ON_TRACK, entered_rate=4 * number
        )
    made.publish(plan, AS_OF)
    return f"{live_server.url}{LIST}"


def codes(page: Page) -> list[str]:
    return page.locator("td.col-code").all_inner_texts()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def option(page: Page, select: str, value: str) -> str:
    return page.locator(f"#id_{select} option[value='{value}']").inner_text()


def test_typing_and_choosing_answer_in_place_and_keep_the_focus(address):
    with open_page() as page:
        page.goto(address)
        page.evaluate("window.stays = 1; document.getElementById('result-count').stays = 1")
        page.locator("#id_q").press_sequentially("도서", delay=20)
        expect(page.locator("#result-count")).to_have_text("공약 8건 / 전체 24건")
        expect(page).to_have_url(re.compile(r"\?q=%EB%8F%84%EC%84%9C$"))
        assert focused(page) == "id_q"
        assert page.locator("#id_q").input_value() == "도서"
        page.locator("#id_q").press_sequentially("관", delay=20)
        expect(page).to_have_url(re.compile(r"\?q=%EB%8F%84%EC%84%9C%EA%B4%80$"))
        assert option(page, "department", "도로과") == "도로과 (0)"
        assert page.locator("#id_department option[value='도로과']").is_disabled()
        page.fill("#id_q", "")
        expect(page).to_have_url(address)
        page.select_option("#id_department", "도로과")
        expect(page.locator("#result-count")).to_have_text("공약 16건 / 전체 24건")
        page.focus("#id_sort")
        page.select_option("#id_sort", "-rate")
        expect(page).to_have_url(re.compile(r"department=[^&]+&sort=-rate$"))
        expect(page.locator("td.col-code").first).to_have_text("23")
        assert focused(page) == "id_sort"
        assert "department=" in page.locator("#result-files a").first.get_attribute("href")
        assert page.locator("#filters-on").inner_text() == "조건 1개 적용"
        assert page.locator("#id_department").input_value() == "도로과"
        assert page.locator("#id_area").input_value() == ""
        # Nothing was loaded anew, and what is announced stands in the region that was there.
        assert page.evaluate("[window.stays, document.getElementById('result-count').stays]") == [1, 1]


def test_back_leads_through_what_was_chosen_not_through_what_was_typed(address):
    with open_page() as page:
        page.goto(address)
        page.select_option("#id_department", "도서관과")
        expect(page.locator("#result-count")).to_have_text("공약 8건 / 전체 24건")
        for letter, found in (("작", 8), ("은도", 8), ("서관 2", 4)):
            page.locator("#id_q").press_sequentially(letter)
            expect(page.locator("#result-count")).to_contain_text(f"공약 {found}건")
            expect(page).to_have_url(re.compile("q="))
            page.wait_for_timeout(400)
        page.go_back()
        expect(page.locator("#result-count")).to_have_text("공약 8건 / 전체 24건")
        assert page.locator("#id_q").input_value() == ""
        assert page.locator("#id_department").input_value() == "도서관과"
        page.go_back()
        expect(page.locator("#result-count")).to_have_text("공약 24건")
        assert page.locator("#id_department").input_value() == ""
        page.go_forward()
        expect(page.locator("#result-count")).to_have_text("공약 8건 / 전체 24건")
        assert page.locator("#id_department").input_value() == "도서관과"


def test_address_can_be_handed_on(address):
    with open_page() as page:
        page.goto(address)
        page.select_option("#id_department", "도서관과")
        page.select_option("#id_sort", "-rate")
        expect(page).to_have_url(re.compile("sort=-rate$"))
        shared, found = page.url, codes(page)
    with open_page() as page:
        page.goto(shared)
        assert codes(page) == found
        assert page.locator("#id_department").input_value() == "도서관과"
        assert page.locator("#id_sort").input_value() == "-rate"


@pytest.mark.parametrize("width", [1280, 360])
def test_without_a_script_the_form_does_the_same(address, width):
    with open_page(width=width, javascript=False) as page:
        page.goto(address)
        if width == 360:
            page.locator("#filters > summary").click()
        page.select_option("#id_department", "도서관과")
        page.fill("#id_q", "도서")
        page.locator("#listing button[type=submit]").first.click()
        assert (
            page.url.removeprefix(address)
            == "?q=%EB%8F%84%EC%84%9C&department=%EB%8F%84%EC%84%9C%EA%B4%80%EA%B3%BC"
        )
        assert page.locator("#result-count").inner_text() == "공약 8건 / 전체 24건"
        page.select_option("#id_sort", "-rate")
        page.locator(".result-sort button").click()
        assert page.url.endswith("&sort=-rate")
        assert codes(page) == ["24", "21", "18", "15", "12", "9", "6", "3"]


def test_filters_are_folded_on_a_telephone_until_one_is_on(address):
    with open_page(width=360) as page:
        page.goto(address)
        assert not page.locator("#id_department").is_visible()
        assert page.locator("#result-count").bounding_box()["y"] < 900
        assert page.locator("thead").is_hidden()
        page.goto(f"{address}?department=도로과")
        assert page.locator("#id_department").is_visible()
    with open_page() as page:
        page.goto(address)
        assert page.locator("#id_department").is_visible()
        assert page.locator("#filters > summary").is_hidden()


def test_choosing_by_keyboard_alone(address):
    with open_page() as page:
        page.goto(address)
        page.focus("#id_q")
        page.keyboard.type("산책")
        page.keyboard.press("Enter")
        expect(page.locator("#result-count")).to_have_text("공약 1건 / 전체 24건")
        assert focused(page) == "id_q"
        for _step in range(4):
            page.keyboard.press("Tab")
        assert focused(page) == "id_department"
        page.keyboard.press("ArrowDown")
        expect(page).to_have_url(re.compile("department="))
        assert focused(page) == "id_department"


def test_where_the_list_cannot_answer_in_place_it_is_loaded_as_a_page(address):
    with open_page() as page:
        page.goto(address)
        page.evaluate("window.stays = 1")
        page.route(
            "**/*",
            lambda route: route.abort() if route.request.headers.get("hx-request") else route.continue_(),
        )
        page.select_option("#id_department", "도서관과")
        expect(page.locator("#result-count")).to_have_text("공약 8건 / 전체 24건")
        assert page.evaluate("window.stays") is None


def test_choosing_language_or_display_keeps_what_was_typed_and_chosen(address):
    with open_page() as page:
        page.goto(address)
        page.select_option("#id_department", "도서관과")
        expect(page).to_have_url(re.compile("department="))
        page.locator("#id_q").press_sequentially("도서", delay=20)
        expect(page).to_have_url(re.compile("q="))
        page.locator("#id_q").press_sequentially("관 2", delay=20)
        expect(page.locator("#result-count")).to_have_text("공약 4건 / 전체 24건")
        asked = page.url
        page.locator(".language__choice[lang=en]").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert page.url == asked
        page.locator("#id_q").fill("도서관 20")
        expect(page).to_have_url(re.compile("q=.*20"))
        asked = page.url
        page.locator(".display__summary").click()
        page.locator(".display__choice[value=large]").click()
        expect(page.locator("html")).to_have_attribute("data-size", "large")
        assert page.url == asked
        assert page.locator("#id_q").input_value() == "도서관 20"
        assert page.locator("#id_department").input_value() == "도서관과"
