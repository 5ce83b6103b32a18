"""What a page says of itself to other programs: title, description, address, picture, feeds; and how a reader
hands a card on."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from pledges.enums import HeadlineMethod
from pledges.notation import format_day
from reports.cards import Card
from reports.public.addresses import address
from reports.public.reading import Place, Reading, edition_query, need_edition
from reports.public.wording import status_word

# How high the frame of an embedded card is, in pixels: a name of two lines fits in.
EMBED_HEIGHT = 300


@dataclass(frozen=True, slots=True)
class Share:
    """``path`` is the page's address without what sorts or filters it, ``picture`` that of the picture beside
    its link; ``feed`` is "" where there is none, ``card_feed`` but on a card."""

    title: str
    description: str
    path: str
    picture: str
    feed: str
    card_feed: str


def public_address(request: HttpRequest, path: str) -> str:
    """The absolute address by which everybody reaches a path: what is printed or posted elsewhere must not
    hold the name by which this one reader came in."""
    if settings.PRODUCTION:
        return settings.PORTAL_URL.rstrip("/") + path
    return request.build_absolute_uri(path)


def share(page: Mapping[str, Any]) -> Share | None:
    """What a page says of itself; None for one that says nothing. ``page`` is its context."""
    reading: Reading | None = page.get("reading")
    if reading is None or reading.edition is None:
        return _without_edition(page)
    plan, edition = reading.plan, reading.edition
    where: dict[str, Any] = {
        "city": reading.place.city.code,
        "term": reading.plan.term.number,
        "plan": plan.code,
    }
    whole = f"{reading.place.city.name} {plan.name}"
    day = _("as of %(date)s") % {"date": format_day(edition.as_of)}
    feed = address("feed", **where)
    # A picture is that of one edition: previews are kept by their address.
    picture = address("share_image", **where) + edition_query(edition)
    name, card, summary = page.get("page", ""), page.get("card"), page.get("summary")
    if name == "card" and card is not None:
        rate = _("Fulfilment rate %(rate)s") % {"rate": _percent(card.rate.display)}
        words = f"{status_word(card.status, card.own_status)} · {rate} ({day})"
        path = address("card", code=card.code, **where)
        return Share(
            f"{card.code} {card.name} · {whole}",
            words,
            path + reading.keep,
            address("card_share_image", code=card.code, **where) + edition_query(edition),
            feed,
            address("pledge_feed", code=card.code, **where),
        )
    words = day
    if summary is not None:
        rate = _("Fulfilment rate (%(method)s) %(rate)s") % {
            "method": HeadlineMethod(summary.headline.method).label,
            "rate": _percent(summary.headline.rate.display),
        }
        words = f"{rate} ({day})"
    titles = {
        "list": _("All pledges"),
        "areas": _("By area"),
        "money": pgettext("page", "Money"),
        "method": _("How rates are computed"),
        "data": _("Open data"),
    }
    if name not in {"front", *titles}:
        request = page.get("request")
        return Share(whole, words, request.path + reading.keep if request else "", picture, feed, "")
    title = f"{titles[name]} · {whole}" if name in titles else whole
    return Share(title, words, address(name, **where) + reading.keep, picture, feed, "")


def _without_edition(page: Mapping[str, Any]) -> Share | None:
    """A city's page, its study groups and the portal's first; none holds figures in what is shared. A page
    that has a title of its own names it and its description as ``shared``."""
    match = getattr(page.get("request"), "resolver_match", None)
    name = match.view_name if match else ""
    words = _("What was promised, and how far it has come")
    place: Place | None = page.get("place")
    if place is not None:
        picture = reverse("public:city_share_image", args=[place.city.code])
        path = reverse("public:city", args=[place.city.code]) if name == "public:city" else ""
        if shared := page.get("shared"):
            title, words = shared
            return Share(f"{title} · {place.city.name}", words, path, picture, "", "")
        return Share(f"{place.city.name} · {settings.SITE_NAME}", words, path, picture, "", "")
    if name == "public:home":
        picture = reverse("public:home_share_image")
        return Share(str(settings.SITE_NAME), words, reverse("public:home"), picture, "", "")
    return None


@dataclass(frozen=True, slots=True)
class CardLinks:
    """A card's absolute addresses: ``newest`` shows the current edition whenever it is opened, ``pinned``
    always this one; ``snippet`` is the HTML that puts the card into another site's page. ``qr`` is the path
    of the code that leads to ``printed``, the one of the two that the page is about."""

    newest: str
    pinned: str
    printed: str
    qr: str
    snippet: str


def card_links(request: HttpRequest, reading: Reading, card: Card) -> CardLinks:
    where: dict[str, Any] = {
        "city": reading.place.city.code,
        "term": reading.plan.term.number,
        "plan": reading.plan.code,
        "code": card.code,
    }
    path, keep = address("card", **where), reading.keep
    query = keep.removeprefix("?")
    language = get_language() or settings.LANGUAGE_CODE
    if language != settings.LANGUAGE_CODE:
        query = "&".join(filter(None, [query, urlencode({"lang": language})]))
    embed = address("embed", **where) + (f"?{query}" if query else "")
    return CardLinks(
        newest=public_address(request, path),
        pinned=public_address(request, path + edition_query(need_edition(reading))),
        printed=public_address(request, path + keep),
        qr=address("qr", **where) + keep,
        snippet=_frame(public_address(request, embed), f"{card.plan.city} {card.code} {card.name}"),
    )


def _frame(address: str, title: str) -> str:
    """HTML to be read as text: escaped once for the other site's page, and again where ours shows it."""
    return (
        f'<iframe src="{html.escape(address)}" title="{html.escape(title)}"'
        f' width="100%" height="{EMBED_HEIGHT}" frameborder="0" loading="lazy"></iframe>'
    )


def _percent(display: str) -> str:
    return "–" if display in {"", "–"} else f"{display}%"
