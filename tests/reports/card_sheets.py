"""Pledge cards as .xlsx made in tests: Naju's card 7-2-3, merged as its form merges, with its figures."""

import datetime as dt
import io

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

SOURCES = {
    "총 계": [75.4, 0, 75.4, 0, 33, 18.5, 13.2, 10.7, 0],
    "국 비": [0] * 9,
    "도 비": [0] * 9,
    "시 비": [75.4, 0, 75.4, 0, 33, 18.5, 13.2, 10.7, 0],
    "기 타": [0] * 9,
    "집행액": [42, 0, 42, 0, 33, 0, 9, 0, 0],
}
INDICATORS = [
    ("추진계획 수립", ["1(1)", "1(2)", "1(3)", "1(4)", "1(5)"], ["1(1)", "1(2)", "1(3)", "1(4)", None], 80),
    (
        "보고회 개최\n(성과공유 및 평가)",
        [None, "1(1)", "1(2)", "1(3)", "-"],
        [None, "1(1)", "-(1)", "1(2)", None],
        66.67,
    ),
]
TASKS = ["추진 계획 수립", "정책 보고회 개최", "벤치마킹 원정대 계획 수립"]
DONE = [
    "- 운영 활성화 계획 수립 : 2022. 10.",
    " - 포상금 상향(600만원→1,000만원)",
    "- 참가팀 공모(6개팀, 53명) 및 연구 활동 개시 : 2023. 3.~9.",
    "- 2024년도 공모 : 2024. 3.",
    " ※ 3개 팀 접수",
    "- 원정대 선정 및 운영 : 2025. 4.~",
    "- 결과보고서 제출 : 2025. 5~7.",
    "- 평가보고회 개최 : 2025. 7.",
    " - 포상금 지급 : 2025. 8.",
]


class Pen:
    """Writes a sheet from the top: regions of merged cells, and where the next row is."""

    def __init__(self, sheet: Worksheet, row: int = 1) -> None:
        self.sheet, self.row = sheet, row

    def put(self, column: int, value, *, columns: int = 1, rows: int = 1, down: int = 0) -> None:
        top = self.row + down
        self.sheet.cell(top, column).value = value
        if columns > 1 or rows > 1:
            self.sheet.merge_cells(
                start_row=top, start_column=column, end_row=top + rows - 1, end_column=column + columns - 1
            )

    def line(self, text, columns: int = 20) -> None:
        self.put(1, text, columns=columns)
        self.row += 1


def draw_naju(pen: Pen, code: str = "7-2-3", name: str = "학습동아리 활성화", unit: str = "백만원") -> None:
    """The card of the Naju seed from the pen's row on; twenty columns wide."""
    pen.line(f"{code} {name}")
    pen.row += 1
    _boxes(pen)
    pen.line("❖ 정책목표: 직원의 정책 연구를 도와 역량과 소통을 키운다")
    pen.row += 1
    for line in (
        "□ 현황 및 정책개요",
        "○ 추진근거",
        "- 「뜻세움 운영 조례」",
        "- 「뜻세움 운영 조례 시행규칙」",
        "○ 운영개요",
        "- 운영기간 : 매년",
        "- 구성인원 : 10개팀",
    ):
        pen.line(line)
    pen.row += 1
    _schedule(pen)
    pen.line("< 연도별 투자 계획 >")
    pen.line(f"(단위 : {unit})")
    _money(pen)
    pen.row += 1
    pen.line("□ 추진실적(2022. 7. 1. ~ 현재)")
    for line in DONE:
        pen.line(line)
    pen.row += 1
    pen.line("< 공약달성 확인지표 >")
    pen.line("2025. 9. 30. 기준")
    _indicators(pen)
    pen.row += 1
    pen.line("□ 기대효과")
    pen.line("- 공모과제 발굴")
    pen.line("- 세대 간 소통")
    pen.row += 2


def _boxes(pen: Pen) -> None:
    at = 1
    groups = [
        ("완료시기", [("임기내", 1), ("임기후", 0)]),
        ("사업주체", [("국가", 0), ("도", 0), ("나주시", 1), ("민간", 0)]),
        ("신규여부", [("신규", 0), ("계속", 1)]),
        ("예산구분", [("예산", 1), ("비예산", 0)]),
    ]
    for label, options in groups:
        pen.put(at, label, columns=len(options))
        for offset, (word, chosen) in enumerate(options):
            pen.put(at + offset, word, down=1)
            pen.put(at + offset, "○" if chosen else None, down=2)
        at += len(options)
    pen.put(at, "소요예산\n(백만원)", columns=2, rows=2)
    pen.put(at, 75.4, columns=2, down=2)
    pen.row += 3
    pen.put(1, "추진상황", rows=2)
    for at, word in ((2, "완료 종결"), (4, "완료 후 계속추진"), (6, "정상추진"), (8, "일부추진")):
        pen.put(at, word, columns=2)
        pen.put(at, "○" if word == "완료 후 계속추진" else None, columns=2, down=1)
    pen.put(10, "이행률", rows=2)
    pen.put(11, "73.33%", columns=2, rows=2)
    pen.row += 3


def _schedule(pen: Pen) -> None:
    pen.put(1, "세부 추진상황", columns=3, rows=2)
    at = 4
    for year, quarters in (
        (2022, (3, 4)),
        *((year, (1, 2, 3, 4)) for year in (2023, 2024, 2025)),
        (2026, (1, 2)),
    ):
        pen.put(at, f"{year}년", columns=len(quarters))
        for quarter in quarters:
            pen.put(at, quarter, down=1)
            at += 1
    pen.put(at, "비고", rows=2)
    pen.row += 2
    for task in TASKS:
        pen.put(1, task, columns=3)
        pen.row += 1
    pen.row += 1


def _money(pen: Pen) -> None:
    for at, word in ((1, "연도별\n사업별"), (3, "재원"), (4, "총계"), (5, "기 투자"), (12, "임기후\n투자")):
        pen.put(at, word, columns=2 if at == 1 else 1, rows=2)
    pen.put(6, "임기내", columns=6)
    for at, word in enumerate(("소계", 2022, 2023, 2024, 2025, 2026), 6):
        pen.put(at, word, down=1)
    pen.row += 2
    for index, (source, amounts) in enumerate(SOURCES.items()):
        if index == 0:
            pen.put(1, "'뜻세움' 운영\n활성화", columns=2, rows=len(SOURCES))
        pen.put(3, source)
        for at, amount in enumerate(amounts, 4):
            pen.put(at, amount)
        pen.row += 1


def _indicators(pen: Pen) -> None:
    heads = ["확인지표", "단위", "구분", "2022", "2023", "2024", "2025", "2026. 6.", "이행률\n(%)"]
    places = [1, 4, 5, 7, 9, 11, 13, 15, 17]
    for place, (at, head) in enumerate(zip(places, heads, strict=True)):
        pen.put(at, head, columns=[*places, 19][place + 1] - at)
    pen.row += 1
    for name, targets, actuals, rate in INDICATORS:
        pen.put(1, name, columns=3, rows=2)
        pen.put(4, "회", rows=2)
        pen.put(17, rate, columns=2, rows=2)
        for side, cells in (("목표\n(누계)", targets), ("이행\n(누계)", actuals)):
            pen.put(5, side, columns=2)
            for at, cell in zip(places[3:8], cells, strict=True):
                pen.put(at, cell, columns=2)
            pen.row += 1
    pen.put(1, "공약 이행률\n(각 지표 이행률의 평균으로 산출)", columns=16)
    pen.put(17, 73.33, columns=2)
    pen.row += 1


def naju_book(*cards: dict, one_sheet: bool = False) -> openpyxl.Workbook:
    """A workbook of Naju's card; or of several, by what each has otherwise: a card a sheet, or all on one."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    pen = None
    for number, options in enumerate(cards or ({},), 1):
        if pen is None or not one_sheet:
            pen = Pen(book.create_sheet("관리카드" if number == 1 else f"관리카드 {number}"))
        draw_naju(pen, **options)
    return book


def content(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def find(sheet: Worksheet, value) -> str:
    """The address of the first cell that holds ``value``."""
    return next(cell.coordinate for row in sheet.iter_rows() for cell in row if cell.value == value)


NAJU_AS_OF = dt.date(2025, 9, 30)
