"""An upload is confirmed exactly as it was shown, or thrown away; by its owner, while rights last."""

import datetime as dt
import io
import uuid
from collections import Counter

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges.enums import ReportState, Role
from pledges.models import AuditEntry, Membership, Plan, Pledge
from pledges.spreadsheet import MAX_UPLOAD
from reports.models import ImportBatch
from reports.workbook import import_workbook
from reports.workbook.batches import StageGone, stored_diff
from tests.factories import MembershipFactory, OfficerFactory, PledgeFactory, ReportFactory
from tests.reports.card_sheets import NAJU_AS_OF, content, naju_book
from tests.reports.imports.conftest import URL, text_of
from tests.reports.seeds import make_plan
from tests.reports.workbooks import PLEDGES, book, saved, the_plan

pytestmark = pytest.mark.django_db


def plan_of(count, column="공약명"):
    """A workbook of the plan with ``count`` more pledges."""
    target = openpyxl.load_workbook(io.BytesIO(book()))
    header = PLEDGES[0]
    for number in range(count):
        row = [None] * len(header)
        row[0], row[1], row[header.index(column)] = f"9-{number}", "1", f"공약 {number}"
        target["공약"].append(row)
    return saved(target)


class TestUpload:
    def test_walk_without_a_script_from_the_upload_to_the_applied_file(self, hall):
        response = hall.client.get(URL)
        assert response.status_code == 200
        batch = hall.stage()
        assert (batch.state, batch.user, batch.plan, batch.file_name) == (
            "staged",
            hall.admin,
            the_plan(),
            "공약.xlsx",
        )
        assert hall.is_unchanged()
        shown = text_of(hall.page(batch))
        assert "일자리 센터 운영 새 이름" in shown
        assert "D2" in shown
        response = hall.confirm(batch)
        assert response.status_code == 302
        shown = text_of(hall.client.get(response["Location"]))
        assert "미리보기에서 확인한 그대로 적용했습니다" in shown
        assert "일자리 센터 운영 새 이름" in shown
        assert Pledge.objects.get(code="1-1").name == "새 이름"
        batch.refresh_from_db()
        assert (batch.state, batch.user, batch.expires_at) == ("applied", hall.admin, None)
        listed = text_of(hall.client.get(URL))
        assert "공약.xlsx" in listed
        assert "신규 0 · 변경 1" in listed

    def test_file_that_is_no_workbook_is_refused_at_its_field(self, hall):
        response = hall.upload(b"\xd0\xcf\x11\xe0not a workbook", "옛날.xls")
        assert response.status_code == 422
        assert "errorlist" in response.content.decode()
        assert not ImportBatch.objects.staged().exists()
        assert hall.is_unchanged()

    def test_nothing_chosen_is_said_at_the_field(self, hall):
        response = hall.client.post(URL, {"layout": "workbook"})
        assert response.status_code == 422
        assert "파일" in text_of(response)

    def test_empty_file_is_said_at_the_field(self, hall):
        assert hall.upload(b"").status_code == 422

    def test_file_beyond_the_limit_is_refused_at_its_field_and_never_held(self, hall):
        response = hall.upload(b"PK\x03\x04" + b"0" * MAX_UPLOAD)
        assert response.status_code == 422
        assert "10MB보다 큽니다" in text_of(response)
        assert not ImportBatch.objects.staged().exists()

    def test_body_far_beyond_the_limit_is_not_read_at_all(self, hall):
        response = hall.client.generic(
            "POST", URL, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="900000000"
        )
        assert response.status_code == 302
        assert "10MB보다 큽니다" in text_of(hall.client.get(URL))

    def test_workbook_of_another_city_is_forbidden_and_nothing_is_kept(self, hall):
        hall.client.force_login(hall.neighbour)
        response = hall.upload(book(공약_D2="남의 공약"))
        assert response.status_code == 403
        assert not ImportBatch.objects.staged().exists()
        assert not default_storage.exists("imports") or len(default_storage.listdir("imports")[1]) == 1
        assert hall.is_unchanged()

    def test_workbook_of_a_city_that_is_new_is_the_superusers_alone(self, hall):
        content = book(기본정보_B2="달빛시", 기본정보_B3="dalbit", 공약_H2="도, 시")
        refused = hall.stage(content)
        (error,) = refused.findings["errors"]
        assert (error["sheet"], error["cell"], error["value"]) == ("기본정보", "B3", "dalbit")
        assert "코드" in error["message"]
        assert hall.confirm(refused).status_code == 409
        hall.client.force_login(hall.superuser)
        batch = hall.stage(content)
        assert batch.plan is None
        assert "새 계획" in text_of(hall.page(batch))
        assert hall.confirm(batch).status_code == 302
        assert Plan.objects.filter(term__municipality__code="dalbit").count() == 1

    def test_file_without_the_sheet_that_names_its_city_tells_its_errors(self, hall):
        batch = hall.stage(book(without=("기본정보",)))
        assert "기본정보" in text_of(hall.page(batch))
        assert batch.has_errors
        assert hall.confirm(batch).status_code == 409
        assert hall.is_unchanged()

    def test_script_is_told_where_to_go_without_the_page(self, hall):
        file = SimpleUploadedFile("공약.xlsx", book(공약_D2="새 이름"))
        response = hall.client.post(URL, {"file": file, "layout": "workbook"}, headers={"HX-Request": "true"})
        assert response.status_code == 204
        assert response["HX-Redirect"] == f"{URL}{ImportBatch.objects.staged().get().pk}/"

    def test_name_of_a_file_is_shown_as_text_and_without_folders(self, hall):
        batch = hall.stage(name="../../<b>비\u202e밀</b>.xlsx")
        assert batch.file_name == "b>.xlsx"
        batch = hall.stage(name="<i>공\u202e약.xlsx")
        assert batch.file_name == "<i>공약.xlsx"
        assert "<i>공약" not in hall.page(batch).content.decode()

    def test_cards_ask_for_their_plan_and_date(self, hall):
        response = hall.upload(book(), layout="cards")
        assert response.status_code == 422
        shown = text_of(response)
        assert "카드가 속하는 계획을 선택하십시오" in shown
        assert "기준일을 입력하십시오" in shown

    def test_cards_are_looked_at_anew_and_applied_as_the_workbook_is(self, hall):
        plan = make_plan("naju", "나주시")
        hall.client.force_login(hall.superuser)
        batch = hall.stage(
            content(naju_book()), layout="cards", plan=str(plan.pk), as_of=NAJU_AS_OF.isoformat()
        )
        assert (batch.layout, batch.plan, batch.as_of, batch.has_errors) == ("cards", plan, NAJU_AS_OF, False)
        assert "학습동아리 활성화" in text_of(hall.page(batch))
        assert not Pledge.objects.for_plan(plan).exists()
        response = hall.client.post(f"{URL}{batch.pk}/again/")
        anew = ImportBatch.objects.staged().get()
        assert response["Location"] == f"{URL}{anew.pk}/"
        assert (anew.layout, anew.plan, anew.diff_digest) == ("cards", plan, batch.diff_digest)
        assert hall.confirm(anew).status_code == 302
        assert Pledge.objects.for_plan(plan).get().code == "7-2-3"

    @pytest.mark.parametrize("plan", ["0", "x", "99999999999999999999", "1 or 1"])
    def test_forged_plan_of_cards_is_refused(self, hall, plan):
        response = hall.upload(book(), layout="cards", plan=plan, as_of="2024-09-30")
        assert response.status_code == 422

    def test_plan_of_another_city_is_not_offered_for_cards(self, hall):
        hall.client.force_login(hall.neighbour)
        response = hall.upload(book(), layout="cards", plan=str(the_plan().pk), as_of="2024-09-30")
        assert response.status_code == 422
        assert hall.is_unchanged()


class TestPreview:
    def test_errors_stand_all_at_once_with_cell_value_and_remedy(self, hall):
        batch = hall.stage(book(공약_K2="많음", 공약_L3="모름", 확인지표_I3="x"))
        shown = text_of(hall.page(batch))
        for part in ("K2", "많음", "L3", "모름", "I3", "오류를 표시한 내 파일 받기"):
            assert part in shown
        assert hall.confirm(batch).status_code == 409
        assert hall.is_unchanged()

    def test_warnings_stand_apart_and_keep_nothing_from_being_applied(self, hall):
        batch = hall.stage(book(공약_K2=99, 공약_D2="새 이름"))
        shown = text_of(hall.page(batch))
        assert "경고" in shown
        assert "오류를 표시한" not in shown
        assert hall.confirm(batch).status_code == 302

    def test_file_that_changes_nothing_says_so_and_can_only_be_thrown_away(self, hall):
        batch = hall.stage(book())
        shown = text_of(hall.page(batch))
        assert "바뀌는 내용이 없습니다" in shown
        assert f"{URL}{batch.pk}/discard/" in hall.page(batch).content.decode()
        assert hall.confirm(batch).status_code == 409

    def test_rows_are_narrowed_by_sheet_and_kind_and_paged_by_100(self, hall):
        content = plan_of(250)
        target = openpyxl.load_workbook(io.BytesIO(content))
        target["공약"]["D2"] = "새 이름"
        target["확인지표"]["I3"] = "5(6)"
        batch = hall.stage(saved(target))
        assert batch.counts["공약"] == {"new": 250, "changed": 1, "unchanged": 2}
        shown = text_of(hall.page(batch))
        assert "231행 더 보기" in shown
        first = text_of(hall.page(batch, "?sheet=공약"))
        assert "공약 0" in first
        assert "공약 98" in first
        assert "공약 99 " not in first
        third = text_of(hall.page(batch, "?sheet=공약&page=3"))
        assert "공약 249" in third
        assert "공약 98" not in third
        changed = text_of(hall.page(batch, "?sheet=공약&kind=changed"))
        assert "새 이름" in changed
        assert "공약 0" not in changed
        new = text_of(hall.page(batch, "?kind=new"))
        assert "새 이름" not in new
        assert "I3" not in new

    @pytest.mark.parametrize("query", ["?sheet=없음", "?kind=x&page=x", "?sheet=공약&page=-1", "?page=999"])
    def test_wrong_wishes_are_left_aside(self, hall, query):
        assert "새 이름" in text_of(hall.page(hall.stage(), query))

    def test_counts_of_the_sheets_are_the_rows_that_are_shown(self, hall):
        batch = hall.stage(book(공약_D2="새 이름", 기본정보_B7="새 계획명", 추진실적_C2="다른 내용"))
        shown = Counter(row.sheet for row in stored_diff(batch).rows())
        counted = {name: each["new"] + each["changed"] for name, each in batch.counts.items()}
        assert shown == {name: number for name, number in counted.items() if number}

    def test_queries_are_the_same_for_3_and_300_changed_rows(self, hall):
        seen = []
        for count in (3, 300):
            batch = hall.stage(plan_of(count))
            for query in ("", "?sheet=공약&page=2"):
                with CaptureQueriesContext(connection) as queries:
                    assert hall.page(batch, query).status_code == 200
                seen.append(len(queries))
        assert seen[0] == seen[2]
        assert seen[1] == seen[3]
        # session, person, memberships, the import
        assert seen[0] <= 5

    def test_queries_of_the_list_are_the_same_for_1_and_3_uploads(self, hall):
        seen = []
        for count in (1, 2):
            for number in range(count):
                hall.stage(book(공약_D2=f"이름 {number}"))
                hall.stage(book(공약_K2="많음"))
            with CaptureQueriesContext(connection) as queries:
                assert hall.client.get(URL).status_code == 200
            seen.append(len(queries))
        assert seen[0] == seen[1]

    def test_file_comes_back_as_an_attachment_byte_for_byte(self, hall):
        content = book(공약_D2="새 이름")
        batch = hall.stage(content)
        response = hall.client.get(f"{URL}{batch.pk}/file/")
        assert response.content == content
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        default_storage.delete(batch.file.name)
        assert hall.client.get(f"{URL}{batch.pk}/file/").status_code == 404


class TestConfirm:
    def test_confirmed_twice_is_applied_once_and_led_to_what_it_did(self, hall):
        batch = hall.stage()
        assert hall.confirm(batch).status_code == 302
        entries, after = AuditEntry.objects.count(), hall.plans()
        again = hall.confirm(batch)
        assert again["Location"] == f"{URL}{batch.pk}/"
        assert "이미 적용" in text_of(hall.client.get(again["Location"]))
        assert (AuditEntry.objects.count(), hall.plans()) == (entries, after)

    def test_data_changed_in_between_refuses_with_the_differences(self, hall):
        batch = hall.stage()
        pledge = Pledge.objects.get(code="1-1")
        pledge.name = "동료가 바꾼 이름"
        pledge.save()
        after = hall.plans()
        response = hall.confirm(batch)
        assert response.status_code == 409
        shown = text_of(response)
        assert "일자리 센터 운영 → 새 이름" in shown
        assert "동료가 바꾼 이름 → 새 이름" in shown
        assert hall.plans() == after
        response = hall.client.post(f"{URL}{batch.pk}/again/")
        assert not ImportBatch.objects.filter(pk=batch.pk).exists()
        anew = ImportBatch.objects.staged().get()
        assert response["Location"] == f"{URL}{anew.pk}/"
        assert "동료가 바꾼 이름" in text_of(hall.page(anew))
        assert hall.confirm(anew).status_code == 302
        assert Pledge.objects.get(code="1-1").name == "새 이름"

    def test_change_that_the_file_would_undo_unseen_refuses_it(self, hall):
        batch = hall.stage()
        pledge = Pledge.objects.get(code="1-2")
        pledge.goal = "동료의 목표"
        pledge.save()
        assert hall.confirm(batch).status_code == 409
        pledge.refresh_from_db()
        assert pledge.goal == "동료의 목표"

    def test_change_of_what_the_file_does_not_name_stands_in_nobodys_way(self, hall):
        batch = hall.stage()
        PledgeFactory(plan=the_plan(), code="5-5", area=None)
        assert hall.confirm(batch).status_code == 302
        assert Pledge.objects.get(code="1-1").name == "새 이름"

    def test_expired_stage_is_refused_with_the_way_on(self, hall):
        batch = hall.stage()
        ImportBatch.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        assert "지났습니다" in text_of(hall.page(batch))
        response = hall.confirm(batch)
        assert response.status_code == 409
        assert "지났습니다" in text_of(response)
        assert hall.is_unchanged()

    @pytest.mark.parametrize("digest", ["", "0" * 64, "x", "\x00"])
    def test_forged_digest_is_refused(self, hall, digest):
        batch = hall.stage()
        assert hall.confirm(batch, digest=digest).status_code == 409
        assert hall.is_unchanged()

    def test_forged_fields_beside_it_change_nothing_of_what_is_applied(self, hall):
        batch = hall.stage()
        other = hall.stage(book(공약_D3="다른 파일"))
        response = hall.confirm(
            batch,
            over_drafts="on",
            plan="1",
            sha256=other.sha256,
            file=other.file.name,
            user=hall.colleague.pk,
        )
        assert response.status_code == 302
        batch.refresh_from_db()
        assert (batch.over_drafts, batch.user) == (False, hall.admin)
        assert Pledge.objects.get(code="1-2").name != "다른 파일"

    def test_file_that_was_changed_on_disk_is_refused(self, hall):
        batch = hall.stage()
        default_storage.delete(batch.file.name)
        default_storage.save(batch.file.name, SimpleUploadedFile("x", book(공약_D3="바꿔친 파일")))
        assert hall.confirm(batch).status_code == 409
        assert hall.is_unchanged()

    def test_stage_of_another_file_is_refused_by_the_import_itself(self, hall):
        batch = hall.stage()
        ImportBatch.objects.update(sha256="0" * 64)
        with pytest.raises(StageGone):
            import_workbook(book(공약_D2="새 이름"), user=hall.admin, staged=batch)
        ImportBatch.objects.update(sha256=batch.sha256, user=hall.colleague)
        with pytest.raises(StageGone):
            import_workbook(book(공약_D2="새 이름"), user=hall.admin, staged=batch)
        assert hall.is_unchanged()

    def test_report_in_work_refuses_the_file_until_it_is_passed_over(self, hall):
        live = Pledge.objects.get(code="1-1").reports.order_by("-period__as_of").first()
        ReportFactory(pledge=live.pledge, period=live.period, revision=9, state=ReportState.DRAFT)
        batch = hall.stage(book(확인지표_I3="5(6)"))
        assert batch.has_errors
        assert "작성 중인 보고가 있어도 적용" in text_of(hall.page(batch))
        hall.client.post(f"{URL}{batch.pk}/again/", {"over_drafts": "on"})
        anew = ImportBatch.objects.staged().get()
        assert (anew.over_drafts, anew.has_errors) == (True, False)
        assert hall.confirm(anew).status_code == 302

    def test_report_begun_after_the_preview_refuses_the_file(self, hall):
        batch = hall.stage(book(확인지표_I3="5(6)"))
        live = Pledge.objects.get(code="1-1").reports.order_by("-period__as_of").first()
        ReportFactory(pledge=live.pledge, period=live.period, revision=9, state=ReportState.DRAFT)
        after = hall.plans()
        response = hall.confirm(batch)
        assert response.status_code == 409
        assert "I3" in text_of(response)
        assert hall.plans() == after


class TestRights:
    def test_upload_of_somebody_else_is_not_there(self, hall):
        batch = hall.stage()
        for person in (hall.colleague, hall.superuser, hall.neighbour):
            hall.client.force_login(person)
            assert hall.page(batch).status_code == 404
            assert hall.client.get(f"{URL}{batch.pk}/file/").status_code == 404
            for step in ("confirm", "again", "discard"):
                response = hall.client.post(f"{URL}{batch.pk}/{step}/", {"digest": batch.diff_digest})
                assert response.status_code == 404
        assert hall.is_unchanged()
        assert ImportBatch.objects.staged().get() == batch

    def test_people_without_the_right_are_refused_everywhere(self, hall):
        batch, officer = hall.stage(), OfficerFactory().user
        before = hall.plans()
        for person in (hall.staff, officer):
            hall.client.force_login(person)
            assert hall.client.get(URL).status_code == 403
            assert hall.upload(book(공약_D2="x")).status_code == 403
            assert hall.page(batch).status_code == 403
            assert hall.confirm(batch).status_code == 403
        # The planning office reads what was applied, and neither brings in nor sees what others look at.
        hall.client.force_login(hall.coordinator)
        assert hall.client.get(URL).status_code == 200
        assert hall.upload(book(공약_D2="x")).status_code == 403
        assert hall.page(batch).status_code == 404
        assert hall.confirm(batch).status_code == 403
        assert hall.plans() == before

    def test_right_taken_between_preview_and_confirmation_refuses(self, hall):
        batch = hall.stage()
        # Still an administrator, but of another city.
        MembershipFactory(role=Role.ADMIN, user=hall.admin, municipality=hall.neighbours)
        Membership.objects.filter(user=hall.admin, municipality=the_plan().term.municipality).delete()
        before = hall.plans()
        assert hall.page(batch).status_code == 403
        assert hall.confirm(batch).status_code == 403
        assert hall.plans() == before

    def test_finished_import_is_for_the_citys_administrators(self, hall):
        batch = hall.stage()
        hall.confirm(batch)
        for person, status in ((hall.colleague, 200), (hall.superuser, 200), (hall.neighbour, 404)):
            hall.client.force_login(person)
            assert hall.page(batch).status_code == status
            assert (batch.file_name in text_of(hall.client.get(URL))) == (status == 200)

    def test_unknown_key_is_not_there(self, hall):
        assert hall.client.get(f"{URL}{uuid.uuid4()}/").status_code == 404

    def test_step_on_what_was_thrown_away_meanwhile_says_so(self, hall):
        batch = hall.stage()
        hall.client.post(f"{URL}{batch.pk}/discard/")
        answer = hall.confirm(batch)
        assert answer["Location"] == URL
        assert "버렸거나" in text_of(hall.client.get(URL))
        assert hall.is_unchanged()

    def test_link_stands_in_the_bar_of_who_may_read_imports(self, hall):
        for person in (hall.admin, hall.coordinator):
            hall.client.force_login(person)
            assert URL in hall.client.get("/staff/").content.decode()
        hall.client.force_login(OfficerFactory().user)
        assert URL not in hall.client.get("/staff/").content.decode()


class TestThrownAway:
    def test_row_and_file_go(self, hall, django_capture_on_commit_callbacks):
        batch = hall.stage()
        with django_capture_on_commit_callbacks(execute=True):
            response = hall.client.post(f"{URL}{batch.pk}/discard/")
        assert response["Location"] == URL
        assert not ImportBatch.objects.filter(pk=batch.pk).exists()
        assert not default_storage.exists(batch.file.name)

    def test_what_was_applied_can_not_be_thrown_away(self, hall):
        batch = hall.stage()
        hall.confirm(batch)
        hall.client.post(f"{URL}{batch.pk}/discard/")
        assert ImportBatch.objects.get(pk=batch.pk).state == "applied"

    def test_command_clears_expired_stages_and_orphans_of_yesterday(
        self, hall, capsys, monkeypatch, django_capture_on_commit_callbacks
    ):
        kept, gone = hall.stage(), hall.stage(book(공약_D2="지난 파일"))
        ImportBatch.objects.filter(pk=gone.pk).update(expires_at=timezone.now())
        orphan = default_storage.save("imports/orphan.xlsx", SimpleUploadedFile("x", b"x"))
        with django_capture_on_commit_callbacks(execute=True):
            call_command("clear_imports")
        assert list(ImportBatch.objects.staged()) == [kept]
        assert default_storage.exists(kept.file.name)
        assert not default_storage.exists(gone.file.name)
        # Written a moment ago: it may be of an upload that is being kept.
        assert default_storage.exists(orphan)
        tomorrow = timezone.now() + dt.timedelta(days=1, seconds=1)
        monkeypatch.setattr("reports.workbook.staging.timezone.now", lambda: tomorrow - dt.timedelta(hours=2))
        call_command("clear_imports")
        assert default_storage.exists(orphan)
        monkeypatch.setattr("reports.workbook.staging.timezone.now", lambda: tomorrow)
        with django_capture_on_commit_callbacks(execute=True):
            call_command("clear_imports")
        assert not default_storage.exists(orphan)
        # The file of the plan that was applied stays.
        applied = ImportBatch.objects.finished().get()
        assert default_storage.exists(applied.file.name)
