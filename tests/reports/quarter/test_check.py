"""The planning office's side: checking, periods, publishing, the export."""

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.enums import PeriodState, ReportState
from pledges.models import ReportComment, ReportingPeriod
from reports.editions import publish_period
from reports.quarter.entry import read_entry
from reports.quarter.lookups import staff_url
from reports.quarter.thread import read_thread
from tests.factories import (
    ActualFactory,
    MunicipalityFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
    TermFactory,
)


def submitted(city, **fields):
    report = city.report(state=ReportState.SUBMITTED, **fields)
    ActualFactory(report=report, indicator=city.indicator, value=1)
    return report


def test_submitted_report_shows_the_coordinator_before_and_after(as_coordinator, city):
    submitted(city)
    page = as_coordinator.get(city.url)
    figure = page.context["figures"].indicators[0]
    assert (figure.before_text, figure.rate_text) == ("40.00", "60.00")
    assert page.context["may_check"]


def test_checker_reads_at_each_section_what_the_department_was_shown(client, city):
    """From 2 to 1, from completed to under way, and a telephone number: the same words on both pages."""
    city.first.status = "closed"
    city.first.save()
    made = city.report(
        state="draft", status="partial", cause="문의 010-1234-5678", remedy="대책", saved_by=city.officer
    )
    ActualFactory(report=made, indicator=city.indicator, value=-1)
    client.force_login(city.officer)
    shown = client.get(f"{city.url}?submit=1").context["to_confirm"]
    assert [each.code for each in shown] == ["went_back", "total_fell", "mobile_number", "no_evidence"]
    text = client.get(f"{city.url}?submit=1").content.decode()
    panel = text[text.index('id="warnings"') : text.index("</ul>", text.index('id="warnings"'))]
    assert re.findall(r'href="#(\w+)"', panel) == ["status", "indicators", "delay", "evidence"]
    made.state, made.submitted_by = "submitted", city.officer
    made.save()
    client.force_login(city.coordinator)
    page = client.get(city.url)
    assert page.context["review"].warnings == shown
    checked = html.unescape(page.content.decode())
    assert all(str(each.message) in checked for each in shown)


def test_return_needs_a_comment_and_the_department_reads_it(as_coordinator, city):
    submitted(city)
    page = as_coordinator.post(f"{city.url}check/", {"version": "1", "step": "return", "comment": " "})
    assert page.status_code == 422
    assert list(page.context["comment_form"].errors) == ["comment"]
    assert city.current.state == ReportState.SUBMITTED
    as_coordinator.post(f"{city.url}check/", {"version": "1", "step": "return", "comment": "증빙 확인"})
    assert city.current.state == ReportState.RETURNED
    as_coordinator.force_login(city.officer)
    assert "증빙 확인" in as_coordinator.get(city.url).content.decode()


def test_approve_from_the_report(as_coordinator, city):
    submitted(city)
    response = as_coordinator.post(f"{city.url}check/", {"version": "1", "step": "approve", "comment": ""})
    assert response["Location"] == city.board
    assert (city.current.state, city.current.approved_by) == (ReportState.APPROVED, city.coordinator)


def test_approve_of_a_report_changed_meanwhile_shows_it_again_and_keeps_what_was_typed(as_coordinator, city):
    submitted(city, version=5)
    data = {"version": "4", "step": "return", "comment": "전체 의견", "remark-money": "집행액 확인"}
    page = as_coordinator.post(f"{city.url}check/", data)
    form = page.context["comment_form"]
    assert page.status_code == 409
    assert city.current.state == ReportState.SUBMITTED
    assert (form["comment"].value(), form["remark-money"].value()) == ("전체 의견", "집행액 확인")
    as_coordinator.post(f"{city.url}check/", data | {"version": form["version"].value()})
    assert city.current.state == ReportState.RETURNED


def test_what_was_typed_stands_to_be_copied_where_a_colleague_approved_meanwhile(as_coordinator, city):
    city.report(state=ReportState.APPROVED)
    page = as_coordinator.post(
        f"{city.url}check/",
        {"version": "1", "step": "return", "comment": "전체 의견", "remark-status": "상태 확인"},
    )
    assert page.status_code == 409
    text = page.content.decode()
    assert "전체 의견" in text
    assert "상태 확인" in text
    assert 'name="step" value="return"' not in text


def test_return_with_comments_at_sections_keeps_each_at_its_section(as_coordinator, city):
    submitted(city)
    as_coordinator.post(
        f"{city.url}check/",
        {
            "version": "1",
            "step": "return",
            "comment": "",
            "remark-money": "집행액 확인",
            "remark-evidence": "증빙",
        },
    )
    assert city.current.state == ReportState.RETURNED
    said = [(each.section, each.body) for each in city.current.comments.all()]
    assert said == [("money", "집행액 확인"), ("evidence", "증빙")]


def test_what_is_said_at_sections_is_kept_when_the_report_is_approved(as_coordinator, city):
    submitted(city)
    as_coordinator.post(
        f"{city.url}check/",
        {"version": "1", "step": "approve", "comment": "", "remark-status": "다음 분기 확인"},
    )
    assert city.current.state == ReportState.APPROVED
    assert [each.section for each in city.current.comments.all()] == ["status"]


def test_parts_that_the_pledge_does_not_have_take_no_comment(as_coordinator, city):
    bare = PledgeFactory(plan=city.plan, code="1-1", lead_department=city.lead)
    ReportFactory(pledge=bare, period=city.period, state=ReportState.SUBMITTED)
    page = as_coordinator.get(staff_url("report", city.plan, city.period.as_of, "1-1"))
    assert [part["review"].section.value for part in page.context["parts"]] == [
        "status",
        "achievements",
        "delay",
        "evidence",
    ]


def test_checking_leads_to_the_next_report_and_after_the_last_to_the_board(as_coordinator, city):
    submitted(city)
    for code in ("8-1", "8-2"):
        pledge = PledgeFactory(plan=city.plan, code=code, lead_department=city.lead)
        ReportFactory(pledge=pledge, period=city.period, state=ReportState.SUBMITTED)
    page = as_coordinator.get(f"{city.board}8-1/")
    queue = page.context["queue"]
    assert (queue.before.code, queue.after.code, queue.place, queue.total) == ("7-2-3", "8-2", 2, 3)
    steps = []
    for code in ("8-1", "8-2", "7-2-3"):
        response = as_coordinator.post(f"{city.board}{code}/check/", {"version": "1", "step": "approve"})
        steps.append(response["Location"])
    assert steps == [f"{city.board}8-2/", f"{city.board}7-2-3/", city.board]


def test_report_that_waits_for_its_head_can_be_returned_and_not_approved(as_coordinator, city):
    city.plan.head_signs = True
    city.plan.save()
    submitted(city)
    page = as_coordinator.get(city.url)
    assert (page.context["may_check"], page.context["may_return"]) == (False, True)
    assert "아직 부서장이 결재하지" in page.content.decode()
    refused = as_coordinator.post(f"{city.url}check/", {"version": "1", "step": "approve", "comment": ""})
    assert refused.status_code == 422
    as_coordinator.post(f"{city.url}check/", {"version": "1", "step": "return", "comment": "보완"})
    assert city.current.state == ReportState.RETURNED


def test_thread_tells_every_step_and_word_in_order_over_all_revisions(client, city):
    client.force_login(city.officer)
    city.submit(client)
    client.force_login(city.coordinator)
    version = str(city.current.version)
    client.post(
        f"{city.url}check/", {"version": version, "step": "return", "comment": "보완", "remark-money": "금액"}
    )
    client.force_login(city.officer)
    city.submit(client, version=str(city.current.version))
    client.force_login(city.coordinator)
    client.post(f"{city.url}check/", {"version": str(city.current.version), "step": "approve"})
    client.post(f"{city.url}correct/", {"reason": "오기"})
    client.post(f"{city.url}comment/", {"body": "정정합니다", "section": "status"})
    thread = read_thread(read_entry(city.pledge, city.period))
    assert [(str(item.step), item.section, item.body, item.revision) for item in thread] == [
        ("작성 시작", "", "", 1),
        ("제출", "", "", 1),
        ("반려", "", "", 1),
        ("", "", "보완", 1),
        ("", "집행액", "금액", 1),
        ("제출", "", "", 1),
        ("승인", "", "", 1),
        ("작성 시작", "", "", 2),
        ("", "추진상황", "정정합니다", 2),
    ]
    assert [item.who for item in thread][1:3] == [city.officer, city.coordinator]


def test_comment_at_a_section_that_is_none_is_about_the_whole(as_coordinator, city):
    submitted(city)
    as_coordinator.post(f"{city.url}comment/", {"body": "의견", "section": "nowhere"})
    assert city.current.comments.get().section == ""


def test_review_names_the_edition_it_compares_with(as_coordinator, city):
    publish_period(period=city.earlier, user=city.coordinator)
    submitted(city)
    page = as_coordinator.get(city.url)
    assert page.context["review"].edition.number == 1
    assert "제1판(2024. 3. 31. 기준) 이후 변동" in page.content.decode()


def test_review_costs_the_same_queries_with_one_and_with_three_revisions_and_comments(as_coordinator, city):
    report = submitted(city)
    as_coordinator.get(city.url)
    with CaptureQueriesContext(connection) as few:
        as_coordinator.get(city.url)
    for number in (1, 2):
        ReportComment.objects.create(report=report, body=f"의견 {number}", author=city.officer)
        other = PledgeFactory(plan=city.plan, lead_department=city.lead)
        ReportFactory(pledge=other, period=city.period, state=ReportState.SUBMITTED)
    with CaptureQueriesContext(connection) as many:
        assert as_coordinator.get(city.url).status_code == 200
    assert len(many) == len(few)


@pytest.mark.parametrize("who", ["officer", "auditor"])
def test_checking_denied_to_department_and_auditor(client, city, who):
    submitted(city)
    client.force_login(getattr(city, who))
    response = client.post(f"{city.url}check/", {"version": "1", "step": "approve", "comment": ""})
    assert response.status_code == 403
    assert city.current.state == ReportState.SUBMITTED


def test_comment_thread(client, city):
    submitted(city)
    client.force_login(city.officer)
    client.post(f"{city.url}comment/", {"body": "증빙을 보완했습니다"})
    client.force_login(city.auditor)
    assert client.post(f"{city.url}comment/", {"body": "의견"}).status_code == 403
    assert "증빙을 보완했습니다" in client.get(city.url).content.decode()
    assert city.current.comments.count() == 1


def test_approve_many_from_the_list(as_coordinator, city):
    first = submitted(city)
    other = PledgeFactory(plan=city.plan, code="1-1")
    second = ReportFactory(pledge=other, period=city.period, state=ReportState.SUBMITTED)
    response = as_coordinator.post(city.board, {"report": [f"{first.pk}:1", f"{second.pk}:1"]})
    assert response.status_code == 302
    second.refresh_from_db()
    assert {city.current.state, second.state} == {ReportState.APPROVED}


@pytest.mark.parametrize("ticked", [[], ["x"], ["1"], ["1:2:3"]])
def test_approve_many_without_a_proper_tick_says_so(as_coordinator, city, ticked):
    page = as_coordinator.post(city.board, {"report": ticked})
    assert page.status_code == 422
    assert page.context["form"].errors


def test_approve_many_with_one_changed_meanwhile_approves_none(as_coordinator, city):
    first = submitted(city)
    other = PledgeFactory(plan=city.plan, code="1-1")
    second = ReportFactory(pledge=other, period=city.period, state=ReportState.SUBMITTED, version=2)
    page = as_coordinator.post(city.board, {"report": [f"{first.pk}:1", f"{second.pk}:1"]})
    assert page.status_code == 422
    assert "1-1" in str(page.context["form"].errors)
    assert city.current.state == ReportState.SUBMITTED


def test_approve_many_takes_the_reports_of_the_page_alone(as_coordinator, city):
    report = submitted(city)
    other = city.board.replace("2024-06-30", "2024-03-31")
    page = as_coordinator.post(other, {"report": [f"{report.pk}:1"]})
    assert page.status_code == 422
    assert "목록" in str(page.context["form"].errors)
    assert city.current.state == ReportState.SUBMITTED


def test_approve_many_denied_to_the_auditor(client, city):
    report = submitted(city)
    client.force_login(city.auditor)
    assert client.post(city.board, {"report": [f"{report.pk}:1"]}).status_code == 403


def test_correction_shows_what_it_changes(as_coordinator, city):
    live = city.report(state=ReportState.APPROVED, cause="예전")
    ActualFactory(report=live, indicator=city.indicator, value=1)
    correction = city.report(state=ReportState.SUBMITTED, revision=2, reason="오기", cause="새 사유")
    ActualFactory(report=correction, indicator=city.indicator, value=2)
    rows = {row.label: (row.before, row.after) for row in as_coordinator.get(city.url).context["differences"]}
    assert rows == {"부진 사유": ("예전", "새 사유"), "보고회 개최": ("1", "2")}


# --- Periods ---


def test_periods_page_proposes_the_next_quarter_end(as_coordinator, city):
    form = as_coordinator.get("/staff/hanbit/8/").context["form"]
    assert (form["as_of"].value(), form["due_on"].value()) == (dt.date(2024, 9, 30), dt.date(2024, 10, 10))


def test_open_and_close_and_open_again(as_coordinator, city):
    as_coordinator.post("/staff/hanbit/8/", {"as_of": "2024-09-30", "due_on": ""})
    period = ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30))
    assert (period.state, period.due_on) == (PeriodState.OPEN, dt.date(2024, 10, 10))
    close = "/staff/hanbit/8/2024-09-30/-/close/"
    as_coordinator.post(close, {"step": "close"})
    period.refresh_from_db()
    assert period.state == PeriodState.CLOSED
    as_coordinator.post(close, {"step": "reopen"})
    period.refresh_from_db()
    assert period.state == PeriodState.OPEN


def test_closing_asks_first_and_lists_what_is_unfinished(as_coordinator, city):
    city.report()
    PledgeFactory(plan=city.plan, code="1-1", name="시작 전 공약", lead_department=city.lead)
    page = as_coordinator.get(f"{city.board}-/close/")
    text = page.content.decode()
    assert "미완료 보고 2건" in text
    assert "시작 전 공약" in text
    assert 'value="close"' in text
    city.period.refresh_from_db()
    assert city.period.state == PeriodState.OPEN
    assert f'href="{city.board}-/close/"' in as_coordinator.get(city.board).content.decode()


def test_closing_is_not_offered_while_reports_wait_to_be_checked(as_coordinator, city):
    submitted(city)
    text = as_coordinator.get(f"{city.board}-/close/").content.decode()
    assert "먼저 승인하거나 반려하십시오" in text
    assert 'value="close"' not in text


def test_closing_a_closed_period_leads_to_its_board(as_coordinator, city):
    response = as_coordinator.get("/staff/hanbit/8/2024-03-31/-/close/")
    assert response["Location"] == "/staff/hanbit/8/2024-03-31/"


def test_approved_report_that_nobody_submitted_begins_its_line_with_the_approval(as_coordinator, city):
    text = as_coordinator.get("/staff/hanbit/8/2024-03-31/7-2-3/").content.decode()
    assert '<p class="soft">승인 ' in text


@pytest.mark.parametrize("as_of", ["", "2024-13-01", "2030-01-01", "2024-06-30"])
def test_period_that_can_not_be_opened_is_told_beside_the_date(as_coordinator, city, as_of):
    page = as_coordinator.post("/staff/hanbit/8/", {"as_of": as_of, "due_on": ""})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["as_of"]
    assert page.context["form"]["as_of"].value() == as_of


@pytest.mark.parametrize("who", ["officer", "auditor"])
def test_periods_denied_to_department_and_auditor(client, city, who):
    client.force_login(getattr(city, who))
    assert client.get("/staff/hanbit/8/").status_code == 200
    assert client.post("/staff/hanbit/8/", {"as_of": "2024-09-30"}).status_code == 403
    assert client.get(f"{city.board}-/close/").status_code == 403
    assert client.post(f"{city.board}-/close/", {"step": "close"}).status_code == 403
    # An auditor reads what publishing would change, and publishes nothing.
    assert client.get(f"{city.board}-/publish/").status_code == (200 if who == "auditor" else 403)
    assert client.post(f"{city.board}-/publish/", {"step": "publish"}).status_code == 403


def test_other_plans_have_their_code_in_the_address(as_coordinator, city):
    works = PlanFactory(term=city.plan.term, code="works-2024", kind="works", name="주요업무")
    PeriodFactory(plan=works, as_of=dt.date(2024, 6, 30))
    PledgeFactory(plan=works, code="A-3")
    for address in ("", "2024-06-30/", "2024-06-30/A-3/"):
        assert as_coordinator.get(f"/staff/hanbit/8/works-2024/{address}").status_code == 200


def test_pledge_code_with_strange_signs_has_an_address(as_officer, city):
    PledgeFactory(plan=city.plan, code="III-①-1", lead_department=city.lead)
    address = staff_url("report", city.plan, city.period.as_of, "III-①-1")
    assert as_officer.get(address).status_code == 200


# --- The export ---


def test_export_is_a_workbook_for_those_who_may(client, city):
    url = "/staff/hanbit/8/-/export.xlsx"
    for user in (city.coordinator, city.auditor):
        client.force_login(user)
        response = client.get(url)
        assert response.content[:2] == b"PK"
        assert "hanbit-8.xlsx" in response["Content-Disposition"]
    client.force_login(city.officer)
    assert client.get(url).status_code == 403


def test_export_of_another_city_is_not_there(as_coordinator, city):
    PlanFactory(term=TermFactory(municipality=MunicipalityFactory(code="dalbit", name="달빛시")))
    assert as_coordinator.get("/staff/dalbit/8/-/export.xlsx").status_code == 404
    assert as_coordinator.get("/staff/dalbit/8/").status_code == 404
