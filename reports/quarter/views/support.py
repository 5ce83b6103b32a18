"""The lead department lets a supporting one enter into a pledge's reports, and takes it back."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.permissions import Action, access, can_on
from pledges.workflow import WorkflowError
from reports.quarter.forms.support import SupportForm
from reports.quarter.lookups import DEFAULT_PLAN, find_period, find_plan, find_pledge, staff_url, step_of


@step_of("report")
@access(Action.INVITE_SUPPORT)
def support(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Invite a supporting department (``step`` invite) or take its leave back (``step`` withdraw)."""
    found = find_plan(request.user, city, term, plan)
    pledge, period = find_pledge(request.user, found, code), find_period(found, as_of)
    if not can_on(request.user, Action.INVITE_SUPPORT, pledge):
        raise PermissionDenied(_("You have no right to do this."))
    here = staff_url("report", found, period.as_of, pledge.code)
    form = SupportForm(request.POST, pledge=pledge)
    if form.is_valid():
        department = form.cleaned_data["department"]
        try:
            if request.POST.get("step") == "withdraw":
                workflow.withdraw_support(pledge=pledge, department=department, user=request.user)
                told = _("%(department)s enters no more into this pledge's reports.")
            else:
                workflow.invite_support(
                    pledge=pledge, department=department, user=request.user, note=form.cleaned_data["note"]
                )
                told = _("%(department)s can enter into this pledge's reports now. You submit them.")
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, told % {"department": department.name})
            return redirect(f"{here}#support")
    context = {
        "plan": found,
        "period": period,
        "pledge": pledge,
        "form": form,
        "links": {
            "report": here,
            "support": request.path,
            "period": staff_url("period", found, period.as_of),
        },
    }
    return render(request, "staff/support.html", context, status=422)
