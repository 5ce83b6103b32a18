"""직제 개편: departments renamed, merged and split, and what goes over to the successor."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pledges import workflow
from pledges.enums import DepartmentChangeKind, Role
from pledges.models import (
    AuditEntry,
    Department,
    DepartmentChange,
    DueExtension,
    Invitation,
    Membership,
    Pledge,
    SupportInvitation,
)
from pledges.successors import read_change_log, read_successors
from pledges.workflow import BadName, ReasonMissing, WrongState
from tests.factories import (
    DepartmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PledgeFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 7, 1)
WHY = {"changed_on": DAY, "reason": "조직개편 조례 시행"}


class Offices:
    """Three departments of 한빛시 with a pledge led, one supported, people, an invitation, an extension."""

    def __init__(self):
        self.economy, self.firms = DepartmentFactory(name="경제과"), DepartmentFactory(name="기업과")
        self.welfare = DepartmentFactory(name="복지과")
        self.city = self.economy.municipality
        self.led = PledgeFactory(
            code="1-1", lead_department=self.economy, supporting_departments=[self.firms]
        )
        self.supported = PledgeFactory(
            code="2-1", lead_department=self.welfare, supporting_departments=[self.economy]
        )
        self.officer = self.member(Role.OFFICER, self.economy)
        self.admin = self.member(Role.ADMIN, None)
        self.period = PeriodFactory(plan=self.led.plan, as_of=dt.date(2024, 6, 30))
        self.extension = DueExtension.objects.create(
            period=self.period, department=self.economy, due_on=dt.date(2024, 7, 20), reason="감사"
        )
        self.leave = SupportInvitation.objects.create(pledge=self.supported, department=self.economy)
        self.invited = self.invitation(self.economy)

    def member(self, role, department, **fields):
        return MembershipFactory(role=role, department=department, **fields).user

    def invitation(self, department):
        return Invitation.objects.create(
            email="new@hanbit.example",
            name="새 담당",
            municipality=self.city,
            department=department,
            role=Role.OFFICER,
            token_digest="a" * 64,
            expires_at=timezone.now() + dt.timedelta(days=7),
        )

    def departments_of(self, pledge):
        pledge = Pledge.objects.get(pk=pledge.pk)
        lead = pledge.lead_department.name if pledge.lead_department else ""
        return lead, [each.name for each in pledge.supporting_departments.all()]


@pytest.fixture
def offices():
    return Offices()


def names():
    return list(Department.objects.standing().by_name().values_list("name", flat=True))


def history_matches(model):
    """Every row's last row of history holds what the row holds: nothing was written past it."""
    for row in model.objects.all():
        last = row.history.first()
        assert last is not None
        for field in model._meta.concrete_fields:
            assert getattr(last, field.attname) == getattr(row, field.attname), field.name


# --- Renamed --------------------------------------------------------------------------


def test_renamed_department_keeps_its_row_and_everything_of_it(offices):
    workflow.rename_department(department=offices.economy, user=offices.admin, name="경제정책과", **WHY)
    assert offices.departments_of(offices.led) == ("경제정책과", ["기업과"])
    assert offices.departments_of(offices.supported) == ("복지과", ["경제정책과"])
    change = DepartmentChange.objects.get()
    assert (change.kind, change.old_name, change.new_name, change.successor, change.changed_on) == (
        DepartmentChangeKind.RENAMED,
        "경제과",
        "경제정책과",
        offices.economy,
        DAY,
    )
    history_matches(Department)
    entry = AuditEntry.objects.newest_first()[0]
    assert (entry.action, entry.actor_key, entry.municipality) == (
        "department_renamed",
        offices.admin.pk,
        offices.city,
    )
    assert entry.body["reason"] == "조직개편 조례 시행"


@pytest.mark.parametrize("name", ["", "  ", "기업과", "기업과 ", "경제, 기업과", "-", "가" * 101, "경제과"])
def test_renaming_is_refused_for_a_name_that_no_sheet_could_tell_apart(offices, name):
    with pytest.raises(BadName):
        workflow.rename_department(department=offices.economy, user=offices.admin, name=name, **WHY)
    assert names() == ["경제과", "기업과", "복지과"]


def test_rename_needs_a_reason_and_a_date_that_has_come(offices):
    with pytest.raises(ReasonMissing):
        workflow.rename_department(
            department=offices.economy, user=offices.admin, name="새과", changed_on=DAY, reason=" "
        )
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(WrongState):
        workflow.rename_department(
            department=offices.economy, user=offices.admin, name="새과", changed_on=tomorrow, reason="이유"
        )


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.HEAD, Role.OFFICER])
def test_who_is_not_the_administrator_changes_no_department(offices, role):
    department = offices.economy if role in (Role.HEAD, Role.OFFICER) else None
    user = offices.member(role, department)
    with pytest.raises(PermissionDenied):
        workflow.rename_department(department=offices.economy, user=user, name="새과", **WHY)
    with pytest.raises(PermissionDenied):
        workflow.merge_departments(departments=[offices.economy], into=offices.firms, user=user, **WHY)
    with pytest.raises(PermissionDenied):
        workflow.create_department(municipality=offices.city, user=user, name="새과")
    assert names() == ["경제과", "기업과", "복지과"]


def test_administrator_of_another_city_changes_no_department(offices):
    stranger = MembershipFactory(
        role=Role.ADMIN, municipality=MunicipalityFactory(code="dalbit", name="달빛시")
    ).user
    with pytest.raises(PermissionDenied):
        workflow.rename_department(department=offices.economy, user=stranger, name="새과", **WHY)


# --- Merged ---------------------------------------------------------------------------


def test_merged_into_a_new_department_everything_follows(offices):
    target = workflow.merge_departments(
        departments=[offices.economy, offices.firms], name="경제기업과", user=offices.admin, **WHY
    )
    # The firms' office supported what the economy's led: the merged one leads, and supports itself no more.
    assert offices.departments_of(offices.led) == ("경제기업과", [])
    assert offices.departments_of(offices.supported) == ("복지과", ["경제기업과"])
    assert Membership.objects.get(user=offices.officer).department == target
    assert Invitation.objects.get().department == target
    assert SupportInvitation.objects.get().department == target
    assert DueExtension.objects.get().department == target
    ended = Department.objects.ended().by_name()
    assert [(each.name, each.ended_on) for each in ended] == [("경제과", DAY), ("기업과", DAY)]
    assert names() == ["경제기업과", "복지과"]
    assert sorted(DepartmentChange.objects.values_list("kind", "old_name", "new_name")) == [
        ("merged", "경제과", "경제기업과"),
        ("merged", "기업과", "경제기업과"),
    ]
    for model in (Department, Pledge, Membership, SupportInvitation, DueExtension, DepartmentChange):
        history_matches(model)
    last = offices.led.history.first()
    assert list(last.supporting_departments.all()) == []


def test_merger_is_logged_for_each_pledge_with_its_old_and_new_department(offices):
    target = workflow.merge_departments(
        departments=[offices.economy], into=offices.firms, user=offices.admin, **WHY
    )
    entries = AuditEntry.objects.for_action("departments_merged")
    assert {entry.pledge_code for entry in entries} == {"", "1-1", "2-1"}
    (entry,) = [entry for entry in entries if entry.pledge_code == "1-1"]
    told = str(entry.body["rows"])
    assert str(offices.economy.pk) in told
    assert str(target.pk) in told


def test_merged_into_one_that_stands_its_people_and_leaves_are_not_doubled(offices):
    offices.supported.supporting_departments.add(offices.firms)
    SupportInvitation.objects.create(pledge=offices.supported, department=offices.firms, note="기업 수")
    MembershipFactory(user=offices.officer, role=Role.OFFICER, department=offices.firms)
    workflow.merge_departments(
        departments=[offices.economy, offices.firms], into=offices.firms, user=offices.admin, **WHY
    )
    assert offices.departments_of(offices.led) == ("기업과", [])
    assert offices.departments_of(offices.supported) == ("복지과", ["기업과"])
    assert Membership.objects.filter(user=offices.officer).count() == 1
    assert SupportInvitation.objects.get().note == "기업 수"
    assert names() == ["기업과", "복지과"]


def test_merged_department_may_keep_the_name_of_one_of_them(offices):
    target = workflow.merge_departments(
        departments=[offices.economy, offices.firms], name="기업과", user=offices.admin, **WHY
    )
    assert target.pk == offices.firms.pk
    assert names() == ["기업과", "복지과"]
    assert DepartmentChange.objects.count() == 1


def test_merging_with_itself_an_ended_or_a_foreign_department_is_refused(offices):
    foreign = DepartmentFactory(municipality=MunicipalityFactory(code="dalbit", name="달빛시"), name="경제과")
    ended = DepartmentFactory(name="옛과", ended_on=DAY)
    for bad in (
        {"departments": [offices.economy], "into": offices.economy},
        {"departments": [], "into": offices.economy},
        {"departments": [offices.economy], "into": ended},
        {"departments": [offices.economy], "into": foreign},
        {"departments": [offices.economy, foreign], "into": offices.firms},
    ):
        with pytest.raises(WrongState):
            workflow.merge_departments(user=offices.admin, **WHY, **bad)
    with pytest.raises(BadName):
        workflow.merge_departments(departments=[offices.economy], name="복지과", user=offices.admin, **WHY)
    assert DepartmentChange.objects.count() == 0


def test_merging_many_pledges_takes_the_same_queries_as_one(offices):
    def merge(source):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            workflow.merge_departments(departments=[source], into=offices.welfare, user=offices.admin, **WHY)
        return len(queries)

    one, many = DepartmentFactory(name="한과"), DepartmentFactory(name="열과")
    PledgeFactory(lead_department=one, supporting_departments=[offices.firms])
    for _ in range(10):
        PledgeFactory(lead_department=many, supporting_departments=[offices.firms])
    merge(DepartmentFactory(name="빈과"))
    assert merge(one) == merge(many)


# --- Split ----------------------------------------------------------------------------


def split(offices, **more):
    membership = Membership.objects.get(user=offices.officer)
    return workflow.split_department(
        **{
            "department": offices.economy,
            "user": offices.admin,
            **WHY,
            "parts": ["일자리과", "경제정책과"],
            "led": {offices.led.pk: "일자리과"},
            "supported": {offices.supported.pk: "경제정책과"},
            "members": {membership.pk: "경제정책과"},
            "invitations": {offices.invited.pk: "일자리과"},
            **more,
        }
    )


def test_split_department_gives_each_pledge_and_person_to_its_part(offices):
    jobs, policy = split(offices)
    assert (jobs.name, policy.name) == ("일자리과", "경제정책과")
    assert offices.departments_of(offices.led) == ("일자리과", ["기업과"])
    assert offices.departments_of(offices.supported) == ("복지과", ["경제정책과"])
    assert Membership.objects.get(user=offices.officer).department == policy
    assert Invitation.objects.get().department == jobs
    assert SupportInvitation.objects.get().department == policy
    found = DueExtension.objects.order_by("department__name")
    assert [(each.department.name, each.due_on.day, each.reason) for each in found] == [
        ("경제정책과", 20, "감사"),
        ("일자리과", 20, "감사"),
    ]
    assert {each.granted_at for each in found} == {offices.extension.granted_at}
    assert Department.objects.get(pk=offices.economy.pk).ended_on == DAY
    assert sorted(DepartmentChange.objects.values_list("kind", "old_name", "new_name")) == [
        ("split", "경제과", "경제정책과"),
        ("split", "경제과", "일자리과"),
    ]
    for model in (Department, Pledge, Membership, SupportInvitation, DueExtension, DepartmentChange):
        history_matches(model)


def test_split_department_whose_name_is_among_the_parts_goes_on(offices):
    old, _jobs = split(
        offices,
        parts=["경제과", "일자리과"],
        supported={offices.supported.pk: "경제과"},
        members={},
    )
    assert old.pk == offices.economy.pk
    assert Department.objects.get(pk=offices.economy.pk).ended_on is None
    assert offices.departments_of(offices.led)[0] == "일자리과"
    assert offices.departments_of(offices.supported)[1] == ["경제과"]
    assert Membership.objects.get(user=offices.officer).department == old
    assert DueExtension.objects.count() == 2


def test_split_leaves_people_to_be_placed_later(offices):
    jobs, _policy = split(offices, members={})
    membership = Membership.objects.get(user=offices.officer)
    assert membership.department == offices.economy
    placed = workflow.place_members(
        department=offices.economy, user=offices.admin, members={membership.pk: jobs}
    )
    membership.refresh_from_db()
    assert (placed, membership.department) == (1, jobs)
    with pytest.raises(WrongState):
        workflow.place_members(department=jobs, user=offices.admin, members={membership.pk: jobs})
    with pytest.raises(PermissionDenied):
        workflow.place_members(department=offices.economy, user=offices.officer, members={})


@pytest.mark.parametrize(
    "more",
    [
        {"led": {}},
        {"supported": {}},
        {"invitations": {}},
        {"parts": ["일자리과"]},
        {"parts": ["일자리과", "일자리과 "]},
    ],
)
def test_split_that_leaves_something_without_a_part_is_refused(offices, more):
    with pytest.raises(WrongState):
        split(offices, **more)
    assert names() == ["경제과", "기업과", "복지과"]


def test_department_that_ended_stands_again_when_a_part_takes_its_name(offices):
    merged = workflow.merge_departments(
        departments=[offices.economy, offices.firms], name="경제기업과", user=offices.admin, **WHY
    )
    membership = Membership.objects.get(user=offices.officer)
    workflow.split_department(
        department=merged,
        user=offices.admin,
        changed_on=dt.date(2025, 1, 1),
        reason="다시 나눔",
        parts=["경제과", "기업과"],
        led={offices.led.pk: "기업과"},
        supported={offices.supported.pk: "경제과"},
        members={membership.pk: "경제과"},
        invitations={offices.invited.pk: "경제과"},
    )
    assert names() == ["경제과", "기업과", "복지과"]
    assert Department.objects.count() == 4
    assert offices.departments_of(offices.led)[0] == "기업과"
    assert [each.name for each in read_successors(offices.city).heirs("경제과")] == ["경제과"]


# --- What old names mean -----------------------------------------------------------------


def test_an_old_name_means_its_successor_through_many_changes(offices):
    workflow.rename_department(department=offices.economy, user=offices.admin, name="경제정책과", **WHY)
    target = workflow.merge_departments(
        departments=[Department.objects.get(pk=offices.economy.pk)],
        into=offices.firms,
        user=offices.admin,
        changed_on=dt.date(2025, 1, 1),
        reason="통합",
    )
    workflow.rename_department(
        department=target, user=offices.admin, name="산업과", changed_on=dt.date(2025, 7, 1), reason="이름"
    )
    target = Department.objects.get(pk=target.pk)
    successors = read_successors(offices.city)
    for old in ("경제과", "경제정책과", "기업과", "산업과"):
        assert [each.name for each in successors.heirs(old)] == ["산업과"]
    assert successors.heirs("없던과") == ()
    assert successors.former_names(target) == ["기업과", "경제정책과"]
    ended = Department.objects.get(name="경제정책과")
    assert "산업과" in successors.refusal(ended)
    assert successors.refusal(target) == ""


def test_a_split_name_means_its_parts_and_a_standing_department_itself(offices):
    split(offices)
    successors = read_successors(offices.city)
    assert [each.name for each in successors.heirs("경제과")] == ["경제정책과", "일자리과"]
    assert [each.name for each in successors.heirs("복지과")] == ["복지과"]


def test_change_log_tells_a_merger_once_with_all_its_names(offices):
    workflow.merge_departments(
        departments=[offices.economy, offices.firms], name="경제기업과", user=offices.admin, **WHY
    )
    (line,) = read_change_log(offices.city)
    assert (line.old_names, line.new_names, line.reason) == (
        ("경제과", "기업과"),
        ("경제기업과",),
        "조직개편 조례 시행",
    )
    assert line.recorded_by == str(offices.admin)


def test_ended_department_gets_no_more_time(offices):
    coordinator = offices.member(Role.COORDINATOR, None)
    offices.firms.ended_on = DAY
    offices.firms.save()
    with pytest.raises(WrongState):
        workflow.extend_due_date(
            period=offices.period,
            user=coordinator,
            department=offices.firms,
            due_on=dt.date(2024, 8, 1),
            reason="이유",
        )


def test_pledges_of_an_earlier_term_follow_too(offices):
    old = TermFactory(number=7, starts_on=dt.date(2018, 7, 1), ends_on=dt.date(2022, 6, 30))
    earlier = PledgeFactory(plan__term=old, code="7-1", lead_department=offices.economy)
    workflow.merge_departments(departments=[offices.economy], into=offices.firms, user=offices.admin, **WHY)
    assert offices.departments_of(earlier)[0] == "기업과"


# --- Pages ------------------------------------------------------------------------------


def page(name="departments", **kwargs):
    return reverse(f"city:{name}", kwargs={"city": "hanbit", **kwargs})


@pytest.fixture
def as_admin(client, offices):
    client.force_login(offices.admin)
    return client


def test_list_shows_what_each_department_has(as_admin, offices):
    text = as_admin.get(page()).content.decode()
    assert "경제과" in text
    rows = {each.name: each for each in Department.objects.with_counts()}
    economy = rows["경제과"]
    assert (economy.led, economy.supported, economy.people, economy.awaited) == (1, 1, 1, 1)
    assert (rows["기업과"].led, rows["기업과"].supported, rows["기업과"].people) == (0, 1, 0)


def test_list_takes_the_same_queries_for_three_departments_and_for_nine(as_admin, offices):
    def count():
        with CaptureQueriesContext(connection) as queries:
            as_admin.get(page())
        return len(queries)

    count()
    before = count()
    for number in range(6):
        DepartmentFactory(name=f"{number}과", ended_on=DAY if number % 2 else None)
    assert count() == before


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.OFFICER])
def test_pages_are_refused_to_who_does_not_manage_departments(client, offices, role):
    client.force_login(offices.member(role, offices.economy if role == Role.OFFICER else None))
    assert client.get(page()).status_code == (200 if role == Role.AUDITOR else 403)
    assert client.post(page(), {"name": "새과"}).status_code == 403
    for address in (
        page("merge_departments"),
        page("rename_department", department=offices.economy.pk),
        page("split_department", department=offices.economy.pk),
    ):
        assert client.get(address).status_code == 403
        assert client.post(address, {"step": "confirm"}).status_code == 403


def test_auditor_reads_departments_and_meets_no_step(client, offices):
    client.force_login(offices.member(Role.ADMIN, None))
    kept = client.get(page()).text
    client.force_login(offices.member(Role.AUDITOR, None))
    read = client.get(page()).text
    assert offices.economy.name in read
    steps = ("/merge/", "/rename/", "/split/", 'method="post" action="/staff/')
    assert [step in kept for step in steps] == [True] * 4
    assert [step in read for step in steps] == [False] * 4


def test_another_citys_administrator_finds_no_department_here(client, offices):
    dalbit = MunicipalityFactory(code="dalbit", name="달빛시")
    client.force_login(MembershipFactory(role=Role.ADMIN, municipality=dalbit).user)
    assert client.get(page()).status_code == 404
    own = reverse("city:rename_department", kwargs={"city": "dalbit", "department": offices.economy.pk})
    assert client.get(own).status_code == 404


def test_new_department_is_made_and_a_bad_name_is_said_at_the_field(as_admin, offices):
    assert as_admin.post(page(), {"name": "신설과"}).status_code == 302
    assert "신설과" in names()
    answer = as_admin.post(page(), {"name": "경제과"})
    assert answer.status_code == 422
    assert answer.context["form"]["name"].value() == "경제과"


def test_rename_is_looked_at_before_it_is_done(as_admin, offices):
    address = page("rename_department", department=offices.economy.pk)
    data = {"name": "경제정책과", "changed_on": "2024-07-01", "reason": "조례"}
    looked = as_admin.post(address, {**data, "step": "look"})
    assert looked.status_code == 200
    assert looked.context["following"].pledges == 2
    assert names()[0] == "경제과"
    assert as_admin.post(address, {**data, "step": "edit"}).context["form"]["name"].value() == "경제정책과"
    assert as_admin.post(address, {**data, "step": "confirm"}).status_code == 302
    assert "경제정책과" in names()


def test_refused_rename_keeps_what_was_typed(as_admin, offices):
    address = page("rename_department", department=offices.economy.pk)
    answer = as_admin.post(
        address, {"name": "복지과", "changed_on": "2024-07-01", "reason": "조례", "step": "look"}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
    assert answer.context["form"]["reason"].value() == "조례"
    assert as_admin.post(address, {"name": "", "step": "look"}).status_code == 422


def test_merge_page_looks_and_merges(as_admin, offices):
    data = {
        "departments": [offices.economy.pk, offices.firms.pk],
        "into": "",
        "name": "경제기업과",
        "changed_on": "2024-07-01",
        "reason": "조례",
    }
    looked = as_admin.post(page("merge_departments"), {**data, "step": "look"})
    assert looked.context["following"].pledges == 2
    assert names() == ["경제과", "기업과", "복지과"]
    assert as_admin.post(page("merge_departments"), {**data, "step": "confirm"}).status_code == 302
    assert names() == ["경제기업과", "복지과"]
    for bad in (
        {"name": ""},
        {"into": offices.welfare.pk},
        {"departments": []},
        {"departments": [offices.economy.pk]},
    ):
        assert as_admin.post(page("merge_departments"), {**data, **bad, "step": "look"}).status_code == 422


def test_merge_page_says_which_extended_due_dates_go_over(as_admin, offices):
    data = {
        "into": offices.welfare.pk,
        "name": "",
        "changed_on": "2024-07-01",
        "reason": "조례",
        "step": "look",
    }
    PledgeFactory(code="9-9", lead_department=offices.welfare)
    looked = as_admin.post(page("merge_departments"), {**data, "departments": [offices.economy.pk]})
    text = " ".join(looked.content.decode().split())
    assert "복지과의 모든 주관 공약에 이 기한이 적용됩니다" in text
    assert "2024. 6. 30. 기준" in text
    assert '경제과: <strong class="nowrap">2024. 7. 10. → 2024. 7. 20.</strong>' in text
    assert "감사" in text
    # Of a period that is closed nothing is due any more; of the firms' department nothing was extended.
    offices.period.state = "closed"
    offices.period.save()
    looked = as_admin.post(page("merge_departments"), {**data, "departments": [offices.economy.pk]})
    assert "이 기한이 적용됩니다" not in looked.content.decode()
    looked = as_admin.post(page("merge_departments"), {**data, "departments": [offices.firms.pk]})
    assert "이 기한이 적용됩니다" not in looked.content.decode()


def test_split_page_asks_for_parts_then_for_each_pledge_then_shows_what_follows(as_admin, offices):
    address = page("split_department", department=offices.economy.pk)
    membership = Membership.objects.get(user=offices.officer)
    assert as_admin.get(address).status_code == 200
    data = {"parts": "일자리과\n경제정책과\n", "changed_on": "2024-07-01", "reason": "조례"}
    asked = as_admin.post(address, {**data, "step": "assign"})
    assert f"led-{offices.led.pk}" in asked.content.decode()
    assert as_admin.post(address, {**data, "step": "look"}).status_code == 422
    data |= {
        f"led-{offices.led.pk}": "일자리과",
        f"supported-{offices.supported.pk}": "경제정책과",
        f"member-{membership.pk}": "",
        f"invitation-{offices.invited.pk}": "일자리과",
    }
    looked = as_admin.post(address, {**data, "step": "look"})
    assert looked.status_code == 200
    assert [part["name"] for part in looked.context["look"]] == ["일자리과", "경제정책과"]
    assert names() == ["경제과", "기업과", "복지과"]
    again = as_admin.post(address, {**data, "step": "assign"})
    assert again.context["assign"][f"led-{offices.led.pk}"].value() == "일자리과"
    assert as_admin.post(address, {**data, "step": "confirm"}).status_code == 302
    assert names() == ["경제정책과", "기업과", "복지과", "일자리과"]
    assert as_admin.get(page()).context["unplaced"] == 1
    jobs = Department.objects.get(name="일자리과")
    people = page("people_of_department", department=offices.economy.pk)
    assert as_admin.get(people).status_code == 200
    assert as_admin.post(people, {f"member-{membership.pk}": jobs.pk}).status_code == 302
    membership.refresh_from_db()
    assert membership.department == jobs
