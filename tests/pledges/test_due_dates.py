"""기한 연장: which date is in force for whom, and who may give more time."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from pledges import workflow
from pledges.duedates import read_due_dates
from pledges.enums import PeriodState, ReportState, Role
from pledges.models import AuditEntry
from pledges.workflow import ReasonMissing, WrongState
from tests.factories import (
    DepartmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PledgeFactory,
    ReportFactory,
)

pytestmark = pytest.mark.django_db
DUE = dt.date(2024, 4, 10)


def day(number):
    return dt.date(2024, 4, number)


@pytest.fixture
def department():
    return DepartmentFactory(name="주관과")


@pytest.fixture
def period(department):
    return PeriodFactory(
        plan=PledgeFactory(lead_department=department).plan, as_of=dt.date(2024, 3, 31), due_on=DUE
    )


@pytest.fixture
def coordinator():
    return MembershipFactory(role=Role.COORDINATOR).user


def extend(period, user, number, department=None, reason="감사 준비"):
    return workflow.extend_due_date(
        period=period, user=user, due_on=day(number), reason=reason, department=department
    )


def test_latest_date_granted_to_a_department_or_to_all_is_in_force(period, coordinator, department):
    other = DepartmentFactory(name="다른과")
    due = read_due_dates([period])
    assert (due.of(period, department.pk), due.extension(period, department.pk)) == (DUE, None)
    own = extend(period, coordinator, 15, department)
    everybody = extend(period, coordinator, 12)
    due = read_due_dates([period])
    assert due.extension(period, department.pk) == own
    assert due.extension(period, other.pk) == everybody
    assert due.of(period, None) == day(12)
    entry = AuditEntry.objects.for_action("due_extended").newest_first()[0]
    assert (entry.as_of, entry.body["reason"]) == (period.as_of, "감사 준비")
    assert own.history.count() == 1


@pytest.mark.parametrize("number", [9, 10])
def test_extension_is_never_a_shortening(period, coordinator, number):
    with pytest.raises(WrongState):
        extend(period, coordinator, number)


def test_department_with_a_later_date_of_its_own_gets_no_earlier_one(period, coordinator, department):
    extend(period, coordinator, 20, department)
    with pytest.raises(WrongState):
        extend(period, coordinator, 15, department)
    extend(period, coordinator, 15)
    assert read_due_dates([period]).of(period, department.pk) == day(20)


def test_extension_needs_a_reason_an_open_period_and_a_department_of_the_city(period, coordinator):
    with pytest.raises(ReasonMissing):
        extend(period, coordinator, 15, reason="  ")
    foreign = DepartmentFactory(municipality=MunicipalityFactory(code="dalbit", name="달빛시"))
    with pytest.raises(WrongState):
        extend(period, coordinator, 15, foreign)
    period.state = PeriodState.CLOSED
    period.save()
    with pytest.raises(WrongState):
        extend(period, coordinator, 15)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.HEAD, Role.OFFICER])
def test_only_the_planning_office_gives_more_time(period, department, role):
    place = department if role in (Role.HEAD, Role.OFFICER) else None
    with pytest.raises(PermissionDenied):
        extend(period, MembershipFactory(role=role, department=place).user, 15, department)
    dalbit = MunicipalityFactory(code="dalbit", name="달빛시")
    with pytest.raises(PermissionDenied):
        extend(period, MembershipFactory(role=Role.COORDINATOR, municipality=dalbit).user, 15)


def test_handed_in_within_the_extended_time_is_not_late(period, coordinator, department):
    noon = dt.datetime(2024, 4, 14, 3, tzinfo=dt.UTC)
    report = ReportFactory(
        pledge=period.plan.pledges.get(), period=period, state=ReportState.SUBMITTED, submitted_at=noon
    )
    assert read_due_dates([period]).is_late(report)
    extend(period, coordinator, 14, department)
    assert not read_due_dates([period]).is_late(report)


def test_due_dates_of_many_periods_take_one_query(period, coordinator, department, django_assert_num_queries):
    extend(period, coordinator, 15, department)
    others = [
        PeriodFactory(plan=period.plan, as_of=as_of) for as_of in (dt.date(2024, 6, 30), dt.date(2024, 9, 30))
    ]
    with django_assert_num_queries(1):
        due = read_due_dates([period, *others])
        assert due.of(period, department.pk) == day(15)
        assert due.extension(period, department.pk).department.name == "주관과"
        assert due.of(others[0], department.pk) == others[0].due_on
