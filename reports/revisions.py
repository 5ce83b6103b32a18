"""What hangs on a progress report, read, copied and written for many reports at once.

A revision is complete in itself: an import or a correction copies what the
live report holds and changes the copy.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from budgets.models import Executed
from pledges import audit
from pledges.history import chunks, create_lines
from pledges.models import Achievement, Actual, EvidenceFile, ProgressReport, ScheduleMark
from pledges.notation import DateSpan

# What a new revision takes over from the report that it replaces, beside its contents.
CARRIED = ("status", "own_status_id", "entered_rate", "rate_withdrawn", "cause", "remedy")


@dataclass(slots=True)
class Line:
    """An achievement's place and sub-lines."""

    position: int
    details: str


@dataclass(slots=True)
class Contents:
    """Everything that hangs on one report.

    ``actuals`` by indicator; ``executed`` (원) by sub-project and source;
    ``marks`` by task, year and quarter; ``achievements`` by dates and text.
    """

    actuals: dict[int, Decimal] = field(default_factory=dict)
    executed: dict[tuple[int, str], int] = field(default_factory=dict)
    marks: dict[tuple[int, int, int], str] = field(default_factory=dict)
    achievements: dict[tuple[DateSpan, str], Line] = field(default_factory=dict)
    evidence: list[EvidenceFile] = field(default_factory=list)


def read_contents(reports: Collection[int]) -> dict[int, Contents]:
    """The contents of reports by primary key, in five queries."""
    found = {pk: Contents() for pk in reports}
    for part in chunks(found):
        for pk, indicator, value in Actual.objects.filter(report__in=part).values_list(
            "report", "indicator", "value"
        ):
            found[pk].actuals[indicator] = value
        for pk, project, source, amount in Executed.objects.filter(report__in=part).values_list(
            "report", "sub_project", "source", "amount"
        ):
            found[pk].executed[project, source] = amount
        for pk, task, year, quarter, mark in (
            ScheduleMark.objects.filter(report__in=part)
            .order_by("pk")
            .values_list("report", "task", "year", "quarter", "mark")
        ):
            found[pk].marks[task, year, quarter] = mark
        for row in Achievement.objects.filter(report__in=part).order_by("position", "pk"):
            found[row.report_id].achievements[DateSpan.of(row), row.text] = Line(row.position, row.details)
        for evidence in EvidenceFile.objects.filter(report__in=part).order_by("pk"):
            found[evidence.report_id].evidence.append(evidence)
    return found


def write_contents(contents: Mapping[int, Contents], user: Any = None) -> None:
    """Write contents under reports (by primary key) that hold nothing yet, with history."""
    create_lines(
        Actual,
        ("report_id", "indicator_id", "value"),
        [
            (pk, indicator, value)
            for pk, held in contents.items()
            for indicator, value in held.actuals.items()
        ],
        user,
    )
    create_lines(
        Executed,
        ("report_id", "sub_project_id", "source", "amount"),
        [
            (pk, project, source, amount)
            for pk, held in contents.items()
            for (project, source), amount in held.executed.items()
        ],
        user,
    )
    create_lines(
        ScheduleMark,
        ("report_id", "task_id", "year", "quarter", "mark"),
        [
            (pk, task, year, quarter, mark)
            for pk, held in contents.items()
            for (task, year, quarter), mark in held.marks.items()
        ],
        user,
    )
    create_lines(
        Achievement,
        ("report_id", "position", "starts_on", "ends_on", "precision", "open_ended", "text", "details"),
        [
            (
                pk,
                line.position,
                span.starts_on,
                span.ends_on,
                span.precision,
                span.open_ended,
                text,
                line.details,
            )
            for pk, held in contents.items()
            for (span, text), line in held.achievements.items()
        ],
        user,
    )
    _copy_evidence(contents)


def _copy_evidence(contents: Mapping[int, Contents]) -> None:
    """The same stored files under their new reports; who uploaded them when stays."""
    copies = []
    for pk, held in contents.items():
        for evidence in held.evidence:
            copy = EvidenceFile(
                report_id=pk,
                file=evidence.file.name,
                name=evidence.name,
                media_type=evidence.media_type,
                size=evidence.size,
                sha256=evidence.sha256,
                uploaded_by_id=evidence.uploaded_by_id,
            )
            copies.append((copy, evidence.uploaded_at))
    if not copies:
        return
    EvidenceFile.objects.bulk_create([copy for copy, _uploaded_at in copies])
    for copy, uploaded_at in copies:
        copy.uploaded_at = uploaded_at
    EvidenceFile.objects.bulk_update([copy for copy, _uploaded_at in copies], ["uploaded_at"])
    audit.created([copy for copy, _uploaded_at in copies])


def copy_contents(pairs: Mapping[int, ProgressReport], user: Any = None) -> None:
    """Copy what reports hold into new revisions: old primary key → new, saved and still empty report."""
    contents = read_contents(pairs.keys())
    write_contents({pairs[pk].pk: held for pk, held in contents.items()}, user)
