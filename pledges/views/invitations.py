"""The way in for the invited: the link of the mail, and the page behind it.

The link only puts its token into the session and goes on, whatever the token
is: it is in no address after that, so neither in a log nor in what the next
page is told, and every token is answered alike.
"""

from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.accounts import sign_in
from pledges.forms.people import AcceptForm
from pledges.permissions import public
from pledges.workflow.errors import WorkflowError
from pledges.workflow.invitations import (
    InvitationGone,
    InvitationState,
    accept_as,
    accept_as_new,
    find_invitation,
    has_account,
    is_for,
    state_of,
)
from pledges.workflow.people import PersonRefused

TOKEN = "invitation_token"  # noqa: S105


@public
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail. Nothing is looked up and nothing used up."""
    request.session[TOKEN] = token
    response = redirect("invitation_accept")
    response["Referrer-Policy"] = "no-referrer"
    add_never_cache_headers(response)
    return response


@public
def accept(request: HttpRequest) -> HttpResponse:
    """What the invitation is for, and the form (or the button) that accepts it."""
    if not ratelimit.consume(request, action="invitation"):
        return _closed(request, "busy", status=429)
    token = str(request.session.get(TOKEN, ""))
    invitation = find_invitation(token)
    state = state_of(invitation)
    if invitation is None or state is not InvitationState.OPEN:
        return _closed(request, state)
    if request.user.is_authenticated:
        if not is_for(invitation, request.user):
            return _page(request, "account/invitation_other.html", {"invitation": invitation}, 403)
        if request.method == "POST":
            return _joined(request, token)
        return _page(request, "account/invitation_join.html", {"invitation": invitation})
    if has_account(invitation):
        return _page(request, "account/invitation_login.html", {"invitation": invitation})
    form = AcceptForm(
        request.POST if request.method == "POST" else None,
        initial={"name": invitation.name, "username": invitation.email.partition("@")[0]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            person, _membership = accept_as_new(
                token=token,
                username=form.cleaned_data["username"],
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password1"],
            )
        except InvitationGone as error:
            return _closed(request, error.state)
        except PersonRefused as error:
            form.refuse(error.field, error.message)
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            sign_in(request, person)
            request.session.pop(TOKEN, None)
            messages.success(request, _("Your account is ready."))
            return redirect("/staff/")
    return _page(
        request,
        "account/invitation.html",
        {"invitation": invitation, "form": form},
        422 if form.is_bound else 200,
    )


def _joined(request: HttpRequest, token: str) -> HttpResponse:
    try:
        membership = accept_as(token=token, user=request.user)  # type: ignore[arg-type]
    except InvitationGone as error:
        return _closed(request, error.state)
    except PermissionDenied:
        raise
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect("invitation_accept")
    request.session.pop(TOKEN, None)
    messages.success(request, _("You now are: %(place)s.") % {"place": membership})
    return redirect("/staff/")


def _closed(request: HttpRequest, state: str, *, status: int = 410) -> HttpResponse:
    if status == 410:
        request.session.pop(TOKEN, None)
    return _page(request, "account/invitation_closed.html", {"state": str(state)}, status)


def _page(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    add_never_cache_headers(response)
    return response
