"""The quarterly form: what it takes, what it refuses beside the field, and that nothing typed is lost."""

from decimal import Decimal

import pytest
from django.test import Client

from budgets.models import Executed
from pledges.enums import DatePrecision, Mark, PeriodState, ReportState, Role, Status
from pledges.models import Achievement, Actual, ProgressReport, ScheduleMark
from pledges.workflow import close_period
from reports.editions import publish_period
from reports.fulfilment import plan_fulfilment
from reports.models import KeptForm
from tests.factories import (
    AchievementFactory,
    ActualFactory,
    ExecutedFactory,
    IndicatorFactory,
    MembershipFactory,
    MunicipalityFactory,
    PledgeFactory,
    UserFactory,
)
from tests.reports.quarter.conftest import NOW


def test_form_shows_what_the_new_value_is_measured_against(as_officer, city):
    page = as_officer.get(city.url)
    row = page.context["form"].section("indicators").rows()[0]
    assert (row.line.before.actual, row.line.target, row.line.final) == (2, 3, 5)
    assert row.line.target_text == "2(3)"
    assert row.figure.rate_text == "40.00"
    assert page.context["figures"].to_date_text == "66.67"
    assert "지난 사유" in page.content.decode()


def test_first_save_makes_a_draft_with_everything_that_was_typed(as_officer, city):
    response = as_officer.post(
        city.url,
        city.data(
            **{
                city.spent: "１,２３４.5",
                city.mark: "done",
                "cause": "사유",
                "achievement-0-details": "가\r\n나",
            }
        ),
    )
    assert (response.status_code, response["Location"]) == (302, city.url)
    report = city.current
    assert (report.state, report.status, report.cause, report.version) == (
        ReportState.DRAFT,
        Status.ON_TRACK,
        "사유",
        2,
    )
    assert Actual.objects.get(report=report).value == 1
    assert Executed.objects.get(report=report).amount == 1_234_500_000
    assert ScheduleMark.objects.get(report=report).mark == Mark.DONE
    line = Achievement.objects.get(report=report)
    assert (line.precision, line.text, line.details) == (DatePrecision.MONTH, "보고회 개최", "가\n나")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", None),
        ("-", None),
        ("0", Decimal(0)),
        ("1,234", Decimal(1234)),
        ("△3", Decimal(-3)),
        ("１２", Decimal(12)),
        ("0.0001", Decimal("0.0001")),
    ],
)
def test_blank_is_no_value_and_zero_is_one_in_the_fields_notation(as_officer, city, typed, stored):
    as_officer.post(city.url, city.data(**{city.actual: typed, city.spent: "0"}))
    values = list(Actual.objects.filter(report=city.current).values_list("value", flat=True))
    assert values == ([] if stored is None else [stored])
    assert Executed.objects.get(report=city.current).amount == 0


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("actual", "세 번"),
        ("actual", "1(4)"),
        ("actual", "0.00001"),
        ("actual", "9999999999999"),
        ("spent", "12억"),
        ("spent", "0.0000001"),
        ("spent", "99999999999999"),
        ("achievement-0-dates", "5월쯤"),
        ("achievement-0-dates", ""),
        ("achievement-0-text", ""),
        ("achievement-0-text", "가" * 501),
        ("status", "무엇"),
    ],
)
def test_bad_entry_is_told_in_korean_beside_its_field_and_stays_typed(as_officer, city, name, typed):
    field = {"actual": city.actual, "spent": city.spent}.get(name, name)
    page = as_officer.post(city.url, city.data(**{field: typed, "remedy": "그대로 남는 글"}))
    assert page.status_code == 422
    form = page.context["form"]
    assert list(form.errors) == [field]
    assert any("가" <= letter <= "힣" for letter in str(form.errors[field][0]))
    text = page.content.decode()
    assert "그대로 남는 글" in text
    assert form[field].value() == typed
    assert f'id="id_{field}_error"' in text
    assert city.current is None


def test_the_same_achievement_twice_is_refused(as_officer, city):
    page = as_officer.post(
        city.url, city.data(**{"achievement-1-dates": "2024. 5", "achievement-1-text": " 보고회 개최 "})
    )
    assert list(page.context["form"].errors) == ["achievement-1-text"]


def test_saving_again_replaces_the_rows_and_keeps_their_history_short(as_officer, city):
    as_officer.post(city.url, city.data())
    as_officer.post(city.url, city.data(version="2", **{city.actual: "", "achievement-0-text": "다른 실적"}))
    assert not Actual.objects.filter(report=city.current).exists()
    assert [line.text for line in Achievement.objects.filter(report=city.current)] == ["다른 실적"]
    assert ProgressReport.objects.count() == 2


def test_draft_changes_no_figure_until_it_is_approved(as_officer, city):
    before = plan_fulfilment(city.plan, NOW).by_pk[city.pledge.pk]
    city.submit(as_officer, **{city.spent: "9"})
    assert city.current.state == ReportState.SUBMITTED
    assert plan_fulfilment(city.plan, NOW).by_pk[city.pledge.pk] == before
    coordinator = Client()
    coordinator.force_login(city.coordinator)
    coordinator.post(f"{city.url}check/", {"version": str(city.current.version), "step": "approve"})
    after = plan_fulfilment(city.plan, NOW).by_pk[city.pledge.pk]
    assert (after.rate, after.to_date, after.executed) == (60, 100, 42_000_000)


def test_submit_of_a_lagging_pledge_without_cause_keeps_the_draft_and_says_so(as_officer, city):
    page = as_officer.post(city.url, city.data(**{city.actual: "0", "step": "submit"}))
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"cause", "remedy"}
    assert "부진 사유를 입력하십시오" in page.content.decode()
    assert city.current.state == ReportState.DRAFT
    assert Actual.objects.get(report=city.current).value == 0
    version = page.context["form"]["version"].value()
    city.submit(as_officer, version=version, cause="지연", remedy="보완", **{city.actual: "0"})
    assert city.current.state == ReportState.SUBMITTED


def test_submit_of_a_pledge_on_its_target_needs_no_cause(as_officer, city):
    assert city.submit(as_officer)["Location"] == "/staff/"
    assert city.current.submitted_by == city.officer


def test_submit_with_a_partial_status_asks_for_the_cause(as_officer, city):
    page = as_officer.post(city.url, city.data(step="submit", status="partial"))
    assert set(page.context["form"].errors) == {"cause", "remedy"}


def test_status_left_alone_is_not_set_again(as_officer, city):
    city.submit(as_officer, status="")
    assert (city.current.state, city.current.status) == (ReportState.SUBMITTED, "")


def test_plans_own_status_is_stored_by_its_name(as_officer, city):
    own = city.plan.own_statuses.create(name="우수")
    as_officer.post(city.url, city.data(status=f"own-{own.pk}"))
    assert (city.current.status, city.current.own_status) == (Status.OTHER, own)
    assert as_officer.get(city.url).context["form"]["status"].value() == f"own-{own.pk}"


def test_pledge_without_indicators_takes_a_rate_and_takes_it_back(as_officer, city):
    city.pledge = PledgeFactory(plan=city.plan, code="7-9", lead_department=city.lead)
    url = "/staff/hanbit/8/2024-06-30/7-9/"
    bare = {"version": "0", "lines": "0", "status": "on_track", "cause": "", "remedy": ""}
    page = as_officer.post(url, {**bare, "entered_rate": "101"})
    assert list(page.context["form"].errors) == ["entered_rate"]
    as_officer.post(url, {**bare, "entered_rate": "45.5%"})
    assert city.current.entered_rate == Decimal("45.5")
    ProgressReport.objects.update(
        period=city.earlier, state=ReportState.APPROVED, approved_at="2024-04-01T00:00Z"
    )
    page = as_officer.get(url)
    assert page.context["figures"].rate_text == "45.50"
    page = as_officer.post(url, {**bare, "entered_rate": "50", "rate_withdrawn": "on"})
    assert list(page.context["form"].errors) == ["entered_rate"]
    as_officer.post(url, {**bare, "entered_rate": "", "rate_withdrawn": "on"})
    assert (city.current.entered_rate, city.current.rate_withdrawn) == (None, True)


def test_recompute_shows_the_rate_and_saves_nothing(as_officer, city):
    page = as_officer.post(city.url, city.data(step="recompute", **{city.actual: "△1"}))
    row = page.context["form"].section("indicators").rows()[0]
    assert (row.figure.after, row.figure.rate_text) == (1, "20.00")
    assert city.current is None


def test_recompute_leaves_out_what_can_not_be_read(as_officer, city):
    page = as_officer.post(city.url, city.data(step="recompute", **{city.actual: "둘"}))
    assert page.context["form"].section("indicators").rows()[0].figure.rate_text == "40.00"


def test_figures_are_swapped_in_while_typing(as_officer, city):
    page = as_officer.post(f"{city.url}figures/", city.data(**{city.actual: "3"}), HTTP_HX_REQUEST="true")
    text = page.content.decode()
    assert f'<output id="rate-{city.indicator.pk}" hx-swap-oob="true">' in text
    assert "100.00%" in text
    assert city.current is None


def test_more_lines_keeps_what_was_typed(as_officer, city):
    page = as_officer.post(city.url, city.data(step="more", cause="사유"))
    form = page.context["form"]
    assert form.line_count == 5
    assert form["achievement-0-text"].value() == "보고회 개최"
    assert form["cause"].value() == "사유"


def test_stored_report_comes_back_in_the_form_as_it_is_written(as_officer, city):
    report = city.report()
    ActualFactory(report=report, indicator=city.indicator, value=Decimal("1234.5"))
    ExecutedFactory(report=report, sub_project=city.project, source="city", amount=-1_500_000)
    AchievementFactory(report=report, text="실적")
    form = as_officer.get(city.url).context["form"]
    assert form[city.actual].value() == "1,234.5"
    assert form[f"spent-{city.project.pk}-city"].value() == "-1.5"
    assert form.section("money").rows()[0].opens
    assert form["achievement-0-dates"].value() == "2024. 3."


def test_level_indicator_replaces_instead_of_adding(as_officer, city):
    level = IndicatorFactory(pledge=city.pledge, kind="level", targets={2024: 80})
    page = as_officer.post(city.url, city.data(step="recompute", **{f"actual-{level.pk}": "60"}))
    figure = page.context["figures"].by_indicator[level.pk]
    assert (figure.after, figure.rate_text) == (60, "75.00")


def test_errors_are_listed_in_the_forms_order_with_the_row_they_stand_in(as_officer, city):
    page = as_officer.post(
        city.url,
        city.data(**{"achievement-1-dates": "언젠가", "achievement-1-text": "실적", city.actual: "둘"}),
    )
    listed = [name for _field, name, _errors in page.context["form"].field_errors()]
    assert listed == ["이번 실적: 보고회 개최", "일자 (2번째 줄)"]
    assert ">일자 (2번째 줄)</a>" in page.content.decode()


# --- Who ---


def test_supporting_department_reads_but_does_not_enter(client, city):
    client.force_login(city.helper)
    page = client.get(city.url)
    assert page.status_code == 200
    assert "form" not in page.context
    assert client.post(city.url, city.data()).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "nobody", "elsewhere"])
def test_report_is_not_there_for_those_it_does_not_concern(client, city, who):
    users = {
        "stranger": city.stranger,
        "nobody": UserFactory(),
        "elsewhere": MembershipFactory(
            municipality=MunicipalityFactory(code="dalbit", name="달빛시"), role=Role.ADMIN
        ).user,
    }
    client.force_login(users[who])
    expected = 403 if who == "nobody" else 404
    assert client.get(city.url).status_code == expected
    assert client.post(city.url, city.data()).status_code == expected
    assert city.current is None


@pytest.mark.parametrize("who", ["auditor", "coordinator"])
def test_auditor_and_coordinator_read_and_do_not_enter(client, city, who):
    client.force_login(getattr(city, who))
    assert client.get(city.url).status_code == 200
    assert client.post(city.url, city.data()).status_code == 403


def test_pledge_code_of_another_plan_or_an_unknown_period_is_not_found(as_officer, city):
    assert as_officer.get("/staff/hanbit/8/2024-06-30/9-9/").status_code == 404
    assert as_officer.get("/staff/hanbit/8/2024-09-30/7-2-3/").status_code == 404


def test_report_of_a_closed_period_is_read_only_and_offers_the_correction(as_officer, city):
    page = as_officer.get("/staff/hanbit/8/2024-03-31/7-2-3/")
    assert "form" not in page.context
    assert page.context["may_correct"]


@pytest.mark.parametrize("step", ["figures", "discard", "check", "comment"])
@pytest.mark.parametrize("who", ["officer", "coordinator", "auditor"])
def test_address_of_a_step_leads_to_its_report(client, city, who, step):
    client.force_login(getattr(city, who))
    response = client.get(f"{city.url}{step}/")
    assert (response.status_code, response["Location"]) == (302, city.url)


# --- Two at once, and logins that end ---


def test_second_of_two_who_save_the_same_form_sees_both_versions(as_officer, city):
    report = city.report()
    colleague = Client()
    colleague.force_login(MembershipFactory(role=Role.HEAD, department=city.lead, user__name="박 과장").user)
    assert colleague.post(city.url, city.data(version="1", cause="동료의 글")).status_code == 302
    page = as_officer.post(city.url, city.data(version="1", cause="나의 글", **{city.actual: "5"}))
    assert page.status_code == 409
    assert "작성하는 동안 박 과장 님이 이 보고를 저장했습니다" in page.content.decode()
    rows = {row.label: (row.before, row.after) for row in page.context["conflict"]}
    assert rows["부진 사유"] == ("동료의 글", "나의 글")
    assert rows["이번 실적: 보고회 개최"] == ("1", "5")
    assert len(rows) == 2
    report.refresh_from_db()
    assert report.cause == "동료의 글"
    again = as_officer.post(
        city.url, city.data(version=page.context["form"]["version"].value(), cause="나의 글")
    )
    assert again.status_code == 302
    assert city.current.cause == "나의 글"


def test_own_second_window_is_called_so_and_not_somebody_else(as_officer, city):
    as_officer.post(city.url, city.data(cause="먼저 연 창"))
    page = as_officer.post(city.url, city.data(cause="나중 창"))
    assert page.status_code == 409
    text = page.content.decode()
    assert "다른 창에서 이 보고를 이미 저장했습니다" in text
    assert "먼저 연 창" in text
    assert str(city.officer) + " 님이" not in text


def test_second_of_two_first_drafts_sees_the_first(as_officer, city):
    city.report(cause="먼저 저장한 글")
    page = as_officer.post(city.url, city.data(cause="나중 글"))
    assert page.status_code == 409
    assert "먼저 저장한 글" in page.content.decode()
    assert ProgressReport.objects.for_period(city.period).count() == 1


def test_conflict_with_a_submitted_report_shows_both_and_offers_no_saving(as_officer, city):
    city.report(state=ReportState.SUBMITTED, version=4, cause="제출한 글")
    page = as_officer.post(city.url, city.data(version="1", cause="나의 글"))
    assert page.status_code == 409
    text = page.content.decode()
    assert "제출한 글" in text
    assert "나의 글" in text
    assert "form" not in page.context


def test_draft_thrown_away_meanwhile_begins_again_with_what_was_typed(as_officer, city):
    response = as_officer.post(city.url, city.data(version="3", cause="남는 글"))
    assert response.status_code == 302
    assert city.current.cause == "남는 글"


def test_what_was_typed_after_the_login_ended_comes_back_after_the_next_login(as_officer, city):
    typist = as_officer.get(city.url).context["form"]["typist"].value()
    as_officer.logout()
    response = as_officer.post(city.url, city.data(typist=typist, cause="밤새 쓴 글"))
    assert response["Location"] == f"/accounts/login/?next={city.url}"
    told = as_officer.get(response["Location"]).content.decode()
    assert "로그인이 만료되었습니다. 입력한 내용은 보관되어 있으며" in told
    login = as_officer.post(
        response["Location"], {"login": city.officer.username, "password": "pass-hanbit-1", "next": city.url}
    )
    assert login["Location"] == city.url
    page = as_officer.get(city.url)
    assert page.context["form"]["cause"].value() == "밤새 쓴 글"
    assert "아직 저장되지 않았습니다" in page.content.decode()
    assert city.current is None
    assert as_officer.get(city.url).context["form"]["cause"].value() == "밤새 쓴 글"
    as_officer.post(city.url, city.data(cause="밤새 쓴 글"))
    assert city.current.cause == "밤새 쓴 글"
    assert "kept" not in as_officer.get(city.url).context


def test_what_one_person_typed_is_not_put_into_anothers_form(as_officer, city):
    typist = as_officer.get(city.url).context["form"]["typist"].value()
    as_officer.logout()
    as_officer.post(city.url, city.data(typist=typist, cause="김 주무관의 글"))
    head = MembershipFactory(role=Role.HEAD, department=city.lead).user
    as_officer.post("/accounts/login/", {"login": head.username, "password": "pass-hanbit-1"})
    assert "김 주무관의 글" not in as_officer.get(city.url).content.decode()


def test_figures_say_that_the_login_has_ended_and_leave_the_form_alone(client, city):
    page = client.post(f"{city.url}figures/", city.data(), HTTP_HX_REQUEST="true")
    assert page.status_code == 200
    assert 'id="figures-note"' in page.content.decode()
    assert client.get(city.url).status_code == 302


def test_form_without_a_signed_typist_is_not_held(client, city):
    response = client.post(city.url, city.data(typist="1"))
    assert response.status_code == 302
    assert not KeptForm.objects.exists()
    assert "로그인이 만료되어 저장하지 못했습니다" in client.get(response["Location"]).content.decode()


def test_form_with_the_token_of_a_former_login_comes_back_with_its_text(city):
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.officer)
    typist = client.get(city.url).context["form"]["typist"].value()
    response = client.post(city.url, city.data(typist=typist, cause="남는 글"))
    assert response["Location"] == city.url
    assert client.get(city.url).context["form"]["cause"].value() == "남는 글"
    assert client.post(f"{city.url}discard/", {"version": "1"}).status_code == 403


def test_discard_throws_the_draft_away(as_officer, city):
    city.report()
    as_officer.post(f"{city.url}discard/", {"version": "1"})
    assert city.current is None


def test_discard_in_an_old_version_leaves_it(as_officer, city):
    city.report(version=2)
    as_officer.post(f"{city.url}discard/", {"version": "1"})
    assert city.current is not None


# --- Corrections ---


def test_correction_needs_a_reason_and_begins_with_the_approved_contents(as_officer, city):
    url = "/staff/hanbit/8/2024-03-31/7-2-3/"
    AchievementFactory(report=city.first, text="지난 실적")
    assert as_officer.post(f"{url}correct/", {"reason": " "}).status_code == 422
    assert ProgressReport.objects.for_period(city.earlier).count() == 1
    response = as_officer.post(f"{url}correct/", {"reason": "입력 오류"})
    assert response["Location"] == url
    draft = ProgressReport.objects.for_period(city.earlier).by_revision()[0]
    assert (draft.revision, draft.reason, draft.cause) == (2, "입력 오류", "지난 사유")
    assert [row.value for row in draft.actuals.all()] == [2]
    assert [row.amount for row in draft.executed.all()] == [33_000_000]
    assert [row.text for row in draft.achievements.all()] == ["지난 실적"]
    form = as_officer.get(url).context["form"]
    assert form["reason"].value() == "입력 오류"
    assert plan_fulfilment(city.plan, NOW).by_pk[city.pledge.pk].rate == 40


def test_correction_without_its_reason_is_not_saved(as_officer, city):
    url = "/staff/hanbit/8/2024-03-31/7-2-3/"
    as_officer.post(f"{url}correct/", {"reason": "입력 오류"})
    page = as_officer.post(url, city.data(version="1", reason="", **{f"mark-{city.task.pk}-2024-1": ""}))
    assert list(page.context["form"].errors) == ["reason"]


def test_late_report_of_a_closed_period_goes_the_way_of_corrections(as_officer, city):
    city.period.state = PeriodState.CLOSED
    city.period.save()
    page = as_officer.get(city.url)
    assert page.context["may_correct"]
    as_officer.post(f"{city.url}correct/", {"reason": "기한 후 제출"})
    assert (city.current.revision, city.current.reason) == (1, "기한 후 제출")


def test_correction_denied_to_the_supporting_department(client, city):
    client.force_login(city.helper)
    response = client.post("/staff/hanbit/8/2024-03-31/7-2-3/correct/", {"reason": "정정"})
    assert response.status_code == 403


def test_starting_a_correction_twice_leads_to_the_one_under_way(as_officer, city):
    url = "/staff/hanbit/8/2024-03-31/7-2-3/correct/"
    as_officer.post(url, {"reason": "하나"})
    as_officer.post(url, {"reason": "둘"})
    assert ProgressReport.objects.for_period(city.earlier).count() == 2


@pytest.mark.parametrize("published", [False, True])
def test_draft_left_when_its_period_ended_says_what_became_of_it_and_asks_for_the_reason_first(
    as_officer, city, published
):
    city.report(cause="쓰던 글", saved_by=city.officer)
    assert as_officer.get(city.url).context["settlement"] is None
    close_period(period=city.period, user=city.coordinator)
    if published:
        publish_period(period=city.period, user=city.coordinator)
    page = as_officer.get(city.url)
    text = page.content.decode()
    assert page.context["form"]["cause"].value() == "쓰던 글"
    assert "마감되었습니다" in text
    assert "정정 사유와 총괄부서의 승인이 필요합니다" in text
    assert ("이 공약은 ‘미제출’로 공표되었습니다" in text) is published
    assert text.index('name="reason"') < text.index(f'name="{city.actual}"')
    refused = as_officer.post(city.url, city.data(version="1"))
    assert list(refused.context["form"].errors) == ["reason"]
    assert as_officer.post(city.url, city.data(version="1", reason="기한 후 제출")).status_code == 302


def test_correction_of_what_was_published_is_not_called_not_submitted(as_officer, city):
    city.report(state=ReportState.APPROVED)
    close_period(period=city.period, user=city.coordinator)
    publish_period(period=city.period, user=city.coordinator)
    city.report(revision=2, reason="오기")
    text = as_officer.get(city.url).content.decode()
    assert "아래에 작성하는 내용이 들어 있지 않습니다" in text
    assert "미제출" not in text


def test_old_form_over_an_approved_report_is_a_conflict_and_begins_no_correction(city, as_officer):
    city.period.state = PeriodState.CLOSED
    city.period.save()
    city.report(state=ReportState.APPROVED)
    response = as_officer.post(city.url, city.data(version="0", reason="오기"))
    assert response.status_code == 409
    assert city.current.revision == 1
