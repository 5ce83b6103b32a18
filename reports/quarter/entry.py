"""What the quarterly form of one pledge shows: the report, and everything it is read against.

``read_entries`` collects it for any number of pledges in a constant number of
queries. "Before" always means: of the live reports of earlier periods, so that
a draft never counts.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.utils import timezone

from budgets.models import Executed, SubProject
from pledges.duedates import read_due_dates
from pledges.enums import IndicatorKind, Mark, MoneySource, ReportState, Span, Status
from pledges.models import (
    Achievement,
    Actual,
    DueExtension,
    EvidenceFile,
    Indicator,
    OwnStatus,
    Plan,
    Pledge,
    ProgressReport,
    ReportComment,
    ReportingPeriod,
    ScheduleMark,
    ScheduleTask,
)
from pledges.notation import format_year_value
from pledges.workflow import EDITABLE, quarters_of, saved_version
from reports.fulfilment import IndicatorFulfilment, PledgeFulfilment, entered_sum, pledge_fulfilments
from reports.models import EditionPledge

Row = TypeVar("Row")


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
    """A sub-project: 원 by source, planned in all, secured up to the period's year (before the term
    included), executed before and in this report."""

    sub_project: SubProject
    planned: Mapping[str, int]
    secured: Mapping[str, int]
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
    def secured_total(self) -> int | None:
        return entered_sum(self.secured.values())

    @property
    def before_total(self) -> int | None:
        return entered_sum(self.before.values())

    @property
    def executed_total(self) -> int | None:
        return entered_sum(self.executed.values())

    @property
    def after_total(self) -> int | None:
        """Executed in all, this report included."""
        return entered_sum([self.before_total, self.executed_total])


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
    """One pledge in one period. ``report`` is the revision in hand: the unfinished one, else the live one.

    ``corrected_evidence`` are the files of the live report that it corrects; none where it corrects none.
    """

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
    evidence: Sequence[EvidenceFile]
    corrected_evidence: Sequence[EvidenceFile]
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
        """The version that a form saves against; 0 where nothing of a form is saved yet."""
        return saved_version(self.unfinished)

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
    chosen = {pledge.pk: report} if report else None
    (entry,) = read_entries(pledge.plan, period, [pledge], chosen=chosen)
    return entry


def read_entries(
    plan: Plan,
    period: ReportingPeriod,
    pledges: Collection[Pledge],
    *,
    chosen: Mapping[int, ProgressReport] | None = None,
    earlier_achievements: bool = True,
) -> list[Entry]:
    """The entries of these pledges of one plan in a period, in their order.

    A constant number of queries, whatever the number of pledges. ``chosen``
    names an older revision by pledge (its id); ``earlier_achievements`` False
    leaves those out, for whoever lists many. Afterwards each pledge's ``plan``
    is the one given.
    """
    pledges = list(pledges)
    if not pledges:
        return []
    material = _Material(plan, period, pledges, chosen or {}, earlier_achievements=earlier_achievements)
    return [material.entry(pledge) for pledge in pledges]


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


class _Material:
    """What the entries of some pledges are made of, read once and sorted by what it hangs on."""

    def __init__(
        self,
        plan: Plan,
        period: ReportingPeriod,
        pledges: Sequence[Pledge],
        chosen: Mapping[int, ProgressReport],
        *,
        earlier_achievements: bool,
    ) -> None:
        self.plan, self.period = plan, period
        self.quarters = quarters_of(period)
        keys = [pledge.pk for pledge in pledges]
        eve = period.as_of - dt.timedelta(days=1)
        self.before = {figure.pk: figure for figure in pledge_fulfilments(plan, eve, keys)}

        self.revisions: dict[int, list[ProgressReport]] = defaultdict(list)
        by_key = {pledge.pk: pledge for pledge in pledges}
        for pledge in pledges:
            pledge.plan = plan
        for report in ProgressReport.objects.for_pledges(keys).for_period(period).with_people().by_revision():
            report.period, report.pledge = period, by_key[report.pledge_id]
            self.revisions[report.pledge_id].append(report)
        self.in_hand = {key: chosen.get(key) or _in_hand(self.revisions[key]) for key in keys}
        reports = [report.pk for report in self.in_hand.values() if report]
        every = [report for revisions in self.revisions.values() for report in revisions]
        live = [report.pk for report in every if report.state == ReportState.APPROVED]
        earlier = ProgressReport.objects.for_pledges(keys).live().before(period.as_of).in_term()
        self.previous = {report.pledge_id: report for report in earlier.latest_of_each_pledge().with_people()}

        self.comments = _by_key(
            ReportComment.objects.filter(report__in=every).select_related("author", "report"),
            lambda row: row.report.pledge_id,
        )
        self.evidence = _by_key(
            EvidenceFile.objects.filter(report__in={*reports, *live}).select_related("uploaded_by"),
            lambda row: row.report_id,
        )
        self.achievements = _by_key(Achievement.objects.filter(report__in=reports), lambda row: row.report_id)
        self.earlier_achievements: Mapping[int, list[Achievement]] = {}
        if earlier_achievements:
            lines = Achievement.objects.for_live_reports(plan, eve).for_pledges(keys)
            self.earlier_achievements = _by_key(
                lines.select_related("report"), lambda row: row.report.pledge_id
            )

        self.indicators = _by_key(
            Indicator.objects.filter(pledge__in=keys).prefetch_related("targets"), lambda row: row.pledge_id
        )
        self.values = {
            (report, indicator): value
            for report, indicator, value in Actual.objects.filter(report__in=reports).values_list(
                "report", "indicator", "value"
            )
        }
        self.sub_projects = _by_key(
            SubProject.objects.filter(pledge__in=keys).prefetch_related("investments", "secured"),
            lambda row: row.pledge_id,
        )
        spent = Executed.objects.for_live_reports(plan, eve).for_pledges(keys)
        self.spent = _by_source(spent.values_list("sub_project", "source", "amount"))
        self.executed = _by_source(
            Executed.objects.filter(report__in=reports).values_list("sub_project", "source", "amount")
        )
        self.tasks = _by_key(
            ScheduleTask.objects.filter(pledge__in=keys).prefetch_related("planned_quarters"),
            lambda row: row.pledge_id,
        )
        columns = ("task", "year", "quarter", "mark")
        self.marks = {
            (task, year, quarter): mark
            for task, year, quarter, mark in ScheduleMark.objects.filter(report__in=reports)
            .order_by("pk")
            .values_list(*columns)
        }
        # In the order of the periods: what a later report says of a quarter replaces the earlier mark.
        marked = ScheduleMark.objects.for_live_reports(plan, eve).for_pledges(keys).in_period_order()
        self.marked = {
            (task, year, quarter): mark for task, year, quarter, mark in marked.values_list(*columns)
        }
        self.own_statuses = list(OwnStatus.objects.filter(plan=plan))
        self.due = read_due_dates([period])

    def entry(self, pledge: Pledge) -> Entry:
        report = self.in_hand[pledge.pk]
        key = report.pk if report else None
        revisions = self.revisions[pledge.pk]
        live = next((each for each in revisions if each.state == ReportState.APPROVED), None)
        return Entry(
            pledge=pledge,
            period=self.period,
            report=report,
            live=live,
            before=self.before[pledge.pk],
            indicators=self._indicators(pledge, key),
            money=self._money(pledge),
            tasks=self._tasks(pledge),
            achievements=self.achievements.get(key or 0, []),
            earlier_achievements=self.earlier_achievements.get(pledge.pk, []),
            previous=self.previous.get(pledge.pk),
            own_statuses=self.own_statuses,
            comments=self.comments.get(pledge.pk, []),
            evidence=self.evidence.get(key or 0, []),
            corrected_evidence=self.evidence.get(live.pk, []) if live and live != report else [],
            revisions=revisions,
            extension=self.due.extension(self.period, pledge.lead_department_id),
        )

    def _indicators(self, pledge: Pledge, report: int | None) -> list[IndicatorLine]:
        figures = {figure.pk: figure for figure in self.before[pledge.pk].indicators}
        year = self.period.as_of.year
        lines = []
        for indicator in self.indicators.get(pledge.pk, ()):
            by_year = {target.year: target.value for target in indicator.targets.all()}
            given = [value for each, value in sorted(by_year.items()) if each <= year]
            if indicator.kind == IndicatorKind.CUMULATIVE:
                to_date = sum(given, Decimal(0)) if given else None
                text = format_year_value(by_year.get(year), to_date)
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
                    value=self.values.get((report, indicator.pk)) if report else None,
                )
            )
        return lines

    def _money(self, pledge: Pledge) -> list[MoneyLine]:
        year = self.period.as_of.year
        return [
            MoneyLine(
                sub_project=sub_project,
                planned=_sums((row.source, row.amount) for row in sub_project.investments.all()),
                secured=_sums(
                    (row.source, row.amount)
                    for row in sub_project.secured.all()
                    if row.span == Span.PRIOR or (row.year is not None and row.year <= year)
                ),
                before=self.spent.get(sub_project.pk, {}),
                executed=self.executed.get(sub_project.pk, {}),
            )
            for sub_project in self.sub_projects.get(pledge.pk, ())
        ]

    def _tasks(self, pledge: Pledge) -> list[TaskLine]:
        lines = []
        for task in self.tasks.get(pledge.pk, ()):
            planned = {(row.year, row.quarter) for row in task.planned_quarters.all()}
            lines += [
                TaskLine(
                    task=task,
                    year=year,
                    quarter=quarter,
                    is_planned=(year, quarter) in planned,
                    before=self.marked.get((task.pk, year, quarter), ""),
                    mark=self.marks.get((task.pk, year, quarter), ""),
                )
                for year, quarter in self.quarters
            ]
        return lines


def _in_hand(revisions: Sequence[ProgressReport]) -> ProgressReport | None:
    """Of a pledge's revisions, newest first, the unfinished one, else the live one."""
    unfinished = (each for each in revisions if each.state != ReportState.APPROVED)
    return next(unfinished, revisions[0] if revisions else None)


def _by_key(rows: Iterable[Row], key: Callable[[Row], int]) -> dict[int, list[Row]]:
    """Rows by what they hang on, in their order."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _by_source(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    """원 by sub-project and source."""
    pairs: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for sub_project, source, amount in rows:
        pairs[sub_project].append((source, amount))
    return {sub_project: _sums(amounts) for sub_project, amounts in pairs.items()}


def _sums(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for source, amount in amounts:
        found[source] = found.get(source, 0) + amount
    return found


def status_label(status: str, own_statuses: Iterable[OwnStatus] = (), own_status: Any = None) -> Any:
    """The word for a status; the plan's own word where it is one of its own."""
    if status == Status.OTHER and own_status:
        return own_status.name
    return Status(status).label if status else ""
