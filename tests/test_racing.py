"""Several people at the same moment: exactly one wins, and no save is lost.

Threads on PostgreSQL, processes on SQLite. ``SAVES`` is how often each of the 8
writers saves: 10 here, 50 in ``.ci/run``; 500 take half an hour.
"""

import datetime as dt
import os
import sys
import threading

import pytest
from django.db import connection, transaction

from pledges.audit import verify
from pledges.enums import PeriodState, ReportState, Role, Status
from pledges.models import (
    Actual,
    AuditEntry,
    Department,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    SupportInvitation,
)
from reports.models import Edition, ImportBatch
from reports.workbook import import_workbook
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
from tests.reports.workbooks import book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("racing")]
AS_OF = dt.date(2024, 6, 30)
WRITERS, REPORTS = 8, 8
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


def test_signing_many_that_overlap_at_once_has_one_winner(transactional_db):
    office = Office(head_signs=True)
    reports = [office.report(code=f"1-{number}") for number in range(3)]
    task = {"do": "sign_many", "period": office.period.pk, "user": office.head.pk}
    keys = [each.pk for each in reports]
    _outcomes, words = race({**task, "reports": keys[:2]}, {**task, "reports": keys[1:]})
    assert words == ["conflict", "done"]
    states = [report.state for report in ProgressReport.objects.order_by("pk")]
    assert sorted(states) == [ReportState.SIGNED, ReportState.SIGNED, ReportState.SUBMITTED]


def test_inviting_a_supporter_while_it_is_merged_leaves_no_leave_to_one_that_ended(office):
    helper, target = DepartmentFactory(name="협조과"), DepartmentFactory(name="통합과")
    pledge = PledgeFactory(
        plan=office.plan, code="1-1", lead_department=office.lead, supporting_departments=[helper]
    )
    admin = MembershipFactory(role=Role.ADMIN).user
    merged, invited = race(
        {"do": "merge", "department": helper.pk, "into": target.pk, "user": admin.pk},
        {"do": "invite_support", "pledge": pledge.pk, "department": helper.pk, "user": office.officer.pk},
    )[0]
    assert merged["outcome"] == "done"
    assert invited["outcome"] in ("done", "refused")
    # Invited first, the leave goes over; merged first, the department that ended is refused.
    held = [target.pk] if invited["outcome"] == "done" else []
    assert list(SupportInvitation.objects.values_list("department", flat=True)) == held


def test_inviting_a_supporter_waits_for_who_changes_its_department(office):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time anyway")
    helper = DepartmentFactory(name="협조과")
    pledge = PledgeFactory(plan=office.plan, lead_department=office.lead, supporting_departments=[helper])
    task = {"do": "invite_support", "pledge": pledge.pk, "department": helper.pk, "user": office.officer.pk}
    outcomes = []
    inviting = threading.Thread(target=lambda: outcomes.extend(in_threads([task])))
    with transaction.atomic():
        # What a merger does once it has begun, before it reads who was invited.
        Department.objects.select_for_update(no_key=True).get(pk=helper.pk)
        inviting.start()
        inviting.join(timeout=1)
        assert outcomes == []
        Department.objects.filter(pk=helper.pk).update(ended_on=AS_OF)
    inviting.join(timeout=30)
    assert [each["outcome"] for each in outcomes] == ["refused"]


def test_publishing_twice_at_once_makes_one_edition(office):
    office.report(state=ReportState.APPROVED)
    task = {"do": "publish", "period": office.period.pk, "user": office.coordinator.pk}
    outcomes, words = race(task, task)
    assert words == ["done", "done"]
    assert sorted(each["made"] for each in outcomes) == [0, 1]
    assert Edition.objects.count() == 1


def test_rolling_an_import_back_twice_at_once_has_one_winner(transactional_db):
    batch = import_workbook(book()).batch
    task = {"do": "roll_back_import", "batch": str(batch.pk)}
    outcomes, words = race(task, task)
    assert words == ["done", "refused"], outcomes
    assert not Pledge.objects.exists()
    assert ImportBatch.objects.get().state == ImportBatch.State.ROLLED_BACK
    # One rollback: an entry of the city, one of the plan, and one of each of the three pledges.
    assert AuditEntry.objects.for_action("rolled_back").count() == 5
    assert verify().holds


def test_rolling_an_import_back_while_its_period_is_closed_leaves_one_order_of_the_two(transactional_db):
    batch = import_workbook(book()).batch
    coordinator = MembershipFactory(role=Role.COORDINATOR, municipality=batch.municipality).user
    period = ReportingPeriod.objects.get(as_of=dt.date(2024, 9, 30))
    back, closed = race(
        {"do": "roll_back_import", "batch": str(batch.pk)},
        {"do": "close", "period": period.pk, "user": coordinator.pk},
    )[0]
    # Rolled back first, there is no period to close; closed first, that stands on the import.
    assert {back["outcome"], closed["outcome"]} == {"done", "refused"}
    assert ReportingPeriod.objects.exists() == (closed["outcome"] == "done")


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
