"""A real Chromium for the walks. Without one they are skipped, saying so; in CI its absence is a failure.

With the environment variable ``SCREENSHOTS`` set to a folder, ``Windows.look`` writes each page there as a
picture, 1280 and 360 wide.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from pledges.models import User
from pledges.secondstep import usable_code

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def require_chromium() -> None:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium at /usr/bin/chromium; install Debian's package chromium.")
        pytest.skip("no Chromium at /usr/bin/chromium (Debian's package chromium)")


PASSWORD = "pass-hanbit-1"
# The key of every test person's authenticator app, as base32.
CODE_KEY = "HANBITTESTHANBITTESTHANBITTEST22"


def give_app(user: User) -> Authenticator:
    """An authenticator app that shows the codes of ``CODE_KEY``."""
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": CODE_KEY, "last_counter": -1}
    )


def code_for(username: str) -> str:
    """The code that the person's app shows now, used or not: a walk logs in faster than codes change."""
    cache.clear()
    app = Authenticator.objects.get(user__username=username, type=Authenticator.Type.TOTP)
    app.data = {**app.data, "last_counter": -1}
    app.save(update_fields=["data"])
    return usable_code(app.data["secret"])


def log_in(page: Page, base: str, username: str, password: str = PASSWORD) -> None:
    """The whole login at ``base`` as a person does it: password, and the code where one is asked for."""
    page.context.clear_cookies()
    page.goto(f"{base}/staff/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.locator("main form button.button--primary").click()
    page.wait_for_load_state()
    if "/2fa/" in page.url:
        page.fill("input[name=code]", code_for(username))
        page.locator("main form button.button--primary").first.click()
    expect(page).to_have_url(f"{base}/staff/")


@contextmanager
def open_page(*, width: int = 1280, height: int = 900, javascript: bool = True) -> Iterator[Page]:
    """A page in a browser of its own, in Korean, that fails on any script error or refused resource."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="ko-KR", java_script_enabled=javascript
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if "Content Security Policy" in message.text or "Refused to" in message.text
                else None
            ),
        )
        try:
            yield page
        finally:
            browser.close()
        assert complaints == []


WIDTHS = (1280, 360)
# Names and signs that a Korean page writes in Latin letters.
LATIN = {
    "JavaScript",
    "Excel",
    "Google",
    "Microsoft",
    "Authenticator",
    "HWPX",
    "XLSX",
    "JPEG",
    "WEBP",
    "JSON",
    "HTML",
    "Atom",
}


class Windows:
    """One browser with a window for each person, all in Korean, that fails on any error in its console.

    ``provoked`` are the statuses that the walk itself asked for (a 422 for a bad cell); the browser reports
    those too.
    """

    def __init__(self, browser: Browser, *, javascript: bool = True, logins: Iterable[str] = ()) -> None:
        self.browser, self.javascript, self.logins = browser, javascript, frozenset(logins)
        self.complaints: list[str] = []
        self.provoked: list[int] = []
        self.folder = os.environ.get("SCREENSHOTS", "")
        self.looks = 0

    def open(self) -> Page:
        context = self.browser.new_context(
            viewport={"width": WIDTHS[0], "height": 900}, locale="ko-KR", java_script_enabled=self.javascript
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        status = re.search(r"responded with a status of (4\d\d)", message.text)
        if status:
            self.provoked.append(int(status[1]))
        else:
            self.complaints.append(f"{message.text} {message.location}")

    def look(self, page: Page, name: str) -> None:
        """Look at the page as it stands: Korean alone, and nothing sticks out on a phone."""
        self.looks += 1
        page.wait_for_load_state()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if over:
                self.complaints.append(f"{name} sticks out by {over} px at {width}")
            if self.folder:
                path = Path(self.folder) / f"{self.looks:02d}-{name}-{width}.png"
                page.screenshot(path=path, full_page=True)
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        english = set(english_on(page)) - self.logins
        if english:
            self.complaints.append(f"{name}: English {sorted(english)}")


def english_on(page: Page) -> list[str]:
    """The English words that a reader of this page meets; addresses, file names and keys are none."""
    text = page.locator("main").inner_text()
    plain = re.sub(r"\S*[@/]\S*|\b[A-Z2-7]{16,}\b|\b[0-9a-f]{6,}\b|\S+\.(?:pdf|hwpx|xlsx|png)\b", " ", text)
    return [word for word in re.findall(r"[A-Za-z]{4,}", plain) if word not in LATIN]


@contextmanager
def open_windows(*, javascript: bool = True, logins: Iterable[str] = ()) -> Iterator[Windows]:
    """A browser for several people, with the login names that stand on its pages; see ``Windows``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        windows = Windows(browser, javascript=javascript, logins=logins)
        try:
            yield windows
        finally:
            browser.close()
        if windows.complaints:
            pytest.fail("\n".join(windows.complaints))
