"""The forms in which people are invited, moved, handed over to, and take the place held for them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.enums import DEPARTMENT_ROLES, Role
from pledges.forms.notation import CleanTextField
from pledges.models import Department, Membership, Municipality, User
from pledges.querysets import UserQuerySet

WHOLE_CITY = "city"


def _password_help() -> str:
    return " ".join(password_validators_help_texts())


class RefusableForm(forms.Form):
    """A form that shows at its field why the workflow refused."""

    def refuse(self, field: str | None, message: str) -> None:
        self.add_error(field if field in self.fields else None, message)


class PlaceForm(RefusableForm):
    """A role, and the department where the role belongs to one."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Role.choices,
        error_messages={"required": gettext_lazy("Choose a role.")},
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=gettext_lazy("Whole city"),
        help_text=gettext_lazy("Officers and heads belong to a department."),
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["department"]
        choices.queryset = Department.objects.for_municipality(municipality).standing().order_by("name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        named = cleaned.get("department") or "department" in self.errors
        if cleaned.get("role") in DEPARTMENT_ROLES and not named:
            self.add_error("department", _("This role belongs to a department: choose one."))
        return cleaned


class InviteForm(PlaceForm):
    """Somebody who is to be written to."""

    field_order = ["name", "email", "role", "department"]
    name = CleanTextField(
        label=gettext_lazy("Name"),
        required=True,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the e-mail address.")},
    )


class FindForm(forms.Form):
    """Which people of the city to list. What can't be read narrows nothing."""

    q = CleanTextField(label=gettext_lazy("Name, user name or e-mail"), max_length=60)
    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[("", gettext_lazy("All")), *Role.choices], required=False
    )

    def __init__(self, *args: Any, departments: Iterable[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["department"]
        choices.choices = [
            ("", _("All")),
            (WHOLE_CITY, _("Whole city")),
            *((str(each.pk), each.name) for each in departments),
        ]


class HandOverForm(RefusableForm):
    """To whom a place is handed over: somebody of the city, or somebody who is invited first."""

    taker = forms.ModelChoiceField(
        label=gettext_lazy("Successor"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Not in the list"),
    )
    name = CleanTextField(
        label=gettext_lazy("Name of the successor"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the successor"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("For somebody without an account here: the place passes when they accept."),
    )
    note = CleanTextField(
        label=gettext_lazy("Note for the successor"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["taker"]
        choices.queryset = UserQuerySet(User).of_city(membership.municipality, without=membership.user)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen, email = cleaned.get("taker"), cleaned.get("email")
        if "email" in self.errors or "taker" in self.errors:
            return cleaned
        if chosen and email:
            self.add_error("email", _("Choose the successor from the list or enter an address, not both."))
        elif not chosen and not email:
            self.add_error("taker", _("Choose the successor, or enter a name and an e-mail address."))
        elif email and not cleaned.get("name"):
            self.add_error("name", _("Enter the name."))
        return cleaned


class AcceptForm(RefusableForm):
    """What somebody who was invited says of themselves."""

    name = CleanTextField(
        label=gettext_lazy("Name"),
        required=True,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        help_text=gettext_lazy("With this, or with the e-mail address, you log in."),
        error_messages={"required": gettext_lazy("Enter a user name.")},
    )
    password1 = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(_password_help, str)(),
        error_messages={"required": gettext_lazy("Enter a password.")},
    )
    password2 = forms.CharField(
        label=gettext_lazy("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Enter the password again.")},
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        # What holds an @ is read as an address at the login.
        if "@" in username:
            raise forms.ValidationError(_("A user name can't contain “@”."))
        return username

    def clean_password2(self) -> str:
        again: str = self.cleaned_data["password2"]
        if self.cleaned_data.get("password1") not in (None, again):
            raise forms.ValidationError(_("The two passwords differ."))
        return again
