"""What a card promises, and in what two cards of a pledge promise otherwise.

A card holds a promise (what, by whom, until when, with which money and targets) and how far it has come
(actuals, executed money, marks, achievements, status, rates). Only the promise is compared here.
Differences are language-neutral, as cards are, so that they can be kept: codes stay codes, words are the
city's own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.enums import MoneySource, Span
from reports.cards import TOTAL, Card, GridRow, IndicatorRow, SubProjectTable
from reports.frozen import from_json, to_json

PLANNED = "planned"


class PromiseKind(TextChoices):
    """What of a promise differs. Of a whole part (an indicator, a sub-project, a task) that came or went,
    the name stands after or before."""

    CODE = "code", _("Number of the pledge")
    NAME = "name", _("Pledge name")
    AREA = "area", _("Area")
    CAMPAIGN_TEXT = "campaign_text", _("Campaign booklet text")
    GOAL = "goal", _("Policy goal")
    BASIS = "basis", _("Basis")
    OVERVIEW = "overview", _("Situation and overview")
    EFFECTS = "effects", _("Expected effects")
    LEAD_DEPARTMENT = "lead_department", _("Lead department")
    SUPPORTING_DEPARTMENTS = "supporting_departments", _("Supporting departments")
    COMPLETION = "completion", _("Completion")
    IMPLEMENTERS = "implementers", _("Implemented by")
    NOVELTY = "novelty", _("New or continued")
    BUDGETED = "budgeted", pgettext_lazy("pledge", "Budget")
    INDICATOR = "indicator", _("Indicator")
    INDICATOR_NAME = "indicator_name", _("Name of the indicator")
    INDICATOR_KIND = "indicator_kind", _("Kind of indicator")
    INDICATOR_UNIT = "indicator_unit", _("Unit of the indicator")
    BASELINE = "baseline", _("Baseline")
    TARGET = "target", _("Target")
    SUB_PROJECT = "sub_project", _("Sub-project")
    SUB_PROJECT_NAME = "sub_project_name", _("Name of the sub-project")
    MONEY = "money", _("Planned money")
    TASK = "task", _("Task")
    TASK_NAME = "task_name", _("Name of the task")
    TASK_NOTE = "task_note", _("Note of the task")
    SCHEDULE = "schedule", _("Schedule")


class PromiseGroup(TextChoices):
    """Kinds as readers ask for them."""

    NAME = "name", _("Name and number")
    TEXT = "text", _("Goal and texts")
    AREA = "area", _("Area")
    DEPARTMENT = "department", _("Department")
    TERMS = "terms", _("Completion, implementers, budget")
    MONEY = "money", _("Planned money")
    INDICATORS = "indicators", _("Indicators and targets")
    SCHEDULE = "schedule", _("Schedule")


_K, _G = PromiseKind, PromiseGroup
GROUP_OF: Mapping[str, PromiseGroup] = {
    **dict.fromkeys((_K.CODE, _K.NAME), _G.NAME),
    **dict.fromkeys((_K.CAMPAIGN_TEXT, _K.GOAL, _K.BASIS, _K.OVERVIEW, _K.EFFECTS), _G.TEXT),
    _K.AREA: _G.AREA,
    **dict.fromkeys((_K.LEAD_DEPARTMENT, _K.SUPPORTING_DEPARTMENTS), _G.DEPARTMENT),
    **dict.fromkeys((_K.COMPLETION, _K.IMPLEMENTERS, _K.NOVELTY, _K.BUDGETED), _G.TERMS),
    **dict.fromkeys(
        (_K.INDICATOR, _K.INDICATOR_NAME, _K.INDICATOR_KIND, _K.INDICATOR_UNIT, _K.BASELINE, _K.TARGET),
        _G.INDICATORS,
    ),
    **dict.fromkeys((_K.SUB_PROJECT, _K.SUB_PROJECT_NAME, _K.MONEY), _G.MONEY),
    **dict.fromkeys((_K.TASK, _K.TASK_NAME, _K.TASK_NOTE, _K.SCHEDULE), _G.SCHEDULE),
}
TEXTS = (_K.CAMPAIGN_TEXT, _K.GOAL, _K.BASIS, _K.OVERVIEW, _K.EFFECTS)
# Values that are codes of these kinds, several with ", " between.
LIST_SIGN = ", "


@dataclass(frozen=True, slots=True)
class PromiseChange:
    """One value of a promise before and after; None is "nothing entered" or "not there".

    ``subject`` is the indicator, sub-project or task by the name that it has last. An amount of money
    (whole 원) stands at a source and a span, with a year in the term's; a target at a year; a task's mark
    at a quarter.
    """

    kind: str
    before: str | None
    after: str | None
    subject: str = ""
    source: str = ""
    span: str = ""
    year: int | None = None
    quarter: int | None = None

    @property
    def group(self) -> PromiseGroup:
        return GROUP_OF[self.kind]


def to_document(changes: Iterable[PromiseChange]) -> list[Any]:
    return [to_json(change) for change in changes]


def read_changes(document: Iterable[Mapping[str, Any]]) -> tuple[PromiseChange, ...]:
    return tuple(from_json(PromiseChange, entry) for entry in document)


def promise_changes(old: Card, new: Card) -> tuple[PromiseChange, ...]:
    """Everything that the new card promises otherwise than the old one, in the order of the form."""
    found = [*_plain(old, new), *_indicators(old, new), *_money(old, new), *_schedule(old, new)]
    return tuple(change for change in found if change.before != change.after)


# --- Single values ----------------------------------------------------------------


def _plain(old: Card, new: Card) -> Iterable[PromiseChange]:
    for kind, read in _VALUES.items():
        before, after = read(old) or None, read(new) or None
        # Blanks and line breaks make no other promise.
        if kind in TEXTS and (before or "").split() == (after or "").split():
            continue
        yield PromiseChange(kind, before, after)


def _area(card: Card) -> str:
    return " › ".join(f"{step.code} {step.name}".strip() for step in card.areas)


def _text(kind: PromiseKind) -> Callable[[Card], str]:
    return lambda card: str(getattr(card, kind.value))


_VALUES: Mapping[PromiseKind, Callable[[Card], str]] = {
    _K.CODE: _text(_K.CODE),
    _K.NAME: _text(_K.NAME),
    _K.AREA: _area,
    **{kind: _text(kind) for kind in TEXTS},
    _K.LEAD_DEPARTMENT: _text(_K.LEAD_DEPARTMENT),
    _K.SUPPORTING_DEPARTMENTS: lambda card: LIST_SIGN.join(card.supporting_departments),
    _K.COMPLETION: _text(_K.COMPLETION),
    _K.IMPLEMENTERS: lambda card: LIST_SIGN.join(card.implementers),
    _K.NOVELTY: _text(_K.NOVELTY),
    _K.BUDGETED: lambda card: "" if card.budgeted is None else str(card.budgeted).lower(),
}


# --- Parts ------------------------------------------------------------------------


def _paired(
    old: Sequence[Any], new: Sequence[Any], name: Callable[[Any], str], content: Callable[[Any], Any]
) -> Iterable[tuple[Any, Any]]:
    """Parts of two cards side by side, the new ones in order, then those that are gone.

    A part is the same by its name; one that went and one that came with the same contents was renamed.
    """
    before, after = {name(part): part for part in old}, {name(part): part for part in new}
    gone = [part for key, part in before.items() if key not in after]
    for key, part in after.items():
        found = before.get(key)
        if found is None and content(part):
            found = next((other for other in gone if content(other) == content(part)), None)
            if found is not None:
                gone.remove(found)
        yield found, part
    for part in gone:
        yield part, None


def _either(before: str | None, after: str | None) -> str:
    return after or before or ""


def _values(
    kind: PromiseKind, subject: str, old: Mapping[Any, str], new: Mapping[Any, str]
) -> Iterable[PromiseChange]:
    """What stands otherwise at (source, span, year, quarter)."""
    for at in [*new, *(at for at in old if at not in new)]:
        source, span, year, quarter = at
        yield PromiseChange(kind, old.get(at), new.get(at), subject, source, span, year, quarter)


def _indicators(old: Card, new: Card) -> Iterable[PromiseChange]:
    before_years, after_years = ([year.year for year in card.years] for card in (old, new))

    def targets(row: IndicatorRow | None, years: Sequence[int]) -> dict[Any, str]:
        if row is None:
            return {}
        given = zip(years, row.target_values, strict=True)
        return {("", "", year, None): value for year, value in given if value is not None}

    def content(row: IndicatorRow) -> Any:
        return (row.kind, row.unit, row.target_values) if any(row.target_values) else None

    pairs = _paired(old.indicators, new.indicators, lambda row: str(row.name), content)
    for before, after in pairs:
        was, now = (row.name if row else None for row in (before, after))
        subject = _either(was, now)
        if before is None or after is None:
            yield PromiseChange(_K.INDICATOR, was, now, subject)
        else:
            yield PromiseChange(_K.INDICATOR_NAME, was, now, subject)
            yield PromiseChange(_K.INDICATOR_KIND, before.kind, after.kind, subject)
            yield PromiseChange(_K.INDICATOR_UNIT, before.unit or None, after.unit or None, subject)
            yield PromiseChange(_K.BASELINE, before.baseline, after.baseline, subject)
        yield from _values(_K.TARGET, subject, targets(before, before_years), targets(after, after_years))


def _money(old: Card, new: Card) -> Iterable[PromiseChange]:
    before_years, after_years = ([year.year for year in card.years] for card in (old, new))

    def amounts(table: SubProjectTable | None, years: Sequence[int]) -> dict[Any, str]:
        """Planned 원 by where it stands, without sums; money of no named source is in the total row."""
        rows = table.planned if table else ()
        found = {}
        for row in [row for row in rows if row.source != TOTAL] or rows:
            source = MoneySource.UNSPECIFIED.value if row.source == TOTAL else row.source
            columns = [
                (Span.PRIOR.value, None, row.prior),
                *((Span.YEAR.value, year, won) for year, won in zip(years, row.years, strict=True)),
                (Span.AFTER.value, None, row.after),
            ]
            for span, year, won in columns:
                if won is not None:
                    found[source, span, year, None] = str(won)
        return found

    def content(table: SubProjectTable) -> Any:
        return table.planned if any(row.total is not None for row in table.planned) else None

    pairs = _paired(old.money.sub_projects, new.money.sub_projects, lambda table: str(table.name), content)
    for before, after in pairs:
        was, now = (table.name if table else None for table in (before, after))
        subject = _either(was, now)
        kind = _K.SUB_PROJECT if before is None or after is None else _K.SUB_PROJECT_NAME
        yield PromiseChange(kind, was, now, subject)
        yield from _values(_K.MONEY, subject, amounts(before, before_years), amounts(after, after_years))


def _schedule(old: Card, new: Card) -> Iterable[PromiseChange]:
    """Tasks, and the quarters in which they were to be done.

    A mark that a report sets hides what was planned for its quarter, so only quarters that no report has
    marked on either card can tell of another plan.
    """

    def cells(row: GridRow | None, card: Card) -> dict[tuple[int, int], str]:
        if row is None:
            return {}
        at = ((column.year, column.quarter) for column in card.quarters)
        return dict(zip(at, row.cells, strict=True))

    def content(row: GridRow) -> Any:
        return row.cells if any(row.cells) else None

    for before, after in _paired(old.grid, new.grid, lambda row: str(row.task), content):
        first, last = (row.task if row else None for row in (before, after))
        subject = _either(first, last)
        if before is None or after is None:
            yield PromiseChange(_K.TASK, first, last, subject)
        else:
            yield PromiseChange(_K.TASK_NAME, first, last, subject)
            yield PromiseChange(_K.TASK_NOTE, before.note or None, after.note or None, subject)
        was, now = cells(before, old), cells(after, new)
        for year, quarter in sorted(was.keys() | now.keys()):
            marks = was.get((year, quarter), ""), now.get((year, quarter), "")
            if set(marks) <= {"", PLANNED}:
                yield PromiseChange(
                    _K.SCHEDULE, marks[0] or None, marks[1] or None, subject, "", "", year, quarter
                )
