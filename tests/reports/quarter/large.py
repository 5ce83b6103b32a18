"""A made-up city of 40 departments and 100 pledges in the middle of a quarter."""

import datetime as dt

from django.utils import timezone

from pledges.enums import MoneySource, PeriodState, ReportState, Role, Status
from pledges.models import DueExtension
from tests.factories import (
    ActualFactory,
    ApprovedReportFactory,
    DepartmentFactory,
    ExecutedFactory,
    IndicatorFactory,
    InvestmentFactory,
    MembershipFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
    SubProjectFactory,
)

BEFORE, NOW = dt.date(2024, 3, 31), dt.date(2024, 6, 30)


class LargeCity:
    """``departments`` × pledges in turn. Of the pledges the first ``unchanged`` hand in a report without a
    change, the next ``changed`` one with progress, the rest nothing or a draft."""

    def __init__(self, *, departments=40, pledges=100, unchanged=60, changed=12, drafts=10):
        self.plan = PlanFactory()
        self.earlier = PeriodFactory(plan=self.plan, as_of=BEFORE, state=PeriodState.CLOSED)
        self.period = PeriodFactory(plan=self.plan, as_of=NOW)
        self.coordinator = MembershipFactory(role=Role.COORDINATOR).user
        self.departments = [DepartmentFactory(name=f"제{number + 1}과") for number in range(departments)]
        self.pledges = []
        handed_in = dt.datetime.combine(self.period.due_on, dt.time(9), timezone.get_current_timezone())
        for number in range(pledges):
            pledge = PledgeFactory(
                plan=self.plan,
                code=f"{number // 20 + 1}-{number % 20 + 1}",
                name=f"살기 좋은 도시 만들기 {number + 1}",
                lead_department=self.departments[number % departments],
            )
            self.pledges.append(pledge)
            indicator = IndicatorFactory(pledge=pledge, name="추진 건수", targets={2023: 2, 2024: 2})
            project = SubProjectFactory(pledge=pledge, name="기반 조성")
            InvestmentFactory(sub_project=project, source=MoneySource.CITY, amount=100_000_000)
            first = ApprovedReportFactory(pledge=pledge, period=self.earlier, status=Status.ON_TRACK)
            ActualFactory(report=first, indicator=indicator, value=4)
            if number < unchanged + changed:
                report = ReportFactory(
                    pledge=pledge,
                    period=self.period,
                    state=ReportState.SUBMITTED,
                    status="",
                    submitted_at=handed_in,
                )
                if number >= unchanged:
                    ActualFactory(report=report, indicator=indicator, value=1)
                    ExecutedFactory(report=report, sub_project=project, amount=30_000_000)
            elif number < unchanged + changed + drafts:
                ReportFactory(pledge=pledge, period=self.period)
        DueExtension.objects.create(
            period=self.period,
            department=self.departments[-1],
            due_on=timezone.localdate() + dt.timedelta(days=5),
            reason="국비 교부 결정이 늦어 자료 확정이 늦음",
        )

    board = "/staff/hanbit/8/2024-06-30/"
