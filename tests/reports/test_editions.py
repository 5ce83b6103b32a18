"""Publishing: what is frozen, what a correction makes, and that an edition never changes."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from pledges.enums import PeriodState, Role, Status
from pledges.models import OwnStatus, Plan
from pledges.workflow import ReasonMissing
from reports import cards as cards_module
from reports import editions as editions_module
from reports.cards import read_card
from reports.editions import current_edition, publish_period
from reports.models import Edition, EditionPledge
from reports.summaries import read_summary
from tests.factories import (
    ActualFactory,
    AreaFactory,
    IndicatorFactory,
    MembershipFactory,
    OfficerFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
    SubProjectFactory,
    UserFactory,
)
from tests.reports import seeds
from tests.reports.seeds import enter, invest, report, spend

pytestmark = pytest.mark.django_db
FIRST, SECOND = dt.date(2024, 3, 31), dt.date(2024, 6, 30)


@pytest.fixture
def indicator():
    """An indicator of four, one done in each of two quarters."""
    made = IndicatorFactory(targets={2024: 4})
    enter(made, FIRST, 1)
    enter(made, SECOND, 1)
    return made


def period(plan, as_of=FIRST):
    return PeriodFactory(plan=plan, as_of=as_of)


def publish(plan, as_of=FIRST, reason="", user=None):
    return publish_period(period=period(plan, as_of), user=user, reason=reason)


def correct(indicator, as_of, value):
    """An approved correction of the period's report."""
    made = report(indicator.pledge, as_of, revision=2, reason="오기")
    ActualFactory(report=made, indicator=indicator, value=value)


# --- The first edition ----------------------------------------------------------------


def test_publishing_freezes_summary_and_cards():
    pledge = seeds.naju()
    pledge.goal = "배우는 조직"
    pledge.save()
    now = timezone.now()
    turn = pledge.plan.periods.get(as_of=seeds.NAJU_AS_OF)
    (edition,) = publish_period(period=turn, user=None, now=now)
    assert (edition.number, edition.as_of, edition.published_at) == (1, seeds.NAJU_AS_OF, now)
    summary = read_summary(edition.summary)
    assert (summary.headline.rate.display, summary.under_way) == ("100.00", "0.00")
    row = edition.pledges.get()
    assert (row.code, row.area_code, row.area_path, row.department) == (
        "7-2-3",
        "7-2",
        "7>7-2",
        "기획예산실",
    )
    assert (row.status, row.status_label) == ("continuing", "완료 후 계속추진")
    assert (row.rate_sort, row.rate_display) == (73_333_333, "73.33")
    assert (row.to_date_sort, row.to_date_display) == (83_333_333, "83.33")
    assert (row.planned, row.executed, row.budgeted) == (75_400_000, 42_000_000, True)
    assert read_card(row.card).rate.exact == "220/3"
    assert [fact["is_found"] for fact in edition.pledges.as_facts("학습 배우는", None)] == [True]
    turn.refresh_from_db()
    assert (turn.state, turn.published_at, turn.closed_at) == (PeriodState.PUBLISHED, now, now)


def test_search_text_is_lower_case_and_composed():
    plan = PlanFactory()
    area = AreaFactory(plan=plan, code="A", name="Smart 도시")
    PledgeFactory(plan=plan, code="A-1", name="나주 SOC", area=area, overview="개요")
    (edition,) = publish(plan)
    row = edition.pledges.get()
    assert row.search_text == "a-1\n나주 soc\n\na smart 도시\n\n개요"
    assert [fact["is_found"] for fact in edition.pledges.as_facts("soc 나주 SMART", None)] == [True]
    assert [fact["is_found"] for fact in edition.pledges.as_facts("soc 나주 STUPID", None)] == [False]


def test_pledge_without_rate_or_status_has_null_to_sort_by():
    pledge = PledgeFactory()
    (edition,) = publish(pledge.plan)
    row = edition.pledges.get()
    assert (row.rate_sort, row.rate_display, row.status, row.status_label) == (None, "–", "none", "")
    assert (row.planned, row.executed, row.area_path) == (None, None, "")


def test_status_of_the_plans_own_is_labelled_with_its_word():
    pledge = PledgeFactory()
    own = OwnStatus.objects.create(plan=pledge.plan, name="시기미도래")
    report(pledge, FIRST, status=Status.OTHER, own_status=own)
    (edition,) = publish(pledge.plan)
    assert edition.pledges.get().status_label == "시기미도래"
    assert read_summary(edition.summary).own_status_counts == {"시기미도래": 1}


def test_missing_reports_are_marked_and_show_their_last_figures(indicator):
    (edition,) = publish(indicator.pledge.plan, dt.date(2024, 9, 30))
    row = edition.pledges.get()
    assert (row.not_submitted, row.rate_display) == (True, "50.00")
    assert [line.code for line in read_summary(edition.summary).not_submitted] == [row.code]


def test_drafts_do_not_leak_into_an_edition(indicator):
    plan = indicator.pledge.plan
    draft = ReportFactory(pledge=indicator.pledge, period=period(plan, FIRST), revision=2, cause="비밀")
    ActualFactory(report=draft, indicator=indicator, value=4)
    (edition,) = publish(plan)
    row = edition.pledges.get()
    assert (row.rate_display, read_card(row.card).cause) == ("25.00", "")


def test_closed_period_keeps_when_it_was_closed(indicator):
    turn = period(indicator.pledge.plan)
    closed_at = timezone.now() - dt.timedelta(days=3)
    type(turn).objects.filter(pk=turn.pk).update(state=PeriodState.CLOSED, closed_at=closed_at)
    publish_period(period=turn, user=None)
    assert turn.closed_at == closed_at
    assert turn.published_at is not None


# --- Again, and corrections -------------------------------------------------------------


def test_publishing_twice_makes_one_edition(indicator):
    plan = indicator.pledge.plan
    assert len(publish(plan)) == 1
    assert publish(plan) == []
    assert Edition.objects.count() == 1


def test_correction_needs_a_reason_and_makes_the_next_edition(indicator):
    plan = indicator.pledge.plan
    publish(plan)
    correct(indicator, FIRST, 3)
    with pytest.raises(ReasonMissing, match=r"2024\. 3\. 31\."):
        publish(plan, reason="  ")
    assert Edition.objects.count() == 1
    (second,) = publish(plan, reason="오기 정정")
    assert (second.number, second.reason) == (2, "오기 정정")
    first = Edition.objects.get(number=1)
    assert [edition.pledges.get().rate_display for edition in (first, second)] == ["25.00", "75.00"]


def test_correction_makes_the_next_edition_of_every_later_published_period(indicator):
    plan = indicator.pledge.plan
    publish(plan, FIRST)
    publish(plan, SECOND)
    enter(indicator, "2024-09-30", 0)
    correct(indicator, FIRST, 2)
    made = publish(plan, FIRST, reason="정정")
    assert [(edition.as_of, edition.number) for edition in made] == [(FIRST, 2), (SECOND, 2)]
    assert [edition.pledges.get().rate_display for edition in made] == ["50.00", "75.00"]


def test_later_period_whose_documents_are_the_same_keeps_its_edition(indicator):
    plan = indicator.pledge.plan
    publish(plan, FIRST)
    publish(plan, SECOND)
    report(indicator.pledge, FIRST, revision=2, cause="비")
    ActualFactory(
        report=indicator.pledge.reports.get(revision=2, period__as_of=FIRST), indicator=indicator, value=1
    )
    made = publish(plan, FIRST, reason="사유 추가")
    assert [(edition.as_of, edition.number) for edition in made] == [(FIRST, 2)]


def test_correction_of_a_later_period_leaves_the_earlier_alone(indicator):
    plan = indicator.pledge.plan
    publish(plan, FIRST)
    publish(plan, SECOND)
    correct(indicator, SECOND, 2)
    made = publish(plan, SECOND, reason="정정")
    assert [edition.as_of for edition in made] == [SECOND]


def test_publishing_an_earlier_period_first_time_leaves_later_ones_without_a_reason(indicator):
    plan = indicator.pledge.plan
    publish(plan, SECOND)
    (made,) = publish(plan, FIRST)
    assert (made.as_of, made.number) == (FIRST, 1)


def test_money_spent_before_the_term_makes_new_editions_of_the_term_only():
    project = SubProjectFactory()
    plan = project.pledge.plan
    invest(project, {2024: 1})
    before = plan.term.prior_as_of
    publish(plan, FIRST)
    spend(project, before, 5)
    made = publish(plan, before, reason="기투자 집행액")
    assert [(edition.as_of, edition.number) for edition in made] == [(FIRST, 2)]
    assert period(plan, before).state == PeriodState.CLOSED


def test_new_document_version_alone_is_no_correction(indicator, monkeypatch):
    plan = indicator.pledge.plan
    publish(plan)
    # The next version adds nothing but its number: the old edition is lifted to it and is the same.
    monkeypatch.setattr(cards_module, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(cards_module, "UPCASTERS", {1: lambda document: document | {"schema_version": 2}})
    assert publish(plan) == []


def test_failure_in_a_later_period_publishes_nothing(indicator, monkeypatch):
    plan = indicator.pledge.plan
    publish(plan, SECOND)
    freeze = editions_module._freeze
    correct(indicator, FIRST, 2)

    def fail_on_the_second(plan, pending, **options):
        if pending.period.as_of == SECOND:
            raise RuntimeError
        return freeze(plan, pending, **options)

    monkeypatch.setattr(editions_module, "_freeze", fail_on_the_second)
    with pytest.raises(RuntimeError):
        publish(plan, FIRST, reason="정정")
    assert list(Edition.objects.values_list("as_of", "number")) == [(SECOND, 1)]
    assert period(plan, FIRST).state == PeriodState.CLOSED


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_make_one_edition(indicator):
    turn = period(indicator.pledge.plan)
    start = threading.Barrier(2)
    made, errors = [], []

    def work():
        try:
            start.wait(timeout=10)
            made.extend(publish_period(period=type(turn).objects.get(pk=turn.pk), user=None))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert errors == []
    assert len(made) == 1
    assert Edition.objects.count() == 1


# --- Who may -------------------------------------------------------------------------------


def test_coordinator_publishes_and_is_named_beside_the_documents(indicator):
    plan = indicator.pledge.plan
    person = MembershipFactory(role=Role.COORDINATOR, municipality=plan.term.municipality).user
    (edition,) = publish(plan, user=person)
    assert edition.published_by == person
    assert person.username not in str(edition.summary) + str(edition.pledges.get().card)


def test_officer_and_stranger_may_not_publish(indicator):
    plan = indicator.pledge.plan
    elsewhere = MembershipFactory(
        role=Role.COORDINATOR, municipality=seeds.make_plan("naju", "나주시").term.municipality
    )
    officer = OfficerFactory(municipality=plan.term.municipality)
    for person in (officer.user, elsewhere.user, UserFactory()):
        with pytest.raises(PermissionDenied):
            publish(plan, user=person)
    assert not Edition.objects.exists()


# --- What is frozen stays ----------------------------------------------------------------------


@pytest.fixture
def edition(indicator):
    (made,) = publish(indicator.pledge.plan)
    return made


def test_edition_and_its_rows_refuse_to_be_saved_or_deleted(edition):
    for row in (edition, edition.pledges.get()):
        with pytest.raises(ValidationError):
            row.save()
        with pytest.raises(ValidationError):
            row.delete()


@pytest.mark.parametrize("model", [Edition, EditionPledge])
def test_many_editions_refuse_to_be_changed_or_deleted(edition, model):
    rows = model.objects.all()
    for change in (
        lambda: rows.update(pk=1),
        lambda: rows.delete(),
        lambda: model.objects.update(pk=1),
        lambda: model.objects.bulk_update(list(rows), ["position"]),
        lambda: model.objects.bulk_create(
            list(rows), update_conflicts=True, update_fields=["position"], unique_fields=["pk"]
        ),
        lambda: edition.pledges.all().delete(),
        lambda: edition.pledges.update(position=1),
    ):
        with pytest.raises(ValidationError):
            change()
    assert rows.count() == 1


def test_manager_offers_no_delete_of_everything():
    assert not hasattr(Edition.objects, "delete")


def test_person_who_published_can_still_be_erased(indicator):
    person = UserFactory(is_superuser=True)
    (edition,) = publish(indicator.pledge.plan, user=person)
    person.delete()
    edition.refresh_from_db()
    assert edition.published_by is None


def test_edition_reproduces_itself_after_the_plan_was_changed(edition, indicator):
    before = edition.pledges.get().card
    pledge = indicator.pledge
    pledge.name = "새 이름"
    pledge.save()
    assert EditionPledge.objects.get().card == before


# --- Which edition -----------------------------------------------------------------------------------


def test_current_edition_is_the_last_date_with_its_highest_number(indicator):
    plan = indicator.pledge.plan
    assert current_edition(plan) is None
    publish(plan, FIRST)
    publish(plan, SECOND)
    correct(indicator, FIRST, 2)
    publish(plan, FIRST, reason="정정")

    def found(**options):
        edition = current_edition(plan, **options)
        return edition and (edition.as_of, edition.number)

    assert found() == (SECOND, 2)
    assert found(number=1) == (SECOND, 1)
    assert found(number=3) is None
    assert found(as_of=FIRST) == (FIRST, 2)
    assert found(as_of=dt.date(2024, 5, 1)) == (FIRST, 2)
    assert found(as_of=FIRST, number=1) == (FIRST, 1)
    assert found(as_of=dt.date(2023, 12, 31)) is None


def test_current_edition_is_of_its_own_plan(edition):
    other = PlanFactory(term=edition.plan.term, code="works")
    assert current_edition(other) is None
    assert current_edition(Plan.objects.get(code="pledges")) == edition
