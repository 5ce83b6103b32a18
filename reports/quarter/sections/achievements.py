"""추진실적: the dated lines of this period."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _

from pledges.enums import ReportSection
from pledges.forms.notation import CleanTextField, DatesField
from pledges.notation import DateSpan
from pledges.workflow import DatedLine
from reports.quarter.sections.base import LONGEST_TEXT, Section
from reports.quarter.study_groups import Offer, offers

BLANK_LINES = 2
MORE_LINES = 3
MOST_LINES = 100
PARTS = ("dates", "text", "details")


@dataclass(frozen=True, slots=True)
class AchievementRow:
    number: int
    dates: forms.BoundField
    text: forms.BoundField
    details: forms.BoundField

    @property
    def is_blank(self) -> bool:
        return not any(str(field.value() or "").strip() for field in (self.dates, self.text, self.details))


class AchievementsSection(Section):
    name = ReportSection.ACHIEVEMENTS
    template = "staff/form/_achievements.html"

    def count_lines(self, *, more: bool) -> int:
        """How many lines the form has: what was shown, or what is stored and some blank ones."""
        stored = len(self.entry.achievements)
        if self.form.is_bound:
            try:
                shown = int(self.form.data.get("lines") or 0)
            except ValueError:
                shown = 0
            return min(max(shown, stored, 1) + (MORE_LINES if more else 0), MOST_LINES)
        return min(stored + BLANK_LINES, max(MOST_LINES, stored))

    def fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for number in range(self.form.line_count):
            fields[part_name(number, "dates")] = DatesField(label=_("Date"))
            fields[part_name(number, "text")] = CleanTextField(
                label=_("Achievement"), validators=[MaxLengthValidator(500)]
            )
            fields[part_name(number, "details")] = CleanTextField(
                label=_("Details"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
            )
        return fields

    def initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {}
        for number, line in enumerate(self.entry.achievements):
            initial |= {
                part_name(number, "dates"): DateSpan.of(line),
                part_name(number, "text"): line.text,
                part_name(number, "details"): line.details,
            }
        return initial

    def clean(self, cleaned: dict[str, Any]) -> None:
        for number in range(self.form.line_count):
            names = [part_name(number, part) for part in PARTS]
            if any(name in self.form.errors for name in names):
                continue
            dates, text, details = (cleaned.get(name) for name in names)
            if dates is None and (text or details):
                self.form.add_error(names[0], _("Enter the date of this achievement."))
            if dates is not None and not text:
                self.form.add_error(names[1], _("Enter what was achieved."))
        seen: set[tuple[DateSpan, str]] = set()
        for number, line in self._numbered(cleaned):
            if (line.span, line.text) in seen:
                self.form.add_error(part_name(number, "text"), _("This line is there twice."))
            seen.add((line.span, line.text))

    def contents(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {"achievements": [line for _number, line in self._numbered(cleaned)]}

    def _numbered(self, cleaned: Mapping[str, Any]) -> Iterable[tuple[int, DatedLine]]:
        for number in range(self.form.line_count):
            span, text, details = (cleaned.get(part_name(number, part)) for part in PARTS)
            if span and text:
                yield number, DatedLine(span=span, text=text, details=details or "")

    def rows(self) -> list[AchievementRow]:
        return [
            AchievementRow(number, *(self.form[part_name(number, part)] for part in PARTS))
            for number in range(self.form.line_count)
        ]

    def offers(self) -> list[Offer]:
        """What study groups did in the period, as lines to take over."""
        return offers(self.entry.study_groups, self.typed_lines())

    def blank_line(self) -> int | None:
        """The first line in which nothing stands; None where every one says something."""
        return next((row.number for row in self.rows() if row.is_blank), None)

    def typed_lines(self) -> list[tuple[str, str, str]]:
        """The lines that say something, as text: date, achievement, details."""
        return [
            (_text(row.dates), _text(row.text), _text(row.details)) for row in self.rows() if not row.is_blank
        ]


def part_name(number: int, part: str) -> str:
    return f"achievement-{number}-{part}"


def _text(field: forms.BoundField) -> str:
    return str(field.value() or "").replace("\r\n", "\n").strip()
