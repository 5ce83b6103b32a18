"""226 hostile workbooks and those of dates and texts, by the command and by the upload page.

The files are made by ``shared/hostile.py``; where it is absent there is nothing to send in. The table
of results is printed (``pytest -s``).
"""

import io
import json
import os
import subprocess
import sys

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection

from pledges.enums import Role
from pledges.models import Municipality
from tests.factories import MembershipFactory
from tests.hostile.expected import (
    CELL,
    DAY,
    DAYS,
    IGNORED_SHEET,
    REFUSED,
    SAFE,
    SAME,
    TAKEN,
    WARNED,
    expected,
    stored_text,
)
from tests.hostile.files import MAKER, good_workbook, make_files
from tests.racing import ROOT
from tests.test_racing import database_url

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("racing"),
    pytest.mark.skipif(not MAKER.exists(), reason="shared/hostile.py, which makes the files, is not here"),
]
SECONDS, MEGABYTES = 10, 300
WAYS = ("command", "upload")
# Answers of the upload page: the form again with its error, or the preview, and what follows it.
FINE = {200, 302, 409, 422}


def outcome(told: dict) -> str:
    """What became of one file, in the words of ``hostile.expected``."""
    if told["errors"]:
        return CELL if all(each["sheet"] and each["cell"] for each in told["errors"]) else REFUSED
    return TAKEN if told["changed"] else SAME


def faults(case: dict, told: dict) -> list[str]:
    """What is wrong with what became of one file."""
    want, found = expected(case), outcome(told)
    wrong = []
    is_met = {
        REFUSED: found in (REFUSED, CELL),
        CELL: found == CELL,
        SAME: found == SAME,
        TAKEN: found == TAKEN,
        SAFE: found != TAKEN,
    }[want]
    if not is_met:
        wrong.append(f"expected {want}, got {found}: {told['errors'][:2]}")
    if told["errors"] and told["changed"]:
        wrong.append("refused, and yet something changed")
    if any(not each["message"] for each in told["errors"]):
        wrong.append("an error without a message")
    if told["way"] == "upload" and not set(told["answers"]) <= FINE:
        wrong.append(f"answered {told['answers']}")
    if told["way"] == "command" and told["answers"][0] != (0 if not told["errors"] else told["answers"][0]):
        wrong.append(f"exit code {told['answers']}")
    if told["seconds"] > SECONDS or told["mb"] > MEGABYTES:
        wrong.append(f"{told['seconds']} s, {told['mb']} MB")
    if case["id"] in WARNED and not told["warnings"]:
        wrong.append("no warning")
    if case["id"] in IGNORED_SHEET and not told["ignored"]:
        wrong.append("the sheet that was passed over is not named")
    if told["left"]:
        wrong.append("something stayed behind")
    if want == TAKEN and not wrong and (text := text_of(case)) is not None and text not in told["stored"]:
        wrong.append(f"{text!r} is not among {told['stored']}")
    return wrong


def text_of(case: dict) -> str | None:
    """What a file that is taken has to leave in the column it is about; None where it is about no text."""
    family, sheet = case["id"][0], case["sheet"]
    if family == "d":
        return f"{DAYS.get(case['id'], DAY)} 추진한 일 1"
    if family not in "tf":
        return None
    book = openpyxl.load_workbook(case["path"], rich_text=False)
    text = stored_text(case, str(book[sheet]["F2" if sheet == "공약" else "C2"].value))
    return text if sheet == "공약" else f"2024-01-03 {text}"


def test_every_hostile_workbook_gets_what_it_must(transactional_db, tmp_path, settings):
    template = tmp_path / "good.xlsx"
    template.write_bytes(good_workbook())
    call_command("import_plan", str(template), stdout=io.StringIO())
    city = Municipality.objects.get()
    admin = MembershipFactory(role=Role.ADMIN, municipality=city).user
    cases = make_files(tmp_path)
    task = tmp_path / "task.json"
    task.write_text(
        json.dumps({"cases": cases, "user": admin.pk, "files": str(tmp_path / "files"), "ways": WAYS})
    )
    ran = subprocess.run(
        [sys.executable, "-m", "tests.hostile.runs", str(task)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url(), "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(told) == len(WAYS) * len(cases)
    by_case = {(each["sheet"], each["id"]): each for each in cases}
    found = {
        (each["sheet"], each["id"], each["way"]): faults(by_case[each["sheet"], each["id"]], each)
        for each in told
    }
    sys.stdout.write(table(told))
    assert "\n".join(f"{place}: {wrong}" for place, wrong in found.items() if wrong) == ""
    assert len({case["id"] for case in cases}) == 226


def table(told: list[dict]) -> str:
    """The results, a line a file and way."""
    lines = [f"{connection.vendor}: {len(told)} imports of hostile files"]
    lines += [
        f"{each['sheet']:5} {each['id']:30} {each['way']:8} {outcome(each):8}"
        f" {each['seconds']:6.2f} s {each['mb']:4} MB  {each['answers']}"
        for each in told
    ]
    lines.append(
        f"slowest {max(each['seconds'] for each in told):.2f} s,"
        f" most memory {max(each['mb'] for each in told)} MB"
    )
    return "\n".join(lines)
