"""Workbooks made in tests: 한빛시, which does not exist, with every sheet and every kind of cell."""

import copy
import io
from typing import Any

import openpyxl
from django.apps import apps

from pledges.models import Plan

QUARTERS = [
    f"{year}-{quarter}"
    for year in range(2022, 2027)
    for quarter in (1, 2, 3, 4)
    if (2022, 3) <= (year, quarter) <= (2026, 2)
]

INFO = [
    ["항목", "값"],
    ["지자체", "한빛시"],
    ["지자체 코드", "hanbit"],
    ["민선", 8],
    ["임기 시작", "2022-07-01"],
    ["임기 종료", "2026-06-30"],
    ["계획명", "민선 8기 공약실천계획"],
    ["기준일", "2024-09-30"],
    ["이행률 산식", "평균"],
    ["소수 자릿수", 2],
    ["끝수 처리", "반올림"],
    ["금액 단위", "백만원"],
]
# fmt: off
PLEDGES = [
    ["공약번호", "분야", "전략", "공약명", "담당부서", "협조부서", "완료시기", "사업주체",
     "신규여부", "예산구분", "소요예산", "추진상황", "이행률",
     "선거공보 원문", "정책목표", "추진근거", "현황 및 정책개요", "기대효과"],
    ["1-1", "1 경제", "1-가 일자리", "일자리 센터 운영", "경제과", "기획과, 복지과", "임기내", "도, 한빛시",
     "계속", "예산", 30.5, "정상추진", "40%",
     "일자리를 늘린다", "일자리 300개", "조례", "센터 2곳", "고용 증가"],
    ["1-2", "1", "1-가", "민원 처리일 단축", "민원과", None, "임기내", "시",
     "신규", "비예산", None, "일부추진", None,
     None, "빠른 민원", None, None, None],
    ["III-①-1", "III 복지", None, "돌봄터", "복지과", None, "임기후", "국가, 민간",
     "신규", "예산", None, "완료 후 계속추진", "55.5%",
     None, None, None, None, None],
]
INDICATORS = [
    ["공약번호", "확인지표", "단위", "유형", "기준값", "구분", "2022", "2023", "2024", "2025", "2026. 6."],
    ["1-1", "센터 이용자", "명", "누계", None, "목표", None, "2(2)", "3(5)", "3(8)", "2(10)"],
    ["1-1", "센터 이용자", "명", "누계", None, "이행", None, "1(1)", "3(4)", None, None],
    ["1-2", "평균 처리일", "일", "감소", 20, "목표", None, 18, 16, 14, 10],
    ["1-2", "평균 처리일", "일", "감소", 20, "이행", None, 19, 15.5, None, None],
    ["1-2", "만족도", "점", "최신값", None, "목표", 70, 72, 75, 78, 80],
    ["1-2", "만족도", "점", "최신값", None, "이행", 0, "-", 74, "-", None],
]
MONEY = [
    ["공약번호", "사업명", "재원", "총계", "기투자", "소계",
     "2022", "2023", "2024", "2025", "2026", "임기후"],
    ["1-1", "센터 운영", "총계", 30.5, 0.5, 20, 0, 5, 5, 5, 5, 10],
    ["1-1", "센터 운영", "도비", 10, 0, 10, 0, 2.5, 2.5, 2.5, 2.5, 0],
    ["1-1", "센터 운영", "시비", 20.5, 0.5, 10, 0, 2.5, 2.5, 2.5, 2.5, 10],
    ["1-1", "센터 운영", "확보액", 10, "-", 10, 0, 5, 5, "-", "-", "-"],
    ["1-1", "센터 운영", "집행액:시비", 8, 0.5, 7.5, 0, 4, 3.5, "-", 0, None],
    ["III-①-1", "돌봄터 건립", "총계", 100, None, 100, None, None, 60, 40, None, None],
    ["III-①-1", "돌봄터 건립", "집행액", 12.3456, None, 12.3456, None, None, 12.3456, None, None, None],
]
SCHEDULE = [
    ["공약번호", "세부과제", *QUARTERS, "비고"],
    ["1-1", "계획 수립", "●", "●", *[None] * 14, "끝남"],
    ["1-1", "센터 확대", None, None, "○", "○", "●", "◐", "○", "○", *[None] * 8, None],
]
ACHIEVEMENTS = [
    ["공약번호", "일자", "내용", "세부내용"],
    ["1-1", "2023. 3.~9.", "센터 2호점 준비", "설계\n공사"],
    ["1-1", "2024. 4.~", "상담 운영", None],
    ["III-①-1", "'24. 9. 2.", "착공", None],
]
# fmt: on
SHEETS = {
    "기본정보": INFO,
    "공약": PLEDGES,
    "확인지표": INDICATORS,
    "투자계획": MONEY,
    "추진일정": SCHEDULE,
    "추진실적": ACHIEVEMENTS,
}


def book(*, without: tuple[str, ...] = (), **cells: Any) -> bytes:
    """The workbook, with cells changed: ``book(공약_D2="x")``; the sheet and the address, "_" between."""
    sheets = copy.deepcopy(SHEETS)
    made = {name: rows for name, rows in sheets.items() if name not in without}
    target = workbook(made)
    for place, value in cells.items():
        name, _, address = place.rpartition("_")
        target[name][address] = value
    return saved(target)


def workbook(sheets: dict[str, list[list[Any]]]) -> openpyxl.Workbook:
    target = openpyxl.Workbook()
    target.remove(target.active)
    for name, rows in sheets.items():
        sheet = target.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return target


def saved(target: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    target.save(buffer)
    return buffer.getvalue()


def edited(content: bytes, **cells: Any) -> bytes:
    """A workbook's content with cells changed, as ``book`` takes them."""
    target = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        name, _, address = place.rpartition("_")
        target[name][address] = value
    return saved(target)


def at_date(content: bytes, date: str) -> bytes:
    """The same workbook with another 기준일."""
    target = openpyxl.load_workbook(io.BytesIO(content))
    for row in target["기본정보"].iter_rows():
        if row[0].value == "기준일":
            row[1].value = date
    return saved(target)


def our_models() -> list[Any]:
    return [
        model
        for label in ("pledges", "budgets", "studygroups", "reports")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]


def row_counts() -> dict[str, int]:
    """Rows of every table of ours, history included."""
    return {model.__name__: model._default_manager.count() for model in our_models()}


def history_count() -> int:
    return sum(count for name, count in row_counts().items() if name.startswith("Historical"))


def everything() -> dict[str, list[Any]]:
    """Every value of every row of ours but the reporting periods, and the log and the batch that tell of
    new ones, for "nothing changed"."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list())
        for model in our_models()
        if model.__name__ not in ("ReportingPeriod", "AuditEntry", "AuditHead", "ImportBatch")
    }


def assert_history_matches() -> None:
    """The latest history row of each row says what the row says; deleted rows end with a deletion."""
    for model in our_models():
        manager = getattr(model, "history", None)
        if manager is None or not hasattr(manager, "model") or model.__name__.startswith("Historical"):
            continue
        latest = {}
        for record in manager.order_by("history_id"):
            latest[record.id] = record
        rows = {row.pk: row for row in model._default_manager.all()}
        assert {pk for pk, record in latest.items() if record.history_type != "-"} == rows.keys(), model
        for pk, row in rows.items():
            for field in manager.model.tracked_fields:
                if field.name != "updated_at":
                    assert getattr(row, field.attname) == getattr(latest[pk], field.attname), (
                        model,
                        field.name,
                    )


def the_plan() -> Plan:
    return Plan.objects.with_places().get(term__municipality__code="hanbit")
