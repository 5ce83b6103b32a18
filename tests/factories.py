"""Factories of the portal's rows. Everything made here belongs to 한빛시, which does not exist."""

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from budgets.models import Executed, Investment, Secured, SubProject
from pledges import models
from pledges.enums import DatePrecision, MoneySource, PeriodState, ReportState, Role, Span, Status


class MunicipalityFactory(DjangoModelFactory):
    class Meta:
        model = models.Municipality
        django_get_or_create = ["code"]

    code = "hanbit"
    name = "한빛시"
    is_fictional = True


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = models.Department
        django_get_or_create = ["municipality", "name"]

    municipality = factory.SubFactory(MunicipalityFactory)
    name = "기획예산과"


class TermFactory(DjangoModelFactory):
    class Meta:
        model = models.Term
        django_get_or_create = ["municipality", "number"]

    municipality = factory.SubFactory(MunicipalityFactory)
    number = 8
    starts_on = dt.date(2022, 7, 1)
    ends_on = dt.date(2026, 6, 30)


class PlanFactory(DjangoModelFactory):
    class Meta:
        model = models.Plan
        django_get_or_create = ["term", "code"]

    term = factory.SubFactory(TermFactory)
    code = "pledges"
    name = "민선 8기 공약실천계획"
    # The short way, from submitted to approved; what the head's sign-off adds has tests of its own.
    head_signs = False


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = models.Area
        django_get_or_create = ["plan", "code"]

    plan = factory.SubFactory(PlanFactory)
    code = "1"
    name = "경제"
    position = factory.Sequence(lambda n: n + 1)


class PledgeFactory(DjangoModelFactory):
    class Meta:
        model = models.Pledge
        skip_postgeneration_save = True

    plan = factory.SubFactory(PlanFactory)
    code = factory.Sequence(lambda n: f"1-{n + 1}")
    position = factory.Sequence(lambda n: n + 1)
    name = factory.LazyAttribute(lambda pledge: f"공약 {pledge.code}")

    @factory.post_generation
    def supporting_departments(self, create, extracted, **kwargs):
        if create and extracted:
            self.supporting_departments.set(extracted)


class ScheduleTaskFactory(DjangoModelFactory):
    class Meta:
        model = models.ScheduleTask

    pledge = factory.SubFactory(PledgeFactory)
    name = factory.Sequence(lambda n: f"세부과제 {n + 1}")
    position = factory.Sequence(lambda n: n + 1)


class PlannedQuarterFactory(DjangoModelFactory):
    class Meta:
        model = models.PlannedQuarter

    task = factory.SubFactory(ScheduleTaskFactory)
    year = 2024
    quarter = 1


class IndicatorFactory(DjangoModelFactory):
    """An indicator; ``targets={2023: 1, 2024: "2.5"}`` makes its yearly targets."""

    class Meta:
        model = models.Indicator
        skip_postgeneration_save = True

    pledge = factory.SubFactory(PledgeFactory)
    name = factory.Sequence(lambda n: f"지표 {n + 1}")
    position = factory.Sequence(lambda n: n + 1)
    unit = "회"

    @factory.post_generation
    def targets(self, create, extracted, **kwargs):
        for year, value in (extracted or {}).items():
            models.YearlyTarget.objects.create(indicator=self, year=year, value=value)


class PeriodFactory(DjangoModelFactory):
    class Meta:
        model = models.ReportingPeriod
        django_get_or_create = ["plan", "as_of"]

    plan = factory.SubFactory(PlanFactory)
    as_of = dt.date(2024, 3, 31)
    state = PeriodState.OPEN
    due_on = factory.LazyAttribute(lambda period: models.periods.due_date(period.as_of))
    published_at = factory.LazyAttribute(
        lambda period: timezone.now() if period.state == PeriodState.PUBLISHED else None
    )


class ReportFactory(DjangoModelFactory):
    """A report; ``as_of="2024-03-31"`` makes or finds its period."""

    class Meta:
        model = models.ProgressReport

    class Params:
        as_of = dt.date(2024, 3, 31)

    pledge = factory.SubFactory(PledgeFactory)
    period = factory.LazyAttribute(
        lambda report: PeriodFactory(plan=report.pledge.plan, as_of=dt.date.fromisoformat(str(report.as_of)))
    )
    state = ReportState.DRAFT
    status = Status.ON_TRACK
    approved_at = factory.LazyAttribute(
        lambda report: timezone.now() if report.state == ReportState.APPROVED else None
    )


class ApprovedReportFactory(ReportFactory):
    state = ReportState.APPROVED


class ActualFactory(DjangoModelFactory):
    class Meta:
        model = models.Actual

    indicator = factory.SubFactory(IndicatorFactory)
    report = factory.LazyAttribute(lambda actual: ApprovedReportFactory(pledge=actual.indicator.pledge))
    value = 1


class ScheduleMarkFactory(DjangoModelFactory):
    class Meta:
        model = models.ScheduleMark

    task = factory.SubFactory(ScheduleTaskFactory)
    report = factory.LazyAttribute(lambda mark: ApprovedReportFactory(pledge=mark.task.pledge))
    year = 2024
    quarter = 1
    mark = "done"


class AchievementFactory(DjangoModelFactory):
    class Meta:
        model = models.Achievement

    report = factory.SubFactory(ApprovedReportFactory)
    position = factory.Sequence(lambda n: n + 1)
    starts_on = dt.date(2024, 3, 1)
    ends_on = dt.date(2024, 3, 31)
    precision = DatePrecision.MONTH
    text = factory.Sequence(lambda n: f"실적 {n + 1}")


class SubProjectFactory(DjangoModelFactory):
    class Meta:
        model = SubProject

    pledge = factory.SubFactory(PledgeFactory)
    name = factory.Sequence(lambda n: f"세부사업 {n + 1}")
    position = factory.Sequence(lambda n: n + 1)


class InvestmentFactory(DjangoModelFactory):
    class Meta:
        model = Investment

    sub_project = factory.SubFactory(SubProjectFactory)
    source = MoneySource.CITY
    span = Span.YEAR
    year = 2024
    amount = 1_000_000


class SecuredFactory(InvestmentFactory):
    class Meta:
        model = Secured


class ExecutedFactory(DjangoModelFactory):
    class Meta:
        model = Executed

    sub_project = factory.SubFactory(SubProjectFactory)
    report = factory.LazyAttribute(lambda spent: ApprovedReportFactory(pledge=spent.sub_project.pledge))
    amount = 1_000_000


class UserFactory(DjangoModelFactory):
    class Meta:
        model = models.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n + 1}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@hanbit.example")
    name = factory.LazyAttribute(lambda user: user.username)
    password = factory.django.Password("pass-hanbit-1")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = models.Membership

    user = factory.SubFactory(UserFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    role = Role.COORDINATOR


class OfficerFactory(MembershipFactory):
    role = Role.OFFICER
    department = factory.SubFactory(DepartmentFactory)
