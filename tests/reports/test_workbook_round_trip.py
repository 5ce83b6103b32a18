"""Out and in again: samples, and plans that hypothesis makes up."""

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.models import Plan
from reports.fulfilment import default_as_of, plan_fulfilment
from reports.workbook import export_workbook, import_workbook
from tests.reports.workbooks import (
    INFO,
    at_date,
    book,
    everything,
    history_count,
    saved,
    the_plan,
    workbook,
)

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the contract's sample workbooks are not here"
)
NAMES = ["naju-8", "hanbit-8", "nonsan-7", "boryeong-7"]
NEXT_QUARTERS = {
    "naju-8": "2025-12-31",
    "hanbit-8": "2025-09-30",
    "nonsan-7": "2019-06-30",
    "boryeong-7": "2022-03-31",
}


def sample(name):
    return (SAMPLES / f"{name}.xlsx").read_bytes()


def changes(result):
    assert result.errors == []
    return sum(found["new"] + found["changed"] for found in result.sheets.values())


def figures():
    plan = Plan.objects.with_places().get()
    return plan_fulfilment(plan, default_as_of(plan))


@needs_samples
@pytest.mark.parametrize("name", NAMES)
class TestSamples:
    def test_export_is_imported_without_a_change(self, name):
        assert changes(import_workbook(sample(name))) > 0
        before, records = everything(), history_count()
        content = export_workbook(Plan.objects.with_places().get())
        assert changes(import_workbook(content)) == 0
        assert everything() == before
        assert history_count() == records

    def test_next_quarter_with_unchanged_cells_changes_nothing(self, name):
        import_workbook(sample(name))
        before, found = everything(), figures()
        assert changes(import_workbook(at_date(sample(name), NEXT_QUARTERS[name]))) == 0
        assert everything() == before
        later = plan_fulfilment(Plan.objects.with_places().get(), dt.date.fromisoformat(NEXT_QUARTERS[name]))
        assert (later.planned, later.executed) == (found.planned, found.executed)
        assert [pledge.rate for pledge in later.pledges] == [pledge.rate for pledge in found.pledges]


@needs_samples
class TestSampleFigures:
    def test_naju(self):
        import_workbook(sample("naju-8"))
        found = figures()
        pledge = found.pledges[0]
        assert [found.display(row.rate) for row in pledge.indicators] == ["80.00", "66.67"]
        assert str(pledge.rate) == "220/3"
        assert (pledge.planned, pledge.executed) == (75_400_000, 42_000_000)
        assert found.display_execution(pledge.execution_rate) == "55.70"

    def test_hanbit(self):
        import_workbook(sample("hanbit-8"))
        found = figures()
        assert [found.display(pledge.rate) for pledge in found.pledges] == [
            "62.50",
            "87.06",
            "60.00",
            "50.00",
            "55.00",
            "–",
        ]
        assert found.pledges[1].planned == 17_500_500
        assert found.pledges[1].executed == 9_000_000
        assert str(found.headline.rate) == "2139/34"

    def test_nonsan(self):
        import_workbook(sample("nonsan-7"))
        found = figures()
        assert (found.headline.display, found.under_way) == ("39.3", "60.7")
        assert [area.pledges for area in found.areas] == [19, 14, 8, 17, 8]

    def test_boryeong(self):
        import_workbook(sample("boryeong-7"))
        found = figures()
        assert (str(found.headline.rate), found.headline.display, found.counts["closed"]) == (
            "5048/65",
            "77.7",
            38,
        )


def test_export_of_every_kind_of_cell_is_imported_without_a_change():
    import_workbook(book())
    before = everything()
    for date in (dt.date(2024, 9, 30), dt.date(2023, 12, 31), dt.date(2025, 3, 31)):
        assert changes(import_workbook(export_workbook(the_plan(), date))) == 0
    assert everything() == before


def test_second_plan_from_an_export_has_the_same_figures():
    import_workbook(book())
    content = export_workbook(the_plan())
    first = plan_fulfilment(the_plan(), dt.date(2024, 9, 30))
    target = openpyxl.load_workbook(io.BytesIO(content))
    for row in target["기본정보"].iter_rows():
        if row[0].value == "지자체 코드":
            row[1].value = "saebyeol"
        if row[0].value == "지자체":
            row[1].value = "새별시"
    assert changes(import_workbook(saved(target))) > 0
    second = plan_fulfilment(Plan.objects.get(term__municipality__code="saebyeol"), dt.date(2024, 9, 30))
    assert [(p.code, p.rate, p.to_date, p.planned, p.executed, p.status) for p in first.pledges] == [
        (p.code, p.rate, p.to_date, p.planned, p.executed, p.status) for p in second.pledges
    ]


# --- Plans that nobody thought of ----------------------------------------------------

TEXT = st.text(
    st.characters(
        codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="\u200e\u200f\u061c"
    ),
    min_size=1,
    max_size=20,
).filter(lambda text: text.strip() == text and text.isprintable() and "합계" not in text)
NUMBER = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False)
MAYBE = st.none() | NUMBER
WON = st.none() | st.integers(min_value=0, max_value=10**13).map(lambda won: Decimal(won) / 10**6)


@st.composite
def plans(draw):
    """The sheets of a small plan: two pledges, an indicator of each kind, money, a schedule."""
    pledges = [["공약번호", "공약명", "추진상황", "정책목표"]]
    indicators = [
        ["공약번호", "확인지표", "유형", "기준값", "구분", "2022", "2023", "2024", "2025", "2026. 6."]
    ]
    money = [["공약번호", "사업명", "재원", "기투자", "2022", "2023", "2024", "2025", "2026", "임기후"]]
    for number in range(2):
        code = f"{number}-①"
        status = draw(st.sampled_from([None, "완료", "정상추진", "폐기"]))
        pledges.append([code, draw(TEXT), status, draw(st.none() | TEXT)])
        for kind in draw(st.lists(st.sampled_from(["누계", "최신값", "감소"]), max_size=2, unique=True)):
            baseline = draw(MAYBE)
            indicators.append(
                [code, f"지표 {kind}", kind, baseline, "목표", *(draw(MAYBE) for _ in range(5))]
            )
            indicators.append(
                [code, f"지표 {kind}", kind, baseline, "이행", *(draw(MAYBE) for _ in range(3)), None, None]
            )
        for source in draw(st.lists(st.sampled_from(["국비", "시비", "확보액"]), max_size=3, unique=True)):
            money.append([code, "사업", source, *(draw(WON) for _ in range(7))])
        if draw(st.booleans()):
            money.append([code, "사업", "집행액", *(draw(WON) for _ in range(4)), None, None, None])
    sheets = {"기본정보": INFO, "공약": pledges}
    if len(indicators) > 1:
        sheets["확인지표"] = indicators
    if len(money) > 1:
        sheets["투자계획"] = money
    return sheets


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sheets=plans())
def test_any_plan_comes_back_as_it_went_out(sheets):
    with transaction.atomic():
        assert import_workbook(saved(workbook(sheets))).errors == []
        before = everything()
        assert changes(import_workbook(saved(workbook(sheets)))) == 0
        assert changes(import_workbook(export_workbook(the_plan()))) == 0
        assert everything() == before
        transaction.set_rollback(True)
