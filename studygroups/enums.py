"""The closed word lists of the study groups. Values are stored; labels are translated.

The words that a spreadsheet uses for them stand in ``studygroups.sheets``.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RoundState(models.TextChoices):
    """Where a round is in its course. NOT_HELD has a reason; PREPARED is not announced yet."""

    PREPARED = "prepared", pgettext_lazy("round", "Being prepared")
    RECRUITING = "recruiting", pgettext_lazy("round", "Recruiting")
    RUNNING = "running", pgettext_lazy("round", "Running")
    JUDGING = "judging", pgettext_lazy("round", "Being judged")
    FINISHED = "finished", pgettext_lazy("round", "Finished")
    NOT_HELD = "not_held", pgettext_lazy("round", "Not held")


# A round counts as held from the day on which its teams begin.
HELD = frozenset({RoundState.RUNNING, RoundState.JUDGING, RoundState.FINISHED})


class TeamState(models.TextChoices):
    """Where a team is in its course; what becomes of its proposals stands on them."""

    DRAFT = "draft", pgettext_lazy("team", "Draft")
    APPLIED = "applied", pgettext_lazy("team", "Applied")
    NOT_SELECTED = "not_selected", pgettext_lazy("team", "Not selected")
    SELECTED = "selected", pgettext_lazy("team", "Selected")
    RUNNING = "running", pgettext_lazy("team", "Running")
    REPORTED = "reported", pgettext_lazy("team", "Report handed in")
    PRESENTED = "presented", pgettext_lazy("team", "Presented")
    COMPLETED = "completed", pgettext_lazy("team", "Completed")
    WITHDRAWN = "withdrawn", pgettext_lazy("team", "Withdrawn")


# The teams that a round is counted by: those that were let in, whatever became of them.
COUNTED = frozenset(
    {
        TeamState.SELECTED,
        TeamState.RUNNING,
        TeamState.REPORTED,
        TeamState.PRESENTED,
        TeamState.COMPLETED,
        TeamState.WITHDRAWN,
    }
)
# The team meets and logs what it does.
AT_WORK = frozenset({TeamState.RUNNING, TeamState.REPORTED})
# The judges read and score it.
JUDGED = frozenset({TeamState.PRESENTED, TeamState.COMPLETED})


class MemberKind(models.TextChoices):
    OFFICIAL = "official", _("Official of the city")
    EXPERT = "expert", pgettext_lazy("member", "Expert")
    CITIZEN = "citizen", pgettext_lazy("member", "Citizen")


# Of these a programme limits the share.
OUTSIDERS = frozenset({MemberKind.EXPERT, MemberKind.CITIZEN})


class MemberRole(models.TextChoices):
    LEADER = "leader", pgettext_lazy("member", "Leader")
    ASSISTANT = "assistant", pgettext_lazy("member", "Assistant")
    CLERK = "clerk", pgettext_lazy("member", "Clerk")
    MEMBER = "member", pgettext_lazy("member", "Member")


class FileKind(models.TextChoices):
    REPORT = "report", _("Final report")
    OUTPUT = "output", _("Output of a meeting")


class AwardKind(models.TextChoices):
    """시상, the highest first."""

    BEST = "best", pgettext_lazy("award", "First prize")
    EXCELLENT = "excellent", pgettext_lazy("award", "Second prize")
    ENCOURAGEMENT = "encouragement", pgettext_lazy("award", "Third prize")
    PARTICIPATION = "participation", pgettext_lazy("award", "Participation")


class Answer(models.TextChoices):
    """What the department made of a proposal."""

    ADOPTED = "adopted", pgettext_lazy("proposal", "Adopted")
    NOT_ADOPTED = "not_adopted", pgettext_lazy("proposal", "Not adopted")
    REVIEW = "review", pgettext_lazy("proposal", "Under review")
