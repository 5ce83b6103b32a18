"""Writing the demo's plan workbooks: named rows in, the bytes of an .xlsx file out."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pledges.spreadsheet import WrittenColumn, WrittenSheet, write_workbook

Row = Mapping[str, Any]


def workbook(settings: Mapping[str, Any], sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """A plan workbook: ``settings`` are the lines of 기본정보, ``sheets`` the others' rows by sheet name.

    A sheet's columns are the names that its rows use, in the order of their first use.
    """
    basics = [{"항목": name, "값": value} for name, value in settings.items()]
    return write_workbook(_sheet(name, rows) for name, rows in {"기본정보": basics, **sheets}.items() if rows)


def _sheet(name: str, rows: Sequence[Row]) -> WrittenSheet:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return WrittenSheet(
        name=name,
        columns=tuple(WrittenColumn(column, is_text=True) for column in columns),
        rows=[[row.get(column) for column in columns] for row in rows],
    )


def money_row(
    *,
    prior: Decimal | None = None,
    years: Iterable[tuple[int, Decimal | None]],
    after: Decimal | None = None,
) -> dict[str, Decimal | None]:
    """The amount columns of an investment row, with the sums that a reader expects to find."""
    cells = dict(years)
    return {
        "총계": entered_sum([prior, *cells.values(), after]),
        "기투자": prior,
        "소계": entered_sum(cells.values()),
        **{str(year): amount for year, amount in cells.items()},
        "임기후": after,
    }


def entered_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what was entered; None where nothing was."""
    entered = [amount for amount in amounts if amount is not None]
    return sum(entered, Decimal(0)) if entered else None
