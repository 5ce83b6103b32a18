"""From an address to an import, for one person; and the plans and imports that are theirs."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pledges.enums import Role
from pledges.models import Membership, Plan
from pledges.permissions import Action, can, holds, reach_of, require
from reports.models import ImportBatch

SEES, BRINGS_IN = Action.VIEW_IMPORTS, Action.IMPORT_PLAN


def find_batch(user: Any, key: uuid.UUID, action: Action = BRINGS_IN) -> ImportBatch:
    """The import of an address, for ``action``: VIEW_IMPORTS to read a finished one, or a step on it.

    Raises Http404 for an upload of somebody else's, and where a finished import is of a city
    that is not the person's; PermissionDenied where they may only read there, and where the
    right to import was taken since the upload.
    """
    found = get_object_or_404(ImportBatch.objects.with_places(), pk=key)
    if found.state == ImportBatch.State.STAGED:
        if found.user_id != user.pk:
            raise Http404
        if not brings_in(user, found):
            raise PermissionDenied(_("You have no right to bring data into this city any more."))
    elif not can(user, SEES, municipality=found.municipality_id):
        raise Http404
    else:
        require(user, action, municipality=found.municipality_id)
    return found


def brings_in(user: Any, batch: ImportBatch) -> bool:
    """Whether the person may take the steps on an import, and not only read it."""
    if batch.municipality_id is None:
        return holds(user, BRINGS_IN)
    return can(user, BRINGS_IN, municipality=batch.municipality_id)


def plans_of(user: Any, action: Action = BRINGS_IN) -> Any:
    """The plans that the person may bring data into; or see imports of, by ``action``."""
    reach, plans = reach_of(user, action), Plan.objects.with_places()
    return plans if reach.everything else plans.for_municipalities(reach.cities)


def publishers_of(municipality: Any) -> list[str]:
    """The names of those who publish for a city, each once."""
    held = Membership.objects.for_municipality(municipality).for_roles(Role.COORDINATOR).of_active_people()
    return sorted({str(each.user) for each in held})


def stages_of(user: Any) -> Any:
    """What the person uploaded and has not confirmed, newest first."""
    return ImportBatch.objects.staged_by(user).with_places().with_refusals().without_contents()


def finished_for(user: Any) -> Any:
    """The imports that were applied in the cities whose imports the person sees, newest first."""
    reach = reach_of(user, SEES)
    batches = ImportBatch.objects.finished().with_places().without_contents().by_application()
    return batches if reach.everything else batches.for_cities(reach.cities)


def step(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as a step on an import's page: it answers to POST, and leads everybody else to the page."""
    posted = require_POST(view)

    @functools.wraps(view)
    def stepped(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return redirect("imports:batch", batch=batch)
        if request.user.is_authenticated and not ImportBatch.objects.filter(pk=batch).exists():
            messages.error(request, _("This upload is gone: it was thrown away, or its time was over."))
            return redirect("imports:list")
        return posted(request, batch=batch)

    return stepped
