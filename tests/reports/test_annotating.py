"""A refused workbook comes back as its owner's own file: bad cells red, notes, a list, all else as it was."""

import io
import json
import posixpath
import re
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import pytest
from defusedxml import ElementTree
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image as Picture

from pledges.spreadsheet import Finding, Findings, fold_sheet_name, read_workbook
from reports.workbook import annotating, import_workbook
from reports.workbook.annotating import HEADER, LIST
from reports.workbook.marking.styles import RED, YELLOW
from tests.reports.workbooks import SHEETS, book, saved, workbook

ROOT = Path(__file__).resolve().parents[2]
NFD = unicodedata.normalize("NFD", "추진실적") + " "
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def error(sheet, cell, message="고치십시오", value=""):
    return Finding(sheet, cell, value, message)


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(content, **changes):
    """The file with parts changed by a function of their bytes, found by the end of their names;
    None drops one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts(content).items():
            change = next((change for end, change in changes.items() if name.endswith(end)), lambda it: it)
            if (changed := change(part)) is not None:
                target.writestr(name, changed)
    return buffer.getvalue()


def looks(cell):
    return (
        cell.value,
        cell.data_type,
        cell.number_format,
        repr(cell.font),
        repr(cell.border),
        repr(cell.alignment),
        repr(cell.protection),
        cell.hyperlink and cell.hyperlink.target,
    )


def colour(cell):
    return cell.fill.fgColor.rgb if cell.fill.fill_type else None


def assert_sound(content):
    """What Excel asks of a package: every part has a type, every relation leads somewhere, ids are unique,
    each note has its shape, and nothing of ours is a formula."""
    found = parts(content)
    types = ElementTree.fromstring(found["[Content_Types].xml"])
    endings = {row.get("Extension").lower() for row in types if row.tag.endswith("Default")}
    named = [row.get("PartName") for row in types if row.tag.endswith("Override")]
    assert len(named) == len(set(named))
    assert {name.lstrip("/") for name in named} <= found.keys()
    for name, part in found.items():
        assert f"/{name}" in named or name.rpartition(".")[2].lower() in endings or name.startswith("["), name
        if name.endswith((".xml", ".rels", ".vml")):
            ElementTree.fromstring(part)
        if name.endswith(".rels"):
            rows = list(ElementTree.fromstring(part))
            ids = [row.get("Id") for row in rows]
            assert len(ids) == len(set(ids)), name
            folder = posixpath.dirname(posixpath.dirname(name))
            for row in rows:
                if row.get("TargetMode") != "External":
                    target = row.get("Target")
                    path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
                    assert posixpath.normpath(path) in found, (name, target)
    styles = ElementTree.fromstring(found["xl/styles.xml"])
    for part in ("fonts", "fills", "cellXfs"):
        listed = styles.find(f"{MAIN}{part}")
        assert int(listed.get("count", len(listed))) == len(listed)
    styled = len(styles.find(f"{MAIN}cellXfs"))
    order = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"]
    present = [row.tag.removeprefix(MAIN) for row in styles]
    assert [name for name in present if name in order] == [name for name in order if name in present]
    for name, part in found.items():
        if re.match(r"xl/worksheets/[^/]+\.xml$", name):
            _assert_sheet_sound(ElementTree.fromstring(part), styled)
    book = opened(content)
    sheets = [
        row
        for name in book.sheetnames
        if isinstance(row := book[name], openpyxl.worksheet.worksheet.Worksheet)
    ]
    assert sum(sheet.sheet_view.tabSelected or False for sheet in sheets) == 1
    assert book.active.title.startswith(LIST)
    for cell in (cell for row in book.active.iter_rows() for cell in row):
        assert cell.data_type in {"s", "n", "inlineStr"}, cell.value
    return book


def _assert_sheet_sound(sheet, styled):
    places = []
    for row in sheet.iter(f"{MAIN}row"):
        for cell in row.iter(f"{MAIN}c"):
            assert int(cell.get("s", 0)) < max(styled, 100_000)
            if reference := cell.get("r"):
                letters = reference.rstrip("0123456789")
                places.append((int(reference[len(letters) :]), len(letters), letters))
    assert places == sorted(set(places))
    tail = [row.tag.removeprefix(MAIN) for row in sheet]
    if "legacyDrawing" in tail:
        assert tail.count("legacyDrawing") == 1
        for later in ("tableParts", "extLst"):
            assert later not in tail or tail.index("legacyDrawing") < tail.index(later)
        for earlier in ("sheetData", "mergeCells", "dataValidations", "pageMargins", "drawing"):
            assert earlier not in tail or tail.index(earlier) < tail.index("legacyDrawing")


def rich_book():
    """The template's sheets with what a city hall does to them: merged header, notes, picture, formats."""
    target = workbook({(NFD if name == "추진실적" else name): rows for name, rows in SHEETS.items()})
    pledges, money = target["공약"], target["투자계획"]
    pledges.insert_rows(1)
    pledges["A1"] = "공약 총괄표"
    pledges.merge_cells("A1:R1")
    pledges["A1"].comment = Comment("내 메모", "홍길동")
    pledges["D3"].comment = Comment("확인할 것", "홍길동")
    pledges["D3"].font = Font(bold=True, color="FF112233")
    pledges["D3"].fill = PatternFill("solid", fgColor="FF00FF00")
    pledges["K3"].number_format = '"△"#,##0.0'
    pledges.column_dimensions["D"].width = 44
    pledges.freeze_panes = "B3"
    pledges.sheet_view.tabSelected = True
    target.active = 1
    pledges.row_dimensions[3].height = 33
    rule = DataValidation(type="list", formula1='"임기내,임기후"')
    rule.add("G3:G9")
    pledges.add_data_validation(rule)
    picture = io.BytesIO()
    Picture.new("RGB", (8, 8), "blue").save(picture, "PNG")
    pledges.add_image(Image(picture), "T3")
    money["D2"].number_format = "#,##0"
    extra = target.create_sheet("우리 메모")
    extra["A1"] = "=1+1"
    extra["B2"].hyperlink = "https://example.invalid/"
    target.defined_names["이름"] = DefinedName("이름", attr_text="'공약'!$A$1")
    target["투자계획"].print_title_rows = "1:1"
    return saved(target)


def annotated(content, errors, warnings):
    return annotating.annotated(content, Findings(errors), Findings(warnings))


FOUND = Findings(
    [
        error("공약", "D3", "공약명이 없습니다"),
        error("투자계획", "H3", "숫자로"),
        error("추진실적", "F2", "빈칸"),
    ]
)
ODD = [error("공약", "K3", "합계가 다릅니다"), error("확인지표", "B2", "지표")]


class TestGoodWorkbook:
    def test_bad_cells_are_red_warned_ones_yellow_each_with_its_note(self):
        book = assert_sound(annotated(rich_book(), FOUND, ODD))
        marked = {
            (fold_sheet_name(sheet.title), cell.coordinate): (
                colour(cell),
                cell.comment and cell.comment.text,
            )
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if colour(cell) in {RED, YELLOW}
        }
        assert marked == {
            ("공약", "D3"): (RED, "확인할 것\n\n■ 오류: 공약명이 없습니다"),
            ("투자계획", "H3"): (RED, "오류: 숫자로"),
            ("추진실적", "F2"): (RED, "오류: 빈칸"),
            ("공약", "K3"): (YELLOW, "경고: 합계가 다릅니다"),
            ("확인지표", "B2"): (YELLOW, "경고: 지표"),
        }
        assert book["공약"]["A1"].comment.text == "내 메모"
        assert book["공약"]["A1"].comment.author == "홍길동"

    def test_everything_else_of_theirs_is_as_it_was(self):
        before, after = opened(rich_book()), opened(annotated(rich_book(), FOUND, ODD))
        assert after.sheetnames == [LIST, *before.sheetnames]
        for sheet in before.worksheets:
            same = after[sheet.title]
            for row in sheet.iter_rows():
                for cell in row:
                    other = same[cell.coordinate]
                    assert looks(other) == looks(cell), cell.coordinate
                    if colour(other) not in {RED, YELLOW}:
                        assert repr(other.fill) == repr(cell.fill)
            assert same.merged_cells.ranges == sheet.merged_cells.ranges
            assert same.freeze_panes == sheet.freeze_panes
            assert same.print_title_rows == sheet.print_title_rows
            assert {key: one.width for key, one in same.column_dimensions.items()} == {
                key: one.width for key, one in sheet.column_dimensions.items()
            }
            assert {key: one.height for key, one in same.row_dimensions.items()} == {
                key: one.height for key, one in sheet.row_dimensions.items()
            }
            assert [str(rule.sqref) for rule in same.data_validations.dataValidation] == [
                str(rule.sqref) for rule in sheet.data_validations.dataValidation
            ]
            assert len(same._images) == len(sheet._images)
        assert after.defined_names["이름"].attr_text == "'공약'!$A$1"

    def test_untouched_parts_are_the_same_bytes(self):
        content = rich_book()
        before, after = parts(content), parts(annotated(content, FOUND, ODD))
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {
            "[Content_Types].xml",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "xl/styles.xml",
            "xl/worksheets/sheet2.xml",
            "xl/worksheets/sheet3.xml",
            "xl/worksheets/sheet4.xml",
            "xl/worksheets/sheet6.xml",
            "xl/comments/comment1.xml",
            "xl/drawings/commentsDrawing1.vml",
        }

    def test_every_note_has_a_shape_of_its_own(self):
        found = parts(annotated(rich_book(), FOUND, ODD))
        for sheet in range(1, 8):
            rels = found.get(f"xl/worksheets/_rels/sheet{sheet}.xml.rels", b"").decode()
            notes = re.search(r'Target="/?([^"]*comment[^"]*\.xml)"', rels)
            drawing = re.search(r'Target="/?([^"]*\.vml)"', rels)
            assert bool(notes) == bool(drawing)
            if notes:
                listed = ElementTree.fromstring(found[notes[1].removeprefix("/")])
                refs = sorted(row.get("ref") for row in listed.iter(f"{MAIN}comment"))
                text = found[drawing[1]].decode()
                places = zip(
                    re.findall(r":Row>(\d+)<", text), re.findall(r":Column>(\d+)<", text), strict=True
                )
                cells = [
                    f"{openpyxl.utils.get_column_letter(int(column) + 1)}{int(row) + 1}"
                    for row, column in places
                ]
                assert sorted(cells) == refs
                ids = re.findall(r'id="(_x0000_s\d+)"', text)
                assert len(ids) == len(set(ids)) == len(refs)

    def test_list_names_all_with_links_and_comes_first(self):
        missing = error("기본정보 ", "", "시트가 없습니다")
        book = assert_sound(
            annotated(rich_book(), Findings([*FOUND, missing, error("없는 시트", "A1")]), ODD)
        )
        sheet = book[LIST]
        rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
        assert rows[0] == list(HEADER)
        assert [row[:3] for row in rows[1:]] == [
            ["오류", "공약", "D3"],
            ["오류", "투자계획", "H3"],
            ["오류", "추진실적", "F2"],
            ["오류", "기본정보", ""],
            ["오류", "없는 시트", "A1"],
            ["경고", "공약", "K3"],
            ["경고", "확인지표", "B2"],
        ]
        links = [cell.hyperlink and cell.hyperlink.location for cell in sheet["C"][1:]]
        assert links == [
            "'공약'!D3",
            "'투자계획'!H3",
            f"'{NFD}'!F2",
            None,
            None,
            "'공약'!K3",
            "'확인지표'!B2",
        ]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == "A1:E8"

    @pytest.mark.parametrize(
        "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "=cmd|' /C calc'!A0", "<&>\"'", "_x0041_"]
    )
    def test_texts_are_never_formulas(self, text):
        content = annotated(rich_book(), [error("공약", "D4", text, value=text)], [])
        sheet = assert_sound(content)[LIST]
        escaped = text.strip() if text.startswith("_x") else text
        assert [cell.data_type for cell in sheet[2]] == ["s"] * 5
        if not text.startswith("_x"):
            assert (sheet["D2"].value, sheet["E2"].value) == (escaped, text)
        assert b"<f>" not in parts(content)["xl/worksheets/sheet8.xml"]

    def test_what_is_hidden_in_merged_cells_is_said_where_it_shows(self):
        book = opened(annotated(rich_book(), [error("공약", "C1", "숨은 칸")], []))
        assert colour(book["공약"]["A1"]) == RED
        assert book["공약"]["A1"].comment.text.endswith("오류: 숨은 칸")

    def test_names_of_sheets_keep_their_sheet(self):
        before, after = rich_book(), annotated(rich_book(), FOUND, [])

        def tied(content):
            root = ElementTree.fromstring(parts(content)["xl/workbook.xml"])
            return [
                int(row.get("localSheetId"))
                for row in root.iter(f"{MAIN}definedName")
                if row.get("localSheetId")
            ]

        assert tied(after) == [number + 1 for number in tied(before)]
        assert tied(before)


class TestAgain:
    def test_marks_of_an_earlier_time_go_and_what_they_hid_comes_back(self):
        first = annotated(rich_book(), FOUND, ODD)
        again = assert_sound(annotated(first, [error("투자계획", "H3", "noch")], []))
        pledges = again["공약"]
        assert (colour(pledges["D3"]), pledges["D3"].comment.text) == ("FF00FF00", "확인할 것")
        assert (colour(pledges["K3"]), pledges["K3"].comment) == (None, None)
        assert (colour(again["투자계획"]["H3"]), again["투자계획"]["H3"].comment.text) == (RED, "오류: noch")
        assert again[NFD]["F2"].comment is None
        assert again.sheetnames.count(LIST) == 1
        assert [row[2].value for row in again[LIST].iter_rows(min_row=2)] == ["H3"]

    def test_sheet_of_theirs_with_the_lists_name_is_kept(self):
        target = opened(book())
        target.create_sheet(LIST)["A1"] = "우리 것"
        result = assert_sound(annotated(saved(target), FOUND, []))
        assert result[LIST]["A1"].value == "우리 것"
        assert result.sheetnames[0] == f"{LIST} (2)"

    @pytest.mark.django_db
    def test_list_is_no_unknown_sheet_of_an_import_and_the_mended_file_is_taken(self):
        content = book(공약_L2="순항 중")
        result = import_workbook(content)
        assert result.errors
        back = annotated(content, result.errors, result.warnings)
        target = opened(back)
        target["공약"]["L2"] = "정상추진"
        result = import_workbook(saved(target))
        assert (result.errors, result.ignored) == ([], [])


class TestOddFiles:
    """What other programs write, and Excel does not."""

    def check(self, content, found=None):
        found = found or [error("공약", "A2"), error("공약", "C9"), error("공약", "T2")]
        before = read_workbook(content, ["공약"])
        out = annotated(content, found, [])
        book = opened(out)
        for each in found:
            assert colour(book["공약"][each.cell]) == RED, each
            assert book["공약"][each.cell].comment is not None
        after = read_workbook(out, ["공약"])
        values = [
            [[(cell.address, cell.value) for cell in row.cells.values()] for row in read.sheets["공약"].rows]
            for read in (before, after)
        ]
        assert values[0] == values[1]
        return out

    def small(self, rows="", before="", after="", prefix=""):
        text = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        text += f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
        if prefix:
            text = re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}:", text).replace("xmlns=", f"xmlns:{prefix}=")
        target = openpyxl.Workbook()
        target.active.title = "공약"
        return repacked(saved(target), **{"sheet1.xml": lambda part: text.encode()})

    CELLS = '<row r="2"><c r="A2" t="inlineStr"><is><t>가</t></is></c><c r="D2"><v>1</v></c></row>'

    def test_prefixed_names(self):
        out = self.check(self.small(self.CELLS, prefix="x"))
        assert b"<x:legacyDrawing" in parts(out)["xl/worksheets/sheet1.xml"]

    def test_utf16_sheet(self):
        def change(part):
            return part.decode().replace("UTF-8", "UTF-16").encode("utf-16")

        self.check(repacked(self.small(self.CELLS), **{"sheet1.xml": change}))

    def test_cells_and_rows_without_addresses(self):
        rows = "<row/><row><c><v>1</v></c><c/><c><v>2</v></c></row>"
        self.check(self.small(rows))

    def test_self_closed_rows_and_data(self):
        self.check(self.small('<row r="2"/><row r="9" spans="1:3"/>'))
        empty = self.small().replace(b"<sheetData></sheetData>", b"<sheetData/>")
        content = repacked(
            self.small(),
            **{"sheet1.xml": lambda part: part.replace(b"<sheetData></sheetData>", b"<sheetData/>")},
        )
        assert empty
        self.check(content)

    def test_drawing_goes_before_what_has_to_follow_it(self):
        after = '<pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/><extLst/>'
        out = parts(self.check(self.small(self.CELLS, after=after)))["xl/worksheets/sheet1.xml"].decode()
        assert out.index("pageMargins") < out.index("legacyDrawing") < out.index("extLst")

    def test_file_without_styles(self):
        def drop(part):
            return re.sub(rb"<(?:Override|Relationship)[^>]*styles[^>]*/>", b"", part)

        content = repacked(
            self.small(self.CELLS),
            **{"styles.xml": lambda part: None, "workbook.xml.rels": drop, "[Content_Types].xml": drop},
        )
        assert_sound(self.check(content))

    def test_empty_styles(self):
        def empty(part):
            return b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'

        assert_sound(self.check(repacked(self.small(self.CELLS), **{"styles.xml": empty})))

    def test_style_number_that_the_file_does_not_define(self):
        self.check(self.small(self.CELLS.replace('r="A2"', 'r="A2" s="99999"')))

    def test_new_cells_take_over_the_look_of_row_or_column(self):
        target = opened(self.small(self.CELLS))
        target["공약"]["Z1"].number_format = "0.00%"
        content = repacked(
            saved(target),
            **{
                "sheet1.xml": lambda part: part.replace(
                    b"<sheetData>", b'<cols><col min="3" max="3" style="1"/></cols><sheetData>'
                )
            },
        )
        book = opened(annotated(content, [error("공약", "C9")], []))
        assert book["공약"]["C9"].number_format == "0.00%"

    def test_threads_of_comments_stay(self):
        target = opened(book())
        target["공약"]["A2"].comment = Comment("[Threaded comment]\n\nComment:\n  물음", "tc={AB}")
        thread = b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"/>'
        buffer = io.BytesIO(saved(target))
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr("xl/threadedComments/threadedComment1.xml", thread)
        out = annotated(buffer.getvalue(), [error("공약", "A2", "번호"), error("공약", "A3", "또")], [])
        assert parts(out)["xl/threadedComments/threadedComment1.xml"] == thread
        result = opened(out)["공약"]
        assert result["A2"].comment.author == "tc={AB}"
        assert result["A2"].comment.text.endswith("오류: 번호")
        assert result["A3"].comment.text == "오류: 또"

    def test_addresses_that_are_none_stand_in_the_list_only(self):
        odd = [error("공약", cell) for cell in ("", "A", "1", "A0", "XFE1", "A1048577", "A1:B2")]
        book = opened(annotated(self.small(self.CELLS), odd, []))
        assert book[LIST].max_row == 8
        assert all(cell.hyperlink is None for cell in book[LIST]["C"])


class TestMany:
    def test_five_thousand_errors(self):
        found = [error("공약", f"{'ABCDEFGHIJ'[n % 10]}{n // 10 + 1}", f"틀림 {n}") for n in range(5_000)]
        content = annotated(book(), found, [])
        result = opened(content)
        marked = [
            cell
            for row in result["공약"].iter_rows(max_col=10)
            for cell in row
            if colour(cell) == RED and cell.comment
        ]
        assert len(marked) == 5_000
        assert result[LIST].max_row == 5_001
        assert len(ElementTree.fromstring(parts(content)["xl/styles.xml"]).find(f"{MAIN}cellXfs")) < 20

    def test_more_than_can_be_marked_end_with_a_count(self):
        found = [error("공약", f"A{n}", "틀림") for n in range(1, 25_001)]
        result = opened(annotated(book(), found, []))
        assert result[LIST].max_row == 20_002
        assert "5,000" in result[LIST]["E20002"].value
        assert result["공약"].max_row == 10_000

    def test_forty_thousand_rows_take_little_memory(self, tmp_path):
        path = tmp_path / "large.xlsx"
        target = openpyxl.Workbook(write_only=True)
        sheet = target.create_sheet("공약")
        for number in range(40_000):
            sheet.append([f"1-{number}", "이름", *range(10)])
        target.save(path)
        code = (
            "import sys, json, time, django; django.setup()\n"
            "from pledges.spreadsheet import Finding, Findings\n"
            "from reports.workbook.annotating import annotated\n"
            "content = open(sys.argv[1], 'rb').read()\n"
            "found = [Finding('공약', f'B{n * 7 + 1}', '값', '틀림') for n in range(5000)]\n"
            # The peak of this process's own memory; ru_maxrss begins with what its parent held.
            "lines = lambda: open('/proc/self/status').read().splitlines()\n"
            "memory = lambda: next(int(e.split()[1]) for e in lines() if e.startswith('VmHWM')) // 1024\n"
            "before, start = memory(), time.process_time()\n"
            "out = annotated(content, Findings(found), Findings())\n"
            "print(json.dumps([memory() - before, memory(), time.process_time() - start, len(out)]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**__import__("os").environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        )
        assert done.returncode == 0, done.stderr
        more, peak, seconds, size = json.loads(done.stdout.splitlines()[-1])
        assert more < 100
        assert peak < 300
        assert seconds < 10
        assert size < 10 * 1024 * 1024
