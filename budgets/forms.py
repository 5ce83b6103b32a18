"""Form fields for money in a plan's own unit."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from budgets.models import WON_LIMIT
from pledges.enums import MoneyUnit
from pledges.forms.notation import NotationField
from pledges.notation import format_money, parse_number, won_from


class MoneyField(NotationField):
    """An amount typed in ``unit`` (백만원 …), given as whole 원; ``△3`` corrects downwards, blank is None."""

    def __init__(self, *, unit: MoneyUnit | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit = MoneyUnit(unit)
        self.widget.attrs.setdefault("inputmode", "text")

    def read(self, text: str) -> int | None:
        number = parse_number(text)
        if number is None:
            return None
        won = won_from(number, self.unit)
        if abs(won) > WON_LIMIT:
            raise ValidationError(_("This amount is too large; check the unit."))
        return won

    def written(self, value: int) -> str:
        return format_money(value, self.unit)
