"""Two versions of one report put together field by field."""

import pytest
from django.test import Client

from pledges.enums import Role
from pledges.models import Achievement, Actual
from reports.models import KeptForm
from reports.quarter.entry import read_entry
from reports.quarter.merging import entry_at
from tests.factories import IndicatorFactory


@pytest.fixture
def head(city):
    client = Client()
    client.force_login(city.person(Role.HEAD, city.lead))
    return client


def choices(page):
    return {row.name: row.choice for row in page.context["conflict"]}


def begun(city, head, **more):
    """A first draft at version 2: cause and one value."""
    head.post(city.url, city.data(cause="처음 글", remedy="처음 대책", **more))
    assert city.current.version == 2


def test_what_only_one_side_changed_is_chosen_already_and_what_both_did_is_asked(as_officer, city, head):
    begun(city, head)
    head.post(city.url, city.data(version="2", cause="동료의 글", remedy="처음 대책", **{city.actual: "3"}))
    page = as_officer.post(
        city.url, city.data(version="2", cause="나의 글", remedy="나의 대책", status="partial")
    )
    assert page.status_code == 409
    assert choices(page) == {
        city.actual: "stored",
        "status": "mine",
        "cause": "",
        "remedy": "mine",
    }
    assert page.context["form"]["version"].value() == "3"


def test_first_drafts_of_two_begin_from_nothing(as_officer, city, head):
    begun(city, head, **{city.spent: "2"})
    page = as_officer.post(city.url, city.data(cause="나의 글", status=""))
    assert choices(page) == {city.spent: "stored", "status": "stored", "cause": "", "remedy": "stored"}


def test_version_that_the_history_does_not_know_asks_for_everything(as_officer, city, head):
    begun(city, head)
    page = as_officer.post(city.url, city.data(version="77", cause="나의 글", remedy="처음 대책"))
    assert choices(page) == {"cause": ""}


def test_report_as_it_stood_is_read_from_its_history(as_officer, city, head):
    begun(city, head, **{city.spent: "2", city.mark: "done"})
    head.post(
        city.url,
        city.data(
            version="2",
            cause="다른 글",
            **{city.actual: "", city.spent: "5", city.mark: "", "achievement-0-text": "다른 실적"},
        ),
    )
    now = read_entry(city.pledge, city.period)
    then = entry_at(now, 2)
    assert (then.report.cause, now.report.cause) == ("처음 글", "다른 글")
    assert [line.value for line in then.indicators] == [1]
    assert [line.value for line in now.indicators] == [None]
    assert [line.executed for line in then.money] == [{"unspecified": 2_000_000}]
    assert [task.mark for task in then.tasks] == ["done"]
    assert [line.text for line in then.achievements] == ["보고회 개최"]
    assert entry_at(now, 3) is None


def test_putting_together_fills_the_form_with_the_chosen_values_and_stores_nothing(as_officer, city, head):
    begun(city, head)
    head.post(city.url, city.data(version="2", cause="동료의 글", remedy="동료의 대책", **{city.actual: "3"}))
    mine = city.data(version="3", cause="나의 글", remedy="나의 대책", **{"merge-base": "2"})
    page = as_officer.post(
        city.url,
        mine
        | {
            "step": "merge",
            f"merge-{city.actual}": "stored",
            "merge-cause": "mine",
            "merge-remedy": "stored",
        },
    )
    assert page.status_code == 200
    form = page.context["form"]
    assert [form[name].value() for name in (city.actual, "cause", "remedy", "version")] == [
        "3",
        "나의 글",
        "동료의 대책",
        "3",
    ]
    assert "아직 저장되지 않았습니다" in page.content.decode()
    assert (city.current.cause, city.current.version) == ("동료의 글", 3)
    sent = {name: form[name].value() or "" for name in form.fields}
    assert as_officer.post(city.url, sent | {"step": "save"}).status_code == 302
    report = city.current
    assert (report.cause, report.remedy, report.version) == ("나의 글", "동료의 대책", 4)
    assert Actual.objects.get(report=report).value == 3


def test_entry_left_unchosen_is_asked_again_and_the_choices_made_stay(as_officer, city, head):
    begun(city, head)
    page = as_officer.post(
        city.url,
        city.data(
            version="2",
            cause="나의 글",
            remedy="나의 대책",
            step="merge",
            **{"merge-base": "0", "merge-cause": "stored"},
        ),
    )
    assert page.status_code == 422
    assert choices(page) == {"cause": "stored", "remedy": ""}
    assert "항목마다 어느 내용을 쓸지 선택하십시오" in page.content.decode()
    assert page.context["form"]["remedy"].value() == "나의 대책"


def test_saved_again_meanwhile_shows_both_versions_anew(as_officer, city, head):
    begun(city, head)
    page = as_officer.post(
        city.url, city.data(version="1", cause="나의 글", step="merge", **{"merge-cause": "mine"})
    )
    assert page.status_code == 409
    assert choices(page)["cause"] == "mine"


@pytest.mark.parametrize(
    ("choice", "texts"),
    [("stored", ["동료의 실적"]), ("mine", ["나의 실적"]), ("both", ["동료의 실적", "나의 실적"])],
)
def test_achievement_lines_of_one_side_or_both(as_officer, city, head, choice, texts):
    begun(city, head, **{"achievement-0-text": "동료의 실적", "achievement-0-details": "세부"})
    page = as_officer.post(
        city.url,
        city.data(
            version="2",
            cause="처음 글",
            remedy="처음 대책",
            step="merge",
            **{"achievement-0-text": "나의 실적", "merge-achievements": choice},
        ),
    )
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert as_officer.post(city.url, sent | {"step": "save"}).status_code == 302
    lines = Achievement.objects.filter(report=city.current)
    assert sorted(line.text for line in lines) == sorted(texts)


def test_same_number_written_differently_is_no_difference(as_officer, city, head):
    begun(city, head, **{city.actual: "1,200"})
    page = as_officer.post(
        city.url, city.data(cause="처음 글", remedy="나의 대책", **{city.actual: "1200.0"})
    )
    assert set(choices(page)) == {"remedy"}


def test_text_of_a_refused_saving_is_kept_with_the_version_it_began_from(as_officer, city, head):
    begun(city, head)
    as_officer.post(city.url, city.data(cause="나의 글"))
    assert KeptForm.objects.get().base_version == 0
    # What the page with both versions keeps by itself does not forget that either.
    as_officer.post(f"{city.url}keep/", city.data(version="2", cause="나의 글!", **{"merge-base": "0"}))
    assert KeptForm.objects.get().base_version == 0
    assert "conflict" in as_officer.get(city.url).context


@pytest.mark.parametrize("indicators", [1, 3])
def test_page_with_both_versions_takes_the_same_queries_whatever_differs(
    as_officer, city, head, django_assert_num_queries, indicators
):
    names = [city.actual]
    for _each in range(indicators - 1):
        names.append(f"actual-{IndicatorFactory(pledge=city.pledge).pk}")
    head.post(city.url, city.data(**dict.fromkeys(names, "1")))
    data = city.data(**dict.fromkeys(names, "2"))
    as_officer.get(city.url)
    with django_assert_num_queries(50):
        page = as_officer.post(city.url, data)
    assert page.status_code == 409
