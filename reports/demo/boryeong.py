"""Boryeong's pledges of its 7th term as the city published them on 2021-12-31.

65 pledges with the rates that their departments gave, mean 5048/65 = 77.7.
The table beside this module holds, of each pledge: number, area, name,
department, completion, implementer, novelty, status and rate.
"""

import datetime as dt
from pathlib import Path

from reports.demo.sheets import workbook

ADDRESS = ("boryeong", 7)
CITY = "보령시"
AS_OF = dt.date(2021, 12, 31)
TABLE = Path(__file__).with_name("boryeong.tsv")
COLUMNS = (
    "공약번호",
    "분야",
    "공약명",
    "담당부서",
    "완료시기",
    "사업주체",
    "신규여부",
    "추진상황",
    "이행률",
)


def content() -> bytes:
    """The plan workbook."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]
    return workbook(
        {
            "지자체": "보령시",
            "지자체 코드": ADDRESS[0],
            "민선": str(ADDRESS[1]),
            "임기 시작": "2018-07-01",
            "임기 종료": "2022-06-30",
            "계획명": "민선 7기 공약",
            "기준일": AS_OF.isoformat(),
            "이행률 산식": "평균",
            "소수 자릿수": "1",
            "끝수 처리": "반올림",
            "금액 단위": "백만원",
        },
        {"공약": rows},
    )
