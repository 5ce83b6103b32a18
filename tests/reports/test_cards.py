"""The card document: Naju's as published, the rules for empty cells, and documents of older versions."""

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from pledges.enums import IndicatorKind, Mark, MoneySource, PeriodState, Status
from pledges.models import ProgressReport
from reports import cards as cards_module
from reports.cards import build_cards, read_card, to_document
from reports.fulfilment import plan_fulfilment
from tests.factories import (
    AchievementFactory,
    AreaFactory,
    DepartmentFactory,
    IndicatorFactory,
    MembershipFactory,
    PeriodFactory,
    PlanFactory,
    PlannedQuarterFactory,
    PledgeFactory,
    ReportFactory,
    ScheduleMarkFactory,
    ScheduleTaskFactory,
    SecuredFactory,
    SubProjectFactory,
    UserFactory,
)
from tests.reports import seeds
from tests.reports.seeds import NAJU_AS_OF, enter, enter_years, invest, report, spend

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2024, 6, 30)
GOLDEN = Path(__file__).parent / "golden"


def only_card(plan, as_of=AS_OF):
    (card,) = build_cards(plan, as_of)
    return card


def only_indicator(indicator, as_of=AS_OF):
    (row,) = only_card(indicator.pledge.plan, as_of).indicators
    return row


# --- Naju -------------------------------------------------------------------------


@pytest.fixture
def naju():
    return only_card(seeds.naju().plan, NAJU_AS_OF)


def test_naju_head(naju):
    assert [step.code for step in naju.areas] == ["7", "7-2"]
    assert (naju.code, naju.name, naju.lead_department) == ("7-2-3", "학습동아리 활성화", "기획예산실")
    assert (naju.completion, naju.implementers, naju.novelty) == ("within_term", ("city",), "continued")
    assert (naju.budgeted, naju.status, naju.rate.exact, naju.rate.display) == (
        True,
        "continuing",
        "220/3",
        "73.33",
    )
    assert [year.label for year in naju.years] == ["2022", "2023", "2024", "2025", "2026. 6."]
    assert len(naju.quarters) == 16
    assert (naju.plan.city, naju.plan.term, naju.plan.is_fictional) == ("나주시", 8, False)


def test_naju_indicators_are_written_as_on_the_card(naju):
    plans, meetings = naju.indicators
    assert plans.targets == ("1(1)", "1(2)", "1(3)", "1(4)", "1(5)")
    assert plans.actuals == ("1(1)", "1(2)", "1(3)", "1(4)", "")
    assert meetings.targets == ("", "1(1)", "1(2)", "1(3)", "-")
    assert meetings.actuals == ("", "1(1)", "-(1)", "1(2)", "")
    assert meetings.actual_values == (None, "1", None, "1", None)
    assert meetings.actual_sums == (None, "1", "1", "2", None)
    assert (meetings.final_target, meetings.actual) == ("3", "2")
    assert (plans.rate.display, meetings.rate.display) == ("80.00", "66.67")


def test_naju_money_has_the_rows_of_the_card(naju):
    money = naju.money
    assert (money.planned, money.executed, money.execution_rate) == (75_400_000, 42_000_000, "55.70")
    (project,) = money.sub_projects
    assert money.total is None
    assert [row.source for row in project.planned] == ["total", "national", "provincial", "city", "other"]
    total, national = project.planned[0], project.planned[1]
    assert total.years == (0, 33_000_000, 18_500_000, 13_200_000, 10_700_000)
    assert (total.prior, total.within_term, total.after, total.total) == (0, 75_400_000, 0, 75_400_000)
    assert national.total == 0
    (spent,) = project.executed
    assert (spent.source, spent.prior, spent.years) == ("total", 0, (0, 33_000_000, 0, 9_000_000, None))
    assert (spent.total, spent.within_term, spent.after) == (42_000_000, 42_000_000, None)
    assert project.secured == ()


def test_naju_achievements_keep_the_notation_of_their_dates(naju):
    assert [line.date_text for line in naju.achievements] == ["2022. 10.", "2023. 3.~9.", "2025. 4.~"]
    assert [row.task for row in naju.grid] == ["추진 계획 수립", "정책 보고회 개최"]
    assert set(naju.grid[0].cells) == {""}


# --- Indicator cells ----------------------------------------------------------------


def test_cumulative_baseline_opens_the_running_sum():
    indicator = IndicatorFactory(baseline=10, targets={2023: 2, 2025: 2})
    enter_years(indicator, {2023: 1}, AS_OF)
    row = only_indicator(indicator)
    assert row.targets == ("", "2(12)", "-(12)", "2(14)", "-")
    assert row.actuals == ("", "1(11)", "-(11)", "", "")
    assert row.baseline == "10"


def test_entered_zero_shows_beside_what_was_not_entered():
    indicator = IndicatorFactory(targets={2022: 0, 2023: 1})
    enter_years(indicator, {2023: 0}, AS_OF)
    row = only_indicator(indicator)
    assert row.targets == ("0(0)", "1(1)", "-", "-", "-")
    assert row.actuals == ("", "0(0)", "-(0)", "", "")


@pytest.mark.parametrize("kind", [IndicatorKind.LEVEL, IndicatorKind.DECREASING])
def test_levels_are_plain_numbers_and_the_years_last_counts(kind):
    indicator = IndicatorFactory(kind=kind, baseline=90, targets={2022: 80, 2024: "70.5"})
    enter(indicator, "2022-09-30", 88)
    enter(indicator, "2022-12-31", "87.5")
    row = only_indicator(indicator)
    assert row.targets == ("80", "-", "70.5", "-", "-")
    assert row.actuals == ("87.5", "-", "-", "", "")
    assert row.actual_sums == ("87.5", None, None, None, None)


def test_indicator_without_targets_or_actuals_is_blank():
    row = only_indicator(IndicatorFactory())
    assert set(row.targets + row.actuals) == {""}
    assert (row.rate.exact, row.rate.display, row.flags) == (None, "–", ("no_target",))


def test_quarters_of_a_year_add_up_in_its_column():
    indicator = IndicatorFactory(targets={2023: 5})
    for as_of in ("2023-03-31", "2023-06-30", "2023-12-31"):
        enter(indicator, as_of, 1)
    assert only_indicator(indicator).actuals == ("", "3(3)", "-(3)", "", "")


# --- Grid, achievements, money --------------------------------------------------------


def test_grid_shows_the_plan_until_the_latest_live_report_marks_it():
    task = ScheduleTaskFactory(note="분기별")
    for quarter in (1, 2, 3, 4):
        PlannedQuarterFactory(task=task, year=2023, quarter=quarter)
    pledge = task.pledge
    first, last = report(pledge, "2023-12-31"), report(pledge, AS_OF)
    draft = ReportFactory(pledge=pledge, period=last.period, revision=2)
    for made, quarter, mark in [
        (first, 1, Mark.UNDER_WAY),
        (last, 1, Mark.DONE),
        (first, 2, Mark.DONE),
        (last, 2, Mark.NONE),
        (first, 3, Mark.UNDER_WAY),
        (draft, 4, Mark.DONE),
    ]:
        ScheduleMarkFactory(report=made, task=task, year=2023, quarter=quarter, mark=mark)
    ScheduleMarkFactory(report=last, task=task, year=2024, quarter=1, mark=Mark.DONE)
    (row,) = only_card(pledge.plan).grid
    assert row.cells[2:7] == ("done", "planned", "under_way", "planned", "done")
    assert row.note == "분기별"
    assert only_card(pledge.plan, dt.date(2023, 12, 31)).grid[0].cells[2:4] == ("under_way", "done")


def test_the_same_achievement_in_two_reports_is_one_line_with_the_last_details():
    pledge = PledgeFactory()
    first, last = report(pledge, "2023-12-31"), report(pledge, AS_OF)
    later = report(pledge, "2024-09-30")
    AchievementFactory(report=first, text="착공", details="처음")
    AchievementFactory(report=last, text="착공", details="면적\n\n예산")
    AchievementFactory(report=last, text="착공", starts_on=dt.date(2024, 2, 1), ends_on=dt.date(2024, 2, 29))
    AchievementFactory(report=later, text="준공")
    lines = only_card(pledge.plan).achievements
    assert [(line.date_text, line.text, line.details) for line in lines] == [
        ("2024. 2.", "착공", ()),
        ("2024. 3.", "착공", ("면적", "예산")),
    ]


def test_money_by_source_and_the_total_of_several_sub_projects():
    pledge = PledgeFactory()
    first, second = SubProjectFactory(pledge=pledge), SubProjectFactory(pledge=pledge)
    invest(first, {2023: 3, "after": 1}, MoneySource.NATIONAL)
    invest(first, {2023: 2})
    invest(second, {"prior": 5}, MoneySource.UNSPECIFIED)
    SecuredFactory(sub_project=first, year=2023, amount=4, source=MoneySource.UNSPECIFIED)
    spend(first, "2022-06-30", 7, MoneySource.CITY)
    spend(first, "2022-09-30", 8, MoneySource.NATIONAL)
    spend(second, AS_OF, 9)
    spend(second, "2024-09-30", 100)
    money = only_card(pledge.plan).money
    one, two = money.sub_projects
    assert [row.source for row in one.planned] == ["total", "national", "city"]
    assert [row.source for row in one.secured] == ["total"]
    assert [row.source for row in one.executed] == ["total", "national", "city"]
    assert (one.executed[0].prior, one.executed[0].years) == (7, (8, None, None, None, None))
    assert [row.source for row in two.planned] == ["total", "unspecified"]
    assert [row.source for row in two.executed] == ["total"]
    assert money.total is not None
    assert money.total.planned[0].total == money.planned == 11_000_000
    assert money.total.executed[0].years == (8, None, 9, None, None)
    assert money.total.executed[0].total == money.executed == 24


def test_money_of_years_outside_the_term_stands_before_or_after_it():
    project = SubProjectFactory()
    invest(project, {2020: 1, 2024: 2, 2030: 4})
    (table,) = only_card(project.pledge.plan).money.sub_projects
    total = table.planned[0]
    assert (total.prior, total.within_term, total.after, total.total) == (
        1_000_000,
        2_000_000,
        4_000_000,
        7_000_000,
    )


def test_sub_project_without_amounts_has_a_total_row_of_nothing():
    project = SubProjectFactory()
    (table,) = only_card(project.pledge.plan).money.sub_projects
    (row,) = table.planned
    assert (row.source, row.total, set(row.years)) == ("total", None, {None})


# --- Reports of the period ----------------------------------------------------------------


def test_missing_report_is_marked_only_where_there_is_such_a_period():
    plan = PlanFactory()
    reported, missing = PledgeFactory(plan=plan), PledgeFactory(plan=plan)
    report(reported, AS_OF, cause="부지", remedy="협의")
    ReportFactory(pledge=missing, as_of=AS_OF, cause="초안")
    first, second = build_cards(plan, AS_OF)
    assert (first.not_submitted, first.cause, first.remedy) == (False, "부지", "협의")
    assert (second.not_submitted, second.cause) == (True, "")
    assert not any(card.not_submitted for card in build_cards(plan, dt.date(2024, 7, 31)))


def test_cause_of_an_earlier_period_is_not_carried_on():
    pledge = PledgeFactory()
    report(pledge, "2024-03-31", cause="부지", status=Status.PARTIAL)
    report(pledge, AS_OF)
    card = only_card(pledge.plan)
    assert (card.cause, card.status) == ("", "partial")


def test_supporting_departments_and_chosen_pledges():
    plan = PlanFactory()
    roads = DepartmentFactory(municipality=plan.term.municipality, name="교통과")
    PledgeFactory(plan=plan)
    chosen = PledgeFactory(plan=plan, supporting_departments=[roads], area=AreaFactory(plan=plan))
    report(chosen, AS_OF, entered_rate="12.5")
    (card,) = build_cards(plan, AS_OF, pledges=[chosen])
    assert (card.code, card.supporting_departments) == (chosen.code, ("교통과",))
    assert (card.rate.display, card.rate_is_entered, card.to_date.display) == ("12.50", True, "–")
    whole = build_cards(plan, AS_OF, fulfilment=plan_fulfilment(plan, AS_OF))
    assert card in whole
    assert len(whole) == 2


def fill(plan, count):
    for _ in range(count):
        pledge = PledgeFactory(
            plan=plan,
            area=AreaFactory(plan=plan),
            lead_department=DepartmentFactory(municipality=plan.term.municipality),
            supporting_departments=[DepartmentFactory(municipality=plan.term.municipality, name="교통과")],
        )
        enter(IndicatorFactory(pledge=pledge, targets={2024: 2}), AS_OF, 1)
        project = SubProjectFactory(pledge=pledge)
        invest(project, {2024: 1})
        spend(project, AS_OF, 1)
        made = report(pledge, AS_OF)
        AchievementFactory(report=made)
        ScheduleMarkFactory(report=made, task=ScheduleTaskFactory(pledge=pledge))


@pytest.mark.parametrize("count", [1, 3, 12])
def test_cards_of_a_whole_plan_take_the_same_queries(count, django_assert_num_queries):
    """17 for the cards, one of them for what the departments were then; 11 for the figures."""
    fill(PlanFactory(), count)
    plan = type(PlanFactory()).objects.with_places().get()
    figures = plan_fulfilment(plan, AS_OF)
    with django_assert_num_queries(17):
        assert len(build_cards(plan, AS_OF, fulfilment=figures)) == count
    with django_assert_num_queries(17 + 11):
        build_cards(plan, AS_OF)


# --- As JSON ------------------------------------------------------------------------------


def test_document_reads_back_as_the_same_card():
    seeds.hanbit()
    plan = seeds.naju().plan
    for card in [
        *build_cards(plan, NAJU_AS_OF),
        *build_cards(type(plan).objects.get(term__municipality__code="hanbit"), seeds.HANBIT_AS_OF),
    ]:
        assert read_card(json.loads(json.dumps(to_document(card)))) == card


def test_document_of_version_1_stays_readable():
    stored = json.loads((GOLDEN / "card_v1.json").read_text(encoding="utf-8"))
    card = read_card(stored)
    assert (card.code, card.rate.display, card.money.execution_rate) == ("7-2-3", "73.33", "55.70")
    assert [row.actuals for row in card.indicators][1] == ("", "1(1)", "-(1)", "1(2)", "")
    assert card.achievements[1].starts_on == dt.date(2023, 3, 1)


def test_todays_naju_card_is_the_golden_file(naju):
    stored = json.loads((GOLDEN / "card_v1.json").read_text(encoding="utf-8"))
    # A change of the document's shape needs a new version, an upcaster and a golden file of its own.
    assert to_document(naju) | {"position": 1} == stored


def test_older_document_is_lifted_through_every_version(monkeypatch, naju):
    old = to_document(naju) | {"schema_version": -1}
    del old["remedy"]
    monkeypatch.setattr(
        cards_module,
        "UPCASTERS",
        {
            -1: lambda document: document | {"schema_version": 0, "remedies": ""},
            0: lambda document: (
                {key: value for key, value in document.items() if key != "remedies"}
                | {"schema_version": 1, "remedy": document["remedies"]}
            ),
        },
    )
    assert read_card(old) == naju


def test_document_of_an_unknown_version_is_refused(naju):
    with pytest.raises(ValueError, match="version 99"):
        read_card(to_document(naju) | {"schema_version": 99})


def test_document_with_an_unknown_field_is_refused(naju):
    with pytest.raises(TypeError, match="officer"):
        read_card(to_document(naju) | {"officer": "x"})


def test_no_persons_name_is_in_a_document():
    pledge = PledgeFactory(lead_department=DepartmentFactory())
    person = UserFactory(username="hong", name="홍길동", email="hong@hanbit.example")
    MembershipFactory(user=person)
    made = report(pledge, AS_OF, submitted_by=person, approved_by=person, saved_by=person)
    made.comments.create(author=person, body="확인")
    text = json.dumps(to_document(only_card(pledge.plan)), ensure_ascii=False)
    assert ProgressReport.objects.filter(approved_by=person).exists()
    for trace in ("홍길동", "hong"):
        assert trace not in text


def test_card_is_immutable(naju):
    with pytest.raises(dataclasses.FrozenInstanceError):
        naju.name = "x"


def test_unknown_period_state_does_not_matter_for_the_card():
    pledge = PledgeFactory()
    PeriodFactory(plan=pledge.plan, as_of=AS_OF, state=PeriodState.OPEN)
    report(pledge, AS_OF, status=Status.CLOSED)
    assert only_card(pledge.plan).status == "closed"
