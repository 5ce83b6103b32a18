"""기본정보 and 공약: the plan itself and the list of its pledges."""

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from import_export.resources import Resource

from pledges.enums import Completion, HeadlineMethod, MoneyUnit, Novelty, Rounding
from pledges.models import Area, Plan, Pledge
from pledges.notation import NotationError, clean_text
from pledges.sheets.base import (
    CellChange,
    Column,
    Key,
    ReadRow,
    SheetChanges,
    SheetResource,
    Table,
    ToldRow,
    header_message,
    header_word,
    report_problems,
)
from pledges.sheets.snapshot import Snapshot
from pledges.sheets.widgets import (
    AreaName,
    AreasWidget,
    BudgetedWidget,
    CodeWidget,
    DayWidget,
    DepartmentWidget,
    ImplementersWidget,
    MoneyWidget,
    NamesWidget,
    NameWidget,
    PercentWidget,
    SlugWidget,
    StatusWidget,
    TextWidget,
    WholeWidget,
    WordWidget,
    exact_rate,
    fold_name,
)
from pledges.spreadsheet import Finding, Findings, Row, Sheet, WrittenColumn, WrittenSheet
from pledges.successors import Successors
from pledges.validators import validate_city_code, validate_plan_code

CITY, CITY_CODE, NUMBER = "지자체", "지자체 코드", "민선"
STARTS_ON, ENDS_ON, AS_OF = "임기 시작", "임기 종료", "기준일"
PLAN_NAME, PLAN_CODE = "계획명", "계획 코드"
METHOD, DECIMALS, ROUNDING, UNIT = "이행률 산식", "소수 자릿수", "끝수 처리", "금액 단위"

CODE, NAME, AREA, STRATEGY = "공약번호", "공약명", "분야", "전략"
LEAD, SUPPORTING = "담당부서", "협조부서"
COMPLETION, IMPLEMENTERS, NOVELTY, BUDGETED = "완료시기", "사업주체", "신규여부", "예산구분"
PLANNED_MONEY, STATUS, RATE = "소요예산", "추진상황", "이행률"
# The texts of a card, by the column of a sheet.
TEXTS = {
    "선거공보 원문": "campaign_text",
    "정책목표": "goal",
    "추진근거": "basis",
    "현황 및 정책개요": "overview",
    "기대효과": "effects",
}

# How alike the name of a department has to be to one that stands for a slip to be thought of.
ALIKE = 0.7


@dataclass(slots=True)
class Info:
    """What 기본정보 says: values by item, with the address of each value."""

    values: dict[str, Any] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    errors: Findings = field(default_factory=Findings)


class InfoResource(Resource):
    """기본정보: one item a row.

    An absent item leaves a plan's setting alone, and has a default where the plan is new.
    """

    sheet_name = "기본정보"
    ITEM, VALUE = "항목", "값"

    city = Column(CITY, NameWidget(60), is_required=True)
    city_code = Column(CITY_CODE, SlugWidget(validate_city_code), is_required=True, is_text=True)
    number = Column(NUMBER, WholeWidget(1, 99), is_required=True)
    starts_on = Column(STARTS_ON, DayWidget(), is_required=True)
    ends_on = Column(ENDS_ON, DayWidget(), is_required=True)
    name = Column(PLAN_NAME, NameWidget(100))
    code = Column(PLAN_CODE, SlugWidget(validate_plan_code), is_text=True)
    as_of = Column(AS_OF, DayWidget(), is_required=True)
    method = Column(METHOD, WordWidget(HeadlineMethod, blank=None))
    decimals = Column(DECIMALS, WholeWidget(0, 2))
    rounding = Column(ROUNDING, WordWidget(Rounding, blank=None))
    unit = Column(UNIT, WordWidget(MoneyUnit, blank=None))

    # The settings of a plan, by the item that gives them.
    SETTINGS = {
        PLAN_NAME: "name",
        METHOD: "headline_method",
        DECIMALS: "decimals",
        ROUNDING: "rounding",
        UNIT: "money_unit",
    }

    def __init__(self) -> None:
        super().__init__()
        self.columns = {column.column_name: column for column in self.fields.values()}

    def read(self, sheet: Sheet) -> Info:
        info = Info(errors=Findings(sheet.findings))

        def error(address: str, value: str, message: str) -> None:
            info.errors.append(Finding(self.sheet_name, address, value, message))

        if sheet.hidden:
            error("A1", "", _("This sheet is hidden. Unhide it, look at it, and try again."))
        if info.errors:
            return info
        header = self._find_header(sheet)
        positions = self._read_header(sheet, header, info.errors)
        if header is None or len(positions) < 2:
            return info
        names = {spelling: name for name, column in self.columns.items() for spelling in column.spellings}
        strays = header.cells.keys() - positions.values()
        for row in sheet.rows:
            item = row.cells.get(positions[self.ITEM])
            value = row.cells.get(positions[self.VALUE])
            if row.number <= header.number:
                continue
            for column, stray in row.cells.items():
                is_blank = not header_word(stray) and not stray.problem
                if is_blank or column in strays or column in positions.values():
                    continue
                strays.add(column)
                error(
                    stray.address,
                    stray.shown,
                    _("There is a value here, but the column has no header in row %(row)s.")
                    % {"row": header.number},
                )
            if item is None and value is None:
                continue
            name = names.get(header_word(item)) if item else None
            if name is None or name in info.addresses:
                cell = item or value
                if cell is not None:
                    error(
                        cell.address,
                        cell.shown,
                        _("The item %(item)s stands here a second time.") % {"item": name}
                        if name
                        else _("This item is not known. Known items: %(items)s.")
                        % {"items": ", ".join(self.columns)},
                    )
                continue
            info.addresses[name] = value.address if value else f"B{row.number}"
            if value is None:
                continue
            try:
                read = self.columns[name].widget.clean(value)
            except NotationError as problem:
                error(value.address, value.shown, str(problem))
                continue
            if read not in {None, ""}:
                info.values[name] = read
        failed = {finding.cell for finding in info.errors}
        for name, column in self.columns.items():
            address = info.addresses.get(name, "A1")
            if column.is_required and name not in info.values and (address not in failed or address == "A1"):
                error(address, "", _("%(column)s is missing; every plan needs it.") % {"column": name})
        self._check_dates(info)
        return info

    def _find_header(self, sheet: Sheet) -> Row | None:
        """The first row with both headers, else the first with one of them."""
        wanted = {self.ITEM, self.VALUE}
        hits = [(len(wanted & {header_word(cell) for cell in row.cells.values()}), row) for row in sheet.rows]
        return next((row for least in (2, 1) for found, row in hits if found >= least), None)

    def _read_header(self, sheet: Sheet, header: Row | None, errors: list[Finding]) -> dict[str, int]:
        """The columns of 항목 and 값; every other word of the row, and what is missing, is an error."""
        positions: dict[str, int] = {}
        if header:
            report_problems(sheet, header.number, errors)
        for column, cell in header.cells.items() if header else ():
            word = header_word(cell)
            if not word or cell.problem:
                continue
            message = header_message(cell, (self.ITEM, self.VALUE))
            if word in positions:
                message = _("The column %(column)s stands here a second time.") % {"column": word}
            elif word in {self.ITEM, self.VALUE}:
                positions[word] = column
                continue
            errors.append(Finding(self.sheet_name, cell.address, cell.shown, message))
        told = {finding.cell for finding in errors}
        if len(positions) < 2 and not (header and told & {cell.address for cell in header.cells.values()}):
            errors.append(
                Finding(
                    self.sheet_name,
                    header.cells[min(header.cells)].address if header else "A1",
                    "",
                    _("The header is missing or incomplete; these columns have to be there: %(columns)s.")
                    % {"columns": f"{self.ITEM}, {self.VALUE}"},
                )
            )
        return positions

    def _check_dates(self, info: Info) -> None:
        starts_on, ends_on, as_of = (info.values.get(name) for name in (STARTS_ON, ENDS_ON, AS_OF))

        def error(name: str, message: str) -> None:
            info.errors.append(
                Finding(self.sheet_name, info.addresses[name], info.values[name].isoformat(), message)
            )

        if not (starts_on and ends_on):
            return
        if ends_on <= starts_on or ends_on.year - starts_on.year > 10:
            error(ENDS_ON, _("The term has to end after it starts, and within ten years."))
        elif as_of and not starts_on <= as_of <= dt.date(ends_on.year, 12, 31):
            error(
                AS_OF,
                _("The date has to lie in the term, from %(first)s to %(last)s.")
                % {"first": starts_on, "last": ends_on},
            )

    def compare(self, info: Info, plan: Plan | None) -> SheetChanges:
        """Counts by item, and the settings that differ; there are no rows to change."""
        changes = SheetChanges(self.sheet_name)
        differing = self.differing(info, plan) if plan else {}
        new = {name: (None, value) for name, value in info.values.items()} if plan is None else differing
        changes.tell = lambda: self._told_items(info, new, is_new=plan is None)
        if plan is None:
            changes.new = len(info.values)
        else:
            changes.changed = len(differing)
            changes.unchanged = len(info.values) - len(differing)
        return changes

    def _told_items(
        self, info: Info, items: Mapping[str, tuple[Any, Any]], *, is_new: bool
    ) -> Iterator[ToldRow]:
        for name, (old, new) in items.items():
            widget = self.columns[name].widget
            shown_old = "" if is_new else widget.shown(old, None)
            cell = CellChange(
                self.sheet_name, info.addresses[name], (name,), self.VALUE, shown_old, widget.shown(new, None)
            )
            yield ToldRow(self.sheet_name, is_new, (name,), [cell])

    def differing(self, info: Info, plan: Plan) -> dict[str, tuple[Any, Any]]:
        """(old, new) of the plan's settings that the sheet gives differently, by item."""
        return {
            name: (getattr(plan, attribute), info.values[name])
            for name, attribute in self.SETTINGS.items()
            if name in info.values and info.values[name] != getattr(plan, attribute)
        }

    def written(self, plan: Plan, as_of: dt.date | None) -> WrittenSheet:
        """The sheet as an export writes it."""
        term = plan.term
        values = {
            CITY: term.municipality.name,
            CITY_CODE: term.municipality.code,
            NUMBER: term.number,
            STARTS_ON: term.starts_on,
            ENDS_ON: term.ends_on,
            PLAN_NAME: plan.name,
            PLAN_CODE: plan.code,
            AS_OF: as_of,
            METHOD: plan.headline_method,
            DECIMALS: plan.decimals,
            ROUNDING: plan.rounding,
            UNIT: plan.money_unit,
        }
        columns = (WrittenColumn(self.ITEM, 16, is_text=True), WrittenColumn(self.VALUE, 40))
        return WrittenSheet(
            self.sheet_name,
            columns,
            [[name, self.columns[name].widget.render(value)] for name, value in values.items()],
        )


@dataclass(slots=True)
class AreaTree:
    """The plan's areas: names and parents by code."""

    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    def path(self, code: str) -> tuple[AreaName, ...]:
        """The area and what it stands under, from the top. At most four levels."""
        steps: list[AreaName] = []
        while code and len(steps) < 8:
            steps.append(AreaName(code, self.names.get(code, "")))
            code = self.parents.get(code, "")
        return tuple(reversed(steps))

    @classmethod
    def of(cls, areas: Mapping[str, Area]) -> "AreaTree":
        codes = {area.pk: code for code, area in areas.items()}
        return cls(
            {code: area.name for code, area in areas.items()},
            {code: codes.get(area.parent_id, "") if area.parent_id else "" for code, area in areas.items()},
        )


class PledgeResource(SheetResource):
    """공약: one pledge a row."""

    sheet_name = "공약"
    has_money = True

    code = Column(CODE, CodeWidget(), is_key=True, is_text=True)
    area = Column(AREA, AreasWidget(1), is_text=True, width=18)
    strategy = Column(STRATEGY, AreasWidget(4), is_text=True, width=18)
    name = Column(NAME, TextWidget(300), is_required=True, wraps=True, width=36)
    lead = Column(LEAD, DepartmentWidget(100), width=14)
    supporting = Column(SUPPORTING, NamesWidget(100), width=18)
    completion = Column(COMPLETION, WordWidget(Completion))
    implementers = Column(IMPLEMENTERS, ImplementersWidget())
    novelty = Column(NOVELTY, WordWidget(Novelty))
    budgeted = Column(BUDGETED, BudgetedWidget())
    planned = Column(PLANNED_MONEY, MoneyWidget(), is_checked=True)
    status = Column(STATUS, StatusWidget(), width=16)
    rate = Column(RATE, PercentWidget())
    campaign_text = Column("선거공보 원문", TextWidget(), wraps=True, width=40)
    goal = Column("정책목표", TextWidget(), wraps=True, width=40)
    basis = Column("추진근거", TextWidget(), wraps=True, width=40)
    overview = Column("현황 및 정책개요", TextWidget(), wraps=True, width=40)
    effects = Column("기대효과", TextWidget(), wraps=True, width=40)

    def stored(
        self,
        snapshot: Snapshot,
        tree: AreaTree,
        area_codes: Mapping[int, str],
        supporting: Mapping[int, tuple[str, ...]],
        with_indicators: frozenset[int],
    ) -> dict[Key, dict[str, Any]]:
        """Every pledge as an export writes it. A pledge with indicators has no rate of its own here."""
        return {
            (code,): self._stored(pledge, snapshot, tree, area_codes, supporting, with_indicators)
            for code, pledge in snapshot.pledges.items()
        }

    def _stored(
        self,
        pledge: Pledge,
        snapshot: Snapshot,
        tree: AreaTree,
        area_codes: Mapping[int, str],
        supporting: Mapping[int, tuple[str, ...]],
        with_indicators: frozenset[int],
    ) -> dict[str, Any]:
        path = tree.path(area_codes.get(pledge.area_id or 0, ""))
        return {
            AREA: path[:1],
            STRATEGY: path[1:],
            NAME: stored_text(pledge.name),
            LEAD: fold_name(pledge.lead_department.name) if pledge.lead_department else "",
            SUPPORTING: supporting.get(pledge.pk, ()),
            COMPLETION: pledge.completion,
            IMPLEMENTERS: pledge.implementers,
            NOVELTY: pledge.novelty,
            BUDGETED: pledge.budgeted,
            STATUS: snapshot.status_of(pledge.pk),
            RATE: None if pledge.pk in with_indicators else snapshot.entered_rate_of(pledge.pk),
            **{column: stored_text(getattr(pledge, name)) for column, name in TEXTS.items()},
        }

    def resolve_departments(
        self, table: Table, stored: Mapping[Key, Mapping[str, Any]], successors: Successors
    ) -> list[str]:
        """Let names of departments that were renamed or merged mean their successors; gives the new names.

        The name of a department that was split means the one of its parts that
        has the pledge now; where none has, it is an error that names the parts.
        What a name means now, and each new name, is told once.
        """
        new: list[str] = []
        told: set[tuple[str, str]] = set()
        for row in table.rows.values():
            before = stored.get(row.key, {})
            present = {name for name in (before.get(LEAD, ""), *before.get(SUPPORTING, ())) if name}
            means = {
                name: self._meant(table, row, column, name, column_present, successors, new, told)
                for column, names, column_present in (
                    (LEAD, [row.values.get(LEAD)], {before.get(LEAD, "")}),
                    (SUPPORTING, row.values.get(SUPPORTING, ()), present),
                )
                for name in names
                if name
            }
            if row.values.get(LEAD):
                row.values[LEAD] = next(iter(means[row.values[LEAD]]), row.values[LEAD])
            if SUPPORTING in row.values:
                lead = row.values.get(LEAD, before.get(LEAD, ""))
                row.values[SUPPORTING] = tuple(
                    sorted(
                        {
                            heir
                            for name in row.values[SUPPORTING]
                            for heir in means[name]
                            # Merged with the lead department, it is no supporting one beside.
                            if heir == name or heir != lead
                        }
                    )
                )
        return new

    def _meant(
        self,
        table: Table,
        row: ReadRow,
        column: str,
        name: str,
        present: Set[str],
        successors: Successors,
        new: list[str],
        told: set[tuple[str, str]],
    ) -> tuple[str, ...]:
        """The names that ``name`` means in this row: mostly itself. ``present``: the pledge's own now."""
        heirs = tuple(fold_name(heir.name) for heir in successors.heirs(name))
        ended = successors.departments.get(name)
        if heirs == (name,):
            moved = [
                heir for each in successors.parted(name) if (heir := fold_name(each.name)) in present - {name}
            ]
            if moved and name not in present:
                table.warn(
                    row,
                    column,
                    _("“%(name)s” was split, and this pledge went to “%(successor)s”; it comes back by this.")
                    % {"name": name, "successor": ", ".join(moved)},
                )
            return heirs
        if len(heirs) > 1:
            chosen = tuple(heir for heir in heirs if heir in present)
            if not chosen:
                table.error(
                    row,
                    column,
                    _("The department “%(name)s” was split into %(successors)s. Write which one is meant.")
                    % {"name": name, "successors": ", ".join(heirs)},
                )
                return (name,)
            heirs = chosen
        elif not heirs and ended is not None:
            table.error(row, column, successors.refusal(ended))
            return (name,)
        elif not heirs:
            if name not in new:
                new.append(name)
                alike = difflib.get_close_matches(name, successors.departments, 1, ALIKE)
                message = _("The department “%(name)s” is new and will be created.")
                if alike:
                    message = _(
                        "The department “%(name)s” is new and will be created. If “%(known)s” is meant,"
                        " write that."
                    )
                table.warn(row, column, message % {"name": name, "known": "".join(alike)})
            return (name,)
        if (name, heirs[0]) not in told:
            told.add((name, heirs[0]))
            table.warn(
                row,
                column,
                _("The department “%(name)s” is “%(successor)s” since %(date)s; that one is meant.")
                % {
                    "name": name,
                    "successor": ", ".join(heirs),
                    "date": successors.last(name)[0].changed_on.isoformat(),
                },
            )
        return heirs

    def check_names(self, table: Table) -> None:
        """A pledge needs a name, whether it is new or not."""
        for row in table.rows.values():
            if row.values.get(NAME) == "" and not any(
                finding.cell == table.address(row, NAME) for finding in table.errors
            ):
                table.error(row, NAME, _("%(column)s is missing; every row needs it.") % {"column": NAME})

    def check_rates(self, table: Table) -> None:
        """Rates that will be stored have at most four decimals; those only compared are set aside before."""
        for row in table.rows.values():
            if (rate := row.values.get(RATE)) is None:
                continue
            try:
                row.values[RATE] = exact_rate(rate)
            except NotationError as error:
                del row.values[RATE]
                table.error(row, RATE, str(error))

    def compare(self, table: Table, stored: Mapping[Key, Mapping[str, Any]]) -> SheetChanges:
        self.check_rates(table)
        return super().compare(table, stored)

    def resolve_areas(
        self, table: Table, stored: Mapping[Key, Mapping[str, Any]], tree: AreaTree
    ) -> AreaTree:
        """Fill in names that the file leaves out, check that every code has one name and one place.

        Gives the tree as it will be. Cells become full steps, so that they compare with stored ones.
        """
        if AREA not in table.positions and STRATEGY not in table.positions:
            return tree
        names = dict(tree.names)
        given: dict[str, str] = {}
        parents = dict(tree.parents)
        placed: dict[str, str] = {}
        for row in table.rows.values():
            path = self._path(row, table, stored.get(row.key, {}))
            if path is None:
                continue
            for column, step, parent in path:
                if step.name and given.setdefault(step.code, step.name) != step.name:
                    table.error(
                        row,
                        column,
                        _("Area %(code)s is called “%(name)s” in another row; one code has one name.")
                        % {"code": step.code, "name": given[step.code]},
                    )
                expected = placed.get(step.code, parents.get(step.code))
                if expected is not None and expected != parent:
                    table.error(
                        row,
                        column,
                        _("Area %(code)s stands under %(parent)s elsewhere; it can't stand in two places.")
                        % {"code": step.code, "parent": expected or _("no other area")},
                    )
                else:
                    placed[step.code] = parent
        names.update({code: "" for code in placed if code not in names})
        names.update(given)
        parents.update(placed)
        for row in table.rows.values():
            for column in (AREA, STRATEGY):
                if column in row.values:
                    row.values[column] = tuple(
                        AreaName(
                            step.code, step.name or tree.names.get(step.code) or names.get(step.code, "")
                        )
                        for step in row.values[column]
                    )
        return AreaTree(names, parents)

    def path_after(self, row: ReadRow, before: Mapping[str, Any]) -> tuple[str, ...]:
        """The codes of a pledge's areas from the top, as the row leaves them.

        Without a strategy column the strategy stays as long as the area does.
        """
        old_top, old_rest = _codes(before.get(AREA, ())), _codes(before.get(STRATEGY, ()))
        top = _codes(row.values[AREA]) if AREA in row.values else old_top
        if STRATEGY in row.values:
            return top + _codes(row.values[STRATEGY])
        return top + (old_rest if top == old_top else ())

    def _path(
        self, row: ReadRow, table: Table, before: Mapping[str, Any]
    ) -> list[tuple[str, AreaName, str]] | None:
        """(column, step, parent's code) of a row's areas, from the top; None where they don't fit."""
        top = row.values.get(AREA) if AREA in table.positions else before.get(AREA, ())
        rest = row.values.get(STRATEGY, ())
        if top is None:
            return None
        if rest and not top:
            table.error(row, STRATEGY, _("A strategy needs an area (분야) in the same row."))
            return None
        path = []
        parent = ""
        for column, step in [(AREA, step) for step in top] + [(STRATEGY, step) for step in rest]:
            if column == AREA and AREA not in table.positions:
                parent = step.code
                continue
            path.append((column, step, parent))
            parent = step.code
        if len(top) + len(rest) > 4:
            table.error(row, STRATEGY, _("Areas have at most four levels."))
            return None
        return path


def _codes(steps: tuple[AreaName, ...]) -> tuple[str, ...]:
    return tuple(step.code for step in steps)


def stored_text(text: str) -> str:
    """A stored text as a sheet gives it back: web forms store line ends of their own."""
    return clean_text(text.replace("\r\n", "\n").replace("\r", "\n"))
