"""What the open data files of an edition are made of."""

from collections.abc import Callable
from functools import cached_property

from reports.cards import Card, read_card
from reports.models import Edition, EditionComparison, EditionPledge
from reports.public.moved import Move, Promised, read_moves, read_promised, told
from reports.summaries import PlanSummary, read_summary


class Material:
    """The edition that is read and what the files are made of; each part is asked for once, when needed.

    ``address_of`` gives the absolute address of a pledge's card in an edition, ``front_of`` that of the
    plan's front page.
    """

    def __init__(
        self,
        edition: Edition,
        *,
        address_of: Callable[[str, Edition], str],
        front_of: Callable[[Edition], str],
    ) -> None:
        self.edition, self.address_of, self.front_of = edition, address_of, front_of

    @cached_property
    def summary(self) -> PlanSummary:
        return read_summary(self.edition.summary)

    @cached_property
    def cards(self) -> list[Card]:
        rows = EditionPledge.objects.for_edition(self.edition).in_order().values_list("card", flat=True)
        return [read_card(card) for card in rows]

    @cached_property
    def editions(self) -> list[Edition]:
        """Every edition of the plan, oldest first, without its summary."""
        editions = Edition.objects.for_plan(self.edition.plan_id).with_headline().with_pledges_counted()
        return list(editions.oldest_first())

    @cached_property
    def compared(self) -> list[EditionComparison]:
        """What the page of changes tells, corrections included, the oldest first."""
        comparisons = EditionComparison.objects.for_plan(self.edition.plan_id).with_editions().oldest_first()
        return told(self.edition, comparisons)[::-1]

    @cached_property
    def promised(self) -> list[Promised]:
        """What is promised otherwise in each of ``compared``. One query."""
        return read_promised(self.compared)

    @cached_property
    def moves(self) -> list[Move]:
        return read_moves(self.compared)
