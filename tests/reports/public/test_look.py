"""The look in a real browser: chosen by keyboard without scripts, kept from page to page, light on paper."""

import pytest
from playwright.sync_api import expect

from pledges.enums import Status
from pledges.models import Pledge
from reports.models import Edition
from tests import factories
from tests.browser import open_page, require_chromium
from tests.reports.public import naju as made

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WHITE, BLACK = "rgb(255, 255, 255)", "rgb(0, 0, 0)"
CARD = "/naju/8/pledges/7-2-3/"
GROUND = "getComputedStyle(document.body).backgroundColor"
SIZE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def base(transactional_db, live_server):
    require_chromium()
    made.publish(made.make_naju())
    return live_server.url


def test_look_is_chosen_by_keyboard_without_scripts_and_kept(base):
    with open_page(width=360, javascript=False) as page:
        page.goto(f"{base}{CARD}")
        before = page.evaluate(SIZE)
        for name, option in (("contrast", "선명하게"), ("size", "가장 크게")):
            page.locator(".display__summary").focus()
            page.keyboard.press("Enter")
            page.locator(f"button[name={name}]", has_text=option).focus()
            page.keyboard.press("Enter")
            page.wait_for_load_state()
        expect(page).to_have_url(f"{base}{CARD}")
        assert page.evaluate(GROUND) == BLACK
        assert page.evaluate(SIZE) == pytest.approx(before * 1.5)
        for address in ("/", "/naju/8/", "/naju/8/pledges/", "/accounts/login/", "/nowhere/"):
            page.goto(f"{base}{address}")
            assert page.evaluate(GROUND) == BLACK, address
            assert page.evaluate(OVER) == 0, address
        page.locator(".display__summary").click()
        page.locator("button[name=reset]").click()
        assert page.evaluate(GROUND) == WHITE
        assert "display" not in {cookie["name"] for cookie in page.context.cookies()}


def test_device_that_asks_for_contrast_gets_it_until_its_reader_says_otherwise(base):
    with open_page() as page:
        page.emulate_media(contrast="more")
        page.goto(f"{base}{CARD}")
        assert page.evaluate(GROUND) == BLACK
        page.locator(".display__summary").click()
        page.locator("button[name=contrast][value=standard]").click()
        assert page.evaluate(GROUND) == WHITE


def test_settings_are_reached_whole_on_the_narrowest_screen_with_the_largest_text(base):
    with open_page(width=320) as page:
        page.context.add_cookies([{"name": "display", "value": "high.xxlarge", "url": base}])
        page.goto(f"{base}{CARD}")
        page.locator(".display__summary").click()
        box = page.locator(".display__form").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


def test_card_prints_as_the_form_of_the_city_light_whatever_is_chosen(base):
    with open_page(width=794) as page:
        page.context.add_cookies([{"name": "display", "value": "high.xxlarge", "url": base}])
        page.goto(f"{base}{CARD}")
        page.emulate_media(media="print")
        assert page.evaluate(GROUND) == WHITE
        for hidden in (".site-header", ".site-footer", ".card__facts", ".card__campaign", ".chart__picture"):
            for each in page.locator(hidden).all():
                expect(each).to_be_hidden()
        parts = ["head", "boxes", "goal", "overview", "grid", "money", "done", "indicators", "effects"]
        tops = [page.locator(f".card__{part}").bounding_box()["y"] for part in parts]
        assert tops == sorted(tops)
        assert page.evaluate(OVER) == 0
        # Two pages of A4, as the city's own form.
        assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 2


def test_text_of_a_chart_grows_on_a_telephone_with_the_size_that_is_chosen(base):
    """A picture that fills a narrow screen would shrink instead: larger text leaves it less room."""
    heights = {}
    for size in ("standard.medium", "standard.xxlarge"):
        with open_page(width=360) as page:
            page.context.add_cookies([{"name": "display", "value": size, "url": base}])
            page.goto(f"{base}/naju/8/money/")
            text = page.locator(".chart__picture text").first
            heights[size] = text.evaluate("text => text.getBoundingClientRect().height")
            assert page.evaluate(OVER) == 0
    small, large = heights.values()
    assert large > small * 1.3


def test_reason_of_a_correction_is_whole_on_a_telephone_with_the_largest_text(base):
    pledge, period = Pledge.objects.get(), Edition.objects.get().period
    factories.ApprovedReportFactory(
        pledge=pledge, period=period, revision=2, status=Status.ON_HOLD, reason="다시"
    )
    made.publish(pledge.plan, reason="추진상황을 바로잡음 " * 12)
    with open_page(width=360) as page:
        page.context.add_cookies([{"name": "display", "value": "standard.xxlarge", "url": base}])
        page.goto(f"{base}/naju/8/")
        box = page.locator(".editions .reason:not(.is-empty)").bounding_box()
        assert box["width"] > 200
        assert box["x"] + box["width"] <= 360
