"""Carry-over: what "no change" enters, for whom, and that it touches nothing which anybody wrote."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.enums import IndicatorKind, MoneySource, PeriodState, ReportState, Role, Status
from pledges.models import ProgressReport, SupportInvitation
from pledges.workflow import WrongState
from reports.fulfilment import pledge_fulfilments
from reports.quarter import carrying
from reports.quarter.carrying import carry_forward, read_carried
from tests.factories import (
    AchievementFactory,
    ActualFactory,
    ApprovedReportFactory,
    DepartmentFactory,
    ExecutedFactory,
    IndicatorFactory,
    MunicipalityFactory,
    PledgeFactory,
    ReportFactory,
    ScheduleMarkFactory,
    SubProjectFactory,
)


@pytest.fixture
def on_target(city):
    """The city's pledge without the target of 2024 that it stays behind: 2 of 5, 2 due by now."""
    city.indicator.targets.filter(year=2024).update(value=1)
    city.indicator.targets.filter(year=2025).update(value=3)
    return city


def carry(city, *pledges, **more):
    pledges = pledges or (city.pledge,)
    return carry_forward(period=city.period, pledges=pledges, user=more.pop("user", city.officer), **more)


def another(city, code, **fields):
    """A pledge of the same department with an approved report of the quarter before."""
    pledge = PledgeFactory(plan=city.plan, code=code, lead_department=city.lead, **fields)
    ApprovedReportFactory(pledge=pledge, period=city.earlier)
    return pledge


def report_of(pledge, city):
    return ProgressReport.objects.for_pledge(pledge).for_period(city.period).by_revision().first()


def values(report):
    return {row.indicator.name: row.value for row in report.actuals.select_related("indicator")}


def spent(report):
    return {(row.sub_project.name, row.source): row.amount for row in report.executed.all()}


# --- What is entered ----------------------------------------------------------------


def test_count_with_earlier_values_is_entered_as_0(city):
    carry(city)
    assert values(city.current) == {"보고회 개최": Decimal(0)}


def test_count_whose_only_value_is_0_is_entered_as_0(city):
    city.first.actuals.update(value=0)
    carry(city)
    assert values(city.current) == {"보고회 개최": Decimal(0)}


@pytest.mark.parametrize("kind", IndicatorKind)
def test_indicator_for_which_nothing_was_ever_entered_stays_blank(city, kind):
    IndicatorFactory(pledge=city.pledge, name="없음", kind=kind, targets={2024: 1})
    carry(city)
    assert "없음" not in values(city.current)


@pytest.mark.parametrize(("kind", "baseline"), [(IndicatorKind.LEVEL, None), (IndicatorKind.DECREASING, 100)])
def test_level_in_force_is_entered_again(city, kind, baseline):
    level = IndicatorFactory(
        pledge=city.pledge, name="수준", kind=kind, baseline=baseline, targets={2024: 80}
    )
    older = ApprovedReportFactory(pledge=city.pledge, as_of="2023-12-31")
    ActualFactory(report=older, indicator=level, value=Decimal("90.5"))
    ActualFactory(report=city.first, indicator=level, value=Decimal("82.25"))
    carry(city)
    assert values(city.current)["수준"] == Decimal("82.25")


def test_level_of_a_quarter_further_back_is_the_one_in_force(city):
    level = IndicatorFactory(pledge=city.pledge, name="수준", kind=IndicatorKind.LEVEL, targets={2024: 80})
    older = ApprovedReportFactory(pledge=city.pledge, as_of="2023-12-31")
    ActualFactory(report=older, indicator=level, value=70)
    carry(city)
    assert values(city.current)["수준"] == 70


def test_value_of_a_report_that_is_not_approved_is_not_carried(city):
    level = IndicatorFactory(pledge=city.pledge, name="수준", kind=IndicatorKind.LEVEL, targets={2024: 80})
    draft = ReportFactory(pledge=city.pledge, period=city.earlier, revision=2, reason="정정")
    ActualFactory(report=draft, indicator=level, value=99)
    carry(city)
    assert "수준" not in values(city.current)


def test_money_is_0_where_something_was_spent_and_blank_elsewhere(city):
    by_source = SubProjectFactory(pledge=city.pledge, name="재원별")
    SubProjectFactory(pledge=city.pledge, name="미집행")
    for source in (MoneySource.NATIONAL, MoneySource.CITY):
        ExecutedFactory(report=city.first, sub_project=by_source, source=source, amount=1_000_000)
    carry(city)
    assert spent(city.current) == {
        ("운영 활성화", "unspecified"): 0,
        ("재원별", "national"): 0,
        ("재원별", "city"): 0,
    }


def test_money_spent_before_the_term_counts_as_spent(city):
    project = SubProjectFactory(pledge=city.pledge, name="기투자")
    prior = ApprovedReportFactory(pledge=city.pledge, as_of="2022-06-30", status="")
    ExecutedFactory(report=prior, sub_project=project, amount=5_000_000)
    carry(city)
    assert spent(city.current)["기투자", "unspecified"] == 0


def test_cause_and_remedy_are_copied_and_the_status_is_left_in_force(city):
    ProgressReport.objects.filter(pk=city.first.pk).update(
        cause="부지 협의 지연", remedy="하반기 협의", status=Status.PARTIAL
    )
    carry(city)
    assert (city.current.status, city.current.cause, city.current.remedy) == (
        "",
        "부지 협의 지연",
        "하반기 협의",
    )


def test_achievements_and_marks_are_not_copied(city):
    AchievementFactory(report=city.first)
    ScheduleMarkFactory(report=city.first, task=city.task, year=2024, quarter=1)
    carry(city)
    assert not city.current.achievements.exists()
    assert not city.current.marks.exists()


def test_rates_stay_as_they_were(city):
    (before,) = read_carried(city.period, [city.pledge])
    carry(city)
    report = city.current
    report.state, report.approved_at = ReportState.APPROVED, report.updated_at
    report.save()
    (after,) = pledge_fulfilments(city.plan, city.period.as_of, [city.pledge.pk])
    # 2 of 5, and 33 of 75.4 million won.
    assert (before.entry.before.rate, after.rate) == (40, 40)
    assert after.executed == 33_000_000


# --- What stands in the way -----------------------------------------------------------


@pytest.mark.parametrize("state", ReportState)
def test_report_that_is_there_is_never_touched(city, state):
    extra = {"signed_at": dt.datetime(2024, 7, 1, tzinfo=dt.UTC)} if state == ReportState.SIGNED else {}
    report = city.report(state=state, cause="내가 쓴 글", **extra)
    ActualFactory(report=report, indicator=city.indicator, value=3)
    result = carry(city, submit=True)
    assert [(told.pledge.code, told.message) for told in result.refused] == [
        ("7-2-3", "이 기준일의 보고서를 이미 작성하기 시작했습니다.")
    ]
    assert (city.current.pk, city.current.state, city.current.cause) == (report.pk, state, "내가 쓴 글")
    assert values(city.current) == {"보고회 개최": Decimal(3)}


def test_report_begun_between_reading_and_writing_is_told_and_the_others_go_on(city, monkeypatch):
    other = another(city, "1-1")
    read = carrying.read_carried

    def slow(period, pledges):
        lines = read(period, pledges)
        city.report(cause="동료가 먼저")
        return lines

    monkeypatch.setattr(carrying, "read_carried", slow)
    result = carry(city, city.pledge, other)
    assert [told.pledge.code for told in result.refused] == ["7-2-3"]
    assert [report.pledge.code for report in result.kept] == ["1-1"]
    assert city.current.cause == "동료가 먼저"


def test_pledge_without_an_earlier_report_has_nothing_to_carry(city):
    fresh = PledgeFactory(plan=city.plan, code="1-1", lead_department=city.lead)
    result = carry(city, fresh, city.pledge)
    assert [told.pledge.code for told in result.refused] == ["1-1"]
    assert report_of(fresh, city) is None
    assert len(result.kept) == 1


@pytest.mark.parametrize("who", ["helper", "stranger", "coordinator", "auditor"])
def test_who_does_not_enter_this_pledge_carries_nothing(city, who):
    result = carry(city, user=getattr(city, who))
    assert [told.message for told in result.refused] == ["이 작업을 할 권한이 없습니다."]
    assert city.current is None


def test_failure_within_one_pledge_leaves_no_half_report(city, monkeypatch):
    def broken(**_kwargs):
        raise WrongState("고장")

    monkeypatch.setattr("reports.quarter.writing.save_executed", broken)
    result = carry(city)
    assert [told.message for told in result.refused] == ["고장"]
    assert city.current is None


def test_closed_period_takes_nothing(city):
    city.period.state = PeriodState.CLOSED
    city.period.save()
    with pytest.raises(WrongState):
        carry(city)


# --- Handing in ------------------------------------------------------------------------


def test_submit_hands_in_what_is_complete(on_target):
    result = carry(on_target, submit=True)
    assert [report.state for report in result.submitted] == [ReportState.SUBMITTED]
    assert on_target.current.submitted_by == on_target.officer


def test_head_who_submits_has_signed(on_target):
    on_target.plan.head_signs = True
    on_target.plan.save()
    head = on_target.person(Role.HEAD, on_target.lead)
    carry(on_target, user=head, submit=True)
    assert (on_target.current.state, on_target.current.signed_by) == (ReportState.SIGNED, head)


def test_lagging_pledge_without_an_earlier_remedy_stays_a_draft_and_says_why(city):
    # 2 of 3 that are due by the end of 2024; a cause was given, a remedy was not.
    (line,) = read_carried(city.period, [city.pledge])
    assert line.lacks == ["목표에 못 미치는 공약입니다. 대책을 입력하십시오."]
    result = carry(city, submit=True)
    assert [(told.pledge.code, told.message) for told in result.incomplete] == [
        ("7-2-3", "목표에 못 미치는 공약입니다. 대책을 입력하십시오.")
    ]
    assert city.current.state == ReportState.DRAFT


def test_lagging_pledge_with_earlier_cause_and_remedy_is_handed_in(city):
    ProgressReport.objects.filter(pk=city.first.pk).update(remedy="하반기 집중 개최")
    assert len(carry(city, submit=True).submitted) == 1


def test_pledge_that_never_had_a_status_stays_a_draft(on_target):
    ProgressReport.objects.filter(pk=on_target.first.pk).update(status="")
    (told,) = carry(on_target, submit=True).incomplete
    assert told.message == "추진상황을 선택하십시오."


def test_invited_department_writes_a_draft_and_can_not_hand_it_in(on_target):
    SupportInvitation.objects.create(
        pledge=on_target.pledge, department=on_target.support, invited_by=on_target.officer
    )
    result = carry(on_target, user=on_target.helper, submit=True)
    assert [told.message for told in result.incomplete] == ["이 작업을 할 권한이 없습니다."]
    assert on_target.current.state == ReportState.DRAFT


# --- The page --------------------------------------------------------------------------


def test_page_says_in_words_what_would_be_entered(as_officer, city):
    level = IndicatorFactory(pledge=city.pledge, name="만족도", kind=IndicatorKind.LEVEL, targets={2024: 80})
    ActualFactory(report=city.first, indicator=level, value=Decimal("82.5"))
    IndicatorFactory(pledge=city.pledge, name="새 지표", targets={2024: 1})
    text = as_officer.get(f"{city.board}-/unchanged/").content.decode()
    for words in (
        "보고회 개최: 이번 분기 0 (누계 2)",
        "만족도: 82.5 (그대로)",
        "새 지표: 입력하지 않음",
        "운영 활성화: 이번 분기 집행 0 (누계 33백만원)",
        "추진상황: 정상추진",
    ):
        assert words in text


def test_page_ticks_the_own_departments_pledges_and_not_those_of_an_invitation(as_officer, city):
    foreign = PledgeFactory(plan=city.plan, code="9-1", lead_department=DepartmentFactory(name="가나과"))
    ApprovedReportFactory(pledge=foreign, period=city.earlier)
    SupportInvitation.objects.create(pledge=foreign, department=city.lead, invited_by=city.officer)
    groups = as_officer.get(f"{city.board}-/unchanged/").context["groups"]
    assert [
        (group.department.name, group.leads, [(line.pledge.code, ticked) for line, ticked in group.rows])
        for group in groups
    ] == [("주관과", True, [("7-2-3", True)]), ("가나과", False, [("9-1", False)])]


def test_two_buttons_write_drafts_or_hand_in(as_officer, on_target):
    city = on_target
    other = another(city, "1-1")
    page = f"{city.board}-/unchanged/"
    assert as_officer.post(page, {"pledge": [city.pledge.pk], "step": "keep"})["Location"] == "/staff/"
    assert city.current.state == ReportState.DRAFT
    as_officer.post(page, {"pledge": [other.pk], "step": "submit"})
    assert report_of(other, city).state == ReportState.SUBMITTED


def test_contradictions_of_what_was_handed_in_are_counted_and_keep_nothing_back(as_officer, on_target):
    city = on_target
    other = another(city, "1-1")
    city.first.status = Status.PARTIAL
    city.first.cause, city.first.remedy = "사유", "대책"
    city.first.save()
    city.first.actuals.update(value=5)
    page = as_officer.post(
        f"{city.board}-/unchanged/", {"pledge": [city.pledge.pk, other.pk], "step": "submit"}, follow=True
    )
    text = page.content.decode()
    assert "보고서 2건을 제출했습니다" in text
    assert "이 가운데 1건에 확인할 점이 있습니다: 7-2-3." in text
    assert city.current.state == ReportState.SUBMITTED


def test_what_stayed_a_draft_is_told_on_my_work(as_officer, city):
    response = as_officer.post(
        f"{city.board}-/unchanged/", {"pledge": [city.pledge.pk], "step": "submit"}, follow=True
    )
    assert "7-2-3. 목표에 못 미치는 공약입니다. 대책을 입력하십시오." in response.content.decode()


@pytest.mark.parametrize("ticked", [[], ["x"], ["²"], ["1" * 30]])
def test_nothing_or_nonsense_ticked_is_told(as_officer, city, ticked):
    page = as_officer.post(f"{city.board}-/unchanged/", {"pledge": ticked, "step": "keep"})
    assert page.status_code == 422
    assert page.context["form"].errors
    assert city.current is None


def test_ticks_stay_as_they_were_where_something_is_wrong(as_officer, city):
    other = another(city, "1-1")
    page = as_officer.post(f"{city.board}-/unchanged/", {"pledge": [str(other.pk), "x"], "step": "keep"})
    (group,) = page.context["groups"]
    assert {line.pledge.code: ticked for line, ticked in group.rows} == {"7-2-3": False, "1-1": True}


def test_pledge_of_another_department_among_the_ticked_is_refused_for_all(as_officer, city):
    foreign = PledgeFactory(plan=city.plan, code="9-1", lead_department=DepartmentFactory(name="가나과"))
    response = as_officer.post(
        f"{city.board}-/unchanged/", {"pledge": [city.pledge.pk, foreign.pk], "step": "keep"}
    )
    assert response.status_code == 403
    assert city.current is None


@pytest.mark.parametrize(
    ("who", "status"), [("officer", 200), ("helper", 200), ("stranger", 404), ("coordinator", 403)]
)
def test_page_is_for_those_who_enter(client, city, who, status):
    client.force_login(getattr(city, who))
    page = client.get(f"{city.board}-/unchanged/")
    assert page.status_code == status
    if who == "helper":
        assert page.context["groups"] == []


def test_page_of_another_city_is_not_there(client, city):
    elsewhere = MunicipalityFactory(code="dalbit", name="달빛시")
    user = city.person(Role.OFFICER, DepartmentFactory(municipality=elsewhere))
    client.force_login(user)
    assert client.get(f"{city.board}-/unchanged/").status_code == 404


def test_page_of_a_closed_period_leads_to_its_board(as_officer, city):
    response = as_officer.get("/staff/hanbit/8/2024-03-31/-/unchanged/")
    assert response["Location"] == "/staff/hanbit/8/2024-03-31/"


def test_page_costs_the_same_queries_for_1_pledge_and_for_12(as_officer, city):
    counts = []
    for more in (0, 11):
        for number in range(more):
            pledge = another(city, f"1-{number}")
            indicator = IndicatorFactory(pledge=pledge, targets={2024: 1})
            ActualFactory(indicator=indicator, report=pledge.reports.get(), value=1)
            SubProjectFactory(pledge=pledge)
        as_officer.get(f"{city.board}-/unchanged/")
        with CaptureQueriesContext(connection) as queries:
            page = as_officer.get(f"{city.board}-/unchanged/")
        assert len(page.context["groups"][0].rows) == more + 1
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_my_work_leads_to_the_page_with_the_number_of_pledges(as_officer, city):
    another(city, "1-1")
    PledgeFactory(plan=city.plan, code="1-2", lead_department=city.lead)
    begun = another(city, "1-3")
    ReportFactory(pledge=begun, period=city.period)
    page = as_officer.get("/staff/")
    assert page.context["desk"][0].unchanged == 2
    text = page.content.decode()
    assert f'href="{city.board}-/unchanged/"' in text
    assert "변동 없는 공약 한 번에 작성 (2건)" in text


def test_my_work_leads_there_only_where_there_is_something_to_carry(client, city):
    city.report()
    for user in (city.officer, city.helper, city.coordinator, city.auditor):
        client.force_login(user)
        assert "-/unchanged/" not in client.get("/staff/").content.decode()
