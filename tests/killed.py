"""Imports in processes that may be killed at any moment.

Run as a program it waits for names of workbooks on its input, and imports each
in a child of its own, on the database at ``DATABASE_URL``. A child says "begin",
"writing" and "end" as it goes on; an empty line asks for what became of it.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


class Importer:
    """The program, from the side of a test."""

    # What its connections are called on PostgreSQL, to tell them from those of the test's own process.
    NAME = "killed-import"

    def __init__(self, database_url, data_dir):
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.killed"],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": database_url,
                "DATA_DIR": str(data_dir),
                "PGAPPNAME": self.NAME,
                "PYTHONWARNINGS": "default",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, file):
        """Start an import; gives its process and the moment at which it began to read the file."""
        self.tell(file)
        return int(self.said("begin")), time.monotonic()

    def end(self):
        """Wait until the child is gone; its exit code. Until then its number is nobody else's."""
        self.tell("")
        return int(self.said("gone"))

    def tell(self, line):
        self.program.stdin.write(f"{line}\n")
        self.program.stdin.flush()

    def said(self, *words):
        """Wait until the child says one of these words; what it says with it."""
        while line := self.program.stdout.readline():
            word, _space, rest = line.strip().partition(" ")
            if word in words:
                return rest
        raise AssertionError(f"the program ended before it said {words}")

    def close(self):
        self.program.stdin.close()
        self.program.wait(timeout=60)
        self.program.stdout.close()


def _import(file):
    from reports.workbook import import_workbook  # noqa: PLC0415

    say("begin", os.getpid())
    result = import_workbook(file, progress=lambda label, done, total: total == 1 and say("writing"))
    assert not result.errors, result.errors[:3]
    say("end")


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    import reports.workbook  # noqa: F401, PLC0415  (once, not in each child)

    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _import(Path(line.strip()))
                code = 0
            finally:
                os._exit(code)
        # The test says when: a child that ended may still be killed, and must not be another by then.
        sys.stdin.readline()
        _pid, status = os.waitpid(pid, 0)
        say("gone", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
