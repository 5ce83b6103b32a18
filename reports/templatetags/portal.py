"""How the portal's pages write dates, money, rates, statuses and addresses."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pledges.enums import Completion, HeadlineMethod, IndicatorKind, MoneySource, MoneyUnit, Status
from pledges.notation import format_day, format_moment, format_money
from reports.public.addresses import address
from reports.public.reading import edition_query
from reports.public.wording import GRID_SIGNS, STATUS_SIGNS, status_word

register = template.Library()

WORDS = {
    "completion": Completion,
    "method": HeadlineMethod,
    "kind": IndicatorKind,
    "source": MoneySource,
    "unit": MoneyUnit,
    "status": Status,
}
NOTHING = "–"


@register.filter
def day(value: dt.date | None) -> str:
    """A date as the reader's language writes it: ``2025. 9. 30.``, ``30 September 2025``."""
    return format_day(value) or NOTHING


@register.filter
def moment(value: dt.datetime) -> str:
    """A moment to the second, ``2025. 9. 30. 14:05:09``."""
    return format_moment(value)


@register.filter
def money(won: int | None, unit: str) -> str:
    """An amount in the plan's unit, ``1,234.5``; "–" where nothing was entered, which is not 0."""
    return format_money(won, unit) or NOTHING


@register.filter
def percent(display: str | None) -> str:
    """A displayed rate with its sign, ``73.33%``; "–" where there is no rate."""
    return NOTHING if display in {None, "", NOTHING} else f"{display}%"


@register.filter
def word(code: str, kind: str) -> str:
    """What the reader's language calls a code of ``pledges.enums``; "" for a blank."""
    return str(WORDS[kind](code).label) if code else ""


@register.simple_tag
def status(code: str, own_status: str = "") -> SafeString:
    """A status as sign and word; the sign repeats the word for the eye only."""
    return format_html(
        '<span class="status status--{}"><span class="status__sign" aria-hidden="true">{}</span>{}</span>',
        code,
        STATUS_SIGNS[Status(code)],
        status_word(code, own_status),
    )


@register.simple_tag
def grid_mark(code: str) -> SafeString | str:
    """A cell of the quarter grid: a sign to see, a word to hear."""
    if not code:
        return ""
    sign, spoken = GRID_SIGNS[code]
    return format_html(
        '<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>', sign, spoken
    )


@register.simple_tag
def rate_bar(display: str | None) -> SafeString | str:
    """A bar as long as a displayed rate; nothing where there is none. The number stands beside it."""
    try:
        rate = Decimal(display or "")
    except InvalidOperation:
        return ""
    return format_html(
        '<span class="rate-bar" aria-hidden="true"><svg width="100%" height="100%" focusable="false">'
        '<rect width="{}%" height="100%"/></svg></span>',
        max(Decimal(0), min(Decimal(100), rate)),
    )


@register.simple_tag(takes_context=True)
def part(context: dict[str, Any], name: str, **more: Any) -> str:
    """The address of a part of this page's plan, in the edition that is being read.

    Reads ``place`` (with its plan) and ``reading`` from the context; ``query``
    adds parameters, ``plan`` and ``edition`` point elsewhere.
    """
    place = context["place"]
    plan = more.pop("plan", None)
    edition = more.pop("edition", None)
    query = more.pop("query", "")
    reading = context.get("reading")
    path = address(
        name,
        city=place.city.code,
        term=place.term.number,
        plan=plan.code if plan else place.plan.code if place.plan else "pledges",
        **more,
    )
    keep = edition_query(edition) if edition else reading.keep if reading and not plan else ""
    parameters = "&".join(filter(None, [keep.removeprefix("?"), query]))
    return f"{path}?{parameters}" if parameters else path
