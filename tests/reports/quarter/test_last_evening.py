"""The last evening of a quarter in a browser: twelve unchanged pledges in a few clicks."""

import pytest

from pledges.enums import ReportState, Role
from pledges.models import ProgressReport
from tests.browser import open_page, require_chromium
from tests.factories import ActualFactory, ApprovedReportFactory, IndicatorFactory, PledgeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _browser(monkeypatch):
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def twelve(city):
    """Twelve pledges of the lead department that met their targets last quarter, and a head."""
    city.plan.head_signs = True
    city.plan.save()
    for number in range(12):
        pledge = PledgeFactory(plan=city.plan, code=f"1-{number + 1}", lead_department=city.lead)
        indicator = IndicatorFactory(pledge=pledge, targets={2024: 1})
        report = ApprovedReportFactory(pledge=pledge, period=city.earlier)
        ActualFactory(indicator=indicator, report=report, value=1)
    city.report(state=ReportState.APPROVED)
    city.head = city.person(Role.HEAD, city.lead)
    return city


def signed_in(page, client, user, base):
    client.force_login(user)
    page.context.add_cookies(
        [{"name": name, "value": morsel.value, "url": base} for name, morsel in client.cookies.items()]
    )


class Clicks:
    """Clicks on a page, counted."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def on(self, role, name):
        self.page.get_by_role(role, name=name).first.click()
        self.count += 1


def states(city):
    reports = ProgressReport.objects.for_period(city.period).exclude(pledge=city.pledge)
    return sorted(reports.values_list("state", flat=True))


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (360, True), (1280, False)])
def test_twelve_unchanged_pledges_are_handed_in_with_2_clicks_and_signed_off_with_3(
    client, twelve, live_server, width, javascript
):
    with open_page(width=width, height=800, javascript=javascript) as page:
        signed_in(page, client, twelve.officer, live_server.url)
        page.goto(f"{live_server.url}/staff/")
        clicks = Clicks(page)
        clicks.on("link", "변동 없는 공약 한 번에 작성 (12건)")
        assert page.locator("input[name=pledge]:checked").count() == 12
        clicks.on("button", "작성하고 제출")
        page.wait_for_url(f"{live_server.url}/staff/")
        assert page.get_by_text("보고서 12건을 제출했습니다").is_visible()
        assert page.get_by_text("부서의 보고서를 모두 제출했습니다").is_visible()
        assert clicks.count == 2
        assert states(twelve) == [ReportState.SUBMITTED] * 12

        page.context.clear_cookies()
        client.logout()
        signed_in(page, client, twelve.head, live_server.url)
        page.goto(f"{live_server.url}/staff/")
        clicks = Clicks(page)
        clicks.on("link", "결재할 보고서 12건")
        if javascript:
            page.get_by_label("모두 선택").check()
            clicks.count += 1
        else:
            assert not page.get_by_label("모두 선택").is_visible()
            for box in page.locator("input[name=report]").all():
                box.check()
        clicks.on("button", "선택한 보고서 결재")
        page.wait_for_url(f"{live_server.url}/staff/")
        assert page.get_by_text("보고서 12건을 결재했습니다").is_visible()
        assert clicks.count == (3 if javascript else 2)
        assert states(twelve) == [ReportState.SIGNED] * 12


def test_report_is_taken_back_by_keyboard_and_without_javascript(client, city, live_server):
    city.report(state=ReportState.SUBMITTED, submitted_by=city.officer)
    with open_page(javascript=False) as page:
        signed_in(page, client, city.officer, live_server.url)
        page.goto(live_server.url + city.url)
        button = page.get_by_role("button", name="회수하기")
        assert not button.is_visible()
        page.locator("details.withdraw > summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("form.quarter")
        assert city.current.state == ReportState.DRAFT
