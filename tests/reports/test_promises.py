"""What two cards promise otherwise: each kind of difference alone, and that progress is none."""

import datetime as dt
from dataclasses import replace

import pytest

from reports.cards import AreaStep, read_card
from reports.models import EditionPledge
from reports.promises import GROUP_OF, PromiseKind, promise_changes, read_changes, to_document
from tests.reports.public import naju as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def card():
    """Naju's card as published."""
    made.publish(made.make_naju())
    return read_card(EditionPledge.objects.get().card)


def told(old, new):
    return [(each.kind, each.subject, each.before, each.after) for each in promise_changes(old, new)]


def test_card_promises_the_same_as_itself(card):
    assert promise_changes(card, card) == ()


def test_progress_is_no_change_to_a_promise(card):
    moved = replace(
        card,
        as_of=dt.date(2025, 12, 31),
        status="closed",
        achievements=(),
        cause="늦음",
        position=9,
        indicators=tuple(replace(row, actual_values=(None,) * 5, actual="0") for row in card.indicators),
        money=replace(card.money, executed=1, secured=2),
        grid=tuple(replace(row, cells=("done",) * len(row.cells)) for row in card.grid),
    )
    assert promise_changes(card, moved) == ()


def test_single_values_are_told_as_codes_and_the_city_s_words(card):
    changed = replace(
        card,
        code="7-2-4",
        name="동아리 지원",
        areas=(*card.areas[:1], AreaStep("7-3", "혁신")),
        lead_department="",
        completion="after_term",
        implementers=("city", "province"),
        novelty="",
        budgeted=None,
        goal="  직원의 정책 연구를 도와\n역량을 키운다",
        basis="",
    )
    assert told(card, changed) == [
        ("code", "", "7-2-3", "7-2-4"),
        ("name", "", "학습동아리 활성화", "동아리 지원"),
        ("area", "", "7 시민소통 › 7-2 조직문화", "7 시민소통 › 7-3 혁신"),
        # The goal has other blanks alone: it promises the same.
        ("basis", "", "나주시 시정연구모임 뜻세움 운영 조례", None),
        ("lead_department", "", "기획예산실", None),
        ("completion", "", "within_term", "after_term"),
        ("implementers", "", "city", "city, province"),
        ("novelty", "", "continued", None),
        ("budgeted", "", "true", None),
    ]


def test_targets_are_compared_year_by_year(card):
    plans, meetings = card.indicators
    other = replace(meetings, target_values=(None, "1", None, "1", "2"))
    changes = promise_changes(card, replace(card, indicators=(plans, other)))
    assert {(each.year, each.before, each.after) for each in changes} == {
        (2024, "1", None),
        (2026, None, "2"),
    }


def test_indicator_that_kept_its_targets_was_renamed(card):
    plans, meetings = card.indicators
    renamed = replace(plans, name="계획 수립")
    assert told(card, replace(card, indicators=(renamed, meetings))) == [
        ("indicator_name", "계획 수립", "추진계획 수립", "계획 수립")
    ]


def test_indicator_that_came_and_one_that_went_are_told_with_their_targets(card):
    plans, meetings = card.indicators
    fresh = replace(meetings, name="참여 인원", unit="명", target_values=(None, None, None, None, "30"))
    assert told(card, replace(card, indicators=(plans, fresh))) == [
        ("indicator", "참여 인원", None, "참여 인원"),
        ("target", "참여 인원", None, "30"),
        ("indicator", "보고회 개최", "보고회 개최", None),
        ("target", "보고회 개최", "1", None),
        ("target", "보고회 개최", "1", None),
        ("target", "보고회 개최", "1", None),
    ]


def test_money_is_compared_by_source_and_year_without_its_sums(card):
    [table] = card.money.sub_projects
    total, city = table.planned
    years = (None, 33_000_000, 18_500_000, 10_000_000, 13_900_000)
    other = replace(table, planned=(total, replace(city, years=years)))
    changes = promise_changes(card, replace(card, money=replace(card.money, sub_projects=(other,))))
    assert [(each.source, each.span, each.year, each.before, each.after) for each in changes] == [
        ("city", "year", 2025, "13200000", "10000000"),
        ("city", "year", 2026, "10700000", "13900000"),
    ]
    assert {each.kind for each in changes} == {"money"}


def test_only_unmarked_quarters_tell_of_another_schedule(card):
    [row] = card.grid
    cells = list(row.cells)
    places = {(column.year, column.quarter): number for number, column in enumerate(card.quarters)}
    assert cells[places[2025, 1]] == "done"
    cells[places[2022, 4]], cells[places[2023, 1]], cells[places[2025, 1]] = "", "planned", ""
    changes = promise_changes(card, replace(card, grid=(replace(row, cells=tuple(cells)),)))
    assert [(each.year, each.quarter, each.before, each.after) for each in changes] == [
        (2022, 4, "planned", None),
        (2023, 1, None, "planned"),
    ]


def test_changes_are_read_back_as_they_were_kept(card):
    changes = promise_changes(card, replace(card, name="다른 이름", indicators=card.indicators[:1]))
    assert len(changes) == 5
    assert read_changes(to_document(changes)) == changes


def test_every_kind_belongs_to_a_group():
    assert set(GROUP_OF) == set(PromiseKind)
