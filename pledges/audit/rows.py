"""What the log keeps of a row: its fields as plain JSON values, what names it, and the way to its pledge."""

import datetime as dt
import functools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from pledges.exact import ExactDecimalField
from pledges.models import Municipality, Plan, Pledge, ProgressReport, User

# Field values by name: strings, numbers, booleans or None; a foreign key is the primary key.
Values = dict[str, Any]

# What names people or is theirs alone to read, by model: that it changed is told, never what it says.
PRIVATE: dict[str, frozenset[str]] = {
    "invitation": frozenset({"email", "name", "note"}),
    "reportcomment": frozenset({"body"}),
    "handover": frozenset({"note", "open_items"}),
    "user": frozenset({"username", "name", "email", "password"}),
    # Study groups: who took part and judged can be erased; points are nobody's before all are in.
    "application": frozenset({"applicant", "plan"}),
    "member": frozenset({"user", "name", "affiliation"}),
    "judge": frozenset({"user", "name", "affiliation", "excuse"}),
    "scoresheet": frozenset({"paper", "presentation", "audience", "remark"}),
}
# What is not told at all: secrets, and stamps of every login.
UNTOLD: dict[str, frozenset[str]] = {
    "invitation": frozenset({"token_digest"}),
    "user": frozenset({"last_login"}),
}
# Kinds without a history of their own whose rows are recorded when they are saved or deleted.
WATCHED = frozenset(
    {
        "pledges.reportingperiod",
        "pledges.evidencefile",
        "pledges.invitation",
        "pledges.handover",
        "pledges.user",
        "studygroups.application",
        "studygroups.member",
        "studygroups.judge",
        "studygroups.teamfile",
    }
)
# The fields by which a person tells a row from its neighbours, in the order in which they are read.
NAMING = (
    "code", "name", "old_name", "user", "role", "indicator", "task", "sub_project", "department", "source",
    "span", "programme", "round", "year", "intake", "team", "quarter", "starts_on", "text", "as_of",
    "number", "revision", "section",
)  # fmt: skip
# Where a field of that name says something else.
NOT_NAMING: dict[str, frozenset[str]] = {"progressreport": frozenset({"source"})}
# Rows that an entry's own columns name already: a key without a text says enough.
IMPLIED: tuple[type[models.Model], ...] = (Municipality, Plan, Pledge, ProgressReport, User)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A value that is compared and never told."""

    value: Any


@dataclass(frozen=True, slots=True)
class LoggedField:
    """One field of a model: where its value is, how it becomes plain, and what it points at."""

    name: str
    attname: str
    plain: Callable[[Any], Any]
    target: type[models.Model] | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A model as the log knows it. ``links``: its many-to-many fields with history, by name."""

    label: str
    fields: tuple[LoggedField, ...]
    naming: tuple[LoggedField, ...]
    targets: dict[str, type[models.Model]]
    links: dict[str, type[models.Model]]
    # What is told with its name: a field, the same if it names the row too (None if not), its model.
    pointers: tuple[tuple[str, LoggedField | None, type[models.Model]], ...]

    def values(self, row: models.Model, only: frozenset[str] | None = None) -> Values:
        """The row's fields (those of ``only``) as plain values."""
        if only is None:
            return {field.name: field.plain(getattr(row, field.attname)) for field in self.fields}
        return {
            field.name: field.plain(getattr(row, field.attname))
            for field in self.fields
            if field.name in only
        }


@functools.cache
def kind_of(model: type[models.Model]) -> Kind:
    """How the log keeps rows of this model: all fields but the key, stamps of the moment and secrets."""
    private = PRIVATE.get(model._meta.model_name or "", frozenset())
    not_naming = private | NOT_NAMING.get(model._meta.model_name or "", frozenset())
    untold = UNTOLD.get(model._meta.model_name or "", frozenset())
    fields = tuple(
        LoggedField(
            field.name,
            field.attname,
            _hidden if field.name in private else _plain(field),
            field.related_model if isinstance(field, models.ForeignKey) else None,  # type: ignore[arg-type]
        )
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in untold and not getattr(field, "auto_now", False)
    )
    by_name = {field.name: field for field in fields}
    history: Any = getattr(model, "history", None)
    linked = history.model._history_m2m_fields if history is not None else ()
    links = {field.name: field.related_model for field in linked}
    targets = {**{field.name: field.target for field in fields if field.target}, **links}
    naming = tuple(by_name[name] for name in NAMING if name in by_name and name not in not_naming)
    named = {field.name: field for field in naming}
    return Kind(
        label=model._meta.label_lower,
        fields=fields,
        naming=naming,
        targets=targets,
        links=links,
        pointers=tuple(
            (name, named.get(name), target)
            for name, target in targets.items()
            if not issubclass(target, IMPLIED)
        ),
    )


def _plain(field: Any) -> Callable[[Any], Any]:
    """How a value of the field becomes one that JSON keeps exactly; never a float."""
    if isinstance(field, models.ForeignKey):
        return _key
    if isinstance(field, ExactDecimalField | models.DecimalField):
        return lambda value: None if value is None else exact_text(field.to_python(value))
    if isinstance(field, models.DateTimeField):
        return lambda value: None if value is None else _moment(field.to_python(value))
    if isinstance(field, models.DateField):
        return lambda value: None if value is None else field.to_python(value).isoformat()
    if isinstance(field, models.BooleanField | models.IntegerField):
        return field.to_python  # type: ignore[no-any-return]
    if isinstance(field, models.JSONField):
        return lambda value: value
    return lambda value: None if value is None else str(value)


def _hidden(value: Any) -> Hidden | None:
    return None if value in (None, "", []) else Hidden(value)


def _key(value: Any) -> int | None:
    return None if value is None else int(value)


def _moment(value: dt.datetime) -> str:
    return (value if timezone.is_aware(value) else timezone.make_aware(value)).astimezone(dt.UTC).isoformat()


def exact_text(value: Decimal | None) -> str | None:
    """A decimal without exponent and trailing zeros: 1.50 and 1.5 are one value."""
    if value is None:
        return None
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@functools.cache
def route(model: type[models.Model], target: type[models.Model]) -> tuple[LoggedField, ...] | None:
    """The shortest way of foreign keys from a model to another; () for itself, None where there is none."""
    waiting: deque[tuple[type[models.Model], tuple[LoggedField, ...]]] = deque([(model, ())])
    seen = {model, User}
    while waiting:
        here, way = waiting.popleft()
        if here is target:
            return way
        for field in kind_of(here).fields:
            if field.target is not None and field.target not in seen:
                seen.add(field.target)
                waiting.append((field.target, (*way, field)))
    return None
