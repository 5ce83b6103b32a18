"""The second step of a login (TOTP or passkey): mandatory for some roles, whatever way the session began.

allauth keeps in the session how its person proved who they are. A code, a
recovery code, a passkey and the setting up of an authenticator each leave a
record there; a password, a reset link, an invitation, or a bare
``django.contrib.auth.login`` leave none. Who needs the second step and has no
such record reaches the pages that set it up or ask for it, and nothing else.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.models import User
from pledges.permissions import needs_second_step

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Reached without the second step: the ways out, language and display, what machines ask for, and the link of
# an invitation, which only puts its token out of the address (the page behind it is closed like any other).
OPEN_TO_ALL = frozenset(
    {
        "account_login",
        "account_logout",
        "invitation",
        "set_language",
        "display",
        "healthz",
        "robots",
        "favicon",
    }
)
# Published documents are everybody's, also of who is halfway through a login.
OPEN_NAMESPACES = frozenset({"public", "documents"})
# With no authenticator yet: what sets one up. With one: what asks for it. Never both, or whoever
# knows the password alone could add a second authenticator and pass with that.
SETS_UP = frozenset({"mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"})
ASKS = frozenset({"mfa_reauthenticate", "mfa_reauthenticate_webauthn"})
WENT_TO = "second_step_next"


def has_passed(request: HttpRequest) -> bool:
    """Whether this session's person has passed a second step in it. Reads the session, no other query."""
    person = request.session.get(SESSION_KEY)
    if person is None:
        return False
    # The key alone: reading the row here would cost every page a query.
    records = get_authentication_records(request, User(pk=User._meta.pk.to_python(person)))
    return any(record.get("method") == "mfa" for record in records)


def has_authenticator(user: Any) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_STEPS).exists()


def step_due(request: HttpRequest) -> str:
    """``"setup"`` or ``"pass"`` where the person still owes the second step, else ``""``."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or has_passed(request):
        return ""
    user = request.user
    if not user.is_authenticated or not needs_second_step(user):
        return ""
    return "pass" if has_authenticator(user) else "setup"


class SecondStepMiddleware:
    """Leads whoever owes the second step to it, from every address; nothing else is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in OPEN_TO_ALL or name.partition(":")[0] in OPEN_NAMESPACES:
            return None
        due = step_due(request)
        request.second_step = due  # type: ignore[attr-defined]
        if not due:
            return _kept_last(request, kwargs) if name == "mfa_remove_webauthn" else None
        if name in (SETS_UP if due == "setup" else ASKS):
            return None
        return _led_there(request, due)


def _led_there(request: HttpRequest, due: str) -> HttpResponse:
    """The answer in place of the page: the way to the second step, or 403 where something was sent."""
    htmx = getattr(request, "htmx", False)
    is_page = request.method in ("GET", "HEAD") and not htmx
    way = reverse("mfa_activate_totp" if due == "setup" else "mfa_reauthenticate")
    response: HttpResponse
    if is_page:
        request.session[WENT_TO] = request.get_full_path()
        if due == "pass":
            way = f"{way}?{urlencode({'next': request.get_full_path()})}"
        response = HttpResponseRedirect(way)
    else:
        response = render(request, "account/second_step_due.html", {"way": way, "due": due}, status=403)
        if htmx:
            response["HX-Redirect"] = way
    add_never_cache_headers(response)
    return response


def _kept_last(request: HttpRequest, kwargs: Any) -> HttpResponse | None:
    """allauth asks its adapter before TOTP is switched off, but not before a passkey is removed."""
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    authenticator = Authenticator.objects.filter(user=request.user, pk=kwargs.get("pk")).first()
    if authenticator is None or get_adapter().can_delete_authenticator(authenticator):
        return None
    messages.error(request, SecondStepAdapter.error_messages["cannot_delete_authenticator"])
    return redirect("mfa_list_webauthn")


class SecondStepAdapter(DefaultMFAAdapter):
    """allauth's adapter: nobody who needs the second step removes the last means of it."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs two-step login: the last authenticator can't be removed. Add another one first."
        ),
        "incorrect_code": gettext_lazy("This code is not right. Enter the one that the app shows now."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not needs_second_step(authenticator.user):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=SECOND_STEPS)
        return others.exclude(pk=authenticator.pk).exists()

    def get_totp_issuer(self) -> str:
        """What the app writes above the code."""
        return str(settings.SITE_NAME)


@receiver(authenticator_added)
def record_set_up(
    sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **more: Any
) -> None:
    """Setting TOTP or a passkey up takes a code or a touch of it: that is the second step of this session."""
    if authenticator.type in SECOND_STEPS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=str(authenticator.type))


@receiver(authentication_failed)
def count_wrong_code(sender: Any, request: HttpRequest, user: Any, **more: Any) -> None:
    """A wrong code counts as a failed login, so that six digits can't be tried out."""
    user_login_failed.send(sender=__name__, credentials={"username": user.get_username()}, request=request)


class _Counted:
    """Mixin of allauth's forms for a code: locked like the login, and no TOTP code counts twice."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        credentials = {"username": self.user.get_username()}
        request = context.request
        if not AxesProxyHandler.is_allowed(request, credentials):
            request.axes_locked_out = True
            request.axes_credentials = credentials
            raise ValidationError(_("Login is paused"), code="locked")
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not _used_first(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        AxesProxyHandler.reset_attempts(username=self.user.get_username())
        return code


@transaction.atomic
def _used_first(authenticator: Authenticator, code: str) -> bool:
    """Keep the number of the time step of this code; False where it, or a later one, was used before.

    RFC 6238, 5.2. allauth remembers used codes in the cache, which each process has for itself.
    """
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    secret = get_adapter().decrypt(row.data["secret"])
    fitting = [
        counter
        for counter in yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter)))
    ]
    fresh = [counter for counter in fitting if counter > row.data.get("last_counter", -1)]
    if not fresh:
        return False
    row.data["last_counter"] = max(fresh)
    row.save(update_fields=["data"])
    return True


class CodeForm(_Counted, AuthenticateForm):
    """The code of a login."""


class CodeAgainForm(_Counted, ReauthenticateForm):
    """The code inside a session."""


def usable_code(secret: str, used: int = -1) -> str:
    """The six digits that an app with this secret shows now.

    Where that time step was used already (``used`` or one before it), those of the next one, which count too.
    """
    now = int(time.time()) // app_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(secret, now if used < now else now + 1))
