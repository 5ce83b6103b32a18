"""The stored contents of evidence files: one file for each digest, however many rows point at it.

Storing and forgetting one content exclude each other until their transaction
ends, so that no row ever points at a file that was just thrown away.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import connection, transaction

from pledges.models import EvidenceFile
from pledges.models.threads import evidence_path


def keep_content(evidence: EvidenceFile, content: File) -> str:
    """Store the content under the row's digest unless it is there already; its name in the storage.

    Inside a transaction, which then holds the digest.
    """
    _hold(evidence.sha256)
    storage, name = _storage(), evidence_path(evidence, "")
    if storage.exists(name):
        if storage.size(name) == evidence.size:
            return name
        # The machine went down in the middle of writing it.
        storage.delete(name)
    content.seek(0)
    stored: str = storage.save(name, content)
    return stored


def forget_after_commit(rows: Iterable[EvidenceFile]) -> None:
    """Throw the contents of rows that are being deleted away, once they are gone for good."""
    for row in rows:
        transaction.on_commit(partial(forget_unused, str(row.file.name), row.sha256), robust=True)


@transaction.atomic
def forget_unused(name: str, sha256: str) -> None:
    """Throw a stored content away that no row points at."""
    _hold(sha256)
    if not EvidenceFile.objects.for_content(sha256).exists():
        _storage().delete(name)


def _storage() -> Storage:
    field: Any = EvidenceFile._meta.get_field("file")
    storage: Storage = field.storage
    return storage


def _hold(sha256: str) -> None:
    """SQLite has one writer at a time (IMMEDIATE); PostgreSQL is asked for a lock of this digest."""
    if connection.vendor == "postgresql":
        key = int.from_bytes(bytes.fromhex(sha256)[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [key])
