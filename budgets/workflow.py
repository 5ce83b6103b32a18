"""Writing executed money into a report. The report's own turn is ``pledges.workflow``."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from budgets.models import Executed
from pledges.audit import operation
from pledges.models import ProgressReport
from pledges.permissions import Action, can_on, require_on
from pledges.workflow import EDITABLE, WrongState, replace_rows


@transaction.atomic
def save_executed(
    *, report: ProgressReport, user: Any, amounts: Mapping[tuple[int, str], int]
) -> ProgressReport:
    """Make the report's executed money exactly ``amounts``: 원 by (sub-project id, source).

    An amount that is absent was not entered; 0 is a row. Raises
    PermissionDenied, and WrongState where the report is not being written.
    """
    if not can_on(user, Action.CORRECT_REPORT, report.pledge):
        require_on(user, Action.ENTER_REPORT, report.pledge)
    if report.state not in EDITABLE:
        raise WrongState(str(report.get_state_display()))
    with operation("saved", user=user, pledge=report.pledge_id, as_of=report.period.as_of):
        replace_rows(
            Executed,
            report.executed.all(),
            key=lambda row: (row.sub_project_id, row.source),
            wanted={
                (sub_project, source): {
                    "report": report,
                    "sub_project_id": sub_project,
                    "source": source,
                    "amount": amount,
                }
                for (sub_project, source), amount in amounts.items()
            },
            user=user,
        )
    return report
