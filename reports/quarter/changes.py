"""What a report changes: against the last edition's card of its pledge, or against what is approved.

Everything here reads an ``Entry`` (and a card) that is loaded already: no query.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from pledges.enums import Mark, ReportSection, Status
from pledges.notation import DateSpan, format_dates, format_money, format_number
from reports.cards import TOTAL, Card, MoneyRow
from reports.fulfilment import NO_RATE
from reports.quarter.entry import Entry, IndicatorLine, TaskLine, status_label
from reports.quarter.figures import IndicatorFigure, stored_figures


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs, in the section where it stands, as text; "" is "nothing entered"."""

    section: ReportSection
    label: str
    before: str
    after: str


# --- Whether anything is new ----------------------------------------------------


def moves(line: IndicatorLine) -> bool:
    """Whether the report moves an indicator: a count other than 0, another level than the one before."""
    if line.value is None:
        return False
    return line.value != (0 if line.is_cumulative else line.before.actual)


def marks_anew(line: TaskLine) -> bool:
    """Whether the report marks a task's quarter otherwise than it was."""
    return line.mark not in ("", line.before) and not (line.mark == Mark.NONE and not line.before)


def tells_progress(entry: Entry) -> bool:
    """Whether the report claims something: a figure that moves, money, an achievement, a mark."""
    return (
        any(moves(line) for line in entry.indicators)
        or any(amount for money in entry.money for amount in money.executed.values())
        or bool(entry.achievements)
        or any(marks_anew(line) for line in entry.tasks)
    )


def is_unchanged(entry: Entry) -> bool:
    """Whether the report says that nothing changed since the quarter before.

    No progress, no evidence, the status and the entered rate that stood, and of
    cause and remedy either nothing or the same words. A correction of an
    approved report never is: it changes what was approved. False without a report.
    """
    report = entry.report
    if report is None or (entry.live is not None and entry.live.pk != report.pk):
        return False
    previous = entry.previous
    return not (
        tells_progress(entry)
        or entry.evidence
        or (report.status and status_of(entry) != _status_before(entry))
        or (report.entered_rate is not None and Fraction(report.entered_rate) != entry.before.rate)
        or (report.rate_withdrawn and entry.before.rate is not None)
        or report.cause not in ("", previous.cause if previous else "")
        or report.remedy not in ("", previous.remedy if previous else "")
    )


def status_of(entry: Entry) -> str:
    """The word for the status in force with this report; "" for none."""
    report = entry.report
    if report is None or not report.status:
        return _status_before(entry)
    own = report.own_status if report.status == Status.OTHER else None
    return _status_word(report.status, own.name if own else "")


def _status_before(entry: Entry) -> str:
    return _status_word(entry.before.status, entry.before.own_status)


def _status_word(status: str, own: str) -> str:
    if status in ("", Status.NONE):
        return ""
    return own if status == Status.OTHER and own else str(status_label(status))


# --- What differs -----------------------------------------------------------------


def changes_since_edition(entry: Entry, card: Card | None) -> list[Change]:
    """What this report would make different from ``card``, the pledge's card in the edition that readers
    have; without one, from what is approved up to the period before. Rows that are equal are left out.

    Counts and money are cumulative ones. Evidence is in no edition: a correction's files are compared with
    those of the report that it corrects, and what a first report brings is new.
    """
    if entry.report is None:
        return []
    base = _card_base(entry, card) if card is not None else _approved_base(entry)
    return [change for change in _compared(entry, base) if change.before != change.after]


@dataclass(frozen=True, slots=True)
class _Base:
    """What a report is compared with, as text: "" is nothing entered."""

    status: str
    rate: tuple[str, str]
    counts: dict[str, str]
    rates: dict[str, tuple[str, str]]
    executed: dict[str, str]
    marks: dict[tuple[int, int, int], str]
    achievements: frozenset[tuple[str, str]]
    cause: str
    remedy: str


def _card_base(entry: Entry, card: Card) -> _Base:
    unit = entry.pledge.plan.money_unit
    cells = {row.task: row.cells for row in card.grid}
    columns = {(column.year, column.quarter): place for place, column in enumerate(card.quarters)}

    def cell(line: TaskLine) -> str:
        place = columns.get((line.year, line.quarter))
        row = cells.get(line.task.name)
        mark = row[place] if row is not None and place is not None else ""
        return _mark_word(mark if mark in Mark.values else "")

    return _Base(
        status=_status_word(card.status, card.own_status),
        rate=(card.rate.exact or card.rate.display, _shown(card.rate.display)),
        counts={row.name: _grouped(row.actual) for row in card.indicators},
        rates={
            row.name: (row.rate.exact or row.rate.display, _shown(row.rate.display))
            for row in card.indicators
        },
        executed={
            table.name: format_money(_total(table.executed), unit) for table in card.money.sub_projects
        },
        marks={_place(line): cell(line) for line in entry.tasks},
        achievements=frozenset((line.date_text, line.text) for line in card.achievements),
        cause=card.cause,
        remedy=card.remedy,
    )


def _approved_base(entry: Entry) -> _Base:
    unit, figures = entry.pledge.plan.money_unit, stored_figures(entry)
    return _Base(
        status=_status_before(entry),
        rate=(_exact(entry.before.rate), _shown(figures.before_text)),
        counts={line.indicator.name: _number(line.before.actual) for line in entry.indicators},
        rates={
            figure.line.indicator.name: (_exact(figure.line.before.rate), _shown(figure.before_text))
            for figure in figures.indicators
        },
        executed={line.sub_project.name: format_money(line.before_total, unit) for line in entry.money},
        marks={_place(line): _mark_word(line.before) for line in entry.tasks},
        achievements=frozenset(_lines(entry.earlier_achievements)),
        cause=entry.previous.cause if entry.previous else "",
        remedy=entry.previous.remedy if entry.previous else "",
    )


def _compared(entry: Entry, base: _Base) -> Iterable[Change]:
    """Every row, equal ones too."""
    report, unit, figures = entry.report, entry.pledge.plan.money_unit, stored_figures(entry)
    yield Change(ReportSection.STATUS, _("Status"), base.status, status_of(entry))
    section = ReportSection.INDICATORS if entry.indicators else ReportSection.STATUS
    yield _rate_change(
        section,
        _("Fulfilment rate of the pledge"),
        base.rate,
        (_exact(figures.rate), _shown(figures.rate_text)),
    )
    for figure in figures.indicators:
        yield from _indicator_changes(figure, base)
    for line in entry.money:
        yield Change(
            ReportSection.MONEY,
            _("%(sub_project)s, executed in all") % {"sub_project": line.sub_project.name},
            base.executed.get(line.sub_project.name, ""),
            format_money(line.after_total, unit),
        )
    for task in entry.tasks:
        yield Change(
            ReportSection.SCHEDULE,
            _("%(task)s, %(year)d Q%(quarter)d")
            % {"task": task.task.name, "year": task.year, "quarter": task.quarter},
            base.marks[_place(task)],
            _mark_word(task.mark or task.before),
        )
    for achievement, line_of in zip(entry.achievements, _lines(entry.achievements), strict=True):
        if line_of not in base.achievements:
            date, text = line_of
            details = f"\n{achievement.details}" if achievement.details else ""
            yield Change(ReportSection.ACHIEVEMENTS, _("New achievement"), "", f"{date} {text}{details}")
    yield Change(ReportSection.DELAY, _("Cause of the delay"), base.cause, report.cause if report else "")
    yield Change(ReportSection.DELAY, _("Remedy"), base.remedy, report.remedy if report else "")
    yield _evidence_change(entry)


def _evidence_change(entry: Entry) -> Change:
    """The files before and with the report; one of the same name and another content says so."""
    corrected = entry.corrected_evidence
    held = {(file.name, file.sha256) for file in corrected}
    names = {file.name for file in corrected}
    lines = []
    for file in entry.evidence:
        replaced = file.name in names and (file.name, file.sha256) not in held
        lines.append(_("%(name)s (new content)") % {"name": file.name} if replaced else file.name)
    before = sorted(file.name for file in corrected)
    return Change(
        ReportSection.EVIDENCE, _("Evidence of this report"), "\n".join(before), "\n".join(sorted(lines))
    )


def _indicator_changes(figure: IndicatorFigure, base: _Base) -> Iterable[Change]:
    indicator = figure.line.indicator
    names = {"indicator": indicator.name, "unit": indicator.unit}
    if not figure.line.is_cumulative:
        label = _("%(indicator)s, level (%(unit)s)") if indicator.unit else _("%(indicator)s, level")
    else:
        label = _("%(indicator)s, in all (%(unit)s)") if indicator.unit else _("%(indicator)s, in all")
    yield Change(
        ReportSection.INDICATORS, label % names, base.counts.get(indicator.name, ""), _number(figure.after)
    )
    yield _rate_change(
        ReportSection.INDICATORS,
        _("%(indicator)s, rate") % names,
        base.rates.get(indicator.name, ("", "")),
        (_exact(figure.rate), _shown(figure.rate_text)),
    )


def _rate_change(
    section: ReportSection, label: str, before: tuple[str, str], after: tuple[str, str]
) -> Change:
    """A rate by its exact and its displayed text. Two that differ by less than is displayed are equal here
    as they are for every reader."""
    if before[0] == after[0]:
        return Change(section, label, "", "")
    return Change(section, label, before[1], after[1])


def _total(rows: Iterable[MoneyRow]) -> int | None:
    return next((row.total for row in rows if row.source == TOTAL), None)


def _place(line: TaskLine) -> tuple[int, int, int]:
    return line.task.pk, line.year, line.quarter


def _mark_word(mark: str) -> str:
    return str(Mark(mark).label) if mark and mark != Mark.NONE else ""


def _lines(achievements: Iterable[Any]) -> list[tuple[str, str]]:
    return [(format_dates(DateSpan.of(row)), row.text) for row in achievements]


def _exact(rate: Fraction | None) -> str:
    return NO_RATE if rate is None else str(rate)


def _shown(display: str) -> str:
    return "" if display in ("", NO_RATE) else f"{display}%"


def _number(value: Any) -> str:
    return "" if value is None else format_number(value, grouped=True)


def _grouped(plain: str | None) -> str:
    return "" if plain is None else format_number(Decimal(plain), grouped=True)
