"""A real Chromium for the walks. Without one they are skipped, saying so; in CI its absence is a failure."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect, sync_playwright

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
