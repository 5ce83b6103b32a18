"""One pledge's report in one period, by its writer: the form and its steps."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.enums import ReportSection
from pledges.models import ProgressReport
from pledges.permissions import Action, access, can_on
from pledges.workflow import Conflict, Incomplete, WorkflowError
from reports.models import KeptForm
from reports.quarter.checks import ReportWarning, warnings_of
from reports.quarter.entry import Entry, read_entry, settlement_of
from reports.quarter.forms import DiscardForm, QuarterForm, ReasonForm
from reports.quarter.held import hold_and_sign_in, person_mark, refuse_keeping, typist_mark
from reports.quarter.kept import base_version, drop_kept, keep_form, kept_form, typed_data
from reports.quarter.lookups import DEFAULT_PLAN, find_writable, step_of
from reports.quarter.merging import entry_at, merge_rows, merged_data
from reports.quarter.previous import read_previous
from reports.quarter.reshaping import reshape
from reports.quarter.views.places import address_of, find_entry, may_submit, may_write, places_of
from reports.quarter.views.review import read_page
from reports.quarter.writing import check_complete, save_quarter, start_correction, submit_quarter

WRITES = (Action.ENTER_REPORT, Action.CORRECT_REPORT)
# In the address of a form that was to be handed in and shows its warnings first.
TO_SUBMIT = "submit"


@access(Action.VIEW_STAFF, signed_out=hold_and_sign_in)
def report(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """The form where this person may fill it in now, else the report to read and check."""
    entry = find_entry(request, city, term, plan, as_of, code)
    writes = may_write(request.user, entry)
    if request.method == "POST":
        if not writes:
            raise PermissionDenied(_("You have no right to do this."))
        return _written(request, entry)
    kept = kept_form(user=request.user, pledge=entry.pledge, period=entry.period) if writes else None
    if kept is not None:
        return _kept_page(request, entry, kept)
    if entry.is_editable and writes:
        form = QuarterForm(entry=entry, typist=typist_mark(request.user))
        return _form_page(request, entry, form, to_submit=TO_SUBMIT in request.GET)
    return read_page(request, entry)


def _kept_page(request: HttpRequest, entry: Entry, kept: KeptForm) -> HttpResponse:
    """What this person typed and did not save, back in its form; beside what others stored since, if they
    did. What says nothing new is forgotten."""
    typist = typist_mark(request.user)
    data = typed_data(kept)
    data["version"], data["typist"] = str(entry.version), typist
    mine = QuarterForm(entry=entry, data=data)
    moved = entry.report is not None and kept.base_version != entry.version
    if not merge_rows(mine, QuarterForm(entry=entry)):
        drop_kept(user=request.user, pledge=entry.pledge, period=entry.period)
    elif entry.is_editable and not moved:
        return _form_page(request, entry, mine, kept=kept)
    elif entry.unfinished is not None:
        return _two_versions(request, entry, data, began=kept.base_version, status=200, kept=kept)
    if entry.is_editable:
        return _form_page(request, entry, QuarterForm(entry=entry, typist=typist))
    return read_page(request, entry)


def _written(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The answer to a form that was sent: changed and sent back, saved or handed in.

    What can't be saved as it stands is kept as it was typed.
    """
    confirmed = request.POST.get("confirmed") == "1"
    step = "submit" if confirmed else request.POST.get("step", "save")
    if step == "merge":
        return _merged(request, entry)
    reshaped = reshape(entry, request.POST, step)
    if reshaped is not None:
        form, said = reshaped
        for each in said:
            messages.info(request, each)
        return _form_page(request, entry, form)
    if step == "submit" and not may_submit(request.user, entry):
        raise PermissionDenied(_("You have no right to do this."))
    if any(request.POST.getlist("files")):
        # Chosen without a script, and not sent: this form's other buttons send names only.
        messages.warning(request, _("The chosen files are not attached yet: choose them and press “Attach”."))
    form = QuarterForm(entry=entry, data=request.POST)
    if not form.is_valid():
        return _refused(request, entry, form, step)
    # A confirmation is about what was shown: the warnings of the version that the form began from.
    seen = warnings_of(entry) if confirmed else []
    try:
        saved = save_quarter(
            entry=entry,
            user=request.user,
            version=form.cleaned_data["version"],
            contents=form.contents(),
            amounts=form.amounts(),
        )
    except Conflict as conflict:
        _keep(request, entry)
        stored = _as_stored(entry, conflict)
        return _two_versions(request, stored, request.POST, began=base_version(request.POST), status=409)
    except WorkflowError as error:
        form.add_error(None, error.message)
        return _refused(request, entry, form, step)
    drop_kept(user=request.user, pledge=entry.pledge, period=entry.period)
    if step != "submit":
        messages.success(request, _("Saved as a draft."))
        return redirect(address_of(entry))
    return _submitted(request, entry, saved, seen=seen)


def _submitted(
    request: HttpRequest, entry: Entry, saved: ProgressReport, *, seen: Collection[ReportWarning]
) -> HttpResponse:
    """The answer once the form is saved and is to be handed in.

    What contradicts itself is shown first, and goes on once the writer has
    ``seen`` it; the draft is saved meanwhile. What is missing comes before that.
    """
    fresh = read_entry(entry.pledge, entry.period)
    warnings = warnings_of(fresh)
    try:
        if any(warning not in seen for warning in warnings):
            check_complete(fresh)
            return redirect(f"{address_of(entry)}?{TO_SUBMIT}=1#warnings")
        submitted = submit_quarter(
            pledge=entry.pledge, period=entry.period, report=saved, user=request.user, entry=fresh
        )
    except Incomplete as error:
        messages.warning(request, _("Saved as a draft, but not submitted: something is missing."))
        data = request.POST.copy()
        data["version"] = str(fresh.version)
        form = QuarterForm(entry=fresh, data=data)
        form.is_valid()
        form.add_incomplete(error.errors)
        return _form_page(request, fresh, form, status=422, refused="submit")
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect(address_of(entry))
    told = (
        _("%(code)s %(name)s: submitted. The head of the department signs it off next.")
        if workflow.awaits_head(submitted, entry.pledge.plan)
        else _("%(code)s %(name)s: submitted. The planning office checks it next.")
    )
    messages.success(request, told % {"code": entry.pledge.code, "name": entry.pledge.name})
    return redirect("staff:home")


def _merged(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The form with the chosen values of both versions, to be saved; nothing is stored by it."""
    began = base_version(request.POST)
    if request.POST.get("version") != str(entry.version) or not entry.is_editable:
        return _two_versions(request, entry, request.POST, began=began, status=409)
    mine, stored = QuarterForm(entry=entry, data=request.POST), QuarterForm(entry=entry)
    rows = merge_rows(mine, stored, chosen=request.POST)
    if any(not row.choice for row in rows):
        return _two_versions(request, entry, request.POST, began=began, status=422)
    data = merged_data(mine, stored, rows)
    keep_form(user=request.user, pledge=entry.pledge, period=entry.period, data=data)
    messages.info(request, _("Both versions are put together as chosen. Look through them and save."))
    return _form_page(request, entry, QuarterForm(entry=entry, data=data))


@step_of("report")
@access(*WRITES, signed_out=refuse_keeping)
def keep(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Keep what is typed and not saved, as the page sends it by itself; ``step`` ``drop`` throws it away.

    The answer says when it was kept, and whether somebody saved the report since the form began.
    """
    pledge, period = find_writable(request.user, city=city, term=term, as_of=as_of, code=code, plan=plan)
    if request.POST.get("step") == "drop":
        drop_kept(user=request.user, pledge=pledge, period=period)
        messages.success(request, _("What you typed and did not save was thrown away."))
        return redirect("staff:report", **request.resolver_match.kwargs)  # type: ignore[union-attr]
    kept = keep_form(user=request.user, pledge=pledge, period=period, data=request.POST)
    if kept is None:
        return JsonResponse({}, status=413)
    unfinished = ProgressReport.objects.for_pledge(pledge).for_period(period).unfinished().first()
    moved = kept.base_version != workflow.saved_version(unfinished)
    at = timezone.localtime(kept.kept_at)
    return JsonResponse({"kept_at": at.strftime("%H:%M"), "moved": moved})


@step_of("report")
@access(*WRITES, signed_out=hold_and_sign_in)
def figures(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """The rates that the form would give as it stands, and what can't be read in it; nothing is stored."""
    entry = find_entry(request, city, term, plan, as_of, code)
    if not may_write(request.user, entry):
        raise PermissionDenied(_("You have no right to do this."))
    form = QuarterForm(entry=entry, data=request.POST)
    context = {
        "plan": entry.pledge.plan,
        "form": form,
        "figures": form.figures(),
        "asks_for_cause": form.asks_for_cause(),
        "indicators": form.section(ReportSection.INDICATORS),
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
    if not may_write(request.user, entry):
        raise PermissionDenied(_("You have no right to do this."))
    form = DiscardForm(request.POST)
    if entry.unfinished and form.is_valid():
        try:
            workflow.discard_report(report=entry.unfinished, user=request.user, **form.cleaned_data)
        except WorkflowError as error:
            messages.error(request, error.message)
        else:
            drop_kept(user=request.user, pledge=entry.pledge, period=entry.period)
            messages.success(request, _("The draft was thrown away."))
    return redirect(address_of(entry))


# --- Parts ---


def _keep(request: HttpRequest, entry: Entry) -> KeptForm | None:
    """Keep what was sent; None where it is too long to be kept."""
    return keep_form(user=request.user, pledge=entry.pledge, period=entry.period, data=request.POST)


def _refused(request: HttpRequest, entry: Entry, form: QuarterForm, step: str) -> HttpResponse:
    """The form that could be neither saved nor handed in: nothing is stored, what was typed is kept."""
    refused = "submit" if step == "submit" else "save"
    typed_kept = _keep(request, entry)
    return _form_page(
        request,
        entry,
        form,
        status=422,
        refused=refused,
        typed_kept=typed_kept,
        typed_is_lost_on_leaving=typed_kept is None,
    )


def _as_stored(entry: Entry, conflict: Conflict) -> Entry:
    """The entry as it stands now: the one in hand, unless somebody wrote after it was read."""
    read, now = entry.report, conflict.current
    if read is not None and (read.pk, read.version) == (now.pk, now.version):
        return entry
    return read_entry(entry.pledge, entry.period)


def _form_page(
    request: HttpRequest,
    entry: Entry,
    form: QuarterForm,
    *,
    status: int = 200,
    to_submit: bool = False,
    **more: Any,
) -> HttpResponse:
    """``to_submit``: it was to be handed in, and shows first what contradicts itself.

    ``more`` may say what was ``refused`` ("save" or "submit"), and the ``typed_kept`` text of it.
    """
    form.previous = read_previous(entry)
    warnings = warnings_of(entry) if entry.unfinished else []
    hints: dict[str, list[str]] = {}
    for warning in warnings:
        hints.setdefault(warning.section.value, []).append(warning.message)
    form.hints = hints
    pledge = entry.pledge
    submits = may_submit(request.user, entry)
    context = {
        "entry": entry,
        "form": form,
        "figures": form.figures(),
        "asks_for_cause": form.asks_for_cause(),
        "settlement": settlement_of(entry),
        "may_submit": submits,
        "to_confirm": warnings if to_submit and submits else [],
        "head_signs": pledge.plan.head_signs,
        "signs": can_on(request.user, Action.SIGN_REPORT, pledge),
        "person": person_mark(request.user),
        **places_of(entry),
        **more,
    }
    return render(request, "staff/form.html", context, status=status)


def _two_versions(
    request: HttpRequest, entry: Entry, typed: QueryDict, *, began: int, status: int, **more: Any
) -> HttpResponse:
    """What was typed stays in the form, what is stored stands beside it, and each field can be chosen.

    ``entry`` is the report as it is stored now, ``began`` the version that the typed text began from.
    """
    data = typed.copy()
    data["version"] = str(entry.version)
    mine, stored = QuarterForm(entry=entry, data=data), QuarterForm(entry=entry)
    before = entry_at(entry, began)
    rows = merge_rows(mine, stored, QuarterForm(entry=before) if before else None, chosen=typed)
    told: dict[str, Any] = {
        "conflict": rows,
        "conflict_began": began,
        "conflict_unanswered": status == 422,
        "conflict_report": entry.report,
        "conflict_is_own": bool(entry.report and entry.report.saved_by_id == request.user.pk),
        **more,
    }
    if not (entry.is_editable and may_write(request.user, entry)):
        return read_page(request, entry, status=status, **told)
    return _form_page(request, entry, mine, status=status, **told)
