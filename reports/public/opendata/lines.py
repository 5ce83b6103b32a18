"""The rows of each open data file, and how their values are read."""

from collections.abc import Iterable
from dataclasses import dataclass

from pledges.enums import MoneySource, Span
from reports.cards import TOTAL, Card, MoneyRow, SubProjectTable
from reports.public.opendata.columns import Line
from reports.public.opendata.material import Material


def pledges(of: Material) -> Iterable[Line]:
    for card in of.cards:
        yield Line(of.edition, card, address=of.address_of(card.code, of.edition))


def indicators(of: Material) -> Iterable[Line]:
    for card in of.cards:
        for number, row in enumerate(card.indicators, 1):
            yield Line(of.edition, card, number, row)


def years(of: Material) -> Iterable[Line]:
    for card in of.cards:
        for number, row in enumerate(card.indicators, 1):
            for index in range(len(card.years)):
                yield Line(of.edition, card, number, row, index)


@dataclass(frozen=True, slots=True)
class Amount:
    name: str
    kind: str
    source: str
    span: str
    year: int | None
    won: int


def investments(of: Material) -> Iterable[Line]:
    for card in of.cards:
        for number, table in enumerate(card.money.sub_projects, 1):
            for kind in ("planned", "secured", "executed"):
                for amount in _amounts(card, table, kind):
                    yield Line(of.edition, card, number, amount)


def _amounts(card: Card, table: SubProjectTable, kind: str) -> Iterable[Amount]:
    """What was entered, by source, without sums: adding the rows up counts nothing twice."""
    rows: tuple[MoneyRow, ...] = getattr(table, kind)
    # Money whose source nobody named stands in the total row alone.
    by_source = [row for row in rows if row.source != TOTAL] or rows
    for row in by_source:
        source = MoneySource.UNSPECIFIED.value if row.source == TOTAL else row.source
        columns: list[tuple[str, int | None, int | None]] = [
            (Span.PRIOR.value, None, row.prior),
            *((Span.YEAR.value, year.year, won) for year, won in zip(card.years, row.years, strict=True)),
            (Span.AFTER.value, None, row.after),
        ]
        for span, year, won in columns:
            if won is not None:
                yield Amount(table.name, kind, source, span, year, won)


def schedule(of: Material) -> Iterable[Line]:
    for card in of.cards:
        for number, row in enumerate(card.grid, 1):
            for index, cell in enumerate(row.cells):
                if cell:
                    yield Line(of.edition, card, number, row, index)


def achievements(of: Material) -> Iterable[Line]:
    for card in of.cards:
        for number, row in enumerate(card.achievements, 1):
            yield Line(of.edition, card, number, row)


def editions(of: Material) -> Iterable[Line]:
    last = {edition.as_of: edition.pk for edition in of.editions}
    for edition in of.editions:
        yield Line(edition, item=last[edition.as_of] == edition.pk, address=of.front_of(edition))


def promises(of: Material) -> Iterable[Line]:
    for pledge in of.promised:
        for number, change in enumerate(pledge.changes, 1):
            yield Line(
                pledge.edition,
                pledge,
                number,
                change,
                address=of.address_of(pledge.code, pledge.edition),
            )


def changes(of: Material) -> Iterable[Line]:
    for move in of.moves:
        yield Line(
            move.edition,
            item=move,
            address=of.address_of(move.code, move.shown_in),
        )
