"""Which plan and which of its editions a page is about. Nothing here reads live data."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext as _

from pledges.models import Municipality, Plan, Term
from reports.editions import current_edition
from reports.models import Edition
from reports.public.addresses import MAIN_PLAN
from reports.public.errors import NotPublished
from reports.public.study_groups import with_study_groups

MAX_EDITION = 2**31 - 1
SHOWN_DATES = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: a city, and as far as it goes a term and a plan."""

    city: Municipality
    term: Term | None = None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan and the edition shown. ``newest`` is what a reader gets who asks for no date."""

    place: Place
    plan: Plan
    edition: Edition | None
    newest: Edition | None

    @property
    def is_older(self) -> bool:
        return self.edition is not None and self.newest is not None and self.edition.pk != self.newest.pk

    @property
    def keep(self) -> str:
        """The query that keeps a reader of an older edition in it; "" in the current one."""
        return edition_query(self.edition) if self.is_older and self.edition else ""


def page_context(reading: Reading, page: str) -> dict[str, Any]:
    """What every page of a plan shows around its own: where it stands, and which entry of the way around is
    its."""
    return {"place": reading.place, "reading": reading, "edition": reading.edition, "page": page}


def edition_query(edition: Edition) -> str:
    """``?as_of=2025-06-30&edition=1``: the address of exactly this edition."""
    return "?" + urlencode({"as_of": edition.as_of.isoformat(), "edition": edition.number})


def find_city(code: str) -> Municipality:
    """The city with its terms. Raises NotPublished. Two queries."""
    city = Municipality.objects.for_code(code).with_terms().first()
    if city is None:
        raise NotPublished(_("There is no such city here."))
    return city


def find_place(city: str, term: int, code: str) -> Place:
    """The plan at an address with its term and city, one query; a term that has no pledges yet stands without
    a plan. Raises NotPublished."""
    plans = with_study_groups(Plan.objects.for_address(city, term, code).with_places())
    # Pages of no edition, too, lead to the open data and the feed of a plan that has one.
    plan = plans.annotate(has_edition=Exists(Edition.objects.for_plan(OuterRef("pk")))).first()
    if plan is not None:
        return Place(plan.term.municipality, plan.term, plan)
    if code == MAIN_PLAN:
        found = find_city(city)
        for held in found.terms.all():
            if held.number == term:
                return Place(found, held)
    raise NotPublished(_("There is no such plan."))


def read_address(request: HttpRequest, city: str, term: int, plan: str) -> Reading:
    """The plan at an address and the edition that is asked for. Raises NotPublished."""
    return read_plan(request, find_place(city, term, plan))


def read_plan(request: HttpRequest, place: Place) -> Reading:
    """The edition of the place's plan that the address asks for. One query, one or two more where it asks.

    ``?as_of=`` gives the last edition up to that date, ``&edition=`` another one
    of its 기준일. A plan that has no edition at all is read without one. Raises
    NotPublished where there is no such edition, and where the place has no plan.
    """
    plan = place.plan
    if plan is None:
        raise NotPublished(_("There is no such plan."))
    newest = current_edition(plan)
    asked_as_of, asked_number = request.GET.get("as_of"), request.GET.get("edition")
    if not (asked_as_of or asked_number):
        return Reading(place, plan, newest, newest)
    try:
        edition = current_edition(
            plan,
            _date(asked_as_of) if asked_as_of else None,
            _number(asked_number) if asked_number else None,
        )
        if edition is None:
            raise NotPublished(_("No figures were published with this date and edition."))
    except NotPublished as missing:
        held = Edition.objects.for_plan(plan).current().without_summary().newest_first()[:SHOWN_DATES]
        dates = [other.as_of for other in held]
        raise NotPublished(missing.args[0], in_plan=bool(dates), dates=dates) from None
    return Reading(place, plan, edition, newest)


def need_edition(reading: Reading) -> Edition:
    """The edition, where a page can't be without one."""
    if reading.edition is None:
        raise NotPublished(_("Nothing has been published of this plan yet."))
    return reading.edition


def one_of_each_date(edition: Edition, editions: Sequence[Any]) -> list[Any]:
    """The edition that is read and, of each 기준일 before it, the latest; ``editions`` are newest first."""
    shown = {other.as_of: other for other in reversed(editions) if other.as_of < edition.as_of}
    return [*shown.values(), *(other for other in editions if other.pk == edition.pk)]


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise NotPublished(_("The date in the address is not one such as 2025-06-30.")) from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or not 1 <= int(text) <= MAX_EDITION:
        raise NotPublished(_("The edition in the address is not a number."))
    return int(text)


def current_term(terms: list[Term], today: dt.date) -> Term | None:
    """The term that runs today, else the latest that has begun, else the first to come."""
    begun = [term for term in terms if term.starts_on <= today]
    if begun:
        return max(begun, key=lambda term: term.starts_on)
    return min(terms, key=lambda term: term.starts_on, default=None)
