"""Typed, immutable documents as JSON and back: dates as ISO text, tuples as lists, nothing else."""

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

Document = TypeVar("Document")


def to_json(document: Any) -> Any:
    """Plain JSON values of a dataclass document; field order is kept, so equal documents give equal text."""
    if dataclasses.is_dataclass(document) and not isinstance(document, type):
        return {field.name: to_json(getattr(document, field.name)) for field in dataclasses.fields(document)}
    if isinstance(document, tuple | list):
        return [to_json(item) for item in document]
    if isinstance(document, Mapping):
        return {key: to_json(value) for key, value in document.items()}
    if isinstance(document, dt.date):
        return document.isoformat()
    return document


def from_json(kind: type[Document], data: Mapping[str, Any]) -> Document:
    """The document of class ``kind`` that ``data`` holds. KeyError or TypeError if the shape differs."""
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = set(data) - set(fields)
    if unknown:
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{name: _typed(hints[name], data[name]) for name in fields})


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        return tuple(_typed(item, entry) for entry in value)
    if typing.get_origin(hint) is dict:
        item = typing.get_args(hint)[1]
        return {key: _typed(item, entry) for key, entry in value.items()}
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast(type, hint), value)
    if hint is dt.date:
        return dt.date.fromisoformat(value)
    return value
