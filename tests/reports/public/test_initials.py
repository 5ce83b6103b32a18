"""Search by initial consonants: ㅎㅅㄷㅇㄹ finds 학습동아리."""

import datetime as dt
import re
import unicodedata

import pytest

from pledges.enums import Status
from reports.public.initials import INITIALS, example, fits, split_words
from tests import factories
from tests.reports.public import naju as made

LIST = "/hanbit/8/pledges/"
AS_OF = dt.date(2024, 3, 31)
NAMES = {
    "1": "학습동아리 활성화",
    "2": "걷고 싶은 길",
    "3": "작은 도서관 24시",
    "4": "까치마을 버스",
}


@pytest.mark.parametrize(
    ("search", "name", "is_found"),
    [
        ("ㅎㅅㄷㅇㄹ", "학습동아리 활성화", True),
        ("ㄷㅇㄹ", "학습동아리 활성화", True),
        ("ㄹㅎㅅㅎ", "학습동아리 활성화", True),
        ("학ㅅㄷ", "학습동아리 활성화", True),
        ("ㅎ습동", "학습동아리 활성화", True),
        ("학ㄷ", "학습동아리 활성화", False),
        ("ㅎㄷ", "학습동아리 활성화", False),
        ("ㅎㅅㄷㅇㄹㅎㅅㅎㄱ", "학습동아리 활성화", False),
        ("ㄱㅊ", "까치마을", False),
        ("ㄲㅊㅁㅇ", "까치마을", True),
        ("ㄷㅅㄱ24", "작은 도서관 24시", True),
        ("ㅂㅅ", "마을버스", True),
        ("ㅄ", "마을버스", True),
        ("bㅂㅅ", "BRT 버스", False),
        ("tㅂㅅ", "BRT 버스", True),
    ],
)
def test_lone_consonant_fits_every_syllable_that_begins_with_it(search, name, is_found):
    plain, [word] = split_words(search)
    assert plain == ""
    assert fits(word, name) is is_found
    assert fits(word, unicodedata.normalize("NFD", name)) is is_found


def test_every_initial_is_told_from_every_syllable():
    for place, letter in enumerate(INITIALS):
        for vowel_and_final in (0, 27, 300, 587):
            syllable = chr(0xAC00 + place * 588 + vowel_and_final)
            assert [other for other in INITIALS if fits(other, syllable)] == [letter]


def test_conjoining_jamo_of_decomposed_text_are_read_alike():
    assert split_words("\u1112\u1109 \u1103\u110b\u1105") == ("", ["ㅎㅅ", "ㄷㅇㄹ"])


def test_words_without_a_lone_consonant_are_left_to_the_search_of_texts():
    assert split_words("도서관 ㅎㅅ 7-2 ㅏ") == ("도서관 7-2 ㅏ", ["ㅎㅅ"])


@pytest.fixture
def plan(db):
    plan = factories.PlanFactory()
    area = factories.AreaFactory(plan=plan)
    department = factories.DepartmentFactory(name="도로과")
    period = factories.PeriodFactory(plan=plan, as_of=AS_OF, state="closed")
    for code, name in NAMES.items():
        pledge = factories.PledgeFactory(
            plan=plan, area=area, code=code, name=name, lead_department=department if code == "2" else None
        )
        factories.ApprovedReportFactory(pledge=pledge, period=period, status=Status.ON_TRACK)
    made.publish(plan, AS_OF)
    return plan


def codes(client, query):
    html = client.get(f"{LIST}?{query}").content.decode()
    return re.findall(r'<td class="col-code code">([^<]+)</td>', html)


def test_list_is_searched_by_initials_beside_words_and_filters(plan, client):
    for query, found in [
        ("q=ㅎㅅㄷㅇㄹ", ["1"]),
        ("q=ㅎㅅ ㅎㅅㅎ", ["1"]),
        ("q=" + "ㄱㄱ ㅅㅇ", ["2"]),
        ("q=ㄱㄱㅅㅇㄱ", ["2"]),
        ("q=ㄱㄱ 도로", ["2"]),
        ("q=ㄷㅅㄱ 도로", []),
        ("q=ㄱ&department=도로과", ["2"]),
        ("q=ㄱ&department=-", ["3"]),
        ("q=도ㅅ관", ["3"]),
        ("q=ㅋㅋ", []),
        ("q=\u1112\u1109\u1103", ["1"]),
    ]:
        assert codes(client, query) == found, query


def test_files_hold_what_a_search_by_initials_shows(plan, client):
    assert [row["code"] for row in client.get("/hanbit/8/pledges.json?q=ㅎㅅ").json()["pledges"]] == ["1"]
    assert client.get("/hanbit/8/pledges.csv?q=ㅎㅅ").content.decode().count("\r\n") == 2


@pytest.mark.parametrize("count", [3, 30])
def test_search_by_initials_takes_no_query_more_than_another(count, client, django_assert_num_queries, db):
    made.publish(made.make_pledges(count, name="학습동아리"), AS_OF)
    for words in ("학습", "ㅎㅅ"):
        with django_assert_num_queries(5):
            assert client.get(f"{LIST}?q={words}&sort=-rate").context["table"].paginator.count == count


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["학습동아리 활성화", "길"], ("학습동아리", "ㅎㅅㄷㅇㄹ")),
        (["1만 그루 심기", "CCTV 늘리기", "까치길(2단계) 열기"], ("까치길", "ㄲㅊㄱ")),
        (["새 길", "어린이도서관확충"], ("어린이도서관", "ㅇㄹㅇㄷㅅㄱ")),
        ([unicodedata.normalize("NFD", "도서관")], ("도서관", "ㄷㅅㄱ")),
        (["1만 그루", ""], None),
        ([], None),
    ],
)
def test_example_is_the_first_word_of_the_first_name_in_syllables(names, shown):
    found = example(names)
    assert (found and (found.word, found.initials)) == shown
    assert found is None or any(fits(found.initials, name) for name in names)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/naju/8/", "/naju/8/pledges/", "/naju/8/pledges/?q=우주선"])
def test_search_shows_an_example_that_finds_a_pledge_of_this_plan(naju, text_of, address):
    assert "단어 일부나 초성(예: 학습동아리 → ㅎㅅㄷㅇㄹ)으로도 찾을 수 있습니다." in text_of(address)


@pytest.mark.django_db
def test_plan_without_a_name_to_show_gives_no_example(text_of):
    made.publish(made.make_pledges(1, name="1만 그루"), AS_OF)
    for address in ("/hanbit/8/", "/hanbit/8/pledges/"):
        page = text_of(address)
        assert "단어 일부나 초성으로도 찾을 수 있습니다." in page
        assert "예:" not in page
