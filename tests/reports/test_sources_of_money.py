"""The column that the list filters by source of money: made at publishing, filled for earlier rows."""

import copy
import datetime as dt
import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from pledges.enums import MoneySource
from pledges.models import Plan
from reports.models import Edition, EditionPledge
from tests import factories
from tests.reports.public import naju as made

AS_OF = dt.date(2024, 3, 31)
migration = importlib.import_module("reports.migrations.0006_sources_of_money")

pytestmark = pytest.mark.django_db


def put(pledge, **amounts: int) -> None:
    """A sub-project with so much 원 of each source in 2024."""
    project = factories.SubProjectFactory(pledge=pledge)
    for source, amount in amounts.items():
        factories.InvestmentFactory(sub_project=project, source=source, amount=amount)


@pytest.fixture
def plan() -> Plan:
    """Four pledges: two sub-projects, one with a source of 0, one with 0 alone, none at all."""
    plan = made.make_pledges(4)
    several, zero, nothing, _none = plan.pledges.order_by("position")
    put(several, city=5, national=7)
    put(several, private=1, city=3)
    put(zero, city=0, provincial=2)
    put(nothing, national=0)
    made.publish(plan, AS_OF)
    return plan


WANTED = [",national,city,private,", ",provincial,", "", ""]


def published() -> list[str]:
    return list(EditionPledge.objects.in_order().values_list("sources", flat=True))


def test_publishing_keeps_the_sources_with_more_than_zero_planned(plan):
    assert published() == WANTED


def test_rows_published_before_get_the_same_from_their_cards(plan):
    before = list(EditionPledge.objects.in_order().values_list("card", flat=True))
    EditionPledge._base_manager.update(sources="")
    migration.fill_sources(apps, SimpleNamespace(connection=connection))
    assert published() == WANTED
    assert list(EditionPledge.objects.in_order().values_list("card", flat=True)) == before


def test_filling_goes_on_after_every_chunk(plan, monkeypatch):
    monkeypatch.setattr(migration, "READ_AT_ONCE", 1)
    EditionPledge._base_manager.update(sources="")
    migration.fill_sources(apps, SimpleNamespace(connection=connection))
    assert published() == WANTED


def test_card_of_another_version_is_read_by_its_money_alone(plan):
    card = copy.deepcopy(EditionPledge.objects.in_order().first().card)
    assert migration.sources_of({"schema_version": 0, "money": card["money"]}) == WANTED[0]
    assert migration.sources_of({"schema_version": 0, "money": {"sub_projects": []}}) == ""
    assert migration.sources_of({"schema_version": 0}) == ""


def test_every_source_fits_into_the_column():
    whole = f",{','.join(MoneySource.values)},"
    assert len(whole) <= EditionPledge._meta.get_field("sources").max_length


def test_digest_of_an_edition_does_not_hold_the_column(plan):
    """Filled or not, nothing to publish anew: the column says only what the card says."""
    EditionPledge._base_manager.update(sources="")
    assert made.publish(plan, AS_OF) == []
    assert Edition.objects.count() == 1
