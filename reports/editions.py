"""Publishing: a period's documents are frozen, and what is frozen never changes.

A period is published as a whole. Its edition holds the plan's summary and
every pledge's card at its 기준일. Where approved data was corrected since, the
period and every later published one whose documents differ get their next
edition together, with a reason; the earlier ones stay readable.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.enums import PeriodState, Status
from pledges.models import Plan, ReportingPeriod
from pledges.notation import sheet_word
from pledges.permissions import Action, require
from pledges.workflow import ReasonMissing
from reports.cards import Card, build_cards, read_card, to_document
from reports.fulfilment import PledgeFulfilment, plan_fulfilment
from reports.models import Edition, EditionPledge
from reports.summaries import build_summary, read_summary, summary_document

# Rows of this many cards are written at once: they are the largest rows there are.
WRITTEN_AT_ONCE = 200
MILLIONTHS = 10**6


# --- Documents ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Documents:
    """What an edition of a period would hold now: documents as JSON, and what its columns are made of."""

    summary: dict[str, Any]
    cards: list[tuple[Card, dict[str, Any], PledgeFulfilment]]
    digest: str


def _documents(plan: Plan, as_of: dt.date) -> _Documents:
    figures = plan_fulfilment(plan, as_of)
    cards = build_cards(plan, as_of, fulfilment=figures)
    summary = summary_document(build_summary(plan, as_of, fulfilment=figures, cards=cards))
    by_code = {figure.code: figure for figure in figures.pledges}
    documents = [(card, to_document(card), by_code[card.code]) for card in cards]
    return _Documents(summary, documents, _digest(summary, (document for _card, document, _ in documents)))


def _digest(summary: Mapping[str, Any], cards: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over the documents as canonical JSON; equal documents have equal digests."""
    digest = hashlib.sha256(_canonical(summary))
    for card in cards:
        digest.update(b"\n" + _canonical(card))
    return digest.hexdigest()


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _is_same(edition: Edition, documents: _Documents) -> bool:
    """Whether the edition says what the documents say.

    An edition of an older document version is read into today's first: a new
    version of the portal alone is no correction.
    """
    if edition.digest == documents.digest:
        return True
    summary = summary_document(read_summary(edition.summary))
    cards = (to_document(read_card(row.card)) for row in edition.pledges.in_order())
    return _digest(summary, cards) == documents.digest


# --- Publishing -----------------------------------------------------------------


@transaction.atomic
def publish_period(
    *,
    period: ReportingPeriod,
    user: Any,
    reason: str = "",
    now: dt.datetime | None = None,
    since: dt.date | None = None,
) -> list[Edition]:
    """Publish the period, and the next edition of every later published one that this changes.

    ``since`` is where a correction begins that reaches further back than the
    period: published ones from that 기준일 on are looked at too.

    Returns the editions made, the period's own first; none where every
    document is the same as the one published last. ``user`` None is the command
    line. Raises PermissionDenied; ReasonMissing (a WorkflowError) where what is
    published would change without a reason. The period that carries money spent
    before the term has no edition of its own.
    """
    plan = _plan_of(period)
    if user is not None:
        require(user, Action.PUBLISH, municipality=plan.term.municipality_id)
    now = now or timezone.now()
    reason = reason.strip()
    concerned = _concerned(plan, period, since=since, lock=True)
    current = _current_editions(concerned)
    changed = []
    for each in concerned:
        documents = _documents(plan, each.as_of)
        edition = current.get(each.pk)
        if edition is None or not _is_same(edition, documents):
            changed.append((each, edition, documents))
    corrected = [each.as_of for each, edition, _documents_ in changed if edition is not None]
    if corrected and not reason:
        dates = ", ".join(as_of.isoformat() for as_of in corrected)
        raise ReasonMissing(
            _("Published figures change at %(dates)s. Enter the reason for the correction.")
            % {"dates": dates}
        )
    made = []
    for each, edition, documents in changed:
        made.append(
            _freeze(
                plan=plan,
                period=each,
                number=edition.number + 1 if edition else 1,
                documents=documents,
                user=user,
                reason=reason,
                now=now,
            )
        )
    for each in concerned:
        if each.state != PeriodState.PUBLISHED:
            each.state = PeriodState.PUBLISHED
            each.published_at = each.published_at or now
            each.closed_at = each.closed_at or now
            each.save(update_fields=["state", "published_at", "closed_at"])
    period.refresh_from_db()
    return made


def _plan_of(period: ReportingPeriod) -> Plan:
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
        .order_by("as_of")
    )
    if lock:
        periods = periods.select_for_update()
    return [
        each
        for each in periods
        if each.as_of >= plan.term.starts_on and (each.pk == period.pk or each.state == PeriodState.PUBLISHED)
    ]


def _current_editions(periods: Iterable[ReportingPeriod]) -> dict[int, Edition]:
    return {edition.period_id: edition for edition in Edition.objects.for_periods(periods).current()}


def _freeze(
    *,
    plan: Plan,
    period: ReportingPeriod,
    number: int,
    documents: _Documents,
    user: Any,
    reason: str,
    now: dt.datetime,
) -> Edition:
    edition = Edition.objects.create(
        plan=plan,
        period=period,
        as_of=period.as_of,
        number=number,
        reason=reason,
        summary=documents.summary,
        digest=documents.digest,
        published_at=now,
        published_by=user,
    )
    EditionPledge.objects.bulk_create(
        (_row(edition, card, document, figure) for card, document, figure in documents.cards),
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
        not_submitted=card.not_submitted,
        search_text=_search_text(card),
        card=document,
    )


def _status_label(card: Card) -> str:
    """The status in the city's own words; blank where there is none."""
    if card.status == Status.OTHER:
        return card.own_status
    return "" if card.status == Status.NONE else sheet_word(Status(card.status))


def _millionths(rate: Fraction | None) -> int | None:
    return None if rate is None else rate.numerator * MILLIONTHS // rate.denominator


def _search_text(card: Card) -> str:
    areas = [f"{step.code} {step.name}".strip() for step in card.areas]
    words = [card.code, card.name, card.lead_department, *areas, card.goal, card.overview]
    return unicodedata.normalize("NFC", "\n".join(words)).lower()


# --- What publishing would change -------------------------------------------------

_INDICATORS = gettext_lazy("Indicators")
_OUTLINE = gettext_lazy("Outline of the pledge")
# A card's fields in the words of a coordinator; rates follow from indicators and are shown beside.
_SECTIONS = {
    "name": gettext_lazy("Pledge name"),
    "areas": gettext_lazy("Area"),
    "lead_department": gettext_lazy("Departments"),
    "supporting_departments": gettext_lazy("Departments"),
    "completion": _OUTLINE,
    "implementers": _OUTLINE,
    "novelty": _OUTLINE,
    "budgeted": _OUTLINE,
    "status": gettext_lazy("Status"),
    "own_status": gettext_lazy("Status"),
    "rate": gettext_lazy("Fulfilment rate"),
    "not_submitted": gettext_lazy("Not submitted"),
    "campaign_text": gettext_lazy("Campaign booklet text"),
    "goal": gettext_lazy("Policy goal"),
    "basis": gettext_lazy("Basis"),
    "overview": gettext_lazy("Situation and overview"),
    "effects": gettext_lazy("Expected effects"),
    "grid": gettext_lazy("Schedule"),
    "money": gettext_lazy("Investment, secured and executed money"),
    "achievements": gettext_lazy("Achievements"),
    "indicators": _INDICATORS,
    "cause": gettext_lazy("Cause of the delay"),
    "remedy": gettext_lazy("Remedy"),
}


@dataclass(frozen=True, slots=True)
class PledgeDifference:
    """A pledge whose card would differ from the one published last; statuses are codes, rates as displayed.

    ``old_…`` is None where the pledge is not in the edition yet, ``new_…`` where it no longer
    is. ``sections`` are the fields of the card that differ, in the card's order.
    """

    code: str
    name: str
    old_rate: str | None
    new_rate: str | None
    old_status: str | None
    new_status: str | None
    sections: tuple[str, ...] = ()

    @property
    def section_labels(self) -> list[str]:
        """What differs, in words, each once."""
        return list(dict.fromkeys(str(_SECTIONS[name]) for name in self.sections if name in _SECTIONS))

    @property
    def figures_differ(self) -> bool:
        return (self.old_rate, self.old_status) != (self.new_rate, self.new_status)


@dataclass(frozen=True, slots=True)
class EditionPreview:
    """What publishing would make of one period. ``number`` is the edition it would get.

    ``needs_reason``: an edition is there and would be followed by a differing one.
    """

    as_of: dt.date
    number: int
    needs_reason: bool
    old_headline: str | None
    new_headline: str
    not_submitted: tuple[str, ...]
    differences: tuple[PledgeDifference, ...]


def preview_period(*, period: ReportingPeriod) -> list[EditionPreview]:
    """What ``publish_period`` would make now, against the editions published last; empty for nothing."""
    plan = _plan_of(period)
    concerned = _concerned(plan, period, since=None, lock=False)
    current = _current_editions(concerned)
    previews = []
    for each in concerned:
        documents = _documents(plan, each.as_of)
        edition = current.get(each.pk)
        if edition is not None and _is_same(edition, documents):
            continue
        summary = read_summary(documents.summary)
        before = None if edition is None else read_summary(edition.summary)
        previews.append(
            EditionPreview(
                as_of=each.as_of,
                number=edition.number + 1 if edition else 1,
                needs_reason=edition is not None,
                old_headline=before.headline.rate.display if before else None,
                new_headline=summary.headline.rate.display,
                not_submitted=tuple(line.code for line in summary.not_submitted),
                differences=tuple(_differences(edition, documents)),
            )
        )
    return previews


def _differences(edition: Edition | None, documents: _Documents) -> list[PledgeDifference]:
    old = {row.code: read_card(row.card) for row in edition.pledges.in_order()} if edition else {}
    new = {card.code: card for card, _document, _figure in documents.cards}
    return [
        PledgeDifference(
            code=code,
            name=(new.get(code) or old[code]).name,
            old_rate=old[code].rate.display if code in old else None,
            new_rate=new[code].rate.display if code in new else None,
            old_status=old[code].status if code in old else None,
            new_status=new[code].status if code in new else None,
            sections=_sections(old.get(code), new.get(code)),
        )
        for code in [*new, *(code for code in old if code not in new)]
        if old.get(code) != new.get(code)
    ]


def _sections(old: Card | None, new: Card | None) -> tuple[str, ...]:
    """The fields in which two cards of a pledge differ."""
    if old is None or new is None:
        return ()
    names = (field.name for field in dataclasses.fields(Card))
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


# --- Reading ----------------------------------------------------------------------


def current_edition(plan: Plan, as_of: dt.date | None = None, number: int | None = None) -> Edition | None:
    """The edition that readers get: of the last 기준일, or the last up to ``as_of``; its highest number,
    or the one that ``number`` names. None where there is no such edition."""
    editions = Edition.objects.for_plan(plan)
    if as_of is not None:
        editions = editions.up_to(as_of)
    newest = editions.newest_first().first()
    if newest is None or number is None or newest.number == number:
        return newest
    return editions.for_as_of(newest.as_of).for_number(number).first()
