"""A plan of any size in its workbook, for measuring and for tests under load: 한빛시, which does not exist.

Of each pledge it holds one row of 공약, four indicators (eight rows), two
sub-projects (six rows), two tasks and three achievements: 20 rows, so that
2,000 pledges are 40,000. What a row says follows from its number alone.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook

AS_OF = "2024-09-30"
INDICATORS, PROJECTS, TASKS, ACHIEVEMENTS = 4, 2, 2, 3
ROWS_A_PLEDGE = 1 + 2 * INDICATORS + 3 * PROJECTS + TASKS + ACHIEVEMENTS
DEPARTMENTS = [f"{name}{unit}" for name in "가나다라마바사아자차" for unit in ("정책과", "지원과", "관리과")]
YEARS = ("2022", "2023", "2024", "2025", "2026. 6.")
REPORTED_YEARS = 3
QUARTERS = [f"{year}-{q}" for year in range(2022, 2027) for q in (1, 2, 3, 4)][2:18]

Row = list[Any]


def large_workbook(pledges: int, changed_every: int = 0) -> bytes:
    """The workbook of a plan with so many pledges.

    Every ``changed_every``-th row of each sheet but 기본정보 differs in one cell
    from the workbook without changes; 0 changes none.
    """
    book = Workbook()
    book.remove(book.active)
    for name, rows in _sheets(pledges).items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows):
            if changed_every and number and number % changed_every == 0 and name != "기본정보":
                _change(name, row)
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# Where a changed row differs: in its note, or in the last cell that it fills.
NOTED_AT = {"추진일정": 2 + len(QUARTERS), "추진실적": 3}


def _change(name: str, row: Row) -> None:
    place = NOTED_AT.get(name) or max(place for place, value in enumerate(row) if value is not None)
    value = row[place]
    if isinstance(value, int):
        row[place] = value + 1
    elif match := re.fullmatch(r"(\d+)\((\d+)\)", value or ""):
        row[place] = f"{int(match[1]) + 1}({int(match[2]) + 1})"
    else:
        row[place] = f"{value or ''} 수정".strip()


def _sheets(pledges: int) -> dict[str, Iterator[Row]]:
    return {
        "기본정보": _info(),
        "공약": _pledges(pledges),
        "확인지표": _indicators(pledges),
        "투자계획": _money(pledges),
        "추진일정": _schedule(pledges),
        "추진실적": _achievements(pledges),
    }


def _info() -> Iterator[Row]:
    yield ["항목", "값"]
    yield from (
        ["지자체", "한빛시"],
        ["지자체 코드", "hanbit"],
        ["민선", 8],
        ["임기 시작", "2022-07-01"],
        ["임기 종료", "2026-06-30"],
        ["계획명", "민선 8기 공약실천계획"],
        ["기준일", AS_OF],
        ["이행률 산식", "평균"],
        ["금액 단위", "백만원"],
    )


def _codes(pledges: int) -> Iterator[tuple[int, str]]:
    for number in range(pledges):
        yield number, f"{number // 100 + 1}-{number % 100 + 1}"


def _pledges(pledges: int) -> Iterator[Row]:
    yield [
        "공약번호", "분야", "전략", "공약명", "담당부서", "협조부서", "완료시기", "사업주체", "신규여부",
        "예산구분", "소요예산", "추진상황", "선거공보 원문", "정책목표", "추진근거", "현황 및 정책개요",
        "기대효과",
    ]  # fmt: skip
    for number, code in _codes(pledges):
        area = number // 100 + 1
        lead = DEPARTMENTS[number % len(DEPARTMENTS)]
        yield [
            code,
            f"{area} {area}대 분야",
            f"{area}-{number // 10 % 10 + 1}가 전략",
            f"공약 {code}: 시민과 함께 만드는 사업",
            lead,
            DEPARTMENTS[(number + 7) % len(DEPARTMENTS)],
            "임기내" if number % 3 else "임기후",
            "시" if number % 2 else "도, 시",
            "신규" if number % 4 else "계속",
            "예산",
            _need(number),
            "정상추진" if number % 5 else "일부추진",
            f"선거공보에 실린 {code}번 약속입니다.",
            f"{code} 사업으로 시설 {number % 9 + 1}곳을 열고 이용자 {number * 7 % 500 + 100}명을 맞이한다.",
            f"한빛시 {lead} 운영 조례 제{number % 40 + 1}조",
            f"시설은 {number % 5}곳이며, 권역마다 한 곳씩 넓힌다. ({code})\n주민 설명회를 거쳐 정한다.",
            f"{code} 사업이 끝나면 생활권마다 서비스가 닿는다.",
        ]


def _indicators(pledges: int) -> Iterator[Row]:
    """Two counts with running totals, a level, and one that comes down."""
    yield ["공약번호", "확인지표", "단위", "유형", "기준값", "구분", *YEARS]
    for number, code in _codes(pledges):
        step = number % 7 + 1
        for index in range(INDICATORS):
            name, unit = f"지표 {index + 1} 실적", "건" if index < 2 else "점"
            kind = ("누계", "누계", "최신값", "감소")[index]
            baseline = 100 + step if kind == "감소" else None
            targets = [step + index + year for year in range(len(YEARS))]
            actuals = [max(target - 1, 0) for target in targets[:REPORTED_YEARS]]
            if kind == "감소":
                targets = [baseline - 10 * (year + 1) for year in range(len(YEARS))] if baseline else []
                actuals = [target + 2 for target in targets[:REPORTED_YEARS]]
            counted = kind == "누계"
            yield [code, name, unit, kind, baseline, "목표", *(_running(targets) if counted else targets)]
            blank = [None] * (len(YEARS) - REPORTED_YEARS)
            yield [
                code, name, unit, kind, baseline, "이행",
                *(_running(actuals) if counted else actuals), *blank,
            ]  # fmt: skip


def _running(values: list[int]) -> list[str]:
    return [f"{value}({sum(values[: place + 1])})" for place, value in enumerate(values)]


def _amounts(number: int, project: int) -> list[int]:
    return [(number * 3 + project * 5 + year) % 40 + 1 for year in range(len(YEARS))]


def _need(number: int) -> int:
    return sum(sum(_amounts(number, project)) + 10 for project in range(PROJECTS))


def _money(pledges: int) -> Iterator[Row]:
    yield ["공약번호", "사업명", "재원", "총계", "기투자", "소계", *[year[:4] for year in YEARS], "임기후"]
    for number, code in _codes(pledges):
        for project in range(PROJECTS):
            years = _amounts(number, project)
            whole = [sum(years) + 10, 0, sum(years), *years, 10]
            spent = [*(max(amount - 1, 0) for amount in years[:REPORTED_YEARS]), None, None]
            name = f"{'가나'[project]} 구역 조성"
            yield [code, name, "총계", *whole]
            yield [code, name, "시비", *whole]
            entered = sum(amount for amount in spent if amount is not None)
            yield [code, name, "집행액:시비", entered, None, entered, *spent, None]


def _schedule(pledges: int) -> Iterator[Row]:
    yield ["공약번호", "세부과제", *QUARTERS, "비고"]
    for number, code in _codes(pledges):
        for task in range(TASKS):
            first = (number + task * 4) % 6
            signs = [None] * first + ["●"] * 3 + ["◐", "○", "○"]
            yield [
                code,
                f"{task + 1}단계 추진",
                *(signs + [None] * len(QUARTERS))[: len(QUARTERS)],
                None if number % 2 else "주민 협의",
            ]


def _achievements(pledges: int) -> Iterator[Row]:
    yield ["공약번호", "일자", "내용", "세부내용"]
    for number, code in _codes(pledges):
        for line in range(ACHIEVEMENTS):
            yield [
                code,
                f"{2023 + line % 2}. {(number + line) % 9 + 1}. {number % 27 + 1}.",
                f"{line + 1}차 사업 설명회 및 현장 점검",
                f"참석 {number % 90 + 10}명" if line else None,
            ]
