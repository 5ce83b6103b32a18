"""How Korean city halls write numbers, years, dates and words in their tables, read and written exactly.

Source: the pledge cards and work reports of cities; the table of forms stands
in the portal's own guide to its workbook. Everything here is text in, values
out: no database, no floats.
"""

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pledges.enums import (
    Completion,
    DatePrecision,
    HeadlineMethod,
    Implementer,
    IndicatorKind,
    MoneySource,
    MoneyUnit,
    Novelty,
    Rounding,
    Status,
)


class NotationError(ValueError):
    """Text that is not in the field's notation. The message says, translated, what was expected."""


# --- Text -------------------------------------------------------------------

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u2060\ufeff\u00ad"))
# A joiner holds pictographs together (a family of them); anywhere else it is as invisible as the rest.
_STRAY_JOINER = re.compile("(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_EDGES = " \t\r\n\v\f\u00a0\u3000\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"


def clean_text(text: str) -> str:
    """NFC, without invisible characters, edges trimmed (NBSP and ideographic space too)."""
    if text.isascii():
        # Most cells of a large sheet; nothing of it is invisible or composed.
        return text.strip(_EDGES)
    text = text.translate(_INVISIBLE)
    if "\u200d" in text:
        text = _STRAY_JOINER.sub("", text)
    return unicodedata.normalize("NFC", text).strip(_EDGES)


def fold_key(text: str) -> str:
    """A key as it is compared and stored: clean text with full-width ASCII folded, nothing more.

    ``III-①-1`` stays as it is; full-width ``１-１`` is ``1-1``.
    """
    clean = clean_text(text)
    return clean if clean.isascii() else clean_text(clean.translate(_FULL_WIDTH))


def fold_word(text: str) -> str:
    """A word as headers and closed lists compare it: a key with every space removed."""
    return re.sub(r"\s+", "", fold_key(text))


# --- Numbers ----------------------------------------------------------------

_NOTHING = {"", "-", "–", "—", "―", "−", "."}
_MINUS = "-−△▲"
_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_LONGEST_NUMBER = 30


def parse_number(text: str, *, negative: bool = True) -> Decimal | None:
    """The number in a cell, or None where it says that nothing was entered.

    Takes ``1,234``, full-width digits, ``₩1,000`` (``￦`` too) and the negatives ``△3``,
    ``▲3``, ``(3)``, ``−3``. Blank, ``-``, ``–`` and ``.`` are nothing, which is
    not 0. Raises NotationError for anything else, and for a negative where
    ``negative`` is False.
    """
    body = re.sub(r"\s+", "", fold_key(text))
    if body in _NOTHING:
        return None
    sign = 1
    if body.startswith("(") and body.endswith(")"):
        sign, body = -1, body[1:-1]
    elif body[0] in _MINUS:
        sign, body = -1, body[1:]
    body = body.removeprefix("₩").removeprefix("￦")
    if len(body) > _LONGEST_NUMBER or not _NUMBER.fullmatch(body):
        raise NotationError(_("Enter a number such as 1,234 or △3, or “-” where there is none."))
    number = sign * Decimal(body.replace(",", ""))
    if number < 0 and not negative:
        raise NotationError(_("A negative number makes no sense here."))
    return number


def parse_percent(text: str) -> Decimal | None:
    """A rate in percent from 0 to 100, written ``73.33`` or ``73.33%``; None where nothing was entered."""
    body = fold_word(text).removesuffix("%")
    try:
        rate = parse_number(body)
    except NotationError:
        rate = Decimal(-1)
    if rate is not None and not 0 <= rate <= 100:
        raise NotationError(_("Enter a rate from 0 to 100, such as 73.33%."))
    return rate


def format_number(number: Decimal, *, grouped: bool = False) -> str:
    """Plain decimal text without trailing zeros: ``1234.5``, or ``1,234.5`` where ``grouped``."""
    text = format(number, ",f" if grouped else "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class YearValue:
    """A year's cell: ``own`` is this year's value, ``cumulative`` the running total in brackets.

    None is "not entered".
    """

    own: Decimal | None
    cumulative: Decimal | None = None


def parse_year_value(text: str) -> YearValue:
    """``1(4)`` is 1 this year and 4 in all, ``-(1)`` none this year and still 1, ``2`` just this year's.

    ``(3)`` alone is minus 3, as in any other cell. Raises NotationError.
    """
    body = fold_word(text)
    match = re.fullmatch(r"([^()]+)\(([^()]*)\)", body)
    try:
        if not match:
            return YearValue(parse_number(body))
        return YearValue(parse_number(match[1]), parse_number(match[2]))
    except NotationError:
        raise NotationError(
            _("Enter this year's value and, in brackets, the running total: 1(4); “-” where there is none.")
        ) from None


def format_year_value(own: Decimal | None, cumulative: Decimal | None = None) -> str:
    """The cell of a year: ``1(4)``, ``-(1)``, ``2``, or nothing."""
    if own is None and cumulative is None:
        return ""
    first = "-" if own is None else format_number(own, grouped=True)
    return first if cumulative is None else f"{first}({format_number(cumulative, grouped=True)})"


# --- Money ------------------------------------------------------------------


def won_from(number: Decimal, unit: MoneyUnit) -> int:
    """Whole 원 from a number of ``unit``. Raises NotationError where it isn't whole 원."""
    won = number * unit.won
    if won != won.to_integral_value():
        raise NotationError(_("This amount is not whole won; check the unit."))
    return int(won)


def in_unit(won: int, unit: MoneyUnit | str) -> Decimal:
    """An amount of 원 in ``unit``, exact: 75,400,000 원 are 75.4 백만원."""
    scale = len(str(MoneyUnit(unit).won)) - 1
    return Decimal(won).scaleb(-scale)


def format_money(won: int | None, unit: MoneyUnit | str) -> str:
    """An amount of 원 as text in ``unit``: ``1,234.5``; "" where nothing was entered."""
    return "" if won is None else format_number(in_unit(won, unit), grouped=True)


# --- Dates ------------------------------------------------------------------

_YEARS = range(1948, 2101)


@dataclass(frozen=True, slots=True)
class DateSpan:
    """What an achievement's date says: ``2023. 3.~9.`` is 2023-03-01 to 2023-09-30 by month.

    An open end (``2025. 4.~``) has ``open_ended`` and ends with its first unit.
    """

    starts_on: dt.date
    ends_on: dt.date
    precision: DatePrecision
    open_ended: bool = False

    @classmethod
    def of(cls, row: Any) -> "DateSpan":
        """The span that a row with the four fields (an achievement) holds."""
        return cls(row.starts_on, row.ends_on, DatePrecision(row.precision), row.open_ended)


def parse_dates(text: str) -> DateSpan:
    """A date or a span: ``2022. 10.``, ``2023. 3.~9.``, ``2025. 5~7.``, ``2025. 4.~``, ``'20.2.20.``,
    ``2026년 7월 1일``, ``2026-07-01``, ``20260701``. Raises NotationError."""
    body = fold_word(text).replace("∼", "~").replace("〜", "~").replace("’", "'").replace("‘", "'")
    first, tilde, last = body.partition("~")
    try:
        start = _date_parts(first)
        if not start or len(start) > 3 or start[0] not in _YEARS:
            raise ValueError
        precision = [DatePrecision.YEAR, DatePrecision.MONTH, DatePrecision.DAY][len(start) - 1]
        starts_on = _first_day(start)
        if not last:
            return DateSpan(starts_on, _last_day(start), precision, open_ended=bool(tilde))
        end = _date_parts(last)
        # "3.~9." repeats only what changes: the missing leading parts are the start's.
        end = start[: len(start) - len(end)] + end
        if len(end) != len(start) or end[0] not in _YEARS:
            raise ValueError
        ends_on = _last_day(end)
        if _first_day(end) < starts_on:
            raise ValueError
        return DateSpan(starts_on, ends_on, precision)
    except ValueError:
        raise NotationError(
            _("Enter a date such as 2022. 10. or 2026. 7. 1., or a span such as 2023. 3.~9. or 2025. 4.~")
        ) from None


def _date_parts(text: str) -> list[int]:
    """Year, month, day as far as given, from one side of a span."""
    if re.fullmatch(r"[0-9]{8}", text):
        return [int(text[:4]), int(text[4:6]), int(text[6:])]
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", text):
        return [int(part) for part in text.split("-")]
    if match := re.fullmatch(r"(?:([0-9]{4})년)?(?:([0-9]{1,2})월)?(?:([0-9]{1,2})일)?", text):
        return [int(part) for part in match.groups() if part]
    match = re.fullmatch(r"('[0-9]{2}|[0-9]{1,4})((?:\.[0-9]{1,2})*)\.?", text)
    # Four bare digits are as likely a mistyped number as a year.
    if not match or re.fullmatch(r"[0-9]{4}", text):
        raise ValueError(text)
    head = int(match[1][1:]) + 2000 if match[1].startswith("'") else int(match[1])
    return [head, *(int(part) for part in match[2].split(".")[1:])]


def _first_day(parts: list[int]) -> dt.date:
    return dt.date(*([*parts, 1, 1])[:3])


def _last_day(parts: list[int]) -> dt.date:
    year, month = ([*parts, 12])[:2]
    day = parts[2] if len(parts) == 3 else calendar.monthrange(year, month)[1]
    return dt.date(year, month, day)


def format_dates(span: DateSpan) -> str:
    """The span in the field's notation: ``2023. 3.~9.``; reading it back gives the same span."""
    count = [DatePrecision.YEAR, DatePrecision.MONTH, DatePrecision.DAY].index(span.precision) + 1
    start = [span.starts_on.year, span.starts_on.month, span.starts_on.day][:count]
    end = [span.ends_on.year, span.ends_on.month, span.ends_on.day][:count]
    text = _dotted(start)
    if span.open_ended:
        return f"{text}~"
    if start == end:
        return text
    same = 0
    while same < count - 1 and start[same] == end[same]:
        same += 1
    return f"{text}~{_dotted(end[same:])}"


def format_day(value: dt.date | None) -> str:
    """A date in a sentence or on a page, as the reader's language writes it: ``2025. 9. 30.``,
    ``30 September 2025``; of a moment its day in the portal's time zone; "" for None."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    if get_language() == "ko":
        return f"{value.year}. {value.month}. {value.day}."
    return date_format(value, "j F Y")


def format_moment(value: dt.datetime) -> str:
    """A moment to the second, in the portal's time zone: ``2025. 9. 30. 14:05:09``."""
    return f"{format_day(value)} {timezone.localtime(value):%H:%M:%S}"


def _dotted(parts: list[int]) -> str:
    return ". ".join(map(str, parts)) + "."


# --- Words ------------------------------------------------------------------
# The first spelling is the one that is written; all are read, with the spaces removed.

_WORDS: dict[type[Enum], dict[str, tuple[str, ...]]] = {
    Status: {
        Status.CLOSED: ("완료", "완료 종결", "완료(종결)", "종결", "종료", "이행완료"),
        Status.CONTINUING: (
            "완료 후 계속추진",
            "이행 후 계속추진",
            "이행완료 후 계속추진",
            "이행(완료) 후 계속추진",
            "완료(이행) 후 계속추진",
            "이행·완료 후 계속추진",
            "이행/완료 후 계속추진",
            "완료/이행 후 계속추진",
            "계속추진",
        ),
        Status.ON_TRACK: ("정상추진",),
        Status.PARTIAL: ("일부추진",),
        Status.ON_HOLD: ("보류",),
        Status.DROPPED: ("폐기",),
    },
    HeadlineMethod: {
        HeadlineMethod.MEAN_RATE: ("평균",),
        HeadlineMethod.COMPLETED_SHARE: ("완료+계속",),
        HeadlineMethod.CLOSED_SHARE: ("완료",),
        HeadlineMethod.ON_TRACK_SHARE: ("완료+계속+정상",),
        HeadlineMethod.TO_DATE: ("연차목표",),
    },
    Rounding: {
        Rounding.HALF_UP: ("반올림",),
        Rounding.TRUNCATE: ("절사",),
    },
    MoneyUnit: {
        MoneyUnit.WON: ("원",),
        MoneyUnit.THOUSAND: ("천원",),
        MoneyUnit.MILLION: ("백만원",),
        MoneyUnit.HUNDRED_MILLION: ("억원",),
    },
    Completion: {
        Completion.WITHIN_TERM: ("임기내",),
        Completion.AFTER_TERM: ("임기후",),
    },
    Novelty: {
        Novelty.NEW: ("신규",),
        Novelty.CONTINUED: ("계속",),
    },
    Implementer: {
        Implementer.STATE: ("국가",),
        Implementer.PROVINCE: ("도",),
        Implementer.CITY: ("시",),
        Implementer.PRIVATE: ("민간",),
    },
    IndicatorKind: {
        IndicatorKind.CUMULATIVE: ("누계",),
        IndicatorKind.LEVEL: ("최신값",),
        IndicatorKind.DECREASING: ("감소",),
    },
    MoneySource: {
        MoneySource.NATIONAL: ("국비",),
        MoneySource.PROVINCIAL: ("도비",),
        MoneySource.CITY: ("시비",),
        MoneySource.COUNTY: ("군비",),
        MoneySource.DISTRICT: ("구비",),
        MoneySource.PRIVATE: ("민자",),
        MoneySource.OTHER: ("기타",),
    },
}

Word = TypeVar("Word", bound=Enum)


def sheet_word(member: Enum) -> str:
    """The Korean word that a sheet holds for a member of a closed list. Raises KeyError where it has none."""
    return _WORDS[type(member)][member.value][0]


def from_sheet_word(kind: type[Word], text: str) -> Word | None:
    """The member of ``kind`` that a sheet's word means, whatever its spaces and spelling; None if unknown."""
    value = _folded_words(kind).get(fold_word(text))
    return None if value is None else kind(value)


@cache
def _folded_words(kind: type[Enum]) -> dict[str, str]:
    """The value that each folded spelling means; a spelling belongs to the first that claims it."""
    words: dict[str, str] = {}
    for value, spellings in _WORDS[kind].items():
        for spelling in spellings:
            words.setdefault(fold_word(spelling), value)
    return words


def sheet_words(kind: type[Word]) -> list[str]:
    """Every word of a closed list as a sheet writes it, in order (for dropdowns and messages)."""
    return [spellings[0] for spellings in _WORDS[kind].values()]
