"""A real Chromium for the walks. Without one they are skipped, saying so; in CI its absence is a failure."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

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
