"""Maintenance: one file closes every address before sessions and database, and opens them when it goes."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from reports.public import maintenance

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# No database mark: every test here fails where it is asked for anything.


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def run(*words):
    out = StringIO()
    call_command("maintenance", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def closed():
    maintenance.begin(None)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/naju/8/",
        "/naju/8/pledges/7-2-3/",
        "/staff/",
        "/admin/",
        "/accounts/login/",
        "/nowhere/",
        "/robots.txt",
    ],
)
def test_every_page_says_so_in_the_face_of_the_portal(client, closed, address):
    page = client.get(address, headers=BROWSER)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "600"
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<h1>시스템 점검 중입니다</h1>" in page.text
    assert "css/portal.css" in page.text
    assert not page.cookies


@pytest.mark.parametrize(
    "address", ["/naju/8/data/pledges.csv", "/naju/8/pledges.json", "/naju/8/feed/", "/"]
)
def test_programs_get_a_line_that_scripts_of_any_site_may_read(client, closed, address):
    answer = client.get(address)
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Retry-After"] == "600"
    assert answer.text == "시스템 점검으로 서비스를 일시 중지했습니다.\n"


def test_page_is_in_the_language_and_look_that_the_reader_chose(client, closed):
    client.cookies["django_language"] = "en"
    client.cookies["display"] = "high.large"
    page = client.get("/naju/8/", headers=BROWSER).text
    assert '<html lang="en" data-contrast="high" data-size="large">' in page
    assert "<h1>Closed for maintenance</h1>" in page


def test_language_and_look_can_still_be_chosen(client, closed):
    assert client.post("/i18n/display/", {"size": "large"}, headers=BROWSER).status_code == 302
    assert client.post("/i18n/language/", {"language": "en"}, headers=BROWSER).status_code == 302


@pytest.mark.django_db
def test_whoever_watches_the_process_still_learns_that_it_is_alive(client, closed):
    assert client.get("/healthz").status_code == 200


def test_sender_of_a_form_is_told_that_it_was_not_saved(client, closed):
    told = "방금 보내신 내용은 저장되지 않았습니다"
    assert told in client.post("/staff/hanbit/8/pledges/1-1/2025-06-30/", {"a": "1"}, headers=BROWSER).text
    assert told not in client.get("/staff/", headers=BROWSER).text


def test_told_time_stands_on_the_page_and_in_the_header(client):
    until = timezone.now() + dt.timedelta(hours=2)
    maintenance.begin(until)
    page = client.get("/", headers=BROWSER)
    assert 7190 <= int(page.headers["Retry-After"]) <= 7200
    assert f"{timezone.localtime(until):%Y-%m-%d %H:%M}" in page.text


def test_time_that_has_passed_is_told_to_nobody(client):
    until = timezone.now() - dt.timedelta(minutes=5)
    maintenance.begin(until)
    page = client.get("/", headers=BROWSER)
    assert page.headers["Retry-After"] == "600"
    assert f"{timezone.localtime(until):%Y-%m-%d %H:%M}" not in page.text


@pytest.mark.parametrize("text", ["", "back soon", "[]", '{"until": 5}', '{"until": "soon"}', "\0"])
def test_file_that_says_nothing_readable_closes_all_the_same(client, folder, text):
    (folder / "maintenance").write_text(text)
    assert client.get("/", headers=BROWSER).status_code == 503


@pytest.mark.django_db
def test_command_closes_and_opens_without_a_restart(client, folder):
    assert run("status") == "서비스 중입니다.\n"
    assert run("on") == "시스템 점검으로 서비스를 일시 중지했습니다.\n"
    assert client.get("/").status_code == 503
    assert run("off") == "서비스 중입니다.\n"
    assert client.get("/").status_code == 200
    assert run("off") == "서비스 중입니다.\n"
    assert list(folder.iterdir()) == []


def test_command_takes_a_clock_time_for_the_next_such_time(folder):
    in_a_minute = timezone.localtime() + dt.timedelta(minutes=2)
    run("on", "--until", f"{in_a_minute:%H:%M}")
    kept = dt.datetime.fromisoformat(json.loads((folder / "maintenance").read_text())["until"])
    assert dt.timedelta() < kept - timezone.now() <= dt.timedelta(minutes=2)
    earlier = timezone.localtime() - dt.timedelta(minutes=2)
    run("on", "--until", f"{earlier:%H:%M}")
    kept = dt.datetime.fromisoformat(json.loads((folder / "maintenance").read_text())["until"])
    assert dt.timedelta(hours=23) < kept - timezone.now() < dt.timedelta(hours=24)


@pytest.mark.parametrize(
    "words", [("on", "--until", "later"), ("on", "--until", "2020-01-01 10:00"), ("open",)]
)
def test_command_refuses_what_it_does_not_understand_and_closes_nothing(folder, words):
    with pytest.raises(CommandError):
        run(*words)
    assert list(folder.iterdir()) == []


def test_time_without_closing_is_refused(folder):
    with pytest.raises(CommandError, match="--until"):
        run("off", "--until", "23:59")
