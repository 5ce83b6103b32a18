"""What a report changes against the last edition, against what is approved, and whether anything at all."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.enums import IndicatorKind, Mark, Status
from pledges.models import EvidenceFile, OwnStatus
from reports.cards import read_card
from reports.editions import publish_period
from reports.models import EditionPledge
from reports.quarter.changes import changes_since_edition, is_unchanged
from reports.quarter.entry import read_entries, read_entry
from reports.quarter.reviewing import read_review
from tests.factories import (
    AchievementFactory,
    ActualFactory,
    ApprovedReportFactory,
    ExecutedFactory,
    IndicatorFactory,
    PeriodFactory,
    PledgeFactory,
    ReportFactory,
    ScheduleMarkFactory,
    ScheduleTaskFactory,
    SubProjectFactory,
)


def entry(city):
    return read_entry(city.pledge, city.period)


def card(city):
    row = EditionPledge.objects.for_pledge(city.pledge).up_to(city.period.as_of).first()
    return read_card(row.card) if row else None


def changes(city):
    found = changes_since_edition(entry(city), card(city))
    return {each.label: (each.before, each.after) for each in found}


def handed_in(city, **fields):
    return city.report(**{"state": "submitted", "status": "", **fields})


def attach(report, name="결과.pdf", letter="a"):
    EvidenceFile.objects.create(
        report=report,
        file=f"evidence/{letter * 2}/{letter * 2}",
        name=name,
        media_type="application/pdf",
        size=9,
        sha256=letter * 64,
    )


@pytest.fixture(params=["edition", "approved"])
def compared(request, city):
    """The same report against an edition of the quarter before, and against what is approved alone."""
    if request.param == "edition":
        publish_period(period=city.earlier, user=city.coordinator)
    return city


# --- What differs ---


def test_only_what_differs_is_told_with_sums_and_rates_old_and_new(compared):
    report = handed_in(compared, status=Status.PARTIAL, cause="새 사유", remedy="대책")
    ActualFactory(report=report, indicator=compared.indicator, value=1)
    ExecutedFactory(report=report, sub_project=compared.project, amount=7_000_000)
    ScheduleMarkFactory(report=report, task=compared.task, year=2024, quarter=2, mark=Mark.DONE)
    AchievementFactory(
        report=report,
        starts_on=dt.date(2024, 5, 1),
        ends_on=dt.date(2024, 5, 31),
        text="보고회",
        details="3회",
    )
    attach(report)
    assert changes(compared) == {
        "추진상황": ("정상추진", "일부추진"),
        "공약 이행률": ("40.00%", "60.00%"),
        "보고회 개최 누계(회)": ("2", "3"),
        "보고회 개최 이행률": ("40.00%", "60.00%"),
        "운영 활성화 집행액 누계": ("33", "40"),
        "계획 수립 (2024년 2분기)": ("", "완료"),
        "새 추진실적": ("", "2024. 5. 보고회\n3회"),
        "부진 사유": ("지난 사유", "새 사유"),
        "대책": ("", "대책"),
        "이번 보고의 증빙자료": ("", "결과.pdf"),
    }


def test_report_that_repeats_the_quarter_before_differs_in_nothing(compared):
    ActualFactory(
        report=handed_in(compared, status=Status.ON_TRACK, cause="지난 사유"),
        indicator=compared.indicator,
        value=0,
    )
    assert changes(compared) == {}


def test_what_is_no_longer_said_is_told_as_gone(compared):
    handed_in(compared)
    assert changes(compared) == {"부진 사유": ("지난 사유", "")}


def test_status_taken_back_and_one_of_the_citys_own_are_told_in_words(compared):
    own = OwnStatus.objects.create(plan=compared.plan, name="시기미도래")
    report = handed_in(compared, status=Status.OTHER, own_status=own, cause="지난 사유")
    assert changes(compared) == {"추진상황": ("정상추진", "시기미도래")}
    report.status, report.own_status = Status.NONE, None
    report.save()
    assert changes(compared) == {"추진상황": ("정상추진", "")}


def test_first_value_comes_from_nothing_and_not_from_zero(compared):
    compared.first.actuals.all().delete()
    compared.first.executed.all().delete()
    if EditionPledge.objects.exists():
        publish_period(period=compared.earlier, user=compared.coordinator, reason="오기")
    report = handed_in(compared, cause="지난 사유")
    ActualFactory(report=report, indicator=compared.indicator, value=0)
    ExecutedFactory(report=report, sub_project=compared.project, amount=0)
    assert changes(compared) == {
        "공약 이행률": ("", "0.00%"),
        "보고회 개최 누계(회)": ("", "0"),
        "보고회 개최 이행률": ("", "0.00%"),
        "운영 활성화 집행액 누계": ("", "0"),
    }


def test_level_is_told_as_a_level(compared):
    compared.indicator.kind = IndicatorKind.LEVEL
    compared.indicator.save()
    ActualFactory(report=handed_in(compared, cause="지난 사유"), indicator=compared.indicator, value=1)
    assert changes(compared)["보고회 개최 현재 값(회)"] == ("2", "1")


def test_achievement_that_the_edition_has_already_is_not_new(compared):
    line = {"starts_on": dt.date(2024, 3, 1), "ends_on": dt.date(2024, 3, 31), "text": "착수"}
    AchievementFactory(report=compared.first, **line)
    if EditionPledge.objects.exists():
        publish_period(period=compared.earlier, user=compared.coordinator, reason="누락")
    AchievementFactory(report=handed_in(compared, cause="지난 사유"), **line)
    assert changes(compared) == {}


def test_files_of_a_correction_are_compared_with_those_of_the_report_that_it_corrects(city):
    live = city.report(state="approved", status="")
    attach(live)
    attach(live, "사진.png", "b")
    # The live report itself brings them.
    assert changes(city)["이번 보고의 증빙자료"] == ("", "결과.pdf\n사진.png")
    correction = handed_in(city, revision=2, reason="정정", cause="지난 사유")
    attach(correction, "사진.png", "b")
    attach(correction)
    assert changes(city) == {}
    attach(correction, "추가.pdf", "c")
    assert changes(city) == {"이번 보고의 증빙자료": ("결과.pdf\n사진.png", "결과.pdf\n사진.png\n추가.pdf")}
    correction.evidence.exclude(name="사진.png").delete()
    assert changes(city) == {"이번 보고의 증빙자료": ("결과.pdf\n사진.png", "사진.png")}
    attach(correction, "결과.pdf", "d")
    assert changes(city) == {"이번 보고의 증빙자료": ("결과.pdf\n사진.png", "결과.pdf (내용 바뀜)\n사진.png")}
    correction.evidence.all().delete()
    assert changes(city) == {"이번 보고의 증빙자료": ("결과.pdf\n사진.png", "")}


def test_approved_and_unpublished_quarter_between_counts_as_changed_since_the_edition(city):
    publish_period(period=city.earlier, user=city.coordinator)
    later = PeriodFactory(plan=city.plan, as_of=dt.date(2024, 9, 30))
    approved = city.report(state="approved", status="", cause="지난 사유")
    ActualFactory(report=approved, indicator=city.indicator, value=1)
    ReportFactory(pledge=city.pledge, period=later, state="submitted", status="", cause="지난 사유")
    review = read_review(read_entry(city.pledge, later))
    assert review.edition.as_of == city.earlier.as_of
    assert {each.label: (each.before, each.after) for each in review.changes}["보고회 개최 누계(회)"] == (
        "2",
        "3",
    )


def test_review_of_an_earlier_quarter_reads_no_later_edition(city):
    publish_period(period=city.earlier, user=city.coordinator)
    publish_period(period=city.period, user=city.coordinator)
    ReportFactory(pledge=city.pledge, period=city.earlier, revision=2, reason="오기", state="submitted")
    assert read_review(read_entry(city.pledge, city.earlier)).edition.as_of == city.earlier.as_of


def test_new_edition_of_the_same_quarter_is_the_one_compared_with(city):
    publish_period(period=city.earlier, user=city.coordinator)
    city.first.actuals.update(value=Decimal(3))
    publish_period(period=city.earlier, user=city.coordinator, reason="오기")
    handed_in(city, cause="지난 사유")
    review = read_review(entry(city))
    assert (review.edition.number, list(review.changes)) == (2, [])


# --- Nothing new ---


def test_blank_report_is_unchanged_and_no_report_is_not(city):
    assert not is_unchanged(entry(city))
    handed_in(city)
    assert is_unchanged(entry(city))


@pytest.mark.parametrize(
    ("fields", "unchanged"),
    [
        ({"status": Status.ON_TRACK}, True),
        ({"status": Status.PARTIAL}, False),
        ({"status": Status.NONE}, False),
        ({"cause": "지난 사유"}, True),
        ({"cause": "새 사유"}, False),
        ({"remedy": "새 대책"}, False),
    ],
)
def test_same_words_are_no_change_and_others_are(city, fields, unchanged):
    handed_in(city, **fields)
    assert is_unchanged(entry(city)) is unchanged


@pytest.mark.parametrize(
    ("kind", "value", "unchanged"),
    [
        (IndicatorKind.CUMULATIVE, 0, True),
        (IndicatorKind.CUMULATIVE, 1, False),
        (IndicatorKind.CUMULATIVE, -1, False),
        (IndicatorKind.LEVEL, 2, True),
        (IndicatorKind.LEVEL, 0, False),
        (IndicatorKind.DECREASING, 2, True),
        (IndicatorKind.DECREASING, "2.0001", False),
    ],
)
def test_count_of_zero_and_the_same_level_are_no_change(city, kind, value, unchanged):
    city.indicator.kind = kind
    city.indicator.save()
    ActualFactory(report=handed_in(city), indicator=city.indicator, value=Decimal(str(value)))
    assert is_unchanged(entry(city)) is unchanged


@pytest.mark.parametrize(("amount", "unchanged"), [(0, True), (1, False), (-1, False)])
def test_money_is_a_change_unless_it_is_zero(city, amount, unchanged):
    ExecutedFactory(report=handed_in(city), sub_project=city.project, amount=amount)
    assert is_unchanged(entry(city)) is unchanged


@pytest.mark.parametrize(
    ("before", "mark", "unchanged"),
    [("", "done", False), ("done", "done", True), ("", "none", True), ("done", "none", False)],
)
def test_mark_is_a_change_where_it_says_something_else(city, before, mark, unchanged):
    if before:
        ScheduleMarkFactory(report=city.first, task=city.task, year=2024, quarter=2, mark=before)
    ScheduleMarkFactory(report=handed_in(city), task=city.task, year=2024, quarter=2, mark=mark)
    assert is_unchanged(entry(city)) is unchanged


def test_achievement_and_evidence_are_changes(city):
    report = handed_in(city)
    attach(report)
    assert not is_unchanged(entry(city))
    report.evidence.all().delete()
    AchievementFactory(report=report)
    assert not is_unchanged(entry(city))


@pytest.mark.parametrize(
    ("fields", "unchanged"),
    [
        ({}, True),
        ({"entered_rate": Decimal(60)}, True),
        ({"entered_rate": Decimal("60.0001")}, False),
        ({"rate_withdrawn": True}, False),
    ],
)
def test_entered_rate_is_a_change_where_it_differs(city, fields, unchanged):
    bare = PledgeFactory(plan=city.plan, code="1-1")
    ApprovedReportFactory(pledge=bare, period=city.earlier, entered_rate=Decimal(60))
    ReportFactory(pledge=bare, period=city.period, state="submitted", status="", **fields)
    assert is_unchanged(read_entry(bare, city.period)) is unchanged


def test_correction_is_a_change_even_where_it_empties_the_report(city):
    ActualFactory(report=city.report(state="approved"), indicator=city.indicator, value=1)
    handed_in(city, revision=2, reason="오기")
    assert not is_unchanged(entry(city))


# --- Many at once ---

PARTS = [
    "report",
    "live",
    "revisions",
    "before",
    "status_before",
    "own_status_before",
    "rate_was_entered",
    "achievements",
    "earlier_achievements",
    "previous",
    "own_statuses",
    "comments",
    "evidence",
    "extension",
    "due_on",
    "status",
]


def everything(entry):
    """All that an entry tells, each thing asked for."""
    return (
        *(getattr(entry, name) for name in PARTS),
        [(line, line.before, line.target, line.target_text, line.final) for line in entry.indicators],
        [(line, line.secured) for line in entry.money],
        [(line, line.is_planned) for line in entry.tasks],
    )


def test_entries_of_many_pledges_are_those_of_each_alone(city):
    other = PledgeFactory(plan=city.plan, code="1-1", lead_department=city.lead)
    indicator = IndicatorFactory(pledge=other, targets={2024: 4})
    ActualFactory(
        report=ApprovedReportFactory(pledge=other, period=city.earlier), indicator=indicator, value=1
    )
    report = handed_in(city)
    ExecutedFactory(report=report, sub_project=city.project, amount=5)
    ScheduleMarkFactory(report=report, task=city.task, year=2024, quarter=2)
    together = read_entries(city.plan, city.period, [other, city.pledge])
    alone = [read_entry(pledge, city.period) for pledge in (other, city.pledge)]
    assert [everything(each) for each in together] == [everything(each) for each in alone]
    assert [each.pledge for each in together] == [other, city.pledge]


def test_entries_cost_the_same_queries_for_1_and_for_6_pledges(city):
    pledges, counts = [city.pledge], []
    for more in (0, 5):
        for _ in range(more):
            pledge = PledgeFactory(plan=city.plan, lead_department=city.lead)
            IndicatorFactory(pledge=pledge, targets={2024: 4})
            ScheduleTaskFactory(pledge=pledge)
            SubProjectFactory(pledge=pledge)
            ApprovedReportFactory(pledge=pledge, period=city.earlier)
            ReportFactory(pledge=pledge, period=city.period)
            pledges.append(pledge)
        with CaptureQueriesContext(connection) as queries:
            for entry in read_entries(city.plan, city.period, pledges):
                everything(entry)
        counts.append(len(queries))
    # The one pledge has no report yet and so no rows of one to ask for.
    assert counts[1] <= 32
    with CaptureQueriesContext(connection) as queries:
        everything(read_entries(city.plan, city.period, pledges[1:2])[0])
    assert len(queries) == counts[1]
    assert read_entries(city.plan, city.period, []) == []
