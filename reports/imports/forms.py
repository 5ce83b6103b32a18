"""What is asked beside the file."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.models import Plan
from pledges.spreadsheet import MAX_UPLOAD
from reports.models import ImportBatch

Layout = ImportBatch.Layout


class PlanField(forms.ModelChoiceField):
    """A plan by its city and name. A key that none of the offered has is never looked up."""

    def label_from_instance(self, plan: Plan) -> str:
        return f"{plan.term.municipality.name} · {plan.name}"

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not str(value).isdecimal():
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class UploadForm(forms.Form):
    """A file to look at before it is applied.

    ``layout`` is what a link has chosen beforehand; ``too_large`` names a file that was cut off on its way.
    """

    file = forms.FileField(
        label=gettext_lazy("Excel file (.xlsx)"),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("The file is empty. Choose another."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    layout = forms.ChoiceField(
        label=gettext_lazy("What the file holds"),
        choices=[
            (Layout.WORKBOOK, pgettext_lazy("upload", "The whole plan in sheets (template or export)")),
            (Layout.CARDS, pgettext_lazy("upload", "Pledge cards in the official form, one or many")),
        ],
        initial=Layout.WORKBOOK,
        widget=forms.RadioSelect,
    )
    plan = PlanField(
        label=gettext_lazy("Plan"),
        queryset=Plan.objects.none(),
        required=False,
        empty_label=gettext_lazy("Choose"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the plans.")},
    )
    as_of = forms.DateField(
        label=gettext_lazy("As of"),
        required=False,
        help_text=gettext_lazy("The date that the figures on the cards belong to, such as 2025-09-30."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    over_drafts = forms.BooleanField(
        label=gettext_lazy("Apply although reports are in work"),
        required=False,
        help_text=gettext_lazy(
            "Without this a file is refused, with a list, where it brings figures of a report that a"
            " department is writing. With it the file counts as approved, and the report in work comes after"
            " it."
        ),
    )

    def __init__(
        self, *args: Any, plans: Any, layout: str = "", too_large: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if layout in Layout.values:
            self.initial["layout"] = layout
        self.too_large = too_large
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]
        if too_large:
            self.fields["file"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.too_large:
            self.add_error("file", too_large_message())
        if values.get("layout") == Layout.CARDS:
            for name, message in (
                ("plan", _("Choose the plan that the cards belong to.")),
                ("as_of", _("Enter the date that the figures belong to.")),
            ):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, message)
        return values


def layout_labels() -> dict[str, Any]:
    """What the kinds of files are called where one is chosen."""
    return dict(UploadForm.base_fields["layout"].choices)  # type: ignore[attr-defined]


def too_large_message() -> str:
    return _(
        "The file is larger than %(limit)s MB. Take out pictures and sheets that are not needed and save it"
        " again."
    ) % {"limit": MAX_UPLOAD // (1024 * 1024)}
