"""한빛시's plan as the workbook of one quarter of 2025: what had been planned, done and spent by then."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pledges.notation import format_number, format_year_value, sheet_word
from reports.demo.hanbit.pledges import (
    LAST,
    QUARTERS,
    YEARS,
    Indicator,
    Pledge,
    Task,
    all_pledges,
)
from reports.demo.sheets import Row, money_row, workbook

ADDRESS = ("hanbit", 8)
NAME = "한빛시"
LABELS = ("2022", "2023", "2024", "2025", "2026. 6.")
TERM_QUARTERS = [
    (year, quarter) for year in YEARS for quarter in (1, 2, 3, 4) if (2022, 3) <= (year, quarter) <= (2026, 2)
]
# In the third quarter two digits of one figure were swapped; the correction is an edition of its own.
MISPRINT = ("1-1-3", "창출 일자리", Decimal(1980))
MISPRINTED_QUARTER = 2
CORRECTION = (
    "1-1-3 시민 일자리 1만 개 창출: 2025년 3분기 창출 일자리의 숫자 뒤바뀜을 바로잡음(1,980개 → 1,890개)"
)

# What the plan said before it was adjusted: the quarter in which today's words came, by pledge.
ADJUSTED_QUARTER = 2
WORDS_BEFORE: Mapping[str, Mapping[str, str]] = {
    "1-3-4": {"공약명": "드론 실증단지 조성", "완료시기": "임기내"},
    "1-4-1": {"정책목표": "로컬푸드 직매장을 권역별로 열어 농가의 판로를 넓힘", "협조부서": ""},
}
# A car park's tower is paid later: 200 of its 시비 of 2025 moved on to 2026.
MONEY_BEFORE = {("1-2-3", "중앙시장 주차타워", "시비"): {2025: Decimal(200), 2026: Decimal(-200)}}


def content(quarter: int, *, misprinted: bool = False) -> bytes:
    """The workbook of a quarter of 2025, counted from 0; ``misprinted`` as it was first published.

    The first holds the whole plan. The others hold what changed since the quarter
    before: a row that is missing from a workbook deletes nothing.
    """
    before = _sheets(quarter - 1) if quarter else {}
    return _workbook(quarter, _changed(_sheets(quarter, misprinted=misprinted), before))


def correction() -> bytes:
    """The workbook that puts the misprint right."""
    wrong = _sheets(MISPRINTED_QUARTER, misprinted=True)
    return _workbook(MISPRINTED_QUARTER, _changed(_sheets(MISPRINTED_QUARTER), wrong))


def _workbook(quarter: int, sheets: Mapping[str, list[Row]]) -> bytes:
    return workbook(
        {
            "지자체": NAME,
            "지자체 코드": ADDRESS[0],
            "민선": str(ADDRESS[1]),
            "임기 시작": "2022-07-01",
            "임기 종료": "2026-06-30",
            "계획명": "민선 8기 공약실천계획",
            "기준일": QUARTERS[quarter].isoformat(),
            "이행률 산식": "완료+계속",
            "소수 자릿수": "1",
            "끝수 처리": "절사",
            "금액 단위": "백만원",
        },
        sheets,
    )


def _sheets(quarter: int, *, misprinted: bool = False) -> dict[str, list[Row]]:
    """Every row of the plan as it stood at the end of a quarter, by sheet."""
    reported = [pledge for pledge in all_pledges() if is_in_workbook(pledge, quarter)]
    return {
        "공약": [_pledge_row(pledge, quarter) for pledge in reported],
        "확인지표": [
            row
            for pledge in reported
            for indicator in pledge.indicators
            for row in _indicator_rows(pledge, indicator, quarter, misprinted=misprinted)
        ],
        "투자계획": [row for pledge in reported for row in _money_rows(pledge, quarter)],
        "추진일정": [_task_row(pledge, task, quarter) for pledge in reported for task in pledge.tasks],
        "추진실적": [row for pledge in reported for row in _achievement_rows(pledge, quarter)],
    }


def _changed(sheets: Mapping[str, list[Row]], before: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """The rows that are new or differ, and the 공약 rows of the pledges that they belong to."""
    changed = {}
    for name, rows in sheets.items():
        known = {tuple(row.items()) for row in before.get(name, ())}
        changed[name] = [row for row in rows if tuple(row.items()) not in known]
    codes = {row["공약번호"] for rows in changed.values() for row in rows}
    return changed | {"공약": [row for row in sheets["공약"] if row["공약번호"] in codes]}


def is_in_workbook(pledge: Pledge, quarter: int) -> bool:
    """Whether the quarter of a pledge comes by workbook: it was handed in, and not through the form."""
    return quarter not in pledge.missing and not (quarter == LAST and pledge.cause)


def _pledge_row(pledge: Pledge, quarter: int) -> dict[str, Any]:
    before = WORDS_BEFORE.get(pledge.code, {}) if quarter < ADJUSTED_QUARTER else {}
    return {
        "공약번호": pledge.code,
        "분야": pledge.area,
        "전략": pledge.strategy,
        "공약명": pledge.name,
        "담당부서": pledge.lead,
        "협조부서": pledge.support,
        "완료시기": pledge.completion,
        "사업주체": pledge.implementers,
        "신규여부": pledge.novelty,
        "예산구분": "예산" if pledge.projects else "비예산",
        "소요예산": pledge.planned,
        "추진상황": sheet_word(pledge.statuses[quarter]),
        "선거공보 원문": pledge.campaign,
        "정책목표": pledge.goal,
        "추진근거": pledge.basis,
        "현황 및 정책개요": pledge.overview,
        "기대효과": pledge.effects,
        **before,
    }


def _indicator_rows(
    pledge: Pledge, indicator: Indicator, quarter: int, *, misprinted: bool
) -> Iterator[dict[str, Any]]:
    shared = {
        "공약번호": pledge.code,
        "확인지표": indicator.name,
        "단위": indicator.unit,
        "유형": sheet_word(indicator.kind),
        "기준값": indicator.baseline,
    }
    actuals = list(indicator.actuals(quarter))
    if misprinted and (pledge.code, indicator.name) == MISPRINT[:2]:
        actuals[YEARS.index(QUARTERS[quarter].year)] = MISPRINT[2]
    yield {**shared, "구분": "목표", **_year_cells(indicator, indicator.targets)}
    # A year that is still to come is blank; one in which nothing was entered has a dash.
    yield {**shared, "구분": "이행", **_year_cells(indicator, actuals), LABELS[-1]: None}


def _year_cells(indicator: Indicator, values: Any) -> dict[str, str]:
    cells = {}
    total: Decimal | None = None
    for label, own in zip(LABELS, values, strict=True):
        if not indicator.is_summed:
            cells[label] = "-" if own is None else format_number(own, grouped=True)
            continue
        if own is not None:
            total = (total or Decimal(0)) + own
        cells[label] = format_year_value(own, total) or "-"
    return cells


def _money_rows(pledge: Pledge, quarter: int) -> Iterator[dict[str, Any]]:
    for project in pledge.projects:
        for line in (*project.planned, *project.secured[quarter], *project.spent[quarter]):
            years = dict(zip(YEARS, line.years, strict=True))
            if quarter < ADJUSTED_QUARTER and line in project.planned:
                for year, more in MONEY_BEFORE.get((pledge.code, project.name, line.source), {}).items():
                    years[year] = (years[year] or Decimal(0)) + more
            amounts = money_row(prior=line.prior, years=years.items(), after=line.after)
            yield {"공약번호": pledge.code, "사업명": project.name, "재원": line.source, **amounts}


def _task_row(pledge: Pledge, task: Task, quarter: int) -> dict[str, Any]:
    today = (QUARTERS[quarter].year, quarter + 1)
    return {
        "공약번호": pledge.code,
        "세부과제": task.name,
        **{f"{year}-{number}": _mark(task, (year, number), today) for year, number in TERM_QUARTERS},
    }


def _mark(task: Task, cell: tuple[int, int], today: tuple[int, int]) -> str | None:
    if not task.first <= cell <= task.last:
        return None
    if cell > today:
        return "○"
    return "◐" if task.is_late(cell) else "●"


def _achievement_rows(pledge: Pledge, quarter: int) -> Iterator[dict[str, Any]]:
    for achievement in pledge.achievements:
        if achievement.known_on <= QUARTERS[quarter]:
            yield {
                "공약번호": pledge.code,
                "일자": achievement.date,
                "내용": achievement.text,
                "세부내용": achievement.details,
            }
