"""One report to be read and checked: what it says, the thread, and the steps of those who check."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.permissions import Action, access, can_on
from pledges.workflow import Conflict, WorkflowError, awaits_office
from reports.quarter.differences import between_reports
from reports.quarter.entry import Entry, read_entry
from reports.quarter.figures import stored_figures
from reports.quarter.forms import CommentForm
from reports.quarter.lookups import DEFAULT_PLAN, staff_url, step_of
from reports.quarter.views.places import address_of, find_entry, places_of


@step_of("report")
@access(Action.CHECK_REPORT)
def check(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Return the submitted report with a comment, or approve it."""
    entry = find_entry(request, city, term, plan, as_of, code)
    form = CommentForm(request.POST)
    if entry.unfinished is None or not form.is_valid():
        return read_page(request, entry, comment_form=form, status=422)
    step = workflow.return_report if request.POST.get("step") == "return" else workflow.approve_report
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
        return read_page(request, entry, comment_form=form, status=422)
    done = _("%(code)s: returned.") if step is workflow.return_report else _("%(code)s: approved.")
    messages.success(request, done % {"code": entry.pledge.code})
    return redirect(staff_url("period", entry.pledge.plan, entry.period.as_of))


@step_of("report")
@access(Action.ENTER_REPORT, Action.CHECK_REPORT)
def comment(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Add a word to the report's thread."""
    entry = find_entry(request, city, term, plan, as_of, code)
    if entry.report is not None:
        try:
            workflow.comment_on_report(
                report=entry.report, user=request.user, body=request.POST.get("body", "")
            )
        except WorkflowError as error:
            messages.error(request, error.message)
    return redirect(address_of(entry) + "#comments")


def read_page(
    request: HttpRequest,
    entry: Entry,
    *,
    comment_form: CommentForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    user, pledge = request.user, entry.pledge
    checks = entry.report is not None and awaits_office(entry.report, pledge.plan)
    live_entry = None
    if entry.live and entry.unfinished:
        live_entry = read_entry(pledge, entry.period, entry.live)
    context = {
        "entry": entry,
        "figures": stored_figures(entry),
        "differences": between_reports(live_entry, entry) if live_entry else [],
        "compares": live_entry is not None,
        "may_check": checks and can_on(user, Action.CHECK_REPORT, pledge),
        "may_comment": can_on(user, Action.CHECK_REPORT, pledge) or can_on(user, Action.ENTER_REPORT, pledge),
        "may_correct": entry.unfinished is None
        and (entry.live is not None or not entry.period.is_open)
        and can_on(user, Action.CORRECT_REPORT, pledge),
        "comment_form": comment_form or CommentForm(initial={"version": entry.version or 1}),
        **places_of(entry),
        **more,
    }
    return render(request, "staff/report.html", context, status=status)
