"""The quarterly form: one form for everything that a department reports of a pledge in a period."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.forms import MoneyField
from pledges.enums import Mark, MoneySource, Status
from pledges.forms.notation import CleanTextField, DatesField, NumberField, PercentField
from pledges.models import Achievement
from pledges.notation import DateSpan
from pledges.workflow import DatedLine, ReportContents
from reports.quarter.entry import Entry, IndicatorLine, MoneyLine, TaskLine, status_label
from reports.quarter.figures import Figures, asks_for_cause, figures_for, stored_figures

BLANK_LINES = 2
MOST_LINES = 100
OWN = "own-"
# Two line fields of an achievement and everything else of a pledge stay far below the server's own limit.
LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    line: IndicatorLine
    value: forms.BoundField
    figure: Any


@dataclass(frozen=True, slots=True)
class SourceField:
    source: MoneySource
    before: int | None
    amount: forms.BoundField


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A sub-project's fields: money whose source is not told, and the rest behind a fold."""

    line: MoneyLine
    unspecified: forms.BoundField
    by_source: list[SourceField]

    @property
    def opens(self) -> bool:
        """Whether the fold stands open: something is in it."""
        return any(field.amount.value() or field.amount.errors for field in self.by_source)


@dataclass(frozen=True, slots=True)
class TaskRow:
    line: TaskLine
    mark: forms.BoundField


@dataclass(frozen=True, slots=True)
class AchievementRow:
    number: int
    dates: forms.BoundField
    text: forms.BoundField
    details: forms.BoundField

    @property
    def is_blank(self) -> bool:
        return not any(field.value() for field in (self.dates, self.text, self.details))


class QuarterForm(forms.Form):
    """Built for one ``Entry``: its fields are the pledge's indicators, sub-projects and tasks.

    Nothing is required; what a submission needs is asked by the workflow, whose
    messages ``add_incomplete`` puts beside the fields.
    """

    required_css_class = "is-required"
    use_required_attribute = False

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    typist = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    lines = forms.IntegerField(required=False, widget=forms.HiddenInput)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    entered_rate = PercentField(label=gettext_lazy("Fulfilment rate entered (%)"))
    rate_withdrawn = forms.BooleanField(label=gettext_lazy("Take the earlier rate back"), required=False)
    cause = CleanTextField(
        label=gettext_lazy("Cause of the delay"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    remedy = CleanTextField(
        label=gettext_lazy("Remedy"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )
    reason = CleanTextField(
        label=gettext_lazy("Reason for the correction"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *, entry: Entry, data: Any = None, typist: str = "", more_lines: bool = False) -> None:
        self.entry = entry
        super().__init__(data=data, initial={**initial_of(entry), "typist": typist})
        self.line_count = self._count_lines(more=more_lines)
        if data is not None and more_lines:
            widened = data.copy()
            widened["lines"] = str(self.line_count)
            self.data = widened
        self.initial["lines"] = self.line_count
        self.fields["status"].choices = status_choices(entry)  # type: ignore[attr-defined]
        if entry.indicators:
            del self.fields["entered_rate"], self.fields["rate_withdrawn"]
        elif not entry.before.rate_is_entered and not (entry.report and entry.report.rate_withdrawn):
            del self.fields["rate_withdrawn"]
        if not entry.is_correction:
            del self.fields["reason"]
        for line in entry.indicators:
            self.fields[f"actual-{line.indicator.pk}"] = NumberField(
                label=_("This period's value: %(indicator)s") % {"indicator": line.indicator.name}
            )
        unit = entry.pledge.plan.money_unit
        for money in entry.money:
            for source in [MoneySource.UNSPECIFIED, *money.sources]:
                self.fields[f"spent-{money.sub_project.pk}-{source}"] = MoneyField(
                    unit=unit,
                    label=_("Executed, %(sub_project)s, %(source)s")
                    % {"sub_project": money.sub_project.name, "source": source.label},
                )
        for task in entry.tasks:
            self.fields[_task_name(task)] = forms.ChoiceField(
                label=task.task.name,
                required=False,
                choices=[
                    ("", _("No change (%(mark)s)") % {"mark": Mark(task.before).label})
                    if task.before
                    else ("", _("Not entered")),
                    *[(mark.value, mark.label) for mark in (Mark.UNDER_WAY, Mark.DONE)],
                    # A mark can be taken back only where there is one.
                    *([(Mark.NONE.value, Mark.NONE.label)] if task.before or task.mark == Mark.NONE else []),
                ],
            )
        for number in range(self.line_count):
            self.fields[f"achievement-{number}-dates"] = DatesField(label=_("Date"))
            self.fields[f"achievement-{number}-text"] = CleanTextField(
                label=_("Achievement"), validators=[MaxLengthValidator(500)]
            )
            self.fields[f"achievement-{number}-details"] = CleanTextField(
                label=_("Details"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
            )

    def _count_lines(self, *, more: bool) -> int:
        """How many achievement lines the form has: what was shown, or what is stored and some blank ones."""
        stored = len(self.entry.achievements)
        if self.is_bound:
            try:
                shown = int(self.data.get("lines") or 0)
            except ValueError:
                shown = 0
            return min(max(shown, stored, 1) + (3 if more else 0), MOST_LINES)
        return min(stored + BLANK_LINES, max(MOST_LINES, stored))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(self.line_count):
            dates, text = (cleaned.get(f"achievement-{number}-{part}") for part in ("dates", "text"))
            names = [f"achievement-{number}-{part}" for part in ("dates", "text", "details")]
            if any(name in self.errors for name in names):
                continue
            if dates is None and (text or cleaned.get(names[2])):
                self.add_error(names[0], _("Enter the date of this achievement."))
            if dates is not None and not text:
                self.add_error(names[1], _("Enter what was achieved."))
        seen: dict[tuple[DateSpan, str], int] = {}
        for number, line in self._numbered_lines(cleaned):
            if (line.span, line.text) in seen:
                self.add_error(f"achievement-{number}-text", _("This line is there twice."))
            seen[line.span, line.text] = number
        if cleaned.get("rate_withdrawn") and cleaned.get("entered_rate") is not None:
            self.add_error("entered_rate", _("Enter a rate or take the earlier one back, not both."))
        if "reason" in self.fields and "reason" not in self.errors and not cleaned.get("reason"):
            self.add_error("reason", _("Say why the figures are corrected."))
        return cleaned

    def _numbered_lines(self, cleaned: Mapping[str, Any]) -> Iterable[tuple[int, DatedLine]]:
        for number in range(self.line_count):
            span, text = (cleaned.get(f"achievement-{number}-{part}") for part in ("dates", "text"))
            if span and text:
                details = cleaned.get(f"achievement-{number}-details") or ""
                yield number, DatedLine(span=span, text=text, details=details)

    # --- What was entered ---

    def contents(self) -> ReportContents:
        """The cleaned form as the workflow takes it."""
        cleaned = self.cleaned_data
        status, own_status = cleaned["status"], None
        if status.startswith(OWN):
            own_status = next(
                own for own in self.entry.own_statuses if str(own.pk) == status.removeprefix(OWN)
            )
            status = Status.OTHER.value
        return ReportContents(
            status=status,
            own_status=own_status,
            entered_rate=cleaned.get("entered_rate"),
            rate_withdrawn=bool(cleaned.get("rate_withdrawn")),
            cause=cleaned["cause"],
            remedy=cleaned["remedy"],
            reason=cleaned.get("reason", ""),
            actuals=self.actuals(),
            quarters=self.entry.quarters,
            marks={
                (task.task.pk, task.year, task.quarter): Mark(cleaned[_task_name(task)])
                for task in self.entry.tasks
                if cleaned[_task_name(task)]
            },
            achievements=[line for _number, line in self._numbered_lines(cleaned)],
        )

    def actuals(self) -> dict[int, Decimal]:
        """This period's values by indicator: those that can be read."""
        values = {
            line.indicator.pk: self._value(f"actual-{line.indicator.pk}") for line in self.entry.indicators
        }
        return {pk: value for pk, value in values.items() if value is not None}

    def amounts(self) -> dict[tuple[int, str], int]:
        """Executed 원 by sub-project and source: those that can be read."""
        amounts = {
            (money.sub_project.pk, source.value): self._value(f"spent-{money.sub_project.pk}-{source}")
            for money in self.entry.money
            for source in [MoneySource.UNSPECIFIED, *money.sources]
        }
        return {key: amount for key, amount in amounts.items() if amount is not None}

    def _value(self, name: str) -> Any:
        return getattr(self, "cleaned_data", {}).get(name)

    def figures(self) -> Figures:
        """The rates with what is in the form: what is typed where it can be read, else what is stored."""
        if not self.is_bound:
            return stored_figures(self.entry)
        self.is_valid()
        return figures_for(
            self.entry,
            self.actuals(),
            self.amounts(),
            self._value("entered_rate"),
            rate_withdrawn=bool(self._value("rate_withdrawn")),
        )

    def asks_for_cause(self) -> bool:
        """Whether the part for cause and remedy says that they are needed."""
        chosen = self["status"].value() or self.entry.before.status
        status = Status.OTHER if str(chosen).startswith(OWN) else chosen
        return asks_for_cause(self.figures(), status if status in Status.values else "")

    def add_incomplete(self, errors: Mapping[str, str]) -> None:
        """Put what a submission lacks beside the fields."""
        for name, message in errors.items():
            self.add_error(name if name in self.fields else None, message)

    # --- Rows for the page ---

    def indicator_rows(self) -> list[IndicatorRow]:
        by_indicator = self.figures().by_indicator
        return [
            IndicatorRow(line, self[f"actual-{line.indicator.pk}"], by_indicator[line.indicator.pk])
            for line in self.entry.indicators
        ]

    def money_rows(self) -> list[MoneyRow]:
        rows = []
        for line in self.entry.money:
            prefix = f"spent-{line.sub_project.pk}-"
            rows.append(
                MoneyRow(
                    line,
                    self[prefix + MoneySource.UNSPECIFIED],
                    [
                        SourceField(source, line.before.get(source), self[prefix + source])
                        for source in line.sources
                    ],
                )
            )
        return rows

    def task_rows(self) -> list[TaskRow]:
        return [TaskRow(task, self[_task_name(task)]) for task in self.entry.tasks]

    def achievement_rows(self) -> list[AchievementRow]:
        return [
            AchievementRow(
                number, *(self[f"achievement-{number}-{part}"] for part in ("dates", "text", "details"))
            )
            for number in range(self.line_count)
        ]

    def field_errors(self) -> list[tuple[forms.BoundField, str, list[str]]]:
        """Every field with an error, its name with the row it stands in, and what is wrong, in the form's
        order: for the list at the top of the page."""
        return [
            (self[name], self._full_name(name), [str(error) for error in self.errors[name]])
            for name in self.fields
            if name in self.errors
        ]

    def _full_name(self, name: str) -> str:
        """A field's label, told apart from those of its like: 일자 (2번째 줄)."""
        label = str(self[name].label)
        if name.startswith("achievement-"):
            number = int(name.split("-")[1]) + 1
            return _("%(field)s (line %(number)d)") % {"field": label, "number": number}
        return label


def initial_of(entry: Entry) -> dict[str, Any]:
    """What the report in hand holds, by field name."""
    report = entry.report
    initial: dict[str, Any] = {"version": entry.version}
    if report:
        initial |= {
            "status": f"{OWN}{report.own_status_id}" if report.own_status_id else report.status,
            "entered_rate": report.entered_rate,
            "rate_withdrawn": report.rate_withdrawn,
            "cause": report.cause,
            "remedy": report.remedy,
            "reason": report.reason,
        }
    for line in entry.indicators:
        initial[f"actual-{line.indicator.pk}"] = line.value
    for money in entry.money:
        for source, amount in money.executed.items():
            initial[f"spent-{money.sub_project.pk}-{source}"] = amount
    for task in entry.tasks:
        initial[_task_name(task)] = task.mark
    for number, achievement in enumerate(entry.achievements):
        initial |= _initial_line(number, achievement)
    return initial


def _initial_line(number: int, achievement: Achievement) -> dict[str, Any]:
    return {
        f"achievement-{number}-dates": DateSpan.of(achievement),
        f"achievement-{number}-text": achievement.text,
        f"achievement-{number}-details": achievement.details,
    }


def _task_name(task: TaskLine) -> str:
    return f"mark-{task.task.pk}-{task.year}-{task.quarter}"


def status_choices(entry: Entry) -> list[tuple[str, Any]]:
    """The statuses that the plan knows; the first one leaves the status as it was."""
    if entry.before.status == Status.NONE:
        first = _("Choose")
    else:
        label = entry.before.own_status or status_label(entry.before.status)
        first = _("No change (%(status)s)") % {"status": label}
    plain = [status for status in Status if status not in (Status.OTHER, Status.NONE)]
    choices: list[tuple[str, Any]] = [("", first), *((status.value, status.label) for status in plain)]
    choices += [(f"{OWN}{own.pk}", own.name) for own in entry.own_statuses]
    if entry.before.status != Status.NONE or (entry.report and entry.report.status == Status.NONE):
        choices.append((Status.NONE.value, Status.NONE.label))
    return choices


class CommentForm(forms.Form):
    """A word to the department: required to return a report, free when approving."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    comment = CleanTextField(
        label=gettext_lazy("Comment"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    """Why something settled changes."""

    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_TEXT,
        required=True,
        error_messages={"required": gettext_lazy("Say why the figures are corrected.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PublishForm(forms.Form):
    """``reason`` is asked where an edition stands already."""

    reason = CleanTextField(
        label=gettext_lazy("Reason for the new edition"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirmed = forms.BooleanField(
        label=gettext_lazy("I have looked at what will be published."),
        error_messages={"required": gettext_lazy("Look at the preview and confirm it.")},
    )


class PeriodForm(forms.Form):
    """The period to open: its 기준일 and due date."""

    as_of = forms.DateField(
        label=gettext_lazy("As-of date"),
        error_messages={"required": gettext_lazy("Enter the as-of date.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    due_on = forms.DateField(
        label=gettext_lazy("Due date"),
        required=False,
        help_text=gettext_lazy("Blank: the 10th of the month after the as-of date."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class TickedReports(forms.Field):
    """``12:3`` as (12, 3), any number of them."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> list[tuple[int, int]]:
        if not value:
            raise ValidationError(_("Tick at least one report."))
        try:
            pairs = [tuple(map(int, each.split(":"))) for each in value]
        except ValueError:
            raise ValidationError(_("The list is out of date. Load the page again.")) from None
        if any(len(pair) != 2 for pair in pairs):
            raise ValidationError(_("The list is out of date. Load the page again."))
        return [(pair[0], pair[1]) for pair in pairs]


class ApproveManyForm(forms.Form):
    """Reports ticked in the list, each in the version that the checker saw."""

    report = TickedReports()
