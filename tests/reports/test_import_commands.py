"""import_plan, export_plan and plan_template on the command line."""

import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from pledges.models import Municipality, Plan, Pledge
from reports.management.commands.plan_template import running_term
from reports.models import Edition
from reports.workbook import import_workbook
from tests.reports.workbooks import book, edited, everything, history_count

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "plan.xlsx"
        path.write_bytes(content)
        return str(path)

    return write


def run(*arguments):
    """(exit code, standard output) of import_plan."""
    output = io.StringIO()
    try:
        call_command("import_plan", *arguments, stdout=output, stderr=io.StringIO())
    except SystemExit as end:
        return end.code, output.getvalue()
    return 0, output.getvalue()


class TestImport:
    def test_applies_and_exits_with_0(self, file):
        code, output = run(file(book()))
        assert code == 0
        assert "공약: " in output
        assert Pledge.objects.count() == 3

    def test_json_has_the_contracts_keys(self, file):
        content = edited(book())
        target = openpyxl.load_workbook(io.BytesIO(content))
        target.create_sheet("메모")
        target.create_sheet("공약변경")
        target.create_sheet("작성요령")
        buffer = io.BytesIO()
        target.save(buffer)
        code, output = run(file(buffer.getvalue()), "--json")
        document = json.loads(output)
        assert code == 0
        assert set(document) == {"sheets", "warnings", "errors", "ignored"}
        assert document["sheets"]["공약"] == {"new": 3, "changed": 0, "unchanged": 0}
        assert document["ignored"] == ["메모", "공약변경"]
        assert document["errors"] == []
        assert set(document["warnings"][0]) == {"sheet", "cell", "value", "message"}

    def test_dry_run_changes_nothing(self, file):
        code, output = run(file(book()), "--dry-run", "--json")
        assert code == 0
        assert json.loads(output)["sheets"]["공약"]["new"] == 3
        assert not Municipality.objects.exists()

    def test_errors_exit_with_1_and_name_the_cell(self, file):
        code, output = run(file(book(공약_L3="순항 중")))
        assert code == 1
        assert "공약 L3" in output
        assert "순항 중" in output
        assert not Municipality.objects.exists()

    @pytest.mark.parametrize(
        "content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
    )
    def test_unreadable_file_exits_with_2(self, file, content):
        code, output = run(file(content), "--json")
        assert code == 2
        assert [error["value"] for error in json.loads(output)["errors"]] == ["plan.xlsx"]

    def test_absent_file_exits_with_2(self, tmp_path):
        assert run(str(tmp_path / "absent.xlsx"))[0] == 2

    def test_publish_makes_one_edition_and_a_correction_needs_a_reason(self, file):
        assert run(file(book()), "--publish")[0] == 0
        assert Edition.objects.count() == 1
        assert run(file(book()), "--publish")[0] == 0
        assert Edition.objects.count() == 1
        before = everything()
        code, output = run(file(book(확인지표_I3="5(6)")), "--publish", "--json")
        assert code == 1
        assert json.loads(output)["errors"]
        assert everything() == before
        code, _output = run(file(book(확인지표_I3="5(6)")), "--publish", "--reason", "집계 오류 정정")
        assert code == 0
        assert list(Edition.objects.order_by("number").values_list("number", "reason")) == [
            (1, ""),
            (2, "집계 오류 정정"),
        ]


class TestExport:
    def test_export_is_imported_without_a_change(self, file, tmp_path):
        import_workbook(book())
        records = history_count()
        target = tmp_path / "export.xlsx"
        call_command("export_plan", "hanbit/8", str(target), stdout=io.StringIO())
        code, output = run(str(target), "--json")
        document = json.loads(output)
        assert code == 0
        assert {name: (c["new"], c["changed"]) for name, c in document["sheets"].items()} == dict.fromkeys(
            document["sheets"], (0, 0)
        )
        assert history_count() == records

    def test_unknown_plan_and_bad_date_are_refused(self, tmp_path):
        with pytest.raises(CommandError):
            call_command("export_plan", "nowhere/8", str(tmp_path / "x.xlsx"))
        import_workbook(book())
        with pytest.raises(CommandError):
            call_command("export_plan", "hanbit/8", str(tmp_path / "x.xlsx"), "--as-of", "2031-01-01")
        with pytest.raises(CommandError):
            call_command("export_plan", "hanbit/8", str(tmp_path / "no" / "x.xlsx"))


class TestTemplate:
    NEW = (
        "--city",
        "한빛시",
        "--code",
        "hanbit",
        "--term",
        "8",
        "--starts",
        "2022-07-01",
        "--ends",
        "2026-06-30",
    )

    def template(self, tmp_path, *options):
        path = Path(tmp_path) / "blank.xlsx"
        call_command("plan_template", str(path), *options, stdout=io.StringIO())
        return path

    def test_filled_in_template_is_imported(self, tmp_path):
        path = self.template(tmp_path, *self.NEW)
        target = openpyxl.load_workbook(path)
        for row in target["기본정보"].iter_rows():
            if row[0].value == "기준일":
                row[1].value = "2024-09-30"
        target["공약"]["A2"] = "1-11"
        target["공약"]["D2"] = "첫 공약"
        target.save(path)
        result = import_workbook(path)
        assert result.errors == []
        assert result.ignored == []
        assert Pledge.objects.get().code == "1-11"

    def test_codes_are_text_and_closed_lists_are_dropdowns(self, tmp_path):
        target = openpyxl.load_workbook(self.template(tmp_path, *self.NEW))
        assert target.sheetnames == [
            "기본정보",
            "공약",
            "확인지표",
            "투자계획",
            "추진일정",
            "추진실적",
            "학습동아리",
            "연구팀",
            "작성요령",
        ]
        assert target["공약"]["A2"].number_format == "@"
        assert target["공약"]["A200"].number_format == "@"
        lists = {rule.formula1 for rule in target["공약"].data_validations.dataValidation}
        assert '"임기내,임기후"' in lists
        assert not Plan.objects.exists()

    def test_existing_plan_gives_its_own_template(self, tmp_path):
        import_workbook(book())
        target = openpyxl.load_workbook(self.template(tmp_path, "--plan", "hanbit/8"))
        assert target["기본정보"]["B3"].value == "hanbit"

    def test_without_options_it_is_for_the_running_term_and_the_city_is_left_to_fill_in(self, tmp_path):
        target = openpyxl.load_workbook(self.template(tmp_path))
        info = {row[0].value: row[1].value for row in target["기본정보"].iter_rows()}
        assert info["지자체"] is None
        assert info["지자체 코드"] is None
        assert str(info["임기 시작"])[4:10] == "-07-01"

    def test_file_that_is_there_is_not_written_over_unasked(self, tmp_path):
        path = self.template(tmp_path, *self.NEW)
        before = path.read_bytes()
        with pytest.raises(CommandError, match="--force"):
            self.template(tmp_path)
        assert path.read_bytes() == before
        self.template(tmp_path, "--force")
        assert path.read_bytes() != before

    def test_wrong_options_are_refused(self, tmp_path):
        with pytest.raises(CommandError):
            self.template(tmp_path, "--code", "한빛")
        with pytest.raises(CommandError):
            self.template(tmp_path, *self.NEW[:3], "한빛", *self.NEW[4:])


@pytest.mark.parametrize(
    ("day", "number"),
    [("2022-06-30", 7), ("2022-07-01", 8), ("2026-06-30", 8), ("2026-11-22", 9), ("2018-07-01", 7)],
)
def test_running_term_changes_on_the_first_of_july_every_four_years(day, number):
    assert running_term(dt.date.fromisoformat(day)) == number
