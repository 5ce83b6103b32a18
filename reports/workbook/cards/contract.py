"""From cards to the sheets of the contract: the cards' cells in the columns that they mean."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from pledges.enums import MoneyUnit
from pledges.notation import NotationError, clean_text, fold_key, fold_word, parse_dates
from pledges.spreadsheet import Cell, Finding, Findings, Row, Sheet, Workbook
from reports.workbook.cards import words
from reports.workbook.cards.grid import Spot, address
from reports.workbook.cards.known import Known, same_rows
from reports.workbook.cards.layout import FoundCard, Text, title_code
from reports.workbook.cards.place import CardPlace
from reports.workbook.cards.tables import TableRow, Value, blocks
from reports.workbook.cards.unread import unread_cell

INFO, PLEDGES, INDICATORS, MONEY, SCHEDULE, ACHIEVEMENTS = (
    "기본정보",
    "공약",
    "확인지표",
    "투자계획",
    "추진일정",
    "추진실적",
)
CODE, NAME, AREA, STRATEGY, LEAD, SUPPORTING = "공약번호", "공약명", "분야", "전략", "담당부서", "협조부서"
RATE, BUDGET = "이행률", "소요예산"
INDICATOR, SIDE, KIND, BASELINE, MEASURE = "확인지표", "구분", "유형", "기준값", "단위"
PROJECT, SOURCE, TOTAL = "사업명", "재원", "총계"
TASK, NOTE = "세부과제", "비고"
DATES, TEXT, DETAILS = "일자", "내용", "세부내용"


class FilledSheet:
    """A sheet of the contract, filled row by row; a column of which a row is told nothing is silent."""

    def __init__(self, name: str, *columns: str) -> None:
        self.name = name
        self.columns: dict[str, int] = {}
        self.rows: list[Row] = []
        self.told: list[set[int]] = []
        self.places: dict[str, tuple[str, str]] = {}
        self.required = columns

    def add(
        self,
        card: FoundCard,
        values: Mapping[str, Value],
        *,
        spot: Spot | None = None,
        unit: str = "",
        heads: Mapping[str, Spot] | None = None,
    ) -> None:
        """A row with ``values`` by column; ``spot`` is the place of what has none of its own, ``heads`` are
        those of the columns' headers."""
        spot = spot or card.spot
        if not self.rows:
            for column in self.required:
                self._column(column, card, spot)
        number = len(self.rows) + 2
        cells: dict[int, Cell] = {}
        told: set[int] = set()
        self.places[f"A{number}"] = card.sheet, address(spot)
        for name, value in values.items():
            at = self._column(name, card, (heads or {}).get(name, value.spot))
            told.add(at)
            self.places[f"{get_column_letter(at)}{number}"] = card.sheet, address(value.spot)
            if (cell := self._cell(number, at, value)) is not None:
                cells[at] = cell
        self.rows.append(Row(number, cells, unit=unit, name=f"{card.sheet} {address(spot)}"))
        self.told.append(told)

    def _column(self, name: str, card: FoundCard, spot: Spot) -> int:
        if name not in self.columns:
            self.columns[name] = len(self.columns) + 1
            # A column that the contract doesn't know is told where a card first has it.
            self.places[f"{get_column_letter(self.columns[name])}1"] = card.sheet, address(spot)
        return self.columns[name]

    def _cell(self, number: int, column: int, value: Value) -> Cell | None:
        content = value.content
        if isinstance(content, Cell):
            return Cell(self.name, number, column, content.value, content.is_percent, content.problem)
        return Cell(self.name, number, column, content) if content else None

    def sheet(self) -> Sheet:
        everything = set(self.columns.values())
        for row, told in zip(self.rows, self.told, strict=True):
            row.silent = frozenset(everything - told)
        header = Row(1, {column: Cell(self.name, 1, column, name) for name, column in self.columns.items()})
        return Sheet(self.name, rows=[header, *self.rows])


@dataclass(slots=True)
class Filled:
    """The contract's sheets while cards are added."""

    place: CardPlace
    known: Mapping[str, Known]
    warnings: Findings = field(default_factory=Findings)
    pledges: FilledSheet = field(default_factory=lambda: FilledSheet(PLEDGES, CODE, NAME))
    indicators: FilledSheet = field(default_factory=lambda: FilledSheet(INDICATORS, CODE, INDICATOR, SIDE))
    money: FilledSheet = field(default_factory=lambda: FilledSheet(MONEY, CODE, PROJECT, SOURCE))
    schedule: FilledSheet = field(default_factory=lambda: FilledSheet(SCHEDULE, CODE, TASK))
    achievements: FilledSheet = field(
        default_factory=lambda: FilledSheet(ACHIEVEMENTS, CODE, DATES, TEXT, DETAILS)
    )

    def add(self, card: FoundCard, code: Value, name: Value | None) -> None:
        """One card, whose number is ``code``."""
        known = self.known.get(fold_key(code.text))
        self._add_pledge(card, code, name, known)
        self._add_indicators(card, code, known)
        self._add_money(card, code, name, known)
        self._add_schedule(card, code, known)
        self._add_achievements(card, code, known)
        if card.dated and card.dated[0] != self.place.as_of:
            self.warn(
                card,
                card.dated[1],
                card.dated[0].isoformat(),
                _("The card is of this date; its figures are taken for %(as_of)s.")
                % {"as_of": self.place.as_of.isoformat()},
            )

    def warn(self, card: FoundCard, spot: Spot, value: str, message: str) -> None:
        self.warnings.append(Finding(card.sheet, address(spot), value, message))

    def book(self, others: list[str], errors: Findings) -> Workbook:
        """The workbook that an import reads, with the place of each cell in the file."""
        result = Workbook({INFO: _info(self.place)}, others, [], errors=errors, warnings=self.warnings)
        for sheet in (self.pledges, self.indicators, self.money, self.schedule, self.achievements):
            if sheet.rows:
                result.sheets[sheet.name] = sheet.sheet()
                result.places.update({(sheet.name, cell): place for cell, place in sheet.places.items()})
        # What is wrong with the plan or the 기준일 stands nowhere in the file.
        result.places.setdefault((INFO, "A1"), ("", ""))
        return result

    # --- 공약 -----------------------------------------------------------------------

    def _add_pledge(self, card: FoundCard, code: Value, name: Value | None, known: Known | None) -> None:
        values: dict[str, Value] = {CODE: code}
        if name is not None and not (known and name.text == known.name):
            values[NAME] = name
        if known is None and NAME not in values:
            values[NAME] = Value(None, code.spot)
        fields = {**self._about(card, known), **card.fields}
        shown = (
            {
                AREA: known.area,
                STRATEGY: known.strategy,
                LEAD: clean_text(known.card.lead_department),
                SUPPORTING: known.supporting,
            }
            if known
            else {}
        )
        for column, value in fields.items():
            if column in {CODE, NAME, RATE} or (column in shown and value.text == shown[column]):
                continue
            values[column] = value
        if (rate := self._rate(card, known)) is not None:
            values[RATE] = rate
        values.update(self._texts(card, known))
        self._warn_of_blanks(card, values, known)
        self.pledges.add(card, values, unit=card.budget_unit or card.money_unit)

    def _warn_of_blanks(self, card: FoundCard, values: Mapping[str, Value], known: Known | None) -> None:
        """A place that stands on the card and is blank clears what is stored, by the contract; say so."""
        for column, value in values.items():
            if known and not value.text and not is_unreadable(value) and (stored := known.stored(column)):
                self.warn(
                    card,
                    value.spot,
                    "",
                    _("%(column)s is blank on the card: what the plan has there (%(stored)s) is cleared.")
                    % {"column": column, "stored": Truncator(stored).chars(60)},
                )
        if card.unmarked and (
            known is None or any(known.stored(box) for box in (*words.BOXES, words.STATUS))
        ):
            self.warn(
                card,
                card.unmarked,
                "",
                _("No box of this card is marked in its cell; nothing of the boxes is taken from it."),
            )

    def _about(self, card: FoundCard, known: Known | None) -> dict[str, Value]:
        """What the line under the title says of area and departments; nothing where it is as stored."""
        if card.about is None or (known and card.about.text == known.about):
            return {}
        found: dict[str, Value] = {}
        spot = card.about.spot
        for part in re.split(r"\s*\|\s*", card.about.text):
            label, _space, text = part.partition(" ")
            column = words.field_label(label)
            if column == AREA:
                first, _arrow, rest = text.partition(">")
                found[AREA] = Value(first.strip(), spot)
                found[STRATEGY] = Value(rest.strip() or None, spot)
            elif column in {LEAD, SUPPORTING}:
                found[column] = Value(text.strip() or None, spot)
            elif part.strip():
                self.warn(card, spot, part.strip(), _("This part of the line was not read."))
        return found

    def _rate(self, card: FoundCard, known: Known | None) -> Value | None:
        rate = card.fields.get(RATE)
        for row in card.indicators:
            if rate is None and re.match(r"(공약)?이행률", fold_word(row.values[INDICATOR].text)):
                rate = row.values.get(RATE)
        if rate is None or (known and not known.has_indicators and _shows(rate, known.card.rate.display)):
            return None
        return rate

    def _texts(self, card: FoundCard, known: Known | None) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for column, text in card.texts.items():
            if column in {"정책목표", "선거공보 원문", "기대효과"}:
                if known is None or not same_rows(_filled(text), known.text_rows(column)):
                    found[column] = _joined(text, text.lines)
            elif column == words.BASIS:
                found[column] = _joined(text, text.lines, unpointed=True)
        if (overview := card.texts.get(words.OVERVIEW)) is not None:
            found.update(self._overview(overview, known))
        for column, stored in ((words.CAUSE, "cause"), (words.REMEDY, "remedy")):
            section = card.texts.get(column)
            if section and (known is None or _filled(section) != _filled_text(getattr(known.card, stored))):
                self.warn(
                    card,
                    section.spot,
                    column,
                    _("Causes and remedies are not taken from a card; enter them in the quarter's report."),
                )
        return found

    def _overview(self, text: Text, known: Known | None) -> dict[str, Value]:
        """현황 및 정책개요 with 추진근거 under a heading of its own: up to the next line of that rank."""
        lines = [line for line in text.lines if line[0].strip()]
        plain = [clean_text(line) for line, _spot in lines]
        if known:
            basis, overview = known.basis_rows, known.overview_rows
            if plain == basis + overview:
                return {}
            if basis and plain[: len(basis)] == basis:
                return {words.OVERVIEW: _joined(text, lines[len(basis) :])}
        start = next((at for at, line in enumerate(plain) if _is_basis(line)), None)
        if start is None:
            return {words.OVERVIEW: _joined(text, lines)}
        _head, colon, rest = plain[start].partition(":")
        end = next((at for at in range(start + 1, len(lines)) if plain[at][:1] in "○◦❍●ㅇ□■"), len(lines))
        basis_lines = [(rest.strip(), lines[start][1])] if colon and rest.strip() else []
        basis_lines += lines[start + 1 : end]
        found = {words.OVERVIEW: _joined(text, lines[:start] + lines[end:])}
        if not (
            known
            and [_unpointed(line) for line, _spot in basis_lines]
            == [_unpointed(line) for line in known.basis_rows[1:]]
        ):
            found[words.BASIS] = _joined(Text(lines[start][1]), basis_lines, unpointed=True)
        if known and plain[:start] + plain[end:] == known.overview_rows:
            del found[words.OVERVIEW]
        return found

    # --- 확인지표 ---------------------------------------------------------------------

    def _add_indicators(self, card: FoundCard, code: Value, known: Known | None) -> None:
        for name, rows in blocks(card.indicators, INDICATOR):
            if re.match(r"(공약)?이행률", fold_word(name.text)) and len(rows) == 1:
                continue
            self._add_indicator(card, code, name, rows, known)

    def _add_indicator(
        self, card: FoundCard, code: Value, name: Value, rows: list[TableRow], known: Known | None
    ) -> None:
        shared: dict[str, Value] = {CODE: code, INDICATOR: name}
        stored = known.indicator(name.text) if known else None
        match = re.fullmatch(r"(.*?)\s*\(\s*기준값\s*:?\s*([^()]+|\([^()]*\))\)", name.text, re.DOTALL)
        if stored is not None:
            shared[INDICATOR] = Value(stored, name.spot)
        elif match:
            shared[INDICATOR] = Value(match[1], name.spot)
        if match and (stored is None or match[1] == clean_text(stored) or not known):
            shared[BASELINE] = Value(match[2], name.spot)
        kinds = {kind for row in rows if (kind := _side(row)[1])}
        if len(kinds) == 1:
            shared[KIND] = Value(kinds.pop(), rows[0].values[SIDE].spot)
        elif stored is None:
            self._guess_kind(card, shared, rows, name, has_baseline=bool(match))
        if MEASURE in rows[0].values:
            shared[MEASURE] = rows[0].values[MEASURE]
        for at, row in enumerate(rows):
            values = {**row.values, **shared, SIDE: _side(row)[0]}
            if at:
                # They stand once for both rows.
                for column in (MEASURE, RATE):
                    other = row.values.get(column)
                    if other and other.text not in ("", rows[0].values[column].text):
                        self.warn(card, other.spot, other.text, unread_cell())
                values.pop(RATE, None)
            self.indicators.add(card, values, spot=name.spot, heads=row.heads)

    def _guess_kind(
        self,
        card: FoundCard,
        shared: dict[str, Value],
        rows: list[TableRow],
        name: Value,
        *,
        has_baseline: bool,
    ) -> None:
        """A new indicator of which the card does not say how it counts."""
        years = [
            value.text
            for row in rows
            for column, value in row.values.items()
            if words.year_of(column.replace(" ", ""))
        ]
        if any("(" in text for text in years):
            return
        if has_baseline:
            shared[KIND] = Value("감소", name.spot)
            self.warn(
                card,
                name.spot,
                name.text,
                _("The card does not say how this indicator counts; with a base value it is taken as one that"
                  " falls (감소)."),
            )  # fmt: skip
            return
        self.warn(
            card,
            name.spot,
            name.text,
            _("The card does not say how this indicator counts; it is taken as a yearly count (누계)."),
        )

    # --- 투자계획 ---------------------------------------------------------------------

    def _add_money(self, card: FoundCard, code: Value, name: Value | None, known: Known | None) -> None:
        if card.money and not card.money_unit:
            self.warn(
                card,
                card.money[0].spot,
                "",
                _("No unit of money is noted at this table; its amounts are read in %(unit)s.")
                % {"unit": MoneyUnit(self.place.plan.money_unit).label},
            )
        for project, rows in blocks(card.money, PROJECT):
            if fold_word(project.text) in words.TOTALS:
                continue
            if project.content is None and not any(PROJECT in row.values for row in rows):
                # A table of one project has no column for its name: it is the pledge's.
                project = Value(name.text if name else None, rows[0].spot)
            stored = known.project(project.text) if known else None
            named = project if stored is None else Value(stored, project.spot)
            lines = [(row, *_line(row.values[SOURCE])) for row in rows]
            split = {kind for _row, kind, source, _value in lines if source}
            for row, kind, source, value in lines:
                if kind == words.NOT_SPLIT or (kind in split and not source):
                    # Sums of the rows by source, and what 총계 says already.
                    continue
                values = {**row.values, CODE: code, PROJECT: named, SOURCE: value}
                self.money.add(card, values, spot=value.spot, unit=card.money_unit, heads=row.heads)

    # --- 추진일정 ---------------------------------------------------------------------

    def _add_schedule(self, card: FoundCard, code: Value, known: Known | None) -> None:
        for row in card.schedule:
            task = row.values.get(TASK) or Value(None, row.spot)
            stored = known.task(task.text) if known else None
            values = {**row.values, CODE: code, TASK: task if stored is None else Value(stored, task.spot)}
            signs = [name for name in values if name not in {CODE, TASK, NOTE}]
            if all(values[name].content is None for name in signs):
                # A grid whose bars are drawn or shaded says nothing that could be read.
                values = {name: value for name, value in values.items() if name not in signs}
            self.schedule.add(card, values, spot=task.spot, heads=row.heads)

    # --- 추진실적 ---------------------------------------------------------------------

    def _add_achievements(self, card: FoundCard, code: Value, known: Known | None) -> None:
        text = card.texts.get(words.ACHIEVEMENTS)
        if text is None:
            return
        lines = [line for line in text.lines if line[0].strip()]
        plain = [clean_text(line) for line, _spot in lines]
        stored = known.achievements() if known else {}
        longest = max((len(head) for head in stored), default=1)
        margin = min((len(line) - len(line.lstrip()) for line, _spot in lines), default=0)
        at = 0
        while at < len(lines):
            spot = lines[at][1]
            held = next(
                (
                    (key, found)
                    for size in range(longest, 0, -1)
                    if (found := stored.get(key := tuple(plain[at : at + size])))
                ),
                None,
            )
            values = {CODE: code}
            if held:
                head, found = held
                at += len(head)
                line, details = found.pop(0) if len(found) > 1 else found[0]
                values |= {DATES: Value(line.date_text, spot), TEXT: Value(line.text, spot)}
                if plain[at : at + len(details)] == details and not self._is_detail(
                    lines, plain, at + len(details), stored, margin
                ):
                    at += len(details)
                    self.achievements.add(card, values, spot=spot)
                    continue
            else:
                date, what = _dated(plain[at])
                values |= {DATES: Value(date, spot), TEXT: Value(what, spot)}
                at += 1
            start = at
            while self._is_detail(lines, plain, at, stored, margin):
                at += 1
            place = lines[start][1] if at > start else spot
            values[DETAILS] = _joined(Text(place), lines[start:at], unpointed=True, points="·-•")
            self.achievements.add(card, values, spot=spot)

    def _is_detail(
        self,
        lines: Sequence[tuple[str, Spot]],
        plain: Sequence[str],
        at: int,
        stored: Mapping[tuple[str, ...], object],
        margin: int,
    ) -> bool:
        """Whether a line belongs to the dated line above it: it is moved in, or has no date of its own."""
        if at >= len(lines) or (plain[at],) in stored:
            return False
        raw = lines[at][0]
        is_moved_in = len(raw) - len(raw.lstrip()) > margin
        return is_moved_in or plain[at][0] in "·•∙※*▪" or _dated(plain[at])[0] is None


# --- Parts of cells ---------------------------------------------------------------


def number_and_name(card: FoundCard, codes: Sequence[str]) -> tuple[Value | None, Value | None]:
    """The card's number and its pledge's name, of their labels or of its title."""
    code, name = card.fields.get(CODE), card.fields.get(NAME)
    if card.title is not None and code is None:
        title = card.title.text
        found = title_code(title, codes)
        code = Value(found, card.title.spot) if found else None
        name = name or Value(title[len(found) :].strip() or None, card.title.spot)
    if code is not None and not code.text and not is_unreadable(code):
        code = None
    return code, name


def is_unreadable(value: Value) -> bool:
    """Whether something stands there that its sheet will refuse: an error, or what Excel made a date of."""
    return isinstance(value.content, Cell) and bool(value.content.problem or value.content.is_date)


def _shows(rate: Value, display: str) -> bool:
    """Whether a rate on a card is the one that the form shows."""
    text = rate.text.removesuffix("%")
    if text in {"", "-", "–"}:
        return display == "–"
    return text == display or text == (display.rstrip("0").rstrip(".") if "." in display else display)


def _filled(text: Text) -> list[str]:
    return [clean_text(line) for line, _spot in text.lines if line.strip()]


def _filled_text(text: str) -> list[str]:
    return [clean_text(line) for line in text.splitlines() if line.strip()]


def _joined(
    text: Text, lines: Sequence[tuple[str, Spot]], *, unpointed: bool = False, points: str = "-–"
) -> Value:
    """The lines as one text; its place is the first line's, or the heading's where there is none."""
    filled = [(clean_text(line), spot) for line, spot in lines if line.strip()]
    content = "\n".join(_unpointed(line, points) if unpointed else line for line, _spot in filled)
    return Value(content or None, filled[0][1] if filled else text.spot)


def _unpointed(line: str, points: str = "-–") -> str:
    """The line without the sign that the form puts before it."""
    line = clean_text(line)
    return line[1:].strip() or line if line[:1] in points else line


def _is_basis(line: str) -> bool:
    head = line.partition(":")[0]
    return fold_word(head).lstrip("○◦❍●ㅇ□■-") in {words.BASIS, "근거"}


def _side(row: TableRow) -> tuple[Value, str]:
    """구분 without the kind in brackets behind it, and that kind."""
    value = row.values.get(SIDE) or Value(None, row.spot)
    match = re.fullmatch(r"(.+)\((누계|최신값|감소)\)", fold_word(value.text))
    return (Value(match[1], value.spot), match[2]) if match else (value, "")


def _line(value: Value) -> tuple[str, str, Value]:
    """재원 as (kind, source named in brackets, the value that the contract takes)."""
    word = fold_word(value.text)
    match = re.fullmatch(r"(집행액|확보액|집행|확보)[(:]([^()]+)\)?", word)
    if match:
        kind = match[1] if match[1].endswith("액") else f"{match[1]}액"
        source = match[2]
        content = kind if source == words.NOT_SPLIT else f"{kind}:{source}"
        return kind, source, Value(content, value.spot)
    if word in {"계", "합계", "소계"}:
        return TOTAL, "", Value(TOTAL, value.spot)
    return word, "", value


def _dated(line: str) -> tuple[str | None, str]:
    """A line as (date, text): ``- 계획 수립 : 2022. 10.``; the date is None where none stands at its end."""
    body = _unpointed(line, "-–○·•")
    head, colon, tail = body.rpartition(":")
    date = tail.strip()
    if colon and head.strip():
        try:
            parse_dates(date)
            return date, head.strip()
        except NotationError:
            if re.match(r"['’‘]?\d{2,4}\s*[.년-]", date):
                return date, head.strip()
    return None, body


def _info(place: CardPlace) -> Sheet:
    """기본정보 as the plan says it: only what an import needs to find the plan and the period."""
    term = place.plan.term
    city = term.municipality
    items = [
        ("항목", "값"),
        ("지자체", city.name),
        ("지자체 코드", city.code),
        ("민선", str(term.number)),
        ("임기 시작", term.starts_on.isoformat()),
        ("임기 종료", term.ends_on.isoformat()),
        ("계획 코드", place.plan.code),
        ("기준일", place.as_of.isoformat()),
    ]
    return Sheet(
        INFO,
        rows=[
            Row(number, {1: Cell(INFO, number, 1, item), 2: Cell(INFO, number, 2, value)})
            for number, (item, value) in enumerate(items, 1)
        ],
    )
