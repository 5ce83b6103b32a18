"""What the pictures beside shared links say, and how their words are set."""

import dataclasses
import datetime as dt
import io

import pytest
from PIL import Image

from pledges.models import Municipality
from reports.cards import RateText, read_card
from reports.models import Edition, EditionPledge
from reports.public import pictures
from reports.public.pictures import Picture, card_picture, city_picture, draw, plan_picture, portal_picture
from reports.summaries import read_summary
from tests.reports.public import naju as made

BOLD = pictures._font(pictures.BOLD, 60)
ROOM = 1056


@pytest.fixture
def published(naju):
    return read_card(EditionPledge.objects.get().card), Edition.objects.get()


def image_of(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(draw(picture))).convert("RGB")


@pytest.mark.django_db
def test_picture_of_a_card_says_name_rate_status_and_date(published):
    assert card_picture(*published) == Picture(
        place="나주시 민선 8기 공약실천계획",
        code="7-2-3",
        title="학습동아리 활성화",
        label="이행률",
        rate="73.33%",
        bar="73.33",
        facts=("추진상황: 완료 후 계속추진", "연차별 목표 달성률 83.33%", "기획예산실"),
        as_of="2025. 9. 30. 기준 · 제1판",
        notice="",
        portal="공약이행 포털",
    )


@pytest.mark.django_db
def test_picture_of_a_plan_says_headline_formula_and_counts(published):
    picture = plan_picture(read_summary(published[1].summary), published[1])
    assert (picture.place, picture.title) == ("나주시", "민선 8기 공약실천계획")
    assert (picture.label, picture.rate) == ("완료·계속추진 공약의 비율", "100.00%")
    assert picture.facts == ("완료 후 계속추진 1",)


@pytest.mark.django_db
def test_picture_is_in_korean_whoever_asks(published):
    from django.utils import translation  # noqa: PLC0415

    with translation.override("en"):
        assert card_picture(*published).label == "이행률"
        assert translation.get_language() == "en"


@pytest.mark.django_db
def test_picture_without_a_rate_has_no_bar_and_that_of_zero_has_an_empty_one(published):
    card, edition = published
    none = card_picture(dataclasses.replace(card, rate=RateText(None, "–")), edition)
    assert (none.rate, none.bar) == ("–", "")
    zero = card_picture(dataclasses.replace(card, rate=RateText("0", "0.00")), edition)
    assert (zero.rate, zero.bar) == ("0.00%", "0.00")
    bar, nothing = (542, 546), (255, 255, 255)
    assert image_of(none).getpixel((600, bar[0])) == nothing
    assert image_of(zero).getpixel((600, bar[0])) != nothing


@pytest.mark.django_db
def test_entered_rate_is_called_one(published):
    card, edition = published
    assert card_picture(dataclasses.replace(card, rate_is_entered=True), edition).label == "이행률(부서 입력)"


@pytest.mark.django_db
def test_picture_of_a_fictional_city_says_so(db):
    plan = made.make_pledges(1, code="1-1")
    made.publish(plan, dt.date(2024, 3, 31))
    edition = Edition.objects.get()
    notice = "한빛시는 가상의 도시입니다. 모든 수치는 시연용으로 지어낸 것입니다."
    assert card_picture(read_card(EditionPledge.objects.get().card), edition).notice == notice
    assert plan_picture(read_summary(edition.summary), edition).notice == notice
    assert city_picture(Municipality.objects.get().name, [8], is_fictional=True).notice == notice


def test_picture_of_a_city_names_its_terms_in_order():
    assert city_picture("나주시", [8, 7], is_fictional=False).facts == ("민선 7기 · 민선 8기",)
    assert portal_picture().title == "공약이행 포털"


def test_bar_is_as_long_as_the_rate():
    picture = dataclasses.replace(portal_picture(), rate="50%", bar="50", as_of="기준")
    image = image_of(picture)
    blue = (11, 80, 208)
    middle = 72 + ROOM // 2
    assert image.getpixel((middle - 10, 546)) == blue
    assert image.getpixel((middle + 10, 546)) != blue


def test_name_breaks_between_words():
    lines = pictures.wrapped("서남권 광역 교통망 확충과 대중교통 사각지대 해소를 위한 버스", BOLD, ROOM, 3)
    assert lines == ["서남권 광역 교통망 확충과 대중교통", "사각지대 해소를 위한 버스"]


def test_word_that_is_longer_than_a_line_breaks_within():
    lines = pictures.wrapped("가" * 40, BOLD, ROOM, 3)
    assert "".join(lines) == "가" * 40
    assert all(BOLD.getlength(line) <= ROOM for line in lines)


def test_name_of_many_lines_is_cut_after_the_third():
    lines = pictures.wrapped("사각지대 해소를 " * 40, BOLD, ROOM, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert not any("…" in line for line in lines[:2])
    assert all(BOLD.getlength(line) <= ROOM for line in lines)


def test_letters_in_parts_are_put_together_and_none_moves_the_pen():
    assert pictures.wrapped("\u1112\u1161\u11ab\u0007\n빛", BOLD, ROOM, 3) == ["한 빛"]


def test_picture_of_very_long_words_is_drawn():
    long = "가" * 400
    picture = Picture(long, "1" * 32, long, long, "100.00%", "100.00", (long, long, long), long, long, long)
    assert image_of(picture).size == (1200, 630)


def test_alternative_text_says_what_the_picture_says():
    picture = Picture(
        "나주시",
        "7-2-3",
        "학습동아리",
        "이행률",
        "73.33%",
        "73.33",
        ("추진상황: 정상추진",),
        "기준",
        "",
        "포털",
    )
    assert picture.alt == "나주시. 7-2-3 학습동아리. 이행률 73.33%. 추진상황: 정상추진. 기준"
