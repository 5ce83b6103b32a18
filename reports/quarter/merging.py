"""Two versions of one report, brought together field by field: what is stored, and what one person typed.

Where it can be told how the report stood when the form began, a field that
only one side changed is chosen already; what both changed is asked.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from budgets.models import Executed
from pledges.enums import ReportSection
from pledges.models import Achievement, Actual, ProgressReport, ScheduleMark
from reports.quarter.entry import NOTHING_HELD, Entry, Held
from reports.quarter.forms.whole import CARRIED, QuarterForm
from reports.quarter.sections.achievements import PARTS, part_name

STORED, MINE, BOTH = "stored", "mine", "both"
LINES = "achievements"
PREFIX = "merge-"


@dataclass(frozen=True, slots=True)
class MergeRow:
    """One field of which there are two versions, as text; "" is "nothing entered".

    ``before`` is stored, ``after`` mine; ``choice`` is "" where it has to be
    asked. ``missing``: it was asked and not answered.
    """

    name: str
    label: str
    before: str
    after: str
    choice: str = ""
    missing: bool = False

    @property
    def input_name(self) -> str:
        return f"{PREFIX}{self.name}"

    @property
    def options(self) -> list[tuple[str, str]]:
        """What may be chosen, and the word for it; lines of both sides may be taken together."""
        options = [(STORED, _("Stored")), (MINE, _("Mine"))]
        return [*options, (BOTH, _("Both"))] if self.name == LINES else options


def merge_rows(
    mine: QuarterForm, stored: QuarterForm, base: QuarterForm | None = None, chosen: Mapping[str, Any] = {}
) -> list[MergeRow]:
    """Where the two differ, in the form's order, each with its choice.

    ``base`` is the form as mine began; ``chosen`` the choices that were sent, by input name.
    """
    names = [name for name in mine.fields if name not in CARRIED and not name.startswith("achievement-")]
    rows = []
    for name in [*names, LINES]:
        if _value(mine, name) == _value(stored, name):
            continue
        row = MergeRow(name, _label(mine, name), _shown(stored, name), _shown(mine, name))
        options = [key for key, _word in row.options]
        sent = chosen.get(row.input_name, "")
        choice = sent if sent in options else _only_changed(name, mine, stored, base)
        rows.append(dataclasses.replace(row, choice=choice))
    return rows


def _only_changed(name: str, mine: QuarterForm, stored: QuarterForm, base: QuarterForm | None) -> str:
    """The side that alone changed the field; "" where both did, or nobody can tell."""
    if base is None:
        return ""
    began = _value(base, name)
    if began == _value(stored, name):
        return MINE
    return STORED if began == _value(mine, name) else ""


def merged_data(mine: QuarterForm, stored: QuarterForm, rows: Sequence[MergeRow]) -> QueryDict:
    """What mine holds with the chosen fields of what is stored, as a browser would send it."""
    data = cast(QueryDict, mine.data).copy()
    for row in rows:
        if row.choice == MINE:
            continue
        if row.name == LINES:
            _put_lines(data, mine, stored, together=row.choice == BOTH)
            continue
        value = stored[row.name].value() if row.name in stored.fields else None
        if value is True:
            data[row.name] = "on"
        elif value is False:
            data.pop(row.name, None)
        else:
            data[row.name] = "" if value is None else str(value)
    for name in [name for name in data if name.startswith(PREFIX)]:
        del data[name]
    return data


def _put_lines(data: QueryDict, mine: QuarterForm, stored: QuarterForm, *, together: bool) -> None:
    lines = _lines(stored)
    if together:
        known = {line[:2] for line in lines}
        lines += [line for line in _lines(mine) if line[:2] not in known]
    for number in range(mine.line_count):
        for part in PARTS:
            data.pop(part_name(number, part), None)
    for number, line in enumerate(lines):
        for part, text in zip(PARTS, line, strict=True):
            data[part_name(number, part)] = text
    data["lines"] = str(len(lines) + 1)


# --- Values that can be compared, and their text ---


def _lines(form: QuarterForm) -> list[tuple[str, str, str]]:
    section: Any = form.section(ReportSection.ACHIEVEMENTS)
    lines: list[tuple[str, str, str]] = section.typed_lines()
    return lines


def _value(form: QuarterForm, name: str) -> Any:
    """What a field says, however it is written (1,234 is 1234); text that can't be read is itself."""
    if name == LINES:
        return sorted(_lines(form))
    if name not in form.fields:
        return None
    value = form[name].value()
    if isinstance(value, bool):
        return value
    try:
        read = form.fields[name].clean(value)
    except ValidationError:
        return value
    return None if read == "" else read


def _shown(form: QuarterForm, name: str) -> str:
    if name == LINES:
        return "\n".join(
            f"{dates} {text}" + (f"\n{details}" if details else "")
            for dates, text, details in sorted(_lines(form))
        )
    if name not in form.fields:
        return ""
    value = form[name].value()
    choices = getattr(form.fields[name], "choices", None)
    if choices:
        return str(dict(choices).get(value or "", value or ""))
    if isinstance(value, bool) or value == "on":
        return _("Yes") if value else ""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _label(form: QuarterForm, name: str) -> str:
    return _("Achievements") if name == LINES else str(form.fields[name].label or name)


# --- The report as the form began ---


def entry_at(entry: Entry, version: int) -> Entry | None:
    """``entry`` with what the report in hand held at ``version``; None where its history does not tell.

    Version 0 is "no report yet". Six queries. The history row of a version is
    written before the rows that hang on the report change, so that those older
    than the next version's row belong to this one.
    """
    report = entry.report
    if version == 0:
        return dataclasses.replace(entry, report=None, held=NOTHING_HELD)
    if report is None:
        return None
    versions = list(ProgressReport.history.filter(id=report.pk).order_by("version", "history_date"))
    then = [row for row in versions if row.version == version]
    later = [row.history_date for row in versions if row.version > version]
    if not then or not later:
        return None

    def held(model: type[models.Model]) -> list[Any]:
        rows: dict[int, Any] = {}
        history: Any = model.history  # type: ignore[attr-defined]
        for row in history.filter(report_id=report.pk, history_date__lte=min(later)).order_by(
            "history_date", "history_id"
        ):
            rows[row.id] = row
        return [row for row in rows.values() if row.history_type != "-"]

    executed: dict[int, dict[str, int]] = {}
    for row in held(Executed):
        executed.setdefault(row.sub_project_id, {})[row.source] = row.amount
    held_then = Held(
        values={row.indicator_id: row.value for row in held(Actual)},
        executed=executed,
        marks={(row.task_id, row.year, row.quarter): row.mark for row in held(ScheduleMark)},
        achievements=sorted((row.instance for row in held(Achievement)), key=lambda line: line.position),
    )
    return dataclasses.replace(entry, report=then[-1].instance, held=held_then)
