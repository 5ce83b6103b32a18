"""What the audit log is searched by."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges.notation import fold_key
from pledges.querysets import AuditQuerySet

# The command line has no person; 0 is nobody's primary key.
COMMAND_LINE = "0"


class AuditFilter(forms.Form):
    """Pledge, person, step and dates; each may be left open."""

    pledge = forms.CharField(label=_("Pledge number"), max_length=40, required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    action = forms.ChoiceField(label=_("Step"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, data: Any = None, *, people: Mapping[str, str], actions: Mapping[str, str], **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.fields["person"].choices = [("", _("Everybody")), *people.items()]  # type: ignore[attr-defined]
        self.fields["action"].choices = [("", _("Every step")), *actions.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This lies before the first date."))
        return cleaned

    def narrow(self, entries: AuditQuerySet) -> AuditQuerySet:
        """The entries that are asked for; none where the form has errors. Days are those of the portal's time
        zone, the last one included."""
        if not self.is_valid():
            return entries.none()
        asked = self.cleaned_data
        if asked["pledge"]:
            entries = entries.for_pledge_code(fold_key(asked["pledge"]))
        if asked["person"]:
            entries = entries.for_actor(None if asked["person"] == COMMAND_LINE else int(asked["person"]))
        if asked["action"]:
            entries = entries.for_action(asked["action"])
        if asked["since"]:
            entries = entries.since(_midnight(asked["since"]))
        if asked["until"]:
            entries = entries.before(_midnight(asked["until"] + dt.timedelta(days=1)))
        return entries


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
