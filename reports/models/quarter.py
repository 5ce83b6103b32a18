"""What the quarterly form and its reminders keep beside the reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges.models import Pledge, ReportingPeriod
from reports.querysets import KeptFormQuerySet, ReminderQuerySet
from studygroups.models import Proposal


class KeptForm(models.Model):
    """What a person has typed into a quarterly form and not saved yet, kept as it was typed.

    ``body`` is the form as a browser sends it, whether its cells can be read or
    not; ``base_version`` the version of the report that the form began from (0
    where there was none). It is nobody else's to see, and goes when the form is saved.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="+", verbose_name=_("pledge"))
    period = models.ForeignKey(
        ReportingPeriod, on_delete=models.CASCADE, related_name="+", verbose_name=_("reporting period")
    )
    base_version = models.PositiveIntegerField(_("version of the report"))
    body = models.TextField(_("what was typed"))
    kept_at = models.DateTimeField(_("kept at"), auto_now=True)

    objects = KeptFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved form")
        verbose_name_plural = _("unsaved forms")
        constraints = [
            models.UniqueConstraint(fields=["user", "pledge", "period"], name="kept_form_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.pledge} · {self.period}"


class Reminder(models.Model):
    """A mail that went to a person about a period or a proposal, so that it goes once.

    ``stage`` tells the three apart. ``due_on`` is the due date that it spoke of: an
    extended date is reminded of anew. ``round`` counts the weeks since then where it
    is overdue, from 0. A row without ``sent_at`` is a mail that is on its way, or was
    when its process died.
    """

    class Stage(models.TextChoices):
        WEEK = "week", _("7 days before")
        DAY = "day", _("1 day before")
        OVERDUE = "overdue", _("After the due date")

    period = models.ForeignKey(
        ReportingPeriod,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        verbose_name=_("reporting period"),
    )
    proposal = models.ForeignKey(
        Proposal, on_delete=models.CASCADE, related_name="+", null=True, verbose_name=_("proposal")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    stage = models.CharField(_("stage"), max_length=8, choices=Stage)
    due_on = models.DateField(_("due on"))
    round = models.PositiveSmallIntegerField(_("week overdue"), default=0)
    claimed_at = models.DateTimeField(_("taken in hand at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["-claimed_at", "-pk"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "user", "stage", "due_on", "round"], name="reminder_once"
            ),
            models.UniqueConstraint(
                fields=["proposal", "user", "stage", "due_on", "round"], name="reminder_once_of_proposal"
            ),
            models.CheckConstraint(
                condition=Q(period__isnull=True, proposal__isnull=False)
                | Q(period__isnull=False, proposal__isnull=True),
                name="reminder_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["week", "day", "overdue"]), name="reminder_stage_known"
            ),
            models.CheckConstraint(
                condition=Q(round=0) | Q(stage="overdue"), name="reminder_rounds_only_overdue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period or self.proposal} · {self.stage}"
