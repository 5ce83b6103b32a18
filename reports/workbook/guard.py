"""Whether a plan is still what it was when an import compared with it, and what its tables hold after it.

An import reads and checks before it opens its transaction, so that colleagues
need not wait. Inside the transaction it asks again: what was approved or
corrected meanwhile must neither be counted twice nor overwritten.
"""

from typing import Any

from django.db import connection
from django.db.models import Max

from budgets.models import Executed, Investment, Secured, SubProject
from pledges.enums import ReportState
from pledges.models import (
    Achievement,
    Actual,
    Area,
    DepartmentChange,
    Indicator,
    OwnStatus,
    Plan,
    PlannedQuarter,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    ScheduleMark,
    ScheduleTask,
    YearlyTarget,
)
from studygroups.models import Award, OpeningTotals, Programme, Proposal, Round, ServedPledge, Team

# Every table of a plan that a workbook is compared with, and the way from its history to the plan.
# Drafts are nobody's figures yet: of reports only the approved ones count.
_WATCHED: dict[Any, str] = {
    Plan: "id",
    DepartmentChange: "municipality__terms__plans",
    OwnStatus: "plan",
    Area: "plan",
    Pledge: "plan",
    Indicator: "pledge__plan",
    YearlyTarget: "indicator__pledge__plan",
    ScheduleTask: "pledge__plan",
    PlannedQuarter: "task__pledge__plan",
    ProgressReport: "pledge__plan",
    SubProject: "pledge__plan",
    Investment: "sub_project__pledge__plan",
    Secured: "sub_project__pledge__plan",
    Programme: "municipality__terms__plans",
    ServedPledge: "pledge__plan",
    OpeningTotals: "programme__municipality__terms__plans",
    Round: "programme__municipality__terms__plans",
    Team: "round__programme__municipality__terms__plans",
    Award: "team__round__programme__municipality__terms__plans",
    Proposal: "team__round__programme__municipality__terms__plans",
}

# Those of which an import writes rows that stand already, in the order in which they are held.
_WRITTEN = {
    model: path
    for model, path in _WATCHED.items()
    if model not in (DepartmentChange, OwnStatus, ProgressReport)
}

# What hangs on reports: not watched, for it goes with them, but counted.
_OF_REPORTS = (Achievement, Actual, Executed, ScheduleMark)
# PostgreSQL's planner takes a table for empty until somebody counts its rows: from so many new ones on
# the figures would be reckoned by loops within loops.
COUNTED_FROM = 1_000

Mark = tuple[int | None, ...]


class PlanMoved(Exception):
    """The plan was changed between the comparison and the writing."""


def plan_mark(plan: Plan | None) -> Mark:
    """The last row of history of each of the plan's tables; () for a plan that is not there yet."""
    if plan is None:
        return ()
    marks = []
    for model, path in _WATCHED.items():
        rows = model.history.filter(**{path: plan.pk})
        if model is ProgressReport:
            rows = rows.filter(state=ReportState.APPROVED)
        marks.append(rows.order_by().aggregate(last=Max("history_id"))["last"])
    return tuple(marks)


def hold_plan(plan: Plan | None, mark: Mark) -> None:
    """Hold the plan until the transaction ends: nothing is approved or published meanwhile, and whoever
    corrects a row of it comes before the comparison or after the import, never between.

    Raises PlanMoved where the plan is not what ``mark`` says any more.
    """
    if plan is None:
        return
    hold_periods(plan)
    for model, path in _WRITTEN.items():
        rows = model._base_manager.select_for_update(of=("self",)).filter(**{path: plan.pk})
        list(rows.order_by("pk").values_list("pk"))
    if plan_mark(plan) != mark:
        raise PlanMoved


def count_rows(written: int) -> None:
    """Let PostgreSQL count the tables of plans again where so many rows were ``written`` just now.

    Its own count comes a minute after the transaction; the figures are asked for within it.
    """
    if connection.vendor != "postgresql" or written < COUNTED_FROM:
        return
    quote = connection.ops.quote_name
    tables = ", ".join(quote(model._meta.db_table) for model in (*_WATCHED, *_OF_REPORTS))
    with connection.cursor() as cursor:
        # A table that another import is counting just now stays as it is: nobody waits for a hint.
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {tables}")


def hold_periods(plan: Plan) -> None:
    """Hold the plan's periods until the transaction ends, in one order for all who do."""
    list(ReportingPeriod.objects.for_plan(plan).select_for_update().order_by("pk").values_list("pk"))
