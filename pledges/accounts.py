"""How people come in: by invitation only, and not by trying passwords."""

import math
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import record_authentication
from axes.helpers import get_client_ip_address, get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges.models import User
from pledges.notation import fold_key


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up alone; an administrator makes accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class StaffLoginForm(LoginForm):
    """Login by user name or e-mail, with labels that say so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        self.fields["login"].widget.attrs.update(
            autocomplete="username", autocapitalize="none", placeholder=""
        )
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs["placeholder"] = ""
        self.fields["password"].help_text = ""


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name by which failed logins are counted: one person, one count, however the login is spelt.

    An e-mail address counts for its person, and letter case makes no difference.
    """
    typed = (credentials or {}).get("username") or request.POST.get("login") or ""
    name = fold_key(str(typed)).casefold()[:150]
    if "@" in name:
        found = User.objects.filter(email__iexact=name).values_list("username", flat=True).first()
        name = (found or name).casefold()
    return name


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The page after too many failed logins: when to try again (429, with Retry-After)."""
    cool_off = get_cool_off(request) or timedelta()
    last = (
        AccessAttempt.objects.filter(
            username=lockout_name(request, credentials), ip_address=get_client_ip_address(request)
        )
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)
        .first()
    )
    again_at = (last or timezone.now()) + cool_off
    seconds = max(1, math.ceil((again_at - timezone.now()).total_seconds()))
    page = render(
        request,
        "account/locked_out.html",
        {"again_at": again_at, "minutes": math.ceil(seconds / 60)},
        status=429,
    )
    page["Retry-After"] = str(seconds)
    return page


def sign_in(request: HttpRequest, user: User) -> None:
    """Log in a person who has just chosen this account's password. The second step is still to come."""
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    # The password was typed a moment ago: setting two-step login up does not ask for it again.
    record_authentication(request, user, method="password", reauthenticated=True)
