"""From an address to the rows it means, for one person: what is not theirs is not there (404)."""

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from pledges.models import Plan, Pledge, ReportingPeriod
from pledges.permissions import Action, can, can_on, holds, pledges_for, require_on

DEFAULT_PLAN = "pledges"


def find_plan(user: Any, city: str, term: int, plan: str = DEFAULT_PLAN) -> Plan:
    """The plan of an address. Raises Http404 where the user has nothing to do in its city."""
    found = get_object_or_404(Plan.objects.for_address(city, term, plan).with_places())
    if not may_view_city(user, found) and not _in_city(user, found):
        raise Http404
    return found


def find_period(plan: Plan, as_of: dt.date) -> ReportingPeriod:
    """The plan's period of ``as_of``; its ``plan`` is the one given. The period before the term is none."""
    period = get_object_or_404(ReportingPeriod.objects.for_plan(plan).for_term(), as_of=as_of)
    period.plan = plan
    return period


def find_pledge(user: Any, plan: Plan, code: str) -> Pledge:
    """The pledge of an address, one that the user may see; its ``plan`` is the one given."""
    if "\0" in code:
        # PostgreSQL takes no such text, not even to find nothing by it.
        raise Http404
    pledges = Pledge.objects.for_plan(plan).for_code(code).with_places().with_supporters()
    pledge = get_object_or_404(pledges_for(user, Action.VIEW_STAFF, pledges))
    pledge.plan = plan
    return pledge


def find_writable(
    user: Any, *, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> tuple[Pledge, ReportingPeriod]:
    """The pledge and period of a form that the user may write in, first entry or correction.

    Raises Http404 where it is not theirs to see, PermissionDenied where they only read.
    """
    found = find_plan(user, city, term, plan)
    pledge, period = find_pledge(user, found, code), find_period(found, as_of)
    if not can_on(user, Action.CORRECT_REPORT, pledge):
        require_on(user, Action.ENTER_REPORT, pledge)
    return pledge, period


def may_view_city(user: Any, plan: Plan) -> bool:
    """Whether the user sees every pledge of the city, and so its boards."""
    return can(user, Action.VIEW_STAFF, municipality=plan.term.municipality_id)


def _in_city(user: Any, plan: Plan) -> bool:
    return holds(user, Action.VIEW_STAFF) and (
        pledges_for(user, Action.VIEW_STAFF, Pledge.objects.for_plan(plan)).exists()
    )


def staff_url(name: str, plan: Plan, as_of: dt.date | None = None, code: str | None = None) -> str:
    """The address of a staff page. The pledge plan's own code is left out: ``/staff/naju/8/…``."""
    kwargs: dict[str, Any] = {"city": plan.term.municipality.code, "term": plan.term.number}
    if plan.code != DEFAULT_PLAN:
        kwargs["plan"] = plan.code
    if as_of is not None:
        kwargs["as_of"] = as_of
    if code is not None:
        kwargs["code"] = code
    return reverse(f"staff:{name}", kwargs=kwargs)


def step_of(page: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Mark a view as a step on the page of that name: it answers to POST.

    Whoever comes there by an old address or by way of the login is led to the page itself.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        posted = require_POST(view)

        @functools.wraps(view)
        def step(request: HttpRequest, **place: Any) -> HttpResponse:
            if request.method in ("GET", "HEAD"):
                return redirect(f"staff:{page}", **place)
            return posted(request, **place)

        return step

    return decorate
