"""What the page of one import shows of it: counts by sheet, errors, and every changed row, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator

from pledges.sheets import ToldRow
from pledges.spreadsheet import Finding
from reports.models import ImportBatch
from reports.workbook.batches import stored_diff
from reports.workbook.diffs import Diff
from reports.workbook.importing import SHEET_NAMES

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
class SheetRows:
    """Rows of one sheet as the page shows them. ``rest``: how many more there are on its own page."""

    sheet: SheetCounts
    rows: Sequence[ToldRow]
    rest: int = 0


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
    """The rows that ``wanted`` (sheet, kind, page) asks for, without queries. What it asks wrongly is left
    aside."""
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
        groups = [SheetRows(chosen, list(page.object_list))]
    else:
        groups = [
            SheetRows(
                sheet,
                _Rows(diff, sheet, kind)[:ROWS_AT_FIRST],
                max(sheet.of_kind(kind) - ROWS_AT_FIRST, 0),
            )
            for sheet in differing
            if sheet.of_kind(kind)
        ]
    name = chosen.name if chosen else ""
    total = SheetCounts("", sum(each.new for each in differing), sum(each.changed for each in differing), 0)
    return Preview(
        sheets=list(counts.values()),
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
    """The counts of a batch in the order of the workbook's sheets: a stored mapping may have lost it."""
    names = [name for name in SHEET_NAMES if name in batch.counts]
    names += [name for name in batch.counts if name not in names]
    return [SheetCounts(name, **batch.counts[name], link=_query(name, "all")) for name in names]


def findings(batch: ImportBatch, kind: str) -> list[Finding]:
    """The batch's ``errors`` or ``warnings``, as the import told them."""
    return [Finding(**each) for each in batch.findings.get(kind, ())]


def _query(sheet: str, kind: str) -> str:
    """The address's own part for a choice, ``?sheet=…``; "?" for everything."""
    values = {"sheet": sheet} if sheet else {}
    if kind != "all":
        values["kind"] = kind
    return f"?{urlencode(values)}"
