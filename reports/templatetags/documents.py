"""Links to a card's files."""

from typing import Any

from django import template

from reports.documents.links import file_links

register = template.Library()


@register.inclusion_tag("documents/_links.html", takes_context=True)
def card_files(context: dict[str, Any], code: str) -> dict[str, Any]:
    """Links to the files of the card on this page, in the edition being read.

    Reads ``place`` and ``reading`` from the context, as ``part`` does.
    """
    place, reading = context["place"], context["reading"]
    links = file_links(
        city=place.city.code,
        term=place.term.number,
        plan=place.plan.code,
        code=code,
        edition=reading.edition if reading.is_older else None,
    )
    return {"links": links}
