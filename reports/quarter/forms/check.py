"""The form in which the planning office approves a report or returns it, with a word at each section."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from pledges.enums import ReportSection
from pledges.forms.notation import CleanTextField
from pledges.workflow import Remark
from reports.quarter.forms.steps import LONGEST_TEXT, CommentForm


class CheckForm(CommentForm):
    """``comment`` on the whole and ``remark-<section>`` on each of ``sections``."""

    def __init__(self, *args: Any, sections: Iterable[ReportSection], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["comment"].label = _("Comment on the whole")
        self.sections = list(sections)
        for section in self.sections:
            self.fields[_name(section)] = CleanTextField(
                label=_("Comment on “%(section)s”") % {"section": section.label},
                max_length=LONGEST_TEXT,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def field_of(self, section: ReportSection) -> forms.BoundField:
        return self[_name(section)]

    def remarks(self) -> list[Remark]:
        """What was written about sections; blanks left out."""
        said = ((section, self.cleaned_data.get(_name(section), "")) for section in self.sections)
        return [Remark(body=body, section=section.value) for section, body in said if body]

    def typed(self) -> list[tuple[str, str]]:
        """Label and text of everything that was written, as it came in."""
        names = ["comment", *(_name(section) for section in self.sections)]
        fields = [self[name] for name in names]
        return [(str(field.label), str(field.value())) for field in fields if (field.value() or "").strip()]


def _name(section: ReportSection) -> str:
    return f"remark-{section.value}"
