"""Carry-over: the reports of pledges on which nothing has happened, written from what was approved before.

The rule of "no change", in one place (``carried``):

status, entered rate   left blank: the one in force stays in force
cause and remedy       copied from the last approved report of an earlier period
level, decreasing      the level in force is entered again; blank where there never was one
cumulative count       0 where something was ever entered (0 too), blank where nothing was
executed money         0 in each source in which something was ever spent, blank elsewhere
achievements, schedule marks, evidence    none

Only a pledge that has no report of the period yet, and an approved one of an
earlier period, can be carried: nothing that anybody wrote is touched.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.enums import Cycle, Status
from pledges.models import Department, Pledge, ProgressReport, ReportingPeriod
from pledges.notation import format_money, format_number
from pledges.permissions import Action, reach_of
from pledges.workflow import Incomplete, ReportContents, WorkflowError, WrongState
from reports.quarter.checks import warnings_of
from reports.quarter.delay import asks_for_cause
from reports.quarter.entry import Entry, read_entries, status_label
from reports.quarter.figures import figures_for
from reports.quarter.writing import save_quarter, submit_quarter


@dataclass(frozen=True, slots=True)
class Carried:
    """What "no change" enters for one pledge: actuals by indicator, 원 by (sub-project, source)."""

    entry: Entry
    actuals: Mapping[int, Decimal]
    amounts: Mapping[tuple[int, str], int]
    cause: str
    remedy: str

    @property
    def pledge(self) -> Pledge:
        return self.entry.pledge

    def contents(self) -> ReportContents:
        return ReportContents(actuals=self.actuals, cause=self.cause, remedy=self.remedy)

    @property
    def obstacle(self) -> str:
        """Why this pledge can't be carried; "" where it can."""
        if self.entry.report is not None:
            return _("A report of this period has been begun already.")
        if self.entry.previous is None:
            return _("No earlier report is approved: there is nothing to carry over.")
        return ""

    @property
    def lacks(self) -> list[str]:
        """What a submission would still ask for: such a report stays a draft."""
        missing = []
        if self.entry.before.status == Status.NONE:
            missing.append(_("Choose the status."))
        figures = figures_for(self.entry, self.actuals, self.amounts)
        if asks_for_cause(figures, self.entry.before.status):
            if not self.cause:
                missing.append(_("This pledge is behind its target: state the cause."))
            if not self.remedy:
                missing.append(_("This pledge is behind its target: state the remedy."))
        return missing

    @property
    def status_text(self) -> str:
        """The 추진상황 in force."""
        before = self.entry.before
        return before.own_status or str(status_label(before.status))

    @property
    def words(self) -> list[tuple[str, str]]:
        """Indicators and sub-projects by name, each with what is entered for it, in words."""
        plan = self.entry.pledge.plan
        when = _("this half-year") if plan.cycle == Cycle.HALF_YEARLY else _("this quarter")
        found = []
        for line in self.entry.indicators:
            value = self.actuals.get(line.indicator.pk)
            text = _("nothing entered")
            if value is not None and line.is_cumulative:
                total = format_number(line.before.actual or Decimal(0), grouped=True)
                text = _("%(when)s 0 (in all %(total)s)") % {"when": when, "total": total}
            elif value is not None:
                text = _("%(level)s again") % {"level": format_number(value, grouped=True)}
            found.append((line.indicator.name, text))
        touched = {sub_project for sub_project, _source in self.amounts}
        for money in self.entry.money:
            text = _("nothing entered")
            if money.sub_project.pk in touched:
                text = _("spent %(when)s 0 (in all %(total)s %(unit)s)") % {
                    "when": when,
                    "total": format_money(money.before_total, plan.money_unit),
                    "unit": plan.get_money_unit_display(),
                }
            found.append((money.sub_project.name, text))
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """A pledge with a message about it, translated and fit for a page."""

    pledge: Pledge
    message: str


@dataclass(slots=True)
class CarryResult:
    """What became of the pledges: drafts kept as asked, reports handed in, drafts that lack something to be
    handed in, pledges that were not carried. ``warned`` are those handed in that contradict themselves."""

    kept: list[ProgressReport] = field(default_factory=list)
    submitted: list[ProgressReport] = field(default_factory=list)
    incomplete: list[Told] = field(default_factory=list)
    refused: list[Told] = field(default_factory=list)
    warned: list[Pledge] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Group:
    """Pledges that one department leads, each with whether its box is ticked.

    ``leads``: this person's own department; others invited it to enter into their pledges.
    """

    department: Department | None
    leads: bool
    rows: list[tuple[Carried, bool]]


def grouped(user: Any, lines: Iterable[Carried], chosen: Collection[str] | None = None) -> list[Group]:
    """What can be carried by lead department, the person's own departments first.

    ``chosen`` holds the ticked pledges' ids as they were sent; None ticks those of the own departments.
    """
    reach = reach_of(user, Action.SUBMIT_REPORT)
    groups: dict[int | None, Group] = {}
    for line in lines:
        if line.obstacle:
            continue
        pledge = line.pledge
        leads = reach.everything or pledge.lead_department_id in reach.leading
        group = groups.setdefault(pledge.lead_department_id, Group(pledge.lead_department, leads, []))
        group.rows.append((line, leads if chosen is None else str(pledge.pk) in chosen))
    return sorted(groups.values(), key=lambda group: (not group.leads, str(group.department)))


def carried(entry: Entry) -> Carried:
    """What "no change" enters for this pledge, by the rule at the top of this module. No query."""
    actuals: dict[int, Decimal] = {}
    for line in entry.indicators:
        if line.before.actual is not None:
            actuals[line.indicator.pk] = Decimal(0) if line.is_cumulative else line.before.actual
    return Carried(
        entry=entry,
        actuals=actuals,
        amounts={(money.sub_project.pk, source): 0 for money in entry.money for source in money.before},
        cause=entry.previous.cause if entry.previous else "",
        remedy=entry.previous.remedy if entry.previous else "",
    )


def read_carried(period: ReportingPeriod, pledges: Sequence[Pledge]) -> list[Carried]:
    """What "no change" enters for each of these pledges, in the same number of queries for all."""
    entries = read_entries(period.plan, period, pledges)
    return [carried(entry) for entry in entries]


def carry_forward(
    *, period: ReportingPeriod, pledges: Iterable[Pledge], user: Any, submit: bool = False
) -> CarryResult:
    """Write a report of "no change" for each pledge; with ``submit`` hand it in as well.

    A transaction for each pledge: one that can't be carried (no right, a report
    begun already, nothing earlier) is told with its reason and the others go
    on. What lacks something to be handed in stays a draft and is told too.
    Raises WrongState where the period takes no reports.
    """
    if not period.is_open:
        raise WrongState(_("This period takes no reports any more."))
    result = CarryResult()
    for one in read_carried(period, list(pledges)):
        if one.obstacle:
            result.refused.append(Told(one.pledge, one.obstacle))
            continue
        try:
            report = _carry(one, user)
        except (WorkflowError, PermissionDenied) as error:
            result.refused.append(Told(one.pledge, _message(error)))
            continue
        result.kept.append(report)
    if submit:
        _hand_in(result, period, user)
    return result


def _hand_in(result: CarryResult, period: ReportingPeriod, user: Any) -> None:
    """Hand in what was written, a transaction for each; what they are judged by is read once for all."""
    written, result.kept = result.kept, []
    pledges = [report.pledge for report in written]
    entries = read_entries(period.plan, period, pledges)
    for report, entry in zip(written, entries, strict=True):
        pledge = report.pledge
        try:
            result.submitted.append(
                submit_quarter(pledge=pledge, period=period, report=report, user=user, entry=entry)
            )
        except Incomplete as error:
            result.incomplete.append(Told(pledge, " ".join(error.errors.values())))
        except (WorkflowError, PermissionDenied) as error:
            result.incomplete.append(Told(pledge, _message(error)))
        else:
            if warnings_of(entry):
                result.warned.append(pledge)


def _carry(one: Carried, user: Any) -> ProgressReport:
    pledge, period = one.pledge, one.entry.period
    with operation(
        "carried_over",
        user=user,
        municipality=pledge.plan.term.municipality,
        pledge=pledge,
        as_of=period.as_of,
    ):
        return save_quarter(
            entry=one.entry, user=user, version=0, contents=one.contents(), amounts=one.amounts
        )


def _message(error: Exception) -> str:
    return error.message if isinstance(error, WorkflowError) else str(error)
