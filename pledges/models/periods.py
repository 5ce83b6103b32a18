"""The turns of a plan's cycle and when their reports are due."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.enums import PeriodState
from pledges.models.places import Department
from pledges.models.plans import Plan
from pledges.querysets import DueExtensionQuerySet, PeriodQuerySet


class ReportingPeriod(models.Model):
    """One turn of a plan's cycle, named by its 기준일.

    It has no row history: it is made on the fly by imports and its few changes
    are dated here. The period before the term (기투자) carries spent money only.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="periods", verbose_name=_("plan"))
    as_of = models.DateField(_("as of"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=PeriodState, default=PeriodState.OPEN)
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    # Approved reports stay approved: more of them than this, and some came after it was published last.
    published_reports = models.PositiveIntegerField(
        _("approved reports when it was published last"), null=True, blank=True
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-as_of"]
        verbose_name = _("reporting period")
        verbose_name_plural = _("reporting periods")
        constraints = [
            models.UniqueConstraint(fields=["plan", "as_of"], name="period_unique_as_of"),
            models.CheckConstraint(condition=Q(due_on__gte=F("as_of")), name="period_due_after_as_of"),
            models.CheckConstraint(condition=Q(state__in=PeriodState.values), name="period_state_known"),
            models.CheckConstraint(
                condition=~Q(state=PeriodState.PUBLISHED) | Q(published_at__isnull=False),
                name="period_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.as_of.isoformat()

    @property
    def quarter(self) -> int:
        return (self.as_of.month + 2) // 3

    @property
    def is_open(self) -> bool:
        return self.state == PeriodState.OPEN

    @property
    def is_published(self) -> bool:
        return self.state == PeriodState.PUBLISHED


def due_date(as_of: dt.date) -> dt.date:
    """When a period's reports are due: the 10th of the month after its 기준일 (ordinance practice)."""
    return (as_of.replace(day=1) + dt.timedelta(days=32)).replace(day=10)


class DueExtension(models.Model):
    """기한 연장: a later due date for one department, or for all where ``department`` is null.

    The latest date that concerns a department counts; an extension is never a shortening.
    """

    period = models.ForeignKey(
        ReportingPeriod,
        on_delete=models.CASCADE,
        related_name="extensions",
        verbose_name=_("reporting period"),
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="due_extensions",
        null=True,
        blank=True,
        verbose_name=_("department"),
    )
    due_on = models.DateField(_("due on"))
    reason = models.CharField(_("reason"), max_length=500)
    granted_at = models.DateTimeField(_("granted at"), auto_now_add=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("granted by"),
    )

    objects = DueExtensionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["granted_at", "pk"]
        verbose_name = _("extension of a due date")
        verbose_name_plural = _("extensions of due dates")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="due_extension_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.department or self.period} → {self.due_on}"
