"""확인지표, 추진일정 and 추진실적: what a pledge is measured by, its schedule, and what was done."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _

from pledges.enums import IndicatorKind, Mark
from pledges.models import Achievement, Indicator, PlannedQuarter, ScheduleMark, ScheduleTask, YearlyTarget
from pledges.notation import (
    DateSpan,
    NotationError,
    YearValue,
    fold_word,
    format_number,
    format_year_value,
)
from pledges.sheets.base import Column, Key, ReadRow, SheetResource, Table
from pledges.sheets.plan import CODE, RATE, stored_text
from pledges.sheets.snapshot import Held, Snapshot
from pledges.sheets.widgets import (
    PLANNED,
    CodeWidget,
    DatesWidget,
    NameWidget,
    NumberWidget,
    PercentWidget,
    ScheduleWidget,
    TextWidget,
    WordWidget,
    YearValueWidget,
    expected_words,
    fold_name,
)

INDICATOR, MEASURE, KIND, BASELINE, SIDE = "확인지표", "단위", "유형", "기준값", "구분"
TASK, NOTE = "세부과제", "비고"
DATES, TEXT, DETAILS = "일자", "내용", "세부내용"


class Side(models.TextChoices):
    """The two rows of an indicator. The values are the sheet's own words."""

    TARGET = "목표", "목표"
    ACTUAL = "이행", "이행"


class SideWidget(WordWidget):
    """구분."""

    def __init__(self) -> None:
        super().__init__(Side)

    def parse(self, cell: Any, scope: Any) -> Side:
        word = fold_word(cell.text).removesuffix("(누계)")
        if word not in Side.values:
            raise NotationError(expected_words(Side.values))
        return Side(word)

    def render(self, value: Any, obj: Any = None, *, scope: Any = None, **kwargs: Any) -> str:
        return str(value.value) if value else ""

    def choices(self) -> tuple[str, ...]:
        return tuple(Side.values)


def year_columns(scope: Any, widget: Any, **options: Any) -> list[Column]:
    """One column a year of the term; the last is found as ``2026. 6.`` and as ``2026``."""
    columns = []
    for year in scope.term.years:
        label = scope.term.year_label(year)
        aliases = {
            str(year),
            f"{year}년",
            f"{year}.",
            label.rstrip("."),
            f"{year}.{scope.term.ends_on.month}월",
        }
        if year != scope.term.ends_on.year:
            aliases = {str(year), f"{year}년", f"{year}."}
        columns.append(Column(label, widget(), year=year, aliases=aliases, width=11, **options))
    return columns


class IndicatorResource(SheetResource):
    """확인지표: two rows an indicator, its targets and its actuals."""

    sheet_name = "확인지표"
    term_columns_after = "side"

    code = Column(CODE, CodeWidget(), is_key=True, is_text=True)
    name = Column(INDICATOR, NameWidget(200), is_key=True, width=30)
    measure = Column(MEASURE, TextWidget(30), width=8)
    kind = Column(KIND, WordWidget(IndicatorKind, blank=IndicatorKind.CUMULATIVE), width=9)
    baseline = Column(BASELINE, NumberWidget(), width=9)
    side = Column(SIDE, SideWidget(), is_key=True, width=8)
    rate = Column(RATE, PercentWidget(), is_checked=True)

    def term_columns(self) -> list[Column]:
        return year_columns(self.scope, YearValueWidget)

    def empty(self, name: str) -> Any:
        # A year cell is compared as the year's own value.
        return None if self.columns[name].year else super().empty(name)

    @property
    def years(self) -> dict[str, int]:
        return {name: column.year for name, column in self.columns.items() if column.year}

    def load(self, snapshot: Snapshot) -> dict[tuple[str, str], Indicator]:
        """The plan's indicators by pledge code and name, in order."""
        if snapshot.plan is None:
            return {}
        found = Indicator.objects.filter(pledge__plan=snapshot.plan).order_by(
            "pledge__position", "pledge", "position", "pk"
        )
        return {(snapshot.codes[row.pledge_id], fold_name(row.name)): row for row in found}

    def load_targets(self, snapshot: Snapshot) -> dict[tuple[int, int], Held]:
        """Yearly targets by indicator and year."""
        if snapshot.plan is None:
            return {}
        found = YearlyTarget.objects.filter(indicator__pledge__plan=snapshot.plan).order_by()
        rows = found.values_list("pk", "value", "indicator", "year").iterator()
        return {(indicator, year): Held(pk, value) for pk, value, indicator, year in rows}

    def stored(
        self,
        snapshot: Snapshot,
        indicators: Mapping[tuple[str, str], Indicator],
        targets: Mapping[tuple[int, int], Held],
    ) -> dict[Key, dict[str, Any]]:
        """Two rows an indicator; year cells are the year's own values."""
        rows: dict[Key, dict[str, Any]] = {}
        for (code, name), indicator in indicators.items():
            shared = {
                MEASURE: stored_text(indicator.unit),
                KIND: IndicatorKind(indicator.kind),
                BASELINE: indicator.baseline,
            }
            rows[code, name, Side.TARGET] = {
                **shared,
                **{
                    label: target.value if (target := targets.get((indicator.pk, year))) else None
                    for label, year in self.years.items()
                },
            }
            rows[code, name, Side.ACTUAL] = {
                **shared,
                **self.actual_cells(snapshot, indicator.pk, indicator.kind),
            }
        return rows

    def actual_cells(self, snapshot: Snapshot, indicator: int, kind: str) -> dict[str, Decimal | None]:
        """The year cells of an indicator's 이행 row, read as an indicator of ``kind``."""
        return {
            label: snapshot.actual_of(indicator, year, kind) if self.scope.has_begun(year) else None
            for label, year in self.years.items()
        }

    def resolve(
        self,
        table: Table,
        stored: dict[Key, dict[str, Any]],
        snapshot: Snapshot,
        indicators: Mapping[tuple[str, str], Indicator],
    ) -> None:
        """Join what the two rows of an indicator say, check its years, and turn year cells into own values.

        ``stored`` actuals of an indicator whose kind changes are read anew under the new kind.
        """
        pairs: dict[tuple[str, str], list[ReadRow]] = {}
        for (code, name, _side), row in table.rows.items():
            pairs.setdefault((code, name), []).append(row)
        for pair, rows in pairs.items():
            self._join(table, rows)
            indicator = indicators.get(pair)
            before = stored.get((*pair, Side.TARGET), {})
            kind = rows[0].values.get(KIND, before.get(KIND, IndicatorKind.CUMULATIVE))
            baseline = rows[0].values.get(BASELINE, before.get(BASELINE))
            if indicator is not None and kind != indicator.kind:
                stored[*pair, Side.ACTUAL].update(self.actual_cells(snapshot, indicator.pk, kind))
            for row in rows:
                self._check_years(table, row, kind, baseline, stored.get(row.key, {}))

    def _join(self, table: Table, rows: list[ReadRow]) -> None:
        """What describes the indicator stands in either row; two different answers are an error."""
        for column in (MEASURE, KIND, BASELINE):
            if column not in table.positions:
                continue
            answers = [
                (row, row.values[column])
                for row in rows
                if table.cell(row, column) is not None and column in row.values
            ]
            answers = [(row, value) for row, value in answers if value not in {None, ""}]
            for row, value in answers[1:]:
                if value != answers[0][1]:
                    table.error(
                        row,
                        column,
                        _("Row %(row)s says otherwise of the same indicator; both rows have to agree.")
                        % {"row": answers[0][0].label},
                    )
            for row in rows:
                # A form that says nothing of it in either row leaves it as it is.
                if answers or any(column in each.values for each in rows):
                    row.values[column] = answers[0][1] if answers else self.empty(column)

    def _check_years(
        self, table: Table, row: ReadRow, kind: str, baseline: Decimal | None, before: Mapping[str, Any]
    ) -> None:
        is_actual = row.key[2] == Side.ACTUAL
        running = Decimal(0)
        opening: Decimal | None = None
        is_whole = True
        for label, year in self.years.items():
            if label not in table.positions:
                running += before.get(label) or 0
                continue
            if label not in row.values:
                # A cell that could not be read: what follows has no sum to be checked against.
                is_whole = False
                continue
            value: YearValue | None = row.values[label]
            own = value.own if value else None
            cumulative = value.cumulative if value else None
            row.values[label] = own
            # A year's actual may be below zero, where it corrects earlier ones; a target makes no sense so.
            if not is_actual and kind == IndicatorKind.CUMULATIVE and own is not None and own < 0:
                table.error(row, label, _("A negative number makes no sense here."))
            if is_actual and not self.scope.has_begun(year):
                if own:
                    table.error(
                        row,
                        label,
                        _("This year comes after %(as_of)s; leave the cell blank, or enter “-” or 0.")
                        % {"as_of": self.scope.as_of},
                    )
                row.values[label] = own = None
            running += own or 0
            if cumulative is None or not is_whole:
                continue
            if kind != IndicatorKind.CUMULATIVE:
                table.error(row, label, _("A running total in brackets goes with 누계 indicators only."))
                continue
            if opening is None:
                opening = (
                    baseline if baseline is not None and cumulative == running + baseline else Decimal(0)
                )
            if cumulative != running + opening:
                table.error(
                    row,
                    label,
                    _("The running total is %(sum)s, not %(given)s.")
                    % {"sum": format_number(running + opening), "given": format_number(cumulative)},
                )

    def written_row(self, key: Key, values: Mapping[str, Any]) -> list[Any]:
        """Counts as ``1(4)``, levels as numbers; 이행 only up to the 기준일.

        The running total opens with the 기준값, as on the card.
        """
        cells = dict(values)
        is_actual = key[2] == Side.ACTUAL
        running = values.get(BASELINE) or Decimal(0)
        has_begun = False
        for label, year in self.years.items():
            own = cells.get(label)
            if is_actual and not self.scope.has_begun(year):
                cells[label] = None
            elif values[KIND] != IndicatorKind.CUMULATIVE:
                cells[label] = own
            else:
                has_begun = has_begun or own is not None
                running += own or 0
                cells[label] = format_year_value(own, running) if has_begun else None
        return super().written_row(key, cells)


@dataclass(slots=True)
class Schedule:
    """What is stored of the quarter grid: tasks by pledge code and name, the rest by task and quarter.

    Of a planned quarter it is the primary key.
    """

    tasks: dict[tuple[str, str], ScheduleTask]
    planned: dict[tuple[int, int, int], int]
    marks: dict[tuple[int, int, int], str]


class ScheduleResource(SheetResource):
    """추진일정: one task a row, one column a quarter."""

    sheet_name = "추진일정"
    term_columns_after = "task"

    code = Column(CODE, CodeWidget(), is_key=True, is_text=True)
    task = Column(TASK, NameWidget(200), is_key=True, width=30)
    note = Column(NOTE, TextWidget(500), width=20)

    def term_columns(self) -> list[Column]:
        return [
            Column(f"{year}-{quarter}", ScheduleWidget(), quarter=(year, quarter), is_text=True, width=7)
            for year, quarter in self.scope.term.quarters
        ]

    @property
    def quarters(self) -> dict[str, tuple[int, int]]:
        return {name: column.quarter for name, column in self.columns.items() if column.quarter}

    def load(self, snapshot: Snapshot) -> Schedule:
        if snapshot.plan is None:
            return Schedule({}, {}, {})
        tasks = ScheduleTask.objects.filter(pledge__plan=snapshot.plan).order_by(
            "pledge__position", "pledge", "position", "pk"
        )
        planned = (
            PlannedQuarter.objects.filter(task__pledge__plan=snapshot.plan)
            .order_by()
            .values_list("task", "year", "quarter", "pk")
            .iterator()
        )
        marks: dict[tuple[int, int, int], tuple[Any, str]] = {}
        for report, task, year, quarter, mark in (
            ScheduleMark.objects.for_live_reports(snapshot.plan, snapshot.as_of)
            .order_by()
            .values_list("report", "task", "year", "quarter", "mark")
            .iterator()
        ):
            as_of = snapshot.reports[report].as_of
            place = (task, year, quarter)
            if place not in marks or marks[place][0] < as_of:
                marks[place] = (as_of, mark)
        return Schedule(
            {(snapshot.codes[task.pledge_id], fold_name(task.name)): task for task in tasks},
            {(task, year, quarter): pk for task, year, quarter, pk in planned},
            {place: mark for place, (_as_of, mark) in marks.items() if mark != Mark.NONE},
        )

    def stored(self, schedule: Schedule) -> dict[Key, dict[str, Any]]:
        """A mark hides what was planned, as on the card."""
        return {
            key: {
                NOTE: stored_text(task.note),
                **{
                    label: schedule.marks.get(
                        (task.pk, *quarter), PLANNED if (task.pk, *quarter) in schedule.planned else ""
                    )
                    for label, quarter in self.quarters.items()
                },
            }
            for key, task in schedule.tasks.items()
        }


@dataclass(frozen=True, slots=True)
class StoredAchievement:
    """An achievement and the report that holds it."""

    pk: int
    report: int
    position: int
    details: str


class _Line(NamedTuple):
    """What an import compares of an achievement; ``DateSpan.of`` takes it as it takes the row."""

    pk: int
    report_id: int
    position: int
    starts_on: dt.date
    ends_on: dt.date
    precision: str
    open_ended: bool
    text: str
    details: str


class AchievementResource(SheetResource):
    """추진실적: one dated line a row."""

    sheet_name = "추진실적"

    code = Column(CODE, CodeWidget(), is_key=True, is_text=True)
    dates = Column(DATES, DatesWidget(), is_key=True, is_text=True, width=16)
    text = Column(TEXT, NameWidget(500), is_key=True, wraps=True, width=50)
    details = Column(DETAILS, TextWidget(), wraps=True, width=50)

    def load(self, snapshot: Snapshot) -> dict[Key, StoredAchievement]:
        """The lines of live reports up to the 기준일, by the sheet's keys; the latest report wins."""
        if snapshot.plan is None:
            return {}
        lines = Achievement.objects.for_live_reports(snapshot.plan, snapshot.as_of).order_by()
        rows = [_Line(*row) for row in lines.values_list(*_Line._fields).iterator()]
        place = {code: index for index, code in enumerate(snapshot.pledges)}

        def code_of(row: _Line) -> str:
            return snapshot.codes[snapshot.reports[row.report_id].pledge]

        rows.sort(
            key=lambda row: (
                place[code_of(row)],
                row.starts_on,
                row.ends_on,
                row.position,
                snapshot.reports[row.report_id].as_of,
                row.pk,
            )
        )
        found: dict[Key, StoredAchievement] = {}
        for row in rows:
            key = (code_of(row), DateSpan.of(row), fold_name(row.text))
            held = found.get(key)
            if held is None or (snapshot.reports[held.report].as_of <= snapshot.reports[row.report_id].as_of):
                found[key] = StoredAchievement(row.pk, row.report_id, row.position, stored_text(row.details))
        return found

    def stored(self, achievements: Mapping[Key, StoredAchievement]) -> dict[Key, dict[str, Any]]:
        return {key: {DETAILS: row.details} for key, row in achievements.items()}
