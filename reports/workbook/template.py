"""Workbooks to fill in: every sheet with its columns, dropdowns, and a sheet of notes; blank, or with what
the plan holds."""

import datetime as dt
from dataclasses import replace

from pledges.enums import MoneyUnit
from pledges.models import Municipality, OwnStatus, Plan, Term
from pledges.sheets import InfoResource, Scope, SheetResource
from pledges.sheets.plan import STATUS
from pledges.spreadsheet import WrittenColumn, WrittenSheet, write_workbook
from reports.workbook.exporting import newest_as_of, workbook_sheets
from reports.workbook.importing import NOTES, RESOURCES

# Rows prepared below each header, and below what is filled in already.
BLANK_ROWS = 300
MORE_ROWS = 100
# What Excel takes as the words of a dropdown.
LONGEST_DROPDOWN = 255
# Terms of Korean mayors begin on 1 July every four years, the eighth in this one.
EIGHTH_TERM = 2022


def write_template(plan: Plan) -> bytes:
    """The blank workbook of a plan (saved or not; its term and municipality are read).

    기본정보 is filled in but for 기준일; everything else is for people to enter.
    """
    scope = template_scope(plan)
    sheets = [InfoResource().written(plan, None)]
    for resource in RESOURCES:
        sheet = resource(scope)
        sheets.append(WrittenSheet(sheet.sheet_name, _columns(sheet), [], BLANK_ROWS))
    return write_workbook([*sheets, _notes(plan.term, scope)])


def write_filled(plan: Plan, as_of: dt.date | None = None) -> bytes:
    """The plan's own workbook to go on with: an export with dropdowns, every sheet, and the notes.

    Brought in as it is, it changes nothing; nor does it with a later 기준일.
    """
    as_of = as_of or newest_as_of(plan)
    scope = template_scope(plan, as_of)
    written = {sheet.name: sheet for sheet in workbook_sheets(plan, as_of)}
    sheets = [written[InfoResource.sheet_name]]
    for resource in RESOURCES:
        sheet = resource(scope)
        rows = written[sheet.sheet_name].rows if sheet.sheet_name in written else []
        sheets.append(WrittenSheet(sheet.sheet_name, _columns(sheet), rows, MORE_ROWS))
    return write_workbook([*sheets, _notes(plan.term, scope)])


def template_scope(plan: Plan, as_of: dt.date | None = None) -> Scope:
    """What the columns of a plan's workbook depend on (saved or not)."""
    own = OwnStatus.objects.filter(plan=plan).values_list("name", flat=True) if plan.pk else ()
    city = plan.term.municipality.name
    return Scope(plan.term, as_of or plan.term.ends_on, MoneyUnit(plan.money_unit), city, tuple(own))


def running_plan(today: dt.date) -> Plan:
    """An unsaved plan of the term that runs on this day, of no city yet."""
    number = running_term(today)
    first_year = EIGHTH_TERM + 4 * (number - 8)
    term = Term(
        municipality=Municipality(code="", name=""),
        number=number,
        starts_on=dt.date(first_year, 7, 1),
        ends_on=dt.date(first_year + 4, 6, 30),
    )
    return Plan(term=term, name=f"민선 {number}기 공약실천계획")


def running_term(today: dt.date) -> int:
    """The number of the term that runs on this day."""
    return 8 + (today.year - EIGHTH_TERM - ((today.month, today.day) < (7, 1))) // 4


def _columns(sheet: SheetResource) -> tuple[WrittenColumn, ...]:
    """The sheet's columns with their dropdowns, the plan's own statuses among them."""
    columns = []
    for column in sheet.written_columns(with_choices=True):
        if column.name == STATUS:
            words = list(column.choices)
            for word in sheet.scope.own_statuses:
                # A dropdown is one text of words between commas.
                if not set(word) & set(',"') and len(",".join([*words, word])) <= LONGEST_DROPDOWN:
                    words.append(word)
            column = replace(column, choices=tuple(words))
        columns.append(column)
    return tuple(columns)


# How the workbook is filled in, in Korean as the whole workbook is: a sheet, and what to know of it.
NOTES_LINES = (
    ("전체", "시트와 열은 이름으로 찾습니다. 순서는 바꾸어도 되지만 이름은 그대로 두십시오."),
    ("전체", "행이나 열을 지워도 저장된 자료는 남습니다."),
    ("전체", "저장된 값을 지우려면 열은 두고 칸만 비우십시오."),
    ("전체", "빈칸과 “-”는 입력 없음, 0은 실적이 0이라는 뜻입니다. 둘은 다르게 집계됩니다."),
    ("전체", "오류가 한 칸이라도 있으면 아무것도 반영하지 않고, 오류를 모두 알려 줍니다."),
    ("기본정보", "기준일은 이행 실적과 추진상황이 속하는 날짜입니다. 예: 2025-09-30"),
    ("공약", "공약번호는 텍스트 서식입니다. 1-11처럼 날짜로 바뀌기 쉬운 번호를 그대로 적으십시오."),
    ("공약", "분야는 “7 시민소통”, 전략은 “7-2 조직문화”처럼 번호와 이름을 적습니다."),
    ("공약", "같은 분야의 이름은 한 번만 적고, 다음 행부터 번호만 적어도 됩니다."),
    ("공약", "사업주체는 국가, 도, 시, 민간을 쉼표로 나누어 적습니다. 시 대신 {city}라고 적어도 됩니다."),
    ("공약", "확인지표가 있는 공약의 이행률과 소요예산은 계산값과 비교만 합니다."),
    ("확인지표", "지표마다 목표 행과 이행 행을 한 줄씩 적습니다."),
    ("확인지표", "연도 열은 {first}년부터 {last} 열까지입니다."),
    ("확인지표", "1(4)는 그해 1, 누계 4라는 뜻이고, -(1)은 그해 실적 없이 누계 1이라는 뜻입니다."),
    ("확인지표", "유형: 누계는 더해 가는 수, 최신값은 마지막 값, 감소는 기준값에서 줄여 가는 값입니다."),
    ("확인지표", "감소 지표에는 기준값이 필요합니다."),
    ("투자계획", "금액 단위는 기본정보를 따릅니다. 다르면 열 이름 위 칸에 (단위 : 천원)처럼 적습니다."),
    ("투자계획", "총계 행과 총계·소계 열은 합계를 확인하는 데만 씁니다."),
    ("투자계획", "확보액과 집행액에는 “집행액:시비”처럼 재원을 붙일 수 있습니다."),
    ("투자계획", "기준일 다음 해의 집행액과 임기후 집행액은 비워 두십시오."),
    ("추진일정", "분기 열은 {first_quarter}부터 {last_quarter}까지입니다. ○ 계획, ◐ 추진 중, ● 완료"),
    ("추진실적", "일자는 2022. 10. / 2023. 3.~9. / 2025. 4.~ / 2026. 7. 1. 가운데 한 모양으로 적습니다."),
    ("추진실적", "세부내용은 한 줄에 하나씩 적습니다."),
    ("학습동아리", "회차마다 한 줄씩 적습니다. 차수를 비우면 1차입니다."),
    ("학습동아리", "연도에 “이전”이라고 적은 줄은 기록 이전의 합계입니다. 회수는 이 줄에만 적습니다."),
    ("학습동아리", "미추진이면 사유를 적고, 팀수·과제수·참여인원·반영건수는 비워 두십시오."),
    ("학습동아리", "연구팀 시트에 팀이 있는 회차는 팀을 세어 집계하고, 이 시트의 합계는 비교만 합니다."),
    ("학습동아리", "공약번호는 사업을 공약에 연결합니다. 비워 두어도 연결이 끊어지지 않습니다."),
    ("연구팀", "학습동아리 시트나 저장된 자료에 있는 회차의 팀만 적습니다."),
    ("연구팀", "포상금 단위는 만원입니다. 팀원 이름은 적지 않습니다."),
    ("연구팀", "포털에서 신청했거나 진행 중인 팀의 상태·시상·포상금·반영여부·반영부서는 비교만 합니다."),
    ("연구팀", "공모와 사업 규칙, 팀원, 활동일지, 보고서, 심사 점수는 이 파일에 없고 포털에만 있습니다."),
    ("연구팀", "제안 내용, 부서의 답변과 이행계획, 사후관리도 그렇습니다. 파일을 올려도 그대로 남습니다."),
)


def _notes(term: Term, scope: Scope) -> WrittenSheet:
    quarters = [f"{year}-{quarter}" for year, quarter in term.quarters]
    facts = {
        "city": scope.city,
        "first": term.years[0],
        "last": term.year_label(term.years[-1]),
        "first_quarter": quarters[0],
        "last_quarter": quarters[-1],
    }
    columns = (WrittenColumn("시트", 12, is_text=True), WrittenColumn("내용", 100, is_text=True, wraps=True))
    return WrittenSheet(NOTES, columns, [[sheet, line.format(**facts)] for sheet, line in NOTES_LINES])
