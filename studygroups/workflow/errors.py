"""What a step of the study groups may be refused for. Messages are translated and fit for a page."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from pledges.workflow import WorkflowError


class Refused(WorkflowError):
    """A step that the rules refuse, with the form's field that is at fault, if one is."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotReady(WorkflowError):
    """Something lacks what the step needs: a message for each field, by the field's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(_("Something is still missing: see the marked fields."))
        self.errors = dict(errors)


class Overtaken(WorkflowError):
    """Somebody else saved first."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else saved meanwhile. What you typed is still here: compare it, then save again.")
        )
