"""Steps that send the form and get it back changed, with nothing stored: what scripts do, for those without.

A step is a word, or a word and what it is about behind a colon: ``suggest:12``.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges.enums import ReportSection
from reports.quarter.entry import Entry
from reports.quarter.forms import QuarterForm
from reports.quarter.pasting import Pasted, spread
from reports.quarter.sections.achievements import PARTS, AchievementsSection, part_name
from reports.quarter.suggestions import suggestion_for

# The form as it comes back, and what to say to it.
Reshaped = tuple[QuarterForm, list[str]]


def reshape(entry: Entry, data: QueryDict, step: str) -> Reshaped | None:
    """The form after ``step``; None where it is no such step."""
    word, _colon, about = step.partition(":")
    doing = STEPS.get(word)
    return doing(entry, data, about) if doing else None


def _recompute(entry: Entry, data: QueryDict, about: str) -> Reshaped:
    return QuarterForm(entry=entry, data=data), []


def _more(entry: Entry, data: QueryDict, about: str) -> Reshaped:
    return QuarterForm(entry=entry, data=data, more_lines=True), []


def _suggest(entry: Entry, data: QueryDict, about: str) -> Reshaped:
    """Put what another count says into the indicator's box."""
    form = QuarterForm(entry=entry, data=data)
    line = next((line for line in entry.indicators if str(line.indicator.pk) == about), None)
    suggestion = suggestion_for(line.indicator, form) if line else None
    if line is None or suggestion is None:
        return form, []
    filled = data.copy()
    filled[f"actual-{line.indicator.pk}"] = str(suggestion.value)
    return QuarterForm(entry=entry, data=filled), []


def _line(entry: Entry, data: QueryDict, about: str) -> Reshaped:
    """Put what study groups did into the first blank achievement line."""
    form = QuarterForm(entry=entry, data=data)
    offer = next((each for each in _achievements(form).offers() if each.event.key == about), None)
    if offer is None or offer.is_in:
        return form, []
    if _achievements(form).blank_line() is None:
        form = QuarterForm(entry=entry, data=data, more_lines=True)
    number = _achievements(form).blank_line()
    if number is None:
        return form, [_("No achievement line is left to put it into.")]
    filled = cast(QueryDict, form.data).copy()
    for part, text in zip(PARTS, (offer.event.dates, offer.event.text, offer.event.details), strict=True):
        filled[part_name(number, part)] = text
    return QuarterForm(entry=entry, data=filled), [
        _("One achievement line was filled. Nothing is saved yet.")
    ]


def _achievements(form: QuarterForm) -> AchievementsSection:
    return cast(AchievementsSection, form.section(ReportSection.ACHIEVEMENTS))


def _paste(entry: Entry, data: QueryDict, about: str) -> Reshaped:
    """Spread the pasted text over the boxes of the section."""
    form = QuarterForm(entry=entry, data=data)
    section = next((section for section in form.sections if section.name == about), None)
    names = section.grid() if section else []
    pasted = spread(data.get(f"pasted-{about}", ""), [str(form[name].value() or "") for name in names])
    filled = data.copy()
    for name, value in zip(names, pasted.values, strict=True):
        filled[name] = value
    return QuarterForm(entry=entry, data=filled), told(pasted)


def told(pasted: Pasted) -> list[str]:
    """What became of pasted cells, in words."""
    said = [
        ngettext(
            "%(count)d box filled. Nothing is saved yet.",
            "%(count)d boxes filled. Nothing is saved yet.",
            pasted.filled,
        )
        % {"count": pasted.filled}
    ]
    if pasted.left_over:
        said.append(_("No box was left for: %(cells)s.") % {"cells": ", ".join(pasted.left_over[:10])})
    if pasted.unreadable:
        said.append(_("Not a number, left out: %(cells)s.") % {"cells": ", ".join(pasted.unreadable[:10])})
    return said


STEPS: Mapping[str, Callable[[Entry, Any, str], Reshaped]] = {
    "recompute": _recompute,
    "more": _more,
    "suggest": _suggest,
    "line": _line,
    "paste": _paste,
}
