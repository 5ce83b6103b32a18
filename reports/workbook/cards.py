"""The official one-page pledge card as a workbook sheet, read into the sheets of the contract."""

import datetime as dt
from dataclasses import dataclass

from pledges.models import Plan
from pledges.spreadsheet import Workbook
from reports.workbook.results import Progress


@dataclass(frozen=True, slots=True)
class CardPlace:
    """What a card does not say of itself: its plan, and the 기준일 that its figures belong to."""

    plan: Plan
    as_of: dt.date


def read_cards(content: bytes, place: CardPlace, progress: Progress | None = None) -> Workbook:
    """The contract's sheets as the cards of a file fill them."""
    raise NotImplementedError
