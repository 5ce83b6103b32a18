"""What only a browser can tell: nothing with the focus lies under the bar of buttons, one box ticks all."""

import pytest

from pledges.enums import ReportState
from tests.browser import open_page, require_chromium
from tests.factories import PledgeFactory, ReportFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HIDDEN = """async () => {
  // The browser scrolls to the focus within the next frames.
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  const bar = document.querySelector(".save-bar"), on = document.activeElement;
  if (on === document.body || bar.contains(on)) return "";
  const field = on.getBoundingClientRect();
  return field.top < bar.getBoundingClientRect().bottom &&
    field.bottom > bar.getBoundingClientRect().top + 1
    ? on.name || on.tagName : "";
}"""


@pytest.fixture(autouse=True)
def _browser(monkeypatch):
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def signed_in(page, client, user, base):
    client.force_login(user)
    page.context.add_cookies(
        [{"name": name, "value": morsel.value, "url": base} for name, morsel in client.cookies.items()]
    )


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_with_the_focus_lies_under_the_bar_of_buttons(client, city, live_server, width):
    with open_page(width=width, height=640) as page:
        signed_in(page, client, city.officer, live_server.url)
        page.goto(live_server.url + city.url)
        hidden = []
        for key in ["Tab"] * 45 + ["Shift+Tab"] * 45:
            page.keyboard.press(key)
            hidden.append(page.evaluate(HIDDEN))
        assert [name for name in hidden if name] == []


@pytest.mark.parametrize("javascript", [True, False])
def test_one_box_ticks_every_report_and_is_not_there_without_javascript(
    client, city, live_server, javascript
):
    city.report(state=ReportState.SUBMITTED)
    other = PledgeFactory(plan=city.plan, code="1-1")
    ReportFactory(pledge=other, period=city.period, state=ReportState.SUBMITTED)
    with open_page(javascript=javascript) as page:
        signed_in(page, client, city.coordinator, live_server.url)
        page.goto(live_server.url + city.board)
        box = page.locator("#tick-all")
        assert box.is_visible() is javascript
        if javascript:
            box.check()
            assert page.locator("input[name=report]:checked").count() == 2
            page.locator("input[name=report]").first.uncheck()
            assert not box.is_checked()
