"""Dropping and choosing files in a real browser: the list grows, refusals stand beside it, typing stays."""

import pytest

from pledges.models import EvidenceFile
from tests import evidence as made
from tests.browser import open_page, require_chromium
from tests.reports.quarter.test_browser import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DROP = """([files]) => {
  const held = new DataTransfer();
  for (const [name, bytes] of files) held.items.add(new File([new Uint8Array(bytes)], name));
  const zone = document.querySelector(".dropzone");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture(autouse=True)
def _browser(monkeypatch):
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def names():
    return [file.name for file in EvidenceFile.objects.all()]


def test_dropped_and_chosen_files_are_attached_while_typing_stays(client, city, live_server):
    with open_page() as page:
        signed_in(page, client, city.officer, live_server.url)
        page.goto(live_server.url + city.url)
        page.fill(f"#id_{city.actual}", "7")
        page.evaluate(
            DROP, [[["결과.pdf", list(made.pdf())], ["공문.hwp", list(made.ole("HwpSummaryInformation"))]]]
        )
        page.locator("[data-error-list] li").wait_for()
        assert "HWPX" in page.inner_text("[data-error-list]")
        assert page.locator(".attachment").count() == 1
        page.set_input_files(
            "#evidence-files", [{"name": "사진.png", "mimeType": "", "buffer": made.picture()}]
        )
        page.locator(".attachment >> nth=1").wait_for()
        assert names() == ["결과.pdf", "사진.png"]
        assert page.input_value(f"#id_{city.actual}") == "7"
        # By keyboard alone: the button of the first file, and the focus stays in the section.
        page.on("dialog", lambda dialog: dialog.accept())
        page.locator(".attachment button").first.focus()
        page.keyboard.press("Enter")
        page.locator(".attachment >> nth=1").wait_for(state="detached")
        assert names() == ["사진.png"]
        assert page.evaluate("document.activeElement.name") == "remove"
        with page.expect_navigation():
            page.locator("button[data-save]").click()
        assert city.current.actuals.get().value == 7
        assert city.current.evidence.count() == 1


def test_file_dropped_beside_the_zone_does_not_leave_the_page(client, city, live_server):
    with open_page() as page:
        signed_in(page, client, city.officer, live_server.url)
        page.goto(live_server.url + city.url)
        held = """() => {
          const held = new DataTransfer();
          held.items.add(new File(["x"], "a.pdf"));
          const drop = new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
          document.querySelector("h1").dispatchEvent(drop);
          return drop.defaultPrevented;
        }"""
        assert page.evaluate(held) is True
        assert names() == []


def test_file_is_attached_without_a_script_and_typing_comes_back(client, city, live_server):
    with open_page(javascript=False) as page:
        signed_in(page, client, city.officer, live_server.url)
        page.goto(live_server.url + city.url)
        page.fill(f"#id_{city.actual}", "7")
        page.set_input_files("#evidence-files", [{"name": "결과.pdf", "mimeType": "", "buffer": made.pdf()}])
        page.locator("button[value=attach]").click()
        assert page.locator(".attachment").count() == 1
        assert page.input_value(f"#id_{city.actual}") == "7"
        page.locator(".attachment button").click()
        assert page.locator(".attachment").count() == 0
        assert page.input_value(f"#id_{city.actual}") == "7"
