"""Whether a plan is still what it was when an import compared with it, and what its tables hold after it.

An import reads and checks before it opens its transaction, so that colleagues
need not wait. Inside the transaction it asks again: what was approved or
corrected meanwhile must neither be counted twice nor overwritten.
"""

from collections.abc import Iterator, Mapping
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
    Municipality,
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
    ServedPledge: "pledge__plan",
}

# Study groups belong to the city: they stand before a new plan does, and outlive it. The way to the city.
_OF_CITY: dict[Any, str] = {
    Programme: "municipality",
    OpeningTotals: "programme__municipality",
    Round: "programme__municipality",
    Team: "round__programme__municipality",
    Award: "team__round__programme__municipality",
    Proposal: "team__round__programme__municipality",
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
    """The plan, or its city's study groups, were changed between the comparison and the writing."""


def plan_mark(city: Municipality | None, plan: Plan | None) -> Mark:
    """The last row of history of each table of the plan and of the city's study groups; nothing of a plan
    or a city that is not there yet."""
    marks = []
    for model, path, owner in _tables(_WATCHED, city, plan):
        rows = model.history.filter(**{path: owner})
        if model is ProgressReport:
            rows = rows.filter(state=ReportState.APPROVED)
        marks.append(rows.order_by().aggregate(last=Max("history_id"))["last"])
    return tuple(marks)


def hold_plan(city: Municipality | None, plan: Plan | None, mark: Mark) -> None:
    """Hold the plan and the city's study groups until the transaction ends: nothing is approved or published
    meanwhile, and whoever corrects a row comes before the comparison or after the import, never between.

    Raises PlanMoved where they are not what ``mark`` says any more.
    """
    if plan is not None:
        hold_periods(plan)
    if city is not None:
        # As the pages of study groups do, whose steps then wait: before any row that they write.
        Municipality.objects.select_for_update(no_key=True).filter(pk=city.pk).first()
    for model, path, owner in _tables(_WRITTEN, city, plan):
        rows = model._base_manager.select_for_update(of=("self",)).filter(**{path: owner})
        list(rows.order_by("pk").values_list("pk"))
    if plan_mark(city, plan) != mark:
        raise PlanMoved


def _tables(
    of_plan: Mapping[Any, str], city: Municipality | None, plan: Plan | None
) -> Iterator[tuple[Any, str, int]]:
    """The tables with the way to their plan or city, and its key."""
    if plan is not None:
        yield from ((model, path, plan.pk) for model, path in of_plan.items())
    if city is not None:
        yield from ((model, path, city.pk) for model, path in _OF_CITY.items())


def count_rows(written: int) -> None:
    """Let PostgreSQL count the tables of plans again where so many rows were ``written`` just now.

    Its own count comes a minute after the transaction; the figures are asked for within it.
    """
    if connection.vendor != "postgresql" or written < COUNTED_FROM:
        return
    quote = connection.ops.quote_name
    tables = ", ".join(quote(model._meta.db_table) for model in (*_WATCHED, *_OF_CITY, *_OF_REPORTS))
    with connection.cursor() as cursor:
        # A table that another import is counting just now stays as it is: nobody waits for a hint.
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {tables}")


def hold_periods(plan: Plan) -> None:
    """Hold the plan's periods until the transaction ends, in one order for all who do."""
    list(ReportingPeriod.objects.for_plan(plan).select_for_update().order_by("pk").values_list("pk"))
