"""What the reading and writing of a sheet depends on."""

import datetime as dt
from dataclasses import dataclass

from pledges.enums import MoneyUnit
from pledges.models import Term
from pledges.notation import fold_word


@dataclass(frozen=True)
class Scope:
    """The term (saved or not) with its columns, the 기준일, the unit of money, the words of this plan."""

    term: Term
    as_of: dt.date
    unit: MoneyUnit
    city: str
    own_statuses: tuple[str, ...] = ()

    def own_status(self, text: str) -> str:
        """The plan's own status that ``text`` (spaces removed) names, or ""."""
        for name in self.own_statuses:
            if fold_word(name) == text:
                return name
        return ""

    def has_begun(self, year: int) -> bool:
        """Whether the year has begun by the 기준일, so that something can have been done in it."""
        return year <= self.as_of.year
