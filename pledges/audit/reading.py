"""Reading the log: entries in the words of the person who looks, whatever language they were written in."""

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from pledges.audit.rows import IMPLIED, NAMING, kind_of
from pledges.audit.wording import action_label, fact_label, fact_place, fact_text, read_day
from pledges.exact import ExactDecimalField
from pledges.models import AuditEntry, User
from pledges.notation import format_day, format_moment


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One field; "" is empty."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row. ``kind``: ``+`` new, ``-`` gone, ``~`` changed."""

    kind: str
    model: str
    name: str
    changes: tuple[ShownChange, ...]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry in words. ``who`` is "" for the command line."""

    entry: AuditEntry
    action: str
    who: str
    reason: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[ShownRow, ...]

    @property
    def is_redacted(self) -> bool:
        return self.entry.body is None


class _Words:
    """The words of models and fields in the reader's language, each looked up once; ``people`` by key."""

    def __init__(self, people: Mapping[int, str]) -> None:
        self.people = people
        self._kinds: dict[Any, str] = {}
        self._labels: dict[tuple[Any, str], str] = {}
        self._choices: dict[Any, dict[Any, str]] = {}

    def kind(self, model: Any) -> str:
        if model not in self._kinds:
            self._kinds[model] = str(model._meta.verbose_name)
        return self._kinds[model]

    def label(self, model: Any, name: str) -> str:
        if (model, name) not in self._labels:
            field = _field(model, name)
            self._labels[model, name] = str(field.verbose_name) if field is not None else name
        return self._labels[model, name]

    def choices(self, field: Any) -> dict[Any, str]:
        """The words of a field's choices; empty where it has none."""
        if field not in self._choices:
            self._choices[field] = {value: str(word) for value, word in field.flatchoices}
        return self._choices[field]


def show_entries(entries: Iterable[AuditEntry]) -> list[ShownEntry]:
    """Entries in words: one query for the people in them."""
    found = list(entries)
    keys = {entry.actor_key for entry in found if entry.actor_key is not None}
    for entry in found:
        _people_in(entry.body, keys)
    words = _Words(people_of(keys))
    return [_shown(entry, words) for entry in found]


def people_of(keys: Iterable[int]) -> dict[int, str]:
    """Names by primary key; of an erased person the bare number is left."""
    wanted = set(keys)
    names = {pk: _("person no. %(key)d") % {"key": pk} for pk in wanted}
    names.update({user.pk: str(user) for user in User.objects.filter(pk__in=wanted)})
    return names


def _people_in(body: Any, keys: set[int]) -> None:
    for row in (body or {}).get("rows", ()):
        model = _model(row["model"])
        for name, values in [*row["fields"].items(), *((n, [v]) for n, v in row.get("named", {}).items())]:
            if _points_at_person(_field(model, name)):
                # Of a row that can be forgotten (``Hidden``) the log keeps no person.
                keys.update(each["pk"] for each in values if each and "pk" in each)
    if isinstance(person := (body or {}).get("facts", {}).get("person"), int):
        keys.add(person)


def _shown(entry: AuditEntry, words: _Words) -> ShownEntry:
    body = entry.body or {}
    facts = []
    for name, value in sorted(body.get("facts", {}).items(), key=lambda each: fact_place(each[0])):
        text = words.people.get(value, str(value)) if name == "person" else fact_text(value)
        if text:
            facts.append((fact_label(name), text))
    return ShownEntry(
        entry=entry,
        action=action_label(entry.action),
        who=words.people.get(entry.actor_key, "") if entry.actor_key is not None else "",
        reason=body.get("reason", ""),
        facts=tuple(facts),
        rows=tuple(_row(row, words) for row in body.get("rows", ())),
    )


def _row(row: Mapping[str, Any], words: _Words) -> ShownRow:
    model = _model(row["model"])
    fields: Mapping[str, Any] = row["fields"]
    kind = row["kind"]
    at = 1 if kind == "+" else 0
    naming = [each.name for each in kind_of(model).naming] if model else NAMING
    named = row.get("named") or {name: fields[name][at] for name in naming if name in fields}
    known = [name for name in naming if name in named]
    changes = tuple(
        ShownChange(words.label(model, name), *(_text(_field(model, name), each, words) for each in values))
        for name, values in sorted(fields.items(), key=lambda each: _place(model, each[0]))
        if kind == "~" or (name not in named and _tells(_field(model, name), values[at]))
    )
    return ShownRow(
        kind=kind,
        model=words.kind(model) if model else row["model"],
        name=" · ".join(filter(None, (_naming_text(model, each, named[each], words) for each in known))),
        changes=changes,
    )


def _naming_text(model: Any, name: str, value: Any, words: _Words) -> str:
    text = _text(_field(model, name), value, words)
    return f"{words.label(model, name)} {text}" if text and name == "revision" else text


def _tells(field: Any, value: Any) -> bool:
    """Whether a field of a new or deleted row says more than the entry's own columns do."""
    if value is False or getattr(field, "auto_now_add", False):
        return False
    target = field.related_model if field is not None and field.is_relation else None
    return target is None or target is User or not issubclass(target, IMPLIED)


@functools.cache
def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except LookupError:
        return None


@functools.cache
def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


@functools.cache
def _place(model: Any, name: str) -> int:
    """Where a field stands among those of its model; a database may keep them in another order."""
    kind = kind_of(model) if model else None
    known = [*(field.name for field in kind.fields), *kind.links] if kind else []
    return known.index(name) if name in known else len(known)


def _points_at_person(field: Any) -> bool:
    return bool(field is not None and field.is_relation and field.related_model is User)


def _text(field: Any, value: Any, words: _Words) -> str:
    """A value as a person reads it; "" for nothing, so that nothing never looks like zero."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(_text(field, each, words) for each in value)
    if isinstance(value, dict):
        if value.get("hidden"):
            return _("(personal, not kept here)")
        if _points_at_person(field):
            return words.people.get(value.get("pk", 0), "")
        return read_day(str(value.get("text") or f"#{value.get('pk')}"))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices = words.choices(field) if field is not None else None
    if choices:
        return choices.get(value, str(value))
    if isinstance(field, models.DateTimeField):
        return format_moment(dt.datetime.fromisoformat(value))
    if isinstance(field, models.DateField):
        return format_day(dt.date.fromisoformat(value))
    if isinstance(field, models.BigIntegerField) and not isinstance(field, ExactDecimalField):
        return f"{value:,}"
    return str(value)
