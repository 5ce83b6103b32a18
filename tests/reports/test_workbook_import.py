"""What an import writes, changes and leaves alone."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.models import Executed, Investment, Secured, SubProject
from pledges.enums import Mark, MoneySource, PeriodState, ReportSource, ReportState, Role, Span, Status
from pledges.models import (
    Achievement,
    Actual,
    Area,
    Department,
    Indicator,
    OwnStatus,
    PlannedQuarter,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    ScheduleMark,
    ScheduleTask,
    YearlyTarget,
)
from reports.fulfilment import plan_fulfilment
from reports.models import ImportBatch
from reports.workbook import export_workbook, import_workbook
from tests.factories import ActualFactory, MembershipFactory, OfficerFactory, ReportFactory, UserFactory
from tests.reports.workbooks import (
    assert_history_matches,
    at_date,
    book,
    edited,
    everything,
    history_count,
    row_counts,
    saved,
    the_plan,
)

pytestmark = pytest.mark.django_db


def imported(content=None, **options):
    result = import_workbook(content or book(), **options)
    assert result.errors == []
    return result


def counts(result):
    return {name: tuple(found.values()) for name, found in result.sheets.items()}


def changes(result):
    return sum(found["new"] + found["changed"] for found in result.sheets.values())


def live_actuals(name):
    return {
        actual.report.period.as_of.isoformat(): actual.value
        for actual in Actual.objects.for_live_reports(the_plan()).filter(indicator__name=name)
    }


class TestNewPlan:
    def test_counts_every_row_as_new(self):
        assert counts(imported()) == {
            "기본정보": (11, 0, 0),
            "공약": (3, 0, 0),
            "확인지표": (6, 0, 0),
            "투자계획": (7, 0, 0),
            "추진일정": (2, 0, 0),
            "추진실적": (3, 0, 0),
        }

    def test_pledges_hold_what_the_sheet_says(self):
        imported()
        pledge = Pledge.objects.get(code="1-1")
        assert (pledge.position, pledge.name, pledge.completion, pledge.novelty, pledge.budgeted) == (
            1,
            "일자리 센터 운영",
            "within_term",
            "continued",
            True,
        )
        assert [kind.value for kind in pledge.implementers] == ["province", "city"]
        assert (pledge.area.code, pledge.area.name, pledge.area.parent.code) == ("1-가", "일자리", "1")
        assert pledge.lead_department.name == "경제과"
        assert {row.name for row in pledge.supporting_departments.all()} == {"기획과", "복지과"}
        assert pledge.goal == "일자리 300개"
        second = Pledge.objects.get(code="1-2")
        assert second.area == pledge.area
        assert second.budgeted is False
        third = Pledge.objects.get(code="III-①-1")
        assert third.area.parent is None

    def test_unknown_departments_are_created_with_one_warning_each(self):
        result = imported()
        assert set(Department.objects.values_list("name", flat=True)) == {
            "경제과",
            "기획과",
            "복지과",
            "민원과",
        }
        assert [(finding.sheet, finding.cell) for finding in result.warnings if finding.cell[0] in "EF"] == [
            ("공약", "E2"),
            ("공약", "F2"),
            ("공약", "F2"),
            ("공약", "E3"),
        ]

    def test_indicator_targets_and_actuals_go_to_their_years(self):
        imported()
        assert dict(
            YearlyTarget.objects.filter(indicator__name="센터 이용자").values_list("year", "value")
        ) == {
            2023: 2,
            2024: 3,
            2025: 3,
            2026: 2,
        }
        assert live_actuals("센터 이용자") == {"2023-12-31": 1, "2024-09-30": 3}
        assert Indicator.objects.get(name="평균 처리일").baseline == 20
        assert live_actuals("평균 처리일") == {"2023-12-31": 19, "2024-09-30": Decimal("15.5")}
        # An entered 0 is a row, "-" is none.
        assert live_actuals("만족도") == {"2022-12-31": 0, "2024-09-30": 74}

    def test_money_is_whole_won_by_source_and_column(self):
        imported()
        planned = Investment.objects.filter(sub_project__name="센터 운영")
        assert {
            (row.source, row.span, row.year): row.amount for row in planned.filter(source=MoneySource.CITY)
        } == {
            ("city", "prior", None): 500_000,
            ("city", "year", 2022): 0,
            ("city", "year", 2023): 2_500_000,
            ("city", "year", 2024): 2_500_000,
            ("city", "year", 2025): 2_500_000,
            ("city", "year", 2026): 2_500_000,
            ("city", "after", None): 10_000_000,
        }
        assert Secured.objects.filter(span=Span.YEAR).count() == 3
        assert set(Secured.objects.values_list("source", flat=True)) == {MoneySource.UNSPECIFIED}

    def test_spent_money_hangs_on_periods_with_one_before_the_term(self):
        imported()
        spent = Executed.objects.filter(source=MoneySource.CITY)
        assert {row.report.period.as_of.isoformat(): row.amount for row in spent} == {
            "2022-06-30": 500_000,
            "2022-12-31": 0,
            "2023-12-31": 4_000_000,
            "2024-09-30": 3_500_000,
        }
        assert Executed.objects.get(source=MoneySource.UNSPECIFIED).amount == 12_345_600

    def test_sub_project_with_only_a_total_keeps_it_without_a_source(self):
        imported()
        rows = Investment.objects.filter(sub_project__name="돌봄터 건립")
        assert {(row.source, row.year, row.amount) for row in rows} == {
            ("unspecified", 2024, 60_000_000),
            ("unspecified", 2025, 40_000_000),
        }

    def test_periods_are_closed_but_that_of_the_date(self):
        imported()
        assert dict(ReportingPeriod.objects.values_list("as_of", "state")) == {
            dt.date(2022, 6, 30): PeriodState.CLOSED,
            dt.date(2022, 12, 31): PeriodState.CLOSED,
            dt.date(2023, 12, 31): PeriodState.CLOSED,
            dt.date(2024, 9, 30): PeriodState.OPEN,
        }
        assert ReportingPeriod.objects.get(state=PeriodState.OPEN).due_on == dt.date(2024, 10, 10)

    def test_reports_are_approved_revisions_of_the_importer(self):
        user = UserFactory(is_superuser=True)
        imported(user=user)
        report = ProgressReport.objects.get(pledge__code="1-1", period__as_of=dt.date(2024, 9, 30))
        assert (report.state, report.source, report.revision, report.status) == (
            ReportState.APPROVED,
            ReportSource.IMPORT,
            1,
            Status.ON_TRACK,
        )
        assert report.approved_by == user
        assert report.history.get().history_user == user

    def test_rate_is_stored_only_without_indicators(self):
        result = imported()
        entered = dict(
            ProgressReport.objects.values_list("pledge__code", "entered_rate").exclude(entered_rate=None)
        )
        assert entered == {"III-①-1": Decimal("55.5")}
        # 1-1 has indicators: 4 of 10 is the 40 % that the sheet says.
        assert not [finding for finding in result.warnings if finding.cell == "M2"]

    def test_schedule_and_achievements(self):
        imported()
        assert set(PlannedQuarter.objects.values_list("task__name", "year", "quarter")) == {
            ("센터 확대", 2023, 1),
            ("센터 확대", 2023, 2),
            ("센터 확대", 2024, 1),
            ("센터 확대", 2024, 2),
        }
        assert set(ScheduleMark.objects.values_list("task__name", "year", "quarter", "mark")) == {
            ("계획 수립", 2022, 3, "done"),
            ("계획 수립", 2022, 4, "done"),
            ("센터 확대", 2023, 3, "done"),
            ("센터 확대", 2023, 4, "under_way"),
        }
        assert ScheduleTask.objects.get(name="계획 수립").note == "끝남"
        line = Achievement.objects.get(text="센터 2호점 준비")
        assert (line.starts_on, line.ends_on, line.details) == (
            dt.date(2023, 3, 1),
            dt.date(2023, 9, 30),
            "설계\n공사",
        )
        assert Achievement.objects.get(text="상담 운영").open_ended
        assert Achievement.objects.get(text="착공").starts_on == dt.date(2024, 9, 2)

    def test_every_row_has_its_history(self):
        imported()
        assert_history_matches()
        record = Pledge.objects.get(code="1-1").history.get()
        assert {row.department.name for row in record.supporting_departments.all()} == {"기획과", "복지과"}

    def test_dry_run_tells_the_same_and_writes_nothing(self):
        before = row_counts()
        dry = imported(dry_run=True)
        assert row_counts() == before
        assert (dry.plan, dry.period) == (None, None)
        assert dry.sheets == imported().sheets

    def test_defaults_of_absent_items(self):
        content = book()
        for row in range(12, 8, -1):
            content = edited(content, **{f"기본정보_A{row}": None, f"기본정보_B{row}": None})
        imported(content)
        plan = the_plan()
        assert (plan.headline_method, plan.decimals, plan.rounding, plan.money_unit, plan.code) == (
            "mean_rate",
            2,
            "half_up",
            "million",
            "pledges",
        )


class TestPermission:
    def test_only_who_may_import_plans_of_the_city(self):
        imported()
        city = the_plan().term.municipality
        before = everything()
        for member in (
            OfficerFactory(municipality=city),
            MembershipFactory(role=Role.AUDITOR, municipality=city),
            MembershipFactory(role=Role.COORDINATOR, municipality=city),
        ):
            with pytest.raises(PermissionDenied):
                import_workbook(book(공약_D2="새 이름"), user=member.user)
        with pytest.raises(PermissionDenied):
            import_workbook(book(공약_D2="새 이름"), user=UserFactory())
        assert everything()["Pledge"] == before["Pledge"]
        admin = MembershipFactory(role=Role.ADMIN, municipality=city).user
        assert changes(imported(book(공약_D2="새 이름"), user=admin)) == 1

    def test_new_city_takes_a_superuser(self):
        with pytest.raises(PermissionDenied):
            import_workbook(book(), user=UserFactory())
        imported(user=UserFactory(is_superuser=True))


class TestOtherReports:
    def test_correcting_an_approved_report_of_another_date_is_told(self):
        import_workbook(book())
        # 2023 of the actuals: its last period is the year's end, approved with the first import.
        result = import_workbook(book(확인지표_H3="2(2)", 확인지표_I3="3(5)"), dry_run=True)
        told = [each for each in result.warnings if "2023. 12. 31." in each.message]
        assert [(each.sheet, each.cell) for each in told] == [("확인지표", "H3")]

    def test_file_of_its_own_date_is_not_warned_of_other_reports(self):
        import_workbook(book())
        result = import_workbook(book(공약_L2="일부추진"), dry_run=True)
        assert not [each for each in result.warnings if "다른 기준일" in each.message]


class TestUnchanged:
    def test_second_import_changes_nothing(self):
        imported()
        before, records = everything(), history_count()
        assert changes(imported()) == 0
        assert everything() == before
        assert history_count() == records
        assert ImportBatch.objects.count() == 1

    def test_next_quarter_with_unchanged_cells_counts_no_total_twice(self):
        imported()
        before = everything()
        figures = plan_fulfilment(the_plan(), dt.date(2024, 9, 30))
        result = imported(at_date(book(), "2024-12-31"))
        assert changes(result) == 0
        assert everything() == before
        assert ReportingPeriod.objects.filter(as_of=dt.date(2024, 12, 31), state=PeriodState.OPEN).exists()
        later = plan_fulfilment(the_plan(), dt.date(2024, 12, 31))
        assert (later.pledges, later.executed) == (figures.pledges, figures.executed)

    def test_missing_rows_and_columns_leave_everything(self):
        imported()
        before = everything()
        content = edited(
            book(without=("투자계획", "추진일정")),
            **{f"공약_{column}{row}": None for column in "ABCDEFGHIJKLMNOPQR" for row in (3, 4)},
            **{f"공약_{column}{row}": None for column in "NOPQR" for row in (1, 2)},
        )
        assert changes(imported(content)) == 0
        assert everything() == before

    def test_absent_settings_leave_those_of_the_plan(self):
        imported(book(기본정보_B9="완료", 기본정보_B10=1))
        content = book()
        for row in (9, 10):
            content = edited(content, **{f"기본정보_A{row}": None, f"기본정보_B{row}": None})
        assert changes(imported(content)) == 0
        assert (the_plan().headline_method, the_plan().decimals) == ("closed_share", 1)


class TestChanges:
    def test_amounts_without_a_source_that_go_are_shown_as_cells(self):
        imported()
        result = imported(book(투자계획_C7="시비"), dry_run=True)
        gone = [(cell.column, cell.old, cell.new) for cell in result.changes if "미구분" in cell.column]
        assert gone == [("2024(재원 미구분)", "60", ""), ("2025(재원 미구분)", "40", "")]

    def test_next_quarter_adds_the_difference_only(self):
        imported()
        result = imported(at_date(book(확인지표_I3="5(6)", 투자계획_I6=5), "2024-12-31"))
        assert counts(result)["확인지표"] == (0, 1, 5)
        assert counts(result)["투자계획"] == (0, 1, 6)
        assert live_actuals("센터 이용자") == {"2023-12-31": 1, "2024-09-30": 3, "2024-12-31": 2}
        spent = Executed.objects.for_live_reports(the_plan()).filter(source=MoneySource.CITY)
        assert {row.report.period.as_of.isoformat(): row.amount for row in spent} == {
            "2022-06-30": 500_000,
            "2022-12-31": 0,
            "2023-12-31": 4_000_000,
            "2024-09-30": 3_500_000,
            "2024-12-31": 1_500_000,
        }
        assert_history_matches()

    def test_change_at_the_same_date_is_a_new_revision_with_everything_else(self):
        imported()
        imported(book(확인지표_I3="5(6)"))
        live = ProgressReport.objects.live().get(pledge__code="1-1", period__as_of=dt.date(2024, 9, 30))
        assert (live.revision, live.status) == (2, Status.ON_TRACK)
        assert {row.value for row in live.actuals.all()} == {5}
        assert {row.amount for row in live.executed.all()} == {3_500_000}
        assert live.marks.count() == 4
        assert live.achievements.count() == 2
        assert ProgressReport.objects.filter(pledge__code="1-2", revision=2).count() == 0

    def test_level_replaces_its_value(self):
        imported()
        imported(at_date(book(확인지표_I7=79), "2024-12-31"))
        assert live_actuals("만족도") == {"2022-12-31": 0, "2024-09-30": 74, "2024-12-31": 79}

    def test_past_year_changes_its_own_last_period(self):
        imported()
        imported(at_date(book(확인지표_H3="2(2)", 확인지표_I3="3(5)"), "2024-12-31"))
        assert live_actuals("센터 이용자") == {"2023-12-31": 2, "2024-09-30": 3}

    def test_cleared_year_removes_its_values_from_every_period(self):
        imported()
        imported(at_date(book(확인지표_I3="5(6)"), "2024-12-31"))
        imported(at_date(book(확인지표_I3="-"), "2024-12-31"))
        assert live_actuals("센터 이용자") == {"2023-12-31": 1}
        assert_history_matches()

    def test_cleared_money_of_a_year_and_of_the_plan(self):
        imported()
        imported(book(투자계획_I6="-", 투자계획_L3=None, 투자계획_F6=4))
        spent = Executed.objects.for_live_reports(the_plan()).filter(source=MoneySource.CITY)
        assert not spent.filter(report__period__as_of=dt.date(2024, 9, 30)).exists()
        assert not Investment.objects.filter(source=MoneySource.PROVINCIAL, span=Span.AFTER).exists()
        assert_history_matches()

    def test_cleared_target_goes(self):
        imported()
        imported(book(확인지표_K2="-"))
        assert not YearlyTarget.objects.filter(indicator__name="센터 이용자", year=2026).exists()
        assert_history_matches()

    def test_cleared_fields_of_a_pledge(self):
        imported()
        imported(book(공약_C2=None, 공약_E2=None, 공약_F2=None, 공약_G2=None, 공약_J2="-", 공약_O2=None))
        pledge = Pledge.objects.get(code="1-1")
        assert (
            pledge.area.code,
            pledge.lead_department,
            pledge.completion,
            pledge.budgeted,
            pledge.goal,
        ) == (
            "1",
            None,
            "",
            None,
            "",
        )
        assert not pledge.supporting_departments.exists()
        assert_history_matches()

    def test_renamed_area_and_new_pledge_after_the_others(self):
        imported()
        content = edited(book(공약_B2="1 지역경제"), 공약_A5="0-9", 공약_B5="1", 공약_D5="새 공약")
        result = imported(content)
        assert counts(result)["공약"] == (1, 1, 2)
        assert Area.objects.get(code="1").name == "지역경제"
        assert Pledge.objects.get(code="0-9").position == 4

    def test_changes_name_sheet_cell_old_and_new(self):
        imported()
        result = imported(book(기본정보_B10=1, 공약_D3="민원 처리", 투자계획_G4=1))
        assert [
            (change.sheet, change.address, change.key, change.column, change.old, change.new)
            for change in result.changes
        ] == [
            ("기본정보", "B10", ("소수 자릿수",), "값", "2", "1"),
            ("공약", "D3", ("1-2",), "공약명", "민원 처리일 단축", "민원 처리"),
            ("투자계획", "G4", ("1-1", "센터 운영", "시비"), "2022", "0", "1"),
        ]

    def test_status_cleared_at_its_own_date_is_not_set_there(self):
        imported()
        imported(book(공약_L2=None))
        assert (
            ProgressReport.objects.live().get(pledge__code="1-1", period__as_of=dt.date(2024, 9, 30)).status
            == ""
        )

    def test_status_cleared_later_does_not_let_the_earlier_one_shine_through(self):
        imported()
        imported(at_date(book(공약_L2=None, 공약_M4=None), "2024-12-31"))
        later = plan_fulfilment(the_plan(), dt.date(2024, 12, 31))
        assert {pledge.code: (pledge.status, pledge.rate) for pledge in later.pledges}["1-1"][
            0
        ] == Status.NONE
        assert later.by_pk[Pledge.objects.get(code="III-①-1").pk].rate is None
        assert changes(imported(at_date(book(공약_L2=None, 공약_M4=None), "2024-12-31"))) == 0
        earlier = plan_fulfilment(the_plan(), dt.date(2024, 9, 30))
        assert earlier.by_pk[Pledge.objects.get(code="1-1").pk].status == Status.ON_TRACK

    def test_status_of_the_plans_own(self):
        imported()
        OwnStatus.objects.create(plan=the_plan(), name="시기 미도래")
        imported(book(공약_L2="시기미도래"))
        report = ProgressReport.objects.live().get(pledge__code="1-1", period__as_of=dt.date(2024, 9, 30))
        assert (report.status, report.own_status.name) == (Status.OTHER, "시기 미도래")
        assert changes(imported(book(공약_L2="시기미도래"))) == 0

    def test_marks_can_be_taken_back_and_planned(self):
        imported()
        imported(at_date(book(추진일정_C2=None, 추진일정_G3="○", 추진일정_E3=None), "2024-12-31"))
        live = ScheduleMark.objects.for_live_reports(the_plan()).filter(
            report__period__as_of=dt.date(2024, 12, 31)
        )
        assert set(live.values_list("task__name", "year", "quarter", "mark")) == {
            ("계획 수립", 2022, 3, Mark.NONE),
            ("센터 확대", 2023, 3, Mark.NONE),
        }
        assert PlannedQuarter.objects.filter(year=2023, quarter=3).exists()
        assert not PlannedQuarter.objects.filter(year=2023, quarter=1).exists()
        again = at_date(book(추진일정_C2=None, 추진일정_G3="○", 추진일정_E3=None), "2024-12-31")
        assert changes(imported(again)) == 0

    def test_details_correct_the_report_that_holds_the_line(self):
        imported()
        imported(
            at_date(
                edited(
                    book(추진실적_D2="설계"), 추진실적_A5="1-1", 추진실적_B5="2024. 11.", 추진실적_C5="개소"
                ),
                "2024-12-31",
            )
        )
        lines = Achievement.objects.for_live_reports(the_plan())
        assert set(lines.values_list("text", "details", "report__period__as_of")) == {
            ("센터 2호점 준비", "설계", dt.date(2024, 9, 30)),
            ("상담 운영", "", dt.date(2024, 9, 30)),
            ("착공", "", dt.date(2024, 9, 30)),
            ("개소", "", dt.date(2024, 12, 31)),
        }

    def test_sources_replace_a_total_without_source(self):
        imported()
        content = edited(
            book(),
            **dict(
                zip(
                    (f"투자계획_{letter}9" for letter in "ABCDEFGHIJKL"),
                    ("III-①-1", "돌봄터 건립", "시비", 100, None, 100, None, None, 60, 40, None, None),
                    strict=True,
                )
            ),
        )
        result = imported(content)
        rows = Investment.objects.filter(sub_project__name="돌봄터 건립")
        assert {(row.source, row.year, row.amount) for row in rows} == {
            ("city", 2024, 60_000_000),
            ("city", 2025, 40_000_000),
        }
        assert ("투자계획", "C9") in {(finding.sheet, finding.cell) for finding in result.warnings}
        assert changes(imported(content)) == 0
        assert_history_matches()

    def test_kind_change_reads_the_year_under_the_new_kind(self):
        imported()
        imported(at_date(book(확인지표_I3="5(6)"), "2024-12-31"))
        plain = {
            **{f"확인지표_D{row}": "최신값" for row in (2, 3)},
            **{
                "확인지표_H2": 2,
                "확인지표_I2": 3,
                "확인지표_J2": 3,
                "확인지표_K2": 2,
                "확인지표_H3": 1,
                "확인지표_I3": 5,
            },
        }
        imported(at_date(book(**plain), "2024-12-31"))
        assert live_actuals("센터 이용자")["2024-12-31"] == 5
        assert changes(imported(at_date(book(**plain), "2024-12-31"))) == 0

    def test_unit_note_above_a_sheet_overrides_the_plans_unit(self):
        target = openpyxl.load_workbook(io.BytesIO(book()))
        sheet = target["투자계획"]
        for address in ("D8", "F8", "I8"):
            sheet[address] = 12345.6
        sheet.insert_rows(1)
        sheet["L1"] = "(단위 : 천원)"
        imported(saved(target))
        assert Executed.objects.get(source=MoneySource.UNSPECIFIED).amount == 12_345_600
        assert Executed.objects.get(amount=3_500).report.period.as_of == dt.date(2024, 9, 30)


class TestOlderWorkbook:
    def test_newer_periods_are_untouched(self):
        imported()
        imported(at_date(book(확인지표_I3="9(10)", 공약_L2="보류"), "2024-12-31"))
        newer = list(ProgressReport.objects.filter(period__as_of=dt.date(2024, 12, 31)).values_list())
        result = imported(book(공약_L2="폐기"))
        assert counts(result)["공약"] == (0, 1, 2)
        assert list(ProgressReport.objects.filter(period__as_of=dt.date(2024, 12, 31)).values_list()) == newer
        later = plan_fulfilment(the_plan(), dt.date(2024, 12, 31))
        assert later.by_pk[Pledge.objects.get(code="1-1").pk].status == Status.ON_HOLD

    def test_later_total_that_moves_is_told_with_its_numbers(self):
        imported()
        imported(at_date(book(확인지표_I3="9(10)"), "2024-12-31"))
        result = imported(book(확인지표_I3="4(5)"))
        told = [finding for finding in result.warnings if (finding.sheet, finding.cell) == ("확인지표", "I3")]
        assert len(told) == 1
        assert "9" in told[0].message
        assert "10" in told[0].message
        assert live_actuals("센터 이용자") == {"2023-12-31": 1, "2024-09-30": 4, "2024-12-31": 6}


class TestDrafts:
    @pytest.fixture
    def draft(self):
        imported()
        pledge = Pledge.objects.get(code="1-1")
        return ReportFactory(pledge=pledge, as_of="2024-09-30", revision=2, version=3)

    def test_open_draft_refuses_the_file_and_is_named(self, draft):
        before = everything()
        result = import_workbook(book(확인지표_I3="5(6)"))
        assert [(finding.sheet, finding.cell) for finding in result.errors] == [("확인지표", "I3")]
        assert "1-1" in result.errors[0].message
        assert everything() == before

    def test_draft_of_an_unchanged_report_is_no_obstacle(self, draft):
        assert changes(imported()) == 0
        imported(book(공약_D3="다른 이름"))

    def test_over_drafts_puts_the_draft_after_the_import(self, draft):
        imported(book(확인지표_I3="5(6)"), over_drafts=True)
        draft.refresh_from_db()
        assert (draft.state, draft.revision, draft.version) == (ReportState.DRAFT, 3, 4)
        live = ProgressReport.objects.live().get(pledge=draft.pledge, period=draft.period)
        assert (live.revision, live.source) == (2, ReportSource.IMPORT)
        assert_history_matches()


class TestAfterTheForm:
    def test_values_entered_by_form_are_part_of_the_years_total(self):
        imported()
        indicator = Indicator.objects.get(name="센터 이용자")
        ActualFactory(
            indicator=indicator,
            value=2,
            report=ReportFactory(
                pledge=indicator.pledge,
                as_of="2024-12-31",
                state=ReportState.APPROVED,
            ),
        )
        content = export_workbook(the_plan(), dt.date(2024, 12, 31))
        assert changes(imported(content)) == 0
        imported(edited(content, 확인지표_I3="6(7)"))
        assert live_actuals("센터 이용자") == {"2023-12-31": 1, "2024-09-30": 3, "2024-12-31": 3}


def test_queries_are_the_same_for_more_pledges():
    def queries(pledges):
        content = book()
        cells = {}
        for number in range(pledges):
            row = 5 + number
            cells |= {f"공약_A{row}": f"9-{number}", f"공약_B{row}": "1", f"공약_D{row}": f"공약 {number}"}
            cells |= {f"공약_L{row}": "정상추진"}
            for offset, side in enumerate(("목표", "이행")):
                line = 8 + 2 * number + offset
                cells |= {
                    f"확인지표_A{line}": f"9-{number}",
                    f"확인지표_B{line}": "지표",
                    f"확인지표_F{line}": side,
                    f"확인지표_H{line}": 1,
                }
        with CaptureQueriesContext(
            connection,
        ) as captured:
            imported(edited(content, **cells), dry_run=True)
        return len(captured)

    imported()
    assert queries(1) == queries(12)


def test_sub_projects_without_amounts_stand_and_come_back():
    content = edited(book(), 투자계획_A9="1-2", 투자계획_B9="용역", 투자계획_C9="시비")
    assert counts(imported(content))["투자계획"] == (8, 0, 0)
    assert SubProject.objects.filter(name="용역").exists()
    assert changes(imported(content)) == 0
    assert changes(imported(export_workbook(the_plan()))) == 0
