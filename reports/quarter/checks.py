"""What a planning office looks twice at: a report's contradictions, each at its section, with its remedy.

Pure: everything is read from an ``Entry`` that is loaded already. A warning
points out and corrects nothing; a report may be handed in and approved with all
of them. Arithmetic is exact: 99.999… is below 100 however it is displayed, and
what was not entered is not compared.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from pledges.enums import ReportSection, Rounding, Status
from pledges.notation import DateSpan, format_dates, format_money, format_number
from pledges.personal import holds_mobile_number, holds_resident_number
from reports.fulfilment import (
    COMPLETED,
    COMPLETED_BELOW_100,
    EXECUTED_OVER_PLANNED,
    EXECUTED_OVER_SECURED,
    PARTIAL_AT_100,
    display_rate,
    entered_sum,
)
from reports.quarter.changes import status_of, tells_progress
from reports.quarter.delay import asks_for_cause
from reports.quarter.entry import Entry, status_label
from reports.quarter.figures import Figures, IndicatorFigure, stored_figures

RATE_FELL = "rate_fell"
TOTAL_FELL = "total_fell"
WENT_BACK = "went_back"
RESIDENT_NUMBER = "resident_number"
MOBILE_NUMBER = "mobile_number"
NO_EVIDENCE = "no_evidence"
NO_CAUSE = "no_cause"
NO_REMEDY = "no_remedy"
OUTSIDE_THE_PERIOD = "outside_the_period"
UNFULFILLED = frozenset({Status.PARTIAL, Status.ON_HOLD})


@dataclass(frozen=True, slots=True)
class ReportWarning:
    """One contradiction: the section where it stands, its code, and what to do about it, translated."""

    section: ReportSection
    code: str
    message: str


def warnings_of(entry: Entry, figures: Figures | None = None) -> list[ReportWarning]:
    """What contradicts itself in the report in hand, in the order of its sections; empty without a report.

    ``figures`` are those with what the report holds, where the caller has them already.
    """
    if entry.report is None:
        return []
    figures = figures or stored_figures(entry)
    return [
        *_went_back(entry),
        *_status(entry, figures),
        *_fallen(entry, figures),
        *_money(entry),
        *_dates(entry),
        *_personal(entry),
        *_delay(entry, figures),
        *_evidence(entry),
    ]


def _went_back(entry: Entry) -> Iterable[ReportWarning]:
    """What was reported as completed and is not any more. A plan's own status is not compared."""
    before, now = entry.before.status, entry.status
    if before in COMPLETED and now not in COMPLETED and now != Status.OTHER:
        yield ReportWarning(
            ReportSection.STATUS,
            WENT_BACK,
            _("The status was “%(before)s” in the report before, and is “%(after)s” now. Check the status.")
            % {"before": status_label(before), "after": status_of(entry) or status_label(Status.NONE)},
        )


def _status(entry: Entry, figures: Figures) -> Iterable[ReportWarning]:
    """추진상황 is a judgement, the rate arithmetic: both stay, and the pair is pointed out."""
    status, rate = entry.status, figures.rate
    if rate is None:
        return
    if status in COMPLETED and rate < 100:
        yield ReportWarning(
            ReportSection.STATUS,
            COMPLETED_BELOW_100,
            _(
                "The status is “%(status)s”, but the rate is %(rate)s%%. Check the values that are missing, "
                "or the status."
            )
            % {"status": status_of(entry), "rate": _below_100(entry, rate)},
        )
    if status in UNFULFILLED and rate == 100:
        yield ReportWarning(
            ReportSection.STATUS,
            PARTIAL_AT_100,
            _("The rate is 100%%, but the status is “%(status)s”. Check whether the status should change.")
            % {"status": status_of(entry)},
        )


def _fallen(entry: Entry, figures: Figures) -> Iterable[ReportWarning]:
    """Totals and rates lower than with the report before, one warning an indicator.

    A total falls whatever its rate does; what is capped at 100 has not fallen while it stays there.
    """
    fallen = [
        figure
        for figure in figures.indicators
        if figure.rate is not None
        and figure.line.before.rate is not None
        and figure.rate < figure.line.before.rate
    ]
    for figure in figures.indicators:
        words = {
            "indicator": figure.line.indicator.name,
            "before": figure.before_text,
            "after": figure.rate_text,
            "total_before": _number(figure.line.before.actual),
            "total_after": _number(figure.after),
        }
        if _total_fell(figure):
            message = (
                _(
                    "The total of “%(indicator)s” fell from %(total_before)s to %(total_after)s, its rate "
                    "from %(before)s%% to %(after)s%%. Check this period's value; what was counted too "
                    "much belongs to a correction of its quarter."
                )
                if figure in fallen
                else _(
                    "The total of “%(indicator)s” fell from %(total_before)s to %(total_after)s. Check this "
                    "period's value; what was counted too much belongs to a correction of its quarter."
                )
            )
            yield ReportWarning(ReportSection.INDICATORS, TOTAL_FELL, message % words)
        elif figure in fallen:
            yield ReportWarning(
                ReportSection.INDICATORS,
                RATE_FELL,
                _(
                    "The rate of “%(indicator)s” fell from %(before)s%% to %(after)s%%. Check the value, or "
                    "state the cause."
                )
                % words,
            )
    before = entry.before.rate
    if not fallen and figures.rate is not None and before is not None and figures.rate < before:
        yield ReportWarning(
            ReportSection.INDICATORS if entry.indicators else ReportSection.STATUS,
            RATE_FELL,
            _(
                "The rate of the pledge fell from %(before)s%% to %(after)s%%. Check the value, or state the "
                "cause."
            )
            % {"before": figures.before_text, "after": figures.rate_text},
        )


def _total_fell(figure: IndicatorFigure) -> bool:
    """Whether a count to date is lower than before; what was not entered is not compared."""
    before = figure.line.before.actual
    return (
        figure.line.is_cumulative
        and before is not None
        and figure.after is not None
        and figure.after < before
    )


def _money(entry: Entry) -> Iterable[ReportWarning]:
    """Executed in all against planned in all, and against what is secured up to the period's year.

    By sub-project; against the plan also of the pledge, where no sub-project tells it. What was secured of
    one sub-project says nothing of another whose secured money was not entered.
    """
    planned = [
        (line.sub_project.name, line.after_total, line.planned_total)
        for line in entry.money
        if _exceeds(line.after_total, line.planned_total)
    ]
    executed = entered_sum(line.after_total for line in entry.money)
    in_all = entered_sum(line.planned_total for line in entry.money)
    if not planned and _exceeds(executed, in_all):
        planned = [(_("The pledge in all"), executed, in_all)]
    for name, spent, most in planned:
        yield ReportWarning(
            ReportSection.MONEY,
            EXECUTED_OVER_PLANNED,
            _(
                "%(name)s: %(spent)s executed of %(most)s planned (%(unit)s). Check the amount, or have the "
                "investment plan changed."
            )
            % _money_words(entry, name, spent, most),
        )
    for line in entry.money:
        if _exceeds(line.after_total, line.secured_total):
            yield ReportWarning(
                ReportSection.MONEY,
                EXECUTED_OVER_SECURED,
                _(
                    "%(name)s: %(spent)s executed of %(most)s secured up to %(year)d (%(unit)s). Check the "
                    "amount, or whether the secured money is up to date."
                )
                % _money_words(entry, line.sub_project.name, line.after_total, line.secured_total),
            )


def _exceeds(amount: int | None, limit: int | None) -> bool:
    return amount is not None and limit is not None and amount > limit


def _money_words(entry: Entry, name: str, spent: int | None, most: int | None) -> dict[str, Any]:
    plan = entry.pledge.plan
    return {
        "name": name,
        "spent": format_money(spent, plan.money_unit),
        "most": format_money(most, plan.money_unit),
        "unit": plan.get_money_unit_display(),
        "year": entry.period.as_of.year,
    }


def _dates(entry: Entry) -> Iterable[ReportWarning]:
    """Achievements whose dates share no day with the quarters that the period reports on."""
    year, quarter = entry.quarters[0]
    first, last = dt.date(year, 3 * quarter - 2, 1), entry.period.as_of
    for achievement in entry.achievements:
        began_after = achievement.starts_on > last
        ended_before = achievement.ends_on < first and not achievement.open_ended
        if began_after or ended_before:
            yield ReportWarning(
                ReportSection.ACHIEVEMENTS,
                OUTSIDE_THE_PERIOD,
                _(
                    "“%(text)s” is dated %(date)s, outside this period (%(first)s to %(last)s). Check the "
                    "date; what belongs to an earlier quarter is a correction of that quarter."
                )
                % {
                    "text": achievement.text,
                    "date": format_dates(DateSpan.of(achievement)),
                    "first": _day(first),
                    "last": _day(last),
                },
            )


def _personal(entry: Entry) -> Iterable[ReportWarning]:
    """Numbers of persons in the texts that become public. The number itself is not said again."""
    report = entry.report
    if report is None:
        return
    texts = [
        (
            ReportSection.ACHIEVEMENTS,
            _("Line %(number)d (%(date)s)")
            % {"number": number, "date": format_dates(DateSpan.of(achievement))},
            f"{achievement.text}\n{achievement.details}",
        )
        for number, achievement in enumerate(entry.achievements, start=1)
    ]
    texts += [
        (ReportSection.DELAY, _("Cause of the delay"), report.cause),
        (ReportSection.DELAY, _("Remedy"), report.remedy),
    ]
    for section, where, text in texts:
        if holds_resident_number(text):
            yield ReportWarning(
                section,
                RESIDENT_NUMBER,
                _(
                    "%(where)s holds what looks like a resident registration number. This text becomes "
                    "public: take it out."
                )
                % {"where": where},
            )
        if holds_mobile_number(text):
            yield ReportWarning(
                section,
                MOBILE_NUMBER,
                _(
                    "%(where)s holds what looks like a mobile telephone number. This text becomes public: "
                    "take it out."
                )
                % {"where": where},
            )


def _delay(entry: Entry, figures: Figures) -> Iterable[ReportWarning]:
    """Behind the targets to date, or a status that says so, without its cause or its remedy."""
    report = entry.report
    if report is None or not asks_for_cause(figures, entry.status):
        return
    behind = (
        _("%(rate)s%% of the targets to date") % {"rate": _below_100(entry, figures.to_date)}
        if figures.is_lagging and figures.to_date is not None
        else _("the status is “%(status)s”") % {"status": status_of(entry)}
    )
    if not report.cause:
        yield ReportWarning(
            ReportSection.DELAY,
            NO_CAUSE,
            _("This pledge is behind (%(behind)s) without a cause. State the cause.") % {"behind": behind},
        )
    if not report.remedy:
        yield ReportWarning(
            ReportSection.DELAY,
            NO_REMEDY,
            _("This pledge is behind (%(behind)s) without a remedy. State the remedy.") % {"behind": behind},
        )


def _evidence(entry: Entry) -> Iterable[ReportWarning]:
    """Progress that nothing shows. A report without any needs no evidence."""
    if tells_progress(entry) and not entry.evidence:
        yield ReportWarning(
            ReportSection.EVIDENCE,
            NO_EVIDENCE,
            _("The report tells of progress without evidence. Attach what shows it."),
        )


def _below_100(entry: Entry, rate: Fraction) -> str:
    """A rate below 100 as text that never reads 100: truncated, whatever the plan's rounding."""
    text = display_rate(rate, entry.pledge.plan.decimals, entry.pledge.plan.rounding)
    if text.split(".")[0] != "100":
        return text
    return display_rate(rate, entry.pledge.plan.decimals, Rounding.TRUNCATE)


def _number(value: Decimal | None) -> str:
    return "–" if value is None else format_number(value, grouped=True)


def _day(day: dt.date) -> str:
    return f"{day.year}. {day.month}. {day.day}."
