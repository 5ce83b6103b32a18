"""Naju's card of pledge 7-2-3 (8th term, 2025-09-30): the city's figures and facts, told in our own words."""

import datetime as dt
from decimal import Decimal
from typing import Any

from pledges.enums import Status
from pledges.notation import sheet_word
from reports.demo.sheets import money_row, workbook

ADDRESS = ("naju", 8)
CITY = "나주시"
AS_OF = dt.date(2025, 9, 30)
CODE = "7-2-3"
YEARS = (2022, 2023, 2024, 2025, 2026)
QUARTERS = [
    f"{year}-{quarter}"
    for year in YEARS
    for quarter in (1, 2, 3, 4)
    if (2022, 3) <= (year, quarter) <= (2026, 2)
]
PROJECT = "'뜻세움' 운영 활성화"

PLEDGE = {
    "공약번호": CODE,
    "분야": "7",
    "전략": "7-2",
    "공약명": "학습동아리 활성화",
    "담당부서": "기획예산실",
    "완료시기": "임기내",
    "사업주체": "나주시",
    "신규여부": "계속",
    "예산구분": "예산",
    "소요예산": "75.4",
    "추진상황": sheet_word(Status.CONTINUING),
    "이행률": "73.33%",
    "정책목표": "정책을 연구하려는 직원을 도와 역량을 키우고, 함께 논의하는 조직문화를 넓힌다",
    "추진근거": "나주시 시정연구모임 뜻세움 운영 조례\n나주시 시정연구모임 뜻세움 운영 조례 시행규칙",
    "현황 및 정책개요": (
        "○ 시정연구모임 '뜻세움'을 해마다 운영\n"
        "○ 10개 팀 안팎, 팀당 10명 안팎(전문가·시민 20% 이내)\n"
        "○ 2011년부터 아홉 차례에 70개 팀, 667명이 70개 과제를 연구\n"
        "○ 과제 70건 가운데 52건(74%)을 시책에 반영\n"
        "○ 2015·2018·2020·2022·2024년은 참여가 적어 쉼"
    ),
    "기대효과": "공모과제와 새 시책의 제안, 세대 사이의 소통, 실무자의 눈으로 본 정책 설계",
}

# Name, targets and actuals as the card prints them, by year.
INDICATORS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str], ...] = (
    ("추진계획 수립", ("1(1)", "1(2)", "1(3)", "1(4)", "1(5)"), ("1(1)", "1(2)", "1(3)", "1(4)", ""), "80"),
    (
        "보고회 개최 (성과공유 및 평가)",
        ("", "1(1)", "1(2)", "1(3)", "-"),
        ("", "1(1)", "-(1)", "1(2)", ""),
        "66.67",
    ),
)

# 백만원 by year of the term.
PLANNED = ("0", "33", "18.5", "13.2", "10.7")
EXECUTED = ("0", "33", "0", "9", None)

# The card shades its quarters; its text does not say which.
TASKS = (
    "학습동아리 추진 계획 수립",
    "정책 보고회 개최",
    "벤치마킹 원정대 계획 수립",
    "벤치마킹 원정대 선정·운영",
    "벤치마킹 원정대 우수정책 평가",
)

ACHIEVEMENTS = (
    (
        "2022. 10.",
        "뜻세움 운영 활성화 계획 수립",
        "지정과제 1건 추가\n최우수 1개 팀 포상금을 600만 원에서 1,000만 원으로 올림",
    ),
    ("2022. 12.", "2023년도 뜻세움 운영계획 수립", ""),
    ("2023. 3.~9.", "뜻세움 참가팀 공모와 연구 활동", "6개 팀 53명"),
    ("2023. 9.", "뜻세움 최종 발표회와 우수팀 선정", ""),
    ("2023. 10.", "연구과제의 시책 도입 시작", ""),
    ("2024. 2.", "2024년도 뜻세움 운영계획 수립", ""),
    ("2024. 3.", "2024년도 뜻세움 참가 접수", "3개 팀 접수"),
    ("2024. 4.", "2024년도 뜻세움을 운영하지 않기로 보고", ""),
    ("2024. 9.", "2025년도 정책 벤치마킹 원정대 운영계획(안) 보고", ""),
    ("2025. 2.", "2025년도 정책 벤치마킹 원정대 계획 수립", ""),
    ("2025. 2.~3.", "정책 벤치마킹 원정대 접수", ""),
    ("2025. 4.~", "정책 벤치마킹 원정대 선정과 운영", "9개 팀: 1차 5, 2차 2, 3차 2"),
    ("2025. 5.~7.", "결과보고서를 기획예산실에 제출", ""),
    ("2025. 7.", "평가보고회 개최", "8개 팀 평가(1개 팀 중도포기)\n2025. 8. 최우수·우수·참가 팀 포상"),
)

# Rounds of study groups as the card tells them: 70 teams in nine rounds, 52 of 70 topics adopted, five years
# in which too few applied; the card gives figures of 2023 alone, the others are carried in together.
GROUP_COLUMNS = (
    "사업명",
    "연도",
    "차수",
    "추진여부",
    "미추진 사유",
    "회수",
    "팀수",
    "과제수",
    "참여인원",
    "반영건수",
)
STUDY_GROUPS: tuple[tuple[Any, ...], ...] = (
    ("뜻세움", "이전", None, "추진", None, 8, 64, 64, 614, 46),
    ("뜻세움", 2023, None, "추진", None, None, 6, 6, 53, 6),
    *(
        ("뜻세움", year, None, "미추진", reason, None, None, None, None, None)
        for year, reason in (
            (2015, "참여율 미달"),
            (2018, "참여율 미달"),
            (2020, "참여율 미달"),
            (2022, "참여율 미달(코로나19)"),
            (2024, "참여율 미달"),
        )
    ),
    *(
        ("정책 벤치마킹 원정대", 2025, intake, "추진", None, None, teams, None, None, None)
        for intake, teams in ((1, 5), (2, 2), (3, 2))
    ),
)


def content() -> bytes:
    """The plan workbook."""
    return workbook(
        {
            "지자체": "나주시",
            "지자체 코드": ADDRESS[0],
            "민선": str(ADDRESS[1]),
            "임기 시작": "2022-07-01",
            "임기 종료": "2026-06-30",
            "계획명": "민선 8기 공약실천계획",
            "기준일": AS_OF.isoformat(),
            "이행률 산식": "완료+계속",
            "소수 자릿수": "2",
            "끝수 처리": "반올림",
            "금액 단위": "백만원",
        },
        {
            "공약": [PLEDGE],
            "확인지표": list(_indicator_rows()),
            "투자계획": list(_money_rows()),
            "추진일정": [
                {"공약번호": CODE, "세부과제": task, **dict.fromkeys(QUARTERS), "비고": None}
                for task in TASKS
            ],
            "추진실적": [
                {"공약번호": CODE, "일자": date, "내용": text, "세부내용": details}
                for date, text, details in ACHIEVEMENTS
            ],
            "학습동아리": [
                {**dict(zip(GROUP_COLUMNS, row, strict=True)), "공약번호": CODE} for row in STUDY_GROUPS
            ],
        },
    )


def _indicator_rows() -> Any:
    labels = [str(year) for year in YEARS[:-1]] + ["2026. 6."]
    for name, targets, actuals, rate in INDICATORS:
        shared = {"공약번호": CODE, "확인지표": name, "단위": "회"}
        yield {**shared, "구분": "목표", **dict(zip(labels, targets, strict=True)), "이행률": rate}
        yield {**shared, "구분": "이행", **dict(zip(labels, actuals, strict=True)), "이행률": ""}


def _money_rows() -> Any:
    zero = Decimal(0)
    planned = [Decimal(amount) for amount in PLANNED]
    executed = [None if amount is None else Decimal(amount) for amount in EXECUTED]
    nothing = [zero] * len(YEARS)
    for source, amounts in (
        ("총계", planned),
        ("국비", nothing),
        ("도비", nothing),
        ("시비", planned),
        ("기타", nothing),
        ("집행액", executed),
    ):
        yield {
            "공약번호": CODE,
            "사업명": PROJECT,
            "재원": source,
            **money_row(
                prior=zero,
                years=zip(YEARS, amounts, strict=True),
                after=None if source == "집행액" else zero,
            ),
        }
