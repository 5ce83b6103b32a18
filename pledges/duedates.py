"""When a department's reports are due: the period's date, or a later one that was granted."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from pledges.models import DueExtension, ProgressReport, ReportingPeriod


@dataclass(frozen=True, slots=True)
class DueDates:
    """The due dates of some periods by department. No query."""

    extensions: Mapping[int, tuple[DueExtension, ...]]

    def extension(self, period: ReportingPeriod, department: int | None) -> DueExtension | None:
        """The extension in force for a department (by id): the latest date granted to it or to all.

        None where nothing was granted; a department None asks for what was granted to all.
        """
        concerned = [
            each
            for each in self.extensions.get(period.pk, ())
            if each.department_id is None or each.department_id == department
        ]
        latest = max(concerned, key=lambda each: (each.due_on, each.pk), default=None)
        return latest if latest is not None and latest.due_on > period.due_on else None

    def of(self, period: ReportingPeriod, department: int | None) -> dt.date:
        """The date by which the department (by id) has to hand in."""
        extension = self.extension(period, department)
        return extension.due_on if extension else period.due_on

    def is_late(self, report: ProgressReport) -> bool:
        """Handed in after the due date of the pledge's lead department. Reads pledge and period."""
        return report.submitted_at is not None and timezone.localdate(report.submitted_at) > self.of(
            report.period, report.pledge.lead_department_id
        )


def read_due_dates(periods: Iterable[ReportingPeriod]) -> DueDates:
    """The due dates of these periods: one query."""
    found: dict[int, list[DueExtension]] = {}
    for extension in DueExtension.objects.for_periods(list(periods)).with_departments():
        found.setdefault(extension.period_id, []).append(extension)
    return DueDates({period: tuple(rows) for period, rows in found.items()})
