"""How the official card lays texts out in lines: what draws the form and what reads it back agree on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pledges.spreadsheet import CONTROL
from reports.cards import AchievementLine, Card

# A row of a spreadsheet shows no more; a longer line goes on in the next one.
LONGEST_ROW = 1200

POINTS = {1: "○◦❍●ㅇ□■◇◆", 2: "-–−", 3: "·•∙*※▪"}
LEVELS = {point: level for level, points in POINTS.items() for point in points}
BASIS = "○ 추진근거"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; ``level`` (1 to 3) is how far it is moved in."""

    text: str
    level: int = 1


def clean_line(text: str) -> str:
    """Without what no file format can hold; line breaks and tabs become spaces."""
    return CONTROL.sub("", re.sub(r"[\r\n\t\v\f\x1c-\x1e\x85\u2028\u2029]+", " ", text)).strip()


def text_lines(text: str) -> tuple[Line, ...]:
    """The lines that are not blank, moved in by the sign they begin with."""
    cleaned = (clean_line(line) for line in text.splitlines())
    return tuple(Line(line, LEVELS.get(line[0], 1)) for line in cleaned if line)


def pointed(text: str, point: str) -> str:
    """The line behind a sign; its own where it has one."""
    return text if text[0] in LEVELS else f"{point} {text}"


def basis_lines(basis: str) -> tuple[Line, ...]:
    """추진근거 under its own heading; nothing where there is none."""
    lines = text_lines(basis)
    return (
        (Line(BASIS), *(Line(pointed(line.text, "-"), max(line.level, 2)) for line in lines)) if lines else ()
    )


def achievement_lines(line: AchievementLine) -> tuple[Line, ...]:
    """A dated line and its sub-lines."""
    details = (clean_line(detail) for detail in line.details)
    return (
        Line(pointed(clean_line(f"{line.text} : {line.date_text}"), "-"), 2),
        *(Line(pointed(detail, "·"), 3) for detail in details if detail),
    )


def title_line(card: Card) -> str:
    return clean_line(f"{card.code} {card.name}")


def about_line(card: Card) -> str:
    """Where the pledge belongs and who answers for it; "" where nothing is known."""
    parts = [
        ("분야", " > ".join(f"{area.code} {area.name}".strip() for area in card.areas)),
        ("주관부서", card.lead_department),
        ("협조부서", ", ".join(card.supporting_departments)),
    ]
    return clean_line("  |  ".join(f"{label} {value}" for label, value in parts if value))


def indicator_title(name: str, baseline: str | None) -> str:
    """An indicator's name as the card shows it, with the value that it starts from."""
    name = clean_line(name)
    return name if baseline is None else f"{name} (기준값 {clean_line(baseline)})"


def text_parts(text: str, length: int = LONGEST_ROW) -> Sequence[str]:
    """A long text in pieces of at most ``length`` letters, cut at spaces where there are any."""
    parts = []
    while len(text) > length:
        cut = text.rfind(" ", length // 2, length) + 1 or length
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]
