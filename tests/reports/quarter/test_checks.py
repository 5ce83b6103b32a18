"""What a report contradicts, at each boundary: exactly 100, exactly planned, nothing entered, capped."""

import datetime as dt
from decimal import Decimal

import pytest

from pledges.enums import Cycle, DatePrecision, IndicatorKind, MoneySource, Rounding, Span, Status
from pledges.models import EvidenceFile, OwnStatus, YearlyTarget
from reports.quarter.checks import warnings_of
from reports.quarter.entry import read_entry
from tests.factories import (
    AchievementFactory,
    ActualFactory,
    ApprovedReportFactory,
    ExecutedFactory,
    IndicatorFactory,
    PledgeFactory,
    ReportFactory,
    ScheduleMarkFactory,
    SecuredFactory,
    SubProjectFactory,
)

# The city's pledge: 2 of 5 so far, 3 due by the end of 2024; 33 of 75.4 million won executed.


def warned(city, *, evidence=False):
    """The warnings of the city's report as (section, code), evidence apart unless asked for."""
    found = warnings_of(read_entry(city.pledge, city.period))
    return [(each.section.value, each.code) for each in found if evidence or each.code != "no_evidence"]


def messages(city):
    return [each.message for each in warnings_of(read_entry(city.pledge, city.period))]


def report(city, value=None, *, status="", cause="사유", remedy="대책", **fields):
    made = city.report(state="submitted", status=status, cause=cause, remedy=remedy, **fields)
    if value is not None:
        ActualFactory(report=made, indicator=city.indicator, value=Decimal(str(value)))
    return made


def attach(made):
    EvidenceFile.objects.create(
        report=made,
        file="evidence/aa/aa",
        name="결과.pdf",
        media_type="application/pdf",
        size=9,
        sha256="a" * 64,
    )


def test_no_report_has_no_warnings(city):
    assert warned(city, evidence=True) == []


def test_report_that_agrees_with_itself_has_none(city):
    attach(report(city, 1))
    assert warned(city, evidence=True) == []


# --- Status against rate ---


@pytest.mark.parametrize("status", [Status.CLOSED, Status.CONTINUING])
@pytest.mark.parametrize(("value", "expected"), [("3", []), ("2.9999", [("status", "completed_below_100")])])
def test_completed_below_100_warns_and_at_exactly_100_does_not(city, status, value, expected):
    report(city, value, status=status)
    assert warned(city) == expected


@pytest.mark.parametrize("rounding", [Rounding.HALF_UP, Rounding.TRUNCATE])
def test_rate_just_below_100_never_reads_100_in_its_warning(city, rounding):
    city.plan.rounding = rounding
    city.plan.save()
    report(city, "2.9999", status=Status.CLOSED)
    (message,) = [each for each in messages(city) if "완료" in each]
    assert "99.99%" in message


def test_completed_status_of_an_earlier_report_still_counts(city):
    city.first.status = Status.CLOSED
    city.first.save()
    report(city, 1)
    assert ("status", "completed_below_100") in warned(city)


@pytest.mark.parametrize("status", [Status.PARTIAL, Status.ON_HOLD])
@pytest.mark.parametrize(("value", "expected"), [("3", [("status", "partial_at_100")]), ("2.9999", [])])
def test_unfulfilled_status_at_exactly_100_warns_and_below_does_not(city, status, value, expected):
    report(city, value, status=status)
    assert warned(city) == expected


def test_on_track_at_100_and_beyond_is_no_contradiction(city):
    report(city, 30, status=Status.ON_TRACK)
    assert warned(city) == []


@pytest.mark.parametrize("target", [None, 0])
def test_without_a_rate_the_status_contradicts_nothing(city, target):
    YearlyTarget.objects.all().delete()
    if target is not None:
        YearlyTarget.objects.create(indicator=city.indicator, year=2024, value=target)
    report(city, 1, status=Status.CLOSED)
    assert warned(city) == []


# --- Totals and rates that fell ---


@pytest.mark.parametrize(
    ("value", "expected"), [(0, []), (None, []), ("-0.0001", [("indicators", "total_fell")])]
)
def test_total_falls_by_a_negative_count_and_not_by_none_or_blank(city, value, expected):
    report(city, value)
    assert warned(city) == expected


def test_total_that_falls_with_its_rate_is_pointed_out_once_with_both(city):
    """2 of 5 before; 1 taken back: 1 of 5."""
    report(city, -1)
    (message,) = [each for each in messages(city) if "누계" in each]
    assert message.startswith("‘보고회 개최’ 누계가 2에서 1로, 이행률이 40.00%에서 20.00%로 낮아졌습니다.")


def test_total_without_a_target_falls_too(city):
    YearlyTarget.objects.all().delete()
    report(city, -1)
    (message,) = [each for each in messages(city) if "누계" in each]
    assert message.startswith("‘보고회 개최’ 누계가 2에서 1로 낮아졌습니다.")


def test_total_of_which_nothing_was_reported_before_has_not_fallen(city):
    city.first.actuals.all().delete()
    report(city, -1)
    assert ("indicators", "total_fell") not in warned(city)


def kind(city, kind, **fields):
    city.indicator.kind = kind
    for name, value in fields.items():
        setattr(city.indicator, name, value)
    city.indicator.save()


@pytest.mark.parametrize(("value", "expected"), [(2, []), (3, []), ("1.9", [("indicators", "rate_fell")])])
def test_level_below_the_one_before_lets_the_rate_fall(city, value, expected):
    kind(city, IndicatorKind.LEVEL)
    report(city, value)
    assert warned(city) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(2, []), ("1.9", []), ("2.1", [("indicators", "rate_fell")])]
)
def test_decreasing_indicator_falls_where_its_level_rises(city, value, expected):
    kind(city, IndicatorKind.DECREASING, baseline=10)
    YearlyTarget.objects.all().delete()
    YearlyTarget.objects.create(indicator=city.indicator, year=2024, value=1)
    report(city, value)
    assert warned(city) == expected


@pytest.mark.parametrize(("value", "expected"), [(7, []), (5, []), ("4.9", [("indicators", "rate_fell")])])
def test_what_is_capped_at_100_has_not_fallen_while_it_stays_there(city, value, expected):
    kind(city, IndicatorKind.LEVEL)
    YearlyTarget.objects.filter(year=2025).update(value=5)
    city.first.actuals.update(value=Decimal(10))
    report(city, value, status=Status.ON_TRACK)
    assert warned(city) == expected


@pytest.mark.parametrize(("value", "rate"), [(-3, ""), (-5, ""), (-6, "80.00%")])
def test_total_beyond_its_target_falls_and_its_rate_only_below_it(city, value, rate):
    """10 of 5 before: 7 and 5 are still 100%, 4 of 5 is 80%."""
    city.first.actuals.update(value=Decimal(10))
    report(city, value)
    assert warned(city) == [("indicators", "total_fell")]
    (message,) = [each for each in messages(city) if "누계" in each]
    assert rate in message
    assert ("이행률" in message) is bool(rate)


def test_pledge_whose_mean_falls_by_a_first_value_is_pointed_out_once(city):
    second = IndicatorFactory(pledge=city.pledge, name="둘째", targets={2024: 10})
    ActualFactory(report=report(city, 1), indicator=second, value=0)
    found = warnings_of(read_entry(city.pledge, city.period))
    (fell,) = [each for each in found if each.code == "rate_fell"]
    assert "공약 이행률이 40.00%에서 30.00%로" in fell.message


def test_entered_rate_below_the_one_before_is_pointed_out_at_the_status(city):
    bare = PledgeFactory(plan=city.plan, code="1-1", lead_department=city.lead)
    ApprovedReportFactory(pledge=bare, period=city.earlier, entered_rate=Decimal(60))
    made = ReportFactory(pledge=bare, period=city.period, state="submitted", entered_rate=Decimal("59.99"))
    assert [(each.section, each.code) for each in warnings_of(read_entry(bare, city.period))] == [
        ("status", "rate_fell")
    ]
    made.entered_rate = Decimal(60)
    made.save()
    assert warnings_of(read_entry(bare, city.period)) == []


# --- Money ---


@pytest.mark.parametrize(
    ("amount", "expected"), [(42_400_000, []), (42_400_001, [("money", "executed_over_planned")])]
)
def test_executed_up_to_exactly_what_is_planned_is_right_and_one_won_more_is_not(city, amount, expected):
    ExecutedFactory(report=report(city), sub_project=city.project, amount=amount)
    assert warned(city) == expected


def test_sub_project_without_a_planned_amount_exceeds_the_pledges_plan_only(city):
    other = SubProjectFactory(pledge=city.pledge, name="둘째 사업")
    ExecutedFactory(report=report(city), sub_project=other, amount=42_400_000)
    assert warned(city) == []
    city.current.executed.update(amount=42_400_001)
    assert warned(city) == [("money", "executed_over_planned")]
    assert any("공약 전체" in message for message in messages(city))


def test_planned_zero_is_exceeded_by_one_won_and_nothing_planned_is_not_compared(city):
    bare = SubProjectFactory(pledge=PledgeFactory(plan=city.plan, code="1-1"), name="사업")
    made = ReportFactory(pledge=bare.pledge, period=city.period, state="submitted")
    ExecutedFactory(report=made, sub_project=bare, amount=1)

    def codes():
        return {each.code for each in warnings_of(read_entry(bare.pledge, city.period))}

    assert "executed_over_planned" not in codes()
    bare.investments.create(source=MoneySource.CITY, span=Span.YEAR, year=2024, amount=0)
    assert "executed_over_planned" in codes()


@pytest.mark.parametrize(("secured", "expected"), [(34, []), (33, [("money", "executed_over_secured")])])
def test_executed_is_compared_with_what_is_secured_up_to_the_periods_year(city, secured, expected):
    SecuredFactory(sub_project=city.project, span=Span.PRIOR, year=None, amount=3_000_000)
    SecuredFactory(sub_project=city.project, year=2024, amount=secured * 1_000_000 - 3_000_000)
    SecuredFactory(sub_project=city.project, year=2025, amount=90_000_000)
    ExecutedFactory(report=report(city), sub_project=city.project, amount=1_000_000)
    assert warned(city) == expected


@pytest.mark.parametrize("later", [True, False])
def test_nothing_secured_up_to_now_is_not_compared(city, later):
    if later:
        SecuredFactory(sub_project=city.project, year=2025, amount=1)
    ExecutedFactory(report=report(city), sub_project=city.project, amount=1_000_000)
    assert warned(city) == []


def test_money_warning_says_both_amounts_in_the_plans_unit(city):
    ExecutedFactory(report=report(city), sub_project=city.project, amount=50_000_000)
    (message,) = [each for each in messages(city) if "계획액" in each]
    assert message.startswith("운영 활성화: 집행액 누계 83이 계획액 75.4보다")


# --- Dates of achievements ---


@pytest.mark.parametrize(
    ("starts", "ends", "open_ended", "inside"),
    [
        ("2024-04-01", "2024-04-01", False, True),
        ("2024-06-30", "2024-06-30", False, True),
        ("2024-03-31", "2024-03-31", False, False),
        ("2024-07-01", "2024-07-01", False, False),
        ("2024-03-01", "2024-04-30", False, True),
        ("2024-01-01", "2024-12-31", False, True),
        ("2023-05-01", "2023-05-31", True, True),
        ("2024-07-01", "2024-07-31", True, False),
    ],
)
def test_achievement_belongs_to_the_quarter_with_which_it_shares_a_day(
    city, starts, ends, open_ended, inside
):
    AchievementFactory(
        report=report(city),
        starts_on=dt.date.fromisoformat(starts),
        ends_on=dt.date.fromisoformat(ends),
        precision=DatePrecision.DAY,
        open_ended=open_ended,
    )
    assert warned(city) == ([] if inside else [("achievements", "outside_the_period")])


def test_half_yearly_plan_takes_achievements_of_both_quarters(city):
    city.plan.cycle = Cycle.HALF_YEARLY
    city.plan.save()
    made = report(city)
    AchievementFactory(report=made, starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 1, 31))
    AchievementFactory(report=made, starts_on=dt.date(2023, 12, 1), ends_on=dt.date(2023, 12, 31))
    assert warned(city) == [("achievements", "outside_the_period")]


# --- Cause and remedy ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", []), ("0.9999", [("delay", "no_cause"), ("delay", "no_remedy")])],
)
def test_behind_the_targets_to_date_asks_for_cause_and_remedy_and_exactly_there_does_not(
    city, value, expected
):
    report(city, value, cause="", remedy="")
    assert warned(city) == expected


@pytest.mark.parametrize(
    ("words", "missing"), [({"cause": ""}, ["no_cause"]), ({"remedy": ""}, ["no_remedy"]), ({}, [])]
)
def test_each_of_cause_and_remedy_is_asked_for_by_itself(city, words, missing):
    report(city, 0, **words)
    assert [code for _section, code in warned(city)] == missing


def test_status_that_says_behind_asks_for_cause_and_remedy_whatever_the_figures(city):
    report(city, 1, status=Status.ON_HOLD, cause="", remedy="")
    assert [code for _section, code in warned(city)] == ["no_cause", "no_remedy"]
    assert any("추진상황 ‘보류’" in message for message in messages(city))


# --- Evidence ---


@pytest.mark.parametrize("what", ["value", "money", "achievement", "mark"])
def test_progress_without_evidence_is_pointed_out_until_a_file_is_there(city, what):
    made = report(city, 1 if what == "value" else None)
    if what == "money":
        ExecutedFactory(report=made, sub_project=city.project, amount=1)
    if what == "achievement":
        AchievementFactory(report=made, starts_on=dt.date(2024, 5, 1), ends_on=dt.date(2024, 5, 31))
    if what == "mark":
        ScheduleMarkFactory(report=made, task=city.task, year=2024, quarter=2)
    assert warned(city, evidence=True) == [("evidence", "no_evidence")]
    attach(made)
    assert warned(city, evidence=True) == []


@pytest.mark.parametrize("value", [None, 0])
def test_report_without_progress_needs_no_evidence(city, value):
    report(city, value)
    assert warned(city, evidence=True) == []


# --- What was completed and is not any more ---


@pytest.mark.parametrize("before", [Status.CLOSED, Status.CONTINUING])
@pytest.mark.parametrize(
    "now", [Status.ON_TRACK, Status.PARTIAL, Status.ON_HOLD, Status.DROPPED, Status.NONE]
)
def test_status_that_goes_back_from_completed_is_pointed_out(city, before, now):
    city.first.status = before
    city.first.save()
    report(city, 1, status=now)
    assert ("status", "went_back") in warned(city)


def test_status_that_goes_back_is_said_with_both_words(city):
    city.first.status = Status.CLOSED
    city.first.save()
    report(city, 1, status=Status.ON_TRACK)
    assert any("‘완료 종결’" in each and "‘정상추진’" in each for each in messages(city))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (Status.CLOSED, ""),
        (Status.CLOSED, Status.CONTINUING),
        (Status.CONTINUING, Status.CLOSED),
        (Status.ON_TRACK, Status.PARTIAL),
        (Status.ON_TRACK, Status.CLOSED),
    ],
)
def test_status_that_stays_completed_or_never_was_does_not_go_back(city, before, now):
    city.first.status = before
    city.first.save()
    report(city, 1, status=now)
    assert ("status", "went_back") not in warned(city)


def test_plans_own_status_after_completed_is_not_compared(city):
    city.first.status = Status.CLOSED
    city.first.save()
    own = OwnStatus.objects.create(plan=city.plan, name="우수")
    report(city, 1, status=Status.OTHER, own_status=own)
    assert warned(city) == []


def test_correction_of_the_quarter_before_is_what_the_status_is_compared_with(city):
    city.first.status = Status.CLOSED
    city.first.save()
    ApprovedReportFactory(
        pledge=city.pledge, period=city.earlier, revision=2, status=Status.ON_TRACK, reason="정정"
    )
    report(city, 1, status=Status.PARTIAL)
    assert ("status", "went_back") not in warned(city)


# --- Numbers of persons ---


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("문의 010-1234-5678", ["mobile_number"]),
        ("문의 01012345678", ["mobile_number"]),
        ("문의 010.1234.5678", ["mobile_number"]),
        ("문의 ０１０－１２３４－５６７８", ["mobile_number"]),
        ("문의 010–1234–5678", ["mobile_number"]),
        ("문의 +82-10-1234-5678", ["mobile_number"]),
        ("문의 +82 (0)10 1234 5678", ["mobile_number"]),
        ("홍길동(900101-1234567)", ["resident_number"]),
        ("홍길동 900101 - 2234567", ["resident_number"]),
        ("９００１０１－１２３４５６７", ["resident_number"]),
        ("홍길동(900101-1234567, 011-123-4567)", ["resident_number", "mobile_number"]),
        ("대표전화 041-746-5114", []),
        ("예산 1,010,123,456원, 75.4백만원", []),
        ("공고 제2024-1234567호", []),
        ("901301-1234567", []),
        ("사업비 3010123456789원", []),
    ],
)
def test_number_of_a_person_in_a_text_that_becomes_public_is_pointed_out(city, text, codes):
    report(city, 1, cause=text)
    assert warned(city) == [("delay", code) for code in codes]


def test_numbers_of_persons_are_found_in_every_text_of_a_report_and_not_repeated(city):
    made = report(city, 1, remedy="담당 010-1111-2222")
    for line in ("첫째", "둘째"):
        AchievementFactory(
            report=made,
            text=line,
            details="연락처\n010-3333-4444" if line == "둘째" else "",
            position=1 if line == "첫째" else 2,
            starts_on=dt.date(2024, 5, 1),
            ends_on=dt.date(2024, 5, 31),
        )
    assert warned(city) == [("achievements", "mobile_number"), ("delay", "mobile_number")]
    said = [each for each in messages(city) if "휴대전화" in each]
    assert said[0].startswith("2번째 줄(2024. 5.)")
    assert said[1].startswith("대책")
    assert not any("010" in each for each in said)
