"""What is kept of an import: new periods, warnings, no more findings than help, no numbers of persons."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from budgets.models import Investment
from pledges.audit import verify
from pledges.models import AuditEntry, Pledge, ReportingPeriod
from pledges.spreadsheet import Finding, Findings
from reports.models import ImportBatch
from reports.workbook import annotating, import_workbook, staging
from reports.workbook.redacting import redact_import
from reports.workbook.results import Refusal
from reports.workbook.rollback import NotApplied, roll_back
from reports.workbook.staging import confirm_stage
from tests.reports.imports.conftest import text_of
from tests.reports.workbooks import at_date, book, saved, the_plan, workbook

pytestmark = pytest.mark.django_db
CARD_WITH_A_PERSON = [
    ["공약번호", "1-1", "공약명", "일자리 센터 운영"],
    ["완료시기", "임기내"],
    [],
    ["연락", "880101-1234567"],
    [],
    ["정책목표"],
    ["○ 새로운 목표"],
]
DECEMBER = dt.date(2024, 12, 31)


class TestNewPeriods:
    def test_first_import_tells_the_periods_of_earlier_years(self):
        result = import_workbook(book(), dry_run=True)
        # The years that its actuals, spending and dates speak of end at these, and it is as of the last.
        assert result.new_periods == [
            dt.date(2022, 6, 30),
            dt.date(2022, 12, 31),
            dt.date(2023, 12, 31),
            dt.date(2024, 9, 30),
        ]

    def test_next_quarter_without_another_change_is_confirmed(self, hall):
        batch = hall.stage(at_date(book(), "2024-12-31"))
        assert batch.total == {"new": 0, "changed": 0, "unchanged": batch.total["unchanged"]}
        assert batch.new_periods == [DECEMBER]
        assert hall.confirm(batch).status_code == 302
        assert ReportingPeriod.objects.filter(as_of=DECEMBER).count() == 1
        batch.refresh_from_db()
        assert (batch.state, batch.new_periods) == ("applied", [DECEMBER])

    def test_period_that_somebody_opened_meanwhile_is_no_longer_what_was_shown(self, hall):
        batch = hall.stage(at_date(book(공약_D2="새 이름"), "2024-12-31"))
        plan = Pledge.objects.get(code="1-1").plan
        ReportingPeriod.objects.create(plan=plan, as_of=DECEMBER, due_on=DECEMBER)
        response = hall.confirm(batch)
        assert response.status_code == 409
        assert "기준일 2024. 12. 31." in text_of(response)
        assert Pledge.objects.get(code="1-1").name == "일자리 센터 운영"


class TestWarnings:
    def test_what_there_is_to_warn_of_since_the_preview_refuses_it(self, hall):
        batch = hall.stage(book(without=("투자계획",), 공약_D2="새 이름"))
        assert [each["cell"] for each in batch.findings["warnings"]] == ["L4"]
        # 소요예산 says 30.5; its own investments now say a million won more.
        amount = Investment.objects.filter(amount=2_500_000).first()
        amount.amount += 1_000_000
        amount.save()
        result = confirm_stage(batch, user=hall.admin)
        assert [finding.cell for finding in result.errors] == ["", "K2"]
        assert "31.5" in result.errors[1].message
        assert result.refusal == Refusal.NEW_WARNINGS
        assert hall.confirm(batch).status_code == 409
        assert Pledge.objects.get(code="1-1").name == "일자리 센터 운영"
        assert ImportBatch.objects.get(pk=batch.pk).state == "staged"

    def test_other_figure_in_a_warning_than_was_shown_refuses_it_too(self, hall):
        amount = Investment.objects.filter(amount=2_500_000).first()
        amount.amount += 1_000_000
        amount.save()
        batch = hall.stage(book(without=("투자계획",), 공약_D2="새 이름"))
        assert [each["cell"] for each in batch.findings["warnings"]] == ["K2", "L4"]
        amount.amount += 1_000_000
        amount.save()
        result = confirm_stage(batch, user=hall.admin)
        assert "32.5" in result.errors[1].message

    def test_page_names_the_new_warnings_and_offers_nothing_about_drafts(self, hall):
        batch = hall.stage(book(without=("투자계획",), 공약_D2="새 이름"))
        amount = Investment.objects.filter(amount=2_500_000).first()
        amount.amount += 1_000_000
        amount.save()
        response = hall.confirm(batch)
        assert "미리보기에 없던 경고" in text_of(response)
        assert "over_drafts" not in response.content.decode()


class TestFindings:
    def test_list_ends_and_counts_the_rest(self, monkeypatch):
        monkeypatch.setattr(Findings, "MOST", 3)
        bad = {f"확인지표_{column}{row}": "x" for row in (2, 3) for column in "HIJ"}
        result = import_workbook(book(**bad))
        assert (len(result.errors), result.errors.rest) == (3, 3)
        told = result.as_json()["errors"]
        assert len(told) == 4
        assert "3" in told[3]["message"]
        assert told[3]["cell"] == ""

    def test_findings_of_findings_keep_their_count(self, monkeypatch):
        monkeypatch.setattr(Findings, "MOST", 2)
        first = Findings([Finding("공약", "A1", "", "")] * 5)
        second = Findings()
        second += first
        assert (len(second), second.rest, second.count_all) == (2, 3, 5)

    def test_page_and_marked_file_count_what_is_not_kept(self, hall, monkeypatch):
        monkeypatch.setattr(Findings, "MOST", 3)
        monkeypatch.setattr(annotating, "MOST_LISTED", 3)
        bad = {f"확인지표_{column}{row}": "x" for row in (2, 3) for column in "HIJ"}
        batch = hall.stage(book(**bad))
        assert "오류 6건" in text_of(hall.page(batch))
        marked = hall.client.get(f"/staff/import/{batch.pk}/workbook/").content
        rows = list(openpyxl.load_workbook(io.BytesIO(marked))["오류 목록"].iter_rows(values_only=True))
        assert len(rows) == 1 + 3 + 1
        assert rows[-1][4].startswith("외 3건")

    def test_number_of_a_person_on_a_card_is_kept_nowhere(self, hall):
        card = saved(workbook({"카드": CARD_WITH_A_PERSON}))
        batch = hall.stage(card, layout="cards", plan=the_plan().pk, as_of="2024-09-30")
        hall.confirm(batch)
        batch.refresh_from_db()
        assert batch.state == "applied"
        assert "880101-1******" in str(batch.findings)
        assert "1234567" not in str(batch.findings)

    def test_resident_number_is_refused_and_not_repeated(self):
        result = import_workbook(book(공약_O2="담당 880101-1234567"))
        (error,) = [each for each in result.errors if each.cell == "O2"]
        assert error.value == "담당 880101-1******"
        assert "1234567" not in str(result.as_json())


class TestWaiting:
    def test_newer_preview_takes_the_place_of_the_oldest(
        self, hall, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(staging, "MOST_WAITING", 2)
        with django_capture_on_commit_callbacks(execute=True):
            oldest, *newer = [hall.stage() for _turn in range(3)]
        assert set(ImportBatch.objects.staged()) == set(newer)
        assert not default_storage.exists(oldest.file.name)
        assert default_storage.exists(newer[0].file.name)

    def test_file_looked_at_anew_takes_its_own_place_and_nobody_elses(self, hall, monkeypatch):
        monkeypatch.setattr(staging, "MOST_WAITING", 3)
        batches = [hall.stage() for _turn in range(3)]
        assert hall.client.post(f"/staff/import/{batches[-1].pk}/again/").status_code == 302
        left = set(ImportBatch.objects.staged())
        assert len(left) == 3
        assert set(batches[:2]) < left
        assert batches[2] not in left

    def test_stage_stays_one_where_the_import_fails_at_its_end(self, hall, monkeypatch):
        batch = hall.stage()

        def fail(*_args, **_kwargs):
            raise IntegrityError

        monkeypatch.setattr(ImportBatch, "save", fail)
        result = confirm_stage(batch, user=hall.admin)
        assert result.errors
        assert result.batch is None
        assert (batch.state, batch.applied_at) == ("staged", None)
        assert hall.is_unchanged()


class TestErasing:
    def test_file_cells_and_findings_go_and_the_plan_stays(self, hall, django_capture_on_commit_callbacks):
        batch = hall.stage()
        hall.confirm(batch)
        batch.refresh_from_db()
        path, plans = batch.file.name, hall.plans()
        output = io.StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("redact_import", str(batch.pk), "--reason", "정보주체의 요구", stdout=output)
        assert str(batch.pk) in output.getvalue()
        assert not default_storage.exists(path)
        batch.refresh_from_db()
        assert (batch.file.name, bytes(batch.diff), batch.findings) == ("", b"", {"periods": []})
        assert batch.file_name == f"{batch.pk}.xlsx"
        assert batch.counts["공약"] == {"new": 0, "changed": 1, "unchanged": 2}
        assert hall.plans() == plans
        entry = AuditEntry.objects.get(action="import_redacted")
        assert entry.body["reason"] == "정보주체의 요구"
        assert verify().holds
        assert hall.page(batch).status_code == 200
        for part in ("file", "workbook"):
            assert hall.client.get(f"/staff/import/{batch.pk}/{part}/").status_code == 404
        assert batch.sha256 == batch.diff_digest == ""

    def test_waiting_uploads_of_the_same_file_go_too_and_others_stay(self, hall):
        content = book(공약_D2="새 이름")
        batch, same, other = hall.stage(content), hall.stage(content), hall.stage(book(공약_D2="다른 이름"))
        hall.confirm(batch)
        redact_import(batch=batch, reason="요구", user=hall.admin)
        assert list(ImportBatch.objects.staged()) == [other]
        assert not ImportBatch.objects.filter(pk=same.pk).exists()

    def test_somebody_without_the_right_is_refused(self, hall):
        batch = hall.stage()
        hall.confirm(batch)
        with pytest.raises(PermissionDenied):
            redact_import(batch=batch, reason="요구", user=hall.neighbour)
        assert ImportBatch.objects.get(pk=batch.pk).redacted_at is None

    def test_name_of_the_file_stands_in_no_entry_of_the_log(self, hall):
        batch = hall.stage(name="홍길동 신상.xlsx")
        hall.confirm(batch)
        batch.refresh_from_db()
        roll_back(batch=batch, user=hall.admin, reason="잘못 올림")
        redact_import(batch=batch, reason="요구")
        assert "홍길동" not in str(list(AuditEntry.objects.values_list("body", flat=True)))

    def test_import_without_contents_can_be_rolled_back(self, hall):
        batch = hall.stage()
        hall.confirm(batch)
        redact_import(batch=batch, reason="정보주체의 요구")
        roll_back(batch=batch, user=hall.admin, reason="잘못 올림")
        assert Pledge.objects.get(code="1-1").name == "일자리 센터 운영"

    def test_refused_without_a_reason_twice_and_for_what_only_waits(self, hall):
        batch = hall.stage()
        with pytest.raises(NotApplied):
            redact_import(batch=batch, reason="요구")
        hall.confirm(batch)
        with pytest.raises(CommandError):
            call_command("redact_import", str(batch.pk), "--reason", " ")
        redact_import(batch=batch, reason="요구")
        with pytest.raises(NotApplied):
            redact_import(batch=batch, reason="요구")
        assert AuditEntry.objects.for_action("import_redacted").count() == 1
