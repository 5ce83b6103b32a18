import re

import pytest

from tests.reports.public import naju as made


@pytest.fixture
def naju(db):
    """Naju's plan, published as of 2025-09-30."""
    plan = made.make_naju()
    made.publish(plan)
    return plan


@pytest.fixture
def text_of(client):
    """The text of a page, spaces folded, for reading as a person does."""

    def read(address: str, **headers: str) -> str:
        response = client.get(address, headers=headers)
        assert response.status_code == 200, response.status_code
        return plain(response.content.decode())

    return read


def plain(html: str) -> str:
    """HTML without its tags, with spaces folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()
