"""The words of the guide: what each sheet holds, and what goes into each column."""

from typing import Any

from django.utils.translation import gettext_lazy

ABOUT: dict[str, Any] = {
    "기본정보": gettext_lazy(
        "Two columns, an item a row: which plan this is, and the date (기준일) that its figures belong to."
    ),
    "공약": gettext_lazy(
        "One row a pledge. Its order in the plan is that of the rows when it first comes in."
    ),
    "확인지표": gettext_lazy("Two rows an indicator: one of targets (목표) and one of actuals (이행)."),
    "투자계획": gettext_lazy(
        "One row for each source of money of a sub-project, and its totals where you like."
    ),
    "추진일정": gettext_lazy("One row a task, one column a quarter of the term."),
    "추진실적": gettext_lazy("One row for each dated achievement; a pledge may have any number."),
    "학습동아리": gettext_lazy(
        "One row for each round of the city's study groups, also those that were not held, with their reason."
    ),
    "연구팀": gettext_lazy(
        "One row a team of those rounds: its topic, and what came of it. Calls and rules, members, meetings,"
        " reports, scores, the words of proposals, plans and follow-ups are in the portal alone and stay as"
        " they are."
    ),
}

# By sheet and header; "" is any sheet. A column without a hint fails a test.
HINTS: dict[tuple[str, str], Any] = {
    ("", "공약번호"): gettext_lazy(
        "The pledge's number as the city writes it, such as 7-2-3 or III-①-1. At most 32 letters,"
        " none of / \\ ? #."
    ),
    ("기본정보", "지자체"): gettext_lazy("The city's name."),
    ("기본정보", "지자체 코드"): gettext_lazy(
        "The city's code in the addresses of this portal, such as naju."
    ),
    ("기본정보", "민선"): gettext_lazy("The number of the mayor's term: 8."),
    ("기본정보", "임기 시작"): gettext_lazy("The first day of the term: 2022-07-01."),
    ("기본정보", "임기 종료"): gettext_lazy("The last day of the term: 2026-06-30."),
    ("기본정보", "계획명"): gettext_lazy("The plan's name as citizens read it."),
    ("기본정보", "계획 코드"): gettext_lazy(
        "Leave it out for the pledges; a plan of another kind has a code of its own."
    ),
    ("기본정보", "기준일"): gettext_lazy(
        "The day that statuses and actuals belong to: 2025-09-30. Its reporting period is made"
        " where there is none."
    ),
    ("기본정보", "이행률 산식"): gettext_lazy(
        "How the plan's rate is computed. 평균 where it is left out of a new plan."
    ),
    ("기본정보", "소수 자릿수"): gettext_lazy(
        "Decimals of rates: 0, 1 or 2 (2 where it is left out of a new plan)."
    ),
    ("기본정보", "끝수 처리"): gettext_lazy("Whether rates are rounded half up or cut off."),
    ("기본정보", "금액 단위"): gettext_lazy(
        "The unit of all amounts in the file. A note such as (단위 : 천원) above the headers counts"
        " for its sheet alone."
    ),
    ("공약", "분야"): gettext_lazy(
        "Number and name: 7 시민소통. The number alone keeps the name that is stored."
    ),
    ("공약", "전략"): gettext_lazy("Number and name: 7-2 조직문화. Deeper levels with > between them."),
    ("공약", "공약명"): gettext_lazy("The pledge in one line."),
    ("공약", "담당부서"): gettext_lazy(
        "The lead department's name. One that is not there yet is made, with a warning: look for"
        " slips of the pen."
    ),
    ("공약", "협조부서"): gettext_lazy("Supporting departments with commas between: 기획과, 복지과."),
    ("공약", "완료시기"): gettext_lazy("Within the term or after it."),
    ("공약", "사업주체"): gettext_lazy(
        "Who carries it out, with commas between. The city's own name counts as 시."
    ),
    ("공약", "신규여부"): gettext_lazy("Whether the work is new or goes on."),
    ("공약", "예산구분"): gettext_lazy("Whether it needs a budget."),
    ("공약", "소요예산"): gettext_lazy(
        "Compared with the sum of the sheet 투자계획; a difference is a warning."
    ),
    ("공약", "추진상황"): gettext_lazy(
        "The status at the 기준일. A plan may have words of its own beside these."
    ),
    ("공약", "이행률"): gettext_lazy(
        "Counts only for a pledge without indicators; otherwise it is compared with the computed rate."
    ),
    ("공약", "선거공보 원문"): gettext_lazy("What the election booklet said, word for word."),
    ("공약", "정책목표"): gettext_lazy("What is to be reached."),
    ("공약", "추진근거"): gettext_lazy("Laws, ordinances and plans that it rests on."),
    ("공약", "현황 및 정책개요"): gettext_lazy(
        "How things stand and what is done. Line breaks stay (Alt + Enter)."
    ),
    ("공약", "기대효과"): gettext_lazy("What it will bring."),
    ("확인지표", "확인지표"): gettext_lazy("The indicator's name; rows of one name belong together."),
    ("확인지표", "단위"): gettext_lazy("What is counted: 회, 명, 개소."),
    ("확인지표", "유형"): gettext_lazy(
        "누계 adds up over the years, 최신값 is a level of which the last counts, 감소 goes down from 기준값."
    ),
    ("확인지표", "기준값"): gettext_lazy("Where a decreasing indicator started."),
    ("확인지표", "구분"): gettext_lazy("Whether the row holds targets or actuals."),
    ("확인지표", "이행률"): gettext_lazy("Compared with the computed rate; a difference is a warning."),
    ("확인지표", "…"): gettext_lazy(
        "The year's own figure, with the running total in brackets if you like: 1(4). Actuals"
        " after the 기준일 stay blank."
    ),
    ("투자계획", "사업명"): gettext_lazy("The sub-project's name; rows of one name belong together."),
    ("투자계획", "재원"): gettext_lazy(
        "The source of money. 확보액 and 집행액 may name theirs: 집행액:시비. Rows of 총계 are only checked."
    ),
    ("투자계획", "총계"): gettext_lazy("The sum of the row; checked, never stored."),
    ("투자계획", "기투자"): gettext_lazy("What was invested before the term."),
    ("투자계획", "소계"): gettext_lazy("The sum of the term's years; checked, never stored."),
    ("투자계획", "임기후"): gettext_lazy("What comes after the term. Blank or 0 in rows of 집행액."),
    ("투자계획", "…"): gettext_lazy(
        "The year's amount. In rows of 집행액 it is the year's total up to the 기준일."
    ),
    ("추진일정", "세부과제"): gettext_lazy("The task's name."),
    ("추진일정", "비고"): gettext_lazy("A short note."),
    ("추진일정", "…"): gettext_lazy("○ planned, ◐ under way, ● done; blank is none."),
    ("추진실적", "일자"): gettext_lazy(
        "A day, a month or a span: 2026. 7. 1., 2022. 10., 2023. 3.~9., 2025. 4.~."
    ),
    ("추진실적", "내용"): gettext_lazy("What was done, in one line."),
    ("추진실적", "세부내용"): gettext_lazy("Sub-lines, one a line (Alt + Enter)."),
    ("", "사업명"): gettext_lazy("The programme's name; it belongs to the city, not to the plan."),
    ("학습동아리", "연도"): gettext_lazy(
        "The year of the round. 이전 is a row of totals from before the records begin."
    ),
    ("연구팀", "연도"): gettext_lazy("The year of the team's round."),
    ("", "차수"): gettext_lazy("Which intake of the year: 1, 2, 3. Blank is 1."),
    ("학습동아리", "추진여부"): gettext_lazy(
        "Whether the round was held. A blank cell leaves a round as it is; a new one was held."
    ),
    ("학습동아리", "미추진 사유"): gettext_lazy(
        "Why a round was not held; for such rounds alone, and needed."
    ),
    ("학습동아리", "회수"): gettext_lazy("How many rounds were held before; in the row 이전 alone."),
    ("학습동아리", "팀수"): gettext_lazy(
        "How many teams took part. Only compared where the teams are recorded."
    ),
    ("학습동아리", "과제수"): gettext_lazy("How many topics. Only compared where the teams are recorded."),
    ("학습동아리", "참여인원"): gettext_lazy("How many people. Only compared where the teams say it."),
    ("학습동아리", "반영건수"): gettext_lazy(
        "How many topics were adopted. Only compared where the teams say it."
    ),
    ("학습동아리", "공약번호"): gettext_lazy(
        "The pledge that the programme serves. A blank cell never takes the link away."
    ),
    ("연구팀", "팀명"): gettext_lazy("The team's name, by which it is found in its round."),
    ("연구팀", "과제명"): gettext_lazy("What the team works on."),
    ("연구팀", "인원"): gettext_lazy("How many people. Only compared where the portal has the members."),
    ("연구팀", "외부인원"): gettext_lazy("How many of them are experts and citizens."),
    ("연구팀", "상태"): gettext_lazy(
        "Where the team is. A blank cell leaves it as it is; a new team of a held round is 완료. Only"
        " compared, as what follows is, where the team goes its course in the portal."
    ),
    ("연구팀", "시상"): gettext_lazy("What the team was awarded. A blank cell takes it away."),
    ("연구팀", "포상금"): gettext_lazy("The prize in 만원 (10,000 won)."),
    ("연구팀", "반영여부"): gettext_lazy("What became of the team's proposal."),
    ("연구팀", "반영부서"): gettext_lazy("The department that answers for it."),
}
