"""Rolling an import back as one, unless something stands on it.

The city itself stays, also where the import brought it in: the log points at
it. A plan and a term that the import made go with it.
"""

import bisect
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.audit.reading import ShownEntry, people_of, show_entries
from pledges.history import chunks
from pledges.models import AuditEntry, Plan, Pledge, ProgressReport
from pledges.notation import clean_text
from pledges.permissions import Action, require
from pledges.workflow import ReasonMissing, WorkflowError
from reports.models import Edition, EditionPledge, ImportBatch, KeptForm, Reminder
from reports.workbook.guard import hold_periods
from reports.workbook.undo import (
    Model,
    Unrestorable,
    Written,
    differing_rows,
    hold_rows,
    lost_targets,
    measured_by,
    read_written,
    take_back,
    taken_places,
)
from studygroups.models import Programme, Round

__all__ = [
    "LaterEdit",
    "NotApplied",
    "StoodOn",
    "Undone",
    "Unrestorable",
    "roll_back",
    "standing_on",
]

ROLLED_BACK, PUBLISHED = "rolled_back", "published"
# What may point at an import's rows without standing on it: imports and reminders follow, and editions
# are told as such.
FOLLOWERS: frozenset[Model] = frozenset({ImportBatch, Reminder, Edition, EditionPledge})
# How many rows of one later step are named.
NAMED_ROWS = 3


@dataclass(frozen=True, slots=True)
class LaterEdit:
    """Something that stands on an import: by whom, when, what and on which pledge.

    ``who`` is "" for the command line and where nobody knows; ``at`` None where the log knows nothing of
    it. ``rows`` name some of the rows concerned. ``sequence`` is the last entry of the log that tells of it,
    ``times`` how many do; ``action`` is the log's word; ``batch`` the later import to be rolled back first.
    """

    what: str
    who: str = ""
    at: dt.datetime | None = None
    code: str = ""
    as_of: dt.date | None = None
    rows: tuple[str, ...] = ()
    sequence: int | None = None
    times: int = 1
    action: str = ""
    batch: ImportBatch | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """What rolling back does to the rows of one kind: how many go, come back, and are set back."""

    label: str
    goes: int
    returns: int
    reverts: int


class StoodOn(WorkflowError):
    """Something stands on the import; ``edits`` lists it."""

    def __init__(self, edits: list[LaterEdit]) -> None:
        super().__init__(_("Later work stands on this import, so it was not rolled back."))
        self.edits = edits


class NotApplied(WorkflowError):
    """The import is only staged, or was rolled back already."""


def look(batch: ImportBatch) -> tuple[list[Undone], list[LaterEdit]]:
    """What rolling an applied import back would do, by kind of row, and what stands on it (``standing_on``).

    Raises Unrestorable.
    """
    written = read_written(batch)
    kinds = [
        Undone(
            label=str(model._meta.verbose_name),
            goes=len(written.created.get(model, ())),
            returns=len(written.gone.get(model, {})),
            reverts=len(written.changed.get(model, {})),
        )
        for model in written.models
    ]
    return kinds, _standing(batch, written)


def standing_on(batch: ImportBatch) -> list[LaterEdit]:
    """What stands on an applied import, the newest first. Raises Unrestorable.

    That is what was changed in its rows since and still is; what hangs on rows that it made; later
    revisions of the reports it approved; later imports whose totals were reckoned with its figures; and
    editions published since, or by the import itself.
    """
    return _standing(batch, read_written(batch))


def roll_back(*, batch: ImportBatch, user: Any, reason: str) -> ImportBatch:
    """Take an import back, whole or not at all. ``user`` None is the command line.

    Raises PermissionDenied; ReasonMissing; NotApplied where it is not applied (any more); StoodOn;
    Unrestorable. Of two who do it at once one succeeds.
    """
    reason = clean_text(reason)
    try:
        with transaction.atomic():
            return _roll_back(batch, user, reason)
    except IntegrityError as error:
        # What the log told of was looked at; something else, past the log, stands in the way.
        edit = LaterEdit(_("Something new stands where the import's rows would go back to."))
        raise StoodOn([edit]) from error


def _roll_back(batch: ImportBatch, user: Any, reason: str) -> ImportBatch:
    held: ImportBatch = ImportBatch.objects.select_for_update(of=("self",)).with_places().get(pk=batch.pk)
    if user is not None:
        require(user, Action.IMPORT_PLAN, municipality=held.municipality)
    if not reason:
        raise ReasonMissing(_("Enter the reason for rolling back."))
    require_applied(held)
    plan: Plan = held.plan  # type: ignore[assignment]  # a constraint: an applied import has its plan
    hold_periods(plan)
    written = read_written(held)
    hold_rows(written)
    if edits := _standing(held, written):
        raise StoodOn(edits)
    goes = plan.pk in written.made(Plan)
    # Not the file's name, which may be a person's: the import's page has it as long as it is kept.
    facts: dict[str, Any] = {"import": str(held.pk)}
    if held.first_entry is not None:
        facts["entries"] = f"{held.first_entry}–{held.last_entry}"
    with operation(
        ROLLED_BACK,
        user=user,
        municipality=held.municipality,
        plan=None if goes else plan,
        as_of=held.as_of,
        reason=reason,
        facts=facts,
    ):
        take_back(written, user)
    held.state = ImportBatch.State.ROLLED_BACK
    held.rolled_back_at, held.rolled_back_by, held.rollback_reason = timezone.now(), user, reason
    held.save(update_fields=["state", "rolled_back_at", "rolled_back_by", "rollback_reason"])
    if goes:
        # Its earlier imports are rolled back too, and what is staged for it has to be looked at anew.
        ImportBatch.objects.for_plan(plan).update(plan=None)
        held.plan = None
    return held


def require_applied(batch: ImportBatch) -> None:
    """Raise NotApplied where there is nothing to roll back."""
    if batch.state == ImportBatch.State.ROLLED_BACK:
        raise NotApplied(_("This import was rolled back already."))
    if batch.state != ImportBatch.State.APPLIED:
        raise NotApplied(_("This import was never applied; there is nothing to roll back."))


# --- What stands on it ------------------------------------------------------------------


@dataclass
class _Standing:
    """Rows that stand on an import, and which of them (by label of the model) the log tells of."""

    rows: dict[Model, set[int]] = field(default_factory=dict)
    told: set[tuple[str, int]] = field(default_factory=set)

    def add(self, found: dict[Model, set[int]]) -> None:
        for model, pks in found.items():
            self.rows.setdefault(model, set()).update(pks)


def _standing(batch: ImportBatch, written: Written) -> list[LaterEdit]:
    standing = _Standing()
    for found in (
        differing_rows(batch, written),
        _pointing_rows(written),
        _later_revisions(written),
        lost_targets(written),
        taken_places(written),
    ):
        standing.add(found)
    editions = list(_editions(batch, written))
    days = {edition.as_of for edition in editions}
    # An edition tells of its publication more than the period's row does.
    told = [
        edit
        for edit in _told(batch, written, standing)
        if not (edit.action == PUBLISHED and edit.as_of in days)
    ]
    edits = [*told, *_untold(standing), *editions, *_published_groups(batch, written)]
    return sorted(edits, key=lambda edit: (edit.at is None, edit.at and -edit.at.timestamp(), edit.code))


def _published_groups(batch: ImportBatch, written: Written) -> Iterator[LaterEdit]:
    """The study groups that the import itself made public: people read them since."""
    names: list[str] = []
    for model in (Programme, Round):
        public = model._base_manager.filter(published_at__lte=batch.applied_at).order_by("pk")
        own = [
            pk
            for pk, (old, new) in written.changed.get(model, {}).items()
            if new.get("published_at") and not old.get("published_at")
        ]
        for part in chunks([*written.made(model), *own]):
            names += map(str, public.filter(pk__in=part))
    if names:
        more = len(names) - NAMED_ROWS
        rest = [_("and %(count)d more") % {"count": more}] if more > 0 else []
        yield LaterEdit(
            _("Study groups published"),
            who=str(batch.user or ""),
            at=batch.applied_at,
            rows=(*names[:NAMED_ROWS], *rest),
        )


def _pointing_rows(written: Written) -> dict[Model, set[int]]:
    """Rows of any table that point at a row the import made, and are not its own."""
    found: dict[Model, set[int]] = {}
    for model in apps.get_models(include_auto_created=True):
        if model in FOLLOWERS or model.__name__.startswith("Historical"):
            continue
        for column in model._meta.concrete_fields:
            target: Any = column.related_model if isinstance(column, models.ForeignKey) else None
            made = written.created.get(target)
            if made and target is not None:
                for model_found, pk in _at(model, column, written.made(target), written):
                    found.setdefault(model_found, set()).add(pk)
    return found


def _at(model: Model, column: Any, made: frozenset[int], written: Written) -> Iterator[tuple[Model, int]]:
    """The rows whose ``column`` points at one of ``made``; links as the row that they are links of."""
    owner: Any = model._meta.auto_created
    keys = sorted(made)
    # SQLite takes 32,766 parameters in a statement.
    parts = (keys[start : start + 5_000] for start in range(0, len(keys), 5_000))
    for part in parts:
        rows = model._base_manager.filter(**{f"{column.name}__in": part})
        if not owner:
            for pk in rows.values_list("pk", flat=True):
                if not written.holds(model, pk):
                    yield model, pk
            continue
        link = next(each for each in owner._meta.many_to_many if each.remote_field.through is model)
        here, there = link.m2m_field_name(), link.m2m_reverse_field_name()
        for pk, linked in rows.values_list(here, there):
            own = written.changed.get(owner, {}).get(pk)
            if pk in written.made(owner) or (own and linked in (own[1].get(link.name) or ())):
                continue
            yield owner, pk


def _later_revisions(written: Written) -> dict[Model, set[int]]:
    """Reports of the same pledge and period that came after those which the import approved."""
    pledges = sorted({pledge for pledge, _period in written.places})
    found = set()
    for start in range(0, len(pledges), 5_000):
        rows = ProgressReport.objects.for_pledges(pledges[start : start + 5_000]).order_by()
        for pk, pledge, period, revision in rows.values_list("pk", "pledge", "period", "revision"):
            last = written.places.get((pledge, period))
            if last is not None and revision > last and not written.holds(ProgressReport, pk):
                found.add(pk)
    return {ProgressReport: found} if found else {}


def _told(batch: ImportBatch, written: Written, standing: _Standing) -> list[LaterEdit]:
    """What the log tells of the standing rows since: each step once for a person and pledge, each later
    import once."""
    if batch.last_entry is None:
        return []
    imports = _Imports(batch)
    reckoned = {each.pk for each in imports.applied if each.plan_id == batch.plan_id and written.measured}
    if not any(standing.rows.values()) and not reckoned:
        return []
    labels = {(model._meta.label_lower, pk) for model, pks in standing.rows.items() for pk in pks}
    whole: dict[Any, ImportBatch] = {}
    last: dict[tuple[Any, ...], tuple[AuditEntry, tuple[int, ...], int]] = {}
    entries = (
        AuditEntry.objects.after(batch.last_entry)
        .of_city_or_none(batch.municipality_id)
        .without_action(ROLLED_BACK)
        .in_chain_order()
    )
    for entry in entries.iterator(chunk_size=200):
        if entry.body is None or imports.is_undone(entry.sequence):
            continue
        later = imports.at(entry.sequence)
        touched = []
        for place, told in enumerate(entry.body.get("rows", ())):
            if (told["model"], told["pk"]) in labels:
                touched.append(place)
                standing.told.add((told["model"], told["pk"]))
        is_open = later is not None and later.pk in reckoned and later.pk not in whole
        if (
            later
            and is_open
            and any(measured_by(told) in written.measured for told in entry.body.get("rows", ()))
        ):
            whole[later.pk] = later
        if not touched:
            continue
        if later:
            whole[later.pk] = later
            continue
        step = (entry.actor_key, entry.action, entry.pledge_key, entry.as_of)
        _entry, _places, times = last.get(step, (None, (), 0))
        last[step] = (entry, tuple(touched), times + 1)
    shown = show_entries(entry for entry, _places, _times in last.values())
    found = [
        replace(_as_edit(each, places), times=times)
        for each, (_entry, places, times) in zip(shown, last.values(), strict=True)
    ]
    people = people_of(each.user_id for each in whole.values() if each.user_id)
    return found + [
        LaterEdit(
            _("Later import: %(file)s") % {"file": each.file_name},
            who=people.get(each.user_id, "") if each.user_id else "",
            at=each.applied_at,
            as_of=each.as_of,
            batch=each,
        )
        for each in whole.values()
    ]


def _as_edit(shown: ShownEntry, places: tuple[int, ...]) -> LaterEdit:
    named = [" ".join(filter(None, (row.model, row.name))) for row in (shown.rows[place] for place in places)]
    rows = named[:NAMED_ROWS]
    if len(named) > NAMED_ROWS:
        rows.append(_("and %(count)d more") % {"count": len(named) - NAMED_ROWS})
    return LaterEdit(
        shown.action,
        who=shown.who,
        at=shown.entry.at,
        code=shown.entry.pledge_code,
        as_of=shown.entry.as_of,
        rows=tuple(rows),
        sequence=shown.entry.sequence,
        action=shown.entry.action,
    )


class _Imports:
    """The imports of a city since one of them, by their places in the log."""

    def __init__(self, since: ImportBatch) -> None:
        known = (
            ImportBatch.objects.for_cities([since.municipality_id])
            .finished()
            .written_after(since.last_entry or 0)
            .without_contents()
            .order_by("first_entry")
        )
        self.all = list(known)
        self.firsts = [each.first_entry for each in self.all]

    @property
    def applied(self) -> list[ImportBatch]:
        return [each for each in self.all if each.state == ImportBatch.State.APPLIED]

    def _of(self, sequence: int) -> ImportBatch | None:
        place = bisect.bisect_right(self.firsts, sequence) - 1  # type: ignore[type-var]
        if place < 0 or sequence > (self.all[place].last_entry or 0):
            return None
        return self.all[place]

    def at(self, sequence: int) -> ImportBatch | None:
        """The import that wrote an entry and stands."""
        found = self._of(sequence)
        return found if found and found.state == ImportBatch.State.APPLIED else None

    def is_undone(self, sequence: int) -> bool:
        """Whether an import wrote the entry that was rolled back since."""
        found = self._of(sequence)
        return found is not None and found.state == ImportBatch.State.ROLLED_BACK


def _untold(standing: _Standing) -> Iterator[LaterEdit]:
    """Rows that stand on the import and of which the log says nothing."""
    for model, pks in standing.rows.items():
        left = sorted(pk for pk in pks if (model._meta.label_lower, pk) not in standing.told)
        rows = model._base_manager.in_bulk(left)
        for pk in left:
            row = rows.get(pk)
            label = str(model._meta.verbose_name)
            if isinstance(row, KeptForm):
                yield LaterEdit(
                    label,
                    who=str(row.user),
                    at=row.kept_at,
                    code=row.pledge.code,
                    as_of=row.period.as_of,
                )
                continue
            pledge = row if isinstance(row, Pledge) else getattr(row, "pledge", None)
            what = label if row is not None else _("%(kind)s: no longer there") % {"kind": label}
            yield LaterEdit(
                what,
                code=pledge.code if isinstance(pledge, Pledge) else "",
                rows=(str(row),) if row is not None else (),
            )


def _editions(batch: ImportBatch, written: Written) -> Iterator[LaterEdit]:
    """Editions published after the import, or by it."""
    if batch.plan_id is None or batch.applied_at is None:
        return
    found = Edition.objects.for_plan(batch.plan_id).with_publisher()
    for edition in found:
        is_own = (edition.as_of.isoformat(), edition.number) in written.editions
        if is_own or edition.published_at >= batch.applied_at:
            yield LaterEdit(
                _("Edition %(number)d published") % {"number": edition.number},
                who=str(edition.published_by or ""),
                at=edition.published_at,
                as_of=edition.as_of,
            )
