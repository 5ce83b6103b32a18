"""From an address to an import, for one person; and the plans and imports that are theirs."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pledges.models import Plan
from pledges.permissions import Action, can, reach_of
from reports.models import ImportBatch


def find_batch(user: Any, key: uuid.UUID) -> ImportBatch:
    """The import of an address.

    Raises Http404 for an upload of somebody else's, and where a finished import
    is of a city that is not the person's; PermissionDenied where the right to
    import there was taken since the upload.
    """
    found = get_object_or_404(ImportBatch.objects.with_places(), pk=key)
    is_allowed = found.municipality_id is None or can(
        user, Action.IMPORT_PLAN, municipality=found.municipality_id
    )
    if found.state != ImportBatch.State.STAGED:
        if not is_allowed:
            raise Http404
    elif found.user_id != user.pk:
        raise Http404
    elif not is_allowed:
        raise PermissionDenied(_("You have no right to bring data into this city any more."))
    return found


def plans_of(user: Any) -> Any:
    """The plans that the person may bring data into."""
    reach, plans = reach_of(user, Action.IMPORT_PLAN), Plan.objects.with_places()
    return plans if reach.everything else plans.for_municipalities(reach.cities)


def stages_of(user: Any) -> Any:
    """What the person uploaded and has not confirmed, newest first."""
    return ImportBatch.objects.staged_by(user).with_places().with_refusals().without_contents()


def finished_for(user: Any) -> Any:
    """The imports that were applied in the person's cities, newest first."""
    reach = reach_of(user, Action.IMPORT_PLAN)
    batches = ImportBatch.objects.finished().with_places().without_contents().by_application()
    return batches if reach.everything else batches.for_cities(reach.cities)


def step(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as a step on an import's page: it answers to POST, and leads everybody else to the page."""
    posted = require_POST(view)

    @functools.wraps(view)
    def stepped(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return redirect("imports:batch", batch=batch)
        return posted(request, batch=batch)

    return stepped
