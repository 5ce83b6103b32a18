"""What somebody who neither enters nor checks does here: an administrator's work, an auditor's reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pledges.models import Municipality
from pledges.permissions import Action, can, memberships_of


@dataclass(frozen=True, slots=True)
class Duty:
    """One page of a city and what the person does there."""

    label: Any
    text: Any
    link: str


@dataclass(frozen=True, slots=True)
class CityDuties:
    municipality: Municipality
    duties: Sequence[Duty]
    reads_only: bool


# Page, name, what who may see it reads there, the right to do more and what that is.
PAGES = (
    (
        "people",
        _("People"),
        Action.VIEW_PEOPLE,
        _("who is here as what, and who is invited"),
        Action.MANAGE_PEOPLE,
        _("invite people, change and end their roles"),
    ),
    (
        "handovers",
        _("Handovers"),
        Action.VIEW_HANDOVERS,
        _("who took whose work over, with the list of what was open"),
        Action.HAND_OVER,
        _("pass somebody's work on with the list of what is open"),
    ),
    (
        "departments",
        _("Departments"),
        Action.VIEW_DEPARTMENTS,
        _("what each department leads, and how departments changed"),
        Action.MANAGE_DEPARTMENTS,
        _("make, rename, merge and split departments"),
    ),
    (
        "audit",
        _("Audit log"),
        Action.VIEW_AUDIT,
        _("who changed what, when and why"),
        None,
        "",
    ),
)


def read_duties(user: Any) -> list[CityDuties]:
    """By city, the pages of those who keep or audit it; none for departments and the planning office, whose
    work stands in the periods. No query beside that of the memberships."""
    cities = {each.municipality_id: each.municipality for each in memberships_of(user)}
    found = []
    for city in cities.values():
        if not can(user, Action.VIEW_PEOPLE, municipality=city):
            continue
        duties = [
            Duty(
                label,
                does if do is not None and can(user, do, municipality=city) else reads,
                reverse(f"city:{name}", kwargs={"city": city.code}),
            )
            for name, label, see, reads, do, does in PAGES
            if can(user, see, municipality=city)
        ]
        if can(user, Action.VIEW_IMPORTS, municipality=city):
            duties.append(
                Duty(
                    _("Bulk import"),
                    _("bring a plan in from its workbook, looked at first")
                    if can(user, Action.IMPORT_PLAN, municipality=city)
                    else _("what was brought in from files, cell by cell"),
                    reverse("imports:list"),
                )
            )
        if can(user, Action.EDIT_DATA, municipality=city):
            duties.append(
                Duty(_("Data"), _("correct plans, pledges, targets and money"), reverse("admin:index"))
            )
        reads_only = not can(user, Action.MANAGE_PEOPLE, municipality=city)
        found.append(CityDuties(city, duties, reads_only))
    return found
