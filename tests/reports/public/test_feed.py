"""Atom feeds of a plan and of a pledge."""

import datetime as dt
import unicodedata

import pytest
from defusedxml import ElementTree

from reports.models import Edition
from tests import factories
from tests.reports.public import naju as made
from tests.reports.public.test_open_data import moving  # noqa: F401 - a fixture

ATOM = "{http://www.w3.org/2005/Atom}"

pytestmark = pytest.mark.django_db


def feed(client, address: str):
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def titles(root) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]


def identities(root) -> list[str]:
    return [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]


def test_feed_of_naju_tells_its_edition(naju, client):
    root = feed(client, "/naju/8/feed/")
    edition = Edition.objects.get()
    assert titles(root) == ["2025. 9. 30. 기준 실적 공표(제1판)"]
    [entry] = root.iter(f"{ATOM}entry")
    assert dt.datetime.fromisoformat(entry.findtext(f"{ATOM}updated")) == edition.published_at
    assert entry.find(f"{ATOM}link").get("href") == "http://testserver/naju/8/?as_of=2025-09-30&edition=1"
    assert "100.00%" in entry.findtext(f"{ATOM}summary")
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == "http://testserver/naju/8/feed/"
    assert root.findtext(f"{ATOM}id") == "tag:127.0.0.1,2022-07-01:/naju/8/pledges/feed"
    day = edition.published_at.date().isoformat()
    assert identities(root) == [f"tag:127.0.0.1,{day}:/naju/8/pledges/2025-09-30/1"]


def test_feed_tells_corrections_with_their_reason_and_what_moved(moving, client):  # noqa: F811
    root = feed(client, "/hanbit/8/feed/")
    assert titles(root) == [
        "2024. 6. 30. 기준: 2024. 3. 31. 이후 공약 2건 변동",
        "2024. 6. 30. 기준 실적 공표(제1판)",
        "2024. 3. 31. 기준 실적 공표(제2판)",
        "2024. 3. 31. 기준 실적 공표(제1판)",
    ]
    words = [entry.findtext(f"{ATOM}summary") for entry in root.iter(f"{ATOM}entry")]
    assert "45.00% → 100.00%, 정상추진 → " in words[0]
    assert "새로 포함" in words[0]
    assert "공약 2" not in words[0]
    assert "오타 정정" in words[2]
    assert "<p>공약 1건 변동</p>" in words[2]
    assert "40.00% → 45.00%" in words[2]
    assert len(set(identities(root))) == 4


def test_feed_of_a_pledge_tells_how_it_went_on(moving, client):  # noqa: F811
    root = feed(client, "/hanbit/8/pledges/1/feed/")
    # The correction of March concerns this pledge: 40 became 45.
    assert [title.split(" 기준")[0] for title in titles(root)] == [
        "2024. 6. 30.",
        "2024. 3. 31.",
        "2024. 3. 31.",
    ]
    assert ["100.00%" in title for title in titles(root)] == [True, False, False]
    first = next(root.iter(f"{ATOM}entry"))
    assert "45.00% → 100.00%" in first.findtext(f"{ATOM}summary")
    assert first.find(f"{ATOM}link").get("href").endswith("/hanbit/8/pledges/1/?as_of=2024-06-30&edition=1")


def test_correction_of_another_pledge_is_no_news_of_this_one(moving, client):  # noqa: F811
    assert len(titles(feed(client, "/hanbit/8/pledges/2/feed/"))) == 2
    assert len(titles(feed(client, "/hanbit/8/pledges/3/feed/"))) == 1


def test_identities_stay_when_more_is_published(moving, client):  # noqa: F811
    before = identities(feed(client, "/hanbit/8/feed/"))
    factories.PeriodFactory(plan=moving, as_of=dt.date(2024, 9, 30), state="closed")
    made.publish(moving, dt.date(2024, 9, 30))
    after = identities(feed(client, "/hanbit/8/feed/"))
    assert set(before) < set(after)


def test_feed_of_a_code_that_needs_encoding(client):
    plan = factories.PlanFactory()
    factories.PledgeFactory(plan=plan, code="III-①-1", name="길 & <골목>")
    made.publish(plan, dt.date(2024, 3, 31))
    root = feed(client, "/hanbit/8/pledges/III-①-1/feed/")
    assert root.findtext(f"{ATOM}title").endswith("III-①-1 길 & <골목>")
    assert all(unicodedata.is_normalized("NFC", each) and each.isascii() for each in identities(root))
    assert client.get("/hanbit/8/pledges/none/feed/").status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_feed_of_a_pledge_takes_three_queries(client, django_assert_num_queries, count):
    plan = made.make_pledges(count)
    made.publish(plan, dt.date(2024, 3, 31))
    code = plan.pledges.in_order()[0].code
    with django_assert_num_queries(3):
        assert client.get(f"/hanbit/8/pledges/{code}/feed/").status_code == 200


def test_pages_point_at_the_feeds(naju, client):
    assert 'type="application/atom+xml"' in client.get("/naju/8/").content.decode()
    card = client.get("/naju/8/pledges/7-2-3/").content.decode()
    assert 'href="/naju/8/feed/"' in card
    assert 'href="/naju/8/pledges/7-2-3/feed/"' in card


def test_feed_in_english_once_chosen(naju, client):
    client.cookies["django_language"] = "en"
    assert titles(feed(client, "/naju/8/feed/")) == ["Figures as of 30 September 2025 published, edition 1"]
