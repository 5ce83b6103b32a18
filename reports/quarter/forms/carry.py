"""The pledges ticked for carry-over."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class TickedPledges(forms.Field):
    """Ids of pledges, any number of them."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> list[int]:
        if not value:
            raise ValidationError(_("Tick at least one pledge."))
        # More digits than an id can have, or no digits: not what the page sent.
        if not all(each.isascii() and each.isdigit() and len(each) < 19 for each in value):
            raise ValidationError(_("The list is out of date. Load the page again."))
        return [int(each) for each in value]


class CarryForm(forms.Form):
    """The pledges on which nothing has changed."""

    pledge = TickedPledges()
