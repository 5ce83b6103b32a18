"""From an address to a city, for one person: what is not theirs is not there (404)."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from pledges.models import Municipality
from pledges.permissions import Action, can


def key_of(typed: str) -> int:
    """A row's key as a form sends it; 0, which no row has, for anything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0


def find_city(user: Any, action: Action, code: str) -> Municipality:
    """The city of an address. Raises Http404 where the user may not do ``action`` in the whole of it."""
    city = get_object_or_404(Municipality.objects.for_code(code))
    if not can(user, action, municipality=city):
        raise Http404
    return city
