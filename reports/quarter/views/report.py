"""One pledge's report in one period, by its writer: the form and its steps."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.permissions import Action, access, can_on
from pledges.workflow import Conflict, Incomplete, WorkflowError
from reports.quarter.differences import between_forms
from reports.quarter.entry import Entry, read_entry, settlement_of
from reports.quarter.forms import QuarterForm, ReasonForm
from reports.quarter.held import hold_and_sign_in, take_held, typist_mark
from reports.quarter.lookups import DEFAULT_PLAN, step_of
from reports.quarter.views.places import address_of, find_entry, may_write, places_of
from reports.quarter.views.review import read_page
from reports.quarter.writing import save_quarter, start_correction, submit_quarter

WRITES = (Action.ENTER_REPORT, Action.CORRECT_REPORT)


@access(Action.VIEW_STAFF, signed_out=hold_and_sign_in)
def report(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """The form where this person may fill it in now, else the report to read and check."""
    entry = find_entry(request, city, term, plan, as_of, code)
    if request.method == "POST":
        if not may_write(request.user, entry):
            raise PermissionDenied(_("You have no right to do this."))
        return _written(request, entry)
    if entry.is_editable and may_write(request.user, entry):
        typist = typist_mark(request.user)
        held = take_held(request)
        if held is not None:
            held["typist"] = typist
        return _form_page(request, entry, QuarterForm(entry=entry, data=held, typist=typist))
    return read_page(request, entry)


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
    here = address_of(entry)
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
    entry = find_entry(request, city, term, plan, as_of, code)
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
    entry = find_entry(request, city, term, plan, as_of, code)
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
        return redirect(address_of(entry))
    return render(
        request,
        "staff/correct.html",
        {"entry": entry, "form": form, **places_of(entry)},
        status=422 if request.method == "POST" else 200,
    )


@step_of("report")
@access(*WRITES)
def discard(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Throw away a draft that was never handed in."""
    entry = find_entry(request, city, term, plan, as_of, code)
    version = request.POST.get("version", "")
    if entry.unfinished and version.isdecimal():
        try:
            workflow.discard_report(report=entry.unfinished, user=request.user, version=int(version))
        except WorkflowError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The draft was thrown away."))
    return redirect(address_of(entry))


# --- Parts ---


def _form_page(
    request: HttpRequest, entry: Entry, form: QuarterForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "entry": entry,
        "form": form,
        "figures": form.figures(),
        "asks_for_cause": form.asks_for_cause(),
        "settlement": settlement_of(entry),
        **places_of(entry),
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
    if not (fresh.is_editable and may_write(request.user, fresh)):
        return read_page(request, fresh, status=409, **told)
    return _form_page(request, fresh, mine, status=409, **told)
