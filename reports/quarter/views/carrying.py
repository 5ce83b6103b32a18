"""Carry-over: the reports of what did not change, department by department, with one button."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges.models import Pledge, ReportingPeriod
from pledges.permissions import Action, access, pledges_for
from pledges.querysets import PledgeQuerySet
from pledges.workflow import WorkflowError
from reports.quarter.carrying import CarryResult, Told, carry_forward, grouped, read_carried
from reports.quarter.forms.carry import CarryForm
from reports.quarter.lookups import DEFAULT_PLAN, find_period, find_plan, staff_url


@access(Action.ENTER_REPORT)
def unchanged(
    request: HttpRequest, city: str, term: int, as_of: dt.date, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """What "no change" would enter for each pledge that nobody has begun, and the buttons that enter it."""
    found = find_plan(request.user, city, term, plan)
    period = find_period(found, as_of)
    if not period.is_open:
        return redirect(staff_url("period", found, as_of))
    form = CarryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            result = _carry(request, period, form.cleaned_data["pledge"])
        except WorkflowError as error:
            form.add_error("pledge", error.message)
        else:
            _tell(request, result)
            return redirect("staff:home")
    lines = read_carried(period, list(_enterable(request.user, period).without_report_in(period)))
    chosen = request.POST.getlist("pledge") if form.is_bound else None
    return render(
        request,
        "staff/unchanged.html",
        {
            "plan": found,
            "period": period,
            "groups": grouped(request.user, lines, chosen),
            "obstacles": [line for line in lines if line.obstacle],
            "form": form,
            "links": {name: staff_url(name, found, as_of) for name in ("period", "unchanged")},
        },
        status=422 if form.is_bound else 200,
    )


def _enterable(user: Any, period: ReportingPeriod) -> PledgeQuerySet:
    """The pledges of the period's plan whose reports this person enters."""
    pledges = pledges_for(user, Action.ENTER_REPORT, Pledge.objects.for_plan(period.plan))
    return pledges.with_places().with_supporters().in_order()


def _carry(request: HttpRequest, period: ReportingPeriod, chosen: list[int]) -> CarryResult:
    """Carry the ticked pledges over. PermissionDenied where one of them is not this person's to enter."""
    pledges = [pledge for pledge in _enterable(request.user, period) if pledge.pk in chosen]
    if len(pledges) != len(set(chosen)):
        raise PermissionDenied(_("You have no right to do this."))
    return carry_forward(
        period=period, pledges=pledges, user=request.user, submit=request.POST.get("step") == "submit"
    )


def _tell(request: HttpRequest, result: CarryResult) -> None:
    """A message for what was handed in, for what was kept, and for each reason why something was not."""
    if result.submitted:
        count = len(result.submitted)
        done = ngettext("%(count)d report submitted.", "%(count)d reports submitted.", count)
        messages.success(request, done % {"count": count})
    if result.warned:
        count = len(result.warned)
        done = ngettext(
            "%(count)d of them has a point to check: %(pledges)s. It can be taken back and mended until it "
            "is approved.",
            "%(count)d of them have points to check: %(pledges)s. They can be taken back and mended until "
            "they are approved.",
            count,
        )
        codes = ", ".join(pledge.code for pledge in result.warned)
        messages.warning(request, done % {"count": count, "pledges": codes})
    if result.kept:
        count = len(result.kept)
        done = ngettext(
            "%(count)d report written as a draft. Look at it and submit it.",
            "%(count)d reports written as drafts. Look at them and submit them.",
            count,
        )
        messages.success(request, done % {"count": count})
    for text, told in (
        (_("Kept as a draft, not submitted: %(pledges)s. %(why)s"), result.incomplete),
        (_("Not written: %(pledges)s. %(why)s"), result.refused),
    ):
        for why, pledges in _by_reason(told).items():
            messages.warning(request, text % {"pledges": ", ".join(pledges), "why": why})


def _by_reason(told: list[Told]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in told:
        found.setdefault(each.message, []).append(each.pledge.code)
    return found
