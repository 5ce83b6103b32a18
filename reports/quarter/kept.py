"""What a person has typed into a quarterly form and not saved: kept as it was typed, theirs alone.

It is kept while they type, and when a form can't be saved as it stands. It
goes when the form is saved or handed in, when they throw it away, and when it
can't be of use any more.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from pledges.models import Pledge, ReportingPeriod
from reports.models import KeptForm
from reports.quarter.forms.steps import HIGHEST_VERSION

# Characters of a form as a browser sends it; the longest honest ones stay far below.
LONGEST = 400_000
# What a closed period's forgotten texts are kept for.
DAYS_AFTER_CLOSING = 30
NOT_TYPED = ("csrfmiddlewaretoken", "step", "typist", "files", "remove")
NOT_TYPED_PREFIXES = ("merge-", "pasted-")


def keep_form(*, user: Any, pledge: Pledge, period: ReportingPeriod, data: QueryDict) -> KeptForm | None:
    """Keep what was sent, in place of what was kept before; None where it is too long to be kept.

    One statement, so that two windows of a person never stand in each other's
    way; the last one counts. Whether they may write here is the caller's question.
    """
    body = typed_text(data)
    if len(body) > LONGEST:
        return None
    kept = KeptForm(user=user, pledge=pledge, period=period, base_version=base_version(data), body=body)
    KeptForm.objects.bulk_create(
        [kept],
        update_conflicts=True,
        unique_fields=["user", "pledge", "period"],
        update_fields=["base_version", "body", "kept_at"],
    )
    return kept


def kept_form(*, user: Any, pledge: Pledge, period: ReportingPeriod) -> KeptForm | None:
    """What this person has typed here and not saved; one query."""
    kept: KeptForm | None = KeptForm.objects.for_person(user).for_report(pledge, period).first()
    return kept


@transaction.atomic
def drop_kept(*, user: Any, pledge: Pledge, period: ReportingPeriod) -> None:
    """Forget what this person has typed here, and what they typed elsewhere that is of no use any more."""
    KeptForm.objects.for_person(user).for_report(pledge, period).delete()
    old = timezone.now() - dt.timedelta(days=DAYS_AFTER_CLOSING)
    KeptForm.objects.for_person(user).settled(closed_and_kept_before=old).delete()


def typed_text(data: QueryDict) -> str:
    """The form without what only its sending needs."""
    typed = data.copy()
    for name in list(typed):
        if name in NOT_TYPED or name.startswith(NOT_TYPED_PREFIXES):
            del typed[name]
    return typed.urlencode()


def typed_data(kept: KeptForm) -> QueryDict:
    """The kept form as it was sent."""
    return QueryDict(kept.body, mutable=True)


def base_version(data: QueryDict) -> int:
    """The version of the report that the form began from; of a conflict's page the one before it."""
    text = data.get("merge-base") or data.get("version", "")
    return min(int(text), HIGHEST_VERSION) if text.isascii() and text.isdecimal() and len(text) < 11 else 0
