"""The list of pledges as a file: what is shown, in the order shown, without pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pledges.enums import MoneyUnit
from pledges.notation import in_unit
from pledges.spreadsheet import WrittenColumn, WrittenSheet, csv_cell, csv_text, write_workbook
from reports.models import Edition, EditionPledge
from reports.public.addresses import address
from reports.public.reading import Reading, edition_query
from reports.public.wording import status_word
from reports.templatetags.portal import word

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    width: int
    is_text: bool = True


def export(
    request: HttpRequest, suffix: str, reading: Reading, edition: Edition, rows: Iterable[EditionPledge]
) -> HttpResponse:
    """The rows as ``csv``, ``json`` or ``xlsx``."""
    if suffix == "json":
        return JsonResponse(
            as_json(request, reading, edition, rows), json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
    columns, lines = as_lines(reading, edition, rows)
    if suffix == "csv":
        response = HttpResponse(as_csv(columns, lines), content_type="text/csv; charset=utf-8")
    else:
        sheet = WrittenSheet(
            _("Pledges"),
            tuple(WrittenColumn(column.name, column.width, is_text=column.is_text) for column in columns),
            lines,
        )
        response = HttpResponse(write_workbook([sheet]), content_type=XLSX)
    city, term = reading.place.city, reading.plan.term
    figures = f"{edition.as_of.isoformat()}-edition-{edition.number}"
    name = f"{city.code}-{term.number}-{reading.plan.code}-{figures}.{suffix}"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def as_lines(
    reading: Reading, edition: Edition, rows: Iterable[EditionPledge]
) -> tuple[list[Column], list[list[Any]]]:
    """Columns, and a line a pledge: text, Decimal, or None for nothing. Money in the plan's unit.

    Each line says whose figures it holds, so that lines of two files can be laid together, and has the
    exact rate: means of rounded rates aren't those of the portal. It stands in two columns, because a
    spreadsheet would read a fraction such as 25/2 as a date.
    """
    unit = MoneyUnit(reading.plan.money_unit)
    columns = [
        Column(_("No."), 10),
        Column(_("Pledge"), 40),
        Column(_("Area code"), 10),
        Column(_("Area"), 20),
        Column(_("Department"), 18),
        Column(_("Completion"), 10),
        Column(pgettext("pledge", "Budget"), 10),
        Column(pgettext("pledge", "Progress"), 16),
        Column(_("Fulfilment rate (%)"), 12, is_text=False),
        Column(_("Attainment to date (%)"), 12, is_text=False),
        Column(_("Planned (%(unit)s)") % {"unit": unit.label}, 14, is_text=False),
        Column(_("Executed (%(unit)s)") % {"unit": unit.label}, 14, is_text=False),
        Column(pgettext("money", "Source"), 20),
        Column(_("Report"), 10),
        Column(_("Exact rate: numerator"), 12, is_text=False),
        Column(_("Exact rate: denominator"), 12, is_text=False),
        Column(_("Reference date"), 12),
        Column(_("Edition"), 6, is_text=False),
    ]
    budget = {True: _("Needs a budget"), False: _("Needs no budget"), None: ""}
    lines = [
        [
            row.code,
            row.name,
            row.area_code,
            row.area_name,
            row.department,
            word(row.completion, "completion"),
            budget[row.budgeted],
            status_word(row.status, row.status_label),
            _rate(row.rate_display),
            _rate(row.to_date_display),
            None if row.planned is None else in_unit(row.planned, unit),
            None if row.executed is None else in_unit(row.executed, unit),
            ", ".join(word(source, "source") for source in _sources(row)),
            _("Not submitted") if row.not_submitted else "",
            *_fraction(row),
            edition.as_of.isoformat(),
            Decimal(edition.number),
        ]
        for row in rows
    ]
    return columns, lines


def as_csv(columns: list[Column], lines: list[list[Any]]) -> str:
    """CSV that Excel opens as UTF-8 and in which no text becomes a formula."""
    return csv_text(map(csv_cell, line) for line in [[column.name for column in columns], *lines])


def as_json(
    request: HttpRequest, reading: Reading, edition: Edition, rows: Iterable[EditionPledge]
) -> dict[str, Any]:
    """The list for machines: codes, rates as text, money in whole 원, null where there is nothing.

    ``rate_exact`` is a fraction in lowest terms; ``url`` is the pledge's page in this very edition.
    """
    city, term, plan = reading.place.city, reading.plan.term, reading.plan
    pledges = [
        {
            "code": row.code,
            "name": row.name,
            "areas": row.area_path.split(">") if row.area_path else [],
            "area_name": row.area_name,
            "department": row.department,
            "completion": row.completion or None,
            "budgeted": row.budgeted,
            "status": row.status,
            "status_label": row.status_label,
            "rate": _text(row.rate_display),
            "rate_exact": _exact(row),
            "to_date": _text(row.to_date_display),
            "planned": row.planned,
            "executed": row.executed,
            "sources": _sources(row),
            "not_submitted": row.not_submitted,
            "url": request.build_absolute_uri(
                address("card", city=city.code, term=term.number, plan=plan.code, code=row.code)
                + edition_query(edition)
            ),
        }
        for row in rows
    ]
    return {
        "plan": plan.address,
        "city": city.name,
        "name": plan.name,
        "fictional": city.is_fictional,
        "as_of": edition.as_of.isoformat(),
        "edition": edition.number,
        "published_at": edition.published_at.isoformat(),
        "money": "KRW",
        "count": len(pledges),
        "pledges": pledges,
    }


def _sources(row: EditionPledge) -> list[str]:
    """Where its money comes from: the sources with more than 0 planned."""
    return [source for source in row.sources.split(",") if source]


def _text(display: str) -> str | None:
    return None if display in {"", "–"} else display


def _fraction(row: Any) -> tuple[Decimal | None, Decimal | None]:
    """Numerator and denominator of the exact rate in percent."""
    exact = _exact(row)
    if exact is None:
        return None, None
    rate = Fraction(exact)
    return Decimal(rate.numerator), Decimal(rate.denominator)


def _exact(row: Any) -> str | None:
    """The rate in lowest terms, "220/3"; of rows that were read with it."""
    return None if row.exact is None else str(row.exact)


def _rate(display: str) -> Decimal | None:
    return None if display in {"", "–"} else Decimal(display)
