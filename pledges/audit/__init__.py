"""The audit log: every changed field with who, when, old, new and why, in a chain of hashes.

``operation`` frames what one step does; whatever is saved with history inside
it is recorded by itself, ``created``, ``changed`` and ``deleted`` record rows
of kinds without history. ``verify`` walks the chain, ``redact`` erases what an
entry says and logs that it did, ``empty`` does so with many within an operation.
"""

from pledges.audit.chain import EMPTY_HASH, Verdict, verify
from pledges.audit.recording import (
    Operation,
    changed,
    created,
    created_by_columns,
    deleted,
    earlier_values,
    operation,
    values_of,
)
from pledges.audit.redacting import REDACTED, RedactionRefused, empty, redact

__all__ = [
    "EMPTY_HASH",
    "REDACTED",
    "Operation",
    "RedactionRefused",
    "Verdict",
    "changed",
    "created",
    "created_by_columns",
    "deleted",
    "earlier_values",
    "empty",
    "operation",
    "redact",
    "values_of",
    "verify",
]
