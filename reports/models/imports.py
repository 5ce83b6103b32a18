"""Imports of plans: what was uploaded, what it would change or has changed, and what became of it."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges.models import Municipality, Plan
from reports.querysets import ImportBatchQuerySet


def import_path(batch: "ImportBatch", _name: str) -> str:
    """Where the file is kept; nothing of its own name is in the path."""
    return f"imports/{batch.pk}.xlsx"


class ImportBatch(models.Model):
    """One import of a file, from the stage that a person looks at to the rows that it wrote.

    ``counts``: {"new", "changed", "unchanged"} rows by sheet. ``diff`` holds every
    changed row, compressed (``reports.workbook.diffs``), and ``diff_digest`` the
    SHA-256 over it: what is confirmed is what was previewed. ``findings`` are
    errors, warnings and ignored sheets as the contract's JSON, how many of them were too many to keep
    ("rest"), their language, and the new periods. ``first_entry``
    and ``last_entry`` are the audit log's rows that the import wrote; rolling
    back reads from them what was there before. ``user`` null is the command line,
    which stages nothing. Since ``redacted_at`` there is neither file nor cell of it.
    No person's name is kept beside the key.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("Waiting to be confirmed")
        APPLIED = "applied", _("Applied")
        ROLLED_BACK = "rolled_back", _("Rolled back")

    class Layout(models.TextChoices):
        WORKBOOK = "workbook", _("Plan workbook")
        CARDS = "cards", _("Pledge cards")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        related_name="imports",
        null=True,
        blank=True,
        verbose_name=_("municipality"),
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="imports", null=True, blank=True, verbose_name=_("plan")
    )
    as_of = models.DateField(_("as of"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State)
    layout = models.CharField(_("layout"), max_length=10, choices=Layout, default=Layout.WORKBOOK)
    file = models.FileField(_("file"), upload_to=import_path)
    file_name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveIntegerField(_("size (bytes)"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    over_drafts = models.BooleanField(_("import over open drafts"), default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("person"),
    )
    staged_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    rolled_back_at = models.DateTimeField(_("rolled back at"), null=True, blank=True)
    rolled_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("rolled back by"),
    )
    rollback_reason = models.TextField(_("reason for rolling back"), blank=True)
    redacted_at = models.DateTimeField(_("contents erased at"), null=True, blank=True)
    counts = models.JSONField(_("rows by sheet"), default=dict)
    findings = models.JSONField(_("errors and warnings"), encoder=DjangoJSONEncoder, default=dict)
    diff = models.BinaryField(_("changes"), default=bytes)
    diff_digest = models.CharField(_("digest of the changes"), max_length=64, blank=True)
    first_entry = models.PositiveBigIntegerField(_("first entry of the log"), null=True, blank=True)
    last_entry = models.PositiveBigIntegerField(_("last entry of the log"), null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-staged_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["municipality", "-staged_at"], name="import_by_city")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["staged", "applied", "rolled_back"]), name="import_state_known"
            ),
            models.CheckConstraint(condition=Q(layout__in=["workbook", "cards"]), name="import_layout_known"),
            models.CheckConstraint(
                condition=Q(state="staged", expires_at__isnull=False, applied_at__isnull=True)
                # A plan that the import made went when it was rolled back.
                | (
                    ~Q(state="staged")
                    & Q(applied_at__isnull=False)
                    & (Q(plan__isnull=False) | ~Q(state="applied"))
                ),
                name="import_staged_or_applied",
            ),
            models.CheckConstraint(
                condition=Q(state="rolled_back", rolled_back_at__isnull=False)
                | (~Q(state="rolled_back") & Q(rolled_back_at__isnull=True)),
                name="import_rolled_back_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="rolled_back") | ~Q(rollback_reason=""), name="import_rolled_back_why"
            ),
            models.CheckConstraint(
                condition=Q(redacted_at__isnull=True, state="staged")
                | (~Q(state="staged") & (Q(redacted_at__isnull=True) | Q(file=""))),
                name="import_redacted_has_no_file",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def is_expired(self, now: dt.datetime | None = None) -> bool:
        """Whether this stage may not be confirmed any more."""
        return self.expires_at is not None and (now or timezone.now()) >= self.expires_at

    @property
    def total(self) -> dict[str, int]:
        """Rows new, changed and unchanged over all sheets."""
        sums: dict[str, Any] = {"new": 0, "changed": 0, "unchanged": 0}
        for counts in self.counts.values():
            for name in sums:
                sums[name] += counts[name]
        return sums

    @property
    def new_periods(self) -> list[dt.date]:
        """The 기준일 at which the plan gets, or got, a period that it did not have."""
        return [dt.date.fromisoformat(day) for day in self.findings.get("periods", ())]

    @property
    def has_changes(self) -> bool:
        return bool(self.total["new"] or self.total["changed"] or self.new_periods)

    @property
    def has_errors(self) -> bool:
        return bool(self.findings.get("errors"))
