"""A row of numbers from a spreadsheet, spread over the boxes of a grid."""

import pytest

from reports.quarter.pasting import cells_of, spread
from tests.factories import IndicatorFactory, SubProjectFactory


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", []),
        ("\r\n", []),
        ("1\t2\t3", ["1", "2", "3"]),
        ("1\r\n2\r\n3\r\n", ["1", "2", "3"]),
        ("1\t\t3\n", ["1", "", "3"]),
        ('"1,234"\t 5 ', ["1,234", "5"]),
    ],
)
def test_cells_of_a_copied_row_or_column(text, cells):
    assert cells_of(text) == cells


@pytest.mark.parametrize(
    ("text", "boxes", "values"),
    [
        ("1,234\t△3\t(2)", ["", "", ""], ("1,234", "△3", "(2)")),
        ("7\t\t9", ["1", "2", "3"], ("7", "2", "9")),
        ("-\t0", ["1", "2"], ("-", "0")),
        ("１２\n3.5\n", ["", "", "8"], ("１２", "3.5", "8")),
    ],
)
def test_numbers_go_into_the_boxes_as_written_and_blanks_leave_them_alone(text, boxes, values):
    pasted = spread(text, boxes)
    assert pasted.values == values
    assert (pasted.left_over, pasted.unreadable) == ((), ())


def test_cell_that_is_no_number_leaves_its_box_alone_and_is_told():
    pasted = spread("보고회\t3", ["1", "2"])
    assert (pasted.values, pasted.filled, pasted.unreadable) == (("1", "3"), 1, ("보고회",))


def test_number_for_which_no_box_is_left_is_told():
    pasted = spread("1\t2\t3", ["", ""])
    assert (pasted.values, pasted.filled, pasted.left_over) == (("1", "2"), 2, ("3",))


def test_pasting_without_scripts_fills_the_indicators_and_stores_nothing(as_officer, city):
    second, third = (IndicatorFactory(pledge=city.pledge, targets={2024: 9}) for _each in range(2))
    page = as_officer.post(
        city.url,
        city.data(
            step="paste:indicators",
            cause="남는 글",
            **{"pasted-indicators": "3\t\t1,200\t7", f"actual-{second.pk}": "4"},
        ),
    )
    form = page.context["form"]
    assert page.status_code == 200
    assert [form[f"actual-{pk}"].value() for pk in (city.indicator.pk, second.pk, third.pk)] == [
        "3",
        "4",
        "1,200",
    ]
    assert form["cause"].value() == "남는 글"
    text = page.content.decode()
    assert "2칸을 채웠습니다. 아직 저장되지 않았습니다." in text
    assert "남은 칸이 없어 넣지 못한 값: 7" in text
    assert city.current is None


def test_pasting_without_scripts_fills_the_money(as_officer, city):
    other = SubProjectFactory(pledge=city.pledge)
    page = as_officer.post(city.url, city.data(step="paste:money", **{"pasted-money": "1.5\n△2\n"}))
    form = page.context["form"]
    assert (form[city.spent].value(), form[f"spent-{other.pk}-unspecified"].value()) == ("1.5", "△2")


@pytest.mark.parametrize("step", ["paste:nothing", "paste:", "suggest:x", "suggest:"])
def test_step_about_something_unknown_gives_the_form_back(as_officer, city, step):
    page = as_officer.post(city.url, city.data(step=step, cause="남는 글"))
    assert page.status_code == 200
    assert page.context["form"]["cause"].value() == "남는 글"
    assert city.current is None


def test_column_of_names_copied_along_is_left_out():
    assert spread("개편 노선\t5\n주민설명회\t6", ["", ""]).values == ("5", "6")


def test_word_in_a_row_that_fits_the_boxes_is_no_name():
    assert spread("5\t주민설명회\t6", ["", "", ""]).values == ("5", "", "6")


def test_name_before_a_single_row_is_left_out():
    pasted = spread("보고회\t3\t4", ["1", "2"])
    assert (pasted.values, pasted.unreadable) == (("3", "4"), ())
