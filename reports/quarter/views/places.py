"""From the address of one report to what its pages need: the entry, the links, who may write."""

import datetime as dt
from typing import Any

from django.http import HttpRequest

from pledges.permissions import Action, can_on
from reports.quarter.entry import Entry, read_entry
from reports.quarter.lookups import find_period, find_plan, find_pledge, staff_url

# What is done on a report's page, by the name of its address.
STEPS = ("report", "figures", "keep", "correct", "discard", "check", "comment", "evidence")


def find_entry(request: HttpRequest, city: str, term: int, plan: str, as_of: dt.date, code: str) -> Entry:
    found = find_plan(request.user, city, term, plan)
    pledge = find_pledge(request.user, found, code)
    return read_entry(pledge, find_period(found, as_of))


def may_write(user: Any, entry: Entry) -> bool:
    action = Action.CORRECT_REPORT if entry.is_correction else Action.ENTER_REPORT
    return can_on(user, action, entry.pledge)


def may_submit(user: Any, entry: Entry) -> bool:
    """Whether the person hands in here too; an invited supporting department only enters."""
    action = Action.CORRECT_REPORT if entry.is_correction else Action.SUBMIT_REPORT
    return can_on(user, action, entry.pledge)


def address_of(entry: Entry) -> str:
    return staff_url("report", entry.pledge.plan, entry.period.as_of, entry.pledge.code)


def places_of(entry: Entry) -> dict[str, Any]:
    plan, period, pledge = entry.pledge.plan, entry.period, entry.pledge
    return {
        "plan": plan,
        "period": period,
        "pledge": pledge,
        "links": {
            "period": staff_url("period", plan, period.as_of),
            **{name: staff_url(name, plan, period.as_of, pledge.code) for name in STEPS},
        },
    }
