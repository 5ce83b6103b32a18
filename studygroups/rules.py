"""The rules of a programme as plain functions: how large a team may be, and what is due when.

Source: the ordinance of 뜻세움 (ten people a team, a fifth of them experts and
citizens; answers within ten days, a plan within a month, three years of
following up). The numbers are the programme's own.
"""

import calendar
import datetime as dt
from fractions import Fraction

from django.utils.translation import gettext as _

from pledges.exact import decimal_text


def most_outsiders(people: int, percent: int) -> int:
    """How many of so many people may be outsiders: the share, never rounded up."""
    return people * percent // 100


def check_team(*, people: int, outsiders: int, most_members: int, outsiders_percent: int) -> dict[str, str]:
    """What a team's people break of the programme's rules: a message with the figures for each field."""
    errors: dict[str, str] = {}
    if people == 0:
        errors["members"] = _("Enter who is in the team.")
    if people > most_members:
        errors["members"] = _(
            "A team has at most %(most)d people; this one has %(people)d. Take %(surplus)d out."
        ) % {"most": most_members, "people": people, "surplus": people - most_members}
    if outsiders * 100 > outsiders_percent * people:
        errors["outsiders"] = _(
            "Experts and citizens may be at most %(percent)d %% of a team, which is %(allowed)d of"
            " %(people)d; these are %(outsiders)d of %(people)d (%(share)s %%)."
        ) % {
            "percent": outsiders_percent,
            "allowed": most_outsiders(people, outsiders_percent),
            "people": people,
            "outsiders": outsiders,
            "share": display_percent(Fraction(outsiders, people)) if people else "–",
        }
    return errors


def display_percent(share: Fraction | None, places: int = 1) -> str:
    """A share as percent, rounded half up once, as it is shown: 52 of 70 is 74.3; "–" where there is none."""
    return "–" if share is None else decimal_text(share.numerator * 100, share.denominator, places)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month: 31 January and a month is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def answer_due(asked_on: dt.date, days: int) -> dt.date:
    """Until when a department answers a proposal that it was passed on this day."""
    return asked_on + dt.timedelta(days=days)


def plan_due(answered_on: dt.date, months: int) -> dt.date:
    """Until when the department hands in the plan of a proposal that it adopted on this day."""
    return add_months(answered_on, months)


def follow_up_days(answered_on: dt.date, years: int) -> list[dt.date]:
    """The days by which it is told what became of a proposal: one a year."""
    return [add_months(answered_on, 12 * year) for year in range(1, years + 1)]


def next_follow_up(answered_on: dt.date, years: int, noted: list[dt.date]) -> dt.date | None:
    """The day after the one that the last follow-up serves; None once the last day is served.

    ``noted``: the days of the follow-ups. Each serves the day that it is nearest to, early or late. Half a
    year after the answer at most it is nearest to the answer itself: the first year is still to be told.
    """
    days = [answered_on, *follow_up_days(answered_on, years)]
    served = 0
    if noted:
        last = max(noted)
        served = min(range(len(days)), key=lambda place: abs(days[place] - last))
    return days[served + 1] if served + 1 < len(days) else None


def keeps_until(answered_on: dt.date, years: int) -> dt.date:
    """Until when a proposal that was not adopted is kept at hand."""
    return add_months(answered_on, 12 * years)


def erased_from(decided_on: dt.date, months: int) -> dt.date:
    """From when the personal data of a team that was not selected on this day is erased."""
    return add_months(decided_on, months)
