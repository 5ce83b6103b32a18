"""The official card (관리카드) as a sequence of blocks: what the spreadsheet, the HWPX and the PDF all draw.

The form is Korean whatever language its reader has chosen, as a sheet's words
are: it is a city's own document. Source of the layout: the card form of Naju city.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Literal

from pledges.enums import Completion, IndicatorKind, MoneySource, MoneyUnit, Novelty, Status
from pledges.notation import NotationError, format_number, in_unit, parse_number, sheet_word
from reports.cards import TOTAL, Card, GridRow, MoneyRow, SubProjectTable
from reports.cardtext import (
    Line,
    about_line,
    achievement_lines,
    basis_lines,
    clean_line,
    indicator_title,
    text_lines,
    title_line,
)

Align = Literal["left", "center", "right"]

# Every table is this many units wide, so that all of them fit one grid of a spreadsheet.
WIDTH = 60
CHOSEN = "○"
NOTHING = "-"
MARKS = {"": "", "planned": "○", "under_way": "◐", "done": "●"}
MARKS_EXPLAINED = "(○ 계획  ◐ 추진 중  ● 완료)"

STATUS_BOXES = {
    Status.CLOSED: "완료 종결",
    Status.CONTINUING: "완료 후 계속추진",
    Status.ON_TRACK: "정상추진",
    Status.PARTIAL: "일부추진",
}


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell. ``number`` is what ``text`` shows, for programs that compute; ``unit`` follows it ("%")."""

    text: str
    columns: int = 1
    rows: int = 1
    is_head: bool = False
    align: Align = "center"
    number: Decimal | None = None
    unit: str = ""
    is_strong: bool = False

    @property
    def shown(self) -> str:
        return f"{self.text}{self.unit}"


@dataclass(frozen=True, slots=True)
class FormTable:
    """A table whose column ``widths`` add up to ``WIDTH``. ``rows`` hold only the cells that begin in them;
    the first ``head_rows`` are repeated on every page, and no cell reaches from them into the rest."""

    name: str
    widths: tuple[int, ...]
    rows: tuple[tuple[FormCell, ...], ...]
    head_rows: int = 0

    @property
    def groups(self) -> tuple[range, ...]:
        """The rows under the head in groups that belong together: no cell reaches out of one."""
        groups, end = [], self.head_rows
        for at in range(self.head_rows, len(self.rows)):
            if at >= end:
                groups.append(range(at, at))
            end = max(end, at + max((cell.rows for cell in self.rows[at]), default=1))
            groups[-1] = range(groups[-1].start, at + 1)
        return tuple(groups)

    def number_size(self, per_unit: float) -> float:
        """By how much numbers must be set smaller to fit their cells, at most 1. ``per_unit``: digits a unit
        of the width holds."""
        return min(
            (
                sum(self.widths[column : column + cell.columns]) * per_unit / len(cell.shown)
                for _row, column, cell in self.placed()
                if cell.number is not None
            ),
            default=1,
        )

    def placed(self) -> Iterator[tuple[int, int, FormCell]]:
        """Every cell with its row and column, from 0. ValueError where cells don't fill the table exactly."""
        if sum(self.widths) != WIDTH or min(self.widths) < 1:
            raise ValueError(f"{self.name}: columns are {sum(self.widths)} units wide, not {WIDTH}")
        taken: set[tuple[int, int]] = set()
        for number, row in enumerate(self.rows):
            for cell in row:
                column = next((at for at in range(len(self.widths)) if (number, at) not in taken), -1)
                area = {
                    (number + down, column + right)
                    for down in range(cell.rows)
                    for right in range(cell.columns)
                }
                last_row = self.head_rows if number < self.head_rows else len(self.rows)
                if (
                    column < 0
                    or column + cell.columns > len(self.widths)
                    or number + cell.rows > last_row
                    or taken & area
                ):
                    raise ValueError(f"{self.name}: “{cell.text}” in row {number} does not fit")
                taken |= area
                yield number, column, cell
        if len(taken) != len(self.rows) * len(self.widths):
            raise ValueError(f"{self.name}: a place of the table is empty")


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's heading: ``□ 추진실적``, or in the middle ``< 연도별 투자 계획 >``."""

    text: str
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Lines:
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A small remark: a unit, a 기준일."""

    text: str
    align: Align = "right"


Block = Heading | Lines | Note | FormTable


@dataclass(frozen=True, slots=True)
class Form:
    """A whole card. ``title`` is number and name; ``footer`` says whose, of which 기준일 and edition."""

    title: str
    city: str
    footer: str
    as_of: dt.date
    blocks: tuple[Block, ...]


def official_form(card: Card, edition: int | None = None) -> Form:
    """The card as the city's form shows it. ``edition`` is its number; None for a preview."""
    plan = card.plan
    number = "미리보기" if edition is None else f"제{edition}판"
    return Form(
        title=title_line(card),
        city=clean_line(plan.city),
        footer=clean_line(f"{plan.city} {plan.name} · 기준일 {_date(card.as_of)} · {number}"),
        as_of=card.as_of,
        blocks=tuple(_blocks(card)),
    )


def _blocks(card: Card) -> Iterator[Block]:
    yield Note(about_line(card) or NOTHING)
    if card.plan.is_fictional:
        yield Note(
            f"※ 지어낸 도시({clean_line(card.plan.city)})의 관리카드입니다. 내용은 모두 사실이 아닙니다.",
            "left",
        )
    if card.not_submitted:
        yield Note("※ 미제출: 이번 기준일의 보고가 없어 마지막으로 보고된 수치를 실었습니다.", "left")
    yield _boxes(card)
    yield from _text("❖ 정책목표", card.goal)
    yield from _text("□ 선거공보 원문", card.campaign_text)
    if overview := (*basis_lines(card.basis), *text_lines(card.overview)):
        yield Heading("□ 현황 및 정책개요")
        yield Lines(overview)
    if card.grid:
        yield Heading("□ 세부 추진상황")
        yield Note(MARKS_EXPLAINED)
        yield _schedule(card)
    if card.money.sub_projects or card.money.total:
        yield Heading("< 연도별 투자 계획 >", "center")
        yield Note(f"(단위 : {_unit(card)})")
        yield _investments(card)
        if card.money.execution_rate is not None:
            yield Note(f"집행률(집행액 ÷ 총계): {card.money.execution_rate}%")
    if card.achievements:
        yield Heading("□ 추진실적")
        yield Lines(tuple(line for each in card.achievements for line in achievement_lines(each)))
    if card.indicators or card.rate_is_entered:
        yield Heading("< 공약달성 확인지표 >", "center")
        yield Note(f"{_date(card.as_of)} 기준")
        yield _indicators(card)
    yield from _text("□ 부진 사유", card.cause)
    yield from _text("□ 대책", card.remedy)
    yield from _text("□ 기대효과", card.effects)


# --- Tables -------------------------------------------------------------------


def _boxes(card: Card) -> FormTable:
    """The boxes at the top, the chosen ones marked. A status of none of the four has a box of its own."""
    city = clean_line(card.plan.city)
    groups = {
        "완료시기": [
            ("임기내", card.completion == Completion.WITHIN_TERM),
            ("임기후", card.completion == Completion.AFTER_TERM),
        ],
        "사업주체": [
            ("국가", "state" in card.implementers),
            ("도", "province" in card.implementers),
            (city, "city" in card.implementers),
            ("민간", "private" in card.implementers),
        ],
        "신규여부": [("신규", card.novelty == Novelty.NEW), ("계속", card.novelty == Novelty.CONTINUED)],
        "예산구분": [("예산", card.budgeted is True), ("비예산", card.budgeted is False)],
    }
    boxes = [box for group in groups.values() for box in group]
    statuses = [(word, card.status == status, 2) for status, word in STATUS_BOXES.items()]
    if card.status in STATUS_BOXES or card.status == Status.NONE:
        statuses[1] = (*statuses[1][:2], 3)
    else:
        own = clean_line(card.own_status) or "기타"
        statuses.append((own if card.status == Status.OTHER else sheet_word(Status(card.status)), True, 1))
    return FormTable(
        name="공약 개요",
        widths=(5,) * 12,
        head_rows=0,
        rows=(
            (
                *(_head(label, len(group)) for label, group in groups.items()),
                _head(f"소요예산\n({_unit(card)})", 2),
            ),
            (
                *(_head(label) for label, _chosen in boxes),
                _money(card, card.money.planned, columns=2, rows=2, align="center", is_strong=True),
            ),
            tuple(_mark(chosen) for _label, chosen in boxes),
            (
                _head("추진\n상황", rows=2),
                *(_head(label, width) for label, _chosen, width in statuses),
                _head("이행률", rows=2),
                _rate(card.rate.display, unit="%", rows=2),
            ),
            tuple(_mark(chosen, width) for _label, chosen, width in statuses),
        ),
    )


def _schedule(card: Card) -> FormTable:
    """Tasks by quarter. A column a quarter, however many the term has."""
    count = len(card.quarters)
    has_long_notes = any(half_widths(row.note) > 10 for row in card.grid)
    note = 12 if has_long_notes else 6
    quarter = 2 if count * 2 + note + 14 <= WIDTH else 1
    years = [
        (year, len(list(group))) for year, group in groupby(card.quarters, key=lambda column: column.year)
    ]
    return FormTable(
        name="세부 추진상황",
        widths=(WIDTH - note - quarter * count, *(quarter,) * count, note),
        head_rows=2,
        rows=(
            (
                _head("세부 추진상황", rows=2),
                *(_head(f"{year}년" if held > 1 else f"{year}", held) for year, held in years),
                _head("비고", rows=2),
            ),
            tuple(_head(str(column.quarter)) for column in card.quarters),
            *(_task(row) for row in card.grid),
        ),
    )


def _task(row: GridRow) -> tuple[FormCell, ...]:
    return (
        FormCell(clean_line(row.task), is_head=True, align="left"),
        *(FormCell(MARKS[cell]) for cell in row.cells),
        FormCell(clean_line(row.note), align="left"),
    )


def _investments(card: Card) -> FormTable:
    """Money by sub-project and source; a plan's own unit. The sums of all sub-projects come first."""
    years = len(card.years)
    name_width, source_width = (9, 6) if _longest_amount(card) > 9 else (11, 7)
    blocks = list(card.money.sub_projects)
    if card.money.total is not None and len(blocks) != 1:
        blocks.insert(0, card.money.total)
    total = card.money.total
    rows: list[tuple[FormCell, ...]] = []
    for block in blocks:
        lines = list(_money_lines(block))
        for at, (label, line, is_strong) in enumerate(lines):
            name = _head(
                "합계" if block is total and len(blocks) != 1 else clean_line(block.name), rows=len(lines)
            )
            amounts = (line.total, line.prior, line.within_term, *line.years, line.after)
            rows.append(
                (
                    *([name] if at == 0 else []),
                    _head(label),
                    *(_money(card, amount, is_strong=is_strong) for amount in amounts),
                )
            )
    return FormTable(
        name="연도별 투자 계획",
        widths=(name_width, source_width, *_shares(WIDTH - name_width - source_width, years + 4)),
        head_rows=2,
        rows=(
            (
                _head("연도별\n사업별", rows=2),
                _head("재원", rows=2),
                _head("총계", rows=2),
                _head("기투자", rows=2),
                _head("임기내", years + 1),
                _head("임기후\n투자", rows=2),
            ),
            (_head("소계"), *(_head(str(column.year)) for column in card.years)),
            *rows,
        ),
    )


def _longest_amount(card: Card) -> int:
    """Characters of the pledge's planned or executed total, whichever is longer."""
    return max(len(_money(card, amount).shown) for amount in (card.money.planned, card.money.executed))


def _money_lines(block: SubProjectTable) -> Iterator[tuple[str, MoneyRow, bool]]:
    """The rows of a sub-project with their labels: planned by source, secured, executed."""
    for row in block.planned:
        yield _source(row.source), row, row.source == TOTAL
    for label, rows in (("확보액", block.secured), ("집행액", block.executed)):
        for row in rows:
            is_whole = row.source == TOTAL or (len(rows) == 1 and row.source == MoneySource.UNSPECIFIED)
            yield label if is_whole else f"{label}\n({_source(row.source)})", row, False


def _source(source: str) -> str:
    if source == TOTAL:
        return "총계"
    return "미구분" if source == MoneySource.UNSPECIFIED else sheet_word(MoneySource(source))


def _indicators(card: Card) -> FormTable:
    """Targets and actuals by year, each indicator's rate, and under them the pledge's."""
    count = len(card.years)
    rows: list[tuple[FormCell, ...]] = []
    for row in card.indicators:
        # As Naju's card says 목표 (누계): how the years add up to the rate stands behind the row's name.
        kind = f" ({sheet_word(IndicatorKind(row.kind))})"
        rows.append(
            (
                FormCell(indicator_title(row.name, row.baseline), rows=2, is_head=True, align="left"),
                FormCell(clean_line(row.unit), rows=2),
                _head(f"목표{kind}"),
                *(_value(cell) for cell in row.targets),
                _rate(row.rate.display, rows=2),
            )
        )
        rows.append((_head(f"이행{kind}"), *(_value(cell) for cell in row.actuals)))
    rule = "부서에서 입력한 이행률" if card.rate_is_entered else "각 지표 이행률의 평균으로 산출"
    rows.append((_head(f"공약 이행률 ({rule})", count + 3), _rate(card.rate.display)))
    return FormTable(
        name="공약달성 확인지표",
        widths=(14, 5, 9, *_shares(WIDTH - 35, count), 7),
        head_rows=1,
        rows=(
            (
                _head("확인지표"),
                _head("단위"),
                _head("구분"),
                *(_head(clean_line(column.label)) for column in card.years),
                _head("이행률 (%)"),
            ),
            *rows,
        ),
    )


# --- Cells --------------------------------------------------------------------


def _head(text: str, columns: int = 1, *, rows: int = 1) -> FormCell:
    return FormCell(text, columns, rows, is_head=True)


def _mark(chosen: bool, columns: int = 1) -> FormCell:
    return FormCell(CHOSEN if chosen else "", columns)


def _money(
    card: Card,
    won: int | None,
    *,
    columns: int = 1,
    rows: int = 1,
    align: Align = "right",
    is_strong: bool = False,
) -> FormCell:
    """An amount in the plan's unit; “-” where nothing was entered, which is not 0."""
    if won is None:
        return FormCell(NOTHING, columns, rows, align=align, is_strong=is_strong)
    amount = in_unit(won, MoneyUnit(card.plan.money_unit))
    text = format_number(amount, grouped=True)
    return FormCell(text, columns, rows, align=align, number=amount, is_strong=is_strong)


def _rate(display: str, *, unit: str = "", rows: int = 1) -> FormCell:
    """A rate as the plan rounds it; “–” without its unit where there is none."""
    number = _number(display)
    return FormCell(
        display, rows=rows, number=number, unit=unit if number is not None else "", is_strong=True
    )


def _value(cell: str) -> FormCell:
    """A year of an indicator in the sheet's notation; a plain number stays one."""
    return FormCell(clean_line(cell), number=_number(cell))


def _number(text: str) -> Decimal | None:
    try:
        return None if "(" in text else parse_number(text)
    except NotationError:
        return None


def _shares(units: int, count: int) -> tuple[int, ...]:
    """``units`` split into ``count`` columns as evenly as whole units allow, the wider ones first."""
    share, rest = divmod(units, count)
    return tuple(share + (at < rest) for at in range(count))


# --- Text ---------------------------------------------------------------------


def _text(heading: str, text: str) -> Iterator[Block]:
    """A heading and its lines; nothing where there is no text."""
    if lines := text_lines(text):
        yield Heading(heading)
        yield Lines(lines)


def _unit(card: Card) -> str:
    return sheet_word(MoneyUnit(card.plan.money_unit))


def _date(date: dt.date) -> str:
    return f"{date.year}. {date.month}. {date.day}."


def half_widths(text: str) -> int:
    """How wide a text is, counted in digits: a Hangul letter is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def lines_needed(text: str, width: float) -> int:
    """How many lines a text takes where one holds ``width`` digits. An estimate, on the generous side."""
    return sum(max(1, -(-half_widths(part) // max(1, int(width)))) for part in text.split("\n"))


def lines_of_rows(table: FormTable, per_unit: float) -> list[int]:
    """How many lines each row needs so that no cell is cut. ``per_unit``: digits a unit of the width holds.

    Where a cell over several rows needs more than they give, the last of them gets the rest.
    """
    lines = [1] * len(table.rows)
    needs = []
    for at, column, cell in table.placed():
        width = sum(table.widths[column : column + cell.columns]) * per_unit
        # Numbers are set smaller rather than on two lines.
        needs.append((cell.rows, at, lines_needed(cell.shown, width) if cell.number is None else 1))
    for rows, at, needed in sorted(needs):
        missing = needed - sum(lines[at : at + rows])
        if missing > 0:
            lines[at + rows - 1] += missing
    return lines
