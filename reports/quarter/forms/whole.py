"""The quarterly form: one form for everything that a department reports of a pledge in a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.enums import ReportSection
from pledges.forms.notation import CleanTextField
from pledges.workflow import ReportContents
from reports.quarter.delay import CAUSE, asks_for_cause, excused
from reports.quarter.entry import Entry
from reports.quarter.figures import Figures, figures_for, stored_figures
from reports.quarter.sections import SECTIONS, Section
from reports.quarter.sections.achievements import AchievementsSection
from reports.quarter.sections.base import LONGEST_TEXT
from reports.quarter.sections.indicators import IndicatorsSection
from reports.quarter.sections.money import MoneySection
from reports.quarter.sections.status import StatusSection

if TYPE_CHECKING:
    from reports.quarter.previous import Previous

# What the form carries beside what is reported.
CARRIED = ("version", "typist", "lines")


@dataclass(frozen=True, slots=True)
class LiveError:
    """What is wrong with a field, and its name with the row it stands in.

    ``is_blank``: it was left empty, which is no matter while somebody types.
    """

    field: forms.BoundField
    name: str
    messages: Sequence[str]
    is_blank: bool


class QuarterForm(forms.Form):
    """Built for one ``Entry`` out of the sections that concern its pledge.

    Nothing is required; what a submission needs is asked by the workflow, whose
    messages ``add_incomplete`` puts beside the fields. ``previous`` and
    ``hints`` (by section) are the page's to set. ``lacking`` names the fields
    whose message says what a submission lacks.
    """

    required_css_class = "is-required"
    use_required_attribute = False

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    typist = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    lines = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = CleanTextField(
        label=gettext_lazy("Reason for the correction"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *, entry: Entry, data: Any = None, typist: str = "", more_lines: bool = False) -> None:
        self.entry = entry
        self.previous: Previous | None = None
        self.hints: Mapping[str, Sequence[Any]] = {}
        self.lacking: set[str] = set()
        super().__init__(data=data, initial={"version": entry.version, "typist": typist})
        if entry.is_correction:
            self.initial["reason"] = entry.report.reason if entry.report else ""
        else:
            del self.fields["reason"]
        self.sections: list[Section] = [section(self) for section in SECTIONS if section.concerns(entry)]
        achievements = cast(AchievementsSection, self.section(ReportSection.ACHIEVEMENTS))
        self.line_count = achievements.count_lines(more=more_lines)
        if data is not None and more_lines:
            widened = data.copy()
            widened["lines"] = str(self.line_count)
            self.data = widened
        self.initial["lines"] = self.line_count
        for section in self.sections:
            self.fields.update(section.fields())
            self.initial.update(section.initial())

    def section(self, name: str) -> Section | None:
        """The section of that name; None where the pledge has none."""
        return next((section for section in self.sections if section.name == name), None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for section in self.sections:
            section.clean(cleaned)
        if "reason" in self.fields and "reason" not in self.errors and not cleaned.get("reason"):
            self.add_error("reason", _("Say why the figures are corrected."))
        return cleaned

    # --- What was entered ---

    def contents(self) -> ReportContents:
        """The cleaned form as the workflow takes it."""
        given: dict[str, Any] = {"reason": self.cleaned_data.get("reason", "")}
        for section in self.sections:
            given |= section.contents(self.cleaned_data)
        return ReportContents(**given)

    def amounts(self) -> dict[tuple[int, str], int]:
        """Executed 원 by sub-project and source: those that can be read."""
        section = cast(MoneySection | None, self.section(ReportSection.MONEY))
        return section.amounts() if section else {}

    def read(self, name: str) -> Any:
        """A field's value where it can be read: typed where the form was sent, else what it began with."""
        if not self.is_bound:
            return self.initial.get(name)
        return getattr(self, "cleaned_data", {}).get(name)

    def figures(self) -> Figures:
        """The rates with what is in the form: what is typed where it can be read, else what is stored."""
        return self._figures

    @cached_property
    def _figures(self) -> Figures:
        if not self.is_bound:
            return stored_figures(self.entry)
        self.is_valid()
        indicators = cast(IndicatorsSection | None, self.section(ReportSection.INDICATORS))
        return figures_for(
            self.entry,
            indicators.actuals() if indicators else {},
            self.amounts(),
            self.read("entered_rate"),
            rate_withdrawn=bool(self.read("rate_withdrawn")),
        )

    def asks_for_cause(self) -> bool:
        """Whether the part for cause and remedy says that they are needed."""
        status = cast(StatusSection, self.section(ReportSection.STATUS))
        return asks_for_cause(self.figures(), status.chosen())

    def needs(self) -> list[str]:
        """Which of cause and remedy it can't be handed in without, as the form stands."""
        return [name for name in CAUSE if name not in self._excused] if self.asks_for_cause() else []

    @cached_property
    def _excused(self) -> frozenset[str]:
        return excused(self.entry)

    def may_lack_cause(self) -> bool:
        """Whether it may be handed in without the cause and the remedy that it is asked for: the approved
        report that it corrects has neither."""
        return self.asks_for_cause() and not self.needs()

    def add_incomplete(self, errors: Mapping[str, str]) -> None:
        """Put what a submission lacks beside the fields."""
        for name, message in errors.items():
            self.add_error(name if name in self.fields else None, message)
            self.lacking.add(name)

    def field_errors(self) -> list[tuple[forms.BoundField, str, list[str]]]:
        """Every field with an error, its name with the row it stands in, and what is wrong, in the form's
        order: for the list at the top of the page."""
        return [
            (self[name], self._full_name(name), [str(error) for error in self.errors[name]])
            for name in self.fields
            if name in self.errors
        ]

    def live_errors(self) -> list[LiveError]:
        """What is wrong with the fields as they stand, to be told while typing goes on."""
        return [
            LiveError(field, name, messages, is_blank=not str(field.value() or "").strip())
            for field, name, messages in self.field_errors()
        ]

    def _full_name(self, name: str) -> str:
        """A field's label, told apart from those of its like: 일자 (2번째 줄)."""
        label = str(self[name].label)
        if name.startswith("achievement-"):
            number = int(name.split("-")[1]) + 1
            return _("%(field)s (line %(number)d)") % {"field": label, "number": number}
        return label
