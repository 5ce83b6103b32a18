"""The rates that a report would give, computed on the server by the fulfilment's own formulas."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pledges.exact import EXACT_PLACES
from reports.fulfilment import display_rate, entered_sum, execution_rate, indicator_rate, mean_of
from reports.quarter.entry import Entry, IndicatorLine


@dataclass(frozen=True, slots=True)
class IndicatorFigure:
    """An indicator before this period and with the value in hand; rates as the plan displays them."""

    line: IndicatorLine
    after: Decimal | None
    rate: Fraction | None
    to_date: Fraction | None
    rate_text: str
    to_date_text: str
    before_text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What the pledge's card would show; ``rate`` and ``to_date`` are exact, in percent, None for none.

    ``is_lagging``: the targets to date are not met.
    """

    indicators: tuple[IndicatorFigure, ...]
    rate: Fraction | None
    to_date: Fraction | None
    rate_text: str
    before_text: str
    to_date_text: str
    executed: int | None
    planned: int | None
    execution_text: str
    is_lagging: bool

    @property
    def by_indicator(self) -> dict[int, IndicatorFigure]:
        return {figure.line.indicator.pk: figure for figure in self.indicators}


def figures_for(
    entry: Entry,
    actuals: Mapping[int, Decimal],
    amounts: Mapping[tuple[int, str], int],
    entered_rate: Decimal | None = None,
    *,
    rate_withdrawn: bool = False,
) -> Figures:
    """The figures of ``entry`` with these values of this period: actuals by indicator, 원 by sub-project
    and source. No query."""
    plan = entry.pledge.plan

    def shown(rate: Fraction | None, decimals: int = plan.decimals) -> str:
        return display_rate(rate, decimals, plan.rounding)

    rows = []
    for line in entry.indicators:
        after = line.after(actuals.get(line.indicator.pk))
        rate, to_date = (_rate(line, target, after) for target in (line.final, line.target))
        rows.append(
            IndicatorFigure(
                line=line,
                after=after,
                rate=rate,
                to_date=to_date,
                rate_text=shown(rate),
                to_date_text=shown(to_date),
                before_text=shown(line.before.rate),
            )
        )
    if rows:
        rate = mean_of([row.rate for row in rows if row.rate is not None])
    elif entered_rate is not None:
        rate = Fraction(entered_rate)
    else:
        rate = None if rate_withdrawn else entry.before.rate
    to_date = mean_of([row.to_date for row in rows if row.to_date is not None])
    executed = entered_sum([entry.before.executed, *amounts.values()])
    return Figures(
        indicators=tuple(rows),
        rate=rate,
        to_date=to_date,
        rate_text=shown(rate),
        before_text=shown(entry.before.rate),
        to_date_text=shown(to_date),
        executed=executed,
        planned=entry.before.planned,
        execution_text=shown(execution_rate(entry.before.planned, executed), 2),
        is_lagging=to_date is not None and to_date < 100,
    )


def stored_figures(entry: Entry) -> Figures:
    """The figures with what the report in hand holds."""
    report = entry.report
    return figures_for(
        entry,
        {line.indicator.pk: line.value for line in entry.indicators if line.value is not None},
        {
            (line.sub_project.pk, source): amount
            for line in entry.money
            for source, amount in line.executed.items()
        },
        report.entered_rate if report else None,
        rate_withdrawn=bool(report and report.rate_withdrawn),
    )


def _rate(line: IndicatorLine, target: Decimal | None, actual: Decimal | None) -> Fraction | None:
    baseline = line.indicator.baseline
    return indicator_rate(line.indicator.kind, _scaled(baseline), _scaled(target), _scaled(actual))


def _scaled(value: Decimal | None) -> int | None:
    return None if value is None else int(value.scaleb(EXACT_PLACES))
