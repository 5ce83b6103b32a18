"""Publishing as the planning office does it: exactly what was previewed, once, and never taken back."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from pledges import workflow
from pledges.enums import PeriodState, ReportSection, ReportState, Role, Status
from pledges.models import AuditEntry, DueExtension, ReportingPeriod
from pledges.workflow import WrongState
from reports.editions import Outdated, publish_period
from reports.models import Edition
from reports.previews import preview_period
from reports.quarter.lookups import staff_url
from reports.quarter.publishing import unpublished_before
from tests.factories import (
    ActualFactory,
    ApprovedReportFactory,
    PeriodFactory,
    PledgeFactory,
    ReportFactory,
    UserFactory,
)
from tests.reports.quarter.conftest import BEFORE, NOW, City

URL = "/staff/hanbit/8/2024-06-30/-/publish/"


def seals(page):
    return [preview.seal for preview in page.context["previews"]]


def shown(client, url=URL):
    """The form as the page gives it."""
    return {"previewed": seals(client.get(url)), "confirmed": "on"}


def publish(client, reason="", url=URL):
    return client.post(url, {**shown(client, url), "reason": reason})


def correct(city, period, value, **fields):
    revision = city.pledge.reports.filter(period=period).count() + 1
    report = ApprovedReportFactory(
        pledge=city.pledge, period=period, revision=revision, reason="오기", **fields
    )
    ActualFactory(report=report, indicator=city.indicator, value=value)
    return report


# --- Exactly what was looked at ----------------------------------------------------------


def test_publish_needs_a_look_first_and_then_makes_the_edition(as_coordinator, city):
    city.report(state=ReportState.APPROVED)
    page = as_coordinator.get(URL)
    assert page.context["previews"][0].number == 1
    assert as_coordinator.post(URL, {"previewed": seals(page)}).status_code == 422
    assert not Edition.objects.exists()
    response = as_coordinator.post(URL, {"previewed": seals(page), "confirmed": "on"})
    assert response.url == "/staff/hanbit/8/"
    city.period.refresh_from_db()
    assert (Edition.objects.get().number, city.period.state) == (1, PeriodState.PUBLISHED)


def test_data_approved_after_the_preview_is_not_published_unseen(as_coordinator, city):
    city.report(state=ReportState.APPROVED)
    sent = shown(as_coordinator)
    correct(city, city.earlier, 3)
    page = as_coordinator.post(URL, {**sent, "reason": "사유"})
    assert page.status_code == 409
    assert not Edition.objects.exists()
    city.period.refresh_from_db()
    assert city.period.state == PeriodState.OPEN
    text = page.content.decode()
    assert "미리보기 이후 승인된 자료가 바뀌어 공표하지 않았습니다." in text
    # The page shows what would be published now, and can be sent as it is.
    assert seals(page) != sent["previewed"]
    assert "checked" not in text
    as_coordinator.post(URL, {"previewed": seals(page), "confirmed": "on"})
    assert Edition.objects.get().pledges.get().rate_display == "60.00"


@pytest.mark.parametrize("previewed", [[], ["2024-06-30.1.0"], ["nonsense", "<b>"]])
def test_form_without_the_preview_publishes_nothing(as_coordinator, city, previewed):
    page = as_coordinator.post(URL, {"previewed": previewed, "confirmed": "on"})
    assert page.status_code == 409
    assert not Edition.objects.exists()


def test_what_was_typed_stays_when_the_preview_is_outdated(as_coordinator, city):
    publish(as_coordinator)
    correct(city, city.period, 1)
    sent = shown(as_coordinator)
    correct(city, city.period, 2)
    page = as_coordinator.post(URL, {**sent, "reason": "집계 누락"})
    assert (page.status_code, page.context["form"]["reason"].value()) == (409, "집계 누락")


def test_correction_needs_a_reason_that_everybody_can_read(as_coordinator, client, city):
    publish(as_coordinator)
    correct(city, city.period, 3)
    page = as_coordinator.get(URL)
    assert "누구나 볼 수 있습니다" in page.content.decode()
    refused = publish(as_coordinator, reason=" ")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    publish(as_coordinator, reason="누락 정정")
    assert [(e.number, e.reason) for e in Edition.objects.newest_first()] == [(2, "누락 정정"), (1, "")]
    reader = Client()
    for address in ("/hanbit/8/", "/hanbit/8/pledges/7-2-3/"):
        text = reader.get(address).content.decode()
        assert text.count("누락 정정") >= 2  # in the list of editions and above the figures
    older = reader.get("/hanbit/8/pledges/7-2-3/?as_of=2024-06-30&edition=1").content.decode()
    assert "누락 정정" in older  # beside the edition that followed


def prefilled(client, url=URL):
    return client.get(url).context["form"]["reason"].value() or ""


def test_public_reason_begins_with_that_of_the_approved_correction(as_coordinator, city):
    correct(city, city.period, 1, approved_at=timezone.now())
    assert prefilled(as_coordinator) == ""  # a first edition corrects nothing
    publish(as_coordinator)
    correct(city, city.period, 2, approved_at=timezone.now())
    assert prefilled(as_coordinator) == "오기"
    city.report(state="draft", revision=9, reason="아직 초안")
    assert prefilled(as_coordinator) == "오기"
    typed = as_coordinator.post(URL, {"reason": "", "previewed": ["x"]})
    assert typed.context["form"]["reason"].value() == ""
    publish(as_coordinator, reason="고쳐 쓴 사유")
    assert Edition.objects.newest_first()[0].reason == "고쳐 쓴 사유"


def test_public_reason_names_the_pledges_where_corrections_have_several(as_coordinator, city):
    other = PledgeFactory(plan=city.plan, code="9-1")
    for _number in range(2):
        publish(as_coordinator, reason="정정")
        now = timezone.now()
        correct(city, city.period, 1 + _number, approved_at=now)
    ReportFactory(
        pledge=other, period=city.period, state="approved", status="on_track", reason="누락", approved_at=now
    )
    # The correction that is published already is told no more.
    assert prefilled(as_coordinator) == "7-2-3: 오기\n9-1: 누락"


def test_public_reason_of_an_earlier_first_edition_is_that_of_its_correction(as_coordinator, city):
    publish(as_coordinator)
    correct(city, city.earlier, 3, approved_at=timezone.now())
    assert prefilled(as_coordinator, staff_url("publish", city.plan, BEFORE)) == "오기"


def test_message_after_publishing_leads_to_the_public_page(as_coordinator, city):
    made = as_coordinator.post(URL, shown(as_coordinator), follow=True).content.decode()
    link = "/hanbit/8/?as_of=2024-06-30&amp;edition=1"
    assert f'<a href="{link}">공개 페이지 보기</a>' in made
    assert Client().get(link.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("many", [False, True])
def test_approving_a_correction_of_a_published_period_leads_to_publishing(as_coordinator, city, many):
    def approve(report):
        if many:
            data, url = {"report": [f"{report.pk}:1"]}, city.board
        else:
            data, url = {"version": "1", "step": "approve", "comment": ""}, f"{city.url}check/"
        return as_coordinator.post(url, data, follow=True).content.decode()

    link = f'<a href="{URL}">정정 공표하기</a>'
    assert link not in approve(city.report(state="submitted"))
    publish(as_coordinator)
    assert link in approve(city.report(state="submitted", revision=2, reason="오기"))


def test_first_edition_that_goes_with_a_correction_has_no_reason_of_its_own(as_coordinator, city):
    publish(as_coordinator)
    # The quarter before was never published; with its figures the later one changes too.
    correct(city, city.earlier, 3)
    url = staff_url("publish", city.plan, BEFORE)
    page = as_coordinator.get(url)
    assert [(p.as_of, p.number, p.is_correction) for p in page.context["previews"]] == [
        (BEFORE, 1, False),
        (NOW, 2, True),
    ]
    assert publish(as_coordinator, url=url).status_code == 422
    publish(as_coordinator, reason="소급 정정", url=url)
    assert [(e.as_of, e.number, e.reason) for e in Edition.objects.newest_first()] == [
        (NOW, 2, "소급 정정"),
        (NOW, 1, ""),
        (BEFORE, 1, ""),
    ]


def test_correction_of_an_earlier_quarter_shows_every_edition_it_makes(as_coordinator, city):
    url = staff_url("publish", city.plan, BEFORE)
    publish(as_coordinator, url=url)
    city.report(state=ReportState.APPROVED)
    publish(as_coordinator)
    correct(city, city.earlier, 1)
    text = as_coordinator.get(url).content.decode()
    for words in ("2개 판이 공표됩니다", "2024. 3. 31. 기준 제2판", "2024. 6. 30. 기준 제2판"):
        assert words in text
    assert text.count("확인지표 보고회 개최 · 2024 이행") == 2
    publish(as_coordinator, reason="정정", url=url)
    assert [(e.as_of, e.number) for e in Edition.objects.current().newest_first()] == [(NOW, 2), (BEFORE, 2)]


# --- Once ----------------------------------------------------------------------------------


def test_publishing_the_same_again_publishes_nothing(as_coordinator, city):
    sent = shown(as_coordinator)
    as_coordinator.post(URL, sent)
    page = as_coordinator.post(URL, sent, follow=True)
    assert Edition.objects.count() == 1
    assert "공표하지 않았습니다" in page.content.decode()


def test_second_tab_can_not_publish_a_correction_it_did_not_show(as_coordinator, city):
    stale = shown(as_coordinator)
    publish(as_coordinator)
    correct(city, city.period, 3)
    assert as_coordinator.post(URL, {**stale, "reason": "사유"}).status_code == 409
    assert Edition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_exactly_one_wins():
    city = City()
    sent = [preview.seal for preview in preview_period(period=city.period)]
    start, outcomes = threading.Barrier(2), []

    def work():
        try:
            start.wait(timeout=10)
            made = publish_period(period=city.period, user=city.coordinator, previewed=sent)
            outcomes.append(len(made))
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes, key=str) == [0, 1]
    assert Edition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_approval_beside_a_publication_is_either_in_it_or_refuses_it():
    """Whatever the order, what is public is what was previewed."""
    city = City()
    report = city.report(state=ReportState.SUBMITTED)
    ActualFactory(report=report, indicator=city.indicator, value=2)
    sent = [preview.seal for preview in preview_period(period=city.period)]
    start, outcomes = threading.Barrier(2), []

    def run(step):
        try:
            start.wait(timeout=10)
            outcomes.append(step())
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(step,))
        for step in (
            lambda: publish_period(period=city.period, user=city.coordinator, previewed=sent),
            lambda: workflow.approve_report(report=report, user=city.coordinator, version=1),
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    errors = [each for each in outcomes if isinstance(each, Exception)]
    editions = list(Edition.objects.all())
    if editions:
        # Published first: the approval that came after needs a correction's reason.
        assert [edition.pledges.get().rate_display for edition in editions] == ["40.00"]
        assert all(isinstance(error, workflow.ReasonMissing) for error in errors)
    else:
        assert [type(error) for error in errors] == [Outdated]


def test_publication_is_in_the_audit_log_with_its_reason(as_coordinator, city):
    publish(as_coordinator)
    correct(city, city.period, 3)
    publish(as_coordinator, reason="집계 누락")
    entry = AuditEntry.objects.for_action("published").newest_first().first()
    assert (entry.actor_key, entry.as_of, entry.body["reason"]) == (city.coordinator.pk, NOW, "집계 누락")
    (told,) = entry.body["facts"]["editions"]
    assert (told["as_of"], told["number"]) == ("2024-06-30", 2)
    assert told["digest"] == Edition.objects.get(number=2).digest


# --- What is missing -------------------------------------------------------------------------


def test_missing_reports_are_listed_by_department_with_their_due_date(as_coordinator, city):
    drafted = PledgeFactory(plan=city.plan, code="1", name="초안 공약", lead_department=city.support)
    ReportFactory(pledge=drafted, period=city.period)
    waiting = PledgeFactory(plan=city.plan, code="2", name="제출 공약", lead_department=city.support)
    ReportFactory(pledge=waiting, period=city.period, state=ReportState.SUBMITTED)
    done = PledgeFactory(plan=city.plan, code="3", lead_department=city.support)
    ApprovedReportFactory(pledge=done, period=city.period)
    DueExtension.objects.create(
        period=city.period, department=city.support, due_on=dt.date(2099, 7, 20), reason="조직 개편"
    )
    page = as_coordinator.get(URL)
    unsettled = page.context["unsettled"]
    assert [
        (row.department, row.due_on, row.is_overdue, [line.pledge.code for line in row.lines])
        for row in unsettled.missing
    ] == [
        (city.lead, dt.date(2024, 7, 10), True, ["7-2-3"]),
        (city.support, dt.date(2099, 7, 20), False, ["1", "2"]),
    ]
    assert (len(unsettled.with_office), len(unsettled.being_written), unsettled.missing_count) == (1, 1, 3)
    text = page.content.decode()
    for words in ("주관과", "2024. 7. 10.", "2099. 7. 20.", "초안 공약", "검토를 기다리는 보고가 1건"):
        assert words in text


def test_approved_reports_that_contradict_themselves_are_pointed_out(as_coordinator, city):
    report = city.report(state=ReportState.APPROVED, status=Status.CLOSED)
    ActualFactory(report=report, indicator=city.indicator, value=1)
    other = PledgeFactory(plan=city.plan, code="2", lead_department=city.support)
    ApprovedReportFactory(pledge=other, period=city.period)
    page = as_coordinator.get(URL)
    (row,) = page.context["contradictory"]
    # 3 of 5 done, and yet completed.
    assert (row.line.pledge, row.warnings[0].section) == (city.pledge, ReportSection.STATUS)
    assert "승인된 보고 1건에 서로 맞지 않는 내용이 있습니다" in page.content.decode()
    assert publish(as_coordinator).status_code == 302
    assert as_coordinator.get(URL).context["contradictory"] == []


def test_unfinished_correction_is_not_missing(as_coordinator, city):
    city.report(state=ReportState.APPROVED)
    city.report(revision=2, reason="정정")
    unsettled = as_coordinator.get(URL).context["unsettled"]
    assert (unsettled.missing, [line.pledge for line in unsettled.corrections]) == ((), [city.pledge])


def test_period_published_with_reports_missing_marks_them_and_keeps_their_last_figures(as_coordinator, city):
    publish(as_coordinator)
    reader = Client()
    card = reader.get("/hanbit/8/pledges/7-2-3/").content.decode()
    assert "미제출" in card
    assert "40.00" in card  # 2 of 5, of the quarter before
    for address in ("/hanbit/8/pledges/", "/hanbit/8/"):
        assert "미제출" in reader.get(address).content.decode()
    board = as_coordinator.get(city.board).content.decode()
    assert "주관과" in board
    assert city.url in board


# --- Who, and what it costs ------------------------------------------------------------------


def test_only_the_planning_office_of_the_city_publishes(client, city):
    admin = city.person(Role.ADMIN)
    head = city.person(Role.HEAD, city.lead)
    for user in (city.officer, head, admin, city.auditor):
        client.force_login(user)
        assert client.get(URL).status_code == (200 if user == city.auditor else 403)
        assert client.post(URL, {"confirmed": "on"}).status_code == 403
        with pytest.raises(PermissionDenied):
            publish_period(period=city.period, user=user)
    assert not Edition.objects.exists()


def test_auditor_reads_the_preview_and_meets_no_button(client, as_coordinator, city):
    city.report(state=ReportState.APPROVED)
    shown = as_coordinator.get(URL).text
    client.force_login(city.auditor)
    page = client.get(URL)
    assert "2024. 6. 30. 기준 제1판" in page.text
    for step in ('name="previewed"', "공표하기", 'name="confirmed"'):
        assert step in shown
        assert step not in page.text
    for address in (city.board, "/staff/hanbit/8/"):
        assert f'href="{URL}"' in client.get(address).text
        assert "공표 미리보기" in client.get(address).text


def test_preview_page_costs_the_same_queries_for_one_pledge_and_for_three(as_coordinator, city):
    counts = []
    city.report(state=ReportState.APPROVED)
    for more in (0, 2):
        for number in range(more):
            ReportFactory(
                pledge=PledgeFactory(plan=city.plan, code=f"1-{number}", lead_department=city.support),
                period=city.period,
            )
            ApprovedReportFactory(
                pledge=PledgeFactory(plan=city.plan, code=f"2-{number}", lead_department=city.support),
                period=city.period,
            )
        as_coordinator.get(URL)
        with CaptureQueriesContext(connection) as queries:
            assert as_coordinator.get(URL).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- What an earlier period still lacks ------------------------------------------------------

EARLIER_URL = "/staff/hanbit/8/2024-03-31/-/publish/"


def waiting(page):
    return [(row.as_of, row.reports, row.link) for row in page.context["unpublished"]]


def test_approved_correction_of_an_earlier_published_period_is_told_until_it_is_published(
    as_coordinator, city
):
    publish(as_coordinator, url=EARLIER_URL)
    assert waiting(as_coordinator.get(URL)) == []
    correct(city, city.earlier, 3)
    page = as_coordinator.get(URL)
    assert waiting(page) == [(BEFORE, 1, EARLIER_URL)]
    text = page.content.decode()
    assert f'href="{EARLIER_URL}"' in text
    assert "이전 기준일 1건에 승인하였으나 공표하지 않은 정정이 있습니다" in text
    # The period's own page shows it as what it is: an edition to publish.
    assert waiting(as_coordinator.get(EARLIER_URL)) == []
    publish(as_coordinator)
    assert waiting(as_coordinator.get(URL)) == [(BEFORE, 1, EARLIER_URL)]
    publish(as_coordinator, reason="정정", url=EARLIER_URL)
    assert waiting(as_coordinator.get(URL)) == []


def test_what_is_not_approved_or_was_never_published_is_not_told(as_coordinator, city):
    correct(city, city.earlier, 3)
    assert waiting(as_coordinator.get(URL)) == []
    publish(as_coordinator, url=EARLIER_URL)
    ReportFactory(
        pledge=city.pledge, period=city.earlier, revision=3, reason="오기", state=ReportState.SUBMITTED
    )
    assert waiting(as_coordinator.get(URL)) == []


def test_report_approved_after_its_period_was_published_without_it_is_told_too(as_coordinator, city):
    late = PledgeFactory(plan=city.plan, code="1-1", lead_department=city.lead)
    publish(as_coordinator, url=EARLIER_URL)
    ApprovedReportFactory(pledge=late, period=city.earlier)
    assert waiting(as_coordinator.get(URL)) == [(BEFORE, 1, EARLIER_URL)]


@pytest.mark.parametrize("count", [1, 3])
def test_earlier_periods_are_looked_at_in_one_query(city, count, django_assert_num_queries):
    for number in range(count):
        period = PeriodFactory(plan=city.plan, as_of=dt.date(2023, 3 * number + 3, 28))
        publish_period(period=period, user=None)
        ApprovedReportFactory(pledge=city.pledge, period=period)
        ApprovedReportFactory(pledge=PledgeFactory(plan=city.plan, code=f"1-{number}"), period=period)
    period = ReportingPeriod.objects.with_places().get(pk=city.period.pk)
    with django_assert_num_queries(1):
        assert [row.reports for row in unpublished_before(period)] == [2] * count


# --- Nothing unpublishes ---------------------------------------------------------------------


@pytest.fixture
def published(as_coordinator, city):
    city.report(state=ReportState.APPROVED)
    publish(as_coordinator)
    city.period.refresh_from_db()
    return Edition.objects.get()


def contents(edition):
    fresh = Edition.objects.get(pk=edition.pk)
    return (fresh.summary, fresh.digest, fresh.reason, [row.card for row in fresh.pledges.in_order()])


def test_published_period_is_never_opened_or_closed_again(as_coordinator, city, published):
    with pytest.raises(WrongState):
        workflow.open_period(plan=city.plan, as_of=NOW, user=city.coordinator)
    with pytest.raises(WrongState):
        workflow.close_period(period=city.period, user=city.coordinator)
    for step in ("reopen", "close", "unpublish", ""):
        as_coordinator.post(f"{city.board}-/close/", {"step": step})
    city.period.refresh_from_db()
    assert city.period.state == PeriodState.PUBLISHED
    assert f"{city.board}-/close/" not in as_coordinator.get("/staff/hanbit/8/").content.decode()


def patterns(resolver, prefix=""):
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield prefix + str(each.pattern), each
        else:
            yield from patterns(each, prefix + str(each.pattern))


def test_no_address_of_the_staff_pages_changes_an_edition_or_takes_a_period_back(city, published):
    """Every staff address, sent everything, by a superuser."""
    before = contents(published)
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(is_superuser=True))
    names = {each.name for path, each in patterns(get_resolver()) if path.startswith("staff/") and each.name}
    assert {"publish", "close", "periods"} <= names
    for name in sorted(names):
        for place in (
            {"city": "hanbit", "term": 8, "as_of": NOW, "code": "7-2-3"},
            {"city": "hanbit", "term": 8, "as_of": NOW},
            {"city": "hanbit", "term": 8},
            {},
        ):
            try:
                url = reverse(f"staff:{name}", kwargs=place)
            except Exception:  # noqa: S112  (the address has another shape)
                continue
            for step in ("reopen", "delete", "unpublish", "discard", "return", "approve"):
                client.post(url, {"step": step, "confirmed": "on", "previewed": "", "reason": "사유"})
            client.delete(url)
    city.period.refresh_from_db()
    assert city.period.state == PeriodState.PUBLISHED
    assert contents(published) == before
    assert Edition.objects.filter(period=city.period).count() == 1


@pytest.mark.parametrize("model", ["edition", "editionpledge", "reportingperiod"])
def test_admin_shows_what_is_published_and_changes_nothing(client, city, published, model):
    before = contents(published)
    client.force_login(UserFactory(is_superuser=True))
    app = "pledges" if model == "reportingperiod" else "reports"
    row = {"edition": published, "editionpledge": published.pledges.get(), "reportingperiod": city.period}
    pk = row[model].pk
    assert client.get(f"/admin/{app}/{model}/").status_code == 200
    for address in (f"{pk}/change/", f"{pk}/delete/", "add/"):
        response = client.post(
            f"/admin/{app}/{model}/{address}", {"state": "open", "reason": "x", "post": "yes"}
        )
        assert response.status_code in (302, 403, 405)
    client.post(
        f"/admin/{app}/{model}/", {"action": "delete_selected", "_selected_action": pk, "post": "yes"}
    )
    city.period.refresh_from_db()
    assert city.period.state == PeriodState.PUBLISHED
    assert contents(published) == before


def test_rows_that_an_edition_stands_on_can_not_be_deleted(city, published):
    for row in (city.period, city.pledge, city.plan):
        with pytest.raises(Exception, match=r"protected|Cannot delete"):
            row.delete()
    with pytest.raises(ValidationError):
        published.delete()
