"""Set-based writing that leaves a row in history, and a place in the audit log, for each row it touches.

``bulk_create``, ``update`` and ``delete`` of a queryset go past
django-simple-history, or through it one query a row; these do neither. They
are the only places that write history in sets.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from pledges import audit

# SQLite takes 32,766 parameters in a statement; PostgreSQL any number.
AT_ONCE = 5_000


def chunks(items: Collection[Any]) -> Iterable[list[Any]]:
    """The items in lists that fit into one statement."""
    found = list(items)
    return (found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE))


def create_all(rows: Sequence[models.Model], user: Any = None) -> None:
    """Create rows of one model with their history; afterwards each has its primary key."""
    if rows:
        with transaction.atomic(savepoint=False):
            bulk_create_with_history(rows, type(rows[0]), default_user=user)
            audit.created(rows, user)


def update_all(rows: Sequence[models.Model], fields: Collection[str], user: Any = None) -> None:
    """Update these fields of rows of one model, with their history. One query more tells what they were."""
    if rows and fields:
        with transaction.atomic(savepoint=False):
            before = audit.values_of(rows, fields)
            bulk_update_with_history(rows, type(rows[0]), list(fields), default_user=user)
            audit.changed(rows, before, user)


def record_updates(
    rows: Sequence[models.Model], before: Mapping[int, Mapping[str, Any]], user: Any = None
) -> None:
    """Write the history of rows of one model that ``QuerySet.update`` has changed.

    ``before``: what ``audit.values_of`` said of them before that, by primary key.
    """
    if not rows:
        return
    history = type(rows[0]).history  # type: ignore[attr-defined]
    history.bulk_history_create(rows, update=True, default_user=user)
    audit.changed(rows, {pk: dict(values) for pk, values in before.items()}, user)


def delete_all(
    rows: Sequence[models.Model],
    user: Any = None,
    links: Mapping[int, Mapping[str, list[int]]] | None = None,
) -> None:
    """Delete rows of one model that nothing hangs on, with their history where the model has any.

    ``links``: the keys that the rows linked to, by row's key and many-to-many field, for the log.
    """
    if not rows:
        return
    model = type(rows[0])
    history = getattr(model, "history", None)
    now = timezone.now()
    with transaction.atomic():
        if history is not None:
            history.model.objects.bulk_create(
                history.model(
                    history_date=now,
                    history_user=user,
                    history_type="-",
                    **{field.attname: getattr(row, field.attname) for field in history.model.tracked_fields},
                )
                for row in rows
            )
        for part in chunks([row.pk for row in rows]):
            found = model._default_manager.filter(pk__in=part)
            # The public delete() would send a signal, and write a history row, for each row on its own.
            found._raw_delete(found.db)
        audit.deleted(rows, user, links)


def record_all(
    rows: Sequence[models.Model],
    links: Mapping[str, Mapping[int, Collection[models.Model]]],
    *,
    is_new: bool,
    user: Any = None,
) -> None:
    """Write the history of rows that stand already, their many-to-many links included.

    ``links``: by field name and primary key of the row, the rows of the through model.
    """
    if not rows:
        return
    model = type(rows[0])
    history = model.history  # type: ignore[attr-defined]
    with transaction.atomic(savepoint=False):
        before = {} if is_new else audit.earlier_values(model, [row.pk for row in rows])
        recorded = history.bulk_history_create(rows, update=not is_new, default_user=user)
        keys: dict[int, dict[str, list[int]]] = {row.pk: {} for row in rows}
        for name, through in links.items():
            link_history = getattr(history.model, name).model
            target = f"{model._meta.get_field(name).m2m_reverse_field_name()}_id"  # type: ignore[union-attr]
            link_history.objects.bulk_create(
                link_history(
                    history=record,
                    **{
                        field.name: getattr(link, field.name)
                        for field in type(link)._meta.concrete_fields
                        if not field.is_relation
                    },
                    **{
                        field.attname: getattr(link, field.attname)
                        for field in type(link)._meta.concrete_fields
                        if field.is_relation
                    },
                )
                for row, record in zip(rows, recorded, strict=True)
                for link in through.get(row.pk, ())
            )
            for row in rows:
                keys[row.pk][name] = sorted(getattr(link, target) for link in through.get(row.pk, ()))
        if is_new:
            audit.created(rows, user, keys)
        else:
            audit.changed(rows, {row.pk: before.get(row.pk, {}) for row in rows}, user, keys)
