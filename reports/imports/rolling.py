"""Rolling an import back: what that would undo, what stands on it, and the step."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.permissions import access
from pledges.workflow import WorkflowError
from reports.imports.lookups import BRINGS_IN, find_batch
from reports.models import ImportBatch
from reports.workbook.rollback import (
    NotApplied,
    StoodOn,
    Unrestorable,
    look,
    require_applied,
    roll_back,
)

# What stands on an import is listed so far; its number is told in any case.
LONGEST_LIST = 200


class ReasonForm(forms.Form):
    """Why an import is rolled back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands in the audit log for good."),
        error_messages={"required": gettext_lazy("Enter the reason for rolling back.")},
    )


@access(BRINGS_IN)
def rollback(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """What rolling an import back would undo and what stands on it; a POST with a reason does it."""
    found = find_batch(request.user, batch)
    try:
        require_applied(found)
    except NotApplied as refused:
        messages.info(request, refused.message)
        return redirect("imports:batch", batch=found.pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, found, form)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        roll_back(batch=found, user=request.user, reason=form.cleaned_data["reason"])
    except NotApplied as refused:
        messages.info(request, refused.message)
        return redirect("imports:batch", batch=found.pk)
    except StoodOn as refused:
        return _page(request, found, form, status=409, refused=refused.message)
    except WorkflowError as refused:
        form.add_error("reason", refused.message)
        return _page(request, found, form, status=422)
    messages.success(request, _("The import was rolled back: what it had written is as it was before it."))
    return redirect("imports:batch", batch=found.pk)


def _page(
    request: HttpRequest,
    found: ImportBatch,
    form: ReasonForm,
    *,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "batch": found,
        "city": found.municipality,
        "plan": found.plan,
        "page": "imports",
        "form": form,
        "refused": refused,
    }
    try:
        kinds, edits = look(found)
        context |= {"kinds": kinds, "edits": edits[:LONGEST_LIST], "edits_count": len(edits)}
    except Unrestorable as lost:
        context["unrestorable"] = lost.message
    return render(request, "staff/imports/rollback.html", context, status=status)
