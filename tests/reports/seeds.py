"""Plans whose figures are known: entered here by hand from published tables, or made up for 한빛시."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from pledges.enums import (
    HeadlineMethod,
    IndicatorKind,
    MoneySource,
    PeriodState,
    Rounding,
    Span,
    Status,
)
from pledges.models import Pledge
from pledges.notation import parse_dates
from tests.factories import (
    AchievementFactory,
    ActualFactory,
    ApprovedReportFactory,
    AreaFactory,
    DepartmentFactory,
    ExecutedFactory,
    IndicatorFactory,
    InvestmentFactory,
    MunicipalityFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ScheduleTaskFactory,
    SubProjectFactory,
    TermFactory,
)

MILLION = 1_000_000
NAJU_AS_OF = dt.date(2025, 9, 30)
HANBIT_AS_OF = dt.date(2025, 6, 30)


def make_plan(code="hanbit", name="한빛시", number=8, starts_on=dt.date(2022, 7, 1), **options):
    """A plan of its own city."""
    city = MunicipalityFactory(code=code, name=name, is_fictional=code == "hanbit")
    term = TermFactory(
        municipality=city,
        number=number,
        starts_on=starts_on,
        ends_on=dt.date(starts_on.year + 4, 6, 30),
    )
    return PlanFactory(term=term, **options)


def report(pledge: Pledge, as_of: dt.date | str, **fields):
    """The pledge's approved report of a period; made, or found where it is there and ``fields`` is empty."""
    as_of = dt.date.fromisoformat(str(as_of))
    found = pledge.reports.live().filter(period__as_of=as_of).first()
    if found and not fields:
        return found
    return ApprovedReportFactory(
        pledge=pledge,
        period=PeriodFactory(plan=pledge.plan, as_of=as_of, state=PeriodState.CLOSED),
        **{"status": "", **fields},
    )


def enter(indicator, as_of, value):
    """An approved actual."""
    return ActualFactory(indicator=indicator, report=report(indicator.pledge, as_of), value=value)


def enter_years(indicator, values: Mapping[int, object], as_of: dt.date):
    """Yearly totals, each in the last period of its year or in that of ``as_of``."""
    for year, value in values.items():
        enter(indicator, min(dt.date(year, 12, 31), as_of), value)


def spend(sub_project, as_of, amount, source=MoneySource.UNSPECIFIED):
    return ExecutedFactory(
        sub_project=sub_project, report=report(sub_project.pledge, as_of), amount=amount, source=source
    )


def invest(sub_project, amounts: Mapping[object, object], source=MoneySource.CITY):
    """Planned amounts in 백만원 by year, "prior" or "after"."""
    for column, amount in amounts.items():
        is_year = isinstance(column, int)
        InvestmentFactory(
            sub_project=sub_project,
            source=source,
            span=Span.YEAR if is_year else Span(column),
            year=column if is_year else None,
            amount=int(Decimal(str(amount)) * MILLION),
        )


def naju() -> Pledge:
    """Naju's card 7-2-3 as published on 2025-09-30: its only pledge here."""
    plan = make_plan("naju", "나주시", headline_method=HeadlineMethod.COMPLETED_SHARE)
    area = AreaFactory(plan=plan, code="7", name="")
    strategy = AreaFactory(plan=plan, code="7-2", name="", parent=area)
    pledge = PledgeFactory(
        plan=plan,
        area=strategy,
        code="7-2-3",
        name="학습동아리 활성화",
        completion="within_term",
        implemented_by_city=True,
        novelty="continued",
        budgeted=True,
        lead_department=DepartmentFactory(municipality=plan.term.municipality, name="기획예산실"),
    )
    plans = IndicatorFactory(
        pledge=pledge, name="추진계획 수립", targets={2022: 1, 2023: 1, 2024: 1, 2025: 1, 2026: 1}
    )
    meetings = IndicatorFactory(
        pledge=pledge, name="보고회 개최 (성과공유 및 평가)", targets={2023: 1, 2024: 1, 2025: 1}
    )
    enter_years(plans, {2022: 1, 2023: 1, 2024: 1, 2025: 1}, NAJU_AS_OF)
    enter_years(meetings, {2023: 1, 2025: 1}, NAJU_AS_OF)
    project = SubProjectFactory(pledge=pledge, name="'뜻세움' 운영 활성화")
    zeros = {"prior": 0, 2022: 0, 2023: 0, 2024: 0, 2025: 0, 2026: 0, "after": 0}
    for source in (MoneySource.NATIONAL, MoneySource.PROVINCIAL, MoneySource.OTHER):
        invest(project, zeros, source)
    invest(project, zeros | {2023: 33, 2024: "18.5", 2025: "13.2", 2026: "10.7"})
    for as_of, amount in [
        ("2022-06-30", 0),
        ("2022-12-31", 0),
        ("2023-12-31", 33),
        ("2024-12-31", 0),
        ("2025-09-30", 9),
    ]:
        spend(project, as_of, amount * MILLION)
    last = report(pledge, NAJU_AS_OF)
    last.status = Status.CONTINUING
    last.save()
    for dates, text in [("2022. 10.", "뜻세움 계획"), ("2023. 3.~9.", "연구 활동"), ("2025. 4.~", "운영")]:
        span = parse_dates(dates)
        AchievementFactory(
            report=last,
            text=text,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            precision=span.precision,
            open_ended=span.open_ended,
        )
    for name in ("추진 계획 수립", "정책 보고회 개최"):
        ScheduleTaskFactory(pledge=pledge, name=name)
    return pledge


def hanbit():
    """A made-up plan with every kind of indicator: level, decreasing, capped, entered 0, no rate."""
    plan = make_plan()
    welfare = AreaFactory(plan=plan, code="III", name="복지")
    care = AreaFactory(plan=plan, code="III-①", name="돌봄", parent=welfare)
    economy = AreaFactory(plan=plan, code="1", name="경제")
    jobs = AreaFactory(plan=plan, code="1-가", name="일자리", parent=economy)
    start_ups = AreaFactory(plan=plan, code="1-나", name="창업", parent=economy)
    education = AreaFactory(plan=plan, code="7", name="교육")

    def pledge(code, area, status, **fields):
        made = PledgeFactory(plan=plan, code=code, area=area)
        report(made, HANBIT_AS_OF, status=status, **fields)
        return made

    centres = pledge("III-①-1", care, Status.ON_TRACK)
    years = {2023: 2, 2024: 2, 2025: 2, 2026: 2}
    enter_years(
        IndicatorFactory(pledge=centres, name="돌봄터 개소", targets=years),
        {2023: 2, 2024: 1, 2025: 2},
        HANBIT_AS_OF,
    )
    pleased = pledge("1-2", jobs, Status.ON_TRACK)
    enter_years(
        IndicatorFactory(
            pledge=pleased,
            name="시민 만족도",
            kind=IndicatorKind.LEVEL,
            targets={2023: 70, 2024: 75, 2025: 80, 2026: 85},
        ),
        {2023: 72, 2024: 74},
        HANBIT_AS_OF,
    )
    survey = SubProjectFactory(pledge=pleased, name="만족도 조사와 개선")
    invest(
        survey, {"prior": 0, 2022: 0, 2023: 4, 2024: 4, 2025: 4, 2026: 0, "after": 0}, MoneySource.NATIONAL
    )
    invest(survey, {"prior": 0, 2022: 0, 2023: 0, 2024: "1.5005", 2025: 4, 2026: 0, "after": 0})
    for as_of, national, city in [("2023-12-31", 4, 0), ("2024-12-31", 4, 1)]:
        spend(survey, as_of, national * MILLION, MoneySource.NATIONAL)
        spend(survey, as_of, city * MILLION, MoneySource.CITY)
    days = pledge("1-3", jobs, Status.PARTIAL)
    enter_years(
        IndicatorFactory(
            pledge=days,
            name="평균 처리일",
            kind=IndicatorKind.DECREASING,
            baseline=50,
            targets={2023: 45, 2024: 40, 2025: 35, 2026: 30},
        ),
        {2023: 46, 2024: 41, 2025: 38},
        HANBIT_AS_OF,
    )
    firms = pledge("1-4", start_ups, Status.CONTINUING)
    enter_years(
        IndicatorFactory(pledge=firms, name="창업 기업", targets={2023: 4, 2024: 4, 2025: 2}),
        {2023: 5, 2024: 5, 2025: 2},
        HANBIT_AS_OF,
    )
    enter_years(
        IndicatorFactory(pledge=firms, name="투자 유치", targets={2023: 1, 2024: 1, 2025: 1, 2026: 1}),
        {2023: 0, 2024: 0, 2025: 0},
        HANBIT_AS_OF,
    )
    pledge("1-5", start_ups, Status.CLOSED, entered_rate=55)
    pledge("7-1)", education, Status.ON_HOLD)
    return plan


def nonsan():
    """66 pledges with the statuses published for April 2019; which pledge has which is not known."""
    plan = make_plan(
        "nonsan",
        "논산시",
        number=7,
        starts_on=dt.date(2018, 7, 1),
        headline_method=HeadlineMethod.COMPLETED_SHARE,
        decimals=1,
        rounding=Rounding.TRUNCATE,
    )
    statuses = [Status.CLOSED] * 4 + [Status.CONTINUING] * 22 + [Status.ON_TRACK] * 40
    for number, status in enumerate(statuses, 1):
        report(PledgeFactory(plan=plan, code=f"{number}"), "2019-04-30", status=status)
    return plan


def boryeong():
    """65 pledges whose entered rates sum to 5,048 with 38 completed, as published for 2021."""
    plan = make_plan("boryeong", "보령시", number=7, starts_on=dt.date(2018, 7, 1), decimals=1)
    # 38 × 100 + 26 × 46 + 52 = 5,048
    rates = [100] * 38 + [46] * 26 + [52]
    for number, rate in enumerate(rates, 1):
        report(
            PledgeFactory(plan=plan, code=f"{number}"),
            "2021-12-31",
            status=Status.CLOSED if rate == 100 else Status.ON_TRACK,
            entered_rate=rate,
        )
    return plan
