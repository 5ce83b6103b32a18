"""Several people at the same moment: exactly one wins, and no save is lost.

Threads on PostgreSQL, processes on SQLite. ``SAVES`` is how often each of the 8
writers saves: 10 here, 50 in ``.ci/run``; 500 take half an hour.
"""

import datetime as dt
import os
import sys

import pytest
from django.db import connection

from pledges.enums import PeriodState, ReportState, Role, Status
from pledges.models import Actual, AuditEntry, ProgressReport, ReportingPeriod
from reports.models import Edition
from tests.factories import (
    ActualFactory,
    DepartmentFactory,
    IndicatorFactory,
    MembershipFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ReportFactory,
)
from tests.racing import in_processes, in_threads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("racing")]
AS_OF = dt.date(2024, 6, 30)
WRITERS, REPORTS = 8, 4
SAVES = int(os.environ.get("SAVES", "10"))


def database_url():
    held = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{held['NAME']}"
    password = f":{held['PASSWORD']}" if held["PASSWORD"] else ""
    return f"postgres://{held['USER']}{password}@{held['HOST']}:{held['PORT']}/{held['NAME']}"


def run(tasks):
    """Their outcomes, of threads or of processes as the database has it."""
    if connection.vendor == "postgresql":
        return in_threads(tasks)
    return in_processes(tasks, database_url())


def race(*tasks):
    """The outcomes of tasks that begin together, and each outcome's word."""
    outcomes = run(tasks)
    return outcomes, sorted(each["outcome"] for each in outcomes)


class Office:
    def __init__(self, **plan):
        self.lead = DepartmentFactory(name="주관과")
        self.plan = PlanFactory(**plan)
        self.period = PeriodFactory(plan=self.plan, as_of=AS_OF)
        self.officer = MembershipFactory(role=Role.OFFICER, department=self.lead).user
        self.head = MembershipFactory(role=Role.HEAD, department=self.lead).user
        self.coordinator = MembershipFactory(role=Role.COORDINATOR).user

    def report(self, state=ReportState.SUBMITTED, code="1-1"):
        pledge = PledgeFactory(plan=self.plan, code=code, lead_department=self.lead)
        return ReportFactory(pledge=pledge, period=self.period, state=state, status=Status.ON_TRACK)


@pytest.fixture
def office(transactional_db):
    return Office()


def test_approving_twice_at_once_has_one_winner(office):
    report = office.report()
    task = {"do": "approve", "report": report.pk, "version": 1, "user": office.coordinator.pk}
    _outcomes, words = race(task, task)
    assert words == ["conflict", "done"]
    report.refresh_from_db()
    assert (report.state, report.version) == (ReportState.APPROVED, 2)


def test_approving_and_returning_at_once_has_one_winner(office):
    report = office.report()
    task = {"report": report.pk, "version": 1, "user": office.coordinator.pk}
    _outcomes, words = race({"do": "approve", **task}, {"do": "send_back", **task})
    assert words == ["conflict", "done"]
    report.refresh_from_db()
    assert report.version == 2
    assert report.comments.count() == (1 if report.state == ReportState.RETURNED else 0)


def test_signing_twice_at_once_has_one_winner(transactional_db):
    office = Office(head_signs=True)
    report = office.report()
    task = {"do": "sign", "report": report.pk, "version": 1, "user": office.head.pk}
    _outcomes, words = race(task, task)
    assert words == ["conflict", "done"]


def test_publishing_twice_at_once_makes_one_edition(office):
    office.report(state=ReportState.APPROVED)
    task = {"do": "publish", "period": office.period.pk, "user": office.coordinator.pk}
    outcomes, words = race(task, task)
    assert words == ["done", "done"]
    assert sorted(each["made"] for each in outcomes) == [0, 1]
    assert Edition.objects.count() == 1


def test_closing_while_somebody_saves_leaves_one_order_of_the_two(office):
    report = office.report(state=ReportState.DRAFT)
    outcomes, _words = race(
        {"do": "close", "period": office.period.pk, "user": office.coordinator.pk},
        {
            "do": "save",
            "report": report.pk,
            "version": 1,
            "user": office.officer.pk,
            "cause": "마감 직전에 쓴 글",
        },
    )
    closed, saved = outcomes
    report.refresh_from_db()
    assert closed["outcome"] == "done"
    assert ReportingPeriod.objects.get().state == PeriodState.CLOSED
    # Saved before it closed, or refused after: what the person is told is what is stored.
    assert (report.cause == "마감 직전에 쓴 글") == (saved["outcome"] == "done")
    assert saved["outcome"] in ("done", "refused")


def test_beginning_a_report_twice_at_once_makes_one_draft(office):
    pledge = PledgeFactory(plan=office.plan, lead_department=office.lead)
    other = MembershipFactory(role=Role.OFFICER, department=office.lead).user
    task = {"do": "start", "pledge": pledge.pk, "period": office.period.pk}
    _outcomes, words = race({**task, "user": office.officer.pk}, {**task, "user": other.pk})
    assert words == ["conflict", "done"]
    assert ProgressReport.objects.count() == 1


def test_eight_writers_lose_no_save_and_meet_no_error(office, capsys):
    reports, addresses, fields = [], [], []
    for number in range(REPORTS):
        report = office.report(state=ReportState.DRAFT, code=f"1-{number + 1}")
        indicator = IndicatorFactory(pledge=report.pledge, targets={2024: 1_000_000})
        ActualFactory(report=report, indicator=indicator, value=0)
        reports.append(report.pk)
        addresses.append(f"/staff/hanbit/8/{AS_OF.isoformat()}/{report.pledge.code}/")
        data = {"lines": "1", "status": "on_track", "cause": "", "remedy": "", "step": "save"}
        data |= {f"achievement-0-{part}": "" for part in ("dates", "text", "details")}
        fields.append({"actual": f"actual-{indicator.pk}", "data": data})
    writers = [MembershipFactory(role=Role.OFFICER, department=office.lead).user for _ in range(WRITERS)]
    tasks = [
        {
            "do": "save_through_the_form",
            "reports": reports,
            "addresses": addresses,
            "fields": fields,
            "user": writer.pk,
            "times": SAVES,
            "seed": number,
        }
        for number, writer in enumerate(writers)
    ]
    outcomes = run(tasks)
    assert [each for outcome in outcomes for each in outcome["others"]] == []
    saved = {pk: sum(outcome["saved"][str(pk)] for outcome in outcomes) for pk in reports}
    assert sum(saved.values()) == WRITERS * SAVES
    stored = dict(Actual.objects.values_list("report", "value"))
    assert {pk: int(value) for pk, value in stored.items()} == saved
    versions = dict(ProgressReport.objects.values_list("pk", "version"))
    assert versions == {pk: 1 + count for pk, count in saved.items()}
    assert AuditEntry.objects.for_action("saved").count() == WRITERS * SAVES
    conflicts = sum(outcome["conflicts"] for outcome in outcomes)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{connection.vendor}: {WRITERS} writers, {SAVES} saves each, on {REPORTS} reports: "
            f"0 lost, 0 errors, {conflicts} conflicts told and begun anew\n"
        )
