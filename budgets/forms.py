"""Form fields for money in a plan's own unit."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from budgets.models import WON_LIMIT, SubProject
from pledges.enums import MoneySource, MoneyUnit
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


def executed_name(sub_project: int, source: str) -> str:
    """The name of the box for what a sub-project spent of a source."""
    return f"spent-{sub_project}-{source}"


def executed_fields(
    sub_project: SubProject, sources: Iterable[MoneySource], *, unit: MoneyUnit | str
) -> dict[str, MoneyField]:
    """The boxes of a sub-project's executed money, by name: first the one whose source is not told."""
    return {
        executed_name(sub_project.pk, source): MoneyField(
            unit=unit,
            label=_("Executed, %(sub_project)s, %(source)s")
            % {"sub_project": sub_project.name, "source": source.label},
        )
        for source in [MoneySource.UNSPECIFIED, *sources]
    }
