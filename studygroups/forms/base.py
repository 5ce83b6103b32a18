"""What the forms of this room share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pledges.forms.notation import CleanTextField
from pledges.models import Municipality, User
from pledges.querysets import UserQuerySet
from pledges.workflow import WorkflowError
from studygroups.workflow import NotReady, Refused

NOT_BLANK = {"required": _("Fill this in.")}
DAY = {"required": _("Enter the date."), "invalid": _("Enter a date such as 2025-09-30.")}


class DayField(forms.DateField):
    """A day, as a browser's own calendar gives it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(**{"widget": widget, "error_messages": DAY, **kwargs})


class LongTextField(CleanTextField):
    """A text of several lines."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(**{"widget": widget, "max_length": 20_000, "error_messages": NOT_BLANK, **kwargs})


class LineField(CleanTextField):
    """A text of one line."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(**{"widget": widget, "error_messages": NOT_BLANK, **kwargs})


class StepForm(forms.Form):
    """A form that shows at its fields why a step was refused."""

    def refuse(self, error: WorkflowError) -> None:
        if isinstance(error, NotReady):
            for field, message in error.errors.items():
                self.add_error(field if field in self.fields else None, message)
        else:
            at = error.field if isinstance(error, Refused) else None
            self.add_error(at if at in self.fields else None, error.message)


def find_person(municipality: Municipality, typed: str) -> User | None:
    """The active person of the city with this user name or address; None for nobody."""
    people = UserQuerySet(User).of_city(municipality)
    found: User | None = people.filter(username__iexact=typed).first() or people.for_email(typed).first()
    return found
