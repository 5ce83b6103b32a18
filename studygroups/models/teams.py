"""Teams, their people, what they meet about and hand in.

What names people stands in rows of its own without history (``Application``,
``Member``), whose values the audit log never tells, so that it can be erased.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from studygroups.enums import FileKind, MemberKind, MemberRole, TeamState
from studygroups.models.programmes import MOST_PEOPLE, Round
from studygroups.querysets import MeetingQuerySet, MemberQuerySet, TeamFileQuerySet, TeamQuerySet


class Team(models.Model):
    """A team with its topic in a round, matched by name within it; only a draft may be nameless yet.

    ``people`` and ``outsiders`` are headcounts carried in for a team without
    member rows; where there are members, these count. ``decision`` says why a
    team was selected or not, ``passed_over`` how the committee decided that it
    gets no award where the scores alone do not say so. A form saves against
    ``version``.
    """

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="recorded_teams", verbose_name=_("round")
    )
    name = models.CharField(_("team"), max_length=100, blank=True)
    topic = models.CharField(_("topic"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=TeamState, default=TeamState.DRAFT)
    people = models.PositiveIntegerField(pgettext_lazy("study groups", "people"), null=True, blank=True)
    outsiders = models.PositiveIntegerField(_("outsiders"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("decided by"),
    )
    decision = models.CharField(_("reason of the decision"), max_length=500, blank=True)
    reported_at = models.DateTimeField(_("report handed in at"), null=True, blank=True)
    presented_on = models.DateField(_("presented on"), null=True, blank=True)
    passed_over = models.CharField(_("why it got no award"), max_length=500, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawal = models.CharField(_("reason for withdrawing"), max_length=500, blank=True)
    erased_at = models.DateTimeField(_("personal data erased at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = TeamQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "name"],
                condition=~Q(name=""),
                name="team_unique_name",
                violation_error_message=_("Another team of this round has this name."),
            ),
            models.CheckConstraint(condition=Q(state__in=TeamState.values), name="team_state_known"),
            models.CheckConstraint(
                condition=Q(state=TeamState.DRAFT) | ~Q(name=""), name="team_has_name_once_applied"
            ),
            models.CheckConstraint(
                condition=Q(people__isnull=True) | Q(people__range=(1, MOST_PEOPLE)),
                name="team_people_in_range",
            ),
            models.CheckConstraint(
                condition=Q(outsiders__isnull=True)
                | (Q(people__isnull=False) & Q(outsiders__lte=F("people"))),
                name="team_outsiders_of_people",
                violation_error_message=_("There can't be more outsiders than people."),
            ),
            models.CheckConstraint(
                condition=Q(state=TeamState.WITHDRAWN) | Q(withdrawn_on__isnull=True, withdrawal=""),
                name="team_withdrawal_of_withdrawn",
                violation_error_message=_("Only a team that gave up has a day and a reason for it."),
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(state__in=[TeamState.NOT_SELECTED, TeamState.APPLIED]),
                name="team_erased_was_not_selected",
                violation_error_message=_("Only of a team that was not selected is the data erased."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Team without a name yet"))


class Application(models.Model):
    """What a team wrote when it applied, and who began it. Erased with the team's people."""

    team = models.OneToOneField(
        Team, on_delete=models.CASCADE, related_name="application", verbose_name=_("team")
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="study_group_applications",
        null=True,
        blank=True,
        verbose_name=_("applicant"),
    )
    plan = models.TextField(_("research plan"), blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return str(self.team)


class Member(models.Model):
    """One person of a team: somebody with a login here, or just a name with an affiliation.

    Who was put in by somebody else confirms it (``confirmed_at``); for a person
    without a login the applicant states that they agreed. At most one leader,
    one assistant and one clerk a team.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members", verbose_name=_("team"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="study_group_places",
        null=True,
        blank=True,
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=60)
    affiliation = models.CharField(_("affiliation"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=MemberKind, default=MemberKind.OFFICIAL)
    role = models.CharField(
        _("part in the team"), max_length=10, choices=MemberRole, default=MemberRole.MEMBER
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"], condition=Q(user__isnull=False), name="member_once_a_team"
            ),
            models.UniqueConstraint(
                fields=["team", "role"], condition=~Q(role=MemberRole.MEMBER), name="member_one_of_each_role"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="member_has_name"),
            models.CheckConstraint(condition=Q(kind__in=MemberKind.values), name="member_kind_known"),
            models.CheckConstraint(condition=Q(role__in=MemberRole.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Meeting(models.Model):
    """A team's monthly meeting: when, how many came, what was done and what came of it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="meetings", verbose_name=_("team"))
    held_on = models.DateField(_("held on"))
    attendees = models.PositiveSmallIntegerField(_("people who came"), null=True, blank=True)
    text = models.TextField(_("what was done"))
    outputs = models.TextField(_("outputs"), blank=True)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("logged by"),
    )
    logged_at = models.DateTimeField(_("logged at"), auto_now_add=True)

    objects = MeetingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["held_on", "pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "held_on"],
                name="meeting_once_a_day",
                violation_error_message=_("A meeting of this day is logged already."),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="meeting_has_text"),
        ]

    def __str__(self) -> str:
        return self.held_on.isoformat()


def team_file_path(file: "TeamFile", filename: str) -> str:
    """Files are stored under their digest: a typed file name never becomes a path."""
    return f"studygroups/{file.sha256[:2]}/{file.sha256}"


class TeamFile(models.Model):
    """A team's final report, or what a meeting brought forth. Served as a download by the team's rights."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="files", verbose_name=_("team"))
    kind = models.CharField(_("kind"), max_length=8, choices=FileKind)
    file = models.FileField(_("file"), upload_to=team_file_path)
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

    objects = TeamFileQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at", "pk"]
        verbose_name = _("team's file")
        verbose_name_plural = _("teams' files")
        constraints = [
            models.UniqueConstraint(fields=["team", "sha256"], name="team_file_unique_content"),
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="team_file_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="team_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
