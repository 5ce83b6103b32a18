"""공약달성 확인지표: what fulfilment is measured by."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.enums import CountedBy, IndicatorKind
from pledges.exact import ExactDecimalField
from pledges.models.plans import Pledge


class Indicator(models.Model):
    """One measured quantity of a pledge. ``baseline`` is where a decreasing one started."""

    pledge = models.ForeignKey(
        Pledge, on_delete=models.CASCADE, related_name="indicators", verbose_name=_("pledge")
    )
    name = models.CharField(_("indicator"), max_length=200)
    position = models.PositiveIntegerField(_("position"))
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=IndicatorKind, default=IndicatorKind.CUMULATIVE)
    baseline = ExactDecimalField(_("baseline"), null=True, blank=True)
    counted_by = models.CharField(
        _("also counted by"),
        max_length=14,
        choices=CountedBy,
        blank=True,
        help_text=_("What this counts is offered in the quarterly form as a suggestion, with its source."),
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [
            models.UniqueConstraint(fields=["pledge", "name"], name="indicator_unique_name"),
            models.CheckConstraint(condition=~Q(name=""), name="indicator_has_name"),
            models.CheckConstraint(condition=Q(kind__in=IndicatorKind.values), name="indicator_kind_known"),
            models.CheckConstraint(
                condition=Q(counted_by__in=["", *CountedBy.values]), name="indicator_counted_by_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class YearlyTarget(models.Model):
    """The target of one year: the year's own count, or the level to reach. No row: none was given."""

    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="targets", verbose_name=_("indicator")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    value = ExactDecimalField(_("target"))

    history = HistoricalRecords()

    class Meta:
        ordering = ["year"]
        verbose_name = _("yearly target")
        verbose_name_plural = _("yearly targets")
        constraints = [models.UniqueConstraint(fields=["indicator", "year"], name="target_unique_year")]

    def __str__(self) -> str:
        return f"{self.year}: {self.value}"
