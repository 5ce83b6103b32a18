"""Reporting periods and what departments report in them."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.enums import DatePrecision, Mark, PeriodState, ReportSource, ReportState, Status
from pledges.exact import ExactDecimalField
from pledges.models.indicators import Indicator
from pledges.models.plans import OwnStatus, Plan, Pledge, ScheduleTask
from pledges.querysets import OfReportQuerySet, PeriodQuerySet, ReportQuerySet


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
            models.CheckConstraint(condition=Q(revision__gte=1), name="report_revision_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.pledge} · {self.period} · {self.revision}"

    @property
    def is_late(self) -> bool:
        """Handed in after the due date. Reads the period."""
        return self.submitted_at is not None and timezone.localdate(self.submitted_at) > self.period.due_on


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


def evidence_path(evidence: "EvidenceFile", filename: str) -> str:
    """Evidence is stored under its digest: a typed file name never becomes a path."""
    return f"evidence/{evidence.sha256[:2]}/{evidence.sha256}"


class EvidenceFile(models.Model):
    """A file that shows what a report says. Served as a download by the rights of its report."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("progress report")
    )
    file = models.FileField(_("file"), upload_to=evidence_path)
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(_("media type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("uploaded by"),
    )

    objects = OfReportQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at", "pk"]
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        constraints = [
            models.UniqueConstraint(fields=["report", "sha256"], name="evidence_unique_content"),
            models.CheckConstraint(condition=Q(size__gt=0), name="evidence_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class ReportComment(models.Model):
    """A word between the planning office and a department about a report; kept for good."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.CASCADE, related_name="comments", verbose_name=_("progress report")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("author"),
    )
    body = models.TextField(_("comment"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="comment_has_body")]

    def __str__(self) -> str:
        return self.body[:60]
