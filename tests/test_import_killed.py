"""An import that is killed at any moment has happened or has not: never a part of it.

20 kills, spread over the time that an undisturbed import takes: half of them
over all of it, half over its writing. ``KILLED_PLEDGES=2000`` is the plan of the
promised figure (40,000 rows, some twenty minutes); without it the plan is small.
"""

import hashlib
import os
import random
import signal
import sys
import time

import pytest
from django.core.management import call_command
from django.db import connection

from pledges.audit import verify
from pledges.models import AuditHead
from reports.demo.large import large_workbook
from reports.models import ImportBatch
from reports.workbook import import_workbook
from tests.killed import Importer
from tests.reports.workbooks import assert_history_matches, row_counts
from tests.test_racing import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("racing")]
PLEDGES = int(os.environ.get("KILLED_PLEDGES", "40"))
KILLS = 20
CHANGED_EVERY = 10


@pytest.fixture
def importer(transactional_db, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "data" / "files"
    importer = Importer(database_url(), tmp_path / "data")
    yield importer
    importer.close()


@pytest.fixture
def files(tmp_path):
    """The plan, and the plan with every tenth row changed."""
    names = tmp_path / "plan.xlsx", tmp_path / "changed.xlsx"
    names[0].write_bytes(large_workbook(PLEDGES))
    names[1].write_bytes(large_workbook(PLEDGES, CHANGED_EVERY))
    return names


def digests():
    """A digest of all rows of every table, in whatever order they come: the sum of the rows' own."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            total = 0
            for row in cursor:
                # PostgreSQL's driver gives bytes as a view, whose own words are its address.
                plain = [bytes(value) if isinstance(value, memoryview) else value for value in row]
                total += int.from_bytes(hashlib.sha256(repr(plain).encode()).digest(), "big")
            found[name] = total
    return found


def connections():
    """How many connections PostgreSQL keeps of the importer; SQLite keeps none."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [Importer.NAME],
        )
        return cursor.fetchone()[0]


def wait_for_backends():
    """Until the database has noticed that its client is gone, and taken back what it was about."""
    for _moment in range(600):
        if connections() == 0:
            return
        time.sleep(0.1)
    raise AssertionError("the killed import still has a connection")


def undisturbed(importer, file):
    """Import a file to the end; seconds until it began to write, and in all."""
    _pid, begun = importer.begin(file)
    importer.said("writing")
    writing = time.monotonic() - begun
    # Else waiting for them would wait for nothing.
    assert connections() == (connection.vendor == "postgresql")
    importer.said("end")
    whole = time.monotonic() - begun
    assert importer.end() == 0
    wait_for_backends()
    return writing, whole


def delays(seed, kills, writing, whole):
    """Seconds after which to kill: half of them anywhere, half while it writes."""
    chance = random.Random(seed)
    return [
        chance.uniform(0, whole) if turn % 2 else chance.uniform(writing, whole * 1.02)
        for turn in range(kills)
    ]


def kill(importer, file, delay):
    """Begin an import and kill it."""
    pid, begun = importer.begin(file)
    time.sleep(max(0.0, begun + delay - time.monotonic()))
    os.kill(pid, signal.SIGKILL)
    importer.end()
    wait_for_backends()


def assert_whole(file, counts, batches):
    """The import is there, all of it: nothing of the file is missing, and its batch and the log say so."""
    batch = ImportBatch.objects.latest("applied_at")
    assert ImportBatch.objects.count() == batches
    assert batch.counts == counts
    assert batch.last_entry == AuditHead.objects.get().sequence
    assert hashlib.sha256(batch.file.read()).hexdigest() == batch.sha256
    batch.file.close()
    assert verify().holds
    assert_history_matches()
    again = import_workbook(file, dry_run=True)
    assert (again.errors, again.has_changes) == ([], False)


def test_killed_import_has_happened_or_has_not(importer, files, capsys):
    chances = []

    def tell(what, delay, happened):
        chances.append(f"{what} after {delay:6.2f} s: {'after' if happened else 'before'}")

    # A plan that is new.
    writing, whole = undisturbed(importer, files[0])
    counts, rows = ImportBatch.objects.get().counts, row_counts()
    for delay in delays("new", KILLS // 2, writing, whole):
        if ImportBatch.objects.exists():
            call_command("flush", verbosity=0, interactive=False)
        before = digests()
        kill(importer, files[0], delay)
        happened = ImportBatch.objects.exists()
        if happened:
            assert_whole(files[0], counts, batches=1)
            assert row_counts() == rows
        else:
            assert digests() == before
        tell("new plan", delay, happened)

    # A plan that stands and changes, from one file to the other and back.
    if not ImportBatch.objects.exists():
        undisturbed(importer, files[0])
    there, other = files
    writing, whole = undisturbed(importer, other)
    changes = ImportBatch.objects.latest("applied_at").counts
    there, other = other, there
    for delay in delays("changed", KILLS // 2, writing, whole):
        before, batches = digests(), ImportBatch.objects.count()
        kill(importer, other, delay)
        happened = ImportBatch.objects.count() > batches
        if happened:
            assert_whole(other, changes, batches + 1)
            there, other = other, there
        else:
            assert digests() == before
        tell("changed plan", delay, happened)

    # And the next import goes through.
    batches = ImportBatch.objects.count()
    undisturbed(importer, other)
    assert_whole(other, changes, batches + 1)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{connection.vendor}: {PLEDGES:,} pledges, {KILLS} kills, never between:\n  "
            + "\n  ".join(chances)
            + "\n"
        )
