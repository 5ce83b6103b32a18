"""People and what they may do where. Personal data stays here, out of history and documents."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.enums import Role
from pledges.models.places import Department, Municipality
from pledges.querysets import HandoverQuerySet, InvitationQuerySet, MembershipQuerySet


class User(AbstractUser):
    """A person with a login. One name field: Korean names are not split."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("person")  # type: ignore[assignment]
        verbose_name_plural = _("people")  # type: ignore[assignment]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="user_unique_email",
                violation_error_message=_("Another account has this e-mail address."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()


class Membership(models.Model):
    """What one person is in one city: a role, for officers and heads in one department.

    ``calendar_number`` is part of the address under which a calendar program reads
    the department's due dates: once it has grown, the addresses before open nothing.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("municipality")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="memberships",
        null=True,
        blank=True,
        verbose_name=_("department"),
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    calendar_number = models.PositiveIntegerField(_("calendar address no."), default=1, editable=False)

    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["municipality", "role", "pk"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "municipality", "department", "role"],
                condition=Q(department__isnull=False),
                name="membership_unique_in_department",
            ),
            models.UniqueConstraint(
                fields=["user", "municipality", "role"],
                condition=Q(department__isnull=True),
                name="membership_unique_in_city",
            ),
            models.CheckConstraint(
                condition=Q(department__isnull=False) | ~Q(role__in=[Role.OFFICER, Role.HEAD]),
                name="membership_department_role_has_department",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.department or self.municipality}"


class Invitation(models.Model):
    """A place in a city held open for a person who has been written to.

    The mail carries a one-time link; the row keeps only the SHA-256 of its
    token. It holds an address and a name, so it stays out of history and is
    deleted with its person. ``hands_over`` is the membership that the person
    takes over on acceptance, with ``note`` for the handover.
    """

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=60)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("municipality")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="invitations",
        null=True,
        blank=True,
        verbose_name=_("department"),
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    token_digest = models.CharField(_("digest of the token"), max_length=64, unique=True)
    invited_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("accepted by")
    )
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    hands_over = models.ForeignKey(
        Membership,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("takes over"),
    )
    note = models.TextField(_("note"), blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False) | ~Q(role__in=[Role.OFFICER, Role.HEAD]),
                name="invitation_department_role_has_department",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class Handover(models.Model):
    """인계인수: one person's place in a department passed to another, with the list of what was open then.

    ``open_items`` holds a mapping for each report that was not finished: pledge
    code and name, 기준일, state, due date.
    """

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="handovers", verbose_name=_("department")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    giver = models.ForeignKey(
        User, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("handed over by")
    )
    taker = models.ForeignKey(
        User, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("taken over by")
    )
    recorded_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("recorded by")
    )
    note = models.TextField(_("note"), blank=True)
    open_items = models.JSONField(_("open items"), default=list, blank=True)
    handed_at = models.DateTimeField(_("handed over at"), auto_now_add=True)
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-handed_at", "-pk"]
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [models.CheckConstraint(condition=Q(role__in=Role.values), name="handover_role_known")]

    def __str__(self) -> str:
        return f"{self.department} · {self.handed_at:%Y-%m-%d}"
