"""The pages of a plan as a whole: front page, areas, formulas, cities and terms, older editions."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from pledges.enums import Status
from pledges.models import Pledge, ProgressReport
from reports.models import Edition, EditionPledge
from tests import factories
from tests.reports.public import naju as made
from tests.reports.public.conftest import plain

MARCH = dt.date(2024, 3, 31)
JUNE = dt.date(2024, 6, 30)

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_quarters():
    """One pledge, on track in March and completed in June, each published; March corrected since."""
    plan = made.make_pledges(1, code="1-1", name="약속")
    made.publish(plan, MARCH)
    pledge = Pledge.objects.get()
    june = factories.PeriodFactory(plan=plan, as_of=JUNE, state="closed")
    factories.ApprovedReportFactory(pledge=pledge, period=june, status=Status.CLOSED)
    made.publish(plan, JUNE)
    report = ProgressReport.objects.get(period__as_of=MARCH)
    factories.ApprovedReportFactory(
        pledge=pledge, period=report.period, revision=2, status=Status.PARTIAL, reason="잘못 판단"
    )
    made.publish(plan, MARCH, reason="추진상황을 바로잡음")
    return plan


def test_front_page_shows_the_headline_with_its_formula(naju, text_of):
    page = text_of("/naju/8/")
    assert "이행률 (완료·계속추진 공약의 비율) 100.00%" in page
    assert "(완료 종결 + 완료 후 계속추진) ÷ 전체 공약 = 1 ÷ 1 = 100.00%" in page
    assert "기준일 2025. 9. 30. · 제1판" in page
    assert "추진 중 0.00% (= 100 − 100.00)" in page
    assert "7 시민소통 1 73.33%" in page


def test_front_page_counts_statuses_and_links_to_them(naju, client):
    html = client.get("/naju/8/").content.decode()
    page = plain(html)
    assert "전체 공약 1 ● 완료 종결 0 ◕ 완료 후 계속추진 1 ◑ 정상추진 0 ◔ 일부추진 0" in page
    assert 'href="/naju/8/pledges/?status=continuing"' in html
    assert "보류" not in page


def test_front_page_shows_the_money(naju, text_of):
    page = text_of("/naju/8/")
    assert "소요예산 75.4 확보액 – 집행액 42 집행률 55.70%" in page
    assert "시비 75.4 – 75.4 – 33 18.5 13.2 10.7 –" in text_of("/naju/8/money/")


def test_front_page_lists_what_lags_and_what_was_not_submitted(naju, text_of):
    page = text_of("/naju/8/")
    assert "연차 목표에 못 미친 공약 1" in page
    assert "7-2-3 학습동아리 활성화 기획예산실 ◕ 완료 후 계속추진 83.33% 73.33%" in page
    assert "미제출 공약" not in page


def test_plan_without_yearly_targets_does_not_claim_that_nothing_lags(text_of):
    made.publish(made.make_pledges(1), MARCH)
    page = text_of("/hanbit/8/")
    assert "연차 목표 달성률을 산정하지 않습니다." in page
    assert "못 미친 공약이 없습니다" not in page


def test_pledge_without_a_report_is_listed_as_not_submitted(text_of):
    plan = made.make_pledges(1, code="1-1")
    made.publish(plan, JUNE)
    assert "미제출 공약 1" in text_of("/hanbit/8/")
    assert "미제출" in text_of("/hanbit/8/pledges/")
    assert "마지막으로 제출된 수치를 표시합니다." in text_of("/hanbit/8/pledges/1-1/")


@pytest.mark.parametrize("count", [1, 3])
def test_front_page_takes_four_queries(count, client, django_assert_num_queries):
    made.publish(made.make_pledges(count), MARCH)
    with django_assert_num_queries(4):
        assert client.get("/hanbit/8/").status_code == 200


def test_approved_but_unpublished_report_shows_nowhere(naju, client):
    period = factories.PeriodFactory(plan=naju, as_of=dt.date(2025, 12, 31))
    pledge = Pledge.objects.get()
    factories.ApprovedReportFactory(pledge=pledge, period=period, status=Status.DROPPED, cause="비밀 사유")
    factories.AchievementFactory(report=period.reports.get(), text="미공개 실적")
    pledge.name = "바뀐 이름"
    pledge.save()
    for address in (
        "/naju/8/",
        "/naju/8/pledges/",
        "/naju/8/pledges/7-2-3/",
        "/naju/8/pledges/7-2-3.json",
        "/naju/8/pledges.csv",
        "/naju/8/areas/7/",
        "/naju/8/money/",
        "/naju/8/method/",
    ):
        text = client.get(address).content.decode()
        for secret in ("비밀 사유", "미공개 실적", "바뀐 이름", "폐기", "2025. 12. 31."):
            assert secret not in text.replace("폐기된 공약", ""), (address, secret)


def test_older_edition_is_shown_with_a_notice(two_quarters, text_of):
    assert "완료 종결 1" in text_of("/hanbit/8/")
    march = text_of("/hanbit/8/?as_of=2024-03-31")
    assert "지난 수치를 보고 있습니다: 2024. 3. 31. 기준, 제2판." in march
    assert "최신 수치는 2024. 6. 30. 기준, 제1판입니다." in march
    assert "일부추진 1" in march
    assert "제2판은 앞서 공표한 내용을 바로잡은 것입니다. 추진상황을 바로잡음" in march
    first = text_of("/hanbit/8/?as_of=2024-03-31&edition=1")
    assert "정상추진 1" in first
    assert "정정" not in first.split("공표 이력")[0]


def test_date_between_two_periods_gives_the_earlier(two_quarters, text_of):
    assert "지난 수치를 보고 있습니다: 2024. 3. 31. 기준, 제2판." in text_of("/hanbit/8/?as_of=2024-05-05")


def test_current_edition_asked_for_by_date_has_no_notice(two_quarters, text_of):
    assert "지난 수치" not in text_of("/hanbit/8/?as_of=2024-06-30&edition=1")


def test_links_stay_in_the_older_edition(two_quarters, client):
    query = "?as_of=2024-03-31&amp;edition=1"
    html = client.get("/hanbit/8/?as_of=2024-03-31&edition=1").content.decode()
    assert f'href="/hanbit/8/pledges/{query}"' in html
    assert f'href="/hanbit/8/areas/1/{query}"' in html
    html = client.get("/hanbit/8/pledges/?as_of=2024-03-31&edition=1").content.decode()
    assert f'href="/hanbit/8/pledges/1-1/{query}"' in html
    assert '<input type="hidden" name="as_of" value="2024-03-31">' in html


def test_every_edition_is_listed_with_its_reason(two_quarters, text_of):
    page = text_of("/hanbit/8/").split("공표 이력", 1)[1]
    assert re.findall(r"20\d\d\. \d+\. \d+\. (?:보고 있음 |제?[12]판 )?[12] ", page) == [
        "2024. 6. 30. 보고 있음 1 ",
        "2024. 3. 31. 제2판 2 ",
        "2024. 3. 31. 제1판 1 ",
    ]
    assert "추진상황을 바로잡음" in page


def test_edition_that_was_never_published_is_not_found(two_quarters, client):
    for query in [
        "as_of=2020-01-01",
        "as_of=gestern",
        "as_of=2024-03-31&edition=9",
        "edition=x",
        "edition=99999999999",
    ]:
        response = client.get(f"/hanbit/8/?{query}")
        assert response.status_code == 404, query
        assert "페이지를 찾을 수 없습니다" in response.content.decode()


def test_address_of_nothing_is_not_found(naju, client):
    for address in [
        "/naju/9/",
        "/naju/08/",
        "/naju/0/",
        "/naju/99999999999999999999/",
        "/nowhere/",
        "/nowhere/8/",
        "/naju/8/works/",
        "/naju/8/pledges/7-2-4/",
        "/naju/8/pledges/7-2-4.json",
        "/naju/8/pledges.pdf",
        "/naju/8/areas/8/",
        "/naju/8/pledges/-/",
        "/Naju/8/",
        "/naju/8/pledges/7-2-3/more/",
    ]:
        assert client.get(address).status_code == 404, address


def test_public_pages_are_read_only(naju, client):
    for address in ("/", "/naju/", "/naju/8/", "/naju/8/pledges/", "/naju/8/pledges/7-2-3/"):
        for method in (client.post, client.put, client.delete):
            assert method(address).status_code == 405


def test_area_shows_its_parts_and_pledges(naju, text_of):
    page = text_of("/naju/8/areas/7/")
    assert "공약 1 / 계획 전체 1 평균 이행률 73.33% 소요예산 75.4 백만원" in page
    assert "집행액 42 백만원" in page
    assert "7-2 조직문화 1 73.33%" in page
    assert "7-2-3 학습동아리 활성화" in page
    assert "분야별 현황 7 시민소통 7-2 조직문화" in text_of("/naju/8/areas/7-2/")


def test_formulas_stand_side_by_side_with_their_numbers(naju, text_of):
    page = text_of("/naju/8/method/")
    assert "공약별 이행률의 평균 공약별 이행률의 합 ÷ 이행률이 있는 공약 수 73.3333… ÷ 1 1건 73.33%" in page
    assert "완료·계속추진 공약의 비율 대표 산식" in page
    assert "완료 종결 ÷ 전체 공약 0 ÷ 1 1건 0.00%" in page
    assert "83.3333… ÷ 1 1건 83.33%" in page
    assert page.count("대표 산식 ") == 1
    assert "폐기된 공약도 분모에 포함합니다." in page
    assert "소수 2자리까지 반올림하여" in page
    assert "(80 + 66.6666…) ÷ 2 = 73.3333…" in page


def test_truncating_plan_says_so(text_of):
    plan = factories.PlanFactory(decimals=1, rounding="truncate", counts_dropped=False)
    made.publish(made.make_pledges(1, plan=plan), MARCH)
    page = text_of("/hanbit/8/method/")
    assert "소수 1자리까지 남기고 절사하여" in page
    assert "폐기된 공약은 분모에서 제외합니다." in page
    assert "산출 예" not in page


def test_plan_without_an_edition_says_so(client, text_of):
    made.make_pledges(1)
    page = text_of("/hanbit/8/")
    assert "아직 공표한 내용이 없습니다." in page
    assert "공약실천계획은 등록되었으며, 첫 공표를 준비하고 있습니다." in page
    assert client.get("/hanbit/8/pledges/").status_code == 404


def test_term_without_a_plan_says_so(text_of):
    factories.TermFactory()
    assert "아직 공표한 내용이 없습니다." in text_of("/hanbit/8/")


def test_other_plan_stands_beside_the_pledges_by_the_same_pages(naju, client, text_of):
    works = factories.PlanFactory(term=naju.term, code="works-2025", name="2025년 주요업무")
    made.make_pledges(1, plan=works, code="A-3", name="도로 포장")
    made.publish(works, MARCH)
    assert "2025년 주요업무" in text_of("/naju/8/")
    html = client.get("/naju/8/works-2025/-/").content.decode()
    assert "도로 포장" not in plain(client.get("/naju/8/pledges/").content.decode())
    assert 'href="/naju/8/works-2025/-/areas/1/"' in html
    assert 'href="/naju/8/works-2025/-/method/"' in html
    assert 'href="/naju/8/works-2025/"' in html
    assert "도로 포장" in text_of("/naju/8/works-2025/")
    assert "도로 포장" in text_of("/naju/8/works-2025/A-3/")
    assert "도로 포장" in text_of("/naju/8/works-2025/-/areas/1/")
    assert client.get("/naju/8/works-2025.csv").status_code == 200
    assert client.get("/naju/8/pledges/-/method/").status_code == 404


def test_home_of_one_city_goes_straight_to_its_current_term(naju, client):
    factories.TermFactory(
        municipality=naju.term.municipality,
        number=7,
        starts_on=dt.date(2018, 7, 1),
        ends_on=dt.date(2022, 6, 30),
    )
    response = client.get("/")
    assert (response.status_code, response.url) == (302, "/naju/8/")


def test_home_of_several_cities_lists_them(naju, text_of, client, django_assert_num_queries):
    made.make_pledges(1)
    page = text_of("/")
    assert "나주시 민선 8기" in page
    assert "100.00%" in page
    assert "한빛시 가상" in page
    assert "아직 공표한 내용이 없습니다." in page
    with django_assert_num_queries(4):
        client.get("/")


def test_home_of_an_empty_portal_says_what_to_do(text_of):
    assert "등록된 지자체가 없습니다." in text_of("/")


def test_city_keeps_its_past_terms(naju, text_of):
    """Terms before and after that of the plan: what was published in one that ended stays on the page."""
    city, today = naju.term.municipality, timezone.localdate()
    naju.term.starts_on, naju.term.ends_on = dt.date(2022, 7, 1), max(today, dt.date(2026, 6, 30))
    naju.term.save()
    for number, starts_on, ends_on in [
        (7, dt.date(2018, 7, 1), dt.date(2022, 6, 30)),
        (9, naju.term.ends_on + dt.timedelta(days=1), naju.term.ends_on + dt.timedelta(days=1460)),
    ]:
        factories.TermFactory(municipality=city, number=number, starts_on=starts_on, ends_on=ends_on)
    page = text_of("/naju/")
    places = [page.index(words) for words in ("민선 9기", "민선 8기 현재", "민선 7기 임기 종료")]
    assert places == sorted(places)
    assert "아직 임기가 시작되지 않았습니다." in page[places[0] : places[1]]
    assert "(완료 종결 + 완료 후 계속추진) ÷ 전체 공약 = 1 ÷ 1" in page[places[1] : places[2]]
    assert "기준일 2025. 9. 30." in page[places[1] : places[2]]
    assert "첫 분기 실적을 공표하면" in page[places[2] :]


def test_term_that_ended_stays_readable_when_the_next_one_has_begun(naju, client, text_of):
    city, today = naju.term.municipality, timezone.localdate()
    naju.term.starts_on, naju.term.ends_on = today - dt.timedelta(days=1461), today - dt.timedelta(days=1)
    naju.term.save()
    factories.TermFactory(
        municipality=city, number=9, starts_on=today, ends_on=today + dt.timedelta(days=1460)
    )
    factories.MunicipalityFactory(code="hanbit", name="한빛시")
    home = client.get("/").content.decode()
    assert 'href="/naju/9/"' in client.get("/naju/").content.decode()
    assert "다른 임기: 민선 8기 100.00% (2025. 9. 30. 기준)" in plain(home)
    assert "공약 보기" not in home
    assert 'href="/naju/8/"' in home
    assert "73.33%" in text_of("/naju/8/pledges/7-2-3/")
    nothing = text_of("/naju/9/")
    assert "첫 분기 실적을 공표하면 이 주소에서 다음 내용을 볼 수 있습니다." in nothing
    assert "공약실천계획은 등록되었으며" not in nothing


def test_fictional_city_is_called_so_on_every_page(client, text_of):
    plan = made.make_pledges(1, code="1-1")
    made.publish(plan, MARCH)
    for address in ("/hanbit/", "/hanbit/8/", "/hanbit/8/pledges/", "/hanbit/8/pledges/1-1/"):
        assert "한빛시는 실제로 없는 도시입니다." in text_of(address)


def test_real_city_is_not_called_fictional(naju, text_of):
    assert "실제로 없는" not in text_of("/naju/8/")


def test_same_figure_on_front_area_list_card_and_files(naju, client, text_of):
    for address in ("/naju/8/", "/naju/8/areas/7-2/", "/naju/8/pledges/", "/naju/8/pledges/7-2-3/"):
        assert "73.33%" in text_of(address)
    assert client.get("/naju/8/pledges.json").json()["pledges"][0]["rate"] == "73.33"
    assert EditionPledge.objects.get().card["rate"]["display"] == "73.33"


def test_page_that_has_not_changed_is_answered_with_304(two_quarters, client):
    for address in ("/hanbit/8/", "/hanbit/8/pledges/", "/hanbit/8/pledges/1-1/", "/hanbit/8/pledges.csv"):
        first = client.get(address)
        again = client.get(address, headers={"if-none-match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    tag = client.get("/hanbit/8/").headers["ETag"]
    period = Edition.objects.get(as_of=JUNE).period
    factories.ApprovedReportFactory(
        pledge=Pledge.objects.get(), period=period, revision=2, status=Status.ON_HOLD, reason="다시"
    )
    made.publish(two_quarters, JUNE, reason="다시 봄")
    assert client.get("/hanbit/8/", headers={"if-none-match": tag}).status_code == 200


def test_headline_and_means_of_areas_have_names_of_their_own(naju, text_of):
    for address in ("/naju/8/", "/naju/8/areas/7/"):
        page = text_of(address)
        assert "평균 이행률: 공약 이행률의 평균(하위 분야 포함)" in page
        assert "분야 공약 평균 이행률" in page or "분야 공약 수 평균 이행률" in page


def test_rates_of_areas_stand_with_the_plan_s_mean_and_are_told_from_the_headline(naju, text_of):
    """The headline is a share of completed pledges, 100 %; the one pledge's rate is 73.33 %."""
    page = text_of("/naju/8/")
    assert (
        "분야별 이행률은 공약 이행률의 평균이어서 위의 이행률(완료·계속추진 공약의 비율)과 다릅니다." in page
    )
    assert "계획 전체 1 73.33% 0 1 0 0 0 75.4 42 7 시민소통 1 73.33% 0 1 0 0 0 75.4 42" in page


def test_plan_whose_headline_is_the_mean_does_not_tell_it_from_areas_rates(text_of):
    plan = made.make_pledges(1)
    plan.pledges.update(area=factories.AreaFactory(plan=plan, code="1", name="하나"))
    made.publish(plan, MARCH)
    page = text_of("/hanbit/8/")
    assert "이행률 (공약별 이행률의 평균)" in page
    assert "계획 전체 1" in page
    assert "위의 이행률" not in page


@pytest.mark.parametrize("address", ["/naju/8/", "/naju/8/areas/", "/naju/8/money/"])
def test_every_figure_of_an_area_has_its_label_for_a_telephone(naju, client, address):
    """There a row is a card, and the table's head is not shown."""
    table = re.search(
        r'<table class="entry data areas">.*?</table>', client.get(address).content.decode(), re.S
    )
    cells = re.findall(r"<td[^>]*>", table[0])
    assert len(cells) >= 3
    assert [cell for cell in cells if "data-label=" not in cell] == []
