"""The tables of a card: money by source and year, indicators by year, tasks by quarter."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pledges.models import Term
from pledges.notation import NotationError, clean_text
from pledges.spreadsheet import Cell
from reports.workbook.cards import words
from reports.workbook.cards.grid import Grid, Region, Spot


@dataclass(frozen=True, slots=True)
class Value:
    """What a place of the card says: its cell as it is, a text made of it, or None where it is blank."""

    content: Cell | str | None
    spot: Spot

    @property
    def text(self) -> str:
        """What it reads, numbers too; "" where it is blank or can't be read."""
        if not isinstance(self.content, Cell):
            return clean_text(self.content or "")
        try:
            return clean_text(self.content.text)
        except NotationError:
            return ""


@dataclass(slots=True)
class TableRow:
    """A row of a table: values by the column of the contract's sheet that they fill, and where these columns'
    headers stand."""

    spot: Spot
    values: dict[str, Value]
    heads: dict[str, Spot]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column: its own word, that of the group it stands under, and its place."""

    word: str
    text: str
    group: str
    row: int
    left: int
    right: int


def kind_of_table(grid: Grid, number: int) -> str:
    """Of which table the row is the header; "" where of none."""
    row = grid.row(number)
    found = [region.word for region in row]
    if len(row) < 3:
        return ""
    if "재원" in found or (_has_money_below(grid, row) and words.MONEY_HEADS & set(found)):
        return words.MONEY
    if "구분" in found and any(word in words.INDICATOR_NAMES for word in found):
        return words.INDICATORS
    if any(word in words.TASK_NAMES for word in found[:2]) and any(words.year_of(word) for word in found):
        return words.SCHEDULE
    return ""


def _has_money_below(grid: Grid, row: list[Region]) -> bool:
    """Whether 재원 stands in the second row of a header, under a group (구분) in the first."""
    number = row[0].top
    groups = [region for region in row if region.bottom == number and region.right > region.left]
    return any(region.bottom == number + 1 for region in row) and any(
        each.word == "재원"
        for region in groups
        for each in grid.touching(number + 1, region.left, region.right)
    )


def read_table(
    grid: Grid, number: int, end: int, kind: str, term: Term
) -> tuple[list[TableRow], int, list[Leaf]]:
    """The rows of the table whose header begins in row ``number``, the last row that it takes up, and the
    headers that stand a second time: what is under them is not read."""
    leaves, last_head = _leaves(grid, number, kind)
    if kind == words.MONEY:
        columns = _money_columns([leaf for leaf in leaves if not _is_aside(leaf)], term)
    elif kind == words.INDICATORS:
        columns = _indicator_columns([leaf for leaf in leaves if not _is_aside(leaf)], term)
    else:
        columns = _schedule_columns([leaf for leaf in leaves if leaf.word == "비고" or not _is_aside(leaf)])
    doubled = [leaf for at, (name, leaf) in enumerate(columns) if name in {each for each, _ in columns[:at]}]
    of_columns = {(leaf.row, leaf.left) for _name, leaf in columns}
    not_ours = {(leaf.row, leaf.left) for leaf in leaves} - of_columns
    for at in (number, number + 1)[: last_head - number + 1]:
        # What is under the other headers is nobody's, and told with them.
        grid.take(*(region for region in grid.row(at) if region.spot not in not_ours))
    heads = {name: (leaf.row, leaf.left) for name, leaf in columns}
    rows, last = [], last_head
    for at in grid.numbers(last_head + 1, end):
        if at != last + 1 or _ends_table(grid, at, leaves):
            break
        last = at
        first = grid.row(at)[0]
        is_rate = kind == words.INDICATORS and re.match(r"(공약)?이행률", first.word) is not None
        values = {}
        for name, leaf in columns:
            region = grid.under(at, leaf.left, leaf.right)
            # The pledge's own rate has no years: what stands there is nobody's.
            if not is_rate or region == first or words.year_of(leaf.word) is None:
                grid.take(region)
            values[name] = Value(region.cell if region else None, region.spot if region else (at, leaf.left))
        rows.append(TableRow(first.spot, values, heads))
        if is_rate:
            break
    return rows, last, doubled


def _is_aside(leaf: Leaf) -> bool:
    return leaf.word in words.ASIDE_COLUMNS


def _ends_table(grid: Grid, number: int, leaves: list[Leaf]) -> bool:
    row = grid.row(number)
    if kind_of_table(grid, number):
        return True
    if len(row) > 1:
        return False
    region = row[0]
    is_aside = region.text[:1] in "※*([<" or words.heading(region.text) is not None
    return is_aside or (region.left <= leaves[0].left and region.right > leaves[0].right)


def _leaves(grid: Grid, number: int, kind: str) -> tuple[list[Leaf], int]:
    """The columns under a header of one row, or of two with groups above; and the header's last row."""
    row, below = grid.row(number), grid.row(number + 1)
    is_tall = any(region.bottom > number for region in row)
    # Without merged cells only what must still come tells a second row of the header from figures.
    has_years = any(words.year_of(region.word) for region in row)
    part_of = words.quarter_of if kind == words.SCHEDULE else words.year_of
    known = [part_of(region.word) for region in below]
    is_head = (
        len(below) > 1
        and has_years == (kind == words.SCHEDULE)
        and sum(found is not None for found in known) * 2 >= len(below)
    )
    kids = below if is_tall or is_head else []
    last = max(region.bottom for region in row) if is_tall else number + bool(kids)

    def leaf(region: Region, group: str = "") -> Leaf:
        return Leaf(region.word, region.text, group, region.top, region.left, region.right)

    leaves, placed = [], set()
    for region in row:
        mine = [kid for kid in kids if region.left <= kid.left <= region.right and region.bottom == number]
        placed |= {kid.left for kid in mine}
        leaves += [leaf(kid, region.word) for kid in mine] or [leaf(region)]
    for kid in kids:
        if kid.left not in placed:
            over = [region for region in row if region.left <= kid.left and region.bottom == number]
            leaves.append(leaf(kid, over[-1].word if over else ""))
    return sorted(leaves, key=lambda each: each.left), last


Columns = list[tuple[str, Leaf]]


def _year_label(leaf: Leaf, term: Term) -> str:
    """The contract's name of a year's column; of what is no year of the term, the card's own word."""
    year = words.year_of(leaf.word)
    return term.year_label(year) if year in term.years else leaf.text


def _money_columns(leaves: list[Leaf], term: Term) -> Columns:
    at = next(index for index, leaf in enumerate(leaves) if leaf.word == "재원")
    columns = [("재원", leaves[at])]
    if (project := _project_column(leaves[:at])) is not None:
        columns.append(("사업명", project))
    for leaf in leaves[at + 1 :]:
        if leaf.word in {"계", "합계", "총계"}:
            name = "소계" if leaf.group == "임기내" else "총계"
        elif leaf.word in {"임기내", "소계"}:
            name = "소계"
        elif leaf.word in {"임기후", "임기후투자", "임기이후"}:
            name = "임기후"
        elif leaf.word in {"기투자", "기투자액", "기투자금액"}:
            name = "기투자"
        else:
            name = _year_label(leaf, term)
        columns.append((name, leaf))
    return columns


def _project_column(leaves: list[Leaf]) -> Leaf | None:
    """Of the columns before 재원, the one that names the projects: by its header, else the last of them."""
    for name in words.PROJECT_NAMES:
        for leaf in leaves:
            if name in (words.bare(leaf.word), words.bare(leaf.group)):
                return leaf
    return leaves[-1] if leaves else None


def _indicator_columns(leaves: list[Leaf], term: Term) -> Columns:
    names: dict[str, Callable[[Leaf], bool]] = {
        "확인지표": lambda leaf: leaf.word in words.INDICATOR_NAMES,
        "단위": lambda leaf: leaf.word == "단위",
        "구분": lambda leaf: leaf.word == "구분",
        "이행률": lambda leaf: leaf.word.startswith(("이행률", "이행율", "달성률")),
    }
    columns = []
    for leaf in leaves:
        name = next((name for name, fits in names.items() if fits(leaf)), None)
        columns.append((name or _year_label(leaf, term), leaf))
    return columns


def _schedule_columns(leaves: list[Leaf]) -> Columns:
    columns = []
    for at, leaf in enumerate(leaves):
        year, quarter = words.year_of(leaf.group), words.quarter_of(leaf.word)
        if leaf.word in words.TASK_NAMES:
            columns.append(("세부과제", leaf))
        elif year and quarter:
            columns.append((f"{year}-{quarter}", leaf))
        elif at and leaf.word == "비고":
            columns.append(("비고", leaf))
        else:
            columns.append((f"{leaf.group} {leaf.text}".strip(), leaf))
    return columns


def blocks(rows: list[TableRow], column: str) -> Iterator[tuple[Value, list[TableRow]]]:
    """Rows in groups: each begins where ``column`` says something, or says it anew."""
    held: list[TableRow] = []
    name: Value | None = None
    for row in rows:
        value = row.values.get(column)
        if value and value.content is not None and not (name and value.text and value.text == name.text):
            if name:
                yield name, held
            name, held = value, []
        held.append(row)
    if held:
        yield name or Value(None, held[0].spot), held
