"""Evidence on the report's pages: attached and removed with and without a script, handed out by right."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pledges.enums import ReportState, Role, Status
from pledges.models import EvidenceFile, ProgressReport, ReportComment
from pledges.workflow import add_evidence, read_incoming
from reports.models import KeptForm
from reports.quarter.held import typist_mark
from tests import evidence as made
from tests.factories import DepartmentFactory, MembershipFactory, MunicipalityFactory

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def address(city):
    return f"{city.url}evidence/"


def upload(name="결과.pdf", content=None):
    return SimpleUploadedFile(name, content or made.pdf(), "text/html")


def attached(city, name="결과.pdf", content=None):
    incoming = read_incoming(file=ContentFile(content or made.pdf()), name=name)
    return add_evidence(pledge=city.pledge, period=city.period, user=city.officer, incoming=incoming)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# --- Attaching ---


def test_form_has_the_section_with_its_limits_and_a_button_that_sends_files(as_officer, city, address):
    page = as_officer.get(city.url).text
    assert 'id="evidence"' in page
    assert "PDF, HWPX, XLSX" in page
    assert "20MB" in page
    assert f'formaction="{address}" formenctype="multipart/form-data"' in page


def test_files_are_attached_without_a_script_and_what_was_typed_is_kept(as_officer, city, address):
    data = city.data(**{city.actual: "7"}, typist=typist_mark(city.officer), step="attach")
    sent = {**data, "files": [upload(), upload("사진.png", made.picture())]}
    response = as_officer.post(address, sent)
    assert response.status_code == 302
    assert response["Location"] == f"{city.url}#evidence"
    assert [file.name for file in EvidenceFile.objects.all()] == ["결과.pdf", "사진.png"]
    assert city.current.state == ReportState.DRAFT
    assert not city.current.actuals.exists()
    assert KeptForm.objects.get().user == city.officer
    page = as_officer.get(city.url)
    assert page.context["form"][city.actual].value() == "7"
    # Begun by a file, nothing of the form saved: no conflict where nobody else wrote.
    assert page.context.get("conflict") is None
    assert "결과.pdf" in page.text


def test_form_that_was_open_before_a_file_began_the_draft_saves_into_it(as_officer, city, address):
    as_officer.post(address, {"files": upload()})
    response = as_officer.post(city.url, city.data(version="0"))
    assert response.status_code == 302
    assert [report.revision for report in ProgressReport.objects.filter(period=city.period)] == [1]
    assert city.current.version == 2
    assert city.current.evidence.count() == 1


def test_second_form_open_since_before_the_draft_is_told_of_the_first(as_officer, city, address):
    as_officer.post(address, {"files": upload()})
    assert as_officer.post(city.url, city.data(version="0")).status_code == 302
    assert as_officer.post(city.url, city.data(version="0", **{city.actual: "3"})).status_code == 409


def test_attaching_leaves_a_colleagues_open_form_valid(as_officer, city, address):
    city.report(version=3, status=Status.ON_TRACK)
    as_officer.post(address, {"files": upload()})
    assert as_officer.post(city.url, city.data(version="3")).status_code == 302
    assert city.current.evidence.count() == 1


def test_script_gets_the_list_and_every_refusal(as_officer, city, address):
    files = [upload(), upload("공문.hwp", made.ole("\x05HwpSummaryInformation")), upload("a.pdf", b"MZ")]
    response = as_officer.post(address, {"files": files}, headers=SCRIPT)
    assert response.status_code == 422
    assert f"{address}{EvidenceFile.objects.get().pk}/" in response.text
    assert "공문.hwp: " in response.text
    assert "HWPX" in response.text
    assert "a.pdf: " in response.text
    good = as_officer.post(address, {"files": upload("둘.pdf", made.pdf("둘"))}, headers=SCRIPT)
    assert good.status_code == 200
    assert good.text.count('class="attachment"') == 2


def test_refusals_without_a_script_are_named_on_the_page(as_officer, city, address):
    response = as_officer.post(address, {"files": upload("a.exe", b"MZ")}, follow=True)
    assert messages_of(response)[0].startswith("a.exe: ")
    assert messages_of(as_officer.post(address, {}, follow=True)) == ["먼저 파일을 고르십시오."]
    assert not EvidenceFile.objects.exists()


def test_file_too_large_is_not_read_to_its_end_and_the_others_are_attached(
    as_officer, city, address, settings
):
    settings.EVIDENCE_MAX_MB = 1
    files = [upload("큰.pdf", made.pdf() + bytes(3 * 1024 * 1024)), upload()]
    response = as_officer.post(address, {"files": files}, headers=SCRIPT)
    assert response.status_code == 422
    assert "큰.pdf: " in response.text
    assert [file.name for file in EvidenceFile.objects.all()] == ["결과.pdf"]


def test_request_above_everything_allowed_is_refused_before_it_is_read(as_officer, city, address, settings):
    settings.EVIDENCE_MAX_TOTAL_MB = -3
    response = as_officer.post(address, {"files": upload()}, headers=SCRIPT)
    assert response.status_code == 413
    assert "하나씩" in response.text
    assert as_officer.post(address, {"files": upload()}).status_code == 302
    assert not EvidenceFile.objects.exists()


def test_upload_needs_the_forms_token(city, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.officer)
    assert client.post(address, {"files": upload()}).status_code == 403
    token = client.get(city.url).context["csrf_token"]
    assert client.post(address, {"files": upload(), "csrfmiddlewaretoken": str(token)}).status_code == 302
    assert EvidenceFile.objects.count() == 1


def test_saving_with_files_chosen_but_not_sent_says_so(as_officer, city):
    response = as_officer.post(city.url, city.data(files="결과.pdf"), follow=True)
    assert any("[첨부]" in told for told in messages_of(response))
    assert not any(
        "[첨부]" in told
        for told in messages_of(as_officer.post(city.url, city.data(version="2", files=""), follow=True))
    )


def test_handed_in_report_takes_no_file(as_officer, city, address):
    city.report(state=ReportState.SUBMITTED)
    response = as_officer.post(address, {"files": upload()}, headers=SCRIPT)
    assert response.status_code == 422
    assert "제출" in response.text


# --- Removing ---


def test_file_is_removed_with_and_without_a_script(as_officer, city, address):
    first, second = attached(city), attached(city, "둘.pdf", made.pdf("둘"))
    response = as_officer.post(address, {"remove": first.pk}, headers=SCRIPT)
    assert response.status_code == 200
    assert "결과.pdf" not in response.text
    data = city.data(**{city.actual: "7"}, typist=typist_mark(city.officer), remove=second.pk)
    assert as_officer.post(address, data)["Location"] == f"{city.url}#evidence"
    assert not EvidenceFile.objects.exists()
    assert KeptForm.objects.exists()


@pytest.mark.parametrize("pk", ["0", "999999", "abc", "²", "9" * 30])
def test_removing_what_is_not_there_is_answered_404(as_officer, city, address, pk):
    attached(city)
    assert as_officer.post(address, {"remove": pk}).status_code == 404


def test_file_of_an_approved_report_can_not_be_removed(as_officer, city, address):
    evidence = attached(city)
    ProgressReport.objects.filter(pk=evidence.report_id).update(
        state=ReportState.APPROVED, approved_at=evidence.uploaded_at
    )
    response = as_officer.post(address, {"remove": evidence.pk}, headers=SCRIPT)
    assert response.status_code == 422
    assert EvidenceFile.objects.count() == 1


# --- Downloads ---


def test_download_is_never_shown_inside_a_page(as_officer, city, address):
    evidence = attached(city, "7월 보고회 결과.pdf")
    response = as_officer.get(f"{address}{evidence.pk}/")
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == made.pdf()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(made.pdf()))
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''7%EC%9B%94%20%EB%B3%B4%EA%B3%A0%ED%9A%8C%20%EA%B2%B0%EA%B3%BC.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_download_follows_the_rights_of_its_report(client, city, address):
    evidence = attached(city)
    place = f"{address}{evidence.pk}/"
    elsewhere = MunicipalityFactory(code="other", name="다른시")
    stranger = MembershipFactory(
        role=Role.OFFICER, municipality=elsewhere, department=DepartmentFactory(municipality=elsewhere)
    ).user
    admin = city.person(Role.ADMIN)
    for user in (city.officer, city.helper, city.coordinator, city.auditor, admin):
        client.force_login(user)
        response = client.get(place)
        assert response.status_code == 200
        assert b"".join(response.streaming_content) == made.pdf()
    for user in (city.stranger, stranger, MembershipFactory(municipality=elsewhere).user):
        client.force_login(user)
        assert client.get(place).status_code == 404
    client.logout()
    response = client.get(place)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_file_is_found_under_its_own_report_only(as_officer, city, address):
    evidence = attached(city)
    assert as_officer.get(f"/staff/hanbit/8/2024-03-31/7-2-3/evidence/{evidence.pk}/").status_code == 404
    assert as_officer.post(f"{address}{evidence.pk}/").status_code == 405
    evidence.file.storage.delete(evidence.file.name)
    assert as_officer.get(f"{address}{evidence.pk}/").status_code == 404


def test_no_address_serves_the_stored_file_itself(as_officer, city):
    evidence = attached(city)
    for address in (f"/{evidence.file.name}", f"/files/{evidence.file.name}", f"/media/{evidence.file.name}"):
        assert as_officer.get(address).status_code == 404


# --- Rights of the steps ---


def test_only_who_enters_attaches_and_removes(client, city, address):
    evidence = attached(city)
    for user, code in (
        (city.helper, 403),
        (city.auditor, 403),
        (city.stranger, 404),
    ):
        client.force_login(user)
        for data in ({"files": upload("둘.pdf", made.pdf("둘"))}, {"remove": evidence.pk}):
            assert client.post(address, data).status_code == code
    assert EvidenceFile.objects.count() == 1


def test_planning_office_attaches_to_a_correction_only(as_coordinator, city, address):
    assert as_coordinator.post(address, {"files": upload()}).status_code == 403
    city.report(state=ReportState.APPROVED)
    city.report(revision=2, reason="오기")
    assert as_coordinator.post(address, {"files": upload()}).status_code == 302
    assert EvidenceFile.objects.get().report.revision == 2


def test_login_that_has_ended_keeps_what_was_typed(client, city, address):
    data = city.data(typist=typist_mark(city.officer), step="attach", files=upload())
    assert client.post(address, data)["Location"].startswith("/accounts/login/")
    assert KeptForm.objects.get().user == city.officer
    assert client.post(address, {"files": upload()}, headers=SCRIPT).status_code == 401
    assert not EvidenceFile.objects.exists()


def test_address_of_the_step_leads_to_the_report(as_officer, city, address):
    assert as_officer.get(address)["Location"] == city.url


# --- Pages ---


def test_page_to_read_lists_the_files_without_buttons(client, city, address):
    evidence = attached(city, "결과 <b>.pdf")
    ProgressReport.objects.filter(pk=evidence.report_id).update(state=ReportState.SUBMITTED)
    client.force_login(city.coordinator)
    page = client.get(city.url).text
    assert f'href="{address}{evidence.pk}/"' in page
    assert "결과 _b_.pdf" in page
    assert 'name="remove"' not in page


def test_comment_on_the_evidence_stands_in_its_section(as_officer, city):
    report = attached(city).report
    ReportComment.objects.create(
        report=report, section="evidence", body="사진을 붙여 주십시오.", author=city.coordinator
    )
    ProgressReport.objects.filter(pk=report.pk).update(state=ReportState.RETURNED, version=4)
    assert "사진을 붙여 주십시오." in as_officer.get(city.url).text


def test_form_takes_the_same_queries_with_one_file_and_with_three(
    as_officer, city, django_assert_num_queries
):
    attached(city)
    as_officer.get(city.url)
    with CaptureQueriesContext(connection) as one:
        as_officer.get(city.url)
    attached(city, "둘.pdf", made.pdf("둘"))
    attached(city, "셋.pdf", made.pdf("셋"))
    with django_assert_num_queries(len(one)):
        as_officer.get(city.url)
