"""인계인수: who may hand a place over, the list that goes with it, and what the taker reads."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pledges.enums import ReportState, Role
from pledges.forms.people import HandOverForm
from pledges.models import Handover, Invitation, Membership, Municipality
from pledges.permissions import Action, access, can, memberships_of, reach_of, signed_in
from pledges.views.people import mailed, waiting_rows
from pledges.workflow.errors import WorkflowError
from pledges.workflow.handovers import NOT_STARTED, hand_over, mark_seen, may_read, open_items_of
from pledges.workflow.invitations import invite_taker
from pledges.workflow.people import PersonRefused

SEES, GIVES = Action.VIEW_HANDOVERS, Action.HAND_OVER


@access(SEES)
def handovers(request: HttpRequest, city: str) -> HttpResponse:
    """The places that this person may hand over, who is invited to take one, and what was handed over."""
    place, departments = _reach(request.user, city, SEES)
    gives = _gives(request.user, place)
    if request.method == "POST" and not gives:
        raise PermissionDenied(_("You have no right to do this."))
    members = Membership.objects.for_municipality(place).for_roles(Role.OFFICER, Role.HEAD).with_places()
    waiting = Invitation.objects.for_municipality(place).pending().handing_over().with_places()
    done = Handover.objects.for_municipality(place).with_people()
    if departments is not None:
        members = members.for_departments(departments)
        waiting = waiting.for_departments(departments)
        done = done.for_departments(departments)
    context = {
        "page": "handovers",
        "city": place,
        "members": members.by_department(),
        "waiting": waiting_rows(waiting),
        "done": done,
        "gives": gives,
        "sees_people": can(request.user, Action.VIEW_PEOPLE, municipality=place),
    }
    return render(request, "staff/handovers.html", context)


@access(GIVES)
def give(request: HttpRequest, city: str, membership: int) -> HttpResponse:
    """What is open now and to whom it goes: looked at, then confirmed."""
    place, departments = _reach(request.user, city, GIVES)
    members = Membership.objects.for_municipality(place).for_roles(Role.OFFICER, Role.HEAD).with_places()
    if departments is not None:
        members = members.for_departments(departments)
    held = get_object_or_404(members, pk=membership)
    form = HandOverForm(request.POST if request.method == "POST" else None, membership=held)
    if request.method == "POST" and form.is_valid():
        try:
            done = _given(request, held, form.cleaned_data)
        except PersonRefused as error:
            form.refuse(error.field, error.message)
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            if done is not None:
                return redirect("city:handover", city=place.code, handover=done.pk)
            return redirect("city:handovers", city=place.code)
    items = [asdict(item) for item in open_items_of(held.department)] if held.department else []
    context = {
        "page": "handovers",
        "city": place,
        "membership": held,
        "form": form,
        "items": _lines(place, items),
        "is_own": held.user_id == request.user.pk,
    }
    return render(
        request, "staff/handover_give.html", context, status=422 if form.is_bound and form.errors else 200
    )


@signed_in
def handover(request: HttpRequest, city: str, handover: int) -> HttpResponse:
    """The list as it was when the place was handed over, for those whom it concerns. POST: it is read."""
    found = get_object_or_404(
        Handover.objects.with_people(), pk=handover, department__municipality__code=city
    )
    if not may_read(request.user, found):
        raise Http404
    if request.method == "POST":
        mark_seen(handover=found, user=request.user)
        messages.success(request, _("Marked as read."))
        return redirect("/staff/")
    place = found.department.municipality
    context = {
        "page": "handovers",
        "city": place,
        "handover": found,
        "items": _lines(place, found.open_items),
        "is_taker": found.taker_id == request.user.pk,
        "gives": can(request.user, GIVES, municipality=place, department=found.department_id),
    }
    return render(request, "staff/handover.html", context)


# --- Parts ---


def _given(request: HttpRequest, held: Membership, said: dict[str, Any]) -> Handover | None:
    """Hand over at once, or invite whoever has no account here; None then."""
    taker = said["taker"] or _of_city(held, said["email"])
    if taker is not None:
        done = hand_over(membership=held, taker=taker, user=request.user, note=said["note"])
        messages.success(
            request, _("Handed over: %(giver)s → %(taker)s.") % {"giver": held.user, "taker": taker}
        )
        return done
    invited = invite_taker(
        membership=held, email=said["email"], name=said["name"], user=request.user, note=said["note"]
    )
    mailed(request, invited)
    return None


def _of_city(held: Membership, email: str) -> Any:
    """Somebody of the city with this address: they need no invitation."""
    found = Membership.objects.for_municipality(held.municipality_id).for_email(email).with_places().first()
    return found.user if found else None


def _gives(user: Any, place: Municipality) -> bool:
    """Whether the user may hand a place over somewhere in the city."""
    reach = reach_of(user, GIVES)
    return (
        reach.everything
        or place.pk in reach.cities
        or any(
            each.municipality_id == place.pk and each.department_id in reach.leading
            for each in memberships_of(user)
        )
    )


def _reach(user: Any, city: str, action: Action) -> tuple[Municipality, frozenset[int] | None]:
    """The city of an address and the departments in it on whose places the user may do this; None is all.

    Raises Http404 where there are none.
    """
    place = get_object_or_404(Municipality.objects.for_code(city))
    reach = reach_of(user, action)
    if reach.everything or place.pk in reach.cities:
        return place, None
    own = {
        membership.department_id
        for membership in memberships_of(user)
        if membership.municipality_id == place.pk
    }
    departments = frozenset(pk for pk in reach.leading if pk in own)
    if not departments:
        raise Http404
    return place, departments


def _lines(city: Municipality, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items as the page shows them: the state in words, dates as dates, and the way to the form."""
    words = {NOT_STARTED: _("Not started"), **{state.value: state.label for state in ReportState}}
    return [
        {
            **item,
            "as_of": dt.date.fromisoformat(item["as_of"]),
            "due_on": dt.date.fromisoformat(item["due_on"]),
            "state_label": words.get(item["state"], item["state"]),
            "link": _link(city, item),
        }
        for item in items
    ]


def _link(city: Municipality, item: dict[str, Any]) -> str:
    kwargs = {
        "city": city.code,
        "term": item["term"],
        "as_of": dt.date.fromisoformat(item["as_of"]),
        "code": item["code"],
    }
    if item["plan_code"] != "pledges":
        kwargs["plan"] = item["plan_code"]
    try:
        return reverse("staff:report", kwargs=kwargs)
    except NoReverseMatch:
        return ""
