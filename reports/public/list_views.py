"""The list of pledges: as a page, live while somebody types, and as files."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from pledges.permissions import public
from reports.models import Edition, EditionPledge
from reports.public import exports, freshness
from reports.public.crossorigin import shared
from reports.public.filters import PledgeFilter, is_untidy, list_query
from reports.public.initials import example
from reports.public.reading import need_edition, page_context, read_address
from reports.public.similar import most_similar
from reports.public.tables import PAGE_SIZES, PledgeTable, orders, page_size, show_page, sort
from reports.summaries import read_summary

FORMATS = ("xlsx", "csv", "json")
# A page and what replaces its results stand at one address.
LIVE_HEADERS = ("HX-Request", "HX-History-Restore-Request")


@public
@require_safe
def pledge_list(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """The pledges of the edition: searched, filtered, sorted, in pages. Six queries at most.

    A form that was sent without a script is led on to the short address of what it asks for. Asked by a
    script it answers what changes on the page alone, and which address is to stand above it.
    """
    live = _is_live(request)
    if not live and is_untidy(request.GET):
        return _by_script_or_not(HttpResponseRedirect(_address(request)))
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    previous = _previous(edition)
    tag = None if live else freshness.etag(request, reading, previous and previous.pk)
    if same := freshness.unchanged(request, tag):
        patch_vary_headers(same, LIVE_HEADERS)
        return same
    summary = read_summary(edition.summary)
    rows = EditionPledge.objects.for_edition(edition).without_cards().in_order()
    chosen = PledgeFilter(request.GET, queryset=rows, summary=summary, previous=previous)
    if live and not chosen.is_valid:
        # Errors stand at their fields, which stay as they are: the page as a whole says them.
        return _by_script_or_not(HttpResponse(headers={"HX-Redirect": _address(request)}))
    table = PledgeTable(chosen.qs)
    show_page(request, table, count=chosen.count)
    context = {
        **page_context(reading, "list"),
        "summary": summary,
        "filter": chosen,
        "example": example(row.name for row in chosen.rows),
        "table": table,
        "orders": orders(table),
        "similar": _similar(chosen),
        "page_sizes": PAGE_SIZES,
        "page_size": page_size(request),
        "file_query": list_query(request.GET, as_of=None, edition=None, per_page=None, page=None),
        "formats": FORMATS,
    }
    if live:
        response = render(request, "public/_list_live.html", context)
        response.headers["Cache-Control"] = "no-store"
        response.headers[_address_header(request)] = _address(request)
    else:
        response = freshness.tagged(render(request, "public/list.html", context), tag)
    patch_vary_headers(response, LIVE_HEADERS)
    return response


@public
@shared
@require_safe
def list_file(request: HttpRequest, city: str, term: int, plan: str, suffix: str) -> HttpResponse:
    """What the list shows, as a file."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    previous = _previous(edition) if request.GET.get("moved") else None
    tag = freshness.etag(request, reading, previous and previous.pk)
    if same := freshness.unchanged(request, tag):
        return same
    rows = EditionPledge.objects.for_edition(edition).without_cards().with_exact_rates().in_order()
    summary = read_summary(edition.summary)
    chosen = PledgeFilter(request.GET, queryset=rows, summary=summary, previous=previous)
    table = PledgeTable(chosen.qs)
    sort(request, table)
    return freshness.tagged(exports.export(request, suffix, reading, edition, table.data), tag)


def _is_live(request: HttpRequest) -> bool:
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def _by_script_or_not(response: HttpResponse) -> HttpResponse:
    """An answer that only leads on. Nobody is to keep it: asked another way the address answers otherwise."""
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, LIVE_HEADERS)
    return response


def _address(request: HttpRequest) -> str:
    """The one address of what is asked for."""
    query = list_query(request.GET)
    return f"{request.path}?{query}" if query else request.path


def _address_header(request: HttpRequest) -> str:
    """How the browser takes the new address: going on typing is no step that Back should lead through."""
    try:
        shown = request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]
    except ValueError:  # no address at all
        shown = ""
    before = parse_qs(urlsplit(shown).query)
    after = parse_qs(list_query(request.GET))
    searches = before.pop("q", None), after.pop("q", None)
    before.pop("page", None)
    return "HX-Replace-Url" if all(searches) and before == after else "HX-Push-Url"


def _previous(edition: Edition) -> Edition | None:
    """The edition that the list compares with: what the edition was compared with last of the date before."""
    return Edition.objects.compared_with(edition).without_summary().first()


def _similar(chosen: PledgeFilter) -> list[EditionPledge]:
    """Pledges whose names look like what was searched in vain. One query, in place of the page's rows."""
    if chosen.count or not chosen.search:
        return []
    keys = most_similar(chosen.search, ((row.key, row.name) for row in chosen.rows))
    rows = {row.pk: row for row in chosen.queryset.for_keys(keys)} if keys else {}
    return [rows[key] for key in keys]
