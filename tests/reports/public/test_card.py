"""The card page: everything that Naju's official card shows."""

import datetime as dt

import pytest
from django.urls import reverse

from pledges.models import Pledge
from reports.models import EditionPledge
from tests import factories
from tests.reports.public import naju as made

CARD = "/naju/8/pledges/7-2-3/"
INVESTMENT_ROW = "75.4 – 75.4 – 33 18.5 13.2 10.7 –"

pytestmark = pytest.mark.django_db


def test_card_shows_the_figures_of_the_official_form(naju, text_of):
    page = text_of(CARD)
    assert "이행률 73.33%" in page
    assert "연차별 목표 달성률 83.33%" in page
    assert "42 / 75.4 백만원" in page
    assert "2025. 9. 30." in page
    assert "제1판" in page


def test_card_head_marks_what_was_chosen(naju, text_of):
    page = text_of(CARD)
    assert "완료시기 ✓ 임기내 (선택) 임기후" in page
    assert "사업주체 국가 도 ✓ 나주시 (선택) 민간" in page
    assert "신규여부 신규 ✓ 계속 (선택)" in page
    assert "예산구분 ✓ 예산 (선택) 비예산" in page
    assert "추진상황 완료 종결 ✓ 완료 후 계속추진 (선택) 정상추진 일부추진" in page


def test_indicator_table_is_in_the_notation_of_the_card(naju, text_of):
    page = text_of(CARD)
    assert "추진계획 수립 회 목표 1(1) 1(2) 1(3) 1(4) 1(5) 80.00 100.00 이행 1(1) 1(2) 1(3) 1(4)" in page
    assert "보고회 개최 회 목표 1(1) 1(2) 1(3) - 66.67 66.67 이행 1(1) -(1) 1(2)" in page


def test_arithmetic_of_the_rate_is_shown_exactly(naju, text_of):
    page = text_of(CARD)
    assert "= 4 ÷ 5 = 80%" in page
    assert "= 2 ÷ 3 = 66.6666…%" in page
    assert "(80 + 66.6666…) ÷ 2 = 73.3333…" in page
    assert "소수 2자리까지 반올림하여 73.33%로 표시합니다." in page


def test_investment_table_has_total_source_and_executed_rows(naju, text_of):
    page = text_of(CARD)
    assert f"총계 {INVESTMENT_ROW}" in page
    assert f"시비 {INVESTMENT_ROW}" in page
    assert "집행액 42 – 42 – 33 – 9 – –" in page
    assert "42 ÷ 75.4 = 55.70%" in page


def test_schedule_says_planned_and_done_in_words(naju, text_of):
    assert "추진 계획 수립 ○ 계획 ● 완료 ○ 계획" in text_of(CARD)


def test_achievements_stand_by_date_with_their_lines(naju, text_of):
    page = text_of(CARD)
    assert "2023. 3.~9. 참가팀 공모(6개팀, 53명)와 연구 활동" in page
    assert "2025. 4.~ 정책 벤치마킹 원정대 선정·운영 9개팀 1차 5개팀, 2차 2개팀, 3차 2개팀" in page


def test_texts_of_the_city_are_on_the_card(naju, text_of):
    page = text_of(CARD)
    for text in Pledge.objects.values_list("goal", "basis", "overview", "effects", "campaign_text").get():
        assert text in page


def test_status_without_colour_is_a_sign_and_a_word(naju, client):
    html = client.get(CARD).content.decode()
    assert '<span class="status__sign" aria-hidden="true">◕</span>완료 후 계속추진' in html


def test_neighbours_are_those_of_the_plan_s_order(db, text_of):
    plan = factories.PlanFactory()
    for code in ("1-10", "1-2", "7-1)"):
        made.make_pledges(1, plan=plan, code=code, name=f"약속 {code}")
    made.publish(plan, made.dt.date(2024, 3, 31))
    page = text_of("/hanbit/8/pledges/1-2/")
    assert "← 이전 공약 1-10 약속 1-10" in page
    assert "다음 공약 → 7-1) 약속 7-1)" in page
    assert "이전 공약" not in text_of("/hanbit/8/pledges/1-10/").split("다음 공약")[0][-40:]


@pytest.mark.parametrize("code", ["III-①-1", "7-1)", "가-1", "1 가", "50%", "a&b"])
def test_code_of_any_kind_has_an_address(db, client, code):
    plan = made.make_pledges(1, code=code, name="약속")
    made.publish(plan, made.dt.date(2024, 3, 31))
    address = reverse("public:card", kwargs={"city": "hanbit", "term": 8, "plan": "pledges", "code": code})
    assert address.isascii()
    assert client.get(address).status_code == 200
    assert address.encode() in client.get("/hanbit/8/pledges/").content.replace(b"&amp;", b"&")


def test_hostile_text_stays_text(db, client):
    nasty = "<script>alert(1)</script>{{ 7 }}\"'"
    plan = made.make_pledges(1, code="1-1", name=nasty, goal=nasty, campaign_text=nasty)
    made.publish(plan, made.dt.date(2024, 3, 31))
    for address in ("/hanbit/8/", "/hanbit/8/pledges/", "/hanbit/8/pledges/1-1/", "/hanbit/8/areas/1/"):
        html = client.get(address).content.decode()
        assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}" in html


def test_pledge_without_indicators_or_money_says_so(db, text_of):
    plan = made.make_pledges(1, code="1-1")
    made.publish(plan, made.dt.date(2024, 3, 31))
    page = text_of("/hanbit/8/pledges/1-1/")
    assert "확인지표와 이행률이 없는 공약입니다." in page
    assert "이행률 –" in page
    assert "0.00%" not in page


def test_entered_rate_is_called_one(db, text_of):
    plan = made.make_pledges(1, code="1-1")
    report = Pledge.objects.get().reports.get()
    report.entered_rate = "45.5"
    report.save()
    made.publish(plan, made.dt.date(2024, 3, 31))
    assert "이행률 45.50%는 부서가 입력한 값입니다." in text_of("/hanbit/8/pledges/1-1/")


def test_cause_and_remedy_stand_together(db, text_of):
    plan = made.make_pledges(1, code="1-1")
    report = Pledge.objects.get().reports.get()
    report.cause, report.remedy = "토지 보상 지연", "수용 재결 신청"
    report.save()
    made.publish(plan, made.dt.date(2024, 3, 31))
    assert "부진 사유 토지 보상 지연 대책 수용 재결 신청" in text_of("/hanbit/8/pledges/1-1/")


def test_json_is_the_card_document(naju, client):
    body = client.get("/naju/8/pledges/7-2-3.json").json()
    row = EditionPledge.objects.get()
    assert body.pop("edition") == 1
    assert body.pop("published_at") == row.edition.published_at.isoformat()
    assert body == row.card
    assert body["rate"] == {"exact": "220/3", "display": "73.33"}


@pytest.mark.parametrize("count", [1, 3])
def test_card_asks_the_database_the_same_whatever_the_plan(count, client, django_assert_num_queries, db):
    plan = made.make_pledges(count)
    made.publish(plan, made.dt.date(2024, 3, 31))
    code = EditionPledge.objects.first().code
    with django_assert_num_queries(7):
        assert client.get(f"/hanbit/8/pledges/{code}/").status_code == 200


def test_schedule_without_a_mark_says_so_in_place_of_the_legend(naju, text_of):
    assert "○ 계획 · ◐" in text_of(CARD)
    plan = made.make_pledges(1, code="1-1")
    factories.ScheduleTaskFactory(pledge=Pledge.objects.get(code="1-1"), name="기초 조사")
    made.publish(plan, dt.date(2024, 3, 31))
    page = text_of("/hanbit/8/pledges/1-1/")
    assert "기초 조사" in page
    assert "아직 표시된 분기가 없습니다." in page
    assert "○ 계획" not in page


def test_card_says_that_the_reason_is_the_whole_edition_s(naju, text_of):
    assert "정정 사유(판 전체)" in text_of(CARD)
    assert "정정 사유(판 전체)" not in text_of("/naju/8/")
