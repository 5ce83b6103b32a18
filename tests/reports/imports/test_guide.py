"""The guide to the workbook and the templates it hands out."""

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import translation

from pledges.enums import Role
from pledges.models import OwnStatus
from reports.imports.forms import UploadForm
from reports.imports.guide import guided_sheets, notations
from reports.imports.wording import ABOUT, HINTS
from reports.workbook import import_workbook
from reports.workbook.importing import SHEET_NAMES
from reports.workbook.template import running_plan, template_scope
from tests.factories import MembershipFactory, PlanFactory, TermFactory
from tests.reports.imports.conftest import URL, text_of
from tests.reports.workbooks import the_plan

pytestmark = pytest.mark.django_db
GUIDE = f"{URL}guide/"


def opened(response):
    return openpyxl.load_workbook(io.BytesIO(response.content))


def dropdowns(sheet):
    """The words of each dropdown by the header of its column."""
    return {
        sheet.cell(1, min(part.min_col for part in rule.sqref.ranges)).value: rule.formula1.strip('"').split(
            ","
        )
        for rule in sheet.data_validations.dataValidation
    }


class TestPage:
    def test_names_every_sheet_column_and_word(self, hall):
        shown = text_of(hall.client.get(GUIDE))
        for sheet in guided_sheets(template_scope(the_plan())):
            assert sheet.name in shown
            for column in sheet.columns:
                assert column.name in shown
                assert all(word in shown for word in column.words)

    def test_every_sheet_and_column_has_its_hint_and_no_hint_is_left_over(self):
        sheets = guided_sheets(template_scope(running_plan(dt.date(2025, 9, 30))))
        assert tuple(sheet.name for sheet in sheets) == SHEET_NAMES == tuple(ABOUT)
        used = {(sheet.name, column.name) for sheet in sheets for column in sheet.columns}
        known = {name for name in HINTS if name[1] != "…" and name[0]}
        assert known <= used
        of_term = {name for _sheet, name in used if " … " in name}
        assert of_term == {"2022 … 2026. 6.", "2022-3 … 2026-2"}

    def test_notation_is_what_the_readers_read(self, hall):
        with translation.override("en"):
            examples = [example for part in notations() for example in part.examples]
            read = {cell: example.meaning for example in examples for cell in example.cells}
        assert read["△3"] == "−3 (below zero)"
        assert read["1(4)"] == "this year 1, in all 4"
        assert read["-(1)"] == "this year not entered, in all 1"
        assert read["1.5"] == "1,500,000 won, where the unit is 백만원"
        assert read["2023. 3.~9."] == "1 March 2023 to 30 September 2023"
        assert read["2025. 4.~"] == "from 1 April 2025 on, still going on"

    def test_all_ways_of_writing_of_one_example_are_read_alike(self):
        from reports.imports import guide  # noqa: PLC0415

        for reader, groups in (
            (guide._number, [("1,234", "１，２３４"), ("△3", "▲3", "(3)", "-3"), ("-", "–", "")]),
            (guide._rate, [("73.33%", "73.33")]),
            (guide._dates, [("2026. 7. 1.", "2026-07-01", "'26. 7. 1.", "2026년 7월 1일")]),
        ):
            for cells in groups:
                assert len({reader(cell) for cell in cells}) == 1

    def test_lists_the_persons_plans_alone(self, hall):
        other = PlanFactory(term=TermFactory(municipality=hall.neighbours), name="새벽시 공약")
        assert "새벽시" not in text_of(hall.client.get(GUIDE))
        hall.client.force_login(hall.neighbour)
        shown = text_of(hall.client.get(GUIDE))
        assert other.name in shown
        assert "한빛시 ·" not in shown

    def test_is_there_in_english_too(self, hall):
        hall.client.cookies["django_language"] = "en"
        shown = text_of(hall.client.get(GUIDE))
        assert "How to fill in the Excel file" in shown
        assert "nothing entered, which is not 0" in shown


class TestTemplates:
    def test_filled_one_changes_nothing_when_it_comes_in_as_it_is(self, hall):
        response = hall.client.get(f"{GUIDE}hanbit/8/filled.xlsx")
        assert response.status_code == 200
        result = import_workbook(response.content)
        assert result.errors == []
        assert not result.has_changes
        assert hall.is_unchanged()

    def test_filled_one_has_the_plans_rows_every_sheet_and_dropdowns(self, hall):
        OwnStatus.objects.create(plan=the_plan(), name="시기미도래")
        target = opened(hall.client.get(f"{GUIDE}hanbit/8/filled.xlsx"))
        assert target.sheetnames == [*SHEET_NAMES, "작성요령"]
        codes = [row[0].value for row in target["공약"].iter_rows(min_row=2, max_row=4)]
        assert codes == ["1-1", "1-2", "III-①-1"]
        words = dropdowns(target["공약"])
        assert words["완료시기"] == ["임기내", "임기후"]
        assert words["추진상황"][-1] == "시기미도래"
        assert dropdowns(target["추진일정"])["2022-3"] == ["○", "◐", "●"]
        rules = target["공약"].data_validations.dataValidation
        # Three rows, and a hundred more.
        assert {next(iter(rule.sqref.ranges)).max_row for rule in rules} == {104}

    def test_blank_one_holds_the_city_and_no_pledge(self, hall):
        target = opened(hall.client.get(f"{GUIDE}hanbit/8/blank.xlsx"))
        info = {row[0].value: row[1].value for row in target["기본정보"].iter_rows(min_row=2)}
        assert (info["지자체"], info["지자체 코드"], info["기준일"]) == ("한빛시", "hanbit", None)
        assert target["공약"]["A2"].value is None
        assert dropdowns(target["투자계획"])["재원"][0] == "총계"

    def test_blank_one_for_a_plan_that_is_not_there(self, hall):
        target = opened(hall.client.get(f"{GUIDE}blank.xlsx"))
        info = {row[0].value: row[1].value for row in target["기본정보"].iter_rows(min_row=2)}
        assert (info["지자체"], info["지자체 코드"]) == (None, None)

    def test_plan_under_a_code_of_its_own(self, hall):
        PlanFactory(code="works", name="주요업무")
        response = hall.client.get(f"{GUIDE}hanbit/8/works/filled.xlsx")
        assert opened(response)["기본정보"]["B8"].value == "works"

    @pytest.mark.parametrize("name", ["filled", "blank"])
    def test_plan_of_another_city_is_not_there(self, hall, name):
        hall.client.force_login(hall.neighbour)
        assert hall.client.get(f"{GUIDE}hanbit/8/{name}.xlsx").status_code == 404
        hall.client.force_login(hall.staff)
        assert hall.client.get(f"{GUIDE}hanbit/8/{name}.xlsx").status_code == 403

    def test_auditor_reads_the_guide_and_is_not_led_to_the_upload(self, hall):
        uploads = "파일 올리기"
        assert uploads in text_of(hall.client.get(GUIDE))
        hall.client.force_login(MembershipFactory(role=Role.AUDITOR).user)
        shown = text_of(hall.client.get(GUIDE))
        assert "엑셀 파일 작성 요령" in shown
        assert uploads not in shown

    def test_cards_have_a_part_of_their_own_that_names_the_choice_of_the_upload(self, hall):
        shown = text_of(hall.client.get(GUIDE))
        field = UploadForm.base_fields["layout"]
        assert f"“{field.label}”에서 “{dict(field.choices)['cards']}”를 선택" in shown
