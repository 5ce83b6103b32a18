"""Who may run the demo, over what it loads, and where it serves."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from pledges.models import Plan
from reports.demo import loading, naju
from reports.demo.people import ACCOUNTS
from reports.management.commands import demo as command
from reports.models import Edition
from reports.workbook import import_workbook
from tests.factories import PlanFactory


@pytest.mark.django_db
def test_a_real_plan_that_stands_unpublished_is_published_as_it_is():
    import_workbook(naju.content())
    pledges = Plan.objects.get().pledges.get()
    pledges.goal = "고친 목표"
    pledges.save()
    assert loading._real_city(naju).is_new
    assert not loading._real_city(naju).is_new
    assert Edition.objects.get().pledges.get().card["goal"] == "고친 목표"


@pytest.mark.django_db
def test_another_plan_at_the_demos_address_is_refused_with_a_remedy():
    PlanFactory()
    with pytest.raises(CommandError, match="DATA_DIR"):
        call_command("demo", "--no-serve", stdout=StringIO())


def test_demo_refuses_to_run_in_production(settings, monkeypatch):
    settings.PRODUCTION = True
    monkeypatch.setattr(command, "call_command", lambda *args, **kwargs: pytest.fail("it went on"))
    with pytest.raises(CommandError, match="PRODUCTION"):
        call_command("demo", stdout=StringIO())


def test_demo_serves_on_the_loopback_address_only(monkeypatch):
    calls = []
    monkeypatch.setattr(command, "call_command", lambda *args, **kwargs: calls.append((args, kwargs)))
    monkeypatch.setattr(command, "load", lambda: iter(()))
    out = StringIO()
    call_command("demo", "--port", "8013", stdout=out)
    assert calls[-1] == (("runserver", "127.0.0.1:8013"), {"use_reloader": False})
    assert "http://127.0.0.1:8013/" in out.getvalue()


def test_demo_serves_at_port_8000_by_default(monkeypatch):
    calls = []
    monkeypatch.setattr(command, "call_command", lambda *args, **kwargs: calls.append(args))
    monkeypatch.setattr(command, "load", lambda: iter(()))
    call_command("demo", stdout=StringIO())
    assert calls[-1] == ("runserver", "127.0.0.1:8000")


@pytest.mark.parametrize("port", ["0", "65536", "팔천", "-1", "8000.0"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(CommandError):
        call_command("demo", f"--port={port}")


def test_links_in_mails_lead_to_the_port_that_is_served_unless_the_portals_address_is_set(
    monkeypatch, settings
):
    monkeypatch.setattr(command, "call_command", lambda *args, **kwargs: None)
    monkeypatch.setattr(command, "load", lambda: iter(()))
    monkeypatch.delenv("PORTAL_URL", raising=False)
    call_command("demo", "--port", "8013", stdout=StringIO())
    assert settings.PORTAL_URL == "http://127.0.0.1:8013"
    settings.PORTAL_URL = "https://demo.example"
    monkeypatch.setenv("PORTAL_URL", "https://demo.example")
    call_command("demo", "--port", "8013", stdout=StringIO())
    assert settings.PORTAL_URL == "https://demo.example"


def test_each_account_says_what_it_is_for_in_words_of_its_own_role():
    with translation.override("ko"):
        said = {account.username: str(account.may) for account in ACCOUNTS}
    assert said["hanbit-head"] == "부서의 분기 실적을 결재"
    assert said["hanbit-head2"] == "다른 부서의 분기 실적을 결재"
    assert said["hanbit-officer2"] == "다른 부서의 분기 실적을 작성"
