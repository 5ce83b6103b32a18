"""The closed word lists of the field. Values are stored; labels are translated.

The words a spreadsheet uses for them stand in ``pledges.notation``: a sheet is
always Korean, whatever language its reader has chosen.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PlanKind(models.TextChoices):
    PLEDGES = "pledges", _("Pledge plan")
    WORKS = "works", _("Major works")
    REGIONAL = "regional", _("Balanced development")
    EVALUATION = "evaluation", _("Evaluation indicators")


class HeadlineMethod(models.TextChoices):
    """The five formulas by which cities compute the rate of a whole plan."""

    MEAN_RATE = "mean_rate", _("Mean of the pledge rates")
    COMPLETED_SHARE = "completed_share", _("Share of pledges completed or continuing")
    CLOSED_SHARE = "closed_share", _("Share of pledges completed and closed")
    ON_TRACK_SHARE = "on_track_share", _("Share of pledges completed, continuing or on track")
    TO_DATE = "to_date", _("Mean attainment of the targets to date")


class Rounding(models.TextChoices):
    HALF_UP = "half_up", _("Rounded half up")
    TRUNCATE = "truncate", _("Truncated")


class MoneyUnit(models.TextChoices):
    """The unit in which a plan's sheets and pages show money; stored money is whole 원."""

    WON = "won", _("won")
    THOUSAND = "thousand", _("thousand won")
    MILLION = "million", _("million won")
    HUNDRED_MILLION = "hundred_million", _("hundred million won")

    @property
    def won(self) -> int:
        """How many 원 one unit is."""
        return {"won": 1, "thousand": 1_000, "million": 1_000_000, "hundred_million": 100_000_000}[self.value]


class Cycle(models.TextChoices):
    QUARTERLY = "quarterly", _("Quarterly")
    HALF_YEARLY = "half_yearly", _("Half-yearly")


class Completion(models.TextChoices):
    WITHIN_TERM = "within_term", _("Within the term")
    AFTER_TERM = "after_term", _("After the term")


class Novelty(models.TextChoices):
    NEW = "new", pgettext_lazy("pledge", "New")
    CONTINUED = "continued", _("Continued")


class Implementer(models.TextChoices):
    STATE = "state", pgettext_lazy("implementer", "State")
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    PRIVATE = "private", _("Private")


class Status(models.TextChoices):
    """추진상황. A judgement of the department, never derived from the rate."""

    CLOSED = "closed", _("Completed and closed")
    CONTINUING = "continuing", _("Completed, continuing")
    ON_TRACK = "on_track", _("On track")
    PARTIAL = "partial", _("Partly under way")
    ON_HOLD = "on_hold", _("On hold")
    DROPPED = "dropped", _("Dropped")
    OTHER = "other", pgettext_lazy("status", "Other")
    NONE = "none", _("No status")


class IndicatorKind(models.TextChoices):
    CUMULATIVE = "cumulative", _("Cumulative count")
    LEVEL = "level", _("Latest level")
    DECREASING = "decreasing", _("Decreasing")


class Mark(models.TextChoices):
    """What a report says of one task in one quarter. NONE takes an earlier mark back."""

    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Done")
    NONE = "none", _("Not marked")


class PeriodState(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    PUBLISHED = "published", _("Published")


class ReportState(models.TextChoices):
    """Where a report stands. SIGNED: its department's head signed it off; a plan may leave that out."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    SIGNED = "signed", _("Signed off")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")


class ReportSection(models.TextChoices):
    """The parts of a report, as the form and the review show them and as a comment may name one."""

    STATUS = "status", _("Status")
    INDICATORS = "indicators", _("Indicators")
    MONEY = "money", _("Executed money")
    SCHEDULE = "schedule", _("Schedule")
    ACHIEVEMENTS = "achievements", _("Achievements")
    DELAY = "delay", _("Cause and remedy")
    EVIDENCE = "evidence", _("Evidence")


class CountedBy(models.TextChoices):
    """What else counts the same thing as an indicator, and so may suggest its value; "" is nothing."""

    ACHIEVEMENTS = "achievements", _("Achievement lines of the period")
    TASKS_DONE = "tasks_done", _("Schedule tasks done in the period")
    STUDY_ROUNDS = "study_rounds", _("Study group rounds begun in the period")
    STUDY_FINALS = "study_finals", _("Final presentations of study groups held in the period")


class DepartmentChangeKind(models.TextChoices):
    RENAMED = "renamed", _("Renamed")
    MERGED = "merged", _("Merged")
    SPLIT = "split", _("Split")


class DepartmentPart(models.TextChoices):
    """What a department is to a pledge."""

    LEAD = "lead", _("Lead department")
    SUPPORTING = "supporting", _("Supporting department")


class ReportSource(models.TextChoices):
    FORM = "form", _("Quarterly form")
    IMPORT = "import", _("Spreadsheet")


class DatePrecision(models.TextChoices):
    YEAR = "year", _("Year")
    MONTH = "month", _("Month")
    DAY = "day", _("Day")


class Role(models.TextChoices):
    OFFICER = "officer", _("Officer in charge")
    HEAD = "head", _("Head of department")
    COORDINATOR = "coordinator", _("Coordinator")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


# What these roles are, they are in one department; the others reach the whole city.
DEPARTMENT_ROLES = frozenset({Role.OFFICER, Role.HEAD})


class MoneySource(models.TextChoices):
    """재원. UNSPECIFIED is money whose source the city's table does not give."""

    NATIONAL = "national", _("National funds")
    PROVINCIAL = "provincial", _("Provincial funds")
    CITY = "city", _("City funds")
    COUNTY = "county", _("County funds")
    DISTRICT = "district", _("District funds")
    PRIVATE = "private", _("Private funds")
    OTHER = "other", pgettext_lazy("money", "Other")
    UNSPECIFIED = "unspecified", _("Source not given")


class Span(models.TextChoices):
    """Which column of the investment plan an amount stands in."""

    PRIOR = "prior", _("Before the term")
    YEAR = "year", _("Year of the term")
    AFTER = "after", _("After the term")
