"""What a department reports of a pledge in a period."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.enums import DatePrecision, Mark, ReportSource, ReportState, Status
from pledges.exact import ExactDecimalField
from pledges.models.indicators import Indicator
from pledges.models.periods import ReportingPeriod
from pledges.models.plans import OwnStatus, Pledge, ScheduleTask
from pledges.querysets import OfReportQuerySet, ReportQuerySet


class ProgressReport(models.Model):
    """What a department reports of one pledge in one period, by revision.

    Live is the highest approved revision (``objects.live()``). A draft or a
    correction is a new revision, complete in itself, and hides nothing until it
    is approved. ``status`` blank means "not set here": the latest earlier
    report that sets one counts; ``Status.NONE`` takes it back. ``entered_rate``
    (percent) serves pledges without indicators in the same way, and
    ``rate_withdrawn`` takes an earlier one back.
    """

    pledge = models.ForeignKey(
        Pledge, on_delete=models.PROTECT, related_name="reports", verbose_name=_("pledge")
    )
    period = models.ForeignKey(
        ReportingPeriod, on_delete=models.PROTECT, related_name="reports", verbose_name=_("reporting period")
    )
    revision = models.PositiveIntegerField(_("revision"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.DRAFT)
    source = models.CharField(_("source"), max_length=8, choices=ReportSource, default=ReportSource.FORM)
    status = models.CharField(_("status"), max_length=12, choices=Status, blank=True)
    own_status = models.ForeignKey(
        OwnStatus,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("status of the plan's own"),
    )
    entered_rate = ExactDecimalField(_("entered rate (%)"), null=True, blank=True)
    rate_withdrawn = models.BooleanField(_("entered rate withdrawn"), default=False)
    cause = models.TextField(_("cause of the delay"), blank=True)
    remedy = models.TextField(_("remedy"), blank=True)
    reason = models.TextField(_("reason for the correction"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("submitted by"),
    )
    signed_at = models.DateTimeField(_("signed off at"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("signed off by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approved by"),
    )
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("last saved by"),
    )

    objects = ReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-period__as_of", "-revision"]
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        indexes = [models.Index(fields=["period", "state"], name="report_period_state")]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "period", "revision"], name="report_unique_revision"),
            models.UniqueConstraint(
                fields=["pledge", "period"],
                condition=~Q(state=ReportState.APPROVED),
                name="report_one_unfinished",
            ),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(condition=Q(status__in=["", *Status.values]), name="report_status_known"),
            models.CheckConstraint(
                condition=Q(status=Status.OTHER, own_status__isnull=False)
                | (~Q(status=Status.OTHER) & Q(own_status__isnull=True)),
                name="report_other_status_is_named",
            ),
            models.CheckConstraint(
                condition=Q(entered_rate__isnull=True) | Q(entered_rate__gte=0, entered_rate__lte=100),
                name="report_entered_rate_0_to_100",
            ),
            models.CheckConstraint(
                condition=Q(rate_withdrawn=False) | Q(entered_rate__isnull=True),
                name="report_rate_set_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.APPROVED) | Q(approved_at__isnull=False),
                name="report_approved_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.SIGNED) | Q(signed_at__isnull=False),
                name="report_signed_has_time",
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="report_revision_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.pledge} · {self.period} · {self.revision}"


class Actual(models.Model):
    """What one period added to an indicator (or its level then). No row: nothing was entered."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.CASCADE, related_name="actuals", verbose_name=_("progress report")
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="actuals", verbose_name=_("indicator")
    )
    value = ExactDecimalField(_("value"))

    objects = OfReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("actual value")
        verbose_name_plural = _("actual values")
        constraints = [
            models.UniqueConstraint(fields=["report", "indicator"], name="actual_unique_indicator")
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.value}"


class ScheduleMark(models.Model):
    """What a report says of a task's quarter. The latest live report that marks it counts."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.CASCADE, related_name="marks", verbose_name=_("progress report")
    )
    task = models.ForeignKey(
        ScheduleTask, on_delete=models.PROTECT, related_name="marks", verbose_name=_("task")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    mark = models.CharField(_("mark"), max_length=10, choices=Mark)

    objects = OfReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["year", "quarter"]
        verbose_name = _("schedule mark")
        verbose_name_plural = _("schedule marks")
        constraints = [
            models.UniqueConstraint(fields=["report", "task", "year", "quarter"], name="mark_unique_quarter"),
            models.CheckConstraint(condition=Q(quarter__range=(1, 4)), name="mark_quarter_1_to_4"),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="mark_known"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.year}-{self.quarter}: {self.mark}"


class Achievement(models.Model):
    """추진실적: one dated line with its sub-lines.

    ``2023. 3.~9.`` is starts_on 2023-03-01, ends_on 2023-09-30, precision month;
    ``2025. 4.~`` is open-ended and its ends_on is the end of the first month.
    """

    report = models.ForeignKey(
        ProgressReport,
        on_delete=models.CASCADE,
        related_name="achievements",
        verbose_name=_("progress report"),
    )
    position = models.PositiveIntegerField(_("position"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    precision = models.CharField(_("precision"), max_length=5, choices=DatePrecision)
    open_ended = models.BooleanField(_("still going on"), default=False)
    text = models.CharField(_("achievement"), max_length=500)
    details = models.TextField(_("details"), blank=True)

    objects = OfReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_on", "ends_on", "position", "pk"]
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "starts_on", "ends_on", "precision", "open_ended", "text"],
                name="achievement_unique",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="achievement_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="achievement_has_text"),
            models.CheckConstraint(
                condition=Q(precision__in=DatePrecision.values), name="achievement_precision_known"
            ),
        ]

    def __str__(self) -> str:
        return self.text
