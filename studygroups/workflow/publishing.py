"""What of the study groups everybody may read."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from pledges.audit import operation
from pledges.history import update_all
from pledges.models import Municipality
from pledges.permissions import Action, require
from studygroups.models import Programme, Round


@transaction.atomic
def publish_programmes(
    *, municipality: Municipality, programmes: Collection[int], user: Any = None
) -> list[Programme]:
    """Publish what was carried in: these programmes of the city (by id), their rounds that were held or were
    not, and the results of finished ones. Gives the programmes that became public now.

    Rounds that are still recruiting or being prepared stay as they are. ``user`` None is the command line.
    Raises PermissionDenied.
    """
    if user is not None:
        require(user, Action.MANAGE_GROUPS, municipality=municipality)
    now = timezone.now()
    with operation("groups_published", user=user, municipality=municipality):
        of_city = Programme.objects.for_municipality(municipality).filter(pk__in=programmes)
        new = list(of_city.unpublished().select_for_update().order_by("pk"))
        for programme in new:
            programme.published_at = now
        update_all(new, ["published_at"], user)
        rounds = list(
            Round.objects.for_municipality(municipality)
            .for_programmes(programmes)
            .decided()
            .with_something_unpublished()
            .select_for_update(of=("self",))
            .order_by("pk")
        )
        for round in rounds:
            round.published_at = round.published_at or now
            if round.is_finished:
                round.results_published_at = round.results_published_at or now
        update_all(rounds, ["published_at", "results_published_at"], user)
    return new
