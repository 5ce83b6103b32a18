"""Factories of the portal's rows. Everything made here belongs to 한빛시, which does not exist."""

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from budgets.models import Executed, Investment, Secured, SubProject
from pledges import models
from pledges.enums import DatePrecision, MoneySource, PeriodState, ReportState, Role, Span, Status
from studygroups import models as groups
from studygroups.enums import AwardKind, MemberRole, RoundState, TeamState


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


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = groups.Programme
        django_get_or_create = ["municipality", "name"]

    municipality = factory.SubFactory(MunicipalityFactory)
    name = "한빛연구모임"
    paper_weight, presentation_weight, audience_weight = 50, 30, 20


class AwardRuleFactory(DjangoModelFactory):
    class Meta:
        model = groups.AwardRule

    programme = factory.SubFactory(ProgrammeFactory)
    kind = AwardKind.BEST
    places = 1
    prize = 10_000_000


class ServedPledgeFactory(DjangoModelFactory):
    class Meta:
        model = groups.ServedPledge

    programme = factory.SubFactory(ProgrammeFactory)
    pledge = factory.SubFactory(PledgeFactory)


class OpeningTotalsFactory(DjangoModelFactory):
    class Meta:
        model = groups.OpeningTotals

    programme = factory.SubFactory(ProgrammeFactory)
    rounds = 3


class RoundFactory(DjangoModelFactory):
    """A round of 2024; ``state=RoundState.RECRUITING`` takes applications in all of March."""

    class Meta:
        model = groups.Round
        django_get_or_create = ["programme", "year", "intake"]

    programme = factory.SubFactory(ProgrammeFactory)
    year = 2024
    intake = 1
    state = RoundState.PREPARED
    opens_on = dt.date(2024, 3, 1)
    closes_on = dt.date(2024, 3, 31)


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = groups.Team

    round = factory.SubFactory(RoundFactory)
    name = factory.Sequence(lambda n: f"모임 {n + 1}")
    topic = factory.LazyAttribute(lambda team: f"{team.name}의 과제" if team.name else "")
    state = TeamState.APPLIED


class GroupMemberFactory(DjangoModelFactory):
    class Meta:
        model = groups.Member

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"회원{n + 1}")
    role = MemberRole.MEMBER
    confirmed_at = factory.LazyFunction(timezone.now)


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = groups.Meeting

    team = factory.SubFactory(TeamFactory)
    held_on = dt.date(2024, 5, 2)
    text = "자료 조사"


class JudgeFactory(DjangoModelFactory):
    class Meta:
        model = groups.Judge

    round = factory.SubFactory(RoundFactory)
    name = factory.Sequence(lambda n: f"심사위원{n + 1}")


class ScoreSheetFactory(DjangoModelFactory):
    class Meta:
        model = groups.ScoreSheet

    judge = factory.SubFactory(JudgeFactory)
    team = factory.SubFactory(TeamFactory)


class AwardFactory(DjangoModelFactory):
    class Meta:
        model = groups.Award

    team = factory.SubFactory(TeamFactory)
    kind = AwardKind.BEST


class ProposalFactory(DjangoModelFactory):
    class Meta:
        model = groups.Proposal

    team = factory.SubFactory(TeamFactory)
    text = "돌봄 체계를 만든다"


class FollowUpFactory(DjangoModelFactory):
    class Meta:
        model = groups.FollowUp

    proposal = factory.SubFactory(ProposalFactory)
    noted_on = dt.date(2025, 6, 30)
    text = "시범 운영"
