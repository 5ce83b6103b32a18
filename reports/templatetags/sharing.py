"""The head of a public page for other programs: OpenGraph, its address, its picture, feeds."""

from typing import Any

from django import template

from reports.public.pictures import HEIGHT, WIDTH, can_draw
from reports.public.sharing import public_address, share

register = template.Library()


@register.inclusion_tag("public/_share.html", takes_context=True)
def share_words(context: dict[str, Any]) -> dict[str, Any]:
    """Title, description, address, picture and feeds of a page for everybody."""
    found = share(context)
    request = context["request"]
    path = found.path or request.path if found else ""
    picture = public_address(request, found.picture) if found and can_draw() else ""
    return {
        "share": found,
        "url": public_address(request, path),
        "picture": picture,
        "width": WIDTH,
        "height": HEIGHT,
        "LANGUAGE_CODE": context["LANGUAGE_CODE"],
    }
