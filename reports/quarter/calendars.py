"""When a department's reports are due, as a calendar (.ics, RFC 5545) to open or to subscribe to.

It says of which plan and 기준일 the reports are and by when, and nothing else:
a subscription's address is all the key there is, and calendar programs hand it on.
Like the mails it is Korean.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from pledges.duedates import read_due_dates
from pledges.models import Department, DueExtension, Membership, Municipality, Pledge, ReportingPeriod
from pledges.permissions import memberships_of

SALT = "reports.quarter.calendar"
# A due date stays in the calendar this long after it has passed.
KEPT = dt.timedelta(days=366)
# Days before the due date on which a calendar program reminds, in the morning.
ALARM_DAYS = (7, 1)
ALARM_HOUR = 9
# Counted from here, seconds fit into the 31 bits of a sequence until 2088.
SEQUENCE_SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When one department's reports of a period are due; the planning office's own date where it is None."""

    period: ReportingPeriod
    department: Department | None
    due_on: dt.date
    extension: DueExtension | None

    @property
    def uid(self) -> str:
        """The same for as long as the period stands, whatever its date becomes."""
        plan = self.period.plan
        whose = self.department.pk if self.department else "city"
        return (
            f"due-{plan.term.municipality.code}-{plan.term.number}-{plan.code}-{self.period.as_of}-{whose}"
            "@pledge-portal"
        )

    @property
    def changed_at(self) -> dt.datetime:
        """When the date was set last; it never goes back: opening again and extending are both later."""
        opened = self.period.opened_at
        return max(opened, self.extension.granted_at) if self.extension else opened

    @property
    def sequence(self) -> int:
        """The number by which programs know a newer date (RFC 5545, 3.8.7.4): seconds, which only grow."""
        return max(0, int((self.changed_at - SEQUENCE_SINCE).total_seconds()))


# --- Whose --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CityCalendar:
    """One city's calendar for one person: as the whole planning office, or for their departments.

    ``places`` holds one membership for each of the departments.
    """

    municipality: Municipality
    places: Sequence[Membership]
    is_of_city: bool

    @property
    def departments(self) -> list[Department]:
        return [place.department for place in self.places if place.department is not None]

    @property
    def link(self) -> str:
        return reverse("staff:calendar", kwargs={"city": self.municipality.code})

    @property
    def subscriptions(self) -> list[tuple[Membership, str]]:
        return [(place, subscription_address(place)) for place in self.places]


def calendars_of(user: Any) -> list[CityCalendar]:
    """The person's calendars, one for each city; no query beside that of the memberships."""
    found: dict[int, CityCalendar] = {}
    for membership in memberships_of(user):
        held = found.get(membership.municipality_id)
        places = list(held.places) if held else []
        if membership.department_id and membership.department_id not in {p.department_id for p in places}:
            places.append(membership)
        found[membership.municipality_id] = CityCalendar(
            membership.municipality,
            places,
            is_of_city=membership.department_id is None or bool(held and held.is_of_city),
        )
    return list(found.values())


def find_calendar(user: Any, city: str) -> CityCalendar | None:
    """The person's calendar of the city with this code; None where they have no place in it."""
    for each in calendars_of(user):
        if each.municipality.code == city:
            return each
    if not user.is_superuser:
        return None
    municipality = Municipality.objects.for_code(city).first()
    return CityCalendar(municipality, [], is_of_city=True) if municipality else None


def subscription_address(place: Membership) -> str:
    """The whole address under which a calendar program reads the dates of a person's department, without a
    login. It is that person's own, and opens nothing after ``renew_calendar`` or the end of the place."""
    token = _signer().sign(f"{place.pk}-{place.calendar_number}")
    path = reverse("staff:calendar_subscription", kwargs={"token": token})
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def department_of(token: str) -> Department | None:
    """The department of a subscription's address: one query.

    None where the address is none of ours or was replaced, and where the place, its department or the
    person's account is no more.
    """
    try:
        place, number = map(int, _signer().unsign(token).split("-"))
    except (signing.BadSignature, ValueError):
        return None
    found = Membership.objects.with_places().of_active_people().for_calendar(place, number).first()
    if found is None or found.department is None or found.department.ended_on is not None:
        return None
    department: Department = found.department
    department.municipality = found.municipality
    return department


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")


# --- What ---------------------------------------------------------------------


def read_deadlines(
    municipality: Municipality, departments: Collection[Department], *, of_city: bool = False
) -> list[Deadline]:
    """The due dates of these departments, and of the city as a whole, earliest first: three queries.

    A department has one where it leads a pledge of the period's plan.
    """
    since = timezone.localdate() - KEPT
    periods = list(
        ReportingPeriod.objects.for_cities([municipality]).for_term().with_places().due_since(since)
    )
    dates = read_due_dates(periods)
    leading: dict[int, set[int]] = {}
    for department, plan in Pledge.objects.led_by(departments).lead_plans() if departments else ():
        leading.setdefault(department, set()).add(plan)
    found = []
    for period in periods:
        concerned: list[Department | None] = [
            department for department in departments if period.plan_id in leading.get(department.pk, ())
        ]
        if of_city:
            concerned.append(None)
        for department in concerned:
            key = department.pk if department else None
            found.append(Deadline(period, department, dates.of(period, key), dates.extension(period, key)))
    return sorted(found, key=lambda each: (each.due_on, each.uid))


# --- How ----------------------------------------------------------------------


def calendar_bytes(name: str, deadlines: Iterable[Deadline]) -> bytes:
    """The calendar as a file. The same dates give the same bytes."""
    with translation.override("ko"):
        calendar = Calendar()
        calendar.add("prodid", "-//pledge-portal//due dates//KO")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Pledge reports · %(name)s") % {"name": name})
        calendar.add("x-wr-timezone", settings.TIME_ZONE)
        # How often a program that knows these asks again.
        calendar.add("refresh-interval;value=duration", "PT12H")
        calendar.add("x-published-ttl", "PT12H")
        for deadline in deadlines:
            calendar.add_component(_event(deadline))
        content: bytes = calendar.to_ical()
    return content


def digest_of(content: bytes) -> str:
    """A short name for this content: a program that holds it already gets no second copy."""
    return hashlib.sha256(content).hexdigest()[:32]


def _event(deadline: Deadline) -> Event:
    summary = _title(deadline)
    event = Event()
    event.add("uid", deadline.uid)
    event.add("dtstamp", deadline.changed_at.astimezone(dt.UTC))
    event.add("last-modified", deadline.changed_at.astimezone(dt.UTC))
    event.add("sequence", deadline.sequence)
    event.add("dtstart", deadline.due_on)
    event.add("dtend", deadline.due_on + dt.timedelta(days=1))
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PUBLIC")
    event.add("url", f"{settings.PORTAL_URL.rstrip('/')}{reverse('staff:home')}")
    for days in ALARM_DAYS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", dt.timedelta(hours=ALARM_HOUR) - dt.timedelta(days=days))
        event.add_component(alarm)
    return event


def _title(deadline: Deadline) -> str:
    period = deadline.period
    words = {
        "plan": period.plan.name,
        "year": period.as_of.year,
        "month": period.as_of.month,
        "day": period.as_of.day,
    }
    title = _("Reports as of %(year)d-%(month)d-%(day)d due: %(plan)s") % words
    if deadline.extension:
        title = _("%(title)s (extended)") % {"title": title}
    if deadline.department:
        title = _("%(title)s · %(department)s") % {"title": title, "department": deadline.department.name}
    return title
