"""What a team fills in while it works, and departments about what it proposed."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.models import Department, Municipality
from studygroups.enums import Answer, FileKind
from studygroups.forms.base import DayField, HeldForm, LineField, LongTextField, StepForm


class MeetingForm(HeldForm):
    held_on = DayField(label=_("Day of the meeting"), initial=timezone.localdate)
    attendees = forms.IntegerField(
        label=_("People who came"),
        required=False,
        min_value=1,
        max_value=1000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    text = LongTextField(
        label=pgettext_lazy("meeting", "What was done"),
        rows=3,
        required=True,
        error_messages={"required": _("Enter what was done.")},
    )
    outputs = LongTextField(label=_("Outputs"), rows=2, help_text=_("What came of it, if anything."))


class FileForm(StepForm):
    """Fields of the form by which a meeting is logged: what is typed there goes along."""

    kind = forms.ChoiceField(
        label=_("Kind of file"), choices=FileKind.choices, widget=forms.Select(attrs={"form": "log"})
    )
    file = forms.FileField(
        label=_("File"),
        error_messages={"required": _("Choose a file first.")},
        widget=forms.FileInput(attrs={"form": "log"}),
    )


class WithdrawForm(StepForm):
    withdrawn_on = DayField(label=_("Gave up on"), initial=timezone.localdate)
    withdrawal = LongTextField(
        label=_("Reason"),
        rows=2,
        max_length=500,
        required=True,
        error_messages={"required": _("Give the reason.")},
    )


class PassOnForm(HeldForm):
    """A proposal of a team and the department that answers it."""

    text = LongTextField(
        label=_("Proposal"), rows=3, required=True, error_messages={"required": _("Enter the proposal.")}
    )
    department = forms.ModelChoiceField(
        label=_("Answering department"),
        queryset=Department.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a department.")},
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["department"]
        choices.queryset = Department.objects.for_municipality(municipality).standing().by_name()


class AnswerForm(HeldForm):
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the answer.")},
    )
    answer_text = LongTextField(
        label=_("Reason of the answer"),
        rows=4,
        required=True,
        error_messages={"required": _("Give the reason of the answer.")},
    )


class ProposalPlanForm(HeldForm):
    plan = LongTextField(
        label=_("Implementation plan"),
        rows=6,
        required=True,
        error_messages={"required": _("Enter the plan.")},
    )


class FollowUpForm(StepForm):
    noted_on = DayField(label=_("As of"), initial=timezone.localdate)
    text = LongTextField(
        label=_("What became of it"),
        rows=3,
        required=True,
        error_messages={"required": _("Enter what became of it.")},
    )


class ReasonForm(StepForm):
    """Why a round is not held, a judge excused or given the sheets back."""

    reason = LineField(
        label=_("Reason"), max_length=300, required=True, error_messages={"required": _("Give the reason.")}
    )


class PresentedForm(StepForm):
    presented_on = DayField(label=_("Day of the presentation"), initial=timezone.localdate)
