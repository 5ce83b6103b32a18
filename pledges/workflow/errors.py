"""What a step of the cycle may be refused for. Messages are translated and fit for a page."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from pledges.models import ProgressReport


class WorkflowError(Exception):
    """A step that the rules refuse. ``message`` is translated and fit for a page."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class WrongState(WorkflowError):
    """The report or the period is not where this step begins."""


class ReasonMissing(WorkflowError):
    """The step changes what was settled, and nobody said why."""


class Conflict(WorkflowError):
    """Somebody else was first. ``current`` is the report as it stands now."""

    def __init__(self, current: ProgressReport) -> None:
        super().__init__(_("Somebody else changed this report meanwhile."))
        self.current = current


class Incomplete(WorkflowError):
    """The report lacks what it needs to be submitted: a message for each field, by the field's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(_("The report is not complete yet."))
        self.errors = dict(errors)
