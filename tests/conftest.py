"""What every test may rely on: no network beyond this machine, plain static files, quick password hashes."""

import gc
import os

import hypothesis
import pytest
from django.db import connection, connections
from pytest_socket import socket_allow_hosts


@pytest.fixture(autouse=True)
def _loopback_only():
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


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
def _quick(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
