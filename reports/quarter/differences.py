"""What differs between two versions of a report, in words that fit a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pledges.enums import MoneySource, Status
from pledges.notation import DateSpan, format_dates, format_money, format_number
from reports.quarter.entry import Entry, status_label


@dataclass(frozen=True, slots=True)
class Difference:
    """One field with two values as text; "" is "nothing entered"."""

    label: str
    before: str
    after: str


def between_reports(old: Entry, new: Entry) -> list[Difference]:
    """What a correction changes: ``old`` is the entry of the live report, ``new`` of the one in hand."""
    unit = new.pledge.plan.money_unit
    found = []

    def compare(label: Any, before: str, after: str) -> None:
        if before != after:
            found.append(Difference(str(label), before, after))

    compare(_("Status"), _status(old), _status(new))
    for name, label in (("cause", _("Cause of the delay")), ("remedy", _("Remedy"))):
        compare(label, getattr(old.report, name, ""), getattr(new.report, name, ""))
    compare(_("Fulfilment rate entered (%)"), _rate(old), _rate(new))
    for line, other in zip(old.indicators, new.indicators, strict=True):
        compare(line.indicator.name, _number(line.value), _number(other.value))
    for money, other_money in zip(old.money, new.money, strict=True):
        for source in MoneySource:
            compare(
                f"{money.sub_project.name} · {source.label}",
                format_money(money.executed.get(source), unit),
                format_money(other_money.executed.get(source), unit),
            )
    for task, other_task in zip(old.tasks, new.tasks, strict=True):
        compare(task.task.name, str(task.mark_label), str(other_task.mark_label))
    compare(_("Achievements"), achievement_text(old.achievements), achievement_text(new.achievements))
    return found


def achievement_text(achievements: Sequence[Any]) -> str:
    """The achievements as lines of text."""
    return "\n".join(
        f"{format_dates(DateSpan.of(row))} {row.text}" + (f"\n{row.details}" if row.details else "")
        for row in achievements
    )


def _status(entry: Entry) -> str:
    report = entry.report
    if report is None or not report.status:
        return ""
    own = report.own_status if report.status == Status.OTHER else None
    return str(status_label(report.status, own_status=own))


def _rate(entry: Entry) -> str:
    if entry.report is None:
        return ""
    if entry.report.rate_withdrawn:
        return _("taken back")
    return _number(entry.report.entered_rate)


def _number(value: Any) -> str:
    return "" if value is None else format_number(value, grouped=True)
