"""Publishing: a period's documents are frozen, and what is frozen never changes.

A period is published as a whole. Its edition holds the plan's summary and
every pledge's card at its 기준일. Where approved data was corrected since, the
period and every later published one whose documents differ get their next
edition together, with a reason; the earlier ones stay readable.
"""

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.enums import MoneySource, PeriodState, Status
from pledges.models import Plan, ProgressReport, ReportingPeriod
from pledges.notation import format_day, sheet_word
from pledges.permissions import Action, require
from pledges.workflow import ReasonMissing, WorkflowError
from reports.cards import Card, build_cards, read_card, to_document
from reports.changes import compare_published
from reports.fulfilment import PledgeFulfilment, plan_fulfilment
from reports.models import Edition, EditionPledge
from reports.summaries import build_summary, read_summary, summary_document

# Rows of this many cards are written at once: they are the largest rows there are.
WRITTEN_AT_ONCE = 200
MILLIONTHS = 10**6


# --- Documents ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Documents:
    """What an edition of a period would hold now: documents as JSON, and what its columns are made of.

    ``digest`` tells equal documents; each card stands with its JSON and its figures.
    """

    summary: dict[str, Any]
    cards: list[tuple[Card, dict[str, Any], PledgeFulfilment]]
    digest: str


def build_documents(plan: Plan, as_of: dt.date) -> Documents:
    """The documents of the plan at ``as_of`` from approved data; the one place that builds them."""
    figures = plan_fulfilment(plan, as_of)
    cards = build_cards(plan, as_of, fulfilment=figures)
    summary = summary_document(build_summary(plan, as_of, fulfilment=figures, cards=cards))
    by_code = {figure.code: figure for figure in figures.pledges}
    documents = [(card, to_document(card), by_code[card.code]) for card in cards]
    return Documents(summary, documents, _digest(summary, (document for _card, document, _ in documents)))


def _digest(summary: Mapping[str, Any], cards: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over the documents as canonical JSON; equal documents have equal digests."""
    digest = hashlib.sha256(_canonical(summary))
    for card in cards:
        digest.update(b"\n" + _canonical(card))
    return digest.hexdigest()


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def is_same(edition: Edition, documents: Documents) -> bool:
    """Whether the edition says what the documents say.

    An edition of an older document version is read into today's first: a new
    version of the portal alone is no correction.
    """
    if edition.digest == documents.digest:
        return True
    if not _is_older(edition, documents):
        return False
    summary = summary_document(read_summary(edition.summary))
    cards = (to_document(read_card(row.card)) for row in edition.pledges.in_order())
    return _digest(summary, cards) == documents.digest


def _is_older(edition: Edition, documents: Documents) -> bool:
    """Whether one of the edition's documents is of another version than today's."""
    stored = edition.pledges.order_by().values_list("card__schema_version", flat=True).distinct()
    today = {document["schema_version"] for _card, document, _figure in documents.cards}
    summary = edition.summary["schema_version"] != documents.summary["schema_version"]
    return summary or not today.issuperset(stored)


# --- Publishing -----------------------------------------------------------------


class Outdated(WorkflowError):
    """What would be published is not what was looked at."""

    def __init__(self) -> None:
        super().__init__(
            _("Approved data changed after this preview was made; nothing was published. Look at it again.")
        )


@dataclass(frozen=True, slots=True)
class Pending:
    """The next edition of a period, not published yet: ``edition`` is its last one, or None before the first.

    ``seal`` names exactly these documents as exactly this edition.
    """

    period: ReportingPeriod
    edition: Edition | None
    documents: Documents

    @property
    def number(self) -> int:
        return self.edition.number + 1 if self.edition else 1

    @property
    def seal(self) -> str:
        return f"{self.period.as_of.isoformat()}.{self.number}.{self.documents.digest}"


def pending_editions(
    plan: Plan, period: ReportingPeriod, *, since: dt.date | None = None, lock: bool = False
) -> tuple[list[ReportingPeriod], list[Pending]]:
    """The periods that publishing this one concerns, and of them those that would get an edition, by date.

    ``lock`` holds the periods until the transaction ends.
    """
    concerned = _concerned(plan, period, since=since, lock=lock)
    current = {edition.period_id: edition for edition in Edition.objects.for_periods(concerned).current()}
    pending = []
    for each in concerned:
        edition = current.get(each.pk)
        documents = build_documents(plan, each.as_of)
        if edition is None or not is_same(edition, documents):
            pending.append(Pending(each, edition, documents))
    return concerned, pending


@transaction.atomic
def publish_period(
    *,
    period: ReportingPeriod,
    user: Any,
    reason: str = "",
    previewed: Collection[str] | None = None,
    now: dt.datetime | None = None,
    since: dt.date | None = None,
) -> list[Edition]:
    """Publish the period, and the next edition of every later published one that this changes.

    ``previewed``: the seals of the editions that the person saw; where given, exactly
    these are published or nothing. ``since`` is where a correction begins that
    reaches further back than the period: published ones from that 기준일 on are looked at too.

    Returns the editions made, the period's own first; none where every
    document is the same as the one published last. ``user`` None is the command
    line. Raises PermissionDenied; ReasonMissing (a WorkflowError) where what is
    published would change without a reason; Outdated where the approved data is not what was
    previewed. The period that carries money spent before the term has no edition of its own.
    """
    plan = plan_of(period)
    if user is not None:
        require(user, Action.PUBLISH, municipality=plan.term.municipality_id)
    reason = reason.strip()
    now = now or timezone.now()
    city = plan.term.municipality_id
    with operation(
        "published", user=user, municipality=city, plan=plan, as_of=period.as_of, reason=reason
    ) as step:
        made = _publish(plan, period, user=user, reason=reason, previewed=previewed, now=now, since=since)
        if made:
            step.add_facts(
                editions=[
                    {"as_of": each.as_of, "number": each.number, "digest": each.digest} for each in made
                ]
            )
    period.refresh_from_db()
    return made


def _publish(
    plan: Plan,
    period: ReportingPeriod,
    *,
    user: Any,
    reason: str,
    previewed: Collection[str] | None,
    now: dt.datetime,
    since: dt.date | None,
) -> list[Edition]:
    concerned, pending = pending_editions(plan, period, since=since, lock=True)
    if pending and previewed is not None and {each.seal for each in pending} != set(previewed):
        raise Outdated
    corrected = [each.period.as_of for each in pending if each.edition is not None]
    if corrected and not reason:
        dates = ", ".join(format_day(as_of) for as_of in corrected)
        raise ReasonMissing(
            _("Published figures change at %(dates)s. Enter the reason for the correction.")
            % {"dates": dates}
        )
    made = [_freeze(plan, each, user=user, reason=reason, now=now) for each in pending]
    if made:
        compare_published(plan)
    counts = ProgressReport.objects.for_periods(concerned).approved_by_period()
    for each in concerned:
        approved = counts.get(each.pk, 0)
        if each.state != PeriodState.PUBLISHED:
            each.state = PeriodState.PUBLISHED
            each.published_at = each.published_at or now
            each.closed_at = each.closed_at or now
        elif each.published_reports == approved:
            continue
        each.published_reports = approved
        each.save(update_fields=["state", "published_at", "closed_at", "published_reports"])
    return made


def plan_of(period: ReportingPeriod) -> Plan:
    """The period's plan with its term and city, read anew."""
    plan: Plan = Plan.objects.with_places().get(pk=period.plan_id)
    return plan


def _concerned(
    plan: Plan, period: ReportingPeriod, *, since: dt.date | None, lock: bool
) -> list[ReportingPeriod]:
    """The period itself, where it lies in the term, and every published one from it (from ``since``) on,
    in order of their dates.

    ``lock`` holds their rows until the transaction ends, so that two who
    publish at once do it one after the other and the second finds nothing to do.
    """
    periods = (
        ReportingPeriod.objects.for_plan(plan)
        .starting_with(min(period.as_of, since or period.as_of))
        # By key, as everybody locks periods: two orders could wait for each other.
        .order_by("pk")
    )
    if lock:
        periods = periods.select_for_update()
    return [
        each
        for each in sorted(periods, key=lambda period: period.as_of)
        if each.as_of >= plan.term.starts_on and (each.pk == period.pk or each.state == PeriodState.PUBLISHED)
    ]


def _freeze(plan: Plan, pending: Pending, *, user: Any, reason: str, now: dt.datetime) -> Edition:
    edition = Edition.objects.create(
        plan=plan,
        period=pending.period,
        as_of=pending.period.as_of,
        number=pending.number,
        # A first edition corrects nothing, even where later periods are corrected with it.
        reason=reason if pending.edition else "",
        summary=pending.documents.summary,
        digest=pending.documents.digest,
        published_at=now,
        published_by=user,
    )
    EditionPledge.objects.bulk_create(
        (_row(edition, card, document, figure) for card, document, figure in pending.documents.cards),
        batch_size=WRITTEN_AT_ONCE,
    )
    return edition


def _row(edition: Edition, card: Card, document: dict[str, Any], figure: PledgeFulfilment) -> EditionPledge:
    """A pledge's row: the columns are copies of what its card says."""
    own = card.areas[-1] if card.areas else None
    return EditionPledge(
        edition=edition,
        pledge_id=figure.pk,
        position=card.position,
        code=card.code,
        name=card.name,
        area_code=own.code if own else "",
        area_name=own.name if own else "",
        area_path=">".join(step.code for step in card.areas),
        department=card.lead_department,
        completion=card.completion,
        budgeted=card.budgeted,
        status=card.status,
        status_label=_status_label(card),
        rate_sort=_millionths(figure.rate),
        rate_display=card.rate.display,
        to_date_sort=_millionths(figure.to_date),
        to_date_display=card.to_date.display,
        planned=card.money.planned,
        executed=card.money.executed,
        sources=_sources(card),
        not_submitted=card.not_submitted,
        search_text=_search_text(card),
        card=document,
    )


def _status_label(card: Card) -> str:
    """The status in the city's own words; blank where there is none."""
    if card.status == Status.OTHER:
        return card.own_status
    return "" if card.status == Status.NONE else sheet_word(Status(card.status))


def _sources(card: Card) -> str:
    """The sources with planned money, ``,national,city,``; a source with 0 or nothing gives none."""
    money = card.money
    tables = (money.total,) if money.total else money.sub_projects
    planned = {row.source for table in tables for row in table.planned if row.total}
    given = [source for source in MoneySource.values if source in planned]
    return f",{','.join(given)}," if given else ""


def _millionths(rate: Fraction | None) -> int | None:
    return None if rate is None else rate.numerator * MILLIONTHS // rate.denominator


def _search_text(card: Card) -> str:
    areas = [f"{step.code} {step.name}".strip() for step in card.areas]
    words = [card.code, card.name, card.lead_department, *areas, card.goal, card.overview]
    return unicodedata.normalize("NFC", "\n".join(words)).lower()


# --- Reading ----------------------------------------------------------------------


def current_edition(plan: Plan, as_of: dt.date | None = None, number: int | None = None) -> Edition | None:
    """The edition that readers get: of the last 기준일, or the last up to ``as_of``; its highest number,
    or the one that ``number`` names. None where there is no such edition."""
    editions = Edition.objects.for_plan(plan)
    if as_of is not None:
        editions = editions.up_to(as_of)
    if number is None:
        newest: Edition | None = editions.newest_first().first()
        return newest
    numbered: Edition | None = editions.of_the_last_date().for_number(number).first()
    return numbered
