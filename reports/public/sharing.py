"""What a page says of itself to other programs: title, description, feeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pledges.notation import format_day
from reports.public.addresses import address
from reports.public.reading import Reading
from reports.public.wording import status_word


@dataclass(frozen=True, slots=True)
class Share:
    """``path`` is the page's address without what sorts or filters it; ``card_feed`` is "" but on a card."""

    title: str
    description: str
    path: str
    feed: str
    card_feed: str


def share(page: Mapping[str, Any]) -> Share | None:
    """What the page of a published plan says of itself; None for another page. ``page`` is its context."""
    reading: Reading | None = page.get("reading")
    if reading is None or reading.edition is None:
        return None
    plan, edition = reading.plan, reading.edition
    where: dict[str, Any] = {
        "city": reading.place.city.code,
        "term": reading.plan.term.number,
        "plan": plan.code,
    }
    whole = f"{reading.place.city.name} {plan.name}"
    day = _("as of %(date)s") % {"date": format_day(edition.as_of)}
    feed = address("feed", **where)
    name, card, summary = page.get("page", ""), page.get("card"), page.get("summary")
    if name == "card" and card is not None:
        rate = _("Fulfilment rate %(rate)s") % {"rate": _percent(card.rate.display)}
        words = f"{status_word(card.status, card.own_status)} · {rate} ({day})"
        path = address("card", code=card.code, **where)
        card_feed = address("pledge_feed", code=card.code, **where)
        return Share(f"{card.code} {card.name} · {whole}", words, path + reading.keep, feed, card_feed)
    words = day
    if summary is not None:
        rate = _("Fulfilment rate %(rate)s") % {"rate": _percent(summary.headline.rate.display)}
        words = f"{rate} ({day})"
    titles = {
        "list": _("All pledges"),
        "money": pgettext("page", "Money"),
        "method": _("How rates are computed"),
        "data": _("Open data"),
    }
    if name not in {"front", *titles}:
        return Share(whole, words, "", feed, "")
    title = f"{titles[name]} · {whole}" if name in titles else whole
    return Share(title, words, address(name, **where) + reading.keep, feed, "")


def _percent(display: str) -> str:
    return "–" if display in {"", "–"} else f"{display}%"
