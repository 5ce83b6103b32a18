"""The words by which a card's parts are found, spaces removed. Source: the card forms of cities."""

import re
from dataclasses import dataclass

from pledges.notation import fold_word

# Signs that stand before or around a heading; "○", "-" and "·" begin lines of text.
_AROUND = "❖□■◇◆◎▣▶▷<>‹›〈〉《》[]【】「」 :："
_LINE_SIGNS = "○◦❍●ㅇ-–−·•∙*※▪"

# What a value stands beside or under, by the column of the sheet 공약 that it fills.
FIELDS = {
    "공약번호": ("공약번호", "관리번호", "공약관리번호"),
    "공약명": ("공약명", "공약사업명", "공약사항", "공약제목"),
    "분야": ("분야", "공약분야"),
    "전략": ("전략", "추진전략"),
    "담당부서": ("담당부서", "주관부서", "소관부서", "추진부서"),
    "협조부서": ("협조부서", "협력부서", "관련부서"),
    "소요예산": ("소요예산", "총소요예산"),
    "이행률": ("이행률", "공약이행률"),
}
FIELD_OF = {word: name for name, words in FIELDS.items() for word in words}
NUMBER = "공약번호"

# Labels of other forms: what they say has no place in a plan, and is no other label's answer either.
OTHER_LABELS = frozenset(
    {
        "담당자", "담당", "담당팀", "팀장", "과장", "부서장", "연락처", "전화",
        "전화번호", "사업기간", "사업위치", "위치", "사업량", "총사업비", "사업비", "비고",
    }
)  # fmt: skip

# Boxes of which the right ones are marked, each word in a cell over its mark.
BOXES = ("완료시기", "사업주체", "신규여부", "예산구분")
STATUS = "추진상황"
FIRST_BOX = "완료시기"
FIRST_BOX_WORDS = {"임기내", "임기후"}
MARKS = set("○◯〇●◎⬤✓✔√∨☑■▣◉OoVvㅇ0") | {"해당"}
NO_MARKS = {"", "-", "–", "—", ".", "×", "x", "X", "□", "☐"}

# The title of the form, and what the portal's own form notes beside its tables: no card's own words.
FORM_TITLE = re.compile(r"(관리)?카드$|실천계획서?$")
FORM_NOTES = ("(○ 계획", "집행률(집행액", "※ 지어낸 도시(", "※ 미제출:")

# Parts with a heading of their own: the column of 공약 that the text fills, or the table that follows.
ACHIEVEMENTS, SCHEDULE, MONEY, INDICATORS, OTHER = "추진실적", "추진일정", "투자계획", "확인지표", ""
OVERVIEW, BASIS, CAUSE, REMEDY = "현황 및 정책개요", "추진근거", "부진 사유", "대책"
SECTIONS = {
    "정책목표": ("정책목표", "공약목표", "사업목표"),
    "선거공보 원문": ("선거공보원문", "선거공보", "공약원문"),
    OVERVIEW: ("현황및정책개요", "정책개요", "현황및개요", "현황및사업개요", "사업개요", "공약개요"),
    BASIS: (BASIS,),
    "기대효과": ("기대효과",),
    ACHIEVEMENTS: ("추진실적", "주요추진실적", "그간추진실적"),
    SCHEDULE: ("세부추진상황", "세부추진계획", "세부추진일정", "추진일정"),
    MONEY: ("연도별투자계획", "연차별투자계획", "투자계획"),
    INDICATORS: ("공약달성확인지표", "공약이행확인지표", "확인지표", "성과지표"),
    CAUSE: ("부진사유",),
    REMEDY: ("대책", "향후대책", "추진대책"),
    OTHER: ("향후계획", "향후추진계획", "문제점", "문제점및대책"),
}
TEXTS = ("정책목표", "선거공보 원문", OVERVIEW, BASIS, "기대효과")
_SECTION_OF = {word: name for name, words in SECTIONS.items() for word in words}

# The columns of the tables.
INDICATOR_NAMES = ("확인지표", "지표명", "성과지표", "지표")
TASK_NAMES = ("세부추진상황", "세부과제", "세부추진계획", "추진내용", "세부추진일정", "추진일정")
# What stands over the projects' names in the table of money, the surest first.
PROJECT_NAMES = (
    "사업명", "세부사업명", "사업별", "연도별사업별", "연차별사업별", "세부사업", "단위사업", "내역사업",
    "구분",
)  # fmt: skip
# Columns of other forms that a plan has no place for: they are told, and hold nobody up.
ASIDE_COLUMNS = frozenset(
    {
        "연번", "번호", "순번", "no", "no.", "담당자", "담당", "담당팀", "팀장", "연락처", "담당부서",
        "주관부서", "소관부서", "추진부서", "부서", "사업기간", "사업위치", "위치", "사업량", "비고",
    }
)  # fmt: skip
# One of these stands above a header whose 재원 stands in its second row.
MONEY_HEADS = {"총계", "합계", "계", "기투자", "임기내"}
TOTALS = ("합계", "총합계")
NOT_SPLIT = "미구분"

# What a file without any card is told: what makes one.
LOOKED_FOR = "공약번호, 완료시기, 사업주체, 추진상황, 투자계획, 확인지표, 추진실적"

_CODE = re.compile(
    r"(?:[0-9]{1,4}|[IVXivx]{1,6}|[Ⅰ-ⅻ]|[①-⑳㉠-㉻]|[가-힣A-Za-z])"
    r"(?:[-.–·_][0-9A-Za-z가-힣①-⑳㉠-㉻Ⅰ-ⅻ]{1,6})*[).]?"
)
_COUNTING = re.compile(r"[0-9IVX①-⑳㉠-㉻Ⅰ-ⅻ]")


@dataclass(frozen=True, slots=True)
class Head:
    """A heading: of which section, and what follows it in the same cell."""

    section: str
    rest: str


def heading(text: str) -> Head | None:
    """The section that a text begins, or None. ``정책목표: …`` and ``추진실적(2022. 7. ~ 현재)`` do, too."""
    if not text or len(text) > 20_000:
        return None
    head, rest = [*re.split(r"[:：\n]", text.strip(_AROUND), maxsplit=1), ""][:2]
    if head[:1] in _LINE_SIGNS or len(head) > 60:
        return None
    word = re.sub(r"\(.*\)$", "", fold_word(head).strip(_AROUND)).strip(_AROUND)
    section = _SECTION_OF.get(word)
    return None if section is None else Head(section, rest.strip())


def bare(word: str) -> str:
    """A label without the signs around it and what stands in brackets behind it."""
    return re.sub(r"\(.*\)$", "", word).strip(_AROUND)


def field_label(word: str) -> str | None:
    """The column of 공약 beside whose label a value stands, or None; ``소요예산(백만원)`` is one, too."""
    return FIELD_OF.get(bare(word))


def is_label(word: str) -> bool:
    """Whether a word is one of the form's own, and no value."""
    name = bare(word)
    return name in FIELD_OF or name in BOXES or name == STATUS or name in _SECTION_OF or name in OTHER_LABELS


def looks_like_code(token: str) -> bool:
    """Whether a title's first word can be a pledge's number: ``7-2-3``, ``1-11``, ``III-①-1``, ``7-1)``."""
    return bool(_CODE.fullmatch(token) and _COUNTING.search(token))


def counts(word: str) -> bool:
    """Whether a word holds a figure of any kind, as a number of a pledge does and a column's name doesn't."""
    return bool(_COUNTING.search(word))


def year_of(word: str) -> int | None:
    """The year of a column: ``2025``, ``2025년``, ``2026. 6.``; None where it is no year."""
    match = re.fullmatch(r"((?:19|20)\d\d)(?:년도?|\.(?:\d{1,2}(?:\.|월)?)?)?", word)
    return int(match[1]) if match else None


def quarter_of(word: str) -> int | None:
    """The quarter of a column under its year: ``3``, ``3분기``, ``3/4``."""
    match = re.fullmatch(r"([1-4])(?:분기|/4(?:분기)?|Q)?", word)
    return int(match[1]) if match else None
