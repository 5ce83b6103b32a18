"""What a card does not say of itself."""

import datetime as dt
from dataclasses import dataclass

from pledges.models import Plan


@dataclass(frozen=True, slots=True)
class CardPlace:
    """What a card does not say of itself: its plan, and the 기준일 that its figures belong to."""

    plan: Plan
    as_of: dt.date
