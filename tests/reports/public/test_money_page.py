"""The plan's money: every figure is one of the frozen summary's or of a card's."""

import datetime as dt
import re

import pytest

from pledges.enums import MoneySource
from pledges.models import Plan
from pledges.notation import format_money
from reports.cards import read_card
from reports.models import Edition, EditionPledge
from reports.summaries import read_summary
from tests import factories
from tests.reports.public import naju as made
from tests.reports.public.conftest import plain

MONEY = "/hanbit/8/money/"
MARCH = dt.date(2024, 3, 31)
MILLION = 1_000_000

pytestmark = pytest.mark.django_db


def make_money(count: int) -> Plan:
    """A plan with so many pledges, each with money of two sources; nothing published."""
    plan = made.make_pledges(count)
    for number, pledge in enumerate(plan.pledges.all(), start=1):
        project = factories.SubProjectFactory(pledge=pledge)
        for source, amount in ((MoneySource.CITY, 1000 + number), (MoneySource.NATIONAL, 17 * number)):
            factories.InvestmentFactory(sub_project=project, source=source, amount=amount * MILLION)
    return plan


def test_money_page_shows_naju_s_42_of_75_4_million(naju, text_of):
    page = text_of("/naju/8/money/")
    assert "금액 단위: 백만원." in page
    assert "소요예산 75.4 확보액 – 집행액 42 집행률 55.70%" in page
    assert "시비 75.4 – 75.4 – 33 18.5 13.2 10.7 –" in page
    assert "집행액 42 – 42 – 33 – 9 – –" in page
    assert "7 시민소통 1 75.4 42" in page
    assert "7-2-3 학습동아리 활성화 75.4 – 42 55.70%" in page


def test_every_figure_is_one_of_the_summary_or_of_a_card(client):
    plan = make_money(12)
    made.publish(plan, MARCH)
    summary = read_summary(Edition.objects.get().summary)
    cards = [read_card(row.card) for row in EditionPledge.objects.all()]
    rows = [*summary.planned_rows, *filter(None, [summary.executed_row])]
    won = [summary.planned, summary.secured, summary.executed]
    won += [
        amount for row in rows for amount in (row.total, row.prior, row.within_term, row.after, *row.years)
    ]
    won += [amount for area in summary.areas for amount in (area.planned, area.executed)]
    won += [
        amount for card in cards for amount in (card.money.planned, card.money.secured, card.money.executed)
    ]
    rates = [summary.execution_rate, *(card.money.execution_rate for card in cards)]
    known = {format_money(amount, summary.plan.money_unit) or "–" for amount in won}
    known |= {f"{rate}%" if rate else "–" for rate in rates}
    html = client.get(MONEY).content.decode()
    page = html.split("<main")[1]
    cells = re.findall(r'<td class="n"[^>]*>([^<]*)</td>', page) + re.findall(r"<dd>([^<]*)</dd>", page)
    cells += re.findall(r'<text class="chart__figure"[^>]*>([^<]+)<', page)
    counts = {str(area.pledges) for area in summary.areas}
    assert len(cells) > 60
    assert set(cells) <= known | counts
    assert {format_money(summary.planned, summary.plan.money_unit)} <= set(cells)


def test_ten_pledges_with_the_most_money_come_most_first(client):
    made.publish(make_money(12), MARCH)
    response = client.get(MONEY)
    # 1000 + n + 17 n million: the last pledges take the most.
    amounts = [card.money.planned for card in response.context["largest"]]
    assert amounts == [(1000 + 18 * number) * MILLION for number in range(12, 2, -1)]
    assert "소요예산이 가장 많은 공약 10건" in plain(response.content.decode())


def test_plan_without_money_says_so(text_of):
    made.publish(made.make_pledges(1), MARCH)
    page = text_of(MONEY)
    assert "입력된 투자계획이 없습니다." in page
    assert "소요예산 – 확보액 – 집행액 – 집행률 –" in page


@pytest.mark.parametrize("count", [3, 30])
def test_money_page_takes_three_queries(count, client, django_assert_num_queries):
    made.publish(make_money(count), MARCH)
    with django_assert_num_queries(3):
        assert client.get(MONEY).status_code == 200


def test_money_page_that_has_not_changed_is_answered_with_304(client):
    made.publish(make_money(1), MARCH)
    tag = client.get(MONEY).headers["ETag"]
    assert client.get(MONEY, headers={"if-none-match": tag}).status_code == 304


def test_money_of_an_older_edition_says_that_it_is_older(client, text_of):
    plan = make_money(1)
    made.publish(plan, MARCH)
    factories.InvestmentFactory(
        sub_project=plan.pledges.get().sub_projects.get(), source=MoneySource.PRIVATE, amount=5 * MILLION
    )
    made.publish(plan, dt.date(2024, 6, 30))
    assert "소요예산 1,023" in text_of(MONEY)
    older = text_of(f"{MONEY}?as_of=2024-03-31")
    assert "소요예산 1,018" in older
    assert "지난 수치를 보고 있습니다" in older


def test_unpublished_investment_shows_nowhere(client):
    plan = make_money(1)
    made.publish(plan, MARCH)
    factories.InvestmentFactory(
        sub_project=plan.pledges.get().sub_projects.get(), source=MoneySource.PRIVATE, amount=77_777 * MILLION
    )
    assert "77,777" not in client.get(MONEY).content.decode()


def test_money_page_without_an_edition_is_not_found_and_other_plans_have_theirs(naju, client):
    works = factories.PlanFactory(term=naju.term, code="works-2025", name="2025년 주요업무")
    assert client.get("/naju/8/works-2025/-/money/").status_code == 404
    made.make_pledges(1, plan=works, code="A-3")
    made.publish(works, MARCH)
    html = client.get("/naju/8/works-2025/-/money/").content.decode()
    assert 'href="/naju/8/works-2025/-/money/" aria-current="page"' in html
    assert 'href="/naju/8/money/"' not in html
