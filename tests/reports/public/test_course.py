"""How a pledge went on from edition to edition, on its page."""

import datetime as dt

import pytest

from budgets.models import Executed
from pledges.models import Actual, Pledge
from reports.models import Edition, EditionPledge
from reports.public import course
from reports.public.course import stages
from tests import factories
from tests.reports.public import naju as made

CARD = "/naju/8/pledges/7-2-3/"
OLD = dt.date(2024, 12, 31)

pytestmark = pytest.mark.django_db


def told(edition):
    row = EditionPledge.objects.get(edition=edition)
    return [
        (
            stage.edition.as_of,
            stage.edition.number,
            stage.before and stage.before.number,
            bool(stage.differences),
        )
        for stage in stages(row, edition)
    ]


@pytest.fixture
def corrected(db):
    """Naju's card of 2024-12-31 and 2025-09-30, both corrected: a meeting of 2023 did not take place."""
    plan = made.make_naju()
    made.publish(plan, OLD)
    made.publish(plan)
    Actual.objects.get(indicator__name="보고회 개최", report__period__as_of=dt.date(2023, 12, 31)).delete()
    made.publish(plan, OLD, reason="2023년 보고회는 열리지 않았음")
    return plan


def test_first_edition_has_nothing_before_it(naju, text_of):
    assert told(Edition.objects.get()) == [(made.AS_OF, 1, None, False)]
    assert "2025. 9. 30.: 처음 공표" in text_of(CARD)


def test_edition_is_compared_with_the_reference_date_before(db, text_of):
    plan = made.make_naju()
    made.publish(plan, OLD)
    made.publish(plan)
    newest = Edition.objects.get(as_of=made.AS_OF)
    assert told(newest) == [(made.AS_OF, 1, 1, True), (OLD, 1, None, False)]
    page = text_of(CARD)
    # 3 plans of 5 and 1 meeting of 3 then: (60 + 33.33) ÷ 2; now 4 of 5 and 2 of 3.
    assert "2025. 9. 30. 기준 (2024. 12. 31. 대비)" in page
    assert "이행률 이전: 46.67% → 이후: 73.33%" in page
    assert "집행액 · 2025 이전: – → 이후: 9" in page


def test_correction_stands_by_itself_with_its_reason(corrected, text_of):
    newest = Edition.objects.get(as_of=made.AS_OF, number=2)
    assert told(newest) == [
        (made.AS_OF, 2, 1, True),
        (made.AS_OF, 1, 1, True),
        (OLD, 2, 1, True),
        (OLD, 1, None, False),
    ]
    page = text_of(CARD)
    # 4 of 5 and 1 of 3: (80 + 33.33) ÷ 2 = 56.67
    assert "2025. 9. 30. 제2판: 정정 정정 사유(판 전체): 2023년 보고회는 열리지 않았음" in page
    assert "이행률 이전: 73.33% → 이후: 56.67%" in page


def test_edition_is_not_compared_with_what_was_corrected_only_later(corrected):
    """2025-09-30 came out when 2024-12-31 still had its first edition: the correction is none of its news."""
    newest = Edition.objects.get(as_of=made.AS_OF, number=2)
    first = next(stage for stage in stages(EditionPledge.objects.get(edition=newest), newest)[1:])
    assert (first.edition.number, first.before.as_of, first.before.number) == (1, OLD, 1)


def test_reader_of_an_older_edition_sees_what_led_to_that_one(corrected, text_of):
    first = Edition.objects.get(as_of=made.AS_OF, number=1)
    assert told(first)[0] == (made.AS_OF, 1, 1, True)
    page = text_of(f"{CARD}?as_of=2025-09-30&edition=1")
    assert "2025. 9. 30. 제2판: 정정" not in page
    assert "이행률 이전: 46.67% → 이후: 73.33%" in page


def test_correction_that_left_the_pledge_alone_is_passed_over(db, text_of):
    plan = made.make_pledges(2)
    made.publish(plan, dt.date(2024, 3, 31))
    first, second = Pledge.objects.order_by("position")
    Pledge.objects.filter(pk=second.pk).update(goal="다른 목표")
    made.publish(plan, dt.date(2024, 3, 31), reason="둘째 공약의 목표를 바로잡음")
    page = text_of(f"/hanbit/8/pledges/{first.code}/")
    assert "제2판: 정정" not in page
    assert "처음 공표" in page
    assert "제2판: 정정" in text_of(f"/hanbit/8/pledges/{second.code}/")


def test_quarter_without_any_change_says_so(db, text_of):
    plan = made.make_pledges(1, code="1-1")
    made.publish(plan, dt.date(2024, 3, 31))
    factories.PeriodFactory(plan=plan, as_of=dt.date(2024, 6, 30))
    report = factories.ApprovedReportFactory(
        pledge=Pledge.objects.get(), as_of=dt.date(2024, 6, 30), status=""
    )
    assert report.period.as_of == dt.date(2024, 6, 30)
    made.publish(plan, dt.date(2024, 6, 30))
    assert "2024. 6. 30. 기준 (2024. 3. 31. 대비) 이 공약은 달라진 내용이 없습니다." in text_of(
        "/hanbit/8/pledges/1-1/"
    )


def test_only_the_last_editions_are_told(corrected, monkeypatch):
    monkeypatch.setattr(course, "TOLD", 2)
    newest = Edition.objects.get(as_of=made.AS_OF, number=2)
    assert [each[:2] for each in told(newest)] == [(made.AS_OF, 2), (made.AS_OF, 1)]


def test_last_told_edition_is_compared_with_what_readers_had_of_a_date_that_is_cut(corrected, monkeypatch):
    """2025-09-30 came out when 2024-12-31 had its first edition, which is further back than is told."""
    monkeypatch.setattr(course, "TOLD", 1)
    first = Edition.objects.get(as_of=made.AS_OF, number=1)
    assert told(first) == [(made.AS_OF, 1, 1, True)]
    [stage] = stages(EditionPledge.objects.get(edition=first), first)
    assert (stage.before.as_of, stage.before.number) == (OLD, 1)


def test_many_later_corrections_do_not_make_an_edition_the_first(corrected, monkeypatch, text_of):
    """As many corrections as are told: read in its first edition, 2025-09-30 still has a date before it."""
    monkeypatch.setattr(course, "TOLD", 2)
    for number in (1, 2):
        Pledge.objects.update(goal=f"목표 {number}")
        made.publish(corrected, reason="목표를 바로잡음")
    first = Edition.objects.get(as_of=made.AS_OF, number=1)
    assert Edition.objects.filter(as_of=made.AS_OF).count() == 4
    assert told(first) == [(made.AS_OF, 1, 1, True), (OLD, 2, 1, True)]
    assert "처음 공표" not in text_of(f"{CARD}?as_of=2025-09-30&edition=1")


def test_stages_take_two_queries(corrected, django_assert_num_queries):
    newest = Edition.objects.get(as_of=made.AS_OF, number=2)
    row = EditionPledge.objects.get(edition=newest)
    with django_assert_num_queries(2):
        stages(row, newest)


def test_live_change_is_no_news_before_it_is_published(naju, text_of):
    Pledge.objects.update(goal="공표 전 목표")
    Executed.objects.update(amount=1)
    assert "공표 전 목표" not in text_of(CARD)
