"""Invitations: a place held open for somebody who is written to, and taken with a one-time link.

The token stands in the mail alone; the row keeps its SHA-256. Reading the
link uses nothing up: scanners of mails do that.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.models import Department, Invitation, Membership, Municipality, User
from pledges.notation import clean_text
from pledges.permissions import Action, require
from pledges.querysets import UserQuerySet
from pledges.workflow.errors import WorkflowError, WrongState
from pledges.workflow.handovers import complete_handover, requires_handing_over
from pledges.workflow.people import PersonRefused, check_place, give_membership, needs_code

TOKEN_BYTES = 32


class InvitationState(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class InvitationGone(WorkflowError):
    """The link opens nothing (any more). ``state`` says why."""

    def __init__(self, state: InvitationState) -> None:
        super().__init__(_("This invitation is no longer valid."))
        self.state = state


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with the token that only its mail may carry."""

    invitation: Invitation
    token: str


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def state_of(invitation: Invitation | None, now: dt.datetime | None = None) -> InvitationState:
    if invitation is None:
        return InvitationState.UNKNOWN
    if invitation.accepted_at:
        return InvitationState.ACCEPTED
    if invitation.revoked_at:
        return InvitationState.REVOKED
    return (
        InvitationState.OPEN if invitation.expires_at > (now or timezone.now()) else InvitationState.EXPIRED
    )


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a token, whatever became of it. The same one query for every token."""
    found: Invitation | None = Invitation.objects.for_digest(digest_of(token)).with_places().first()
    return found


@transaction.atomic
def invite_person(
    *,
    municipality: Municipality,
    email: str,
    name: str,
    role: str,
    user: Any,
    department: Department | None = None,
) -> Invited:
    """Hold a place open for a person; the caller mails the token.

    Raises PermissionDenied, and PersonRefused with the field at fault: a place that can't be, an address that
    has this place already or is invited to it.
    """
    require(user, Action.MANAGE_PEOPLE, municipality=municipality)
    with operation("invited", user=user, municipality=municipality):
        return _made(municipality, email, name, role, department, user)


@transaction.atomic
def invite_taker(*, membership: Membership, email: str, name: str, user: Any, note: str = "") -> Invited:
    """Invite the person to whom a membership is handed over: accepting completes the handover.

    Raises PermissionDenied, PersonRefused, and WrongState where the membership was ended meanwhile.
    """
    held = requires_handing_over(membership, user)
    with operation("invited", user=user, municipality=held.municipality):
        waiting = Invitation.objects.filter(hands_over=held).pending()
        if waiting.exists():
            raise WrongState(
                _("Somebody is invited to take this over already: take that invitation back first.")
            )
        return _made(
            held.municipality,
            email,
            name,
            held.role,
            held.department,
            user,
            hands_over=held,
            note=clean_text(note),
        )


@transaction.atomic
def renew_invitation(*, invitation: Invitation, user: Any) -> Invited:
    """A new link with a new term; the old one opens nothing any more.

    Raises PermissionDenied, and InvitationGone where it was accepted or taken back.
    """
    with operation("invitation_renewed", user=user, municipality=invitation.municipality):
        held = _mine(invitation, user)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        held.token_digest = digest_of(token)
        held.expires_at = _expiry()
        held.save()
        return Invited(held, token)


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, user: Any) -> Invitation:
    """Take an invitation back. Raises PermissionDenied, and InvitationGone where it is no longer waiting."""
    with operation("invitation_revoked", user=user, municipality=invitation.municipality):
        held = _mine(invitation, user)
        held.revoked_at = timezone.now()
        held.save()
        return held


@transaction.atomic
def accept_as_new(*, token: str, username: str, name: str, password: str) -> tuple[User, Membership]:
    """Make the invited person's account, with the place held open for them.

    Raises InvitationGone, and PersonRefused with the field at fault: the address has an account already (log
    in and accept then), the user name is taken, the password is refused.
    """
    # One frame for the account and the place: the log's head is locked after both.
    with operation("invitation_accepted"):
        held = _open(token)
        if has_account(held):
            raise _known_already()
        if User.objects.filter(username__iexact=username).exists():
            raise PersonRefused(_("This user name is taken. Choose another one."), "username")
        person = User(username=username, name=clean_text(name), email=held.email)
        try:
            person.full_clean(exclude=["password"])
            validate_password(password, person)
        except ValidationError as error:
            if hasattr(error, "error_dict"):
                field, found = next(iter(error.message_dict.items()))
                raise PersonRefused(" ".join(found), field) from error
            raise PersonRefused(" ".join(error.messages), "password1") from error
        person.set_password(password)
        # Whoever opened the link has this address; that somebody else noted it as a second one ends here.
        EmailAddress.objects.filter(email__iexact=held.email).delete()
        try:
            with transaction.atomic():
                person.save()
        except IntegrityError as error:
            # Somebody was faster between the questions above and this row: with the address or the name.
            if has_account(held):
                raise _known_already() from error
            raise PersonRefused(_("This user name is taken. Choose another one."), "username") from error
        return person, _taken(held, person)


@transaction.atomic
def accept_as(*, token: str, user: User) -> Membership:
    """Add the place to an account that its person is logged in with.

    Raises InvitationGone, and PermissionDenied where the invitation was sent to another address.
    """
    held = _open(token)
    if not is_for(held, user):
        raise PermissionDenied(_("This invitation was sent to another address."))
    return _taken(held, user)


def is_for(invitation: Invitation, user: Any) -> bool:
    return bool(user.is_authenticated and user.email and user.email.lower() == invitation.email.lower())


def has_account(invitation: Invitation) -> bool:
    """Whether the invited address belongs to an account already."""
    return has_account_at(invitation.email)


def has_account_at(email: str) -> bool:
    """Whether an address, as it was typed, has an account. Who may be told is the caller's question."""
    return UserQuerySet(User).for_email(clean_text(email)).exists()


def mail_invitation(invited: Invited) -> None:
    """Send the link, in Korean. Raises what the mail server does (OSError, SMTPException)."""
    invitation = invited.invitation
    address = reverse("invitation", kwargs={"token": invited.token})
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "invitation": invitation,
            "link": f"{settings.PORTAL_URL}{address}",
            "needs_code": needs_code(invitation.role),
            "is_known": has_account(invitation),
            "expires_at": timezone.localtime(invitation.expires_at),
            "days": settings.INVITATION_DAYS,
        }
        send_mail(
            _("[%(city)s pledge portal] You are invited") % {"city": invitation.municipality.name},
            render_to_string("mail/invitation.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [invitation.email],
        )


# --- Parts ---


def _known_already() -> PersonRefused:
    return PersonRefused(_("This address has an account already. Log in with it, then accept."))


def _expiry() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=settings.INVITATION_DAYS)


def _made(
    municipality: Municipality,
    email: str,
    name: str,
    role: str,
    department: Department | None,
    user: Any,
    **more: Any,
) -> Invited:
    address = clean_text(email)
    try:
        validate_email(address)
    except ValidationError as error:
        raise PersonRefused(" ".join(error.messages), "email") from error
    if not clean_text(name):
        raise PersonRefused(_("Enter the name."), "name")
    check_place(municipality, role, department)
    same_place = {"role": role, "department": department}
    if Membership.objects.for_municipality(municipality).for_email(address).filter(**same_place).exists():
        raise PersonRefused(_("This person has this place already."), "email")
    waiting = Invitation.objects.for_municipality(municipality).for_email(address).pending()
    if waiting.filter(**same_place).exists():
        raise PersonRefused(
            _("This address is invited to this place already. Send that invitation again."), "email"
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation(
        email=address,
        name=clean_text(name),
        municipality=municipality,
        department=department,
        role=role,
        token_digest=digest_of(token),
        invited_by=user,
        expires_at=_expiry(),
        **more,
    )
    invitation.save()
    return Invited(invitation, token)


def _mine(invitation: Invitation, user: Any) -> Invitation:
    """The invitation, locked and waiting, once the user may decide on it, as on people or on a handover."""
    held = _locked(Invitation.objects.filter(pk=invitation.pk))
    if held is None:
        raise InvitationGone(InvitationState.UNKNOWN)
    if held.hands_over_id is not None:
        require(user, Action.HAND_OVER, municipality=held.municipality_id, department=held.department_id)
    else:
        require(user, Action.MANAGE_PEOPLE, municipality=held.municipality_id)
    if state_of(held) in (InvitationState.ACCEPTED, InvitationState.REVOKED):
        raise InvitationGone(state_of(held))
    return held


def _open(token: str) -> Invitation:
    """The invitation, locked and open, with what it hands over.

    The membership is locked before the invitation, as handing over and ending a place do. Raises
    InvitationGone, also where the place to be taken over is no longer the one that was offered.
    """
    digest = digest_of(token)
    seen = Invitation.objects.for_digest(digest).first()
    given = None
    if seen is not None and seen.hands_over_id is not None:
        given = Membership.objects.select_for_update().filter(pk=seen.hands_over_id).first()
    held = _locked(Invitation.objects.for_digest(digest))
    if held is None or seen is None or state_of(held) is not InvitationState.OPEN:
        raise InvitationGone(state_of(held))
    if seen.hands_over_id is not None and (given is None or not _offers(held, given)):
        raise InvitationGone(InvitationState.REVOKED)
    return held


def _offers(invitation: Invitation, given: Membership) -> bool:
    """Whether a membership still is the place that the invitation names."""
    return (given.pk, given.role, given.department_id, given.municipality_id) == (
        invitation.hands_over_id,
        invitation.role,
        invitation.department_id,
        invitation.municipality_id,
    )


def _locked(invitations: Any) -> Invitation | None:
    found: Invitation | None = invitations.with_places().select_for_update(of=("self",)).first()
    return found


def _taken(held: Invitation, person: User) -> Membership:
    """Use the invitation up: the person has the place, and what was to be handed over is handed over."""
    # The place may have changed since the mail was sent: a department that is no more takes nobody.
    check_place(held.municipality, held.role, held.department)
    with operation("invitation_accepted", user=person, municipality=held.municipality):
        given = held.hands_over
        # What is handed over is gone after that, and the row would point at nothing.
        held.accepted_at, held.accepted_by, held.hands_over = timezone.now(), person, None
        held.save()
        if given is not None:
            membership = complete_handover(
                membership=given, taker=person, recorder=held.invited_by, note=held.note
            )
        else:
            membership, _made_now = give_membership(
                person=person,
                municipality=held.municipality,
                role=held.role,
                department=held.department,
                user=person,
            )
    return membership
