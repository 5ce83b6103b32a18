"""Pledge cards as .xlsx come in: Naju's layout, the portal's own export, and cards that are none."""

import datetime as dt
import io
import json

import openpyxl
import pytest
from django.core.management import call_command

from pledges.models import Pledge, ProgressReport
from pledges.spreadsheet import UnreadableFile
from reports.cards import build_cards
from reports.documents.xlsx import as_xlsx
from reports.fulfilment import plan_fulfilment
from reports.models import ImportBatch
from reports.workbook import import_workbook
from reports.workbook.cards import CardPlace
from tests.reports.card_sheets import NAJU_AS_OF, SOURCES, content, find, naju_book
from tests.reports.seeds import make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return make_plan("naju", "나주시", headline_method="completed_share")


def bring(plan, book, as_of=NAJU_AS_OF, **options):
    data = book if isinstance(book, bytes) else content(book)
    return import_workbook(data, cards_of=CardPlace(plan, as_of), **options)


def errors_of(result):
    return [(finding.sheet, finding.cell, finding.message) for finding in result.errors]


def test_naju_card_gives_the_published_figures_in_an_empty_plan(plan):
    result = bring(plan, naju_book())
    assert errors_of(result) == []
    figures = plan_fulfilment(plan, NAJU_AS_OF).pledges[0]
    assert (figures.code, figures.status) == ("7-2-3", "continuing")
    assert str(figures.rate) == "220/3"
    assert [str(each.rate) for each in figures.indicators] == ["80", "200/3"]
    assert (figures.planned, figures.executed) == (75_400_000, 42_000_000)
    assert float(figures.execution_rate) == pytest.approx(55.70, abs=0.005)
