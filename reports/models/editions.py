"""Editions: what the public reads. Frozen documents of a published period."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pledges.enums import Status
from pledges.models import Plan, Pledge, ReportingPeriod
from reports.querysets import EditionPledgeQuerySet, EditionQuerySet


class Frozen(models.Model):
    """Rows that are written once: saving again or deleting is refused."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("A published edition never changes; publish a correction instead."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise ValidationError(_("A published edition is never deleted."))


class Edition(Frozen):
    """The plan as published at a 기준일. ``number`` counts the editions of the same period.

    ``summary`` is a ``reports.summaries.PlanSummary`` as JSON, ``digest`` the
    SHA-256 over the summary and every card, by which equal documents are told.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="editions", verbose_name=_("plan"))
    period = models.ForeignKey(
        ReportingPeriod, on_delete=models.PROTECT, related_name="editions", verbose_name=_("reporting period")
    )
    as_of = models.DateField(_("as of"))
    number = models.PositiveIntegerField(_("edition"))
    reason = models.TextField(_("reason for the new edition"), blank=True)
    summary = models.JSONField(_("summary"), encoder=DjangoJSONEncoder)
    digest = models.CharField(_("digest"), max_length=64)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("published by"),
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-as_of", "-number"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(fields=["period", "number"], name="edition_unique_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="edition_number_positive"),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""), name="edition_correction_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.as_of} ({self.number})"


class EditionPledge(Frozen):
    """One pledge in an edition: the card as JSON, and the columns that lists filter and sort by.

    Texts and rates are copies of the card's, made when it was frozen.
    ``rate_sort`` is the rate in millionths of a percent, rounded down; null is no rate.
    ``sources`` are the sources of money with more than 0 planned, as ``,national,city,``; "" is none. It is
    derived from the card, whatever its version.
    """

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="pledges", verbose_name=_("edition")
    )
    pledge = models.ForeignKey(
        Pledge, on_delete=models.PROTECT, related_name="frozen", verbose_name=_("pledge")
    )
    position = models.PositiveIntegerField(_("position"))
    code = models.CharField(_("pledge number"), max_length=32)
    name = models.CharField(_("pledge"), max_length=300)
    area_code = models.CharField(_("area"), max_length=32, blank=True)
    area_name = models.CharField(_("area name"), max_length=100, blank=True)
    area_path = models.CharField(_("area path"), max_length=300, blank=True)
    department = models.CharField(_("lead department"), max_length=100, blank=True)
    completion = models.CharField(_("completion"), max_length=12, blank=True)
    budgeted = models.BooleanField(_("needs a budget"), null=True)
    status = models.CharField(_("status"), max_length=12, choices=Status)
    status_label = models.CharField(_("status name"), max_length=30)
    rate_sort = models.BigIntegerField(_("rate for sorting"), null=True)
    rate_display = models.CharField(_("fulfilment rate"), max_length=8, blank=True)
    to_date_sort = models.BigIntegerField(_("to-date attainment for sorting"), null=True)
    to_date_display = models.CharField(_("to-date attainment"), max_length=8, blank=True)
    planned = models.BigIntegerField(_("planned (won)"), null=True)
    executed = models.BigIntegerField(_("executed (won)"), null=True)
    sources = models.CharField(_("sources of money"), max_length=100, blank=True)
    not_submitted = models.BooleanField(_("report not submitted"), default=False)
    search_text = models.TextField(_("search text"), blank=True)
    card = models.JSONField(_("card"), encoder=DjangoJSONEncoder)

    objects = EditionPledgeQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = _("published pledge")
        verbose_name_plural = _("published pledges")
        indexes = [
            models.Index(fields=["edition", "position"], name="frozen_in_order"),
            models.Index(fields=["edition", "rate_sort"], name="frozen_by_rate"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="frozen_unique_code"),
            models.UniqueConstraint(fields=["edition", "pledge"], name="frozen_unique_pledge"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="frozen_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
