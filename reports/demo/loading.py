"""Loading the demo, step by step; a step that was done before does nothing."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.models import Municipality, Plan, ReportingPeriod
from pledges.models.periods import due_date
from pledges.notation import format_day
from reports.demo import boryeong, naju
from reports.demo.hanbit import entering, quarters, study_groups
from reports.demo.hanbit.pledges import LAST, QUARTERS
from reports.demo.people import make_accounts, people
from reports.editions import publish_period
from reports.models import Edition
from reports.workbook import import_workbook
from studygroups.models import Programme

# When 한빛시 published its quarters, and the correction of the third.
PUBLISHED_ON = (dt.date(2025, 4, 18), dt.date(2025, 7, 18), dt.date(2025, 10, 17), dt.date(2026, 1, 16))
CORRECTED_ON = dt.date(2025, 11, 5)
PUBLISHING_HOUR = 10
# The open quarter is still due when the demo is loaded, whenever that is: days left are part of the picture.
DAYS_LEFT = 10


class DemoError(Exception):
    """The demo can't be loaded over what stands in the database. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was loaded, translated; ``is_new`` is False where all of it was there before."""

    name: str
    is_new: bool


def load() -> Iterator[Step]:
    """Load what is not there yet, one transaction a step. Raises DemoError."""
    for source in (naju, boryeong):
        yield _real_city(source)
    yield from _hanbit()


def _real_city(source: ModuleType) -> Step:
    """A real city's plan as it was published. One that stands already is only published, if it never was."""
    code, number = source.ADDRESS
    period = ReportingPeriod.objects.filter(
        plan__in=Plan.objects.for_address(code, number), as_of=source.AS_OF
    ).first()
    is_new = not Plan.objects.for_address(code, number).exists()
    with transaction.atomic():
        if is_new:
            file_name = f"{source.CITY} 공약 {source.AS_OF:%Y-%m-%d}.xlsx"
            period = _import(source.content(), file_name, publish=True)
        if period is not None and not Edition.objects.for_period(period).exists():
            publish_period(period=period, user=None)
            is_new = True
    plan = Plan.objects.with_places().for_address(code, number).get()
    return Step(
        _("%(city)s, %(plan)s: %(count)s pledges as of %(date)s")
        % {
            "city": plan.term.municipality,
            "plan": plan,
            "count": plan.pledges.count(),
            "date": format_day(source.AS_OF),
        },
        is_new,
    )


def _hanbit() -> Iterator[Step]:
    code, number = quarters.ADDRESS
    plan = Plan.objects.for_address(code, number).first()
    if plan and not Edition.objects.for_plan(plan).for_as_of(QUARTERS[0]).exists():
        raise DemoError(
            _(
                "Another plan stands at %(address)s. Load the demo into an empty database:"
                " set DATA_DIR to an empty folder."
            )
            % {"address": f"{code}/{number}"}
        )
    municipality, is_new = Municipality.objects.get_or_create(
        code=code, defaults={"name": quarters.NAME, "is_fictional": True}
    )
    made = make_accounts(municipality)
    yield Step(
        _("%(city)s, a city that does not exist, and its accounts") % {"city": municipality},
        is_new or bool(made),
    )
    for quarter, as_of in enumerate(QUARTERS):
        yield Step(
            _("%(city)s, quarter published as of %(date)s")
            % {"city": municipality, "date": format_day(as_of)},
            _published(quarter),
        )
    yield Step(
        _("%(city)s, study groups: rounds held, running and recruiting") % {"city": municipality},
        _study_groups(),
    )
    yield Step(
        _("%(city)s, open quarter with drafts, as of %(date)s")
        % {"city": municipality, "date": format_day(entering.OPEN_AS_OF)},
        _opened(),
    )


@transaction.atomic
def _published(quarter: int) -> bool:
    """Publish a quarter of 한빛시; False where it was published before."""
    plan = Plan.objects.with_places().for_address(*quarters.ADDRESS).first()
    if plan and Edition.objects.for_plan(plan).for_as_of(QUARTERS[quarter]).exists():
        return False
    who = people()
    coordinator, admin = who["hanbit-coordinator"], who["hanbit-admin"]
    if quarter == LAST and plan:
        period = workflow.open_period(plan=plan, as_of=QUARTERS[quarter], user=coordinator)
        entering.enter_lagging(period=period, officer=who["hanbit-superuser"], checker=coordinator)
    is_misprinted = quarter == quarters.MISPRINTED_QUARTER
    name = f"{quarters.NAME} 공약 {QUARTERS[quarter]:%Y-%m-%d}"
    period = _import(quarters.content(quarter, misprinted=is_misprinted), f"{name}.xlsx", user=admin)
    publish_period(period=period, user=coordinator, now=_morning(PUBLISHED_ON[quarter]))
    if is_misprinted:
        period = _import(quarters.correction(), f"{name} 정정.xlsx", user=admin)
        publish_period(
            period=period, user=coordinator, reason=quarters.CORRECTION, now=_morning(CORRECTED_ON)
        )
    return True


@transaction.atomic
def _opened() -> bool:
    """Open the quarter after the last published one and enter its drafts; False where it is there."""
    plan = Plan.objects.with_places().for_address(*quarters.ADDRESS).get()
    if ReportingPeriod.objects.for_plan(plan).filter(as_of=entering.OPEN_AS_OF).exists():
        return False
    who = people()
    coordinator = who["hanbit-coordinator"]
    period = workflow.open_period(
        plan=plan,
        as_of=entering.OPEN_AS_OF,
        user=coordinator,
        due_on=max(due_date(entering.OPEN_AS_OF), timezone.localdate() + dt.timedelta(days=DAYS_LEFT)),
    )
    entering.enter_open_quarter(period=period, people=who, checker=coordinator)
    entering.show_the_rest_of_the_cycle(period=period, people=who, checker=coordinator)
    return True


@transaction.atomic
def _study_groups() -> bool:
    """Enter 한빛시's study groups; False where they are there."""
    plan = Plan.objects.with_places().for_address(*quarters.ADDRESS).get()
    if Programme.objects.for_municipality(plan.term.municipality).exists():
        return False
    study_groups.enter_study_groups(plan=plan, people=people())
    return True


def _import(content: bytes, file_name: str, user: Any = None, *, publish: bool = False) -> ReportingPeriod:
    result = import_workbook(content, user=user, file_name=file_name, publish=publish)
    if result.errors or result.period is None:
        raise DemoError(
            _("The demo's workbook does not fit the data in this database: %(errors)s")
            % {"errors": "; ".join(f"{found.sheet} {found.cell}: {found.message}" for found in result.errors)}
        )
    return result.period


def _morning(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(PUBLISHING_HOUR), tzinfo=timezone.get_default_timezone())
