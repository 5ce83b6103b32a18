"""What colleagues do while an import runs, and how far back its corrections are published."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Sum

from pledges.models import Actual, Pledge, ReportingPeriod
from reports.editions import publish_period
from reports.models import Edition
from reports.workbook import import_workbook, importing
from tests.factories import ActualFactory, ApprovedReportFactory
from tests.reports.workbooks import book, everything

pytestmark = pytest.mark.django_db


def total_of_2024() -> Decimal:
    pledge = Pledge.objects.get(code="1-1")
    return (
        Actual.objects.for_live_reports(pledge.plan, dt.date(2024, 9, 30))
        .filter(indicator__name="센터 이용자", report__period__as_of__year=2024)
        .aggregate(sum=Sum("value"))["sum"]
    )


def approve_one_more_in_june() -> None:
    pledge = Pledge.objects.get(code="1-1")
    report = ApprovedReportFactory(pledge=pledge, as_of="2024-06-30")
    ActualFactory(report=report, indicator=pledge.indicators.get(name="센터 이용자"), value=1)


def before_writing(monkeypatch, step, *, times=1):
    """Let ``step`` happen between an import's comparison and its transaction."""
    write, left = importing._Import._apply, [times]

    def apply(self, *args, **options):
        if left[0]:
            left[0] -= 1
            step()
        return write(self, *args, **options)

    monkeypatch.setattr(importing._Import, "_apply", apply)


def test_report_approved_while_an_import_runs_is_not_counted_twice(monkeypatch):
    import_workbook(book())
    before_writing(monkeypatch, approve_one_more_in_june)
    result = import_workbook(book(확인지표_I3="5(6)"))
    assert result.errors == []
    assert total_of_2024() == 5


def test_text_corrected_while_an_import_runs_stays_with_its_history(monkeypatch):
    import_workbook(book())

    def correct_goal():
        pledge = Pledge.objects.get(code="1-2")
        pledge.goal = "더 빠른 민원"
        pledge.save()

    before_writing(monkeypatch, correct_goal)
    workbook = book(공약_D2="새 이름", 공약_D3="새 이름 둘")
    import_workbook(workbook)
    pledge = Pledge.objects.get(code="1-2")
    # The workbook's own cell says "빠른 민원", and it was compared with what the colleague wrote.
    assert (pledge.name, pledge.goal) == ("새 이름 둘", "빠른 민원")
    assert list(pledge.history.values_list("goal", flat=True)) == ["빠른 민원", "더 빠른 민원", "빠른 민원"]


def test_plan_that_never_rests_is_refused_and_nothing_written(monkeypatch):
    import_workbook(book())
    count = iter(range(100))

    def rename():
        pledge = Pledge.objects.get(code="III-①-1")
        pledge.goal = f"목표 {next(count)}"
        pledge.save()

    before_writing(monkeypatch, rename, times=99)
    result = import_workbook(book(공약_D2="새 이름"))
    assert [found.message for found in result.errors] == [importing.moved_message()]
    assert not Pledge.objects.filter(name="새 이름").exists()


def test_correction_of_an_earlier_year_makes_the_next_edition_of_that_year_too():
    import_workbook(book())
    publish_period(period=ReportingPeriod.objects.get(as_of=dt.date(2023, 12, 31)), user=None)
    publish_period(period=ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30)), user=None)
    changed = book(확인지표_H3="2(2)", 확인지표_I3="3(5)")
    result = import_workbook(changed, publish=True, reason="2023년 실적 정정")
    assert result.errors == []
    assert sorted(Edition.objects.values_list("as_of", "number")) == [
        (dt.date(2023, 12, 31), 1),
        (dt.date(2023, 12, 31), 2),
        (dt.date(2024, 9, 30), 1),
        (dt.date(2024, 9, 30), 2),
    ]
    card = Edition.objects.get(as_of=dt.date(2023, 12, 31), number=2).pledges.get(code="1-1").card
    # 2 of the 10 wanted.
    assert card["indicators"][0]["rate"] == {"exact": "20", "display": "20.00"}


def test_dry_run_says_that_publishing_would_need_a_reason():
    import_workbook(book(), publish=True)
    before = everything()
    result = import_workbook(book(확인지표_I3="5(6)"), publish=True, dry_run=True)
    assert len(result.errors) == 1
    result = import_workbook(book(확인지표_I3="5(6)"), publish=True, dry_run=True, reason="정정")
    assert (result.errors, result.editions) == ([], [])
    assert everything() == before
