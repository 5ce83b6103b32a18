"""Erasing what an import keeps beside the plan's own rows, where the law asks for it."""

from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.notation import clean_text
from pledges.permissions import Action, require
from pledges.workflow import ReasonMissing
from reports.models import ImportBatch
from reports.workbook.rollback import NotApplied
from reports.workbook.staging import clear


@transaction.atomic
def redact_import(*, batch: ImportBatch, reason: str, user: Any = None) -> ImportBatch:
    """Delete the file of a finished import, its changed cells and findings for good; the log says why.

    Uploads of the same file that wait go with it. Who, when, and how many rows stay,
    and so does what it wrote: that is corrected in the plan, and erased from the log
    with ``audit_redact``. Raises PermissionDenied, ReasonMissing, and NotApplied for an
    upload that only waits: that is thrown away instead.
    """
    if user is not None:
        require(user, Action.IMPORT_PLAN, municipality=batch.municipality_id)
    said = clean_text(reason)
    if not said:
        raise ReasonMissing(_("Say why the contents are erased."))
    held: ImportBatch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if held.state == ImportBatch.State.STAGED:
        raise NotApplied(_("This upload was never applied. Throw it away instead."))
    if held.redacted_at is not None:
        raise NotApplied(_("The contents of this import were erased already."))
    with operation(
        "import_redacted",
        user=user,
        municipality=held.municipality,
        plan=held.plan,
        as_of=held.as_of,
        reason=said,
        facts={"import": str(held.pk)},
    ):
        path = str(held.file.name)
        clear(ImportBatch.objects.for_hash(held.sha256))
        held.file, held.file_name, held.redacted_at = "", f"{held.pk}.xlsx", timezone.now()
        held.findings, held.diff = {"periods": held.findings.get("periods", [])}, b""
        # Of few cells a digest without salt can be guessed back.
        held.sha256 = held.diff_digest = ""
        held.save(
            update_fields=["file", "file_name", "redacted_at", "findings", "diff", "sha256", "diff_digest"]
        )
        transaction.on_commit(partial(default_storage.delete, path))
    return held
