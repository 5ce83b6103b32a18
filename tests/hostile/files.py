"""The good workbook that the hostile ones are made from, and the making of them."""

import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl

SHARED = Path(__file__).resolve().parents[3] / "shared"
MAKER = SHARED / "hostile.py"
PLEDGES = 9

# Which cases are made from which sheet, and the columns that they are made in.
FROM = {
    "공약": [
        "--sheet", "공약", "--key", "공약번호", "--number", "소요예산", "--text", "정책목표",
        "--rate", "이행률",
    ],
    "추진실적": [
        "--sheet", "추진실적", "--key", "공약번호", "--date", "일자", "--text", "내용",
        "--only", "^[adt]",
    ],
}  # fmt: skip


def good_workbook() -> bytes:
    """한빛시's plan with nine pledges; a pledge stands in several rows of 추진실적."""
    sheets = {
        "기본정보": [
            ["항목", "값"],
            ["지자체", "한빛시"],
            ["지자체 코드", "hanbit"],
            ["민선", 8],
            ["임기 시작", "2022-07-01"],
            ["임기 종료", "2026-06-30"],
            ["기준일", "2026-06-30"],
        ],
        "공약": [["공약번호", "공약명", "담당부서", "소요예산", "이행률", "정책목표"]],
        "투자계획": [["공약번호", "사업명", "재원", "총계", "2023"]],
        "추진실적": [["공약번호", "일자", "내용", "세부내용"]],
    }
    for number in range(1, PLEDGES + 1):
        code = f"{number}-1"
        sheets["공약"].append(
            [code, f"공약 {number}", "기획과", number * 10, number * 5, f"정책목표 {number}"]
        )
        sheets["투자계획"].append([code, f"사업 {number}", "시비", number * 10, number * 10])
        sheets["추진실적"].append([code, f"2024. {number}. 3.", f"추진한 일 {number}", None])
    sheets["추진실적"].append(["1-1", "2024. 10. 3.", "추진한 다른 일", "하나\n둘"])
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_files(folder: Path) -> list[dict]:
    """Write the hostile workbooks; gives ``id``, ``expect``, ``path`` and the ``sheet`` of each."""
    template = folder / "template.xlsx"
    template.write_bytes(good_workbook())
    cases = []
    for number, (sheet, columns) in enumerate(FROM.items()):
        target = folder / f"from-{number}"
        made = subprocess.run(
            [sys.executable, str(MAKER), str(template), str(target), *columns],
            capture_output=True,
            text=True,
            check=False,
        )
        manifest = json.loads((target / "manifest.json").read_text())
        # 공약 has no column of dates: those cases are made from the other sheet.
        left_out = {name for name, _why in manifest["not_made"] if sheet == "추진실적" or name[0] != "d"}
        assert not left_out, made.stderr
        for case in manifest["cases"]:
            cases.append({**case, "sheet": sheet, "path": str(target / case["file"])})
    return cases
