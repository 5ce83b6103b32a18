"""What an import tells: counts a sheet, every change, warnings, errors."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from pledges.models import Municipality, Plan, ReportingPeriod
from pledges.sheets import CellChange
from pledges.spreadsheet import Finding, Findings
from reports.models import ImportBatch
from reports.workbook.diffs import Diff, Moved


class Refusal(StrEnum):
    """Why an import that could be read was not applied as it was asked to be."""

    MOVED = "moved"
    NEW_WARNINGS = "new_warnings"
    DRAFTS = "drafts"


# (what is being done, how much is done, of how much)
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class ImportResult:
    """The outcome of an import, or of a dry run.

    ``sheets``: {"new", "changed", "unchanged"} rows by sheet name. Where
    ``errors`` stand, nothing was written. ``plan`` and ``period`` are None after
    a dry run that would have made them. ``batch`` is the import as it is kept.
    ``new_periods`` are the 기준일 at which the plan gets a period that it did not have.
    ``refusal`` says why a file without a fault was not applied, where it was not;
    ``moved`` are the cells that would change otherwise than a stage showed: (as shown, as it would be now).
    """

    sheets: dict[str, dict[str, int]] = field(default_factory=dict)
    diff: Diff = field(default_factory=Diff)
    warnings: Findings = field(default_factory=Findings)
    errors: Findings = field(default_factory=Findings)
    ignored: list[str] = field(default_factory=list)
    municipality: Municipality | None = None
    plan: Plan | None = None
    as_of: dt.date | None = None
    period: ReportingPeriod | None = None
    new_periods: list[dt.date] = field(default_factory=list)
    editions: list[Any] = field(default_factory=list)
    batch: ImportBatch | None = None
    moved: list[Moved] = field(default_factory=list)
    refusal: Refusal | None = None

    @property
    def changes(self) -> list[CellChange]:
        """Every cell that differs from what is stored."""
        return [cell for row in self.diff.rows() for cell in row.cells]

    @property
    def is_applied(self) -> bool:
        return not self.errors

    @property
    def has_changes(self) -> bool:
        return any(counts["new"] or counts["changed"] for counts in self.sheets.values())

    def as_json(self) -> dict[str, Any]:
        """The contract's JSON: sheets, warnings, errors, ignored."""
        return {
            "sheets": self.sheets,
            "warnings": list(findings_json(self.warnings)),
            "errors": list(findings_json(self.errors)),
            "ignored": self.ignored,
        }


def findings_json(findings: Findings) -> Iterator[dict[str, str]]:
    """The findings, and last how many more there are than are listed."""
    yield from map(finding_json, findings)
    if findings.rest:
        message = _("… and %(count)s more of this file; they are not listed.") % {
            "count": f"{findings.rest:,}"
        }
        yield finding_json(Finding("", "", "", message))


def finding_json(finding: Finding) -> dict[str, str]:
    return {
        "sheet": finding.sheet,
        "cell": finding.cell,
        "value": finding.value,
        "message": finding.message,
    }
