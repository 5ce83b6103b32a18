"""부진 사유와 대책: asked where the pledge is behind its target to date."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from pledges.enums import ReportSection
from pledges.forms.notation import CleanTextField
from reports.quarter.sections.base import LONGEST_TEXT, Section


class DelaySection(Section):
    name = ReportSection.DELAY
    template = "staff/form/_delay.html"

    def fields(self) -> dict[str, forms.Field]:
        return {
            name: CleanTextField(
                label=label, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
            )
            for name, label in (("cause", _("Cause of the delay")), ("remedy", _("Remedy")))
        }

    def initial(self) -> dict[str, Any]:
        report = self.entry.report
        return {"cause": report.cause, "remedy": report.remedy} if report else {}

    def contents(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {"cause": cleaned["cause"], "remedy": cleaned["remedy"]}
