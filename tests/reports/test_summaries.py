"""The summary document: the plan as a whole, against figures known beforehand."""

import datetime as dt
import json

import pytest

from pledges.enums import MoneySource, Status
from pledges.models import Plan
from reports.cards import build_cards
from reports.fulfilment import plan_fulfilment
from reports.summaries import build_summary, read_summary, summary_document
from tests.factories import AreaFactory, IndicatorFactory, PlanFactory, PledgeFactory, SubProjectFactory
from tests.reports import seeds
from tests.reports.seeds import enter, invest, report, spend

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2024, 6, 30)


def test_nonsan_summary_has_the_published_table():
    summary = build_summary(seeds.nonsan(), dt.date(2019, 4, 30))
    assert (summary.headline.rate.display, summary.under_way) == ("39.3", "60.7")
    assert (summary.headline.numerator, summary.headline.of) == ("26", 66)
    assert [summary.counts[key] for key in ("total", "closed", "continuing", "on_track", "partial")] == [
        66,
        4,
        22,
        40,
        0,
    ]
    assert (summary.planned, summary.execution_rate, summary.planned_rows) == (None, None, ())
    assert summary.executed_row is None


def test_boryeong_summary_shows_the_sum_behind_its_mean():
    summary = build_summary(seeds.boryeong(), dt.date(2021, 12, 31))
    assert (summary.headline.numerator, summary.headline.of, summary.headline.rate.display) == (
        "5048",
        65,
        "77.7",
    )
    assert summary.under_way is None


def test_hanbit_summary_has_areas_methods_and_money():
    summary = build_summary(seeds.hanbit(), seeds.HANBIT_AS_OF)
    assert [(area.code, area.parent, area.depth, area.pledges) for area in summary.areas] == [
        ("III", "", 0, 1),
        ("III-①", "III", 1, 1),
        ("1", "", 0, 4),
        ("1-가", "1", 1, 2),
        ("1-나", "1", 1, 2),
        ("7", "", 0, 1),
    ]
    economy = summary.areas[2]
    assert (economy.rate.display, economy.statuses["closed"], economy.planned) == ("63.01", 1, 17_500_500)
    assert {line.method: line.rate.display for line in summary.methods} == {
        "mean_rate": "62.91",
        "completed_share": "33.33",
        "closed_share": "16.67",
        "on_track_share": "66.67",
        "to_date": "76.46",
    }
    assert [line.code for line in summary.lagging] == ["1-4", "1-3", "III-①-1", "1-2"]
    assert [row.source for row in summary.planned_rows] == ["total", "national", "city"]
    assert summary.planned_rows[0].total == summary.planned == 17_500_500
    assert summary.executed_row.total == summary.executed == 9_000_000
    assert summary.executed_row.years == (None, 4_000_000, 5_000_000, None, None)
    assert summary.execution_rate == "51.43"


def test_money_of_several_pledges_and_sub_projects_adds_up_once():
    plan = PlanFactory()
    pledge = PledgeFactory(plan=plan, area=AreaFactory(plan=plan))
    one, two = SubProjectFactory(pledge=pledge), SubProjectFactory(pledge=pledge)
    other = SubProjectFactory(pledge=PledgeFactory(plan=plan))
    SubProjectFactory(pledge=PledgeFactory(plan=plan))
    invest(one, {2023: 1})
    invest(two, {2023: 2, "prior": 4}, MoneySource.NATIONAL)
    invest(other, {2024: 8})
    spend(one, AS_OF, 16)
    spend(other, AS_OF, 32, MoneySource.CITY)
    summary = build_summary(plan, AS_OF)
    rows = {row.source: (row.prior, row.years[1], row.years[2], row.total) for row in summary.planned_rows}
    assert rows == {
        "total": (4_000_000, 3_000_000, 8_000_000, 15_000_000),
        "national": (4_000_000, 2_000_000, None, 6_000_000),
        "city": (None, 1_000_000, 8_000_000, 9_000_000),
    }
    assert summary.planned == 15_000_000
    assert summary.executed_row.total == summary.executed == 48


def test_lagging_and_missing_pledges_are_named():
    plan = PlanFactory()
    good, late, missing = (PledgeFactory(plan=plan, code=code) for code in ("1", "2", "3"))
    from_targets(good, 4)
    from_targets(late, 1)
    report(missing, "2023-12-31", status=Status.ON_HOLD)
    summary = build_summary(plan, AS_OF)
    assert [line.code for line in summary.lagging] == ["2"]
    assert [(line.code, line.status) for line in summary.not_submitted] == [("3", "on_hold")]


def from_targets(pledge, done):
    enter(IndicatorFactory(pledge=pledge, targets={2024: 4, 2025: 4}), AS_OF, done)


def test_given_figures_and_cards_it_asks_nothing_more(django_assert_num_queries):
    """Alone it takes 12 for the figures and 17 for the cards."""
    seeds.hanbit()
    plan = Plan.objects.with_places().get()
    figures = plan_fulfilment(plan, seeds.HANBIT_AS_OF)
    cards = build_cards(plan, seeds.HANBIT_AS_OF, fulfilment=figures)
    with django_assert_num_queries(0):
        given = build_summary(plan, seeds.HANBIT_AS_OF, fulfilment=figures, cards=cards)
    with django_assert_num_queries(12 + 17):
        assert build_summary(plan, seeds.HANBIT_AS_OF) == given


def test_document_reads_back_as_the_same_summary():
    summary = build_summary(seeds.hanbit(), seeds.HANBIT_AS_OF)
    document = json.loads(json.dumps(summary_document(summary)))
    assert read_summary(document) == summary
    with pytest.raises(ValueError, match="version 7"):
        read_summary(document | {"schema_version": 7})


def test_empty_plan_has_a_summary():
    summary = build_summary(PlanFactory(), AS_OF)
    assert (summary.headline.rate.display, summary.headline.numerator, summary.headline.of) == ("–", "0", 0)
    assert summary.areas == ()
