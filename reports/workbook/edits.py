"""From changed cells to changed reports: which revision of which pledge and period gets what.

Nothing is written here and nothing has a primary key that doesn't exist yet:
edits name indicators, sub-projects and tasks by their names.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from budgets.sheets import EXECUTED, InvestmentResource, StoredMoney
from pledges.enums import IndicatorKind, Mark, MoneySource, MoneyUnit, Span
from pledges.models import Indicator, Term
from pledges.notation import DateSpan, format_day, format_number, in_unit
from pledges.sheets import (
    IndicatorResource,
    Key,
    RowChange,
    ScheduleResource,
    SheetChanges,
    Side,
    Snapshot,
    Table,
)
from pledges.sheets.plan import RATE, STATUS
from pledges.sheets.progress import DETAILS, KIND, StoredAchievement
from pledges.sheets.widgets import PLANNED, StatusWord
from pledges.spreadsheet import Finding


@dataclass(slots=True)
class Edit:
    """What changes in the report of one pledge at one 기준일. None as a value takes a stored one away."""

    finding: Finding
    status: tuple[StatusWord | None] | None = None
    rate: tuple[Decimal | None] | None = None
    actuals: dict[str, Decimal | None] = field(default_factory=dict)
    executed: dict[tuple[str, MoneySource], int | None] = field(default_factory=dict)
    marks: dict[tuple[str, int, int], str] = field(default_factory=dict)
    achievements: dict[tuple[DateSpan, str], str] = field(default_factory=dict)


class Edits:
    """Edits by pledge code and 기준일, and the warnings that making them gave."""

    def __init__(self, snapshot: Snapshot, term: Term) -> None:
        self.snapshot = snapshot
        self.term = term
        self.found: dict[tuple[str, dt.date], Edit] = {}
        self.warnings: list[Finding] = []

    def at(self, code: str, as_of: dt.date, table: Table, change: RowChange, column: str) -> Edit:
        key = (code, as_of)
        if key not in self.found:
            self.found[key] = Edit(table.finding(change.row, column, ""))
            self._warn_of_other_report(table, change, column, code, as_of)
        return self.found[key]

    def _warn_of_other_report(
        self, table: Table, change: RowChange, column: str, code: str, as_of: dt.date
    ) -> None:
        """Say so where the approved report of another 기준일 than the file's gets a new revision."""
        pledge = self.snapshot.pledges.get(code)
        if pledge is None or as_of == self.snapshot.as_of or (pledge.pk, as_of) not in self.snapshot.live:
            return
        self.warnings.append(
            table.finding(
                change.row,
                column,
                _("This corrects the approved report of %(as_of)s, which is not the date of this file.")
                % {"as_of": format_day(as_of)},
            )
        )

    def add_pledges(self, table: Table, changes: SheetChanges) -> None:
        for (code,), change in changes.rows.items():
            if STATUS in change.values:
                edit = self.at(code, self.snapshot.as_of, table, change, STATUS)
                edit.status = (change.values[STATUS][1],)
            if RATE in change.values:
                edit = self.at(code, self.snapshot.as_of, table, change, RATE)
                edit.rate = (change.values[RATE][1],)

    def add_indicators(
        self,
        resource: IndicatorResource,
        table: Table,
        changes: SheetChanges,
        indicators: Mapping[tuple[str, str], Indicator],
    ) -> None:
        for (code, name, side), change in changes.rows.items():
            if side != Side.ACTUAL:
                continue
            indicator = indicators.get((code, name))
            kind = change.row.values.get(KIND, indicator.kind if indicator else IndicatorKind.CUMULATIVE)
            for label, year in resource.years.items():
                if label not in change.values:
                    continue
                old, new = change.values[label]
                entries = self.snapshot.actuals.get(indicator.pk, {}).get(year, []) if indicator else []
                known = {entry.as_of: entry.value for entry in entries}
                for as_of, value in self._placed(
                    year, old, new, known, kind == IndicatorKind.CUMULATIVE
                ).items():
                    self.at(code, as_of, table, change, label).actuals[name] = value
                if kind == IndicatorKind.CUMULATIVE:
                    self._warn_of_later(table, change, label, old, new, known, format_number)

    def add_money(
        self, resource: InvestmentResource, table: Table, changes: SheetChanges, money: StoredMoney
    ) -> None:
        for (code, name, line), change in changes.rows.items():
            if line.kind != EXECUTED:
                continue
            unit = change.row.unit or table.unit or resource.scope.unit
            shown = partial(_shown_in, unit)
            project = money.projects.get((code, name))
            columns = money.executed.get((project.pk, line.source), {}) if project else {}
            for label, (span, year) in resource.spans.items():
                if label not in change.values or span == Span.AFTER:
                    continue
                old, new = change.values[label]
                known: dict[dt.date, Any] = {
                    as_of: amount for as_of, _report, amount in columns.get(year, [])
                }
                for as_of, value in self._placed(year, old, new, known, True).items():
                    self.at(code, as_of, table, change, label).executed[name, line.source] = value
                if year is not None:
                    self._warn_of_later(table, change, label, old, new, known, shown)

    def _placed(
        self, year: int | None, old: Any, new: Any, known: Mapping[dt.date, Any], is_sum: bool
    ) -> dict[dt.date, Any]:
        """Where a year's new total goes: the value that each period's report is to hold, None to drop it.

        ``known``: what live reports of that year's periods hold. The year's last
        period up to the 기준일 takes the difference, or the level itself.
        """
        as_of = self.snapshot.as_of
        visible = {day: value for day, value in known.items() if day <= as_of}
        if new is None:
            return dict.fromkeys(visible)
        end = self.term.prior_as_of if year is None else self.term.year_end(year, as_of)
        # After the term's end a year may have been reported on still.
        place = max([end, *visible]) if year is not None else end
        if not is_sum:
            return {place: new}
        return {place: visible.get(place, 0) + new - (old or 0)}

    def _warn_of_later(
        self,
        table: Table,
        change: RowChange,
        label: str,
        old: Any,
        new: Any,
        known: Mapping[dt.date, Any],
        shown: Any,
    ) -> None:
        """Say so where an older workbook moves a total that a later period of the same year has reported."""
        later = [day for day in known if day > self.snapshot.as_of]
        difference = (new or 0) - (old or 0)
        if not later or not difference:
            return
        total = sum(known.values())
        self.warnings.append(
            table.finding(
                change.row,
                label,
                _(
                    "This also changes the total of %(as_of)s, which was reported later:"
                    " from %(old)s to %(new)s."
                )
                % {"as_of": max(later), "old": shown(total), "new": shown(total + difference)},
            )
        )

    def add_schedule(self, resource: ScheduleResource, table: Table, changes: SheetChanges) -> None:
        for (code, name), change in changes.rows.items():
            for label, (year, quarter) in resource.quarters.items():
                if label not in change.values:
                    continue
                old, new = change.values[label]
                if new not in {"", PLANNED}:
                    mark = new
                elif old not in {"", PLANNED}:
                    mark = Mark.NONE.value
                else:
                    continue
                edit = self.at(code, self.snapshot.as_of, table, change, label)
                edit.marks[name, year, quarter] = mark

    def add_achievements(
        self, table: Table, changes: SheetChanges, stored: Mapping[Key, StoredAchievement]
    ) -> None:
        """New lines go into the 기준일's report; other sub-lines correct the report that holds the line."""
        for key, change in changes.rows.items():
            code, span, text = key
            held = stored.get(key)
            as_of = self.snapshot.reports[held.report].as_of if held else self.snapshot.as_of
            edit = self.at(code, as_of, table, change, DETAILS if DETAILS in table.positions else "내용")
            edit.achievements[span, text] = change.row.values.get(DETAILS, "")


def _shown_in(unit: MoneyUnit, won: int) -> str:
    return format_number(in_unit(won, unit), grouped=True)
