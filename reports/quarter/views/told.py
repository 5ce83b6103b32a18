"""What is said after a step that another one follows, with the way there."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pledges.models import Plan, ReportingPeriod
from pledges.permissions import Action, can
from reports.models import Edition
from reports.public.addresses import address
from reports.public.reading import edition_query
from reports.quarter.lookups import staff_url
from reports.templatetags.portal import day


def tell_approved(request: HttpRequest, period: ReportingPeriod, done: str) -> None:
    """Say what was approved; in a published period also that readers get it with the next edition."""
    plan = period.plan
    if period.is_published and can(request.user, Action.PUBLISH, municipality=plan.term.municipality_id):
        done = _with_link(
            _("%(done)s Citizens see it once the period is published again.") % {"done": done},
            staff_url("publish", plan, period.as_of),
            _("Publish the correction"),
        )
    messages.success(request, done)


def tell_published(request: HttpRequest, plan: Plan, made: Iterable[Edition]) -> None:
    """Name each edition that was made, with the page on which readers find it."""
    term = plan.term
    front = address("front", city=term.municipality.code, term=term.number, plan=plan.code)
    for edition in made:
        done = _("Published: edition %(number)d as of %(date)s.") % {
            "number": edition.number,
            "date": day(edition.as_of),
        }
        messages.success(
            request, _with_link(done, f"{front}{edition_query(edition)}", _("See the public page"))
        )


def _with_link(text: str, link: str, label: str) -> SafeString:
    return format_html('{} <a href="{}">{}</a>', text, link, label)
