"""A city hall with a programme of study groups."""

import pytest

from tests.studygroups.hall import Hall


@pytest.fixture
def hall(db):
    return Hall()
