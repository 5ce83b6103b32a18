"""The published pledge card of Naju, 7-2-3, made row by row. Its figures are the city's own."""

import datetime as dt

from budgets.models import Executed
from pledges.enums import MoneySource, PeriodState, ReportState, Span, Status
from pledges.models import Plan, PlannedQuarter
from reports.editions import publish_period
from tests import factories

AS_OF = dt.date(2025, 9, 30)
MILLION = 1_000_000
ACHIEVEMENTS = [
    (
        "2022-10-01",
        "2022-10-31",
        False,
        "운영 활성화 계획 수립",
        "최우수 1개팀 포상금 상향(600만원→1,000만원)",
    ),
    ("2023-03-01", "2023-09-30", False, "참가팀 공모(6개팀, 53명)와 연구 활동", ""),
    (
        "2025-04-01",
        "2025-04-30",
        True,
        "정책 벤치마킹 원정대 선정·운영",
        "9개팀\n1차 5개팀, 2차 2개팀, 3차 2개팀",
    ),
]
INVESTMENT = {2023: 33_000_000, 2024: 18_500_000, 2025: 13_200_000, 2026: 10_700_000}


def make_naju() -> Plan:
    """Naju's plan with its one known pledge: approved, nothing published."""
    city = factories.MunicipalityFactory(code="naju", name="나주시", is_fictional=False)
    plan = factories.PlanFactory(
        term=factories.TermFactory(municipality=city), headline_method="completed_share"
    )
    area = factories.AreaFactory(plan=plan, code="7", name="시민소통")
    strategy = factories.AreaFactory(plan=plan, code="7-2", name="조직문화", parent=area)
    department = factories.DepartmentFactory(municipality=city, name="기획예산실")
    pledge = factories.PledgeFactory(
        plan=plan,
        area=strategy,
        code="7-2-3",
        name="학습동아리 활성화",
        lead_department=department,
        completion="within_term",
        implemented_by_city=True,
        novelty="continued",
        budgeted=True,
        goal="직원의 정책 연구를 도와 역량을 키운다",
        basis="나주시 시정연구모임 뜻세움 운영 조례",
        overview="구성인원 : 10개팀(팀당 10명 내외)",
        effects="공모과제와 신규시책 발굴",
        campaign_text="공무원 학습동아리를 살리겠습니다",
    )
    task = factories.ScheduleTaskFactory(pledge=pledge, name="추진 계획 수립")
    for year, quarter in [(2022, 4), (2025, 1), (2026, 1)]:
        PlannedQuarter.objects.create(task=task, year=year, quarter=quarter)
    plans = factories.IndicatorFactory(
        pledge=pledge, name="추진계획 수립", unit="회", targets=dict.fromkeys(range(2022, 2027), 1)
    )
    meetings = factories.IndicatorFactory(
        pledge=pledge, name="보고회 개최", unit="회", targets={2023: 1, 2024: 1, 2025: 1}
    )
    project = factories.SubProjectFactory(pledge=pledge, name="'뜻세움' 운영 활성화")
    for year, amount in INVESTMENT.items():
        factories.InvestmentFactory(
            sub_project=project, source=MoneySource.CITY, span=Span.YEAR, year=year, amount=amount
        )
    reports = {
        year: factories.ApprovedReportFactory(
            pledge=pledge,
            period=factories.PeriodFactory(
                plan=plan,
                as_of=AS_OF if year == 2025 else dt.date(year, 12, 31),
                state=PeriodState.CLOSED,
            ),
            status=Status.CONTINUING if year == 2025 else "",
        )
        for year in range(2022, 2026)
    }
    for year, report in reports.items():
        factories.ActualFactory(report=report, indicator=plans, value=1)
        if year in {2023, 2025}:
            factories.ActualFactory(report=report, indicator=meetings, value=1)
    Executed.objects.create(sub_project=project, report=reports[2023], amount=33 * MILLION)
    Executed.objects.create(sub_project=project, report=reports[2025], amount=9 * MILLION)
    factories.ScheduleMarkFactory(report=reports[2025], task=task, year=2025, quarter=1, mark="done")
    for starts, ends, is_open, text, details in ACHIEVEMENTS:
        factories.AchievementFactory(
            report=reports[2025],
            starts_on=dt.date.fromisoformat(starts),
            ends_on=dt.date.fromisoformat(ends),
            open_ended=is_open,
            text=text,
            details=details,
        )
    return plan


def publish(plan: Plan, as_of: dt.date = AS_OF, reason: str = "") -> list:
    """Publish the plan's period of this 기준일; the editions that this makes."""
    period = factories.PeriodFactory(plan=plan, as_of=as_of)
    return publish_period(period=period, user=None, reason=reason)


def make_pledges(count: int, *, plan: Plan | None = None, **fields) -> Plan:
    """A plan of 한빛시 with so many pledges, each with an approved report for the end of March 2024."""
    plan = plan or factories.PlanFactory()
    area = factories.AreaFactory(plan=plan)
    period = factories.PeriodFactory(plan=plan, as_of=dt.date(2024, 3, 31), state=PeriodState.CLOSED)
    for _number in range(count):
        pledge = factories.PledgeFactory(plan=plan, area=area, **fields)
        factories.ReportFactory(
            pledge=pledge, period=period, state=ReportState.APPROVED, status=Status.ON_TRACK
        )
    return plan
