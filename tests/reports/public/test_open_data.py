"""Open data: its files, their schema and dictionary, conditional GET, sharing across sites, sitemap."""

import csv
import datetime as dt
import io
import json
import re

import jsonschema
import pytest
from defusedxml import ElementTree

from pledges.enums import PeriodState, ReportState, Status
from pledges.models import Plan, Pledge
from pledges.validators import PLAN_WORDS
from reports.changes import compare_published
from reports.models import Edition, EditionComparison, EditionPledge
from reports.public.opendata.files import BY_NAME, FILES
from tests import factories
from tests.reports.public import naju as made
from tests.reports.public.conftest import plain

DATA = "/naju/8/data/"
NAMES = [file.name for file in FILES]
CORS = "Access-Control-Allow-Origin"

pytestmark = pytest.mark.django_db


def rows_of(client, name: str, base: str = DATA, query: str = "") -> list[dict]:
    return client.get(f"{base}{name}.json{query}").json()["rows"]


def lines_of(client, name: str, base: str = DATA, query: str = "") -> list[dict[str, str]]:
    text = client.get(f"{base}{name}.csv{query}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# --- Figures by hand ------------------------------------------------------------


def test_pledge_of_naju_has_the_figures_of_its_card(naju, client):
    [row] = rows_of(client, "pledges")
    # (5 plans of 5 made in 4 years = 80, 2 meetings of 3 = 66.6666…) → 73.3333… = 220/3
    assert row["rate"] == "73.33"
    assert (row["rate_numerator"], row["rate_denominator"]) == ("220", "3")
    # 33 + 18.5 + 13.2 + 10.7 = 75.4 백만원 planned, 33 + 9 = 42 executed
    assert (row["planned"], row["executed"], row["secured"]) == (75_400_000, 42_000_000, None)
    assert (row["status"], row["own_status"]) == ("continuing", None)
    assert row["area_codes"] == ["7", "7-2"]
    assert row["implementers"] == ["city"]
    assert row["budgeted"] is True
    assert row["not_submitted"] is False
    assert row["url"] == "http://testserver/naju/8/pledges/7-2-3/?as_of=2025-09-30&edition=1"
    [line] = lines_of(client, "pledges")
    assert (line["rate_numerator"], line["executed"], line["secured"]) == ("220", "42000000", "")
    assert (line["budgeted"], line["area_codes"]) == ("true", "7; 7-2")


def test_indicators_of_naju(naju, client):
    plans, meetings = rows_of(client, "indicators")
    assert (plans["final_target"], plans["actual"], plans["rate"]) == ("5", "4", "80.00")
    assert (meetings["final_target"], meetings["actual"], meetings["rate"]) == ("3", "2", "66.67")
    assert (meetings["rate_numerator"], meetings["rate_denominator"]) == ("200", "3")


def test_targets_and_actuals_are_a_row_a_year(naju, client):
    meetings = [row for row in rows_of(client, "targets-actuals") if row["indicator_no"] == 2]
    assert [row["year"] for row in meetings] == [2022, 2023, 2024, 2025, 2026]
    assert [row["target"] for row in meetings] == [None, "1", "1", "1", None]
    assert [row["target_cumulative"] for row in meetings] == [None, "1", "2", "3", None]
    assert [row["actual"] for row in meetings] == [None, "1", None, "1", None]
    assert [row["actual_cumulative"] for row in meetings] == [None, "1", "1", "2", None]
    assert meetings[2]["actual_cell"] == "-(1)"


def test_investments_add_up_and_count_nothing_twice(naju, client):
    rows = rows_of(client, "investments")
    planned = {(row["source"], row["year"]): row["amount"] for row in rows if row["kind"] == "planned"}
    assert planned == {("city", year): amount for year, amount in made.INVESTMENT.items()}
    executed = {row["year"]: row["amount"] for row in rows if row["kind"] == "executed"}
    assert executed == {2023: 33_000_000, 2025: 9_000_000}
    assert {row["source"] for row in rows if row["kind"] == "executed"} == {"unspecified"}
    assert {row["span"] for row in rows} == {"year"}


def test_amount_before_the_term_and_of_more_sources_stands_in_its_own_row(client):
    plan = factories.PlanFactory()
    pledge = factories.PledgeFactory(plan=plan, code="1")
    project = factories.SubProjectFactory(pledge=pledge, name="길")
    for source, span, year, amount in [
        ("national", "prior", None, 7),
        ("national", "year", 2024, 0),
        ("city", "after", None, 5),
    ]:
        factories.InvestmentFactory(sub_project=project, source=source, span=span, year=year, amount=amount)
    made.publish(plan, dt.date(2024, 3, 31))
    rows = rows_of(client, "investments", "/hanbit/8/data/")
    assert [(row["source"], row["span"], row["year"], row["amount"]) for row in rows] == [
        ("national", "prior", None, 7),
        ("national", "year", 2024, 0),
        ("city", "after", None, 5),
    ]


def test_schedule_and_achievements_of_naju(naju, client):
    marks = [(row["year"], row["quarter"], row["mark"]) for row in rows_of(client, "schedule")]
    assert marks == [(2022, 4, "planned"), (2025, 1, "done"), (2026, 1, "planned")]
    rows = rows_of(client, "achievements")
    assert [(row["starts_on"], row["ends_on"]) for row in rows[:2]] == [
        ("2022-10-01", "2022-10-31"),
        ("2023-03-01", "2023-09-30"),
    ]
    assert rows[2]["details"] == ["9개팀", "1차 5개팀, 2차 2개팀, 3차 2개팀"]


@pytest.fixture
def moving():
    """Three pledges over two quarters, the first corrected: the first pledge goes on, the second stays, the
    third comes later."""
    plan = factories.PlanFactory()
    march, june = (
        factories.PeriodFactory(plan=plan, as_of=as_of, state=PeriodState.CLOSED)
        for as_of in (dt.date(2024, 3, 31), dt.date(2024, 6, 30))
    )
    first, second = (factories.PledgeFactory(plan=plan, code=code, name=f"공약 {code}") for code in "12")

    def report(pledge, period, status, rate, revision=1):
        factories.ApprovedReportFactory(
            pledge=pledge, period=period, status=status, entered_rate=rate, revision=revision
        )

    report(first, march, Status.ON_TRACK, 40)
    report(second, march, Status.ON_TRACK, 50)
    made.publish(plan, march.as_of)
    report(first, march, Status.ON_TRACK, 45, revision=2)
    made.publish(plan, march.as_of, reason="오타 정정")
    third = factories.PledgeFactory(plan=plan, code="3", name="공약 3")
    report(first, june, Status.CLOSED, 100)
    report(second, june, Status.ON_TRACK, 50)
    report(third, june, Status.PARTIAL, None)
    made.publish(plan, june.as_of)
    return plan


HANBIT = "/hanbit/8/data/"


def test_editions_are_all_that_were_published(moving, client):
    rows = rows_of(client, "editions", HANBIT)
    assert [(row["as_of"], row["edition"], row["is_current"], row["reason"]) for row in rows] == [
        ("2024-03-31", 1, False, None),
        ("2024-03-31", 2, True, "오타 정정"),
        ("2024-06-30", 1, True, None),
    ]
    assert [row["pledges"] for row in rows] == [2, 2, 3]
    assert len({row["digest"] for row in rows}) == 3
    newest = Edition.objects.newest_first()[0]
    assert rows[2]["headline"] == newest.summary["headline"]["rate"]["display"]


def test_changes_are_what_moved_between_current_editions_and_by_corrections(moving, client):
    rows = rows_of(client, "changes", HANBIT)
    assert [(row["pledge_code"], row["change"]) for row in rows] == [
        ("1", "rate"),
        ("1", "both"),
        ("3", "added"),
    ]
    corrected, moved, added = rows
    assert (corrected["as_of_before"], corrected["edition_before"]) == ("2024-03-31", 1)
    assert (corrected["as_of"], corrected["edition"]) == ("2024-03-31", 2)
    assert (corrected["rate_before"], corrected["rate"]) == ("40.00", "45.00")
    assert (moved["as_of_before"], moved["edition_before"], moved["as_of"]) == ("2024-03-31", 2, "2024-06-30")
    assert (moved["status_before"], moved["status"]) == ("on_track", "closed")
    assert (moved["rate_before"], moved["rate_before_numerator"], moved["rate"]) == ("45.00", "45", "100.00")
    assert (added["status_before"], added["status"], added["rate"]) == (None, "partial", None)


def test_older_edition_has_its_own_figures_and_no_later_change(moving, client):
    query = "?as_of=2024-03-31&edition=1"
    assert [row["rate"] for row in rows_of(client, "pledges", HANBIT, query)] == ["40.00", "50.00"]
    assert rows_of(client, "changes", HANBIT, query) == []
    assert client.get(f"{HANBIT}pledges.json?as_of=2024-03-31").json()["edition"] == 2
    assert client.get(f"{HANBIT}pledges.json?as_of=2020-01-01").status_code == 404


def test_pledge_that_went_is_told_as_removed(moving, client):
    older = Edition.objects.for_as_of(dt.date(2024, 3, 31)).for_number(2).get()
    newest = Edition.objects.newest_first()[0]
    rows = EditionPledge.objects.for_edition(newest).for_code("2")
    super(type(rows), rows)._raw_delete(rows.db)
    EditionComparison.objects.all().delete()
    compare_published(moving)
    removed = rows_of(client, "changes", HANBIT)[-1]
    assert (removed["pledge_code"], removed["change"], removed["status"]) == ("2", "removed", None)
    assert removed["url"].endswith(f"?as_of={older.as_of.isoformat()}&edition=2")


# --- One declaration ------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_json_fits_its_schema_and_csv_has_the_same_columns(naju, moving, client, name):
    for base in (DATA, HANBIT):
        schema = client.get(f"{base}{name}.schema.json")
        assert schema.headers["Content-Type"] == "application/schema+json"
        rules = schema.json()
        jsonschema.Draft202012Validator.check_schema(rules)
        document = client.get(f"{base}{name}.json").json()
        check = jsonschema.Draft202012Validator(rules, format_checker=jsonschema.FormatChecker())
        check.validate(document)
        assert document["schema"] == rules["$id"]
        assert document["count"] == len(document["rows"])
        columns = [column.name for column in BY_NAME[name].columns]
        header = client.get(f"{base}{name}.csv").content.decode("utf-8-sig").splitlines()[0]
        assert header == ",".join(columns)
        assert list(rules["properties"]["rows"]["items"]["properties"]) == columns
        assert len(lines_of(client, name, base)) == document["count"]


def test_schema_refuses_what_a_file_never_says(naju, client):
    rules = client.get(f"{DATA}pledges.schema.json").json()
    document = client.get(f"{DATA}pledges.json").json()
    check = jsonschema.Draft202012Validator(rules)
    for column, value in [("planned", "75400000"), ("status", "great"), ("rate", 73.33), ("name", None)]:
        wrong = json.loads(json.dumps(document))
        wrong["rows"][0][column] = value
        assert not check.is_valid(wrong), column
    extra = json.loads(json.dumps(document))
    extra["rows"][0]["officer"] = "홍길동"
    assert not check.is_valid(extra)


def test_every_column_is_explained_in_both_languages(naju, client):
    html = client.get(DATA).content.decode()
    page = plain(html)
    for file in FILES:
        assert len({column.name for column in file.columns}) == len(file.columns)
        for column in file.columns:
            korean, english = column.meanings
            assert korean != english, column.name
            assert re.search("[가-힣]", korean), column.name
            assert f"<code>{column.name}</code>" in html
            assert plain(korean) in page.replace("&#x27;", "'")
            assert english in page.replace("&#x27;", "'")


def test_text_that_looks_like_a_formula_stays_text(client):
    plan = factories.PlanFactory()
    pledge = factories.PledgeFactory(plan=plan, code="1", name="=1+1", goal="@SUM(A1)\n둘째 줄")
    made.publish(plan, dt.date(2024, 3, 31))
    [line] = lines_of(client, "pledges", HANBIT)
    assert (line["name"], line["goal"]) == ("'=1+1", "'@SUM(A1)\n둘째 줄")
    assert rows_of(client, "pledges", HANBIT)[0]["name"] == pledge.name


# --- The page -------------------------------------------------------------------


def test_page_names_files_licence_and_older_editions(moving, client, text_of):
    page = text_of(HANBIT)
    html = client.get(HANBIT).content.decode()
    assert "공공누리 제1유형" in page
    assert "?as_of=2024-03-31&amp;edition=1" in html
    for name in NAMES:
        for ending in ("csv", "json", "schema.json"):
            assert f'href="{HANBIT}{name}.{ending}"' in html
    assert 'itemtype="https://schema.org/Dataset"' in html
    assert html.count('itemtype="https://schema.org/DataDownload"') == 2 * len(FILES)
    # The files of an older edition are those of that edition.
    older = client.get(f"{HANBIT}?as_of=2024-03-31&edition=1").content.decode()
    assert f'href="{HANBIT}pledges.csv?as_of=2024-03-31&amp;edition=1"' in older


def test_another_licence_is_a_setting(naju, client, settings):
    settings.DATA_LICENCE, settings.DATA_LICENCE_URL = (
        "CC BY 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    html = client.get(DATA).content.decode()
    assert "CC BY 4.0" in html
    assert "공공누리" not in html
    assert 'rel="license">CC BY 4.0' in html
    assert client.get(f"{DATA}pledges.json").json()["licence"] == "CC BY 4.0"


def test_page_is_linked_from_every_page_of_the_plan(naju, client):
    for address in ("/naju/8/", "/naju/8/pledges/", "/naju/8/pledges/7-2-3/", "/naju/8/method/"):
        assert f'href="{DATA}"' in client.get(address).content.decode()


def test_page_in_english_keeps_the_citys_own_words_only(naju, client):
    client.cookies["django_language"] = "en"
    html = client.get(DATA).content.decode()
    page = plain(re.sub(r'<(\w+) lang="ko".*?</\1>', "", html))
    assert "Open data" in page
    assert set(re.findall("[가-힣]+", page)) <= {"한국어", "나주시", "공약사항"} | set(
        re.findall("[가-힣]+", naju.name)
    )


def test_page_has_no_inline_code_and_no_box_is_empty(naju, client):
    response = client.get(DATA)
    html = response.content.decode()
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html)
    assert html.count("<h1") == 1
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))


def test_other_plan_has_its_own_data_behind_the_dash(client):
    plan = factories.PlanFactory(code="works-2019", name="주요업무")
    factories.PledgeFactory(plan=plan, code="A-3")
    made.publish(plan, dt.date(2024, 3, 31))
    base = "/hanbit/8/works-2019/-/data/"
    assert "주요업무" in client.get(base).content.decode()
    assert rows_of(client, "pledges", base)[0]["url"].startswith("http://testserver/hanbit/8/works-2019/A-3/")
    assert client.get("/hanbit/8/data/").status_code == 404
    assert client.get("/hanbit/8/works-2019/-/feed/").status_code == 200
    assert client.get("/hanbit/8/works-2019/-/sitemap.xml").status_code == 200


def test_words_of_the_addresses_are_reserved():
    assert {"data", "feed"} <= PLAN_WORDS


@pytest.mark.parametrize("address", ["data/secrets.csv", "data/pledges.xlsx", "data/pledges.pdf", "data/x"])
def test_file_that_is_not_one_is_not_found(naju, client, address):
    assert client.get(f"/naju/8/{address}", follow=True).status_code == 404


def test_plan_without_an_edition_has_no_data(client):
    made.make_pledges(2)
    for address in ("data/", "data/pledges.csv", "feed/", "sitemap.xml"):
        assert client.get(f"/hanbit/8/{address}").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/naju/8/data/pledges.csv?as_of=2001-01-01",
        "/naju/9/data/pledges.json",
        "/naju/9/feed/",
        "/naju/8/pledges/9-9-9/feed/",
        "/naju/8/pledges.csv?edition=7",
    ],
)
def test_script_of_another_site_is_told_that_a_file_is_not_there(naju, client, address):
    """Without the header a browser tells it nothing but that something failed."""
    response = client.get(address, headers={"origin": "https://news.example"})
    assert (response.status_code, response.headers[CORS]) == (404, "*")


# --- Drafts, queries, caches, other sites ---------------------------------------

SECRET = "비밀문구-7f3a"


def test_draft_is_in_no_file_feed_or_sitemap(naju, client):
    pledge = Pledge.objects.get()
    Pledge.objects.update(goal=SECRET, name=SECRET)
    period = factories.PeriodFactory(plan=naju, as_of=dt.date(2025, 12, 31))
    report = factories.ReportFactory(
        pledge=pledge, period=period, state=ReportState.DRAFT, cause=SECRET, remedy=SECRET
    )
    factories.AchievementFactory(report=report, text=SECRET)
    factories.PledgeFactory(plan=naju, code=SECRET, name=SECRET)
    addresses = [
        *(f"{DATA}{name}.{suffix}" for name in NAMES for suffix in ("csv", "json", "schema.json")),
        DATA,
        "/naju/8/feed/",
        "/naju/8/pledges/7-2-3/feed/",
        "/naju/8/sitemap.xml",
        "/sitemap.xml",
    ]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert SECRET not in response.content.decode(), address
    assert client.get(f"/naju/8/pledges/{SECRET}/feed/").status_code == 404


QUERIES = {"editions": 4, "changes": 4}


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("suffix", ["csv", "json"])
@pytest.mark.parametrize("name", NAMES)
def test_file_takes_as_many_queries_for_3_and_for_30_pledges(
    client, django_assert_num_queries, name, suffix, count
):
    plan = made.make_pledges(count)
    made.publish(plan, dt.date(2024, 3, 31))
    # The plan, its edition, the digests of all; then the cards, or the editions. What moved takes one more
    # where there are two dates.
    with django_assert_num_queries(QUERIES.get(name, 4)):
        assert client.get(f"{HANBIT}{name}.{suffix}").status_code == 200


@pytest.mark.parametrize("count", [3, 30])
def test_page_feed_and_sitemap_take_as_many_queries(client, django_assert_num_queries, count):
    plan = made.make_pledges(count)
    made.publish(plan, dt.date(2024, 3, 31))
    for address, queries in [
        ("/hanbit/8/data/", 3),
        ("/hanbit/8/feed/", 3),
        ("/hanbit/8/sitemap.xml", 3),
        ("/sitemap.xml", 1),
    ]:
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200


CACHED = [f"{DATA}pledges.csv", f"{DATA}changes.json", "/naju/8/feed/", "/naju/8/pledges/7-2-3/feed/"]


@pytest.mark.parametrize("address", [*CACHED, "/naju/8/sitemap.xml", "/sitemap.xml"])
def test_unchanged_answer_is_told_by_tag_and_by_date(naju, client, address):
    published = Edition.objects.get().published_at
    first = client.get(address)
    assert first.headers["Last-Modified"] == published.astimezone(dt.UTC).strftime(
        "%a, %d %b %Y %H:%M:%S GMT"
    )
    for asked in (
        {"if-none-match": first.headers["ETag"]},
        {"if-modified-since": first.headers["Last-Modified"]},
    ):
        again = client.get(address, headers=asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(address, headers={"if-none-match": 'W/"old"'}).status_code == 200
    # A signed-in reader gets the same file under the same tag.
    client.force_login(factories.UserFactory())
    assert client.get(address).headers["ETag"] == first.headers["ETag"]


def test_new_edition_changes_the_tag(moving, client):
    before = client.get(f"{HANBIT}changes.csv").headers["ETag"]
    plan = Plan.objects.get()
    factories.PeriodFactory(plan=plan, as_of=dt.date(2024, 9, 30), state=PeriodState.CLOSED)
    made.publish(plan, dt.date(2024, 9, 30))
    answer = client.get(f"{HANBIT}changes.csv", headers={"if-none-match": before})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != before


OPEN = [
    f"{DATA}pledges.csv",
    f"{DATA}pledges.schema.json",
    "/naju/8/pledges.json",
    "/naju/8/pledges.csv",
    "/naju/8/pledges/7-2-3.json",
    "/naju/8/feed/",
]
CLOSED = [
    "/naju/8/",
    DATA,
    "/naju/8/pledges/",
    "/naju/8/pledges/7-2-3/",
    "/naju/8/pledges/7-2-3.xlsx",
    "/healthz",
]


@pytest.mark.parametrize("address", OPEN)
def test_scripts_of_any_site_may_read_open_data(naju, client, address):
    asked = {"origin": "https://news.example"}
    for response in (client.get(address, headers=asked), client.head(address, headers=asked)):
        assert response.status_code == 200
        assert response.headers[CORS] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"if-none-match": tag}).headers[CORS] == "*"
    before = client.options(address, headers={**asked, "access-control-request-method": "GET"})
    assert (before.status_code, before.content) == (204, b"")
    assert before.headers[CORS] == "*"
    assert before.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    written = client.post(address, headers=asked)
    assert written.status_code == 405
    assert CORS not in written.headers


@pytest.mark.parametrize("address", CLOSED)
def test_nothing_else_is_open_to_other_sites(naju, client, address):
    assert CORS not in client.get(address, headers={"origin": "https://news.example"}).headers
    assert CORS not in client.options(address, headers={"origin": "https://news.example"}).headers


# --- Sitemap, robots, OpenGraph -------------------------------------------------


def addresses_in(client, address: str) -> dict[str, str]:
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ElementTree.fromstring(client.get(address).content)
    return {each.findtext(f"{space}loc"): each.findtext(f"{space}lastmod") for each in root}


def test_sitemap_leads_to_every_page_of_the_current_edition(naju, client):
    index = addresses_in(client, "/sitemap.xml")
    assert list(index) == [
        "http://testserver/sitemap-cities.xml",
        "http://testserver/naju/8/sitemap.xml",
    ]
    pages = addresses_in(client, "/naju/8/sitemap.xml")
    assert {page.removeprefix("http://testserver") for page in pages} == {
        "/naju/8/",
        "/naju/8/pledges/",
        "/naju/8/pledges/7-2-3/",
        "/naju/8/areas/",
        "/naju/8/areas/7/",
        "/naju/8/areas/7-2/",
        "/naju/8/money/",
        "/naju/8/changes/",
        "/naju/8/method/",
        "/naju/8/data/",
    }
    published = Edition.objects.get().published_at
    assert {dt.datetime.fromisoformat(moment) for moment in pages.values()} == {
        published.replace(microsecond=0)
    }
    for page in pages:
        assert client.get(page).status_code == 200


def test_sitemap_of_cities_names_the_pages_above_the_plans(naju, client, django_assert_num_queries):
    """나주시 was published, 한빛시 was not: that one has no moment at which it changed."""
    factories.MunicipalityFactory(code="hanbit", name="한빛시")
    with django_assert_num_queries(2):
        text = client.get("/sitemap-cities.xml").content.decode()
    pages = re.findall(r"<url><loc>http://testserver([^<]+)</loc>(<lastmod>)?", text)
    assert sorted(pages) == [
        ("/", "<lastmod>"),
        ("/compare/", "<lastmod>"),
        ("/hanbit/", ""),
        ("/naju/", "<lastmod>"),
    ]
    for page, _moment in pages:
        assert client.get(page).status_code == 200


def test_sitemap_takes_codes_that_need_encoding(client):
    plan = factories.PlanFactory()
    for code in ("III-①-1", "7-1)", "A&B"):
        factories.PledgeFactory(plan=plan, code=code)
    made.publish(plan, dt.date(2024, 3, 31))
    for page in addresses_in(client, "/hanbit/8/sitemap.xml"):
        assert client.get(page).status_code == 200


def test_robots_name_the_sitemap(client):
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode().splitlines()


def og(html: str) -> dict[str, str]:
    return dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', html))


def test_pages_tell_other_sites_what_they_are(naju, client):
    card = og(client.get("/naju/8/pledges/7-2-3/").content.decode())
    assert card["title"].startswith("7-2-3 학습동아리 활성화 · 나주시")
    assert "73.33%" in card["description"]
    assert "2025. 9. 30." in card["description"]
    assert card["url"] == "http://testserver/naju/8/pledges/7-2-3/"
    assert card["site_name"] == "공약이행 포털"
    listed = og(client.get("/naju/8/pledges/?q=학습&sort=-rate").content.decode())
    assert listed["url"] == "http://testserver/naju/8/pledges/"
    front = og(client.get("/naju/8/").content.decode())
    assert front["url"] == "http://testserver/naju/8/"
    assert "100.00%" in front["description"]
    city = og(client.get("/naju/").content.decode())
    assert city["url"] == "http://testserver/naju/"
    assert city["title"].startswith("나주시")
    assert "%" not in city["description"]
