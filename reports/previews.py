"""What publishing would make public, against what is public now.

The next edition of a period is compared with the one published last: its own
where there is one (a correction), else the latest of the periods before it.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from pledges.enums import HeadlineMethod, MoneyUnit, Rounding, Status
from pledges.models import Plan, ReportingPeriod
from reports.cards import Card, PlanHeader, RateText, read_card
from reports.comparison import FieldDifference, compare_cards, differing_fields
from reports.editions import Documents, Pending, pending_editions, plan_of
from reports.models import Edition
from reports.summaries import PlanSummary, read_summary

NO_RATE = "–"
# A group shows so many pledges at once, and folds the rest; a longer list of differing cards is folded whole.
SHOWN_AT_ONCE, SHORT_LIST = 10, 20


@dataclass(frozen=True, slots=True)
class PledgeDifference:
    """A pledge whose card would differ from the one published last.

    ``old`` is None where the pledge is not in that edition, ``new`` where it no
    longer is; ``fields`` are the values that differ, empty for a whole new or gone card.
    """

    old: Card | None
    new: Card | None
    fields: tuple[FieldDifference, ...] = ()

    @property
    def card(self) -> Card:
        """The card as it would be, or was."""
        card = self.new or self.old
        assert card is not None  # noqa: S101
        return card

    @property
    def code(self) -> str:
        return self.card.code

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def department(self) -> str:
        return self.card.lead_department

    @property
    def old_rate(self) -> str | None:
        """The published rate as displayed; None where the pledge is new."""
        return self.old.rate.display if self.old else None

    @property
    def new_rate(self) -> str | None:
        return self.new.rate.display if self.new else None

    @property
    def rate_differs(self) -> bool:
        return self.old is not None and self.new is not None and self.old_rate != self.new_rate

    @property
    def rate_change(self) -> Fraction | None:
        """How far the rate moves, in percent points; None where it shows the same or one side has none."""
        if self.old is None or self.new is None or self.old_rate == self.new_rate:
            return None
        before, after = _fraction(self.old.rate), _fraction(self.new.rate)
        return None if before is None or after is None else after - before

    @property
    def rate_begins_or_ends(self) -> bool:
        """Whether there is a rate on one side only, of a pledge that is on both."""
        return (
            self.old is not None
            and self.new is not None
            and (self.old_rate == NO_RATE) != (self.new_rate == NO_RATE)
        )

    @property
    def status_differs(self) -> bool:
        return (
            self.old is not None
            and self.new is not None
            and (self.old.status, self.old.own_status) != (self.new.status, self.new.own_status)
        )

    @property
    def newly_missing(self) -> bool:
        return bool(self.new and self.new.not_submitted and not (self.old and self.old.not_submitted))


@dataclass(frozen=True, slots=True)
class Group:
    """Pledges that differ in one way, those that differ most first."""

    key: str
    label: str
    rows: tuple[PledgeDifference, ...]

    @property
    def first(self) -> tuple[PledgeDifference, ...]:
        """The rows that stand open; a long list without figures that differ is folded whole."""
        if self.key == "missing" and len(self.rows) > SHOWN_AT_ONCE:
            return ()
        return self.rows[:SHOWN_AT_ONCE]

    @property
    def rest(self) -> tuple[PledgeDifference, ...]:
        return self.rows[len(self.first) :]


@dataclass(frozen=True, slots=True)
class Amounts:
    """A money total of the plan in 원, published and new; None is nothing entered."""

    label: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many pledges have a status, published and new."""

    status: str
    own_status: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class EditionPreview:
    """What publishing would make of one period.

    ``number`` is the edition it would get, ``seal`` names exactly these
    documents, ``base`` the edition it is compared with (None: nothing was
    published before), ``is_correction`` whether that is the period's own.
    ``money`` and ``statuses`` compare the totals; ``plan_fields`` are rules of the plan that differ;
    ``pledges`` is how many it would hold.
    """

    as_of: dt.date
    number: int
    seal: str
    base: Edition | None
    is_correction: bool
    old: PlanSummary | None
    new: PlanSummary
    plan_fields: tuple[FieldDifference, ...]
    money: tuple[Amounts, ...]
    statuses: tuple[StatusCount, ...]
    pledges: int
    differences: tuple[PledgeDifference, ...]
    groups: tuple[Group, ...]

    @property
    def is_short(self) -> bool:
        """Whether every value that differs fits on the page."""
        return len(self.differences) <= SHORT_LIST

    @property
    def old_headline(self) -> str | None:
        return self.old.headline.rate.display if self.old else None

    @property
    def new_headline(self) -> str:
        return self.new.headline.rate.display

    @property
    def not_submitted(self) -> tuple[str, ...]:
        """Codes of the pledges without an approved report of the period."""
        return tuple(line.code for line in self.new.not_submitted)


def preview_period(*, period: ReportingPeriod) -> list[EditionPreview]:
    """What ``publish_period`` would make now, the period's own edition first; empty for nothing.

    A fixed number of queries for each period that publishing concerns.
    """
    plan = plan_of(period)
    _concerned, pending = pending_editions(plan, period)
    return [_preview(plan, each) for each in pending]


def _preview(plan: Plan, pending: Pending) -> EditionPreview:
    base = pending.edition or _published_before(plan, pending.period.as_of)
    old = read_summary(base.summary) if base else None
    new = read_summary(pending.documents.summary)
    differences = _differences(base, pending.documents)
    return EditionPreview(
        as_of=pending.period.as_of,
        number=pending.number,
        seal=pending.seal,
        base=base,
        is_correction=pending.edition is not None,
        old=old,
        new=new,
        plan_fields=tuple(_plan_fields(old, new)) if old else (),
        money=tuple(_amounts(old, new)),
        statuses=tuple(_status_counts(old, new)),
        pledges=len(pending.documents.cards),
        differences=tuple(differences),
        groups=tuple(_groups(differences)) if base else (),
    )


def _published_before(plan: Plan, as_of: dt.date) -> Edition | None:
    return Edition.objects.for_plan(plan).before(as_of).newest_first().first()


# --- Pledges ------------------------------------------------------------------------


def _differences(base: Edition | None, documents: Documents) -> list[PledgeDifference]:
    """The pledges whose cards differ, in the plan's order, those that are gone last."""
    old = {row.code: row.card for row in base.pledges.in_order()} if base else {}
    found = []
    for card, document, _figure in documents.cards:
        published = old.pop(card.code, None)
        if published is None:
            found.append(PledgeDifference(None, card))
        elif published != document:
            # Read only where the text differs: most cards of a correction are as they were.
            before = read_card(published)
            if differing_fields(before, card):
                found.append(PledgeDifference(before, card, tuple(compare_cards(before, card))))
    return [*found, *(PledgeDifference(read_card(published), None) for published in old.values())]


_GROUPS: tuple[tuple[str, Any, Callable[[PledgeDifference], Any]], ...] = (
    ("up", gettext_lazy("Rate goes up"), lambda row: (row.rate_change or 0) > 0),
    ("down", gettext_lazy("Rate goes down"), lambda row: (row.rate_change or 0) < 0),
    (
        "begins",
        gettext_lazy("Rate given for the first time, or no more"),
        lambda row: row.rate_begins_or_ends,
    ),
    ("status", gettext_lazy("Status changes"), lambda row: row.status_differs),
    ("missing", gettext_lazy("Newly not submitted"), lambda row: row.newly_missing),
    ("new", gettext_lazy("New pledges"), lambda row: row.old is None),
    ("gone", gettext_lazy("Pledges that are gone"), lambda row: row.new is None),
)


def _groups(differences: Iterable[PledgeDifference]) -> Iterable[Group]:
    """The pledges by how their figures differ; one may stand in several groups. Empty groups are left out."""
    rows = list(differences)
    for key, label, belongs in _GROUPS:
        chosen = [row for row in rows if belongs(row)]
        if key in ("up", "down"):
            chosen.sort(key=lambda row: abs(row.rate_change or Fraction(0)), reverse=True)
        if chosen:
            yield Group(key, str(label), tuple(chosen))


def _fraction(rate: RateText) -> Fraction | None:
    """The exact rate; as displayed where the document leaves an over-long one out."""
    if rate.display in {"", NO_RATE}:
        return None
    return Fraction(rate.exact or rate.display)


# --- The plan as a whole ----------------------------------------------------------------


def _amounts(old: PlanSummary | None, new: PlanSummary) -> Iterable[Amounts]:
    for name, label in (
        ("planned", pgettext("money", "Planned")),
        ("secured", pgettext("money", "Secured")),
        ("executed", pgettext("money", "Executed")),
    ):
        yield Amounts(label, getattr(old, name) if old else None, getattr(new, name))


def _status_counts(old: PlanSummary | None, new: PlanSummary) -> Iterable[StatusCount]:
    """Statuses that some pledge has on either side, in the field's order, the plan's own last."""
    before = old.counts if old else {}
    own_before = old.own_status_counts if old else {}
    for status in Status:
        if status != Status.OTHER and (before.get(status) or new.counts.get(status)):
            yield StatusCount(status, "", before.get(status, 0), new.counts.get(status, 0))
    for name in dict.fromkeys([*new.own_status_counts, *own_before]):
        yield StatusCount(Status.OTHER, name, own_before.get(name, 0), new.own_status_counts.get(name, 0))


def _plan_fields(old: PlanSummary, new: PlanSummary) -> Iterable[FieldDifference]:
    """The rules of the plan under which figures are shown, where they differ."""

    def rules(summary: PlanSummary) -> dict[str, str]:
        header: PlanHeader = summary.plan
        return {
            _("Name of the plan"): header.name,
            _("Headline formula"): str(HeadlineMethod(summary.headline.method).label),
            _("Dropped pledges count in the denominator"): _("Yes") if summary.counts_dropped else _("No"),
            _("Money unit"): str(MoneyUnit(header.money_unit).label),
            _("Decimals of displayed rates"): str(header.decimals),
            _("Rounding"): str(Rounding(header.rounding).label),
        }

    after = rules(new)
    for label, before in rules(old).items():
        if before != after[label]:
            yield FieldDifference(label, before, after[label])
