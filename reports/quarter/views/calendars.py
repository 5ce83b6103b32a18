"""Due dates as a calendar: to open with a login, to subscribe to without one."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from pledges.permissions import public, signed_in
from reports.quarter.calendars import (
    Deadline,
    calendar_bytes,
    department_of,
    digest_of,
    find_calendar,
    read_deadlines,
)

CALENDAR = "text/calendar; charset=utf-8"


@require_safe
@signed_in
def calendar(request: HttpRequest, city: str) -> HttpResponse:
    """The due dates of the person's departments in a city; of the whole city for who works for all of it."""
    found = find_calendar(request.user, city)
    if found is None:
        raise Http404
    deadlines = read_deadlines(found.municipality, found.departments, of_city=found.is_of_city)
    response = _file(found.municipality.name, deadlines)
    response["Content-Disposition"] = f'attachment; filename="{city}-due-dates.ics"'
    return response


@require_safe
@public
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """A department's due dates, for the calendar program that was given this address."""
    department = department_of(token)
    if department is None:
        raise Http404
    response = _file(department.name, read_deadlines(department.municipality, [department]))
    response["ETag"] = f'"{digest_of(response.content)}"'
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Robots-Tag"] = "noindex"
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer or response


def _file(name: str, deadlines: Sequence[Deadline]) -> HttpResponse:
    return HttpResponse(calendar_bytes(name, deadlines), content_type=CALENDAR)
