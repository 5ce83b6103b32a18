"""The calendars of a person, for their own pages."""

from typing import Any

from django import template

from reports.quarter.calendars import CityCalendar, calendars_of

register = template.Library()


@register.simple_tag
def calendars(user: Any) -> list[CityCalendar]:
    """The person's calendars, one for each city in which they hold a role."""
    return calendars_of(user)
