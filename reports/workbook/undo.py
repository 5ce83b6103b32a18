"""What an import wrote, as the audit log has it, and how it is taken back.

The log's body is the undo log: of each row the import made, changed or removed
it holds every field, old and new. Reading streams it, so that a plan of any
size fits into memory; taking back writes in sets, with history and its own
place in the log.
"""

import functools
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from budgets.models import Executed, Investment, Secured
from pledges.audit.chain import digest_of
from pledges.audit.rows import Values, kind_of
from pledges.history import chunks, create_all, delete_all, record_all, update_all
from pledges.models import (
    Actual,
    AuditEntry,
    Municipality,
    PlannedQuarter,
    ProgressReport,
    ReportingPeriod,
    YearlyTarget,
)
from pledges.workflow import WorkflowError
from reports.models import ImportBatch, Reminder
from studygroups.models import Award, Proposal, Team

Model = type[models.Model]
# What a value of an entry's body is where it points at rows.
STRUCTURED = (dict, list)
# Entries read at a time; each is what one pledge had written.
READ_AT_ONCE = 200
# Stays when its import is rolled back: the log points at it, and what it was called is no figure.
KEPT: frozenset[Model] = frozenset({Municipality})
# What a report's every save moves, and no figure.
UNTOLD: Mapping[Model, frozenset[str]] = {
    ProgressReport: frozenset({"version", "saved_by"}),
    Team: frozenset({"version"}),
}
# Where a row that was removed would meet one that was made in its place since.
PLACES: Mapping[Model, tuple[str, ...]] = {
    YearlyTarget: ("indicator", "year"),
    PlannedQuarter: ("task", "year", "quarter"),
    Investment: ("sub_project", "source", "span", "year"),
    Secured: ("sub_project", "source", "span", "year"),
    Award: ("team",),
    Proposal: ("team", "position"),
}


class Unrestorable(WorkflowError):
    """The log can't say any more what was there before the import."""


@dataclass
class Written:
    """What an import wrote. Of new rows the primary keys, of others the fields as (before, after).

    ``places``: by (pledge, period), the revision that it approved. ``measured``: the indicators and
    sub-projects that its reports hold values of. ``editions``: (기준일 as text, number) it published itself.
    """

    created: dict[Model, list[int]] = field(default_factory=dict)
    changed: dict[Model, dict[int, tuple[Values, Values]]] = field(default_factory=dict)
    gone: dict[Model, dict[int, Values]] = field(default_factory=dict)
    places: dict[tuple[int, int], int] = field(default_factory=dict)
    measured: set[tuple[str, int]] = field(default_factory=set)
    editions: set[tuple[str, int]] = field(default_factory=set)

    @property
    def models(self) -> list[Model]:
        """Every model it touched, those that others point at first."""
        return in_order({*self.created, *self.changed, *self.gone})

    def holds(self, model: Model, pk: int) -> bool:
        return pk in self._created_keys.get(model, frozenset()) or pk in self.changed.get(model, {})

    def made(self, model: Model) -> frozenset[int]:
        return self._created_keys.get(model, frozenset())

    @property
    def _created_keys(self) -> dict[Model, frozenset[int]]:
        held: dict[Model, frozenset[int]] | None = self.__dict__.get("_keys")
        if held is None:
            held = self.__dict__["_keys"] = {model: frozenset(pks) for model, pks in self.created.items()}
        return held


def in_order(found: Collection[Model]) -> list[Model]:
    """The models so that each stands after those that its foreign keys point at."""
    order: list[Model] = []

    def place(model: Model, above: frozenset[Model]) -> None:
        for target in kind_of(model).targets.values():
            if target in found and target not in above:
                place(target, above | {target})
        if model not in order:
            order.append(model)

    for model in sorted(found, key=lambda each: each._meta.label_lower):
        place(model, frozenset({model}))
    return order


# --- Reading --------------------------------------------------------------------------


def entries_of(batch: ImportBatch, *, checked: bool = True) -> Iterator[AuditEntry]:
    """The log's rows that the import wrote, in their order. Raises Unrestorable where one says
    nothing any more, or something else than was written (where ``checked``)."""
    if batch.first_entry is None or batch.last_entry is None:
        return
    expected = itertools.count(batch.first_entry)
    entries = AuditEntry.objects.between(batch.first_entry, batch.last_entry).in_chain_order()
    for entry in entries.iterator(chunk_size=READ_AT_ONCE):
        if entry.body is None:
            raise Unrestorable(
                _(
                    "Entry %(number)s of the log was emptied (redacted): what was there before this import is"
                    " not known any more, so it can't be rolled back."
                )
                % {"number": entry.sequence}
            )
        is_next = entry.sequence == next(expected)
        if not is_next or (checked and digest_of(entry.salt, entry.body) != entry.digest):
            raise Unrestorable(_("The log of this import is damaged, so it can't be rolled back."))
        yield entry


def values_at(told: Mapping[str, Any], side: int) -> Values:
    """The fields of a row of an entry's body, before (0) or after (1); foreign keys as primary keys."""
    return {
        name: pair[side] if pair[side].__class__ not in STRUCTURED else _unpointed(pair[side])
        for name, pair in told["fields"].items()
    }


def new_rows(batch: ImportBatch) -> Iterator[dict[Model, dict[int, Values]]]:
    """The rows that the import made as it made them, of some hundred entries at a time."""
    entries = entries_of(batch, checked=False)
    while part := list(itertools.islice(entries, READ_AT_ONCE)):
        found: dict[Model, dict[int, Values]] = {}
        for entry in part:
            for told in (entry.body or {}).get("rows", ()):
                if told["kind"] == "+" and (model := _model(told["model"])) not in KEPT:
                    found.setdefault(model, {})[told["pk"]] = values_at(told, 1)
        yield found


def read_written(batch: ImportBatch) -> Written:
    """What the import wrote, from its entries of the log. Raises Unrestorable."""
    written = Written()
    for entry in entries_of(batch):
        body: dict[str, Any] = entry.body or {}
        for edition in body.get("facts", {}).get("editions", ()):
            written.editions.add((edition["as_of"], edition["number"]))
        for told in body.get("rows", ()):
            model, pk = _model(told["model"]), told["pk"]
            if model in KEPT:
                continue
            if told["kind"] == "+":
                written.created.setdefault(model, []).append(pk)
                _note(written, model, told)
            elif told["kind"] == "-":
                written.gone.setdefault(model, {})[pk] = values_at(told, 0)
            else:
                written.changed.setdefault(model, {})[pk] = (values_at(told, 0), values_at(told, 1))
    return written


def _note(written: Written, model: Model, told: Mapping[str, Any]) -> None:
    if model is ProgressReport:
        values = values_at(told, 1)
        written.places[values["pledge"], values["period"]] = values["revision"]
    elif measured := measured_by(told):
        written.measured.add(measured)


# Of which indicator or sub-project a row holds a period's value, by label of the model.
MEASURING: Mapping[str, str] = {
    Actual._meta.label_lower: "indicator",
    Executed._meta.label_lower: "sub_project",
}


def measured_by(told: Mapping[str, Any]) -> tuple[str, int] | None:
    """What a new row of an entry's body measures: the field's name, and the key of the row it points at."""
    name = MEASURING.get(told["model"])
    if name is None or name not in told["fields"]:
        return None
    value = told["fields"][name][1]
    return (name, value["pk"]) if value else None


@functools.cache
def _model(label: str) -> Model:
    try:
        return apps.get_model(label)
    except LookupError as error:
        raise Unrestorable(_too_old()) from error


def _too_old() -> str:
    return _("The portal's tables have changed since this import, so it can't be rolled back any more.")


def _unpointed(value: Any) -> Any:
    """A value of the log's body as the row has it: a foreign key without what it pointed at was called."""
    if isinstance(value, list):
        return [_unpointed(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "pk" not in value:
        raise Unrestorable(_("The log does not keep what was there before this import (personal data)."))
    return value["pk"]


# --- Comparing ------------------------------------------------------------------------


def differing_rows(batch: ImportBatch, written: Written) -> dict[Model, set[int]]:
    """Rows of the import that are no longer what it made of them; gone ones too."""
    found: dict[Model, set[int]] = {}
    for part in new_rows(batch):
        for model, expected in part.items():
            found.setdefault(model, set()).update(_differing(model, expected))
    if not written.changed or batch.first_entry is None:
        return {model: pks for model, pks in found.items() if pks}
    entries = AuditEntry.objects.between(batch.first_entry, batch.first_entry)
    at = entries.values_list("at", flat=True).get()
    for model, changes in written.changed.items():
        whole = _values_at(model, changes.keys(), at)
        expected = {pk: {**whole.get(pk, {}), **new} for pk, (_old, new) in changes.items()}
        found.setdefault(model, set()).update(_differing(model, expected, only_known=True))
    return {model: pks for model, pks in found.items() if pks}


def _differing(model: Model, expected: Mapping[int, Values], *, only_known: bool = False) -> set[int]:
    """Of rows that should hold ``expected``, those that do not. ``only_known``: compare the fields named
    there alone."""
    kind, untold = kind_of(model), UNTOLD.get(model, frozenset())
    links = links_of(model, expected)
    columns = [(each.name, each.plain) for each in kind.fields if each.name not in untold]
    taken = [each.attname for each in kind.fields if each.name not in untold]
    unsaid = {name: _unsaid(model, name) for name, _plain in columns}
    found, present = set(), set()
    for part in chunks(expected):
        for pk, *values in model._base_manager.filter(pk__in=part).values_list("pk", *taken):
            present.add(pk)
            wanted = expected[pk]
            linked = links.get(pk, {})
            now = [(name, plain(value)) for (name, plain), value in zip(columns, values, strict=True)]
            for name, value in (*now, *linked.items()):
                if name in wanted:
                    is_same = value == wanted[name] or (_is_empty(value) and _is_empty(wanted[name]))
                else:
                    is_same = only_known or _is_empty(value) or value == unsaid.get(name)
                if not is_same:
                    found.add(pk)
                    break
    return found | (expected.keys() - present)


def _values_at(model: Model, pks: Collection[int], at: Any) -> dict[int, Values]:
    """What rows were right after the import, where they have history: all fields but their links."""
    history: Any = getattr(model, "history", None)
    if history is None:
        return {}
    kind = kind_of(model)
    key = model._meta.pk.attname
    found: dict[int, Values] = {}
    for part in chunks(pks):
        last = (
            history.filter(**{f"{key}__in": part}, history_date__lte=at)
            .order_by()
            .values(key)
            .annotate(last=models.Max("history_id"))
            .values("last")
        )
        for row in history.filter(history_id__in=last).order_by():
            found[getattr(row, key)] = kind.values(row)
    return found


def links_of(model: Model, pks: Collection[int]) -> dict[int, dict[str, list[int]]]:
    """The keys that rows link to now, by row and many-to-many field, in order."""
    found: dict[int, dict[str, list[int]]] = {}
    for name, (through, source, target) in _link_fields(model).items():
        for pk in pks:
            found.setdefault(pk, {})[name] = []
        for part in chunks(pks):
            links = through._base_manager.filter(**{f"{source}__in": part}).order_by(target)
            for pk, linked in links.values_list(source, target):
                found[pk][name].append(linked)
    return found


def _link_fields(model: Model) -> dict[str, tuple[Model, str, str]]:
    """The many-to-many fields that the log keeps: the table between, its columns to here and to there."""
    found = {}
    for name in kind_of(model).links:
        relation: Any = model._meta.get_field(name)
        through = relation.remote_field.through
        here, there = relation.m2m_field_name(), relation.m2m_reverse_field_name()
        found[name] = (through, f"{here}_id", f"{there}_id")
    return found


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _unsaid(model: Model, name: str) -> Any:
    """What a field of a new row holds of which its entry says nothing: it came with a later schema."""
    column: Any = _field(model, name)
    return column.get_default() if column.has_default() else None


def _field(model: Model, name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist as error:
        raise Unrestorable(_too_old()) from error


# --- Holding and taking back -----------------------------------------------------------


def hold_rows(written: Written) -> None:
    """Hold every row of the import until the transaction ends: nobody edits it, or hangs something on it."""
    for model in written.models:
        for part in chunks([*written.made(model), *written.changed.get(model, ())]):
            rows = model._base_manager.select_for_update().filter(pk__in=part).order_by("pk")
            list(rows.values_list("pk"))


def take_back(written: Written, user: Any) -> None:
    """Delete what the import made, bring back what it removed, set what it changed to what it was."""
    for model in reversed(written.models):
        for part in chunks(written.created.get(model, ())):
            _delete(model, part, user)
    for model in written.models:
        for held in chunks(list(written.gone.get(model, {}).items())):
            create_all([_restored(model, pk, values) for pk, values in held], user)
    for model in written.models:
        for changes in chunks(list(written.changed.get(model, {}).items())):
            _set_back(model, {pk: old for pk, (old, _new) in changes}, user)


def _delete(model: Model, pks: list[int], user: Any) -> None:
    if model is ReportingPeriod:
        # They keep a mail from going twice, about a period that is no more.
        Reminder.objects.filter(period__in=pks).delete()
    links = links_of(model, pks)
    for through, source, _target in _link_fields(model).values():
        between = through._base_manager.filter(**{f"{source}__in": pks})
        between._raw_delete(between.db)
    delete_all(list(model._base_manager.filter(pk__in=pks).order_by("pk")), user, links)


def _restored(model: Model, pk: int, values: Values) -> models.Model:
    """A row as it was, under its own key. What its entry leaves out was empty."""
    row = model(pk=pk)
    for name in values:
        _field(model, name)
    for column in kind_of(model).fields:
        if column.name in values:
            _put(row, column.name, values[column.name])
        else:
            _put(row, column.name, _nothing(model._meta.get_field(column.name)))
    return row


def _nothing(column: Any) -> Any:
    if column.null:
        return None
    return "" if column.empty_strings_allowed else column.get_default()


def _put(row: models.Model, name: str, value: Any) -> None:
    """Set a field from its plain value: decimals from exact text, moments and days from ISO."""
    column = _field(type(row), name)
    setattr(row, column.attname, column.to_python(value))


def _set_back(model: Model, changes: Mapping[int, Values], user: Any) -> None:
    rows = list(model._base_manager.filter(pk__in=list(changes)).order_by("pk"))
    link_fields = _link_fields(model)
    names: set[str] = set()
    for row in rows:
        for name, value in changes[row.pk].items():
            if name not in link_fields and name != "version":
                _put(row, name, value)
                names.add(name)
        if isinstance(row, ProgressReport | Team):
            # Forms save against the version that they began from: it never goes back.
            row.version += 1
            names.add("version")
    if not link_fields:
        update_all(rows, names, user)
        return
    if names:
        model._base_manager.bulk_update(rows, sorted(names))
    record_all(rows, _set_links(model, changes), is_new=False, user=user)


def _set_links(model: Model, changes: Mapping[int, Values]) -> dict[str, dict[int, list[Any]]]:
    """Link rows to what they linked to; gives all their links, for their history."""
    found: dict[str, dict[int, list[Any]]] = {}
    for name, (through, source, target) in _link_fields(model).items():
        wanted = {pk: set(old[name] or ()) for pk, old in changes.items() if name in old}
        held: dict[int, dict[int, Any]] = {pk: {} for pk in changes}
        for link in through._base_manager.filter(**{f"{source}__in": list(changes)}):
            held[getattr(link, source)][getattr(link, target)] = link
        surplus = [
            link.pk for pk, links in held.items() if pk in wanted for key, link in links.items()
            if key not in wanted[pk]
        ]  # fmt: skip
        between = through._base_manager.filter(pk__in=surplus)
        between._raw_delete(between.db)
        new = [
            through(**{source: pk, target: key})
            for pk, keys in wanted.items()
            for key in sorted(keys - held[pk].keys())
        ]
        through._base_manager.bulk_create(new)
        for link in new:
            held[getattr(link, source)][getattr(link, target)] = link
        found[name] = {
            pk: [link for key, link in links.items() if pk not in wanted or key in wanted[pk]]
            for pk, links in held.items()
        }
    return found


def lost_targets(written: Written) -> dict[Model, set[int]]:
    """Rows that taking back would point at, and that are no more."""
    wanted: dict[Model, set[int]] = {}
    for model in written.models:
        targets = kind_of(model).targets
        olds: Iterable[Values] = (
            *written.gone.get(model, {}).values(),
            *(old for old, _new in written.changed.get(model, {}).values()),
        )
        for old in olds:
            for name, target in targets.items():
                if value := old.get(name):
                    wanted.setdefault(target, set()).update(value if isinstance(value, list) else [value])
    found = {}
    for target, pks in wanted.items():
        lost = pks - written.gone.get(target, {}).keys()
        for part in chunks(pks):
            lost -= set(target._base_manager.filter(pk__in=part).values_list("pk", flat=True))
        if lost:
            found[target] = lost
    return found


def taken_places(written: Written) -> dict[Model, set[int]]:
    """Rows that were made since where one that the import removed would come back."""
    found: dict[Model, set[int]] = {}
    for model, rows in written.gone.items():
        names = PLACES.get(model)
        if names is None:
            continue
        columns = [model._meta.get_field(name).attname for name in names]  # type: ignore[union-attr]
        wanted = {tuple(values.get(name) for name in names) for values in rows.values()}
        for part in chunks({place[0] for place in wanted}):
            for row in model._base_manager.filter(**{f"{names[0]}__in": part}):
                is_own = row.pk in written.made(model)
                if not is_own and tuple(getattr(row, column) for column in columns) in wanted:
                    found.setdefault(model, set()).add(row.pk)
    return found
