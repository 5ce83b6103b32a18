"""The page of one pledge, the small one for other sites' frames, and its address as a QR code."""

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from pledges.permissions import public
from reports.cards import read_card
from reports.models import Edition, EditionPledge
from reports.public import charts, freshness, wording
from reports.public.coming import what_comes
from reports.public.course import stages
from reports.public.errors import NotPublished
from reports.public.qr import qr_svg
from reports.public.reading import Reading, need_edition, one_of_each_date, page_context, read_address
from reports.public.sharing import card_links
from reports.public.study_groups import served_parts


@public
@require_safe
def card(request: HttpRequest, city: str, term: int, plan: str, code: str) -> HttpResponse:
    """One pledge: what was promised, how far it has come, with what money, what comes next, what changed."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    rows = EditionPledge.objects.for_edition(edition)
    row = find_row(edition, code)
    editions = list(
        Edition.objects.for_plan(reading.plan).with_rate_of(code).without_summary().newest_first()
    )
    groups = [] if reading.is_older else served_parts(reading.plan, code)
    tag = freshness.etag(request, reading, [other.pk for other in editions], groups)
    if same := freshness.unchanged(request, tag):
        return same
    document = read_card(row.card)
    course = stages(row, edition)
    context = {
        **page_context(reading, "card"),
        "card": document,
        "boxes": wording.header_boxes(document),
        "status_box": wording.status_box(document),
        "status_meaning": wording.status_meaning(document),
        "workings": [wording.indicator_working(line) for line in document.indicators],
        "mean_working": wording.mean_working(document),
        "rounding": wording.rounding_words(document.plan.decimals, document.plan.rounding),
        "grid_years": wording.grid_years(document),
        "is_marked": wording.is_marked(document),
        "indicator_charts": [chart for chart in charts.indicator_charts(document) if chart],
        "money_chart": charts.money_chart(document),
        "rate_chart": charts.rate_chart(
            "rates",
            _("Fulfilment rate by reference date"),
            [(other.as_of, other.rate_display) for other in one_of_each_date(edition, editions)],
        ),
        "coming": what_comes(document),
        "course": course,
        "links": card_links(request, reading, document),
        "previous": rows.before(row.position).without_cards().first(),
        "next": rows.after(row.position).without_cards().first(),
        "editions": editions,
        "study_groups": groups,
    }
    return freshness.tagged(render(request, "public/card.html", context), tag)


@public  # type: ignore[arg-type]
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"], "form-action": ["'none'"]})  # type: ignore[arg-type]
@require_safe
def embed(request: HttpRequest, city: str, term: int, plan: str, code: str) -> HttpResponse:
    """A pledge in one look, for a frame in any site's page: the only page that may stand in one.

    A frame gets no cookie, so the language is asked for in the address (``?lang=en``); it is the same for
    everybody.
    """
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    row = find_row(edition, code)
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        response = freshness.same_for_all(
            request,
            (edition.pk, edition.digest, reading.is_older, reading.place.city.is_fictional),
            edition.published_at,
            lambda: _framed(request, reading, row),
        )
        response.headers["Content-Language"] = language
    return response


def _framed(request: HttpRequest, reading: Reading, row: EditionPledge) -> HttpResponse:
    document = read_card(row.card)
    context = {
        "place": reading.place,
        "reading": reading,
        "edition": reading.edition,
        "card": document,
        "links": card_links(request, reading, document),
    }
    return render(request, "public/embed.html", context)


@public
@require_safe
def qr(request: HttpRequest, city: str, term: int, plan: str, code: str) -> HttpResponse:
    """The code that leads a telephone from paper to the current card, or to the edition asked for."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    row = find_row(edition, code)
    printed = card_links(request, reading, read_card(row.card)).printed
    return freshness.same_for_all(
        request, printed, None, lambda: HttpResponse(qr_svg(printed), content_type="image/svg+xml")
    )


def find_row(edition: Edition, code: str) -> EditionPledge:
    """The pledge of this number in the edition. Raises NotPublished. One query."""
    row = EditionPledge.objects.for_edition(edition).for_code(code).first()
    if row is None:
        raise NotPublished(_("There is no pledge with this number in these figures."), in_plan=True)
    return row
