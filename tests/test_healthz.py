"""What machines ask whether the portal is alive."""

import pytest
from django.db import OperationalError, connections


@pytest.mark.django_db
def test_healthz_asks_the_database_once(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
def test_healthz_without_a_database_is_503_and_tells_nothing(client, monkeypatch):
    def broken(*_args, **_kwargs):
        raise OperationalError("password of the database")

    monkeypatch.setattr(connections["default"], "cursor", broken)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "unavailable"})
