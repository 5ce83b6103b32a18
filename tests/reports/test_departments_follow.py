"""직제 개편: editions keep the old names, old workbooks mean the successors."""

import datetime as dt

import pytest

from pledges import workflow
from pledges.enums import Role
from pledges.models import Department, Plan, Pledge
from reports.cards import read_card
from reports.editions import publish_period
from reports.models import EditionPledge
from reports.workbook import export_workbook, import_workbook
from tests.factories import MembershipFactory, PeriodFactory
from tests.reports.workbooks import book

pytestmark = pytest.mark.django_db
WHY = {"changed_on": dt.date(2024, 7, 1), "reason": "조직개편"}
# The test workbook's lead departments; 기획과 and 복지과 support 1-1 beside.
LED = {"1-1": "경제과", "1-2": "민원과", "III-①-1": "복지과"}


@pytest.fixture
def admin():
    import_workbook(book())
    return MembershipFactory(role=Role.ADMIN).user


def department(name):
    return Department.objects.get(name=name)


def pledge(code):
    return Pledge.objects.select_related("lead_department").get(code=code)


def departments_of(code):
    found = pledge(code)
    return found.lead_department.name, sorted(each.name for each in found.supporting_departments.all())


def merge(admin, *names, name):
    return workflow.merge_departments(
        departments=[department(each) for each in names], name=name, user=admin, **WHY
    )


def split(admin, name, parts, led, supported):
    return workflow.split_department(
        department=department(name),
        user=admin,
        parts=parts,
        led={pledge(code).pk: part for code, part in led.items()},
        supported={pledge(code).pk: part for code, part in supported.items()},
        **WHY,
    )


def changes(result):
    assert result.errors == []
    return sum(found["new"] + found["changed"] for found in result.sheets.values())


def messages(findings, word):
    return [finding for finding in findings if word in finding.message]


def test_export_is_imported_without_a_change_after_each_kind_of_change(admin):
    plan = Plan.objects.with_places().get()
    workflow.rename_department(department=department("민원과"), user=admin, name="시민과", **WHY)
    assert changes(import_workbook(export_workbook(plan))) == 0
    merge(admin, "경제과", "기획과", name="기획경제과")
    assert changes(import_workbook(export_workbook(plan))) == 0
    split(admin, "복지과", ["돌봄과", "어르신과"], {"III-①-1": "돌봄과"}, {"1-1": "어르신과"})
    assert changes(import_workbook(export_workbook(plan))) == 0


def test_old_workbook_means_the_renamed_department_and_says_so(admin):
    workflow.rename_department(department=department("민원과"), user=admin, name="시민과", **WHY)
    result = import_workbook(book())
    assert changes(result) == 0
    assert departments_of("1-2") == ("시민과", [])
    assert not Department.objects.filter(name="민원과").exists()
    (told,) = messages(result.warnings, "시민과")
    assert told.sheet == "공약"
    assert "민원과" in told.message


def test_old_workbook_means_the_merged_department(admin):
    merge(admin, "경제과", "기획과", name="기획경제과")
    assert departments_of("1-1") == ("기획경제과", ["복지과"])
    result = import_workbook(book())
    assert changes(result) == 0
    assert departments_of("1-1") == ("기획경제과", ["복지과"])
    assert len(messages(result.warnings, "기획경제과")) == 2
    assert sorted(Department.objects.standing().values_list("name", flat=True)) == [
        "기획경제과",
        "민원과",
        "복지과",
    ]


def test_old_workbook_means_the_part_of_a_split_department_that_has_the_pledge(admin):
    split(admin, "복지과", ["돌봄과", "어르신과"], {"III-①-1": "돌봄과"}, {"1-1": "어르신과"})
    result = import_workbook(book())
    assert changes(result) == 0
    assert departments_of("III-①-1") == ("돌봄과", [])
    assert departments_of("1-1") == ("경제과", ["기획과", "어르신과"])


def test_split_name_where_no_part_has_the_pledge_is_an_error_that_names_the_parts(admin):
    split(admin, "복지과", ["돌봄과", "어르신과"], {"III-①-1": "돌봄과"}, {"1-1": "어르신과"})
    result = import_workbook(book(공약_E3="복지과"))
    (error,) = result.errors
    assert error.cell == "E3"
    assert "돌봄과" in error.message
    assert "어르신과" in error.message
    assert departments_of("1-2") == ("민원과", [])
    assert changes(import_workbook(book(공약_E3="어르신과"))) == 1


def test_pledge_taken_back_to_the_smaller_department_of_a_split_is_warned_of(admin):
    split(admin, "복지과", ["복지과", "돌봄과"], {"III-①-1": "돌봄과"}, {"1-1": "복지과"})
    result = import_workbook(book(), dry_run=True)
    assert changes(result) == 1
    assert messages(result.warnings, "돌봄과")


def test_new_department_is_still_made_and_told_once(admin):
    result = import_workbook(book(공약_E2="신설과", 공약_E3="신설과"))
    assert changes(result) == 2
    assert len(messages(result.warnings, "신설과")) == 1
    assert department("신설과").ended_on is None


def test_editions_keep_the_names_of_their_time(admin):
    plan = Plan.objects.with_places().get()
    first = PeriodFactory(plan=plan, as_of=dt.date(2024, 6, 30))
    second = PeriodFactory(plan=plan, as_of=dt.date(2024, 9, 30))
    (old,) = publish_period(period=first, user=None)
    before = list(EditionPledge.objects.for_edition(old).in_order().values())
    digest = old.digest
    merge(admin, "경제과", "기획과", name="기획경제과")
    workflow.rename_department(department=department("민원과"), user=admin, name="시민과", **WHY)
    (new,) = publish_period(period=second, user=None)
    old.refresh_from_db()
    assert old.digest == digest
    assert list(EditionPledge.objects.for_edition(old).in_order().values()) == before
    assert [row.department for row in EditionPledge.objects.for_edition(old).in_order()] == list(LED.values())
    assert [row.department for row in EditionPledge.objects.for_edition(new).in_order()] == [
        "기획경제과",
        "시민과",
        "복지과",
    ]
    card = read_card(EditionPledge.objects.for_edition(new).in_order()[0].card)
    assert (card.lead_department, card.supporting_departments) == ("기획경제과", ("복지과",))


def test_reports_follow_their_pledge_to_the_successor(admin):
    officer = MembershipFactory(role=Role.OFFICER, department=department("민원과")).user
    plan = Plan.objects.with_places().get()
    period = PeriodFactory(plan=plan, as_of=dt.date(2024, 12, 31))
    report = workflow.start_report(pledge=pledge("1-2"), period=period, user=officer)
    merge(admin, "민원과", "기획과", name="시민기획과")
    taker = MembershipFactory(role=Role.OFFICER, department=department("시민기획과")).user
    for user in (officer, taker):
        user = type(user).objects.get(pk=user.pk)
        report.refresh_from_db()
        report = workflow.submit_report(
            report=type(report).objects.with_places().get(pk=report.pk),
            user=user,
            version=report.version,
            status="on_track",
            lagging=False,
        )
        report = workflow.withdraw_report(report=report, user=user, version=report.version)
