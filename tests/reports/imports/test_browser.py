"""A file dropped in a real browser, looked at and applied, or refused in its place; and without a script."""

import openpyxl
import pytest
from playwright.sync_api import expect

from pledges.models import Pledge
from reports.models import ImportBatch
from tests.browser import english_on, open_page, require_chromium
from tests.reports.imports.conftest import URL
from tests.reports.quarter.test_browser import signed_in
from tests.reports.workbooks import book

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DROP = """([name, bytes]) => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(bytes)], name));
  const zone = document.querySelector(".dropzone");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true }));
  }
}"""
DROP_BESIDE = """() => {
  const held = new DataTransfer();
  held.items.add(new File(["x"], "a.xlsx"));
  const drop = new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
  document.querySelector("h1").dispatchEvent(drop);
  return drop.defaultPrevented;
}"""


@pytest.fixture(autouse=True)
def _browser(monkeypatch):
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def looked_at(page):
    """The page as it stands: Korean alone, nothing sticks out on a phone."""
    # A suffix, and the name that the factory gives people.
    assert set(english_on(page)) <= {"xlsx", "person"}
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_dropped_file_is_looked_at_and_applied(client, hall, live_server):
    with open_page() as page:
        signed_in(page, client, hall.admin, live_server.url)
        page.goto(live_server.url + URL)
        assert page.evaluate(DROP_BESIDE) is True
        assert page.evaluate("document.querySelector('input[type=file]').files.length") == 0
        # What only cards need is asked for cards alone.
        expect(page.locator("[data-cards]")).to_be_hidden()
        page.check("input[value=cards]")
        expect(page.locator("[data-cards]")).to_be_visible()
        page.check("input[value=workbook]")
        looked_at(page)
        # What is chosen is said in the page's language, and is reached by keyboard.
        assert "선택한 파일 없음" in page.inner_text(".dropzone")
        page.focus("input[type=file]")
        ring = "getComputedStyle(document.querySelector('.dropzone__choose')).outlineStyle"
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.type") == "file"
        assert page.evaluate(ring) == "solid"
        # Refused where it stands, without leaving the page.
        page.evaluate(DROP, ["메모.xlsx", list(b"no workbook")])
        page.click("form[data-upload] button")
        expect(page.locator("[data-file].field--error .errorlist")).to_be_visible()
        expect(page.locator("[data-chosen]")).to_have_text("선택한 파일 없음")
        assert page.url == live_server.url + URL
        # The same page takes the mended file.
        page.evaluate(DROP, ["공약.xlsx", list(book(공약_D2="새 이름", 공약_K3=99))])
        expect(page.locator("[data-file].field--error")).to_have_count(0)
        expect(page.locator("[data-chosen]")).to_have_text("공약.xlsx")
        page.click("form[data-upload] button")
        page.wait_for_url(f"**{URL}*-*/")
        looked_at(page)
        assert "일자리 센터 운영" in page.inner_text(".cells__old")
        assert "새 이름" in page.inner_text(".cells__new")
        page.get_by_role("button", name="적용", exact=True).click()
        page.wait_for_load_state()
        looked_at(page)
        assert page.locator(".state--approved").count() == 1
    assert Pledge.objects.get(code="1-1").name == "새 이름"
    assert ImportBatch.objects.finished().count() == 2


def test_file_beyond_the_limit_is_refused_before_it_is_sent(client, hall, live_server):
    with open_page() as page:
        signed_in(page, client, hall.admin, live_server.url)
        page.goto(live_server.url + URL)
        page.evaluate("document.querySelector('[data-upload]').dataset.limit = '10'")
        sent = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        page.evaluate(DROP, ["공약.xlsx", list(b"12345678901")])
        page.click("form[data-upload] button")
        assert "10MB보다 큽니다" in page.inner_text("[data-errors]")
        assert sent == []


def test_errors_come_back_in_the_persons_own_file_without_a_script(client, hall, live_server, tmp_path):
    with open_page(javascript=False) as page:
        signed_in(page, client, hall.admin, live_server.url)
        page.goto(live_server.url + URL)
        # The browser's own control stands there as it is.
        expect(page.locator("input[type=file]")).to_be_visible()
        expect(page.locator(".dropzone__choose")).to_be_hidden()
        path = tmp_path / "공약.xlsx"
        path.write_bytes(book(공약_K2="많음", 공약_L3="모름"))
        page.set_input_files("input[type=file]", str(path))
        with page.expect_navigation():
            page.click("form[data-upload] button")
        looked_at(page)
        with page.expect_download() as download:
            page.click("text=오류를 표시한 내 파일 받기")
        download.value.save_as(tmp_path / "marked.xlsx")
        marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")
        assert marked["공약"]["K2"].comment is not None
        assert marked["공약"]["L3"].comment is not None
        with page.expect_navigation():
            page.click(".save-bar >> text=버리기")
        assert page.url == live_server.url + URL
    assert not ImportBatch.objects.staged().exists()


def test_bar_of_the_staff_pages_is_folded_on_a_phone_and_opened_by_keyboard_without_a_script(
    client, hall, live_server
):
    with open_page(javascript=False) as page:
        signed_in(page, client, hall.admin, live_server.url)
        page.set_viewport_size({"width": 360, "height": 800})
        page.goto(live_server.url + URL)
        bar, fold = page.locator(".site-nav"), page.locator(".nav-fold summary")
        expect(bar).to_be_hidden()
        # The page begins within the upper fifth.
        assert page.locator("h1").bounding_box()["y"] < 240
        fold.focus()
        page.keyboard.press("Enter")
        expect(bar).to_be_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "내 업무"
        looked_at(page)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(live_server.url + URL)
        expect(bar).to_be_visible()
        expect(fold).to_be_hidden()
