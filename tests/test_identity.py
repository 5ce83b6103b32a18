"""Name, operator, mark and banner of the site come from the settings, and are left out where empty."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks
from django.template.loader import render_to_string
from django.test import RequestFactory

from pledges.secondstep import SecondStepAdapter
from reports.public import errors
from reports.public.identity import identity
from tests.reports.public import naju

ROOT = Path(__file__).resolve().parent.parent
OURS = {
    "SITE_NAME": "나주시 공약실천",
    "SITE_OPERATOR": "나주시",
    "SITE_ADDRESS": "전라남도 나주시 시청길 22",
    "SITE_CONTACT": "대표전화 061-339-8114, pledge@naju.example",
    "SITE_LOGO": "/logo.svg",
    "SITE_PRIVACY_URL": "https://www.naju.example/privacy",
    "SITE_ACCESSIBILITY_URL": "/accessibility",
    "OFFICIAL_BANNER": True,
}


@pytest.fixture
def named(settings):
    for name, value in OURS.items():
        setattr(settings, name, value)


def test_without_settings_the_site_says_nothing_of_an_operator_and_nothing_official(db, client):
    page = client.get("/").text
    assert "<title>공약이행 포털</title>" in page
    assert "identifier" not in page
    assert "masthead" not in page
    assert "img/mark.svg" in page


def test_header_and_footer_tell_whose_site_it_is(db, client, named):
    page = client.get("/").text
    header, _main, footer = page.partition("<main")[0], None, page.partition("<footer")[2]
    assert "이 누리집은 대한민국 공식 전자정부 누리집입니다." in header.partition("<header")[2]
    assert '<img class="site-name__logo" src="/logo.svg" alt="" height="28">나주시 공약실천</a>' in header
    assert "이 누리집은 나주시에서 운영합니다." in footer
    assert "전라남도 나주시 시청길 22" in footer
    assert '<a href="tel:0613398114">대표전화 061-339-8114</a>' in footer
    assert '<a href="mailto:pledge@naju.example">pledge@naju.example</a>' in footer
    assert '<a href="https://www.naju.example/privacy"><strong>개인정보처리방침</strong></a>' in footer
    assert '<a href="/accessibility">웹 접근성 안내</a>' in footer


def test_name_stands_in_titles_shared_links_errors_mails_and_the_second_step(db, client, named):
    assert "<title>나주시 공약실천</title>" in client.get("/").text
    naju.publish(naju.make_naju())
    assert 'property="og:site_name" content="나주시 공약실천"' in client.get("/naju/8/").text
    assert "· 나주시 공약실천</title>" in client.get("/accounts/login/").text
    assert "· 나주시 공약실천</title>" in client.get("/nowhere/").text
    assert "· 나주시 공약실천</title>" in errors.server_error(RequestFactory().get("/")).text
    assert SecondStepAdapter().get_totp_issuer() == "나주시 공약실천"
    assert render_to_string("mfa/email/totp_activated_subject.txt").startswith("나주시 공약실천:")


def test_page_under_another_name_is_never_answered_by_not_modified(db, client, settings):
    naju.publish(naju.make_naju())
    tag = client.get("/naju/8/").headers["ETag"]
    settings.SITE_OPERATOR = "나주시"
    assert client.get("/naju/8/", headers={"if-none-match": tag}).status_code == 200


def test_texts_of_settings_are_written_as_text(db, client, settings):
    settings.SITE_NAME = settings.SITE_OPERATOR = settings.SITE_CONTACT = "<b>&\"'"
    page = client.get("/").text
    assert "<b>" not in page


@pytest.fixture
def nothing_collected(settings, tmp_path):
    """Static files as in production, before collectstatic."""
    settings.STATIC_ROOT = tmp_path / "static"
    backend = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}


def warnings_of_logo():
    return [(found.id, found.msg, found.hint) for found in checks.run_checks() if "SITE_LOGO" in found.msg]


def test_mark_that_was_not_collected_is_the_portals_own_and_the_check_says_why(settings, nothing_collected):
    settings.SITE_LOGO = "img/mark.svg"
    assert identity().logo == ""
    [(number, text, hint)] = warnings_of_logo()
    assert number == "portal.W001"
    assert "SITE_LOGO=img/mark.svg names a file that was not collected" in text
    assert "collectstatic" in hint


@pytest.mark.parametrize("logo", ["site/logo.svg", "../logo.svg", "img/mark.svg?x"])
def test_mark_that_is_no_file_is_the_portals_own_and_the_check_says_why(settings, nothing_collected, logo):
    settings.SITE_LOGO = logo
    assert identity().logo == ""
    [(_number, text, hint)] = warnings_of_logo()
    assert f"SITE_LOGO={logo} names no file" in text
    assert "DATA_DIR/site" in hint


@pytest.mark.parametrize("logo", ["", "/logo.svg", "img/mark.svg"])
def test_mark_that_is_there_is_no_reason_to_warn(settings, logo):
    settings.SITE_LOGO = logo
    assert warnings_of_logo() == []


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        (
            {"SITE_LOGO": "https://elsewhere.example/logo.svg"},
            "SITE_LOGO is an address of another host. Remedy:",
        ),
        ({"SITE_LOGO": "//elsewhere.example/logo.svg"}, "SITE_LOGO is an address of another host. Remedy:"),
        ({"SITE_PRIVACY_URL": "javascript:alert(1)"}, "SITE_PRIVACY_URL is not an address. Remedy:"),
        ({"SITE_ACCESSIBILITY_URL": "www.naju.example"}, "SITE_ACCESSIBILITY_URL is not an address. Remedy:"),
    ],
)
def test_settings_that_would_mislead_readers_are_refused_with_a_remedy(tmp_path, given, remedy):
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", "from config import settings"],
        cwd=ROOT,
        env={**keep, "DATA_DIR": str(tmp_path), **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert remedy in done.stderr


def test_files_of_the_city_become_static_files(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/logo.svg").write_text("<svg/>")
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "manage.py", "findstatic", "site/logo.svg", "--first", "-v0"],
        cwd=ROOT,
        env={**keep, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == str(tmp_path / "site/logo.svg")
