"""What was typed when the login had ended is kept, and put back into the form after the next login.

A form carries the signed name of its typist. When it arrives without a valid
session (or with the token of a former one), its text is held in the new
session, for that person and that address only, and nothing is saved.
"""

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from pledges.permissions import public
from reports.public import errors

KEY = "held_form"
SALT = "reports.quarter.typist"
LONGEST = 200_000
SECONDS = 12 * 3600


def typist_mark(user: Any) -> str:
    """The signed name that a form of this person carries."""
    return signing.dumps(user.pk, salt=SALT)


def hold_and_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer to a form whose login has ended: keep the text, go to the login page, come back."""
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    if getattr(request, "htmx", False):
        return render(request, "staff/_signed_out.html")
    if _hold(request):
        told = _(
            "Your login has ended. What you typed is kept: log in again and it is put back into the form."
        )
    else:
        told = _("Your login has ended, so nothing was saved. Log in again.")
    messages.warning(request, told)
    return redirect_to_login(request.path)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token is no longer valid, mostly after a new login in another window.

    The quarterly form comes back with what was typed, to be saved again; no other form does.
    """
    if request.user.is_authenticated and _typist(request.POST) == request.user.pk:
        _hold(request)
        return HttpResponseRedirect(request.path)
    return errors.csrf_failure(request, reason)


def take_held(request: HttpRequest) -> QueryDict | None:
    """The held text for this person and address, once; None where there is none."""
    held = request.session.get(KEY)
    if not held or held["path"] != request.path or time.time() - held["at"] > SECONDS:
        return None
    data = QueryDict(held["body"], mutable=True)
    if _typist(data) != request.user.pk:
        return None
    del request.session[KEY]
    messages.warning(
        request, _("Your login had ended. What you typed has been put back but is not saved yet.")
    )
    return data


def _hold(request: HttpRequest) -> bool:
    """Keep what was typed in the session; whether it was kept."""
    if _typist(request.POST) is None:
        return False
    kept = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "step"):
        kept.pop(name, None)
    body = kept.urlencode()
    if len(body) > LONGEST:
        return False
    request.session[KEY] = {"path": request.path, "body": body, "at": time.time()}
    return True


def _typist(data: QueryDict) -> int | None:
    try:
        return signing.loads(data.get("typist", ""), salt=SALT, max_age=7 * 24 * 3600)
    except signing.BadSignature:
        return None
