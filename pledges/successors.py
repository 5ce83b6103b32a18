"""What became of a city's departments: which of them stand, and whom an old name means now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pledges.enums import DepartmentChangeKind, DepartmentPart
from pledges.models import Department, DepartmentChange, Plan, Pledge
from pledges.notation import fold_key, format_day


@dataclass(frozen=True, slots=True)
class Successors:
    """The departments of one city, ended ones too, and their changes. No query.

    ``departments`` by name as rows match on it; ``changes`` by old name, the latest first.
    """

    departments: Mapping[str, Department]
    changes: Mapping[str, tuple[DepartmentChange, ...]]

    def heirs(self, name: str) -> tuple[Department, ...]:
        """The standing departments that a name means: its own, else who took over; () where it is unknown."""
        return self._heirs(fold_key(name), frozenset())

    def _heirs(self, name: str, seen: frozenset[str]) -> tuple[Department, ...]:
        held = self.departments.get(name)
        if held is not None and held.ended_on is None:
            return (held,)
        found: dict[int, Department] = {}
        for change in self.last(name):
            successor = change.successor
            if successor.ended_on is None:
                found[successor.pk] = successor
            elif (their := fold_key(successor.name)) not in seen | {name}:
                found |= {each.pk: each for each in self._heirs(their, seen | {name})}
        return tuple(sorted(found.values(), key=lambda each: each.name))

    def last(self, name: str) -> tuple[DepartmentChange, ...]:
        """The rows of the latest change by which a department of this name ended or was renamed."""
        changes = self.changes.get(fold_key(name), ())
        if not changes:
            return ()
        latest = changes[0]
        return tuple(
            each for each in changes if (each.changed_on, each.kind) == (latest.changed_on, latest.kind)
        )

    def parted(self, name: str) -> tuple[Department, ...]:
        """What a standing department of this name was last split into, itself among them; () for none."""
        last = self.last(name)
        if not last or last[0].kind != DepartmentChangeKind.SPLIT:
            return ()
        return tuple(change.successor for change in last if change.successor.ended_on is None)

    def former_names(self, department: Department) -> list[str]:
        """What the department was called before, and what was merged into it; the latest first."""
        found = [
            (change.changed_on, change.pk, change.old_name)
            for rows in self.changes.values()
            for change in rows
            if change.successor_id == department.pk and change.old_name != department.name
        ]
        return list(dict.fromkeys(name for _on, _pk, name in sorted(found, reverse=True)))

    def refusal(self, department: Department) -> str:
        """Why an ended department can't be chosen, and who took over; "" for one that stands."""
        if department.ended_on is None:
            return ""
        heirs = self.heirs(department.name)
        if not heirs:
            return _("The department “%(name)s” ended on %(date)s.") % {
                "name": department.name,
                "date": format_day(department.ended_on),
            }
        return _("The department “%(name)s” ended on %(date)s. Choose its successor: %(successors)s.") % {
            "name": department.name,
            "date": format_day(department.ended_on),
            "successors": ", ".join(each.name for each in heirs),
        }


def read_successors(municipality: Any) -> Successors:
    """The departments of a city and what became of them: two queries."""
    departments = Department.objects.for_municipality(municipality)
    changes: dict[str, list[DepartmentChange]] = {}
    for change in DepartmentChange.objects.for_municipality(municipality).with_successors().newest_first():
        changes.setdefault(fold_key(change.old_name), []).append(change)
    return Successors(
        {fold_key(each.name): each for each in departments},
        {name: tuple(rows) for name, rows in changes.items()},
    )


@dataclass(frozen=True, slots=True)
class DepartmentsThen:
    """The departments of a plan's pledges on one day, by the names they had then. No query.

    Of the changes that took effect after the day the one that was recorded
    first says what stood before all of them: so recording one more changes
    nothing on a day before it. ``names`` by department (its id), where it was
    called otherwise; ``departments`` by pledge and part, ids with today's names,
    where others had the pledge.
    """

    names: Mapping[int, str]
    departments: Mapping[tuple[int, str], Sequence[tuple[int, str]]]

    def lead(self, pledge: Pledge) -> str:
        """The lead department's name; "" for none. ``pledge`` comes with today's departments."""
        lead = pledge.lead_department
        return next(iter(self._names(pledge, DepartmentPart.LEAD, [lead] if lead else [])), "")

    def supporting(self, pledge: Pledge) -> tuple[str, ...]:
        """The supporting departments' names, sorted alike whatever the database."""
        today = list(pledge.supporting_departments.all())
        return tuple(sorted(self._names(pledge, DepartmentPart.SUPPORTING, today)))

    def _names(self, pledge: Pledge, part: DepartmentPart, today: Sequence[Department]) -> list[str]:
        held = self.departments.get((pledge.pk, part))
        if held is None:
            held = [(each.pk, each.name) for each in today]
        return [self.names.get(pk, name) for pk, name in held]


def read_departments_then(plan: Plan, day: dt.date) -> DepartmentsThen:
    """What the departments of the plan's pledges were on ``day``: one query. Reads the plan's term."""
    names: dict[int, str] = {}
    departments: dict[tuple[int, str], list[tuple[int, str]]] = {}
    told_by: dict[tuple[int, str], int] = {}
    changes = DepartmentChange.objects.for_municipality(plan.term.municipality_id).taking_effect_after(day)
    for (
        change,
        kind,
        old_name,
        successor,
        pledge,
        part,
        department,
        name,
    ) in changes.as_recorded().with_former_departments(plan):
        if kind == DepartmentChangeKind.RENAMED:
            names.setdefault(successor, old_name)
        elif pledge is not None and told_by.setdefault((pledge, part), change) == change:
            departments.setdefault((pledge, part), []).append((department, name))
    return DepartmentsThen(names, departments)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of a city's change log: the rows of one change, with who recorded it and when."""

    kind: str
    kind_label: str
    changed_on: dt.date
    old_names: tuple[str, ...]
    new_names: tuple[str, ...]
    reason: str
    recorded_by: str
    recorded_at: dt.datetime | None


def read_change_log(municipality: Any) -> list[ChangeLine]:
    """Every change of the city's departments, the latest first: one query, and one for who recorded it."""
    rows = list(DepartmentChange.objects.for_municipality(municipality).newest_first())
    made = {
        record.id: record
        for record in DepartmentChange.history.filter(
            municipality=municipality, history_type="+"
        ).select_related("history_user")
    }
    lines: dict[tuple[Any, ...], list[DepartmentChange]] = {}
    for row in rows:
        # A merger is told once with all its old names, a split with all its new ones.
        shared = row.old_name if row.kind == DepartmentChangeKind.SPLIT else row.successor_id
        lines.setdefault((row.kind, row.changed_on, shared, row.reason), []).append(row)
    found = []
    for (kind, changed_on, _shared, reason), group in lines.items():
        record = made.get(group[0].pk)
        found.append(
            ChangeLine(
                kind=kind,
                kind_label=str(DepartmentChangeKind(kind).label),
                changed_on=changed_on,
                old_names=tuple(dict.fromkeys(row.old_name for row in reversed(group))),
                new_names=tuple(dict.fromkeys(row.new_name for row in reversed(group))),
                reason=reason,
                recorded_by=str(record.history_user or "") if record else "",
                recorded_at=record.history_date if record else None,
            )
        )
    return found
