"""Cities, their departments and the terms of their mayors."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.enums import DepartmentChangeKind
from pledges.querysets import DepartmentChangeQuerySet, DepartmentQuerySet, MunicipalityQuerySet
from pledges.validators import CODE_LENGTH, validate_city_code


class Municipality(models.Model):
    """지자체: a city, county or district that publishes its pledges."""

    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True, validators=[validate_city_code])
    name = models.CharField(_("name"), max_length=60)
    is_fictional = models.BooleanField(
        _("fictional"), default=False, help_text=_("Every page of a fictional city says that it is made up.")
    )

    objects = MunicipalityQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="municipality_has_code"),
            models.CheckConstraint(condition=~Q(name=""), name="municipality_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """부서. Matched by name within its city.

    ``ended_on`` is the day from which it is no more: merged into another or
    split up. Its reports follow its pledges, and old editions keep its name.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="departments", verbose_name=_("municipality")
    )
    name = models.CharField(_("name"), max_length=100)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = DepartmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name"], name="department_unique_name"),
            models.CheckConstraint(condition=~Q(name=""), name="department_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentChange(models.Model):
    """직제 개편: how one department became another in mid-term. One row for each pair of names.

    ``old_name`` is what it was called until ``changed_on``; ``successor`` is the
    department that took over (the same one, where it was only renamed). A sheet
    that still uses a name that was renamed or merged means its successor; the
    name of a department that was split means nobody in particular.
    """

    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        related_name="department_changes",
        verbose_name=_("municipality"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=DepartmentChangeKind)
    old_name = models.CharField(_("old name"), max_length=100)
    new_name = models.CharField(_("new name"), max_length=100)
    successor = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="predecessors", verbose_name=_("successor")
    )
    changed_on = models.DateField(_("changed on"))
    reason = models.CharField(_("reason"), max_length=500)

    objects = DepartmentChangeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-changed_on", "-pk"]
        verbose_name = _("change of departments")
        verbose_name_plural = _("changes of departments")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DepartmentChangeKind.values), name="department_change_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(old_name="") & ~Q(new_name=""), name="department_change_has_names"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="department_change_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.old_name} → {self.new_name}"


class Term(models.Model):
    """민선 n기: one mayor's four years."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="terms", verbose_name=_("municipality")
    )
    number = models.PositiveSmallIntegerField(_("term number"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))

    history = HistoricalRecords()

    class Meta:
        ordering = ["municipality", "-number"]
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="term_unique_number"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="term_ends_after_start"),
            models.CheckConstraint(condition=Q(number__gte=1), name="term_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.number}"

    @property
    def years(self) -> list[int]:
        """The calendar years that the term touches: 2022 … 2026."""
        return list(range(self.starts_on.year, self.ends_on.year + 1))

    @property
    def quarters(self) -> list[tuple[int, int]]:
        """The quarters that the term touches, as (year, quarter): (2022, 3) … (2026, 2)."""
        return [
            (year, quarter)
            for year in self.years
            for quarter in (1, 2, 3, 4)
            if quarter_end(year, quarter) >= self.starts_on
            and dt.date(year, quarter * 3 - 2, 1) <= self.ends_on
        ]

    def year_label(self, year: int) -> str:
        """The year's column in an indicator table: ``2025``; ``2026. 6.`` where the term ends in June."""
        last = self.ends_on
        return (
            f"{year}. {last.month}."
            if year == last.year and (last.month, last.day) != (12, 31)
            else str(year)
        )

    def year_end(self, year: int, as_of: dt.date) -> dt.date:
        """The 기준일 of a year's total: ``as_of`` in its own year, else the year's last day or the term's."""
        return as_of if year == as_of.year else min(dt.date(year, 12, 31), self.ends_on)

    @property
    def prior_as_of(self) -> dt.date:
        """The 기준일 of the period that carries what was spent before the term: the day before it began."""
        return self.starts_on - dt.timedelta(days=1)


def quarter_end(year: int, quarter: int) -> dt.date:
    """The last day of a quarter."""
    following = dt.date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return following - dt.timedelta(days=1)
