"""투자계획: what each sub-project of a pledge needs, what is secured, what was spent."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from budgets.models import Executed, Investment, Secured, SubProject
from pledges.enums import MoneySource, Span
from pledges.notation import (
    NotationError,
    fold_word,
    format_number,
    from_sheet_word,
    in_unit,
    parse_number,
    sheet_word,
)
from pledges.sheets.base import CellChange, Column, Key, ReadRow, SheetChanges, SheetResource, Table, ToldRow
from pledges.sheets.plan import CODE
from pledges.sheets.progress import year_columns
from pledges.sheets.scope import Scope
from pledges.sheets.snapshot import Held, Snapshot
from pledges.sheets.widgets import CellWidget, CodeWidget, MoneyWidget, NameWidget, expected_words, fold_name

PROJECT, SOURCE = "사업명", "재원"
TOTAL, PRIOR, WITHIN, AFTER = "총계", "기투자", "소계", "임기후"
PLANNED_SOURCES = tuple(source for source in MoneySource if source != MoneySource.UNSPECIFIED)


class Line(NamedTuple):
    """What a row of the sheet is of: "total", or a kind of money and its source."""

    kind: str
    source: MoneySource = MoneySource.UNSPECIFIED


# A cell: its row and the name of its column.
Place = tuple[ReadRow, str]
PLANNED, SECURED, EXECUTED = "planned", "secured", "executed"
TOTAL_LINE = Line("total")
PREFIXES = {SECURED: "확보액", EXECUTED: "집행액"}


def _is_executed(row: Mapping[str, Any]) -> bool:
    """Whether a row is of money spent: a year's sum may be below zero, where it corrects earlier ones."""
    line = row.get(SOURCE)
    return line is not None and line.kind == EXECUTED


class LineWidget(CellWidget):
    """재원: 총계, a source, 확보액 or 집행액 (of a source)."""

    def parse(self, cell: Any, scope: Any) -> Line:
        word = fold_word(cell.text)
        if word == TOTAL:
            return TOTAL_LINE
        for kind, prefix in PREFIXES.items():
            if word == prefix:
                return Line(kind)
            if word.startswith(f"{prefix}:"):
                source = from_sheet_word(MoneySource, word.removeprefix(f"{prefix}:"))
                if source:
                    return Line(kind, source)
        source = from_sheet_word(MoneySource, word)
        if source is None:
            raise NotationError(
                expected_words([*self.choices(), f"{PREFIXES[EXECUTED]}:{sheet_word(MoneySource.CITY)}"])
            )
        return Line(PLANNED, source)

    def render(self, value: Any, obj: Any = None, *, scope: Any = None, **kwargs: Any) -> str:
        if value == TOTAL_LINE:
            return TOTAL
        if value.kind == PLANNED:
            return sheet_word(value.source)
        prefix = PREFIXES[value.kind]
        return prefix if value.source == MoneySource.UNSPECIFIED else f"{prefix}:{sheet_word(value.source)}"

    def choices(self) -> tuple[str, ...]:
        return (TOTAL, *(sheet_word(source) for source in PLANNED_SOURCES), *PREFIXES.values())


@dataclass(slots=True)
class StoredMoney:
    """What is stored of the plan's money.

    ``planned`` and ``secured`` by (sub-project, source, span, year); ``executed``
    by (sub-project, source) and column (a year, or None for what was spent
    before the term), entries of (기준일, report, 원) earliest first.
    """

    projects: dict[tuple[str, str], SubProject] = field(default_factory=dict)
    planned: dict[tuple[int, str, str, int | None], Held] = field(default_factory=dict)
    secured: dict[tuple[int, str, str, int | None], Held] = field(default_factory=dict)
    executed: dict[tuple[int, str], dict[int | None, list[tuple[dt.date, int, int]]]] = field(
        default_factory=dict
    )

    def keep(self, pairs: AbstractSet[tuple[str, str]]) -> None:
        """Let go of all amounts but those that are planned or secured for these sub-projects."""
        kept = {self.projects[pair].pk for pair in pairs if pair in self.projects}
        self.planned = {place: held for place, held in self.planned.items() if place[0] in kept}
        self.secured = {place: held for place, held in self.secured.items() if place[0] in kept}
        self.executed = {}


class InvestmentResource(SheetResource):
    """투자계획: one row a sub-project and source."""

    sheet_name = "투자계획"
    has_money = True
    term_columns_after = "within"

    code = Column(CODE, CodeWidget(), is_key=True, is_text=True)
    project = Column(PROJECT, NameWidget(200), is_key=True, width=30)
    line = Column(SOURCE, LineWidget(), is_key=True, width=13)
    total = Column(TOTAL, MoneyWidget(_is_executed), is_checked=True)
    prior = Column(PRIOR, MoneyWidget(_is_executed), aliases=("기투자액",))
    within = Column(WITHIN, MoneyWidget(_is_executed), is_checked=True, aliases=("임기내",))
    after = Column(AFTER, MoneyWidget(), aliases=("임기후투자",))

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        # Sub-projects that stand already; their money without a source, by column.
        self.known_projects: frozenset[tuple[str, str]] = frozenset()
        self.unspecified: dict[tuple[str, str], dict[str, int | None]] = {}
        # The columns in which this file's amounts by source replace that money.
        self.replaced: dict[tuple[str, str], set[str]] = {}

    def term_columns(self) -> list[Column]:
        return year_columns(self.scope, partial(MoneyWidget, _is_executed))

    @property
    def spans(self) -> dict[str, tuple[str, int | None]]:
        """(span, year) of each column that is stored."""
        return {
            PRIOR: (Span.PRIOR, None),
            **{name: (Span.YEAR, column.year) for name, column in self.columns.items() if column.year},
            AFTER: (Span.AFTER, None),
        }

    # --- Stored -----------------------------------------------------------------

    def load(self, snapshot: Snapshot) -> StoredMoney:
        if snapshot.plan is None:
            return StoredMoney()
        plan = snapshot.plan
        projects = SubProject.objects.filter(pledge__plan=plan).order_by(
            "pledge__position", "pledge", "position", "pk"
        )
        money = StoredMoney({(snapshot.codes[row.pledge_id], fold_name(row.name)): row for row in projects})
        kinds: tuple[tuple[Any, dict[Any, Held]], ...] = (
            (Investment, money.planned),
            (Secured, money.secured),
        )
        for model, held in kinds:
            rows = model.objects.filter(sub_project__pledge__plan=plan).order_by()
            for pk, amount, *place in rows.values_list(
                "pk", "amount", "sub_project", "source", "span", "year"
            ).iterator():
                held[tuple(place)] = Held(pk, amount)
        for report, project, source, amount in (
            Executed.objects.for_live_reports(plan)
            .order_by()
            .values_list("report", "sub_project", "source", "amount")
            .iterator()
        ):
            as_of = snapshot.reports[report].as_of
            column = as_of.year if as_of >= plan.term.starts_on else None
            entries = money.executed.setdefault((project, source), defaultdict(list))
            entries[column].append((as_of, report, amount))
        for columns in money.executed.values():
            for found in columns.values():
                found.sort()
        return money

    def stored(self, snapshot: Snapshot, money: StoredMoney) -> dict[Key, dict[str, Any]]:
        """Every row as an export writes it: the total first, then planned, secured and executed by source.

        ``unspecified`` is set: what of the totals has no source.
        """
        sources: dict[tuple[int, str], set[MoneySource]] = defaultdict(set)
        for pk, source, _span, _year in money.planned:
            sources[pk, PLANNED].add(MoneySource(source))
        for pk, source, _span, _year in money.secured:
            sources[pk, SECURED].add(MoneySource(source))
        for pk, source in money.executed:
            sources[pk, EXECUTED].add(MoneySource(source))
        result: dict[Key, dict[str, Any]] = {}
        for (code, name), project in money.projects.items():
            planned = {
                source: self._planned(money.planned, project.pk, source)
                for source in sources[project.pk, PLANNED]
            }
            result[code, name, TOTAL_LINE] = self._sum(planned.values())
            if whole := planned.get(MoneySource.UNSPECIFIED):
                self.unspecified[code, name] = whole
            for source in PLANNED_SOURCES:
                if source in planned:
                    result[code, name, Line(PLANNED, source)] = planned[source]
            for kind in (SECURED, EXECUTED):
                for source in MoneySource:
                    if source not in sources[project.pk, kind]:
                        continue
                    cells = (
                        self._planned(money.secured, project.pk, source)
                        if kind == SECURED
                        else self._executed(snapshot, money, project.pk, source)
                    )
                    if any(amount is not None for amount in cells.values()):
                        result[code, name, Line(kind, source)] = cells
        return result

    def _planned(self, rows: Mapping[Any, Any], project: int, source: str) -> dict[str, int | None]:
        return {
            name: row.value if (row := rows.get((project, source, span, year))) else None
            for name, (span, year) in self.spans.items()
        }

    def _executed(
        self, snapshot: Snapshot, money: StoredMoney, project: int, source: str
    ) -> dict[str, int | None]:
        columns = money.executed.get((project, source), {})
        cells: dict[str, int | None] = {}
        for name, (span, year) in self.spans.items():
            entries = (
                []
                if span == Span.AFTER
                else [amount for as_of, _report, amount in columns.get(year, ()) if as_of <= snapshot.as_of]
            )
            cells[name] = sum(entries) if entries else None
        return cells

    def _sum(self, rows: Any) -> dict[str, int | None]:
        """The sum of rows, column by column; None where nothing was entered."""
        result: dict[str, int | None] = {}
        rows = list(rows)
        for name in self.spans:
            entered = [row[name] for row in rows if row.get(name) is not None]
            result[name] = sum(entered) if entered else None
        return result

    # --- Reading ----------------------------------------------------------------

    def resolve(self, table: Table, stored: dict[Key, dict[str, Any]]) -> None:
        """Check sums and what may not be entered, and settle what the 총계 row means.

        Money without a source has no row of its own: an export writes it into
        the 총계 row, as the sum of itself and the amounts by source. Read back,
        sub-project by sub-project, with what is stored in rows and columns that
        the file leaves out:

        * No amount by source is left in any column: the 총계 row is money without
          a source, blank cells too. So blank rows clear a sub-project, and a
          total whose sources are cleared is kept as "source not given".
        * Otherwise the 총계 row is checked and never stored. Only where money
          without a source stands already, in a column without an amount by
          source, does its cell still say that money.
        * Amounts by source replace money without one: in the columns of the file,
          where they are the sub-project's first; in a sub-project that holds
          both, only in the columns where they are the first.
        * No 총계 row, or no such column: its money without a source stays, and
          sums hold both.

        Afterwards a 총계 row holds the money without a source that is to stand,
        with which ``compare`` compares it; what is replaced is in ``replaced``.
        """
        groups: dict[tuple[str, str], dict[Line, ReadRow]] = defaultdict(dict)
        for (code, name, line), row in table.rows.items():
            groups[code, name][line] = row
        held: dict[tuple[str, str], dict[Line, dict[str, Any]]] = defaultdict(dict)
        for (code, name, line), cells in stored.items():
            held[code, name][line] = cells
        for pair, rows in groups.items():
            for line, row in rows.items():
                if line.kind == EXECUTED:
                    self._check_executed(table, row)
                self._check_row_sums(table, row)
            sources = {line: cells for line, cells in held[pair].items() if line.kind == PLANNED}
            before = self._sum(sources.values())
            after = {line: dict(cells) for line, cells in sources.items()}
            for line, row in rows.items():
                if line.kind == PLANNED:
                    cells = after.setdefault(line, {})
                    cells.update(
                        {name: row.values.get(name) for name in self.spans if name in table.positions}
                    )
            self._settle_total(table, pair, rows, before, self._sum(after.values()))

    def _settle_total(
        self,
        table: Table,
        pair: tuple[str, str],
        rows: Mapping[Line, ReadRow],
        before: Mapping[str, int | None],
        after: Mapping[str, int | None],
    ) -> None:
        """One sub-project of ``resolve``; ``before`` and ``after`` are its sums of amounts by source."""
        if all(amount is None for amount in after.values()):
            return
        whole = dict(self.unspecified.get(pair, {}))
        is_first = all(amount is None for amount in before.values())
        replaced = {
            name
            for name, amount in whole.items()
            if amount is not None
            and name in table.positions
            and (is_first or (before[name] is None and after[name] is not None))
        }
        if replaced:
            self.replaced[pair] = replaced
            arriving = next(
                row
                for line, row in rows.items()
                if line.kind == PLANNED and any(row.values.get(name) is not None for name in self.spans)
            )
            table.warn(
                arriving,
                SOURCE,
                _(
                    "Amounts without a source are stored here; in the columns of this file,"
                    " the amounts by source replace them."
                ),
            )
        total = rows.get(TOTAL_LINE)
        if total is None:
            return
        sums: dict[str, int | None] = {}
        for name in self.spans:
            stands = None if name in replaced else whole.get(name)
            sums[name] = _total([after[name], stands])
            if stands is not None and after[name] is None:
                sums[name] = total.values.get(name)
        planned = [row for line, row in rows.items() if line.kind == PLANNED]
        self._check_column_sums(table, total, sums, planned)
        for name in self.spans.keys() & total.values.keys():
            if name in replaced or after[name] is not None or whole.get(name) is None:
                # Only checked: as it stands, so that it never counts as a change.
                total.values[name] = whole.get(name)

    def compare(self, table: Table, stored: Mapping[Key, Mapping[str, Any]]) -> SheetChanges:
        """What the table would change; a 총계 row against the money without a source, not against sums."""
        totals = {key: self.unspecified.get(key[:2], {}) for key in stored if key[2] == TOTAL_LINE}
        changes = super().compare(table, {**stored, **totals})
        tell = changes.tell
        # The first row of each sub-project, found now: the table is let go before its changes are told.
        rows: dict[tuple[str, str], ReadRow] = {}
        for key, row in table.rows.items():
            if key[:2] in self.replaced:
                rows.setdefault(key[:2], row)
        changes.tell = lambda: itertools.chain(tell(), self._told_replaced(table, rows))
        return changes

    def _told_replaced(self, table: Table, rows: Mapping[tuple[str, str], ReadRow]) -> Iterator[ToldRow]:
        """The stored amounts without a source that go, each as a cell that becomes blank."""
        for pair, names in self.replaced.items():
            row = rows[pair]
            key = (*pair, str(MoneySource.UNSPECIFIED.label))
            cells = []
            for name in sorted(names, key=table.positions.__getitem__):
                amount = self.columns[name].widget.shown(self.unspecified[pair][name], self.scope)
                column = _("%(column)s (no source given)") % {"column": name}
                cells.append(CellChange(self.sheet_name, table.address(row, name), key, column, amount, ""))
            yield ToldRow(self.sheet_name, False, key, cells)

    def _check_executed(self, table: Table, row: ReadRow) -> None:
        for name, (span, year) in self.spans.items():
            amount = row.values.get(name)
            if name not in row.values:
                continue
            if span == Span.AFTER or (year is not None and not self.scope.has_begun(year)):
                if amount:
                    table.error(
                        row,
                        name,
                        _(
                            "Nothing can have been spent after %(as_of)s; leave the cell blank,"
                            " or enter “-” or 0."
                        )
                        % {"as_of": self.scope.as_of},
                    )
                row.values[name] = None

    def _check_row_sums(self, table: Table, row: ReadRow) -> None:
        values = row.values
        years = [name for name, (span, _year) in self.spans.items() if span == Span.YEAR]
        if not set(years) <= values.keys():
            return
        within = _total(values.get(name) for name in years)
        if values.get(WITHIN) is not None and values[WITHIN] != (within or 0):
            self._warn_of_sum(table, row, WITHIN, within)
            self._warn_of_points(table, (row, WITHIN), [(row, name) for name in years])
        if values.get(TOTAL) is not None and {PRIOR, AFTER} <= values.keys():
            whole = _total([values[PRIOR], within, values[AFTER]])
            if values[TOTAL] != (whole or 0):
                self._warn_of_sum(table, row, TOTAL, whole)
                self._warn_of_points(table, (row, TOTAL), [(row, name) for name in self.spans])

    def _check_column_sums(
        self, table: Table, row: ReadRow, sums: Mapping[str, int | None], parts: Sequence[ReadRow]
    ) -> None:
        for name in self.spans:
            if row.values.get(name) is not None and row.values[name] != (sums[name] or 0):
                self._warn_of_sum(table, row, name, sums[name])
                self._warn_of_points(table, (row, name), [(part, name) for part in parts])

    def _warn_of_points(self, table: Table, whole: Place, parts: Sequence[Place]) -> None:
        """Warn where a sum fits only if ``24.394`` stands for 24,394; the value is read as written.

        It fits with the thousandfold of one cell, or of every cell that is written so.
        """

        def amount(place: Place) -> int:
            return place[0].values.get(place[1]) or 0

        lacking = amount(whole) - sum(map(amount, parts))
        suspects = [place for place in parts if _may_lack_a_comma(table, *place)]
        meant: list[Place] = [place for place in suspects if lacking == 999 * amount(place)]
        if len(meant) != 1:
            meant = suspects if suspects and lacking == 999 * sum(map(amount, suspects)) else []
        if not meant and _may_lack_a_comma(table, *whole) and lacking == -999 * amount(whole):
            meant = [whole]
        for row, name in meant:
            found = in_unit(amount((row, name)) * 1000, row.unit or table.unit or self.scope.unit)
            message = _(
                "The sums fit only with %(number)s here: a comma may have become a point."
                " The value was read as it is written."
            ) % {"number": format_number(found, grouped=True)}
            finding = table.finding(row, name, message)
            if finding not in table.warnings:
                table.warnings.append(finding)

    def _warn_of_sum(self, table: Table, row: ReadRow, name: str, found: int | None) -> None:
        table.warn(
            row,
            name,
            _("The sum of the parts is %(sum)s.")
            % {
                "sum": format_number(
                    in_unit(found or 0, row.unit or table.unit or self.scope.unit), grouped=True
                )
            },
        )

    def is_new(self, row: ReadRow, values: Mapping[str, Any]) -> bool:
        """A row of a stored sub-project that says nothing makes nothing."""
        return bool(values) or row.key[:2] not in self.known_projects

    def written_row(self, key: Key, values: Mapping[str, Any]) -> list[Any]:
        years = [name for name, (span, _year) in self.spans.items() if span == Span.YEAR]
        within = _total(values.get(name) for name in years)
        sums = {WITHIN: within, TOTAL: _total([values.get(PRIOR), within, values.get(AFTER)])}
        return super().written_row(key, {**values, **sums})


def _total(amounts: Any) -> int | None:
    """The sum of what was entered; None where nothing was."""
    entered = [amount for amount in amounts if amount is not None]
    return sum(entered) if entered else None


def _may_lack_a_comma(table: Table, row: ReadRow, name: str) -> bool:
    """Whether a cell is written as ``24.394``: up to three digits, a point, three more."""
    cell = table.cell(row, name)
    if cell is None or not row.values.get(name):
        return False
    try:
        number = parse_number(cell.text)
    except NotationError:
        return False
    return number is not None and 1 <= abs(number) < 1000 and number % 1 != 0 and number * 1000 % 1 == 0
