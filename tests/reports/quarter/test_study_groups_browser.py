"""Taking over what study groups did: in place with scripts, by the same button without them."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pledges.enums import CountedBy
from pledges.models import Achievement, Actual
from studygroups.enums import RoundState, TeamState
from tests.browser import open_page, require_chromium
from tests.factories import ProgrammeFactory, RoundFactory, ServedPledgeFactory, TeamFactory
from tests.public.axe import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PRESENTED = "한빛연구모임 2024년 최종 발표회 개최"


@pytest.fixture(autouse=True)
def _browser(monkeypatch):
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def served(city):
    """A round that serves the pledge, presented on 20 June; the pledge's indicator counts presentations."""
    programme = ProgrammeFactory()
    ServedPledgeFactory(programme=programme, pledge=city.pledge)
    TeamFactory(
        round=RoundFactory(programme=programme, state=RoundState.FINISHED),
        state=TeamState.COMPLETED,
        decided_at=dt.datetime(2024, 4, 10, 9, tzinfo=timezone.get_default_timezone()),
        presented_on=dt.date(2024, 6, 20),
    )
    city.indicator.counted_by = CountedBy.STUDY_FINALS
    city.indicator.save()
    return city


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("width", [1280, 360])
def test_line_and_number_are_taken_over_and_stored_by_saving_alone(
    client, served, live_server, width, scripts
):
    city = served
    client.force_login(city.officer)
    with open_page(width=width, javascript=scripts) as page:
        page.context.add_cookies(
            [
                {"name": name, "value": morsel.value, "url": live_server.url}
                for name, morsel in client.cookies.items()
            ]
        )
        page.goto(live_server.url + city.url)
        offers = page.locator("#study-group-offers")
        expect(offers.get_by_role("listitem")).to_have_count(2)
        if scripts and width == 1280:
            assert faults(page) == []
        offers.get_by_role("button", name=PRESENTED).click()
        expect(page.locator("[name=achievement-0-text]")).to_have_value(PRESENTED)
        expect(page.locator("[name=achievement-0-dates]")).to_have_value("2024. 6. 20.")
        expect(page.locator("#study-group-offers").get_by_role("button", name=PRESENTED)).to_have_count(0)
        box = page.locator(f"[name={city.actual}]")
        expect(box).to_have_value("")
        page.locator(f"#suggestion-{city.indicator.pk} button").click()
        expect(page.locator(f"[name={city.actual}]")).to_have_value("1")
        # The line is still there, and nothing of it stands in a report yet.
        expect(page.locator("[name=achievement-0-text]")).to_have_value(PRESENTED)
        assert not Achievement.objects.filter(text=PRESENTED).exists()
        assert not Actual.objects.filter(report__period=city.period).exists()
        page.get_by_role("button", name="임시저장").click()
        page.wait_for_load_state()
        line = Achievement.objects.get(text=PRESENTED)
        assert (line.report.period, line.starts_on) == (city.period, dt.date(2024, 6, 20))
        assert Actual.objects.get(report=line.report, indicator=city.indicator).value == 1
