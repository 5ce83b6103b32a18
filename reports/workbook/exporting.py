"""A plan goes out: the workbook whose import changes nothing."""

import datetime as dt
from typing import Any

from django.utils import timezone

from budgets.sheets import InvestmentResource
from pledges.enums import MoneyUnit
from pledges.models import Area, OwnStatus, Plan, Pledge, ReportingPeriod
from pledges.notation import fold_key
from pledges.sheets import (
    AchievementResource,
    AreaTree,
    IndicatorResource,
    InfoResource,
    PledgeResource,
    ScheduleResource,
    Scope,
    Snapshot,
)
from pledges.sheets.plan import PLANNED_MONEY, RATE
from pledges.sheets.progress import Side
from pledges.sheets.widgets import fold_name
from pledges.spreadsheet import WrittenSheet, write_workbook
from reports.fulfilment import default_as_of, plan_fulfilment
from studygroups.sheets import RoundResource, TeamResource, load_groups


def export_workbook(plan: Plan, as_of: dt.date | None = None) -> bytes:
    """The plan's workbook at ``as_of``; where none is named, at ``export_as_of``."""
    return write_workbook(workbook_sheets(plan, as_of or export_as_of(plan)))


def export_as_of(plan: Plan) -> dt.date:
    """The 기준일 of an export where none is named; a plan without any report has that of its last period."""
    as_of = default_as_of(plan)
    if as_of is None:
        as_of = (
            ReportingPeriod.objects.for_plan(plan)
            .for_term()
            .order_by("-as_of")
            .values_list("as_of", flat=True)
            .first()
        )
    return as_of or min(max(timezone.localdate(), plan.term.starts_on), plan.term.ends_on)


def newest_as_of(plan: Plan) -> dt.date:
    """The 기준일 of the newest approved data, published or not: to go on from an older one would take back
    what was approved since."""
    periods = ReportingPeriod.objects.for_plan(plan).for_term().with_approved_reports()
    newest = periods.order_by("-as_of").values_list("as_of", flat=True).first()
    return max(filter(None, (newest, export_as_of(plan))))


def workbook_sheets(plan: Plan, as_of: dt.date) -> list[WrittenSheet]:
    """Every sheet with something in it, in the order of the contract. A constant number of queries."""
    own = OwnStatus.objects.filter(plan=plan).values_list("name", flat=True)
    scope = Scope(plan.term, as_of, MoneyUnit(plan.money_unit), plan.term.municipality.name, tuple(own))
    snapshot = Snapshot(plan, as_of)
    figures = plan_fulfilment(plan, as_of)
    rounds, teams = RoundResource(scope), TeamResource(scope)
    groups = load_groups(plan.term.municipality, plan)
    stored_teams = teams.stored(groups)
    pledges, indicators = PledgeResource(scope), IndicatorResource(scope)
    schedule, money, achievements = (
        ScheduleResource(scope),
        InvestmentResource(scope),
        AchievementResource(scope),
    )
    stored_indicators = indicators.load(snapshot)
    rows: list[tuple[Any, dict[Any, dict[str, Any]]]] = [
        (pledges, _pledges(pledges, snapshot, plan, stored_indicators)),
        (
            indicators,
            indicators.stored(snapshot, stored_indicators, indicators.load_targets(snapshot)),
        ),
        (money, money.stored(snapshot, money.load(snapshot))),
        (schedule, schedule.stored(schedule.load(snapshot))),
        (achievements, achievements.stored(achievements.load(snapshot))),
        (rounds, rounds.stored(groups, teams.said(None, stored_teams))),
        (teams, stored_teams),
    ]
    _add_figures(figures, rows[0][1], rows[1][1])
    return [
        InfoResource().written(plan, as_of),
        *(sheet.written(found) for sheet, found in rows if found or sheet is pledges),
    ]


def _pledges(
    sheet: PledgeResource, snapshot: Snapshot, plan: Plan, indicators: Any
) -> dict[Any, dict[str, Any]]:
    areas = {fold_name(row.code): row for row in Area.objects.filter(plan=plan).order_by("position", "pk")}
    supporting: dict[int, list[str]] = {}
    for link in Pledge.supporting_departments.through.objects.filter(pledge__plan=plan).select_related(
        "department"
    ):
        supporting.setdefault(link.pledge_id, []).append(fold_name(link.department.name))
    return sheet.stored(
        snapshot,
        AreaTree.of(areas),
        {row.pk: code for code, row in areas.items()},
        {pk: tuple(sorted(names)) for pk, names in supporting.items()},
        frozenset(row.pledge_id for row in indicators.values()),
    )


def _add_figures(
    figures: Any, pledges: dict[Any, dict[str, Any]], indicators: dict[Any, dict[str, Any]]
) -> None:
    """What is computed stands in the sheet for people to read; an import only compares it."""
    for pledge in figures.pledges:
        code = fold_key(pledge.code)
        row = pledges[(code,)]
        row[PLANNED_MONEY] = pledge.planned
        if pledge.indicators and pledge.rate is not None:
            row[RATE] = f"{figures.display(pledge.rate)}%"
        for indicator in pledge.indicators:
            if indicator.rate is not None:
                target = indicators[code, fold_name(indicator.name), Side.TARGET]
                target[RATE] = f"{figures.display(indicator.rate)}%"
