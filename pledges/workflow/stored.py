"""The stored contents of files: one for each digest, however many rows of a model point at it.

Storing and forgetting one content exclude each other until their transaction
ends, so that no row ever points at a file that was just thrown away. A row is
of any model with ``file`` (stored under its digest), ``size`` and ``sha256``,
whose manager finds those of one content (``for_content``).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import connection, transaction


@contextmanager
def storing(row: Any) -> Iterator[None]:
    """A transaction that keeps a row's content: where it is rolled back it leaves no file behind."""
    try:
        with transaction.atomic():
            yield
    except BaseException:
        if row.file.name:
            forget_unused(type(row), str(row.file.name), row.sha256)
        raise


def keep_content(row: Any, content: File) -> None:
    """Store the content under the row's digest unless it is there already, and name it in the row.

    Inside a transaction, which then holds the digest.
    """
    _hold(row.sha256)
    storage, name = _storage(type(row)), row._meta.get_field("file").upload_to(row, "")
    row.file.name = name
    if storage.exists(name):
        if storage.size(name) == row.size:
            return
        # The machine went down in the middle of writing it.
        storage.delete(name)
    content.seek(0)
    row.file.name = storage.save(name, content)


def forget_after_commit(rows: Iterable[Any]) -> None:
    """Throw the contents of rows that are being deleted away, once they are gone for good."""
    for row in rows:
        forget = partial(forget_unused, type(row), str(row.file.name), row.sha256)
        transaction.on_commit(forget, robust=True)


@transaction.atomic
def forget_unused(model: Any, name: str, sha256: str) -> None:
    """Throw a stored content away that no row of the model points at."""
    _hold(sha256)
    if not model.objects.for_content(sha256).exists():
        _storage(model).delete(name)


def _storage(model: Any) -> Storage:
    storage: Storage = model._meta.get_field("file").storage
    return storage


def _hold(sha256: str) -> None:
    """SQLite has one writer at a time (IMMEDIATE); PostgreSQL is asked for a lock of this digest."""
    if connection.vendor == "postgresql":
        key = int.from_bytes(bytes.fromhex(sha256)[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [key])
