"""Fulfilment: the one place where rates are computed.

Pages, exports, open data and editions take their figures from
``plan_fulfilment``. It reads the live reports (of each pledge and period the
highest approved revision) of periods up to a 기준일, sums in SQL in the same
few queries whatever the size of the plan, and goes on with exact fractions.
Nothing is rounded before ``display_rate``; a mean is never taken of rounded
figures.

Rates are percent, from 0 to 100. None means that there is no rate, which is
shown as "–", left out of every mean, and is not 0.

The rate of an indicator
    cumulative   Σ actual ÷ Σ of all yearly targets
    level        latest actual ÷ last target given
    decreasing   (baseline − latest) ÷ (baseline − last target given)

No rate where the target is 0 or none was given, where a decreasing indicator
has no baseline or nothing to come down, and where nothing at all was entered
up to the 기준일: a blank counted as 0 would pull a mean down for want of an
answer. An entered 0 counts as 0.

To-date attainment is the same formula with the target of the 기준일's year:
cumulative to that year, otherwise the last one given up to it.

A pledge's rate is the mean of its indicators' rates; a pledge without
indicators has the rate its department entered, and no to-date attainment.
Source: the rate rules of the cities' pledge plans (see ``HeadlineMethod``).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import gcd
from typing import Any

from django.db.models import BigIntegerField, Q, Sum
from django.utils.translation import gettext as _

from budgets.models import Executed, Investment, Secured
from pledges.enums import HeadlineMethod, IndicatorKind, Rounding, Status
from pledges.exact import decimal_text, unscaled
from pledges.models import (
    Actual,
    Area,
    Indicator,
    Plan,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    YearlyTarget,
)

NO_RATE = "–"
LONGEST_EXACT = 100
COMPLETED = frozenset({Status.CLOSED, Status.CONTINUING})
SHARES: dict[HeadlineMethod, frozenset[Status]] = {
    HeadlineMethod.COMPLETED_SHARE: COMPLETED,
    HeadlineMethod.CLOSED_SHARE: frozenset({Status.CLOSED}),
    HeadlineMethod.ON_TRACK_SHARE: COMPLETED | {Status.ON_TRACK},
}

# What the live figures can contradict. A warning points out, it corrects nothing.
COMPLETED_BELOW_100 = "completed_below_100"  # status says completed, rate says less than 100
PARTIAL_AT_100 = "partial_at_100"  # status says short of its goal or on hold, rate says 100
NO_TARGET = "no_target"  # an indicator's target is 0 or was not given: no rate
NO_BASELINE = "no_baseline"  # a decreasing indicator without a baseline, or with nothing to come down
NOTHING_ENTERED = "nothing_entered"  # a flag, never a warning: blanks are normal early on
EXECUTED_OVER_PLANNED = "executed_over_planned"  # more spent than the plan foresees
EXECUTED_OVER_SECURED = "executed_over_secured"  # more spent than was secured

_HUNDRED = Fraction(100)
_ZERO = Fraction(0)


# --- Display ------------------------------------------------------------------


def display_rate(rate: Fraction | None, decimals: int, rounding: str) -> str:
    """A rate as text with ``decimals`` places, rounded once, half up or truncated; "–" for none."""
    if rate is None:
        return NO_RATE
    return decimal_text(rate.numerator, rate.denominator, decimals, truncates=rounding == Rounding.TRUNCATE)


def exact_text(rate: Fraction | None) -> str | None:
    """The rate in lowest terms, "220/3" or "80"; None where there is none or it has over 100 digits."""
    if rate is None:
        return None
    # 10^100 has 101 digits: beyond it the text is too long whatever follows, and slow to write out.
    if rate.numerator >= 10**LONGEST_EXACT or rate.denominator >= 10**LONGEST_EXACT:
        return None
    text = str(rate)
    return text if len(text.replace("/", "")) <= LONGEST_EXACT else None


# --- Means --------------------------------------------------------------------

_SCALE = 10**15
_EXACT_AT_ONCE = 32


@dataclass(frozen=True)
class Mean:
    """Σ ``parts`` ÷ ``of``, in percent: a mean of rates, or one share.

    The exact sum of tens of thousands of fractions has a denominator of
    thousands of digits, so ``display`` first sums integers of 10⁻¹⁵, each
    rounded down: the true sum lies less than one unit a part above that. Only
    where those bounds fall on different sides of a rounding step is the exact
    sum needed. ``rate`` is always exact, computed when first asked for.
    """

    parts: tuple[Fraction, ...]
    of: int
    decimals: int
    rounding: str

    @cached_property
    def total(self) -> Fraction:
        """The exact sum: by denominator first, then in pairs of like size."""
        by_denominator: dict[int, int] = defaultdict(int)
        for part in self.parts:
            by_denominator[part.denominator] += part.numerator
        sums = [(numerator, denominator) for denominator, numerator in sorted(by_denominator.items())]
        while len(sums) > 1:
            pairs = [_added(*sums[at], *sums[at + 1]) for at in range(0, len(sums) - 1, 2)]
            sums = pairs + sums[len(sums) - len(sums) % 2 :]
        return Fraction(*sums[0]) if sums else _ZERO

    @cached_property
    def rate(self) -> Fraction | None:
        """The exact rate, or None where there is nothing to divide by."""
        return self.total / self.of if self.of else None

    @cached_property
    def _bounds(self) -> tuple[int, int]:
        """Lower and upper bound of the sum, in units of 10⁻¹⁵."""
        low = sum(part.numerator * _SCALE // part.denominator for part in self.parts)
        return low, low + len(self.parts)

    @cached_property
    def display(self) -> str:
        """The rate by the plan's decimals and rounding; "–" where there is none."""
        if not self.of:
            return NO_RATE
        if len(self.parts) > _EXACT_AT_ONCE:
            low, high = (
                decimal_text(
                    bound, _SCALE * self.of, self.decimals, truncates=self.rounding == Rounding.TRUNCATE
                )
                for bound in self._bounds
            )
            if low == high:
                return low
        return display_rate(self.rate, self.decimals, self.rounding)

    @property
    def exact(self) -> str | None:
        """The rate in lowest terms as text; None where there is none or it has over 100 digits."""
        return exact_text(self.rate)


def _added(numerator: int, denominator: int, other: int, other_denominator: int) -> tuple[int, int]:
    common = gcd(denominator, other_denominator)
    return (
        numerator * (other_denominator // common) + other * (denominator // common),
        denominator // common * other_denominator,
    )


def mean_of(rates: Sequence[Fraction]) -> Fraction | None:
    """The exact mean of a few rates; None of none."""
    if len(rates) < 2:
        return rates[0] if rates else None
    return sum(rates, _ZERO) / len(rates)


# --- Figures ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndicatorFulfilment:
    """One indicator at the 기준일: ``target`` the final target, ``actual`` the sum or latest value.

    ``flags``: "no_target", "no_baseline" or "nothing_entered" say why there is no rate.
    """

    pk: int
    name: str
    kind: str
    target: Decimal | None
    actual: Decimal | None
    rate: Fraction | None
    to_date: Fraction | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PledgeFulfilment:
    """One pledge at the 기준일; money in whole 원, None where nothing was entered.

    ``execution_rate`` is executed ÷ planned in percent and may exceed 100; None without a planned amount.
    """

    pk: int
    code: str
    area_pk: int | None
    status: Status
    own_status: str
    rate: Fraction | None
    rate_is_entered: bool
    to_date: Fraction | None
    planned: int | None
    secured: int | None
    executed: int | None
    indicators: tuple[IndicatorFulfilment, ...]

    @property
    def execution_rate(self) -> Fraction | None:
        return execution_rate(self.planned, self.executed)


def execution_rate(planned: int | None, executed: int | None) -> Fraction | None:
    """Executed ÷ planned in percent; None where nothing was executed or nothing is planned."""
    return Fraction(100 * executed, planned) if planned and executed is not None else None


@dataclass(frozen=True)
class AreaFulfilment:
    """An area and its sub-areas: the pledges in it, the mean of their rates. ``depth`` 0 is a top area."""

    pk: int
    code: str
    name: str
    parent: str
    depth: int
    pledges: int
    statuses: Mapping[str, int]
    mean: Mean
    planned: int | None
    secured: int | None
    executed: int | None

    @property
    def is_top(self) -> bool:
        return self.depth == 0


@dataclass(frozen=True)
class MethodFulfilment:
    """One headline formula with this plan's numbers. ``of`` is the number of pledges in the denominator."""

    method: HeadlineMethod
    mean: Mean

    @property
    def of(self) -> int:
        return self.mean.of

    @property
    def rate(self) -> Fraction | None:
        return self.mean.rate

    @property
    def display(self) -> str:
        return self.mean.display

    @property
    def numerator(self) -> Fraction:
        """The pledges counted, or for a mean the sum of the rates (percent)."""
        return self.mean.total / 100 if self.method in SHARES else self.mean.total


@dataclass(frozen=True, slots=True)
class FigureWarning:
    """A contradiction in the live figures: ``code`` of this module, where it was found."""

    code: str
    pledge: str
    indicator: str = ""


@dataclass(frozen=True)
class PlanFulfilment:
    """Every figure of a plan at one 기준일. Pledges and areas are in the plan's order."""

    plan: Plan
    as_of: dt.date
    pledges: tuple[PledgeFulfilment, ...]
    areas: tuple[AreaFulfilment, ...]
    methods: Mapping[HeadlineMethod, MethodFulfilment]
    counts: Mapping[str, int]
    own_status_counts: Mapping[str, int]
    planned: int | None
    secured: int | None
    executed: int | None

    @property
    def headline(self) -> MethodFulfilment:
        """The formula that the plan names as its own."""
        return self.methods[HeadlineMethod(self.plan.headline_method)]

    @property
    def under_way(self) -> str | None:
        """100 minus the displayed headline where that is a share of completed pledges: the two add up."""
        if self.headline.method not in {HeadlineMethod.COMPLETED_SHARE, HeadlineMethod.CLOSED_SHARE}:
            return None
        return str(Decimal(100) - Decimal(self.headline.display)) if self.headline.of else None

    @property
    def execution_rate(self) -> Fraction | None:
        return execution_rate(self.planned, self.executed)

    def display(self, rate: Fraction | None) -> str:
        """A rate by the plan's decimals and rounding."""
        return display_rate(rate, self.plan.decimals, self.plan.rounding)

    def display_execution(self, rate: Fraction | None) -> str | None:
        """An execution rate: always two decimals, by the plan's rounding; None where there is none."""
        return None if rate is None else display_rate(rate, 2, self.plan.rounding)

    @cached_property
    def by_pk(self) -> dict[int, PledgeFulfilment]:
        return {pledge.pk: pledge for pledge in self.pledges}

    @property
    def warnings(self) -> list[FigureWarning]:
        """Contradictions between status, rate, targets and money, in the order of the pledges."""
        return [warning for pledge in self.pledges for warning in pledge_warnings(pledge)]


def pledge_warnings(pledge: PledgeFulfilment) -> list[FigureWarning]:
    """What contradicts itself in one pledge. Both stay as they are: a status is judged, a rate computed."""
    found = []
    if pledge.rate is not None:
        if pledge.status in COMPLETED and pledge.rate < 100:
            found.append(FigureWarning(COMPLETED_BELOW_100, pledge.code))
        if pledge.status in {Status.PARTIAL, Status.ON_HOLD} and pledge.rate == 100:
            found.append(FigureWarning(PARTIAL_AT_100, pledge.code))
    found += [
        FigureWarning(flag, pledge.code, indicator.name)
        for indicator in pledge.indicators
        for flag in indicator.flags
        if flag != NOTHING_ENTERED
    ]
    if pledge.executed is not None:
        if pledge.planned is not None and pledge.executed > pledge.planned:
            found.append(FigureWarning(EXECUTED_OVER_PLANNED, pledge.code))
        if pledge.secured is not None and pledge.executed > pledge.secured:
            found.append(FigureWarning(EXECUTED_OVER_SECURED, pledge.code))
    return found


def warning_messages() -> dict[str, str]:
    """What each warning says, translated, to whoever keeps the figures."""
    return {
        COMPLETED_BELOW_100: _("The status says completed, but the rate is below 100%."),
        PARTIAL_AT_100: _("The rate is 100%, but the status says otherwise."),
        NO_TARGET: _("This indicator has no target, or a target of 0: it has no rate."),
        NO_BASELINE: _(
            "A decreasing indicator needs a baseline (기준값) above its target; without one it has no rate."
        ),
        EXECUTED_OVER_PLANNED: _("More was spent than the investment plan foresees."),
        EXECUTED_OVER_SECURED: _("More was spent than was secured."),
    }


# --- The function -------------------------------------------------------------


def plan_fulfilment(plan: Plan, as_of: dt.date) -> PlanFulfilment:
    """Every rate of the plan from the approved data of periods up to ``as_of``, in 12 queries."""
    pledges = pledge_fulfilments(plan, as_of)
    counted = [pledge for pledge in pledges if plan.counts_dropped or pledge.status != Status.DROPPED]
    counts = {"total": len(pledges), **dict.fromkeys(Status.values, 0)}
    own_status_counts: dict[str, int] = {}
    for pledge in pledges:
        counts[pledge.status.value] += 1
        if pledge.own_status:
            own_status_counts[pledge.own_status] = own_status_counts.get(pledge.own_status, 0) + 1
    return PlanFulfilment(
        plan=plan,
        as_of=as_of,
        pledges=pledges,
        areas=tuple(_areas(plan, pledges)),
        methods=_methods(plan, counted),
        counts=counts,
        own_status_counts=own_status_counts,
        planned=entered_sum(pledge.planned for pledge in pledges),
        secured=entered_sum(pledge.secured for pledge in pledges),
        executed=entered_sum(pledge.executed for pledge in pledges),
    )


def entered_sum(amounts: Iterable[int | None]) -> int | None:
    """The sum of what was entered; None where nothing was."""
    entered = [amount for amount in amounts if amount is not None]
    return sum(entered) if entered else None


def _methods(plan: Plan, counted: Sequence[PledgeFulfilment]) -> dict[HeadlineMethod, MethodFulfilment]:
    """The five formulas over the pledges that count, in the order of ``HeadlineMethod``."""
    statuses = [pledge.status for pledge in counted]
    rates = {
        HeadlineMethod.MEAN_RATE: [pledge.rate for pledge in counted],
        HeadlineMethod.TO_DATE: [pledge.to_date for pledge in counted],
    }
    methods = {}
    for method in HeadlineMethod:
        if method in SHARES:
            numerator = sum(status in SHARES[method] for status in statuses)
            mean = Mean((Fraction(100 * numerator),), len(counted), plan.decimals, plan.rounding)
        else:
            mean = _mean(plan, rates[method])
        methods[method] = MethodFulfilment(method, mean)
    return methods


def _mean(plan: Plan, rates: Iterable[Fraction | None]) -> Mean:
    parts = tuple(rate for rate in rates if rate is not None)
    return Mean(parts, len(parts), plan.decimals, plan.rounding)


def _areas(plan: Plan, pledges: Iterable[PledgeFulfilment]) -> list[AreaFulfilment]:
    """The tree from the top down, each area before its sub-areas; an area holds the pledges of those too."""
    rows = {
        pk: (code, name, parent)
        for pk, code, name, parent in Area.objects.filter(plan=plan).values_list(
            "pk", "code", "name", "parent"
        )
    }
    paths = {pk: _path(pk, rows) for pk in rows}
    within: dict[int, list[PledgeFulfilment]] = {pk: [] for pk in rows}
    for pledge in pledges:
        for pk in paths.get(pledge.area_pk or 0, ()):
            within[pk].append(pledge)
    place = {pk: index for index, pk in enumerate(rows)}
    areas = []
    for pk in sorted(rows, key=lambda pk: [place[step] for step in paths[pk]]):
        code, name, _ = rows[pk]
        inside, path = within[pk], paths[pk]
        statuses = dict.fromkeys(Status.values, 0)
        for pledge in inside:
            statuses[pledge.status.value] += 1
        counted = [p for p in inside if plan.counts_dropped or p.status != Status.DROPPED]
        areas.append(
            AreaFulfilment(
                pk=pk,
                code=code,
                name=name,
                parent=rows[path[-2]][0] if len(path) > 1 else "",
                depth=len(path) - 1,
                pledges=len(inside),
                statuses=statuses,
                mean=_mean(plan, (pledge.rate for pledge in counted)),
                planned=entered_sum(pledge.planned for pledge in inside),
                secured=entered_sum(pledge.secured for pledge in inside),
                executed=entered_sum(pledge.executed for pledge in inside),
            )
        )
    return areas


def _path(pk: int, rows: Mapping[int, tuple[str, str, int | None]]) -> list[int]:
    """The area and its ancestors, from the top. A ring of parents is cut where it closes."""
    path: list[int] = []
    step: int | None = pk
    while step is not None and step in rows and step not in path:
        path.append(step)
        step = rows[step][2]
    return path[::-1]


class InForce:
    """Status and entered rate of the plan's pledges (or of those whose primary keys are given) as the live
    reports up to a day leave them; each a query, once it is asked for."""

    def __init__(self, plan: Plan, as_of: dt.date, pledges: Collection[int] | None = None) -> None:
        live = ProgressReport.objects.live().for_plan(plan).up_to(as_of)
        self._live = live if pledges is None else live.for_pledges(pledges)

    @cached_property
    def statuses(self) -> dict[int, tuple[Status, str]]:
        """By pledge, with the plan's own word for it; absent where none was ever said."""
        said = self._live.setting_status().latest_of_each_pledge()
        rows = said.values_list("pledge", "status", "own_status__name")
        return {pledge: (Status(status), own or "") for pledge, status, own in rows}

    @cached_property
    def rates(self) -> dict[int, Decimal | None]:
        """By pledge; None where it was withdrawn, absent where none was ever entered."""
        entered = self._live.setting_rate().latest_of_each_pledge()
        return dict(entered.values_list("pledge", "entered_rate"))


def pledge_fulfilments(
    plan: Plan,
    as_of: dt.date,
    pledges: Collection[int] | None = None,
    *,
    in_force: InForce | None = None,
) -> tuple[PledgeFulfilment, ...]:
    """The figures of the plan's pledges, or of those whose primary keys are given, in the plan's order.

    ``in_force``: that of the same pledges and day, where the caller has it already.
    """
    in_force = in_force or InForce(plan, as_of, pledges)
    selected = Pledge.objects.for_plan(plan).in_order()
    if pledges is not None:
        selected = selected.filter(pk__in=pledges)
    statuses, entered = in_force.statuses, in_force.rates
    indicators = _indicators(plan, as_of, pledges)
    planned = _money(Investment.objects.filter(sub_project__pledge__plan=plan), pledges)
    secured = _money(Secured.objects.filter(sub_project__pledge__plan=plan), pledges)
    executed = _money(Executed.objects.for_live_reports(plan, as_of), pledges)

    figures = []
    for pk, code, area in selected.values_list("pk", "code", "area"):
        rows = indicators.get(pk, ())
        status, own_status = statuses.get(pk, (Status.NONE, ""))
        if rows:
            rate = mean_of([row.rate for row in rows if row.rate is not None])
        else:
            rate_entered = entered.get(pk)
            rate = None if rate_entered is None else Fraction(rate_entered)
        figures.append(
            PledgeFulfilment(
                pk=pk,
                code=code,
                area_pk=area,
                status=status,
                own_status=own_status,
                rate=rate,
                rate_is_entered=not rows and rate is not None,
                to_date=mean_of([row.to_date for row in rows if row.to_date is not None]),
                planned=planned.get(pk),
                secured=secured.get(pk),
                executed=executed.get(pk),
                indicators=tuple(rows),
            )
        )
    return tuple(figures)


def _money(rows: Any, pledges: Collection[int] | None) -> dict[int, int]:
    """원 by pledge; a pledge without rows is absent."""
    if pledges is not None:
        rows = rows.filter(sub_project__pledge__in=pledges)
    return dict(rows.order_by().values_list("sub_project__pledge").annotate(Sum("amount")))


def _indicators(
    plan: Plan, as_of: dt.date, pledges: Collection[int] | None
) -> dict[int, list[IndicatorFulfilment]]:
    """The indicators of each pledge, in order. Values are integers of a ten-thousandth to the end."""
    rows = Indicator.objects.filter(pledge__plan=plan)
    targets = YearlyTarget.objects.filter(indicator__pledge__plan=plan).order_by()
    actuals = Actual.objects.for_live_reports(plan, as_of)
    if pledges is not None:
        rows = rows.filter(pledge__in=pledges)
        targets = targets.filter(indicator__pledge__in=pledges)
        actuals = actuals.for_pledges(pledges)
    counted = Q(indicator__kind=IndicatorKind.CUMULATIVE)

    # Final and to-date target, and the actual, by indicator; one that was not given is absent or None.
    final: dict[int, int] = {}
    to_date: dict[int, int | None] = {}
    sums = targets.filter(counted).values_list("indicator")
    for indicator, whole, partial in sums.annotate(
        whole=_units(), partial=_units(filter=Q(year__lte=as_of.year))
    ):
        final[indicator], to_date[indicator] = whole, partial
    for indicator, year, value in (
        targets.exclude(counted).order_by("year").values_list("indicator", "year", "value")
    ):
        final[indicator] = _scaled(value)
        if year <= as_of.year:
            to_date[indicator] = _scaled(value)
    actual: dict[int, int] = dict(
        actuals.filter(counted).order_by().values_list("indicator").annotate(total=_units())
    )
    actual.update(
        (indicator, _scaled(value))
        for indicator, value in actuals.exclude(counted)
        .latest_of_each("indicator")
        .values_list("indicator", "value")
    )

    found: dict[int, list[IndicatorFulfilment]] = defaultdict(list)
    for pk, pledge, name, kind, baseline in rows.values_list("pk", "pledge", "name", "kind", "baseline"):
        start = None if baseline is None else _scaled(baseline)
        target, entered = final.get(pk), actual.get(pk)
        flags = []
        if not target:
            flags.append(NO_TARGET)
        elif kind == IndicatorKind.DECREASING and start in {None, target}:
            flags.append(NO_BASELINE)
        elif entered is None:
            flags.append(NOTHING_ENTERED)
        found[pledge].append(
            IndicatorFulfilment(
                pk=pk,
                name=name,
                kind=kind,
                target=None if target is None else unscaled(target),
                actual=None if entered is None else unscaled(entered),
                rate=indicator_rate(kind, start, target, entered),
                to_date=indicator_rate(kind, start, to_date.get(pk), entered),
                flags=tuple(flags),
            )
        )
    return found


def _units(**options: Any) -> Sum:
    """Σ of an exact decimal, as the integer it is stored as."""
    return Sum("value", output_field=BigIntegerField(), **options)


def _scaled(value: Any) -> int:
    """A stored Decimal as the integer of a ten-thousandth that it is."""
    return int(value.scaleb(4))


def indicator_rate(
    kind: str, baseline: int | None, target: int | None, actual: int | None
) -> Fraction | None:
    """The rate of an indicator in percent, 0 to 100, from integers of one unit; None where there is none.

    ``target`` is final or to date, ``actual`` the sum or the latest value (see
    the formulas at the top). A target of 0 gives no rate, whatever the kind.
    """
    if not target or actual is None:
        return None
    if kind == IndicatorKind.DECREASING:
        if baseline is None or baseline == target:
            return None
        done, whole = baseline - actual, baseline - target
    else:
        done, whole = actual, target
    if whole < 0:
        done, whole = -done, -whole
    if done <= 0:
        return _ZERO
    return _HUNDRED if done >= whole else Fraction(100 * done, whole)


def default_as_of(plan: Plan) -> dt.date | None:
    """The 기준일 that is meant where none is named: of the last published period of the term, else of the
    last period with approved data; None where there is neither."""
    periods = ReportingPeriod.objects.for_plan(plan).for_term().order_by("-as_of")
    period = periods.published().first() or periods.with_approved_reports().first()
    return period.as_of if period else None
