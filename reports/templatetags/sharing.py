"""The head of a public page for other programs: OpenGraph and feeds."""

from typing import Any

from django import template

from reports.public.sharing import share

register = template.Library()


@register.inclusion_tag("public/_share.html", takes_context=True)
def share_words(context: dict[str, Any]) -> dict[str, Any]:
    """Title, description, address and feeds of a plan's page."""
    found = share(context)
    request = context["request"]
    path = found.path or request.path if found else ""
    return {
        "share": found,
        "url": request.build_absolute_uri(path),
        "LANGUAGE_CODE": context["LANGUAGE_CODE"],
    }
