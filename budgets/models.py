"""Money: what a pledge's sub-projects need, what is secured, what was spent. All amounts are whole 원."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from budgets.querysets import ExecutedQuerySet
from pledges.enums import MoneySource, Span
from pledges.models import Pledge, ProgressReport

# 10^16 원 is far above any budget, and many such amounts still sum within 64 bits.
WON_LIMIT = 10**16


class SubProject(models.Model):
    """세부사업: one block of a pledge's investment table."""

    pledge = models.ForeignKey(
        Pledge, on_delete=models.CASCADE, related_name="sub_projects", verbose_name=_("pledge")
    )
    name = models.CharField(_("sub-project"), max_length=200)
    position = models.PositiveIntegerField(_("position"))

    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("sub-project")
        verbose_name_plural = _("sub-projects")
        constraints = [
            models.UniqueConstraint(fields=["pledge", "name"], name="sub_project_unique_name"),
            models.CheckConstraint(condition=~Q(name=""), name="sub_project_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PlannedAmount(models.Model):
    """An amount in one cell of the investment plan: source × (before the term, a year, after it).

    Totals are sums and never stored. No row means nothing was entered; 0 is a row.
    """

    source = models.CharField(_("source of money"), max_length=12, choices=MoneySource)
    span = models.CharField(_("column"), max_length=5, choices=Span)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    amount = models.BigIntegerField(_("amount (won)"), validators=[MinValueValidator(0)])

    class Meta:
        abstract = True
        ordering = ["span", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["sub_project", "source", "year"],
                condition=Q(span=Span.YEAR),
                name="%(class)s_unique_year",
            ),
            models.UniqueConstraint(
                fields=["sub_project", "source", "span"],
                condition=~Q(span=Span.YEAR),
                name="%(class)s_unique_span",
            ),
            models.CheckConstraint(
                condition=Q(span=Span.YEAR, year__isnull=False) | (~Q(span=Span.YEAR) & Q(year__isnull=True)),
                name="%(class)s_year_goes_with_span",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=WON_LIMIT), name="%(class)s_amount_in_range"
            ),
            models.CheckConstraint(condition=Q(source__in=MoneySource.values), name="%(class)s_source_known"),
            models.CheckConstraint(condition=Q(span__in=Span.values), name="%(class)s_span_known"),
        ]

    def __str__(self) -> str:
        return gettext("%(source)s %(column)s: %(amount)s won") % {
            "source": self.get_source_display(),
            "column": self.year or self.get_span_display(),
            "amount": f"{self.amount:,}",
        }


class Investment(PlannedAmount):
    """연도별 투자계획: money the plan foresees."""

    sub_project = models.ForeignKey(
        SubProject, on_delete=models.CASCADE, related_name="investments", verbose_name=_("sub-project")
    )
    history = HistoricalRecords()

    class Meta(PlannedAmount.Meta):
        verbose_name = _("investment")
        verbose_name_plural = _("investments")


class Secured(PlannedAmount):
    """확보액: money actually secured for a year, by source where the city gives one."""

    sub_project = models.ForeignKey(
        SubProject, on_delete=models.CASCADE, related_name="secured", verbose_name=_("sub-project")
    )
    history = HistoricalRecords()

    class Meta(PlannedAmount.Meta):
        verbose_name = _("secured amount")
        verbose_name_plural = _("secured amounts")


class Executed(models.Model):
    """집행액: money spent in the period of a report. A correction may be negative.

    What was spent before the term hangs on the period whose 기준일 is the day before it began.
    """

    report = models.ForeignKey(
        ProgressReport, on_delete=models.CASCADE, related_name="executed", verbose_name=_("progress report")
    )
    sub_project = models.ForeignKey(
        SubProject, on_delete=models.PROTECT, related_name="executed", verbose_name=_("sub-project")
    )
    source = models.CharField(
        _("source of money"), max_length=12, choices=MoneySource, default=MoneySource.UNSPECIFIED
    )
    amount = models.BigIntegerField(_("amount (won)"))

    objects = ExecutedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("executed amount")
        verbose_name_plural = _("executed amounts")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "sub_project", "source"], name="executed_unique_source"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=-WON_LIMIT, amount__lte=WON_LIMIT), name="executed_amount_in_range"
            ),
            models.CheckConstraint(condition=Q(source__in=MoneySource.values), name="executed_source_known"),
        ]

    def __str__(self) -> str:
        return gettext("%(sub_project)s: %(amount)s won") % {
            "sub_project": self.sub_project,
            "amount": f"{self.amount:,}",
        }
