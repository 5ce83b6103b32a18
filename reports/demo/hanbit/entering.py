"""한빛시's reports that come through the quarterly form: of lagging pledges, and of the open quarter."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pledges import workflow
from pledges.enums import CountedBy, Mark, MoneySource, MoneyUnit, ReportState, Status
from pledges.models import Department, Indicator, Plan, ProgressReport, ReportingPeriod, User
from pledges.models import Pledge as StoredPledge
from pledges.notation import from_sheet_word, parse_dates, won_from
from pledges.workflow import DatedLine, Remark, ReportContents
from reports.demo.hanbit.pledges import LAST, QUARTERS, YEARS, Achievement, Pledge, all_pledges
from reports.demo.sheets import entered_sum
from reports.quarter.entry import read_entry
from reports.quarter.writing import save_quarter, submit_quarter

OPEN_QUARTER = Path(__file__).with_name("open_quarter.toml")
OPEN_AS_OF = dt.date(2026, 3, 31)
# The department with more time, the one invited to enter, and the indicator that achievements count.
LATER, SUPPORTER, SUPPORTED, COUNTED = "가족아동과", "교통행정과", "4-1-6", ("4-1-1", "주민설명회")
# Who signs off what an officer submits.
HEAD_OF = {"hanbit-officer": "hanbit-head", "hanbit-officer2": "hanbit-head2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The form as a department fills it in: values of this quarter, executed 백만원 by sub-project."""

    code: str
    status: Status
    actuals: Mapping[str, Decimal]
    executed: Mapping[str, Decimal]
    achievements: tuple[DatedLine, ...]
    marks: Mapping[str, Mark] = field(default_factory=dict)
    cause: str = ""
    remedy: str = ""


def enter_lagging(*, period: ReportingPeriod, officer: User, checker: User) -> None:
    """The last quarter of the pledges that lag, with cause and remedy, entered, handed in and approved."""
    for pledge in all_pledges():
        if pledge.cause:
            report = _submit(_last_quarter(pledge), period=period, user=officer)
            workflow.approve_report(report=report, user=checker, version=report.version)


def enter_open_quarter(*, period: ReportingPeriod, people: Mapping[str, User], checker: User) -> None:
    """The open quarter as far as departments have come: drafts, submitted, signed off, returned, approved."""
    planned = {pledge.code: pledge for pledge in all_pledges()}
    for entry in tomllib.loads(OPEN_QUARTER.read_text(encoding="utf-8"))["report"]:
        filled, user = _this_quarter(entry, planned[entry["code"]]), people[entry["by"]]
        if entry["state"] == ReportState.DRAFT:
            _save(filled, period=period, user=user)
            continue
        report = _submit(filled, period=period, user=user)
        if entry["state"] == ReportState.SUBMITTED:
            continue
        head = people[HEAD_OF[entry["by"]]]
        report = workflow.sign_report(report=report, user=head, version=report.version)
        if entry["state"] == ReportState.RETURNED:
            remarks = [
                Remark(section=section.strip(), body=body.strip())
                for section, body in (line.split("|") for line in entry["remarks"])
            ]
            workflow.return_report(report=report, user=checker, version=report.version, remarks=remarks)
        elif entry["state"] == ReportState.APPROVED:
            workflow.approve_report(report=report, user=checker, version=report.version)


def show_the_rest_of_the_cycle(*, period: ReportingPeriod, people: Mapping[str, User], checker: User) -> None:
    """More time for one department, a supporting department that enters too, an indicator that is counted."""
    plan = period.plan
    workflow.extend_due_date(
        period=period,
        department=Department.objects.for_municipality(plan.term.municipality).get(name=LATER),
        due_on=period.due_on + dt.timedelta(days=7),
        reason="돌봄시설 평가 기간과 겹쳐 자료를 확인할 시간이 더 필요함",
        user=checker,
    )
    supported = _stored(plan, SUPPORTED)
    workflow.invite_support(
        pledge=supported,
        department=Department.objects.for_municipality(plan.term.municipality).get(name=SUPPORTER),
        user=people["hanbit-superuser"],
        note="차로를 줄여 낸 자전거도로의 연장을 적어 주십시오.",
    )
    counted = Indicator.objects.get(pledge=_stored(plan, COUNTED[0]), name=COUNTED[1])
    counted.counted_by = CountedBy.ACHIEVEMENTS
    counted.save()


def _last_quarter(pledge: Pledge) -> Filled:
    """What the last quarter of 2025 added to the one before."""
    executed: dict[str, Decimal] = {}
    for project in pledge.projects:
        now, before = (
            entered_sum(line.years[YEARS.index(QUARTERS[quarter].year)] for line in project.spent[quarter])
            for quarter in (LAST, LAST - 1)
        )
        if now is not None:
            executed[project.name] = now - (before or 0)
    actuals: dict[str, Decimal] = {}
    for indicator in pledge.indicators:
        now, before = indicator.quarters[LAST], indicator.quarters[LAST - 1]
        if now is not None and now != before:
            actuals[indicator.name] = now - (before or 0) if indicator.is_summed else now
    return Filled(
        code=pledge.code,
        status=pledge.statuses[LAST],
        actuals=actuals,
        executed=executed,
        achievements=tuple(
            _line(achievement)
            for achievement in pledge.achievements
            if QUARTERS[LAST - 1] < achievement.known_on <= QUARTERS[LAST]
        ),
        marks=_marks(pledge, QUARTERS[LAST]),
        cause=pledge.cause,
        remedy=pledge.remedy,
    )


def _this_quarter(entry: Mapping[str, Any], pledge: Pledge) -> Filled:
    status = from_sheet_word(Status, entry["status"])
    if status is None:
        raise ValueError(f"no status: {entry['status']}")
    executed = {}
    for project in pledge.projects:
        planned = entered_sum(line.years[YEARS.index(OPEN_AS_OF.year)] for line in project.planned)
        if planned:
            executed[project.name] = planned * entry["spent"] // 100
    lines = []
    for line in entry["done"]:
        date, text, *details = (part.strip() for part in line.split("|"))
        lines.append(DatedLine(span=parse_dates(date), text=text, details="\n".join(details)))
    return Filled(
        code=pledge.code,
        status=status,
        actuals={name: Decimal(value) for name, value in entry["actuals"].items()},
        executed=executed,
        achievements=tuple(lines),
        marks=_marks(pledge, OPEN_AS_OF, Mark(entry.get("mark", Mark.DONE))),
        cause=entry.get("cause", ""),
        remedy=entry.get("remedy", ""),
    )


def _marks(pledge: Pledge, as_of: dt.date, usual: Mark = Mark.DONE) -> dict[str, Mark]:
    today = (as_of.year, as_of.month // 3)
    return {
        task.name: Mark.UNDER_WAY if task.is_late(today) else usual
        for task in pledge.tasks
        if task.first <= today <= task.last
    }


def _line(achievement: Achievement) -> DatedLine:
    return DatedLine(span=achievement.span, text=achievement.text, details=achievement.details)


def _submit(filled: Filled, *, period: ReportingPeriod, user: User) -> ProgressReport:
    report = _save(filled, period=period, user=user)
    return submit_quarter(pledge=report.pledge, period=period, report=report, user=user)


def _save(filled: Filled, *, period: ReportingPeriod, user: User) -> ProgressReport:
    pledge = _stored(period.plan, filled.code)
    entry = read_entry(pledge, period)
    indicators = {line.indicator.name: line.indicator.pk for line in entry.indicators}
    projects = {line.sub_project.name: line.sub_project.pk for line in entry.money}
    tasks = {line.task.name: line.task.pk for line in entry.tasks}
    ((year, quarter),) = entry.quarters
    return save_quarter(
        entry=entry,
        user=user,
        version=0,
        contents=ReportContents(
            status=filled.status,
            cause=filled.cause,
            remedy=filled.remedy,
            actuals={indicators[name]: value for name, value in filled.actuals.items()},
            quarters=entry.quarters,
            marks={(tasks[name], year, quarter): mark for name, mark in filled.marks.items()},
            achievements=filled.achievements,
        ),
        amounts={
            (projects[name], MoneySource.UNSPECIFIED): won_from(amount, MoneyUnit.MILLION)
            for name, amount in filled.executed.items()
        },
    )


def _stored(plan: Plan, code: str) -> StoredPledge:
    return StoredPledge.objects.for_plan(plan).with_places().get(code=code)
