"""What changed from one edition to another: frozen beside the editions, told once for everybody who reads.

Every edition is compared with the current one of the 기준일 before it for as long as it is current itself,
and where it corrects an earlier edition of its own 기준일 with that one. What is told is a function of two
editions, and they never change; so a comparison is made once, when the later of the two is published, and
front page, list, changes page, feeds and data files read it. None of them decides what moved.

A status moved where its code or the city's own word is another one. A rate moved where the exact rate is
another one, even by less than is shown: who recomputes from the published figures finds the same pledges
that are told here, and a rate that creeps by hundredths for years doesn't pass unseen. Pages then show as
many decimals as tell the two apart. A pledge fell behind where its attainment of the targets to date is
below 100 and was not before.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pledges.enums import Status
from reports.cards import Card, read_card
from reports.frozen import from_json, to_json
from reports.models import Edition, EditionChange, EditionComparison, EditionPledge
from reports.promises import PromiseChange, promise_changes, to_document
from reports.querysets import WHOLE
from reports.summaries import PlanSummary, read_summary

COMPLETED = (Status.CLOSED, Status.CONTINUING)
# Ways in which a pledge moved. One may have moved in several.
ADDED, REMOVED = "added", "removed"
COMPLETED_NOW, STATUS, UP, DOWN, BEHIND = "completed", "status", "up", "down", "behind"
WRITTEN_AT_ONCE = 500


# --- One pledge -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pledge stood in an edition. ``exact`` is its rate in lowest terms, None for none (and where
    it has over 100 digits); ``rate_sort`` and ``to_date_sort`` are millionths of a percent."""

    code: str
    name: str
    status: str
    status_label: str
    rate_sort: int | None
    rate_display: str
    exact: str | None
    to_date_sort: int | None
    to_date_display: str

    @property
    def judged(self) -> tuple[str, str]:
        return self.status, self.status_label

    @property
    def rate(self) -> tuple[int | None, str | None]:
        return self.rate_sort, self.exact

    @property
    def is_behind(self) -> bool:
        return self.to_date_sort is not None and self.to_date_sort < WHOLE

    @property
    def worth(self) -> Fraction | None:
        """The rate in percent, as exactly as it is known."""
        if self.exact is not None:
            return Fraction(self.exact)
        return None if self.rate_sort is None else Fraction(self.rate_sort, 10**6)


def read_standing(document: Mapping[str, Any] | None) -> Standing | None:
    return None if document is None else from_json(Standing, document)


def ways_moved(before: Standing | None, after: Standing | None) -> tuple[str, ...]:
    """How a pledge moved between two editions; nothing where it did not. The one rule of it."""
    if before is None or after is None:
        return (ADDED,) if after else (REMOVED,)
    found = []
    if after.status in COMPLETED and before.status not in COMPLETED:
        found.append(COMPLETED_NOW)
    elif after.judged != before.judged:
        found.append(STATUS)
    if after.rate != before.rate:
        # A rate that is given for the first time went up from nothing, one that is taken back went down.
        was, now = before.worth, after.worth
        found.append(UP if was is None or (now is not None and now >= was) else DOWN)
    if after.is_behind and not before.is_behind:
        found.append(BEHIND)
    return tuple(found)


# --- Two editions -----------------------------------------------------------------

# A row of an edition as it is compared: its pledge's key, its place, where it stands, its card's document.
Row = tuple[int, int, Standing, Mapping[str, Any]]
COLUMNS = (
    "pledge",
    "position",
    "code",
    "name",
    "status",
    "status_label",
    "rate_sort",
    "rate_display",
    "to_date_sort",
    "to_date_display",
    "card",
)


def row_of(values: Sequence[Any]) -> Row:
    """A row from the values of ``COLUMNS``."""
    pledge, position, code, name, status, label, rate_sort, rate, to_date_sort, to_date, card = values
    exact = card["rate"]["exact"]
    standing = Standing(code, name, status, label, rate_sort, rate, exact, to_date_sort, to_date)
    return pledge, position, standing, card


@dataclass(frozen=True, slots=True)
class Change:
    """A pledge that is otherwise in the later of two editions: how it moved, what it promises otherwise."""

    pledge: int
    position: int
    before: Standing | None
    after: Standing | None
    promises: tuple[PromiseChange, ...]

    @property
    def fields(self) -> dict[str, Any]:
        """The columns of its row."""
        last = self.after or self.before
        assert last is not None  # noqa: S101 - a change is of a pledge in one of the two
        groups = dict.fromkeys(promise.group.value for promise in self.promises)
        return {
            "pledge_id": self.pledge,
            "position": self.position,
            "code": last.code,
            "name": last.name,
            "presence": "both" if self.before and self.after else ADDED if self.after else REMOVED,
            "has_moved": bool(ways_moved(self.before, self.after)),
            "has_promises": bool(self.promises),
            "groups": f",{','.join(groups)}," if groups else "",
            "before": to_json(self.before),
            "after": to_json(self.after),
            "promises": to_document(self.promises),
        }


def compare_rows(old: Iterable[Row], new: Iterable[Row]) -> list[Change]:
    """The pledges of two editions that changed, in the new one's order, those that are gone at the end."""
    before = {row[0]: row for row in old}
    found = []
    for pledge, position, standing, card in new:
        was = before.pop(pledge, None)
        if was is None:
            found.append(Change(pledge, position, None, standing, ()))
            continue
        promises = _promises(was[3], card)
        if promises or ways_moved(was[2], standing):
            found.append(Change(pledge, position, was[2], standing, promises))
    last = max((change.position for change in found), default=0)
    for place, (pledge, _position, standing, _card) in enumerate(before.values(), 1):
        found.append(Change(pledge, last + place, standing, None, ()))
    return found


# Parts of a card's document that hold nothing of its promise.
PROGRESS = frozenset(
    {"as_of", "plan", "position", "status", "own_status", "rate", "to_date", "rate_is_entered"}
    | {"not_submitted", "achievements", "cause", "remedy"}
)


def _promises(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[PromiseChange, ...]:
    # Most cards of a quarter promise what they promised: documents alike need not be read.
    names = (old.keys() | new.keys()) - PROGRESS
    if all(old.get(name) == new.get(name) for name in names):
        return ()
    before: Card = read_card(old)
    return promise_changes(before, read_card(new))


def rule_changes(old: PlanSummary, new: PlanSummary) -> list[dict[str, str]]:
    """By which rules the plan as a whole is shown otherwise: name, headline formula, decimals, rounding,
    whether dropped pledges count. Codes and numbers as text."""

    def rules(summary: PlanSummary) -> dict[str, str]:
        return {
            "plan_name": summary.plan.name,
            "headline_method": summary.headline.method,
            "decimals": str(summary.plan.decimals),
            "rounding": summary.plan.rounding,
            "counts_dropped": str(summary.counts_dropped).lower(),
        }

    before, after = rules(old), rules(new)
    return [
        {"kind": kind, "before": before[kind], "after": after[kind]}
        for kind in after
        if before[kind] != after[kind]
    ]


# --- A plan -------------------------------------------------------------------------

Published = tuple[int, dt.date, int, dt.datetime]


def pairs_of(editions: Iterable[Published]) -> list[tuple[int, int]]:
    """Which of a plan's editions (key, 기준일, number, moment of publication) are compared: (before, after)
    by their keys. Editions and pairs are in the order of publication.

    Whatever was current beside what was current of the date before, and each correction with what it
    corrects. An edition that is superseded stays readable with what it was compared with last; it is not
    compared again, so one publication makes two comparisons an edition and one with the date after at most.
    """
    current: dict[dt.date, int] = {}
    pairs: list[tuple[int, int]] = []
    for step in _steps(editions):
        corrects = {key: current[as_of] for as_of, key in step.items() if as_of in current}
        current |= step
        dates = sorted(current)
        found = dict(zip(dates[1:], dates, strict=False))
        for as_of in dates:
            before = found.get(as_of)
            if before is not None and (as_of in step or before in step):
                pairs.append((current[before], current[as_of]))
            if current[as_of] in corrects:
                pairs.append((corrects[current[as_of]], current[as_of]))
    return pairs


def _steps(editions: Iterable[Published]) -> list[dict[dt.date, int]]:
    """What was published at once: a date and those after it that it changed."""
    steps: list[dict[dt.date, int]] = []
    moment, last = None, None
    for key, as_of, _number, published_at in editions:
        if published_at != moment or last is None or as_of <= last:
            steps.append({})
        steps[-1][as_of] = key
        moment, last = published_at, as_of
    return steps


def compare_published(plan: Any, using: str | None = None) -> int:
    """Compare the editions of the plan that have not been compared yet; how many comparisons that made.

    Belongs into the transaction that publishes. Reads two editions' cards at a time, each edition's once in
    a publication. ``using`` is the database, where it isn't the one that is usual.
    """
    editions = Edition.objects.using(using).for_plan(plan)
    comparisons = EditionComparison.objects.using(using)
    known = set(comparisons.for_plan(plan).keys_of_editions())
    missing = [pair for pair in pairs_of(editions.placed()) if pair not in known]
    pledges = EditionPledge.objects.using(using)
    read = _reader(lambda key: [row_of(values) for values in pledges.for_edition(key).compared(COLUMNS)])
    summaries = _reader(lambda key: read_summary(editions.summary_of(key)))
    for before, after in missing:
        changes = compare_rows(read(before), read(after))
        header = comparison_fields(before, after, changes, rule_changes(summaries(before), summaries(after)))
        comparison = comparisons.create(**header)
        EditionChange.objects.using(using).bulk_create(
            (EditionChange(comparison=comparison, **change.fields) for change in changes),
            batch_size=WRITTEN_AT_ONCE,
        )
    return len(missing)


def comparison_fields(
    before: int, after: int, changes: Sequence[Change], rules: list[dict[str, str]]
) -> dict[str, Any]:
    """The columns of a comparison: the two editions and how many pledges changed in which way."""
    both = [change for change in changes if change.before and change.after]
    return {
        "before_id": before,
        "edition_id": after,
        "promised": sum(bool(change.promises) for change in both),
        "moved": sum(bool(ways_moved(change.before, change.after)) for change in both),
        "added": sum(change.before is None for change in changes),
        "removed": sum(change.after is None for change in changes),
        "rules": rules,
    }


def _reader(read: Callable[[int], Any]) -> Callable[[int], Any]:
    """``read``, keeping the two editions that were asked for last: pairs share one with the next."""
    kept: dict[int, Any] = {}

    def reader(key: int) -> Any:
        if key in kept:
            kept[key] = kept.pop(key)
        else:
            while len(kept) > 1:
                kept.pop(next(iter(kept)))
            kept[key] = read(key)
        return kept[key]

    return reader
