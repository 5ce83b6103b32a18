"""Rows that hang on a report, made exactly what was entered."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from pledges.history import create_all, delete_all, update_all


def replace_rows(
    model: type[models.Model],
    existing: Iterable[Any],
    *,
    key: Any,
    wanted: Mapping[Any, Mapping[str, Any]],
    user: Any,
) -> None:
    """Make a report's rows of one kind exactly ``wanted`` (fields by key), touching only what differs."""
    held = {key(row): row for row in existing}
    delete_all([row for row_key, row in held.items() if row_key not in wanted], user)
    changed = []
    for row_key, fields in wanted.items():
        row = held.get(row_key)
        if row is not None and any(getattr(row, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        fields_changed = [name for name in next(iter(wanted.values())) if name != "report"]
        update_all(
            changed,
            [model._meta.get_field(name.removesuffix("_id")).name for name in fields_changed],
            user,
        )
    create_all([model(**fields) for row_key, fields in wanted.items() if row_key not in held], user)
