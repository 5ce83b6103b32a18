"""What the list of pledges can be narrowed by, and how many pledges every choice would give.

The edition's rows are read once, with all that filters ask of them. Which pledges
the list holds and what each choice counts follow from the same rows by the same
rule: a row that fits every filter counts under all of its values, one that fails
a single filter counts under that filter's values alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.enums import Completion, MoneySource
from pledges.notation import clean_text
from reports.models import Edition
from reports.public.initials import fits, split_words
from reports.public.wording import status_counts
from reports.querysets import WHOLE, EditionPledgeQuerySet
from reports.summaries import AreaLine, PlanSummary

NOT_GIVEN = "-"
YES = "yes"
SEARCH = "q"
LONGEST_SEARCH = 100
INDENT = "\u2003"

LABELS: dict[str, str | Promise] = {
    "area": gettext_lazy("Area"),
    "status": pgettext_lazy("pledge", "Progress"),
    "department": gettext_lazy("Department"),
    "source": pgettext_lazy("money", "Source"),
    "completion": gettext_lazy("Completion"),
    "budgeted": pgettext_lazy("pledge", "Budget"),
    "lagging": gettext_lazy("This year's target"),
    "moved": gettext_lazy("Since last published"),
}
# The parameters of the list in the order of its addresses, and what a parameter is where it isn't given.
PARAMETERS = ("as_of", "edition", "q", *LABELS, "sort", "per_page", "page")
DEFAULTS = {"sort": "code", "per_page": "20", "page": "1"}


# --- Addresses ------------------------------------------------------------------


def list_query(data: Mapping[str, Any], **changes: Any) -> str:
    """The one query of what is asked for: what the list knows, in its order, nothing blank, no defaults.

    ``changes`` replace parameters; None takes one away.
    """
    asked = {name: str(data.get(name) or "").strip() for name in PARAMETERS}
    asked |= {name: "" if value is None else str(value) for name, value in changes.items()}
    query = QueryDict(mutable=True)
    for name in PARAMETERS:
        if asked[name] and asked[name] != DEFAULTS.get(name):
            query[name] = asked[name]
    return query.urlencode()


def is_untidy(data: Mapping[str, Any]) -> bool:
    """Whether an address says anything blank or by default, as that of a sent form does."""
    return any(
        name in data and str(data[name]).strip() in {"", DEFAULTS.get(name)}
        for name in PARAMETERS
        # A page's own links name these two outright.
        if name not in {"page", "per_page"}
    )


# --- Rows -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A pledge as filters see it: under which values of each filter it stands."""

    key: int
    name: str
    is_found: bool
    values: dict[str, Sequence[str]]


def read_rows(rows: EditionPledgeQuerySet, search: str, previous: Edition | None) -> list[Row]:
    """The edition's rows, whether the search finds them or not, in the plan's order. One query."""
    words, by_initials = split_words(search)
    return [
        Row(
            key=row["pk"],
            name=row["name"],
            is_found=bool(row["is_found"]) and all(fits(word, row["name"]) for word in by_initials),
            values={
                "area": row["area_path"].split(">") if row["area_path"] else (NOT_GIVEN,),
                "status": (f"{row['status']}:{row['own_status']}" if row["own_status"] else row["status"],),
                "department": (row["department"] or NOT_GIVEN,),
                "source": row["sources"].strip(",").split(",") if row["sources"] else (NOT_GIVEN,),
                "completion": (row["completion"] or NOT_GIVEN,),
                "budgeted": ({True: YES, False: "no", None: NOT_GIVEN}[row["budgeted"]],),
                "lagging": (YES,) if row["to_date_sort"] is not None and row["to_date_sort"] < WHOLE else (),
                "moved": (YES,) if row["has_moved"] else (),
            },
        )
        for row in rows.as_facts(words, previous)
    ]


@dataclass(slots=True)
class Counts:
    """What fits, and what each choice would give with everything else as it is.

    ``without`` is how many pledges there are with that filter (``q``: the search) taken away, ``found`` with
    the search alone.
    """

    fitting: list[int] = field(default_factory=list)
    choices: dict[str, Counter[str]] = field(default_factory=dict)
    without: Counter[str] = field(default_factory=Counter)
    found: int = 0


def count_rows(rows: Iterable[Row], chosen: Mapping[str, str]) -> Counts:
    """Count the rows under the chosen value of each filter that is on."""
    counts = Counts(choices={name: Counter() for name in LABELS})
    for row in rows:
        failed = [name for name, value in chosen.items() if value not in row.values[name]]
        if row.is_found:
            counts.found += 1
        else:
            failed.append(SEARCH)
        if len(failed) > 1:
            continue
        if not failed:
            counts.fitting.append(row.key)
        for name in failed or LABELS:
            if name != SEARCH:
                there = counts.choices[name]
                for value in row.values[name]:
                    there[value] += 1
        for name in failed:
            counts.without[name] += 1
    # What fits is there without each of them, too.
    for name in (SEARCH, *LABELS):
        counts.without[name] += len(counts.fitting)
    return counts


# --- The form -------------------------------------------------------------------


class SearchField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


class FilterForm(forms.Form):
    """The search and the filters of an address, each filter one of its choices."""

    q = SearchField(label=gettext_lazy("Search"), max_length=LONGEST_SEARCH, required=False)

    def __init__(self, data: QueryDict, choices: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        super().__init__(data)
        for name, label in LABELS.items():
            self.fields[name] = forms.ChoiceField(label=str(label), choices=choices[name], required=False)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    count: int
    is_chosen: bool

    @property
    def is_empty(self) -> bool:
        """Choosing it would give nothing; what is chosen can still be seen and left."""
        return not self.count and not self.is_chosen


@dataclass(frozen=True, slots=True)
class Select:
    """A filter as it is shown. ``total`` is what it gives with nothing chosen."""

    name: str
    label: str
    total: int
    options: tuple[Option, ...]
    errors: tuple[str, ...]

    @property
    def is_on(self) -> bool:
        return any(option.is_chosen for option in self.options)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, the query without it, and how many pledges that would give."""

    label: str
    value: str
    query: str
    without: int


class PledgeFilter:
    """The rows of an edition narrowed by an address."""

    def __init__(
        self,
        data: QueryDict,
        *,
        queryset: EditionPledgeQuerySet,
        summary: PlanSummary,
        previous: Edition | None = None,
    ) -> None:
        """Reads the edition's rows: one query. ``previous`` is the edition that ``moved`` compares with;
        without one nothing has moved."""
        self.data = data
        self.queryset = queryset
        self.rows = read_rows(queryset, _readable(data.get("q", "")), previous)
        self.choices = choices_of(self.rows, summary)
        self.form = FilterForm(data, self.choices)
        self.is_valid = self.form.is_valid()
        self.search: str = self.form.cleaned_data.get("q", "")
        self.chosen = {name: value for name in LABELS if (value := self.form.cleaned_data.get(name))}
        self.counts = count_rows(self.rows, self.chosen)

    @property
    def count(self) -> int:
        """How many pledges fit; none where the address asks for something that isn't there: the form says
        what."""
        return len(self.counts.fitting) if self.is_valid else 0

    @property
    def qs(self) -> EditionPledgeQuerySet:
        if not self.count:
            return self.queryset.none()
        if self.count == len(self.rows):
            return self.queryset
        return self.queryset.for_keys(self.counts.fitting)

    @property
    def total(self) -> int:
        """How many pledges the edition has."""
        return len(self.rows)

    @property
    def selects(self) -> list[Select]:
        return [
            Select(
                name=name,
                label=str(label),
                total=self.counts.without[name],
                options=tuple(
                    Option(value, words, self.counts.choices[name][value], value == self.chosen.get(name))
                    for value, words in self.choices[name]
                ),
                errors=tuple(str(error) for error in self.form.errors.get(name, [])),
            )
            for name, label in LABELS.items()
        ]

    @cached_property
    def chips(self) -> list[Chip]:
        """What is on, each with the query that takes it away (and goes to the first page)."""
        chips = []
        if self.search:
            query = list_query(self.data, q=None, page=None)
            label = str(self.form.fields[SEARCH].label)
            chips.append(Chip(label, self.search, query, self.counts.without[SEARCH]))
        for name, value in self.chosen.items():
            words = dict(self.choices[name])[value].lstrip(INDENT)
            query = list_query(self.data, **{name: None}, page=None)
            chips.append(Chip(str(LABELS[name]), words, query, self.counts.without[name]))
        return chips

    @property
    def search_alone(self) -> str:
        """The query of the search without any filter."""
        return list_query(self.data, **dict.fromkeys(LABELS), page=None)


def _readable(search: str) -> str:
    """What to search for; "" where the form refuses it."""
    try:
        return str(SearchField(required=False, max_length=LONGEST_SEARCH).clean(search))
    except ValidationError:
        return ""


def choices_of(rows: Sequence[Row], summary: PlanSummary) -> dict[str, list[tuple[str, str]]]:
    """For each filter its choices as (value, label): those that occur in the edition, searched or not."""
    occurring = {name: {value for row in rows for value in row.values[name]} for name in LABELS}
    not_given = _("Not given")
    offered: dict[str, list[tuple[str, str]]] = {
        "area": [(area.code, _indented(area)) for area in summary.areas],
        "status": [(line.key, line.label) for line in status_counts(summary)],
        "department": [(name, name) for name in sorted(occurring["department"] - {NOT_GIVEN})],
        "source": [(source.value, str(source.label)) for source in MoneySource],
        "completion": [(option.value, str(option.label)) for option in Completion],
        "budgeted": [(YES, _("Needs a budget")), ("no", _("Needs no budget"))],
    }
    shown = {
        name: [(value, label) for value, label in choices if value in occurring[name]]
        + ([(NOT_GIVEN, not_given)] if NOT_GIVEN in occurring[name] else [])
        for name, choices in offered.items()
    }
    if NOT_GIVEN in occurring["source"]:
        shown["source"][-1] = (NOT_GIVEN, _("No money planned"))
    return {**shown, "lagging": [(YES, _("Behind"))], "moved": [(YES, _("Moved"))]}


def _indented(area: AreaLine) -> str:
    return INDENT * area.depth + f"{area.code} {area.name}".strip()
