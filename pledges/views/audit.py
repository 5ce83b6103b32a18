"""A city's audit log: searched, read, and taken away as a file."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

from pledges.audit.reading import ShownEntry, people_of, show_entries
from pledges.audit.wording import action_label
from pledges.forms.audit import COMMAND_LINE, AuditFilter
from pledges.models import AuditEntry, Municipality
from pledges.permissions import Action, access
from pledges.querysets import AuditQuerySet
from pledges.spreadsheet import BOM, WrittenColumn, WrittenSheet, csv_cell, csv_line, write_workbook
from pledges.views.lookups import find_city

SEES = Action.VIEW_AUDIT
A_PAGE = 30
READ_AT_ONCE = 500
# A sheet takes 1,048,576 rows, and has to fit into memory; .csv has no such end.
MOST_LINES = 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNS = {"+": "+", "-": "−", "~": "→"}


@access(SEES)
def audit(request: HttpRequest, city: str) -> HttpResponse:
    """The log of one city, newest first; a constant number of queries."""
    place = find_city(request.user, SEES, city)
    entries = AuditEntry.objects.for_municipalities([place.pk])
    form = _filter(request, entries)
    page = Paginator(form.narrow(entries).newest_first(), A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "city": place,
        "page": "audit",
        "form": form,
        "entries": show_entries(page.object_list),
        "pages": page,
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "query": query.urlencode(),
        "is_filtered": any(query.values()),
        "files": [(kind, _file_url(place, kind, query)) for kind in ("csv", "xlsx")],
        "most_lines": MOST_LINES,
    }
    return render(request, "staff/audit.html", context, status=422 if form.errors else 200)


@access(SEES)
def audit_file(request: HttpRequest, city: str, suffix: str) -> HttpResponse:
    """What the page shows with the same filters, all of it, oldest first: a line a changed field."""
    place = find_city(request.user, SEES, city)
    entries = AuditEntry.objects.for_municipalities([place.pk])
    form = _filter(request, entries)
    if form.errors:
        return audit(request, city)
    lines = _lines(form.narrow(entries).in_chain_order())
    name = f"audit-{place.code}-{timezone.localdate():%Y%m%d}.{suffix}"
    if suffix == "csv":
        # Written while it is read: the log of a whole term need not fit into memory.
        text = _csv(lines, get_language())
        response = cast(HttpResponse, StreamingHttpResponse(text, content_type="text/csv; charset=utf-8"))
    else:
        rows = [line for _number, line in zip(range(MOST_LINES), lines, strict=False)]
        if next(lines, None) is not None:
            rows.append(
                [None, _("More lines than a sheet takes: narrow the search or take .csv.")] + [None] * 12
            )
        sheet = WrittenSheet(_("Audit log"), _columns(), rows)
        response = HttpResponse(write_workbook([sheet]), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _filter(request: HttpRequest, entries: AuditQuerySet) -> AuditFilter:
    """The search form, with the people and steps that appear in this city's log."""
    keys = entries.actor_keys()
    names = people_of(key for key in keys if key is not None)
    people = {str(pk): name for pk, name in sorted(names.items(), key=lambda each: each[1])}
    if None in keys:
        people[COMMAND_LINE] = _("Command line")
    actions = {action: action_label(action) for action in entries.actions()}
    return AuditFilter(
        request.GET, people=people, actions=dict(sorted(actions.items(), key=lambda each: each[1]))
    )


def _file_url(place: Municipality, suffix: str, query: Any) -> str:
    url = reverse("city:audit_file", kwargs={"city": place.code, "suffix": suffix})
    return f"{url}?{query.urlencode()}" if query else url


# --- Files ----------------------------------------------------------------------


def _columns() -> tuple[WrittenColumn, ...]:
    return (
        WrittenColumn(_("Sequence"), 9),
        WrittenColumn(pgettext("audit", "When"), 19, is_text=True),
        WrittenColumn(_("Person"), 14, is_text=True),
        WrittenColumn(_("Person no."), 9),
        WrittenColumn(_("Step"), 16, is_text=True),
        WrittenColumn(_("Pledge number"), 11, is_text=True),
        WrittenColumn(_("As-of date"), 11, is_text=True),
        WrittenColumn(_("Reason"), 30, is_text=True, wraps=True),
        WrittenColumn(_("What"), 16, is_text=True),
        WrittenColumn(pgettext("audit", "Row"), 30, is_text=True, wraps=True),
        WrittenColumn(pgettext("audit", "Field"), 16, is_text=True),
        WrittenColumn(pgettext("audit", "Old"), 30, is_text=True, wraps=True),
        WrittenColumn(pgettext("audit", "New"), 30, is_text=True, wraps=True),
        WrittenColumn(_("Hash"), 66, is_text=True),
    )


def _lines(entries: AuditQuerySet) -> Iterator[list[Any]]:
    """A line for each changed field, for each fact, and for each row that is new or gone without more."""
    batch: list[AuditEntry] = []
    for entry in entries.iterator(chunk_size=READ_AT_ONCE):
        batch.append(entry)
        if len(batch) == READ_AT_ONCE:
            yield from _lines_of(batch)
            batch = []
    yield from _lines_of(batch)


def _lines_of(entries: Iterable[AuditEntry]) -> Iterator[list[Any]]:
    for shown in show_entries(entries):
        entry = shown.entry
        who = shown.who or (_("Command line") if entry.actor_key is None else "")
        head = [
            entry.sequence,
            timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
            who,
            entry.actor_key,
            shown.action,
            entry.pledge_code,
            entry.as_of.isoformat() if entry.as_of else "",
            _("Redacted") if shown.is_redacted else shown.reason,
        ]
        for told in _told(shown):
            yield [*head, *told, entry.hash]


def _told(shown: ShownEntry) -> list[list[str]]:
    told = [["", "", label, "", text] for label, text in shown.facts]
    for row in shown.rows:
        what = f"{row.model} {SIGNS[row.kind]}" if row.kind != "~" else row.model
        told += [[what, row.name, each.field, each.old, each.new] for each in row.changes]
        if not row.changes:
            told.append([what, row.name, "", "", ""])
    return told or [["", "", "", "", ""]]


def _csv(lines: Iterable[list[Any]], language: str | None) -> Iterator[str]:
    """CSV that Excel opens as UTF-8 and in which no text becomes a formula, in the language of its reader."""
    yield BOM
    with override(language):
        yield csv_line(csv_cell(column.name) for column in _columns())
        for line in lines:
            yield csv_line(map(csv_cell, line))
