"""Mails about what is due: when one goes, and that each goes once, whoever it is to and whatever it is about.

A mail goes in the week before the due date in force, on the day before it (or the day itself), once after it
and again every seven days while something is open. ``Reminder`` rows see to it that each goes once, however
often and by however many processes this runs.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from pledges.models import ReportingPeriod, User
from reports.models import Reminder
from studygroups.models import Proposal

# From how many days before the due date on each stage is.
WEEK_BEFORE, DAY_BEFORE = 7, 1
ROUND_DAYS = 7
# A mail that was taken in hand and not sent within this time is anybody's again: its process is gone.
GIVEN_UP_AFTER = dt.timedelta(hours=1)


# --- When -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """What a reminder is about: a stage of one due date; ``round`` counts the weeks since, from 0."""

    due_on: dt.date
    stage: str
    round: int = 0


def mark_on(due_on: dt.date, today: dt.date) -> Mark | None:
    """The stage of a due date on this day; None where it is over a week away."""
    days = (due_on - today).days
    if days > WEEK_BEFORE:
        return None
    if days < 0:
        return Mark(due_on, Reminder.Stage.OVERDUE, (-days - 1) // ROUND_DAYS)
    return Mark(due_on, Reminder.Stage.WEEK if days > DAY_BEFORE else Reminder.Stage.DAY)


def deadline_words(due_on: dt.date, today: dt.date) -> str:
    """How far the due date is: ``7일 전``, ``오늘까지``, ``3일 지남``."""
    days = (due_on - today).days
    if days < 0:
        return f"{-days}일 지남"
    return f"{days}일 전" if days else "오늘까지"


def date_words(date: dt.date) -> str:
    return f"{date.year}. {date.month}. {date.day}."


def absolute(path: str) -> str:
    """The path as a link in a mail."""
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


# --- What -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a mail tells a person at one stage: of a period, or of a proposal."""

    mark: Mark
    period: ReportingPeriod | None = None
    proposal: Proposal | None = None

    @property
    def key(self) -> tuple[int | None, int | None, Mark]:
        period = self.period.pk if self.period else None
        return period, self.proposal.pk if self.proposal else None, self.mark


class Letter(Protocol):
    """One mail to a person; it goes while one of its ``claims`` has not gone yet."""

    user: User

    @property
    def claims(self) -> Sequence[Claim]: ...

    @property
    def subject(self) -> str: ...

    @property
    def body(self) -> str: ...


# --- Sending ------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What a run did. ``without_address`` and ``failed`` name people by their login.

    ``mails`` are login and subject of each mail sent, or to be sent in a dry run.
    """

    sent: int = 0
    already: int = 0
    without_address: list[str] = field(default_factory=list)
    nobody_in: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    mails: list[tuple[str, str]] = field(default_factory=list)


def send_letters(letters: Sequence[Letter], outcome: Outcome, *, dry_run: bool = False) -> None:
    """Send what has not gone out yet and note it in ``outcome``; others go on where one fails."""
    settled = _settled(letters)
    for letter in letters:
        if all((letter.user.pk, *claim.key) in settled for claim in letter.claims):
            outcome.already += 1
        elif not letter.user.email:
            if letter.user.username not in outcome.without_address:
                outcome.without_address.append(letter.user.username)
        elif dry_run:
            outcome.mails.append((letter.user.username, letter.subject))
        else:
            _deliver(letter, outcome)


def _settled(letters: Iterable[Letter]) -> set[tuple[int, int | None, int | None, Mark]]:
    claims = [claim for letter in letters for claim in letter.claims]
    rows = Reminder.objects.about(
        periods={claim.period.pk for claim in claims if claim.period},
        proposals={claim.proposal.pk for claim in claims if claim.proposal},
    ).settled(timezone.now() - GIVEN_UP_AFTER)
    return {
        (row.user_id, row.period_id, row.proposal_id, Mark(row.due_on, row.stage, row.round)) for row in rows
    }


def _deliver(letter: Letter, outcome: Outcome) -> None:
    subject, body = letter.subject, letter.body
    claimed = _claim(letter)
    if not claimed:
        outcome.already += 1
        return
    rows = Reminder.objects.filter(pk__in=claimed)
    try:
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [letter.user.email]).send()
    except Exception as error:  # Whatever a mail backend raises, the others get their mail.
        rows.delete()
        outcome.failed.append(f"{letter.user.username}: {type(error).__name__}: {error}")
    else:
        rows.update(sent_at=timezone.now())
        outcome.sent += 1
        outcome.mails.append((letter.user.username, subject))


@transaction.atomic
def _claim(letter: Letter) -> list[int]:
    """The rows of the reminders that this process, and nobody beside it, now has to send.

    Kept before the mail goes: of two runs at once one waits for the other's row and finds it taken.
    """
    now = timezone.now()
    mine = []
    for claim in letter.claims:
        row, is_new = Reminder.objects.get_or_create(
            period=claim.period,
            proposal=claim.proposal,
            user=letter.user,
            stage=claim.mark.stage,
            due_on=claim.mark.due_on,
            round=claim.mark.round,
            defaults={"claimed_at": now},
        )
        given_up = Reminder.objects.filter(pk=row.pk).given_up(now - GIVEN_UP_AFTER)
        if is_new or given_up.update(claimed_at=now):
            mine.append(row.pk)
    return mine
