"""Whose step comes first, where two people send the same form."""

import functools
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from pledges.models import Municipality


def one_by_one(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the steps of one city's study groups wait for one another.

    Between the comparison of a form with what is stored and its writing nobody else writes; a second click
    meets what the first one did.
    """

    @functools.wraps(view)
    def waiting(request: HttpRequest, city: str, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, city, **kwargs)
        with transaction.atomic():
            # On SQLite a transaction has the whole database to itself (IMMEDIATE).
            Municipality.objects.for_code(city).select_for_update(no_key=True).first()
            return view(request, city, **kwargs)

    return waiting
