"""``manage.py bench_import``: how long an import takes, as a multiple of openpyxl's own time for the file."""

import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from openpyxl import load_workbook

from reports.demo.large import ROWS_A_PLEDGE, large_workbook
from reports.workbook import import_workbook

MOST_TIMES, MOST_MEGABYTES = 2.5, 300
CHANGED_EVERY = 10
# What is measured, each in a process of its own: its name and the file that it takes.
STEPS = {
    "first import": "plan",
    "import again, nothing changed": "plan",
    f"import again, every {CHANGED_EVERY}th row changed": "changed",
}


class Command(BaseCommand):
    help = (
        "Measure imports of a large plan against openpyxl's own time to read the same file. Works in a"
        " throw-away database (a temporary SQLite file, or a schema of its own on PostgreSQL): no data is"
        " touched. Exit 1 where an import takes longer than 2.5 times that, or more than 300 MB."
    )

    # Each step is a process of its own, of which only the import is to be measured.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pledges", type=int, default=2_000, help="pledges in the plan (20 rows each)")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--step", nargs=2, metavar=("STEP", "FILE"), help="measure one step here and now")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["step"]:
            step, file = options["step"]
            self.stdout.write(json.dumps(measure(step, Path(file))))
            return
        with tempfile.TemporaryDirectory(prefix="bench-import-") as name:
            folder = Path(name)
            files = {"plan": folder / "plan.xlsx", "changed": folder / "changed.xlsx"}
            files["plan"].write_bytes(large_workbook(options["pledges"]))
            files["changed"].write_bytes(large_workbook(options["pledges"], CHANGED_EVERY))
            with scratch_database(folder) as environment:
                _run(environment, "migrate", "--verbosity=0")
                found = [
                    self._step(name, files[file], environment, quiet=options["json"])
                    for name, file in STEPS.items()
                ]
        missed = [each["step"] for each in found if not each["within"]]
        if options["json"]:
            self.stdout.write(json.dumps({"pledges": options["pledges"], "steps": found}, indent=1))
        else:
            self.stdout.write(
                f"{options['pledges']:,} pledges, {options['pledges'] * ROWS_A_PLEDGE:,} rows,"
                f" {connection.vendor}. Limits: {MOST_TIMES} times openpyxl's read-only read,"
                f" {MOST_MEGABYTES} MB."
            )
        if missed:
            raise CommandError("Over the limits: " + "; ".join(missed))

    def _step(self, name: str, file: Path, environment: dict[str, str], *, quiet: bool) -> dict[str, Any]:
        """One import between two readings of the same file, of which the mean is its base."""
        measured = [
            json.loads(_run(environment, "bench_import", "--step", step, str(file)))
            for step in ("read-only", "full", "import", "read-only", "full")
        ]
        own = measured[2]
        if own["errors"]:
            raise CommandError(f"{name}: {own['errors'][0]}")
        found = {
            "step": name,
            "rows": own["rows"],
            "wall": own["wall"],
            "cpu": own["cpu"],
            "megabytes": own["megabytes"],
        }
        for mode, places in (("read-only", (0, 3)), ("full", (1, 4))):
            for clock in ("wall", "cpu"):
                base = sum(measured[place][clock] for place in places) / 2
                found[f"{mode} {clock}"] = base
                found[f"times {mode} {clock}"] = own[clock] / base
        found["within"] = found["times read-only wall"] <= MOST_TIMES and found["megabytes"] <= MOST_MEGABYTES
        if not quiet:
            self.stdout.write(
                f"{name}: {own['wall']:.1f} s ({own['cpu']:.1f} s of processor), {own['megabytes']:.0f} MB\n"
                + "\n".join(
                    f"  openpyxl, {mode}: {found[f'{mode} wall']:.1f} s ({found[f'{mode} cpu']:.1f} s)"
                    f" → {found[f'times {mode} wall']:.2f} times"
                    f" ({found[f'times {mode} cpu']:.2f} of processor)"
                    for mode in ("read-only", "full")
                )
            )
        return found


# --- One step, in its own process ----------------------------------------------------


def measure(step: str, file: Path) -> dict[str, Any]:
    """Seconds by the clock and of the processor, and the most memory that this process ever held."""
    work: dict[str, Callable[[Path], dict[str, Any]]] = {
        "read-only": lambda path: _read(path, read_only=True),
        "full": lambda path: _read(path, read_only=False),
        "import": _import,
    }
    connection.ensure_connection()
    wall, cpu = time.perf_counter(), time.process_time()
    told = work[step](file)
    return {
        **told,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "megabytes": _peak() / 1024 / 1024,
    }


def _peak() -> int:
    """The most bytes that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells on Linux begins with the peak of the process that started this one.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


def _read(file: Path, *, read_only: bool) -> dict[str, Any]:
    """Every row of every sheet with openpyxl, and nothing done with it."""
    book = load_workbook(file, read_only=read_only, data_only=True)
    return {"rows": sum(1 for sheet in book for _row in sheet.iter_rows())}


def _import(file: Path) -> dict[str, Any]:
    result = import_workbook(file)
    return {
        "rows": sum(sum(counts.values()) for counts in result.sheets.values()),
        "errors": [f"{each.sheet} {each.cell} {each.message}" for each in result.errors[:3]],
    }


# --- The throw-away database -----------------------------------------------------------


@contextmanager
def scratch_database(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a database that is gone afterwards: a file in ``folder``, or a new schema of
    this PostgreSQL database. Uploaded files stay in ``folder``."""
    environment = {**os.environ, "DATA_DIR": str(folder / "data"), "PYTHONWARNINGS": "ignore"}
    if connection.vendor != "postgresql":
        yield {**environment, "DATABASE_URL": f"sqlite:///{folder / 'scratch.sqlite3'}"}
        return
    schema = f"bench_{secrets.token_hex(6)}"
    held = connection.settings_dict
    parts = {name: quote(str(held[name] or ""), safe="") for name in ("USER", "PASSWORD", "HOST", "NAME")}
    url = (
        f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{held['PORT']}/{parts['NAME']}"
        f"?options=-c%20search_path%3D{schema}"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
    try:
        yield {**environment, "DATABASE_URL": url}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")


def _run(environment: dict[str, str], *command: str) -> str:
    """``manage.py`` with these words; what it printed."""
    ran = subprocess.run(  # noqa: S603  (this project's own command, with words of ours)
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise CommandError(f"{' '.join(command)}: {ran.stderr[-2_000:]}")
    return ran.stdout
