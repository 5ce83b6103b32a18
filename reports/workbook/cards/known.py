"""What the portal's own card of a stored pledge shows: what a file shows alike has not been changed.

The form lays texts out in lines, rounds rates and names departments as of its
day, so that what stands on it is less than what is stored. Comparing with the
form keeps what it can't say.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from pledges.enums import Completion, Implementer, Novelty, Status
from pledges.models import Pledge
from pledges.notation import clean_text, fold_key, fold_word, sheet_word
from reports.cards import AchievementLine, Card, build_cards
from reports.cardtext import Line as CardLine
from reports.cardtext import (
    about_line,
    achievement_lines,
    basis_lines,
    clean_line,
    indicator_title,
    text_lines,
    text_parts,
    title_line,
)
from reports.workbook.cards.place import CardPlace

_TEXT_FIELDS = {"정책목표": "goal", "선거공보 원문": "campaign_text", "기대효과": "effects"}
_WORD_FIELDS: dict[str, tuple[str, type[Enum]]] = {
    "완료시기": ("completion", Completion),
    "신규여부": ("novelty", Novelty),
    "추진상황": ("status", Status),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A stored pledge's card. Rows are what its form puts in rows of the sheet, as they are read back."""

    card: Card

    @property
    def title(self) -> str:
        return _read_back(title_line(self.card))

    @property
    def name(self) -> str:
        return _read_back(clean_line(self.card.name))

    @property
    def about(self) -> str:
        return _read_back(about_line(self.card))

    @property
    def area(self) -> str:
        return _read_back(" > ".join(f"{step.code} {step.name}".strip() for step in self.card.areas[:1]))

    @property
    def strategy(self) -> str:
        return _read_back(" > ".join(f"{step.code} {step.name}".strip() for step in self.card.areas[1:]))

    @property
    def supporting(self) -> str:
        return _read_back(", ".join(self.card.supporting_departments))

    def stored(self, column: str) -> str:
        """What the plan has in a column of 공약, in words; "" where it has nothing."""
        card = self.card
        if column == "추진상황" and card.own_status:
            return card.own_status
        if column in _WORD_FIELDS:
            name, kind = _WORD_FIELDS[column]
            value = getattr(card, name)
            return sheet_word(kind(value)) if value and value != Status.NONE else ""
        if column == "사업주체":
            return ", ".join(sheet_word(Implementer(each)) for each in card.implementers)
        if column == "예산구분":
            return {True: "예산", False: "비예산", None: ""}[card.budgeted]
        if column in _TEXT_FIELDS:
            return " ".join(self.text_rows(column))
        told = {
            "이행률": card.rate.display if card.rate_is_entered else "",
            "공약명": self.name,
            "분야": self.area,
            "전략": self.strategy,
            "담당부서": clean_text(card.lead_department),
            "협조부서": self.supporting,
            "추진근거": " ".join(self.basis_rows[1:]),
            "현황 및 정책개요": " ".join(self.overview_rows),
        }
        return told.get(column, "")

    def text_rows(self, column: str) -> list[str]:
        return _rows(text_lines(getattr(self.card, _TEXT_FIELDS[column])))

    @property
    def basis_rows(self) -> list[str]:
        return _rows(basis_lines(self.card.basis))

    @property
    def overview_rows(self) -> list[str]:
        return _rows(text_lines(self.card.overview))

    def achievements(self) -> dict[tuple[str, ...], list[tuple[AchievementLine, list[str]]]]:
        """The dated lines by the rows of their heads, each with the rows of its sub-lines."""
        found: dict[tuple[str, ...], list[tuple[AchievementLine, list[str]]]] = {}
        for line in self.card.achievements:
            head, *details = achievement_lines(line)
            found.setdefault(tuple(_rows([head])), []).append((line, _rows(details)))
        return found

    def indicator(self, shown: str) -> str | None:
        """The stored name of the indicator that the form shows as ``shown``, None where it is new."""
        shown = fold_word(shown)
        for row in self.card.indicators:
            if shown in (fold_word(indicator_title(row.name, row.baseline)), fold_word(row.name)):
                return row.name
        return None

    def baseline_of(self, name: str) -> str | None:
        return next((row.baseline for row in self.card.indicators if row.name == name), None)

    def project(self, shown: str) -> str | None:
        return _named(shown, [table.name for table in self.card.money.sub_projects])

    def task(self, shown: str) -> str | None:
        return _named(shown, [row.task for row in self.card.grid])

    @property
    def has_indicators(self) -> bool:
        return bool(self.card.indicators)


def known_cards(place: CardPlace, codes: Collection[str]) -> dict[str, Known]:
    """The stored pledges of these numbers, by number."""
    pledges = [pledge for pledge in Pledge.objects.for_plan(place.plan) if fold_key(pledge.code) in codes]
    if not pledges:
        return {}
    return {
        fold_key(card.code): Known(card) for card in build_cards(place.plan, place.as_of, pledges=pledges)
    }


def same_rows(found: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether rows of text are those that the form shows."""
    return [_read_back(row) for row in found] == list(shown)


def _rows(lines: Sequence[CardLine]) -> list[str]:
    return [_read_back(part) for line in lines for part in text_parts(line.text)]


def _read_back(text: str) -> str:
    """A text as a cell gives it back."""
    return clean_text(text)


def _named(shown: str, names: Sequence[str]) -> str | None:
    """Of stored names, the one that the form shows so."""
    folded = re.sub(r"\s+", " ", fold_key(shown))
    return next((name for name in names if re.sub(r"\s+", " ", fold_key(clean_line(name))) == folded), None)
