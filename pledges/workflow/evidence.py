"""Evidence files on a report: taken in, taken off.

A file belongs to the report as the rows of its form do, but adding one bumps no
version: a colleague who has the form open loses nothing and is told of nothing.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from pledges.filetypes import Kind, UnwantedFile, clean_name, kind_of, old_hangul
from pledges.models import EvidenceFile, Pledge, ProgressReport, ReportingPeriod
from pledges.workflow.errors import WorkflowError, WrongState
from pledges.workflow.reports import start_report
from pledges.workflow.rules import EDITABLE, is_correction, is_settled, locked, require_entry, step_on
from pledges.workflow.stored import forget_after_commit, keep_content, storing

MEGABYTE = 1024 * 1024


class EvidenceRefused(WorkflowError):
    """A file that can't be attached: its kind, its size, or what is attached already."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that was looked through: what it is, by its content."""

    file: File
    name: str
    kind: Kind
    size: int
    sha256: str


def largest_file() -> int:
    """Bytes that one file may have."""
    limit: int = settings.EVIDENCE_MAX_MB * MEGABYTE
    return limit


def most_together() -> int:
    """Bytes that the files of one report may have."""
    limit: int = settings.EVIDENCE_MAX_TOTAL_MB * MEGABYTE
    return limit


def too_large() -> str:
    """What is said of a file above ``largest_file``."""
    return _("The file is larger than %(limit)s MB.") % {"limit": settings.EVIDENCE_MAX_MB}


def read_incoming(*, file: File, name: str) -> Incoming:
    """Look an uploaded file through, before any transaction. Raises EvidenceRefused."""
    size = file.size or 0
    if size > largest_file():
        raise EvidenceRefused(too_large())
    try:
        kind = kind_of(file)
    except UnwantedFile as error:
        # The most common wrong file is named for what it is, also where its bytes don't show it.
        named = name.casefold().endswith(".hwp")
        raise EvidenceRefused(old_hangul() if named else error.message) from error
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return Incoming(file, clean_name(name, kind), kind, size, digest.hexdigest())


def add_evidence(*, pledge: Pledge, period: ReportingPeriod, user: Any, incoming: Incoming) -> EvidenceFile:
    """Attach a file to the report at hand; where there is none yet, it begins the draft.

    One transaction. Raises PermissionDenied; WrongState where the report is handed in or approved;
    EvidenceRefused where the same content is attached already or it gets too much.
    """
    evidence = EvidenceFile(
        name=incoming.name,
        media_type=incoming.kind.media_type,
        size=incoming.size,
        sha256=incoming.sha256,
        uploaded_by=user,
    )
    with storing(evidence):
        report = _writable(pledge, period, user)
        _check_room(report, evidence)
        evidence.report = report
        with step_on("evidence_added", report, user):
            keep_content(evidence, incoming.file)
            evidence.save()
    return evidence


@transaction.atomic
def remove_evidence(*, evidence: EvidenceFile, user: Any) -> None:
    """Take a file off a report that is still being written.

    The content is thrown away after the commit where no other row has it. Raises PermissionDenied and
    WrongState.
    """
    report = evidence.report
    period = locked(report.period)
    held = ProgressReport.objects.select_for_update().get(pk=report.pk)
    held.period, held.pledge = period, report.pledge
    _require_writing(held, period, user)
    with step_on("evidence_removed", held, user):
        forget_after_commit([evidence])
        evidence.delete()


def _writable(pledge: Pledge, period: ReportingPeriod, user: Any) -> ProgressReport:
    """The report that takes files now, locked: the unfinished one, or a new draft."""
    period = locked(period)
    reports = ProgressReport.objects.for_pledge(pledge).for_period(period)
    report: ProgressReport | None = reports.unfinished().select_for_update().first()
    if report is None:
        settled = is_settled(period) or reports.approved().exists()
        require_entry(user, pledge, correcting=settled)
        if settled:
            raise WrongState(
                _("The figures are settled. Begin a correction with its reason, then attach files.")
            )
        return start_report(pledge=pledge, period=period, user=user)
    report.period, report.pledge = period, pledge
    _require_writing(report, period, user)
    return report


def _require_writing(report: ProgressReport, period: ReportingPeriod, user: Any) -> None:
    require_entry(user, report.pledge, correcting=is_correction(report, period))
    if report.state not in EDITABLE:
        raise WrongState(
            _("This report is “%(state)s”: its files can't be changed now.")
            % {"state": report.get_state_display()}
        )


def _check_room(report: ProgressReport, evidence: EvidenceFile) -> None:
    held = list(EvidenceFile.objects.for_report(report))
    same = next((each for each in held if each.sha256 == evidence.sha256), None)
    if same:
        raise EvidenceRefused(_("The same file is attached already, as %(name)s.") % {"name": same.name})
    if len(held) >= settings.EVIDENCE_MAX_FILES:
        raise EvidenceRefused(
            _("A report takes at most %(limit)s files. Remove one, or put several into one PDF.")
            % {"limit": settings.EVIDENCE_MAX_FILES}
        )
    if sum(each.size for each in held) + evidence.size > most_together():
        raise EvidenceRefused(
            _("The files of a report may have at most %(limit)s MB together.")
            % {"limit": settings.EVIDENCE_MAX_TOTAL_MB}
        )
