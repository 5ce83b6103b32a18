"""One stage confirmed by two windows at the same moment: it is applied once."""

import pytest

from pledges.models import AuditEntry, Pledge
from reports.models import ImportBatch
from tests.reports.workbooks import assert_history_matches
from tests.test_racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("racing")]


def test_confirming_twice_at_once_applies_once(hall, tmp_path, monkeypatch):
    # On SQLite each window is a process of its own, which keeps its files where this one does.
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    batch = hall.stage()
    entries = AuditEntry.objects.count()
    task = {"do": "confirm_import", "batch": str(batch.pk), "user": hall.admin.pk}
    outcomes, words = race(task, task)
    assert words == ["302", "302"]
    told = sorted(word for outcome in outcomes for word in outcome["told"])
    assert len(told) == 2
    assert "그대로 적용했습니다" in told[0]
    assert "이미 적용" in told[1]
    pledge = Pledge.objects.get(code="1-1")
    assert pledge.name == "새 이름"
    assert pledge.history.count() == 2
    # One renamed pledge, one entry.
    assert AuditEntry.objects.count() == entries + 1
    assert ImportBatch.objects.get(pk=batch.pk).state == "applied"
    assert_history_matches()
