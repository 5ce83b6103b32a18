"""What hangs on a report beside its figures: evidence files and the thread of comments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pledges.enums import ReportSection
from pledges.models.reports import ProgressReport
from pledges.querysets import EvidenceQuerySet


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

    objects = EvidenceQuerySet.as_manager()

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
    """A word between the planning office and a department about a report; kept for good.

    ``section`` names the part of the report that it is about; blank is the whole.
    """

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
    section = models.CharField(_("section"), max_length=12, choices=ReportSection, blank=True)
    body = models.TextField(_("comment"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="comment_has_body"),
            models.CheckConstraint(
                condition=Q(section__in=["", *ReportSection.values]), name="comment_section_known"
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]
