"""The table of rights, read cell by cell: each role beside the one that is refused."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from pledges.enums import Role
from pledges.models import Pledge
from pledges.permissions import (
    RIGHTS,
    Action,
    access,
    can,
    can_on,
    holds,
    pledges_for,
    public,
    require,
    require_on,
    signed_in,
)
from tests.factories import (
    DepartmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    OfficerFactory,
    PlanFactory,
    PledgeFactory,
    TermFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pledge():
    lead, support = DepartmentFactory(name="주관과"), DepartmentFactory(name="협조과")
    return PledgeFactory(lead_department=lead, supporting_departments=[support])


def member(role, department=None):
    return MembershipFactory(role=role, department=department).user


def test_every_action_has_a_row_and_every_role_is_in_the_table():
    assert set(RIGHTS) == set(Action)
    assert {role for row in RIGHTS.values() for role in row} == set(Role)


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (
            Action.VIEW_STAFF,
            {"lead officer", "supporting officer", "head", "coordinator", "admin", "auditor"},
        ),
        (Action.ENTER_REPORT, {"lead officer", "head"}),
        (Action.SUBMIT_REPORT, {"lead officer", "head"}),
        (Action.CORRECT_REPORT, {"lead officer", "head", "coordinator"}),
        (Action.CHECK_REPORT, {"coordinator"}),
        (Action.MANAGE_PERIODS, {"coordinator"}),
        (Action.PUBLISH, {"coordinator"}),
        (Action.VIEW_IMPORTS, {"coordinator", "admin", "auditor"}),
        (Action.IMPORT_PLAN, {"admin"}),
        (Action.EXPORT_PLAN, {"coordinator", "admin", "auditor"}),
        (Action.EDIT_DATA, {"admin"}),
        (Action.MANAGE_PEOPLE, {"admin"}),
    ],
)
def test_each_action_is_for_exactly_these_people(pledge, action, allowed):
    people = {
        "lead officer": member(Role.OFFICER, pledge.lead_department),
        "supporting officer": member(Role.OFFICER, pledge.supporting_departments.get()),
        "other officer": member(Role.OFFICER, DepartmentFactory(name="다른과")),
        "head": member(Role.HEAD, pledge.lead_department),
        "coordinator": member(Role.COORDINATOR),
        "admin": member(Role.ADMIN),
        "auditor": member(Role.AUDITOR),
        "stranger": UserFactory(),
    }
    assert {name for name, user in people.items() if can_on(user, action, pledge)} == allowed


def test_city_rights_end_at_the_city(pledge):
    elsewhere = MembershipFactory(
        municipality=MunicipalityFactory(code="dalbit", name="달빛시"), role=Role.ADMIN
    ).user
    assert can(elsewhere, Action.EDIT_DATA, municipality=elsewhere.memberships.get().municipality)
    assert not can_on(elsewhere, Action.VIEW_STAFF, pledge)


def test_department_right_does_not_answer_for_the_city_as_a_whole(pledge):
    officer = member(Role.OFFICER, pledge.lead_department)
    city = pledge.plan.term.municipality
    assert holds(officer, Action.VIEW_STAFF)
    assert not can(officer, Action.VIEW_STAFF, municipality=city)
    assert can(officer, Action.VIEW_STAFF, municipality=city, department=pledge.lead_department)


def test_pledge_without_a_department_is_entered_by_nobody_until_one_leads_it(pledge):
    orphan = PledgeFactory(plan=pledge.plan)
    assert can_on(member(Role.COORDINATOR), Action.VIEW_STAFF, orphan)
    assert not can_on(member(Role.COORDINATOR), Action.ENTER_REPORT, orphan)
    assert not can_on(member(Role.OFFICER, pledge.lead_department), Action.ENTER_REPORT, orphan)


def test_superuser_may_everything_and_an_inactive_one_nothing(pledge):
    assert all(can_on(UserFactory(is_superuser=True), action, pledge) for action in Action)
    assert not any(
        can_on(UserFactory(is_superuser=True, is_active=False), action, pledge) for action in Action
    )


def test_inactive_member_and_anonymous_hold_nothing(pledge):
    sleeper = OfficerFactory(user__is_active=False, department=pledge.lead_department).user
    assert not holds(sleeper, Action.VIEW_STAFF)
    assert not holds(AnonymousUser(), Action.VIEW_STAFF)


def test_require_raises_for_the_denied_and_passes_the_allowed(pledge):
    city = pledge.plan.term.municipality
    require(member(Role.COORDINATOR), Action.PUBLISH, municipality=city)
    require_on(member(Role.COORDINATOR), Action.CHECK_REPORT, pledge)
    with pytest.raises(PermissionDenied):
        require(member(Role.AUDITOR), Action.PUBLISH, municipality=city)
    with pytest.raises(PermissionDenied):
        require_on(member(Role.AUDITOR), Action.CHECK_REPORT, pledge)


def test_pledges_for_gives_own_departments_pledges_once(pledge):
    both = OfficerFactory(department=pledge.lead_department).user
    OfficerFactory(user=both, department=pledge.supporting_departments.get())
    PledgeFactory(plan=pledge.plan, lead_department=DepartmentFactory(name="다른과"))
    assert list(pledges_for(both, Action.VIEW_STAFF, Pledge.objects.all())) == [pledge]


def test_pledges_for_entry_leaves_supported_pledges_out(pledge):
    helper = member(Role.OFFICER, pledge.supporting_departments.get())
    assert list(pledges_for(helper, Action.VIEW_STAFF, Pledge.objects.all())) == [pledge]
    assert not pledges_for(helper, Action.ENTER_REPORT, Pledge.objects.all()).exists()


def test_pledges_for_city_roles_stays_in_the_city(pledge):
    dalbit = MunicipalityFactory(code="dalbit", name="달빛시")
    PledgeFactory(plan=PlanFactory(term=TermFactory(municipality=dalbit)))
    assert list(pledges_for(member(Role.AUDITOR), Action.VIEW_STAFF, Pledge.objects.all())) == [pledge]
    everything = pledges_for(UserFactory(is_superuser=True), Action.VIEW_STAFF, Pledge.objects.all())
    assert everything.count() == 2


@pytest.mark.parametrize("number", [1, 3])
def test_rights_of_many_pledges_cost_one_query_for_the_person(pledge, number):
    pledges = [PledgeFactory(plan=pledge.plan) for _ in range(number)]
    user = member(Role.COORDINATOR)
    with CaptureQueriesContext(connection) as queries:
        for one in pledges:
            can(user, Action.VIEW_STAFF, municipality=one.plan.term.municipality_id)
    assert len(queries) == 1


def answer(request):
    return HttpResponse("ok")


def test_access_sends_the_signed_out_to_the_login_page(rf):
    request = rf.get("/staff/naju/8/?state=draft")
    request.user = AnonymousUser()
    response = access(Action.VIEW_STAFF)(answer)(request)
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/staff/naju/8/%3Fstate%3Ddraft"


def test_access_refuses_a_member_without_the_right_and_lets_the_other_in(rf):
    view = access(Action.PUBLISH)(answer)
    request = rf.get("/")
    request.user = member(Role.AUDITOR)
    with pytest.raises(PermissionDenied):
        view(request)
    request.user = member(Role.COORDINATOR)
    response = view(request)
    assert response.content == b"ok"
    assert response["Cache-Control"] == "private, no-cache"


def test_views_say_whom_they_are_for():
    assert access(Action.PUBLISH)(answer).access == (Action.PUBLISH,)
    assert signed_in(answer).access == "signed in"
    assert public(answer).access == "public"


def test_signed_in_takes_anyone_with_a_login_and_public_everybody(rf):
    request = rf.post("/x/")
    request.user = UserFactory()
    assert signed_in(answer)(request).content == b"ok"
    request.user = AnonymousUser()
    assert signed_in(answer)(request)["Location"] == "/accounts/login/?next=/x/"
    assert public(answer)(request).content == b"ok"


def test_access_may_answer_the_signed_out_in_its_own_way(rf):
    request = rf.post("/x/")
    request.user = AnonymousUser()
    view = access(Action.ENTER_REPORT, signed_out=lambda request: HttpResponse("kept"))(answer)
    assert view(request).content == b"kept"
