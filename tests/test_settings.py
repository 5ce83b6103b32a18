"""Settings say what is missing and how to give it; without any they run on this machine alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
SHOW = "from config import settings as s; print(s.DATABASES['default']['ENGINE'], s.ALLOWED_HOSTS, s.DEBUG)"


def load(tmp_path, **environment):
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={**keep, "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_configuration_runs_on_sqlite_and_loopback(tmp_path):
    done = load(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "sqlite3" in done.stdout
    assert "127.0.0.1" in done.stdout
    assert "False" in done.stdout


def test_local_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    load(tmp_path)
    key = tmp_path / "secret_key"
    first = key.read_text()
    load(tmp_path)
    assert key.read_text() == first
    assert len(first) >= 50
    assert key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "k" * 50}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "a.example"}, "PORTAL_URL"),
    ],
)
def test_production_names_the_missing_value_and_its_remedy(tmp_path, given, missing):
    done = load(tmp_path, PRODUCTION="1", **given)
    assert done.returncode != 0
    assert f"{missing} is not set. Remedy:" in done.stderr


def test_production_refuses_debug(tmp_path):
    done = load(tmp_path, PRODUCTION="1", DEBUG="1", SECRET_KEY="k" * 50, ALLOWED_HOSTS="a.example")
    assert "Remedy: unset DEBUG" in done.stderr


def test_database_url_chooses_postgresql(tmp_path):
    done = load(tmp_path, DATABASE_URL="postgres://someone@127.0.0.1:5432/portal")
    assert "postgresql" in done.stdout


@pytest.mark.django_db
def test_sqlite_runs_with_the_options_that_lost_nothing():
    if connection.vendor != "sqlite":
        assert connection.vendor == "postgresql"
        return
    options = connection.settings_dict["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    with connection.cursor() as cursor:
        values = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys")
        }
    assert values == {"synchronous": 2, "foreign_keys": 1}
    assert "journal_mode=WAL" in options["init_command"]
