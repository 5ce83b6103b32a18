"""How the staff pages write numbers, deadlines, states and achievements."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges.enums import PeriodState
from pledges.notation import DateSpan, format_dates, format_number
from pledges.permissions import Action, holds
from reports.quarter.boards import STATE_LABELS

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
def period_state(state: str) -> SafeString:
    """Whether a period takes reports."""
    return format_html('<span class="state state--period-{}">{}</span>', state, PeriodState(state).label)


@register.simple_tag
def quarter_name(year: int, quarter: int) -> str:
    return _("%(year)d Q%(quarter)d") % {"year": year, "quarter": quarter}


@register.simple_tag(takes_context=True)
def may_edit_data(context: dict[str, Any]) -> bool:
    """Whether this person's pages lead to the admin."""
    return holds(context["request"].user, Action.EDIT_DATA)
