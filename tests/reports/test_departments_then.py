"""직제 개편: a document of a day names the departments of that day, whenever it is built."""

import datetime as dt

import pytest

from pledges import workflow
from pledges.enums import Role
from pledges.models import Department, FormerDepartment, Plan, Pledge
from reports.cards import build_cards
from reports.editions import publish_period
from reports.models import Edition
from reports.previews import preview_period
from reports.workbook import export_workbook, import_workbook
from tests.factories import (
    ActualFactory,
    DepartmentFactory,
    IndicatorFactory,
    MembershipFactory,
    PeriodFactory,
    PledgeFactory,
)
from tests.reports.seeds import enter, report

pytestmark = pytest.mark.django_db
# The first two end before DAY, the last two on it and after it.
DAYS = [dt.date(2024, 3, 31), dt.date(2024, 6, 30), dt.date(2024, 9, 30), dt.date(2024, 12, 31)]
DAY, NEXT = dt.date(2024, 9, 30), dt.date(2024, 12, 1)
WHY = {"changed_on": DAY, "reason": "조직개편"}
LATER = {"changed_on": NEXT, "reason": "조직개편 2차"}


class Offices:
    """경제과 leads 1 (기업과, 복지과 beside) and supports 2, which 복지과 leads; four quarters of reports."""

    def __init__(self):
        self.economy, self.firms, self.welfare = (
            DepartmentFactory(name=name) for name in ("경제과", "기업과", "복지과")
        )
        self.one = PledgeFactory(
            code="1", lead_department=self.economy, supporting_departments=[self.firms, self.welfare]
        )
        self.two = PledgeFactory(
            code="2", lead_department=self.welfare, supporting_departments=[self.economy]
        )
        self.indicator = IndicatorFactory(pledge=self.one, targets={2024: 8})
        self.admin = MembershipFactory(role=Role.ADMIN).user
        for day in DAYS:
            enter(self.indicator, day, 1)
            report(self.two, day)

    @property
    def plan(self):
        return Plan.objects.with_places().get()

    def period(self, day):
        return PeriodFactory(plan=self.one.plan, as_of=day)

    def publish(self, *days):
        for day in days:
            publish_period(period=self.period(day), user=None, reason="정정")

    def names(self, day, code="1"):
        card = next(card for card in build_cards(self.plan, day) if card.code == code)
        return card.lead_department, card.supporting_departments

    def rename(self, department, name, **when):
        workflow.rename_department(
            department=Department.objects.get(pk=department.pk), user=self.admin, name=name, **(when or WHY)
        )

    def merge(self, *departments, name="", into=None, **when):
        return workflow.merge_departments(
            departments=list(departments), name=name, into=into, user=self.admin, **(when or WHY)
        )

    def split(self, department, parts, led=(), supported=(), **when):
        return workflow.split_department(
            department=department,
            user=self.admin,
            parts=parts,
            led=dict(led),
            supported=dict(supported),
            **(when or WHY),
        )

    def nothing_to_publish(self, *days):
        """Publishing these periods again makes no edition, of them and of the later ones."""
        before = Edition.objects.count()
        for day in days:
            assert preview_period(period=self.period(day)) == []
            assert publish_period(period=self.period(day), user=None) == []
        return Edition.objects.count() == before


@pytest.fixture
def offices():
    return Offices()


def rename(offices):
    offices.rename(offices.economy, "경제정책과")
    return ("경제정책과", ("기업과", "복지과")), ("복지과", ("경제정책과",))


def merge_into_a_new_one(offices):
    offices.merge(offices.economy, offices.firms, name="기업경제과")
    return ("기업경제과", ("복지과",)), ("복지과", ("기업경제과",))


def merge_into_one_that_supports(offices):
    offices.merge(offices.economy, into=offices.firms)
    return ("기업과", ("복지과",)), ("복지과", ("기업과",))


def merge_into_one_that_leads(offices):
    offices.merge(offices.economy, into=offices.welfare)
    return ("복지과", ("기업과",)), ("복지과", ())


def split_into_new_ones(offices):
    offices.split(
        offices.economy, ["산업과", "가계과"], {offices.one.pk: "산업과"}, {offices.two.pk: "가계과"}
    )
    return ("산업과", ("기업과", "복지과")), ("복지과", ("가계과",))


def split_keeping_the_name(offices):
    offices.split(
        offices.economy, ["경제과", "가계과"], {offices.one.pk: "경제과"}, {offices.two.pk: "가계과"}
    )
    return ("경제과", ("기업과", "복지과")), ("복지과", ("가계과",))


def split_to_one_that_supports_already(offices):
    offices.split(
        offices.economy, ["경제과", "기업과"], {offices.one.pk: "기업과"}, {offices.two.pk: "경제과"}
    )
    return ("기업과", ("복지과",)), ("복지과", ("경제과",))


CHANGES = [
    rename,
    merge_into_a_new_one,
    merge_into_one_that_supports,
    merge_into_one_that_leads,
    split_into_new_ones,
    split_keeping_the_name,
    split_to_one_that_supports_already,
]
BEFORE = ("경제과", ("기업과", "복지과")), ("복지과", ("경제과",))


@pytest.mark.parametrize("change", CHANGES)
def test_periods_around_a_change_keep_their_departments_and_make_no_edition(offices, change):
    offices.publish(*DAYS[:2])
    after = change(offices)
    offices.publish(*DAYS[2:])
    for day in DAYS:
        wanted = BEFORE if day < DAY else after
        assert (offices.names(day), offices.names(day, "2")) == wanted
    assert offices.nothing_to_publish(*DAYS)


@pytest.mark.parametrize("change", CHANGES)
def test_correction_of_an_early_quarter_tells_only_what_was_corrected(offices, change):
    offices.publish(*DAYS[:2])
    change(offices)
    offices.publish(*DAYS[2:])
    made = report(offices.one, DAYS[0], revision=2, reason="오기")
    ActualFactory(report=made, indicator=offices.indicator, value=2)
    previews = preview_period(period=offices.period(DAYS[0]))
    assert [preview.as_of for preview in previews] == DAYS
    for preview in previews:
        (difference,) = preview.differences
        assert difference.code == "1"
        old, new = difference.old, difference.new
        assert (old.lead_department, old.supporting_departments) == (
            new.lead_department,
            new.supporting_departments,
        )


def test_change_recorded_late_names_the_new_department_from_its_day_on(offices):
    offices.publish(*DAYS)
    rename(offices)
    previews = preview_period(period=offices.period(DAYS[0]))
    assert [preview.as_of for preview in previews] == DAYS[2:]


def test_chain_of_two_renames_names_each_day_as_it_was(offices):
    offices.rename(offices.economy, "경제정책과")
    offices.rename(offices.economy, "미래경제과", **LATER)
    assert [offices.names(day)[0] for day in DAYS] == ["경제과", "경제과", "경제정책과", "미래경제과"]
    assert [offices.names(day, "2")[1] for day in DAYS] == [
        ("경제과",),
        ("경제과",),
        ("경제정책과",),
        ("미래경제과",),
    ]


def test_rename_taken_back_names_each_day_as_it_was(offices):
    offices.publish(*DAYS[:2])
    offices.rename(offices.economy, "경제정책과")
    offices.publish(DAYS[2])
    offices.rename(offices.economy, "경제과", **LATER)
    offices.publish(DAYS[3])
    assert [offices.names(day)[0] for day in DAYS] == ["경제과", "경제과", "경제정책과", "경제과"]
    assert offices.nothing_to_publish(*DAYS)


def test_merger_taken_back_by_a_split_names_each_day_as_it_was(offices):
    offices.publish(*DAYS[:2])
    merged = offices.merge(offices.economy, offices.firms, name="기업경제과")
    offices.publish(DAYS[2])
    offices.split(
        merged, ["경제과", "기업과"], {offices.one.pk: "경제과"}, {offices.two.pk: "경제과"}, **LATER
    )
    offices.publish(DAYS[3])
    assert [offices.names(day)[0] for day in DAYS] == ["경제과", "경제과", "기업경제과", "경제과"]
    assert offices.names(DAYS[0]) == ("경제과", ("기업과", "복지과"))
    assert offices.names(DAYS[2], "2") == ("복지과", ("기업경제과",))
    assert offices.nothing_to_publish(*DAYS)


def test_renamed_then_merged_on_the_same_day_is_what_it_was_before_both(offices):
    offices.publish(*DAYS[:2])
    offices.rename(offices.economy, "경제정책과")
    offices.merge(Department.objects.get(pk=offices.economy.pk), offices.firms, name="기업경제과")
    assert (offices.names(DAYS[1]), offices.names(DAYS[2])) == (BEFORE[0], ("기업경제과", ("복지과",)))
    assert offices.nothing_to_publish(*DAYS[:2])


def test_change_recorded_after_a_later_one_moves_no_day_before_it(offices):
    offices.publish(*DAYS[:2])
    merged = offices.merge(offices.economy, offices.firms, name="기업경제과", **LATER)
    offices.rename(merged, "미래경제과", **WHY)
    assert [offices.names(day)[0] for day in DAYS] == ["경제과", "경제과", "경제과", "미래경제과"]
    assert offices.nothing_to_publish(*DAYS[:2])


def test_lead_changed_by_hand_after_a_merger_leaves_the_days_before_it(offices):
    offices.publish(*DAYS[:2])
    merge_into_a_new_one(offices)
    Pledge.objects.filter(pk=offices.one.pk).update(lead_department=offices.welfare)
    assert [offices.names(day)[0] for day in DAYS] == ["경제과", "경제과", "복지과", "복지과"]
    assert offices.nothing_to_publish(*DAYS[:2])


def test_only_what_a_change_moves_is_recorded_and_taken_back_with_it(offices):
    workflow.rehearse(lambda: merge_into_a_new_one(offices))
    rename(offices)
    assert not FormerDepartment.objects.exists()
    split_keeping = offices.split(
        Department.objects.get(pk=offices.economy.pk),
        ["경제정책과", "가계과"],
        {offices.one.pk: "경제정책과"},
        {offices.two.pk: "가계과"},
        **LATER,
    )
    row = FormerDepartment.objects.get()
    assert (row.pledge, row.part, row.department, row.change.changed_on) == (
        offices.two,
        "supporting",
        split_keeping[0],
        NEXT,
    )


def test_workbook_of_an_old_day_says_todays_departments_and_imports_without_a_change(offices):
    """A workbook is there to be brought back: it has to mean the departments that stand now."""
    merge_into_a_new_one(offices)
    result = import_workbook(export_workbook(offices.plan, DAYS[0]))
    assert result.errors == []
    assert sum(found["new"] + found["changed"] for found in result.sheets.values()) == 0
    assert offices.names(DAYS[3])[0] == "기업경제과"


@pytest.mark.parametrize("count", [1, 3, 12])
def test_changes_of_departments_cost_the_cards_no_query_more(offices, count, django_assert_num_queries):
    """17 for the cards, one of them for what the departments were; 11 for the figures."""
    for number in range(count):
        made = DepartmentFactory(name=f"{number}과")
        pledge = PledgeFactory(code=f"9-{number}", plan=offices.one.plan, lead_department=made)
        pledge.supporting_departments.add(offices.firms)
        offices.merge(made, name=f"새{number}과")
        offices.rename(offices.welfare, f"복지{number}과", **LATER)
    plan = offices.plan
    with django_assert_num_queries(17 + 11):
        build_cards(plan, DAYS[0])
