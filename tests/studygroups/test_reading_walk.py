"""Study groups met in a browser: by a citizen, and by the officer of the pledge that they serve."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pledges.enums import PeriodState, Role
from pledges.models import Achievement
from reports.editions import publish_period
from studygroups.enums import Answer, AwardKind, RoundState, TeamState
from tests import factories as make
from tests.browser import log_in, open_windows, require_chromium
from tests.studygroups.reading import citizen_follows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARD, FORM = "/hanbit/8/pledges/7-2-3/", "/staff/hanbit/8/2024-06-30/7-2-3/"
PRESENTED = "한빛연구모임 2024년 최종 발표회 개최"


@pytest.fixture
def city(monkeypatch):
    """A round that presented in June serves a pledge whose second quarter of 2024 is open."""
    require_chromium()
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    department = make.DepartmentFactory(name="기획예산과")
    pledge = make.PledgeFactory(code="7-2-3", name="학습동아리 활성화", lead_department=department)
    before = make.PeriodFactory(plan=pledge.plan, as_of=dt.date(2024, 3, 31), state=PeriodState.CLOSED)
    make.ApprovedReportFactory(pledge=pledge, period=before, status="on_track")
    publish_period(period=before, user=None)
    make.PeriodFactory(plan=pledge.plan, as_of=dt.date(2024, 6, 30))
    now = timezone.now()
    programme = make.ProgrammeFactory(published_at=now)
    make.ServedPledgeFactory(programme=programme, pledge=pledge)
    make.RoundFactory(
        programme=programme,
        year=2023,
        state=RoundState.NOT_HELD,
        reason="참여율 미달",
        published_at=now,
    )
    held = make.RoundFactory(
        programme=programme, state=RoundState.FINISHED, published_at=now, results_published_at=now
    )
    team = make.TeamFactory(
        round=held,
        name="새길",
        topic="환승 정류장 재배치",
        state=TeamState.COMPLETED,
        presented_on=dt.date(2024, 6, 20),
    )
    make.GroupMemberFactory(team=team, name="숨길이름")
    make.AwardFactory(team=team, kind=AwardKind.BEST)
    make.FollowUpFactory(
        proposal=make.ProposalFactory(team=team, text="정류장을 옮긴다", answer=Answer.ADOPTED)
    )
    user = make.UserFactory(username="officer", name="담당자")
    make.MembershipFactory(user=user, role=Role.OFFICER, department=department)
    return pledge


def test_citizen_follows_a_round_to_what_became_of_it(city, live_server):
    with open_windows() as windows:
        citizen_follows(
            windows,
            windows.open(),
            live_server.url,
            programme="한빛연구모임",
            round_name="2024년",
            says=["환승 정류장 재배치", "최우수", "정류장을 옮긴다", "시범 운영"],
            never=["숨길이름"],
            card=CARD,
        )


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_officer_takes_the_presentation_over_with_one_click(city, live_server, javascript):
    with open_windows(javascript=javascript, logins=["officer"]) as windows:
        page = windows.open()
        log_in(page, live_server.url, "officer")
        page.goto(live_server.url + FORM)
        expect(page.locator("#study-group-offers")).to_contain_text(PRESENTED)
        page.get_by_role("button", name=f"추진실적에 넣기 {PRESENTED}").click()
        expect(page.locator("[name=achievement-0-text]")).to_have_value(PRESENTED)
        expect(page.locator("[name=achievement-0-dates]")).to_have_value("2024. 6. 20.")
        expect(page.get_by_role("button", name=f"추진실적에 넣기 {PRESENTED}")).to_have_count(0)
        assert not Achievement.objects.filter(text=PRESENTED).exists()
        windows.look(page, "offered")
        page.get_by_role("button", name="임시저장", exact=True).first.click()
        expect(page.get_by_text("임시저장했습니다").first).to_be_visible()
        assert Achievement.objects.get(text=PRESENTED).starts_on == dt.date(2024, 6, 20)
