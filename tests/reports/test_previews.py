"""What publishing would make public against what is public: rates, statuses, money, every field, the cost."""

import dataclasses
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from pledges.enums import HeadlineMethod, Mark, MoneySource, Status
from pledges.models import OwnStatus
from reports import cards as cards_module
from reports import editions as editions_module
from reports import previews as previews_module
from reports.cards import Card, build_cards
from reports.comparison import AROUND, FRAME, LABELS, compare_cards
from reports.editions import publish_period
from reports.models import Edition
from reports.previews import preview_period
from tests.factories import (
    AchievementFactory,
    ActualFactory,
    DepartmentFactory,
    IndicatorFactory,
    PeriodFactory,
    PledgeFactory,
    ScheduleMarkFactory,
    ScheduleTaskFactory,
    SecuredFactory,
    SubProjectFactory,
)
from tests.reports.seeds import MILLION, enter, invest, report, spend

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = dt.date(2024, 3, 31), dt.date(2024, 6, 30), dt.date(2024, 9, 30)


@pytest.fixture
def indicator():
    """An indicator of four, one done in each of two quarters."""
    made = IndicatorFactory(name="보고회", targets={2024: 4}, pledge__code="1-1", pledge__name="학습 모임")
    enter(made, FIRST, 1)
    enter(made, SECOND, 1)
    return made


def period(plan, as_of=FIRST):
    return PeriodFactory(plan=plan, as_of=as_of)


def publish(plan, as_of=FIRST, reason=""):
    return publish_period(period=period(plan, as_of), user=None, reason=reason)


def preview(plan, as_of=FIRST):
    with translation.override("ko"):
        return preview_period(period=period(plan, as_of))


def correct(indicator, as_of, value, **fields):
    """An approved correction of the period's report."""
    revision = indicator.pledge.reports.filter(period__as_of=as_of).count() + 1
    made = report(indicator.pledge, as_of, revision=revision, reason="오기", **fields)
    ActualFactory(report=made, indicator=indicator, value=value)
    return made


def fields_of(row):
    return {field.label: (field.before, field.after) for field in row.fields}


def groups(one):
    return {group.key: [row.code for row in group.rows] for group in one.groups}


# --- What it is compared with -----------------------------------------------------------


def test_first_edition_of_a_plan_is_compared_with_nothing(indicator):
    (one,) = preview(indicator.pledge.plan)
    assert (one.number, one.base, one.is_correction, one.pledges) == (1, None, False, 1)
    assert (one.old_headline, one.new_headline) == (None, "25.00")
    (line,) = one.differences
    assert (line.old_rate, line.new_rate, line.card.status, line.fields) == (None, "25.00", "none", ())
    assert one.groups == ()
    assert not Edition.objects.exists()


def test_first_edition_of_a_period_is_compared_with_the_last_one_published_before_it(indicator):
    plan = indicator.pledge.plan
    (base,) = publish(plan, FIRST)
    enter(indicator, THIRD, 2)
    (one,) = preview(plan, THIRD)
    assert (one.number, one.base, one.is_correction) == (1, base, False)
    assert (one.old_headline, one.new_headline) == ("25.00", "100.00")
    assert groups(one) == {"up": ["1-1"]}
    assert fields_of(one.differences[0])["확인지표 보고회 · 2024 이행"] == ("1", "4")


def test_correction_is_compared_with_the_periods_own_last_edition(indicator):
    plan = indicator.pledge.plan
    publish(plan, FIRST)
    publish(plan, SECOND)
    assert preview(plan, FIRST) == []
    correct(indicator, SECOND, 2)
    (one,) = preview(plan, SECOND)
    assert (one.number, one.is_correction, one.base.as_of) == (2, True, SECOND)
    assert (one.old_headline, one.new_headline) == ("50.00", "75.00")


def test_correction_of_an_earlier_period_lists_every_later_one_with_what_changes_there(indicator):
    plan = indicator.pledge.plan
    for as_of in (FIRST, SECOND):
        publish(plan, as_of)
    period(plan, THIRD)
    correct(indicator, FIRST, 2)
    one, two = preview(plan, FIRST)
    assert [(each.as_of, each.number) for each in (one, two)] == [(FIRST, 2), (SECOND, 2)]
    assert (two.old_headline, two.new_headline) == ("50.00", "75.00")
    (line,) = two.differences
    assert (line.old_rate, line.new_rate) == ("50.00", "75.00")
    assert fields_of(line)["확인지표 보고회 · 2024 이행"] == ("2", "3")
    made = publish(plan, FIRST, reason="오기 정정")
    assert [(each.as_of, each.number) for each in made] == [(FIRST, 2), (SECOND, 2)]


# --- Groups --------------------------------------------------------------------------------


def test_rates_are_grouped_up_and_down_the_largest_change_first(indicator):
    plan = indicator.pledge.plan
    others = {}
    for code in ("2", "3", "4"):
        others[code] = IndicatorFactory(pledge=PledgeFactory(plan=plan, code=code), targets={2024: 10})
        enter(others[code], FIRST, 5)
    publish(plan)
    correct(indicator, FIRST, 2)
    for code, value in (("2", 9), ("3", 4), ("4", 2)):
        correct(others[code], FIRST, value)
    (one,) = preview(plan)
    # 50 → 90 before 25 → 50; 50 → 20 before 50 → 40.
    assert groups(one) == {"up": ["2", "1-1"], "down": ["4", "3"]}
    assert [row.rate_change for row in one.groups[1].rows] == [-30, -10]


def test_rate_that_shows_the_same_is_no_change_of_rate():
    made = IndicatorFactory(targets={2024: 1_000_000})
    enter(made, FIRST, 500_000)
    publish(made.pledge.plan)
    correct(made, FIRST, 500_001)
    (one,) = preview(made.pledge.plan)
    assert groups(one) == {}
    (row,) = one.differences
    assert (row.old_rate, row.new_rate, row.rate_change) == ("50.00", "50.00", None)


def test_first_rate_of_a_pledge_is_neither_up_nor_down(indicator):
    plan = indicator.pledge.plan
    other = IndicatorFactory(pledge=PledgeFactory(plan=plan, code="2"), targets={2024: 2})
    publish(plan)
    enter(other, FIRST, 1)
    (one,) = preview(plan)
    assert groups(one)["begins"] == ["2"]
    assert "up" not in groups(one)


def test_status_new_gone_and_newly_missing_pledges_are_named(indicator):
    plan, pledge = indicator.pledge.plan, indicator.pledge
    own = OwnStatus.objects.create(plan=plan, name="우수")
    stays = PledgeFactory(plan=plan, code="5")
    report(stays, FIRST, status=Status.ON_TRACK)
    publish(plan)
    report(stays, SECOND, status=Status.OTHER, own_status=own)
    PledgeFactory(plan=plan, code="9-9")
    old, pledge.code = pledge.code, "9-8"
    pledge.save()
    (one,) = preview(plan, SECOND)
    assert groups(one) == {"status": ["5"], "missing": ["9-9"], "new": ["9-8", "9-9"], "gone": [old]}
    assert one.not_submitted == ("9-9",)
    row = one.groups[0].rows[0]
    assert fields_of(row)["추진상황"] == ("정상추진", "우수")
    assert [(each.status, each.own_status, each.before, each.after) for each in one.statuses] == [
        ("on_track", "", 1, 0),
        ("none", "", 1, 2),
        ("other", "우수", 0, 1),
    ]
    gone = one.differences[-1]
    assert (gone.code, gone.new, gone.new_rate, gone.old_rate) == (old, None, None, "25.00")


def test_money_totals_are_compared_in_won(indicator):
    plan = indicator.pledge.plan
    project = SubProjectFactory(pledge=indicator.pledge)
    invest(project, {2024: 100})
    publish(plan)
    spend(project, SECOND, 30 * MILLION)
    SecuredFactory(sub_project=project, amount=50 * MILLION)
    (one,) = preview(plan, SECOND)
    assert [(row.before, row.after) for row in one.money] == [
        (100 * MILLION, 100 * MILLION),
        (None, 50 * MILLION),
        (None, 30 * MILLION),
    ]


def test_rules_of_the_plan_that_differ_are_named(indicator):
    plan = indicator.pledge.plan
    publish(plan)
    plan.headline_method, plan.decimals = HeadlineMethod.COMPLETED_SHARE, 1
    plan.save()
    (one,) = preview(plan)
    assert {(field.before, field.after) for field in one.plan_fields} == {
        ("공약별 이행률의 평균", "완료·계속추진 공약의 비율"),
        ("2", "1"),
    }
    assert (one.old_headline, one.new_headline) == ("25.00", "0.0")


# --- Fields --------------------------------------------------------------------------------


def test_every_field_that_differs_is_shown_with_both_values(indicator):
    plan, pledge = indicator.pledge.plan, indicator.pledge
    project = SubProjectFactory(pledge=pledge, name="운영")
    task = ScheduleTaskFactory(pledge=pledge, name="계획 수립")
    invest(project, {2024: "75.4"})
    publish(plan)
    pledge.name, pledge.goal, pledge.budgeted = "새 이름", "배우는 조직", True
    pledge.completion, pledge.novelty, pledge.implemented_by_city = "within_term", "new", True
    pledge.lead_department = DepartmentFactory(name="기획예산과")
    pledge.save()
    pledge.supporting_departments.set([DepartmentFactory(name="협조과")])
    made = correct(indicator, FIRST, 3, status=Status.CONTINUING, cause="지연", remedy="대책")
    indicator.unit, indicator.baseline = "건", 1
    indicator.save()
    AchievementFactory(report=made, text="보고회 개최", details="참석 20명")
    ScheduleMarkFactory(report=made, task=task, year=2024, quarter=1, mark=Mark.DONE)
    spend(project, FIRST, 10 * MILLION)
    invest(project, {2025: 5}, MoneySource.NATIONAL)
    SubProjectFactory(pledge=pledge, name="빈 사업")
    IndicatorFactory(pledge=pledge, name="새 지표")
    ScheduleTaskFactory(pledge=pledge, name="새 과제")
    (one,) = preview(plan)
    (row,) = one.differences
    found = fields_of(row)
    assert (
        found
        | {
            "공약명": ("학습 모임", "새 이름"),
            "주관부서": ("", "기획예산과"),
            "협조부서": ("", "협조과"),
            "완료시기": ("", "임기내"),
            "신규여부": ("", "신규"),
            "사업주체": ("", "시"),
            "예산구분": ("", "예산"),
            "추진상황": ("미지정", "완료 후 계속추진"),
            "정책목표": ("", "배우는 조직"),
            "부진 사유": ("", "지연"),
            "대책": ("", "대책"),
            "확인지표 보고회 · 단위": ("회", "건"),
            "확인지표 보고회 · 2024 이행": ("1", "3"),
            "확인지표 보고회 · 이행률": ("25.00%", "75.00%"),
            "확인지표 새 지표": ("", "있음"),
            "운영 · 소요예산 국비 · 2025": ("", "5"),
            "운영 · 집행액 · 2024": ("", "10"),
            "세부사업 빈 사업": ("", "있음"),
            "세부과제 계획 수립 · 2024년 1분기": ("", "완료"),
            "세부과제 새 과제": ("", "있음"),
            "추진실적": ("", "2024. 3. 보고회 개최 참석 20명"),
        }
        == found
    )


def test_every_field_of_a_card_has_words(indicator):
    named = {field.name for field in dataclasses.fields(Card)} - FRAME
    # These show in others: a code with its name, the entered rate with the rate.
    assert named - set(LABELS) == {"code", "own_status", "rate_is_entered"}


def test_long_texts_are_cut_to_where_they_differ(indicator):
    plan, pledge = indicator.pledge.plan, indicator.pledge
    pledge.overview = "가" * 100 + "열 곳" + "나" * 100
    pledge.save()
    publish(plan)
    pledge.overview = pledge.overview.replace("열 곳", "스무 곳")
    pledge.save()
    (one,) = preview(plan)
    before, after = fields_of(one.differences[0])["현황 및 정책개요"]
    edge = "가" * AROUND, "나" * (AROUND - 2)
    assert before == f"…{edge[0]}열 곳{edge[1]}…"
    assert after == f"…{edge[0]}스무 곳{edge[1]}…"


def test_difference_in_what_frames_a_card_alone_is_none(indicator):
    (card,) = build_cards(indicator.pledge.plan, FIRST)
    later = dataclasses.replace(card, as_of=SECOND)
    assert compare_cards(card, later) == []


# --- What it costs ---------------------------------------------------------------------------


def test_published_cards_are_read_only_where_they_differ(indicator, monkeypatch):
    plan = indicator.pledge.plan
    others = [PledgeFactory(plan=plan) for _each in range(3)]
    publish(plan)
    others[0].name = "다른 이름"
    others[0].save()
    read = []

    def read_card(document):
        read.append(document["code"])
        return cards_module.read_card(document)

    monkeypatch.setattr(previews_module, "read_card", read_card)
    monkeypatch.setattr(editions_module, "read_card", read_card)
    (one,) = preview(plan)
    assert [each.code for each in one.differences] == [others[0].code]
    assert read == [others[0].code]


def test_preview_costs_the_same_queries_for_one_pledge_and_for_three(indicator):
    plan = indicator.pledge.plan

    def more(code):
        made = IndicatorFactory(pledge=PledgeFactory(plan=plan, code=code), targets={2024: 4})
        enter(made, FIRST, 1)
        enter(made, SECOND, 1)
        spend(SubProjectFactory(pledge=made.pledge), FIRST, 1)
        return made

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert len(preview_period(period=turn)) == 2
        return len(queries)

    turn = period(plan, FIRST)
    publish(plan, FIRST)
    publish(plan, SECOND)
    correct(indicator, FIRST, 2)
    first = cost()
    publish(plan, FIRST, reason="정정")
    made = [more("2"), more("3")]
    publish(plan, FIRST, reason="추가")
    for each in (indicator, *made):
        correct(each, FIRST, 4)
    assert cost() == first
