"""What the forms of this room share."""

import hashlib
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
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


class HeldForm(StepForm):
    """A form of what is stored already, which two people may have open at once.

    It carries a mark of what each field began from. What somebody else has stored there since is told at the
    field; saving once more then replaces it.
    """

    @property
    def began(self) -> SafeString:
        """The marks, to be sent back with the form."""
        marks = " ".join(f"{name}={self._mark(name)}" for name in self.fields)
        return format_html('<input type="hidden" name="{}" value="{}">', self.add_prefix("began"), marks)

    def _clean_form(self) -> None:
        super()._clean_form()  # type: ignore[misc]
        sent = str(self.data.get(self.add_prefix("began"), ""))
        began = dict(part.split("=", 1) for part in sent.split() if "=" in part)
        for name in began.keys() & self.fields.keys():
            if began[name] != self._mark(name):
                self.tell_stored(name)

    def tell_stored(self, name: str) -> None:
        """Say at the field what stands there, unless the same was typed."""
        typed = self[name].data
        if str(typed) != self._written(name) and self.fields[name].has_changed(self[name].initial, typed):
            self.add_error(name, said_meanwhile(self._shown(name)))

    def _written(self, name: str) -> str:
        """What is stored, as the field writes it."""
        value = self.fields[name].prepare_value(self[name].initial)
        return "" if value is None else str(value)

    def _mark(self, name: str) -> str:
        return hashlib.sha256(self._written(name).encode()).hexdigest()[:12]

    def _shown(self, name: str) -> str:
        field, value = self.fields[name], self[name].initial
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            return str(dict(choices).get(value, value))
        return self._written(name)


def said_meanwhile(stored: str) -> str:
    """What somebody else stored while one was typing."""
    return gettext("Somebody else saved this meanwhile: “%(stored)s”. Save again to replace it by yours.") % {
        "stored": stored or "–"
    }


def find_person(municipality: Municipality, typed: str) -> User | None:
    """The active person of the city with this user name or address; None for nobody."""
    people = UserQuerySet(User).of_city(municipality)
    found: User | None = people.filter(username__iexact=typed).first() or people.for_email(typed).first()
    return found
