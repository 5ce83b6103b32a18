"""Uploads as a person handles them: looked at before anything is written, confirmed, thrown away, cleared."""

import datetime as dt
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from reports.models import ImportBatch
from reports.workbook.batches import (
    Incoming,
    StageGone,
    applied_message,
    expired_message,
    keep_stage,
    stored_content,
)
from reports.workbook.cards import CardPlace
from reports.workbook.importing import import_workbook
from reports.workbook.results import ImportResult

FOLDER = "imports"
# A file that lies there without a row may belong to an upload that is being kept just now.
ORPHANED_AFTER = dt.timedelta(days=1)
# So many previews may wait for one person; a newer one takes the place of the oldest.
MOST_WAITING = 20


def stage_workbook(
    content: bytes,
    *,
    user: Any,
    file_name: str,
    over_drafts: bool = False,
    cards_of: CardPlace | None = None,
    instead_of: ImportBatch | None = None,
) -> ImportBatch:
    """Keep a file with what it would change, or with what is wrong with it; nothing of the plan is written.

    It takes the place of ``instead_of``, else of the oldest where too many wait.
    Raises UnreadableFile and PermissionDenied, and then nothing is kept.
    """
    result = import_workbook(
        content, user=user, dry_run=True, over_drafts=over_drafts, file_name=file_name, cards_of=cards_of
    )
    mine = ImportBatch.objects.staged_by(user)
    clear_expired(mine)
    batch = keep_stage(Incoming(content, file_name, cards_of), result, user=user, over_drafts=over_drafts)
    if instead_of is not None:
        discard_stage(instead_of)
    clear(mine.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_WAITING:])))
    return batch


def stage_again(batch: ImportBatch, *, user: Any, over_drafts: bool) -> ImportBatch:
    """The same file compared with the plan as it is now, in place of ``batch``.

    Raises as ``stage_workbook`` does, and StageGone where ``batch`` is no stage any more.
    """
    if batch.state != ImportBatch.State.STAGED:
        raise StageGone(applied_message())
    return stage_workbook(
        stored_content(batch),
        user=user,
        file_name=batch.file_name,
        over_drafts=over_drafts,
        cards_of=card_place(batch),
        instead_of=batch,
    )


def confirm_stage(batch: ImportBatch, *, user: Any) -> ImportResult:
    """Apply what a stage showed, and nothing else.

    Where that can't be done any more the result says why, in ``moved`` and
    ``errors``, and nothing was written. Raises PermissionDenied, and StageGone where
    it was applied, thrown away or has expired; UnreadableFile.
    """
    if batch.state != ImportBatch.State.STAGED:
        raise StageGone(applied_message())
    if batch.is_expired():
        raise StageGone(expired_message())
    result = import_workbook(
        stored_content(batch),
        user=user,
        over_drafts=batch.over_drafts,
        file_name=batch.file_name,
        cards_of=card_place(batch),
        staged=batch,
    )
    if result.errors and not ImportBatch.objects.staged().filter(pk=batch.pk).exists():
        # Somebody was quicker with the same stage: what differs now is what it wrote.
        raise StageGone(applied_message())
    return result


def card_place(batch: ImportBatch) -> CardPlace | None:
    """Where the cards of a batch belong; None for a plan's own workbook."""
    if batch.layout != ImportBatch.Layout.CARDS or batch.plan is None or batch.as_of is None:
        return None
    return CardPlace(batch.plan, batch.as_of)


def discard_stage(batch: ImportBatch) -> bool:
    """Throw a stage away with its file; False where it is none any more."""
    return clear(ImportBatch.objects.filter(pk=batch.pk)) == 1


def clear_expired(stages: Any = None, now: dt.datetime | None = None) -> int:
    """Throw away the stages (all, or those given) that may not be confirmed any more; how many."""
    stages = ImportBatch.objects.all() if stages is None else stages
    return clear(stages.expired(now or timezone.now()))


def clear(batches: Any) -> int:
    """Delete those of ``batches`` that are stages, with their files; how many.

    A stage that is being confirmed is held meanwhile, and then is none.
    """
    with transaction.atomic():
        held = list(batches.staged().without_contents().select_for_update())
        ImportBatch.objects.staged().filter(pk__in=[batch.pk for batch in held]).delete()
        for batch in held:
            transaction.on_commit(partial(default_storage.delete, batch.file.name))
    return len(held)


def clear_orphans(now: dt.datetime | None = None) -> int:
    """Delete files of imports that no row knows, a day after they were written; how many."""
    before = (now or timezone.now()) - ORPHANED_AFTER
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    paths = {f"{FOLDER}/{name}" for name in names}
    known = set(ImportBatch.objects.values_list("file", flat=True))
    gone = 0
    for path in sorted(paths - known):
        try:
            if default_storage.get_modified_time(path) < before:
                default_storage.delete(path)
                gone += 1
        except FileNotFoundError:
            # Cleared by another run.
            continue
    return gone
