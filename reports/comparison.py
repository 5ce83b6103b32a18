"""What differs between two cards of a pledge, field by field, in words that fit a line."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from pledges.enums import Completion, Implementer, IndicatorKind, Mark, MoneySource, Novelty, Span, Status
from pledges.notation import format_money, format_number
from reports.cards import TOTAL, Card, IndicatorRow, MoneyRow, RateText, SubProjectTable

# Letters shown before and after the place where two texts differ, and the most shown of that place.
AROUND = 12
LONGEST = 160
ELLIPSIS = "…"

_INDICATORS = gettext_lazy("Indicators")
_MONEY = {
    "planned": pgettext_lazy("money", "Planned"),
    "secured": pgettext_lazy("money", "Secured"),
    "executed": pgettext_lazy("money", "Executed"),
}
# A card's fields by the words under which they stand in a list of differences, in its order.
LABELS: Mapping[str, Any] = {
    "position": gettext_lazy("Place in the plan"),
    "name": gettext_lazy("Pledge name"),
    "areas": gettext_lazy("Area"),
    "lead_department": gettext_lazy("Lead department"),
    "supporting_departments": gettext_lazy("Supporting departments"),
    "completion": gettext_lazy("Completion"),
    "implementers": gettext_lazy("Implemented by"),
    "novelty": gettext_lazy("New or continued"),
    "budgeted": pgettext_lazy("pledge", "Budget"),
    "status": gettext_lazy("Status"),
    "rate": gettext_lazy("Fulfilment rate"),
    "to_date": gettext_lazy("Attainment of the targets to date"),
    "not_submitted": gettext_lazy("Not submitted"),
    "campaign_text": gettext_lazy("Campaign booklet text"),
    "goal": gettext_lazy("Policy goal"),
    "basis": gettext_lazy("Basis"),
    "overview": gettext_lazy("Situation and overview"),
    "effects": gettext_lazy("Expected effects"),
    "indicators": _INDICATORS,
    "money": gettext_lazy("Investment, secured and executed money"),
    "grid": gettext_lazy("Schedule"),
    "achievements": gettext_lazy("Achievements"),
    "cause": gettext_lazy("Cause of the delay"),
    "remedy": gettext_lazy("Remedy"),
}
# What two cards may differ in without saying anything of the pledge.
FRAME = frozenset({"schema_version", "as_of", "plan", "years", "quarters"})
TEXTS = ("campaign_text", "goal", "basis", "overview", "effects", "cause", "remedy")
MARKS = {"planned": gettext_lazy("planned"), Mark.UNDER_WAY: Mark.UNDER_WAY.label, Mark.DONE: Mark.DONE.label}


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field with two values as text; "" is "nothing entered". Both are "" where only its exact value or
    its layout differs."""

    label: str
    before: str
    after: str


def compare_cards(old: Card, new: Card) -> list[FieldDifference]:
    """Every field in which the cards differ, in the order of the form. Money is in the new card's unit.

    Reads no database. What frames a card (기준일, plan, columns) is left out.
    """
    found = [
        *_plain(old, new),
        *(_difference(str(LABELS[name]), *_excerpts(_text(old, name), _text(new, name))) for name in TEXTS),
        *_indicators(old, new),
        *_money(old, new),
        *_grid(old, new),
        *_achievements(old, new),
    ]
    kept = [each for each in found if each.before != each.after]
    return kept or [
        FieldDifference(str(LABELS.get(name, LABELS["rate"])), "", "") for name in differing_fields(old, new)
    ]


def differing_fields(old: Card, new: Card) -> list[str]:
    """The names of the card's own fields that differ."""
    names = (field.name for field in dataclasses.fields(Card))
    return [name for name in names if name not in FRAME and getattr(old, name) != getattr(new, name)]


def status_text(card: Card) -> str:
    """The status in the reader's language, or in the city's own word."""
    return card.own_status if card.status == Status.OTHER else str(Status(card.status).label)


def _joined(*words: str) -> str:
    return " ".join(words)


def _difference(label: str, before: str, after: str) -> FieldDifference:
    return FieldDifference(label, before, after)


def _plain(old: Card, new: Card) -> Iterable[FieldDifference]:
    for name, label in LABELS.items():
        if name in TEXTS or name in ("indicators", "money", "grid", "achievements"):
            continue
        yield _difference(str(label), _shown(old, name), _shown(new, name))


def _shown(card: Card, name: str) -> str:
    value = getattr(card, name)
    if name == "status":
        return status_text(card)
    if name == "areas":
        return " › ".join(f"{step.code} {step.name}".strip() for step in value)
    if name == "budgeted":
        words = {True: pgettext("pledge", "With a budget"), False: pgettext("pledge", "Without a budget")}
        return words.get(value, "")
    if name == "implementers":
        return ", ".join(str(Implementer(each).label) for each in value)
    if name in ("completion", "novelty"):
        choices: Any = {"completion": Completion, "novelty": Novelty}[name]
        return str(choices(value).label) if value else ""
    if isinstance(value, RateText):
        return _percent(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value)


def _percent(rate: RateText) -> str:
    return "" if rate.exact is None and rate.display in {"", "–"} else f"{rate.display}%"


# --- Texts ------------------------------------------------------------------------


def _text(card: Card, name: str) -> str:
    return " ".join(str(getattr(card, name)).split())


def _excerpts(before: str, after: str) -> tuple[str, str]:
    """Two texts cut down to where they differ, with a few letters around it."""
    if before == after:
        return "", ""
    start, most = 0, min(len(before), len(after))
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return _excerpt(before, start, end), _excerpt(after, start, end)


def _excerpt(text: str, start: int, end: int) -> str:
    """The text between ``start`` letters from its beginning and ``end`` from its end."""
    first, last = max(0, start - AROUND), min(len(text), len(text) - end + AROUND)
    # A whole short text says more than its middle.
    if first <= AROUND:
        first = 0
    if len(text) - last <= AROUND:
        last = len(text)
    cut = min(last, first + LONGEST)
    return f"{ELLIPSIS if first else ''}{text[first:cut]}{ELLIPSIS if cut < len(text) else ''}"


# --- Tables -------------------------------------------------------------------------


def _pairs(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterable[tuple[Any, Any, Any]]:
    """Key, old and new value (None where there is none): the new ones in order, then those that are gone."""
    for key in [*new, *(key for key in old if key not in new)]:
        yield key, old.get(key), new.get(key)


def _indicators(old: Card, new: Card) -> Iterable[FieldDifference]:
    before, after = ({row.name: row for row in card.indicators} for card in (old, new))
    for name, first, second in _pairs(before, after):
        label = _joined(_("Indicator"), name)
        if first is None or second is None:
            yield _difference(label, _given(first), _given(second))
            continue
        kinds = [str(IndicatorKind(row.kind).label) for row in (first, second)]
        yield _difference(_joined(label, "·", _("Kind")), *kinds)
        yield _difference(_joined(label, "·", pgettext("indicator", "Unit")), first.unit, second.unit)
        yield _difference(
            _joined(label, "·", _("Baseline")), _number(first.baseline), _number(second.baseline)
        )
        rows = ((_("Target"), "target_values"), (pgettext("indicator", "Done"), "actual_values"))
        for word, column in rows:
            for year, own, other in _pairs(_by_year(old, first, column), _by_year(new, second, column)):
                yield _difference(f"{label} · {year} {word}", _number(own), _number(other))
        yield _difference(f"{label} · {LABELS['rate']}", _percent(first.rate), _percent(second.rate))


def _by_year(card: Card, row: IndicatorRow, column: str) -> dict[str, str | None]:
    return {year.label: value for year, value in zip(card.years, getattr(row, column), strict=True)}


def _number(value: str | None) -> str:
    return "" if value is None else format_number(Decimal(value), grouped=True)


def _given(part: Any) -> str:
    """What stands for a whole row that is there in one of the cards only."""
    return "" if part is None else _("there")


def _money(old: Card, new: Card) -> Iterable[FieldDifference]:
    unit = new.plan.money_unit
    before, after = ({table.name: table for table in card.money.sub_projects} for card in (old, new))
    several = len(before.keys() | after.keys()) > 1
    for name, first, second in _pairs(before, after):
        prefix = f"{name} · " if several else ""
        if (first is None or second is None) and not _amounts_of(first or second, new):
            yield _difference(_joined(_("Sub-project"), name), _given(first), _given(second))
            continue
        amounts = [_amounts_of(table, card) if table else {} for table, card in ((first, old), (second, new))]
        for (kind, source, column), own, other in _pairs(*amounts):
            word = "" if source == TOTAL else f" {MoneySource(source).label}"
            yield _difference(
                f"{prefix}{_MONEY[kind]}{word} · {column}", format_money(own, unit), format_money(other, unit)
            )


def _amounts_of(table: SubProjectTable | None, card: Card) -> dict[tuple[str, str, str], int]:
    """What was entered (원) of a sub-project by kind, source and column; its total where none is named."""
    found = {}
    for kind in _MONEY:
        rows: Sequence[MoneyRow] = getattr(table, kind) if table else ()
        sources = [row for row in rows if row.source != TOTAL]
        for row in sources or rows:
            columns = [
                (str(Span.PRIOR.label), row.prior),
                *((year.label, amount) for year, amount in zip(card.years, row.years, strict=True)),
                (str(Span.AFTER.label), row.after),
            ]
            found.update(
                {(kind, row.source, column): amount for column, amount in columns if amount is not None}
            )
    return found


def _grid(old: Card, new: Card) -> Iterable[FieldDifference]:
    before, after = ({row.task: row for row in card.grid} for card in (old, new))
    for task, first, second in _pairs(before, after):
        label = _joined(_("Task"), task)
        if first is None or second is None:
            yield _difference(label, _given(first), _given(second))
            continue
        cells = [
            {(at.year, at.quarter): cell for at, cell in zip(card.quarters, row.cells, strict=True)}
            for card, row in ((old, first), (new, second))
        ]
        for (year, quarter), own, other in _pairs(*cells):
            at = _("%(year)d Q%(quarter)d") % {"year": year, "quarter": quarter}
            yield _difference(f"{label} · {at}", _mark(own), _mark(other))
        yield _difference(_joined(label, "·", _("Note")), *_excerpts(first.note, second.note))


def _mark(cell: str | None) -> str:
    return str(MARKS[cell]) if cell else ""


def _achievements(old: Card, new: Card) -> Iterable[FieldDifference]:
    before, after = (
        {
            (line.date_text, line.text): _excerpt(
                " ".join((f"{line.date_text} {line.text}", *line.details)), 0, 0
            )
            for line in card.achievements
        }
        for card in (old, new)
    )
    for _key, first, second in _pairs(before, after):
        yield _difference(str(LABELS["achievements"]), first or "", second or "")
