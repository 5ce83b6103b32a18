"""Bringing a plan in: uploaded, looked at, and then confirmed exactly as it was shown.

Nothing of a plan is written before the confirmation. Rights are asked for at
every step, and again by the import itself for the city that the file names.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.filetypes import XLSX
from pledges.permissions import Action, access, can, holds
from pledges.spreadsheet import MAX_UPLOAD, UnreadableFile
from pledges.views.uploads import DOWNLOAD_HEADERS, capped
from reports.imports.forms import UploadForm, layout_labels, too_large_message
from reports.imports.kinds import likelier_layout
from reports.imports.lookups import (
    BRINGS_IN,
    SEES,
    brings_in,
    find_batch,
    finished_for,
    plans_of,
    publishers_of,
    stages_of,
    step,
)
from reports.imports.preview import LONGEST_LIST, OPEN_WARNINGS, findings, in_order, read_preview
from reports.models import ImportBatch
from reports.workbook import stage_workbook
from reports.workbook.annotating import annotated, marked_name
from reports.workbook.batches import StageGone, applied_message, expired_message, stored_content
from reports.workbook.cards import CardPlace
from reports.workbook.results import Refusal
from reports.workbook.staging import MOST_WAITING, confirm_stage, discard_stage, stage_again

FINISHED_A_PAGE = 30
# Of a body without JavaScript this much is read past to answer beside the field; more is cut off.
READ_PAST = 4 * MAX_UPLOAD


def _cut_off(request: HttpRequest, _place: dict[str, Any]) -> HttpResponse:
    messages.error(request, too_large_message())
    return redirect("imports:list")


@capped(largest=lambda: MAX_UPLOAD, together=lambda: READ_PAST, refuse=_cut_off)
@access(SEES)
def imports(request: HttpRequest) -> HttpResponse:
    """The upload, what the person has not confirmed yet, and what was applied in their cities.

    Who may only read meets the last of these alone.
    """
    is_sent, may_bring_in = request.method == "POST", holds(request.user, BRINGS_IN)
    if is_sent and not may_bring_in:
        raise PermissionDenied(_("You have no right to do this."))
    form = UploadForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        layout=request.GET.get("layout", ""),
        plans=plans_of(request.user),
        too_large=is_sent and bool(request.too_large),  # type: ignore[attr-defined]
    )
    if is_sent and form.is_valid():
        batch = _staged(request, form)
        if batch is not None:
            return _lead(request, reverse("imports:batch", kwargs={"batch": batch.pk}))
    pages = Paginator(finished_for(request.user), FINISHED_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "brings_in": may_bring_in,
        "most_waiting": MOST_WAITING,
        "stages": stages_of(request.user) if may_bring_in else [],
        "finished": page,
        "numbers": pages.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "largest": MAX_UPLOAD,
        "too_large": too_large_message(),
        "now": timezone.now(),
        "page": "imports",
    }
    return render(request, "staff/imports/list.html", context, status=422 if is_sent else 200)


@require_safe
@access(SEES)
def batch(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """What an upload would change, or what an import has changed."""
    return _page(request, find_batch(request.user, batch, SEES))


@require_safe
@access(SEES)
def file(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """The file as it was uploaded."""
    found = find_batch(request.user, batch, SEES)
    return _download(_content(found), found.file_name)


@require_safe
@access(SEES)
def marked(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """The file as it was uploaded, with its errors and warnings marked in it."""
    found = find_batch(request.user, batch, SEES)
    errors, warnings = findings(found, "errors"), findings(found, "warnings")
    return _download(
        annotated(_content(found), errors, warnings),
        marked_name(found.file_name, has_errors=bool(errors), has_warnings=bool(warnings)),
    )


@step
@access(BRINGS_IN)
def confirm(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """Apply what was shown; where that can't be done any more, say why and what differs."""
    found = find_batch(request.user, batch)
    if found.state != ImportBatch.State.STAGED:
        return _applied_already(request, found)
    if found.is_expired():
        return _page(request, found, status=409)
    if found.has_errors or not found.has_changes or request.POST.get("digest") != found.diff_digest:
        return _page(
            request, found, refused=_("This is not what was shown. Look at the preview again."), status=409
        )
    try:
        result = confirm_stage(found, user=request.user)
    except (StageGone, UnreadableFile) as gone:
        now = ImportBatch.objects.with_places().filter(pk=found.pk).first()
        if now is None:
            messages.error(request, str(gone))
            return redirect("imports:list")
        if now.state != ImportBatch.State.STAGED:
            return _applied_already(request, now)
        return _page(request, now, refused=str(gone), status=409)
    if result.errors:
        # What stands first there says no more than the page itself does.
        is_other = result.refusal in (Refusal.MOVED, Refusal.NEW_WARNINGS)
        context = {
            "moved": result.moved,
            "errors": in_order(result.errors[1:] if is_other else result.errors),
            "is_warned": result.refusal == Refusal.NEW_WARNINGS,
            "has_drafts": result.refusal == Refusal.DRAFTS,
        }
        return _render(request, "staff/imports/moved.html", found, context, status=409)
    messages.success(request, _("The file was applied as it was shown."))
    return redirect("imports:batch", batch=found.pk)


@step
@access(BRINGS_IN)
def again(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """Compare the same file with the plan as it is now."""
    found = find_batch(request.user, batch)
    try:
        anew = stage_again(
            found, user=request.user, over_drafts=found.over_drafts or "over_drafts" in request.POST
        )
    except (StageGone, UnreadableFile) as gone:
        messages.error(request, str(gone))
        return redirect("imports:batch", batch=found.pk)
    return redirect("imports:batch", batch=anew.pk)


@step
@access(BRINGS_IN)
def discard(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """Throw an upload away that was not confirmed."""
    found = find_batch(request.user, batch)
    if not discard_stage(found):
        return _applied_already(request, found)
    messages.success(request, _("The upload was thrown away. Nothing of the plan was changed."))
    return redirect("imports:list")


# --- Parts ---


def _staged(request: HttpRequest, form: UploadForm) -> ImportBatch | None:
    """The upload as it is kept; None where it can't be read, which the form then says."""
    sent, values = form.cleaned_data["file"], form.cleaned_data
    is_cards = values["layout"] == ImportBatch.Layout.CARDS
    try:
        return stage_workbook(
            sent.read(),
            user=request.user,
            file_name=sent.name,
            over_drafts=values["over_drafts"],
            cards_of=CardPlace(values["plan"], values["as_of"]) if is_cards else None,
        )
    except UnreadableFile as unreadable:
        form.add_error("file", str(unreadable))
        return None


def _lead(request: HttpRequest, link: str) -> HttpResponse:
    """On to a page; a script that sent the request goes there itself."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": link})
    return redirect(link)


def _applied_already(request: HttpRequest, found: ImportBatch) -> HttpResponse:
    messages.info(request, applied_message())
    return redirect("imports:batch", batch=found.pk)


def _page(request: HttpRequest, found: ImportBatch, *, refused: str = "", status: int = 200) -> HttpResponse:
    errors, warnings = findings(found, "errors"), findings(found, "warnings")
    is_staged, is_expired = found.state == ImportBatch.State.STAGED, found.is_expired()
    is_applied = found.state == ImportBatch.State.APPLIED
    publishes = is_applied and can(request.user, Action.PUBLISH, municipality=found.municipality_id)
    likelier = likelier_layout(found) if is_staged and errors else None
    context = {
        "preview": read_preview(found, request.GET),
        "errors": errors[:LONGEST_LIST],
        "errors_count": errors.count_all,
        "warnings": warnings[:LONGEST_LIST],
        "warnings_count": warnings.count_all,
        "warnings_open": is_staged and len(warnings) <= OPEN_WARNINGS,
        "ignored": found.findings.get("ignored", ()),
        "is_staged": is_staged,
        "is_applied": is_applied,
        "is_expired": is_expired,
        "brings_in": brings_in(request.user, found),
        "publishes": publishes,
        "publishers": publishers_of(found.municipality_id) if is_applied and not publishes else [],
        "likelier": likelier,
        "likelier_label": layout_labels()[likelier] if likelier else "",
        "layout_field": UploadForm.base_fields["layout"].label,
        "confirms": is_staged and not is_expired and not errors and found.has_changes,
        "refused": refused or (expired_message() if is_expired else ""),
    }
    return _render(request, "staff/imports/batch.html", found, context, status=status)


def _render(
    request: HttpRequest, template: str, found: ImportBatch, context: dict[str, Any], *, status: int
) -> HttpResponse:
    shared = {"batch": found, "city": found.municipality, "plan": found.plan, "page": "imports"}
    return render(request, template, {**shared, **context}, status=status)


def _content(found: ImportBatch) -> bytes:
    try:
        return stored_content(found)
    except StageGone:
        raise Http404 from None


def _download(content: bytes, name: str) -> HttpResponse:
    name = name if name.endswith(".xlsx") else f"{name}.xlsx"
    disposition = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=XLSX.media_type, headers={**DOWNLOAD_HEADERS, **disposition})
