"""Rates against published figures, the edges of the definitions, and the number of queries."""

import datetime as dt
import json
from fractions import Fraction

import pytest
from django.core.management import CommandError, call_command

from pledges.enums import HeadlineMethod, IndicatorKind, PeriodState, ReportState, Rounding, Status
from pledges.models import Actual, Indicator, OwnStatus, Pledge, ProgressReport, YearlyTarget
from reports.fulfilment import Mean, default_as_of, display_rate, exact_text, plan_fulfilment
from tests.factories import (
    ActualFactory,
    AreaFactory,
    IndicatorFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
    SecuredFactory,
    SubProjectFactory,
)
from tests.reports import seeds
from tests.reports.seeds import enter, invest, report, spend

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2024, 6, 30)


def figures(plan, as_of=AS_OF):
    return plan_fulfilment(plan, as_of)


def only_pledge(plan, as_of=AS_OF):
    (pledge,) = plan_fulfilment(plan, as_of).pledges
    return pledge


def only_indicator(indicator, as_of=AS_OF):
    (figure,) = only_pledge(indicator.pledge.plan, as_of).indicators
    return figure


def document(capsys, *arguments):
    call_command("fulfilment", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


# --- Published figures ----------------------------------------------------------


def test_naju_card_has_the_published_figures(capsys):
    seeds.naju()
    assert document(capsys, "naju/8") == {
        "plan": "naju/8/pledges",
        "as_of": "2025-09-30",
        "headline": {"method": "completed_share", "rate": "100", "display": "100.00"},
        "methods": {
            "mean_rate": {"rate": "220/3", "display": "73.33", "of": 1},
            "completed_share": {"rate": "100", "display": "100.00", "of": 1},
            "closed_share": {"rate": "0", "display": "0.00", "of": 1},
            "on_track_share": {"rate": "100", "display": "100.00", "of": 1},
            "to_date": {"rate": "250/3", "display": "83.33", "of": 1},
        },
        "counts": {
            "total": 1,
            "closed": 0,
            "continuing": 1,
            "on_track": 0,
            "partial": 0,
            "on_hold": 0,
            "dropped": 0,
            "other": 0,
            "none": 0,
        },
        "under_way": "0.00",
        "areas": [{"code": "7", "pledges": 1, "rate": "220/3", "display": "73.33"}],
        "pledges": [
            {
                "code": "7-2-3",
                "status": "continuing",
                "rate": "220/3",
                "display": "73.33",
                "to_date": "250/3",
                "planned": "75.4",
                "executed": "42",
                "execution_rate": "55.70",
                "indicators": [
                    {
                        "name": "추진계획 수립",
                        "target": "5",
                        "actual": "4",
                        "rate": "80",
                        "display": "80.00",
                        "to_date": "100",
                    },
                    {
                        "name": "보고회 개최 (성과공유 및 평가)",
                        "target": "3",
                        "actual": "2",
                        "rate": "200/3",
                        "display": "66.67",
                        "to_date": "200/3",
                    },
                ],
            }
        ],
        "warnings": [{"code": "completed_below_100", "pledge": "7-2-3"}],
    }


def test_naju_at_an_earlier_date_leaves_later_periods_out():
    pledge = seeds.naju()
    earlier = only_pledge(pledge.plan, dt.date(2024, 12, 31))
    assert earlier.status == Status.NONE
    assert [row.rate for row in earlier.indicators] == [60, Fraction(100, 3)]
    assert earlier.executed == 33_000_000


def test_hanbit_has_every_kind_of_rate(capsys):
    seeds.hanbit()
    printed = document(capsys, "hanbit/8", "--as-of", "2025-06-30")
    assert [(pledge["code"], pledge["display"]) for pledge in printed["pledges"]] == [
        ("III-①-1", "62.50"),
        ("1-2", "87.06"),
        ("1-3", "60.00"),
        ("1-4", "50.00"),
        ("1-5", "55.00"),
        ("7-1)", "–"),
    ]
    assert [pledge["rate"] for pledge in printed["pledges"]][-1] is None
    assert [pledge["to_date"] for pledge in printed["pledges"]] == ["250/3", "185/2", "80", "50", None, None]
    assert printed["methods"] == {
        "mean_rate": {"rate": "2139/34", "display": "62.91", "of": 5},
        "to_date": {"rate": "1835/24", "display": "76.46", "of": 4},
        "completed_share": {"rate": "100/3", "display": "33.33", "of": 6},
        "closed_share": {"rate": "50/3", "display": "16.67", "of": 6},
        "on_track_share": {"rate": "200/3", "display": "66.67", "of": 6},
    }
    assert printed["under_way"] is None
    assert printed["pledges"][1] | {"indicators": None} == {
        "code": "1-2",
        "status": "on_track",
        "rate": "1480/17",
        "display": "87.06",
        "to_date": "185/2",
        "planned": "17.5005",
        "executed": "9",
        "execution_rate": "51.43",
        "indicators": None,
    }
    assert [(area["code"], area["pledges"], area["display"]) for area in printed["areas"]] == [
        ("III", 1, "62.50"),
        ("1", 4, "63.01"),
        ("7", 1, "–"),
    ]
    assert printed["warnings"] == [
        {"code": "completed_below_100", "pledge": "1-4"},
        {"code": "completed_below_100", "pledge": "1-5"},
    ]


def test_nonsan_truncates_its_headline_and_the_rest_is_under_way():
    result = figures(seeds.nonsan(), dt.date(2019, 4, 30))
    assert result.headline.rate == Fraction(1300, 33)
    assert (result.headline.display, result.under_way, result.headline.of) == ("39.3", "60.7", 66)
    assert (result.counts["closed"], result.counts["continuing"], result.counts["on_track"]) == (4, 22, 40)
    assert result.headline.numerator == 26


def test_boryeong_averages_entered_rates():
    result = figures(seeds.boryeong(), dt.date(2021, 12, 31))
    assert result.headline.rate == Fraction(5048, 65)
    assert (result.headline.display, result.headline.numerator) == ("77.7", 5048)
    assert result.counts["closed"] == 38
    assert result.pledges[-1].to_date is None


# --- Edges of an indicator --------------------------------------------------------


def test_target_zero_gives_no_rate_and_is_flagged():
    indicator = IndicatorFactory(targets={2024: 0})
    enter(indicator, AS_OF, 3)
    figure = only_indicator(indicator)
    assert (figure.rate, figure.to_date, figure.flags) == (None, None, ("no_target",))
    (warning,) = figures(indicator.pledge.plan).warnings
    assert (warning.code, warning.pledge, warning.indicator) == (
        "no_target",
        indicator.pledge.code,
        indicator.name,
    )


@pytest.mark.parametrize("kind", IndicatorKind)
def test_no_target_gives_no_rate_for_any_kind(kind):
    indicator = IndicatorFactory(kind=kind, baseline=10)
    enter(indicator, AS_OF, 3)
    figure = only_indicator(indicator)
    assert (figure.rate, figure.target, figure.actual, figure.flags) == (None, None, 3, ("no_target",))


def test_indicator_without_rate_is_left_out_of_the_mean():
    pledge = PledgeFactory()
    enter(IndicatorFactory(pledge=pledge, targets={2024: 4}), AS_OF, 1)
    enter(IndicatorFactory(pledge=pledge, targets={2024: 0}), AS_OF, 1)
    assert only_pledge(pledge.plan).rate == 25


@pytest.mark.parametrize("kind", [IndicatorKind.CUMULATIVE, IndicatorKind.LEVEL])
def test_entered_zero_is_zero_and_nothing_entered_is_no_rate(kind):
    pledge = PledgeFactory()
    enter(IndicatorFactory(pledge=pledge, kind=kind, targets={2024: 4}), AS_OF, 0)
    IndicatorFactory(pledge=pledge, kind=kind, targets={2024: 4})
    zero, nothing = only_pledge(pledge.plan).indicators
    assert (zero.rate, zero.to_date, zero.flags) == (0, 0, ())
    assert (nothing.rate, nothing.to_date, nothing.flags) == (None, None, ("nothing_entered",))
    assert only_pledge(pledge.plan).rate == 0
    assert figures(pledge.plan).warnings == []


def test_more_than_the_target_is_capped_at_100_and_below_0_at_0():
    pledge = PledgeFactory()
    enter(IndicatorFactory(pledge=pledge, targets={2024: 4}), AS_OF, 9)
    enter(IndicatorFactory(pledge=pledge, targets={2024: 4}), AS_OF, -1)
    assert [row.rate for row in only_pledge(pledge.plan).indicators] == [100, 0]


def test_decreasing_measures_the_way_down_from_its_baseline():
    indicator = IndicatorFactory(
        kind=IndicatorKind.DECREASING, baseline=50, targets={2023: 40, 2024: 35, 2026: 30}
    )
    enter(indicator, "2023-12-31", 45)
    enter(indicator, AS_OF, 38)
    figure = only_indicator(indicator)
    assert (figure.rate, figure.to_date) == (60, 80)
    assert only_indicator(indicator, dt.date(2023, 12, 31)).rate == 25


def test_decreasing_that_rose_above_its_baseline_is_0():
    indicator = IndicatorFactory(kind=IndicatorKind.DECREASING, baseline=50, targets={2024: 30})
    enter(indicator, AS_OF, 60)
    assert only_indicator(indicator).rate == 0


@pytest.mark.parametrize("baseline", [None, 30])
def test_decreasing_without_a_way_down_has_no_rate(baseline):
    indicator = IndicatorFactory(kind=IndicatorKind.DECREASING, baseline=baseline, targets={2024: 30})
    enter(indicator, AS_OF, 20)
    figure = only_indicator(indicator)
    assert (figure.rate, figure.to_date, figure.flags) == (None, None, ("no_baseline",))


def test_level_takes_the_latest_value_though_an_earlier_was_higher():
    indicator = IndicatorFactory(kind=IndicatorKind.LEVEL, targets={2023: 70, 2024: "80.5", 2025: 90})
    enter(indicator, "2023-12-31", 88)
    enter(indicator, AS_OF, "72.25")
    figure = only_indicator(indicator)
    assert figure.rate == Fraction(7225, 90)
    assert figure.to_date == Fraction(7225, 8050) * 100


def test_to_date_counts_only_targets_up_to_the_year():
    indicator = IndicatorFactory(targets={2023: 2, 2024: 2, 2025: 4})
    enter(indicator, AS_OF, 3)
    figure = only_indicator(indicator)
    assert (figure.target, figure.rate, figure.to_date) == (8, Fraction(300, 8), 75)


def test_to_date_before_the_first_target_has_no_rate():
    indicator = IndicatorFactory(targets={2026: 4})
    enter(indicator, AS_OF, 1)
    figure = only_indicator(indicator)
    assert (figure.rate, figure.to_date) == (25, None)


# --- What counts ------------------------------------------------------------------


def test_only_the_highest_approved_revision_counts():
    indicator = IndicatorFactory(targets={2024: 10})
    pledge = indicator.pledge
    enter(indicator, AS_OF, 1)
    second = report(pledge, AS_OF, revision=2, status=Status.PARTIAL)
    ActualFactory(report=second, indicator=indicator, value=4)
    draft = ReportFactory(pledge=pledge, period=second.period, revision=3, status=Status.DROPPED)
    ActualFactory(report=draft, indicator=indicator, value=9)
    found = only_pledge(pledge.plan)
    assert (found.rate, found.status) == (40, Status.PARTIAL)


def test_a_correction_that_leaves_the_value_out_takes_it_back():
    indicator = IndicatorFactory(targets={2024: 10})
    enter(indicator, AS_OF, 1)
    report(indicator.pledge, AS_OF, revision=2)
    assert only_pledge(indicator.pledge.plan).rate is None


@pytest.mark.parametrize("state", [ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED])
def test_unapproved_reports_do_not_count(state):
    indicator = IndicatorFactory(targets={2024: 10})
    unfinished = ReportFactory(pledge=indicator.pledge, as_of=AS_OF, state=state, status=Status.CLOSED)
    ActualFactory(report=unfinished, indicator=indicator, value=9)
    found = only_pledge(indicator.pledge.plan)
    assert (found.rate, found.status) == (None, Status.NONE)


def test_status_and_entered_rate_are_those_of_the_latest_report_that_sets_one():
    pledge = PledgeFactory()
    report(pledge, "2023-12-31", status=Status.ON_TRACK, entered_rate=40)
    report(pledge, "2024-03-31", status=Status.PARTIAL)
    report(pledge, AS_OF, entered_rate="55.5")
    found = only_pledge(pledge.plan)
    assert (found.status, found.rate, found.rate_is_entered) == (Status.PARTIAL, Fraction(111, 2), True)


def test_status_and_entered_rate_can_be_taken_back():
    pledge = PledgeFactory()
    report(pledge, "2023-12-31", status=Status.ON_TRACK, entered_rate=40)
    report(pledge, AS_OF, status=Status.NONE, rate_withdrawn=True)
    found = only_pledge(pledge.plan)
    assert (found.status, found.rate, found.rate_is_entered) == (Status.NONE, None, False)


def test_entered_rate_of_a_pledge_with_indicators_is_not_used():
    indicator = IndicatorFactory(targets={2024: 10})
    report(indicator.pledge, AS_OF, entered_rate=40)
    found = only_pledge(indicator.pledge.plan)
    assert (found.rate, found.rate_is_entered) == (None, False)


def test_status_of_the_plans_own_counts_as_other():
    pledge = PledgeFactory()
    own = OwnStatus.objects.create(plan=pledge.plan, name="통폐합")
    report(pledge, AS_OF, status=Status.OTHER, own_status=own)
    result = figures(pledge.plan)
    assert (result.pledges[0].status, result.pledges[0].own_status) == (Status.OTHER, "통폐합")
    assert (result.counts["other"], result.own_status_counts) == (1, {"통폐합": 1})


def test_dropped_pledges_leave_every_denominator_where_the_plan_says_so():
    plan = PlanFactory(headline_method=HeadlineMethod.CLOSED_SHARE)
    area = AreaFactory(plan=plan)
    for status, rate in [(Status.CLOSED, 100), (Status.ON_TRACK, 50), (Status.DROPPED, 0)]:
        pledge = PledgeFactory(plan=plan, area=area)
        report(pledge, AS_OF, status=status, entered_rate=rate)
    counted = figures(plan)
    assert (counted.headline.rate, counted.headline.of) == (Fraction(100, 3), 3)
    assert counted.methods[HeadlineMethod.MEAN_RATE].rate == 50
    plan.counts_dropped = False
    without = figures(plan)
    assert (without.headline.rate, without.headline.of, without.under_way) == (50, 2, "50.00")
    assert without.methods[HeadlineMethod.MEAN_RATE].rate == 75
    assert without.areas[0].mean.rate == 75
    assert (without.areas[0].pledges, without.counts["total"], without.counts["dropped"]) == (3, 3, 1)


def test_headline_averages_pledges_and_not_areas():
    plan = PlanFactory()
    many, few = AreaFactory(plan=plan, code="1"), AreaFactory(plan=plan, code="2")
    for area, rate in [(many, 100), (many, 100), (many, 100), (few, 0), (None, 0)]:
        report(PledgeFactory(plan=plan, area=area), AS_OF, entered_rate=rate)
    result = figures(plan)
    assert result.headline.rate == 60
    assert [area.mean.rate for area in result.areas] == [100, 0]


def test_area_holds_the_pledges_of_its_sub_areas():
    plan = PlanFactory()
    top = AreaFactory(plan=plan, code="1")
    other = AreaFactory(plan=plan, code="2")
    inner = AreaFactory(plan=plan, code="1-1", parent=top)
    innermost = AreaFactory(plan=plan, code="1-1-1", parent=inner)
    for area, rate in [(top, 0), (inner, 50), (innermost, 100)]:
        report(PledgeFactory(plan=plan, area=area), AS_OF, entered_rate=rate)
    areas = figures(plan).areas
    assert [(a.code, a.parent, a.depth, a.pledges, a.mean.rate) for a in areas] == [
        ("1", "", 0, 3, 50),
        ("1-1", "1", 1, 2, 75),
        ("1-1-1", "1-1", 2, 1, 100),
        ("2", "", 0, 0, None),
    ]
    assert areas[-1].mean.display == "–"
    assert other.code == "2"


def test_money_without_rows_is_none_and_zero_is_zero():
    project = SubProjectFactory()
    bare = only_pledge(project.pledge.plan)
    assert (bare.planned, bare.secured, bare.executed, bare.execution_rate) == (None, None, None, None)
    invest(project, {2024: 0})
    spend(project, AS_OF, 0)
    found = only_pledge(project.pledge.plan)
    assert (found.planned, found.secured, found.executed, found.execution_rate) == (0, None, 0, None)


def test_money_sums_every_column_and_a_negative_correction():
    project = SubProjectFactory()
    invest(project, {"prior": 10, 2023: 20, 2026: 30, "after": 40})
    SecuredFactory(sub_project=project, year=2023, amount=5_000_000)
    spend(project, "2022-06-30", 8_000_000)
    spend(project, "2023-12-31", 4_000_000)
    spend(project, AS_OF, -1_000_000)
    spend(project, "2024-09-30", 50_000_000)
    result = figures(project.pledge.plan)
    found = result.pledges[0]
    assert (found.planned, found.secured, found.executed) == (100_000_000, 5_000_000, 11_000_000)
    assert result.display_execution(found.execution_rate) == "11.00"
    assert [warning.code for warning in result.warnings] == ["executed_over_secured"]


def test_spending_more_than_planned_is_pointed_out():
    project = SubProjectFactory()
    invest(project, {2024: 1})
    spend(project, AS_OF, 2_000_000)
    assert [warning.code for warning in figures(project.pledge.plan).warnings] == ["executed_over_planned"]


def test_full_rate_under_a_status_short_of_its_goal_is_pointed_out():
    pledge = PledgeFactory()
    report(pledge, AS_OF, status=Status.PARTIAL, entered_rate=100)
    assert [warning.code for warning in figures(pledge.plan).warnings] == ["partial_at_100"]


def test_plan_without_pledges_has_no_rates():
    plan = PlanFactory(headline_method=HeadlineMethod.COMPLETED_SHARE)
    result = figures(plan)
    assert {line.display for line in result.methods.values()} == {"–"}
    assert (result.under_way, result.counts["total"], result.headline.rate) == (None, 0, None)


# --- Rounding ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "decimals", "half_up", "truncated"),
    [
        (Fraction(220, 3), 2, "73.33", "73.33"),
        (Fraction(200, 3), 2, "66.67", "66.66"),
        (Fraction(1, 200), 2, "0.01", "0.00"),
        (Fraction(1, 8), 2, "0.13", "0.12"),
        (Fraction(1, 2), 0, "1", "0"),
        (Fraction(39394, 1000), 1, "39.4", "39.3"),
        (Fraction(50), 1, "50.0", "50.0"),
        (Fraction(10**30 * 50 - 1, 10**30), 2, "50.00", "49.99"),
        (Fraction(100), 0, "100", "100"),
        (None, 2, "–", "–"),
    ],
)
def test_display_rounds_once_and_exactly(rate, decimals, half_up, truncated):
    assert display_rate(rate, decimals, Rounding.HALF_UP) == half_up
    assert display_rate(rate, decimals, Rounding.TRUNCATE) == truncated


@pytest.mark.parametrize("rounding", Rounding)
def test_mean_of_many_that_is_exactly_50_shows_50(rounding):
    # Thirds and two thirds average to exactly 50, yet every scaled integer lies below.
    thirds = [Fraction(100, 3), Fraction(200, 3)] * 500
    mean = Mean(tuple(thirds), 1000, 2, rounding)
    assert (mean.display, mean.rate) == ("50.00", 50)


def test_mean_of_many_just_below_a_step_is_not_lifted_over_it():
    below = (Fraction(50),) * 999 + (Fraction(50) - Fraction(1, 10**20),)
    assert Mean(below, 1000, 2, Rounding.TRUNCATE).display == "49.99"
    assert Mean(below, 1000, 2, Rounding.HALF_UP).display == "50.00"


def test_mean_of_many_away_from_a_step_needs_no_exact_sum(monkeypatch):
    mean = Mean(tuple(Fraction(100 * n, 997) for n in range(100)), 100, 2, Rounding.HALF_UP)
    monkeypatch.setattr(Mean, "total", property(lambda self: pytest.fail("summed exactly")))
    assert mean.display == "4.96"


def test_rate_of_more_than_100_digits_has_no_exact_text():
    assert exact_text(Fraction(10**49 + 1, 10**49)) == f"{10**49 + 1}/{10**49}"
    assert exact_text(Fraction(10**50 + 1, 10**50)) is None
    assert exact_text(Fraction(1, 3**400)) is None


# --- Which date, how many queries ----------------------------------------------------


def test_default_as_of_is_the_last_published_period_else_the_last_with_approved_data():
    plan = PlanFactory()
    assert default_as_of(plan) is None
    PeriodFactory(plan=plan, as_of=dt.date(2025, 3, 31))
    report(PledgeFactory(plan=plan), "2022-06-30")
    assert default_as_of(plan) is None
    report(PledgeFactory(plan=plan), "2024-12-31")
    assert default_as_of(plan) == dt.date(2024, 12, 31)
    PeriodFactory(plan=plan, as_of=dt.date(2024, 9, 30), state=PeriodState.PUBLISHED)
    assert default_as_of(plan) == dt.date(2024, 9, 30)


def fill(plan, count):
    """Pledges with two indicators, money and two reports each."""
    for _ in range(count):
        pledge = PledgeFactory(plan=plan, area=AreaFactory(plan=plan))
        project = SubProjectFactory(pledge=pledge)
        invest(project, {2024: 1})
        for as_of in ("2023-12-31", AS_OF):
            report(pledge, as_of, status=Status.ON_TRACK, entered_rate=40)
            spend(project, as_of, 1)
        for kind in (IndicatorKind.CUMULATIVE, IndicatorKind.LEVEL):
            enter(IndicatorFactory(pledge=pledge, kind=kind, targets={2024: 2, 2025: 3}), AS_OF, 1)


@pytest.mark.parametrize("count", [1, 3, 300])
def test_whole_plan_takes_twelve_queries(count, django_assert_num_queries):
    plan = PlanFactory()
    fill(plan, min(count, 12))
    if count > 12:
        # The rest are copies in bulk: what counts is that the number of queries stays.
        _multiply(plan, count)
    with django_assert_num_queries(12):
        result = plan_fulfilment(plan, AS_OF)
        assert len(result.pledges) == count
        assert result.headline.display


def _multiply(plan, count):
    period = PeriodFactory(plan=plan, as_of=AS_OF)
    have = plan.pledges.count()
    pledges = Pledge.objects.bulk_create(
        Pledge(plan=plan, code=f"x{n}", position=1000 + n, name="x") for n in range(count - have)
    )
    indicators = Indicator.objects.bulk_create(
        Indicator(pledge=pledge, name="x", position=1) for pledge in pledges
    )
    YearlyTarget.objects.bulk_create(
        YearlyTarget(indicator=indicator, year=2024, value=7) for indicator in indicators
    )
    reports = ProgressReport.objects.bulk_create(
        ProgressReport(
            pledge=pledge,
            period=period,
            state=ReportState.APPROVED,
            approved_at=dt.datetime(2024, 7, 1, tzinfo=dt.UTC),
            status=Status.ON_TRACK,
        )
        for pledge in pledges
    )
    Actual.objects.bulk_create(
        Actual(report=report, indicator=indicator, value=3)
        for report, indicator in zip(reports, indicators, strict=True)
    )


# --- The command ---------------------------------------------------------------------


def test_command_prints_a_table_for_people(capsys):
    seeds.naju()
    call_command("fulfilment", "naju/8/pledges", "--as-of", "2025-09-30")
    printed = capsys.readouterr().out
    assert "73.33  7-2-3" in printed
    assert "66.67    보고회 개최" in printed
    assert "7-2-3: " in printed


def test_command_for_an_unknown_plan_names_those_there_are():
    seeds.nonsan()
    with pytest.raises(CommandError, match="nonsan/7/pledges") as error:
        call_command("fulfilment", "naju/8", "--json")
    assert error.value.returncode == 1


def test_command_for_something_that_is_no_address_exits_2():
    with pytest.raises(CommandError, match="naju/8/works") as error:
        call_command("fulfilment", "naju")
    assert error.value.returncode == 2


def test_command_without_data_asks_for_a_date(capsys):
    PlanFactory()
    with pytest.raises(CommandError, match="--as-of"):
        call_command("fulfilment", "hanbit/8")
    assert document(capsys, "hanbit/8", "--as-of", "2024-06-30")["headline"]["rate"] is None


def test_command_refuses_a_date_that_is_none():
    with pytest.raises(CommandError, match="2025-09-30"):
        call_command("fulfilment", "hanbit/8", "--as-of", "2025.9.30")


def test_command_takes_another_plan_of_the_term(capsys):
    PledgeFactory(plan=PlanFactory(code="works"))
    printed = document(capsys, "hanbit/8/works", "--as-of", "2024-06-30")
    assert (printed["plan"], printed["pledges"][0]["status"]) == ("hanbit/8/works", "none")
