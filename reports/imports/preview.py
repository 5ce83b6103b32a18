"""What the page of one import shows of it: counts by sheet, errors, and every changed row, page by page."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator

from budgets.sheets import InvestmentResource
from pledges.enums import MoneyUnit
from pledges.models import Plan, Pledge
from pledges.notation import sheet_word
from pledges.sheets import InfoResource, PledgeResource, ToldRow
from pledges.sheets.plan import NAME, UNIT
from pledges.spreadsheet import Finding, Findings
from reports.models import ImportBatch
from reports.workbook.batches import stored_diff
from reports.workbook.diffs import Diff
from reports.workbook.importing import OF_PLEDGES, SHEET_NAMES
from reports.workbook.marking.notes import place_of

# Of each sheet, as long as none is chosen; and on a page of a chosen one.
ROWS_AT_FIRST, ROWS_A_PAGE = 20, 100
# A list of errors longer than this helps nobody; the marked file has them all.
LONGEST_LIST = 1_000
# Warnings beyond this many are folded.
OPEN_WARNINGS = 10
KINDS: Mapping[str, bool | None] = {"all": None, "new": True, "changed": False}


@dataclass(frozen=True, slots=True)
class SheetCounts:
    """Rows of one sheet; ``link`` leads to those that differ."""

    name: str
    new: int
    changed: int
    unchanged: int
    link: str = ""

    @property
    def differing(self) -> int:
        return self.new + self.changed

    def of_kind(self, kind: str) -> int:
        return {"new": self.new, "changed": self.changed}.get(kind, self.differing)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row that differs. ``code`` and ``name`` are its pledge's, "" where it is of none or nobody knows."""

    told: ToldRow
    code: str
    name: str
    key: Sequence[str]


@dataclass(frozen=True, slots=True)
class SheetRows:
    """Rows of one sheet as the page shows them. ``rest``: how many more there are on its own page.

    ``unit``: the word for the unit in which its amounts are told, "" where it has none.
    """

    sheet: SheetCounts
    rows: Sequence[ShownRow]
    rest: int = 0
    unit: str = ""

    @property
    def has_money(self) -> bool:
        return self.sheet.name == InvestmentResource.sheet_name


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow the rows."""

    key: str
    count: int
    link: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Preview:
    sheets: Sequence[SheetCounts]
    total: SheetCounts
    groups: Sequence[SheetRows]
    of_sheets: Sequence[Choice]
    of_kinds: Sequence[Choice]
    page: Page | None
    pages: Sequence[Any]
    query: str


class _Rows(Sequence[ToldRow]):
    """A sheet's rows of one kind, read where a paginator asks for them."""

    def __init__(self, diff: Diff, sheet: SheetCounts, kind: str) -> None:
        self.diff, self.sheet, self.kind = diff, sheet, kind

    def __len__(self) -> int:
        return self.sheet.of_kind(self.kind)

    @overload
    def __getitem__(self, index: int) -> ToldRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ToldRow]: ...
    def __getitem__(self, index: int | slice) -> ToldRow | Sequence[ToldRow]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        return list(self.diff.rows(self.sheet.name, index.start or 0, index.stop, is_new=KINDS[self.kind]))


def read_preview(batch: ImportBatch, wanted: Mapping[str, str]) -> Preview:
    """The rows that ``wanted`` (sheet, kind, page) asks for. What it asks wrongly is left aside.

    A query for the names of their pledges, and one for the unit of a finished import's amounts.
    """
    counts = {sheet.name: sheet for sheet in sheet_counts(batch)}
    chosen = counts.get(wanted.get("sheet", ""))
    kind = wanted.get("kind", "") if wanted.get("kind") in KINDS else "all"
    diff = stored_diff(batch)
    differing = [sheet for sheet in counts.values() if sheet.differing]
    page, pages = None, []
    if chosen:
        paginator = Paginator(_Rows(diff, chosen, kind), ROWS_A_PAGE)
        page = paginator.get_page(wanted.get("page"))
        pages = list(paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))
        found = [(chosen, list(page.object_list), 0)]
    else:
        found = [
            (
                sheet,
                list(_Rows(diff, sheet, kind)[:ROWS_AT_FIRST]),
                max(sheet.of_kind(kind) - ROWS_AT_FIRST, 0),
            )
            for sheet in differing
            if sheet.of_kind(kind)
        ]
    names = _pledge_names(batch, diff, (row for _sheet, rows, _rest in found for row in rows))
    groups = [
        SheetRows(
            sheet,
            [_shown(row, names) for row in rows],
            rest,
            money_unit(batch, diff) if rows and sheet.name == InvestmentResource.sheet_name else "",
        )
        for sheet, rows, rest in found
    ]
    name = chosen.name if chosen else ""
    total = SheetCounts("", sum(each.new for each in differing), sum(each.changed for each in differing), 0)
    return Preview(
        sheets=list(counts.values()),
        total=SheetCounts("", total.new, total.changed, sum(each.unchanged for each in counts.values())),
        groups=groups,
        of_sheets=[
            Choice(each.name, each.of_kind(kind), _query(each.name, kind), each.name == name)
            for each in [total, *differing]
        ],
        of_kinds=[
            Choice(each, (chosen or total).of_kind(each), _query(name, each), each == kind) for each in KINDS
        ],
        page=page,
        pages=pages,
        query=_query(name, kind),
    )


def sheet_counts(batch: ImportBatch) -> list[SheetCounts]:
    """The counts of a batch in the order of the workbook's sheets: a stored mapping may have lost it.

    Without 기본정보 where it is no sheet of the file: cards say nothing of it.
    """
    names = [name for name in SHEET_NAMES if name in batch.counts]
    names += [name for name in batch.counts if name not in names]
    if batch.layout == ImportBatch.Layout.CARDS:
        names = [name for name in names if name != InfoResource.sheet_name]
    return [SheetCounts(name, **batch.counts[name], link=_query(name, "all")) for name in names]


def findings(batch: ImportBatch, kind: str) -> Findings:
    """The batch's ``errors`` or ``warnings``, from the first sheet's first cell on."""
    found = Findings(in_order(Finding(**each) for each in batch.findings.get(kind, ())))
    found.rest += batch.findings.get("rest", {}).get(kind, 0)
    return found


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Findings by sheet (the workbook's own order, others as they come), row and column.

    Those about a whole sheet or file stand first; of one cell, in the order given.
    """
    order = {name: number for number, name in enumerate(("", *SHEET_NAMES))}
    listed = list(found)
    for each in listed:
        order.setdefault(each.sheet, len(order))
    return sorted(listed, key=lambda each: (order[each.sheet], place_of(each.cell) or (0, 0)))


def money_unit(batch: ImportBatch, diff: Diff) -> str:
    """The word for the unit in which a batch tells amounts: the plan's as the file leaves it."""
    for row in diff.rows(InfoResource.sheet_name):
        if row.key == (UNIT,):
            return row.cells[0].new
    plan = batch.plan
    if plan is None:
        return sheet_word(MoneyUnit.MILLION)
    if batch.applied_at is not None:
        # It may have been given another unit since.
        with contextlib.suppress(Plan.DoesNotExist):
            plan = plan.history.as_of(batch.applied_at)
    return sheet_word(MoneyUnit(plan.money_unit))


def _pledge_names(batch: ImportBatch, diff: Diff, rows: Iterable[ToldRow]) -> dict[str, str]:
    """The names of these rows' pledges by code: as the plan has them, or as the file brings them."""
    codes = {_code(row) for row in rows} - {""}
    names: dict[str, str] = {}
    if codes and batch.plan_id is not None:
        names.update(
            Pledge.objects.for_plan(batch.plan_id).for_codes(codes).order_by().values_list("code", "name")
        )
    if codes - names.keys():
        for row in diff.rows(PledgeResource.sheet_name, is_new=True):
            names.setdefault(_code(row), next((cell.new for cell in row.cells if cell.column == NAME), ""))
    return names


def _code(row: ToldRow) -> str:
    return row.key[0] if row.sheet in OF_PLEDGES else ""


def _shown(row: ToldRow, names: Mapping[str, str]) -> ShownRow:
    code = _code(row)
    return ShownRow(row, code, names.get(code, ""), row.key[1:] if code else row.key)


def _query(sheet: str, kind: str) -> str:
    """The address's own part for a choice, ``?sheet=…``; "?" for everything."""
    values = {"sheet": sheet} if sheet else {}
    if kind != "all":
        values["kind"] = kind
    return f"?{urlencode(values)}"
