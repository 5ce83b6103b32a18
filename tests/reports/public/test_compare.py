"""The portal's cities side by side: never ranked by different formulas, always with each one's own named."""

import csv
import datetime as dt
import io
import os
import re

import pytest

from pledges.enums import Status
from pledges.models import Pledge
from pledges.validators import CITY_WORDS
from tests import factories
from tests.browser import open_page, require_chromium
from tests.reports.public import naju as made
from tests.reports.public.conftest import plain

MARCH = dt.date(2024, 3, 31)

pytestmark = pytest.mark.django_db


def city(
    code, name, statuses, *, number=8, method="mean_rate", rates=None, as_of=MARCH, fictional=False, **rules
):
    """A city whose pledges have these statuses and entered rates, published."""
    held = factories.MunicipalityFactory(code=code, name=name, is_fictional=fictional)
    years = (2022, 2026) if number == 8 else (2018, 2022)
    term = factories.TermFactory(
        municipality=held,
        number=number,
        starts_on=dt.date(years[0], 7, 1),
        ends_on=dt.date(years[1], 6, 30),
    )
    plan = factories.PlanFactory(term=term, headline_method=method, **rules)
    period = factories.PeriodFactory(plan=plan, as_of=as_of, state="closed")
    for place, status in enumerate(statuses):
        pledge = factories.PledgeFactory(plan=plan, code=f"1-{place}")
        rate = rates[place] if rates else None
        factories.ApprovedReportFactory(pledge=pledge, period=period, status=status, entered_rate=rate)
    made.publish(plan, as_of)
    return plan


@pytest.fixture
def cities():
    """가람 50 % by its mean (completed 1 of 2), 나래 100 % by its completed share (2 of 2; mean 30)."""
    city("naerae", "나래시", [Status.CLOSED, Status.CONTINUING], method="completed_share", rates=[20, 40])
    city("garam", "가람시", [Status.CLOSED, Status.ON_TRACK], rates=[80, 20], fictional=True)


def rows(html):
    body = re.search(r"<tbody>(.*?)</tbody>", html, re.DOTALL)[1]
    return [plain(row) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)]


def test_cities_stand_by_name_each_with_its_own_formula(cities, client):
    html = client.get("/compare/").content.decode()
    first, second = rows(html)
    assert first.startswith("가람시 민선 8기 가상 지자체 2024. 3. 31. 2 50.00% 공약별 이행률의 평균")
    assert "공약별 이행률의 합 ÷ 이행률이 있는 공약 수 = 100 ÷ 2" in first
    assert second.startswith("나래시 민선 8기 2024. 3. 31. 2 100.00% 완료·계속추진 공약의 비율")
    page = plain(html)
    assert "산식이 다른 이행률은 서로 비교할 수 없습니다." in page
    assert "같은 산식)" not in page


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("mean_rate", [("가람시", "50.00%"), ("나래시", "30.00%")]),
        ("completed_share", [("나래시", "100.00%"), ("가람시", "50.00%")]),
        ("closed_share", [("가람시", "50.00%"), ("나래시", "50.00%")]),
        ("on_track_share", [("가람시", "100.00%"), ("나래시", "100.00%")]),
        ("to_date", [("가람시", "–"), ("나래시", "–")]),
    ],
)
def test_chosen_formula_is_that_of_all_and_sorts_them(cities, client, method, expected):
    html = client.get(f"/compare/?method={method}").content.decode()
    found = [(row.split()[0], re.search(r" 2 (\S+%|–) ", row)[1]) for row in rows(html)]
    assert found == expected
    assert "모든 지자체를 이 산식 하나로 계산하여" in plain(html)
    assert "서로 비교할 수 없습니다" not in plain(html)
    assert ("지자체별 이행률(같은 산식)" in html) is (method != "to_date")


def test_exact_rates_decide_the_order_where_the_shown_ones_are_alike(client):
    """1 ÷ 3 and 33.33 are both shown as 33.33."""
    city("a-city", "가", [Status.ON_TRACK], rates=["33.33"])
    city("b-city", "나", [Status.CLOSED, Status.PARTIAL, Status.PARTIAL], rates=[100, 0, 0])
    html = client.get("/compare/?method=mean_rate").content.decode()
    assert [row.split()[0] for row in rows(html)] == ["나", "가"]
    assert [re.search(r"33\.33%", row)[0] for row in rows(html)] == ["33.33%"] * 2


def test_statuses_and_money_stand_beside(cities, client):
    html = client.get("/compare/").content.decode()
    bodies = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    assert [plain(row) for row in re.findall(r"<tr>.*?</tr>", bodies[1], re.DOTALL)] == [
        "가람시 1 0 1 0 0 – – –",
        "나래시 1 1 0 0 0 – – –",
    ]


def test_money_is_in_one_unit_for_all(naju, text_of):
    assert "나주시 0 1 0 0 0 75.4 42 55.70%" in text_of("/compare/")


def test_different_dates_and_terms_are_pointed_out(cities, client):
    assert "기준일이" not in plain(client.get("/compare/").content.decode())
    city("old", "옛시", [Status.CLOSED], number=7, as_of=dt.date(2021, 12, 31), rates=[77])
    page = plain(client.get("/compare/").content.decode())
    assert "기준일이 2021. 12. 31.부터 2024. 3. 31.까지 서로 다릅니다." in page
    assert "서로 다른 임기가 섞여 있습니다(민선 7, 8기)." in page


def test_what_differs_stands_right_above_the_sorted_table(cities, client):
    assert "공약 수가" not in plain(client.get("/compare/?method=closed_share").content.decode())
    city("old", "옛시", [Status.CLOSED] * 3, number=7, as_of=dt.date(2021, 12, 31))
    page = client.get("/compare/?method=closed_share").content.decode()
    words = (
        "서로 다른 임기가 섞여 있습니다(민선 7, 8기). "
        "기준일이 2021. 12. 31.부터 2024. 3. 31.까지 서로 다릅니다. 기준일이 늦을수록 추진 기간이 깁니다. "
        "공약 수가 2건부터 3건까지 서로 다릅니다. 이행률과 산식 지자체 기준일"
    )
    assert words in plain(page)
    assert page.index("<tbody>") < page.index('class="chart"')


def test_city_that_leaves_out_dropped_pledges_says_so_and_that_others_do_not(cities, client):
    """다래 100 % of the one pledge that was not dropped, where 가람 counts all of its two."""
    assert "폐기" not in plain(client.get("/compare/?method=closed_share").content.decode())
    city("darae", "다래시", [Status.CLOSED, Status.DROPPED], counts_dropped=False)
    html = client.get("/compare/?method=closed_share").content.decode()
    assert "폐기된 공약을 분모에서 제외하는 지자체와 포함하는 지자체가 섞여 있습니다." in plain(html)
    first, *others = rows(html)
    assert first.startswith("다래시 민선 8기 2024. 3. 31. 2 폐기 공약 제외 100.00%")
    assert not any("폐기 공약 제외" in other for other in others)
    found = {row["city_code"]: row for row in client.get("/compare.json").json()["cities"]}
    assert {code: row["counts_dropped"] for code, row in found.items()} == {
        "garam": True, "naerae": True, "darae": False,
    }  # fmt: skip
    assert (found["darae"]["pledges"], found["darae"]["closed_share_of"]) == (2, 1)
    assert (found["garam"]["closed_share_of"], found["garam"]["mean_rate_of"]) == (2, 2)
    assert (found["darae"]["mean_rate_of"], found["darae"]["to_date_of"]) == (0, 0)
    lines = csv.DictReader(io.StringIO(client.get("/compare.csv").content.decode("utf-8-sig")))
    assert [(line["counts_dropped"], line["closed_share_of"]) for line in lines] == [
        ("true", "2"), ("true", "2"), ("false", "1"),
    ]  # fmt: skip


def test_cities_that_all_leave_out_dropped_pledges_do_not_differ(client):
    city("darae", "다래시", [Status.CLOSED, Status.DROPPED], counts_dropped=False)
    page = plain(client.get("/compare/").content.decode())
    assert "폐기 공약 제외" in page
    assert "섞여" not in page


@pytest.mark.parametrize("number", ["08", "008", "8 ", " 8"])
def test_term_that_is_written_otherwise_is_not_offered(cities, client, number):
    city("old", "옛시", [Status.CLOSED], number=7, as_of=dt.date(2021, 12, 31), rates=[77])
    html = client.get("/compare/", {"term": number}).content.decode()
    assert len(rows(html)) == 3
    assert "field--error" in html
    assert client.get("/compare.json", {"term": number}).status_code == 404


def test_another_term_can_be_chosen(cities, client):
    city("old", "옛시", [Status.CLOSED], number=7, as_of=dt.date(2021, 12, 31), rates=[77])
    html = client.get("/compare/?term=7").content.decode()
    assert [row.split()[0] for row in rows(html)] == ["옛시"]
    assert "가람시 가상 지자체 : 해당 임기가 없습니다" in plain(html)


def test_city_without_an_edition_is_listed_as_such(cities, client):
    made.make_pledges(1)
    page = plain(client.get("/compare/").content.decode())
    assert "아직 공표하지 않은 지자체 한빛시 가상 지자체 : 민선 8기는 아직 공표한 내용이 없습니다" in page
    assert "한빛시" not in " ".join(rows(client.get("/compare/").content.decode()))


def test_portal_without_cities_says_so(text_of):
    assert "공표한 지자체가 아직 없습니다." in text_of("/compare/")


@pytest.mark.parametrize(
    "query", ["method=best", "term=99", "term=x", "term=8&method=", "term=%00", "method=1"]
)
def test_choice_that_is_not_offered_never_breaks(cities, client, query):
    response = client.get(f"/compare/?{query}")
    assert response.status_code == 200
    assert "서로 비교할 수 없습니다" in plain(response.content.decode())
    assert len(rows(response.content.decode())) == 2


@pytest.mark.parametrize("query", ["method=best", "term=99"])
def test_file_of_a_choice_that_is_not_offered_is_not_found(cities, client, query):
    assert client.get(f"/compare.json?{query}").status_code == 404


def test_files_say_the_same_with_codes_and_exact_rates(cities, naju, client):
    found = client.get("/compare.json?method=mean_rate").json()
    assert (found["sorted_by"], found["count"]) == ("mean_rate", 3)
    assert [row["city_code"] for row in found["cities"]] == ["naju", "garam", "naerae"]
    first = found["cities"][0]
    assert (first["headline_method"], first["headline"]) == ("completed_share", "100.00")
    assert (first["mean_rate"], first["mean_rate_exact"]) == ("73.33", "220/3")
    assert (first["planned"], first["executed"], first["execution_rate"]) == (75_400_000, 42_000_000, "55.70")
    assert (first["continuing"], first["other_or_none"], first["fictional"]) == (1, 0, False)
    assert first["url"] == "http://testserver/naju/8/?as_of=2025-09-30&edition=1"
    response = client.get("/compare.csv?method=mean_rate")
    lines = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [line["city"] for line in lines] == ["나주시", "가람시", "나래시"]
    assert lines[1]["fictional"] == "true"
    again = client.get("/compare.csv?method=mean_rate", headers={"if-none-match": response.headers["ETag"]})
    assert again.status_code == 304


def test_city_named_like_a_formula_stays_text(client):
    city("evil", "=1+1", [Status.CLOSED])
    [line] = csv.DictReader(io.StringIO(client.get("/compare.csv").content.decode("utf-8-sig")))
    assert line["city"] == "'=1+1"


@pytest.mark.parametrize("count", [3, 12])
@pytest.mark.parametrize(
    "address", ["/compare/", "/compare/?method=mean_rate", "/compare.json", "/compare.csv"]
)
def test_comparison_takes_four_queries(count, address, client, django_assert_num_queries):
    for number in range(count):
        city(f"city-{number}", f"시 {number}", [Status.CLOSED])
    with django_assert_num_queries(4):
        assert client.get(address).status_code == 200


def test_only_published_figures_are_compared(cities, client):
    pledge = Pledge.objects.filter(plan__term__municipality__code="garam").first()
    period = factories.PeriodFactory(plan=pledge.plan, as_of=dt.date(2024, 6, 30))
    factories.ApprovedReportFactory(pledge=pledge, period=period, status=Status.DROPPED, entered_rate=99)
    before = client.get("/compare.json").json()
    assert [row["as_of"] for row in before["cities"]] == ["2024-03-31"] * 2
    assert before["cities"][0]["headline"] == "50.00"


def test_home_of_several_cities_links_to_the_comparison(cities, client):
    assert 'href="/compare/"' in client.get("/").content.decode()


def test_no_city_can_take_the_word():
    assert "compare" in CITY_WORDS


@pytest.mark.django_db(transaction=True)
def test_choices_take_the_whole_width_of_a_telephone(live_server, monkeypatch):
    require_chromium()
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with open_page(width=360) as page:
        page.goto(f"{live_server.url}/compare/")
        room = page.locator(".compare__filter button").bounding_box()
        for name in ("method", "term"):
            box = page.locator(f"#id_{name}").bounding_box()
            assert (box["x"], box["width"]) == (room["x"], room["width"])
            assert box["width"] > 280
