"""Changes to promises in the reader's language. They are kept language-neutral; the city's own words stay."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pledges.enums import (
    Completion,
    HeadlineMethod,
    Implementer,
    IndicatorKind,
    MoneySource,
    MoneyUnit,
    Novelty,
    Rounding,
    Span,
)
from pledges.notation import format_money, format_number
from reports.promises import LIST_SIGN, TEXTS, PromiseChange, PromiseKind
from reports.public.wording import GRID_SIGNS

_K = PromiseKind
# Kinds whose two values are the names themselves: the subject would say the same again.
NAMED = frozenset(
    {_K.INDICATOR, _K.INDICATOR_NAME, _K.SUB_PROJECT, _K.SUB_PROJECT_NAME, _K.TASK, _K.TASK_NAME}
)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What differs, and both values; "" is nothing entered. ``is_text``: to be read side by side."""

    label: str
    before: str
    after: str
    is_text: bool = False


def change_lines(changes: Iterable[PromiseChange], *, city: str, unit: str) -> list[ChangeLine]:
    """The changes of one pledge. ``unit`` is the plan's unit of money, ``city`` whose own money "city" is."""
    return [_line(change, city, unit) for change in changes]


def _line(change: PromiseChange, city: str, unit: str) -> ChangeLine:
    kind = PromiseKind(change.kind)
    words = [str(kind.label)]
    if change.subject and kind not in NAMED:
        words.append(change.subject)
    if change.span and change.span != Span.YEAR:
        words.append(str(Span(change.span).label))
    elif change.quarter is not None:
        words.append(_("%(year)d Q%(quarter)d") % {"year": change.year, "quarter": change.quarter})
    elif change.year is not None:
        words.append(str(change.year))
    if change.source and change.source != MoneySource.UNSPECIFIED:
        words.append(str(MoneySource(change.source).label))
    before, after = (_value(kind, value, city, unit) for value in (change.before, change.after))
    return ChangeLine(" · ".join(words), before, after, kind in TEXTS)


def _value(kind: PromiseKind, value: str | None, city: str, unit: str) -> str:
    if not value:
        return ""
    if kind == _K.IMPLEMENTERS:
        own = {Implementer.CITY.value: city}
        return LIST_SIGN.join(
            own.get(each) or str(Implementer(each).label) for each in value.split(LIST_SIGN)
        )
    if kind == _K.MONEY:
        return f"{format_money(int(value), unit)} {MoneyUnit(unit).label}"
    read = _READERS.get(kind)
    return read(value) if read else value


def _number(value: str) -> str:
    return format_number(Decimal(value), grouped=True)


def _budgeted(value: str) -> str:
    if value == "true":
        return pgettext("pledge", "With a budget")
    return pgettext("pledge", "Without a budget")


_READERS: Mapping[PromiseKind, Callable[[str], str]] = {
    _K.COMPLETION: lambda value: str(Completion(value).label),
    _K.NOVELTY: lambda value: str(Novelty(value).label),
    _K.BUDGETED: _budgeted,
    _K.INDICATOR_KIND: lambda value: str(IndicatorKind(value).label),
    _K.BASELINE: _number,
    _K.TARGET: _number,
    _K.SCHEDULE: lambda value: str(GRID_SIGNS[value][1]),
}


def rule_lines(rules: Iterable[Mapping[str, Any]]) -> list[ChangeLine]:
    """By which rules the whole plan is shown otherwise."""
    labels = {
        "plan_name": _("Name of the plan"),
        "headline_method": _("Formula of the headline rate"),
        "decimals": _("Decimal places of displayed rates"),
        "rounding": _("Rounding of displayed rates"),
        "counts_dropped": _("Dropped pledges in the denominator"),
    }
    readers: dict[str, Callable[[str], str]] = {
        "headline_method": lambda value: str(HeadlineMethod(value).label),
        "rounding": lambda value: str(Rounding(value).label),
        "counts_dropped": lambda value: _("Yes") if value == "true" else _("No"),
    }
    lines = []
    for rule in rules:
        read = readers.get(rule["kind"], str)
        lines.append(ChangeLine(labels[rule["kind"]], read(rule["before"]), read(rule["after"])))
    return lines
