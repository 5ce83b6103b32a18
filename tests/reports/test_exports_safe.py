"""No export of the portal can be made to compute anything, and its numbers are numbers.

Every address that hands out a spreadsheet is walked with hostile text in every field that people fill in;
an address that is new and not listed here fails the test.
"""

import csv
import io
import re
import zipfile

import openpyxl
import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from import_export.mixins import BaseExportMixin, BaseImportMixin

from budgets.models import SubProject
from pledges.audit import operation
from pledges.enums import Role
from pledges.models import (
    Achievement,
    Area,
    Department,
    EvidenceFile,
    Indicator,
    Municipality,
    OwnStatus,
    Plan,
    Pledge,
    ProgressReport,
    ReportingPeriod,
    ScheduleTask,
    User,
)
from pledges.spreadsheet import FORMULA_STARTS
from reports.editions import publish_period
from reports.models import ImportBatch
from reports.public.opendata.files import FILES
from reports.workbook import import_workbook
from studygroups.models import Round
from tests.factories import MembershipFactory, ProgrammeFactory, RoundFactory, TeamFactory
from tests.reports import workbooks

HOSTILE = (
    "=1+1",
    "==1+1",
    "+1+cmd|' /C calc'!A0",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    '\'=HYPERLINK("http://evil.invalid")',
    '=HYPERLINK("http://evil.invalid","x")',
    "%0A-3+3+cmd|' /C calc'!D2",
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    'a",=1+1;=1+1\t=1+1',
)
A_ROUND = {"city": "hanbit", "term": 8, "programme_name": "공개모임", "year_intake": (2024, 1)}
# Named addresses that hand out a spreadsheet; "form" ones are a printed page, not a table.
XLSX = {
    "public:list_file": {"city": "hanbit", "term": 8, "plan": "pledges", "suffix": "xlsx"},
    "documents:card_file": {"city": "hanbit", "term": 8, "plan": "pledges", "code": "1-1", "suffix": "xlsx"},
    "public:study_rounds_file": {"city": "hanbit", "term": 8, "suffix": "xlsx"},
    "public:study_teams_file": {**A_ROUND, "suffix": "xlsx"},
    "groups:roster": {"city": "hanbit", "round": None},
    "groups:results": {"city": "hanbit", "round": None},
    "city:audit_file": {"city": "hanbit", "suffix": "xlsx"},
    "staff:export": {"city": "hanbit", "term": 8},
    "imports:blank_of_nobody": {},
    "imports:blank": {"city": "hanbit", "term": 8},
    "imports:filled": {"city": "hanbit", "term": 8},
    # Without an ending in the address: what was uploaded, and the same with its errors marked.
    "imports:workbook": {"batch": None},
}
CSV = {
    "public:list_file": {"city": "hanbit", "term": 8, "plan": "pledges", "suffix": "csv"},
    "public:data_file": {"city": "hanbit", "term": 8, "file": "pledges", "suffix": "csv"},
    "public:study_rounds_file": {"city": "hanbit", "term": 8, "suffix": "csv"},
    "public:study_teams_file": {**A_ROUND, "suffix": "csv"},
    "city:audit_file": {"city": "hanbit", "suffix": "csv"},
}
FORMS = {"documents:card_file"}
OTHERS_FILE = {"imports:workbook"}

TEXTS = {
    Municipality: {"name": 60},
    Department: {"name": 100},
    Plan: {"name": 100},
    OwnStatus: {"name": 30},
    Area: {"name": 100},
    Pledge: dict.fromkeys(("name", "campaign_text", "goal", "basis", "overview", "effects"), 300),
    ScheduleTask: {"name": 200, "note": 500},
    Indicator: {"name": 200, "unit": 30},
    User: {"name": 60},
    ProgressReport: {"cause": 500, "remedy": 500, "reason": 500},
    Achievement: {"text": 500, "details": 500},
    EvidenceFile: {"name": 200},
    SubProject: {"name": 200},
}


def addresses(resolver, place=""):
    """(name, every pattern and converter of it) of each named address."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{place}{pattern.namespace}:" if pattern.namespace else place
            yield from addresses(pattern, space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            kinds = [str(converter.regex) for converter in pattern.pattern.converters.values()]
            yield f"{place}{pattern.name}", " ".join([str(pattern.pattern), *kinds])


def test_every_address_of_a_spreadsheet_is_walked_here():
    found = {name for name, text in addresses(get_resolver()) if re.search(r"xlsx", text)}
    assert found <= XLSX.keys()
    assert XLSX.keys() - found <= OTHERS_FILE
    found = {name for name, text in addresses(get_resolver()) if re.search(r"csv", text)}
    assert found == CSV.keys() | {"public:compare_file"}


def test_admin_neither_imports_nor_exports():
    classes = [type(each) for each in admin.site._registry.values()]
    classes += [inline for each in classes for inline in each.inlines]
    assert classes
    assert not [each for each in classes if issubclass(each, BaseImportMixin | BaseExportMixin)]
    names = [name for name, _text in addresses(get_resolver()) if name.startswith("admin:")]
    assert names
    assert not [name for name in names if re.search(r"import|export", name)]


def hostile_book():
    """A plan with a pledge of each sheet for every hostile text."""
    sheets = {"기본정보": workbooks.INFO}
    for name, rows in workbooks.SHEETS.items():
        if name != "기본정보":
            ours = [row for row in rows[1:] if row[0] == "1-1"]
            sheets[name] = [rows[0]]
            for number in range(1, len(HOSTILE) + 1):
                sheets[name] += [[f"1-{number}", *row[1:]] for row in ours]
    for number, row in enumerate(sheets["공약"][1:], 1):
        row[1:6] = [
            f"{number} 분야 {number}",
            f"{number}-가 전략 {number}",
            f"공약 {number}",
            f"부서 {number}",
            None,
        ]
    return workbooks.saved(workbooks.workbook(sheets))


def text_of(number, field, longest):
    """A hostile text, different in each row."""
    return f"{HOSTILE[number % len(HOSTILE)]} {number}{field}"[:longest]


@pytest.fixture
def hostile(db):
    """A published plan whose every text is hostile, its audit log, and a staged import."""
    content = hostile_book()
    assert import_workbook(content).errors == []
    plan = workbooks.the_plan()
    OwnStatus.objects.create(plan=plan, name="x")
    report = ProgressReport.objects.order_by("pk").last()
    EvidenceFile.objects.create(
        report=report, file="x", name="x", media_type="application/pdf", size=1, sha256="0" * 64
    )
    person = MembershipFactory(role=Role.ADMIN, municipality=plan.term.municipality).user
    for model, fields in TEXTS.items():
        assert model.objects.exists(), model
        for number, row in enumerate(model.objects.order_by("pk")):
            changed = {field: text_of(number, field, longest) for field, longest in fields.items()}
            model.objects.filter(pk=row.pk).update(**changed)
    period = ReportingPeriod.objects.get(plan=plan, as_of="2024-09-30")
    assert publish_period(period=period, user=None)
    for number, pledge in enumerate(Pledge.objects.order_by("pk")):
        with operation("corrected", user=person, pledge=pledge, reason=text_of(number, "사유", 200)):
            pledge.goal = text_of(number + 1, "목표", 200)
            pledge.save()
    ImportBatch.objects.filter(pk=ImportBatch.objects.first().pk).update(file_name="=1+1.xlsx")
    hostile_study_groups(plan.term.municipality)
    return plan


def hostile_study_groups(city):
    """A public programme with a round not held for each hostile text, and one with a team for each."""
    now = timezone.now()
    programme = ProgrammeFactory(municipality=city, name="공개모임", published_at=now)
    held = RoundFactory(programme=programme, state="finished", published_at=now, results_published_at=now)
    for number, text in enumerate(HOSTILE):
        fields = {"state": "not_held", "reason": text, "published_at": now}
        RoundFactory(programme=programme, year=2000 + number, **fields)
        TeamFactory(round=held, name=f"{text}{number}", topic=text, state="completed")


@pytest.fixture
def keeper(hostile, client):
    person = MembershipFactory(role=Role.ADMIN, municipality=hostile.term.municipality).user
    person.is_superuser = True
    person.save()
    client.force_login(person)
    return client


def taken(client, name, kwargs):
    if "batch" in kwargs:
        kwargs = {"batch": ImportBatch.objects.first().pk}
    if "round" in kwargs:
        kwargs = {**kwargs, "round": Round.objects.get(state="finished").pk}
    response = client.get(reverse(name, kwargs=kwargs))
    assert response.status_code == 200, name
    assert re.fullmatch(r"[^\r\n]*", response["Content-Disposition"])
    return b"".join(response.streaming_content) if response.streaming else response.content


def hostile_cells(book):
    return [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(FORMULA_STARTS) and len(cell.value) > 1
    ]


def test_xlsx_holds_no_formula_and_is_typed(keeper):
    for name in XLSX:
        assert_typed(keeper, name)


def assert_typed(keeper, name):
    content = taken(keeper, name, XLSX[name])
    book = openpyxl.load_workbook(io.BytesIO(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/sheet"):
                xml = archive.read(part).decode()
                assert not re.search(r"<(?:\w+:)?f[\s/>]", xml), part
                assert not re.search(r'<c [^>]*\bt="(?!s"|inlineStr"|n"|b")', xml), part
            assert "externalLink" not in part
            assert "vbaProject" not in part
    for sheet in book.worksheets:
        assert not sheet.title.startswith(FORMULA_STARTS)
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                if isinstance(cell.value, str):
                    assert cell.data_type in {"s", "inlineStr"}
                elif cell.value is not None and name not in OTHERS_FILE:
                    assert cell.data_type in {"n", "d", "b"}
                    assert cell.number_format != "General", (sheet.title, cell.coordinate, cell.value)
        if name in OTHERS_FILE:
            continue
        assert sheet.freeze_panes == "A2"
        assert any(column.width != 13 for column in sheet.column_dimensions.values())
        if name not in FORMS:
            assert sheet.auto_filter.ref
    if name in {
        "public:list_file",
        "public:study_rounds_file",
        "public:study_teams_file",
        "groups:roster",
        "groups:results",
        "documents:card_file",
        "city:audit_file",
        "staff:export",
        "imports:filled",
    }:
        found = hostile_cells(book)
        assert found
        for cell in found:
            # Or a spreadsheet program would compute the text once somebody edits the cell.
            assert cell.quotePrefix or cell.number_format == "@", (cell.parent.title, cell.coordinate)


def test_numbers_of_xlsx_are_numbers(keeper):
    book = openpyxl.load_workbook(io.BytesIO(taken(keeper, "public:list_file", XLSX["public:list_file"])))
    rows = list(book.worksheets[0].iter_rows(min_row=2))
    assert len(rows) == len(HOSTILE)
    # Rates, money, the exact rate, the number of the edition.
    assert {cell.data_type for row in rows for cell in (*row[8:12], *row[14:16], row[17])} == {"n"}
    assert (rows[0][10].value, rows[0][10].number_format) == (30.5, "#,##0.0")
    book = openpyxl.load_workbook(io.BytesIO(taken(keeper, "staff:export", XLSX["staff:export"])))
    money = [
        cell
        for row in book["투자계획"].iter_rows(min_row=2, min_col=4)
        for cell in row
        if cell.value is not None
    ]
    assert money
    assert {cell.data_type for cell in money} == {"n"}


def test_csv_has_an_apostrophe_before_what_would_compute_plain_numbers_and_a_bom(keeper):
    for name in CSV:
        assert_harmless(keeper, name)


def test_comparison_of_cities_computes_nowhere(keeper):
    Municipality.objects.update(name="=1+1")
    text = taken(keeper, "public:compare_file", {"suffix": "csv"}).decode()
    cells = [cell for row in csv.reader(io.StringIO(text[1:], newline="")) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]


@pytest.mark.parametrize("name", [file.name for file in FILES])
def test_no_file_of_open_data_computes(keeper, name):
    text = taken(keeper, "public:data_file", {**CSV["public:data_file"], "file": name}).decode()
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA_STARTS)]
    assert len({len(row) for row in rows}) == 1


def assert_harmless(keeper, name):
    text = taken(keeper, name, CSV[name]).decode()
    assert text.startswith("\ufeff")
    assert not text[1:].startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert len(rows) > len(HOSTILE)
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
    for start in {text[0] for text in HOSTILE} & set(FORMULA_STARTS):
        assert any(cell.startswith(f"'{start}") for cell in cells), start
    assert len({len(row) for row in rows}) == 1
    if name == "public:list_file":
        number = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
        for row in rows[1:]:
            assert all(number.fullmatch(cell) for cell in (*row[8:12], *row[14:16], row[17]) if cell)
