"""The board of one period: departments by state, the reports to check, every pledge."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges import workflow
from pledges.permissions import Action, access, can, require
from reports.quarter import boards
from reports.quarter.lookups import DEFAULT_PLAN, find_period, find_plan, staff_url
from reports.quarter.overview import board_of, read_to_check
from reports.quarter.views.many import take_many
from reports.quarter.views.told import tell_approved


@access(Action.VIEW_STAFF)
def period(
    request: HttpRequest, city: str, term: int, as_of: dt.date, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """The board, and the step that approves the ticked reports, all or none."""
    found = find_plan(request.user, city, term, plan)
    one = find_period(found, as_of)
    place = found.term.municipality_id
    checks = can(request.user, Action.CHECK_REPORT, municipality=place)
    form = None
    if request.method == "POST":
        require(request.user, Action.CHECK_REPORT, municipality=place)
        form, approved = take_many(
            request,
            one,
            workflow.approve_reports,
            overtaken=_("%(report)s was changed meanwhile, so nothing was approved. Look at it again."),
        )
        if approved:
            done = ngettext("%(count)d report approved.", "%(count)d reports approved.", len(approved))
            tell_approved(request, one, done % {"count": len(approved)})
            return redirect(request.path)
    work = boards.period_work(request.user, one)
    return render(
        request,
        "staff/period.html",
        {
            "plan": found,
            "period": one,
            "work": work,
            "board": board_of(
                work, state=request.GET.get("state", ""), department=request.GET.get("department", "")
            ),
            "to_check": read_to_check(
                work, ticked=request.POST.getlist("report"), tick=request.GET.get("tick", "")
            )
            if checks
            else [],
            "manages": can(request.user, Action.MANAGE_PERIODS, municipality=place),
            "publishes": can(request.user, Action.PUBLISH, municipality=place),
            "previews": can(request.user, Action.PREVIEW_EDITION, municipality=place),
            "form": form,
            "links": {
                name: staff_url(name, found, one.as_of) for name in ("period", "close", "publish", "due")
            }
            | {"periods": staff_url("periods", found)},
        },
        status=422 if form is not None else 200,
    )
