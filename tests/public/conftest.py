"""The demo in a real browser, loaded once for this folder: what is done here changes none of its rows."""

import os
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from reports.demo import loading
from tests.browser import CHROMIUM, FLAGS, require_chromium
from tests.public.crawl import crawl
from tests.public.portal import Portal

QUICK = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}


def pytest_collection_modifyitems(items):
    """What shares the loaded demo runs in one process, one test after the other, on the tests' database."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("public"))
            item.add_marker(pytest.mark.django_db)


@pytest.fixture
def _django_db_helper(portal):
    """Instead of pytest-django's: no transaction around each test, which a server would not see, and no flush
    after it."""


@pytest.fixture(scope="package")
def portal(django_db_setup, django_db_blocker):
    """The demo, and on it what it lacks, committed; the tables are empty again when the folder is done."""
    with django_db_blocker.unblock(), tempfile.TemporaryDirectory() as files:
        with override_settings(MEDIA_ROOT=Path(files), **QUICK):
            list(loading.load())
            made = Portal(Path(files))
        yield made
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=False)


@pytest.fixture(scope="package")
def site(portal):
    """The address of a server that serves it."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture(scope="package")
def crawled(portal):
    """Every public page as the test client reads it, by address."""
    return crawl(portal.client(None))


@pytest.fixture(scope="package")
def chromium():
    """One browser for all; each test opens contexts of its own."""
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture(autouse=True)
def _files_of_the_demo(_quick, portal, settings):
    settings.MEDIA_ROOT = portal.files
