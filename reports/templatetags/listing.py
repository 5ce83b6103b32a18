"""The addresses of the list of pledges."""

from typing import Any

from django import template

from reports.public.filters import list_query

register = template.Library()


@register.simple_tag(takes_context=True)
def listed(context: dict[str, Any], **changes: Any) -> str:
    """The address of the list as it is shown, with parameters replaced, or taken away by None."""
    request = context["request"]
    query = list_query(request.GET, **changes)
    return f"{request.path}?{query}" if query else str(request.path)
