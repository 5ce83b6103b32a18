"""What a column of an open data file is: name, value, meaning in two languages, JSON Schema."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.public.opendata.material import Material


class Kind(StrEnum):
    """What a value is. Numbers that a floating-point number can't hold exactly are text in JSON."""

    TEXT = "text"
    LIST = "list"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BIG = "big"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    ADDRESS = "address"


KIND_WORDS: dict[Kind, str | Promise] = {
    Kind.TEXT: pgettext_lazy("data type", "text"),
    Kind.LIST: pgettext_lazy("data type", "list of texts (in CSV with “; ” between)"),
    Kind.INTEGER: pgettext_lazy("data type", "whole number"),
    Kind.DECIMAL: pgettext_lazy("data type", "decimal number (text in JSON)"),
    Kind.BIG: pgettext_lazy("data type", "whole number of any length (text in JSON)"),
    Kind.BOOLEAN: pgettext_lazy("data type", "true or false"),
    Kind.DATE: pgettext_lazy("data type", "date (YYYY-MM-DD)"),
    Kind.MOMENT: pgettext_lazy("data type", "date and time with its zone (ISO 8601)"),
    Kind.ADDRESS: pgettext_lazy("data type", "address"),
}
JSON_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string", "minLength": 1},
    Kind.LIST: {"type": "array", "items": {"type": "string", "minLength": 1}},
    Kind.INTEGER: {"type": "integer"},
    Kind.DECIMAL: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    Kind.BIG: {"type": "string", "pattern": "^-?[0-9]+$"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.ADDRESS: {"type": "string", "format": "uri"},
}
WON = _("won")
PERCENT = _("percent")

Words = str | Promise
Codes = Sequence[tuple[str, Words]]


def both(words: Words) -> tuple[str, str]:
    """Words in Korean and in English, whoever reads."""
    with translation.override("ko"):
        korean = str(words)
    with translation.override("en"):
        return korean, str(words)


@dataclass(frozen=True, slots=True)
class Line:
    """What one row of a file is read from. Only what the file's rows are of is there."""

    edition: Any
    card: Any = None
    number: int = 0
    item: Any = None
    index: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its value of a line, its meaning, and where it has one, its unit and its list of codes.

    ``always``: no row is without it. A blank text is nothing, as None is.
    """

    name: str
    kind: Kind
    meaning: Words
    read: Callable[[Line], Any]
    unit: Words = ""
    codes: Codes = ()
    always: bool = False

    @property
    def meanings(self) -> tuple[str, str]:
        return both(self.meaning)

    @property
    def kind_words(self) -> Words:
        return KIND_WORDS[self.kind]

    @property
    def code_words(self) -> list[tuple[str, str, str]]:
        """Each code in Korean and English."""
        return [(code, *both(label)) for code, label in self.codes]

    def value(self, line: Line) -> Any:
        """The value as JSON has it."""
        value = self.read(line)
        if self.kind == Kind.LIST:
            return list(value)
        if value in {None, ""}:
            return None
        if self.kind in {Kind.DATE, Kind.MOMENT}:
            return value.isoformat()
        return value

    def schema(self) -> dict[str, Any]:
        korean, english = self.meanings
        rule = dict(JSON_TYPES[self.kind])
        if self.codes and self.kind == Kind.LIST:
            rule["items"] = {"enum": [code for code, _label in self.codes]}
        elif self.codes:
            rule["enum"] = [code for code, _label in self.codes]
        if not self.always and self.kind != Kind.LIST:
            rule["type"] = [rule["type"], "null"]
            if "enum" in rule:
                rule["enum"] = [*rule["enum"], None]
        return {"title": korean, "description": english, **rule}


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file: one row ``each`` of something."""

    name: str
    title: Words
    each: Words
    columns: tuple[Column, ...]
    lines: Callable[[Material], Iterable[Line]]

    @property
    def titles(self) -> tuple[str, str]:
        return both(self.title)
