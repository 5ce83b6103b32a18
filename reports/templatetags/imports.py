"""What the staff pages ask about bringing data in."""

from typing import Any

from django import template

from pledges.permissions import Action, holds

register = template.Library()


@register.simple_tag(takes_context=True)
def sees_imports(context: dict[str, Any]) -> bool:
    """Whether this person's pages lead to the imports."""
    return holds(context["request"].user, Action.VIEW_IMPORTS)
