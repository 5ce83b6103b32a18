"""What every test may rely on: no network beyond this machine, plain static files, quick password hashes."""

import functools
import gc
import os
import re
from pathlib import Path

import hypothesis
import pytest
from django.db import connection, connections
from django.test import Client
from pytest_socket import socket_allow_hosts
from xdist.scheduler import LoadGroupScheduling


@pytest.fixture(autouse=True)
def _loopback_only():
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


class Together(LoadGroupScheduling):
    """What carries one ``xdist_group``, by its file or its folder's conftest, runs in one process.

    xdist 3.8 writes the group behind the test's id, where pytest 9.2 no longer reads it: without this every
    test of a group is dealt out by itself.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0]) or nodeid


@functools.cache
def group_of(file: str) -> str | None:
    """The group that a file of tests names."""
    path = Path(__file__).parent.parent / file
    for source in (path, path.with_name("conftest.py")):
        if source.exists() and source != Path(__file__):
            found = re.search(r'xdist_group\("(\w+)"\)', source.read_text(encoding="utf-8"))
            if found:
                return found[1]
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


# The same examples in every run; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(autouse=True, scope="session")
def _no_connection_outlives_its_request(django_db_setup, django_db_blocker):
    """No database is dropped under a connection: the live server's threads give theirs back at once.

    Where a browser went away in the middle of an answer, its thread's connection is left behind; it is this
    run's own, in a database that only this run knows, and is ended with it.
    """
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    yield
    if connection.vendor == "postgresql":
        gc.collect()
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _second_step(monkeypatch):
    """``client.force_login(user)`` is a whole login, code and all; ``second_step=False`` leaves that out."""
    plain = Client.force_login

    def force_login(client, user, backend=None, *, second_step=True):
        plain(client, user, backend)
        if second_step:
            session = client.session
            session["account_authentication_methods"] = [{"method": "mfa", "at": 0, "type": "totp"}]
            session["account_authentication_methods_user"] = str(user.pk)
            session.save()

    monkeypatch.setattr(Client, "force_login", force_login)


@pytest.fixture(autouse=True)
def _quick(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
