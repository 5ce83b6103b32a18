"""A department's head signs reports off or returns them; who handed a report in takes it back."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges import workflow
from pledges.permissions import Action, access, require_on
from pledges.workflow import Conflict, WorkflowError
from reports.quarter.forms import CommentForm, VersionForm
from reports.quarter.lookups import DEFAULT_PLAN, find_period, find_plan, staff_url, step_of
from reports.quarter.reminders import notify_returned
from reports.quarter.signing import read_to_sign, steps_of
from reports.quarter.views.many import take_many
from reports.quarter.views.places import address_of, find_entry, may_submit
from reports.quarter.views.review import read_page


@access(Action.SIGN_REPORT)
def sign(
    request: HttpRequest, city: str, term: int, as_of: dt.date, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """The reports that wait for this head, with what each changes; the ticked ones are signed off at once."""
    found = find_plan(request.user, city, term, plan)
    period = find_period(found, as_of)
    form = None
    if request.method == "POST":
        form, signed = take_many(
            request,
            period,
            workflow.sign_reports,
            overtaken=_("%(report)s was changed meanwhile, so nothing was signed off. Look at it again."),
        )
        if signed:
            done = ngettext("%(count)d report signed off.", "%(count)d reports signed off.", len(signed))
            messages.success(request, done % {"count": len(signed)})
            return redirect("staff:home")
    return render(
        request,
        "staff/sign.html",
        {
            "plan": found,
            "period": period,
            "lines": read_to_sign(request.user, period),
            "form": form,
            "links": {name: staff_url(name, found, as_of) for name in ("period", "sign")},
        },
        status=422 if form is not None else 200,
    )


@step_of("report")
@access(Action.SIGN_REPORT)
def signoff(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Sign one report off, or return it to the officer with a comment (``step`` is ``return``)."""
    entry = find_entry(request, city, term, plan, as_of, code)
    require_on(request.user, Action.SIGN_REPORT, entry.pledge)
    form = CommentForm(request.POST, auto_id="sign_%s")
    if entry.unfinished is None or not form.is_valid():
        return read_page(request, entry, **steps_of(request.user, entry, form), status=422)
    returns = request.POST.get("step") == "return"
    step = workflow.return_report if returns else workflow.sign_report
    try:
        step(
            report=entry.unfinished,
            user=request.user,
            version=form.cleaned_data["version"],
            comment=form.cleaned_data["comment"],
        )
    except Conflict:
        messages.error(
            request, _("The report was changed meanwhile. Look at it as it stands now, then decide.")
        )
        return redirect(address_of(entry))
    except WorkflowError as error:
        form.add_error("comment", error.message)
        return read_page(request, entry, **steps_of(request.user, entry, form), status=422)
    if returns:
        notify_returned(entry.unfinished)
    done = _("%(code)s: returned.") if returns else _("%(code)s: signed off.")
    messages.success(request, done % {"code": entry.pledge.code})
    if read_to_sign(request.user, entry.period):
        return redirect(staff_url("sign", entry.pledge.plan, entry.period.as_of))
    return redirect("staff:home")


@step_of("report")
@access(Action.SUBMIT_REPORT, Action.CORRECT_REPORT)
def withdraw(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """회수: take a report back that nobody has approved yet; it is a draft again."""
    entry = find_entry(request, city, term, plan, as_of, code)
    if not may_submit(request.user, entry):
        raise PermissionDenied(_("You have no right to do this."))
    form = VersionForm(request.POST)
    if entry.unfinished is None or not form.is_valid():
        messages.error(request, _("There is nothing to take back here."))
        return redirect(address_of(entry))
    try:
        workflow.withdraw_report(report=entry.unfinished, user=request.user, **form.cleaned_data)
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, _("%(code)s: taken back. It is a draft again.") % {"code": entry.pledge.code}
        )
    return redirect(address_of(entry))
