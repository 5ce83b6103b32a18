"""Rows that hang on a report, made exactly what was entered."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from simple_history.utils import bulk_create_with_history, bulk_update_with_history


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
    for row_key, row in held.items():
        if row_key not in wanted:
            row.delete()
    changed = []
    for row_key, fields in wanted.items():
        row = held.get(row_key)
        if row is not None and any(getattr(row, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        fields_changed = [name for name in next(iter(wanted.values())) if name != "report"]
        bulk_update_with_history(
            changed,
            model,
            [model._meta.get_field(name.removesuffix("_id")).name for name in fields_changed],
            default_user=user,
        )
    fresh = [model(**fields) for row_key, fields in wanted.items() if row_key not in held]
    if fresh:
        bulk_create_with_history(fresh, model, default_user=user)
