"""The one short transaction of an import: everything is known, it only has to be written.

Rows go in sets, a few statements a table whatever the size of the plan, and
each leaves its row in history.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.models import Investment, Secured, SubProject
from budgets.sheets import PLANNED as PLANNED_MONEY
from budgets.sheets import SECURED, TOTAL_LINE, InvestmentResource, Line, StoredMoney
from pledges import audit
from pledges.enums import Implementer, MoneySource, PeriodState, ReportSource, ReportState, Status
from pledges.history import create_all, create_lines, delete_all, record_all, update_all
from pledges.models import (
    Area,
    Department,
    Indicator,
    Municipality,
    OwnStatus,
    Plan,
    PlannedQuarter,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    ScheduleTask,
    Term,
    YearlyTarget,
)
from pledges.models.periods import due_date
from pledges.sheets import (
    AreaTree,
    Held,
    IndicatorResource,
    Info,
    InfoResource,
    PledgeResource,
    ScheduleResource,
    SheetChanges,
    Side,
    Snapshot,
)
from pledges.sheets.plan import (
    AREA,
    AS_OF,
    BUDGETED,
    CITY,
    CITY_CODE,
    COMPLETION,
    ENDS_ON,
    IMPLEMENTERS,
    LEAD,
    NAME,
    NOVELTY,
    NUMBER,
    PLAN_CODE,
    STARTS_ON,
    STRATEGY,
    SUPPORTING,
    TEXTS,
)
from pledges.sheets.progress import BASELINE, KIND, MEASURE, NOTE, Schedule
from pledges.sheets.widgets import PLANNED, StatusWord, fold_name
from pledges.spreadsheet import Finding
from pledges.successors import Successors
from reports.revisions import CARRIED, Contents, read_contents, write_contents
from reports.revisions import Line as AchievementLine
from reports.workbook.edits import Edit, Edits
from reports.workbook.groups import GroupWork, write_groups


class DraftsInTheWay(Exception):
    """Open drafts of reports that the import would revise; ``findings`` lists them."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__()
        self.findings = findings


@dataclass
class Stored:
    """The rows that stand already, by the keys of the sheets."""

    municipality: Municipality | None
    term: Term | None
    plan: Plan | None
    departments: dict[str, Department] = field(default_factory=dict)
    successors: Successors = field(default_factory=lambda: Successors({}, {}))
    areas: dict[str, Area] = field(default_factory=dict)
    supporting: dict[int, dict[str, Any]] = field(default_factory=dict)
    indicators: dict[tuple[str, str], Indicator] = field(default_factory=dict)
    targets: dict[tuple[int, int], Held] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=lambda: Schedule({}, {}, {}))
    money: StoredMoney = field(default_factory=StoredMoney)


@dataclass
class Work:
    """An import that has been read, checked and compared."""

    info: Info
    stored: Stored
    snapshot: Snapshot
    changes: dict[str, SheetChanges]
    pledges_before: Mapping[Any, Any]
    tree: AreaTree
    new_departments: list[str]
    edits: Edits
    pledge_sheet: PledgeResource
    indicator_sheet: IndicatorResource
    schedule_sheet: ScheduleResource
    money_sheet: InvestmentResource
    groups: GroupWork

    def new_periods(self) -> set[dt.date]:
        """The 기준일 at which the plan gets a period that it does not have yet."""
        wanted = {as_of for _code, as_of in self.edits.found} | {self.info.values[AS_OF]}
        return wanted - self.snapshot.periods.keys()


class Writer:
    """Writes one ``Work``. Use inside a transaction; ``plan`` and ``period`` are there afterwards."""

    def __init__(self, work: Work, user: Any, *, over_drafts: bool) -> None:
        self.work = work
        self.stored = work.stored
        self.user = user
        self.over_drafts = over_drafts
        self.plan: Plan
        self.period: ReportingPeriod
        self.pledges = dict(work.snapshot.pledges)
        self.indicators = dict(work.stored.indicators)
        self.tasks = dict(work.stored.schedule.tasks)
        self.projects = dict(work.stored.money.projects)

    def write(self) -> None:
        self._plan()
        self._departments()
        self._areas()
        self._pledges()
        self._indicators()
        self._schedule()
        self._money()
        write_groups(
            self.work.groups,
            municipality=self.plan.term.municipality,
            pledges=self.pledges,
            departments=self.stored.departments,
            user=self.user,
        )
        # What is left to do stands in the edits, and of a large plan the rest is a good part of the memory.
        for changes in self.work.changes.values():
            changes.rows.clear()
        for stored in (self.stored.targets, self.stored.money.planned, self.stored.money.secured):
            stored.clear()
        self._reports()

    def _rows(self, name: str) -> dict[Any, Any]:
        """A sheet's changed rows."""
        changes = self.work.changes.get(name)
        return changes.rows if changes else {}

    # --- The plan -----------------------------------------------------------------

    def _plan(self) -> None:
        values = self.work.info.values
        city = self.stored.municipality
        if city is None:
            city = Municipality(code=values[CITY_CODE], name=values[CITY])
            create_all([city], self.user)
        term = self.stored.term
        if term is None:
            term = Term(
                municipality=city,
                number=values[NUMBER],
                starts_on=values[STARTS_ON],
                ends_on=values[ENDS_ON],
            )
            create_all([term], self.user)
        settings = {
            attribute: values[name] for name, attribute in InfoResource.SETTINGS.items() if name in values
        }
        plan = self.stored.plan
        if plan is None:
            settings.setdefault("name", f"민선 {term.number}기 공약실천계획")
            plan = Plan(term=term, code=values.get(PLAN_CODE, "pledges"), **settings)
            create_all([plan], self.user)
        else:
            changed = [name for name, value in settings.items() if getattr(plan, name) != value]
            for name in changed:
                setattr(plan, name, settings[name])
            update_all([plan], changed, self.user)
        self.plan = plan

    def _departments(self) -> None:
        new = [
            Department(municipality=self.plan.term.municipality, name=name)
            for name in self.work.new_departments
        ]
        create_all(new, self.user)
        self.stored.departments.update({fold_name(row.name): row for row in new})

    def _areas(self) -> None:
        """New areas level by level, parents first; new names."""
        tree, areas = self.work.tree, self.stored.areas
        renamed = [area for code, area in areas.items() if area.name != tree.names.get(code, area.name)]
        for area in renamed:
            area.name = tree.names[fold_name(area.code)]
        update_all(renamed, ["name"], self.user)
        position = max((area.position for area in areas.values()), default=0)
        waiting = [code for code in tree.names if code not in areas]
        while waiting:
            ready = [code for code in waiting if not tree.parents.get(code) or tree.parents[code] in areas]
            level = []
            for code in ready:
                position += 1
                parent = areas.get(tree.parents.get(code, ""))
                level.append(
                    Area(plan=self.plan, parent=parent, code=code, name=tree.names[code], position=position)
                )
            create_all(level, self.user)
            areas.update({area.code: area for area in level})
            waiting = [code for code in waiting if code not in areas]

    def _pledges(self) -> None:
        created: list[Pledge] = []
        changed: list[Pledge] = []
        fields: set[str] = set()
        supporters: dict[str, tuple[str, ...]] = {}
        position = max((pledge.position for pledge in self.pledges.values()), default=0)
        for (code,), change in self._rows(PledgeResource.sheet_name).items():
            values = {name: new for name, (_old, new) in change.values.items()}
            if change.is_new:
                position += 1
                pledge = Pledge(plan=self.plan, code=code, position=position)
                self.pledges[code] = pledge
                created.append(pledge)
            else:
                pledge = self.pledges[code]
            attributes = self._attributes(code, change, values)
            for name, value in attributes.items():
                setattr(pledge, name, value)
            if SUPPORTING in values:
                supporters[code] = values[SUPPORTING]
            if not change.is_new and (attributes or SUPPORTING in values):
                changed.append(pledge)
                fields |= attributes.keys()
        Pledge.objects.bulk_create(created)
        if changed and fields:
            Pledge.objects.bulk_update(changed, sorted(name.removesuffix("_id") for name in fields))
        links = self._link(supporters, changed)
        record_all(created, {"supporting_departments": links}, is_new=True, user=self.user)
        record_all(changed, {"supporting_departments": links}, is_new=False, user=self.user)

    def _attributes(self, code: str, change: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """The pledge's own fields that its row changes."""
        found: dict[str, Any] = {
            attribute: values[name]
            for name, attribute in {
                NAME: "name",
                COMPLETION: "completion",
                NOVELTY: "novelty",
                BUDGETED: "budgeted",
                **TEXTS,
            }.items()
            if name in values
        }
        if LEAD in values:
            found["lead_department"] = self.stored.departments[values[LEAD]] if values[LEAD] else None
        if IMPLEMENTERS in values:
            for kind in Implementer:
                found[f"implemented_by_{kind.value}"] = kind in values[IMPLEMENTERS]
        if AREA in values or STRATEGY in values:
            path = self.work.pledge_sheet.path_after(change.row, self.work.pledges_before.get((code,), {}))
            found["area"] = self.stored.areas[path[-1]] if path else None
        return found

    def _link(self, supporters: Mapping[str, tuple[str, ...]], changed: list[Pledge]) -> dict[int, list[Any]]:
        """Set the supporting departments; gives the links of all touched pledges, for their history."""
        through = Pledge.supporting_departments.through
        old = self.stored.supporting
        gone: list[int] = []
        new = []
        links: dict[int, dict[str, Any]] = {pledge.pk: dict(old.get(pledge.pk, {})) for pledge in changed}
        for code, names in supporters.items():
            pledge = self.pledges[code]
            held = links.setdefault(pledge.pk, {})
            for name in set(held) - set(names):
                gone.append(held.pop(name).pk)
            for name in names:
                if name not in held:
                    held[name] = through(pledge=pledge, department=self.stored.departments[name])
                    new.append(held[name])
        if gone:
            through.objects.filter(pk__in=gone).delete()
        through.objects.bulk_create(new)
        return {pk: list(held.values()) for pk, held in links.items()}

    # --- What pledges hold -----------------------------------------------------------

    def _indicators(self) -> None:
        sheet = self.work.indicator_sheet
        rows = self._rows(sheet.sheet_name)
        created: list[Indicator] = []
        changed: dict[int, Indicator] = {}
        last = _last_positions(self.indicators)
        for (code, name, _side), change in rows.items():
            indicator = self.indicators.get((code, name))
            if indicator is None:
                last[code] += 1
                values = change.row.values
                indicator = Indicator(
                    pledge=self.pledges[code],
                    name=name,
                    position=last[code],
                    unit=values.get(MEASURE, ""),
                    baseline=values.get(BASELINE),
                )
                if KIND in values:
                    indicator.kind = values[KIND]
                self.indicators[code, name] = indicator
                created.append(indicator)
                continue
            for column, attribute in {MEASURE: "unit", KIND: "kind", BASELINE: "baseline"}.items():
                if column in change.values and indicator.pk:
                    setattr(indicator, attribute, change.values[column][1])
                    changed[indicator.pk] = indicator
        create_all(created, self.user)
        update_all(list(changed.values()), ["unit", "kind", "baseline"], self.user)
        self._targets(rows)

    def _targets(self, rows: Mapping[Any, Any]) -> None:
        new: list[tuple[Any, ...]] = []
        changed: list[YearlyTarget] = []
        gone: list[YearlyTarget] = []
        for (code, name, side), change in rows.items():
            if side != Side.TARGET:
                continue
            indicator = self.indicators[code, name]
            for label, year in self.work.indicator_sheet.years.items():
                if label not in change.values:
                    continue
                value = change.values[label][1]
                target = self.stored.targets.get((indicator.pk, year))
                if target is None:
                    new.append((indicator.pk, year, value))
                    continue
                row = YearlyTarget(
                    pk=target.pk,
                    indicator=indicator,
                    year=year,
                    value=target.value if value is None else value,
                )
                (gone if value is None else changed).append(row)
        create_lines(YearlyTarget, ("indicator_id", "year", "value"), new, self.user)
        update_all(changed, ["value"], self.user)
        delete_all(gone, self.user)

    def _schedule(self) -> None:
        sheet = self.work.schedule_sheet
        created: list[ScheduleTask] = []
        changed: list[ScheduleTask] = []
        rows = self._rows(sheet.sheet_name)
        last = _last_positions(self.tasks)
        for (code, name), change in rows.items():
            task = self.tasks.get((code, name))
            if task is None:
                last[code] += 1
                task = ScheduleTask(pledge=self.pledges[code], name=name, position=last[code])
                self.tasks[code, name] = task
                created.append(task)
            elif NOTE in change.values:
                changed.append(task)
            if NOTE in change.values:
                task.note = change.values[NOTE][1]
        create_all(created, self.user)
        update_all(changed, ["note"], self.user)
        planned, gone = [], []
        for key, change in rows.items():
            task = self.tasks[key]
            for label, (year, quarter) in sheet.quarters.items():
                if label not in change.values:
                    continue
                stands = self.stored.schedule.planned.get((task.pk, year, quarter))
                sign = change.values[label][1]
                if sign == PLANNED and stands is None:
                    planned.append((task.pk, year, quarter))
                elif sign == "" and stands is not None:
                    gone.append(PlannedQuarter(pk=stands, task=task, year=year, quarter=quarter))
        create_lines(PlannedQuarter, ("task_id", "year", "quarter"), planned, self.user)
        delete_all(gone, self.user)

    def _money(self) -> None:
        sheet = self.work.money_sheet
        rows = self._rows(sheet.sheet_name)
        created: list[SubProject] = []
        last = _last_positions(self.projects)
        for code, name, _line in rows:
            if (code, name) not in self.projects:
                last[code] += 1
                project = SubProject(pledge=self.pledges[code], name=name, position=last[code])
                self.projects[code, name] = project
                created.append(project)
        create_all(created, self.user)
        stands: dict[str, Mapping[Any, Any]] = {
            PLANNED_MONEY: self.stored.money.planned,
            SECURED: self.stored.money.secured,
        }
        kinds: dict[str, type[Investment] | type[Secured]] = {PLANNED_MONEY: Investment, SECURED: Secured}
        for kind, model in kinds.items():
            new, changed, gone = [], [], []
            for (code, name, line), change in rows.items():
                # A 총계 row that still has changes is money without a source.
                line = Line(PLANNED_MONEY) if line == TOTAL_LINE else line
                if line.kind != kind:
                    continue
                project = self.projects[code, name]
                for label, (span, year) in sheet.spans.items():
                    if label not in change.values:
                        continue
                    amount = change.values[label][1]
                    place = (project.pk, line.source, span, year)
                    held = stands[kind].get(place)
                    if held is None and amount is None:
                        continue
                    if held is None:
                        new.append((*place, amount))
                    elif amount is None:
                        gone.append(_money_row(model, place, held))
                    else:
                        changed.append(_money_row(model, place, Held(held.pk, amount)))
            if kind == PLANNED_MONEY:
                gone += self._unspecified_replaced()
            create_lines(model, ("sub_project_id", "source", "span", "year", "amount"), new, self.user)
            update_all(changed, ["amount"], self.user)
            delete_all(gone, self.user)

    def _unspecified_replaced(self) -> list[Investment]:
        """Stored amounts without a source that the file's amounts by source replace."""
        sheet, planned = self.work.money_sheet, self.stored.money.planned
        places = (
            (self.projects[pair].pk, MoneySource.UNSPECIFIED, *sheet.spans[name])
            for pair, names in sheet.replaced.items()
            for name in names
        )
        return [_money_row(Investment, place, planned[place]) for place in places]

    # --- Reports ---------------------------------------------------------------------

    def _reports(self) -> None:
        edits = self.work.edits.found
        self._periods()
        if not edits:
            return
        snapshot = self.work.snapshot
        replaced = {
            (code, as_of): live.pk
            for code, as_of in edits
            if code in snapshot.pledges and (live := snapshot.live.get((snapshot.pledges[code].pk, as_of)))
        }
        old = ProgressReport.objects.in_bulk(list(replaced.values()))
        drafts = self._drafts()
        own = {status.name: status for status in OwnStatus.objects.filter(plan=self.plan)}
        now = timezone.now()
        reports: dict[tuple[str, dt.date], ProgressReport] = {}
        pushed = []
        for key, edit in edits.items():
            code, as_of = key
            previous = old.get(replaced.get(key, 0))
            report = ProgressReport(
                pledge=self.pledges[code],
                period=self.periods[as_of],
                revision=previous.revision + 1 if previous else 1,
                state=ReportState.APPROVED,
                source=ReportSource.IMPORT,
                approved_at=now,
                approved_by=self.user,
                saved_by=self.user,
                **({name: getattr(previous, name) for name in CARRIED} if previous else {}),
            )
            self._judge(report, edit, code, as_of, own)
            reports[key] = report
            if draft := drafts.get((self.pledges[code].pk, self.periods[as_of].pk)):
                draft.revision = report.revision + 1
                draft.version += 1
                pushed.append(draft)
        update_all(pushed, ["revision", "version"], self.user)
        create_all(list(reports.values()), self.user)
        held = read_contents(list(old))
        contents: dict[int, Contents] = {}
        for key, edit in edits.items():
            kept = held[replaced[key]] if key in replaced else Contents()
            self._apply(kept, edit, key[0])
            contents[reports[key].pk] = kept
        write_contents(contents, self.user)

    def _periods(self) -> None:
        self.periods = dict(self.work.snapshot.periods)
        as_of = self.work.info.values[AS_OF]
        now = timezone.now()
        new = [
            ReportingPeriod(
                plan=self.plan,
                as_of=date,
                due_on=due_date(date),
                state=PeriodState.OPEN if date == as_of else PeriodState.CLOSED,
                closed_at=None if date == as_of else now,
            )
            for date in sorted(self.work.new_periods())
        ]
        ReportingPeriod.objects.bulk_create(new)
        audit.created(new, self.user)
        self.periods.update({period.as_of: period for period in new})
        self.period = self.periods[as_of]

    def _drafts(self) -> dict[tuple[int, int], ProgressReport]:
        """Unfinished reports of the pledges and periods that get a revision; refused unless told not to."""
        edits = self.work.edits.found
        touched = {(self.pledges[code].pk, self.periods[as_of].pk): (code, as_of) for code, as_of in edits}
        found = {
            (draft.pledge_id, draft.period_id): draft
            for draft in ProgressReport.objects.unfinished()
            .for_plan(self.plan)
            .select_for_update(of=("self",))
            if (draft.pledge_id, draft.period_id) in touched
        }
        if found and not self.over_drafts:
            findings = []
            for place in found:
                code, as_of = touched[place]
                where = edits[code, as_of].finding
                findings.append(
                    Finding(
                        where.sheet,
                        where.cell,
                        where.value,
                        _(
                            "Pledge %(code)s has an open draft for %(as_of)s. Approve or withdraw it first,"
                            " or choose “%(choice)s”."
                        )
                        % {"code": code, "as_of": as_of, "choice": _("Apply although reports are in work")},
                    )
                )
            raise DraftsInTheWay(findings)
        return found

    def _judge(
        self,
        report: ProgressReport,
        edit: Edit,
        code: str,
        as_of: dt.date,
        own: Mapping[str, OwnStatus],
    ) -> None:
        """Set status and entered rate; taking one back must not let an earlier one shine through."""
        snapshot = self.work.snapshot
        pledge = snapshot.pledges.get(code)
        if edit.status is not None:
            word: StatusWord | None = edit.status[0]
            report.own_status = own[word.own] if word and word.own else None
            if word is not None:
                report.status = word.status
            else:
                earlier = snapshot.status_of(pledge.pk, before=as_of) if pledge else None
                report.status = Status.NONE if earlier else ""
        if edit.rate is not None:
            report.entered_rate = edit.rate[0]
            report.rate_withdrawn = bool(
                edit.rate[0] is None
                and pledge
                and snapshot.entered_rate_of(pledge.pk, before=as_of) is not None
            )

    def _apply(self, contents: Contents, edit: Edit, code: str) -> None:
        """Change a copy of a report's contents."""
        for name, value in edit.actuals.items():
            _set(contents.actuals, self.indicators[code, name].pk, value)
        for (name, source), amount in edit.executed.items():
            _set(contents.executed, (self.projects[code, name].pk, source.value), amount)
        for (name, year, quarter), mark in edit.marks.items():
            contents.marks[self.tasks[code, name].pk, year, quarter] = mark
        position = max((line.position for line in contents.achievements.values()), default=0)
        known = {(span, fold_name(text)): (span, text) for span, text in contents.achievements}
        for place, details in edit.achievements.items():
            if place in known:
                contents.achievements[known[place]].details = details
            else:
                position += 1
                contents.achievements[place] = AchievementLine(position, details)


def _money_row(model: Any, place: tuple[Any, ...], held: Held) -> Any:
    project, source, span, year = place
    return model(pk=held.pk, sub_project_id=project, source=source, span=span, year=year, amount=held.value)


def _set(values: dict[Any, Any], key: Any, value: Any) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value


def _last_positions(rows: Mapping[tuple[str, str], Any]) -> dict[str, int]:
    """The last position in use, by pledge code; 0 where nothing stands."""
    last: dict[str, int] = defaultdict(int)
    for (code, _name), row in rows.items():
        last[code] = max(last[code], row.position)
    return last
