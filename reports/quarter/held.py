"""What was typed when the login had ended is kept, and put back into the form after the next login.

A form carries the signed name of its typist. When it arrives without a valid
session (or with the token of a former one), its text is kept for that person
alone (``reports.quarter.kept``), and nothing is saved.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from pledges.models import User
from pledges.permissions import public
from reports.public import errors
from reports.quarter.kept import keep_form
from reports.quarter.lookups import find_writable

SALT = "reports.quarter.typist"
SECONDS = 7 * 24 * 3600
FORMS = ("staff:report", "staff:evidence")


def typist_mark(user: Any) -> str:
    """The signed name that a form of this person carries."""
    return signing.dumps(user.pk, salt=SALT)


def person_mark(user: Any) -> str:
    """A name for this person that tells nobody who it is: under it their browser keeps unsent text."""
    return salted_hmac("reports.quarter.person", str(user.pk)).hexdigest()[:20]


def hold_and_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer to a form whose login has ended: keep the text, go to the login page, come back."""
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    if getattr(request, "htmx", False):
        return render(request, "staff/_signed_out.html")
    typist = _typist(request.POST)
    user = None if typist is None else User.objects.filter(pk=typist, is_active=True).first()
    if user and _hold(request, user):
        told = _(
            "Your login has ended. What you typed is kept: log in again and it is put back into the form."
        )
    else:
        told = _("Your login has ended, so nothing was saved. Log in again.")
    messages.warning(request, told)
    return redirect_to_login(request.path)


def refuse_keeping(request: HttpRequest) -> HttpResponse:
    """The answer to a text that a form keeps by itself once its login has ended: its browser keeps it."""
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    return JsonResponse({}, status=401)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token is no longer valid, mostly after a new login in another window.

    The quarterly form comes back with what was typed, to be saved again; no other form does.
    """
    if request.user.is_authenticated and _typist(request.POST) == request.user.pk:
        _hold(request, request.user)
        return HttpResponseRedirect(request.path)
    return errors.csrf_failure(request, reason)


def _hold(request: HttpRequest, user: Any) -> bool:
    """Keep what was typed into a report's form, where this person may write there; whether it was kept."""
    place = request.resolver_match
    if place is None or place.view_name not in FORMS:
        return False
    try:
        pledge, period = find_writable(user, **place.kwargs)
    except (Http404, PermissionDenied):
        return False
    return keep_form(user=user, pledge=pledge, period=period, data=request.POST) is not None


def _typist(data: QueryDict) -> int | None:
    try:
        typist: int = signing.loads(data.get("typist", ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return typist
