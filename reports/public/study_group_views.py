"""The pages of study groups. They read what the city published of them, each with its own date."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pledges.permissions import public
from reports.public import freshness, study_group_files, study_groups
from reports.public.addresses import MAIN_PLAN
from reports.public.crossorigin import shared
from reports.public.errors import NotPublished
from reports.public.licences import licence
from reports.public.reading import Place, find_place
from reports.templatetags.study_groups import round_name
from studygroups.enums import RoundState
from studygroups.models import Programme
from studygroups.published import RoundDocument, published_programmes, published_round, years_of


@public
@require_safe
def study_groups_page(request: HttpRequest, city: str, term: int) -> HttpResponse:
    """Every programme with its totals and its rounds, also those that were not held."""
    place = find_place(city, term, MAIN_PLAN)
    programmes = published_programmes(place.city)
    parts = study_groups.parts_of(
        programmes, _term(place), study_groups.served_pledges(place.plan) if programmes else {}
    )
    search = study_groups.search_teams(_term(place), programmes, request.GET.get("q", ""))
    tag = freshness.place_etag(request, place, parts, search)
    if same := freshness.unchanged(request, tag):
        return same
    context = {
        "place": place,
        "page": "study_groups",
        "shared": (
            pgettext("page", "Study groups"),
            _("Teams of officials, experts and citizens study a topic, and the city adopts what is good."),
        ),
        "parts": parts,
        "search": search,
        "years": years_of(programmes).items() if study_groups.share_years(programmes) else (),
        "updated_at": max((each.updated_at for each in programmes), default=None),
        "formats": study_group_files.FORMATS,
    }
    return freshness.tagged(render(request, "public/study_groups/list.html", context), tag)


@public
@require_safe
def programme(request: HttpRequest, city: str, term: int, programme_name: str) -> HttpResponse:
    """A programme has no page of its own: it stands among all of them."""
    place = find_place(city, term, MAIN_PLAN)
    if not Programme.objects.public().for_municipality(place.city).for_name(programme_name).exists():
        raise NotPublished(_("There is no such programme of study groups."))
    return HttpResponseRedirect(study_groups.programme_address(_term(place), programme_name))


@public
@require_safe
def study_round(
    request: HttpRequest, city: str, term: int, programme_name: str, year_intake: tuple[int, int]
) -> HttpResponse:
    """A round: its call, its teams, what they were awarded, what was adopted and what became of it."""
    place = find_place(city, term, MAIN_PLAN)
    document = _round(place, programme_name, year_intake)
    today = timezone.localdate()
    # What a page says of a call depends on the day.
    tag = freshness.place_etag(request, place, document, today if document.round.is_recruiting else None)
    if same := freshness.unchanged(request, tag):
        return same
    line = document.round
    name = f"{line.programme} {round_name(line, document.programme.has_intakes)}"
    context = {
        "place": place,
        "page": "study_round",
        "shared": (name, " · ".join(filter(None, [str(RoundState(line.state).label), line.reason]))),
        "name": name,
        "document": document,
        "line": line,
        "programme_url": study_groups.programme_address(_term(place), programme_name),
        "takes_applications": line.takes_applications(today),
        "opens_later": bool(line.is_recruiting and line.opens_on and today < line.opens_on),
        "files": [
            (suffix.upper(), study_groups.teams_address(_term(place), line, suffix))
            for suffix in study_group_files.FORMATS
        ],
    }
    return freshness.tagged(render(request, "public/study_groups/round.html", context), tag)


@public
@shared
@require_safe
def rounds_file(request: HttpRequest, city: str, term: int, suffix: str) -> HttpResponse:
    """The rounds of all programmes as a file."""
    place = find_place(city, term, MAIN_PLAN)
    programmes = published_programmes(place.city)

    def make() -> HttpResponse:
        if suffix == "json":
            return study_group_files.as_json(
                study_group_files.rounds_data(place.city, programmes, _absolute(request, place))
            )
        return study_group_files.as_table(
            suffix,
            _("Study group rounds"),
            study_group_files.ROUND_COLUMNS,
            study_group_files.round_rows(programmes),
            _file_name(place, suffix),
        )

    return _same_for_all(request, place, programmes, make)


@public
@shared
@require_safe
def teams_file(
    request: HttpRequest,
    city: str,
    term: int,
    programme_name: str,
    year_intake: tuple[int, int],
    suffix: str,
) -> HttpResponse:
    """The teams of a round as a file, with their results where these are public."""
    place = find_place(city, term, MAIN_PLAN)
    document = _round(place, programme_name, year_intake)

    def make() -> HttpResponse:
        if suffix == "json":
            return study_group_files.as_json(study_group_files.teams_data(place.city, document))
        year, intake = year_intake
        return study_group_files.as_table(
            suffix,
            _("Study group teams"),
            study_group_files.team_columns(document),
            study_group_files.team_rows(document),
            _file_name(place, suffix, programme_name, f"{year}-{intake}"),
        )

    return _same_for_all(request, place, document, make)


def _same_for_all(
    request: HttpRequest, place: Place, shown: object, make: Callable[[], HttpResponse]
) -> HttpResponse:
    """A file, or 304. Without a date: teams withdraw and departments tell what they did after the results
    were published, and who asked by that day alone would never hear of it."""
    parts = (place.city.name, place.city.is_fictional, licence().code, shown)
    return freshness.same_for_all(request, parts, None, make)


def _round(place: Place, name: str, year_intake: tuple[int, int]) -> RoundDocument:
    found = published_round(place.city, name, *year_intake)
    if found is None:
        raise NotPublished(_("There is no such round of study groups."))
    return found


def _term(place: Place) -> Any:
    """The term of an address that has one."""
    return place.term


def _file_name(place: Place, suffix: str, *more: str) -> str:
    return "-".join([place.city.code, "study-groups", *more]) + f".{suffix}"


def _absolute(request: HttpRequest, place: Place) -> Callable[[Any], str]:
    return lambda line: request.build_absolute_uri(study_groups.round_address(_term(place), line))
