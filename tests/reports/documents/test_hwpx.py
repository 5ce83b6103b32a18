"""The card as HWPX: read back cell by cell from its XML, and passed by the library's validator."""

import io
import zipfile
from xml.etree import ElementTree

import pytest
from hwpx.tools.package_validator import validate_package

from reports.documents.form import FormTable, official_form
from reports.documents.hwpx import UNIT, as_hwpx
from tests.reports.documents.cards import bare_card, heavy_card, hostile_card, naju_card

HP = "{http://www.hancom.co.kr/hwpml/2011/paragraph}"


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def section(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(part(content, "Contents/section0.xml"))  # noqa: S314 - our own file


def read_tables(content: bytes) -> list[dict[tuple[int, int], tuple[int, int, str]]]:
    """Of every table each cell's place with its spans and its text."""
    return [
        {
            place(cell): (span(cell, "rowSpan"), span(cell, "colSpan"), text(cell))
            for cell in table.iter(f"{HP}tc")
        }
        for table in section(content).iter(f"{HP}tbl")
    ]


def place(cell) -> tuple[int, int]:
    address = cell.find(f"{HP}cellAddr")
    return int(address.get("rowAddr")), int(address.get("colAddr"))


def span(cell, name: str) -> int:
    return int(cell.find(f"{HP}cellSpan").get(name))


def text(cell) -> str:
    return "\n".join("".join(run.itertext()) for run in cell.iter(f"{HP}p"))


CARDS = {
    "naju": naju_card(),
    "bare": bare_card(),
    "heavy": heavy_card(),
    "formula": hostile_card("=1+1"),
    "markup": hostile_card("<hp:t>&amp;]]>\x00\x0b￿\ud800"),
    "empty": hostile_card(""),
}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_package_is_valid_and_reads_back_cell_by_cell(card):
    content = as_hwpx(card, 1)
    assert validate_package(content).errors == ()
    expected = [
        {(row, column): (cell.rows, cell.columns, cell.shown) for row, column, cell in block.placed()}
        for block in official_form(card, 1).blocks
        if isinstance(block, FormTable)
    ]
    assert read_tables(content) == expected


@pytest.mark.parametrize("card", [naju_card(), heavy_card()], ids=["naju", "heavy"])
def test_spans_and_sizes_of_each_table_add_up(card):
    for table in section(as_hwpx(card, 1)).iter(f"{HP}tbl"):
        rows, columns = int(table.get("rowCnt")), int(table.get("colCnt"))
        covered = sum(span(cell, "rowSpan") * span(cell, "colSpan") for cell in table.iter(f"{HP}tc"))
        assert covered == rows * columns
        widths = [
            sum(int(cell.find(f"{HP}cellSz").get("width")) for cell in row.iter(f"{HP}tc"))
            for row in table.iter(f"{HP}tr")
        ]
        assert widths[0] == UNIT * 60


def test_rows_are_as_high_as_their_text_and_tables_go_on_over_pages():
    tables = list(section(as_hwpx(heavy_card(), 1)).iter(f"{HP}tbl"))
    for table in tables:
        assert table.find(f"{HP}pos").get("treatAsChar") == "0"
        assert all(int(cell.find(f"{HP}cellSz").get("height")) >= 1600 for cell in table.iter(f"{HP}tc"))
    assert [table.get("repeatHeader") for table in tables] == ["0", "1", "1", "1"]
    first_task = next(cell for cell in tables[1].iter(f"{HP}tc") if place(cell) == (2, 0))
    assert int(first_task.find(f"{HP}cellSz").get("height")) > 4 * 1250


def test_text_stands_between_the_tables_in_order():
    found = "\n".join("".join(node.itertext()) for node in section(as_hwpx(naju_card(), 1)).iter(f"{HP}t"))
    for words in ("7-2-3 학습동아리 활성화", "□ 추진실적", "1(4)", "-(1)", "75.4", "73.33%", "△ ▲ ㎡"):
        assert words in found
    assert found.index("❖ 정책목표") < found.index("< 연도별 투자 계획 >") < found.index("□ 기대효과")
    assert "제1판" in found


def test_metadata_is_the_citys_and_nobody_elses():
    content = as_hwpx(naju_card(), 1)
    metadata = part(content, "Contents/content.hpf")
    assert "7-2-3 학습동아리 활성화" in metadata
    assert ">나주시<" in metadata
    assert "2025-09-30T00:00:00Z" in metadata
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert b"synthetic" not in archive.read(name)
            assert b"author" not in archive.read(name)
