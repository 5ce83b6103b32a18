"""What the list of pledges can be narrowed by. The choices are those that occur in the edition."""

from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.enums import Completion
from pledges.notation import clean_text
from reports.models import Edition, EditionPledge
from reports.public.initials import fits, split_words
from reports.public.wording import status_counts
from reports.querysets import EditionPledgeQuerySet
from reports.summaries import AreaLine, PlanSummary

NOT_GIVEN = "-"
YES = "yes"
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the query without it."""

    label: str
    value: str
    query: str


class SearchField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


class SearchFilter(django_filters.CharFilter):
    field_class = SearchField


class PledgeFilter(django_filters.FilterSet):
    q = SearchFilter(
        label=gettext_lazy("Search"),
        method="by_words",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    area = django_filters.ChoiceFilter(label=gettext_lazy("Area"), method="by_area")
    status = django_filters.ChoiceFilter(label=pgettext_lazy("pledge", "Progress"), method="by_status")
    department = django_filters.ChoiceFilter(label=gettext_lazy("Department"), method="by_department")
    completion = django_filters.ChoiceFilter(label=gettext_lazy("Completion"), method="by_completion")
    budgeted = django_filters.ChoiceFilter(label=pgettext_lazy("pledge", "Budget"), method="by_budgeted")
    lagging = django_filters.ChoiceFilter(label=gettext_lazy("This year's target"), method="by_lagging")
    moved = django_filters.ChoiceFilter(label=gettext_lazy("Since last published"), method="by_moved")

    class Meta:
        model = EditionPledge
        fields: list[str] = []

    def __init__(
        self,
        data: QueryDict,
        *,
        queryset: EditionPledgeQuerySet,
        summary: PlanSummary,
        previous: Edition | None = None,
        **kwargs: Any,
    ) -> None:
        """Counts the edition's rows by kind: one query. A search by initial consonants takes another.

        ``previous`` is the edition that ``moved`` compares with; without one nothing has moved.
        """
        super().__init__(data, queryset=queryset, **kwargs)
        self.previous = previous
        self.choices = choices_of(queryset, summary)
        for name, choices in self.choices.items():
            self.filters[name].extra.update(
                choices=[(value, label) for value, label, _count in choices], empty_label=_("All")
            )

    @property
    def qs(self) -> EditionPledgeQuerySet:
        """The rows; none where the address asks for something that isn't there: the form says what."""
        return super().qs if self.form.is_valid() else self.queryset.none()

    def get_form_class(self) -> type[forms.Form]:
        form = super().get_form_class()
        for name, choices in self.choices.items():
            shown = {
                value: label if count is None else f"{label} ({count})" for value, label, count in choices
            }
            widget = form.base_fields[name].widget
            widget.choices = [
                (value, shown.get(value, label)) for value, label in form.base_fields[name].choices
            ]
        return form

    @property
    def chips(self) -> list[Chip]:
        """The filters that are on, each with the query that takes it away (and goes to the first page)."""
        if not self.form.is_valid():
            return []
        chips = []
        for name, value in self.form.cleaned_data.items():
            if not value:
                continue
            labels = {key: label for key, label, _count in self.choices.get(name, [])}
            rest = self.data.copy()
            for gone in (name, "page"):
                rest.pop(gone, None)
            chips.append(
                Chip(
                    str(self.filters[name].label), labels.get(value, value).lstrip("\u2003"), rest.urlencode()
                )
            )
        return chips

    def by_words(self, rows: EditionPledgeQuerySet, _name: str, value: str) -> EditionPledgeQuerySet:
        plain, by_initials = split_words(value)
        rows = rows.for_search(plain)
        if not by_initials:
            return rows
        return rows.for_keys(
            [key for key, name in rows.names_by_key() if all(fits(word, name) for word in by_initials)]
        )

    def by_area(self, rows: EditionPledgeQuerySet, _name: str, value: str) -> EditionPledgeQuerySet:
        return rows.for_area(value)

    def by_status(self, rows: EditionPledgeQuerySet, _name: str, value: str) -> EditionPledgeQuerySet:
        status, _colon, label = value.partition(":")
        rows = rows.for_status(status)
        return rows.for_status_label(label) if label else rows

    def by_department(self, rows: EditionPledgeQuerySet, _name: str, value: str) -> EditionPledgeQuerySet:
        return rows.for_department("" if value == NOT_GIVEN else value)

    def by_completion(self, rows: EditionPledgeQuerySet, _name: str, value: str) -> EditionPledgeQuerySet:
        return rows.for_completion("" if value == NOT_GIVEN else value)

    def by_budgeted(self, rows: EditionPledgeQuerySet, _name: str, value: str) -> EditionPledgeQuerySet:
        return rows.for_budgeted({"yes": True, "no": False}.get(value))

    def by_lagging(self, rows: EditionPledgeQuerySet, _name: str, _value: str) -> EditionPledgeQuerySet:
        return rows.behind()

    def by_moved(self, rows: EditionPledgeQuerySet, _name: str, _value: str) -> EditionPledgeQuerySet:
        return rows.moved_since(self.previous) if self.previous else rows.none()


def choices_of(rows: EditionPledgeQuerySet, summary: PlanSummary) -> dict[str, list[tuple[str, str, Any]]]:
    """For each filter its choices as (value, label, number of pledges or None for uncounted). One query."""
    kinds = list(rows.counted_by_kind())

    def counted(column: str) -> dict[Any, int]:
        counts: dict[Any, int] = {}
        for kind in kinds:
            counts[kind[column]] = counts.get(kind[column], 0) + kind["pledges"]
        return counts

    departments, completions, budgets = counted("department"), counted("completion"), counted("budgeted")
    not_given = _("Not given")
    return {
        "area": [(area.code, _indented(area), area.pledges) for area in summary.areas if area.pledges],
        "status": [(row.key, row.label, row.count) for row in status_counts(summary) if row.count],
        "department": [(name, name, departments[name]) for name in sorted(filter(None, departments))]
        + ([(NOT_GIVEN, not_given, departments[""])] if "" in departments else []),
        "completion": [
            (option.value, str(option.label), completions[option])
            for option in Completion
            if option in completions
        ]
        + ([(NOT_GIVEN, not_given, completions[""])] if "" in completions else []),
        "budgeted": [
            (value, label, budgets[key])
            for key, value, label in (
                (True, "yes", _("Needs a budget")),
                (False, "no", _("Needs no budget")),
                (None, NOT_GIVEN, not_given),
            )
            if key in budgets
        ],
        "lagging": [(YES, _("Behind"), len(summary.lagging))],
        "moved": [(YES, _("Moved"), None)],
    }


def _indented(area: AreaLine) -> str:
    return "\u2003" * area.depth + f"{area.code} {area.name}".strip()
