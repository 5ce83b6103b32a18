"""직제 개편: the forms in which a city's departments are made, renamed, merged and split."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.models import Department, Membership, Municipality, Pledge
from pledges.notation import clean_text

LONGEST_REASON = 500
MOST_PARTS = 12


class NameForm(forms.Form):
    """A new department."""

    name = forms.CharField(
        label=pgettext_lazy("office", "Department"),
        max_length=100,
        error_messages={"required": gettext_lazy("Enter the name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ChangeForm(forms.Form):
    """When and why departments change."""

    changed_on = forms.DateField(
        label=gettext_lazy("Takes effect on"),
        initial=timezone.localdate,
        error_messages={"required": gettext_lazy("Enter the date.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("For example the ordinance or notice by which the offices were reorganised."),
        error_messages={"required": gettext_lazy("Say why the department changes.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RenameForm(ChangeForm):
    name = forms.CharField(
        label=gettext_lazy("New name"),
        max_length=100,
        error_messages={"required": gettext_lazy("Enter the name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["name", "changed_on", "reason"]


class DepartmentsField(forms.ModelMultipleChoiceField):
    """Several of the departments that are offered; a key that none of them has is never looked up."""

    def clean(self, value: Any) -> Any:
        offered = {str(pk) for pk in self.queryset.values_list("pk", flat=True)}  # type: ignore[union-attr]
        for each in value or ():
            if str(each) not in offered:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": each}
                )
        return super().clean(value)


class MergeForm(ChangeForm):
    """Departments of one city, and what they become: one that stands, or a new name."""

    departments = DepartmentsField(
        queryset=Department.objects.none(),
        label=gettext_lazy("Departments to be merged"),
        error_messages={"required": gettext_lazy("Choose the departments to be merged.")},
        widget=forms.CheckboxSelectMultiple,
    )
    into = forms.ModelChoiceField(
        queryset=Department.objects.none(),
        label=gettext_lazy("Merged into"),
        required=False,
        empty_label=gettext_lazy("A new department"),
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the new department"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["departments", "into", "name", "changed_on", "reason"]

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = Department.objects.for_municipality(municipality).standing().by_name()
        self.fields["departments"].queryset = standing  # type: ignore[attr-defined]
        self.fields["into"].queryset = standing  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "into" in self.errors or "name" in self.errors:
            return cleaned
        if cleaned.get("into") is None and not cleaned.get("name"):
            self.add_error("name", _("Choose a department above, or enter the name of a new one."))
        if cleaned.get("into") is not None and cleaned.get("name"):
            self.add_error("name", _("Choose a department or enter a new name, not both."))
        return cleaned


class PartsField(forms.CharField):
    """Names of departments, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        names = [" ".join(clean_text(line).split()) for line in text.splitlines()]
        parts = list(dict.fromkeys(name for name in names if name))
        if len(parts) < 2:
            raise ValidationError(_("Name at least two departments."))
        if len(parts) > MOST_PARTS:
            raise ValidationError(_("Name at most %(most)d departments.") % {"most": MOST_PARTS})
        return parts


class SplitForm(ChangeForm):
    """What a department is split into."""

    parts = PartsField(
        label=gettext_lazy("Becomes"),
        help_text=gettext_lazy(
            "One department a line: new names, or departments that are there. With its own name among them"
            " the department itself goes on."
        ),
        error_messages={"required": gettext_lazy("Name at least two departments.")},
    )
    field_order = ["parts", "changed_on", "reason"]


class AssignForm(forms.Form):
    """Whose each pledge, person and invitation of a split department is now.

    Fields: ``led-12``, ``supported-12``, ``member-3``, ``invitation-4`` by primary key.
    """

    def __init__(self, *args: Any, parts: Sequence[str], following: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.following = following
        names = [(part, part) for part in parts]
        chosen = [("", _("Choose")), *names]
        later = [("", _("To be chosen later")), *names]
        for kind, rows, choices in (
            ("led", following.led, chosen),
            ("supported", following.supported, chosen),
            ("invitation", following.invitations, chosen),
            ("member", following.memberships, later),
        ):
            for row in rows:
                self.fields[f"{kind}-{row.pk}"] = forms.ChoiceField(
                    label=_label(row),
                    choices=choices,
                    required=kind != "member",
                    error_messages={"required": _("Choose a department.")},
                )

    def rows(self, kind: str) -> list[tuple[Any, forms.BoundField]]:
        of = {
            "led": self.following.led,
            "supported": self.following.supported,
            "invitation": self.following.invitations,
            "member": self.following.memberships,
        }
        return [(row, self[f"{kind}-{row.pk}"]) for row in of[kind]]

    @property
    def groups(self) -> list[tuple[str, str, list[tuple[Any, forms.BoundField]]]]:
        """(kind, heading, rows) of what there is to assign."""
        headings = {
            "led": _("Pledges led"),
            "supported": _("Pledges supported"),
            "member": _("People"),
            "invitation": _("Invited people"),
        }
        found = [(kind, heading, self.rows(kind)) for kind, heading in headings.items()]
        return [group for group in found if group[2]]

    def assigned(self, kind: str) -> dict[int, str]:
        """The part chosen for each row of a kind, by primary key; those left open are not in it."""
        return {row.pk: part for row, field in self.rows(kind) if (part := self.cleaned_data.get(field.name))}


class PlacesForm(forms.Form):
    """New places for the people of an ended department: ``member-3`` by primary key of the membership."""

    def __init__(
        self, *args: Any, memberships: Sequence[Membership], departments: Sequence[Department], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.memberships = memberships
        self.departments = {str(each.pk): each for each in departments}
        choices = [("", _("To be chosen later")), *((pk, each.name) for pk, each in self.departments.items())]
        for membership in memberships:
            self.fields[f"member-{membership.pk}"] = forms.ChoiceField(
                label=_label(membership), choices=choices, required=False
            )

    @property
    def rows(self) -> list[tuple[Membership, forms.BoundField]]:
        return [(each, self[f"member-{each.pk}"]) for each in self.memberships]

    def chosen(self) -> dict[int, Department]:
        return {
            each.pk: self.departments[pk]
            for each in self.memberships
            if (pk := self.cleaned_data.get(f"member-{each.pk}"))
        }


def _label(row: Any) -> str:
    if isinstance(row, Pledge):
        return f"{row.code} {row.name}"
    if isinstance(row, Membership):
        return f"{row.user} · {row.get_role_display()}"
    return f"{row.name} · {row.get_role_display()}"
