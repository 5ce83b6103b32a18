"""The admin: whose rows stand there for whom, what can be changed, and what is only looked at."""

import datetime as dt

import pytest
from django.contrib import admin
from django.urls import reverse

from pledges.enums import Role
from pledges.models import DepartmentChange, Membership, Municipality, Pledge, User
from reports.editions import publish_period
from tests.factories import (
    AreaFactory,
    DepartmentFactory,
    IndicatorFactory,
    InvestmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
    SubProjectFactory,
    TermFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dalbit():
    return MunicipalityFactory(code="dalbit", name="달빛시")


@pytest.fixture
def foreign(dalbit):
    return PledgeFactory(plan=PlanFactory(term=TermFactory(municipality=dalbit)), code="9-9")


@pytest.fixture
def own():
    return PledgeFactory(code="1-1")


@pytest.fixture
def keeper(client, own):
    user = MembershipFactory(role=Role.ADMIN).user
    client.force_login(user)
    return user


def change(obj):
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def listing(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/?next=/admin/", "/admin/pledges/pledge/"])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.COORDINATOR, Role.AUDITOR])
def test_admin_refuses_the_signed_in_without_the_right_in_the_portals_face(client, role, address):
    department = DepartmentFactory() if role in (Role.OFFICER, Role.HEAD) else None
    client.force_login(MembershipFactory(role=role, department=department, user__is_staff=True).user)
    page = client.get(address)
    assert page.status_code == 403
    assert "접근 권한이 없습니다" in page.content.decode()


def test_admin_sends_the_signed_out_to_the_login_and_back(client, db):
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/login/?next=/admin/"
    assert page.status_code == 200


def test_city_administrator_needs_no_staff_flag(client, keeper):
    assert client.get("/admin/").status_code == 200


def test_lists_and_pages_hold_the_own_citys_rows_only(client, keeper, own, foreign):
    page = client.get(listing(Pledge)).content.decode()
    assert "1-1" in page
    assert "9-9" not in page
    assert client.get(change(own)).status_code == 200
    assert client.get(change(foreign)).status_code == 302
    assert client.get(reverse("admin:pledges_pledge_history", args=[foreign.pk])).status_code == 403


def test_choices_and_autocompletion_stay_in_the_city(client, keeper, own, dalbit):
    DepartmentFactory(name="우리과")
    other = DepartmentFactory(name="달빛과", municipality=dalbit)
    answer = client.get(
        "/admin/autocomplete/",
        {"app_label": "pledges", "model_name": "pledge", "field_name": "lead_department", "term": "과"},
    ).json()
    assert [row["text"] for row in answer["results"]] == ["우리과"]
    form = client.get(change(own)).context["adminform"].form
    assert other not in form.fields["lead_department"].queryset


def test_rows_of_another_city_can_not_be_changed_added_or_deleted(client, keeper, foreign):
    client.post(change(foreign), {"name": "가로챈 이름"})
    client.post(change(foreign).replace("change", "delete"), {"post": "yes"})
    client.post(listing(Pledge), {"action": "delete_selected", "_selected_action": foreign.pk, "post": "yes"})
    foreign.refresh_from_db()
    assert foreign.name == "공약 9-9"


def test_money_is_headed_in_words_with_grouped_amounts(client, keeper, own):
    sub_project = SubProjectFactory(pledge=own, name="운영")
    InvestmentFactory(sub_project=sub_project, source="national", year=2022, amount=300_000_000)
    InvestmentFactory(sub_project=sub_project, source="city", span="prior", year=None, amount=0)
    page = client.get(change(sub_project)).content.decode()
    assert "국비 2022: 300,000,000원" in page
    assert "시비 기투자: 0원" in page
    assert "national 2022" not in page


def pledge_form(pledge, **more):
    return {
        "plan": pledge.plan_id,
        "code": pledge.code,
        "position": pledge.position,
        "name": pledge.name,
        "area": "",
        "lead_department": "",
        "completion": "",
        "novelty": "",
        "budgeted": "unknown",
        **{
            f"{prefix}-{field}": "0"
            for prefix in ("indicators", "tasks", "sub_projects")
            for field in ("TOTAL_FORMS", "INITIAL_FORMS")
        },
        **more,
    }


def test_correcting_a_pledge_writes_history_with_its_author(client, keeper, own):
    response = client.post(change(own), pledge_form(own, name="고친 이름"))
    assert response.status_code == 302
    own.refresh_from_db()
    assert own.name == "고친 이름"
    assert own.history.first().history_user == keeper
    history = client.get(reverse("admin:pledges_pledge_history", args=[own.pk]))
    assert "고친 이름" in history.content.decode()


def test_text_of_many_lines_comes_back_as_it_was(client, keeper, own):
    """A browser sends a line end as two signs: a text only looked at must not come back as another."""
    own.overview = "첫째 줄\n둘째 줄"
    own.save()
    client.post(change(own), pledge_form(own, name="고친 이름", overview="첫째 줄\r\n둘째 줄"))
    own.refresh_from_db()
    assert (own.name, own.overview) == ("고친 이름", "첫째 줄\n둘째 줄")


def test_area_of_another_plan_is_refused(client, keeper, own):
    area = AreaFactory(plan=PlanFactory(term=own.plan.term, code="works"), code="W")
    page = client.post(change(own), pledge_form(own, area=area.pk))
    assert page.status_code == 200
    assert "area" in page.context["adminform"].form.errors


def test_indicators_and_sub_projects_stand_on_the_pledges_page(client, keeper, own):
    IndicatorFactory(pledge=own, name="보고회 개최")
    SubProjectFactory(pledge=own, name="운영 활성화")
    page = client.get(change(own)).content.decode()
    assert "보고회 개최" in page
    assert "운영 활성화" in page


def test_reports_and_editions_are_looked_at_only(client, own):
    superuser = UserFactory(is_superuser=True)
    client.force_login(superuser)
    report = ReportFactory(pledge=own)
    publish_period(period=PeriodFactory(plan=own.plan, as_of=dt.date(2024, 3, 31)), user=superuser)
    edition = own.plan.editions.get()
    for obj in (report, report.period, edition, edition.pledges.get()):
        assert client.get(change(obj)).status_code == 200
        assert client.post(change(obj), {"name": "x"}).status_code == 403
        assert client.post(change(obj).replace("change", "delete"), {"post": "yes"}).status_code == 403
        name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_add"
        assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=str))
def test_every_list_and_form_of_the_admin_opens_for_a_superuser(client, own, model):
    client.force_login(UserFactory(is_superuser=True))
    assert client.get(listing(model)).status_code == 200
    add = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    assert client.get(add).status_code in {200, 403}


# --- People ---


def test_city_administrator_sees_people_of_that_city_alone(client, keeper, dalbit):
    mine = MembershipFactory(role=Role.AUDITOR).user
    both = MembershipFactory(role=Role.AUDITOR).user
    MembershipFactory(user=both, municipality=dalbit)
    chief = MembershipFactory(role=Role.ADMIN, user__is_superuser=True).user
    theirs = MembershipFactory(municipality=dalbit).user
    for user, status in [(mine, 200), (both, 302), (chief, 302), (theirs, 302)]:
        assert client.get(change(user)).status_code == status
        password = reverse("admin:auth_user_password_change", args=[user.pk])
        assert client.get(password).status_code == (200 if status == 200 else 404)


def test_city_administrator_can_not_make_a_superuser(client, keeper):
    mine = MembershipFactory(role=Role.AUDITOR).user
    form = client.get(change(mine)).context["adminform"].form
    assert not {"is_superuser", "is_staff", "user_permissions", "groups"} & set(form.fields)


def test_people_come_in_by_invitation_and_superusers_alone_make_accounts_here(client, keeper):
    add = reverse("admin:pledges_user_add")
    person = {
        "username": "newcomer",
        "name": "새 사람",
        "email": "new@hanbit.example",
        "usable_password": "true",
        "password1": "long-password-1",
        "password2": "long-password-1",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    assert client.get(add).status_code == 403
    assert client.post(add, person).status_code == 403
    client.force_login(UserFactory(is_superuser=True))
    assert client.post(add, {**person, "email": keeper.email.upper()}).status_code == 200
    assert not User.objects.filter(username="newcomer").exists()
    assert client.post(add, person).status_code == 302
    assert User.objects.get(username="newcomer").email == "new@hanbit.example"


def test_memberships_are_only_looked_at_with_the_way_to_the_people_page(client, keeper):
    officer = MembershipFactory(role=Role.OFFICER, department=DepartmentFactory())
    own = keeper.memberships.get()
    page = client.get(change(officer))
    assert page.status_code == 200
    assert 'href="/staff/hanbit/people/"' in page.text
    for membership in (officer, own):
        wanted = {"user": membership.user_id, "municipality": membership.municipality_id, "department": ""}
        assert client.post(change(membership), {**wanted, "role": "officer"}).status_code == 403
        delete = change(membership).replace("change", "delete")
        assert client.post(delete, {"post": "yes"}).status_code == 403
    picked = {"action": "delete_selected", "_selected_action": officer.pk, "post": "yes"}
    client.post(listing(Membership), picked)
    add = reverse("admin:pledges_membership_add")
    assert client.post(add, {"user": keeper.pk, "role": "head"}).status_code == 403
    assert Membership.objects.count() == 2


def test_membership_on_a_persons_page_can_not_be_changed_added_or_deleted(client, keeper):
    officer = MembershipFactory(role=Role.OFFICER, department=DepartmentFactory())
    page = client.get(change(officer.user))
    assert 'href="/staff/hanbit/people/"' in page.text
    form = {
        "username": officer.user.username,
        "name": "고친 이름",
        "email": officer.user.email,
        "is_active": "on",
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": officer.pk,
        "memberships-0-user": officer.user_id,
        "memberships-0-municipality": officer.municipality_id,
        "memberships-0-role": "admin",
        "memberships-0-DELETE": "on",
        "memberships-1-user": officer.user_id,
        "memberships-1-municipality": officer.municipality_id,
        "memberships-1-role": "auditor",
    }
    assert client.post(change(officer.user), form).status_code == 302
    officer.refresh_from_db()
    officer.user.refresh_from_db()
    assert (officer.user.name, officer.role) == ("고친 이름", Role.OFFICER)
    assert officer.user.memberships.count() == 1


def test_own_account_is_not_locked_by_its_administrator(client, keeper):
    assert "is_active" not in client.get(change(keeper)).context["adminform"].form.fields
    mine = MembershipFactory(role=Role.AUDITOR).user
    assert "is_active" in client.get(change(mine)).context["adminform"].form.fields


def test_new_citys_people_page_is_reached_from_its_row(client):
    MunicipalityFactory(code="dalbit", name="달빛시")
    client.force_login(UserFactory(is_superuser=True))
    assert 'href="/staff/dalbit/people/"' in client.get(listing(Municipality)).text


# --- Departments, cycle, suggestions -------------------------------------------------------


def test_department_is_neither_renamed_nor_ended_in_the_admin(client, keeper):
    department = DepartmentFactory(name="경제과")
    client.post(change(department), {"name": "기업과", "ended_on": "2024-01-01"})
    department.refresh_from_db()
    assert (department.name, department.ended_on) == ("경제과", None)


def test_ended_department_is_not_offered_and_refused_with_its_successor(client, keeper, own):
    ended = DepartmentFactory(name="경제과", ended_on=dt.date(2024, 7, 1))
    heir = DepartmentFactory(name="경제기업과")
    DepartmentChange.objects.create(
        municipality=heir.municipality,
        kind="merged",
        old_name="경제과",
        new_name="경제기업과",
        successor=heir,
        changed_on=dt.date(2024, 7, 1),
        reason="통합",
    )
    place = {"app_label": "pledges", "model_name": "pledge", "field_name": "lead_department", "term": "경제"}
    offered = client.get(reverse("admin:autocomplete"), place).json()["results"]
    assert [each["text"] for each in offered] == ["경제기업과"]
    page = client.get(change(own))
    data = {
        name: field.value() if field.value() is not None else ""
        for name, field in ((bound.name, bound) for bound in page.context["adminform"].form)
    }
    data = {name: value for name, value in data.items() if value not in ("", False, [])}
    for formset in page.context["inline_admin_formsets"]:
        for bound in formset.formset.management_form:
            data[bound.html_name] = bound.value()
    answer = client.post(change(own), {**data, "lead_department": ended.pk})
    assert answer.status_code == 200
    assert "경제기업과" in str(answer.context["adminform"].form.errors["lead_department"])
    assert client.post(change(own), {**data, "lead_department": heir.pk}).status_code == 302
    own.refresh_from_db()
    assert own.lead_department == heir


def test_cycle_sign_off_and_suggestions_are_set_in_the_admin(client, keeper, own):
    form = client.get(change(own.plan)).context["adminform"].form
    assert {"cycle", "head_signs"} <= form.fields.keys()
    assert "counted_by" in client.get(change(IndicatorFactory(pledge=own))).context["adminform"].form.fields


def test_changes_of_departments_are_only_looked_at(client, keeper):
    heir = DepartmentFactory(name="경제기업과")
    row = DepartmentChange.objects.create(
        municipality=heir.municipality,
        kind="renamed",
        old_name="경제과",
        new_name="경제기업과",
        successor=heir,
        changed_on=dt.date(2024, 7, 1),
        reason="통합",
    )
    assert client.get(change(row)).status_code == 200
    assert client.post(change(row), {"reason": "다른 이유"}).status_code == 403
