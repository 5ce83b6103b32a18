"""What only a browser can tell: nothing with the focus lies under the bar of buttons, one box ticks all."""

from decimal import Decimal

import pytest

from pledges.enums import ReportState
from pledges.models import ProgressReport
from tests.browser import open_page, require_chromium
from tests.factories import PledgeFactory, ReportFactory
from tests.reports.quarter.large import LargeCity

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
def test_one_box_ticks_a_group_and_a_link_does_without_javascript(client, city, live_server, javascript):
    city.report(state=ReportState.SUBMITTED, status="")
    other = PledgeFactory(plan=city.plan, code="1-1")
    ReportFactory(pledge=other, period=city.period, state=ReportState.SUBMITTED, status="")
    city.first.actuals.update(value=Decimal(3))
    with open_page(javascript=javascript) as page:
        signed_in(page, client, city.coordinator, live_server.url)
        page.goto(live_server.url + city.board)
        box, link = page.locator("#tick-unchanged"), page.locator(".group__plain a")
        assert (box.is_visible(), link.is_visible()) == (javascript, not javascript)
        if javascript:
            box.check()
        else:
            link.click()
        assert page.locator("input[name=report]:checked").count() == 2
        page.locator(".group__fold summary").click()
        page.locator("input[name=report]").first.uncheck()
        if javascript:
            assert not box.is_checked()


def test_late_departments_stand_on_one_screen_and_sixty_unchanged_reports_take_under_ten_clicks(
    client, db, live_server
):
    """From my work on: 100 pledges, 40 departments, 60 reports without a change."""
    large = LargeCity()
    clicks = 0

    def click(found):
        nonlocal clicks
        clicks += 1
        found.click()

    with open_page(width=1280, height=900) as page:
        signed_in(page, client, large.coordinator, live_server.url)
        page.goto(live_server.url + "/staff/")
        click(page.locator(f"main a.button[href='{large.board}']").first)
        page.wait_for_url(live_server.url + large.board)
        rows = page.locator(".board__table tbody tr")
        ends = [box["y"] + box["height"] for box in (row.bounding_box() for row in rows.all())]
        assert len(ends) == 40
        assert max(ends) <= 900
        assert page.locator(".board__table .is-late").count() == 27
        click(page.locator("#tick-unchanged"))
        click(page.get_by_role("button", name="선택한 보고 승인"))
        page.locator(".messages").get_by_text("보고 60건을 승인했습니다").wait_for()
    assert clicks < 10
    assert ProgressReport.objects.for_period(large.period).approved().count() == 60
