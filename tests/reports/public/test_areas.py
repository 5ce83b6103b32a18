"""The index of areas, and an area's place in its plan."""

import datetime as dt
import re

import pytest

from pledges.enums import Status
from tests import factories
from tests.reports.public import naju as made
from tests.reports.public.conftest import plain

AS_OF = dt.date(2024, 3, 31)
AREAS = "/hanbit/8/areas/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    """Areas 1 with 1-1 and 1-2, and 2; a pledge in each but 1, one more on hold in 1-2, one in none."""
    plan = factories.PlanFactory()
    top = factories.AreaFactory(plan=plan, code="1", name="생활")
    areas = {
        "1-1": factories.AreaFactory(plan=plan, code="1-1", name="길", parent=top),
        "1-2": factories.AreaFactory(plan=plan, code="1-2", name="물", parent=top),
        "2": factories.AreaFactory(plan=plan, code="2", name="배움"),
    }
    period = factories.PeriodFactory(plan=plan, as_of=AS_OF, state="closed")
    for code, area, status, rate, million in [
        ("a", "1-1", Status.CLOSED, 100, 30),
        ("b", "1-2", Status.ON_TRACK, 40, 10),
        ("c", "1-2", Status.ON_HOLD, 10, None),
        ("d", "2", Status.CONTINUING, 80, None),
        ("e", "", Status.ON_TRACK, 20, 5),
    ]:
        pledge = factories.PledgeFactory(plan=plan, code=code, name=f"약속 {code}", area=areas.get(area))
        factories.ApprovedReportFactory(pledge=pledge, period=period, status=status, entered_rate=rate)
        if million:
            factories.InvestmentFactory(
                sub_project=factories.SubProjectFactory(pledge=pledge), amount=million * 1_000_000
            )
    made.publish(plan, AS_OF)
    return plan


def lines(page: str) -> list[str]:
    """The rows of the table of areas as text."""
    table = re.search(r'<table class="entry data areas">.*?</table>', page, re.DOTALL).group()
    return [plain(row) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]]


def test_index_shows_every_area_with_rate_statuses_and_money(plan, client):
    """Means: 1 is (100 + 40 + 10) ÷ 3, 1-2 is (40 + 10) ÷ 2, the plan (100 + 40 + 10 + 80 + 20) ÷ 5.
    Columns: pledges, mean, closed, continuing, on track, partial, other, planned, executed."""
    assert lines(client.get(AREAS).content.decode()) == [
        "계획 전체 5 50.00% 1 1 2 0 1 45 –",
        "1 생활 3 50.00% 1 0 1 0 1 40 –",
        "1-1 길 1 100.00% 1 0 0 0 0 30 –",
        "1-2 물 2 25.00% 0 0 1 0 1 10 –",
        "2 배움 1 80.00% 0 1 0 0 0 – –",
    ]


def test_index_leads_to_every_area_and_to_pledges_of_none(plan, client):
    page = client.get(AREAS).content.decode()
    for code in ("1", "1-1", "1-2", "2"):
        assert f'href="/hanbit/8/areas/{code}/"' in page
    assert "분야가 지정되지 않은 공약 1건" in page
    assert 'href="/hanbit/8/pledges/?area=-"' in page
    found = client.get("/hanbit/8/pledges/?area=-").content.decode()
    assert re.findall(r'<td class="col-code code">([^<]+)', found) == ["e"]


def test_index_is_one_step_from_every_page_of_the_plan(plan, client):
    for address in ("/hanbit/8/", "/hanbit/8/pledges/", "/hanbit/8/areas/1/", "/hanbit/8/pledges/a/"):
        assert f'href="{AREAS}"' in client.get(address).content.decode(), address


def test_index_of_another_plan_stands_behind_the_dash(plan, client):
    works = factories.PlanFactory(term=plan.term, code="works-2024", name="주요업무")
    made.make_pledges(1, plan=works)
    made.publish(works, AS_OF)
    assert "계획 전체" in client.get("/hanbit/8/works-2024/-/areas/").content.decode()


def test_plan_without_areas_says_so(client):
    plan = factories.PlanFactory()
    factories.PledgeFactory(plan=plan, area=None)
    made.publish(plan, AS_OF)
    assert "이 계획은 분야를 나누지 않았습니다." in client.get(AREAS).content.decode()


def test_index_keeps_to_an_older_edition(plan, client):
    made.publish(plan, dt.date(2024, 6, 30))
    page = client.get(f"{AREAS}?as_of=2024-03-31&edition=1").content.decode()
    assert "지난 수치를 보고 있습니다" in page
    assert 'href="/hanbit/8/areas/1/?as_of=2024-03-31&amp;edition=1"' in page


def test_area_says_its_share_of_the_plan_and_its_statuses(plan, text_of):
    page = text_of("/hanbit/8/areas/1/")
    assert "공약 3 / 계획 전체 5" in page
    assert "소요예산 40 백만원 / 계획 전체 45" in page
    assert "● 완료 종결 1 ◕ 완료 후 계속추진 0 ◑ 정상추진 1 ◔ 일부추진 0 ‖ 보류 1" in page


def test_count_of_a_status_leads_to_these_pledges(plan, client):
    page = client.get("/hanbit/8/areas/1/").content.decode()
    assert 'href="/hanbit/8/pledges/?area=1&amp;status=on_hold"' in page
    found = client.get("/hanbit/8/pledges/?area=1&status=on_hold").content.decode()
    assert re.findall(r'<td class="col-code code">([^<]+)', found) == ["c"]


def test_area_leads_to_the_one_before_and_after_it_on_its_level(plan, client):
    first, last = (client.get(f"/hanbit/8/areas/{code}/").content.decode() for code in ("1-1", "1-2"))
    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', first) == [("next", "/hanbit/8/areas/1-2/")]
    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', last) == [("prev", "/hanbit/8/areas/1-1/")]
    top = client.get("/hanbit/8/areas/2/").content.decode()
    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', top) == [("prev", "/hanbit/8/areas/1/")]


@pytest.mark.parametrize("count", [1, 3])
def test_index_takes_two_queries(client, django_assert_num_queries, count):
    plan = factories.PlanFactory()
    for number in range(count):
        area = factories.AreaFactory(plan=plan, code=f"{number + 1}")
        factories.PledgeFactory(plan=plan, area=area)
    made.publish(plan, AS_OF)
    with django_assert_num_queries(2):
        assert client.get(AREAS).status_code == 200
