"""A plan and what it promises: areas, pledges, their schedule."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.enums import (
    Completion,
    Cycle,
    DepartmentPart,
    HeadlineMethod,
    Implementer,
    MoneyUnit,
    Novelty,
    PlanKind,
    Rounding,
)
from pledges.models.places import Department, DepartmentChange, Term
from pledges.querysets import PlanQuerySet, PledgeQuerySet
from pledges.validators import CODE_LENGTH, validate_plan_code, validate_pledge_code


class Plan(models.Model):
    """The list of promises of a term, with the rules by which its rates are computed.

    Other plans of the same shape (major works, evaluation indicators) are
    plans of another kind beside it, under a code of their own.
    """

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="plans", verbose_name=_("term"))
    code = models.CharField(
        _("code"), max_length=CODE_LENGTH, default="pledges", validators=[validate_plan_code]
    )
    kind = models.CharField(_("kind"), max_length=12, choices=PlanKind, default=PlanKind.PLEDGES)
    name = models.CharField(_("name"), max_length=100)
    headline_method = models.CharField(
        _("headline formula"), max_length=16, choices=HeadlineMethod, default=HeadlineMethod.MEAN_RATE
    )
    decimals = models.PositiveSmallIntegerField(_("decimals of displayed rates"), default=2)
    rounding = models.CharField(_("rounding"), max_length=10, choices=Rounding, default=Rounding.HALF_UP)
    counts_dropped = models.BooleanField(_("dropped pledges count in the denominator"), default=True)
    money_unit = models.CharField(
        _("money unit"), max_length=16, choices=MoneyUnit, default=MoneyUnit.MILLION
    )
    cycle = models.CharField(_("reporting cycle"), max_length=12, choices=Cycle, default=Cycle.QUARTERLY)
    head_signs = models.BooleanField(
        _("the department's head signs off"),
        default=True,
        help_text=_("Without it, what a department submits goes straight to the planning office."),
    )

    objects = PlanQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["term", "pk"]
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.UniqueConstraint(fields=["term", "code"], name="plan_unique_code"),
            models.CheckConstraint(condition=Q(decimals__lte=2), name="plan_decimals_0_to_2"),
            models.CheckConstraint(condition=Q(rounding__in=Rounding.values), name="plan_rounding_known"),
            models.CheckConstraint(
                condition=Q(headline_method__in=HeadlineMethod.values), name="plan_method_known"
            ),
            models.CheckConstraint(
                condition=Q(money_unit__in=MoneyUnit.values), name="plan_money_unit_known"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="plan_has_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """``naju/8/pledges``: the plan's name on the command line. Reads term and municipality."""
        return f"{self.term.municipality.code}/{self.term.number}/{self.code}"


class OwnStatus(models.Model):
    """A status word that only this plan uses (우수, 통폐합, 시기미도래); counted as "other"."""

    plan = models.ForeignKey(
        Plan, on_delete=models.CASCADE, related_name="own_statuses", verbose_name=_("plan")
    )
    name = models.CharField(_("name"), max_length=30)

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("status of the plan's own")
        verbose_name_plural = _("statuses of the plan's own")
        constraints = [
            models.UniqueConstraint(fields=["plan", "name"], name="own_status_unique_name"),
            models.CheckConstraint(condition=~Q(name=""), name="own_status_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """분야, 전략: a tree of one to four levels. Codes are unique in the plan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="areas", verbose_name=_("plan"))
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
        verbose_name=_("parent"),
    )
    code = models.CharField(_("code"), max_length=CODE_LENGTH, validators=[validate_pledge_code])
    name = models.CharField(_("name"), max_length=100, blank=True)
    position = models.PositiveIntegerField(_("position"))

    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="area_unique_code"),
            models.CheckConstraint(condition=~Q(code=""), name="area_has_code"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="area_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class Pledge(models.Model):
    """공약: one promise, identified in its plan by ``code`` (관리번호).

    Its order is ``position``, given when it is created; codes have gaps and do
    not sort. What a workbook leaves blank is blank here: no answer is not "no".
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="pledges", verbose_name=_("plan"))
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="pledges", null=True, blank=True, verbose_name=_("area")
    )
    code = models.CharField(_("pledge number"), max_length=CODE_LENGTH, validators=[validate_pledge_code])
    position = models.PositiveIntegerField(_("position"))
    name = models.CharField(_("pledge"), max_length=300)
    lead_department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="led_pledges",
        null=True,
        blank=True,
        verbose_name=_("lead department"),
    )
    supporting_departments = models.ManyToManyField(
        Department, related_name="supported_pledges", blank=True, verbose_name=_("supporting departments")
    )
    completion = models.CharField(_("completion"), max_length=12, choices=Completion, blank=True)
    implemented_by_state = models.BooleanField(_("implemented by the state"), default=False)
    implemented_by_province = models.BooleanField(_("implemented by the province"), default=False)
    implemented_by_city = models.BooleanField(_("implemented by the city"), default=False)
    implemented_by_private = models.BooleanField(_("implemented by private parties"), default=False)
    novelty = models.CharField(_("new or continued"), max_length=10, choices=Novelty, blank=True)
    budgeted = models.BooleanField(_("needs a budget"), null=True, blank=True)
    campaign_text = models.TextField(_("campaign booklet text"), blank=True)
    goal = models.TextField(_("policy goal"), blank=True)
    basis = models.TextField(_("basis"), blank=True)
    overview = models.TextField(_("situation and overview"), blank=True)
    effects = models.TextField(_("expected effects"), blank=True)

    objects = PledgeQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[supporting_departments])

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        indexes = [models.Index(fields=["plan", "position"], name="pledge_in_order")]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="pledge_unique_code"),
            models.CheckConstraint(
                condition=~Q(code="")
                & ~Q(code__contains="/")
                & ~Q(code__contains="\\")
                & ~Q(code__contains="?")
                & ~Q(code__contains="#")
                & ~Q(code__contains=".."),
                name="pledge_code_fits_an_address",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="pledge_has_name"),
            models.CheckConstraint(
                condition=Q(completion__in=["", *Completion.values]), name="pledge_completion_known"
            ),
            models.CheckConstraint(
                condition=Q(novelty__in=["", *Novelty.values]), name="pledge_novelty_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def implementers(self) -> tuple[Implementer, ...]:
        """사업주체, in the order of the card's columns."""
        return tuple(kind for kind in Implementer if getattr(self, f"implemented_by_{kind.value}"))


class SupportInvitation(models.Model):
    """The lead department's leave for a supporting one to enter into this pledge's reports too.

    It stands until it is taken back; submitting stays with the lead department.
    """

    pledge = models.ForeignKey(
        Pledge, on_delete=models.CASCADE, related_name="support_invitations", verbose_name=_("pledge")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="support_invitations",
        verbose_name=_("supporting department"),
    )
    note = models.CharField(_("what they should enter"), max_length=300, blank=True)
    invited_at = models.DateTimeField(_("invited at"), auto_now_add=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("invited by"),
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["invited_at", "pk"]
        verbose_name = _("invitation to a supporting department")
        verbose_name_plural = _("invitations to supporting departments")
        constraints = [
            models.UniqueConstraint(fields=["pledge", "department"], name="support_invitation_unique")
        ]

    def __str__(self) -> str:
        return f"{self.pledge} · {self.department}"


class FormerDepartment(models.Model):
    """A department that a pledge had until a merger or a split gave the pledge to another.

    A pledge whose lead changed has the one that led it; one whose supporting
    departments changed has all those it had, also those that stayed. ``change``
    is the first row of that change. Written once, with the change; a department
    that is only renamed leaves none.
    """

    pledge = models.ForeignKey(
        Pledge, on_delete=models.CASCADE, related_name="former_departments", verbose_name=_("pledge")
    )
    change = models.ForeignKey(
        DepartmentChange,
        on_delete=models.PROTECT,
        related_name="former_departments",
        verbose_name=_("change of departments"),
    )
    part = models.CharField(_("part"), max_length=10, choices=DepartmentPart)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="former_pledges", verbose_name=_("department")
    )

    class Meta:
        ordering = ["change", "pledge", "part", "pk"]
        verbose_name = _("former department of a pledge")
        verbose_name_plural = _("former departments of pledges")
        constraints = [
            models.UniqueConstraint(
                fields=["pledge", "change", "part", "department"], name="former_department_unique"
            ),
            models.UniqueConstraint(
                fields=["pledge", "change"],
                condition=Q(part=DepartmentPart.LEAD),
                name="former_department_one_lead",
            ),
            models.CheckConstraint(
                condition=Q(part__in=DepartmentPart.values), name="former_department_part_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge} · {self.department}"


class ScheduleTask(models.Model):
    """세부 추진상황: one line of the quarter grid."""

    pledge = models.ForeignKey(
        Pledge, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("pledge")
    )
    name = models.CharField(_("task"), max_length=200)
    position = models.PositiveIntegerField(_("position"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("schedule task")
        verbose_name_plural = _("schedule tasks")
        constraints = [
            models.UniqueConstraint(fields=["pledge", "name"], name="task_unique_name"),
            models.CheckConstraint(condition=~Q(name=""), name="task_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PlannedQuarter(models.Model):
    """A quarter for which a task is planned (○). What came of it is a report's mark."""

    task = models.ForeignKey(
        ScheduleTask, on_delete=models.CASCADE, related_name="planned_quarters", verbose_name=_("task")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))

    history = HistoricalRecords()

    class Meta:
        ordering = ["year", "quarter"]
        verbose_name = _("planned quarter")
        verbose_name_plural = _("planned quarters")
        constraints = [
            models.UniqueConstraint(fields=["task", "year", "quarter"], name="planned_quarter_unique"),
            models.CheckConstraint(condition=Q(quarter__range=(1, 4)), name="planned_quarter_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.quarter}"
