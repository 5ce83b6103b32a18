"""Reading what strangers upload, and writing what nobody's Excel will run."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.styles import numbers

from pledges import spreadsheet
from pledges.notation import NotationError
from pledges.spreadsheet import (
    UnreadableFile,
    WrittenColumn,
    WrittenSheet,
    exact_number,
    read_workbook,
    write_workbook,
)

SHEET = "xl/worksheets/sheet1.xml"


def made(*rows, name="자료", then=None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    if then:
        then(book, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rezipped(content, change=None, add=None, method=zipfile.ZIP_DEFLATED):
    """The zip again, with members changed by ``change(name, data)`` and others added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", method) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(name, data) if change else data)
        for name, data in (add or {}).items():
            new.writestr(name, data)
    return buffer.getvalue()


def in_sheet(content, old, new):
    return rezipped(content, lambda name, data: data.replace(old, new) if name == SHEET else data)


def read(content, name="자료"):
    return read_workbook(content, [name]).sheets[name]


def cells(content):
    return {cell.address: cell for row in read(content).rows for cell in row.cells.values()}


class TestRefused:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x00" * 500,
            b"%PDF-1.7",
            b"<html><table></table></html>",
            "번호,이름\n1,공약\n".encode(),
            "번호,이름\n1,공약\n".encode("cp949"),
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"),
            b"~$" + b" " * 163,
        ],
    )
    def test_other_formats(self, content):
        with pytest.raises(UnreadableFile):
            read_workbook(content, ["자료"])

    def test_password_is_named(self):
        content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
        with pytest.raises(UnreadableFile, match="암호"):
            read_workbook(content, ["자료"])

    def test_truncated_and_prefixed_zip(self):
        content = made(["a"])
        for broken in (content[: len(content) // 2], content[:-64], b"MZ" + content):
            with pytest.raises(UnreadableFile):
                read_workbook(broken, ["자료"])

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_document_type_in_any_encoding(self, encoding):
        def declare(name, data):
            if name != SHEET:
                return data
            text = data.decode().partition("?>")[2] if data.startswith(b"<?xml") else data.decode()
            head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
            return (head + text).encode(encoding)

        with pytest.raises(UnreadableFile, match="DTD"):
            read_workbook(rezipped(made(["a"]), declare), ["자료"])

    def test_macro_binary_and_other_office_files(self):
        content = made(["a"])

        def typed(kind):
            return rezipped(
                content,
                lambda name, data: (
                    data.replace(b"spreadsheetml.sheet.main+xml", kind)
                    if name == "[Content_Types].xml"
                    else data
                ),
            )

        for broken in (
            typed(b"sheet.macroEnabled.main+xml"),
            typed(b"wordprocessingml.document.main+xml"),
            typed(b"something.else"),
            rezipped(content, add={"xl/vbaProject.bin": b"x"}),
            rezipped(content, add={"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
            rezipped(content, add={"mimetype": b"application/hwp+zip"}),
            rezipped(
                content,
                lambda name, data: data.replace(spreadsheet.MAIN.encode(), spreadsheet.STRICT.encode()),
            ),
        ):
            with pytest.raises(UnreadableFile):
                read_workbook(broken, ["자료"])

    def test_zip_of_a_workbook_and_odd_members(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as outer:
            outer.writestr("plan.xlsx", made(["a"]))
        for broken in (
            buffer.getvalue(),
            rezipped(made(["a"]), add={"../../tmp/x": b"x"}),
            rezipped(made(["a"]), add={"C:\\x": b"x"}),
            rezipped(made(["a"]), add={"XL/workbook.xml": b"x"}),
            rezipped(made(["a"]), method=zipfile.ZIP_LZMA),
        ):
            with pytest.raises(UnreadableFile):
                read_workbook(broken, ["자료"])

    def test_sheet_whose_part_is_missing_is_damage_not_absence(self):
        content = made(["a"], then=lambda book, sheet: book.create_sheet("다른 시트"))
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
            for name in old.namelist():
                if name != SHEET:
                    new.writestr(name, old.read(name))
        with pytest.raises(UnreadableFile):
            read_workbook(buffer.getvalue(), ["자료"])

    def test_limits(self, monkeypatch, tmp_path):
        content = made(["a"])
        path = tmp_path / "plan.xlsx"
        path.write_bytes(content)
        for name, value in {
            "MAX_UPLOAD": 100,
            "MAX_UNPACKED": 1000,
            "MAX_MEMBERS": 3,
            "MAX_SHEETS": 0,
        }.items():
            with monkeypatch.context() as patch:
                patch.setattr(spreadsheet, name, value)
                for source in (content, path):
                    with pytest.raises(UnreadableFile):
                        read_workbook(source, ["자료"])
        assert read_workbook(path, ["자료"]).sheets

    def test_value_beyond_the_rows_and_columns_is_refused_and_named(self):
        def far(book, sheet):
            sheet["XFD1048576"] = "x"

        with pytest.raises(UnreadableFile, match="XFD1048576"):
            read_workbook(made(["a"], then=far), ["자료"])

    def test_rows_out_of_order_and_broken_xml(self):
        content = made(["a"], ["b"])
        for broken in (
            in_sheet(content, b'<row r="2"', b'<row r="1"'),
            in_sheet(content, b"</sheetData>", b""),
            in_sheet(content, b'r="A2"', b'r="A1"'),
        ):
            with pytest.raises(UnreadableFile):
                read_workbook(broken, ["자료"])


class TestRead:
    def test_false_dimension_neither_loses_nor_pads_cells(self):
        content = made(["a", "b"], ["c", "d"])
        for dimension in (b"A1", b"A1:XFD1048576"):
            found = cells(
                in_sheet(content, b'<dimension ref="A1:B2"', b'<dimension ref="' + dimension + b'"')
            )
            assert [cell.text for cell in found.values()] == ["a", "b", "c", "d"]

    def test_sheets_are_found_by_name_whatever_is_active(self):
        def more(book, sheet):
            book.create_sheet("다른 시트", 0)
            book.active = 0

        book = read_workbook(made(["a"], name="자료 ", then=more), ["자료"])
        assert list(book.sheets) == ["자료"]
        assert book.others == ["다른 시트"]

    def test_two_sheets_of_one_name(self):
        def more(book, sheet):
            book.create_sheet("자료 ")

        assert read_workbook(made(["a"], then=more), ["자료"]).doubled == ["자료"]

    def test_numbers_are_exact_and_dust_is_gone(self):
        found = cells(made([75.4, 0.1 + 0.2, 1e2, 10**15, 17.5005]))
        assert [cell.value for cell in found.values()] == [
            Decimal("75.4"),
            Decimal("0.3"),
            Decimal(100),
            Decimal(10**15),
            Decimal("17.5005"),
        ]
        assert exact_number(float("inf")) is None

    def test_percentages_read_as_people_see_them(self):
        def form(book, sheet):
            sheet["A1"].number_format = numbers.FORMAT_PERCENTAGE_00
            sheet["B1"].number_format = '0"%"'

        found = cells(made([0.7333, 73], then=form))
        assert found["A1"].text == "73.33%"
        assert found["B1"].text == "73"

    def test_dates_booleans_and_errors_are_no_text(self):
        found = cells(made([dt.datetime(2024, 1, 11), True, "#REF!", dt.time(9), "글"]))  # noqa: DTZ001
        for address in ("A1", "B1", "C1", "D1"):
            with pytest.raises(NotationError):
                _ = found[address].text
        assert found["A1"].is_date
        assert found["A1"].shown == "2024-01-11"
        assert found["E1"].text == "글"

    def test_formula_counts_by_its_stored_result(self):
        content = made(["x", 2])
        cached = in_sheet(content, b'<c r="B1" t="n"><v>2</v></c>', b'<c r="B1"><f>1+1</f><v>2</v></c>')
        assert cells(cached)["B1"].value == 2
        uncached = in_sheet(content, b'<c r="B1" t="n"><v>2</v></c>', b'<c r="B1"><f>1+1</f><v></v></c>')
        with pytest.raises(NotationError):
            _ = cells(uncached)["B1"].text

    def test_number_that_is_none_is_named_by_its_cell(self):
        content = made(["x", 2])
        for raw in (b"NaN", b"abc", b"9" * 60):
            sheet = read(in_sheet(content, b"<v>2</v>", b"<v>" + raw + b"</v>"))
            assert [finding.cell for finding in sheet.findings] == ["B1"]
            assert sheet.rows == []

    def test_hidden_and_merged_parts_are_told(self):
        def hide(book, sheet):
            sheet.row_dimensions[2].hidden = True
            sheet.column_dimensions["B"].hidden = True
            sheet.merge_cells("A1:B1")
            book.create_sheet("보임")
            sheet.sheet_state = "veryHidden"
            book.active = 1

        sheet = read(made(["a", "b"], ["c", "d"], then=hide))
        assert sheet.hidden
        assert sheet.hidden_rows == {2}
        assert sheet.hidden_columns == {2}
        assert sheet.merged == [(1, 1, 1, 2)]

    def test_overlong_cell_is_refused(self):
        content = rezipped(made(["MARK"]), lambda name, data: data.replace(b"MARK", b"a" * 40_000))
        with pytest.raises(NotationError):
            _ = cells(content)["A1"].text

    def test_progress_is_told_on_long_sheets(self):
        told = []
        read_workbook(made(*(["a"] for _ in range(300))), ["자료"], lambda *step: told.append(step))
        assert told == [("자료", 250, 300)]


class TestWrite:
    def written(self, *rows, columns=None):
        columns = columns or (WrittenColumn("=머리"), WrittenColumn("수"))
        content = write_workbook([WrittenSheet("자료", tuple(columns), [list(row) for row in rows], 5)])
        return openpyxl.load_workbook(io.BytesIO(content))["자료"]

    @pytest.mark.parametrize("text", ["=1+1", "==1+1", "+1", "-1+2", "@SUM(1)", "\t=1", '=HYPERLINK("x")'])
    def test_text_never_becomes_a_formula_in_cells_and_headers(self, text):
        sheet = self.written([text, 1])
        assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", text)
        assert (sheet["A1"].data_type, sheet["A1"].value) == ("s", "=머리")

    def test_numbers_stay_numbers_and_nothing_stays_nothing(self):
        sheet = self.written([None, Decimal("75.4")], ["", 3])
        assert sheet["B2"].value == 75.4
        assert sheet["B3"].value == 3
        assert sheet["A2"].value is None

    def test_control_characters_are_left_out(self):
        assert self.written(["a\x0bb\x00", 1])["A2"].value == "ab"

    def test_codes_are_text_to_the_last_prepared_row_and_the_header_stays_in_view(self):
        sheet = self.written(["1-11", 1], columns=(WrittenColumn("번호", is_text=True), WrittenColumn("수")))
        assert {sheet[f"A{row}"].number_format for row in range(1, 8)} == {"@"}
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == "A1:B7"

    def test_choices_are_a_dropdown(self):
        sheet = self.written(
            ["가", 1], columns=(WrittenColumn("말", choices=("가", "나")), WrittenColumn("수"))
        )
        rule = sheet.data_validations.dataValidation[0]
        assert (rule.formula1, str(rule.sqref)) == ('"가,나"', "A2:A7")


def test_part_that_nobody_reads_has_to_be_sound_too():
    content = rezipped(made(["a"]), add={"xl/comments9.xml": "<comments>&nbsp;</comments>"})
    with pytest.raises(UnreadableFile, match="손상"):
        read(content)


def test_more_styles_than_excel_keeps_are_refused_before_they_are_read():
    content = made(["a"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = archive.read("xl/styles.xml")
    opening = styles[styles.index(b"<cellXfs") : styles.index(b">", styles.index(b"<cellXfs")) + 1]
    content = rezipped(
        content,
        lambda name, data: (
            data.replace(opening, opening + b"<xf/>" * 100_001) if name == "xl/styles.xml" else data
        ),
    )
    with pytest.raises(UnreadableFile, match="Excel 한도"):
        read(content)
