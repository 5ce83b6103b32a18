"""The form of ticked reports: one step on many at once, all or none."""

from collections.abc import Mapping
from typing import Any, Protocol

from django.http import HttpRequest

from pledges.models import ProgressReport, ReportingPeriod
from pledges.workflow import Conflict, WorkflowError
from reports.quarter.forms import ApproveManyForm


class StepOnMany(Protocol):
    """``workflow.approve_reports``, ``workflow.sign_reports``."""

    def __call__(
        self, *, period: ReportingPeriod, versions: Mapping[int, int], user: Any
    ) -> list[ProgressReport]: ...


def take_many(
    request: HttpRequest, period: ReportingPeriod, step: StepOnMany, *, overtaken: str
) -> tuple[ApproveManyForm, list[ProgressReport]]:
    """Take ``step`` on the ticked reports of the period; gives the form and the reports as they are now.

    None where it was refused: then the form says why. ``overtaken`` says that somebody else was first,
    with ``%(report)s`` for the code of the pledge.
    """
    form = ApproveManyForm(request.POST)
    if form.is_valid():
        try:
            taken = step(period=period, versions=dict(form.cleaned_data["report"]), user=request.user)
        except Conflict as conflict:
            form.add_error("report", overtaken % {"report": conflict.current.pledge.code})
        except WorkflowError as error:
            form.add_error("report", error.message)
        else:
            return form, taken
    return form, []
