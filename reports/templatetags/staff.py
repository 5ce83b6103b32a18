"""How the staff pages write numbers, deadlines, states and achievements."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pledges.enums import PeriodState
from pledges.models import Municipality, Plan
from pledges.notation import DateSpan, format_dates, format_number
from pledges.permissions import Action, can, holds, memberships_of, reach_of
from reports.quarter import held
from reports.quarter.boards import CORRECTING_LABEL, STATE_LABELS
from reports.quarter.lookups import staff_url
from reports.quarter.supporting import read_support

register = template.Library()

NOTHING = "–"
STATE_SIGNS = {
    "not_started": "○",
    "draft": "◔",
    "returned": "↩",
    "submitted": "◑",
    "signed": "◕",
    "approved": "●",
}


@register.filter
def number(value: Decimal | None) -> str:
    """A number of an indicator, ``1,234.5``; "–" where nothing was entered."""
    return NOTHING if value is None else format_number(value, grouped=True)


@register.filter
def dates(achievement: Any) -> str:
    """An achievement's date in the field's notation, ``2023. 3.~9.``."""
    return format_dates(DateSpan.of(achievement))


@register.filter
def deadline(days: int) -> str:
    """``D-5``, ``D-day``, or how many days the due date is past."""
    if days < 0:
        return ngettext("%(days)d day overdue", "%(days)d days overdue", -days) % {"days": -days}
    return "D-day" if days == 0 else f"D-{days}"


@register.simple_tag
def report_state(state: str) -> SafeString:
    """Where a report stands, as sign and word."""
    return format_html(
        '<span class="state state--{}"><span aria-hidden="true">{}</span> {}</span>',
        state,
        STATE_SIGNS[state],
        STATE_LABELS[state],
    )


@register.simple_tag
def correction_mark(turn: str) -> SafeString:
    """정정 중: beside an approved report, with where its correction stands."""
    return format_html(
        '<span class="flag flag--correcting nowrap">{} · {}</span>', CORRECTING_LABEL, STATE_LABELS[turn]
    )


@register.simple_tag
def period_state(state: str) -> SafeString:
    """Whether a period takes reports."""
    return format_html('<span class="state state--period-{}">{}</span>', state, PeriodState(state).label)


@register.inclusion_tag("staff/_support.html", takes_context=True)
def support_panel(context: dict[str, Any]) -> dict[str, Any]:
    """Which supporting departments may enter into the pledge at hand, and the way to let them."""
    pledge, period = context["pledge"], context["period"]
    return {
        "pledge": pledge,
        "support": read_support(context["request"].user, pledge),
        "link": staff_url("support", pledge.plan, period.as_of, pledge.code),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def quarter_name(year: int, quarter: int) -> str:
    return _("%(year)d Q%(quarter)d") % {"year": year, "quarter": quarter}


@register.simple_tag(takes_context=True)
def person_mark(context: dict[str, Any]) -> str:
    """Under what name this person's browser keeps unsent text; "" for nobody."""
    user = context["request"].user
    return held.person_mark(user) if user.is_authenticated else ""


@register.simple_tag(takes_context=True)
def may_edit_data(context: dict[str, Any]) -> bool:
    """Whether this person's pages lead to the admin."""
    return holds(context["request"].user, Action.EDIT_DATA)


@dataclass(frozen=True, slots=True)
class CityPage:
    """A page of a city in the bar at the top. ``key`` tells which one is open."""

    key: str
    label: Any
    link: str


CITY_PAGES = (
    ("people", gettext_lazy("People"), (Action.VIEW_PEOPLE,)),
    ("handovers", gettext_lazy("Handovers"), (Action.VIEW_HANDOVERS,)),
    ("departments", gettext_lazy("Departments"), (Action.VIEW_DEPARTMENTS,)),
    ("audit", gettext_lazy("Audit log"), (Action.VIEW_AUDIT,)),
)


@register.simple_tag(takes_context=True)
def city_pages(context: dict[str, Any]) -> list[CityPage]:
    """The pages of the person's own cities that their rights open; the city is named where there are several.

    A superuser has no city of their own: the one of the page at hand is taken.
    """
    user, plan = context["request"].user, context.get("plan")
    cities = {each.municipality_id: each.municipality for each in memberships_of(user)}
    if not cities and plan and user.is_superuser:
        cities = {plan.term.municipality_id: plan.term.municipality}
    found = []
    for city in cities.values():
        for name, label, actions in CITY_PAGES:
            if not any(_holds_in(user, action, city) for action in actions):
                continue
            try:
                link = reverse(f"city:{name}", kwargs={"city": city.code})
            except NoReverseMatch:
                continue
            found.append(CityPage(name, f"{city.name} {label}" if len(cities) > 1 else label, link))
    return found


def _holds_in(user: Any, action: Action, city: Municipality) -> bool:
    """Whether the person may do ``action`` in the city, be it in one department only."""
    if can(user, action, municipality=city):
        return True
    leading = reach_of(user, action).leading
    return any(
        each.municipality_id == city.pk and each.department_id in leading for each in memberships_of(user)
    )


@register.simple_tag
def staff_page(name: str, plan: Plan, as_of: dt.date, code: str | None = None) -> str:
    """The address of a staff page of a plan's period, or of one pledge in it."""
    return staff_url(name, plan, as_of, code)
