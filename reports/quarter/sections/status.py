"""추진상황, and the rate that a department judges where a pledge has no indicators."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from pledges.enums import ReportSection, Status
from pledges.forms.notation import PercentField
from reports.quarter.entry import Entry, status_label
from reports.quarter.sections.base import Section

OWN = "own-"


class StatusSection(Section):
    name = ReportSection.STATUS
    template = "staff/form/_status.html"

    def fields(self) -> dict[str, forms.Field]:
        entry = self.entry
        fields: dict[str, forms.Field] = {
            "status": forms.ChoiceField(label=_("Status"), required=False, choices=status_choices(entry))
        }
        if not entry.indicators:
            fields["entered_rate"] = PercentField(label=_("Fulfilment rate entered (%)"))
            if entry.rate_was_entered or (entry.report and entry.report.rate_withdrawn):
                fields["rate_withdrawn"] = forms.BooleanField(
                    label=_("Take the earlier rate back"), required=False
                )
        return fields

    def initial(self) -> dict[str, Any]:
        report = self.entry.report
        if report is None:
            return {}
        return {
            "status": f"{OWN}{report.own_status_id}" if report.own_status_id else report.status,
            "entered_rate": report.entered_rate,
            "rate_withdrawn": report.rate_withdrawn,
        }

    def clean(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("rate_withdrawn") and cleaned.get("entered_rate") is not None:
            self.form.add_error("entered_rate", _("Enter a rate or take the earlier one back, not both."))

    def contents(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        status, own_status = cleaned["status"], None
        if status.startswith(OWN):
            own_status = next(
                own for own in self.entry.own_statuses if str(own.pk) == status.removeprefix(OWN)
            )
            status = Status.OTHER.value
        return {
            "status": status,
            "own_status": own_status,
            "entered_rate": cleaned.get("entered_rate"),
            "rate_withdrawn": bool(cleaned.get("rate_withdrawn")),
        }

    def chosen(self) -> str:
        """The 추진상황 in force with what is chosen; "" where what was sent is none."""
        chosen = self.form["status"].value() or self.entry.status_before
        status = Status.OTHER if str(chosen).startswith(OWN) else chosen
        return status if status in Status.values else ""


def status_choices(entry: Entry) -> list[tuple[str, Any]]:
    """The statuses that the plan knows; the first one leaves the status as it was."""
    if entry.status_before == Status.NONE:
        first = _("Choose")
    else:
        label = entry.own_status_before or status_label(entry.status_before)
        first = _("No change (%(status)s)") % {"status": label}
    plain = [status for status in Status if status not in (Status.OTHER, Status.NONE)]
    choices: list[tuple[str, Any]] = [("", first), *((status.value, status.label) for status in plain)]
    choices += [(f"{OWN}{own.pk}", own.name) for own in entry.own_statuses]
    if entry.status_before != Status.NONE or (entry.report and entry.report.status == Status.NONE):
        choices.append((Status.NONE.value, Status.NONE.label))
    return choices
