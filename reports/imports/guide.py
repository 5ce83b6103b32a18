"""The guide to the workbook: its sheets column by column, its notation, its templates.

Columns come from the sheets' own lists and each example of the notation goes
through the reader that an import uses, so that neither can say anything else
than what is done.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.enums import MoneyUnit
from pledges.filetypes import XLSX
from pledges.models import Plan
from pledges.notation import (
    DateSpan,
    YearValue,
    format_day,
    format_number,
    parse_dates,
    parse_number,
    parse_percent,
    parse_year_value,
    won_from,
)
from pledges.permissions import access, holds
from pledges.sheets import InfoResource, Scope, SheetResource
from pledges.sheets.base import Column
from pledges.spreadsheet import MAX_UPLOAD
from pledges.views.uploads import DOWNLOAD_HEADERS
from reports.imports.forms import UploadForm, layout_labels
from reports.imports.lookups import BRINGS_IN, SEES, plans_of
from reports.imports.wording import ABOUT, HINTS
from reports.models import ImportBatch
from reports.public.addresses import MAIN_PLAN
from reports.workbook import write_template
from reports.workbook.importing import RESOURCES
from reports.workbook.template import running_plan, template_scope, write_filled

# --- Sheets ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GuidedColumn:
    """One column, or the columns of the term together: its header, what goes in, the words it takes."""

    name: str
    hint: str
    words: tuple[str, ...] = ()
    is_key: bool = False
    is_required: bool = False
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class GuidedSheet:
    name: str
    about: str
    columns: tuple[GuidedColumn, ...]
    is_required: bool = False


def guided_sheets(scope: Scope) -> list[GuidedSheet]:
    """Every sheet of the workbook with its columns, as they are for this term."""
    info = InfoResource()
    sheets = [
        GuidedSheet(
            info.sheet_name,
            str(ABOUT[info.sheet_name]),
            tuple(_column(info.sheet_name, each) for each in info.columns.values()),
            is_required=True,
        )
    ]
    for number, kind in enumerate(RESOURCES):
        sheet = kind(scope)
        columns = tuple(_columns(sheet))
        sheets.append(
            GuidedSheet(sheet.sheet_name, str(ABOUT[sheet.sheet_name]), columns, is_required=number == 0)
        )
    return sheets


def _columns(sheet: SheetResource) -> Iterator[GuidedColumn]:
    of_term = [each for each in sheet.columns.values() if each.year is not None or each.quarter is not None]
    for column in sheet.columns.values():
        if column not in of_term:
            yield _column(sheet.sheet_name, column)
        elif column is of_term[0]:
            name = f"{of_term[0].column_name} … {of_term[-1].column_name}"
            hint = str(HINTS[sheet.sheet_name, "…"])
            yield GuidedColumn(name, hint, column.widget.choices())


def _column(sheet: str, column: Column) -> GuidedColumn:
    name = column.column_name
    return GuidedColumn(
        name,
        str(HINTS[(sheet, name) if (sheet, name) in HINTS else ("", name)]),
        column.widget.choices(),
        is_key=column.is_key,
        is_required=column.is_required,
        is_checked=column.is_checked,
    )


# --- Notation ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """What may stand in a cell, and what is read of it."""

    cells: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Notation:
    title: str
    examples: tuple[Example, ...]


def notations() -> list[Notation]:
    """The ways of writing that the sheets take; all examples are read by the import's own readers."""
    return [
        Notation(
            _("Numbers"),
            (
                *_read(_number, ("1,234", "１，２３４"), ("△3", "▲3", "(3)", "-3"), ("0",), ("-", "–", "")),
                Example(
                    ("24.394",),
                    _(
                        "24.394, as it stands. Where the sums say that 24,394 was meant"
                        " (a dot for the comma), a warning says so."
                    ),
                ),
            ),
        ),
        Notation(_("Years of an indicator"), _read(_year, ("2",), ("1(4)",), ("-(1)",), ("0(1)",), ("-",))),
        Notation(_("Rates"), _read(_rate, ("73.33%", "73.33"), ("-",))),
        Notation(
            _("Amounts"),
            (
                *_read(_million, ("1.5",), ("1,234",)),
                *_read(_thousand, ("1,500",)),
                Example(("(단위 : 천원)", "(단위: 억원)"), _("above the headers: the unit of this sheet")),
            ),
        ),
        Notation(
            _("Quarters of a task"),
            (
                Example(("○",), _("planned")),
                Example(("◐",), _("under way")),
                Example(("●",), _("done")),
                Example(("", "-"), _("none")),
            ),
        ),
        Notation(
            _("Dates of an achievement"),
            _read(
                _dates,
                ("2026. 7. 1.", "2026-07-01", "'26. 7. 1.", "2026년 7월 1일"),
                ("2022. 10.",),
                ("2023. 3.~9.",),
                ("2025. 4.~",),
            ),
        ),
        Notation(_("Days in 기본정보"), _read(_dates, ("2025-09-30", "2025. 9. 30."))),
        Notation(
            _("Lists and trees"),
            (
                Example(("기획과, 복지과",), _("two departments")),
                Example(("도, 시",), _("province and city")),
                Example(("7 시민소통",), _("area 7 with its name")),
                Example(("7",), _("area 7; its name stays as it is stored")),
                Example(("집행액:시비",), _("spent, of the city's own money")),
            ),
        ),
    ]


def _read(reader: Callable[[str], str], *groups: tuple[str, ...]) -> tuple[Example, ...]:
    """Examples whose cells all read alike, in the reader's own words."""
    return tuple(Example(cells, reader(cells[0])) for cells in groups)


def _nothing() -> str:
    return _("nothing entered, which is not 0")


def _shown(number: Decimal) -> str:
    text = format_number(abs(number), grouped=True)
    return _("%(number)s (below zero)") % {"number": f"−{text}"} if number < 0 else text


def _number(text: str) -> str:
    number = parse_number(text)
    if number is None:
        return _nothing()
    return _("0: entered, and zero") if number == 0 else _shown(number)


def _year(text: str) -> str:
    value: YearValue = parse_year_value(text)
    own = _("not entered") if value.own is None else _shown(value.own)
    if value.cumulative is None:
        return _nothing() if value.own is None else _("this year %(own)s") % {"own": own}
    return _("this year %(own)s, in all %(sum)s") % {"own": own, "sum": _shown(value.cumulative)}


def _rate(text: str) -> str:
    rate = parse_percent(text)
    return _nothing() if rate is None else f"{format_number(rate)}%"


def _amount(text: str, unit: MoneyUnit, label: str) -> str:
    number = parse_number(text)
    won = won_from(number, unit) if number is not None else 0
    return _("%(won)s won, where the unit is %(unit)s") % {"won": f"{won:,}", "unit": label}


def _million(text: str) -> str:
    return _amount(text, MoneyUnit.MILLION, "백만원")


def _thousand(text: str) -> str:
    return _amount(text, MoneyUnit.THOUSAND, "천원")


def _dates(text: str) -> str:
    span: DateSpan = parse_dates(text)
    if span.open_ended:
        return _("from %(day)s on, still going on") % {"day": format_day(span.starts_on)}
    if span.starts_on == span.ends_on:
        return format_day(span.starts_on)
    return _("%(first)s to %(last)s") % {
        "first": format_day(span.starts_on),
        "last": format_day(span.ends_on),
    }


# --- Pages ------------------------------------------------------------------------------


@require_safe
@access(SEES)
def guide(request: HttpRequest) -> HttpResponse:
    """How a workbook is filled in, and the templates of the person's plans."""
    plans = list(plans_of(request.user, SEES).order_by("term__municipality__name", "-term__number", "code"))
    scope = template_scope(plans[0] if len(plans) == 1 else running_plan(timezone.localdate()))
    context = {
        "plans": [{"plan": plan, **_links(plan)} for plan in plans],
        "sheets": guided_sheets(scope),
        "notations": notations(),
        "largest": MAX_UPLOAD,
        "hours": settings.IMPORT_STAGE_HOURS,
        "brings_in": holds(request.user, BRINGS_IN),
        "layout_field": UploadForm.base_fields["layout"].label,
        "cards_label": layout_labels()[ImportBatch.Layout.CARDS],
        "page": "imports",
    }
    return render(request, "staff/imports/guide.html", context)


@require_safe
@access(SEES)
def blank_of_nobody(request: HttpRequest) -> HttpResponse:
    """A blank workbook for the running term, its city left to fill in."""
    return _download(write_template(running_plan(timezone.localdate())), _("Pledge plan template.xlsx"))


@require_safe
@access(SEES)
def blank(request: HttpRequest, city: str, term: int, plan: str = MAIN_PLAN) -> HttpResponse:
    """A blank workbook of a plan, 기본정보 filled in."""
    found = _find(request, city, term, plan)
    return _download(write_template(found), _("%(plan)s template.xlsx") % {"plan": _stem(found)})


@require_safe
@access(SEES)
def filled(request: HttpRequest, city: str, term: int, plan: str = MAIN_PLAN) -> HttpResponse:
    """The workbook of a plan with all that it holds, to go on with."""
    found = _find(request, city, term, plan)
    return _download(write_filled(found), _("%(plan)s filled in.xlsx") % {"plan": _stem(found)})


def _find(request: HttpRequest, city: str, term: int, plan: str) -> Plan:
    found: Plan = get_object_or_404(plans_of(request.user, SEES).for_address(city, term, plan))
    return found


def _stem(plan: Plan) -> str:
    return f"{plan.term.municipality.name} {plan.name}"


def _links(plan: Plan) -> dict[str, str]:
    term = plan.term
    kwargs: dict[str, Any] = {"city": term.municipality.code, "term": term.number}
    if plan.code != MAIN_PLAN:
        kwargs["plan"] = plan.code
    return {name: reverse(f"imports:{name}", kwargs=kwargs) for name in ("filled", "blank")}


def _download(content: bytes, name: str) -> HttpResponse:
    disposition = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=XLSX.media_type, headers={**DOWNLOAD_HEADERS, **disposition})
