"""The demo as a whole: what it loads, that a second run changes nothing, and who may run it."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from pledges.enums import PeriodState, ReportState, Role
from pledges.models import (
    Indicator,
    Membership,
    Municipality,
    Plan,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    SupportInvitation,
    User,
)
from reports.demo import loading
from reports.demo.hanbit.entering import OPEN_AS_OF, OPEN_QUARTER
from reports.demo.people import ACCOUNTS, PASSWORD
from reports.models import Edition, EditionPledge
from reports.quarter.study_groups import group_events
from studygroups.enums import RoundState
from studygroups.judging import display_score
from studygroups.models import Meeting, Member, Proposal, Round
from studygroups.nextsteps import next_of_proposal, next_of_round
from studygroups.published import published_programmes, published_round
from studygroups.rules import display_percent

# Loaded once: all of these run in one process.
pytestmark = pytest.mark.xdist_group("demo")

QUICK = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The whole demo, loaded once for this file."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(**QUICK):
        steps = list(loading.load())
        yield steps
        transaction.set_rollback(True)


def plan_at(city: str, number: int) -> Plan:
    return Plan.objects.with_places().for_address(city, number).get()


def last_edition(city: str, number: int) -> Edition:
    return Edition.objects.for_plan(plan_at(city, number)).newest_first().first()


def all_counts() -> dict[str, int]:
    """Rows of every model, the history's included."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


# --- What is loaded -----------------------------------------------------------


@pytest.mark.django_db
def test_first_run_loads_every_step(loaded):
    assert all(step.is_new for step in loaded)


@pytest.mark.django_db
def test_hanbit_is_marked_fictional_and_the_real_cities_are_not(loaded):
    assert dict(Municipality.objects.values_list("code", "is_fictional")) == {
        "boryeong": False,
        "hanbit": True,
        "naju": False,
    }


@pytest.mark.django_db
def test_hanbit_has_66_pledges_of_five_areas_with_the_final_statuses(loaded):
    summary = last_edition("hanbit", 8).summary
    top = [area for area in summary["areas"] if area["depth"] == 0]
    assert [area["pledges"] for area in top] == [19, 14, 8, 17, 8]
    counts = summary["counts"]
    assert [counts[key] for key in ("total", "closed", "continuing", "on_track", "partial")] == [
        66,
        4,
        22,
        40,
        0,
    ]
    assert (summary["headline"]["rate"]["display"], summary["under_way"]) == ("39.3", "60.7")


@pytest.mark.django_db
def test_hanbit_rates_fit_their_statuses_but_for_one(loaded):
    rows = EditionPledge.objects.for_edition(last_edition("hanbit", 8))
    completed = rows.filter(status__in=["closed", "continuing"])
    assert set(completed.exclude(code="2-3-3").values_list("rate_display", flat=True)) == {"100.0"}
    assert completed.get(code="2-3-3").rate_display == "83.3"
    for row in rows.filter(status="on_track"):
        assert 20 * 10**6 <= row.rate_sort <= 95 * 10**6, row.code


@pytest.mark.django_db
def test_boryeong_is_published_with_65_pledges_at_its_own_rate(loaded):
    edition = last_edition("boryeong", 7)
    assert (edition.as_of.isoformat(), edition.summary["counts"]["total"]) == ("2021-12-31", 65)
    assert edition.summary["headline"]["rate"] == {"exact": "5048/65", "display": "77.7"}


@pytest.mark.django_db
def test_naju_is_published_with_the_rates_of_its_card(loaded):
    edition = last_edition("naju", 8)
    row = edition.pledges.get(code="7-2-3")
    assert edition.as_of.isoformat() == "2025-09-30"
    assert (row.rate_display, row.planned, row.executed) == ("73.33", 75_400_000, 42_000_000)
    assert [line["rate"]["display"] for line in row.card["indicators"]] == ["80.00", "66.67"]


@pytest.mark.django_db
def test_hanbit_has_four_published_quarters_one_of_them_corrected(loaded):
    plan = plan_at("hanbit", 8)
    published = ReportingPeriod.objects.for_plan(plan).published().order_by("as_of")
    assert [period.as_of.isoformat() for period in published] == [
        "2025-03-31",
        "2025-06-30",
        "2025-09-30",
        "2025-12-31",
    ]
    numbers = Edition.objects.for_plan(plan).order_by("as_of", "number").values_list("as_of", "number")
    assert [(as_of.isoformat(), number) for as_of, number in numbers] == [
        ("2025-03-31", 1),
        ("2025-06-30", 1),
        ("2025-09-30", 1),
        ("2025-09-30", 2),
        ("2025-12-31", 1),
    ]
    corrected = Edition.objects.for_plan(plan).get(number=2)
    first = Edition.objects.for_plan(plan).get(as_of=corrected.as_of, number=1)
    assert "1-1-3" in corrected.reason
    actuals = [
        edition.pledges.get(code="1-1-3").card["indicators"][0]["actuals"][3]
        for edition in (first, corrected)
    ]
    assert actuals == ["1,980(8,090)", "1,890(8,000)"]


@pytest.mark.django_db
def test_hanbit_headline_rises_from_quarter_to_quarter(loaded):
    editions = Edition.objects.for_plan(plan_at("hanbit", 8)).current().order_by("as_of")
    displays = [edition.summary["headline"]["rate"]["display"] for edition in editions]
    assert displays == ["19.6", "27.2", "33.3", "39.3"]


@pytest.mark.django_db
def test_lagging_pledges_tell_cause_and_remedy(loaded):
    cards = EditionPledge.objects.for_edition(last_edition("hanbit", 8)).values_list("code", "card")
    told = {code for code, card in cards if card["cause"] and card["remedy"]}
    assert told == {"1-1-2", "1-3-4", "2-2-4", "4-1-4", "4-2-1"}


@pytest.mark.django_db
def test_one_pledge_did_not_report_in_the_last_quarter(loaded):
    rows = EditionPledge.objects.for_edition(last_edition("hanbit", 8)).filter(not_submitted=True)
    assert [row.code for row in rows] == ["3-1-4"]


# --- The open quarter -----------------------------------------------------------


@pytest.mark.django_db
def test_open_quarter_holds_reports_in_every_state(loaded):
    period = ReportingPeriod.objects.for_plan(plan_at("hanbit", 8)).get(as_of=OPEN_AS_OF)
    states = list(ProgressReport.objects.for_period(period).values_list("state", flat=True))
    assert period.state == PeriodState.OPEN
    assert period.due_on > timezone.localdate()
    assert {state: states.count(state) for state in set(states)} == {
        ReportState.DRAFT: 2,
        ReportState.SUBMITTED: 1,
        ReportState.SIGNED: 2,
        ReportState.RETURNED: 1,
        ReportState.APPROVED: 1,
    }
    returned = ProgressReport.objects.for_period(period).get(state=ReportState.RETURNED)
    assert returned.pledge.code == "4-1-4"
    assert [each.section for each in returned.comments.all()] == ["indicators", "delay"]


@pytest.mark.django_db
def test_open_quarter_shows_more_time_an_invited_department_and_a_counted_indicator(loaded):
    period = ReportingPeriod.objects.for_plan(plan_at("hanbit", 8)).get(as_of=OPEN_AS_OF)
    (extension,) = period.extensions.all()
    assert (extension.department.name, (extension.due_on - period.due_on).days) == ("가족아동과", 7)
    invitation = SupportInvitation.objects.get()
    assert (invitation.pledge.code, invitation.department.name) == ("4-1-6", "교통행정과")
    assert Indicator.objects.exclude(counted_by="").get().name == "주민설명회"


@pytest.mark.django_db
def test_nothing_of_the_open_quarter_is_in_an_edition(loaded):
    cards = EditionPledge.objects.filter(edition__plan=plan_at("hanbit", 8)).values_list("card", flat=True)
    published = json.dumps(list(cards), ensure_ascii=False)
    assert "2025. 12." in published
    typed = OPEN_QUARTER.read_text(encoding="utf-8")
    for text in (
        "임차 택시 8대 추가 도입",
        "남부 1개 면 시범 운행 준비",
        "내부 마감 공사 70% 진행",
        "철도 부지 사용 승인이 늦어짐",
        "공정률 24%의 산출 근거",
    ):
        assert text in typed
        assert text not in published
    assert not Edition.objects.filter(as_of__gte=OPEN_AS_OF).exists()


# --- Study groups ---------------------------------------------------------------


@pytest.mark.django_db
def test_naju_has_the_study_groups_that_its_card_tells_of(loaded):
    first, second = published_programmes(Municipality.objects.get(code="naju"))
    total = first.total
    assert (first.name, total.rounds, total.not_held) == ("뜻세움", 9, 5)
    assert (total.teams, total.topics, total.people) == (70, 70, 667)
    assert (total.adopted, total.proposed, display_percent(total.adoption_rate)) == (52, 70, "74.3")
    assert [(each.year, each.intake, each.figures.teams) for each in reversed(second.rounds)] == [
        (2025, 1, 5),
        (2025, 2, 2),
        (2025, 3, 2),
    ]
    assert (second.total.people, second.total.adoption_rate) == (None, None)


@pytest.mark.django_db
def test_hanbit_has_a_round_in_every_state_and_an_open_call(loaded):
    city = Municipality.objects.get(code="hanbit")
    (programme,) = published_programmes(city)
    assert {each.state for each in programme.rounds} == {"recruiting", "running", "finished", "not_held"}
    assert next(each for each in programme.rounds if each.is_recruiting).takes_applications(
        timezone.localdate()
    )
    document = published_round(city, programme.name, 2025, 1)
    assert [(team.award.kind, display_score(team.score.value)) for team in document.awarded] == [
        ("best", "90.00"),
        ("excellent", "87.33"),
        ("encouragement", "79.90"),
        ("encouragement", "79.90"),
    ]
    assert sum(bool(proposal.follow_ups) for team in document.teams for proposal in team.proposals) == 2
    assert not any(team.members for team in document.teams)


@pytest.mark.django_db
def test_what_goes_on_in_hanbit_is_never_late_but_for_one_proposal(loaded):
    today = timezone.localdate()
    rounds = list(Round.objects.for_municipality(Municipality.objects.get(code="hanbit")))
    running = next(each for each in rounds if each.state == RoundState.RUNNING)
    for round in rounds:
        if round.is_finished:
            continue
        step = next_of_round(round)
        assert step.due_on is None or step.due_on >= today, (round, step)
    meetings = Meeting.objects.filter(team__round=running)
    assert meetings.count() == 9
    led = Member.objects.filter(team__round=running, role="leader", user__isnull=False)
    assert set(led.values_list("user__username", flat=True)) == {"hanbit-officer", "hanbit-officer2"}
    assert running.closes_on < min(each.held_on for each in meetings)
    last = max(each.held_on for each in meetings)
    assert (today - last).days <= 31
    late = [
        proposal.team.name
        for proposal in Proposal.objects.filter(answered_on__isnull=False)
        if (next_of_proposal(proposal).due_on or today) < today
    ]
    # It was adopted on 15 October 2025, and nobody told since what became of it.
    assert late == (["작은숲"] if today > dt.date(2026, 10, 15) else [])


@pytest.mark.django_db
def test_the_open_quarter_offers_the_round_that_began_in_it(loaded):
    period = ReportingPeriod.objects.get(plan=plan_at("hanbit", 8), as_of=OPEN_AS_OF)
    serving = Pledge.objects.filter(plan=period.plan, serving_programmes__isnull=False)
    assert [[each.on for each in group_events(pledge, period)] for pledge in serving] == [
        [dt.date(2026, 3, 13)],
        [dt.date(2026, 3, 13)],
    ]
    # No indicator counts a study group as one of its own.
    assert not Indicator.objects.filter(pledge__in=serving).exclude(counted_by="").exists()


# --- People -------------------------------------------------------------------


@pytest.mark.django_db
def test_there_is_an_account_for_every_role_and_a_superuser(loaded):
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)
    assert set(Membership.objects.values_list("municipality__code", flat=True)) == {"hanbit"}
    assert list(User.objects.filter(is_superuser=True).values_list("username", flat=True)) == [
        "hanbit-superuser"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.username)
def test_account_can_log_in_with_what_is_printed(loaded, client, account):
    response = client.post(reverse("account_login"), {"login": account.username, "password": PASSWORD})
    assert response.status_code == 302
    if account.needs_code:
        assert "_auth_user_id" not in client.session
        out = StringIO()
        call_command("demo", code=account.username, stdout=out)
        client.post(response["Location"], {"code": out.getvalue().strip()})
    assert client.get("/staff/").status_code == 200
    assert client.session["_auth_user_id"] == str(User.objects.get(username=account.username).pk)


# --- Running it -----------------------------------------------------------------


@pytest.mark.django_db
def test_second_run_changes_no_row_and_no_history(loaded):
    before = all_counts()
    out = StringIO()
    call_command("demo", "--no-serve", stdout=out)
    assert all_counts() == before
    printed = out.getvalue()
    assert "+" not in printed.replace("Ctrl+C", "")
    assert PASSWORD in printed
    assert all(account.username in printed for account in ACCOUNTS)


@pytest.mark.django_db
def test_what_somebody_did_in_the_demo_survives_the_next_run(loaded):
    User.objects.filter(username="hanbit-officer").update(name="다른 이름")
    assert not any(step.is_new for step in loading.load())
    assert User.objects.get(username="hanbit-officer").name == "다른 이름"
