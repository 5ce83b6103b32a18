"""Rows by columns: whatever a text holds, few rows or many, and the log that goes the same way."""

import datetime as dt

import pytest
from django.db import DataError, IntegrityError, InterfaceError, ProgrammingError, connection, transaction
from django.utils import timezone

from pledges.audit import operation, verify
from pledges.enums import ReportSource, ReportState, Status
from pledges.history import create_all, create_lines
from pledges.inserting import STREAMED_FROM, insert
from pledges.models import Achievement, Area, AuditEntry, ProgressReport
from tests.factories import PlanFactory, PledgeFactory, ReportFactory

pytestmark = pytest.mark.django_db
# A few go as parameters, many as a stream (on PostgreSQL): both have to keep what they are given.
COUNTS = (3, STREAMED_FROM, STREAMED_FROM * 3)
TEXTS = [
    "평범한 글",
    "",
    "\\N",
    "\\.",
    "탭\t과 줄\n바꿈\r\n",
    "역빗금 \\ 과 \\t \\\\",
    "따옴표 ' \" 와 %s %(name)s",
    "𝄞 ① ㎡ é",
]


@pytest.mark.parametrize("count", COUNTS)
def test_texts_come_back_as_they_were_given(count):
    plan = PlanFactory()
    names = [f"{TEXTS[number % len(TEXTS)]} {number}" for number in range(count)]
    areas = [
        Area(plan=plan, code=f"A{number}", name=name, position=number) for number, name in enumerate(names)
    ]
    create_all(areas)
    stored = Area.objects.in_bulk([area.pk for area in areas])
    assert [stored[area.pk].name for area in areas] == names
    # History and the log say the same.
    assert set(Area.history.values_list("id", "name")) == {(area.pk, area.name) for area in areas}
    rows = [row for entry in AuditEntry.objects.all() for row in entry.body["rows"]]
    told = [row["fields"]["name"][1] for row in rows if row["model"].endswith("area")]
    assert sorted(told) == sorted(names)
    assert verify().holds


@pytest.mark.parametrize("count", COUNTS)
def test_blank_texts_dates_and_marks_are_kept(count):
    report = ReportFactory()
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(count)]
    lines = [
        (report.pk, number, day, day, "day", number % 2 == 0, f"글 {number}", TEXTS[number % len(TEXTS)])
        for number, day in enumerate(days, 1)
    ]
    names = ("report_id", "position", "starts_on", "ends_on", "precision", "open_ended", "text", "details")
    create_lines(Achievement, names, lines)
    assert list(Achievement.objects.order_by("position").values_list(*names)) == lines


@pytest.mark.parametrize("count", [1, STREAMED_FROM])
def test_moments_keys_and_words_of_reports_are_kept(count):
    now = timezone.now()
    first = ReportFactory()
    pledges = [PledgeFactory(plan=first.pledge.plan, code=f"9-{number}") for number in range(count)]
    reports = [
        ProgressReport(
            pledge=pledge,
            period=first.period,
            revision=1,
            state=ReportState.APPROVED,
            source=ReportSource.IMPORT,
            status=Status.ON_TRACK,
            cause="까닭\t\\N",
            approved_at=now,
        )
        for pledge in pledges
    ]
    create_all(reports)
    stored = ProgressReport.objects.in_bulk([report.pk for report in reports])
    for report in reports:
        held = stored[report.pk]
        assert (held.pledge_id, held.approved_at, held.cause) == (report.pledge_id, now, "까닭\t\\N")
        assert (held.approved_by_id, held.entered_rate, held.rate_withdrawn) == (None, None, False)


def test_keys_are_those_that_the_database_gives_next():
    plan = PlanFactory()
    create_all([Area(plan=plan, code=f"A{n}", name="분야", position=n) for n in range(STREAMED_FROM)])
    last = Area(plan=plan, code="B", name="뒤에", position=1_000)
    last.save()
    assert Area.objects.count() == STREAMED_FROM + 1
    assert last.pk == max(Area.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("count", COUNTS)
def test_what_the_database_refuses_is_told_as_django_tells_it(count):
    plan = PlanFactory()

    def areas(code):
        return [Area(plan=plan, code=code(n), name="분야", position=n) for n in range(count)]

    with pytest.raises(IntegrityError), transaction.atomic():
        create_all(areas(lambda _number: "1"))
    if connection.vendor == "postgresql":
        with pytest.raises(DataError), transaction.atomic():
            create_all(areas(lambda number: f"{number}".rjust(33, "0")))
    assert not Area.objects.exists()


def test_value_that_no_field_gives_is_refused_where_it_can_not_be_streamed():
    plan = PlanFactory()
    columns = {
        field.attname: [field.get_default()] * STREAMED_FROM
        for field in Area._meta.concrete_fields
        if not field.primary_key
    }
    columns |= {
        "plan_id": [plan.pk] * STREAMED_FROM,
        "code": [f"A{number}" for number in range(STREAMED_FROM)],
        "parent_id": [object()] * STREAMED_FROM,
    }
    # SQLite's driver says it in its own way.
    kinds = {"postgresql": TypeError, "sqlite": (ProgrammingError, InterfaceError)}
    with pytest.raises(kinds[connection.vendor]):
        insert(Area, columns)


def test_entries_of_a_large_operation_are_the_bodies_that_were_hashed():
    plan = PlanFactory()
    with operation("imported", plan=plan, facts={"file": "가\\나\t.xlsx"}):
        pledges = [PledgeFactory.build(plan=plan, code=f"{n}-1", area=None) for n in range(STREAMED_FROM * 2)]
        create_all(pledges)
    assert AuditEntry.objects.filter(action="imported").count() == STREAMED_FROM * 2 + 1
    facts = [
        entry.body["facts"] for entry in AuditEntry.objects.filter(action="imported") if "facts" in entry.body
    ]
    assert facts == [{"file": "가\\나\t.xlsx"}]
    assert verify().holds
