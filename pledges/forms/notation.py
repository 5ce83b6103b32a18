"""Form fields that read the field's notation: numbers, rates, dates. What was typed stays as typed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pledges.exact import EXACT_LIMIT, EXACT_PLACES, EXACT_SCALE
from pledges.notation import (
    DateSpan,
    NotationError,
    clean_text,
    format_dates,
    format_number,
    parse_dates,
    parse_number,
    parse_percent,
)
from pledges.personal import holds_resident_number

Value = TypeVar("Value")


class NotationField(forms.CharField):
    """A text box whose text is read by one of ``pledges.notation``'s functions; blank is None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 60, **kwargs})
        self.widget.attrs.setdefault("autocomplete", "off")

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def written(self, value: Any) -> str:
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        """Stored values in the field's notation; what was typed as it was typed."""
        return value if value is None or isinstance(value, str) else self.written(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return read_notation(self.read, text) if text else None


def read_notation(read: Callable[[str], Value], text: str) -> Value:
    """``read(text)``, with a ValidationError in place of a NotationError."""
    try:
        return read(text)
    except NotationError as error:
        raise ValidationError(str(error), code="notation") from None


class NumberField(NotationField):
    """An exact number of at most four decimal places; ``1,234``, ``△3``, full-width digits; ``-`` is None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "text")

    def read(self, text: str) -> Decimal | None:
        return exact(parse_number(text))

    def written(self, value: Decimal) -> str:
        return format_number(value, grouped=True)


class PercentField(NumberField):
    """A rate from 0 to 100, with or without its sign."""

    def read(self, text: str) -> Decimal | None:
        return exact(parse_percent(text))

    def written(self, value: Decimal) -> str:
        return format_number(value)


class DatesField(NotationField):
    """A date or span such as ``2023. 3.~9.``; gives a DateSpan or None."""

    def read(self, text: str) -> DateSpan:
        return parse_dates(text)

    def written(self, value: DateSpan) -> str:
        return format_dates(value)


class CleanTextField(forms.CharField):
    """Text in NFC without invisible characters, its edges trimmed, lines ended by one newline.

    A resident registration number in it is refused, as everywhere.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def to_python(self, value: Any) -> str:
        return clean_text((super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n"))

    def validate(self, value: str) -> None:
        super().validate(value)
        if holds_resident_number(value):
            raise ValidationError(
                _("This looks like a resident registration number, which may not be stored."),
                code="resident_number",
            )


def exact(number: Decimal | None) -> Decimal | None:
    """The number, once it is sure that an ``ExactDecimalField`` holds it."""
    if number is None:
        return None
    if number * EXACT_SCALE % 1:
        raise ValidationError(
            _("Enter a number with at most %(places)d decimal places."), params={"places": EXACT_PLACES}
        )
    if abs(number) > EXACT_LIMIT:
        raise ValidationError(_("This number is too large."))
    return number
