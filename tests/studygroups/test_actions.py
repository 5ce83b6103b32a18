"""Who may do what with study groups: the allowed beside the denied."""

import pytest

from pledges.enums import Role
from pledges.permissions import Action, can
from tests import factories as make

pytestmark = pytest.mark.django_db


def member(role, department=None):
    return make.MembershipFactory(role=role, department=department).user


@pytest.fixture
def people():
    department = make.DepartmentFactory(name="복지과")
    return {role: member(role, department if role in (Role.OFFICER, Role.HEAD) else None) for role in Role}


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (Action.APPLY_GROUP, set(Role)),
        (Action.VIEW_GROUPS, {Role.COORDINATOR, Role.ADMIN, Role.AUDITOR}),
        (Action.MANAGE_GROUPS, {Role.COORDINATOR}),
    ],
)
def test_roles_reach_the_whole_city_and_no_other(people, action, allowed):
    city = make.MunicipalityFactory()
    other = make.MunicipalityFactory(code="dalbit", name="달빛시")
    assert {role for role, user in people.items() if can(user, action, municipality=city)} == allowed
    assert not any(can(user, action, municipality=other) for user in people.values())


def test_the_answering_department_and_the_planning_office_answer(people):
    city = make.MunicipalityFactory()
    own, other = make.DepartmentFactory(name="복지과"), make.DepartmentFactory(name="경제과")

    def who(department):
        return {
            role
            for role, user in people.items()
            if can(user, Action.ANSWER_PROPOSAL, municipality=city, department=department)
        }

    assert who(own) == {Role.OFFICER, Role.HEAD, Role.COORDINATOR}
    assert who(other) == {Role.COORDINATOR}


def test_an_outsider_applies_nowhere():
    assert not can(make.UserFactory(), Action.APPLY_GROUP, municipality=make.MunicipalityFactory())
