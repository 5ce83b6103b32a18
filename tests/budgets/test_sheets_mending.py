"""투자계획: a 총계 row beside amounts by source, stored and in the file, in every mixture."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.models import Investment, SubProject
from pledges.models import Pledge
from reports.workbook import export_workbook, import_workbook
from tests.reports.workbooks import INFO, assert_history_matches, everything, saved, the_plan, workbook

pytestmark = pytest.mark.django_db

PLEDGES = [["공약번호", "공약명"], ["1-1", "돌봄터"]]
YEARS = ["2022", "2023", "2024", "2025"]
MILLION = 1_000_000


def money_book(rows, years=YEARS):
    """A workbook of one sub-project: rows of 재원 and its year cells, in 백만원."""
    header = ["공약번호", "사업명", "재원", *years]
    return saved(
        workbook(
            {
                "기본정보": INFO,
                "공약": PLEDGES,
                "투자계획": [header, *(["1-1", "건립", *row] for row in rows)],
            }
        )
    )


def imported(*rows, years=YEARS):
    result = import_workbook(money_book(rows, years))
    assert result.errors == []
    return result


def changes(result):
    assert result.errors == []
    return sum(found["new"] + found["changed"] for found in result.sheets.values())


def stored():
    """What is stored, in 백만원, by source and column."""
    return {
        (row.source, row.year or row.span): Decimal(row.amount) / MILLION for row in Investment.objects.all()
    }


def assert_settled(*rows, years=YEARS):
    """The same file again changes nothing, and neither does an export."""
    before = everything()
    assert changes(imported(*rows, years=years)) == 0
    exported = import_workbook(export_workbook(the_plan()))
    assert (changes(exported), exported.warnings) == (0, [])
    assert everything() == before
    assert_history_matches()


def test_blank_rows_clear_all_money_of_a_sub_project():
    imported(["총계", 100], ["국비", 100])
    result = imported(["총계"], ["국비"])
    assert result.sheets["투자계획"] == {"new": 0, "changed": 1, "unchanged": 1}
    assert stored() == {}
    assert_settled(["총계"], ["국비"])


def test_total_whose_source_is_cleared_is_kept_without_a_source_at_once():
    imported(["총계", 100], ["국비", 100])
    result = imported(["총계", 100], ["국비"])
    assert result.sheets["투자계획"] == {"new": 0, "changed": 2, "unchanged": 0}
    assert stored() == {("unspecified", 2022): 100}
    assert_settled(["총계", 100], ["국비"])


def test_missing_row_of_a_source_leaves_the_total_checked_only():
    imported(["총계", 100], ["국비", 100])
    result = imported(["총계"])
    assert changes(result) == 0
    assert stored() == {("national", 2022): 100}


class TestFirstAmountsBySource:
    def test_money_without_a_source_stays_in_columns_that_the_file_lacks(self):
        imported(["총계", 100, 100, 100, 100])
        result = imported(["국비", 100], years=["2025"])
        assert [finding.cell for finding in result.warnings] == ["C2"]
        assert stored() == {
            ("unspecified", 2022): 100,
            ("unspecified", 2023): 100,
            ("unspecified", 2024): 100,
            ("national", 2025): 100,
        }
        assert_settled(["국비", 100], years=["2025"])

    def test_they_replace_it_in_every_column_of_the_file(self):
        imported(["총계", 100, 100, 100, 100])
        result = imported(["총계", 100, None, None, 70], ["국비", None, None, None, 70])
        assert stored() == {("national", 2025): 70}
        # The warning of the sum that does not match, and that of the replacement.
        assert [finding.cell for finding in result.warnings] == ["C3", "D2"]
        again = imported(["총계", 100, None, None, 70], ["국비", None, None, None, 70])
        assert changes(again) == 0

    def test_they_replace_it_in_their_own_column_where_both_are_held(self):
        imported(["총계", 100, 100, 100, 100])
        imported(["국비", 100], years=["2025"])
        rows = (["총계", 100, 100, 60, 100], ["국비", None, None, 60, 100])
        result = imported(*rows)
        assert [finding.cell for finding in result.warnings] == ["C3"]
        assert stored() == {
            ("unspecified", 2022): 100,
            ("unspecified", 2023): 100,
            ("national", 2024): 60,
            ("national", 2025): 100,
        }
        assert_settled(*rows)


def test_total_row_changes_and_clears_money_without_a_source_beside_sources():
    imported(["총계", 100, 100, 100, 100])
    imported(["국비", 100], years=["2025"])
    rows = (["총계", 300, None, 100, 100], ["국비", None, None, None, 100])
    result = imported(*rows)
    assert result.sheets["투자계획"] == {"new": 0, "changed": 1, "unchanged": 1}
    assert result.warnings == []
    assert stored() == {
        ("unspecified", 2022): 300,
        ("unspecified", 2024): 100,
        ("national", 2025): 100,
    }
    assert_settled(*rows)


def test_both_kinds_in_one_column_go_out_as_their_sum_and_come_back_apart():
    imported(["국비", 70])
    project = SubProject.objects.get()
    Investment.objects.create(
        sub_project=project, source="unspecified", span="year", year=2022, amount=30 * MILLION
    )
    before = everything()
    result = import_workbook(export_workbook(the_plan()))
    assert (changes(result), result.warnings) == (0, [])
    assert everything() == before
    imported(["총계", 30], ["국비"])
    assert stored() == {("unspecified", 2022): 30}
    assert_settled(["총계", 30], ["국비"])


# --- Any state, any file ----------------------------------------------------------------

COLUMNS = ["기투자", "2023", "2025", "임기후"]
AMOUNT = st.sampled_from([None, None, 0, 1, 70, 100])


@st.composite
def files(draw):
    """Some of the rows, some of the columns, any amounts: the rows and the columns."""
    columns = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True))
    lines = draw(st.lists(st.sampled_from(["총계", "국비", "시비"]), min_size=1, unique=True))
    return [[line, *(draw(AMOUNT) for _ in columns)] for line in lines], columns


@st.composite
def states(draw):
    """Amounts as they may be stored: by source and column, without a source beside them too."""
    return {
        (source, span, year): amount
        for source in ("unspecified", "national", "city")
        for span, year in (("prior", None), ("year", 2023), ("year", 2025), ("after", None))
        if (amount := draw(AMOUNT)) is not None
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=states(), first=files(), second=files())
def test_any_file_on_any_state_is_settled_by_one_import(state, first, second):
    with transaction.atomic():
        imported(["총계"])
        project = SubProject.objects.get()
        for (source, span, year), amount in state.items():
            Investment.objects.create(
                sub_project=project, source=source, span=span, year=year, amount=amount * MILLION
            )
        exported = import_workbook(export_workbook(the_plan()))
        assert (changes(exported), exported.warnings) == (0, [])
        for rows, columns in (first, second):
            before = stored()
            imported(*rows, years=columns)
            kept = {place: amount for place, amount in before.items() if str(place[1]) not in words(columns)}
            assert kept.items() <= stored().items()
            after = everything()
            assert changes(imported(*rows, years=columns)) == 0
            exported = import_workbook(export_workbook(the_plan()))
            assert (changes(exported), exported.warnings) == (0, [])
            assert everything() == after
        assert Pledge.objects.count() == 1
        transaction.set_rollback(True)


def words(columns):
    """The stored words of the columns."""
    return {{"기투자": "prior", "임기후": "after"}.get(name, name) for name in columns}
