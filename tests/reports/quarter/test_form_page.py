"""The form's page: its sections, what the report before said, what was said of each, who hands in."""

import datetime as dt

import pytest
from django.test import Client

from pledges.enums import ReportSection, ReportState, Role, Status
from pledges.models import ReportComment
from reports.quarter.forms import QuarterForm
from reports.quarter.sections import SECTIONS
from tests.factories import (
    AchievementFactory,
    ActualFactory,
    IndicatorFactory,
    InvestmentFactory,
    PeriodFactory,
    PledgeFactory,
    ScheduleMarkFactory,
    ScheduleTaskFactory,
    SubProjectFactory,
)


def section(page, name):
    return page.context["form"].section(name)


def test_every_section_of_a_report_is_a_section_of_the_form():
    assert {each.name for each in SECTIONS} == set(ReportSection)
    assert len({each.template for each in SECTIONS}) == len(SECTIONS)


def test_each_section_has_its_name_as_id_and_a_way_to_it(as_officer, city):
    page = as_officer.get(city.url)
    text = page.content.decode()
    for each in page.context["form"].sections:
        assert text.count(f' id="{each.name.value}"') == 1
        assert f'href="#{each.name.value}"' in text


def test_pledge_without_indicators_money_and_tasks_has_no_such_sections(as_officer, city):
    PledgeFactory(plan=city.plan, code="7-9", lead_department=city.lead)
    page = as_officer.get("/staff/hanbit/8/2024-06-30/7-9/")
    names = [each.name for each in page.context["form"].sections]
    assert names == ["status", "achievements", "evidence", "delay"]


# --- The report before ---


def test_each_section_shows_what_the_report_before_said(as_officer, city):
    city.first.remedy = "지난 대책"
    city.first.save()
    AchievementFactory(report=city.first, text="지난 실적", details="세부")
    ScheduleMarkFactory(report=city.first, task=city.task, year=2024, quarter=1, mark="under_way")
    page = as_officer.get(city.url)
    previous = page.context["form"].previous
    assert (previous.as_of, previous.status_label) == (city.earlier.as_of, Status.ON_TRACK.label)
    assert section(page, "indicators").rows()[0].last == 2
    assert section(page, "money").rows()[0].last == 33_000_000
    assert section(page, "schedule").rows()[0].last.mark == "under_way"
    text = page.content.decode()
    for said in ("지난 사유", "지난 대책", "지난 실적", "2024. 3. 31. 보고 2", "2024. 3. 31. 보고 33"):
        assert said in text


def test_what_the_report_before_left_blank_is_no_0(as_officer, city):
    other = IndicatorFactory(pledge=city.pledge)
    zero = IndicatorFactory(pledge=city.pledge)
    ActualFactory(report=city.first, indicator=zero, value=0)
    rows = {row.line.indicator.pk: row.last for row in section(as_officer.get(city.url), "indicators").rows()}
    assert (rows[other.pk], rows[zero.pk]) == (None, 0)


def test_draft_of_an_earlier_period_is_not_what_was_reported(as_officer, city):
    between = PeriodFactory(plan=city.plan, as_of=dt.date(2024, 5, 31))
    city.first.pk, city.first.period, city.first.state = None, between, ReportState.DRAFT
    city.first.cause = "초안의 글"
    city.first.save()
    page = as_officer.get(city.url)
    assert page.context["form"].previous.report.cause == "지난 사유"
    assert "초안의 글" not in page.content.decode()


def test_first_report_of_a_pledge_has_nothing_beside_it(as_officer, city):
    PledgeFactory(plan=city.plan, code="7-9", lead_department=city.lead)
    page = as_officer.get("/staff/hanbit/8/2024-06-30/7-9/")
    assert page.context["form"].previous is None
    assert 'class="last"' not in page.content.decode()


# --- Comments and hints ---


def test_comment_stands_at_its_section_with_who_and_when(as_officer, city):
    report = city.report(state=ReportState.RETURNED)
    for where, body in (("money", "금액 확인"), ("", "전체 의견")):
        ReportComment.objects.create(report=report, author=city.coordinator, section=where, body=body)
    ReportComment.objects.create(report=city.first, author=city.coordinator, section="delay", body="옛 의견")
    page = as_officer.get(city.url)
    assert [each.body for each in section(page, "money").comments] == ["금액 확인"]
    assert not section(page, "delay").comments
    text = page.content.decode()
    part = text[text.index('id="money"') : text.index('id="schedule"')]
    assert "금액 확인" in part
    assert str(city.coordinator) in part
    head = text[: text.index('id="quarter-form"')]
    assert "전체 의견" in head
    assert "금액 확인" not in head
    assert 'href="#money"' in head


def test_hint_stands_at_its_section_and_keeps_nobody_from_saving(as_officer, city):
    response = as_officer.post(city.url, city.data(status="closed"))
    assert response.status_code == 302
    page = as_officer.get(city.url)
    assert len(section(page, "status").hints) == 1
    text = page.content.decode()
    assert section(page, "status").hints[0] in text[text.index('id="status"') : text.index('id="money"')]


def test_form_not_saved_yet_has_no_hints(as_officer, city):
    assert as_officer.get(city.url).context["form"].hints == {}


# --- Who hands in ---


@pytest.mark.parametrize(
    ("head_signs", "role", "label"),
    [
        (True, Role.OFFICER, "부서장 결재 요청"),
        (True, Role.HEAD, "제출·결재"),
        (False, Role.HEAD, "제출"),
        (False, Role.OFFICER, "제출"),
    ],
)
def test_button_says_where_the_report_goes(city, head_signs, role, label):
    city.plan.head_signs = head_signs
    city.plan.save()
    client = Client()
    client.force_login(city.person(role, city.lead))
    assert f'value="submit">{label}</button>' in client.get(city.url).content.decode()


@pytest.mark.parametrize(("head_signs", "said"), [(True, "부서장 결재"), (False, "총괄부서")])
def test_after_handing_in_it_is_said_who_is_next(as_officer, city, head_signs, said):
    city.plan.head_signs = head_signs
    city.plan.save()
    page = city.submit(as_officer, follow=True)
    assert any(said in str(message) for message in page.context["messages"])


def test_correction_asks_for_its_reason_above_everything(as_officer, city):
    url = "/staff/hanbit/8/2024-03-31/7-2-3/"
    as_officer.post(f"{url}correct/", {"reason": "입력 오류"})
    text = as_officer.get(url).content.decode()
    assert text.index('id="correction"') < text.index('id="indicators"')
    assert 'href="#correction"' in text


# --- Cost ---


@pytest.mark.parametrize("count", [1, 3])
def test_form_takes_the_same_queries_whatever_the_pledge_holds(
    as_officer, city, django_assert_num_queries, count
):
    report = city.report()
    for _each in range(count - 1):
        indicator = IndicatorFactory(pledge=city.pledge, targets={2024: 2}, counted_by="achievements")
        ActualFactory(report=city.first, indicator=indicator)
        InvestmentFactory(sub_project=SubProjectFactory(pledge=city.pledge), amount=1)
        ScheduleTaskFactory(pledge=city.pledge)
        AchievementFactory(report=city.first)
        AchievementFactory(report=report)
    as_officer.get(city.url)
    with django_assert_num_queries(47):
        page = as_officer.get(city.url)
    assert isinstance(page.context["form"], QuarterForm)
