"""Erasing what an entry says, where the law asks for it; the log says that it was done."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pledges.audit.chain import EMPTIED
from pledges.audit.recording import Operation, operation
from pledges.models import AuditEntry

REDACTED = "redacted"


class RedactionRefused(Exception):
    """There is nothing to redact here; the message says why."""


@transaction.atomic
def redact(*, sequence: int, reason: str, user: Any = None) -> None:
    """Empty salt and body of one entry and log that it was done, and why.

    Who, when, which step and which pledge stay. Without its salt the digest
    that is left tells nothing about the contents. Raises RedactionRefused.
    """
    said = reason.strip()
    if not said:
        raise RedactionRefused(_("Say why the entry is redacted."))
    entry = AuditEntry.objects.select_for_update(of=("self",)).filter(sequence=sequence).first()
    if entry is None:
        raise RedactionRefused(_("There is no entry %(sequence)d.") % {"sequence": sequence})
    if entry.body is None:
        raise RedactionRefused(_("Entry %(sequence)d is redacted already.") % {"sequence": sequence})
    if entry.action == REDACTED or EMPTIED in entry.body.get("facts", {}):
        raise RedactionRefused(_("An entry that tells of a redaction stays as it is."))
    AuditEntry.objects.filter(pk=entry.pk).update(salt="", body=None)
    with operation(
        REDACTED,
        user=user,
        municipality=entry.municipality_id,
        plan=entry.plan_key,
        pledge=entry.pledge_key,
        as_of=entry.as_of,
        reason=said,
        facts={"sequence": sequence},
    ):
        pass


def empty(running: Operation, sequences: Collection[int]) -> None:
    """Empty salt and body of these entries within an operation, whose own entry tells which they were."""
    if sequences:
        AuditEntry.objects.filter(sequence__in=sequences).update(salt="", body=None)
        running.add_facts(**{EMPTIED: sorted(sequences)})
