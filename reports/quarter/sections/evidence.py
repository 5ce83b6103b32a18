"""증빙자료: files beside the fields. They are attached and taken off at once, not with the form."""

from django import forms

from pledges.enums import ReportSection
from reports.quarter.sections.base import Section


class EvidenceSection(Section):
    name = ReportSection.EVIDENCE
    template = "staff/form/_evidence.html"

    def fields(self) -> dict[str, forms.Field]:
        return {}
