"""A workbook comes in: read and check everything, compare, then write in one short transaction."""

import datetime as dt
import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from budgets.sheets import InvestmentResource
from pledges.audit import operation
from pledges.enums import MoneyUnit
from pledges.models import Area, Municipality, OwnStatus, Plan, Pledge, ReportingPeriod, Term
from pledges.notation import fold_key, format_day, format_number, in_unit
from pledges.permissions import Action, reach_of, require
from pledges.sheets import (
    AchievementResource,
    AreaTree,
    IndicatorResource,
    Info,
    InfoResource,
    PledgeResource,
    ReadRow,
    ScheduleResource,
    Scope,
    SheetChanges,
    SheetResource,
    Snapshot,
    Table,
    ToldRow,
)
from pledges.sheets.plan import (
    AS_OF,
    CITY,
    CITY_CODE,
    CODE,
    ENDS_ON,
    NAME,
    NUMBER,
    PLAN_CODE,
    PLANNED_MONEY,
    RATE,
    STARTS_ON,
    STATUS,
    UNIT,
)
from pledges.sheets.progress import INDICATOR
from pledges.sheets.widgets import fold_name
from pledges.spreadsheet import Finding, Workbook, read_content, read_workbook, shown
from pledges.successors import read_successors
from pledges.workflow import WorkflowError
from reports import fulfilment
from reports.editions import publish_period
from reports.fulfilment import PlanFulfilment, display_rate, plan_fulfilment
from reports.models import ImportBatch
from reports.workbook.annotating import LIST
from reports.workbook.batches import Incoming, hold_stage, keep_batch, stored_diff
from reports.workbook.cards import CardPlace, read_cards
from reports.workbook.diffs import Diff, differences
from reports.workbook.edits import Edits
from reports.workbook.groups import GroupWork, publish_groups
from reports.workbook.guard import PlanMoved, count_rows, hold_plan, plan_mark
from reports.workbook.results import ImportResult, Progress, Refusal
from reports.workbook.writing import DraftsInTheWay, Stored, Work, Writer
from studygroups.sheets import RoundResource, TeamResource, load_groups

# The sheets that an import takes, in the order in which they are written.
RESOURCES: tuple[type[SheetResource], ...] = (
    PledgeResource,
    IndicatorResource,
    InvestmentResource,
    ScheduleResource,
    AchievementResource,
    RoundResource,
    TeamResource,
)
# Those whose rows each belong to a pledge.
OF_PLEDGES = frozenset(resource.sheet_name for resource in RESOURCES[:-2])
SHEET_NAMES = (InfoResource.sheet_name, *(resource.sheet_name for resource in RESOURCES))
# The notes that come with a blank template: no data, and nothing to report.
NOTES = "작성요령"
# Nor the list of errors that a workbook which was given back has.
NOT_REPORTED = {NOTES, LIST}
# The columns whose cells a warning about the plan's figures may show.
SHOWN_WITH_FIGURES = (NAME, STATUS, RATE, PLANNED_MONEY, INDICATOR)
# How often an import compares anew where colleagues change the plan under it.
ATTEMPTS = 3


def import_workbook(
    source: bytes | Path,
    *,
    user: Any = None,
    dry_run: bool = False,
    over_drafts: bool = False,
    publish: bool = False,
    reason: str = "",
    progress: Progress | None = None,
    file_name: str = "",
    cards_of: CardPlace | None = None,
    staged: ImportBatch | None = None,
) -> ImportResult:
    """Bring a plan in, whole or not at all.

    Imported actuals and statuses are approved revisions in the name of
    ``user``. A dry run does everything and takes it back. ``publish`` makes
    the edition of 기준일 in the same transaction. ``cards_of`` says that the file
    holds pledge cards instead of the workbook's sheets, and of which plan.

    What is applied is kept as an ``ImportBatch``: a new one, or ``staged``, of
    which exactly what it showed is applied; where that would be something else
    by now, the result's ``moved`` lists the cells and nothing is written.

    ``user`` None is the command line. Raises PermissionDenied; UnreadableFile
    where the file is no workbook; StageGone. Everything else that is wrong
    stands in the result's ``errors``, and then nothing was written.
    """
    content = read_content(source)
    file_name = file_name or (source.name if isinstance(source, Path) else "")
    incoming = Incoming(content, file_name, cards_of, staged)
    with _collector_paused():
        for _attempt in range(ATTEMPTS):
            # Read anew each time: what was read is let go on the way, and a second time is seldom.
            book = read_incoming(content, cards_of, progress)
            attempt = _Import(incoming, book, user, progress)
            try:
                return attempt.run(dry_run=dry_run, over_drafts=over_drafts, publish=publish, reason=reason)
            except PlanMoved:
                # Somebody approved or corrected something meanwhile: compare with that.
                continue
    attempt.result.errors.append(Finding("", "", "", moved_message()))
    return attempt.result


@contextmanager
def _collector_paused() -> Iterator[None]:
    """An import makes a million objects and next to no cycles of them. The collector of cycles would walk
    through all of them again and again, for a sixth of the time; what is let go is freed without it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_incoming(content: bytes, cards_of: CardPlace | None, progress: Progress | None) -> Workbook:
    """The sheets of the contract: those of the file, or those that its pledge cards fill."""
    if cards_of is not None:
        return read_cards(content, cards_of, progress)
    return read_workbook(content, SHEET_NAMES, progress)


def moved_since_message() -> str:
    return _("The data has changed since this preview, so it was not applied. Look at the differences.")


def moved_message() -> str:
    return _("Somebody else changed the plan meanwhile. Nothing was written; try again.")


def warnings_moved_message() -> str:
    return _("The data has changed since this preview, so it was not applied. There is more to warn of now.")


class _OtherWarnings(Exception):
    """Warnings that a stage did not show."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__()
        self.findings = findings


class _Import:
    """One import, from sheets to rows."""

    def __init__(self, incoming: Incoming, book: Workbook, user: Any, progress: Progress | None) -> None:
        self.incoming = incoming
        self.book = book
        self.user = user
        self.progress = progress
        self.result = ImportResult(ignored=[name for name in book.others if name not in NOT_REPORTED])
        self.tables: dict[str, Table] = {}
        self.resources: dict[str, Any] = {}
        self.rates_to_check: list[tuple[ReadRow, Decimal]] = []

    def run(self, *, dry_run: bool, over_drafts: bool, publish: bool, reason: str) -> ImportResult:
        self.result.errors += self.book.errors
        self.result.warnings += self.book.warnings
        self.named = (len(self.result.errors), len(self.result.warnings))
        result = self._run(dry_run=dry_run, over_drafts=over_drafts, publish=publish, reason=reason)
        self._name_places()
        return result

    def _name_places(self) -> None:
        """Let what was found since the last time name the file's own sheets and cells."""
        result = self.result
        for findings, named in zip((result.errors, result.warnings), self.named, strict=True):
            for at in range(named, len(findings)):
                finding = findings[at]
                sheet, cell = self.book.place(finding.sheet, finding.cell)
                findings[at] = replace(finding, sheet=sheet, cell=cell)
        self.named = (len(result.errors), len(result.warnings))

    def _in_file(self, rows: Iterable[ToldRow]) -> Iterator[ToldRow]:
        """Changed rows with the addresses of the file's own cells; of several sheets, with the sheet."""
        if not self.book.places:
            yield from rows
            return
        has_many = len({sheet for sheet, _cell in self.book.places.values() if sheet}) > 1
        for row in rows:
            for at, cell in enumerate(row.cells):
                sheet, address = self.book.place(cell.sheet, cell.address)
                row.cells[at] = replace(cell, address=f"{sheet}!{address}" if has_many else address)
            yield row

    def _run(self, *, dry_run: bool, over_drafts: bool, publish: bool, reason: str) -> ImportResult:
        result = self.result
        self._check_sheets()
        self.info = self._read_info()
        self.stored = self._places()
        self._check_permission()
        result.plan, result.municipality = self.stored.plan, self.stored.municipality
        is_placed = self._make_resources()
        result.as_of = self.info.values.get(AS_OF)
        for name, resource in self.resources.items():
            if sheet := self.book.sheets.pop(name, None):
                self.tables[name] = resource.read(sheet)
        self.mark = plan_mark(self.stored.municipality, self.stored.plan)
        self.snapshot = Snapshot(self.stored.plan, self.as_of)
        work = self._compare() if is_placed else None
        for table in self.tables.values():
            result.errors += table.errors
            result.warnings += table.warnings
        if result.errors or work is None:
            return result
        result.period = self.snapshot.periods.get(self.as_of)
        result.new_periods = sorted(work.new_periods())
        found = {
            InfoResource.sheet_name: InfoResource().compare(self.info, self.stored.plan),
            **work.changes,
        }
        result.sheets = {name: changes.counts for name, changes in found.items()}
        told = self._in_file(row for changes in found.values() for row in changes.tell())
        result.diff = Diff.of(told, result.new_periods)
        result.warnings += work.edits.warnings
        if (staged := self.incoming.staged) is not None and result.diff.digest != staged.diff_digest:
            result.refusal = Refusal.MOVED
            result.moved = differences(stored_diff(staged), result.diff)
            result.errors.append(Finding("", "", "", moved_since_message()))
            for as_of in sorted({*staged.new_periods} ^ {*result.new_periods}):
                message = _("The reporting period %(as_of)s was opened or taken away meanwhile.")
                result.errors.append(Finding("", "", "", message % {"as_of": format_day(as_of)}))
            return result
        self._apply(work, dry_run=dry_run, over_drafts=over_drafts, publish=publish, reason=reason)
        return result

    # --- Reading ------------------------------------------------------------------

    def _check_sheets(self) -> None:
        for name in (InfoResource.sheet_name, PledgeResource.sheet_name):
            if name not in self.book.sheets and self.incoming.cards_of is None:
                self.result.errors.append(
                    Finding(
                        name,
                        "",
                        "",
                        _("The sheet “%(sheet)s” is missing. Sheets found: %(found)s.")
                        % {"sheet": name, "found": ", ".join([*self.book.sheets, *self.book.others])},
                    )
                )
        for name in self.book.doubled:
            self.result.errors.append(
                Finding(name, "", "", _("There are two sheets of this name; delete or rename one."))
            )

    def _read_info(self) -> Info:
        sheet = self.book.sheets.get(InfoResource.sheet_name)
        if sheet is None:
            return Info()
        info = InfoResource().read(sheet)
        self.result.errors += info.errors
        return info

    def _places(self) -> Stored:
        """The city, term and plan that the workbook names, where they stand. Codes say who is who."""
        values = self.info.values
        city = Municipality.objects.filter(code=values.get(CITY_CODE, "")).first()
        if city is None:
            return Stored(None, None, None)
        if CITY in values and fold_name(city.name) != values[CITY]:
            self._misplaced(
                CITY, _("The code %(code)s belongs to %(city)s.") % {"code": city.code, "city": city.name}
            )
        term = Term.objects.filter(municipality=city, number=values.get(NUMBER, 0)).first()
        if term is None:
            return Stored(city, None, None)
        term.municipality = city
        for item, date in ((STARTS_ON, term.starts_on), (ENDS_ON, term.ends_on)):
            if item in values and values[item] != date:
                self._misplaced(item, _("This term is stored with the date %(date)s here.") % {"date": date})
        plan = Plan.objects.filter(term=term, code=values.get(PLAN_CODE, "pledges")).first()
        if plan:
            plan.term = term
        return Stored(city, term, plan)

    def _check_permission(self) -> None:
        """Only who may import plans of this city, and only a superuser brings in a city that is new."""
        city = self.stored.municipality
        if self.user is None or self.user.is_superuser:
            return
        if city is None and CITY_CODE not in self.info.values and self.result.errors:
            # The file does not say whose it is: nothing will be written, and its errors say why.
            return
        if city is None and reach_of(self.user, Action.IMPORT_PLAN).cities:
            # A slip of the pen, most likely: told at its cell, and nothing is written.
            self._misplaced(
                CITY_CODE,
                _(
                    "There is no city with this code here. Look whether it is right; a city that is new is"
                    " brought in by the portal's administrator."
                ),
            )
            return
        if city is None:
            raise PermissionDenied(_("Only the portal's administrator can bring in a city that is new."))
        require(self.user, Action.IMPORT_PLAN, municipality=city)

    def _misplaced(self, item: str, message: str) -> None:
        self.result.errors.append(
            Finding(
                InfoResource.sheet_name, self.info.addresses[item], shown(self.info.values[item]), message
            )
        )

    def _make_resources(self) -> bool:
        """The sheets' resources for this term.

        False where 기본정보 does not give a term: then only sheets without columns of the term are
        read, so that their errors are told too.
        """
        values, plan = self.info.values, self.stored.plan
        term = self.stored.term
        if term is None and values.get(ENDS_ON, dt.date.min) > values.get(STARTS_ON, dt.date.max):
            term = Term(number=values.get(NUMBER, 1), starts_on=values[STARTS_ON], ends_on=values[ENDS_ON])
        is_placed = term is not None
        if term is None:
            term = Term(number=1, starts_on=dt.date(2022, 7, 1), ends_on=dt.date(2026, 6, 30))
        self.as_of = values.get(AS_OF, term.ends_on)
        own = OwnStatus.objects.filter(plan=plan).values_list("name", flat=True) if plan else ()
        unit = values.get(UNIT) or (plan.money_unit if plan else MoneyUnit.MILLION)
        self.scope = Scope(term, self.as_of, MoneyUnit(unit), values.get(CITY, ""), tuple(own))
        self.resources = {
            resource.sheet_name: resource(self.scope)
            for resource in RESOURCES
            if is_placed or not resource.term_columns_after
        }
        return is_placed

    # --- Checking and comparing ------------------------------------------------------

    def _compare(self) -> Work | None:
        """Load what stands, check what takes it to be seen, and compare sheet by sheet.

        None where there are errors.
        """
        snapshot, stored = self.snapshot, self.stored
        (
            pledge_sheet,
            indicator_sheet,
            money_sheet,
            schedule_sheet,
            achievement_sheet,
            round_sheet,
            team_sheet,
        ) = self.resources.values()
        self._load(indicator_sheet)
        tree = AreaTree.of(stored.areas)
        area_codes = {area.pk: code for code, area in stored.areas.items()}
        edits = Edits(snapshot, self.scope.term)
        changes: dict[str, SheetChanges] = {}

        def compared(resource: Any, before: Mapping[Any, Any]) -> tuple[Table, SheetChanges] | None:
            # Once there is an error nothing is going to be shown; the other checks go on.
            table = self.tables.get(resource.sheet_name)
            if table is None or self._has_errors():
                return None
            changes[table.name] = resource.compare(table, before)
            return table, changes[table.name]

        self._check_codes()
        new_departments: list[str] = []
        pledges_before = pledge_sheet.stored(
            snapshot,
            tree,
            area_codes,
            {pk: tuple(sorted(links)) for pk, links in stored.supporting.items()},
            frozenset(row.pledge_id for row in stored.indicators.values()),
        )
        if table := self.tables.get(pledge_sheet.sheet_name):
            self._check_pledges(table)
            tree = pledge_sheet.resolve_areas(table, pledges_before, tree)
            new_departments = pledge_sheet.resolve_departments(table, pledges_before, stored.successors)
            self._set_rates_aside(table)
            pledge_sheet.check_rates(table)
        if found := compared(pledge_sheet, pledges_before):
            edits.add_pledges(*found)

        # Sheet by sheet: what is stored of it, what differs, and no more than that goes on from here.
        stored.targets = indicator_sheet.load_targets(snapshot)
        before = indicator_sheet.stored(snapshot, stored.indicators, stored.targets)
        if table := self.tables.get(indicator_sheet.sheet_name):
            indicator_sheet.resolve(table, before, snapshot, stored.indicators)
        if found := compared(indicator_sheet, before):
            edits.add_indicators(indicator_sheet, *found, stored.indicators)
            found[0].forget(found[1].rows.keys(), but=SHOWN_WITH_FIGURES)
            touched = {stored.indicators[key[:2]].pk for key in found[1].rows if key[:2] in stored.indicators}
            stored.targets = {place: held for place, held in stored.targets.items() if place[0] in touched}

        stored.money = money_sheet.load(snapshot)
        money_sheet.known_projects = frozenset(stored.money.projects)
        before = money_sheet.stored(snapshot, stored.money)
        if table := self.tables.get(money_sheet.sheet_name):
            money_sheet.resolve(table, before)
        if found := compared(money_sheet, before):
            edits.add_money(money_sheet, *found, stored.money)
            found[0].rows.clear()
            stored.money.keep({key[:2] for key in found[1].rows} | money_sheet.replaced.keys())

        stored.schedule = schedule_sheet.load(snapshot)
        if found := compared(schedule_sheet, schedule_sheet.stored(stored.schedule)):
            edits.add_schedule(schedule_sheet, *found)
            found[0].rows.clear()

        achievements = achievement_sheet.load(snapshot)
        if found := compared(achievement_sheet, achievement_sheet.stored(achievements)):
            edits.add_achievements(*found, achievements)
            found[0].rows.clear()

        groups = self._compare_groups(round_sheet, team_sheet, new_departments, compared)
        if self._has_errors():
            return None
        snapshot.__dict__.pop("actuals", None)
        return Work(
            info=self.info,
            stored=stored,
            snapshot=snapshot,
            changes=changes,
            pledges_before=pledges_before,
            tree=tree,
            new_departments=new_departments,
            edits=edits,
            pledge_sheet=pledge_sheet,
            indicator_sheet=indicator_sheet,
            schedule_sheet=schedule_sheet,
            money_sheet=money_sheet,
            groups=groups,
        )

    def _compare_groups(
        self,
        round_sheet: RoundResource,
        team_sheet: TeamResource,
        new_departments: list[str],
        compared: Callable[[Any, Mapping[Any, Any]], Any],
    ) -> GroupWork:
        """The study groups of the city: what stands, what the two sheets say. Names that are new go to
        ``new_departments``."""
        groups = load_groups(self.stored.municipality, self.stored.plan)
        rounds, teams = (self.tables.get(sheet.sheet_name) for sheet in (round_sheet, team_sheet))
        teams_before = team_sheet.stored(groups)
        rounds_before = round_sheet.stored(groups, team_sheet.said(None, teams_before))
        if teams is not None:
            team_sheet.resolve(teams, teams_before, groups, round_sheet.outcomes(rounds, groups))
            new_departments += team_sheet.resolve_departments(
                teams, teams_before, self.stored.successors, new_departments
            )
        if rounds is not None:
            said = team_sheet.said(teams, teams_before)
            round_sheet.resolve(rounds, rounds_before, groups, said, self._known_codes())
        named = frozenset(key[0] for table in (rounds, teams) if table for key in table.rows)
        changes = [compared(round_sheet, rounds_before), compared(team_sheet, teams_before)]
        return GroupWork(groups, named, *(found[1].rows if found else {} for found in changes))

    def _has_errors(self) -> bool:
        return bool(self.result.errors) or any(table.errors for table in self.tables.values())

    def _load(self, indicator_sheet: Any) -> None:
        stored, snapshot = self.stored, self.snapshot
        if stored.municipality:
            stored.successors = read_successors(stored.municipality)
            stored.departments = dict(stored.successors.departments)
        if stored.plan:
            stored.areas = {
                fold_name(row.code): row
                for row in Area.objects.filter(plan=stored.plan).order_by("position", "pk")
            }
            links = Pledge.supporting_departments.through.objects.filter(pledge__plan=stored.plan)
            for link in links.select_related("department"):
                stored.supporting.setdefault(link.pledge_id, {})[fold_name(link.department.name)] = link
        stored.indicators = indicator_sheet.load(snapshot)

    def _check_codes(self) -> None:
        """Every row of the other sheets belongs to a pledge of 공약 or of the stored plan."""
        known = self._known_codes()
        if known is None:
            return
        for name, table in self.tables.items():
            if name == PledgeResource.sheet_name or name not in OF_PLEDGES:
                continue
            for key, row in table.rows.items():
                if key[0] not in known:
                    table.error(
                        row, CODE, _("There is no pledge of this number in the sheet 공약 or in the plan.")
                    )

    def _known_codes(self) -> dict[str, None] | None:
        """The pledges of the plan and of this file, in order; None where 공약 can't be read: what is wrong
        there is reported there, once."""
        pledges = self.tables.get(PledgeResource.sheet_name)
        if pledges is None or not pledges.positions or pledges.broken_keys:
            return None
        return dict.fromkeys((*self.snapshot.pledges, *(code for (code,) in pledges.rows)))

    def _check_pledges(self, table: Table) -> None:
        if table.positions and not table.rows and not table.errors:
            table.errors.append(
                Finding(table.name, "A1", "", _("The sheet has no pledges; nothing is deleted or changed."))
            )
        for row in table.rows.values():
            if row.values.get(NAME) == "":
                table.error(row, NAME, _("%(column)s is missing; every row needs it.") % {"column": NAME})

    def _set_rates_aside(self, table: Table) -> None:
        """A pledge with indicators has a computed rate: its cell is only compared, afterwards."""
        measured = {code for code, _name in self.stored.indicators}
        if indicators := self.tables.get(IndicatorResource.sheet_name):
            measured |= {key[0] for key in indicators.rows}
        for (code,), row in table.rows.items():
            if code in measured and RATE in row.values:
                rate = row.values.pop(RATE)
                if rate is not None:
                    self.rates_to_check.append((row, rate))

    # --- Writing --------------------------------------------------------------------

    def _apply(self, work: Work, *, dry_run: bool, over_drafts: bool, publish: bool, reason: str) -> None:
        result = self.result
        if self.progress:
            self.progress(_("Writing"), 0, 1)
        try:
            with transaction.atomic():
                if self.incoming.staged:
                    hold_stage(self.incoming, user=self.user, plan=self.stored.plan)
                with operation("imported", user=self.user, plan=self.stored.plan, reason=reason) as step:
                    hold_plan(self.stored.municipality, self.stored.plan, self.mark)
                    writes = result.plan is None or result.period is None or result.has_changes
                    if writes:
                        writer = Writer(work, self.user, over_drafts=over_drafts)
                        writer.write()
                        result.plan, result.period = writer.plan, writer.period
                        count_rows(sum(row["new"] + row["changed"] for row in result.sheets.values()))
                    # Where one of them was not there, it was written just now.
                    plan, period = cast(Plan, result.plan), cast(ReportingPeriod, result.period)
                    self._check_figures(plan_fulfilment(plan, self.as_of))
                    self._check_shown_warnings()
                    if publish:
                        publish_groups(work.groups, plan.term.municipality, user=self.user)
                        since = min((as_of for _code, as_of in work.edits.found), default=None)
                        result.editions = publish_period(
                            period=period, user=self.user, reason=reason, since=since
                        )
                    if dry_run:
                        step.forget()
                if dry_run:
                    transaction.set_rollback(True)
                elif writes:
                    result.batch = keep_batch(
                        self.incoming, result, user=self.user, over_drafts=over_drafts, entries=step.entries
                    )
        except DraftsInTheWay as refused:
            result.refusal = Refusal.DRAFTS
            result.errors += refused.findings
        except _OtherWarnings as others:
            result.refusal = Refusal.NEW_WARNINGS
            result.errors.append(Finding("", "", "", warnings_moved_message()))
            result.errors += others.findings
            # They name the file's own places already.
            self.named = (len(result.errors), self.named[1])
        except WorkflowError as refused:
            result.errors.append(Finding("", "", "", refused.message))
        except (IntegrityError, DataError):
            result.errors.append(Finding("", "", "", moved_message()))
        if result.errors or dry_run:
            result.editions, result.batch = [], None
            result.plan = self.stored.plan
            result.period = self.snapshot.periods.get(self.as_of)

    def _check_shown_warnings(self) -> None:
        """What a person confirms is what they were warned of, too.

        Raises _OtherWarnings where the plan has changed elsewhere so that there is more, or something else,
        to warn of now. In another language than the preview's only the places are compared, and nothing
        where there were too many warnings to keep.
        """
        self._name_places()
        staged = self.incoming.staged
        if staged is None or staged.findings.get("rest", {}).get("warnings"):
            return
        is_same_language = staged.findings.get("language") == get_language()

        def said(finding: Finding) -> tuple[str, ...]:
            return (finding.sheet, finding.cell, finding.message if is_same_language else "")

        told = Counter(said(Finding(**each)) for each in staged.findings.get("warnings", ()))
        more = []
        for finding in self.result.warnings:
            told[said(finding)] -= 1
            if told[said(finding)] < 0:
                more.append(finding)
        if more:
            raise _OtherWarnings(more)

    # --- Figures --------------------------------------------------------------------

    def _check_figures(self, figures: PlanFulfilment) -> None:
        """Warn where the file's own rates and totals differ from what follows from its data."""
        by_code = {fold_key(pledge.code): pledge for pledge in figures.pledges}
        table = self.tables[PledgeResource.sheet_name]
        for row, rate in self.rates_to_check:
            self._check_rate(figures, table, row, rate, by_code[row.key[0]].rate)
        for (code,), row in table.rows.items():
            needed = row.values.get(PLANNED_MONEY)
            planned = by_code[code].planned
            if needed is not None and needed != (planned or 0):
                unit = row.unit or table.unit or self.scope.unit
                table_warning = _("The investment plan adds up to %(sum)s.") % {
                    "sum": format_number(in_unit(planned or 0, unit), grouped=True)
                }
                self.result.warnings.append(table.finding(row, PLANNED_MONEY, table_warning))
        indicators = self.tables.get(IndicatorResource.sheet_name)
        measured = {
            (fold_key(pledge.code), fold_name(indicator.name)): indicator
            for pledge in figures.pledges
            for indicator in pledge.indicators
        }
        for row in indicators.rows.values() if indicators else ():
            given = row.values.get(RATE)
            if indicators and given is not None:
                self._check_rate(figures, indicators, row, given, measured[row.key[:2]].rate)
        self._warn_of_contradictions(figures, table, indicators)

    def _check_rate(
        self, figures: PlanFulfilment, table: Table, row: ReadRow, given: Decimal, rate: Fraction | None
    ) -> None:
        exponent = given.as_tuple().exponent
        places = max(-exponent, 0) if isinstance(exponent, int) else 0
        if rate is not None and Decimal(display_rate(rate, places, figures.plan.rounding)) == given:
            return
        shown = figures.display(rate)
        self.result.warnings.append(
            table.finding(
                row, RATE, _("The rate that follows from the indicators is %(rate)s.") % {"rate": shown}
            )
        )

    def _warn_of_contradictions(
        self, figures: PlanFulfilment, table: Table, indicators: Table | None
    ) -> None:
        messages = fulfilment.warning_messages()
        first_rows: dict[tuple[str, str], ReadRow] = {}
        for row in indicators.rows.values() if indicators else ():
            first_rows.setdefault(row.key[:2], row)
        for warning in figures.warnings:
            message = messages.get(warning.code)
            if message is None:
                continue
            code = fold_key(warning.pledge)
            measured = first_rows.get((code, fold_name(warning.indicator)))
            pledge = table.rows.get((code,))
            if warning.indicator and measured and indicators:
                self.result.warnings.append(indicators.finding(measured, INDICATOR, message))
            elif not warning.indicator and pledge:
                column = STATUS if STATUS in table.positions else NAME
                self.result.warnings.append(table.finding(pledge, column, message))
