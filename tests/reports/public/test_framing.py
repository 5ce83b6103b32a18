"""A card in another site's page, and its fields and buttons, in a real browser."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from reports.public.sharing import EMBED_HEIGHT
from tests.browser import open_page, require_chromium
from tests.reports.public import naju as made

CARD = "/naju/8/pledges/7-2-3/"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def portal(live_server, monkeypatch):
    require_chromium()
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    made.publish(made.make_naju())
    return live_server.url


@contextmanager
def elsewhere(framed):
    """The address of a page of another origin, with a server of its own, that frames an address."""
    body = f'<!doctype html><iframe title="card" src="{framed}" width="400" height="300"></iframe>'.encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def test_other_site_frames_the_small_page_and_its_link_leads_out_of_the_frame(portal):
    with elsewhere(f"{portal}{CARD}embed/") as site, open_page() as page:
        page.goto(site)
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("73.33%")).to_be_visible()
        assert page.frames[1].evaluate("document.documentElement.scrollHeight") <= EMBED_HEIGHT
        assert page.context.cookies() == []
        frame.get_by_role("link", name="학습동아리 활성화").click()
        expect(page).to_have_url(portal + CARD)
        expect(page.get_by_role("heading", level=1)).to_contain_text("학습동아리 활성화")


def frame_the_card(portal, said):
    with elsewhere(portal + CARD) as site, open_page() as page:
        page.on("console", lambda message: said.append(message.text))
        page.goto(site)
        page.wait_for_load_state("networkidle")
        said.append(page.frame_locator("iframe").get_by_text("73.33%").count())


def test_other_site_cannot_frame_the_card_itself(portal):
    said = []
    # The browser tells of the refusal in its console, as it should, and ``open_page`` hears it.
    with pytest.raises(AssertionError):
        frame_the_card(portal, said)
    assert said[-1] == 0
    assert any("frame-ancestors" in message for message in said[:-1])


def test_small_page_fits_a_frame_of_a_telephone(portal):
    with open_page(width=320) as page:
        page.goto(f"{portal}{CARD}embed/")
        size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        width, height = page.evaluate(size)
        assert width == 320
        assert height <= 900


def test_copy_button_copies_the_field(portal):
    with open_page() as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(portal + CARD)
        button = page.locator("[data-copy=link-pinned]")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="복사했습니다.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == f"{portal}{CARD}?as_of=2025-09-30&edition=1"


def test_without_the_script_the_fields_stand_alone(portal):
    with open_page(javascript=False) as page:
        page.goto(portal + CARD)
        expect(page.locator("#link-newest")).to_have_value(portal + CARD)
        expect(page.locator("[data-copy]").first).to_be_hidden()


def test_print_has_the_code_and_no_questions(portal):
    with open_page() as page:
        page.goto(portal + CARD)
        expect(page.locator(".card__qr")).to_be_hidden()
        page.emulate_media(media="print")
        expect(page.locator(".card__qr")).to_be_visible()
        assert page.locator(".card__qr").evaluate("image => image.complete && image.naturalWidth > 0")
        expect(page.locator(".card__question").first).to_be_hidden()
        for part in (
            "goal",
            "overview",
            "effects",
            "boxes",
            "grid",
            "money",
            "done",
            "indicators",
        ):
            expect(page.locator(f".card__{part}").first).to_be_visible()
        expect(page.locator("#share")).to_be_hidden()
