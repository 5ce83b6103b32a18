"""What the list's filters count, what its addresses look like, and what helps where nothing is found."""

import csv
import datetime as dt
import html
import io
import re

import pytest

from pledges.enums import Status
from pledges.models import Pledge
from pledges.spreadsheet import read_workbook
from reports.public.filters import list_query
from reports.public.similar import most_similar
from tests import factories
from tests.reports.public import naju as made
from tests.reports.public.conftest import plain

LIST = "/hanbit/8/pledges/"
MARCH, JUNE = dt.date(2024, 3, 31), dt.date(2024, 6, 30)

pytestmark = pytest.mark.django_db

# code: name, area, department, budgeted, 만원 planned by source, status
PLEDGES = {
    "1": ("하천 산책로", "1-가", "도로과", True, {"national": 3, "city": 4}, Status.CLOSED),
    "2": ("걷고 싶은 길", "1", "도로과", True, {"city": 5, "private": 0}, Status.ON_TRACK),
    "3": ("작은도서관 확충", "2", "도서관과", False, {"private": 1}, Status.ON_TRACK),
    "4": ("학습동아리", "2", "도서관과", False, {}, Status.CONTINUING),
    "5": ("시민 축제", "", "", None, {"city": 0}, Status.NONE),
}


@pytest.fixture
def plan():
    """Five pledges as of June; since March the first is completed and the last is new."""
    plan = factories.PlanFactory()
    areas = {"1": factories.AreaFactory(plan=plan, code="1", name="생활")}
    areas["1-가"] = factories.AreaFactory(plan=plan, code="1-가", name="길", parent=areas["1"])
    areas["2"] = factories.AreaFactory(plan=plan, code="2", name="배움")
    departments = {name: factories.DepartmentFactory(name=name) for name in ("도로과", "도서관과")}
    march, june = (factories.PeriodFactory(plan=plan, as_of=day, state="closed") for day in (MARCH, JUNE))
    for code, (name, area, department, budgeted, money, status) in PLEDGES.items():
        if code == "5":
            made.publish(plan, MARCH)
        pledge = factories.PledgeFactory(
            plan=plan,
            code=code,
            name=name,
            area=areas.get(area),
            lead_department=departments.get(department),
            budgeted=budgeted,
        )
        for source, amount in money.items():
            factories.InvestmentFactory(
                sub_project=factories.SubProjectFactory(pledge=pledge), source=source, amount=amount * 10_000
            )
        before = Status.ON_TRACK if code == "1" else status
        factories.ApprovedReportFactory(pledge=pledge, period=march, status=before)
        factories.ApprovedReportFactory(pledge=pledge, period=june, status=status)
    made.publish(plan, JUNE)
    return plan


def page_of(client, query: str) -> str:
    return client.get(f"{LIST}?{query}").content.decode()


def codes(page: str) -> list[str]:
    return re.findall(r'<td class="col-code code">([^<]+)</td>', page)


def options(page: str) -> dict[str, list[tuple[str, int, bool]]]:
    """Of each filter its options as (value, count, disabled)."""
    found = {}
    for name, inner in re.findall(r'<select name="(\w+)" id="id_\w+">(.*?)</select>', page, re.DOTALL):
        found[name] = [
            (html.unescape(value), int(count), "disabled" in rest)
            for value, rest, count in re.findall(
                r'<option value="([^"]*)"([^>]*)>[^<]*\((\d+)\)</option>', inner
            )
        ]
    return found


# --- Source of money -----------------------------------------------------------------


def test_list_is_narrowed_by_source_of_money_and_zero_is_no_money(plan, client):
    for source, found in [
        ("national", ["1"]),
        ("city", ["1", "2"]),
        ("private", ["3"]),
        ("-", ["4", "5"]),
        ("county", []),
    ]:
        assert codes(page_of(client, f"source={source}")) == found, source


def test_sources_are_named_in_the_official_order_with_their_pledges(plan, client):
    assert options(page_of(client, ""))["source"] == [
        ("", 5, False),
        ("national", 1, False),
        ("city", 2, False),
        ("private", 1, False),
        ("-", 2, False),
    ]
    assert "소요예산 없음 (2)" in plain(page_of(client, ""))


def test_files_are_narrowed_and_sorted_as_the_list_is(plan, client):
    query = "source=city&sort=-planned"
    assert codes(page_of(client, query)) == ["1", "2"]
    query = "budgeted=yes&sort=planned&q=ㄱ"
    assert codes(page_of(client, query)) == ["2"]
    for query, wanted in [
        ("source=city&sort=-code", ["2", "1"]),
        ("source=-", ["4", "5"]),
        ("moved=yes", ["1", "5"]),
        ("q=ㅎㅅㄷㅇㄹ&source=-", ["4"]),
        ("source=nonsense", []),
    ]:
        assert codes(page_of(client, query)) == wanted, query
        body = client.get(f"/hanbit/8/pledges.json?{query}").json()
        assert [row["code"] for row in body["pledges"]] == wanted, query
        text = client.get(f"/hanbit/8/pledges.csv?{query}").content.decode().removeprefix("\ufeff")
        assert [row["번호"] for row in csv.DictReader(io.StringIO(text))] == wanted, query
        book = read_workbook(client.get(f"/hanbit/8/pledges.xlsx?{query}").content, names=["공약"])
        rows = book.sheets["공약"].rows[1:]
        assert [str(row.cells[1].value) for row in rows] == wanted, query


def test_files_name_the_sources_of_each_pledge(plan, client):
    body = client.get("/hanbit/8/pledges.json").json()
    assert [row["sources"] for row in body["pledges"]] == [
        ["national", "city"],
        ["city"],
        ["private"],
        [],
        [],
    ]
    text = client.get("/hanbit/8/pledges.csv").content.decode().removeprefix("\ufeff")
    sources = [row["재원"] for row in csv.DictReader(io.StringIO(text))]
    assert sources == ["국비, 시비", "시비", "민자", "", ""]


# --- Counts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["", "area=1", "source=city&budgeted=yes", "q=길", "q=ㅎㅅ&department=도서관과", "status=closed&area=2"],
)
def test_every_count_is_what_choosing_it_gives(plan, client, query):
    shown = options(page_of(client, query))
    assert list(shown) == [
        "area",
        "status",
        "department",
        "source",
        "completion",
        "budgeted",
        "lagging",
        "moved",
    ]
    for name, choices in shown.items():
        rest = "&".join(part for part in query.split("&") if not part.startswith(f"{name}="))
        for value, count, _disabled in choices:
            chosen = f"{rest}&{name}={value}" if value else rest
            assert len(codes(page_of(client, chosen))) == count, (query, name, value)


def test_counts_follow_the_other_filters_and_leave_out_their_own(plan, client):
    """도로과 holds pledges 1 and 2: 1 alone has national money, both have the city's, both lie in area 1."""
    shown = options(page_of(client, "department=도로과"))
    assert shown["source"] == [
        ("", 2, False),
        ("national", 1, False),
        ("city", 2, False),
        ("private", 0, True),
        ("-", 0, True),
    ]
    assert shown["area"] == [
        ("", 2, False),
        ("1", 2, False),
        ("1-가", 1, False),
        ("2", 0, True),
        ("-", 0, True),
    ]
    assert shown["department"] == [
        ("", 5, False),
        ("도로과", 2, False),
        ("도서관과", 2, False),
        ("-", 1, False),
    ]
    assert shown["moved"] == [("", 2, False), ("yes", 1, False)]


def test_choice_that_gives_nothing_stays_open_while_it_is_chosen(plan, client):
    page = page_of(client, "department=도로과&source=private")
    assert codes(page) == []
    assert ("private", 0, False) in options(page)["source"]
    assert ("-", 0, True) in options(page)["source"]


def test_nothing_has_moved_in_a_first_edition(plan, client):
    assert options(page_of(client, "as_of=2024-03-31&edition=1"))["moved"] == [
        ("", 4, False),
        ("yes", 0, True),
    ]


def test_status_of_the_plans_own_is_not_counted_with_other_ones(client):
    plan = factories.PlanFactory()
    period = factories.PeriodFactory(plan=plan, as_of=MARCH, state="closed")
    for code, own in [("1", "우수"), ("2", "보통"), ("3", "우수")]:
        factories.ApprovedReportFactory(
            pledge=factories.PledgeFactory(plan=plan, code=code),
            period=period,
            status=Status.OTHER,
            own_status=plan.own_statuses.get_or_create(name=own)[0],
        )
    made.publish(plan, MARCH)
    assert set(options(page_of(client, ""))["status"][1:]) == {
        ("other:우수", 2, False),
        ("other:보통", 1, False),
    }
    assert codes(page_of(client, "status=other:우수")) == ["1", "3"]


# --- Addresses -------------------------------------------------------------------------


def test_sent_form_is_led_to_the_short_address_of_what_it_asks(plan, client):
    sent = "q=&area=&status=&department=도로과&source=city&completion=&budgeted=&lagging=&moved=&sort=code"
    response = client.get(f"{LIST}?{sent}")
    assert response.status_code == 302
    assert response.url == LIST + "?department=%EB%8F%84%EB%A1%9C%EA%B3%BC&source=city"
    assert client.get(response.url).status_code == 200
    assert client.get(f"{LIST}?q=%20&sort=").url == LIST
    assert client.get(f"{LIST}?as_of=2024-03-31&edition=1&q=").url == f"{LIST}?as_of=2024-03-31&edition=1"


def test_address_says_what_is_asked_in_one_order_without_defaults():
    asked = {"sort": "code", "moved": "yes", "page": "1", "q": " 길 ", "stranger": "x", "per_page": "50"}
    assert list_query(asked) == "q=%EA%B8%B8&moved=yes&per_page=50"
    assert list_query(asked, q=None, page=2) == "moved=yes&per_page=50&page=2"
    assert list_query({}) == ""


def test_links_of_the_list_keep_what_is_asked_and_nothing_else(plan, client):
    page = page_of(client, "stranger=1&department=도로과&sort=-rate")
    links = re.findall(r'href="/hanbit/8/pledges/\?([^"]*)"', page)
    assert links
    assert all("stranger" not in link for link in links)
    assert any(link.endswith("sort=name") for link in links)


def test_order_can_be_chosen_without_the_headers(plan, client):
    page = page_of(client, "sort=-planned")
    assert '<option value="-planned" selected>소요예산 많은 순</option>' in page
    order = re.search(r'<select name="sort".*?</select>', page, re.DOTALL).group()
    assert order.count(" selected") == 1
    assert '<option value="code" selected>공약 번호순</option>' in page_of(client, "")
    assert re.search(r'<noscript><button [^>]*type="submit" form="listing"', page)


# --- Nothing found ------------------------------------------------------------------------


def test_nothing_found_says_what_each_condition_taken_away_would_give(plan, client):
    page = page_of(client, "q=길&department=도서관과&source=private")
    text = plain(page)
    assert "‘검색어: 길’ 조건을 빼면 1건" in text
    assert "‘부서: 도서관과’ 조건을 빼도 없음" in text
    assert "다른 조건 없이 ‘길’만 검색하면 2건" in text
    assert "전체 공약 5건 보기" in text
    for link in re.findall(r'<li><a href="([^"]+)">‘', page):
        assert codes(client.get(html.unescape(link)).content.decode()) == ["3"]


def test_search_in_vain_names_similar_pledges_and_says_where_it_looked(plan, client):
    text = plain(page_of(client, "q=도서간"))
    assert "검색어 ‘도서간’: 번호, 공약명, 부서, 분야, 정책목표, 사업개요에서 찾았습니다." in text
    assert "이름이 비슷한 공약: 3 작은도서관 확충" in text
    assert "(예: 하천 → ㅎㅊ)" in text
    assert 'href="/hanbit/8/areas/"' in page_of(client, "q=도서간")


def test_search_in_vain_that_looks_like_nothing_names_no_pledge(plan, client):
    assert "이름이 비슷한 공약" not in plain(page_of(client, "q=우주선"))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("학습동아라", [1]),
        ("학습 동아리", [1]),
        ("학습 산책", []),
        ("도서간", [2]),
        ("작은도서간 확중", [2]),
        ("주차창", [3]),
        ("산책", []),
        ("x", []),
        ("", []),
        ("ㅎㅅ", []),
    ],
)
def test_similar_names_are_those_one_slip_away(search, found):
    names = [(1, "학습동아리 활성화"), (2, "작은도서관 확충"), (3, "공영 주차장과 도로")]
    assert most_similar(search, names) == found


def test_the_likest_name_comes_first_and_five_at_most():
    names = [(key, "도서궁") for key in range(7)] + [(9, "도서관")]
    assert most_similar("도서관", names) == [9, 0, 1, 2, 3]


def test_five_words_of_a_search_are_compared():
    names = [(1, "하나 둘이 세개 네개 다섯 우주선")]
    assert most_similar("하나 둘이 세개 네개 다섯 엉뚱 한말 이여 러개", names) == [1]
    assert most_similar("엉뚱 한말 이여 러개 없음 하나 둘이 세개 네개 다섯 우주선", names) == []


def test_unknown_choice_is_no_reason_to_offer_what_it_would_give(plan, client):
    text = plain(page_of(client, "department=없는과"))
    assert "주소에 이 계획에 없는 조건이 있습니다" in text


def test_search_that_is_too_long_is_told_as_such(plan, client):
    text = plain(page_of(client, f"q={'가' * 101}"))
    assert text.count("100자 이내로 입력하십시오(입력한 글자 101자).") == 2
    assert "검색어: 100자 이내로" in text.partition("맞는 공약이 없습니다")[2]
    assert "이 계획에 없는 조건" not in text


@pytest.mark.parametrize("sort", ["../../etc/passwd", "name.x", "-.", "."])
def test_order_that_holds_a_dot_is_not_asked_for(plan, client, sort):
    assert codes(page_of(client, f"sort={sort}")) == codes(page_of(client, "")) == ["1", "2", "3", "4", "5"]
    assert client.get(f"/hanbit/8/pledges.csv?sort={sort}").status_code == 200


# --- Live -----------------------------------------------------------------------------------


def live(client, query: str, shown: str = LIST):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{shown}"}
    return client.get(f"{LIST}?{query}", headers=headers)


def test_script_gets_what_changes_alone_and_nobody_keeps_it(plan, client):
    response = live(client, "q=&area=1&status=&sort=code")
    text = response.content.decode()
    assert codes(text) == ["1", "2"]
    assert "<html" not in text
    assert text.count("hx-swap-oob") == 11
    assert "2" in plain(re.search(r'<p id="result-count".*?</p>', text).group())
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert "area=1" in re.search(r'href="([^"]+)">CSV', text).group(1)


def test_page_and_its_live_part_are_told_apart_by_caches(plan, client):
    page = client.get(f"{LIST}?area=1")
    for response in (page, live(client, "area=1")):
        assert {"HX-Request", "HX-History-Restore-Request"} <= set(response.headers["Vary"].split(", "))
    same = client.get(f"{LIST}?area=1", headers={"If-None-Match": page.headers["ETag"]})
    assert same.status_code == 304
    assert "HX-Request" in same.headers["Vary"]
    headers = {"HX-Request": "true", "If-None-Match": page.headers["ETag"]}
    assert client.get(f"{LIST}?area=1", headers=headers).status_code == 200


def test_script_that_goes_back_gets_the_page(plan, client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(LIST, headers=headers).content.decode()


@pytest.mark.parametrize(
    ("shown", "query", "header"),
    [
        ("", "q=길", "HX-Push-Url"),
        ("?q=길", "q=길로", "HX-Replace-Url"),
        ("?q=길&page=2", "q=길로", "HX-Replace-Url"),
        ("?q=길", "q=길로&area=1", "HX-Push-Url"),
        ("?q=길", "q=", "HX-Push-Url"),
        ("?area=1", "area=2", "HX-Push-Url"),
    ],
)
def test_typing_on_replaces_the_address_and_choosing_adds_one(plan, client, shown, query, header):
    response = live(client, query + "&moved=&sort=code", shown=LIST + shown)
    other = {"HX-Push-Url", "HX-Replace-Url"} - {header}
    short = list_query(dict(part.split("=") for part in query.split("&")))
    assert response.headers[header] == (f"{LIST}?{short}" if short else LIST)
    assert not other & set(response.headers)


def test_script_that_asks_for_what_is_not_there_is_sent_to_the_page(plan, client):
    assert live(client, "area=99").headers["HX-Redirect"] == f"{LIST}?area=99"


@pytest.mark.parametrize("shown", ["http://[", "http://[::1", "//[x]/", "%", "", "http://testserver:x/"])
def test_script_that_names_no_address_as_its_page_is_answered(plan, client, shown):
    response = client.get(f"{LIST}?q=길", headers={"HX-Request": "true", "HX-Current-URL": shown})
    assert response.status_code == 200
    assert response.headers["HX-Push-Url"] == f"{LIST}?q=%EA%B8%B8"


def test_answers_that_only_lead_on_are_kept_by_nobody_and_told_apart(plan, client):
    untidy, refused = client.get(f"{LIST}?q=&area=1"), live(client, "area=99")
    assert untidy.status_code == 302
    assert "HX-Redirect" in refused.headers
    for response in (untidy, refused):
        assert {"HX-Request", "HX-History-Restore-Request"} <= set(response.headers["Vary"].split(", "))
        assert response.headers["Cache-Control"] == "no-store"


def test_form_with_an_error_is_not_live(plan, client):
    assert "hx-get" in page_of(client, "")
    assert "hx-get" not in page_of(client, "area=99")


# --- Queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 5),
        ("q=ㅎㅅ&source=-&sort=-rate", 5),
        ("moved=yes", 5),
        ("as_of=2024-06-30&edition=1", 6),
        ("as_of=2024-03-31&edition=1", 6),
        ("q=도서간", 5),
        ("q=우주선", 4),
    ],
)
def test_list_takes_six_queries_at_most(plan, client, django_assert_num_queries, query, count):
    with django_assert_num_queries(count):
        assert client.get(f"{LIST}?{query}").status_code == 200


def test_pledge_renamed_since_is_found_by_its_published_name(plan, client):
    Pledge.objects.filter(code="4").update(name="다른 이름")
    assert codes(page_of(client, "q=학습동아리")) == ["4"]
    assert codes(page_of(client, "q=다른 이름")) == []
