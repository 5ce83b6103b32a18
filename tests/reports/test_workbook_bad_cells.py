"""Any one bad cell anywhere refuses the whole workbook and is named by its address."""

import datetime as dt

import pytest

from pledges.models import Municipality
from reports.workbook import import_workbook
from tests.reports.workbooks import book, edited, everything

pytestmark = pytest.mark.django_db

BAD_CELLS = [
    # 기본정보
    ("기본정보", "B2", None),
    ("기본정보", "B3", "한빛"),
    ("기본정보", "B3", "staff"),
    ("기본정보", "B4", "여덟"),
    ("기본정보", "B4", 8.5),
    ("기본정보", "B5", "2022-13-01"),
    ("기본정보", "B6", "2020-06-30"),
    ("기본정보", "B8", "2024년 9월"),
    ("기본정보", "B8", "2031-09-30"),
    ("기본정보", "B8", "2021-09-30"),
    ("기본정보", "B8", 45565),
    ("기본정보", "B9", "가중평균"),
    ("기본정보", "B10", 3),
    ("기본정보", "B11", "올림"),
    ("기본정보", "B12", "만원"),
    ("기본정보", "A12", "화폐 단위"),
    ("기본정보", "A12", "끝수 처리"),
    # 공약
    ("공약", "A2", None),
    ("공약", "A2", "1/1"),
    ("공약", "A2", "../../etc/passwd"),
    ("공약", "A2", "1-1.json"),
    ("공약", "A2", "1" * 33),
    ("공약", "A2", dt.datetime(2024, 1, 11)),  # noqa: DTZ001 - a workbook's dates have no zone
    ("공약", "A2", True),
    ("공약", "A3", "１-１"),
    ("공약", "A3", "1-1\u200b"),
    ("공약", "B2", "1?"),
    ("공약", "B3", "1 다른 이름"),
    ("공약", "B2", None),
    ("공약", "C3", "1 경제"),
    ("공약", "C4", "1-가 일자리"),
    ("공약", "C2", "1-가 > 1-나 > 1-다 > 1-라 > 1-마"),
    ("공약", "D2", None),
    ("공약", "D2", "가" * 301),
    ("공약", "D2", "900101-1234567"),
    ("공약", "D2", "user\u202etxt.exe"),
    ("공약", "D2", "a\u0301" + "\u0301" * 9),
    ("공약", "D2", "=1+1"),
    ("공약", "D2", "#REF!"),
    ("공약", "D2", dt.time(9, 30)),
    ("공약", "E2", "과" * 101),
    ("공약", "F2", "경제과, " + "과" * 101),
    ("공약", "G2", "임기 중"),
    ("공약", "H2", "도, 다른시"),
    ("공약", "I2", "새것"),
    ("공약", "J2", "예산 있음"),
    ("공약", "K2", "30.5백만원"),
    ("공약", "K2", -1),
    ("공약", "K2", 0.0000001),
    ("공약", "K2", "1,23,4"),
    ("공약", "L2", "순항 중"),
    ("공약", "M4", 120),
    ("공약", "M4", "-0.01"),
    ("공약", "M2", "많음"),
    ("공약", "O2", "A" * 10_000),
    # 확인지표
    ("확인지표", "A2", "9-9"),
    ("확인지표", "A2", None),
    ("확인지표", "B2", None),
    ("확인지표", "B2", "가" * 201),
    ("확인지표", "C3", "회"),
    ("확인지표", "D2", "합산"),
    ("확인지표", "E4", "스물"),
    ("확인지표", "E5", 21),
    ("확인지표", "F2", "계획"),
    ("확인지표", "F3", "목표"),
    ("확인지표", "H2", "1 회"),
    ("확인지표", "H2", -1),
    ("확인지표", "H2", 1.00001),
    ("확인지표", "H2", 10**12),
    ("확인지표", "H2", "1e5"),
    ("확인지표", "H2", "NaN"),
    ("확인지표", "H2", "①"),
    ("확인지표", "H2", "١٢٣"),
    ("확인지표", "I2", "3(6)"),
    ("확인지표", "I3", "-(2)"),
    ("확인지표", "H4", "18(18)"),
    ("확인지표", "H6", "72(142)"),
    ("확인지표", "J3", 1),
    ("확인지표", "J3", "1(5)"),
    ("확인지표", "K7", 80),
    # 투자계획
    ("투자계획", "A2", "9-9"),
    ("투자계획", "B2", None),
    ("투자계획", "C2", "시청비"),
    ("투자계획", "C2", "시비"),
    ("투자계획", "C6", "집행액:금고"),
    ("투자계획", "D2", "합"),
    ("투자계획", "E3", "50%"),
    ("투자계획", "G3", "△3"),
    ("투자계획", "H3", "1_000"),
    ("투자계획", "H3", 10**11),
    ("투자계획", "H3", 0.0000005),
    ("투자계획", "J6", 1),
    ("투자계획", "K6", 0.1),
    ("투자계획", "L6", 1),
    ("투자계획", "L8", 1),
    # 추진일정
    ("추진일정", "A2", "9-9"),
    ("추진일정", "B2", None),
    ("추진일정", "C2", "완료"),
    ("추진일정", "S2", "비" * 501),
    # 추진실적
    ("추진실적", "A2", "9-9"),
    ("추진실적", "B2", None),
    ("추진실적", "B2", "상시"),
    ("추진실적", "B2", "2026-02-30"),
    ("추진실적", "B2", "7/1/2026"),
    ("추진실적", "B2", 2022.1),
    ("추진실적", "B2", 46204),
    ("추진실적", "B2", "2023. 9.~3."),
    ("추진실적", "C2", None),
    ("추진실적", "C2", "가" * 501),
    ("추진실적", "D2", "900101-1234567"),
    # A value under no header
    ("공약", "Z2", "메모"),
]
# Where the bad cell makes another cell wrong: the address that is named instead.
NAMED = {
    ("공약", "B2", None): "C2",
    ("투자계획", "C2", "시비"): "C4",
}


@pytest.mark.parametrize(("sheet", "address", "value"), BAD_CELLS)
def test_bad_cell_refuses_the_file_and_is_named(sheet, address, value):
    result = import_workbook(book(**{f"{sheet}_{address}": value}))
    named = NAMED.get((sheet, address, value), address)
    assert (sheet, named) in {(finding.sheet, finding.cell) for finding in result.errors}
    assert all(finding.message for finding in result.errors)
    assert not Municipality.objects.exists()
    assert result.sheets == {}


def test_bad_cell_leaves_a_stored_plan_as_it_is():
    assert import_workbook(book()).errors == []
    before = everything()
    result = import_workbook(book(공약_D2="새 이름", 공약_L3="순항 중", 투자계획_H3="열"))
    assert [(finding.sheet, finding.cell, finding.value) for finding in result.errors] == [
        ("공약", "L3", "순항 중"),
        ("투자계획", "H3", "열"),
    ]
    assert everything() == before


def test_all_errors_of_all_sheets_are_told_at_once():
    result = import_workbook(
        book(
            기본정보_B9="가중평균",
            공약_G2="언젠가",
            확인지표_I2="3(6)",
            투자계획_J6=1,
            추진일정_C2="예",
            추진실적_B2="상시",
        )
    )
    assert [(finding.sheet, finding.cell) for finding in result.errors] == [
        ("기본정보", "B9"),
        ("공약", "G2"),
        ("확인지표", "I2"),
        ("투자계획", "J6"),
        ("추진일정", "C2"),
        ("추진실적", "B2"),
    ]


def test_term_that_cannot_be_read_does_not_hide_errors_of_the_pledges():
    result = import_workbook(book(기본정보_B5="언젠가", 공약_G2="언젠가"))
    assert [(finding.sheet, finding.cell) for finding in result.errors] == [
        ("기본정보", "B5"),
        ("공약", "G2"),
    ]


@pytest.mark.parametrize(
    ("place", "value", "cell"),
    [
        ("기본정보_B2", "다른시", "B2"),
        ("기본정보_B5", "2022-07-02", "B5"),
        ("기본정보_B6", "2026-07-01", "B6"),
    ],
)
def test_codes_of_another_city_or_term_are_refused(place, value, cell):
    assert import_workbook(book()).errors == []
    before = everything()
    errors = import_workbook(book(**{place: value})).errors
    assert ("기본정보", cell) in {(finding.sheet, finding.cell) for finding in errors}
    assert everything() == before


@pytest.mark.parametrize(
    ("cells", "sheet", "cell"),
    [
        ({"공약_G1": "is_superuser"}, "공약", "G1"),
        ({"공약_G1": "사업주체"}, "공약", "H1"),
        ({"공약_A1": "번호"}, "공약", "A1"),
        ({"공약_D1": None}, "공약", "A1"),
        ({"확인지표_G1": "2021"}, "확인지표", "G1"),
        ({"추진일정_C1": dt.datetime(2022, 3, 1)}, "추진일정", "C1"),  # noqa: DTZ001
        ({"투자계획_G1": None}, "투자계획", "G2"),
    ],
)
def test_unknown_doubled_and_missing_headers_refuse_the_file(cells, sheet, cell):
    result = import_workbook(book(**cells))
    assert (sheet, cell) in {(finding.sheet, finding.cell) for finding in result.errors}
    assert not Municipality.objects.exists()


def test_missing_sheets_are_named():
    errors = import_workbook(book(without=("공약",))).errors
    assert [finding.sheet for finding in errors] == ["공약"]
    errors = import_workbook(book(without=("기본정보",))).errors
    assert [finding.sheet for finding in errors] == ["기본정보"]


def test_pledges_without_rows_are_no_success():
    content = book(without=("확인지표", "투자계획", "추진일정", "추진실적"))
    blank = {f"공약_{letter}{row}": None for letter in "ABCDEFGHIJKLMNOPQR" for row in (2, 3, 4)}
    errors = import_workbook(edited(content, **blank)).errors
    assert [finding.sheet for finding in errors] == ["공약"]
