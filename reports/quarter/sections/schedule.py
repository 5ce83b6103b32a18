"""세부 추진상황: the tasks of the period's quarters."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from pledges.enums import Mark, ReportSection
from reports.quarter.entry import Entry, TaskLine
from reports.quarter.previous import LastMark
from reports.quarter.sections.base import Section


@dataclass(frozen=True, slots=True)
class TaskRow:
    line: TaskLine
    mark: forms.BoundField
    last: LastMark | None


class ScheduleSection(Section):
    name = ReportSection.SCHEDULE
    template = "staff/form/_schedule.html"

    @classmethod
    def concerns(cls, entry: Entry) -> bool:
        return bool(entry.tasks)

    def fields(self) -> dict[str, forms.Field]:
        return {
            task_name(task): forms.ChoiceField(
                label=task.task.name,
                required=False,
                choices=[
                    ("", _("No change (%(mark)s)") % {"mark": Mark(task.before).label})
                    if task.before
                    else ("", _("Not entered")),
                    *[(mark.value, mark.label) for mark in (Mark.UNDER_WAY, Mark.DONE)],
                    # A mark can be taken back only where there is one.
                    *([(Mark.NONE.value, Mark.NONE.label)] if task.before or task.mark == Mark.NONE else []),
                ],
            )
            for task in self.entry.tasks
        }

    def initial(self) -> dict[str, Any]:
        return {task_name(task): task.mark for task in self.entry.tasks}

    def contents(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {
            "quarters": self.entry.quarters,
            "marks": {
                (task.task.pk, task.year, task.quarter): Mark(cleaned[task_name(task)])
                for task in self.entry.tasks
                if cleaned[task_name(task)]
            },
        }

    def marks(self) -> dict[tuple[int, int, int], str]:
        """The mark of every task and quarter as the form stands: what is chosen, else what was before."""
        marks = {
            (task.task.pk, task.year, task.quarter): self.form[task_name(task)].value() or task.before
            for task in self.entry.tasks
        }
        return {key: mark for key, mark in marks.items() if mark}

    def rows(self) -> list[TaskRow]:
        return [
            TaskRow(
                line=task,
                mark=self.form[task_name(task)],
                last=self.previous.marks.get(task.task.pk) if self.previous else None,
            )
            for task in self.entry.tasks
        ]


def task_name(task: TaskLine) -> str:
    return f"mark-{task.task.pk}-{task.year}-{task.quarter}"
