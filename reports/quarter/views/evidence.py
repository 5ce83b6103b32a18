"""Evidence files of one report: attached, taken off, and handed out by the rights of the report.

A file is never served by its address and never shown inside a page: it is a
download, whatever is in it.
"""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges import workflow
from pledges.models import EvidenceFile, Pledge, ProgressReport, ReportingPeriod
from pledges.permissions import Action, access
from pledges.views.lookups import key_of
from pledges.views.uploads import capped, download
from pledges.workflow import WorkflowError
from pledges.workflow.evidence import largest_file, most_together, too_large
from reports.quarter.held import hold_and_sign_in
from reports.quarter.kept import keep_form
from reports.quarter.lookups import (
    DEFAULT_PLAN,
    find_period,
    find_plan,
    find_pledge,
    find_writable,
    staff_url,
    step_of,
)


def _signed_out(request: HttpRequest) -> HttpResponse:
    """The answer to an upload without a valid session: the page's own script says so in its place."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401)
    return hold_and_sign_in(request)


@capped(largest=largest_file, together=most_together, refuse=lambda request, place: _too_much(request, place))
@step_of("report")
@access(Action.ENTER_REPORT, Action.CORRECT_REPORT, signed_out=_signed_out)
def evidence(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Attach the files that were sent, or take off the one named ``remove``.

    The button stands in the report's form: what is typed there and not saved is kept.
    """
    pledge, period = find_writable(request.user, city=city, term=term, as_of=as_of, code=code, plan=plan)
    if "typist" in request.POST:
        keep_form(user=request.user, pledge=pledge, period=period, data=request.POST)
    removed = request.POST.get("remove", "")
    errors = _remove(request, pledge, period, removed) if removed else _attach(request, pledge, period)
    if request.headers.get("HX-Request"):
        return _list(request, pledge, period, errors)
    for error in errors:
        messages.error(request, error)
    here = staff_url("report", pledge.plan, period.as_of, pledge.code)
    return redirect(here if errors else f"{here}#evidence")


@require_safe
@access(Action.VIEW_STAFF)
def evidence_file(
    request: HttpRequest, city: str, term: int, as_of: dt.date, code: str, pk: int, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """One file as a download, for everybody who may read its report."""
    found = find_plan(request.user, city, term, plan)
    pledge = find_pledge(request.user, found, code)
    return download(_file_of(pledge, find_period(found, as_of), pk))


# --- Parts ---


def _attach(request: HttpRequest, pledge: Pledge, period: ReportingPeriod) -> list[str]:
    """Attach every file that can be; what is said of the others."""
    errors = [_of(name, too_large()) for name in request.too_large]  # type: ignore[attr-defined]
    files = request.FILES.getlist("files")
    for file in files:
        name = file.name or ""
        try:
            incoming = workflow.read_incoming(file=file, name=name)
            workflow.add_evidence(pledge=pledge, period=period, user=request.user, incoming=incoming)
        except WorkflowError as error:
            errors.append(_of(name, error.message))
    if not files and not errors:
        errors.append(_("Choose a file first."))
    return errors


def _remove(request: HttpRequest, pledge: Pledge, period: ReportingPeriod, pk: str) -> list[str]:
    file = _file_of(pledge, period, key_of(pk))
    try:
        workflow.remove_evidence(evidence=file, user=request.user)
    except WorkflowError as error:
        return [_of(file.name, error.message)]
    return []


def _file_of(pledge: Pledge, period: ReportingPeriod, pk: int) -> EvidenceFile:
    files = EvidenceFile.objects.for_pledges([pledge]).for_period(period).with_reports()
    return get_object_or_404(files, pk=pk)


def _list(request: HttpRequest, pledge: Pledge, period: ReportingPeriod, errors: list[str]) -> HttpResponse:
    """The list as it stands now, and what was refused, for the page's script."""
    report = ProgressReport.objects.for_pledge(pledge).for_period(period).unfinished().first()
    context = {
        "files": list(EvidenceFile.objects.with_uploaders().for_report(report)) if report else [],
        "writes": True,
        "errors": errors,
        "links": {"evidence": staff_url("evidence", pledge.plan, period.as_of, pledge.code)},
    }
    return render(request, "staff/_evidence_swap.html", context, status=422 if errors else 200)


def _too_much(request: HttpRequest, place: dict[str, Any]) -> HttpResponse:
    told = _("This is too much at once. Attach the files one after another.")
    if request.headers.get("HX-Request"):
        return render(request, "staff/_evidence_swap.html", {"errors": [told]}, status=413)
    messages.error(request, told)
    return redirect("staff:report", **place)


def _of(name: str, message: str) -> str:
    return _("%(name)s: %(message)s") % {"name": name, "message": message}
