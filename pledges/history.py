"""Set-based writing that leaves a row in history, and a place in the audit log, for each row it touches.

``bulk_create``, ``update`` and ``delete`` of a queryset go past
django-simple-history, or through it one query a row; these do neither. They
are the only places that write history in sets.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from pledges import audit
from pledges.inserting import MOST_PARAMETERS, gives_keys, insert

# SQLite takes 32,766 parameters in a statement; PostgreSQL any number.
AT_ONCE = 5_000


def chunks(items: Collection[Any], at_once: int = AT_ONCE) -> Iterable[list[Any]]:
    """The items in lists that fit into one statement."""
    found = list(items)
    return (found[start : start + at_once] for start in range(0, len(found), at_once))


def keep_history(model: Any, pks: Collection[int], kind: str, user: Any = None) -> None:
    """Write a row of history for each of these rows of a model, as they stand in the database now.

    ``kind`` is "+", "~" or "-". The database copies them itself: one statement, whatever a row holds.
    ``user`` None is who the request at hand comes from.
    """
    history = model.history.model
    user = user or history.get_default_history_user(None)
    columns = [field.column for field in history.tracked_fields]
    stamps = {
        "history_date": timezone.now(),
        "history_type": kind,
        "history_user": user.pk if user else None,
        "history_change_reason": None,
    }
    fields = [history._meta.get_field(name) for name in stamps]
    quote = connection.ops.quote_name
    given = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, stamps.values(), strict=True)
    ]
    taken = ", ".join(quote(name) for name in columns)
    key = quote(model._meta.pk.column)
    # Names of tables and columns only; every value is a parameter.
    source, target = quote(model._meta.db_table), quote(history._meta.db_table)
    stamped = ", ".join(quote(field.column) for field in fields)
    copy = f"INSERT INTO {target} ({taken}, {stamped}) SELECT {taken}, %s, %s, %s, %s FROM {source}"  # noqa: S608
    with connection.cursor() as cursor:
        for part in chunks(pks, MOST_PARAMETERS):
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(f"{copy} WHERE {key} IN ({marks}) ORDER BY {key}", [*given, *part])


def create_all(rows: Sequence[models.Model], user: Any = None) -> None:
    """Create rows of one model with their history; afterwards each has its primary key."""
    if not rows:
        return
    model: Any = type(rows[0])
    with transaction.atomic(savepoint=False):
        if any(row.pk is not None for row in rows) or not gives_keys():
            model._default_manager.bulk_create(rows)
        else:
            for row in rows:
                row._prepare_related_fields_for_save("create_all")  # type: ignore[attr-defined]
            columns = {
                field.attname: [field.pre_save(row, True) for row in rows]
                for field in model._meta.concrete_fields
                if not field.primary_key
            }
            for row, key in zip(rows, insert(model, columns), strict=True):
                row.pk = key
                row._state.adding = False
                row._state.db = connection.alias
        keep_history(model, [row.pk for row in rows], "+", user)
        audit.created(rows, user)


def create_lines(
    model: Any, names: Sequence[str], lines: Sequence[tuple[Any, ...]], user: Any = None
) -> None:
    """Create rows that nobody needs as objects, with their history: ``lines`` of values of ``names``.

    The names are those of attributes (``report_id``). A model that sets fields itself when it is saved
    has no place here; fields without a name have their default.
    """
    if not lines:
        return
    if not gives_keys():
        create_all([model(**dict(zip(names, line, strict=True))) for line in lines], user)
        return
    given: dict[str, list[Any]] = {
        name: list(column) for name, column in zip(names, zip(*lines, strict=True), strict=True)
    }
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = {
        field.attname: given.pop(field.attname, []) or [field.get_default()] * len(lines) for field in fields
    }
    if given:
        raise TypeError(f"{model.__name__} has no {', '.join(given)}")
    with transaction.atomic(savepoint=False):
        pks = insert(model, columns)
        keep_history(model, pks, "+", user)
        audit.created_by_columns(model, pks, {field.name: columns[field.attname] for field in fields}, user)


def _update(rows: Sequence[models.Model], names: Collection[str]) -> None:
    """Set these fields of rows of one model, each row to its own values."""
    model: Any = type(rows[0])
    fields = [model._meta.get_field(name) for name in names]
    for row in rows:
        row._prepare_related_fields_for_save("update_all", fields=fields)  # type: ignore[attr-defined]
    values = [
        [
            *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields),
            model._meta.pk.get_db_prep_save(row.pk, connection),
        ]
        for row in rows
    ]
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    columns = [quote(field.column) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            # A statement that is prepared once; the database is no network away.
            sets = ", ".join(f"{column} = %s" for column in columns)
            statement = f"UPDATE {table} SET {sets} WHERE {key} = %s"  # noqa: S608
            cursor.executemany(statement, values)  # type: ignore[arg-type]
            return
        # Without a length, which a cast would cut to in silence and an assignment holds to.
        types = [field.rel_db_type(connection).partition("(")[0] for field in (*fields, model._meta.pk)]
        taken = [f"CAST(given.column{number} AS {kind})" for number, kind in enumerate(types, 1)]
        sets = ", ".join(f"{column} = {value}" for column, value in zip(columns, taken, strict=False))
        line = f"({', '.join(['%s'] * len(types))})"
        for part in chunks(values):
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM (VALUES {', '.join([line] * len(part))}) AS given"  # noqa: S608
                f" WHERE {table}.{key} = {taken[-1]}",
                [value for held in part for value in held],
            )


def update_all(rows: Sequence[models.Model], fields: Collection[str], user: Any = None) -> None:
    """Update these fields of rows of one model, with their history. One query more tells what they were."""
    if rows and fields:
        with transaction.atomic(savepoint=False):
            before = audit.values_of(rows, fields)
            _update(rows, fields)
            keep_history(type(rows[0]), [row.pk for row in rows], "~", user)
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
    with transaction.atomic():
        if history is not None:
            keep_history(model, [row.pk for row in rows], "-", user)
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
