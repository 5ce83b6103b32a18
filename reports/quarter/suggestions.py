"""What another count says of an indicator: offered beside its box, never written by itself.

``Indicator.counted_by`` names the counter. A cumulative indicator is offered
this period's number, not the sum.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import ngettext

from pledges.enums import CountedBy, Mark, ReportSection
from pledges.models import Indicator

if TYPE_CHECKING:
    from reports.quarter.forms.whole import QuarterForm


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``source`` says where ``value`` comes from; ``is_in`` that the box holds it already."""

    value: int
    source: str
    is_in: bool = False


def _achievements(form: "QuarterForm") -> tuple[int, str] | None:
    """The achievement lines in the form; none where there is no line, which is not 0."""
    section: Any = form.section(ReportSection.ACHIEVEMENTS)
    count = len(section.typed_lines())
    if not count:
        return None
    source = ngettext(
        "%(count)d achievement line of this period", "%(count)d achievement lines of this period", count
    )
    return count, source % {"count": count}


def _tasks_done(form: "QuarterForm") -> tuple[int, str] | None:
    """The schedule's tasks marked done in the period's quarters; none where nothing is marked."""
    section: Any = form.section(ReportSection.SCHEDULE)
    marks = section.marks() if section else {}
    if not marks:
        return None
    count = len({task for (task, _year, _quarter), mark in marks.items() if mark == Mark.DONE})
    source = ngettext(
        "%(count)d task of the schedule done in this period",
        "%(count)d tasks of the schedule done in this period",
        count,
    )
    return count, source % {"count": count}


def _study_rounds(form: "QuarterForm") -> tuple[int, str] | None:
    """Rounds of the programmes that serve the pledge whose teams were chosen in the period."""
    return _study_groups(form, CountedBy.STUDY_ROUNDS)


def _study_finals(form: "QuarterForm") -> tuple[int, str] | None:
    """Their final presentations in the period."""
    return _study_groups(form, CountedBy.STUDY_FINALS)


def _study_groups(form: "QuarterForm", kind: CountedBy) -> tuple[int, str] | None:
    events = [event for event in form.entry.study_groups if event.kind == kind]
    if not events:
        return None
    return len(events), ", ".join(f"{event.name} {event.dates}" for event in events)


COUNTERS: Mapping[CountedBy, Callable[["QuarterForm"], tuple[int, str] | None]] = {
    CountedBy.ACHIEVEMENTS: _achievements,
    CountedBy.TASKS_DONE: _tasks_done,
    CountedBy.STUDY_ROUNDS: _study_rounds,
    CountedBy.STUDY_FINALS: _study_finals,
}


def suggestion_for(indicator: Indicator, form: "QuarterForm") -> Suggestion | None:
    """What the indicator's counter counts in the form as it stands; None where it has none or counts
    nothing."""
    if not indicator.counted_by:
        return None
    counted = COUNTERS[CountedBy(indicator.counted_by)](form)
    if counted is None:
        return None
    value, source = counted
    return Suggestion(value, source, is_in=form.read(f"actual-{indicator.pk}") == value)
