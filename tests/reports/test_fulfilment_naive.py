"""Fulfilment against a naive reading of the definitions, on plans made up by hypothesis.

The naive reading shares nothing with ``reports.fulfilment``: it walks plain
lists that are kept beside the rows, one number at a time.
"""

import datetime as dt
import itertools
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from budgets.models import Executed, Investment, Secured, SubProject
from pledges.enums import HeadlineMethod, IndicatorKind, ReportState, Rounding, Span, Status
from pledges.models import (
    Actual,
    Area,
    Indicator,
    OwnStatus,
    Plan,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    YearlyTarget,
)
from reports.fulfilment import Mean, display_rate, plan_fulfilment
from tests.factories import PlanFactory

DATES = [
    dt.date(2022, 6, 30),
    dt.date(2022, 12, 31),
    dt.date(2023, 6, 30),
    dt.date(2023, 12, 31),
    dt.date(2024, 3, 31),
]
YEARS = [2022, 2023, 2024, 2025, 2026]
APPROVED = "approved"


# --- What is made up --------------------------------------------------------------


@dataclass
class ReportIdea:
    """A revision of a pledge's report in the period of a date."""

    date: dt.date
    revision: int
    state: str
    status: str
    rate: Decimal | None
    withdrawn: bool
    actuals: dict[int, Decimal]
    spent: int | None


@dataclass
class PledgeIdea:
    area: int | None
    # kind, baseline, target by year
    indicators: list[tuple[str, Decimal | None, dict[int, Decimal]]]
    planned: list[int]
    secured: list[int]
    reports: list[ReportIdea] = field(default_factory=list)


values = st.one_of(
    st.integers(0, 6).map(Decimal),
    st.sampled_from(
        [Decimal("0.1"), Decimal("0.3333"), Decimal("-2"), Decimal("33.3"), Decimal("999999999.9999")]
    ),
)
money = st.lists(st.sampled_from([0, 1, 7_500_000, 10**15]), max_size=3)
indicators = st.tuples(
    st.sampled_from(IndicatorKind.values),
    st.none() | values,
    st.dictionaries(st.sampled_from(YEARS), values, max_size=4),
)


@st.composite
def report_ideas(draw, indicator_count):
    reports = []
    for date in draw(st.lists(st.sampled_from(DATES), unique=True, max_size=4)):
        for revision in range(1, draw(st.integers(1, 3)) + 1):
            last_may_be_open = draw(st.sampled_from([APPROVED, APPROVED, "draft", "submitted", "returned"]))
            rate = draw(
                st.none() | st.sampled_from([Decimal(0), Decimal("33.3333"), Decimal("55.5"), Decimal(100)])
            )
            reports.append(
                ReportIdea(
                    date=date,
                    revision=revision,
                    state=last_may_be_open,
                    status=draw(st.sampled_from(["", *Status.values])),
                    rate=rate,
                    withdrawn=rate is None and draw(st.booleans()),
                    actuals={
                        number: draw(values) for number in range(indicator_count) if draw(st.integers(0, 2))
                    },
                    spent=draw(st.none() | st.sampled_from([0, -3, 5_000_000, 10**14])),
                )
            )
            if last_may_be_open != APPROVED:
                break
    return reports


@st.composite
def pledge_ideas(draw):
    rows = draw(st.lists(indicators, max_size=3))
    idea = PledgeIdea(draw(st.none() | st.integers(0, 3)), rows, draw(money), draw(money))
    idea.reports = draw(report_ideas(len(rows)))
    return idea


plans = st.fixed_dictionaries(
    {
        "pledges": st.lists(pledge_ideas(), max_size=4),
        "counts_dropped": st.booleans(),
        "decimals": st.integers(0, 2),
        "rounding": st.sampled_from(Rounding.values),
        "method": st.sampled_from(HeadlineMethod.values),
        "as_of": st.sampled_from([*DATES, dt.date(2023, 7, 15)]),
    }
)


def stored(model, **fields):
    """A row without the history that a plain save writes: it would cost as much again."""
    (row,) = model.objects.bulk_create([model(**fields)])
    return row


def write(idea) -> Plan:
    """The rows of the idea. Areas: 0 holds 1, 1 holds 2; 3 stands alone."""
    plan = PlanFactory(
        counts_dropped=idea["counts_dropped"],
        decimals=idea["decimals"],
        rounding=idea["rounding"],
        headline_method=idea["method"],
    )
    own = stored(OwnStatus, plan=plan, name="통폐합")
    areas: list[Area] = []
    for number, parent in enumerate([None, 0, 1, None]):
        areas.append(
            stored(
                Area,
                plan=plan,
                code=str(number),
                position=number,
                parent=None if parent is None else areas[parent],
            )
        )
    periods = {
        date: stored(ReportingPeriod, plan=plan, as_of=date, due_on=date + dt.timedelta(days=10))
        for date in DATES
    }
    for number, pledge_idea in enumerate(idea["pledges"]):
        pledge = stored(
            Pledge,
            plan=plan,
            code=f"p{number}",
            name="x",
            position=number,
            area=None if pledge_idea.area is None else areas[pledge_idea.area],
        )
        rows = []
        for place, (kind, baseline, targets) in enumerate(pledge_idea.indicators):
            row = stored(
                Indicator, pledge=pledge, name=f"i{place}", position=place, kind=kind, baseline=baseline
            )
            YearlyTarget.objects.bulk_create(
                YearlyTarget(indicator=row, year=year, value=value) for year, value in targets.items()
            )
            rows.append(row)
        project = stored(SubProject, pledge=pledge, name="s", position=1)
        for model, amounts in ((Investment, pledge_idea.planned), (Secured, pledge_idea.secured)):
            for year, amount in zip(YEARS, amounts, strict=False):
                stored(model, sub_project=project, source="city", span=Span.YEAR, year=year, amount=amount)
        for report_idea in pledge_idea.reports:
            report = stored(
                ProgressReport,
                pledge=pledge,
                period=periods[report_idea.date],
                revision=report_idea.revision,
                state=ReportState(report_idea.state),
                approved_at=timezone.now() if report_idea.state == APPROVED else None,
                status=report_idea.status,
                own_status=own if report_idea.status == Status.OTHER else None,
                entered_rate=report_idea.rate,
                rate_withdrawn=report_idea.withdrawn,
            )
            Actual.objects.bulk_create(
                Actual(report=report, indicator=rows[place], value=value)
                for place, value in report_idea.actuals.items()
            )
            if report_idea.spent is not None:
                stored(Executed, report=report, sub_project=project, amount=report_idea.spent)
    return plan


# --- The naive reading ----------------------------------------------------------------


def live_reports(pledge, as_of):
    """Of every date up to ``as_of`` the approved revision with the highest number, by date."""
    best = {}
    for report in sorted(pledge.reports, key=lambda report: report.revision):
        if report.state == APPROVED and report.date <= as_of:
            best[report.date] = report
    return [best[date] for date in sorted(best)]


def capped(fraction):
    return max(Fraction(0), min(Fraction(100), fraction))


def naive_rate(kind, baseline, targets, entered, last_year):
    given = [Fraction(targets[year]) for year in sorted(targets) if year <= last_year]
    if not given or not entered:
        return None
    target = sum(given) if kind == "cumulative" else given[-1]
    if target == 0:
        return None
    if kind == "cumulative":
        return capped(sum(entered) / target * 100)
    if kind == "level":
        return capped(entered[-1] / target * 100)
    if baseline is None or Fraction(baseline) == target:
        return None
    return capped((Fraction(baseline) - entered[-1]) / (Fraction(baseline) - target) * 100)


def naive_mean(rates):
    known = [rate for rate in rates if rate is not None]
    return sum(known) / len(known) if known else None


def naive_pledge(pledge, as_of):
    """status, rate, to-date, indicator rates, planned, secured, executed."""
    reports = live_reports(pledge, as_of)
    status, entered_rate = "none", None
    for report in reports:
        if report.status:
            status = report.status
        if report.withdrawn:
            entered_rate = None
        elif report.rate is not None:
            entered_rate = Fraction(report.rate)
    rates, to_dates = [], []
    for place, (kind, baseline, targets) in enumerate(pledge.indicators):
        entered = [Fraction(report.actuals[place]) for report in reports if place in report.actuals]
        rates.append(naive_rate(kind, baseline, targets, entered, 9999))
        to_dates.append(naive_rate(kind, baseline, targets, entered, as_of.year))
    spent = [report.spent for report in reports if report.spent is not None]
    rate = naive_mean(rates) if pledge.indicators else entered_rate
    return (
        status,
        rate,
        naive_mean(to_dates),
        rates,
        sum(pledge.planned) if pledge.planned else None,
        sum(pledge.secured) if pledge.secured else None,
        sum(spent) if spent else None,
    )


def naive_display(rate, decimals, rounding):
    """Through decimals of 60 places: enough that rates of these small plans never come near a false step."""
    if rate is None:
        return "–"
    how = ROUND_DOWN if rounding == "truncate" else ROUND_HALF_UP
    step = Decimal(1).scaleb(-decimals)
    shifted = rate * 10**decimals
    if how == ROUND_HALF_UP:
        shifted += Fraction(1, 2)
    return str((Decimal(shifted.numerator // shifted.denominator) * step).quantize(step))


class AgainstTheNaiveReading(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(plans)
    def test_every_figure_is_the_naive_one(self, idea):
        as_of = idea["as_of"]
        plan = write(idea)
        found = plan_fulfilment(plan, as_of)
        naive = [naive_pledge(pledge, as_of) for pledge in idea["pledges"]]

        assert [
            (
                row.status.value,
                row.rate,
                row.to_date,
                [indicator.rate for indicator in row.indicators],
                row.planned,
                row.secured,
                row.executed,
            )
            for row in found.pledges
        ] == naive

        counted = [row for row in naive if idea["counts_dropped"] or row[0] != "dropped"]

        def share(*statuses):
            return (
                Fraction(100 * sum(row[0] in statuses for row in counted), len(counted)) if counted else None
            )

        expected = {
            "mean_rate": naive_mean([row[1] for row in counted]),
            "completed_share": share("closed", "continuing"),
            "closed_share": share("closed"),
            "on_track_share": share("closed", "continuing", "on_track"),
            "to_date": naive_mean([row[2] for row in counted]),
        }
        assert {method.value: line.rate for method, line in found.methods.items()} == expected
        assert {method.value: line.display for method, line in found.methods.items()} == {
            method: naive_display(rate, idea["decimals"], idea["rounding"])
            for method, rate in expected.items()
        }
        tally = Counter(row[0] for row in naive)
        assert dict(found.counts) == {"total": len(naive)} | {
            status: tally[status] for status in Status.values
        }

        holds = {0: {0, 1, 2}, 1: {1, 2}, 2: {2}, 3: {3}}
        for area in found.areas:
            inside = [
                row
                for row, pledge in zip(naive, idea["pledges"], strict=True)
                if pledge.area in holds[int(area.code)]
            ]
            assert area.pledges == len(inside)
            assert area.mean.rate == naive_mean(
                [row[1] for row in inside if idea["counts_dropped"] or row[0] != "dropped"]
            )


rates = st.one_of(
    st.fractions(0, 100, max_denominator=10**6),
    st.integers(0, 10_000).map(lambda hundredths: Fraction(hundredths, 100)),
    st.integers(0, 20_000).map(lambda halves: Fraction(halves, 200)),
)


@settings(max_examples=100, deadline=None)
@given(rates, st.integers(0, 2), st.sampled_from(Rounding.values))
def test_display_is_the_decimal_rounding_of_the_fraction(rate, decimals, rounding):
    assert display_rate(rate, decimals, rounding) == naive_display(rate, decimals, rounding)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(rates, min_size=1, max_size=60),
    st.integers(1, 3),
    st.integers(0, 2),
    st.sampled_from(Rounding.values),
)
def test_mean_by_bounds_shows_what_the_exact_mean_shows(parts, times, decimals, rounding):
    many = list(itertools.chain.from_iterable(itertools.repeat(parts, times)))
    mean = Mean(tuple(many), len(many), decimals, rounding)
    exact = sum(many, Fraction(0)) / len(many)
    assert mean.rate == exact
    assert mean.display == naive_display(exact, decimals, rounding)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 2), st.sampled_from(Rounding.values))
def test_mean_that_ties_exactly_on_a_step(data, decimals, rounding):
    """Pairs around a tie, whose scaled integers all fall short: the mean is on the step all the same."""
    steps = data.draw(st.integers(0, 2 * 100 * 10**decimals))
    tie = Fraction(steps, 2 * 10**decimals)
    reach = min(tie, 100 - tie)
    parts = []
    for denominator in data.draw(st.lists(st.integers(3, 10**9), min_size=40, max_size=60)):
        away = reach / denominator
        parts += [tie - away, tie + away]
    mean = Mean(tuple(parts), len(parts), decimals, rounding)
    assert mean.display == naive_display(tie, decimals, rounding)
