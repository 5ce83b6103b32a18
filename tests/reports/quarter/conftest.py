"""A made-up city with one plan, one open period, and a person for each role."""

import datetime as dt

import pytest

from pledges.enums import MoneySource, PeriodState, ReportState, Role, Status
from pledges.models import ProgressReport
from tests.factories import (
    ActualFactory,
    ApprovedReportFactory,
    DepartmentFactory,
    ExecutedFactory,
    IndicatorFactory,
    InvestmentFactory,
    MembershipFactory,
    PeriodFactory,
    PledgeFactory,
    ReportFactory,
    ScheduleTaskFactory,
    SubProjectFactory,
)

BEFORE, NOW = dt.date(2024, 3, 31), dt.date(2024, 6, 30)


class City:
    """The rows of the test city by short names, and how a form of its pledge is filled in."""

    def __init__(self):
        self.lead, self.support = DepartmentFactory(name="주관과"), DepartmentFactory(name="협조과")
        self.pledge = PledgeFactory(
            code="7-2-3", lead_department=self.lead, supporting_departments=[self.support]
        )
        self.plan = self.pledge.plan
        self.earlier = PeriodFactory(plan=self.plan, as_of=BEFORE, state=PeriodState.CLOSED)
        self.period = PeriodFactory(plan=self.plan, as_of=NOW)
        # 2 of 5 so far; 3 are due by the end of 2024.
        self.indicator = IndicatorFactory(
            pledge=self.pledge, name="보고회 개최", targets={2023: 1, 2024: 2, 2025: 2}
        )
        self.project = SubProjectFactory(pledge=self.pledge, name="운영 활성화")
        InvestmentFactory(sub_project=self.project, source=MoneySource.CITY, amount=75_400_000)
        self.task = ScheduleTaskFactory(pledge=self.pledge, name="계획 수립")
        self.first = ApprovedReportFactory(
            pledge=self.pledge, period=self.earlier, status=Status.ON_TRACK, cause="지난 사유"
        )
        ActualFactory(report=self.first, indicator=self.indicator, value=2)
        ExecutedFactory(report=self.first, sub_project=self.project, amount=33_000_000)
        self.officer = self.person(Role.OFFICER, self.lead)
        self.helper = self.person(Role.OFFICER, self.support)
        self.stranger = self.person(Role.OFFICER, DepartmentFactory(name="다른과"))
        self.coordinator = self.person(Role.COORDINATOR)
        self.auditor = self.person(Role.AUDITOR)

    @staticmethod
    def person(role, department=None):
        return MembershipFactory(role=role, department=department).user

    @property
    def url(self):
        return "/staff/hanbit/8/2024-06-30/7-2-3/"

    @property
    def board(self):
        return "/staff/hanbit/8/2024-06-30/"

    @property
    def actual(self):
        return f"actual-{self.indicator.pk}"

    @property
    def spent(self):
        return f"spent-{self.project.pk}-unspecified"

    @property
    def mark(self):
        return f"mark-{self.task.pk}-2024-2"

    def data(self, **more):
        """What a browser sends: a form with one indicator value and one achievement line."""
        return {
            "version": "0",
            "lines": "2",
            "status": "on_track",
            self.actual: "1",
            self.spent: "",
            self.mark: "",
            "cause": "",
            "remedy": "",
            "achievement-0-dates": "2024. 5.",
            "achievement-0-text": "보고회 개최",
            "achievement-0-details": "",
            "achievement-1-dates": "",
            "achievement-1-text": "",
            "achievement-1-details": "",
            "step": "save",
            **more,
        }

    def submit(self, client, *, follow=False, **more):
        """Hand the form in, and once more where it shows first what is to be checked."""
        answer = client.post(self.url, self.data(**more, step="submit"), follow=False)
        if answer.status_code == 302 and answer["Location"].endswith("?submit=1#warnings"):
            confirmed = {**more, "version": str(self.current.version), "confirmed": "1"}
            answer = client.post(self.url, self.data(**confirmed), follow=follow)
        return answer

    def report(self, state=ReportState.DRAFT, **fields):
        factory = ApprovedReportFactory if state == ReportState.APPROVED else ReportFactory
        return factory(pledge=self.pledge, period=self.period, state=state, **fields)

    @property
    def current(self):
        """The newest revision of this period as it is stored."""
        return ProgressReport.objects.for_pledge(self.pledge).for_period(self.period).by_revision().first()


@pytest.fixture
def city(db):
    return City()


@pytest.fixture
def as_officer(client, city):
    client.force_login(city.officer)
    return client


@pytest.fixture
def as_coordinator(client, city):
    client.force_login(city.coordinator)
    return client
