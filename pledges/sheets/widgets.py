"""Cells as values and back: the widgets of the workbook's columns.

``clean`` takes a ``Cell`` or None and gives the value that is compared and
stored; it raises NotationError with what was expected. ``render`` gives what an
export writes. ``blank`` is the value of an empty cell.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from pledges.enums import DatePrecision, Implementer, Mark, MoneyUnit, Status
from pledges.exact import EXACT_LIMIT, EXACT_PLACES
from pledges.notation import (
    DateSpan,
    NotationError,
    clean_text,
    fold_key,
    fold_word,
    format_dates,
    format_number,
    from_sheet_word,
    in_unit,
    parse_dates,
    parse_number,
    parse_percent,
    parse_year_value,
    sheet_word,
    sheet_words,
    won_from,
)
from pledges.personal import holds_mobile_number, holds_resident_number
from pledges.sheets.scope import Scope
from pledges.spreadsheet import DUST, Cell
from pledges.validators import validate_pledge_code

# A text of a card is a paragraph or two; what is longer is a pasted document.
LONGEST_TEXT = 10_000
# Longer than any word, address or number: it would break every page it stands on.
LONGEST_WORD = 300
# What needs no look at each letter: ASCII, Korean syllables, line ends.
PLAIN = re.compile(r"[ -~가-힣\n]*")
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class CellWidget(Widget):
    """The base: blank cells are ``blank``, all others are read from the cell's text."""

    blank: ClassVar[Any] = None

    def clean(self, value: Cell | None, row: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> Any:
        if value is None:
            return self.blank
        return self.accept(self.parse(value, scope), row or {})

    def accept(self, value: Any, row: Mapping[str, Any]) -> Any:
        """A value that was read, where the keys of its row allow it. Raises NotationError."""
        return value

    def parse(self, cell: Cell, scope: Any) -> Any:
        raise NotImplementedError

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> Any:
        return value

    def warning(self, value: Any) -> str:
        """What is odd, but not wrong, about a value; "" where nothing is."""
        return ""

    def choices(self) -> tuple[str, ...]:
        """The words of a dropdown."""
        return ()

    def shown(self, value: Any, scope: Scope | None) -> str:
        """The value for people, as in a list of changes."""
        rendered = self.render(value, scope=scope)
        if rendered is None:
            return ""
        return format_number(rendered) if isinstance(rendered, Decimal) else str(rendered)


class TextWidget(CellWidget):
    """Free text: NFC, edges trimmed, unchanged otherwise."""

    blank = ""

    def __init__(self, longest: int = LONGEST_TEXT) -> None:
        super().__init__()
        self.longest = longest

    def parse(self, cell: Cell, scope: Any) -> str:
        return self.check(clean_text(cell.text.replace("\r\n", "\n").replace("\r", "\n")))

    def check(self, text: str) -> str:
        if len(text) > self.longest:
            raise NotationError(
                _("This text has %(length)s characters; at most %(limit)s are allowed.")
                % {"length": f"{len(text):,}", "limit": f"{self.longest:,}"}
            )
        if re.search(rf"[^\s]{{{LONGEST_WORD + 1},}}", text) and not re.search(r"[가-힣]", text):
            raise NotationError(
                _("This text holds a word of more than %(limit)s letters without a space.")
                % {"limit": LONGEST_WORD}
            )
        if not PLAIN.fullmatch(text):
            check_letters(text)
        if holds_resident_number(text):
            raise NotationError(_("This looks like a resident registration number, which may not be stored."))
        return text

    def warning(self, value: str) -> str:
        if holds_mobile_number(value):
            return _("This holds a mobile telephone number; it will be public.")
        return ""


def check_letters(text: str) -> None:
    """Refuse letters that do not show what they are: controls, turned directions, towers of marks."""
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in text):
        raise NotationError(_("This text holds control characters; type it again."))
    if DIRECTION_MARKS.search(text):
        raise NotationError(_("This text holds marks that turn its direction around; type it again."))
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run > 8:
            raise NotationError(_("This text stacks more than eight marks on one letter; type it again."))


class NameWidget(TextWidget):
    """A name by which rows match: text with full-width ASCII folded. Line breaks become spaces."""

    def parse(self, cell: Cell, scope: Any) -> str:
        return self.check(fold_name(cell.text))


class DepartmentWidget(NameWidget):
    """One department; ``-`` is none."""

    def parse(self, cell: Cell, scope: Any) -> str:
        name = super().parse(cell, scope)
        if name in {"-", "–", "—", "―", "−"}:
            return ""
        if "," in name or "、" in name:
            raise NotationError(
                _("Enter one lead department (담당부서); the others belong in the column 협조부서.")
            )
        return name


def fold_name(text: str) -> str:
    """A name as rows match on it."""
    return re.sub(r"\s*\n\s*", " ", fold_key(text.replace("\r", "\n")))


class CodeWidget(CellWidget):
    """공약번호. A number is taken as it reads; a date is what Excel makes of ``1-11``."""

    blank = ""

    def parse(self, cell: Cell, scope: Any) -> str:
        if cell.is_date:
            raise NotationError(
                _(
                    "Excel has turned this number into a date (1-11 into 11 January). Format the column as"
                    " text and type the number again, or begin with an apostrophe: '1-11."
                )
            )
        return checked_code(fold_key(cell.text), validate_pledge_code)


def checked_code(code: str, validate: Any) -> str:
    """The code, or NotationError with the validator's message."""
    if code:
        try:
            validate(code)
        except ValidationError as error:
            raise NotationError(" ".join(error.messages)) from None
    return code


class SlugWidget(CellWidget):
    """A code that is part of the portal's addresses."""

    blank = ""

    def __init__(self, validate: Any) -> None:
        super().__init__()
        self.validate = validate

    def parse(self, cell: Cell, scope: Any) -> str:
        return checked_code(fold_key(cell.text), self.validate)


class WordWidget(CellWidget):
    """A word of a closed list, as the value that is stored; blank is ``blank``."""

    def __init__(self, kind: type[Enum], blank: Any = "") -> None:
        super().__init__()
        self.kind = kind
        self.blank = blank  # type: ignore[misc]

    def parse(self, cell: Cell, scope: Any) -> Any:
        text = fold_word(cell.text)
        if text in {"", "-"}:
            return self.blank
        member = from_sheet_word(self.kind, text)
        if member is None:
            raise NotationError(expected_words(self.choices()))
        return member

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        return sheet_word(self.kind(value)) if value else ""

    def choices(self) -> tuple[str, ...]:
        return tuple(sheet_words(self.kind))


def expected_words(words: Any) -> str:
    return _("Enter one of: %(words)s.") % {"words": ", ".join(words)}


class BudgetedWidget(CellWidget):
    """예산구분: True, False, or None where it is not said."""

    WORDS: ClassVar[dict[str, bool]] = {"예산": True, "비예산": False}

    def parse(self, cell: Cell, scope: Any) -> bool | None:
        text = fold_word(cell.text)
        if text in {"", "-"}:
            return None
        if text not in self.WORDS:
            raise NotationError(expected_words(self.WORDS))
        return self.WORDS[text]

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        return "" if value is None else "예산" if value else "비예산"

    def choices(self) -> tuple[str, ...]:
        return tuple(self.WORDS)


def comma_separated(text: str) -> list[str]:
    """The parts between commas (full-width ones too), without empty ones."""
    return [
        part for part in (fold_name(part) for part in fold_key(text).replace("、", ",").split(",")) if part
    ]


class ImplementersWidget(CellWidget):
    """사업주체, in the card's order. The city's own name counts as 시."""

    blank = ()

    def parse(self, cell: Cell, scope: Scope) -> tuple[Implementer, ...]:
        found = set()
        for part in comma_separated(cell.text):
            if part == "-":
                continue
            member = from_sheet_word(Implementer, part)
            # Where the city's own name could not be read, any other word may be it.
            if member is None and (not scope.city or fold_word(part) == fold_word(scope.city)):
                member = Implementer.CITY
            if member is None:
                raise NotationError(
                    _("Enter one or more of %(words)s, or %(city)s, with commas between.")
                    % {"words": ", ".join(sheet_words(Implementer)), "city": scope.city}
                )
            found.add(member)
        return tuple(member for member in Implementer if member in found)

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        return ", ".join(sheet_word(member) for member in value)


class NamesWidget(TextWidget):
    """Names with commas between; their order says nothing."""

    blank = ()  # type: ignore[assignment]

    def parse(self, cell: Cell, scope: Any) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(sorted({self.check(part) for part in comma_separated(cell.text) if part != "-"}))

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        return ", ".join(value)

    def warning(self, value: Any) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class AreaName:
    """A step of the area tree as a sheet names it: ``7 시민소통``. No name: the stored one stays."""

    code: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class AreasWidget(TextWidget):
    """분야 and 전략: steps of the tree with ``>`` between, each a code and a name if there is one."""

    blank = ()  # type: ignore[assignment]

    def __init__(self, deepest: int) -> None:
        super().__init__()
        self.deepest = deepest

    def parse(self, cell: Cell, scope: Any) -> tuple[AreaName, ...]:  # type: ignore[override]
        if cell.is_date:
            raise NotationError(
                _("Excel has turned this code into a date. Format the cell as text and type it again.")
            )
        text = fold_name(cell.text)
        if text in {"", "-"}:
            return ()
        steps = [step.strip() for step in text.split(">")]
        if len(steps) > self.deepest or not all(steps):
            raise NotationError(
                _("Enter a code and a name, such as “7 시민소통”.")
                if self.deepest == 1
                else _("Enter a code and a name, such as “7-2 조직문화”; deeper levels follow after “>”.")
            )
        return tuple(self.step(step) for step in steps)

    def step(self, text: str) -> AreaName:
        # What parts code and name may be any white space: a line break, a space that never breaks.
        code, *rest = text.split(maxsplit=1)
        name = self.check(clean_text("".join(rest)))
        if len(name) > 100:
            raise NotationError(_("The name of an area has at most 100 characters."))
        return AreaName(checked_code(code, validate_pledge_code), name)

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        return " > ".join(str(step) for step in value)

    def warning(self, value: Any) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class StatusWord:
    """추진상황 as a sheet says it: one of the known statuses, or OTHER with a word of the plan's own."""

    status: Status
    own: str = ""


class StatusWidget(CellWidget):
    """추진상황; None where there is none."""

    def parse(self, cell: Cell, scope: Scope) -> StatusWord | None:
        text = fold_word(cell.text)
        if text in {"", "-"}:
            return None
        if own := scope.own_status(text):
            return StatusWord(Status.OTHER, own)
        status = from_sheet_word(Status, text)
        if status is None:
            raise NotationError(
                _("Enter one of: %(words)s. A word of the plan's own has to be added to the plan first.")
                % {"words": ", ".join([*self.choices(), *scope.own_statuses])}
            )
        return StatusWord(status)

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        return value.own or sheet_word(value.status)

    def choices(self) -> tuple[str, ...]:
        return tuple(sheet_words(Status))


class NumberWidget(CellWidget):
    """A number of at most four decimals; None is "nothing entered"."""

    def __init__(self, *, negative: bool = True) -> None:
        super().__init__()
        self.negative = negative

    def parse(self, cell: Cell, scope: Any) -> Decimal | None:
        return exact(parse_number(cell.text, negative=self.negative))


def exact(number: Decimal | None) -> Decimal | None:
    """The number, if it can be stored exactly. Raises NotationError."""
    if number is not None:
        if abs(number) >= EXACT_LIMIT:
            raise NotationError(_("This number is too large."))
        if number.as_tuple().exponent < -EXACT_PLACES and number * 10**EXACT_PLACES % 1:  # type: ignore[operator]
            raise NotationError(_("Enter a number with at most four decimal places."))
    return number


class PercentWidget(CellWidget):
    """A rate in percent, 0 to 100, with all its decimals: most rates are only compared.

    What is stored of them goes through ``exact_rate`` first.
    """

    def parse(self, cell: Cell, scope: Any) -> Decimal | None:
        return parse_percent(cell.text)

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> Any:
        return value if value is None or isinstance(value, str) else f"{format_number(value)}%"


def exact_rate(rate: Decimal) -> Decimal:
    """A rate as it is stored; what stands below 1e-9 behind its four decimals is float dust and goes.

    Raises NotationError where more than dust would be lost.
    """
    rounded = rate.quantize(Decimal(1).scaleb(-EXACT_PLACES))
    return rounded if abs(rounded - rate) <= DUST else exact(rate) or rounded


class YearValueWidget(CellWidget):
    """A year of an indicator: ``1(4)``, ``-(1)``, ``2``. Gives a YearValue; blank has neither part."""

    def parse(self, cell: Cell, scope: Any) -> Any:
        value = parse_year_value(cell.text)
        exact(value.own)
        exact(value.cumulative)
        return value


class MoneyWidget(CellWidget):
    """An amount in the sheet's unit, as whole 원; None is "nothing entered".

    ``may_be_negative`` says of a row, by the keys read of it, whether its amounts may be below zero.
    """

    LIMIT = 10**16

    def __init__(self, may_be_negative: Callable[[Mapping[str, Any]], bool] | None = None) -> None:
        super().__init__()
        self.may_be_negative = may_be_negative

    def accept(self, value: Any, row: Mapping[str, Any]) -> Any:
        if value is not None and value < 0 and not (self.may_be_negative and self.may_be_negative(row)):
            raise NotationError(_("A negative number makes no sense here."))
        return value

    def parse(self, cell: Cell, scope: Scope) -> int | None:
        number = parse_number(cell.text)
        if number is None:
            return None
        won = won_from(number, scope.unit)
        if abs(won) > self.LIMIT:
            raise NotationError(_("This amount is too large; check the unit."))
        return won

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> Any:
        return None if value is None else in_unit(value, scope.unit if scope else MoneyUnit.WON)


PLANNED = "planned"
SCHEDULE_SIGNS: dict[str, str] = {"": "", PLANNED: "○", Mark.UNDER_WAY: "◐", Mark.DONE: "●"}
_READ_SIGNS = {
    **dict.fromkeys("○◯〇", PLANNED),
    **dict.fromkeys("◐◑◒◓", Mark.UNDER_WAY.value),
    **dict.fromkeys("●⬤■", Mark.DONE.value),
    "-": "",
    ".": "",
    "": "",
}


class ScheduleWidget(CellWidget):
    """A quarter of a task: "", "planned", "under_way" or "done"."""

    blank = ""

    def parse(self, cell: Cell, scope: Any) -> str:
        sign = fold_word(cell.text)
        if sign not in _READ_SIGNS:
            raise NotationError(_("Enter ○ (planned), ◐ (under way) or ● (done), or leave the cell blank."))
        return _READ_SIGNS[sign]

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        return SCHEDULE_SIGNS[value]

    def choices(self) -> tuple[str, ...]:
        return ("○", "◐", "●")


class DatesWidget(CellWidget):
    """일자 of an achievement: a DateSpan. A real date is that day; the day never moves."""

    def parse(self, cell: Cell, scope: Any) -> DateSpan:
        if cell.is_date:
            day = cell.value.date() if isinstance(cell.value, dt.datetime) else cell.value
            return parse_dates(day.isoformat())
        if isinstance(cell.value, Decimal) and not re.fullmatch(r"(19|20)\d{6}", cell.text):
            raise NotationError(
                _(
                    "A number is no date (Excel turns 2022.10 into 2022.1). Format the cell as text and type"
                    " the date as 2022. 10. or 2026. 7. 1."
                )
            )
        return parse_dates(cell.text)

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        return "" if value is None else format_dates(value)


class DayWidget(DatesWidget):
    """One day, as a date."""

    def parse(self, cell: Cell, scope: Any) -> Any:
        span = super().parse(cell, scope)
        if span.precision != DatePrecision.DAY or span.starts_on != span.ends_on or span.open_ended:
            raise NotationError(_("Enter one day, such as 2025-09-30."))
        return span.starts_on

    def render(self, value: Any, obj: Any = None, *, scope: Scope | None = None, **kwargs: Any) -> str:
        return "" if value is None else value.isoformat()


class WholeWidget(CellWidget):
    """A whole number within bounds."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.least, self.most = least, most

    def parse(self, cell: Cell, scope: Any) -> int | None:
        number = parse_number(cell.text)
        if number is None:
            return None
        if number != number.to_integral_value() or not self.least <= number <= self.most:
            raise NotationError(
                _("Enter a whole number from %(least)s to %(most)s.")
                % {"least": self.least, "most": self.most}
            )
        return int(number)
