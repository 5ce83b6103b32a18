"""Study groups for everybody: what is shown, what never is, and what it costs to show it."""

import csv
import datetime as dt
import io
import re
from urllib.parse import unquote

import openpyxl
import pytest
from django.utils import timezone

from pledges.models import Pledge
from studygroups.enums import Answer, AwardKind, MemberKind, MemberRole, RoundState, TeamState
from studygroups.published import published_programmes, published_round
from studygroups.scores import rule_of
from tests import factories as make
from tests.reports.public import naju as made

LIST = "/naju/8/study-groups/"
CARD = "/naju/8/pledges/7-2-3/"
# Stands in every field that nobody outside may read.
SECRET = "새면안됨"

pytestmark = pytest.mark.django_db


def at(year, month, day):
    return dt.datetime(year, month, day, 10, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def city(naju):
    return naju.term.municipality


def programme_of(city, **fields):
    return make.ProgrammeFactory(
        municipality=city, **{"published_at": at(2025, 10, 1), "rules_stated": True, **fields}
    )


def round_of(programme, **fields):
    fields = {"state": RoundState.FINISHED, "published_at": at(2025, 10, 2), **fields}
    if fields["state"] == RoundState.FINISHED:
        fields.setdefault("results_published_at", at(2025, 10, 3))
    return make.RoundFactory(programme=programme, opens_on=None, closes_on=None, **fields)


@pytest.fixture
def ddeutseum(city):
    """뜻세움 as the city published it: 64 teams in eight rounds before the records, and one of 6 since."""
    programme = programme_of(city, name="뜻세움", purpose="직원의 정책 연구")
    make.OpeningTotalsFactory(programme=programme, rounds=8, teams=64, topics=64, people=614, adopted=46)
    round_of(programme, year=2023, teams=6, topics=6, people=53, adopted=6)
    for year in (2015, 2018, 2020, 2022, 2024):
        round_of(programme, year=year, state=RoundState.NOT_HELD, reason="참여율 미달")
    make.ServedPledgeFactory(programme=programme, pledge=Pledge.objects.get(code="7-2-3"))
    return programme


@pytest.fixture
def finished(city):
    """A finished round of two teams: one awarded with an adopted proposal, one that withdrew."""
    programme = programme_of(city, name="한빛연구모임")
    row = round_of(programme, year=2025, call="주제는 자유입니다.")
    best = make.TeamFactory(round=row, name="새길", topic="버스 노선", state=TeamState.COMPLETED)
    make.TeamFactory(
        round=row, name="쉼표", state=TeamState.WITHDRAWN, people=4, withdrawal=SECRET, decision=SECRET
    )
    make.TeamFactory(round=row, name=f"{SECRET}팀", topic=SECRET, state=TeamState.NOT_SELECTED)
    make.GroupMemberFactory(team=best, name="가나다", role=MemberRole.LEADER, affiliation="도로과")
    make.GroupMemberFactory(team=best, name="라마바", kind=MemberKind.CITIZEN)
    make.AwardFactory(team=best, kind=AwardKind.BEST, prize=10_000_000)
    department = make.DepartmentFactory(municipality=city, name="교통과")
    proposal = make.ProposalFactory(
        team=best,
        text="환승 정류장을 옮긴다",
        department=department,
        answer=Answer.ADOPTED,
        answer_text="내년 노선 개편에 넣는다",
        answered_on=dt.date(2025, 10, 5),
        plan="상반기에 두 곳을 옮긴다",
        planned_on=dt.date(2025, 11, 1),
    )
    make.FollowUpFactory(proposal=proposal, noted_on=dt.date(2026, 3, 31), text="한 곳을 옮겼다")
    make.ProposalFactory(team=best, position=2, text=SECRET, answer=Answer.NOT_ADOPTED, answer_text=SECRET)
    make.MeetingFactory(team=best, text=SECRET)
    for number, points in enumerate((91, 83, 77)):
        judge = make.JudgeFactory(round=row, name=f"{SECRET}{number}")
        make.ScoreSheetFactory(
            judge=judge,
            team=best,
            paper=points,
            presentation=points,
            audience=points,
            remark=SECRET,
            submitted_at=timezone.now(),
        )
    return row


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


# --- Programmes and rounds ----------------------------------------------------------


def test_naju_has_its_real_totals_with_the_formula(ddeutseum, text_of):
    page = text_of(LIST)
    for shown in ("운영 횟수 9", "팀 70", "과제 70", "참여 인원 667", "반영률 74.3%", "52 ÷ 70 = 74.3%"):
        assert shown in page
    (found,) = published_programmes(ddeutseum.municipality)
    assert (found.total.rounds, found.total.not_held, found.total.teams) == (9, 5, 70)


def test_rounds_stand_newest_first_also_those_not_held_and_why(ddeutseum, client):
    html = client.get(LIST).content.decode()
    assert re.findall(r"study-groups/[^/\"]+/(\d{4})-1/", html) == [
        "2024",
        "2023",
        "2022",
        "2020",
        "2018",
        "2015",
    ]
    assert html.count("참여율 미달") == 5


def test_rounds_of_this_term_are_marked(ddeutseum, client):
    html = client.get(LIST).content.decode()
    marked = re.findall(r"/(\d{4})-1/\">[^<]*</a> <span class=\"chip chip--on\">민선 8기", html)
    # 2022 is the year in which the mayors changed.
    assert marked == ["2024", "2023", "2022"]


def test_what_is_not_known_is_a_dash_and_no_zero(city, text_of):
    round_of(programme_of(city, name="원정대"), year=2025, teams=5)
    page = text_of(LIST)
    assert "팀 5" in page
    assert "과제 –" in page
    assert "반영률 –" in page


def test_city_without_programmes_says_so_and_has_no_link(naju, text_of):
    assert "아직 공표한 학습동아리 자료가 없습니다" in text_of(LIST)
    assert "학습동아리</a>" not in text_of("/naju/8/")


def test_public_programme_is_one_link_on_every_page_and_changes_their_tags(naju, client):
    before = client.get("/naju/8/method/")
    programme_of(naju.term.municipality)
    after = client.get("/naju/8/method/", headers={"if-none-match": before.headers["ETag"]})
    assert after.status_code == 200
    assert f'<a href="{LIST}">학습동아리</a>' in after.content.decode()


def test_pages_lead_to_open_data_and_feed_once_the_plan_has_any(city, client):
    programme_of(city)
    foot = client.get(LIST).content.decode().partition("<footer")[2]
    assert 'href="/naju/8/data/"' in foot
    assert 'href="/naju/8/feed/"' in foot
    # No edition is shown, so no date of one is told.
    assert "2025. 9. 30." not in foot
    plan = make.PlanFactory(term=make.TermFactory(municipality=city, number=9))
    foot = client.get("/naju/9/study-groups/").content.decode().partition("<footer")[2]
    assert plan.code == "pledges"
    assert "/naju/9/data/" not in foot


def test_term_without_a_plan_has_its_page_too(city, text_of):
    make.TermFactory(municipality=city, number=9, starts_on=dt.date(2026, 7, 1), ends_on=dt.date(2030, 6, 30))
    programme_of(city, name="뜻세움")
    assert "뜻세움" in text_of("/naju/9/study-groups/")


@pytest.mark.parametrize("name", ["정책 벤치마킹 원정대", "가/나", "100% 새로", "..", "a?b#c", "한&빛"])
def test_address_of_a_round_holds_any_name(city, client, name):
    round_of(programme_of(city, name=name), year=2025)
    link = re.search(r'<th scope="row"><a href="([^"]+)"', client.get(LIST).content.decode())[1]
    assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_address_of_a_programme_leads_to_its_part_of_the_page(ddeutseum, client):
    answer = client.get(f"{LIST}뜻세움/")
    assert answer.status_code == 302
    anchor = answer["Location"].partition("#")[2]
    assert f'id="{anchor}"' in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "path", ["없음/", "없음/2025-1/", "뜻세움/2025-1/", "뜻세움/2023-2/", "뜻세움/2023-1.pdf"]
)
def test_what_is_not_there_is_404(ddeutseum, client, path):
    assert client.get(LIST + path).status_code == 404


def test_programme_leads_to_the_pledges_that_it_serves_as_they_were_published(ddeutseum, naju, client):
    fresh = make.PledgeFactory(plan=naju, code="9-9-9", name=SECRET, area=naju.areas.first())
    make.ServedPledgeFactory(programme=ddeutseum, pledge=fresh)
    published = naju.pledges.get(code="7-2-3")
    shown = published.name
    published.name = SECRET
    published.save()
    html = client.get(LIST).content.decode()
    assert f'<a href="{CARD}"><span class="code">7-2-3</span> {shown}</a>' in html
    # A pledge, or a name, that no edition holds is nobody's to read yet.
    assert "9-9-9" not in html
    assert SECRET not in html


def test_programmes_together_have_totals_by_year(ddeutseum, city, text_of):
    """원정대 has three intakes of 5, 2 and 2 teams in 2025, 뜻세움 one round of 6 in 2023."""
    other = programme_of(city, name="원정대", intakes_a_year=3)
    for intake, teams in enumerate((5, 2, 2), start=1):
        round_of(other, year=2025, intake=intake, teams=teams, topics=teams)
    round_of(other, year=2024, teams=4, topics=4)
    page = text_of(LIST).partition("연도별 합계")[2]
    # Held, not held, teams, topics, people, adopted.
    assert "2025 3 0 9 9 – –" in page
    assert "2024 1 1 4 4 – –" in page
    assert "2023 1 0 6 6 53 6" in page


def test_years_alone_are_not_told_twice(ddeutseum, text_of):
    assert "연도별 합계" not in text_of(LIST)


def test_rules_that_nobody_entered_are_not_published(ddeutseum, text_of):
    assert "운영 기준" in text_of(LIST)
    ddeutseum.rules_stated = False
    ddeutseum.save()
    assert "운영 기준" not in text_of(LIST)


def test_rules_of_a_programme_say_its_awards_and_what_follows(ddeutseum, text_of):
    make.AwardRuleFactory(programme=ddeutseum, kind=AwardKind.ENCOURAGEMENT, places=2, prize=None)
    make.AwardRuleFactory(programme=ddeutseum, kind=AwardKind.BEST, places=1, prize=10_000_000)
    page = text_of(LIST)
    assert "최우수 1개 팀 (10,000,000원), 장려 2개 팀" in page
    assert "10일 이내에 답변합니다" in page
    assert "3년간 추진 상황을 관리합니다" in page


@pytest.mark.parametrize(
    ("path", "title"), [("", "학습동아리 · 나주시"), ("한빛연구모임/2025-1/", "한빛연구모임 2025년 · 나주시")]
)
def test_shared_link_says_what_the_page_is_and_where_it_stays(finished, client, path, title):
    html = client.get(f"{LIST}{path}?utm_source=x").content.decode()
    assert f'<meta property="og:title" content="{title}">' in html
    canonical = re.search(r'<link rel="canonical" href="([^"]+)"', html)[1]
    assert unquote(canonical) == f"http://testserver{LIST}{path}"
    assert re.search(r'<meta name="description" content="[^"]{2,}"', html)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("버스", ["새길"]),
        ("  노선 버스 ", ["새길"]),
        ("ㅂㅅㄴㅅ", ["새길"]),
        ("한빛연구 새", ["새길"]),
        ("쉼표의", ["쉼표"]),
        ("연구모임", ["쉼표", "새길"]),
        ("버스 쉼표", []),
        ("가나다", []),
        (SECRET, []),
        ("\x00%_\\'", []),
    ],
)
def test_search_finds_teams_and_topics_that_are_public(finished, client, text, found):
    """Every word must occur; neither names of members nor teams that were not let in are found by any."""
    unannounced = round_of(finished.programme, year=2024, published_at=None, results_published_at=None)
    make.TeamFactory(round=unannounced, name=f"버스 {SECRET}", state=TeamState.COMPLETED)
    recruiting = round_of(finished.programme, year=2026, state=RoundState.PREPARED)
    make.TeamFactory(round=recruiting, name=f"버스 {SECRET} 2", state=TeamState.SELECTED)
    page = client.get(LIST, {"q": text})
    assert [each.team.name for each in page.context["search"].found] == found
    results = page.content.decode().partition('id="found"')[2].partition("</section>")[0]
    assert results.count("한빛연구모임/2025-1/") == 0
    assert unquote(results).count("/한빛연구모임/2025-1/") == len(found)
    assert ("운영한 회차에 맞는 팀이나 과제가 없습니다" in results) == (not found)


def test_search_takes_one_query_more_and_a_tag_of_its_own(finished, client, django_assert_num_queries):
    tag = client.get(LIST).headers["ETag"]
    assert client.get(LIST, {"q": " "}).context["search"] is None
    with django_assert_num_queries(8):
        answer = client.get(LIST, {"q": "버스"}, headers={"if-none-match": tag})
    assert answer.status_code == 200


def test_search_of_pledges_leads_on_to_that_of_study_groups(naju, city, client):
    html = client.get("/naju/8/pledges/?q=버스 노선").content.decode()
    assert "study-groups" not in html
    programme_of(city)
    html = client.get("/naju/8/pledges/?q=버스 노선").content.decode()
    link = re.search(rf'<a href="({LIST}\?q=[^"]*)"', html)[1]
    assert client.get(link).context["search"].text == "버스 노선"
    assert f"{LIST}?q=" not in client.get("/naju/8/pledges/").content.decode()


# --- A round --------------------------------------------------------------------------


def test_finished_round_shows_results_and_what_became_of_proposals(finished, text_of):
    page = text_of(f"{LIST}한빛연구모임/2025-1/")
    for shown in (
        "최우수 10,000,000원",
        "버스 노선",
        "중도포기",
        "환승 정류장을 옮긴다",
        "교통과",
        "내년 노선 개편에 넣는다",
        "상반기에 두 곳을 옮긴다",
        "2026. 3. 31. 한 곳을 옮겼다",
    ):
        assert shown in page


def test_score_is_shown_with_its_rule(finished, text_of):
    page = text_of(f"{LIST}한빛연구모임/2025-1/")
    # 91, 83 and 77: the highest and the lowest are dropped.
    assert "83.00" in page
    document = published_round(finished.programme.municipality, "한빛연구모임", 2025, 1)
    assert document.teams[0].score.rule.startswith("합계 3개 가운데 가장 높은 것과 가장 낮은 것을 빼고")
    assert document.teams[0].score.rule in page
    assert document.score_rule == rule_of(finished)
    assert document.score_rule in page


def tell_names(row):
    """The round was announced by a programme that publishes members' names."""
    row.programme.shows_names = row.shows_names = True
    row.programme.save()
    row.save()


def test_names_are_hidden_unless_the_programme_publishes_them(finished, client):
    address = f"{LIST}한빛연구모임/2025-1"
    for suffix in ("/", ".csv", ".json"):
        assert "가나다" not in client.get(address + suffix).content.decode()
    finished.programme.shows_names = True
    finished.programme.save()
    # Its call was announced without names: nobody's become public afterwards.
    for suffix in ("/", ".csv", ".json"):
        assert "가나다" not in client.get(address + suffix).content.decode()
    tell_names(finished)
    for suffix in ("/", ".csv", ".json"):
        assert "가나다" in client.get(address + suffix).content.decode()
    assert "교통과" in client.get(f"{address}/").content.decode()


def test_people_who_have_not_confirmed_and_withdrawn_teams_stay_nameless(finished, client):
    tell_names(finished)
    best, withdrawn = finished.recorded_teams.counted().order_by("pk")
    make.GroupMemberFactory(team=best, name=f"{SECRET}1", confirmed_at=None)
    make.GroupMemberFactory(team=withdrawn, name=f"{SECRET}2")
    assert SECRET not in client.get(f"{LIST}한빛연구모임/2025-1/").content.decode()


def test_call_is_shown_while_teams_may_apply(city, text_of):
    today = timezone.localdate()
    row = round_of(
        programme_of(city, name="모임"), year=2026, state=RoundState.PREPARED, call="열 팀을 모십니다"
    )
    row.opens_on, row.closes_on = today - dt.timedelta(1), today
    row.state = RoundState.RECRUITING
    row.save()
    make.TeamFactory(round=row, name=f"{SECRET}", topic=SECRET, state=TeamState.SELECTED, people=7)
    page = text_of(f"{LIST}모임/2026-1/")
    assert "열 팀을 모십니다" in page
    assert "까지 신청할 수 있습니다" in page
    assert SECRET not in page
    # Which teams were chosen, and how many, is nobody's matter before the round begins.
    assert published_programmes(city)[0].total.teams is None


# --- What is not public ----------------------------------------------------------------


ADDRESSES = ["", "study-groups.csv", "study-groups.json", "한빛연구모임/2025-1/", "한빛연구모임/2025-1.csv"]
ADDRESSES += ["한빛연구모임/2025-1.json"]


def everything(client):
    """All that the public pages say, as one text."""
    found = []
    for address in ADDRESSES:
        base = "/naju/8/" if address.startswith("study-groups.") else LIST
        answer = client.get(base + address)
        found.append(answer.content.decode() if answer.status_code == 200 else "")
    found.append(client.get(CARD).content.decode() + client.get("/naju/8/sitemap.xml").content.decode())
    return "\n".join(found)


def test_nothing_that_is_nobodys_matter_stands_anywhere(finished, client):
    assert SECRET not in everything(client)


def test_results_are_hidden_until_they_are_published(finished, client):
    finished.results_published_at = None
    finished.save()
    text = everything(client)
    for hidden in ("10,000,000", "환승", "교통과", "83.00", ">최우수<", "내년 노선", "옮겼다", "best"):
        assert hidden not in text
    assert "버스 노선" in text
    (found,) = published_programmes(finished.programme.municipality)
    assert (found.total.adopted, found.total.completed, found.total.withdrawn) == (None, None, 1)


def test_round_that_is_not_published_is_nowhere(finished, ddeutseum, client):
    finished.published_at = finished.results_published_at = None
    finished.reason = ""
    finished.save()
    make.ServedPledgeFactory(programme=finished.programme, pledge=Pledge.objects.get(code="7-2-3"))
    assert client.get(f"{LIST}한빛연구모임/2025-1/").status_code == 404
    assert "버스 노선" not in everything(client)
    assert published_programmes(finished.programme.municipality)[1].rounds == ()


def test_programme_that_is_not_published_is_nowhere_with_its_rounds(finished, client):
    finished.programme.published_at = None
    finished.programme.save()
    assert "한빛연구모임" not in everything(client)
    for path in ("한빛연구모임/", "한빛연구모임/2025-1/", "한빛연구모임/2025-1.json"):
        assert client.get(LIST + path).status_code == 404


def test_another_citys_programme_is_not_shown(naju, client):
    round_of(programme_of(make.MunicipalityFactory(), name="이웃모임"), year=2025)
    assert "이웃모임" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}이웃모임/2025-1/").status_code == 404


def test_judge_who_abstained_or_was_excused_does_not_count(finished):
    best = finished.recorded_teams.counted().earliest("pk")
    sheet = best.sheets.latest("pk")
    sheet.paper = sheet.presentation = sheet.audience = None
    sheet.abstains = True
    sheet.save()
    make.JudgeFactory(round=finished, excused_at=timezone.now(), excuse="출장")
    document = published_round(finished.programme.municipality, "한빛연구모임", 2025, 1)
    # 91 and 83 are left: fewer than three, so that none is dropped.
    assert (document.teams[0].score.value, document.teams[0].score.counted) == (87, 2)


def test_single_judges_totals_stand_in_no_document(finished):
    """91, 83 and 77: the mean of what is left is public, what each judge gave is not."""
    document = published_round(finished.programme.municipality, "한빛연구모임", 2025, 1)
    assert "Fraction(83, 1)" in repr(document)
    assert not [points for points in (91, 77) if f"Fraction({points}, 1)" in repr(document)]


def test_undecided_proposals_are_told_beside_the_rate_that_they_are_in(finished, text_of):
    address = f"{LIST}한빛연구모임/2025-1/"
    assert "아직 정해지지" not in text_of(address)
    for answer in (Answer.REVIEW, ""):
        team = make.TeamFactory(round=finished, topic="걷는 길", state=TeamState.COMPLETED)
        make.ProposalFactory(team=team, answer=answer)
    # Of three topics, that of the team that withdrew left out, one is adopted and two are open.
    page = text_of(address)
    assert "1 ÷ 3 = 33.3%" in page
    assert "2개 팀의 제안은 반영 여부가 아직 정해지지 않았습니다" in page


# --- Files ----------------------------------------------------------------------------


def test_rounds_as_a_file_hold_what_is_shown(ddeutseum, client):
    rows = rows_of(client.get("/naju/8/study-groups.csv").content.decode())
    assert [row["연도"] for row in rows] == ["2024", "2023", "2022", "2020", "2018", "2015", ""]
    assert (rows[1]["팀"], rows[1]["반영 과제"], rows[1]["외부 인원"]) == ("6", "6", "")
    assert (rows[0]["미추진 사유"], rows[0]["팀"]) == ("참여율 미달", "")
    assert (rows[-1]["운영 횟수"], rows[-1]["참여 인원"]) == ("8", "614")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/naju/8/study-groups.xlsx").content))
    assert [cell.value for cell in book.active[3]][:7] == ["뜻세움", 2023, 1, "종료", None, 1, 6]
    # A year is a name: 2,023 it is never.
    assert [book.active.cell(3, column).number_format for column in (2, 3, 7)] == ["0", "0", "#,##0"]
    data = client.get("/naju/8/study-groups.json").json()
    (programme,) = data["programmes"]
    assert (programme["total"]["adoption_rate"], programme["total"]["outsiders"]) == ("26/35", None)


def test_teams_as_a_file_hold_what_is_shown(finished, client):
    rows = rows_of(client.get(f"{LIST}한빛연구모임/2025-1.csv").content.decode())
    assert [row["팀"] for row in rows] == ["새길", "쉼표"]
    assert (rows[0]["점수"], rows[0]["반영 제안"], rows[0]["포상금(원)"]) == ("83", "1", "10000000")
    assert (rows[1]["점수"], rows[1]["참여 인원"], rows[1]["시상"]) == ("", "4", "")
    data = client.get(f"{LIST}한빛연구모임/2025-1.json").json()
    assert data["teams"][0]["adopted_proposals"][0]["follow_ups"] == [
        {"as_of": "2026-03-31", "text": "한 곳을 옮겼다"}
    ]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_files_may_be_read_by_any_site_and_say_what_they_are(finished, client, suffix):
    for address in (f"/naju/8/study-groups.{suffix}", f"{LIST}한빛연구모임/2025-1.{suffix}"):
        answer = client.get(address)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(address, headers={"if-none-match": answer.headers["ETag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_what_departments_tell_later_is_not_kept_from_who_asks_by_date(finished, client, suffix):
    """A follow-up comes years after the results were published: no date says that a file is unchanged."""
    address = f"{LIST}한빛연구모임/2025-1.{suffix}"
    tag = client.get(address).headers["ETag"]
    finished.recorded_teams.get(name="새길").proposals.filter(answer=Answer.NOT_ADOPTED).update(
        answer=Answer.ADOPTED
    )
    for headers in (
        {"if-none-match": tag},
        {"if-modified-since": "Wed, 01 Jan 2098 00:00:00 GMT"},
    ):
        assert client.get(address, headers=headers).status_code == 200


def test_page_of_open_data_names_the_files_and_every_column(finished, naju, client):
    html = client.get("/naju/8/data/").content.decode()
    for suffix in ("csv", "xlsx", "json"):
        assert f'href="/naju/8/study-groups.{suffix}"' in html
    assert "/naju/8/study-groups/(사업명)/(연도)-(차수).csv" in html
    tell_names(finished)
    told = html.partition('id="study-groups"')[2]
    for address in ("/naju/8/study-groups", f"{LIST}한빛연구모임/2025-1"):
        header = client.get(f"{address}.csv").content.decode().removeprefix("\ufeff").splitlines()[0]
        for name in header.split(","):
            assert f'<td lang="ko" data-label="한국어"><div>{name}<' in told, name
    assert "<code>not_held</code> 미추진" in told
    assert "<code>best</code> First prize" in told
    data = client.get(f"{LIST}한빛연구모임/2025-1.json").json()
    for key in data["teams"][0].keys() & {"topic", "score", "departments", "members"}:
        assert f"<code>{key}</code>" in told


def test_page_of_open_data_is_silent_without_study_groups_and_of_older_editions(naju, city, client):
    assert 'id="study-groups"' not in client.get("/naju/8/data/").content.decode()
    programme_of(city)
    made.publish(naju, dt.date(2025, 12, 31))
    assert 'id="study-groups"' in client.get("/naju/8/data/").content.decode()
    assert 'id="study-groups"' not in client.get("/naju/8/data/?as_of=2025-09-30").content.decode()


def test_text_in_a_file_is_never_a_formula(finished, client):
    finished.recorded_teams.filter(name="새길").update(topic="=1+1")
    assert ",'=1+1," in client.get(f"{LIST}한빛연구모임/2025-1.csv").content.decode()


# --- Tags, queries, sitemap --------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "한빛연구모임/2025-1/"])
def test_page_is_not_sent_again_until_something_changes(finished, client, path):
    tag = client.get(LIST + path).headers["ETag"]
    assert client.get(LIST + path, headers={"if-none-match": tag}).status_code == 304
    team = finished.recorded_teams.get(name="쉼표")
    team.people = 5
    team.save()
    assert client.get(LIST + path, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("count", [1, 5])
def test_list_takes_nine_queries(city, client, django_assert_num_queries, count):
    for number in range(count):
        programme = programme_of(city, name=f"모임 {number}")
        make.ServedPledgeFactory(programme=programme, pledge=Pledge.objects.get(code="7-2-3"))
        for year in range(2020, 2020 + count):
            make.TeamFactory(round=round_of(programme, year=year), state=TeamState.COMPLETED)
    client.get(LIST)
    with django_assert_num_queries(9):
        client.get(LIST)
    with django_assert_num_queries(6):
        client.get("/naju/8/study-groups.json")


@pytest.mark.parametrize("count", [1, 5])
def test_round_takes_as_many_queries_whatever_its_size(finished, client, django_assert_num_queries, count):
    for number in range(count - 1):
        round_of(finished.programme, year=2020 + number)
        team = make.TeamFactory(round=finished, state=TeamState.COMPLETED)
        make.GroupMemberFactory(team=team)
        make.FollowUpFactory(proposal=make.ProposalFactory(team=team, answer=Answer.ADOPTED))
    client.get(LIST)
    with django_assert_num_queries(17):
        assert client.get(f"{LIST}한빛연구모임/2025-1/").status_code == 200


def test_sitemap_names_the_public_pages(ddeutseum, client):
    text = client.get("/naju/8/sitemap.xml").content.decode()
    assert "http://testserver/naju/8/study-groups/</loc>" in text
    assert text.count("/study-groups/%EB%9C%BB%EC%84%B8%EC%9B%80/") == 6


# --- The card of a served pledge -----------------------------------------------------------


def test_card_shows_the_programmes_that_serve_it_with_their_own_date(ddeutseum, text_of, client):
    page = text_of(CARD)
    assert "이 공약과 관련된 학습동아리" in page
    assert "52 ÷ 70 = 74.3%" in page
    assert "2025. 10. 3. 공표" in page
    assert f'href="{LIST}"' in client.get(CARD).content.decode()


def test_card_of_another_pledge_shows_none(ddeutseum, naju, client):
    make.PledgeFactory(plan=naju, code="7-2-4")
    naju.pledges.filter(code="7-2-3").update(code="7-2-9")
    ddeutseum.served.all().delete()
    assert 'id="study-groups"' not in client.get(CARD).content.decode()


def test_card_of_an_older_edition_does_not_show_todays_study_groups(ddeutseum, naju, client):
    made.publish(naju, dt.date(2025, 12, 31))
    assert 'id="study-groups"' in client.get(CARD).content.decode()
    html = client.get(f"{CARD}?as_of=2025-09-30").content.decode()
    assert 'id="study-groups"' not in html


def test_card_is_sent_again_when_its_study_groups_change(ddeutseum, client):
    tag = client.get(CARD).headers["ETag"]
    assert client.get(CARD, headers={"if-none-match": tag}).status_code == 304
    round_of(ddeutseum, year=2025, teams=3)
    assert client.get(CARD, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("count", [1, 5])
def test_card_takes_five_queries_more_whatever_serves_it(naju, client, django_assert_num_queries, count):
    pledge = naju.pledges.get()
    for number in range(count):
        programme = programme_of(naju.term.municipality, name=f"모임 {number}")
        round_of(programme, year=2025)
        make.ServedPledgeFactory(programme=programme, pledge=pledge)
    client.get(CARD)
    with django_assert_num_queries(12):
        client.get(CARD)
