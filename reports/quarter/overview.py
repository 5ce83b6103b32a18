"""The planning office's board of one period: who is late, and what waits to be checked.

Made of ``boards.period_work`` and, for the reports to check, of their entries:
a constant number of queries, however many departments and reports there are.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges.enums import ReportState
from pledges.models import Department, DueExtension, Pledge, ProgressReport
from pledges.workflow import awaits_office
from reports.quarter.boards import (
    CORRECTING,
    CORRECTING_LABEL,
    STATE_LABELS,
    STATES,
    TO_DO,
    PeriodWork,
    WorkLine,
    days_left,
)
from reports.quarter.changes import is_unchanged
from reports.quarter.checks import ReportWarning, warnings_of
from reports.quarter.entry import Entry, read_entries
from reports.quarter.figures import Figures, stored_figures
from reports.quarter.gist import gist_of
from reports.quarter.lookups import staff_url

NO_DEPARTMENT = "none"
# So many departments stand in one column; more are split in two, so that a screen holds them.
ONE_COLUMN = 15
FIRST_WARNINGS = 2

WARNED, CHANGED, UNCHANGED = "warned", "changed", "unchanged"
GROUP_LABELS = {
    WARNED: _("With warnings"),
    CHANGED: _("Changed"),
    UNCHANGED: _("Unchanged"),
}


# --- Departments ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """How many of a department's pledges are in a state, and the list of them; of the approved ones
    ``corrections`` are being corrected."""

    state: str
    label: Any
    count: int
    query: str
    corrections: int


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department's pledges by state, each counted once. ``left`` are those that the department itself
    still has to hand in (its head's sign-off included); ``corrections`` are approved ones that are being
    corrected: they count as approved.

    ``days_over`` counts from the department's own due date; 0 where it is not over.
    """

    department: Department | None
    counts: dict[str, int]
    left: int
    corrections: int
    due_on: dt.date
    extension: DueExtension | None
    days_over: int

    @property
    def key(self) -> str:
        return key_of(self.department)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def is_late(self) -> bool:
        return self.days_over > 0 and self.left > 0

    @property
    def query(self) -> str:
        return urlencode({"department": self.key})

    @property
    def cells(self) -> list[Cell]:
        return [
            Cell(
                state,
                STATE_LABELS[state],
                count,
                urlencode({"department": self.key, "state": state}),
                self.corrections if state == ReportState.APPROVED else 0,
            )
            for state, count in self.counts.items()
        ]


def key_of(department: Department | None) -> str:
    """How an address names a department."""
    return str(department.pk) if department else NO_DEPARTMENT


def department_rows(work: PeriodWork, today: dt.date | None = None) -> list[DepartmentRow]:
    """A row a department: the late ones first, then by how much is left, then by name.

    A published period has nobody late: what was missing went out as not submitted.
    """
    today = today or timezone.localdate()
    by_department: dict[int | None, list[WorkLine]] = {}
    for line in work.lines:
        by_department.setdefault(line.pledge.lead_department_id, []).append(line)
    rows = []
    for lines in by_department.values():
        states = [line.state for line in lines]
        first = lines[0]
        over = 0 if work.period.is_published else max(0, -days_left(first.due_on, today))
        rows.append(
            DepartmentRow(
                department=first.pledge.lead_department,
                counts={state: states.count(state) for state in work.states},
                left=sum(_is_left(line) for line in lines),
                corrections=sum(line.is_correction for line in lines),
                due_on=first.due_on,
                extension=first.extension,
                days_over=over,
            )
        )
    return sorted(
        rows,
        key=lambda row: (not row.is_late, -row.left, row.department is None, str(row.department)),
    )


def _is_left(line: WorkLine) -> bool:
    """Whether the department itself has to act, for a first report."""
    return line.state in TO_DO or (line.waits_for_head and not line.is_correction)


# --- Reports to check ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A report that waits for the planning office; ``token`` names it in the version that is shown."""

    entry: Entry
    report: ProgressReport
    figures: Figures
    warnings: Sequence[ReportWarning]
    unchanged: bool
    is_ticked: bool

    @property
    def pledge(self) -> Pledge:
        return self.entry.pledge

    @property
    def token(self) -> str:
        return token_of(self.report)

    @property
    def link(self) -> str:
        return staff_url("report", self.pledge.plan, self.entry.period.as_of, self.pledge.code)

    @property
    def group(self) -> str:
        if self.warnings:
            return WARNED
        return UNCHANGED if self.unchanged else CHANGED

    @property
    def gist(self) -> list[str]:
        return gist_of(self.entry)

    @property
    def first_warnings(self) -> Sequence[ReportWarning]:
        return self.warnings[:FIRST_WARNINGS]

    @property
    def more_warnings(self) -> int:
        return max(0, len(self.warnings) - FIRST_WARNINGS)

    @property
    def is_correction(self) -> bool:
        return self.entry.is_correction


@dataclass(frozen=True, slots=True)
class Group:
    """Reports to check of one kind. ``query`` is the address that shows all of them ticked."""

    key: str
    lines: Sequence[ToCheck]

    @property
    def label(self) -> Any:
        return GROUP_LABELS[self.key]

    @property
    def query(self) -> str:
        return urlencode({"tick": self.key})


def token_of(report: ProgressReport) -> str:
    return f"{report.pk}:{report.version}"


def read_to_check(work: PeriodWork, ticked: Collection[str] = (), tick: str = "") -> list[Group]:
    """The reports that wait for the planning office: those with warnings, the changed, the unchanged.

    ``ticked`` are the tokens of those that were ticked before, ``tick`` a group that is to be ticked whole.
    """
    pledges = [line.pledge for line in work.submitted]
    lines = []
    for entry in read_entries(work.plan, work.period, pledges):
        report = entry.unfinished
        if report is None or not awaits_office(report, work.plan):
            continue
        figures = stored_figures(entry)
        lines.append(
            ToCheck(
                entry=entry,
                report=report,
                figures=figures,
                warnings=warnings_of(entry, figures),
                unchanged=is_unchanged(entry),
                is_ticked=token_of(report) in ticked,
            )
        )
    groups = []
    for key in GROUP_LABELS:
        members = [line for line in lines if line.group == key]
        if members:
            groups.append(Group(key, [_with_tick(line) for line in members] if key == tick else members))
    return groups


def _with_tick(line: ToCheck) -> ToCheck:
    return ToCheck(line.entry, line.report, line.figures, line.warnings, line.unchanged, is_ticked=True)


# --- The board ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, its name, and how many lines it leaves."""

    key: str
    label: Any
    count: int
    query: str
    chosen: bool


@dataclass(frozen=True)
class Board:
    """One period for one person. ``rows`` is empty for those who don't see the whole city."""

    work: PeriodWork
    rows: Sequence[DepartmentRow]
    state: str
    department: str

    @property
    def columns(self) -> list[Sequence[DepartmentRow]]:
        """The rows in one table, or in two beside each other where they are many."""
        if len(self.rows) <= ONE_COLUMN:
            return [self.rows] if self.rows else []
        half = (len(self.rows) + 1) // 2
        return [self.rows[:half], self.rows[half:]]

    @property
    def states(self) -> list[tuple[str, Any]]:
        return [(state, STATE_LABELS[state]) for state in self.work.states]

    @property
    def late(self) -> list[DepartmentRow]:
        return [row for row in self.rows if row.is_late]

    @property
    def left(self) -> int:
        return sum(row.left for row in self.rows)

    @property
    def with_heads(self) -> int:
        """Of those that are ``left``, the reports that wait for a head's sign-off."""
        return sum(line.waits_for_head and not line.is_correction for line in self.work.lines)

    @property
    def approved(self) -> int:
        """The pledges with an approved report, those being corrected included."""
        return len(self.work.lines) - len(self.work.missing)

    @property
    def correcting(self) -> Choice:
        """The filter that leaves the approved reports being corrected, of all departments."""
        count = len(self.work.corrections)
        return Choice(CORRECTING, CORRECTING_LABEL, count, self._query("", CORRECTING), self._is_correcting)

    @property
    def _is_correcting(self) -> bool:
        return self.state == CORRECTING

    @property
    def extensions(self) -> list[DueExtension]:
        """The extensions in force, each once."""
        found = {row.extension.pk: row.extension for row in self.rows if row.extension}
        return sorted(found.values(), key=lambda each: (each.department is not None, each.due_on, each.pk))

    @cached_property
    def of_department(self) -> list[WorkLine]:
        """The own lines of the chosen department, or all."""
        return [
            line
            for line in self.work.own
            if not self.department or key_of(line.pledge.lead_department) == self.department
        ]

    @property
    def lines(self) -> list[WorkLine]:
        """The lines that both filters leave."""
        if self._is_correcting:
            return [line for line in self.of_department if line.is_correction]
        return [line for line in self.of_department if not self.state or line.state == self.state]

    @property
    def state_choices(self) -> list[Choice]:
        """The states with what they would leave of the chosen department; last, and only where there are
        any, the approved ones being corrected."""
        states = [line.state for line in self.of_department]
        choices = [
            Choice(
                state, label, states.count(state), self._query(self.department, state), state == self.state
            )
            for state, label in self.states
        ]
        correcting = sum(line.is_correction for line in self.of_department)
        if correcting or self._is_correcting:
            query = self._query(self.department, CORRECTING)
            choices.append(Choice(CORRECTING, CORRECTING_LABEL, correcting, query, self._is_correcting))
        return choices

    @property
    def department_choices(self) -> list[Choice]:
        """The departments by name, with their pledges in all; empty where there is one."""
        rows = sorted(self.rows, key=lambda row: (row.department is None, str(row.department)))
        return [
            Choice(
                row.key,
                row.department or _("No lead department"),
                row.total,
                self._query(row.key, self.state),
                row.key == self.department,
            )
            for row in rows
            if len(rows) > 1
        ]

    @property
    def department_name(self) -> Any:
        """The name of the chosen department, "" for none."""
        chosen: Iterable[Any] = (each.label for each in self.department_choices if each.chosen)
        return next(iter(chosen), "")

    @staticmethod
    def _query(department: str, state: str) -> str:
        return urlencode(
            {key: value for key, value in (("department", department), ("state", state)) if value}
        )


def board_of(
    work: PeriodWork, *, state: str = "", department: str = "", today: dt.date | None = None
) -> Board:
    """The board of a period's work; a state or a department that is not there filters nothing. No query."""
    rows = department_rows(work, today) if work.sees_city else []
    return Board(
        work=work,
        rows=rows,
        state=state if state in (*STATES, CORRECTING) else "",
        department=department if department in {row.key for row in rows} else "",
    )
