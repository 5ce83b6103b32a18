"""Rolling an import back: everything is as it was, or what stands on it is told and nothing happens."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.models import Investment
from pledges import audit
from pledges.enums import MoneySource, ReportState, Role, Status
from pledges.models import (
    Actual,
    AuditEntry,
    Department,
    Indicator,
    Municipality,
    Plan,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    Term,
    YearlyTarget,
)
from pledges.workflow import ReasonMissing
from reports.editions import publish_period
from reports.models import Edition, ImportBatch, KeptForm, Reminder
from reports.workbook import import_workbook
from reports.workbook.rollback import (
    NotApplied,
    StoodOn,
    Unrestorable,
    look,
    roll_back,
    standing_on,
)
from tests.factories import ActualFactory, MembershipFactory, ReportFactory, UserFactory
from tests.reports.workbooks import assert_history_matches, at_date, book, everything, our_models, the_plan

pytestmark = pytest.mark.django_db

# Half of the sheets say something else: texts, departments, targets, actuals, money, statuses, schedule.
# fmt: off
CHANGES = {
    "공약_A5": "1-3", "공약_B5": "2 환경", "공약_D5": "새 공약", "공약_E5": "환경과", "공약_L5": "정상추진",
    "공약_D2": "일자리 센터를 늘린다", "공약_E2": "민원과", "공약_F2": "복지과, 환경과", "공약_H2": "시",
    "공약_L2": "완료", "공약_L3": "정상추진", "공약_O2": None, "공약_M4": "60%",
    "확인지표_H2": "4(4)", "확인지표_I2": "3(7)", "확인지표_J2": None, "확인지표_K2": "2(9)",
    "확인지표_I3": "5(6)", "확인지표_I5": 12.25,
    "투자계획_I3": 3.5, "투자계획_D3": 11, "투자계획_F3": 11, "투자계획_D2": 31.5, "투자계획_F2": 21,
    "투자계획_I2": 6, "투자계획_D7": 100, "투자계획_I5": None, "투자계획_F5": 5, "투자계획_D5": 5,
    "투자계획_I6": 4.5, "투자계획_F6": 8.5, "투자계획_D6": 9,
    "추진일정_G3": "●", "추진일정_I3": None, "추진실적_D2": "설계 마침\n공사",
}
# fmt: on
REASON = "잘못된 파일을 올림"


def imported(content=None, **options):
    result = import_workbook(content or book(), **options)
    assert result.errors == []
    return result.batch


def second(**options):
    return imported(book(**CHANGES), **options)


# What a save moves on a report by itself: the version never goes back.
MOVES = {"ProgressReport": ("version", "updated_at")}


def state():
    """Every value of every row but the log, the history and the imports; links without their own keys."""
    found = {}
    for model in our_models():
        name = model.__name__
        if name.startswith("Historical") or name in ("AuditEntry", "AuditHead", "ImportBatch"):
            continue
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if field.name not in MOVES.get(name, ()) and not (model._meta.auto_created and field.primary_key)
        ]
        found[name] = sorted(model._default_manager.values_list(*fields), key=repr)
    return found


def whats(edits):
    return [(edit.what, edit.code, edit.who) for edit in edits]


def assert_sound():
    """The log's chain holds and tells every row, the history says what the rows say."""
    assert audit.verify().holds
    assert_history_matches()


class TestAsBefore:
    def test_first_import_goes_whole_but_for_its_city(self):
        before = state()
        batch = roll_back(batch=imported(), user=None, reason=REASON)
        after = state()
        assert [row[1] for row in after.pop("Municipality")] == ["hanbit"]
        before.pop("Municipality")
        assert after == before
        assert not Plan.objects.exists()
        assert not Term.objects.exists()
        assert not Department.objects.exists()
        assert (batch.state, batch.plan, batch.municipality.code) == ("rolled_back", None, "hanbit")
        assert_sound()

    def test_first_import_comes_in_again_afterwards(self):
        first = imported()
        counts = first.counts
        roll_back(batch=first, user=None, reason=REASON)
        again = imported()
        assert again.counts == counts
        assert Pledge.objects.count() == 3
        assert standing_on(again) == []
        assert_sound()

    def test_second_import_leaves_everything_as_it_was(self):
        imported()
        before = state()
        batch = second()
        assert state() != before
        rows, edits = look(batch)
        kinds = {(row.goes > 0, row.returns > 0, row.reverts > 0) for row in rows}
        assert {(True, False, False), (False, False, True)} <= kinds
        assert any(row.returns for row in rows)
        assert edits == []
        held = roll_back(batch=batch, user=None, reason=REASON)
        assert state() == before
        assert held.plan == the_plan()
        assert_sound()

    def test_what_was_changed_is_back_in_words(self):
        imported()
        batch = second()
        pledge = Pledge.objects.get(code="1-1")
        assert (pledge.name, pledge.goal, pledge.lead_department.name) == (
            "일자리 센터를 늘린다",
            "",
            "민원과",
        )
        assert not YearlyTarget.objects.filter(indicator__name="센터 이용자", year=2025).exists()
        roll_back(batch=batch, user=None, reason=REASON)
        pledge = Pledge.objects.get(code="1-1")
        assert (pledge.name, pledge.goal, pledge.lead_department.name) == (
            "일자리 센터 운영",
            "일자리 300개",
            "경제과",
        )
        assert {row.name for row in pledge.supporting_departments.all()} == {"기획과", "복지과"}
        assert YearlyTarget.objects.get(indicator__name="센터 이용자", year=2025).value == 3
        live = Actual.objects.for_live_reports(the_plan()).filter(indicator__name="평균 처리일")
        assert {row.value for row in live} == {Decimal(19), Decimal("15.5")}
        assert not Pledge.objects.filter(code="1-3").exists()
        assert not Department.objects.filter(name="환경과").exists()

    def test_money_without_a_source_that_was_split_by_source_is_whole_again(self):
        imported()
        before = state()
        # 2024: 60 백만원 without a source become 20 도비 and 40 시비.
        content = book(
            투자계획_A9="III-①-1", 투자계획_B9="돌봄터 건립", 투자계획_C9="도비", 투자계획_I9=20,
            투자계획_A10="III-①-1", 투자계획_B10="돌봄터 건립", 투자계획_C10="시비", 투자계획_I10=40,
            투자계획_J10=40,
        )  # fmt: skip
        batch = imported(content)
        assert not Investment.objects.filter(source=MoneySource.UNSPECIFIED).exists()
        roll_back(batch=batch, user=None, reason=REASON)
        assert state() == before
        assert_sound()

    def test_the_revision_before_is_live_again_with_its_status_and_rate(self):
        imported()
        batch = second()
        report = ProgressReport.objects.live().get(pledge__code="1-1", period__as_of=dt.date(2024, 9, 30))
        assert (report.revision, report.status) == (2, Status.CLOSED)
        roll_back(batch=batch, user=None, reason=REASON)
        report = ProgressReport.objects.live().get(pledge__code="1-1", period__as_of=dt.date(2024, 9, 30))
        assert (report.revision, report.status) == (1, Status.ON_TRACK)
        rates = ProgressReport.objects.live().filter(pledge__code="III-①-1").exclude(entered_rate=None)
        assert [row.entered_rate for row in rates] == [Decimal("55.5")]

    def test_a_draft_that_was_pushed_goes_back_to_its_place_and_its_version_goes_on(self):
        imported()
        period = ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30))
        draft = ReportFactory(
            pledge=Pledge.objects.get(code="1-1"), period=period, revision=2, cause="담당자가 쓰는 중"
        )
        before = state()
        batch = second(over_drafts=True)
        draft.refresh_from_db()
        assert (draft.revision, draft.version) == (3, 2)
        # What the officer goes on typing into the draft itself stands in nobody's way.
        ActualFactory(report=draft, indicator=Indicator.objects.get(name="센터 이용자"), value=7)
        ProgressReport.objects.filter(pk=draft.pk).update(version=3)
        roll_back(batch=batch, user=None, reason=REASON)
        draft.refresh_from_db()
        assert (draft.revision, draft.version, draft.cause) == (2, 4, "담당자가 쓰는 중")
        assert draft.actuals.get().value == 7
        draft.actuals.all().delete()
        assert state() == before

    def test_batch_says_who_when_and_why_and_so_does_the_log(self):
        user = UserFactory(is_superuser=True)
        batch = imported(user=user, file_name="공약.xlsx")
        first = AuditEntry.objects.after(batch.last_entry)
        assert not first.exists()
        roll_back(batch=batch, user=user, reason=f" {REASON} ")
        batch.refresh_from_db()
        assert (batch.rolled_back_by, batch.rollback_reason) == (user, REASON)
        assert batch.rolled_back_at is not None
        entries = AuditEntry.objects.after(batch.last_entry)
        assert set(entries.values_list("action", "actor_key", "municipality__code")) == {
            ("rolled_back", user.pk, "hanbit")
        }
        assert {entry.body["reason"] for entry in entries} == {REASON}
        facts = [entry.body["facts"] for entry in entries if "facts" in entry.body]
        assert facts == [{"import": str(batch.pk), "entries": f"{batch.first_entry}–{batch.last_entry}"}]
        one = entries.get(pledge_code="1-1")
        pledge = next(row for row in one.body["rows"] if row["model"] == "pledges.pledge")
        assert pledge["kind"] == "-"
        linked = pledge["fields"]["supporting_departments"]
        assert ([each["text"] for each in linked[0]], linked[1]) == (["기획과", "복지과"], None)

    def test_deleted_rows_have_their_history_and_those_that_return_too(self):
        imported()
        target = YearlyTarget.objects.get(indicator__name="센터 이용자", year=2025)
        batch = second()
        user = UserFactory(is_superuser=True)
        roll_back(batch=batch, user=user, reason=REASON)
        assert [(row.history_type, row.history_user) for row in target.history.order_by("history_id")] == [
            ("+", None),
            ("-", None),
            ("+", user),
        ]
        gone = Pledge.history.filter(code="1-3").order_by("history_id")
        assert [row.history_type for row in gone] == ["+", "-"]


class TestStoodOn:
    def refused(self, batch):
        before = everything()
        with pytest.raises(StoodOn) as refused:
            roll_back(batch=batch, user=None, reason=REASON)
        assert everything() == before
        batch.refresh_from_db()
        assert batch.state == ImportBatch.State.APPLIED
        assert whats(refused.value.edits) == whats(standing_on(batch))
        return refused.value.edits

    def test_a_later_edit_of_a_row_it_made(self):
        batch = imported()
        pledge = Pledge.objects.get(code="1-2")
        pledge.basis = "새 조례"
        pledge._history_user = user = UserFactory(name="이정정")
        pledge.save()
        (edit,) = self.refused(batch)
        assert (edit.what, edit.code, edit.who, edit.rows) == (
            "자료 정정",
            "1-2",
            str(user),
            ("공약 1-2 · 민원 처리일 단축",),
        )
        assert edit.sequence == AuditEntry.objects.newest_first()[0].sequence

    def test_a_later_edit_that_was_taken_back_by_hand_stands_in_nobodys_way(self):
        batch = imported()
        pledge = Pledge.objects.get(code="1-2")
        pledge.basis = "새 조례"
        pledge.save()
        pledge.basis = ""
        pledge.save()
        assert standing_on(batch) == []

    def test_a_later_edit_of_another_field_of_a_row_it_changed(self):
        imported()
        batch = second()
        pledge = Pledge.objects.get(code="1-1")
        pledge.basis = "새 조례"
        pledge.save()
        assert whats(self.refused(batch)) == [("자료 정정", "1-1", "")]

    def test_a_later_edit_of_a_row_it_left_alone_is_kept(self):
        imported()
        batch = second()
        other = Pledge.objects.get(code="III-①-1")
        other.basis = "새 조례"
        other.save()
        roll_back(batch=batch, user=None, reason=REASON)
        other.refresh_from_db()
        assert other.basis == "새 조례"

    def test_a_change_that_the_log_knows_nothing_of(self):
        batch = imported()
        Indicator.objects.filter(name="만족도").update(unit="%")
        (edit,) = self.refused(batch)
        assert (edit.what, edit.code, edit.who, edit.at) == ("확인지표", "1-2", "", None)

    def test_a_row_it_made_that_was_deleted_since(self):
        batch = imported()
        Investment.objects.filter(source=MoneySource.PROVINCIAL, year=2022).delete()
        assert whats(self.refused(batch))[0][1] == "1-1"

    def test_rows_that_hang_on_what_it_made(self):
        batch = imported()
        ReportFactory(pledge=Pledge.objects.get(code="1-2"), as_of="2024-12-31")
        edits = self.refused(batch)
        assert {edit.code for edit in edits} == {"", "1-2"}  # the period that was opened, and the report
        assert all(edit.at for edit in edits)

    def test_a_draft_that_was_begun_and_thrown_away_stands_in_nobodys_way(self):
        batch = imported()
        period = ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30))
        ReportFactory(pledge=Pledge.objects.get(code="1-2"), period=period, revision=2).delete()
        assert standing_on(batch) == []

    def test_a_later_revision_of_a_report_it_approved(self):
        imported()
        batch = second()
        live = ProgressReport.objects.live().get(pledge__code="1-1", period__as_of=dt.date(2024, 9, 30))
        ReportFactory(pledge=live.pledge, period=live.period, revision=3)
        assert whats(self.refused(batch)) == [("자료 정정", "1-1", "")]

    def test_a_pushed_draft_that_was_handed_in(self):
        imported()
        period = ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30))
        draft = ReportFactory(pledge=Pledge.objects.get(code="1-1"), period=period, revision=2)
        batch = second(over_drafts=True)
        draft.refresh_from_db()
        draft.state = ReportState.SUBMITTED
        draft.save()
        assert [edit.code for edit in self.refused(batch)] == ["1-1"]

    def test_what_somebody_has_typed_and_not_saved(self):
        batch = imported()
        period = ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30))
        user = UserFactory(name="최작성")
        KeptForm.objects.create(
            user=user,
            pledge=Pledge.objects.get(code="1-2"),
            period=period,
            base_version=0,
            body="status=done",
        )
        (edit,) = self.refused(batch)
        assert (edit.what, edit.code, edit.who, edit.as_of) == (
            "저장 전 입력",
            "1-2",
            "최작성",
            dt.date(2024, 9, 30),
        )

    def test_people_placed_in_a_department_it_made(self):
        batch = imported()
        MembershipFactory(role=Role.OFFICER, department=Department.objects.get(name="복지과"))
        (edit,) = self.refused(batch)
        assert edit.what == "자료 정정"

    def test_a_pledge_of_another_plan_that_a_department_it_made_supports(self):
        batch = imported()
        content = book(기본정보_A13="계획 코드", 기본정보_B13="works")
        other = imported(content)
        (edit,) = self.refused(batch)
        assert edit.batch == other
        roll_back(batch=other, user=None, reason=REASON)
        roll_back(batch=batch, user=None, reason=REASON)
        assert not Pledge.objects.exists()
        other.refresh_from_db()
        assert other.plan is None
        assert_sound()

    def test_a_reminder_goes_with_the_period_it_made(self):
        batch = imported()
        period = ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30))
        Reminder.objects.create(period=period, user=UserFactory(), stage="week", due_on=period.due_on)
        roll_back(batch=batch, user=None, reason=REASON)
        assert not Reminder.objects.exists()

    def test_an_edition_published_since(self):
        batch = imported()
        publish_period(period=ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30)), user=None)
        edits = self.refused(batch)
        assert [(edit.what, edit.as_of) for edit in edits] == [("제1판 공표", dt.date(2024, 9, 30))]

    def test_an_edition_published_by_the_import_itself(self):
        batch = imported(publish=True)
        assert ("제1판 공표", dt.date(2024, 9, 30)) in [
            (edit.what, edit.as_of) for edit in self.refused(batch)
        ]

    def test_an_edition_published_before_is_nothing(self):
        imported(publish=True)
        batch = second()
        roll_back(batch=batch, user=None, reason=REASON)
        assert Edition.objects.count() == 1

    def test_a_row_made_since_where_one_it_removed_would_come_back(self):
        imported()
        batch = second()
        indicator = Indicator.objects.get(name="센터 이용자")
        YearlyTarget.objects.create(indicator=indicator, year=2025, value=9)
        assert whats(self.refused(batch)) == [("자료 정정", "1-1", "")]

    def test_what_it_would_point_at_again_is_gone(self):
        imported()
        batch = second()
        Department.objects.get(name="경제과").delete()
        assert [edit.what for edit in self.refused(batch)] == ["자료 정정"]


class TestSeveral:
    def test_the_last_one_first(self):
        first = imported()
        before = state()
        later = second()
        (edit,) = standing_on(first)
        assert (edit.batch, edit.what) == (later, f"이후 일괄 등록: {later.file_name}")
        with pytest.raises(StoodOn):
            roll_back(batch=first, user=None, reason=REASON)
        roll_back(batch=later, user=None, reason=REASON)
        assert standing_on(first) == []
        assert state() == before
        roll_back(batch=first, user=None, reason=REASON)
        assert not Plan.objects.exists()
        later.refresh_from_db()
        assert later.plan is None
        assert_sound()

    def test_a_later_import_whose_totals_were_reckoned_with_its_figures_stands_on_it(self):
        imported()
        # 2024 is 5 with this import, and 6 with the next: 1 falls to the quarter after it.
        batch = imported(book(확인지표_I3="5(6)"))
        later = imported(at_date(book(확인지표_I3="6(7)"), "2024-12-31"))
        assert Actual.objects.get(report__period__as_of=dt.date(2024, 12, 31)).value == 1
        assert [edit.batch for edit in standing_on(batch)] == [later]
        roll_back(batch=later, user=None, reason=REASON)
        roll_back(batch=batch, user=None, reason=REASON)
        assert not ReportingPeriod.objects.filter(as_of=dt.date(2024, 12, 31)).exists()

    def test_a_later_import_that_touches_nothing_of_it_stays(self):
        imported()
        batch = imported(book(공약_D2="다른 이름"))
        later = imported(book(공약_D2="다른 이름", 공약_O3="더 빠른 민원"))
        assert standing_on(batch) == []
        roll_back(batch=batch, user=None, reason=REASON)
        later.refresh_from_db()
        assert later.state == ImportBatch.State.APPLIED
        assert set(Pledge.objects.values_list("name", "goal")) >= {
            ("일자리 센터 운영", "일자리 300개"),
            ("민원 처리일 단축", "더 빠른 민원"),
        }

    def test_twice_is_refused(self):
        batch = imported()
        roll_back(batch=batch, user=None, reason=REASON)
        after = everything()
        with pytest.raises(NotApplied):
            roll_back(batch=batch, user=None, reason=REASON)
        assert everything() == after


class TestRefused:
    def test_without_a_reason(self):
        batch = imported()
        with pytest.raises(ReasonMissing):
            roll_back(batch=batch, user=None, reason="  ")
        assert Pledge.objects.exists()

    @pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
    def test_without_the_right(self, role):
        batch = imported()
        user = MembershipFactory(role=role, municipality=Municipality.objects.get()).user
        with pytest.raises(PermissionDenied):
            roll_back(batch=batch, user=user, reason=REASON)
        admin = MembershipFactory(role=Role.ADMIN, municipality=Municipality.objects.get()).user
        roll_back(batch=batch, user=admin, reason=REASON)
        assert not Pledge.objects.exists()

    def test_by_another_citys_administrator(self):
        batch = imported()
        user = MembershipFactory(role=Role.ADMIN, municipality__code="naju", municipality__name="나주시").user
        with pytest.raises(PermissionDenied):
            roll_back(batch=batch, user=user, reason=REASON)
        assert Pledge.objects.exists()

    def test_where_an_entry_of_the_log_was_emptied(self):
        batch = imported()
        entry = AuditEntry.objects.get(pledge_code="1-1")
        audit.redact(sequence=entry.sequence, reason="이름이 적혀 있었음")
        with pytest.raises(Unrestorable, match=str(entry.sequence)):
            roll_back(batch=batch, user=None, reason=REASON)
        assert Pledge.objects.exists()

    def test_where_the_log_was_tampered_with(self):
        batch = imported()
        entry = AuditEntry.objects.get(pledge_code="1-1")
        AuditEntry.objects.filter(pk=entry.pk).update(body={**entry.body, "rows": []})
        with pytest.raises(Unrestorable):
            roll_back(batch=batch, user=None, reason=REASON)


def test_queries_do_not_grow_with_the_plan():
    def spent():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            roll_back(batch=ImportBatch.objects.get(state="applied"), user=None, reason=REASON)
        return len(queries)

    imported()
    few = spent()
    extra = {}
    for row in range(5, 30):
        extra |= {f"공약_A{row}": f"9-{row}", f"공약_D{row}": f"공약 {row}", f"공약_L{row}": "정상추진"}
    imported(book(**extra))
    assert (few, spent()) == (few, few)
