"""Typed, immutable documents as JSON and back: dates as ISO text, tuples as lists, nothing else."""

import dataclasses
import datetime as dt
import functools
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Document = TypeVar("Document")


def to_json(document: Any) -> Any:
    """Plain JSON values of a dataclass document; field order is kept, so equal documents give equal text."""
    if document is None or isinstance(document, str | int):
        return document
    if isinstance(document, tuple | list):
        return [to_json(item) for item in document]
    if dataclasses.is_dataclass(document) and not isinstance(document, type):
        return {name: to_json(getattr(document, name)) for name in _names(type(document))}
    if isinstance(document, Mapping):
        return {key: to_json(value) for key, value in document.items()}
    if isinstance(document, dt.date):
        return document.isoformat()
    return document


def from_json(kind: type[Document], data: Mapping[str, Any]) -> Document:
    """The document of class ``kind`` that ``data`` holds. KeyError or TypeError if the shape differs."""
    readers = _readers(typing.cast(type, kind))
    unknown = set(data) - readers.keys()
    if unknown:
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{name: data[name] if read is None else read(data[name]) for name, read in readers.items()})


@functools.cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


# How a JSON value becomes that of a field; None where it is one already.
Reader = Callable[[Any], Any] | None


@functools.cache
def _readers(kind: type) -> dict[str, Reader]:
    """The readers of a class's fields by name: a class's types are looked at once, its documents often."""
    hints = typing.get_type_hints(kind)
    return {name: _reader(hints[name]) for name in _names(kind)}


def _reader(hint: Any) -> Reader:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is tuple:
        read = _reader(typing.get_args(hint)[0])
        return _unless_none(tuple if read is None else lambda value: tuple(map(read, value)))
    if typing.get_origin(hint) is dict:
        read_item = _reader(typing.get_args(hint)[1])
        if read_item is None:
            return _unless_none(dict)
        return _unless_none(lambda value: {key: read_item(entry) for key, entry in value.items()})
    if dataclasses.is_dataclass(hint):
        return _unless_none(functools.partial(from_json, typing.cast(type, hint)))
    return _unless_none(dt.date.fromisoformat) if hint is dt.date else None


def _unless_none(read: Callable[[Any], Any]) -> Reader:
    return lambda value: None if value is None else read(value)
