"""The portal's cities side by side."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from pledges.enums import HeadlineMethod
from pledges.permissions import public
from pledges.spreadsheet import csv_cell, csv_text
from reports.public import charts, compare, freshness, wording
from reports.public.addresses import address
from reports.public.compare import Compared
from reports.public.crossorigin import shared
from reports.public.errors import NotPublished
from reports.public.reading import edition_query


class CompareForm(forms.Form):
    """Which formula for all, and which term."""

    method = forms.ChoiceField(label=gettext_lazy("Formula"), required=False)
    term = forms.ChoiceField(label=gettext_lazy("Term"), required=False)

    def __init__(self, data: Any, *, numbers: list[int]) -> None:
        super().__init__(data)
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            ("", _("Each city's own headline")),
            *((method.value, method.label) for method in HeadlineMethod),
        ]
        self.fields["term"].choices = [  # type: ignore[attr-defined]
            ("", _("The current term of each city")),
            *((str(number), _("term %(number)s") % {"number": number}) for number in numbers),
        ]


@public
@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    """Every city with its headline and formula; with ``?method=`` all by one formula, sorted by it."""
    rows, chosen = _read(request)
    method = chosen.cleaned_data.get("method") or None
    shown = compare.shown_by(rows, method)
    dates, numbers, sizes = compare.dates_of(rows), compare.numbers_of(rows), compare.sizes_of(rows)
    query = urlencode({name: value for name, value in chosen.cleaned_data.items() if value})
    context = {
        "form": chosen,
        "shown": shown,
        "missing": [row for row in rows if row.summary is None],
        "method": method,
        "formula": wording.method_formula(method) if method else "",
        "chart": charts.city_chart(
            (each.row.city.name, each.line.rate.display) for each in shown if method and each.line
        ),
        "dates": dates if len(dates) > 1 else [],
        "terms": numbers if len(numbers) > 1 else [],
        "sizes": sizes if len(sizes) > 1 else [],
        "differs_in_dropped": compare.differ_in_dropped(rows),
        "unit": compare.UNIT,
        "query": query,
    }
    return render(request, "public/compare.html", context)


@public
@shared
@require_safe
def cities_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """What the page compares, as CSV or JSON."""
    rows, chosen = _read(request)
    if not chosen.is_valid():
        raise NotPublished(_("There is no such comparison."))
    shown = compare.shown_by(rows, chosen.cleaned_data["method"] or None)
    editions = [each.row.edition for each in shown if each.row.edition]
    parts = (
        [(edition.pk, edition.digest) for edition in editions],
        [(each.row.city.name, each.row.city.is_fictional) for each in shown],
    )
    newest = max((edition.published_at for edition in editions), default=None)
    return freshness.same_for_all(
        request, parts, newest, lambda: _file(request, suffix, shown, chosen.cleaned_data)
    )


def _file(
    request: HttpRequest, suffix: str, shown: list[compare.Shown], asked: dict[str, str]
) -> HttpResponse:
    def address_of(row: Compared) -> str:
        assert row.term is not None and row.edition is not None  # noqa: S101, PT018 - published
        path = address("front", city=row.city.code, term=row.term.number) + edition_query(row.edition)
        return request.build_absolute_uri(path)

    rows = compare.as_rows(shown, address_of)
    if suffix == "json":
        document = {
            "sorted_by": asked["method"] or None,
            "term": int(asked["term"]) if asked["term"] else None,
            "money": "KRW",
            "count": len(rows),
            "cities": rows,
        }
        response: HttpResponse = JsonResponse(
            document, json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
    else:
        names = list(rows[0]) if rows else ["city_code"]
        text = csv_text(map(csv_cell, line) for line in [names, *(row.values() for row in rows)])
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="cities.{suffix}"'
    return response


def _read(request: HttpRequest) -> tuple[list[Compared], CompareForm]:
    """The cities of the term that is asked for, and the form; what isn't offered counts as not asked for."""
    asked = request.GET.get("term", "")
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 4 and asked[0] != "0"
    number = int(asked) if is_number else None
    rows, numbers = compare.compare_cities(number)
    form = CompareForm(request.GET, numbers=numbers)
    if not form.is_valid():
        form.cleaned_data = {"method": "", "term": "", **form.cleaned_data}
        if number is not None and number not in numbers:
            rows, _numbers = compare.compare_cities(None)
    return rows, form
