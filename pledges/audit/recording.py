"""Recording: an operation collects what its rows changed and writes it to the log when it ends."""

import contextlib
import contextvars
import datetime as dt
import functools
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.utils import timezone
from simple_history.models import HistoricalRecords
from simple_history.signals import post_create_historical_record

from pledges.audit.chain import append
from pledges.audit.rows import WATCHED, Hidden, Kind, LoggedField, Values, kind_of, route
from pledges.models import AuditEntry, Membership, Municipality, Plan, Pledge, User

# What a change is called that no step of the cycle framed: the admin, a shell.
CORRECTED = "corrected"
# The keys that rows link to, by row's key and many-to-many field.
Links = Mapping[int, Mapping[str, list[int]]]
# SQLite takes 32,766 parameters in a statement.
AT_ONCE = 5_000


@dataclass(slots=True)
class RowChange:
    """One row before and after; None before for a new row, None after for one that is gone.

    Those two say all of themselves: only of a changed row the row itself is kept,
    so that thousands of new ones need not be held until the operation ends.
    """

    model: type[models.Model]
    pk: int
    before: Values | None
    after: Values | None
    row: models.Model | None = None

    def value_of(self, field: LoggedField) -> Any:
        """What the row holds in a field that is told, as a plain value."""
        whole = self.after if self.before is None else self.before if self.after is None else None
        if whole is not None and field.name in whole:
            return whole[field.name]
        return field.plain(getattr(self.row, field.attname))


@dataclass(frozen=True, slots=True)
class NewRows:
    """New rows of one model by columns, as plain values; ``names`` are all the fields that are told."""

    model: type[models.Model]
    pks: list[int]
    names: tuple[str, ...]
    columns: tuple[list[Any], ...]


class NewRow:
    """One of ``NewRows``, as a ``RowChange``. A large import makes a hundred thousand of them."""

    __slots__ = ("at", "rows")
    before = None
    row = None

    def __init__(self, rows: NewRows, at: int) -> None:
        self.rows, self.at = rows, at

    @property
    def model(self) -> type[models.Model]:
        return self.rows.model

    @property
    def pk(self) -> int:
        return self.rows.pks[self.at]

    @property
    def after(self) -> Values:
        at = self.at
        return {name: column[at] for name, column in zip(self.rows.names, self.rows.columns, strict=True)}

    def value_of(self, field: LoggedField) -> Any:
        return self.rows.columns[self.rows.names.index(field.name)][self.at]


Change = RowChange | NewRow
# Rows by their model and primary key.
Known = dict[type[models.Model], dict[int, Change]]


@dataclass(slots=True)
class Said:
    """What the steps of an operation say about one pledge, or about none."""

    reason: str = ""
    as_of: dt.date | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> "Said":
        return Said(self.reason, self.as_of, dict(self.facts))


@dataclass
class Operation:
    """What is going on: one step of the cycle, its steps within included."""

    action: str
    actor: int | None = None
    municipality: int | None = None
    plan: int | None = None
    reason: str = ""
    as_of: dt.date | None = None
    said: dict[int | None, Said] = field(default_factory=dict)
    rows: list[Change] = field(default_factory=list)
    # The log's rows that it wrote, once it has ended: the first and the last sequence.
    entries: tuple[int, int] | None = None

    @property
    def has_changes(self) -> bool:
        """Whether a row was changed so far."""
        return any(each.before != each.after for each in self.rows)

    def say(
        self, pledge: Any = None, /, *, reason: str = "", as_of: dt.date | None = None, **facts: Any
    ) -> None:
        """Say what no row tells, about one pledge or about the whole; why, and of which 기준일."""
        said = self.said.setdefault(_key(pledge), Said())
        said.reason = reason or said.reason
        said.as_of = as_of or said.as_of
        said.facts.update(facts)

    def add_facts(self, pledge: Any = None, /, **facts: Any) -> None:
        """``say`` facts alone."""
        self.say(pledge, **facts)

    def forget(self) -> None:
        """Log nothing of what was done so far: it is going to be taken back."""
        self.rows.clear()
        self.said.clear()


_current: contextvars.ContextVar[Operation | None] = contextvars.ContextVar("operation", default=None)


@contextlib.contextmanager
def operation(
    action: str,
    *,
    user: Any = None,
    municipality: Any = None,
    plan: Any = None,
    pledge: Any = None,
    as_of: dt.date | None = None,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Iterator[Operation]:
    """Frame one step: what is written inside goes to the log when it ends, an entry for each pledge touched.

    ``action`` is the past participle of the step. Inside another operation it
    joins that one, whose action counts, and adds what it says about its pledge.
    An operation that changes no row and states no ``facts`` leaves no entry;
    one that raises leaves none either. ``facts`` are plain JSON values and hold
    no name or address of a person. ``user`` None is the command line.

    The log's head is locked when the outermost operation ends: end it last in
    the transaction. Where there is none, it opens one.
    """
    outer = _current.get()
    current = outer or Operation(action, reason=reason, as_of=as_of)
    marks = len(current.rows), {key: said.copy() for key, said in current.said.items()} if outer else {}
    if current.actor is None:
        current.actor = getattr(user, "pk", None)
    current.municipality = current.municipality or _key(municipality)
    current.plan = current.plan or _key(plan)
    if reason or as_of or facts:
        current.say(pledge, reason=reason, as_of=as_of, **(facts or {}))
    if outer is not None:
        try:
            yield outer
        except BaseException:
            # Its savepoint takes the rows back; what was recorded of them goes too.
            del outer.rows[marks[0] :]
            outer.said = marks[1]
            raise
        return
    token = _current.set(current)
    try:
        with contextlib.nullcontext() if connection.in_atomic_block else transaction.atomic():
            yield current
            _write(current)
    finally:
        _current.reset(token)


# --- What rows say ------------------------------------------------------------------


def record(changes: Iterable[RowChange], user: Any = None) -> None:
    """Take note of changed rows: in the operation at hand, or at once where there is none."""
    _note([each for each in changes if each.before != each.after], user)


def _note(found: Sequence[Change], user: Any) -> None:
    if not found:
        return
    current = _current.get()
    if current is not None:
        current.rows += found
        return
    with operation(CORRECTED, user=user or _person_of_request()) as alone:
        alone.rows += found


def _person_of_request() -> Any:
    """Who is logged in where a request is being answered; else None."""
    request = getattr(HistoricalRecords.context, "request", None)
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def created(rows: Iterable[models.Model], user: Any = None, links: Links | None = None) -> None:
    """Take note of new rows."""
    record(
        (
            RowChange(
                type(row), row.pk, None, {**kind_of(type(row)).values(row), **(links or {}).get(row.pk, {})}
            )
            for row in rows
        ),
        user,
    )


def created_by_columns(
    model: type[models.Model], pks: list[int], columns: Mapping[str, list[Any]], user: Any = None
) -> None:
    """Take note of new rows that were never objects. ``columns``: by field name, what the rows hold."""
    kind = kind_of(model)
    told = NewRows(
        model,
        pks,
        tuple(field.name for field in kind.fields),
        tuple(_plain_column(field, columns[field.name]) for field in kind.fields),
    )
    _note([NewRow(told, at) for at in range(len(pks))], user)


def _plain_column(field: LoggedField, values: list[Any]) -> list[Any]:
    known: dict[Any, Any] = {}
    found = []
    for value in values:
        key = (value.__class__, value)
        if key not in known:
            known[key] = field.plain(value)
        found.append(known[key])
    return found


def deleted(rows: Iterable[models.Model], user: Any = None, links: Links | None = None) -> None:
    """Take note of rows that are gone, as they were."""
    record(
        (
            RowChange(
                type(row), row.pk, {**kind_of(type(row)).values(row), **(links or {}).get(row.pk, {})}, None
            )
            for row in rows
        ),
        user,
    )


def values_of(rows: Collection[models.Model], fields: Iterable[str]) -> dict[int, Values]:
    """What these fields of rows of one model hold in the database now, by primary key: one query."""
    if not rows:
        return {}
    model = type(next(iter(rows)))
    wanted = _logged(kind_of(model), fields)
    found: dict[int, Values] = {}
    for part in _parts([row.pk for row in rows]):
        for pk, *values in model._default_manager.filter(pk__in=part).values_list(
            "pk", *(each.attname for each in wanted)
        ):
            found[pk] = {each.name: each.plain(value) for each, value in zip(wanted, values, strict=True)}
    return found


def changed(
    rows: Iterable[models.Model], before: Mapping[int, Values], user: Any = None, links: Links | None = None
) -> None:
    """Take note of rows that were written anew. ``before``: what ``values_of`` said; {} is unknown."""
    found = []
    for row in rows:
        if (old := before.get(row.pk)) is not None:
            after = kind_of(type(row)).values(row, frozenset(old) if old else None)
            found.append(RowChange(type(row), row.pk, old, {**after, **(links or {}).get(row.pk, {})}, row))
    record(found, user)


def _logged(kind: Kind, names: Iterable[str]) -> list[LoggedField]:
    wanted = set(names)
    return [each for each in kind.fields if each.name in wanted or each.attname in wanted]


@receiver(post_create_historical_record)
def _row_was_saved(sender: Any, instance: models.Model, history_instance: Any, **_more: Any) -> None:
    """A single row was saved or deleted: compare it with the row of history before."""
    kind = kind_of(type(instance))
    now = kind.values(history_instance)
    before: Values | None = None
    after: Values | None = now
    if history_instance.history_type != "+":
        # A row that history never saw before was something, nobody knows what.
        before = earlier_values(type(instance), [instance.pk], history_instance.history_id).get(
            instance.pk, {}
        )
    if history_instance.history_type == "-":
        before, after = {**(before or {}), **now}, None
    elif kind.links and before is not None:
        now.update(linked_keys(type(instance), [history_instance.pk])[history_instance.pk])
    record([RowChange(type(instance), instance.pk, before, after, instance)], history_instance.history_user)


@receiver(pre_save)
def _row_is_saved(sender: Any, instance: models.Model, raw: bool, **_more: Any) -> None:
    """What a row without history is before it is saved; kept on the row itself until it is."""
    if sender._meta.label_lower in WATCHED and not raw and not instance._state.adding:
        names = [each.name for each in kind_of(sender).fields]
        instance._before = values_of([instance], names)  # type: ignore[attr-defined]


@receiver(post_save)
def _row_is_there(
    sender: Any, instance: models.Model, raw: bool, update_fields: Any = None, **_more: Any
) -> None:
    if sender._meta.label_lower not in WATCHED or raw:
        return
    before: dict[int, Values] = instance.__dict__.pop("_before", {})
    if instance.pk not in before:
        created([instance])
        return
    written = {
        name: value
        for name, value in before[instance.pk].items()
        if update_fields is None or name in update_fields
    }
    if isinstance(instance, User) and _is_rehash(instance, update_fields):
        written.pop("password", None)
    if written:
        changed([instance], {instance.pk: written})


def _is_rehash(person: User, update_fields: Any) -> bool:
    """Whether a login writes the same password anew, as ``AbstractBaseUser.check_password`` does."""
    return (
        update_fields is not None and set(update_fields) == {"password"} and person._password is None  # type: ignore[attr-defined]
    )


@receiver(post_delete)
def _row_is_gone(sender: Any, instance: models.Model, **_more: Any) -> None:
    if sender._meta.label_lower in WATCHED:
        deleted([instance])


def earlier_values(
    model: type[models.Model], pks: Collection[int], until: int | None = None
) -> dict[int, Values]:
    """What the last rows of history say of rows, links included: before the row of history ``until``."""
    kind = kind_of(model)
    history: Any = model.history.model  # type: ignore[attr-defined]
    key = model._meta.pk.attname
    found: dict[int, Values] = {}
    places: dict[int, int] = {}
    for part in _parts(pks):
        rows = history.objects.filter(**{f"{key}__in": part})
        if until is not None:
            rows = rows.filter(history_id__lt=until)
        last = rows.order_by().values(key).annotate(last=models.Max("history_id")).values("last")
        for row in history.objects.filter(history_id__in=last).order_by():
            if row.history_type != "-":
                places[row.history_id] = getattr(row, key)
                found[getattr(row, key)] = kind.values(row)
    if kind.links:
        for place, links in linked_keys(model, places).items():
            found[places[place]].update(links)
    return found


def linked_keys(model: type[models.Model], places: Iterable[int]) -> dict[int, Values]:
    """The keys that rows of history link to, by row of history and many-to-many field, in order."""
    history: Any = model.history.model  # type: ignore[attr-defined]
    found: dict[int, Values] = {place: {} for place in places}
    for name in kind_of(model).links:
        for values in found.values():
            values[name] = []
        reverse: Any = model._meta.get_field(name)
        for part in _parts(found):
            rows = getattr(history, name).model.objects.filter(history__in=part).order_by()
            for place, key in rows.values_list("history", f"{reverse.m2m_reverse_field_name()}_id"):
                found[place][name].append(key)
        for values in found.values():
            values[name].sort()
    return found


# --- Writing ------------------------------------------------------------------------


def _write(current: Operation) -> None:
    rows, known = _merged(current.rows)
    if not rows and not any(said.facts for said in current.said.values()):
        return
    placed = _Places(rows, known, current)
    texts = _texts(rows)
    groups: dict[tuple[int | None, int | None, int | None], list[Change]] = {}
    for each, place in zip(rows, placed.of, strict=True):
        groups.setdefault(place, []).append(each)
    for pledge, said in current.said.items():
        if said.facts and not any(place[2] == pledge for place in groups):
            groups.setdefault(placed.of_pledge(pledge), [])
    now = timezone.now()
    whole = current.said.get(None, Said())
    # What is said about the whole is told once: with the rows of no pledge, which need not be there.
    teller = next((place for place in groups if place[2] is None), None)

    def entry(place: tuple[int | None, int | None, int | None], members: list[Change]) -> AuditEntry:
        municipality, plan, pledge = place
        said = current.said.get(pledge, Said()) if pledge is not None else whole
        facts = {**(whole.facts if place == teller else {}), **(said.facts if pledge is not None else {})}
        body: dict[str, Any] = {"rows": [_told(each, texts) for each in members]}
        if facts:
            body["facts"] = {name: _fact(value) for name, value in facts.items()}
        if reason := said.reason or whole.reason or current.reason:
            body["reason"] = reason
        return AuditEntry(
            at=now,
            actor_key=current.actor,
            action=current.action,
            municipality_id=municipality,
            plan_key=plan,
            pledge_key=pledge,
            pledge_code=placed.codes.get(pledge, ""),
            as_of=said.as_of or whole.as_of or current.as_of,
            body=body,
        )

    # One at a time: told at once, the rows of a large import would fill the memory.
    current.entries = append(entry(place, members) for place, members in groups.items())


def _merged(changes: Iterable[Change]) -> tuple[list[Change], Known]:
    """Each row once, from what it was at first to what it is at last; without those that came to nothing.

    In the order in which they were first changed, and by model and primary key.
    """
    known: Known = {}
    order: list[Change] = []
    instead: dict[int, Change] = {}
    for each in changes:
        of_kind = known.setdefault(each.model, {})
        first = of_kind.get(each.pk)
        if first is None:
            is_new = isinstance(each, NewRow)
            of_kind[each.pk] = (
                each if is_new else RowChange(each.model, each.pk, each.before, each.after, each.row)
            )
            order.append(of_kind[each.pk])
            continue
        if isinstance(first, NewRow):
            whole = RowChange(first.model, first.pk, None, first.after)
            instead[id(first)] = of_kind[each.pk] = whole
            first = whole
        if first.before is not None and each.before is not None:
            first.before = {**each.before, **first.before}
        first.after = None if each.after is None else {**(first.after or {}), **each.after}
        first.row = each.row or first.row
    rows = []
    for each in order:
        each = instead.get(id(each), each)
        if isinstance(each, RowChange) and each.before == each.after:
            del known[each.model][each.pk]
        else:
            rows.append(each)
    return rows, known


class _Places:
    """Of each changed row its city, plan and pledge: a query for each step on the way there."""

    def __init__(self, rows: list[Change], known: Known, current: Operation) -> None:
        self.rows = rows
        self.current = current
        self.known = known
        self.homes = self._homes()
        pledges = self._ends(Pledge)
        plans = self._ends(Plan)
        cities = self._ends(Municipality)
        wanted = {pledge for pledge in (*pledges, *current.said) if pledge is not None}
        self.codes: dict[int | None, str] = {}
        self.plan_of: dict[int, int | None] = {}
        told = {each.name: each for each in kind_of(Pledge).fields}
        for pk, (code, plan) in self._columns(Pledge, (told["code"], told["plan"]), wanted).items():
            self.codes[pk], self.plan_of[pk] = code, plan
        plans = [
            plan or (self.plan_of.get(pledge) if pledge else None)
            for plan, pledge in zip(plans, pledges, strict=True)
        ]
        known_plans = {plan for plan in (*plans, *self.plan_of.values(), current.plan) if plan is not None}
        self.city_of = dict(
            Plan._default_manager.filter(pk__in=known_plans).values_list("pk", "term__municipality")
        )
        # Few places and many rows: each place stands in the memory once.
        place = functools.cache(self._place)
        self.of = [
            place(city, plan, pledge) for city, plan, pledge in zip(cities, plans, pledges, strict=True)
        ]

    def of_pledge(self, pledge: int | None) -> tuple[int | None, int | None, int | None]:
        return self._place(None, self.plan_of.get(pledge) if pledge else None, pledge)

    def _place(
        self, city: int | None, plan: int | None, pledge: int | None
    ) -> tuple[int | None, int | None, int | None]:
        given = self.current
        if plan is None and given.plan is not None and city in (None, self.city_of.get(given.plan)):
            plan = given.plan
        if city is None:
            city = (self.city_of.get(plan) if plan else None) or given.municipality
        return city, plan, pledge

    def _ends(self, target: type[models.Model]) -> list[int | None]:
        """Where the way to ``target`` ends, of each row. Of plans and cities only where it begins at once:
        pledges lead to theirs."""
        ends: list[int | None] = [None] * len(self.rows)
        waiting: dict[tuple[LoggedField, ...], list[int]] = {}
        for place, each in enumerate(self.rows):
            model = each.model
            way = route(model, target)
            if target is Municipality and model is User:
                ends[place] = self.homes.get(each.pk)
            if way is None or (target is not Pledge and route(model, Pledge) is not None):
                continue
            if target is Municipality and route(model, Plan) is not None:
                continue
            if not way:
                ends[place] = each.pk
                continue
            ends[place] = each.value_of(way[0])
            if len(way) > 1:
                waiting.setdefault(way, []).append(place)
        for way, places in waiting.items():
            for before, step in itertools.pairwise(way):
                passed = {end for place in places if (end := ends[place]) is not None}
                found = self._columns(before.target, (step,), passed) if before.target else {}
                for place in places:
                    ends[place] = found.get(ends[place] or 0, (None,))[0]
        return ends

    def _homes(self) -> dict[int, int]:
        """Of each person among the rows a city in which they have a place."""
        people = self.known.get(User, {})
        if not people:
            return {}
        places = Membership._default_manager.filter(user__in=people).order_by("-pk")
        return dict(places.values_list("user", "municipality"))

    def _columns(
        self, model: type[models.Model], fields: tuple[LoggedField, ...], pks: Collection[int]
    ) -> dict[int, tuple[Any, ...]]:
        """These columns of rows, also of rows that this operation made or deleted."""
        here = self.known.get(model, {})
        found = {pk: tuple(here[pk].value_of(each) for each in fields) for pk in pks if pk in here}
        attnames = [each.attname for each in fields]
        for part in _parts([pk for pk in pks if pk not in found]):
            for pk, *values in model._default_manager.filter(pk__in=part).values_list("pk", *attnames):
                found[pk] = tuple(values)
        return found


Texts = dict[type[models.Model], dict[int, str]]


def _texts(rows: Iterable[Change]) -> Texts:
    """What the rows are called that foreign keys point at: one query for each of their models."""
    rows = list(rows)
    wanted: dict[type[models.Model], set[int]] = {}
    for each in rows:
        pointers = kind_of(each.model).pointers
        if not pointers:
            continue
        before, after = each.before, each.after
        is_change = before is not None and after is not None
        for name, naming, target in pointers:
            held = [values.get(name) for values in (before, after) if values]
            if is_change and naming:
                # Its name may stand in the entry although it did not change.
                held.append(each.value_of(naming))
            for value in held:
                if value:
                    places = wanted.setdefault(target, set())
                    places.update(value) if isinstance(value, list) else places.add(value)
    texts: Texts = {model: {} for model in wanted}
    for each in rows:
        model = each.model
        if each.pk in wanted.get(model, ()):
            naming_values = {name.name: each.value_of(name) for name in kind_of(model).naming}
            texts[model][each.pk] = _name_of(model, naming_values)
    for model, pks in wanted.items():
        names = [each.name for each in kind_of(model).naming if each.target is None]
        for part in _parts(pks):
            for pk, *values in model._default_manager.filter(pk__in=part).values_list("pk", *names):
                texts[model][pk] = _name_of(model, dict(zip(names, values, strict=True)))
    return texts


def _name_of(model: type[models.Model], values: Mapping[str, Any]) -> str:
    plain = [
        str(values[each.name])
        for each in kind_of(model).naming
        if each.target is None and values.get(each.name) not in (None, "")
    ]
    return " ".join(plain)[:120]


def _told(change: Change, texts: Texts) -> dict[str, Any]:
    """A change as an entry's body has it: ``fields`` has old and new of each field that differs.

    Of a new row and of one that is gone these are all fields that are not
    empty; of a changed one ``named`` says beside them which row it is.
    """
    kind = kind_of(change.model)
    before, after = change.before, change.after
    told: dict[str, Any] = {"model": kind.label, "pk": change.pk}
    fields: dict[str, Any] = {}
    if before is None or after is None:
        targets = kind.targets
        for name, value in (before or after or {}).items():
            if value is None or value == "" or value == []:
                continue
            if name in targets or value.__class__ is Hidden:
                value = _pointed(kind, name, value, texts)
            fields[name] = [None, value] if before is None else [value, None]
        return {**told, "kind": "+" if before is None else "-", "fields": fields}
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            fields[name] = [_pointed(kind, name, values.get(name), texts) for values in (before, after)]
    named = {
        each.name: _pointed(kind, each.name, value, texts)
        for each in kind.naming
        if each.name not in fields and not _is_empty(value := change.value_of(each))
    }
    return {**told, "kind": "~", "fields": fields, "named": named}


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _pointed(kind: Kind, name: str, value: Any, texts: Texts) -> Any:
    """A value as it is told: a foreign key with what it points at, nothing of what is personal."""
    if isinstance(value, Hidden):
        return {"hidden": True}
    target = kind.targets.get(name)
    if target is None or value is None:
        return value
    if isinstance(value, list):
        return [_pointed(kind, name, each, texts) for each in value]
    text = texts.get(target, {}).get(value)
    return {"pk": value} if text is None else {"pk": value, "text": text}


def _fact(value: Any) -> Any:
    """A fact as JSON keeps it, and as it is read back."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(name): _fact(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_fact(each) for each in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _key(value: Any) -> int | None:
    key: int | None = getattr(value, "pk", value)
    return key


def _parts(keys: Iterable[int]) -> Iterator[list[int]]:
    found = list(keys)
    return (found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE))
