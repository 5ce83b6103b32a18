"""Many new rows of a model at once, by columns, past the objects.

``bulk_create`` looks at every value of every row as if it might be an
expression, and takes more time than all else of an import. Here each column is
looked at once. What the fields make of values stays theirs.
"""

import datetime as dt
import io
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db import connection, models

# Of a statement that is kept prepared for the next rows, which in SQLite takes memory by the parameter.
MOST_PARAMETERS = 2_000
# From so many rows on PostgreSQL takes them as a stream: each value as text, none as a parameter.
STREAMED_FROM = 50
_ESCAPED = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_NOTHING = "\\N"


class WrittenJSON(str):
    """A value of a JSON field that is written as JSON already."""

    __slots__ = ()


def insert(model: Any, columns: Mapping[str, list[Any]]) -> list[int]:
    """Insert rows, a list of values by attribute (``report_id``) of each field but the key.

    Gives their primary keys in order; none where the database does not tell them (``gives_keys``).
    """
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    count = len(columns[fields[0].attname])
    if connection.vendor == "postgresql" and count >= STREAMED_FROM:
        return _streamed(model, fields, columns, count)
    prepared = [_prepared(field, columns[field.attname], _as_parameter) for field in fields]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    line = f"({', '.join(['%s'] * len(fields))})"
    at_once = MOST_PARAMETERS // len(fields)
    # Names of tables and columns only; every value is a parameter.
    start = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "  # noqa: S608
    end = f" RETURNING {quote(model._meta.pk.column)}" if gives_keys() else ""
    pks: list[int] = []
    with connection.cursor() as cursor:
        for first in range(0, count, at_once):
            lines = list(zip(*(column[first : first + at_once] for column in prepared), strict=True))
            cursor.execute(
                start + ", ".join([line] * len(lines)) + end, [value for held in lines for value in held]
            )
            pks += [key for (key,) in cursor.fetchall()] if end else []
    return pks


def gives_keys() -> bool:
    """Whether the database tells the keys of all rows that a statement inserts; SQLite does from 3.35."""
    return connection.features.can_return_rows_from_bulk_insert


def _streamed(model: Any, fields: list[Any], columns: Mapping[str, list[Any]], count: int) -> list[int]:
    """Insert rows with PostgreSQL's COPY, their keys taken from the table's sequence before."""
    quote = connection.ops.quote_name
    key = model._meta.pk
    names = ", ".join(quote(field.column) for field in (key, *fields))
    with connection.cursor() as cursor:
        cursor.execute(
            # The name of the sequence is looked up once, not for each row.
            "WITH keys AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name)"
            " SELECT nextval(keys.name) FROM keys, generate_series(1, %s)",
            [quote(model._meta.db_table), key.column, count],
        )
        pks = [pk for (pk,) in cursor.fetchall()]
        prepared = [_prepared(field, columns[field.attname], _as_text) for field in fields]
        lines = zip(map(str, pks), *prepared, strict=True)
        stream = io.StringIO("".join("\t".join(line) + "\n" for line in lines))
        # The driver's own method: only the usual ones turn its errors into Django's.
        with connection.wrap_database_errors:
            cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", stream)
    return pks


def _prepared(field: Any, values: list[Any], write: Callable[[Any, Any], Any]) -> list[Any]:
    """A column of new rows as the database takes it."""
    if isinstance(field, models.JSONField):
        return [write(field, value) for value in values]
    known: dict[Any, Any] = {}
    found = []
    for value in values:
        # Few columns of a plan hold many different numbers and words.
        said = (value.__class__, value)
        if said not in known:
            known[said] = write(field, value)
        found.append(known[said])
    return found


def _as_parameter(field: Any, value: Any) -> Any:
    if isinstance(field, models.ForeignKey):
        # Keys come from the database: numbers, or nothing.
        return value
    if isinstance(value, WrittenJSON):
        return str(value)
    return field.get_db_prep_save(value, connection)


def _as_text(field: Any, value: Any) -> str:
    """A value as COPY reads it. Raises TypeError for what no field of ours gives."""
    if isinstance(field, models.JSONField) and not isinstance(value, WrittenJSON):
        plain = None if value is None else json.dumps(value, cls=field.encoder, ensure_ascii=False)
    else:
        plain = _as_parameter(field, value)
    match plain:
        case None:
            return _NOTHING
        case str():
            for sign, escaped in _ESCAPED:
                plain = plain.replace(sign, escaped)
            return plain
        case bool() | int() | Decimal() | dt.date():
            return str(plain)
        case _:
            raise TypeError(f"{field}: {type(plain).__name__} can't be streamed")
