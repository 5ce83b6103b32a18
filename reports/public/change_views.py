"""Every change to a promise that the published editions tell."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from pledges.notation import clean_text, format_day
from pledges.permissions import public
from reports.models import Edition, EditionChange, EditionComparison
from reports.promises import PromiseGroup, read_changes
from reports.public import freshness
from reports.public.moved import SINCE, Move, move_of, step_query, told
from reports.public.promise_words import ChangeLine, change_lines, rule_lines
from reports.public.reading import Reading, need_edition, page_context, read_address
from reports.querysets import EditionChangeQuerySet
from reports.summaries import PlanSummary, read_summary

PROMISE, MOVED, ADDED, REMOVED, CORRECTIONS = "promise", "moved", "added", "removed", "corrections"
SECTIONS_A_PAGE, ROWS_A_PAGE, SHOWN_AT_ONCE, LINES_AT_ONCE = 4, 20, 10, 8


class ChangeFilter(forms.Form):
    """What the page can be narrowed to; the dates are those that were compared."""

    pledge = forms.CharField(
        label=gettext_lazy("Number of the pledge"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What changed"), required=False)
    date = forms.ChoiceField(label=gettext_lazy("Reference date"), required=False)
    # One comparison of the date, as links ask for it: the one with the date before, or a correction by its
    # number.
    step = forms.RegexField(rf"^({SINCE}|[1-9]\d{{0,5}})$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, dates: Iterable[dt.date]) -> None:
        super().__init__(data)
        kinds = [
            ("", _("Everything")),
            (PROMISE, _("Changes to promises")),
            *((group.value, f"\u2003{group.label}") for group in PromiseGroup),
            (ADDED, "\u2003" + _("Pledges added")),
            (REMOVED, "\u2003" + _("Pledges no longer in the plan")),
            (MOVED, _("Status and rates")),
            (CORRECTIONS, _("Corrections")),
        ]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["date"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            *((date.isoformat(), format_day(date)) for date in dates),
        ]

    def clean_pledge(self) -> str:
        return clean_text(self.cleaned_data["pledge"])


@dataclass(frozen=True, slots=True)
class PledgeChanged:
    """A pledge whose promise changed, or that came or went."""

    code: str
    name: str
    shown_in: Edition
    presence: str
    lines: Sequence[ChangeLine]

    @property
    def first_lines(self) -> Sequence[ChangeLine]:
        return self.lines[:LINES_AT_ONCE]

    @property
    def other_lines(self) -> Sequence[ChangeLine]:
        return self.lines[LINES_AT_ONCE:]


@dataclass(slots=True)
class Section:
    """What changed from one edition to the next: changes to promises, then what moved."""

    comparison: EditionComparison
    rules: Sequence[ChangeLine]
    pledges: list[PledgeChanged] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What its headings are named by."""
        return f"c{self.comparison.pk}"

    @property
    def edition(self) -> Edition:
        return self.comparison.edition

    @property
    def is_correction(self) -> bool:
        return self.comparison.is_correction

    @property
    def changed(self) -> int:
        """How many pledges promise otherwise, came or went."""
        return self.comparison.changed

    @property
    def moved(self) -> int:
        """How many moved; what came or went among them."""
        return self.comparison.all_moved

    @property
    def query(self) -> str:
        """What narrows the page down to it."""
        return step_query(self.comparison.edition, is_correction=self.is_correction)

    @property
    def is_empty(self) -> bool:
        return not _changed(self.comparison)


@public
@require_safe
def changes(request: HttpRequest, city: str, term: int, plan: str) -> HttpResponse:
    """Changes to promises between the published editions, newest first; what moved and corrections beside."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    compared = told(edition, EditionComparison.objects.for_plan(reading.plan).with_editions().oldest_first())
    tag = freshness.etag(request, reading, [comparison.pk for comparison in compared])
    if same := freshness.unchanged(request, tag):
        return same
    summary = read_summary(edition.summary)
    dates = list(dict.fromkeys(comparison.edition.as_of for comparison in compared))
    chosen = ChangeFilter(request.GET, dates=dates)
    asked = chosen.cleaned_data if chosen.is_valid() else None
    sections, page = _sections(request, asked, compared, reading, summary)
    context = {
        **page_context(reading, "changes"),
        "summary": summary,
        "filter": chosen,
        "is_filtered": asked is None or any(asked.values()),
        "is_flat": asked is not None and _is_flat(asked),
        "sections": sections,
        "pager": page,
        "query": _query(request),
        "has_compared": bool(compared),
        "is_unchanged": not any(_changed(comparison) for comparison in compared),
    }
    return freshness.tagged(render(request, "public/changes.html", context), tag)


def _changed(comparison: EditionComparison) -> bool:
    return bool(
        comparison.promised or comparison.added or comparison.removed or comparison.moved or comparison.rules
    )


def _is_flat(asked: dict[str, str]) -> bool:
    """Whether rows are asked for, not an overview by date."""
    return bool(asked["pledge"]) or asked["kind"] not in {"", CORRECTIONS}


def _sections(
    request: HttpRequest,
    asked: dict[str, str] | None,
    compared: Sequence[EditionComparison],
    reading: Reading,
    summary: PlanSummary,
) -> tuple[list[Section], Any]:
    """The sections of a page, and the page. Two queries, whatever is asked."""
    if asked is None:
        return [], None
    chosen = [each for each in compared if asked["date"] in {"", each.edition.as_of.isoformat()}]
    if step := asked["step"]:
        chosen = [
            each for each in chosen if step == (str(each.edition.number) if each.is_correction else SINCE)
        ]
    if asked["kind"] == CORRECTIONS:
        chosen = [each for each in chosen if each.is_correction]
    promised: Iterable[EditionChange]
    moved: Iterable[EditionChange]
    if not _is_flat(asked):
        page = Paginator(chosen, SECTIONS_A_PAGE).get_page(request.GET.get("page"))
        rows = EditionChange.objects.for_comparisons(page.object_list)
        promised = rows.promising_otherwise().first_of_each(SHOWN_AT_ONCE).in_order()
        moved = rows.moved().without_promises().first_of_each(SHOWN_AT_ONCE).in_order()
        return _filled(page.object_list, promised, moved, summary), page
    found = _rows(asked, EditionChange.objects.for_comparisons(chosen), reading)
    rows_page = Paginator(found.newest_first(), ROWS_A_PAGE).get_page(request.GET.get("page"))
    shown: list[EditionChange] = list(rows_page.object_list)
    # Of corrections everything is told.
    kind = "" if asked["kind"] == CORRECTIONS else asked["kind"]
    promised = [row for row in shown if kind != MOVED and (row.has_promises or row.presence != "both")]
    # What came or went stands among the moves where they alone are asked for.
    moved = [row for row in shown if kind == MOVED or (not kind and row.presence == "both" and row.has_moved)]
    sections = _filled(chosen, promised, moved, summary)
    return [each for each in sections if each.pledges or each.moves], rows_page


def _rows(asked: dict[str, str], rows: EditionChangeQuerySet, reading: Reading) -> EditionChangeQuerySet:
    if asked["pledge"]:
        rows = rows.for_code(asked["pledge"], reading.plan)
    kind = asked["kind"]
    if kind == MOVED:
        return rows.moved()
    if kind == PROMISE:
        return rows.promising_otherwise()
    if kind in {ADDED, REMOVED}:
        return rows.for_presence(kind)
    return rows if kind in {"", CORRECTIONS} else rows.for_group(kind)


def _filled(
    comparisons: Iterable[EditionComparison],
    promised: Iterable[EditionChange],
    moved: Iterable[EditionChange],
    summary: PlanSummary,
) -> list[Section]:
    sections = {each.pk: Section(each, rule_lines(each.rules)) for each in comparisons}
    for row in promised:
        section = sections[row.comparison_id]
        section.pledges.append(_pledge(row, section.comparison, summary))
    for row in moved:
        comparison = sections[row.comparison_id].comparison
        sections[row.comparison_id].moves.append(move_of(row, comparison.before, comparison.edition))
    return list(sections.values())


def _pledge(row: EditionChange, comparison: EditionComparison, summary: PlanSummary) -> PledgeChanged:
    return PledgeChanged(
        code=row.code,
        name=row.name,
        shown_in=comparison.before if row.presence == REMOVED else comparison.edition,
        presence=row.presence,
        lines=change_lines(read_changes(row.promises), city=summary.plan.city, unit=summary.plan.money_unit),
    )


def _query(request: HttpRequest) -> str:
    """The query without its page."""
    return urlencode([(name, value) for name, value in request.GET.items() if name != "page"])
