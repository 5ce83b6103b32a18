"""The form by which a supporting department is let into a pledge's reports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from pledges.forms.notation import CleanTextField
from pledges.models import Department, Pledge


class SupportForm(forms.Form):
    """One of the pledge's supporting departments, and what it is asked to enter."""

    department = forms.ModelChoiceField(
        queryset=Department.objects.none(),
        label=gettext_lazy("Supporting department"),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose a supporting department of this pledge."),
            "invalid_choice": gettext_lazy("Choose a supporting department of this pledge."),
        },
    )
    note = CleanTextField(label=gettext_lazy("What they should enter"), max_length=300)

    def __init__(self, *args: Any, pledge: Pledge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = pledge.supporting_departments.standing()  # type: ignore[attr-defined]
