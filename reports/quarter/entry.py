"""What the quarterly form of one pledge shows: the report, and everything it is read against.

``read_entry`` collects it in a constant number of queries. "Before" always
means: of the live reports of earlier periods, so that a draft never counts.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from budgets.models import Executed, SubProject
from pledges.duedates import read_due_dates
from pledges.enums import IndicatorKind, Mark, MoneySource, ReportState, Status
from pledges.models import (
    Achievement,
    Actual,
    DueExtension,
    Indicator,
    OwnStatus,
    Pledge,
    ProgressReport,
    ReportComment,
    ReportingPeriod,
    ScheduleMark,
    ScheduleTask,
)
from pledges.notation import format_year_value
from pledges.workflow import EDITABLE, quarters_of
from reports.fulfilment import IndicatorFulfilment, PledgeFulfilment, entered_sum, pledge_fulfilments
from reports.models import EditionPledge


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """An indicator with what its new value is measured against.

    ``target_text`` is the year's target in the card's notation ("1(4)");
    ``target`` is to date, ``final`` the last; None where none was given.
    ``value`` is what the report holds; None is "not entered".
    """

    indicator: Indicator
    before: IndicatorFulfilment
    target_text: str
    target: Decimal | None
    final: Decimal | None
    value: Decimal | None

    @property
    def is_cumulative(self) -> bool:
        return self.indicator.kind == IndicatorKind.CUMULATIVE

    def after(self, value: Decimal | None) -> Decimal | None:
        """The sum, or the latest level, once ``value`` is this period's."""
        if value is None:
            return self.before.actual
        if self.is_cumulative and self.before.actual is not None:
            return self.before.actual + value
        return value


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """A sub-project: 원 by source, planned in all, executed before and in this report."""

    sub_project: SubProject
    planned: Mapping[str, int]
    before: Mapping[str, int]
    executed: Mapping[str, int]

    @property
    def sources(self) -> list[MoneySource]:
        """The sources of this sub-project that may be told apart, in the table's order."""
        known = set(self.planned) | set(self.before) | set(self.executed)
        return [source for source in MoneySource if source in known and source is not MoneySource.UNSPECIFIED]

    @property
    def planned_total(self) -> int | None:
        return entered_sum(self.planned.values())

    @property
    def before_total(self) -> int | None:
        return entered_sum(self.before.values())

    @property
    def executed_total(self) -> int | None:
        return entered_sum(self.executed.values())


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in one quarter of the period: planned or not, its mark before, its mark in the report."""

    task: ScheduleTask
    year: int
    quarter: int
    is_planned: bool
    before: str
    mark: str

    @property
    def mark_label(self) -> Any:
        return Mark(self.mark).label if self.mark else ""


@dataclass(frozen=True)
class Entry:
    """One pledge in one period. ``report`` is the revision in hand: the unfinished one, else the live one."""

    pledge: Pledge
    period: ReportingPeriod
    report: ProgressReport | None
    live: ProgressReport | None
    before: PledgeFulfilment
    indicators: Sequence[IndicatorLine]
    money: Sequence[MoneyLine]
    tasks: Sequence[TaskLine]
    achievements: Sequence[Achievement]
    earlier_achievements: Sequence[Achievement]
    previous: ProgressReport | None
    own_statuses: Sequence[OwnStatus]
    comments: Sequence[ReportComment]
    revisions: Sequence[ProgressReport]
    extension: DueExtension | None

    @property
    def due_on(self) -> dt.date:
        """By when the lead department has to hand in."""
        return self.extension.due_on if self.extension else self.period.due_on

    @property
    def is_late(self) -> bool:
        """Handed in after its due date."""
        submitted_at = self.report.submitted_at if self.report else None
        return submitted_at is not None and timezone.localdate(submitted_at) > self.due_on

    @property
    def unfinished(self) -> ProgressReport | None:
        return self.report if self.report and self.report.state != ReportState.APPROVED else None

    @property
    def is_editable(self) -> bool:
        """Whether a form may be filled in here: a draft or returned report, or none yet in an open period."""
        if self.report is None:
            return self.period.is_open
        return self.report.state in EDITABLE

    @property
    def is_correction(self) -> bool:
        """Whether what is written now changes something settled."""
        return not self.period.is_open or self.live is not None

    @property
    def version(self) -> int:
        """The version that a form saves against; 0 where there is no unfinished report yet."""
        return self.unfinished.version if self.unfinished else 0

    @property
    def status(self) -> str:
        """The 추진상황 in force with this report."""
        return (self.report.status if self.report else "") or self.before.status

    @property
    def quarters(self) -> list[tuple[int, int]]:
        return quarters_of(self.period)


@dataclass(frozen=True, slots=True)
class Settlement:
    """When a period was closed and published.

    ``went_out_missing``: its last edition says of the pledge that no report came in.
    """

    closed_on: dt.date | None
    published_on: dt.date | None
    went_out_missing: bool


def read_entry(pledge: Pledge, period: ReportingPeriod, report: ProgressReport | None = None) -> Entry:
    """Everything the form and the review of this pledge and period show.

    ``report`` chooses an older revision; without it, it is the one in hand.
    ``pledge.plan.term`` must be loaded, or costs queries.
    """
    revisions = list(ProgressReport.objects.for_pledge(pledge).for_period(period).with_people().by_revision())
    live = next((each for each in revisions if each.state == ReportState.APPROVED), None)
    unfinished = next((each for each in revisions if each.state != ReportState.APPROVED), None)
    current = report or unfinished or live
    for each in revisions:
        each.period, each.pledge = period, pledge
    eve = period.as_of - dt.timedelta(days=1)
    (before,) = pledge_fulfilments(pledge.plan, eve, [pledge.pk])
    earlier = ProgressReport.objects.for_pledge(pledge).live().before(period.as_of)
    return Entry(
        pledge=pledge,
        period=period,
        report=current,
        live=live,
        before=before,
        indicators=_indicators(pledge, period, current, before),
        money=_money(pledge, period, current, eve),
        tasks=_tasks(pledge, period, current),
        achievements=list(Achievement.objects.filter(report=current)) if current else [],
        earlier_achievements=list(
            Achievement.objects.for_live_reports(pledge.plan, eve).for_pledges([pledge.pk])
        ),
        previous=earlier.in_term().with_people().newest_first().first(),
        own_statuses=list(OwnStatus.objects.filter(plan=pledge.plan)),
        comments=list(ReportComment.objects.filter(report__in=revisions).select_related("author", "report")),
        revisions=revisions,
        extension=read_due_dates([period]).extension(period, pledge.lead_department_id),
    )


def settlement_of(entry: Entry) -> Settlement | None:
    """What became of the period of an unfinished report meanwhile; None while it is open."""
    period = entry.period
    if period.is_open:
        return None
    rows = EditionPledge.objects.for_published(period, entry.pledge) if period.is_published else None
    return Settlement(
        closed_on=_day(period.closed_at),
        published_on=_day(period.published_at),
        went_out_missing=rows is not None and rows.not_submitted_last(),
    )


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localdate(moment) if moment else None


def _indicators(
    pledge: Pledge, period: ReportingPeriod, report: ProgressReport | None, before: PledgeFulfilment
) -> list[IndicatorLine]:
    values = dict(Actual.objects.filter(report=report).values_list("indicator", "value")) if report else {}
    figures = {figure.pk: figure for figure in before.indicators}
    lines = []
    for indicator in pledge.indicators.prefetch_related("targets"):
        by_year = {target.year: target.value for target in indicator.targets.all()}
        given = [value for year, value in sorted(by_year.items()) if year <= period.as_of.year]
        own = by_year.get(period.as_of.year)
        if indicator.kind == IndicatorKind.CUMULATIVE:
            to_date = sum(given, Decimal(0)) if given else None
            text = format_year_value(own, to_date)
        else:
            to_date = given[-1] if given else None
            text = format_year_value(to_date)
        lines.append(
            IndicatorLine(
                indicator=indicator,
                before=figures[indicator.pk],
                target_text=text,
                target=to_date,
                final=figures[indicator.pk].target,
                value=values.get(indicator.pk),
            )
        )
    return lines


def _money(
    pledge: Pledge, period: ReportingPeriod, report: ProgressReport | None, eve: dt.date
) -> list[MoneyLine]:
    def by_sub_project(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
        sums: dict[int, dict[str, int]] = {}
        for sub_project, source, amount in rows:
            by_source = sums.setdefault(sub_project, {})
            by_source[source] = by_source.get(source, 0) + amount
        return sums

    columns = ("sub_project", "source", "amount")
    spent = by_sub_project(
        Executed.objects.for_live_reports(pledge.plan, eve).for_pledges([pledge.pk]).values_list(*columns)
    )
    now = by_sub_project(Executed.objects.filter(report=report).values_list(*columns)) if report else {}
    lines = []
    for sub_project in pledge.sub_projects.prefetch_related("investments"):
        planned = by_sub_project(
            (sub_project.pk, row.source, row.amount) for row in sub_project.investments.all()
        )
        lines.append(
            MoneyLine(
                sub_project=sub_project,
                planned=planned.get(sub_project.pk, {}),
                before=spent.get(sub_project.pk, {}),
                executed=now.get(sub_project.pk, {}),
            )
        )
    return lines


def _tasks(pledge: Pledge, period: ReportingPeriod, report: ProgressReport | None) -> list[TaskLine]:
    quarters = quarters_of(period)
    held: dict[tuple[int, int, int], str] = {}
    if report:
        held = {(row.task_id, row.year, row.quarter): row.mark for row in report.marks.all()}
    before: dict[tuple[int, int, int], str] = {}
    eve = period.as_of - dt.timedelta(days=1)
    marks = ScheduleMark.objects.for_live_reports(pledge.plan, eve).for_pledges([pledge.pk])
    for row in marks.order_by("report__period__as_of"):
        before[row.task_id, row.year, row.quarter] = row.mark
    lines = []
    for task in pledge.tasks.prefetch_related("planned_quarters"):
        planned = {(row.year, row.quarter) for row in task.planned_quarters.all()}
        lines += [
            TaskLine(
                task=task,
                year=year,
                quarter=quarter,
                is_planned=(year, quarter) in planned,
                before=before.get((task.pk, year, quarter), ""),
                mark=held.get((task.pk, year, quarter), ""),
            )
            for year, quarter in quarters
        ]
    return lines


def status_label(status: str, own_statuses: Iterable[OwnStatus] = (), own_status: Any = None) -> Any:
    """The word for a status; the plan's own word where it is one of its own."""
    if status == Status.OTHER and own_status:
        return own_status.name
    return Status(status).label if status else ""
