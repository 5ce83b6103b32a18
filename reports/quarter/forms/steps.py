"""The forms of the single steps: a comment, a reason, a period to open, what is published or approved."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.enums import ReportSection
from pledges.forms.notation import CleanTextField

LONGEST_TEXT = 4000
# What the databases hold: a version, a key.
HIGHEST_VERSION = 2**31 - 1
HIGHEST_KEY = 2**63 - 1


class CommentForm(forms.Form):
    """A word to the department: required to return a report, free when approving."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    comment = CleanTextField(
        label=gettext_lazy("Comment"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class VersionForm(forms.Form):
    """The version of a report that its reader saw."""

    version = forms.IntegerField(min_value=1, max_value=HIGHEST_VERSION)


class DiscardForm(VersionForm):
    """A draft to be thrown away, with the files (by id) that the page showed."""

    evidence = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        shown = [each for each in data.getlist("evidence") if each.isascii() and each.isdecimal()]
        self.fields["evidence"].choices = [(each, each) for each in shown if len(each) < 19]  # type: ignore[attr-defined]


class ThreadForm(forms.Form):
    """A word for a report's thread, about the whole or a section."""

    body = CleanTextField(
        required=True, max_length=LONGEST_TEXT, error_messages={"required": gettext_lazy("Write a comment.")}
    )
    section = forms.CharField(required=False)

    def clean_section(self) -> str:
        """A section that is none means the whole."""
        section: str = self.cleaned_data["section"]
        return section if section in ReportSection.values else ""


class ReasonForm(forms.Form):
    """Why something settled changes."""

    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_TEXT,
        required=True,
        error_messages={"required": gettext_lazy("Say why the figures are corrected.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PublishForm(forms.Form):
    """``reason`` is asked where an edition stands already; ``previewed`` are the seals of what was shown."""

    previewed = forms.Field(required=False, widget=forms.MultipleHiddenInput)
    reason = CleanTextField(
        label=gettext_lazy("Reason for the new edition"),
        help_text=gettext_lazy("Everybody can read this: it stands on the public pages beside the edition."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirmed = forms.BooleanField(
        label=gettext_lazy("I have looked at what will be published."),
        error_messages={"required": gettext_lazy("Look at the preview and confirm it.")},
    )


class PeriodForm(forms.Form):
    """The period to open: its 기준일 and due date."""

    as_of = forms.DateField(
        label=gettext_lazy("As-of date"),
        error_messages={"required": gettext_lazy("Enter the as-of date.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    due_on = forms.DateField(
        label=gettext_lazy("Due date"),
        required=False,
        help_text=gettext_lazy("Blank: the 10th of the month after the as-of date."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    # Asked only once the date is none of the plan's cycle.
    off_cycle = forms.BooleanField(
        label=gettext_lazy("Open this date all the same, outside of the cycle"), required=False
    )


class TickedReports(forms.Field):
    """``12:3`` as (12, 3), any number of them."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> list[tuple[int, int]]:
        if not value:
            raise ValidationError(_("Tick at least one report."))
        try:
            pairs = [tuple(map(int, each.split(":"))) for each in value]
        except ValueError:
            raise ValidationError(_("The list is out of date. Load the page again.")) from None
        if any(len(pair) != 2 or not 0 < pair[0] <= HIGHEST_KEY for pair in pairs):
            raise ValidationError(_("The list is out of date. Load the page again."))
        return [(pair[0], pair[1]) for pair in pairs]


class ApproveManyForm(forms.Form):
    """Reports ticked in the list, each in the version that the checker saw."""

    report = TickedReports()
