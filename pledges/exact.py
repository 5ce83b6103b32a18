"""Decimals that both databases sum exactly.

SQLite keeps DecimalField values as floats and sums them as such. Indicator
values and entered rates are therefore stored as integers of a ten-thousandth.
"""

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

EXACT_PLACES = 4
EXACT_SCALE = 10**EXACT_PLACES
# Twenty years of monthly values of this size still sum within 64 bits.
EXACT_LIMIT = Decimal(10) ** 12


def decimal_text(numerator: int, denominator: int, places: int, *, truncates: bool = False) -> str:
    """``numerator / denominator`` as decimal text, rounded once, half up or cut off; no float on the way."""
    scaled, sign = abs(numerator) * 10**places, "-" if numerator < 0 else ""
    steps = scaled // denominator if truncates else (2 * scaled + denominator) // (2 * denominator)
    whole, rest = divmod(steps, 10**places)
    text = f"{whole}.{rest:0{places}d}" if places else str(whole)
    return sign + text if steps else text


class ExactDecimalField(models.BigIntegerField):
    """A Decimal of at most four places and below 10^12, stored as an integer of 1/10000.

    Reading gives ``Decimal``; ``Sum`` and comparisons work in the database on
    the integers. A value with more places is refused, never rounded.
    """

    # What mypy takes and gives for an attribute of this kind (django-stubs' own names).
    _pyi_private_set_type: Decimal | int | str  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    default_validators = [MinValueValidator(-EXACT_LIMIT), MaxValueValidator(EXACT_LIMIT)]
    default_error_messages = {
        "invalid": _("Enter a number."),
        "places": _("Enter a number with at most four decimal places."),
    }

    @property
    def validators(self) -> list[Any]:
        return [*self.default_validators, *self._validators]  # type: ignore[attr-defined]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else unscaled(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            number = value if isinstance(value, Decimal) else Decimal(str(value))
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not number.is_finite():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if number * EXACT_SCALE % 1:
            raise ValidationError(self.error_messages["places"], code="places")
        return number

    def get_prep_value(self, value: Any) -> int | None:
        number = self.to_python(value)
        return None if number is None else int(number * EXACT_SCALE)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else format(value, "f")

    def formfield(self, **kwargs: Any) -> forms.Field | None:  # type: ignore[override]
        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "decimal_places": EXACT_PLACES, **kwargs}
        )


# A plan holds few different numbers, and holds them tens of thousands of times.
@lru_cache(maxsize=10_000)
def unscaled(value: int) -> Decimal:
    """The decimal that ``value`` ten-thousandths are, without trailing zeros (12000 → 1.2)."""
    whole, rest = divmod(abs(value), EXACT_SCALE)
    text = f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
    return Decimal(f"-{text}" if value < 0 else text)
