"""기한 연장: by when each department of a plan has to hand in, and who was given more time, and why."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pledges.duedates import read_due_dates
from pledges.models import Department, DueExtension, ReportingPeriod


@dataclass(frozen=True, slots=True)
class DepartmentDue:
    """A department with the date in force for it; ``extension`` is None where that is the period's own."""

    department: Department
    due_on: dt.date
    extension: DueExtension | None

    @property
    def is_for_all(self) -> bool:
        return self.extension is not None and self.extension.department_id is None


@dataclass(frozen=True, slots=True)
class PeriodDue:
    """Every due date of a period; ``history`` is what was granted, the latest first."""

    period: ReportingPeriod
    due_on: dt.date
    departments: Sequence[DepartmentDue]
    history: Sequence[DueExtension]


def read_due(period: ReportingPeriod) -> PeriodDue:
    """The due dates of a period and how they came to be: three queries."""
    due = read_due_dates([period])
    return PeriodDue(
        period=period,
        due_on=due.of(period, None),
        departments=[
            DepartmentDue(each, due.of(period, each.pk), due.extension(period, each.pk))
            for each in Department.objects.leading_in(period.plan_id).standing().by_name()
        ],
        history=list(DueExtension.objects.for_periods([period]).with_departments().newest_first()),
    )
