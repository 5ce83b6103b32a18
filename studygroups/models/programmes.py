"""Programmes of study groups with their rules, and their rounds, held or not."""

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from pledges.models import Municipality, Pledge
from studygroups.enums import HELD, AwardKind, RoundState
from studygroups.querysets import ProgrammeQuerySet, RoundQuerySet

# 10^12 원 is far above any prize.
PRIZE_LIMIT = 10**12
MOST_PEOPLE = 1_000_000


class Programme(models.Model):
    """A city's programme of study groups (뜻세움), matched by name within its city; it outlives terms.

    Its rules: ``most_members`` people a team, of whom at most ``outsiders_percent``
    percent are experts and citizens; ``intakes_a_year``; the weights in percent by
    which a judge's points are added up; ``answer_days`` in which a department
    answers a proposal, and ``plan_months`` for the plan of an adopted one; the
    years in which adopted proposals are followed up and others kept; and
    ``retention_months`` after which the personal data of applicants who were not
    selected goes. Until somebody has entered them (``rules_stated``) they are
    what most cities have, and not this programme's word. Members' names are
    public only where ``shows_names``, of rounds that were announced with it.
    Public (with its opening totals) since ``published_at``.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="programmes", verbose_name=_("municipality")
    )
    name = models.CharField(_("programme"), max_length=100)
    purpose = models.TextField(_("purpose"), blank=True)
    basis = models.CharField(
        _("legal basis"), max_length=300, blank=True, help_text=_("The ordinance or plan it rests on.")
    )
    most_members = models.PositiveSmallIntegerField(
        _("people a team at most"), default=10, validators=[MinValueValidator(1)]
    )
    outsiders_percent = models.PositiveSmallIntegerField(
        _("outsiders at most (%)"), default=20, validators=[MaxValueValidator(100)]
    )
    intakes_a_year = models.PositiveSmallIntegerField(
        _("intakes a year"), default=1, validators=[MinValueValidator(1)]
    )
    paper_weight = models.PositiveSmallIntegerField(_("weight of the paper (%)"), default=50)
    presentation_weight = models.PositiveSmallIntegerField(_("weight of the presentation (%)"), default=30)
    audience_weight = models.PositiveSmallIntegerField(
        _("weight of the audience (%)"), default=20, help_text=_("The three weights add up to 100.")
    )
    answer_days = models.PositiveSmallIntegerField(
        _("days for a department's answer"), default=10, validators=[MinValueValidator(1)]
    )
    plan_months = models.PositiveSmallIntegerField(
        _("months for an implementation plan"), default=1, validators=[MinValueValidator(1)]
    )
    adopted_years = models.PositiveSmallIntegerField(_("years an adopted proposal is followed up"), default=3)
    other_years = models.PositiveSmallIntegerField(_("years other proposals are kept"), default=2)
    retention_months = models.PositiveSmallIntegerField(
        _("months until the data of unselected applicants is erased"), default=6
    )
    shows_names = models.BooleanField(_("members' names are public"), default=False)
    rules_stated = models.BooleanField(_("the rules were entered"), default=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = ProgrammeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("study group programme")
        verbose_name_plural = _("study group programmes")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name"], name="programme_unique_name"),
            models.CheckConstraint(condition=~Q(name=""), name="programme_has_name"),
            models.CheckConstraint(
                condition=Q(paper_weight=100 - F("presentation_weight") - F("audience_weight")),
                name="programme_weights_add_up",
                violation_error_message=_("The weights have to add up to 100."),
            ),
            models.CheckConstraint(
                condition=Q(outsiders_percent__lte=100), name="programme_outsiders_at_most_100"
            ),
            models.CheckConstraint(
                condition=Q(
                    most_members__gte=1, intakes_a_year__gte=1, answer_days__gte=1, plan_months__gte=1
                ),
                name="programme_rules_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def weights(self) -> tuple[int, int, int]:
        """The weights of paper, presentation and audience, in percent."""
        return self.paper_weight, self.presentation_weight, self.audience_weight


class AwardRule(models.Model):
    """What a programme awards: so many ``places`` of a kind (null: every team that took part), each with a
    prize in 원 (null: none set)."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="award_rules", verbose_name=_("programme")
    )
    kind = models.CharField(_("award"), max_length=16, choices=AwardKind)
    places = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    prize = models.BigIntegerField(_("prize (won)"), null=True, blank=True, validators=[MinValueValidator(0)])

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("award rule")
        verbose_name_plural = _("award rules")
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind"], name="award_rule_unique_kind"),
            models.CheckConstraint(condition=Q(kind__in=AwardKind.values), name="award_rule_kind_known"),
            models.CheckConstraint(
                condition=Q(prize__isnull=True) | Q(prize__gte=0, prize__lte=PRIZE_LIMIT),
                name="award_rule_prize_in_range",
            ),
            models.CheckConstraint(
                condition=Q(places__isnull=True) | Q(places__gte=1), name="award_rule_places_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class ServedPledge(models.Model):
    """A pledge that a programme serves: its held rounds are evidence for the pledge's indicators."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="served", verbose_name=_("programme")
    )
    pledge = models.ForeignKey(
        Pledge, on_delete=models.CASCADE, related_name="serving_programmes", verbose_name=_("pledge")
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("served pledge")
        verbose_name_plural = _("served pledges")
        constraints = [
            models.UniqueConstraint(fields=["programme", "pledge"], name="served_pledge_once"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.pledge}"


class CarriedTotals(models.Model):
    """Totals that stand for teams of which the system has no record. Null is "not known", never 0."""

    teams = models.PositiveIntegerField(_("teams"), null=True, blank=True)
    topics = models.PositiveIntegerField(_("topics"), null=True, blank=True)
    people = models.PositiveIntegerField(pgettext_lazy("study groups", "people"), null=True, blank=True)
    adopted = models.PositiveIntegerField(_("adopted proposals"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=(Q(teams__isnull=True) | Q(teams__lte=MOST_PEOPLE))
                & (Q(topics__isnull=True) | Q(topics__lte=MOST_PEOPLE))
                & (Q(people__isnull=True) | Q(people__lte=MOST_PEOPLE)),
                name="%(class)s_totals_in_range",
            ),
            models.CheckConstraint(
                condition=Q(adopted__isnull=True) | Q(topics__isnull=True) | Q(adopted__lte=F("topics")),
                name="%(class)s_adopted_of_topics",
                violation_error_message=_("More proposals can't be adopted than there are topics."),
            ),
        ]


class OpeningTotals(CarriedTotals):
    """이전: what a programme brings along from before its records begin. ``rounds``: those held."""

    programme = models.OneToOneField(
        Programme, on_delete=models.CASCADE, related_name="opening", verbose_name=_("programme")
    )
    rounds = models.PositiveIntegerField(_("rounds held"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta(CarriedTotals.Meta):
        verbose_name = _("opening totals")
        verbose_name_plural = _("opening totals")

    def __str__(self) -> str:
        return str(self.programme)


class Round(CarriedTotals):
    """One round of a programme: a year and, within it, an intake (1차, 2차, 3차).

    Held from RUNNING on; NOT_HELD has its ``reason``. A round that has teams is
    counted from them, figure by figure; the carried totals stand for what the
    teams do not say (``studygroups.figures``). The weights are the programme's
    until judging begins, and its own from then on: rules that change for later
    rounds leave its scores as they are. ``shows_names``: its call was announced
    when the programme published members' names. The call is public since
    ``published_at``, awards and scores since ``results_published_at``.
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("programme")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    intake = models.PositiveSmallIntegerField(_("intake"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=RoundState, default=RoundState.PREPARED)
    reason = models.CharField(_("reason for not holding it"), max_length=300, blank=True)
    call = models.TextField(_("call for teams"), blank=True)
    opens_on = models.DateField(_("applications from"), null=True, blank=True)
    closes_on = models.DateField(_("applications until"), null=True, blank=True)
    report_due_on = models.DateField(_("reports until"), null=True, blank=True)
    presents_on = models.DateField(_("presentation on"), null=True, blank=True)
    shows_names = models.BooleanField(_("announced with public names"), default=False, editable=False)
    paper_weight = models.PositiveSmallIntegerField(
        _("weight of the paper (%)"), null=True, blank=True, editable=False
    )
    presentation_weight = models.PositiveSmallIntegerField(
        _("weight of the presentation (%)"), null=True, blank=True, editable=False
    )
    audience_weight = models.PositiveSmallIntegerField(
        _("weight of the audience (%)"), null=True, blank=True, editable=False
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    results_published_at = models.DateTimeField(_("results published at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("decided by"),
    )

    objects = RoundQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(CarriedTotals.Meta):
        ordering = ["-year", "-intake"]
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [
            *CarriedTotals.Meta.constraints,
            models.UniqueConstraint(fields=["programme", "year", "intake"], name="round_unique_intake"),
            models.CheckConstraint(condition=Q(year__range=(1948, 2100)), name="round_year_in_range"),
            models.CheckConstraint(condition=Q(intake__range=(1, 99)), name="round_intake_in_range"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state_known"),
            models.CheckConstraint(
                condition=(Q(state=RoundState.NOT_HELD) & ~Q(reason=""))
                | (~Q(state=RoundState.NOT_HELD) & Q(reason="")),
                name="round_not_held_has_reason",
                violation_error_message=_("A round that was not held needs its reason, and only such a one."),
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.NOT_HELD)
                | Q(teams__isnull=True, topics__isnull=True, people__isnull=True, adopted__isnull=True),
                name="round_not_held_has_no_totals",
                violation_error_message=_("A round that was not held has no totals."),
            ),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True)
                | Q(closes_on__isnull=True)
                | Q(closes_on__gte=F("opens_on")),
                name="round_closes_after_opening",
                violation_error_message=_("Applications can't end before they begin."),
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.RECRUITING)
                | Q(opens_on__isnull=False, closes_on__isnull=False),
                name="round_recruiting_has_dates",
                violation_error_message=_("A call needs the days from and until which teams apply."),
            ),
            models.CheckConstraint(
                condition=Q(results_published_at__isnull=True) | Q(published_at__isnull=False),
                name="round_results_only_of_a_public_round",
                violation_error_message=_("Results are public only of a round that is public itself."),
            ),
            models.CheckConstraint(
                condition=Q(
                    paper_weight__isnull=True, presentation_weight__isnull=True, audience_weight__isnull=True
                )
                | Q(
                    paper_weight__isnull=False,
                    presentation_weight__isnull=False,
                    audience_weight__isnull=False,
                    paper_weight=100 - F("presentation_weight") - F("audience_weight"),
                ),
                name="round_weights_add_up",
                violation_error_message=_("The weights have to add up to 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.year}-{self.intake}"

    @property
    def weights(self) -> tuple[int, int, int]:
        """The weights of paper, presentation and audience by which its judges' points count, in percent.

        Reads the programme until judging begins.
        """
        # A constraint holds the three together.
        if self.paper_weight is None or self.presentation_weight is None or self.audience_weight is None:
            return self.programme.weights
        return self.paper_weight, self.presentation_weight, self.audience_weight

    @property
    def is_held(self) -> bool:
        return self.state in HELD

    @property
    def is_finished(self) -> bool:
        return self.state == RoundState.FINISHED

    def takes_applications(self, day: dt.date) -> bool:
        """Whether teams apply on this day."""
        return (
            self.state == RoundState.RECRUITING
            and self.opens_on is not None
            and self.closes_on is not None
            and self.opens_on <= day <= self.closes_on
        )
