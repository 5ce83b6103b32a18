"""One report to be read and checked: what it changes, the thread, and the steps of those who check."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.permissions import Action, access, can_on, require_on
from pledges.workflow import HANDED_IN, Conflict, WorkflowError, awaits_office
from reports.quarter.differences import between_reports
from reports.quarter.entry import Entry, read_entry
from reports.quarter.forms import CheckForm, ThreadForm
from reports.quarter.lookups import DEFAULT_PLAN, staff_url, step_of
from reports.quarter.reminders import notify_returned
from reports.quarter.reviewing import read_queue, read_review, sections_of
from reports.quarter.signing import steps_of
from reports.quarter.thread import read_thread
from reports.quarter.views.places import address_of, find_entry, places_of
from reports.quarter.views.told import tell_approved


@step_of("report")
@access(Action.CHECK_REPORT)
def check(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Return the report with comments on the whole and on its sections, or approve it; then to the next."""
    entry = find_entry(request, city, term, plan, as_of, code)
    require_on(request.user, Action.CHECK_REPORT, entry.pledge)
    form = CheckForm(request.POST, sections=sections_of(entry))
    if entry.unfinished is None:
        return _changed_meanwhile(request, entry)
    if not form.is_valid():
        return read_page(request, entry, comment_form=form, status=422)
    returns = request.POST.get("step") == "return"
    step = workflow.return_report if returns else workflow.approve_report
    try:
        step(
            report=entry.unfinished,
            user=request.user,
            version=form.cleaned_data["version"],
            comment=form.cleaned_data["comment"],
            remarks=form.remarks(),
        )
    except Conflict:
        return _changed_meanwhile(request, read_entry(entry.pledge, entry.period))
    except WorkflowError as error:
        form.add_error("comment", error.message)
        return read_page(request, entry, comment_form=form, status=422)
    if returns:
        notify_returned(entry.unfinished)
        messages.success(request, _("%(code)s: returned.") % {"code": entry.pledge.code})
    else:
        tell_approved(request, entry.period, _("%(code)s: approved.") % {"code": entry.pledge.code})
    queue = read_queue(entry.period, entry)
    following = queue.after or queue.before
    return redirect(following.link if following else staff_url("period", entry.pledge.plan, as_of))


def _changed_meanwhile(request: HttpRequest, entry: Entry) -> HttpResponse:
    """409: the report as it stands now, and what was typed, to be sent again or copied."""
    data = request.POST.copy()
    data["version"] = str(_version(entry))
    form = CheckForm(data, sections=sections_of(entry))
    form.add_error(None, _("The report was changed meanwhile. Look at it as it stands now, then decide."))
    return read_page(request, entry, comment_form=form, status=409)


@step_of("report")
@access(Action.ENTER_REPORT, Action.CHECK_REPORT)
def comment(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Add a word to the report's thread, about the whole or a section."""
    entry = find_entry(request, city, term, plan, as_of, code)
    says = (Action.ENTER_REPORT, Action.SIGN_REPORT, Action.CHECK_REPORT)
    if not any(can_on(request.user, action, entry.pledge) for action in says):
        raise PermissionDenied(_("You have no right to do this."))
    form = ThreadForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
    elif entry.report is not None:
        try:
            workflow.comment_on_report(report=entry.report, user=request.user, **form.cleaned_data)
        except WorkflowError as error:
            messages.error(request, error.message)
    return redirect(address_of(entry) + "#comments")


def read_page(
    request: HttpRequest,
    entry: Entry,
    *,
    comment_form: CheckForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The report to read: what changed since the last edition first, the whole behind a fold."""
    user, pledge, report = request.user, entry.pledge, entry.report
    checks = can_on(user, Action.CHECK_REPORT, pledge)
    handed_in = report is not None and report.state in HANDED_IN
    live_entry = None
    if entry.live and entry.unfinished:
        live_entry = read_entry(pledge, entry.period, entry.live)
    review = read_review(entry)
    form = comment_form or CheckForm(
        initial={"version": _version(entry)}, sections=[part.section for part in review.sections]
    )
    context = {
        "entry": entry,
        "figures": review.figures,
        "review": review,
        "parts": [{"review": part, "field": form.field_of(part.section)} for part in review.sections],
        "thread": read_thread(entry),
        "queue": read_queue(entry.period, entry) if checks else None,
        "differences": between_reports(live_entry, entry) if live_entry else [],
        "compares": live_entry is not None,
        "may_check": checks and report is not None and awaits_office(report, pledge.plan),
        "may_return": checks and handed_in,
        "may_comment": checks or can_on(user, Action.ENTER_REPORT, pledge),
        "may_correct": entry.unfinished is None
        and (entry.live is not None or not entry.period.is_open)
        and can_on(user, Action.CORRECT_REPORT, pledge),
        "comment_form": form,
        **steps_of(user, entry),
        **places_of(entry),
        **more,
    }
    return render(request, "staff/report.html", context, status=status)


def _version(entry: Entry) -> int:
    """The version of the report in hand that the checker sees."""
    return entry.unfinished.version if entry.unfinished else 1
