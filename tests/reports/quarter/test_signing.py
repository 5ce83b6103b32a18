"""The head's sign-off: the list, the panel on a report, who is kept out, and all or none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.enums import PeriodState, ReportState, Role, Status
from pledges.models import ReportComment
from reports.quarter.boards import leftovers
from reports.quarter.entry import read_entry
from reports.quarter.gist import gist_of
from reports.quarter.signing import read_to_sign
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
)


@pytest.fixture
def signing(city):
    """The city with the head's sign-off switched on, and a head of the lead department."""
    city.plan.head_signs = True
    city.plan.save()
    city.head = city.person(Role.HEAD, city.lead)
    city.list = f"{city.board}-/sign/"
    return city


@pytest.fixture
def as_head(client, signing):
    client.force_login(signing.head)
    return client


def submitted(city, **fields):
    report = city.report(state=ReportState.SUBMITTED, submitted_by=city.officer, **fields)
    ActualFactory(report=report, indicator=city.indicator, value=1)
    return report


def another(city, code, department=None, **fields):
    pledge = PledgeFactory(plan=city.plan, code=code, lead_department=department or city.lead)
    fields = {"state": ReportState.SUBMITTED, "submitted_by": city.officer} | fields
    return ReportFactory(pledge=pledge, period=city.period, **fields)


# --- The list --------------------------------------------------------------------------


def test_list_shows_the_rate_before_and_with_each_report_and_what_it_says(as_head, signing):
    report = submitted(signing, status=Status.CONTINUING)
    AchievementFactory(report=report)
    ExecutedFactory(report=report, sub_project=signing.project, amount=2_500_000)
    page = as_head.get(signing.list)
    (line,) = page.context["lines"]
    # 2 of 5, then 3 of 5.
    assert (line.figures.before_text, line.figures.rate_text) == ("40.00", "60.00")
    assert list(line.gist) == [
        "정상추진 → 완료 후 계속추진",
        "보고회 개최 +1 (누계 3)",
        "집행 2.5백만원",
        "추진실적 1건",
    ]
    assert "completed_below_100" in [warning.code for warning in line.warnings]


def test_report_that_changes_nothing_says_so(as_head, signing):
    report = signing.report(state=ReportState.SUBMITTED, status="")
    ActualFactory(report=report, indicator=signing.indicator, value=0)
    page = as_head.get(signing.list)
    assert list(page.context["lines"][0].gist) == []
    assert "변동 없음" in page.content.decode()


def test_gist_of_a_count_taken_back_and_of_a_first_level(signing):
    level = IndicatorFactory(pledge=signing.pledge, name="만족도", kind="level", targets={2024: 80})
    report = signing.report()
    ActualFactory(report=report, indicator=signing.indicator, value=-1)
    ActualFactory(report=report, indicator=level, value="82.5")
    entry = read_entry(signing.pledge, signing.period)
    assert gist_of(entry) == ["보고회 개최 -1 (누계 1)", "만족도 – → 82.5"]


def test_list_holds_only_what_waits_for_this_head(as_head, signing):
    submitted(signing)
    for code, state in (("1", "draft"), ("2", "returned")):
        another(signing, code, state=state)
    another(signing, "3", department=signing.support)
    assert [line.pledge.code for line in as_head.get(signing.list).context["lines"]] == ["7-2-3"]


def test_plan_without_the_step_has_nothing_to_sign(as_head, signing):
    report = submitted(signing)
    signing.plan.head_signs = False
    signing.plan.save()
    page = as_head.get(signing.list)
    assert page.context["lines"] == []
    assert "부서장 결재 없이" in page.content.decode()
    page = as_head.post(signing.list, {"report": [f"{report.pk}:1"]})
    assert page.status_code == 422
    assert page.context["form"].errors
    assert signing.current.state == ReportState.SUBMITTED


def test_many_are_signed_at_once(as_head, signing):
    first, second = submitted(signing), another(signing, "1-1")
    response = as_head.post(signing.list, {"report": [f"{first.pk}:1", f"{second.pk}:1"]})
    assert response["Location"] == "/staff/"
    second.refresh_from_db()
    assert {signing.current.state, second.state} == {ReportState.SIGNED}
    assert signing.current.signed_by == signing.head


def test_one_changed_meanwhile_signs_none(as_head, signing):
    first, second = submitted(signing), another(signing, "1-1", version=2)
    page = as_head.post(signing.list, {"report": [f"{first.pk}:1", f"{second.pk}:1"]})
    assert page.status_code == 422
    assert "1-1" in str(page.context["form"].errors)
    assert signing.current.state == ReportState.SUBMITTED


def test_list_takes_the_reports_of_its_period_alone(as_head, signing):
    report = submitted(signing)
    page = as_head.post(signing.list.replace("2024-06-30", "2024-03-31"), {"report": [f"{report.pk}:1"]})
    assert page.status_code == 422
    assert signing.current.state == ReportState.SUBMITTED


def test_one_of_another_department_signs_none(as_head, signing):
    first, second = submitted(signing), another(signing, "1-1", department=signing.support)
    response = as_head.post(signing.list, {"report": [f"{first.pk}:1", f"{second.pk}:1"]})
    assert response.status_code == 403
    assert signing.current.state == ReportState.SUBMITTED


@pytest.mark.parametrize("ticked", [[], ["x"], ["1"], ["1:2:3"]])
def test_list_without_a_proper_tick_says_so(as_head, signing, ticked):
    page = as_head.post(signing.list, {"report": ticked})
    assert page.status_code == 422
    assert page.context["form"].errors


@pytest.mark.parametrize("who", ["officer", "coordinator", "auditor"])
def test_list_is_kept_from_who_is_no_head(client, signing, who):
    report = submitted(signing)
    client.force_login(getattr(signing, who))
    assert client.get(signing.list).status_code == 403
    assert client.post(signing.list, {"report": [f"{report.pk}:1"]}).status_code == 403
    assert signing.current.state == ReportState.SUBMITTED


def test_list_of_another_city_is_not_there(client, signing):
    elsewhere = DepartmentFactory(municipality=MunicipalityFactory(code="dalbit", name="달빛시"))
    client.force_login(signing.person(Role.HEAD, elsewhere))
    assert client.get(signing.list).status_code == 404


def test_list_costs_the_same_queries_for_1_report_and_for_12(as_head, signing):
    submitted(signing)
    counts = []
    for more in (0, 11):
        for number in range(more):
            report = another(signing, f"1-{number}")
            ActualFactory(
                report=report, indicator=IndicatorFactory(pledge=report.pledge, targets={2024: 2}), value=1
            )
        as_head.get(signing.list)
        with CaptureQueriesContext(connection) as queries:
            page = as_head.get(signing.list)
        assert len(page.context["lines"]) == more + 1
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- The panel on a report ---------------------------------------------------------------


def test_head_signs_one_report_off_with_a_word(as_head, signing):
    submitted(signing)
    assert as_head.get(signing.url).context["may_sign"]
    response = as_head.post(
        f"{signing.url}signoff/", {"version": "1", "step": "sign", "comment": "확인했습니다"}
    )
    assert response["Location"] == "/staff/"
    assert signing.current.state == ReportState.SIGNED
    assert ReportComment.objects.get().body == "확인했습니다"


def test_head_comes_back_to_the_list_while_reports_wait(as_head, signing):
    submitted(signing)
    another(signing, "1-1")
    response = as_head.post(f"{signing.url}signoff/", {"version": "1", "step": "sign", "comment": ""})
    assert response["Location"] == signing.list


def test_head_returns_with_a_comment_and_not_without(as_head, signing):
    submitted(signing)
    page = as_head.post(f"{signing.url}signoff/", {"version": "1", "step": "return", "comment": " "})
    assert page.status_code == 422
    assert list(page.context["sign_form"].errors) == ["comment"]
    assert signing.current.state == ReportState.SUBMITTED
    as_head.post(f"{signing.url}signoff/", {"version": "1", "step": "return", "comment": "실적 근거 보완"})
    assert signing.current.state == ReportState.RETURNED


def test_stale_version_sends_the_head_back_to_look(as_head, signing):
    submitted(signing, version=5)
    response = as_head.post(f"{signing.url}signoff/", {"version": "4", "step": "sign", "comment": ""})
    assert response["Location"] == signing.url
    assert signing.current.state == ReportState.SUBMITTED


@pytest.mark.parametrize("version", ["", "x"])
def test_panel_without_a_version_is_shown_again(as_head, signing, version):
    submitted(signing)
    page = as_head.post(f"{signing.url}signoff/", {"version": version, "step": "return", "comment": "보완"})
    assert page.status_code == 422
    assert "보완" in page.content.decode()


@pytest.mark.parametrize("step", ["sign", "return"])
def test_panel_and_step_are_kept_from_others(client, signing, step):
    submitted(signing)
    signing.other_head = signing.person(Role.HEAD, DepartmentFactory(name="남의과"))
    signing.support_head = signing.person(Role.HEAD, signing.support)
    for who, status in [
        ("officer", 403),
        ("coordinator", 403),
        ("auditor", 403),
        ("support_head", 403),
        ("other_head", 404),
    ]:
        client.force_login(getattr(signing, who))
        data = {"version": "1", "step": step, "comment": "보완"}
        assert client.post(f"{signing.url}signoff/", data).status_code == status, who
        page = client.get(signing.url)
        assert page.status_code == (404 if who == "other_head" else 200)
        assert "/signoff/" not in page.content.decode()
    assert signing.current.state == ReportState.SUBMITTED


@pytest.mark.parametrize("state", [ReportState.SIGNED, ReportState.APPROVED])
def test_panel_is_gone_once_signed(as_head, signing, state):
    signing.report(state=state, signed_at="2024-07-01T00:00Z")
    assert not as_head.get(signing.url).context["may_sign"]


def test_old_address_of_the_step_leads_to_the_report(as_head, signing):
    submitted(signing)
    assert as_head.get(f"{signing.url}signoff/")["Location"] == signing.url


def test_head_who_hands_in_has_signed(as_head, signing):
    response = signing.submit(as_head, cause="지연 사유", remedy="대책")
    assert response["Location"] == "/staff/"
    assert (signing.current.state, signing.current.signed_by) == (ReportState.SIGNED, signing.head)


# --- My work -----------------------------------------------------------------------------


def test_my_work_of_a_head_begins_with_what_waits(as_head, signing):
    submitted(signing)
    another(signing, "1-1", state=ReportState.RETURNED)
    text = as_head.get("/staff/").content.decode()
    assert text.index("결재할 보고서 1건") < text.index("공약 1-1")
    assert f'href="{signing.list}"' in text


@pytest.mark.parametrize("who", ["officer", "helper", "coordinator", "auditor"])
def test_my_work_of_others_leads_to_no_list(client, signing, who):
    submitted(signing)
    client.force_login(getattr(signing, who))
    assert "-/sign/" not in client.get("/staff/").content.decode()


def test_report_of_a_closed_period_that_waits_for_the_head_is_left_over(signing):
    submitted(signing)
    signing.period.state = PeriodState.CLOSED
    signing.period.save()
    assert [line.link for line in leftovers(signing.head)] == [signing.url]
    assert leftovers(signing.coordinator) == leftovers(signing.officer) == []
    other = signing.person(Role.HEAD, DepartmentFactory(name="남의과"))
    assert leftovers(other) == []


def test_head_signs_a_correction_of_a_closed_period_from_the_list(as_head, signing):
    signing.report(state=ReportState.APPROVED)
    correction = signing.report(
        state=ReportState.SUBMITTED, revision=2, reason="오기", submitted_by=signing.officer
    )
    signing.period.state = PeriodState.CLOSED
    signing.period.save()
    assert [line.report.pk for line in read_to_sign(signing.head, signing.period)] == [correction.pk]
    as_head.post(signing.list, {"report": [f"{correction.pk}:1"]})
    assert signing.current.state == ReportState.SIGNED


def test_approved_report_of_another_pledge_is_not_in_the_list(signing):
    ApprovedReportFactory(
        pledge=PledgeFactory(plan=signing.plan, code="1-1", lead_department=signing.lead),
        period=signing.period,
    )
    assert read_to_sign(signing.head, signing.period) == []
