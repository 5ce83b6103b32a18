"""The forms of the staff pages: the whole quarterly form, and those of the single steps."""

from reports.quarter.forms.check import CheckForm
from reports.quarter.forms.steps import (
    ApproveManyForm,
    CommentForm,
    DiscardForm,
    PeriodForm,
    PublishForm,
    ReasonForm,
    ThreadForm,
    TickedReports,
    VersionForm,
)
from reports.quarter.forms.whole import QuarterForm

__all__ = [
    "ApproveManyForm",
    "CheckForm",
    "CommentForm",
    "DiscardForm",
    "PeriodForm",
    "PublishForm",
    "QuarterForm",
    "ReasonForm",
    "ThreadForm",
    "TickedReports",
    "VersionForm",
]
