"""What is kept of an import: new periods, warnings, no more findings than help, no numbers of persons."""

import datetime as dt
import io

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from budgets.models import Investment
from pledges.audit import verify
from pledges.models import AuditEntry, Pledge, ReportingPeriod
from pledges.spreadsheet import Findings
from reports.models import ImportBatch
from reports.workbook import import_workbook, staging
from reports.workbook.redacting import redact_import
from reports.workbook.rollback import NotApplied, roll_back
from reports.workbook.staging import confirm_stage
from tests.reports.workbooks import at_date, book

pytestmark = pytest.mark.django_db
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
        assert hall.confirm(batch).status_code == 409
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
        assert hall.confirm(batch).status_code == 409
        assert Pledge.objects.get(code="1-1").name == "일자리 센터 운영"
        assert ImportBatch.objects.get(pk=batch.pk).state == "staged"


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
        first = Findings([None] * 5)
        second = Findings()
        second += first
        assert (len(second), second.rest, second.count_all) == (2, 3, 5)

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
            assert hall.client.get(f"/staff/import/{batch.pk}/{part}/").status_code in (302, 404, 410)

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
