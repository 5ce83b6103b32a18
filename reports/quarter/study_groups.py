"""What study groups did in a period for the pledge that they serve: offered, never written by itself.

A round whose teams were chosen, and a final presentation, are each an achievement line to take over and one
more of what an indicator may count (``Indicator.counted_by``). Only what has a day is offered: a round that
an import carried in knows its year alone. Whoever may open the form sees it before the round is public,
and is told so: what the city did is no secret from the department that reports it, and what is taken over
is published by the planning office with the period.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges.enums import CountedBy, DatePrecision
from pledges.models import Pledge, ReportingPeriod
from pledges.notation import DateSpan, format_dates
from pledges.workflow import quarters_of
from reports.public.study_groups import round_path
from studygroups.figures import Figures, count_teams, round_figures
from studygroups.models import Round, Team


@dataclass(frozen=True, slots=True)
class GroupEvent:
    """Something that a round came to on a day of the period.

    ``dates``, ``text`` and ``details`` are an achievement line in the language of the reports. ``address`` is
    the round's public page, "" while it has none.
    """

    key: str
    kind: CountedBy
    name: str
    on: dt.date
    text: str
    details: str
    address: str

    @property
    def dates(self) -> str:
        return format_dates(DateSpan(self.on, self.on, DatePrecision.DAY))


@dataclass(frozen=True, slots=True)
class Offer:
    """An event beside the achievements; ``is_in``: the form has its line already."""

    event: GroupEvent
    is_in: bool


def offers(events: Iterable[GroupEvent], lines: Iterable[tuple[str, str, str]]) -> list[Offer]:
    """The events, each with whether one of the form's achievement lines says it."""
    texts = {text for _dates, text, _details in lines}
    return [Offer(event, event.text in texts) for event in events]


def group_events(pledge: Pledge, period: ReportingPeriod) -> list[GroupEvent]:
    """What the programmes that serve the pledge did in the quarters that the period reports on, earliest
    first. Three queries, one where no round of these years serves it. Reads the plan's term and city."""
    first, last = _days(period)
    rounds = list(
        Round.objects.held()
        .serving(pledge)
        .for_years(first.year - 1, last.year + 1)
        .with_programme()
        .in_order()
    )
    if not rounds:
        return []
    counts = count_teams(Team.objects.for_rounds(rounds))
    days = _days_of_teams(rounds)
    found: list[GroupEvent] = []
    with translation.override(settings.LANGUAGE_CODE):
        for row in rounds:
            figures = round_figures(row, counts.get(row.pk))
            chosen_on, presented_on = days.get(row.pk, (None, None))
            found += _events(pledge, row, figures, chosen_on or row.closes_on, presented_on)
    return sorted((each for each in found if first <= each.on <= last), key=lambda each: each.on)


def _events(
    pledge: Pledge,
    row: Round,
    figures: Figures,
    chosen_on: dt.date | None,
    presented_on: dt.date | None,
) -> Iterable[GroupEvent]:
    name = _round_name(row)
    is_public = row.published_at is not None and row.programme.published_at is not None
    address = round_path(pledge.plan.term, row.programme.name, row.year, row.intake) if is_public else ""
    if chosen_on is not None:
        text = _("%(round)s: teams chosen and at work") % {"round": name}
        yield GroupEvent(
            f"{row.pk}-begun",
            CountedBy.STUDY_ROUNDS,
            name,
            chosen_on,
            text,
            _teams_and_people(figures),
            address,
        )
    if presented_on is not None:
        text = _("%(round)s: final presentation held") % {"round": name}
        yield GroupEvent(
            f"{row.pk}-presented",
            CountedBy.STUDY_FINALS,
            name,
            presented_on,
            text,
            _presenting(figures),
            address,
        )


def _round_name(row: Round) -> str:
    words = {"programme": row.programme.name, "year": row.year, "intake": row.intake}
    if row.intake == 1 and row.programme.intakes_a_year == 1:
        return _("%(programme)s %(year)d") % words
    return _("%(programme)s %(year)d, intake %(intake)d") % words


def _teams_and_people(figures: Figures) -> str:
    """How many teams and people, as far as it is known."""
    words = []
    if figures.teams is not None:
        words.append(ngettext("%(count)d team", "%(count)d teams", figures.teams) % {"count": figures.teams})
    if figures.people is not None:
        words.append(
            ngettext("%(count)d person", "%(count)d people", figures.people) % {"count": figures.people}
        )
    return ", ".join(words)


def _presenting(figures: Figures) -> str:
    if figures.recorded_teams is None:
        return ""
    withdrawn = figures.withdrawn or 0
    count = figures.recorded_teams - withdrawn
    words = ngettext("%(count)d team presented", "%(count)d teams presented", count) % {"count": count}
    if withdrawn:
        words += "\n" + ngettext(
            "%(count)d team had withdrawn", "%(count)d teams had withdrawn", withdrawn
        ) % {"count": withdrawn}
    return words


def _days_of_teams(rounds: Sequence[Round]) -> dict[int, tuple[dt.date | None, dt.date | None]]:
    """By round, the day on which the last of its teams was chosen, and that of the presentation."""
    found: dict[int, tuple[dt.date | None, dt.date | None]] = {}
    rows = Team.objects.for_rounds(rounds).counted().values_list("round", "decided_at", "presented_on")
    for round_pk, decided_at, presented_on in rows:
        chosen, presented = found.get(round_pk, (None, None))
        decided = timezone.localdate(decided_at) if decided_at else None
        found[round_pk] = _later(chosen, decided), _later(presented, presented_on)
    return found


def _later(one: Any, other: Any) -> Any:
    return max((day for day in (one, other) if day is not None), default=None)


def _days(period: ReportingPeriod) -> tuple[dt.date, dt.date]:
    """The first day of the quarters that the period reports on, and its 기준일."""
    year, quarter = quarters_of(period)[0]
    return dt.date(year, 3 * quarter - 2, 1), period.as_of
