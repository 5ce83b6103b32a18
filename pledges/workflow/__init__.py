"""The turn of a reporting cycle: periods open and close, reports are written, handed in, signed off, checked.

Every function is atomic, takes keywords only, and checks permission and state
itself. A report moves

    draft → submitted → signed → approved
              ↓   ↑        ↓
            returned ←─────┘

in an open period; a plan may leave out the head's sign-off. What has been
approved, and every report of a period that is closed or published, changes by
a correction only: a new revision that states its reason. A report that
somebody else changed meanwhile is told by its ``version``. Money is the
budgets room's, so ``reports.quarter.writing`` composes these functions with
``budgets.workflow``.
"""

from pledges.workflow.checking import (
    Remark,
    approve_report,
    approve_reports,
    comment_on_report,
    return_report,
    sign_report,
    sign_reports,
)
from pledges.workflow.contents import DatedLine, ReportContents
from pledges.workflow.departments import (
    BadName,
    Following,
    create_department,
    merge_departments,
    place_members,
    rehearse,
    rename_department,
    split_department,
    what_follows,
)
from pledges.workflow.errors import Conflict, Incomplete, ReasonMissing, WorkflowError, WrongState
from pledges.workflow.evidence import EvidenceRefused, add_evidence, read_incoming, remove_evidence
from pledges.workflow.periods import (
    OffCycle,
    close_period,
    cycle_ends,
    extend_due_date,
    next_as_of,
    open_period,
    quarters_of,
)
from pledges.workflow.reports import (
    discard_report,
    require_complete,
    save_report,
    start_report,
    submit_report,
    withdraw_report,
)
from pledges.workflow.rows import replace_rows
from pledges.workflow.rules import (
    EDITABLE,
    HANDED_IN,
    LAGGING_STATUSES,
    awaits_head,
    awaits_office,
    is_correction,
    may_withdraw,
    saved_version,
)
from pledges.workflow.support import invite_support, withdraw_support

__all__ = [
    "EDITABLE",
    "HANDED_IN",
    "LAGGING_STATUSES",
    "BadName",
    "Conflict",
    "DatedLine",
    "EvidenceRefused",
    "Following",
    "Incomplete",
    "OffCycle",
    "ReasonMissing",
    "Remark",
    "ReportContents",
    "WorkflowError",
    "WrongState",
    "add_evidence",
    "approve_report",
    "approve_reports",
    "awaits_head",
    "awaits_office",
    "close_period",
    "comment_on_report",
    "create_department",
    "cycle_ends",
    "discard_report",
    "extend_due_date",
    "invite_support",
    "is_correction",
    "may_withdraw",
    "merge_departments",
    "next_as_of",
    "open_period",
    "place_members",
    "quarters_of",
    "read_incoming",
    "rehearse",
    "remove_evidence",
    "rename_department",
    "replace_rows",
    "require_complete",
    "return_report",
    "save_report",
    "saved_version",
    "sign_report",
    "sign_reports",
    "split_department",
    "start_report",
    "submit_report",
    "what_follows",
    "withdraw_report",
    "withdraw_support",
]
