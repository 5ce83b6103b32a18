"""A city's people: who is here as what, and who is invited."""

import functools
import itertools
from collections.abc import Callable, Iterable
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pledges.enums import DEPARTMENT_ROLES
from pledges.forms.people import WHOLE_CITY, FindForm, InviteForm, PlaceForm
from pledges.models import Department, Invitation, Membership, Municipality
from pledges.notation import format_day
from pledges.permissions import Action, access, can, reach_of, require, signed_in
from pledges.views.lookups import find_city
from pledges.workflow.errors import WorkflowError
from pledges.workflow.invitations import (
    InvitationState,
    Invited,
    has_account_at,
    invite_person,
    mail_invitation,
    renew_invitation,
    revoke_invitation,
    state_of,
)
from pledges.workflow.people import (
    PersonRefused,
    change_membership,
    end_membership,
    needs_code,
    renew_calendar,
    reset_second_step,
)

SEES, KEEPS = Action.VIEW_PEOPLE, Action.MANAGE_PEOPLE


def step(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as a step on the page of people: it answers to POST; who comes by address gets the page."""
    posted = require_POST(view)

    @functools.wraps(view)
    def stepped(request: HttpRequest, city: str, **place: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return redirect("city:people", city=city)
        return posted(request, city=city, **place)

    return stepped


@access(SEES)
def people(request: HttpRequest, city: str) -> HttpResponse:
    """Everybody with a place in the city by department, the invited, and for who keeps them the form that
    invites."""
    place = find_city(request.user, SEES, city)
    keeps = can(request.user, KEEPS, municipality=place)
    if request.method == "POST":
        require(request.user, KEEPS, municipality=place)
    form = InviteForm(request.POST if request.method == "POST" else None, municipality=place)
    if request.method == "POST" and form.is_valid():
        try:
            invited = invite_person(municipality=place, user=request.user, **form.cleaned_data)
        except PersonRefused as error:
            form.refuse(error.field, error.message)
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            mailed(request, invited)
            # Without a fragment the browser would keep the form's own, far below what is said now.
            return redirect(f"{reverse('city:people', kwargs={'city': place.code})}#main")
    departments = list(Department.objects.for_municipality(place).standing().order_by("name"))
    find = FindForm(request.GET, departments=departments)
    rows = list(_found(place, find))
    context = {
        "page": "people",
        "city": place,
        "groups": [
            {"department": department, "rows": list(members)}
            for department, members in itertools.groupby(rows, key=lambda row: row["membership"].department)
        ],
        "count": len(rows),
        "people_count": len({row["membership"].user_id for row in rows}),
        "lacking": sum(row["lacks_second_step"] for row in rows),
        "waiting": waiting_rows(Invitation.objects.for_municipality(place).pending().with_places()),
        "find": find,
        "is_narrowed": any(find.data.get(name) for name in find.fields),
        "form": form,
        "known": keeps and has_account_at(str(form["email"].value() or "")),
        "keeps": keeps,
    }
    return render(request, "staff/people.html", context, status=422 if form.is_bound and form.errors else 200)


@step
@access(KEEPS)
def known(request: HttpRequest, city: str) -> HttpResponse:
    """Whether the address that was entered into the form that invites has an account: a piece of the page."""
    find_city(request.user, KEEPS, city)
    return render(
        request, "staff/people_known.html", {"known": has_account_at(request.POST.get("email", ""))}
    )


@access(KEEPS)
def member(request: HttpRequest, city: str, membership: int) -> HttpResponse:
    """One place: another role or department, its end, and a lost authenticator."""
    place = find_city(request.user, KEEPS, city)
    held = _membership(place, membership)
    form = PlaceForm(
        request.POST if request.method == "POST" else None,
        municipality=place,
        initial={"role": held.role, "department": held.department_id},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_membership(membership=held, user=request.user, **form.cleaned_data)
        except PersonRefused as error:
            form.refuse(error.field, error.message)
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Saved: %(person)s.") % {"person": held.user})
            return redirect("city:people", city=place.code)
    held = _membership(place, membership)
    context = {
        "page": "people",
        "city": place,
        "membership": held,
        "form": form,
        "is_own": held.user_id == request.user.pk,
        "hands_over": held.role in DEPARTMENT_ROLES,
    }
    return render(
        request, "staff/people_member.html", context, status=422 if form.is_bound and form.errors else 200
    )


@step
@access(KEEPS)
def end(request: HttpRequest, city: str, membership: int) -> HttpResponse:
    place = find_city(request.user, KEEPS, city)
    held = _membership(place, membership)
    try:
        end_membership(membership=held, user=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, _("%(person)s is no longer: %(place)s.") % {"person": held.user, "place": held}
        )
    return redirect("city:people", city=place.code)


@step
@access(KEEPS)
def reset(request: HttpRequest, city: str, membership: int) -> HttpResponse:
    """Forget a lost authenticator; its person is told by mail."""
    place = find_city(request.user, KEEPS, city)
    person = reset_second_step(membership=_membership(place, membership), user=request.user)
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("[%(city)s pledge portal] Two-step login was reset") % {"city": place.name}
        text = render_to_string(
            "mail/second_step_reset.txt", {"city": place, "person": person, "portal": settings.PORTAL_URL}
        )
    messages.success(
        request, _("%(person)s sets two-step login up anew at the next login.") % {"person": person}
    )
    if person.email and not _sent(
        lambda: send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [person.email])
    ):
        messages.warning(request, _("The mail could not be sent. Tell the person yourself."))
    return redirect("city:people", city=place.code)


@signed_in
def calendar(request: HttpRequest, city: str, membership: int) -> HttpResponse:
    """A new address for the calendar of a place: by its person, and by who keeps the city's people."""
    if request.method in ("GET", "HEAD"):
        return redirect("/staff/")
    held = get_object_or_404(Membership.objects.with_places(), pk=membership, municipality__code=city)
    is_own = held.user_id == request.user.pk
    if not is_own and not can(request.user, KEEPS, municipality=held.municipality):
        raise Http404
    try:
        renew_calendar(membership=held, user=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request,
            _("The calendar has a new address. The one before opens nothing any more: subscribe again."),
        )
    if is_own:
        return redirect(f"{reverse('staff:home')}#calendar")
    return redirect("city:member", city=city, membership=held.pk)


@step
@access(Action.MANAGE_PEOPLE, Action.HAND_OVER)
def renew(request: HttpRequest, city: str, invitation: int) -> HttpResponse:
    """Send the invitation again, with a new link."""
    waiting = _invitation(city, invitation, request.user)
    try:
        mailed(request, renew_invitation(invitation=waiting, user=request.user))
    except WorkflowError as error:
        messages.error(request, error.message)
    return _back(request, waiting)


@step
@access(Action.MANAGE_PEOPLE, Action.HAND_OVER)
def revoke(request: HttpRequest, city: str, invitation: int) -> HttpResponse:
    waiting = _invitation(city, invitation, request.user)
    try:
        revoke_invitation(invitation=waiting, user=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The invitation was taken back: %(email)s.") % {"email": waiting.email})
    return _back(request, waiting)


# --- Parts ---


def waiting_rows(invitations: Iterable[Invitation]) -> list[dict[str, Any]]:
    """Waiting invitations as ``staff/people_waiting.html`` shows them."""
    return [
        {"invitation": each, "is_expired": state_of(each) is InvitationState.EXPIRED} for each in invitations
    ]


def mailed(request: HttpRequest, invited: Invited) -> None:
    """Send an invitation and say on the next page whether it went out. It stands either way."""
    email = invited.invitation.email
    if can(request.user, KEEPS, municipality=invited.invitation.municipality_id) and has_account_at(email):
        messages.info(
            request,
            _("%(email)s has an account already: its person logs in as before and accepts the further role.")
            % {"email": email},
        )
    if _sent(lambda: mail_invitation(invited)):
        until = timezone.localdate(invited.invitation.expires_at)
        messages.success(
            request,
            _("The invitation was sent to %(email)s. Its link is valid until %(date)s.")
            % {"email": email, "date": format_day(until)},
        )
    else:
        messages.error(
            request,
            _("The mail to %(email)s could not be sent. The invitation stands below: send it again later.")
            % {"email": email},
        )


def _sent(send: Callable[[], Any]) -> bool:
    try:
        send()
    except (OSError, SMTPException):
        return False
    return True


def _found(city: Municipality, find: FindForm) -> Any:
    """The rows that the filter leaves, in the page's order."""
    memberships = Membership.objects.for_municipality(city).with_places().with_second_step().by_department()
    if find.is_valid():
        words, department, role = (find.cleaned_data[name] for name in ("q", "department", "role"))
        if words:
            memberships = memberships.for_words(words)
        if department == WHOLE_CITY:
            memberships = memberships.of_whole_city()
        elif department:
            memberships = memberships.for_departments([int(department)])
        if role:
            memberships = memberships.for_roles(role)
    for membership in memberships:
        needed = needs_code(membership.role) or membership.user.is_superuser
        yield {
            "membership": membership,
            "needs_second_step": needed,
            "lacks_second_step": needed and not membership.has_second_step,
            "hands_over": membership.role in DEPARTMENT_ROLES,
        }


def _membership(city: Municipality, pk: int) -> Membership:
    return get_object_or_404(
        Membership.objects.for_municipality(city).with_places().with_second_step(), pk=pk
    )


def _invitation(city: str, pk: int, user: Any) -> Invitation:
    """The invitation of an address. Raises Http404 where it is none that the user may decide on."""
    found = get_object_or_404(Invitation.objects.with_places(), pk=pk, municipality__code=city)
    keeps, hands = reach_of(user, KEEPS), reach_of(user, Action.HAND_OVER)
    if keeps.everything or found.municipality_id in keeps.cities:
        return found
    if found.hands_over_id and found.department_id in hands.leading:
        return found
    raise Http404


def _back(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    keeps = reach_of(request.user, KEEPS)
    here = keeps.everything or invitation.municipality_id in keeps.cities
    return redirect("city:people" if here else "city:handovers", city=invitation.municipality.code)
