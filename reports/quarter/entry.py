"""What the quarterly form of one pledge shows: the report, and everything it is read against.

``read_entries`` collects it for any number of pledges in a constant number of
queries. "Before" always means: of the live reports of earlier periods, so that
a draft never counts.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.utils import timezone

from budgets.models import Executed, Investment, Secured, SubProject
from pledges.duedates import DueDates, read_due_dates
from pledges.enums import IndicatorKind, Mark, MoneySource, ReportState, Span, Status
from pledges.models import (
    Achievement,
    Actual,
    DueExtension,
    EvidenceFile,
    Indicator,
    OwnStatus,
    Plan,
    PlannedQuarter,
    Pledge,
    ProgressReport,
    ReportComment,
    ReportingPeriod,
    ScheduleMark,
    ScheduleTask,
    YearlyTarget,
)
from pledges.notation import format_year_value
from pledges.workflow import EDITABLE, quarters_of, saved_version
from reports.fulfilment import (
    IndicatorFulfilment,
    InForce,
    PledgeFulfilment,
    entered_sum,
    pledge_fulfilments,
)
from reports.models import EditionPledge
from reports.quarter.study_groups import GroupEvent, group_events

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Held:
    """What one report holds: values by indicator, 원 by sub-project and source, marks by task, year and
    quarter, achievements in their order."""

    values: Mapping[int, Decimal]
    executed: Mapping[int, Mapping[str, int]]
    marks: Mapping[tuple[int, int, int], str]
    achievements: Sequence[Achievement]


NOTHING_HELD = Held(values={}, executed={}, marks={}, achievements=())


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator with what its new value is measured against.

    ``value`` is what the report holds; None is "not entered".
    """

    indicator: Indicator
    value: Decimal | None
    material: "_Material" = field(repr=False, compare=False)

    @cached_property
    def before(self) -> IndicatorFulfilment:
        return self.material.indicator_figures[self.indicator.pk]

    @property
    def final(self) -> Decimal | None:
        """The last target; None where none was given."""
        return self.before.target

    @property
    def target(self) -> Decimal | None:
        """The target to date; None where none was given."""
        return self._target[0]

    @property
    def target_text(self) -> str:
        """The year's target in the card's notation ("1(4)")."""
        return self._target[1]

    @cached_property
    def _target(self) -> tuple[Decimal | None, str]:
        year = self.material.period.as_of.year
        by_year = self.material.targets.get(self.indicator.pk, {})
        given = [value for each, value in sorted(by_year.items()) if each <= year]
        if self.is_cumulative:
            to_date = sum(given, Decimal(0)) if given else None
            return to_date, format_year_value(by_year.get(year), to_date)
        to_date = given[-1] if given else None
        return to_date, format_year_value(to_date)

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


@dataclass(frozen=True)
class MoneyLine:
    """A sub-project: 원 by source, planned in all, executed before and in this report."""

    sub_project: SubProject
    planned: Mapping[str, int]
    before: Mapping[str, int]
    executed: Mapping[str, int]
    material: "_Material" = field(repr=False, compare=False)

    @property
    def sources(self) -> list[MoneySource]:
        """The sources of this sub-project that may be told apart, in the table's order."""
        known = set(self.planned) | set(self.before) | set(self.executed)
        return [source for source in MoneySource if source in known and source is not MoneySource.UNSPECIFIED]

    @property
    def secured(self) -> Mapping[str, int]:
        """Secured up to the period's year, before the term included."""
        return self.material.secured.get(self.sub_project.pk, {})

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


@dataclass(frozen=True)
class TaskLine:
    """A task in one quarter of the period: planned or not, its mark before, its mark in the report."""

    task: ScheduleTask
    year: int
    quarter: int
    before: str
    mark: str
    material: "_Material" = field(repr=False, compare=False)

    @property
    def is_planned(self) -> bool:
        return (self.task.pk, self.year, self.quarter) in self.material.planned_quarters

    @property
    def mark_label(self) -> Any:
        return Mark(self.mark).label if self.mark else ""


@dataclass(frozen=True, eq=False)
class Entry:
    """One pledge in one period. ``report`` is the revision in hand: the unfinished one, else the live one.

    The revisions and what the one in hand holds are read at once, so that a
    form never shows a newer text under an older version. Everything they are
    read against is read when it is first asked for, for all entries that were
    read together: saving a form asks for little of it.
    """

    pledge: Pledge
    period: ReportingPeriod
    report: ProgressReport | None
    revisions: Sequence[ProgressReport]
    held: Held
    material: "_Material" = field(repr=False)

    @property
    def live(self) -> ProgressReport | None:
        return next((each for each in self.revisions if each.state == ReportState.APPROVED), None)

    @property
    def before(self) -> PledgeFulfilment:
        """The figures of the day before the period's 기준일."""
        return self.material.before[self.pledge.pk]

    @property
    def status_before(self) -> Status:
        """``before.status``, for whoever needs no figures."""
        return self.material.in_force.statuses.get(self.pledge.pk, (Status.NONE, ""))[0]

    @property
    def own_status_before(self) -> str:
        """``before.own_status``, for whoever needs no figures."""
        return self.material.in_force.statuses.get(self.pledge.pk, (Status.NONE, ""))[1]

    @property
    def rate_was_entered(self) -> bool:
        """``before.rate_is_entered``, for whoever needs no figures."""
        return not self.indicators and self.material.in_force.rates.get(self.pledge.pk) is not None

    @cached_property
    def indicators(self) -> Sequence[IndicatorLine]:
        return [
            IndicatorLine(indicator, self.held.values.get(indicator.pk), self.material)
            for indicator in self.material.indicators.get(self.pledge.pk, ())
        ]

    @cached_property
    def money(self) -> Sequence[MoneyLine]:
        material = self.material
        return [
            MoneyLine(
                sub_project=sub_project,
                planned=material.planned.get(sub_project.pk, {}),
                before=material.spent.get(sub_project.pk, {}),
                executed=self.held.executed.get(sub_project.pk, {}),
                material=material,
            )
            for sub_project in material.sub_projects.get(self.pledge.pk, ())
        ]

    @cached_property
    def tasks(self) -> Sequence[TaskLine]:
        material = self.material
        return [
            TaskLine(
                task=task,
                year=year,
                quarter=quarter,
                before=material.marked.get((task.pk, year, quarter), ""),
                mark=self.held.marks.get((task.pk, year, quarter), ""),
                material=material,
            )
            for task in material.tasks.get(self.pledge.pk, ())
            for year, quarter in self.quarters
        ]

    @property
    def achievements(self) -> Sequence[Achievement]:
        return self.held.achievements

    @cached_property
    def study_groups(self) -> Sequence[GroupEvent]:
        """What the study groups that serve the pledge did in the period."""
        return group_events(self.pledge, self.period)

    @property
    def earlier_achievements(self) -> Sequence[Achievement]:
        return self.material.earlier_achievements.get(self.pledge.pk, ())

    @property
    def previous(self) -> ProgressReport | None:
        """The live report of the latest earlier period that has one."""
        return self.material.previous.get(self.pledge.pk)

    @property
    def own_statuses(self) -> Sequence[OwnStatus]:
        return self.material.own_statuses

    @property
    def comments(self) -> Sequence[ReportComment]:
        """What was said of any revision, in order."""
        return self.material.comments.get(self.pledge.pk, ())

    @property
    def evidence(self) -> Sequence[EvidenceFile]:
        return self.material.evidence.get(self.report.pk, ()) if self.report else ()

    @property
    def corrected_evidence(self) -> Sequence[EvidenceFile]:
        """The files of the live report that the one in hand corrects; none where it corrects none."""
        live = self.live
        return () if live is None or live == self.report else self.material.evidence.get(live.pk, ())

    @property
    def extension(self) -> DueExtension | None:
        return self.material.due.extension(self.period, self.pledge.lead_department_id)

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
        return (self.report.status if self.report else "") or self.status_before

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
) -> list[Entry]:
    """The entries of these pledges of one plan in a period, in their order.

    A constant number of queries, whatever the number of pledges; each further
    thing that is asked of one of them is read for all. ``chosen`` names an
    older revision by pledge (its id). Afterwards each pledge's ``plan`` is the
    one given.
    """
    pledges = list(pledges)
    if not pledges:
        return []
    material = _Material(plan, period, pledges, chosen or {})
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
    """What the entries of some pledges are made of, sorted by what it hangs on.

    The reports in hand with what they hold at once, the rest once when it is asked for.
    """

    def __init__(
        self,
        plan: Plan,
        period: ReportingPeriod,
        pledges: Sequence[Pledge],
        chosen: Mapping[int, ProgressReport],
    ) -> None:
        self.plan, self.period = plan, period
        self.keys = keys = [pledge.pk for pledge in pledges]
        self.eve = period.as_of - dt.timedelta(days=1)
        self.in_force = InForce(plan, self.eve, keys)

        self.revisions: dict[int, list[ProgressReport]] = defaultdict(list)
        by_key = {pledge.pk: pledge for pledge in pledges}
        for pledge in pledges:
            pledge.plan = plan
        for report in ProgressReport.objects.for_pledges(keys).for_period(period).with_people().by_revision():
            report.period, report.pledge = period, by_key[report.pledge_id]
            self.revisions[report.pledge_id].append(report)
        self.in_hand = {key: chosen.get(key) or _in_hand(self.revisions[key]) for key in keys}
        self.reports = [report.pk for report in self.in_hand.values() if report]
        self.held = _read_held(self.reports)

    def entry(self, pledge: Pledge) -> Entry:
        report = self.in_hand[pledge.pk]
        return Entry(
            pledge=pledge,
            period=self.period,
            report=report,
            revisions=self.revisions[pledge.pk],
            held=self.held[report.pk] if report else NOTHING_HELD,
            material=self,
        )

    # --- Before: what the live reports of earlier periods say ---

    @cached_property
    def before(self) -> dict[int, PledgeFulfilment]:
        figures = pledge_fulfilments(self.plan, self.eve, self.keys, in_force=self.in_force)
        return {figure.pk: figure for figure in figures}

    @cached_property
    def indicator_figures(self) -> dict[int, IndicatorFulfilment]:
        return {figure.pk: figure for pledge in self.before.values() for figure in pledge.indicators}

    @cached_property
    def previous(self) -> dict[int, ProgressReport]:
        earlier = ProgressReport.objects.for_pledges(self.keys).live().before(self.period.as_of).in_term()
        return {report.pledge_id: report for report in earlier.latest_of_each_pledge().with_people()}

    @cached_property
    def earlier_achievements(self) -> dict[int, list[Achievement]]:
        lines = Achievement.objects.for_live_reports(self.plan, self.eve).for_pledges(self.keys)
        return _by_key(lines.select_related("report"), lambda row: row.report.pledge_id)

    @cached_property
    def spent(self) -> dict[int, dict[str, int]]:
        rows = Executed.objects.for_live_reports(self.plan, self.eve).for_pledges(self.keys)
        return _by_source(rows.values_list("sub_project", "source", "amount"))

    @cached_property
    def marked(self) -> dict[tuple[int, int, int], str]:
        # In the order of the periods: what a later report says of a quarter replaces the earlier mark.
        rows = ScheduleMark.objects.for_live_reports(self.plan, self.eve).for_pledges(self.keys)
        return _marks(rows.in_period_order())

    # --- The plan's rows ---

    @cached_property
    def indicators(self) -> dict[int, list[Indicator]]:
        return _by_key(Indicator.objects.filter(pledge__in=self.keys), lambda row: row.pledge_id)

    @cached_property
    def targets(self) -> dict[int, dict[int, Decimal]]:
        """Values by indicator and year."""
        found: dict[int, dict[int, Decimal]] = defaultdict(dict)
        for row in YearlyTarget.objects.filter(indicator__pledge__in=self.keys):
            found[row.indicator_id][row.year] = row.value
        return found

    @cached_property
    def sub_projects(self) -> dict[int, list[SubProject]]:
        return _by_key(SubProject.objects.filter(pledge__in=self.keys), lambda row: row.pledge_id)

    @cached_property
    def planned(self) -> dict[int, dict[str, int]]:
        rows = Investment.objects.filter(sub_project__pledge__in=self.keys)
        return _by_source(rows.values_list("sub_project", "source", "amount"))

    @cached_property
    def secured(self) -> dict[int, dict[str, int]]:
        """Up to the period's year."""
        year = self.period.as_of.year
        return _by_source(
            (row.sub_project_id, row.source, row.amount)
            for row in Secured.objects.filter(sub_project__pledge__in=self.keys)
            if row.span == Span.PRIOR or (row.year is not None and row.year <= year)
        )

    @cached_property
    def tasks(self) -> dict[int, list[ScheduleTask]]:
        return _by_key(ScheduleTask.objects.filter(pledge__in=self.keys), lambda row: row.pledge_id)

    @cached_property
    def planned_quarters(self) -> set[tuple[int, int, int]]:
        rows = PlannedQuarter.objects.filter(task__pledge__in=self.keys)
        return set(rows.values_list("task", "year", "quarter"))

    @cached_property
    def own_statuses(self) -> list[OwnStatus]:
        return list(OwnStatus.objects.filter(plan=self.plan))

    # --- What hangs on the period's reports ---

    @cached_property
    def comments(self) -> dict[int, list[ReportComment]]:
        every = [report for revisions in self.revisions.values() for report in revisions]
        return _by_key(
            ReportComment.objects.filter(report__in=every).select_related("author", "report"),
            lambda row: row.report.pledge_id,
        )

    @cached_property
    def evidence(self) -> dict[int, list[EvidenceFile]]:
        """The files of the reports in hand and of those that they correct."""
        every = (each for revisions in self.revisions.values() for each in revisions)
        live = [each.pk for each in every if each.state == ReportState.APPROVED]
        rows = EvidenceFile.objects.filter(report__in={*self.reports, *live}).select_related("uploaded_by")
        return _by_key(rows, lambda row: row.report_id)

    @cached_property
    def due(self) -> DueDates:
        return read_due_dates([self.period])


def _read_held(reports: Collection[int]) -> dict[int, Held]:
    """What each of these reports (ids) holds: four queries, none without a report."""
    values: dict[int, dict[int, Decimal]] = defaultdict(dict)
    rows = Actual.objects.filter(report__in=reports).values_list("report", "indicator", "value")
    for report, indicator, value in rows:
        values[report][indicator] = value
    spent = _by_key(Executed.objects.filter(report__in=reports), lambda row: row.report_id)
    marks = _by_key(ScheduleMark.objects.filter(report__in=reports).order_by("pk"), lambda row: row.report_id)
    achievements = _by_key(Achievement.objects.filter(report__in=reports), lambda row: row.report_id)
    return {
        report: Held(
            values=values.get(report, {}),
            executed=_by_source(
                (row.sub_project_id, row.source, row.amount) for row in spent.get(report, ())
            ),
            marks={(row.task_id, row.year, row.quarter): row.mark for row in marks.get(report, ())},
            achievements=achievements.get(report, ()),
        )
        for report in reports
    }


def _marks(rows: Any) -> dict[tuple[int, int, int], str]:
    """Marks by task, year and quarter; the last of several stands."""
    columns = ("task", "year", "quarter", "mark")
    return {(task, year, quarter): mark for task, year, quarter, mark in rows.values_list(*columns)}


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
