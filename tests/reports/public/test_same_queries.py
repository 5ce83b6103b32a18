"""A page asks the database as often for a thousand pledges as for three."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges.enums import ReportState, Status
from pledges.models import Municipality, Pledge, ProgressReport
from reports.editions import publish_period
from reports.models import EditionPledge
from studygroups.enums import Answer, RoundState, TeamState
from tests import factories

FEW, MANY = 3, 1000
QUARTERS = {dt.date(2024, 3, 31): Status.PARTIAL, dt.date(2024, 6, 30): Status.ON_TRACK}
PAGES = {
    "list": "/{city}/8/pledges/",
    "list searched": "/{city}/8/pledges/?q=공약",
    "list filtered and sorted": "/{city}/8/pledges/?status=on_track&sort=-rate&page=2",
    "list as htmx asks": "/{city}/8/pledges/",
    "list by what moved": "/{city}/8/pledges/?moved=yes",
    "list by initials": "/{city}/8/pledges/?q=ㄱㅇ",
    "list as csv": "/{city}/8/pledges.csv",
    "front": "/{city}/8/",
    "card": "/{city}/8/pledges/P-1/",
    "areas": "/{city}/8/areas/",
    "area": "/{city}/8/areas/A/",
    "money": "/{city}/8/money/",
    "method": "/{city}/8/method/",
    "changes": "/{city}/8/changes/",
    "city": "/{city}/",
    "data": "/{city}/8/data/",
    "open data": "/{city}/8/data/pledges.csv",
    "feed": "/{city}/8/feed/",
    "sitemap": "/{city}/8/sitemap.xml",
    "study groups": "/{city}/8/study-groups/",
    "study groups as csv": "/{city}/8/study-groups.csv",
    "study groups as xlsx": "/{city}/8/study-groups.xlsx",
    "study groups as json": "/{city}/8/study-groups.json",
    "round": "/{city}/8/study-groups/모임 0/2024-1/",
    "round as csv": "/{city}/8/study-groups/모임 0/2024-1.csv",
    "round as xlsx": "/{city}/8/study-groups/모임 0/2024-1.xlsx",
    "round as json": "/{city}/8/study-groups/모임 0/2024-1.json",
}
# At most so many.
LISTS = {
    "list": 6,
    "list searched": 6,
    "list filtered and sorted": 6,
    "list as htmx asks": 6,
    "list by what moved": 6,
    "list by initials": 6,
    "list as csv": 6,
}


def publish(city: str, count: int) -> None:
    """A city with so many pledges, each of another status in its second published quarter."""
    plan = factories.PlanFactory(term__municipality=factories.MunicipalityFactory(code=city))
    area = factories.AreaFactory(plan=plan, code="A", name="경제")
    department = factories.DepartmentFactory(municipality=plan.term.municipality)
    pledges = Pledge.objects.bulk_create(
        Pledge(
            plan=plan, area=area, code=f"P-{number}", name=f"공약 {number}", position=number,
            lead_department=department,
        )
        for number in range(1, count + 1)
    )  # fmt: skip
    for as_of, status in QUARTERS.items():
        period = factories.PeriodFactory(plan=plan, as_of=as_of)
        approved = dt.datetime.combine(as_of, dt.time(), tzinfo=dt.UTC)
        ProgressReport.objects.bulk_create(
            ProgressReport(
                pledge=pledge, period=period, status=status, state=ReportState.APPROVED, approved_at=approved
            )
            for pledge in pledges
        )
        publish_period(period=period, user=None)


def study(city: str, count: int) -> None:
    """So many programmes that serve the first pledge, the first with as many finished rounds and teams."""
    municipality = Municipality.objects.get(code=city)
    pledge = Pledge.objects.get(plan__term__municipality=municipality, code="P-1")
    now = timezone.now()
    for number in range(count):
        programme = factories.ProgrammeFactory(
            municipality=municipality, name=f"모임 {number}", published_at=now
        )
        factories.ServedPledgeFactory(programme=programme, pledge=pledge)
        for intake in range(1, count + 1 if number == 0 else 2):
            round = factories.RoundFactory(
                programme=programme,
                intake=intake,
                state=RoundState.FINISHED,
                published_at=now,
                results_published_at=now,
            )
            judges = [factories.JudgeFactory(round=round) for _each in range(3)]
            for _each in range(count if (number, intake) == (0, 1) else 1):
                team = factories.TeamFactory(round=round, state=TeamState.COMPLETED)
                factories.GroupMemberFactory(team=team)
                factories.AwardFactory(team=team)
                proposal = factories.ProposalFactory(team=team, answer=Answer.ADOPTED)
                factories.FollowUpFactory(proposal=proposal)
                for judge in judges:
                    factories.ScoreSheetFactory(
                        judge=judge, team=team, paper=80, presentation=70, audience=60, submitted_at=now
                    )


def asked(client, name: str, city: str) -> int:
    """How many queries a page takes."""
    cache.clear()
    headers = {"HX-Request": "true"} if name.endswith("htmx asks") else {}
    with CaptureQueriesContext(connection) as queries:
        response = client.get(PAGES[name].format(city=city), headers=headers)
    assert response.status_code == 200, (name, response.status_code)
    return len(queries)


@pytest.mark.django_db
def test_pages_take_as_many_queries_for_1000_pledges_as_for_3(client):
    publish("few", FEW)
    publish("many", MANY)
    study("few", 1)
    study("many", 12)
    of_few = {name: asked(client, name, "few") for name in PAGES}
    of_many = {name: asked(client, name, "many") for name in PAGES}
    assert of_many == of_few
    assert {name: of_many[name] for name in LISTS if of_many[name] > LISTS[name]} == {}
    assert EditionPledge.objects.filter(code="P-1000").count() == 2
    assert "P-1000" in client.get("/many/8/pledges/?q=P-1000").content.decode()
