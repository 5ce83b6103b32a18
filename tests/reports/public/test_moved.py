"""What moved between two published 기준일: on the front page, and in the list."""

import datetime as dt
import re

import pytest

from pledges.enums import Status
from pledges.models import Pledge
from reports.models import Edition, EditionChange, EditionPledge
from reports.public.moved import what_moved
from tests import factories
from tests.reports.public import naju as made

MARCH, JUNE = dt.date(2024, 3, 31), dt.date(2024, 6, 30)

pytestmark = pytest.mark.django_db

# code: status and entered rate in March, then in June
STEPS = {
    "1": (Status.ON_TRACK, 50, Status.CLOSED, 100),
    "2": (Status.ON_TRACK, 50, Status.ON_TRACK, 60),
    "3": (Status.ON_TRACK, 50, Status.ON_TRACK, 20),
    "4": (Status.ON_TRACK, 50, Status.ON_TRACK, 50),
    "5": (Status.ON_TRACK, 50, Status.ON_HOLD, 50),
    "6": (Status.ON_TRACK, None, Status.ON_TRACK, 0),
    "7": (Status.CLOSED, 100, Status.CONTINUING, 100),
}


@pytest.fixture
def plan():
    plan = factories.PlanFactory()
    for place, as_of in enumerate((MARCH, JUNE)):
        period = factories.PeriodFactory(plan=plan, as_of=as_of, state="closed")
        for code, steps in STEPS.items():
            status, rate = steps[2 * place : 2 * place + 2]
            pledge = Pledge.objects.filter(code=code).first() or factories.PledgeFactory(
                plan=plan, code=code, name=f"약속 {code}"
            )
            factories.ApprovedReportFactory(pledge=pledge, period=period, status=status, entered_rate=rate)
        if place:
            factories.PledgeFactory(plan=plan, code="8", name="새 약속")
        made.publish(plan, as_of)
    return plan


def moved_in(as_of):
    edition = Edition.objects.for_as_of(as_of).newest_first()[0]
    return what_moved(edition, Edition.objects.compared_with(edition).first())


def test_each_pledge_that_moved_is_named_by_how_it_moved(plan):
    moves = moved_in(JUNE).moves
    assert [(move.code, [kind.code for kind in move.kinds]) for move in moves] == [
        ("1", ["completed", "up"]),
        ("3", ["down"]),
        ("2", ["up"]),
        ("6", ["up"]),
        ("5", ["status"]),
        ("7", ["status"]),
        ("8", ["added"]),
    ]
    first, second = moves[0], moves[3]
    assert (first.was_rate, first.rate) == ("50.00", "100.00")
    assert (second.was_rate, second.rate) == ("–", "0.00")


def test_tallies_count_each_way_once_a_pledge(plan):
    assert [(tally.kind.code, tally.count) for tally in moved_in(JUNE).tallies] == [
        ("completed", 1),
        ("up", 3),
        ("down", 1),
        ("status", 2),
        ("added", 1),
    ]


def test_first_edition_has_nothing_to_compare_with(plan, text_of):
    assert moved_in(MARCH).previous is None
    page = text_of("/hanbit/8/?as_of=2024-03-31")
    assert "처음 공표한 수치이므로 비교할 직전 기준일이 없습니다." in page
    assert "처음 공표한 이후의 공약 변경 보기" not in page


def test_front_page_shows_before_and_after(plan, text_of):
    page = text_of("/hanbit/8/")
    assert "직전 공표 이후 변동 7" in page
    assert "2024. 3. 31. 기준 제1판과 비교한 결과입니다." in page
    assert "● 완료 1 ▲ 이행률 상승 3 ▼ 이행률 하락 1 ◇ 그 밖의 추진상황 변경 2 ＋ 공약 추가 1" in page
    assert "50.00% → 에서 다음으로 변경: 100.00%" in page
    assert "1 약속 1 ● 완료 , ▲ 이행률 상승 ◑ 정상추진" in page
    assert "8 새 약속 ＋ 공약 추가 – 미지정 –" in text_of("/hanbit/8/changes/?kind=moved")


def test_pledge_that_falls_behind_its_target_is_named_without_other_changes():
    plan = factories.PlanFactory()
    pledge = factories.PledgeFactory(plan=plan, code="1-1")
    indicator = factories.IndicatorFactory(pledge=pledge, targets={2023: 1, 2024: 2, 2026: 1})
    for as_of, value in ((dt.date(2023, 12, 31), 1), (MARCH, 0)):
        period = factories.PeriodFactory(plan=plan, as_of=as_of, state="closed")
        report = factories.ApprovedReportFactory(pledge=pledge, period=period, status=Status.ON_TRACK)
        factories.ActualFactory(report=report, indicator=indicator, value=value)
        made.publish(plan, as_of)
    rows = EditionPledge.objects.order_by("edition__as_of")
    assert [row.to_date_display for row in rows] == ["100.00", "33.33"]
    assert [row.rate_display for row in rows] == ["25.00", "25.00"]
    [move] = moved_in(MARCH).moves
    assert [kind.code for kind in move.kinds] == ["behind"]


def test_all_that_moved_are_as_many_as_their_link_lists(plan, client):
    """A pledge that left the plan among them, and a correction of the same date beside them."""
    period = Edition.objects.get(as_of=JUNE).period
    factories.ApprovedReportFactory(
        pledge=Pledge.objects.get(code="4"), period=period, revision=2, status=Status.PARTIAL, entered_rate=5
    )
    made.publish(plan, JUNE, reason="오기를 바로잡음")
    change = EditionChange.objects.get(code="5", comparison__edition__number=2, has_moved=True)
    EditionChange.objects.filter(pk=change.pk).update(presence="removed", after=None)
    html = client.get("/hanbit/8/").content.decode()
    address, count = re.search(r'<a href="([^"]+kind=moved)">[^<]*?(\d+)건', html).groups()
    assert int(count) == 8
    page = client.get(address.replace("&amp;", "&"))
    [section] = page.context["sections"]
    assert (len(section.moves), section.is_correction) == (8, False)
    assert "5" in [move.code for move in section.moves if move.after is None]


def codes(client, query):
    html = client.get(f"/hanbit/8/pledges/?{query}").content.decode()
    return re.findall(r'<td class="col-code code">([^<]+)</td>', html)


def test_list_is_narrowed_to_what_moved(plan, client):
    assert codes(client, "moved=yes") == ["1", "2", "3", "5", "6", "7", "8"]
    assert codes(client, "moved=yes&status=on_hold") == ["5"]
    assert codes(client, "moved=yes&as_of=2024-03-31") == []
    assert codes(client, "moved=nonsense") == []
    rows = client.get("/hanbit/8/pledges.json?moved=yes").json()["pledges"]
    assert [row["code"] for row in rows] == ["1", "2", "3", "5", "6", "7", "8"]


def test_list_is_narrowed_to_what_is_behind(naju, client):
    assert "학습동아리" in client.get("/naju/8/pledges/?lagging=yes").content.decode()
    made.publish(made.make_pledges(1), MARCH)
    assert codes(client, "lagging=yes") == []


def test_correction_of_the_date_before_changes_the_tag_of_what_shows_it(plan, client):
    addresses = ("/hanbit/8/", "/hanbit/8/pledges/?moved=yes", "/hanbit/8/pledges.json?moved=yes")
    tags = {address: client.get(address).headers["ETag"] for address in addresses}
    pledge = Pledge.objects.get(code="4")
    period = Edition.objects.get(as_of=MARCH).period
    factories.ApprovedReportFactory(
        pledge=pledge, period=period, revision=2, status=Status.ON_TRACK, entered_rate=40, reason="오기"
    )
    made.publish(plan, MARCH, reason="오기를 바로잡음")
    assert [edition.as_of for edition in Edition.objects.filter(number=2)] == [MARCH]
    for address, tag in tags.items():
        assert client.get(address, headers={"if-none-match": tag}).status_code == 200, address
    assert "4" in codes(client, "moved=yes")


@pytest.mark.parametrize("count", [3, 30])
def test_front_page_with_a_date_before_takes_six_queries(count, client, django_assert_num_queries):
    plan = made.make_pledges(count)
    made.publish(plan, MARCH)
    period = factories.PeriodFactory(plan=plan, as_of=JUNE, state="closed")
    for pledge in Pledge.objects.all():
        factories.ApprovedReportFactory(pledge=pledge, period=period, status=Status.CLOSED)
    made.publish(plan, JUNE)
    with django_assert_num_queries(6):
        response = client.get("/hanbit/8/")
    assert len(response.context["moved"].moves) == count
    assert len(response.context["moves"]) == min(count, 5)
    link = b'href="/hanbit/8/changes/?date=2024-06-30&amp;step=since&amp;kind=moved"'
    assert (link in response.content) is (count > 5)
    with django_assert_num_queries(5):
        assert client.get("/hanbit/8/pledges/?moved=yes").status_code == 200


def test_front_page_searches_the_list_and_stays_in_the_edition(plan, client):
    html = client.get("/hanbit/8/?as_of=2024-03-31&edition=1").content.decode()
    form = re.search(r'<form class="search-box.*?</form>', html, re.DOTALL)[0]
    assert 'action="/hanbit/8/pledges/"' in form
    assert 'name="q"' in form
    assert '<input type="hidden" name="as_of" value="2024-03-31">' in form
