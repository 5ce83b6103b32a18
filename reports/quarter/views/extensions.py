"""The due dates of a period: which are in force, how they were extended, and the form that extends one."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.permissions import Action, access, can, require
from pledges.workflow import WorkflowError
from reports.quarter.extensions import read_due
from reports.quarter.forms.extensions import ExtensionForm
from reports.quarter.lookups import DEFAULT_PLAN, find_period, find_plan, may_view_city, staff_url
from reports.templatetags.portal import day


@access(Action.VIEW_STAFF)
def extensions(
    request: HttpRequest, city: str, term: int, as_of: dt.date, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Who sees the whole city reads it; the planning office extends."""
    found = find_plan(request.user, city, term, plan)
    if not may_view_city(request.user, found):
        raise Http404
    period = find_period(found, as_of)
    place = found.term.municipality_id
    form = ExtensionForm(request.POST if request.method == "POST" else None, period=period)
    if request.method == "POST":
        require(request.user, Action.MANAGE_PERIODS, municipality=place)
        if form.is_valid():
            try:
                granted = workflow.extend_due_date(period=period, user=request.user, **form.cleaned_data)
            except WorkflowError as error:
                form.add_error("due_on", error.message)
            else:
                whom = granted.department.name if granted.department else _("All departments")
                messages.success(
                    request,
                    _("%(whom)s: the due date is %(date)s now.")
                    % {"whom": whom, "date": day(granted.due_on)},
                )
                return redirect(request.path)
    context = {
        "plan": found,
        "period": period,
        "due": read_due(period),
        "form": form,
        "extends": period.is_open and can(request.user, Action.MANAGE_PERIODS, municipality=place),
        "links": {
            "period": staff_url("period", found, period.as_of),
            "periods": staff_url("periods", found),
        },
    }
    return render(request, "staff/extensions.html", context, status=422 if form.is_bound else 200)
