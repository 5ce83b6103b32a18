"""Open data: its page, its files, their schemas."""

from datetime import datetime
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pledges.permissions import public
from reports.models import Edition
from reports.public import freshness
from reports.public.addresses import MAIN_PLAN, address
from reports.public.crossorigin import shared
from reports.public.licences import licence
from reports.public.opendata.files import BY_NAME, FILES
from reports.public.opendata.material import Material
from reports.public.opendata.renderings import as_csv, as_json, as_schema
from reports.public.reading import (
    Reading,
    edition_query,
    find_place,
    need_edition,
    page_context,
    read_address,
)
from reports.public.study_group_files import FORMATS, dictionary
from reports.public.study_groups import has_study_groups
from reports.summaries import read_summary

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@public
@require_safe
def data(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """What can be downloaded of a plan, what stands in it, and under which licence."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    editions = list(Edition.objects.for_plan(reading.plan).without_summary().newest_first())
    terms = licence()
    tag = freshness.etag(request, reading, [other.pk for other in editions], terms.code, terms.url)
    if same := freshness.unchanged(request, tag):
        return same
    context = {
        **page_context(reading, "data"),
        "files": FILES,
        "licence": terms,
        "editions": editions,
        "summary": read_summary(edition.summary),
        "study_files": dictionary() if _leads_to_study_groups(reading) else (),
        "study_formats": FORMATS,
    }
    return freshness.tagged(render(request, "public/data.html", context), tag)


def _leads_to_study_groups(reading: Reading) -> bool:
    """Whether the page names the city's study groups, too: they are of today and of the term, not of an older
    edition or another plan."""
    plan = reading.plan
    return plan.code == MAIN_PLAN and not reading.is_older and has_study_groups(plan)


@public
@shared
@require_safe
def data_file(request: HttpRequest, city: str, term: int, plan: str, file: str, suffix: str) -> HttpResponse:
    """One file of an edition, as CSV or JSON."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    # Changes and editions are read from the plan's other editions too.
    digests = list(Edition.objects.for_plan(reading.plan).digests())
    parts = (edition.pk, digests, licence().code)
    return freshness.same_for_all(
        request,
        parts,
        _published(file, edition, digests),
        lambda: _made(request, reading, edition, file, suffix),
    )


def _published(name: str, edition: Edition, digests: list[tuple[int, str, datetime]]) -> datetime:
    """When what the file holds was published last."""
    if name in {"editions", "changes", "promises"}:
        return max(published_at for _pk, _digest, published_at in digests)
    return edition.published_at


def _made(request: HttpRequest, reading: Reading, edition: Edition, name: str, suffix: str) -> HttpResponse:
    city, term, plan = reading.place.city.code, reading.plan.term.number, reading.plan.code

    def absolute(part: str, shown: Edition | None = None, **more: str) -> str:
        path = address(part, city=city, term=term, plan=plan, **more)
        return request.build_absolute_uri(path + (edition_query(shown) if shown else ""))

    material = Material(
        edition,
        address_of=lambda code, shown: absolute("card", shown, code=code),
        front_of=lambda shown: absolute("front", shown),
    )
    if suffix == "csv":
        content = as_csv(BY_NAME[name], material)
    else:
        content = as_json(
            BY_NAME[name], material, licence=licence().code, schema=absolute("data_schema", file=name)
        )
    response = HttpResponse(content, content_type=TYPES[suffix])
    saved_as = f"{city}-{term}-{plan}-{name}-{edition.as_of.isoformat()}-edition-{edition.number}.{suffix}"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(saved_as)}"
    return response


@public
@shared
@require_safe
def data_schema(request: HttpRequest, city: str, term: int, plan: str, file: str) -> HttpResponse:
    """The JSON Schema of a file's JSON. It is the portal's, not of an edition."""
    find_place(city, term, plan)
    return freshness.same_for_all(
        request,
        file,
        None,
        lambda: JsonResponse(
            as_schema(BY_NAME[file], address=request.build_absolute_uri(request.path)),
            content_type="application/schema+json",
            json_dumps_params={"ensure_ascii": False, "indent": 1},
        ),
    )
