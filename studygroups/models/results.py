"""What comes of a round: judges and their sheets, awards, proposals and what became of them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.exact import ExactDecimalField
from pledges.models import Department
from studygroups.enums import Answer, AwardKind
from studygroups.models.programmes import PRIZE_LIMIT, Round
from studygroups.models.teams import Team
from studygroups.querysets import JudgeQuerySet, ProposalQuerySet, ScoreSheetQuerySet

MOST_POINTS = 100


class Judge(models.Model):
    """One judge of a round: somebody with a login here, or a name whose sheets the planning office enters.

    ``excused_at``: did not come, and is counted for no team; ``excuse`` says why.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="judges", verbose_name=_("round"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="judging",
        null=True,
        blank=True,
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=60)
    affiliation = models.CharField(_("affiliation"), max_length=100, blank=True)
    excused_at = models.DateTimeField(_("excused at"), null=True, blank=True)
    excuse = models.CharField(_("reason of the absence"), max_length=300, blank=True)

    objects = JudgeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("judge")
        verbose_name_plural = _("judges")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "user"], condition=Q(user__isnull=False), name="judge_once_a_round"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="judge_has_name"),
            models.CheckConstraint(
                condition=Q(excused_at__isnull=True, excuse="")
                | (Q(excused_at__isnull=False) & ~Q(excuse="")),
                name="judge_excused_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Points(ExactDecimalField):
    """Points of a part, 0 to 100 with at most four decimals; null: not given yet."""

    default_validators = [MinValueValidator(0), MaxValueValidator(MOST_POINTS)]


def _within_points(name: str) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0, f"{name}__lte": MOST_POINTS})


class ScoreSheet(models.Model):
    """One judge's points for one team: paper, presentation, audience, each 0 to 100.

    A judge may abstain from a team (a colleague's, say) with a reason. Counted
    once handed in (``submitted_at``). What the points say never stands in the log.
    """

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="sheets", verbose_name=_("judge"))
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="sheets", verbose_name=_("team"))
    paper = Points(_("paper"), null=True, blank=True)
    presentation = Points(_("presentation"), null=True, blank=True)
    audience = Points(_("audience"), null=True, blank=True)
    abstains = models.BooleanField(_("abstains"), default=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)

    objects = ScoreSheetQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [
            models.UniqueConstraint(fields=["judge", "team"], name="score_sheet_one_a_team"),
            models.CheckConstraint(
                condition=_within_points("paper")
                & _within_points("presentation")
                & _within_points("audience"),
                name="score_sheet_points_0_to_100",
            ),
            models.CheckConstraint(
                condition=Q(abstains=False)
                | (Q(paper__isnull=True, presentation__isnull=True, audience__isnull=True) & ~Q(remark="")),
                name="score_sheet_abstains_without_points",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True)
                | Q(abstains=True)
                | Q(paper__isnull=False)
                | Q(presentation__isnull=False)
                | Q(audience__isnull=False),
                name="score_sheet_handed_in_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team} · {self.pk}"


class Award(models.Model):
    """시상: what a team was awarded, with its prize in 원 (null: none entered).

    ``decision`` is the committee's reason where a tie had to be decided.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="award", verbose_name=_("team"))
    kind = models.CharField(_("award"), max_length=16, choices=AwardKind)
    prize = models.BigIntegerField(_("prize (won)"), null=True, blank=True, validators=[MinValueValidator(0)])
    decision = models.CharField(_("how a tie was decided"), max_length=500, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("decided by"),
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AwardKind.values), name="award_kind_known"),
            models.CheckConstraint(
                condition=Q(prize__isnull=True) | Q(prize__gte=0, prize__lte=PRIZE_LIMIT),
                name="award_prize_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Proposal(models.Model):
    """What a team proposes, and what the answering department makes of it.

    Asked at ``asked_at``, to be answered by ``due_on``; an adopted one gets an
    implementation plan by ``plan_due_on`` and is followed up for years. Records
    that were carried in have an answer without days.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="proposals", verbose_name=_("team"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    text = models.TextField(_("proposal"), blank=True)
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="study_group_proposals",
        null=True,
        blank=True,
        verbose_name=_("answering department"),
    )
    asked_at = models.DateTimeField(_("passed on at"), null=True, blank=True)
    due_on = models.DateField(_("answer due on"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=12, choices=Answer, blank=True)
    answer_text = models.TextField(_("reason of the answer"), blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("answered by"),
    )
    plan_due_on = models.DateField(_("implementation plan due on"), null=True, blank=True)
    plan = models.TextField(_("implementation plan"), blank=True)
    planned_on = models.DateField(_("implementation plan handed in on"), null=True, blank=True)

    objects = ProposalQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["team", "position"]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.UniqueConstraint(fields=["team", "position"], name="proposal_unique_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="proposal_position_positive"),
            models.CheckConstraint(
                condition=Q(answer__in=["", *Answer.values]), name="proposal_answer_known"
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True) | Q(department__isnull=False, due_on__isnull=False),
                name="proposal_asked_has_department",
                violation_error_message=_("A proposal that was passed on has a department and a due date."),
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | ~Q(answer=""),
                name="proposal_answered_has_answer",
                violation_error_message=_("A day of the answer needs the answer."),
            ),
            models.CheckConstraint(
                condition=Q(answer=Answer.ADOPTED)
                | Q(plan="", planned_on__isnull=True, plan_due_on__isnull=True),
                name="proposal_plan_of_adopted",
                violation_error_message=_("Only an adopted proposal has a plan."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or f"{self.team} {self.position}"


class FollowUp(models.Model):
    """What became of a proposal by a day, told for the years in which it is followed up."""

    proposal = models.ForeignKey(
        Proposal, on_delete=models.CASCADE, related_name="follow_ups", verbose_name=_("proposal")
    )
    noted_on = models.DateField(_("as of"))
    text = models.TextField(_("what became of it"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reported by"),
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["noted_on", "pk"]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "noted_on"], name="follow_up_once_a_day"),
            models.CheckConstraint(condition=~Q(text=""), name="follow_up_has_text"),
        ]

    def __str__(self) -> str:
        return self.noted_on.isoformat()
