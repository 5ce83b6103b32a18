"""Where charts put published figures: geometry from card and summary documents, nothing more.

A chart is typed and immutable; templates draw it as SVG. Coordinates are text in
the units of the viewBox, exact fractions cut to two places once. Figures keep the
words in which they were published. What is null has no bar and no point: a bar of
0 is a mark on the line, a gap is a gap. Series differ by pattern and words, colour
only repeats them.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pledges.enums import IndicatorKind, MoneySource
from pledges.notation import format_day, format_money, format_number
from reports.cards import TOTAL, Card, IndicatorRow, MoneyRow, SubProjectTable, YearColumn
from reports.summaries import AreaLine, PlanSummary

WIDTH = 360
LABEL_SPACE, VALUE_SPACE = 64, 84
BAR, BAR_GAP, ROW_GAP, EDGE, LABEL_LINE = 14, 3, 12, 6, 17
MARK = Fraction(2)  # as wide as a bar of 0 is drawn, so that it is seen
LONGEST_NAME = 26
LINE_HEIGHT, LINE_LEFT, LINE_RIGHT, LINE_TOP, LINE_FOOT = 190, 34, 20, 24, 26
DATE_SPACE = 54


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar, drawn in the pattern of its series."""

    series: str
    x: str
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of one or more parts with its figure behind it, as published. ``text_x`` is where that begins."""

    y: str
    text_y: str
    text_x: str
    text: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands on one line of the chart: its name at ``y`` and a bar a series, with the line of 0 beside
    them from ``top`` to ``foot``."""

    label: str
    y: str
    top: str
    foot: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """An entry of the legend."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Lying bars. ``zero`` is where 0 lies; ``spoken`` the chart in words."""

    key: str
    title: str
    note: str
    spoken: str
    width: int
    height: str
    zero: str
    rows: tuple[Row, ...]
    legend: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at a 기준일. Without a rate there is no place: ``x`` stands, ``y`` is ""."""

    as_of: dt.date
    display: str
    x: str
    y: str
    label_y: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Tick:
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """A rate over the published 기준일. ``lines`` are the points of each unbroken stretch, "x,y x,y"."""

    key: str
    title: str
    spoken: str
    width: int
    height: int
    left: str
    right: str
    foot: str
    ticks: tuple[Tick, ...]
    lines: tuple[str, ...]
    points: tuple[Point, ...]


# --- Of a card ----------------------------------------------------------------


def indicator_charts(card: Card) -> tuple[BarChart | None, ...]:
    """For each indicator target against actual by year; None where it has neither."""
    return tuple(
        _indicator_chart(line, card.years, f"indicator-{number}")
        for number, line in enumerate(card.indicators, start=1)
    )


def _indicator_chart(line: IndicatorRow, years: Sequence[YearColumn], key: str) -> BarChart | None:
    notes = {
        IndicatorKind.CUMULATIVE: _("Running total at the end of each year."),
        IndicatorKind.LEVEL: _("Level at the end of each year."),
        IndicatorKind.DECREASING: _("Less is better: the value is to come down to the target."),
    }
    rows: list[tuple[str, tuple[_Figure, ...]]] = [
        (column.label, (_given("target", line.target_sums[place]), _given("actual", line.actual_sums[place])))
        for place, column in enumerate(years)
    ]
    if not any(figure.value is not None for _label, figures in rows for figure in figures):
        return None
    if line.kind == IndicatorKind.DECREASING and line.baseline is not None:
        rows.insert(0, (_("Baseline"), (_given("baseline", line.baseline),)))
    legend = (Series("target", _("Target")), Series("actual", pgettext("indicator", "Done")))
    title = _("%(name)s: target and actual by year") % {"name": line.name}
    if line.unit:
        title = _("%(title)s (%(unit)s)") % {"title": title, "unit": line.unit}
    return _bars(key, title, notes[IndicatorKind(line.kind)], rows, legend)


def money_chart(card: Card) -> BarChart | None:
    """Planned money by year and source, what was executed beside it; None where nothing was entered."""
    table = card.money.total or next(iter(card.money.sub_projects), None)
    if table is None:
        return None
    return _money_chart("money-by-year", table, card.years, card.plan.money_unit)


# --- Of a plan ----------------------------------------------------------------


def plan_money_chart(summary: PlanSummary) -> BarChart | None:
    """As ``money_chart``, of the whole plan."""
    executed = (summary.executed_row,) if summary.executed_row else ()
    table = SubProjectTable("", summary.planned_rows, (), executed)
    return _money_chart("money-by-year", table, summary.years, summary.plan.money_unit)


@dataclass(frozen=True, slots=True)
class NestedBar:
    """One of several bars that lie in each other, in percent of the longest; told apart by their height."""

    code: str
    width: str
    top: int
    height: int


def totals_bar(summary: PlanSummary) -> tuple[NestedBar, ...]:
    """What the plan takes, in it what is secured, in that what was executed; empty where nothing was entered.

    What was not entered has no bar, which is not a bar of 0.
    """
    given = [
        ("planned", summary.planned, 0, 32),
        ("secured", summary.secured, 5, 22),
        ("executed", summary.executed, 11, 10),
    ]
    longest = max((won for _code, won, *_place in given if won is not None), default=0)
    if longest <= 0:
        return ()
    return tuple(
        NestedBar(code, _at(Fraction(max(won, 0) * 100, longest)), top, height)
        for code, won, top, height in given
        if won is not None
    )


def city_chart(rates: Iterable[tuple[str, str]]) -> BarChart | None:
    """A displayed rate of each city by one formula, out of 100; None where none has one."""
    rows = [(name, (_Figure("rate", _number(rate), _percent(rate)),)) for name, rate in rates]
    if not any(figures[0].value is not None for _label, figures in rows):
        return None
    title = _("Fulfilment rate by city, by one formula for all")
    return _bars("city-rates", title, "", rows, (), whole=Fraction(100), above=True)


def area_money_chart(areas: Iterable[AreaLine], unit: str) -> BarChart | None:
    """Planned and executed money of each area."""
    rows = [
        (
            f"{area.code} {area.name}".strip(),
            (_won("planned", area.planned, unit), _won("executed", area.executed, unit)),
        )
        for area in areas
    ]
    if not any(figure.value for _label, figures in rows for figure in figures):
        return None
    legend = (
        Series("planned", pgettext("money", "Planned")),
        Series("executed", pgettext("money", "Executed")),
    )
    return _bars("area-money", _("Planned and executed money by area"), "", rows, legend, above=True)


# --- Bars ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure to draw: its value for the place, its text as published, and the parts it is stacked of."""

    series: str
    value: Fraction | None
    text: str
    parts: tuple[tuple[str, Fraction, str], ...] = ()


def _given(series: str, text: str | None) -> _Figure:
    return _Figure(series, _number(text), "" if text is None else format_number(Decimal(text), grouped=True))


def _won(series: str, won: int | None, unit: str) -> _Figure:
    return _Figure(series, None if won is None else Fraction(won), format_money(won, unit))


def _money_chart(key: str, table: SubProjectTable, years: Sequence[YearColumn], unit: str) -> BarChart | None:
    planned = {row.source: _columns(row) for row in table.planned}
    executed = next((_columns(row) for row in table.executed if row.source == TOTAL), ())
    total = planned.pop(TOTAL, ())
    if not any(amount is not None for amount in (*total, *executed)):
        return None
    sources = [source for source in MoneySource.values if source in planned]
    labels = [
        pgettext("chart", "Earlier"),
        *(column.label for column in years),
        pgettext("chart", "Later"),
    ]
    rows = []
    for place, label in enumerate(labels):
        parts = tuple(
            (
                source,
                Fraction(amount),
                f"{MoneySource(source).label} {format_money(amount, unit)}",
            )
            for source in sources
            if (amount := planned[source][place]) is not None
        )
        whole = total[place] if total else None
        spent = executed[place] if executed else None
        is_edge = place in {0, len(labels) - 1}
        if is_edge and whole is None and spent is None:
            continue
        figure = _won("planned", whole, unit)
        rows.append(
            (
                label,
                (
                    _Figure("planned", figure.value, figure.text, parts),
                    _won("executed", spent, unit),
                ),
            )
        )
    names = [Series(source, _planned_from(source)) for source in sources if any(planned[source])]
    legend = (*names, Series("executed", pgettext("money", "Executed")))
    return _bars(key, _("Planned money by year and source, executed beside it"), "", rows, legend)


def _planned_from(source: str) -> str:
    if source == MoneySource.UNSPECIFIED:
        return pgettext("money", "Planned")
    return _("Planned: %(source)s") % {"source": MoneySource(source).label}


def _columns(row: MoneyRow) -> tuple[int | None, ...]:
    return (row.prior, *row.years, row.after)


def _bars(
    key: str,
    title: str,
    note: str,
    rows: Sequence[tuple[str, tuple[_Figure, ...]]],
    legend: Sequence[Series],
    *,
    whole: Fraction | None = None,
    above: bool = False,
) -> BarChart:
    """Lay rows out under each other; names left of the bars, or ``above`` them where they are long.

    ``whole`` is what a bar of full length means; without it the largest figure is.
    """
    values = [figure.value for _label, figures in rows for figure in figures if figure.value is not None]
    low, high = min([*values, Fraction(0)]), whole or max([*values, Fraction(0)])
    reach = (high - low) or Fraction(1)
    left = EDGE if above else LABEL_SPACE
    room = WIDTH - left - VALUE_SPACE

    def place(value: Fraction) -> Fraction:
        return left + (value - low) / reach * room

    names = {"planned": pgettext("money", "Planned")} if any(legend) else {}
    names |= {series.code: series.label for series in legend}
    laid, spoken, top = [], [], Fraction(EDGE)
    for label, figures in rows:
        own = top + LABEL_LINE if above else top
        bars, said = [], []
        for number, figure in enumerate(figures):
            y = own + number * (BAR + BAR_GAP)
            name = names.get(figure.series, "")
            words = f"{name} {figure.text or '–'}".strip()
            parts = ", ".join(part_words for _series, _amount, part_words in figure.parts)
            said.append(f"{words} ({parts})" if parts else words)
            if figure.value is not None:
                bars.append(_bar(figure, y, place, f"{label} {words}"))
        height = len(figures) * (BAR + BAR_GAP) - BAR_GAP
        middle = top + LABEL_LINE - 5 if above else own + Fraction(height, 2) + 4
        name = _short(label) if above else label
        laid.append(Row(name, _at(middle), _at(own - 3), _at(own + height + 3), tuple(bars)))
        spoken.append(f"{label}: {', '.join(said)}")
        top = own + height + ROW_GAP
    return BarChart(
        key=key,
        title=title,
        note=note,
        spoken="; ".join(spoken),
        width=WIDTH,
        height=_at(top - ROW_GAP + EDGE),
        zero=_at(place(Fraction(0))),
        rows=tuple(laid),
        legend=tuple(legend),
    )


def _bar(figure: _Figure, y: Fraction, place: Callable[[Fraction], Fraction], title: str) -> Bar:
    # A source of 0 has no room in a stack; a bar that is 0 as a whole is a mark on the line.
    parts = tuple(part for part in figure.parts if part[1]) or (
        (figure.series, figure.value or Fraction(0), title),
    )
    segments, end = [], Fraction(0)
    for series, amount, part_words in parts:
        start, end = end, end + amount
        x, width = min(place(start), place(end)), abs(place(end) - place(start))
        segments.append(Segment(series, _at(x), _at(width or MARK), part_words))
    behind = max(place(end), place(Fraction(0)))
    return Bar(_at(y), _at(y + BAR - 3), _at(behind + 5), figure.text, tuple(segments))


# --- Rates over time ------------------------------------------------------------


def rate_chart(key: str, title: str, figures: Iterable[tuple[dt.date, str]]) -> LineChart | None:
    """A displayed rate at each 기준일, the first date first; None for fewer than two rates.

    Dates lie as far apart as they are. A date without a rate breaks the line.
    """
    given = sorted(figures)
    rates = [_number(display) for _date, display in given]
    if sum(rate is not None for rate in rates) < 2:
        return None
    days = [date.toordinal() for date, _display in given]
    width, height = WIDTH - LINE_LEFT - LINE_RIGHT - 10, LINE_HEIGHT - LINE_TOP - LINE_FOOT
    xs = [LINE_LEFT + 10 + Fraction((day - days[0]) * width, days[-1] - days[0]) for day in days]
    ys = [
        None if rate is None else LINE_TOP + (100 - max(Fraction(0), min(Fraction(100), rate))) * height / 100
        for rate in rates
    ]
    named = _apart(xs)
    points = tuple(
        Point(
            as_of=date,
            display=display,
            x=_at(x),
            y="" if y is None else _at(y),
            label_y="" if y is None else _at(y - 8),
            is_named=number in named,
        )
        for number, ((date, display), x, y) in enumerate(zip(given, xs, ys, strict=True))
    )
    return LineChart(
        key=key,
        title=title,
        spoken="; ".join(f"{format_day(date)}: {_percent(display) or '–'}" for date, display in given),
        width=WIDTH,
        height=LINE_HEIGHT,
        left=_at(Fraction(LINE_LEFT)),
        right=_at(Fraction(WIDTH - 4)),
        foot=_at(Fraction(LINE_HEIGHT - 8)),
        ticks=tuple(
            Tick(_at(LINE_TOP + Fraction((100 - rate) * height, 100)), str(rate)) for rate in (0, 50, 100)
        ),
        lines=_stretches(points),
        points=points,
    )


def _stretches(points: Iterable[Point]) -> tuple[str, ...]:
    lines: list[list[str]] = [[]]
    for point in points:
        if point.y:
            lines[-1].append(f"{point.x},{point.y}")
        elif lines[-1]:
            lines.append([])
    return tuple(" ".join(line) for line in lines if len(line) > 1)


def _apart(xs: Sequence[Fraction]) -> set[int]:
    """Which points have room for their date: the last, and back from it whoever is far enough away."""
    named, nearest = set(), None
    for number in range(len(xs) - 1, -1, -1):
        if nearest is None or nearest - xs[number] >= DATE_SPACE:
            named.add(number)
            nearest = xs[number]
    return named


# --- Numbers --------------------------------------------------------------------


def _number(text: str | None) -> Fraction | None:
    """What a published figure is worth; None for none ("–")."""
    return None if text in {None, "", "–"} else Fraction(str(text))


def _percent(display: str) -> str:
    return "" if display in {"", "–"} else f"{display}%"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _at(value: Fraction) -> str:
    """A coordinate of two places at most."""
    return format_number(Decimal(round(value * 100)).scaleb(-2))
