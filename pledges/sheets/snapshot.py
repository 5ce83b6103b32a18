"""What is stored of a plan at a 기준일, loaded once for every sheet that asks."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from pledges.enums import IndicatorKind, Status
from pledges.models import Actual, Plan, Pledge, ProgressReport, ReportingPeriod
from pledges.notation import fold_key
from pledges.sheets.widgets import StatusWord


class LiveReport(NamedTuple):
    """A live report: of its pledge and period the highest approved revision."""

    pk: int
    pledge: int
    period: int
    as_of: dt.date
    revision: int
    status: str
    own_status: str | None
    entered_rate: Decimal | None
    rate_withdrawn: bool


class Entry(NamedTuple):
    """A value that a live report gives, with the 기준일 of its period."""

    as_of: dt.date
    report: int
    value: Decimal


class Held(NamedTuple):
    """A stored row that is only compared: its primary key and its one value. A plan has tens of thousands."""

    pk: int
    value: Any


class Snapshot:
    """A plan as its live reports tell it, seen from a 기준일.

    Every property costs one query, whatever the size of the plan. A plan that
    does not exist yet has an empty snapshot.
    """

    def __init__(self, plan: Plan | None, as_of: dt.date) -> None:
        self.plan = plan
        self.as_of = as_of

    @cached_property
    def pledges(self) -> dict[str, Pledge]:
        """By code, in the plan's order."""
        if self.plan is None:
            return {}
        found = Pledge.objects.for_plan(self.plan).select_related("lead_department").in_order()
        return {fold_key(pledge.code): pledge for pledge in found}

    @cached_property
    def codes(self) -> dict[int, str]:
        return {pledge.pk: code for code, pledge in self.pledges.items()}

    @cached_property
    def periods(self) -> dict[dt.date, ReportingPeriod]:
        if self.plan is None:
            return {}
        return {period.as_of: period for period in ReportingPeriod.objects.for_plan(self.plan)}

    @cached_property
    def all_live(self) -> list[LiveReport]:
        """Every live report of the plan, earliest 기준일 first."""
        if self.plan is None:
            return []
        rows = (
            ProgressReport.objects.live()
            .for_plan(self.plan)
            .order_by("period__as_of", "pk")
            .values_list(
                "pk",
                "pledge",
                "period",
                "period__as_of",
                "revision",
                "status",
                "own_status__name",
                "entered_rate",
                "rate_withdrawn",
            )
        )
        return [LiveReport(*row) for row in rows]

    @cached_property
    def reports(self) -> dict[int, LiveReport]:
        """Live reports by primary key, later ones than the 기준일 included."""
        return {report.pk: report for report in self.all_live}

    @cached_property
    def live(self) -> dict[tuple[int, dt.date], LiveReport]:
        """Live reports by pledge and 기준일."""
        return {(report.pledge, report.as_of): report for report in self.all_live}

    def status_of(self, pledge: int, before: dt.date | None = None) -> StatusWord | None:
        """The status in force at the 기준일, or just before ``before``."""
        for report in reversed(self._status_reports.get(pledge, [])):
            if before is None or report.as_of < before:
                if report.status == Status.NONE:
                    return None
                return StatusWord(Status(report.status), report.own_status or "")
        return None

    @cached_property
    def _status_reports(self) -> dict[int, list[LiveReport]]:
        found = defaultdict(list)
        for report in self.all_live:
            if report.status and report.as_of <= self.as_of:
                found[report.pledge].append(report)
        return found

    def entered_rate_of(self, pledge: int, before: dt.date | None = None) -> Decimal | None:
        """The rate that the department entered, in force at the 기준일, or just before ``before``."""
        for report in reversed(self._rate_reports.get(pledge, [])):
            if before is None or report.as_of < before:
                return report.entered_rate
        return None

    @cached_property
    def _rate_reports(self) -> dict[int, list[LiveReport]]:
        found = defaultdict(list)
        for report in self.all_live:
            if (report.entered_rate is not None or report.rate_withdrawn) and report.as_of <= self.as_of:
                found[report.pledge].append(report)
        return found

    @cached_property
    def actuals(self) -> dict[int, dict[int, list[Entry]]]:
        """Entries of live reports by indicator and year, earliest first, beyond the 기준일 too."""
        found: dict[int, dict[int, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        if self.plan is None:
            return found
        starts_on = self.plan.term.starts_on
        for report, indicator, value in (
            Actual.objects.for_live_reports(self.plan)
            .order_by()
            .values_list("report", "indicator", "value")
            .iterator()
        ):
            as_of = self.reports[report].as_of
            if as_of >= starts_on:
                found[indicator][as_of.year].append(Entry(as_of, report, value))
        for years in found.values():
            for entries in years.values():
                entries.sort()
        return found

    def actual_of(self, indicator: int, year: int, kind: str) -> Decimal | None:
        """A year's cell: the sum of its entries up to the 기준일, or the last of them for a level."""
        entries = [
            entry for entry in self.actuals.get(indicator, {}).get(year, ()) if entry.as_of <= self.as_of
        ]
        if not entries:
            return None
        if kind == IndicatorKind.CUMULATIVE:
            return sum((entry.value for entry in entries), Decimal(0))
        return entries[-1].value
