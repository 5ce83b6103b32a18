"""The chain: how entries are appended to the log, and how it is found that one was tampered with."""

import datetime as dt
import hashlib
import itertools
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pledges.inserting import WrittenJSON, insert
from pledges.models import AuditEntry, AuditHead

# What stands before the first entry.
EMPTY_HASH = "0" * 64
READ_AT_ONCE = 500
WRITE_AT_ONCE = 50
_COLUMNS = [field.attname for field in AuditEntry._meta.concrete_fields if not field.primary_key]


def canonical(value: Any) -> bytes:
    """The one way in which a value is written as JSON before it is hashed."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(salt: str, body: Any) -> str:
    return _digest(salt, canonical(body))


def _digest(salt: str, written: bytes) -> str:
    return hashlib.sha256(salt.encode() + written).hexdigest()


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 over the hash before, every column of the entry itself, and the digest of its body."""
    return hashlib.sha256(
        canonical(
            [
                entry.previous,
                entry.sequence,
                entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                entry.actor_key,
                entry.action,
                entry.municipality_id,
                entry.plan_key,
                entry.pledge_key,
                entry.pledge_code,
                entry.as_of.isoformat() if entry.as_of else None,
                entry.digest,
            ]
        )
    ).hexdigest()


def append(entries: Iterable[AuditEntry]) -> tuple[int, int] | None:
    """Give the entries their places in the chain and write them, a few dozen in memory at a time.

    The head stays locked until the transaction ends, so this is the last thing
    that a transaction does. Gives the first and the last sequence; None of none.
    """
    waiting = iter(entries)
    first = next(waiting, None)
    if first is None:
        return None
    head = _locked_head()
    sequence, last = head.sequence, head.hash
    waiting = itertools.chain([first], waiting)
    while batch := list(itertools.islice(waiting, WRITE_AT_ONCE)):
        for entry in batch:
            sequence += 1
            entry.sequence, entry.previous = sequence, last
            entry.salt = secrets.token_hex(16)
            # Written once: of a large import this is what takes longest.
            body = canonical(entry.body)
            entry.digest = _digest(entry.salt, body)
            entry.body = WrittenJSON(body.decode())
            last = entry.hash = hash_of(entry)
        insert(AuditEntry, {name: [getattr(entry, name) for entry in batch] for name in _COLUMNS})
    AuditHead.objects.filter(pk=head.pk).update(sequence=sequence, hash=last)
    return head.sequence + 1, sequence


def _locked_head() -> AuditHead:
    heads = AuditHead.objects.select_for_update()
    head = heads.filter(pk=1).first()
    if head is None:
        # Two first writers at once: one makes the row, the other waits for it.
        AuditHead.objects.bulk_create([AuditHead(pk=1, hash=EMPTY_HASH)], ignore_conflicts=True)
        head = heads.get(pk=1)
    return head


# --- Verifying -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found.

    ``count`` entries were good, ``hash`` is that of the last good one;
    ``broken`` is the first sequence number at which something is wrong, and
    ``problem`` says what. Both are empty where the chain holds.
    """

    count: int
    hash: str
    redacted: int = 0
    broken: int | None = None
    problem: str = ""

    @property
    def holds(self) -> bool:
        return self.broken is None


def verify(expect: str = "") -> Verdict:
    """Walk the whole chain, a few hundred entries in memory at a time.

    ``expect`` is a hash that was noted outside of the database: it must be one
    of the chain's, or its tail was cut off or everything was written anew.
    """
    return _Walk(expect.strip().lower()).run()


# The fact by which an entry tells which others were emptied with it, by their sequences.
EMPTIED = "emptied"


class _Broken(Exception):
    def __init__(self, sequence: int, problem: str) -> None:
        super().__init__(problem)
        self.sequence = sequence
        self.problem = problem


class _Walk:
    def __init__(self, expect: str) -> None:
        self.expect = expect
        self.is_met = not expect or expect == EMPTY_HASH
        self.sequence = 0
        self.last = EMPTY_HASH
        self.redacted = 0
        # Emptied entries whose redaction has not been met yet; few, as redactions are.
        self.untold: set[int] = set()

    def run(self) -> Verdict:
        try:
            while True:
                for entry in self._entries():
                    self._check(entry)
                head = AuditHead.objects.filter(pk=1).first()
                told, told_hash = (head.sequence, head.hash) if head else (0, EMPTY_HASH)
                if (told, told_hash) == (self.sequence, self.last):
                    break
                # Somebody wrote while we walked: what is new is there to be read.
                if told <= self.sequence or not self._is_longer():
                    self._check_end(told)
            self._check_promises()
        except _Broken as broken:
            return Verdict(self.sequence, self.last, self.redacted, broken.sequence, broken.problem)
        return Verdict(self.sequence, self.last, self.redacted)

    def _entries(self) -> Iterator[AuditEntry]:
        entries: Iterable[AuditEntry] = (
            AuditEntry.objects.after(self.sequence).in_chain_order().iterator(chunk_size=READ_AT_ONCE)
        )
        return iter(entries)

    def _is_longer(self) -> bool:
        return AuditEntry.objects.after(self.sequence).exists()

    def _check(self, entry: AuditEntry) -> None:
        place = self.sequence + 1
        if entry.sequence != place:
            raise _Broken(
                place, _("entry %(missing)d is missing; the next is %(next)d")
                % {"missing": place, "next": entry.sequence}
            )  # fmt: skip
        if entry.previous != self.last:
            raise _Broken(place, _("it does not follow from the entry before it"))
        if entry.hash != hash_of(entry):
            raise _Broken(place, _("its columns are not what was written"))
        if entry.body is None and not entry.salt:
            self.untold.add(place)
            self.redacted += 1
        elif entry.body is None or entry.digest != digest_of(entry.salt, entry.body):
            raise _Broken(place, _("its contents are not what was written"))
        else:
            facts = entry.body.get("facts", {})
            if entry.action == "redacted":
                self.untold.discard(facts.get("sequence"))
            self.untold.difference_update(facts.get(EMPTIED, ()))
        self.sequence, self.last = entry.sequence, entry.hash
        self.is_met = self.is_met or entry.hash == self.expect

    def _check_end(self, told: int) -> None:
        if told > self.sequence:
            raise _Broken(
                self.sequence + 1,
                _("entries are missing at the end: the head of the log counts %(count)d") % {"count": told},
            )
        if told < self.sequence:
            raise _Broken(
                told + 1, _("it stands behind the head of the log, which counts %(count)d") % {"count": told}
            )
        raise _Broken(told, _("the head of the log names another hash"))

    def _check_promises(self) -> None:
        if self.untold:
            raise _Broken(min(self.untold), _("it was emptied, and no later entry says so"))
        if not self.is_met:
            raise _Broken(
                self.sequence + 1,
                _("the hash noted outside is nowhere in the log: its end was cut off or it was rewritten"),
            )
