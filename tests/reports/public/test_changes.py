"""The changes page: what is promised otherwise in the next edition, what moved, what was corrected."""

import datetime as dt
import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from defusedxml import ElementTree
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import CharField

from pledges.enums import Status
from pledges.models import Pledge
from reports.changes import _reader, compare_published, pairs_of
from reports.models import Edition, EditionChange, EditionComparison
from tests import factories
from tests.reports.public import naju as made
from tests.reports.public.conftest import plain

MARCH, JUNE, SEPTEMBER = dt.date(2024, 3, 31), dt.date(2024, 6, 30), dt.date(2024, 9, 30)
PAGE = "/hanbit/8/changes/"

pytestmark = pytest.mark.django_db


def report(pledge, as_of, status=Status.ON_TRACK, rate=None, **more):
    period = factories.PeriodFactory(plan=pledge.plan, as_of=as_of, state="closed")
    return factories.ApprovedReportFactory(
        pledge=pledge, period=period, status=status, entered_rate=rate, **more
    )


@pytest.fixture
def plan():
    """March; June, by when 1-1 has another name and goal and 1-3 came; a correction of March since."""
    plan = factories.PlanFactory()
    first, second = (
        factories.PledgeFactory(plan=plan, code=code, name=name, goal=goal)
        for code, name, goal in (("1-1", "옛 이름", "옛 목표"), ("1-2", "그대로", ""))
    )
    for pledge in (first, second):
        report(pledge, MARCH, rate=50)
    made.publish(plan, MARCH)
    first.name, first.goal = "새 이름", "새 목표"
    first.save()
    third = factories.PledgeFactory(plan=plan, code="1-3", name="나중에 더한 약속")
    report(first, JUNE, rate=50)
    report(second, JUNE, Status.CLOSED, 100)
    report(third, JUNE)
    made.publish(plan, JUNE)
    return plan


def correct_march(plan):
    """The rate of 1-2 in March was 40; built anew, March has the plan as it stands today."""
    report(Pledge.objects.get(code="1-2"), MARCH, rate=40, revision=2, reason="오기")
    made.publish(plan, MARCH, reason="1-2의 이행률 오기를 바로잡음")


def sections(client, query=""):
    """Each date's heading with the text beneath it."""
    html = client.get(f"{PAGE}{query}").content.decode()
    found = re.findall(r'<section class="changes__date".*?</section>', html, re.DOTALL)
    return [plain(each) for each in found]


def test_changes_to_promises_stand_before_and_after(plan, client):
    [june] = sections(client)
    assert june.startswith("2024. 6. 30. 기준 (2024. 3. 31. 대비)")
    assert "1-1 새 이름" in june
    assert "공약명 옛 이름 새 이름" in june
    assert "정책목표 옛 목표 새 목표" in june
    assert "1-3 나중에 더한 약속 공약 추가 실천계획에 처음 포함된 공약입니다." in june
    assert june.index("정책목표") < june.index("추진상황·이행률 변동 2")
    assert "1-2 그대로 ● 완료 , ▲ 이행률 상승" in june


def test_what_moved_is_folded(plan, client):
    html = client.get(PAGE).content.decode()
    folded = re.search(r'<details class="changes__moves">.*?</details>', html, re.DOTALL)[0]
    assert "그대로" in folded
    assert "새 이름" not in folded


def test_correction_is_told_with_its_reason_and_what_it_changed(plan, client):
    correct_march(plan)
    june, march = sections(client)
    assert march.startswith("2024. 3. 31. 기준 정정(제2판) 정정 사유: 1-2의 이행률 오기를 바로잡음")
    assert "50.00% → 에서 다음으로 변경: 40.00%" in march
    # March as corrected has the plan of today: the new name came with the correction, not with June.
    assert "공약명 옛 이름 새 이름" in march
    assert "공약명" not in june
    assert "40.00% → 에서 다음으로 변경: 100.00%" in june
    assert sections(client, "?kind=corrections") == [march]


def test_corrections_are_narrowed_to_a_pledge(plan, client):
    correct_march(plan)
    [march] = sections(client, "?pledge=1-1&kind=corrections")
    assert march.startswith("2024. 3. 31. 기준 정정(제2판)")
    assert "공약명 옛 이름 새 이름" in march
    assert "1-2" not in march.split("바로잡음", 1)[1]
    [march] = sections(client, "?pledge=1-2&kind=corrections")
    assert "50.00% → 에서 다음으로 변경: 40.00%" in march


def test_older_edition_tells_what_was_known_then(plan, client):
    correct_march(plan)
    assert sections(client, "?as_of=2024-03-31&edition=1") == []
    [march] = sections(client, "?as_of=2024-03-31")
    assert "정정(제2판)" in march
    assert "지난 수치를 보고 있습니다" in plain(client.get(f"{PAGE}?as_of=2024-03-31").content.decode())


@pytest.mark.parametrize(
    ("query", "found", "lacks"),
    [
        ("?pledge=1-1", "1-1 새 이름", "1-2"),
        ("?pledge=1-2", "1-2 그대로", "1-1"),
        ("?pledge=1-3", "공약 추가", "1-1"),
        ("?kind=promise", "나중에 더한 약속", "1-2"),
        ("?kind=name", "옛 이름", "1-3"),
        ("?kind=text", "옛 목표", "1-3"),
        ("?kind=added", "1-3", "1-1"),
        ("?kind=moved", "1-2 그대로", "1-1"),
        ("?date=2024-06-30", "1-1 새 이름", "2024. 9. 30."),
        ("?date=2024-06-30&step=since", "1-1 새 이름", "2024. 9. 30."),
        ("?date=2024-06-30&kind=name&pledge=1-1", "옛 이름", "1-3"),
    ],
)
def test_page_is_narrowed(plan, client, query, found, lacks):
    [section] = sections(client, query)
    assert found in section
    assert lacks not in section


@pytest.mark.parametrize("query", ["?kind=money", "?pledge=9-9", "?kind=removed", "?pledge=1-1&kind=moved"])
def test_choice_that_nothing_fits_says_so(plan, client, query):
    page = plain(client.get(PAGE + query).content.decode())
    assert "선택한 조건에 맞는 변경이 없습니다." in page


@pytest.mark.parametrize("query", ["?kind=nonsense", "?date=2020-01-01", "?date=x", f"?pledge={'1' * 33}"])
def test_choice_that_is_not_offered_is_refused_at_its_field(plan, client, query):
    response = client.get(PAGE + query)
    assert response.status_code == 200
    assert sections(client, query) == []
    assert "주소에 없는 값이 들어 있어" in plain(response.content.decode())
    assert "errorlist" in response.content.decode()


@pytest.mark.parametrize("step", ["x", "0", "-1", "since2"])
def test_step_that_is_none_is_refused(plan, client, step):
    assert sections(client, f"?step={step}") == []
    assert "주소에 없는 값이 들어 있어" in plain(client.get(f"{PAGE}?step={step}").content.decode())


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", ""])
def test_page_number_out_of_range_gives_the_nearest(plan, client, page):
    assert len(sections(client, f"?page={page}")) == 1


def test_pledge_that_was_given_another_number_is_found_by_both(plan, client):
    pledge = Pledge.objects.get(code="1-1")
    pledge.code = "2-9"
    pledge.save()
    for each in Pledge.objects.all():
        report(each, SEPTEMBER, rate=50)
    made.publish(plan, SEPTEMBER)
    for code in ("1-1", "2-9"):
        september, june = sections(client, f"?pledge={code}")
        assert "공약번호 1-1 2-9" in september
        assert "공약명 옛 이름 새 이름" in june


def test_pledge_that_is_gone_links_to_its_last_card(plan, client):
    [comparison] = EditionComparison.objects.all()
    change = EditionChange.objects.get(code="1-3")
    EditionChange.objects.filter(pk=change.pk).update(presence="removed", before=change.after, after=None)
    EditionComparison.objects.update(added=0, removed=1)
    html = client.get(f"{PAGE}?kind=removed").content.decode()
    assert f'href="/hanbit/8/pledges/1-3/?as_of={comparison.before.as_of:%Y-%m-%d}&amp;edition=1"' in html
    assert "마지막으로 공표한 관리카드는 계속 볼 수 있습니다." in html


def test_card_leads_to_the_changes_of_its_pledge(client):
    plan = factories.PlanFactory()
    factories.PledgeFactory(plan=plan, code="III-①&1", name="길")
    made.publish(plan, MARCH)
    html = client.get("/hanbit/8/pledges/III-①&1/").content.decode()
    address = re.search(r'href="(/hanbit/8/changes/\?pledge=[^"]+)"', html)[1]
    assert address == "/hanbit/8/changes/?pledge=III-%E2%91%A0%261"
    assert client.get(address).status_code == 200


def test_plan_published_once_says_that_nothing_changed(text_of):
    made.publish(made.make_pledges(1), MARCH)
    assert "처음 공표한 수치이므로 아직 비교할 기준일이 없습니다." in text_of(PAGE)


def test_plan_whose_editions_are_alike_says_that_nothing_changed(text_of):
    plan = made.make_pledges(1)
    made.publish(plan, MARCH)
    report(Pledge.objects.get(), JUNE)
    made.publish(plan, JUNE)
    assert "처음 공표한 이후 변경된 내용이 없습니다." in text_of(PAGE)


def test_plan_without_an_edition_is_not_found(client):
    made.make_pledges(1)
    assert client.get(PAGE).status_code == 404


def test_another_formula_of_the_plan_is_told(plan, client):
    plan.refresh_from_db()
    plan.headline_method = "completed_share"
    plan.save()
    for pledge in Pledge.objects.all():
        report(pledge, SEPTEMBER, rate=50)
    made.publish(plan, SEPTEMBER)
    september, _june = sections(client)
    assert "계획의 산출 기준 변경" in september
    assert "대표 이행률의 산식 공약별 이행률의 평균 완료·계속추진 공약의 비율" in september


def test_draft_and_unpublished_change_are_not_told(plan, client):
    pledge = Pledge.objects.get(code="1-1")
    pledge.name = "비밀 이름"
    pledge.save()
    report(pledge, SEPTEMBER, Status.DROPPED, 90)
    for query in ("", "?kind=moved", "?pledge=1-1"):
        assert "비밀" not in client.get(PAGE + query).content.decode()
        assert "2024. 9. 30." not in client.get(PAGE + query).content.decode()


def test_page_is_answered_with_304_until_something_is_published(plan, client):
    first = client.get(PAGE)
    again = client.get(PAGE, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    correct_march(plan)
    assert client.get(PAGE, headers={"if-none-match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("query", ["", "?kind=promise", "?kind=moved", "?pledge=1", "?kind=corrections"])
def test_page_takes_five_queries(count, query, client, django_assert_num_queries):
    plan = factories.PlanFactory()
    pledges = [
        factories.PledgeFactory(plan=plan, code=str(number), name=f"약속 {number}") for number in range(count)
    ]
    for as_of, status in ((MARCH, Status.ON_TRACK), (JUNE, Status.CLOSED)):
        for pledge in pledges:
            report(pledge, as_of, status)
            pledge.name += " 고침"
            pledge.save()
        made.publish(plan, as_of)
    report(pledges[0], JUNE, Status.PARTIAL, revision=2, reason="오기")
    made.publish(plan, JUNE, reason="오기")
    with django_assert_num_queries(5):
        assert client.get(PAGE + query).status_code == 200


def test_long_lists_are_cut_and_lead_to_the_whole(client):
    plan = factories.PlanFactory()
    pledges = [factories.PledgeFactory(plan=plan, code=f"1-{number}") for number in range(1, 13)]
    for as_of, status in ((MARCH, Status.ON_TRACK), (JUNE, Status.CLOSED)):
        for pledge in pledges:
            report(pledge, as_of, status)
            pledge.name = f"{as_of} 이름"
            pledge.save()
        made.publish(plan, as_of)
    html = client.get(PAGE).content.decode()
    assert html.count('<article class="changed"') == 10
    for kind in ("promise", "moved"):
        link = f'href="{PAGE}?date=2024-06-30&amp;step=since&amp;kind={kind}"'
        assert link in html
    pledges[0].name = "고친 이름"
    pledges[0].save()
    made.publish(plan, JUNE, reason="공약명을 바로잡음")
    for step, count in (("since", 12), ("2", 1)):
        page = client.get(f"{PAGE}?date=2024-06-30&step={step}&kind=promise").content.decode()
        assert page.count('"changed"') == count
        assert 'name="step"' not in page
    assert client.get(f"{PAGE}?date=2024-06-30&kind=promise").content.decode().count('"changed"') == 13


# --- What is compared -----------------------------------------------------------------


def test_what_is_current_together_is_compared_once():
    first, second, third, last = (dt.datetime(2024, 12, day, tzinfo=dt.UTC) for day in (1, 2, 3, 4))
    editions = [
        (1, MARCH, 1, first),
        (2, SEPTEMBER, 1, second),
        # June comes late, between two dates; then a correction of March, which changes September too.
        (3, JUNE, 1, third),
        (4, MARCH, 2, last),
        (5, SEPTEMBER, 2, last),
    ]
    assert pairs_of(editions) == [(1, 2), (1, 3), (3, 2), (1, 4), (4, 3), (3, 5), (2, 5)]


def test_corrections_of_every_date_make_as_many_comparisons_each_time(client):
    """Four dates corrected at once: each with what it corrects, all but the first with the date before."""
    plan = made.make_pledges(2)
    dates = [MARCH, JUNE, SEPTEMBER, dt.date(2024, 12, 31)]
    for as_of in dates:
        for pledge in Pledge.objects.all() if as_of > MARCH else ():
            report(pledge, as_of)
        made.publish(plan, as_of)
    counts = [EditionComparison.objects.count()]
    for number in range(1, 6):
        Pledge.objects.update(goal=f"목표 {number}")
        assert len(made.publish(plan, MARCH, reason=f"정정 {number}")) == 4
        counts.append(EditionComparison.objects.count())
    assert counts == [3, 10, 17, 24, 31, 38]
    # A superseded edition is read beside what it stood beside, on every page.
    query = "?as_of=2024-09-30&edition=3"
    assert client.get(f"/hanbit/8/{query}").context["moved"].previous.number == 3
    assert "2024. 6. 30. 기준 제3판과 비교" in plain(client.get(f"/hanbit/8/{query}").content.decode())
    september = next(each for each in client.get(PAGE + query).context["sections"] if not each.is_correction)
    assert (september.edition.number, september.comparison.before.number) == (3, 3)
    assert client.get(f"/hanbit/8/pledges/{query}&moved=yes").status_code == 200
    EditionComparison.objects.all().delete()
    assert compare_published(plan) == 38


def test_each_edition_is_read_once_while_what_was_published_at_once_is_compared():
    asked = []
    read = _reader(lambda key: asked.append(key) or key)
    # March 2, June 2 and September 2, each with the date before and with what it corrects.
    for pair in [(1, 4), (4, 5), (2, 5), (5, 6), (3, 6)]:
        assert [read(key) for key in pair] == list(pair)
    assert asked == [1, 4, 5, 2, 6, 3]


def test_correction_in_between_is_compared_with_what_follows(plan):
    correct_march(plan)
    by_key = {edition.pk: (edition.as_of, edition.number) for edition in Edition.objects.all()}
    pairs = EditionComparison.objects.keys_of_editions()
    found = {(by_key[before], by_key[after]) for before, after in pairs}
    assert found == {
        ((MARCH, 1), (JUNE, 1)),
        ((MARCH, 1), (MARCH, 2)),
        ((MARCH, 2), (JUNE, 1)),
    }
    assert compare_published(plan) == 0


def test_counts_of_a_comparison(plan):
    [found] = EditionComparison.objects.all()
    assert (found.promised, found.moved, found.added, found.removed) == (1, 1, 1, 0)
    assert {change.code: change.groups for change in EditionChange.objects.all()} == {
        "1-1": ",name,text,",
        "1-2": "",
        "1-3": "",
    }


def test_rate_that_moved_by_less_than_is_shown_is_told_the_same_everywhere(client):
    """1 ÷ 3000 more of an indicator: 50.00 % before and after, and yet another rate."""
    plan = factories.PlanFactory()
    pledge = factories.PledgeFactory(plan=plan, code="1-1")
    indicator = factories.IndicatorFactory(pledge=pledge, targets={2026: 300_000})
    for as_of, value in ((MARCH, 150_000), (JUNE, 1)):
        made_report = report(pledge, as_of)
        factories.ActualFactory(report=made_report, indicator=indicator, value=value)
        made.publish(plan, as_of)
    front = plain(client.get("/hanbit/8/").content.decode())
    assert "직전 공표 이후 변동 1" in front
    assert "50.0000% → 에서 다음으로 변경: 50.0003…%" in front
    assert client.get("/hanbit/8/pledges.json?moved=yes").json()["count"] == 1
    [row] = client.get("/hanbit/8/data/changes.json").json()["rows"]
    assert (row["change"], row["rate_before"], row["rate"]) == ("rate", "50.00", "50.00")
    assert (row["rate_numerator"], row["rate_denominator"]) == ("150001", "3000")
    assert "1건 변동" in client.get("/hanbit/8/feed/").content.decode()
    assert "1-1" in sections(client, "?kind=moved")[0]


# --- Open data ----------------------------------------------------------------------------


def test_changes_to_promises_are_open_data(plan, client):
    rows = client.get("/hanbit/8/data/promises.json").json()["rows"]
    assert [(row["pledge_code"], row["kind"], row["before"], row["after"]) for row in rows] == [
        ("1-1", "name", "옛 이름", "새 이름"),
        ("1-1", "goal", "옛 목표", "새 목표"),
    ]
    assert (rows[0]["as_of_before"], rows[0]["as_of"], rows[1]["change_no"]) == (
        "2024-03-31",
        "2024-06-30",
        2,
    )
    assert rows[0]["url"] == "http://testserver/hanbit/8/pledges/1-1/?as_of=2024-06-30&edition=1"


def test_change_to_a_promise_outlives_a_correction_of_the_date_before_it(plan, client):
    """March is built anew with the plan of today: the other name and goal came with the correction now."""
    before = client.get("/hanbit/8/data/promises.json").json()["rows"]
    correct_march(plan)
    rows = client.get("/hanbit/8/data/promises.json").json()["rows"]
    told = ("pledge_code", "kind", "before", "after")
    assert [[row[name] for name in told] for row in rows] == [[row[name] for name in told] for row in before]
    places = {(row["as_of_before"], row["edition_before"], row["as_of"], row["edition"]) for row in rows}
    assert places == {("2024-03-31", 1, "2024-03-31", 2)}
    moves = client.get("/hanbit/8/data/changes.json").json()["rows"]
    assert [(row["as_of"], row["edition"], row["pledge_code"], row["change"]) for row in moves] == [
        ("2024-03-31", 2, "1-2", "rate"),
        ("2024-03-31", 2, "1-3", "added"),
        ("2024-06-30", 1, "1-2", "both"),
        ("2024-06-30", 1, "1-3", "status"),
    ]
    atom = "{http://www.w3.org/2005/Atom}"
    root = ElementTree.fromstring(client.get("/hanbit/8/feed/").content)
    entries = {
        each.findtext(f"{atom}title"): each.findtext(f"{atom}summary") for each in root.iter(f"{atom}entry")
    }
    corrected = entries["2024. 3. 31. 기준 실적 공표(제2판)"]
    assert "공약 1건 내용 변경" in corrected
    assert "1-1 새 이름</a>: 공약명, 정책목표" in corrected
    assert "공약명 옛 이름 새 이름" in sections(client, "?kind=promise")[0]


def test_money_and_targets_of_changes_name_source_and_year(client):
    plan = factories.PlanFactory()
    pledge = factories.PledgeFactory(plan=plan, code="1-1")
    project = factories.SubProjectFactory(pledge=pledge, name="도로")
    amount = factories.InvestmentFactory(
        sub_project=project, source="city", span="year", year=2025, amount=5_000_000
    )
    indicator = factories.IndicatorFactory(pledge=pledge, name="길이", targets={2025: 3})
    report(pledge, MARCH)
    made.publish(plan, MARCH)
    amount.amount = 7_000_000
    amount.save()
    target = indicator.targets.get()
    target.value = 4
    target.save()
    report(pledge, JUNE)
    made.publish(plan, JUNE)
    rows = client.get("/hanbit/8/data/promises.json").json()["rows"]
    assert [
        (row["kind"], row["subject"], row["source"], row["year"], row["before"], row["after"]) for row in rows
    ] == [("target", "길이", None, 2025, "3", "4"), ("money", "도로", "city", 2025, "5000000", "7000000")]
    [june] = sections(client)
    assert "목표 · 길이 · 2025 3 4" in june
    assert "연도별 투자계획 · 도로 · 2025 · 시비 5 백만원 7 백만원" in june


def test_feed_tells_which_pledges_promise_otherwise(plan, client):
    root = ElementTree.fromstring(client.get("/hanbit/8/feed/").content)
    atom = "{http://www.w3.org/2005/Atom}"
    entries = {each.findtext(f"{atom}title"): each for each in root.iter(f"{atom}entry")}
    entry = entries["2024. 6. 30. 기준: 2024. 3. 31. 이후 공약 1건 내용 변경"]
    assert "1-1 새 이름</a>: 공약명, 정책목표" in entry.findtext(f"{atom}summary")
    assert entry.find(f"{atom}link").get("href").endswith("/hanbit/8/changes/?as_of=2024-06-30&edition=1")


@pytest.mark.parametrize("count", [3, 30])
def test_feed_of_two_dates_takes_five_queries(count, client, django_assert_num_queries):
    plan = made.make_pledges(count)
    made.publish(plan, MARCH)
    for pledge in Pledge.objects.all():
        pledge.name += " 고침"
        pledge.save()
        report(pledge, JUNE, Status.CLOSED)
    made.publish(plan, JUNE)
    for address in ("feed/", "data/changes.json", "data/promises.json"):
        with django_assert_num_queries(5):
            assert client.get(f"/hanbit/8/{address}").status_code == 200


# --- What was published before comparisons were kept ---------------------------------------


def migrate():
    migration = import_module("reports.migrations.0008_compare_published")
    migration.compare(apps, SimpleNamespace(connection=connection))


def test_migration_leaves_tables_alone_that_are_not_those_of_the_installed_portal(plan, monkeypatch):
    """As where an older database is upgraded by a portal whose later migration adds a column."""
    EditionComparison.objects.all().delete()
    later = CharField(max_length=1, default="")
    later.set_attributes_from_name("later")
    monkeypatch.setattr(Edition._meta, "concrete_fields", [*Edition._meta.concrete_fields, later])
    migrate()
    monkeypatch.undo()
    assert not EditionComparison.objects.exists()
    migrate()
    assert EditionComparison.objects.count() == 1


def test_migration_compares_what_was_published_as_publishing_does(plan):
    correct_march(plan)

    def kept():
        rows = EditionChange.objects.order_by("comparison__before", "comparison__edition", "position")
        return list(
            rows.values_list(
                "comparison__before",
                "comparison__edition",
                "comparison__promised",
                "comparison__moved",
                "comparison__rules",
                "pledge",
                "position",
                "presence",
                "has_moved",
                "groups",
                "before",
                "after",
                "promises",
            )
        )

    before = kept()
    # Three since March; three by its correction, which has 1-3 from today's plan; two since that.
    assert len(before) == 8
    EditionComparison.objects.all().delete()
    migrate()
    assert kept() == before
    EditionComparison.objects.first().delete()
    call_command("compare_editions")
    assert kept() == before
