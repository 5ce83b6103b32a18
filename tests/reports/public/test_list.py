"""The list of pledges: search, filters, order, pages, files."""

import csv
import datetime as dt
import io
import re
import unicodedata

import pytest

from pledges.enums import Status
from pledges.models import OwnStatus, Pledge
from pledges.spreadsheet import read_workbook
from reports.models import Edition, EditionPledge
from tests import factories
from tests.reports.public import naju as made

LIST = "/hanbit/8/pledges/"
AS_OF = dt.date(2024, 3, 31)

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    """Six pledges in three areas, published; codes that sort otherwise than the plan."""
    plan = factories.PlanFactory()
    top = factories.AreaFactory(plan=plan, code="1", name="생활")
    below = factories.AreaFactory(plan=plan, code="1-가", name="길", parent=top)
    other = factories.AreaFactory(plan=plan, code="10", name="배움")
    roads, books = (factories.DepartmentFactory(name=name) for name in ("도로과", "도서관과"))
    period = factories.PeriodFactory(plan=plan, as_of=AS_OF, state="closed")
    own = OwnStatus.objects.create(plan=plan, name="우수")
    rows = [
        ("2", "하천 산책로", below, roads, "within_term", True, Status.CLOSED, 80, 900, None),
        ("1-10", "작은 도서관", other, books, "within_term", False, Status.CONTINUING, None, None, None),
        ("1-9", "걷고 싶은 길", top, roads, "after_term", True, Status.ON_TRACK, 0, 100, None),
        ("가", "마을 버스", top, None, "", None, Status.PARTIAL, 100, 0, None),
        ("나", "야시장", None, None, "", None, Status.NONE, 55, None, None),
        ("다", "축제", other, books, "within_term", False, Status.OTHER, 7, 2000, own),
    ]
    for code, name, area, department, completion, budgeted, status, rate, planned, own_status in rows:
        pledge = factories.PledgeFactory(
            plan=plan,
            code=code,
            name=name,
            area=area,
            lead_department=department,
            completion=completion,
            budgeted=budgeted,
            goal="10분 안에 닿는 생활" if code == "2" else "",
        )
        factories.ApprovedReportFactory(
            pledge=pledge, period=period, status=status, own_status=own_status, entered_rate=rate
        )
        if planned is not None:
            factories.InvestmentFactory(
                sub_project=factories.SubProjectFactory(pledge=pledge), amount=planned * 1_000_000
            )
    made.publish(plan, AS_OF)
    return plan


def codes(client, query: str = "") -> list[str]:
    html = client.get(f"{LIST}?{query}", follow=True).content.decode()
    return re.findall(r'<td class="col-code code">([^<]+)</td>', html)


def test_list_is_narrowed_by_every_filter(plan, client):
    for query, found in [
        ("", ["2", "1-10", "1-9", "가", "나", "다"]),
        ("q=도서", ["1-10", "다"]),
        ("q=산책", ["2"]),
        ("q=10분", ["2"]),
        ("q=길 도로", ["2", "1-9"]),
        ("q=1-1", ["1-10"]),
        ("q=%25", []),
        ("q=" + "산책".encode().hex(), []),
        ("area=1", ["2", "1-9", "가"]),
        ("area=1-가", ["2"]),
        ("area=10", ["1-10", "다"]),
        ("status=closed", ["2"]),
        ("status=none", ["나"]),
        ("status=other:우수", ["다"]),
        ("department=도로과", ["2", "1-9"]),
        ("department=-", ["가", "나"]),
        ("completion=after_term", ["1-9"]),
        ("completion=-", ["가", "나"]),
        ("budgeted=yes", ["2", "1-9"]),
        ("budgeted=no", ["1-10", "다"]),
        ("budgeted=-", ["가", "나"]),
        ("area=10&budgeted=no&q=축", ["다"]),
        ("status=nonsense", []),
    ]:
        assert codes(client, query) == found, query


def test_search_takes_decomposed_korean(plan, client):
    assert codes(client, "q=" + unicodedata.normalize("NFD", "산책")) == ["2"]


def test_list_is_sorted_and_what_has_no_value_stands_last(plan, client):
    for sort, first, last in [
        ("code", "2", "다"),
        ("-code", "다", "2"),
        ("name", "1-9", "2"),
        ("-name", "2", "1-9"),
        ("rate", "1-9", "1-10"),
        ("-rate", "가", "1-10"),
        ("planned", "가", "나"),
        ("-planned", "다", "나"),
        ("nonsense", "2", "다"),
    ]:
        ordered = codes(client, f"sort={sort}")
        assert (ordered[0], ordered[-1]) == (first, last), sort


def test_sorted_column_says_so(plan, client):
    html = client.get(f"{LIST}?sort=-rate").content.decode()
    assert html.count("aria-sort=") == 1
    assert 'class="col-rate" aria-sort="descending"' in html


def test_choices_are_those_of_the_edition_with_counts(plan, text_of):
    page = text_of(LIST)
    assert "1 생활 (3) 1-가 길 (1) 10 배움 (2)" in re.sub(r"\s+", " ", page.replace("\u2003", ""))
    assert "도로과 (2) 도서관과 (2) 미기재 (2)" in page
    assert "완료 종결 (1) 완료 후 계속추진 (1) 정상추진 (1) 일부추진 (1) 우수 (1)" in page


def test_active_filters_can_be_taken_away_one_by_one(plan, client):
    html = client.get(f"{LIST}?area=10&q=축&sort=-rate&page=1").content.decode()
    assert 'href="/hanbit/8/pledges/?q=%EC%B6%95&amp;sort=-rate"' in html
    assert 'href="/hanbit/8/pledges/?area=10&amp;sort=-rate"' in html
    assert "<strong>1</strong>건" in html


def test_nothing_found_helps_on(plan, text_of):
    page = text_of(f"{LIST}?q=없는말")
    assert "조건에 맞는 공약이 없습니다." in page
    assert "전체 공약 6건 보기" in page


def test_unknown_choice_is_named_beside_its_field(plan, client):
    html = client.get(f"{LIST}?department=없는과").content.decode()
    assert '<p class="field__error"' in html


def test_nul_in_search_is_refused_politely(plan, client):
    assert client.get(f"{LIST}?q=%00").status_code == 200


def test_page_off_the_end_is_a_page_that_exists(plan, client):
    for page in ("2", "999", "0", "-1", "abc", "9" * 30):
        assert codes(client, f"page={page}") == ["2", "1-10", "1-9", "가", "나", "다"]


def copies(count: int) -> None:
    """So many more rows in the one edition, copied from its first."""
    edition, row = Edition.objects.get(), EditionPledge.objects.first()
    pledges = Pledge.objects.bulk_create(
        Pledge(plan=edition.plan, code=f"c-{number}", name=f"공약 {number}", position=1000 + number)
        for number in range(count)
    )
    fields = [field.attname for field in EditionPledge._meta.concrete_fields if field.name != "id"]
    held = {name: getattr(row, name) for name in fields}
    EditionPledge.objects.bulk_create(
        EditionPledge(
            **held
            | {"pledge_id": pledge.pk, "code": pledge.code, "name": pledge.name, "position": pledge.position}
        )
        for pledge in pledges
    )


@pytest.mark.parametrize("more", [0, 997])
def test_list_takes_five_queries_for_3_and_for_1000_pledges(client, django_assert_num_queries, more):
    plan = made.make_pledges(3)
    made.publish(plan, AS_OF)
    copies(more)
    with django_assert_num_queries(5):
        response = client.get(f"{LIST}?q=공약&sort=-rate&per_page=100")
    assert response.context["table"].paginator.count == 3 + more
    assert response.content.count(b'<td class="col-code') == min(3 + more, 100)


def test_pages_have_the_size_asked_for(client):
    plan = made.make_pledges(3)
    made.publish(plan, AS_OF)
    copies(60)
    assert len(codes(client)) == 20
    assert len(codes(client, "per_page=50&page=2")) == 13
    assert len(codes(client, "per_page=7")) == 20


def test_csv_is_what_the_list_shows(plan, client):
    response = client.get("/hanbit/8/pledges.csv?department=도로과&sort=-rate")
    text = response.content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["번호"] for row in rows] == ["2", "1-9"]
    assert rows[0]["이행률(%)"] == "80"
    assert rows[0]["소요예산(백만원)"] == "900"
    assert "hanbit-8-pledges-2024-03-31-edition-1.csv" in response.headers["Content-Disposition"]


def test_zero_and_nothing_differ_in_files(plan, client):
    rows = {row["code"]: row for row in client.get("/hanbit/8/pledges.json").json()["pledges"]}
    assert (rows["가"]["planned"], rows["나"]["planned"]) == (0, None)
    assert (rows["1-9"]["rate"], rows["1-10"]["rate"]) == ("0.00", None)
    lines = client.get("/hanbit/8/pledges.csv").content.decode().splitlines()
    assert lines[4].split(",")[10] == "0"
    assert lines[5].split(",")[10] == ""


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_csv_and_xlsx_hold_no_formula(client, start):
    made.publish(made.make_pledges(1, name=start), AS_OF)
    cells = next(
        csv.reader(io.StringIO(client.get("/hanbit/8/pledges.csv").content.decode().splitlines()[1]))
    )
    assert cells[1] == f"'{start}"
    book = read_workbook(client.get("/hanbit/8/pledges.xlsx").content, names=["공약"])
    assert book.sheets["공약"].rows[1].cells[2].value == start


def test_json_says_whose_figures_it_holds(plan, client):
    body = client.get("/hanbit/8/pledges.json?area=1").json()
    assert body["plan"] == "hanbit/8/pledges"
    assert body["fictional"] is True
    assert (body["as_of"], body["edition"], body["count"]) == ("2024-03-31", 1, 3)
    assert body["pledges"][0]["url"] == ("http://testserver/hanbit/8/pledges/2/?as_of=2024-03-31&edition=1")
    assert body["pledges"][0]["areas"] == ["1", "1-가"]


def test_files_hold_the_exact_rate_and_whose_figures_each_row_is(naju, client):
    """The two indicators of 7-2-3 stand at 4/5 and 2/3: the mean is 220/3 %, shown as 73.33."""
    exact = {"이행률 분자": "220", "이행률 분모": "3"}
    wanted = {"이행률(%)": "73.33", **exact, "기준일": "2025-09-30", "판": "1"}
    text = client.get("/naju/8/pledges.csv").content.decode().removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert wanted.items() <= row.items()
    book = read_workbook(client.get("/naju/8/pledges.xlsx").content, names=["공약"])
    head, line = book.sheets["공약"].rows
    written = {head.cells[place].value: str(cell.value) for place, cell in line.cells.items()}
    assert exact.items() <= written.items()
    assert client.get("/naju/8/pledges.json").json()["pledges"][0]["rate_exact"] == "220/3"


def test_exact_rate_tells_a_whole_one_zero_and_nothing_apart(plan, client):
    body = client.get("/hanbit/8/pledges.json").json()
    exact = {row["code"]: row["rate_exact"] for row in body["pledges"]}
    assert exact == {"2": "80", "1-10": None, "1-9": "0", "가": "100", "나": "55", "다": "7"}


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
@pytest.mark.parametrize("more", [0, 297])
def test_file_takes_four_queries_for_3_and_for_300_pledges(client, django_assert_num_queries, suffix, more):
    plan = made.make_pledges(3)
    made.publish(plan, AS_OF)
    copies(more)
    with django_assert_num_queries(4):
        client.get(f"/hanbit/8/pledges.{suffix}?sort=-rate")


@pytest.mark.parametrize(
    ("sort", "column", "label"),
    [
        ("-to_date", "to_date", "연차 목표 달성률"),
        ("planned", "planned", "소요예산 (백만원)"),
        ("-executed", "executed", "집행액 (백만원)"),
    ],
)
def test_figure_that_the_list_is_sorted_by_is_marked_with_its_label_in_each_row(
    naju, client, sort, column, label
):
    """A telephone shows no columns: of these figures it shows the one that is asked for."""
    html = client.get(f"/naju/8/pledges/?sort={sort}").content.decode()
    assert html.count(" is-sorted") == 1
    assert f'<td class="col-{column} is-sorted" data-label="{label}">' in html
    assert " is-sorted" not in client.get("/naju/8/pledges/?sort=-rate").content.decode()


def test_button_of_the_list_says_what_that_of_the_front_page_says(naju, client):
    for address in ("/naju/8/", "/naju/8/pledges/"):
        assert ">검색</button>" in client.get(address).content.decode()
