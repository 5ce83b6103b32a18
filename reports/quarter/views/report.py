"""One pledge's report in one period: the form, the page for readers and checkers, and the steps between."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.permissions import Action, access, can_on
from pledges.workflow import Conflict, Incomplete, WorkflowError, awaits_office
from reports.quarter.differences import between_forms, between_reports
from reports.quarter.entry import Entry, read_entry, settlement_of
from reports.quarter.figures import stored_figures
from reports.quarter.forms import CommentForm, QuarterForm, ReasonForm
from reports.quarter.held import hold_and_sign_in, take_held, typist_mark
from reports.quarter.lookups import DEFAULT_PLAN, find_period, find_plan, find_pledge, staff_url, step_of
from reports.quarter.writing import save_quarter, start_correction, submit_quarter

WRITES = (Action.ENTER_REPORT, Action.CORRECT_REPORT)


@access(Action.VIEW_STAFF, signed_out=hold_and_sign_in)
def report(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """The form where this person may fill it in now, else the report to read and check."""
    entry = _entry(request, city, term, plan, as_of, code)
    if request.method == "POST":
        if not _may_write(request.user, entry):
            raise PermissionDenied(_("You have no right to do this."))
        return _written(request, entry)
    if entry.is_editable and _may_write(request.user, entry):
        typist = typist_mark(request.user)
        held = take_held(request)
        if held is not None:
            held["typist"] = typist
        return _form_page(request, entry, QuarterForm(entry=entry, data=held, typist=typist))
    return _read_page(request, entry)


def _written(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The answer to a form that was sent: recomputed, widened, saved or handed in."""
    step = request.POST.get("step", "save")
    form = QuarterForm(entry=entry, data=request.POST, more_lines=step == "more")
    if step in ("recompute", "more"):
        return _form_page(request, entry, form)
    if not form.is_valid():
        return _form_page(request, entry, form, status=422)
    try:
        saved = save_quarter(
            entry=entry,
            user=request.user,
            version=form.cleaned_data["version"],
            contents=form.contents(),
            amounts=form.amounts(),
        )
    except Conflict:
        return _conflict_page(request, entry)
    except WorkflowError as error:
        form.add_error(None, error.message)
        return _form_page(request, entry, form, status=422)
    here = _address(entry)
    if step != "submit":
        messages.success(request, _("Saved as a draft."))
        return redirect(here)
    try:
        submit_quarter(pledge=entry.pledge, period=entry.period, report=saved, user=request.user)
    except Incomplete as error:
        messages.warning(request, _("Saved as a draft, but not submitted: something is missing."))
        fresh = read_entry(entry.pledge, entry.period)
        data = request.POST.copy()
        data["version"] = str(fresh.version)
        form = QuarterForm(entry=fresh, data=data)
        form.is_valid()
        form.add_incomplete(error.errors)
        return _form_page(request, fresh, form, status=422)
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect(here)
    messages.success(
        request,
        _("%(code)s %(name)s: submitted. The planning office checks it next.")
        % {"code": entry.pledge.code, "name": entry.pledge.name},
    )
    return redirect("staff:home")


@step_of("report")
@access(*WRITES, signed_out=hold_and_sign_in)
def figures(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """The rates that the form would give as it stands; nothing is stored."""
    entry = _entry(request, city, term, plan, as_of, code)
    form = QuarterForm(entry=entry, data=request.POST)
    context = {
        "plan": entry.pledge.plan,
        "figures": form.figures(),
        "asks_for_cause": form.asks_for_cause(),
    }
    return render(request, "staff/_figures_swap.html", context)


@access(Action.CORRECT_REPORT)
def correct(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Begin a correction of what is approved or settled: it needs a reason first."""
    entry = _entry(request, city, term, plan, as_of, code)
    if not can_on(request.user, Action.CORRECT_REPORT, entry.pledge):
        raise PermissionDenied(_("You have no right to do this."))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            start_correction(
                pledge=entry.pledge,
                period=entry.period,
                user=request.user,
                reason=form.cleaned_data["reason"],
            )
        except Conflict:
            messages.warning(request, _("A correction is under way already; this is it."))
        except WorkflowError as error:
            messages.error(request, error.message)
        return redirect(_address(entry))
    return render(
        request,
        "staff/correct.html",
        {"entry": entry, "form": form, **_places(entry)},
        status=422 if request.method == "POST" else 200,
    )


@step_of("report")
@access(*WRITES)
def discard(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Throw away a draft that was never handed in."""
    entry = _entry(request, city, term, plan, as_of, code)
    version = request.POST.get("version", "")
    if entry.unfinished and version.isdecimal():
        try:
            workflow.discard_report(report=entry.unfinished, user=request.user, version=int(version))
        except WorkflowError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The draft was thrown away."))
    return redirect(_address(entry))


@step_of("report")
@access(Action.CHECK_REPORT)
def check(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Return the submitted report with a comment, or approve it."""
    entry = _entry(request, city, term, plan, as_of, code)
    form = CommentForm(request.POST)
    if entry.unfinished is None or not form.is_valid():
        return _read_page(request, entry, comment_form=form, status=422)
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
        return redirect(_address(entry))
    except WorkflowError as error:
        form.add_error("comment", error.message)
        return _read_page(request, entry, comment_form=form, status=422)
    done = _("%(code)s: returned.") if step is workflow.return_report else _("%(code)s: approved.")
    messages.success(request, done % {"code": entry.pledge.code})
    return redirect(staff_url("period", entry.pledge.plan, entry.period.as_of))


@step_of("report")
@access(Action.ENTER_REPORT, Action.CHECK_REPORT)
def comment(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Add a word to the report's thread."""
    entry = _entry(request, city, term, plan, as_of, code)
    if entry.report is not None:
        try:
            workflow.comment_on_report(
                report=entry.report, user=request.user, body=request.POST.get("body", "")
            )
        except WorkflowError as error:
            messages.error(request, error.message)
    return redirect(_address(entry) + "#comments")


# --- Parts ---


def _entry(request: HttpRequest, city: str, term: int, plan: str, as_of: dt.date, code: str) -> Entry:
    found = find_plan(request.user, city, term, plan)
    pledge = find_pledge(request.user, found, code)
    return read_entry(pledge, find_period(found, as_of))


def _may_write(user: Any, entry: Entry) -> bool:
    action = Action.CORRECT_REPORT if entry.is_correction else Action.ENTER_REPORT
    return can_on(user, action, entry.pledge)


def _address(entry: Entry) -> str:
    return staff_url("report", entry.pledge.plan, entry.period.as_of, entry.pledge.code)


def _places(entry: Entry) -> dict[str, Any]:
    plan, period, pledge = entry.pledge.plan, entry.period, entry.pledge
    return {
        "plan": plan,
        "period": period,
        "pledge": pledge,
        "links": {
            "period": staff_url("period", plan, period.as_of),
            **{
                name: staff_url(name, plan, period.as_of, pledge.code)
                for name in ("report", "figures", "correct", "discard", "check", "comment")
            },
        },
    }


def _form_page(
    request: HttpRequest, entry: Entry, form: QuarterForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "entry": entry,
        "form": form,
        "figures": form.figures(),
        "asks_for_cause": form.asks_for_cause(),
        "settlement": settlement_of(entry),
        **_places(entry),
        **more,
    }
    return render(request, "staff/form.html", context, status=status)


def _conflict_page(request: HttpRequest, entry: Entry) -> HttpResponse:
    """409: what was typed stays in the form, what is stored stands beside it."""
    fresh = read_entry(entry.pledge, entry.period)
    stored = QuarterForm(entry=fresh)
    data = request.POST.copy()
    data["version"] = str(fresh.version)
    mine = QuarterForm(entry=fresh, data=data)
    told: dict[str, Any] = {
        "conflict": between_forms(mine, stored),
        "conflict_report": fresh.report,
        "conflict_is_own": bool(fresh.report and fresh.report.saved_by_id == request.user.pk),
    }
    if not (fresh.is_editable and _may_write(request.user, fresh)):
        return _read_page(request, fresh, status=409, **told)
    return _form_page(request, fresh, mine, status=409, **told)


def _read_page(
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
        **_places(entry),
        **more,
    }
    return render(request, "staff/report.html", context, status=status)
