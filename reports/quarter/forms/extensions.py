"""The form that extends a due date."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.forms.notation import CleanTextField
from pledges.models import Department, ReportingPeriod


class ExtensionForm(forms.Form):
    """For one of the plan's departments, or for all; until when, and why."""

    department = forms.ModelChoiceField(
        queryset=Department.objects.none(),
        label=pgettext_lazy("office", "Department"),
        required=False,
        empty_label=gettext_lazy("All departments"),
    )
    due_on = forms.DateField(
        label=gettext_lazy("New due date"),
        error_messages={"required": gettext_lazy("Enter the new due date.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=True,
        help_text=gettext_lazy("Every department that it concerns reads this."),
        error_messages={"required": gettext_lazy("Say why the due date is extended.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, period: ReportingPeriod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = (  # type: ignore[attr-defined]
            Department.objects.leading_in(period.plan_id).standing().by_name()
        )
