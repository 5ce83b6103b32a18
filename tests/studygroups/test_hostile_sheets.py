"""The hostile keys, numbers, formulas and texts of ``shared/hostile.py`` in the sheet 연구팀: told at their
cell, or taken as the text that they are, and out again unchanged."""

import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from django.db import transaction

from pledges.spreadsheet import UnreadableFile
from reports.workbook import export_workbook, import_workbook
from studygroups.models import Award, Proposal, Team
from tests.hostile.expected import CELL, REFUSED, SAFE, SAME, TAKEN, USUAL
from tests.hostile.files import MAKER, good_workbook
from tests.reports.workbooks import the_plan

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not MAKER.exists(), reason="shared/hostile.py, which makes the files, is not here"),
]
ROUNDS = [["사업명", "연도", "차수", "추진여부"], ["모임", 2024, None, "추진"]]
TEAMS = [
    ["사업명", "연도", "차수", "팀명", "과제명", "인원", "상태", "시상", "포상금", "반영여부", "반영부서"],
    *(
        ["모임", 2024, None, f"팀{n}", f"과제 {n}", n, "완료", "참가", n * 10, "반영", "기획과"]
        for n in range(1, 6)
    ),
]  # fmt: skip
# Where this sheet settles a case by itself: a full-width name is the same team, and no name is an address.
SETTLED = {
    "k10_key_fullwidth": SAME,
    "k12_key_traversal": TAKEN,
    "t18": CELL,
}


def template() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(good_workbook()))
    for name, rows in {"학습동아리": ROUNDS, "연구팀": TEAMS}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def stored():
    return [list(model.objects.order_by("pk").values_list()) for model in (Team, Award, Proposal)]


def outcome(path):
    """What becomes of one file, and the topics after it; taken back."""
    before = stored()
    with transaction.atomic():
        try:
            result = import_workbook(path)
        except UnreadableFile as refused:
            transaction.set_rollback(True)
            return (REFUSED if str(refused) else "no message"), set()
        errors = list(result.errors)
        changed = stored() != before
        topics = set(Team.objects.values_list("topic", flat=True))
        if changed:
            again = import_workbook(export_workbook(the_plan()))
            assert again.errors == []
            assert not again.has_changes
        transaction.set_rollback(True)
    if errors:
        assert not changed
        assert all(each.message for each in errors)
        return (CELL if all(each.sheet and each.cell for each in errors) else REFUSED), topics
    return (TAKEN if changed else SAME), topics


def test_hostile_cells_keys_and_texts(tmp_path):
    good = tmp_path / "good.xlsx"
    good.write_bytes(template())
    columns = ["--sheet", "연구팀", "--key", "팀명", "--number", "포상금", "--text", "과제명"]
    made = tmp_path / "made"
    subprocess.run(
        [sys.executable, str(MAKER), str(good), str(made), *columns, "--only", "^[knft]"],
        capture_output=True,
        check=True,
    )
    assert import_workbook(good).errors == []
    wrong = []
    cases = json.loads((made / "manifest.json").read_text())["cases"]
    assert len(cases) > 90
    for case in cases:
        want = SETTLED.get(case["id"]) or USUAL.get(case["expect"])
        found, topics = outcome(Path(made / case["file"]))
        is_met = {REFUSED: found in (REFUSED, CELL), SAFE: found != TAKEN}.get(want, found == want)
        if want and not is_met:
            wrong.append((case["id"], want, found, case["how"]))
        if case["expect"] == "LITERAL" and found == TAKEN and case["id"][0] == "f":
            assert any(set("=+-@|%") & set(topic) for topic in topics), case["id"]
    assert not wrong
