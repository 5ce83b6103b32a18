"""What a first visit costs, measured in Chromium on a server with collected, compressed static files.

``pytest -n0 -s tests/public/test_weight.py`` prints the table: bytes, largest contentful paint (LCP), layout
shift (CLS). Times are this machine's and are held to nothing; bytes and shifts are.
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.browser

MOST, SHIFT = 250 * 1024, 0.1
PAGES = {
    "list": "/hanbit/8/pledges/",
    "front": "/hanbit/8/",
    "card": "/hanbit/8/pledges/4-1-3/",
    "home": "/",
}
OBSERVE = """
window.__shift = 0; window.__paint = 0;
new PerformanceObserver(list => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.__shift += each.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => { window.__paint = list.getEntries().at(-1).startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
"""


def database_url() -> str:
    """The tests' own database as another process names it."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    login = f"{quote(given['USER'], safe='')}:{quote(given['PASSWORD'] or '', safe='')}"
    return f"postgres://{login}@{quote(given['HOST'] or '', safe='')}:{given['PORT']}/{given['NAME']}"


@pytest.fixture(scope="module")
def production(portal, tmp_path_factory):
    """The address of the portal as a city runs it: PRODUCTION, gunicorn, compressed static files."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "PRODUCTION": "1",
        "SECRET_KEY": "only-for-this-test-" + "x" * 40,
        "ALLOWED_HOSTS": "127.0.0.1",
        "PORTAL_URL": address,
        "SECURE_SSL_REDIRECT": "0",
        "STATIC_ROOT": str(tmp_path_factory.mktemp("static")),
        "DATABASE_URL": database_url(),
        "LOG_LEVEL": "ERROR",
    }
    here = settings.BASE_DIR
    manage = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(manage, cwd=here, env=environment, check=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "--log-level", "error"],
        cwd=here,
        env=environment,
    )
    try:
        for _attempt in range(200):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def first_visit(chromium, address: str, width: int) -> dict:
    """A visit with an empty cache: bytes over the line, origins, console, headers, paint and shift."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="ko-KR")
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    bytes_, hosts, console = [], set(), []
    wire.on("Network.loadingFinished", lambda event: bytes_.append(event["encodedDataLength"]))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc or request.url[:40]))
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    page.add_init_script(OBSERVE)
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_load_state("networkidle")
    seen = {
        "bytes": sum(bytes_),
        "requests": len(bytes_),
        "hosts": hosts,
        "console": console,
        "headers": answer.headers,
        "cookies": context.cookies(),
        "paint": page.evaluate("window.__paint"),
        "shift": page.evaluate("window.__shift"),
    }
    context.close()
    return seen


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", PAGES)
def test_first_visit_is_light_alone_silent_and_still(production, chromium, name, width):
    address = production + PAGES[name]
    seen = first_visit(chromium, address, width)
    print(  # noqa: T201
        f"\n{name} {width}: {seen['bytes'] / 1024:.1f} KB in {seen['requests']} answers,"
        f" LCP {seen['paint']:.0f} ms, CLS {seen['shift']:.4f}"
    )
    assert seen["bytes"] <= MOST
    # Neither is 0: something was fetched, and something painted.
    assert seen["bytes"] > 10_000
    assert seen["paint"] > 0
    assert seen["hosts"] == {urlsplit(address).netloc}
    assert seen["console"] == []
    assert seen["cookies"] == []
    assert seen["shift"] <= SHIFT
    policy = seen["headers"]["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert not re.search("unsafe-(?:inline|eval|hashes)", policy)
