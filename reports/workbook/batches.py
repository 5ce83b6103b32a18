"""Imports as they are kept: staged until they are confirmed, then applied.

What is confirmed is what was shown: a stage is bound to the person, the plan,
the file (SHA-256), the changes (their digest) and an hour at which it expires.
"""

import copy
import datetime as dt
import hashlib
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pledges.models import Plan
from reports.models import ImportBatch
from reports.workbook.cards import CardPlace
from reports.workbook.diffs import Diff
from reports.workbook.results import ImportResult, finding_json


class StageGone(Exception):
    """The stage can't be confirmed any more. The message says why and what to do, translated."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it came in, and the stage that it was shown as."""

    content: bytes
    file_name: str
    cards_of: CardPlace | None
    staged: ImportBatch | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def keep_stage(incoming: Incoming, result: ImportResult, *, user: Any, over_drafts: bool) -> ImportBatch:
    """Keep an upload with what it would change, for this person to confirm before it expires."""
    batch = _batch(incoming, result, user=user, over_drafts=over_drafts)
    batch.state = ImportBatch.State.STAGED
    batch.expires_at = batch.staged_at + dt.timedelta(hours=settings.IMPORT_STAGE_HOURS)
    return _saved(batch, incoming)


def hold_stage(incoming: Incoming, *, user: Any, plan: Plan | None) -> None:
    """Hold the stage until the transaction ends.

    Raises StageGone where it was confirmed, thrown away or has expired since it
    was shown, and where it is not this person's, this file's or this plan's.
    """
    held = None
    if incoming.staged is not None:
        stages = ImportBatch.objects.select_for_update().without_contents()
        held = stages.filter(pk=incoming.staged.pk).first()
    if held is None:
        raise StageGone(_("This upload is no longer there. Upload the file again."))
    if held.state != ImportBatch.State.STAGED:
        raise StageGone(applied_message())
    if held.is_expired():
        raise StageGone(expired_message())
    bound = (held.user_id, held.sha256, held.plan_id)
    if bound != (getattr(user, "pk", None), incoming.sha256, plan.pk if plan else None):
        raise StageGone(_("This preview is of another file, plan or person. Upload the file again."))


def applied_message() -> str:
    return _("This import was applied already.")


def expired_message() -> str:
    return _("This preview has expired. Upload the file again to see what it changes now.")


def stored_content(batch: ImportBatch) -> bytes:
    """The file of an import as it was uploaded. Raises StageGone where it is not that file any more."""
    if batch.redacted_at is not None:
        raise StageGone(_("The file of this import was erased."))
    try:
        with batch.file.open("rb") as file:
            content: bytes = file.read()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != batch.sha256:
        raise StageGone(_("The uploaded file is no longer as it was. Upload it again."))
    return content


def stored_diff(batch: ImportBatch) -> Diff:
    return Diff(bytes(batch.diff), batch.diff_digest)


def keep_batch(
    incoming: Incoming,
    result: ImportResult,
    *,
    user: Any,
    over_drafts: bool,
    entries: tuple[int, int] | None,
) -> ImportBatch:
    """Keep an import that has just been written, in the transaction that wrote it.

    ``entries``: the first and the last of the audit log's rows that it wrote.
    """
    if incoming.staged:
        # A copy: should the transaction fail yet, the stage is a stage.
        batch = copy.copy(incoming.staged)
    else:
        batch = _batch(incoming, result, user=user, over_drafts=over_drafts)
    batch.state = ImportBatch.State.APPLIED
    batch.applied_at, batch.expires_at = timezone.now(), None
    batch.first_entry, batch.last_entry = entries or (None, None)
    _describe(batch, result)
    if incoming.staged:
        batch.save()
        return batch
    return _saved(batch, incoming)


def _batch(incoming: Incoming, result: ImportResult, *, user: Any, over_drafts: bool) -> ImportBatch:
    batch = ImportBatch(
        layout=ImportBatch.Layout.CARDS if incoming.cards_of else ImportBatch.Layout.WORKBOOK,
        file_name=_clean_name(incoming.file_name),
        size=len(incoming.content),
        sha256=incoming.sha256,
        over_drafts=over_drafts,
        user=user,
    )
    if incoming.cards_of:
        # A card does not say where it belongs; looked at anew, the same file needs to know.
        batch.plan, batch.as_of = incoming.cards_of.plan, incoming.cards_of.as_of
    _describe(batch, result)
    return batch


def _describe(batch: ImportBatch, result: ImportResult) -> None:
    kinds = {"errors": result.errors, "warnings": result.warnings}
    batch.plan = result.plan or batch.plan
    batch.municipality = batch.plan.term.municipality if batch.plan else result.municipality
    batch.as_of = result.as_of or batch.as_of
    batch.counts = result.sheets
    batch.findings = {
        **{kind: [finding_json(each) for each in found] for kind, found in kinds.items()},
        "rest": {kind: found.rest for kind, found in kinds.items() if found.rest},
        "ignored": result.ignored,
        "language": get_language(),
        "periods": [as_of.isoformat() for as_of in result.new_periods],
    }
    batch.diff, batch.diff_digest = result.diff.packed, result.diff.digest


def _saved(batch: ImportBatch, incoming: Incoming) -> ImportBatch:
    """Save the batch with its file; without the row there is no file either."""
    batch.file.save("", ContentFile(incoming.content), save=False)
    try:
        batch.save(force_insert=True)
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def _clean_name(name: str) -> str:
    """A file's name as it is shown: without folders, invisible letters and excess."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"})
    return shown.strip()[-200:] or "import.xlsx"
