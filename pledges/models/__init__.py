"""The subject room's data, by subject: one module a subject."""

from pledges.models.audit import AuditEntry, AuditHead
from pledges.models.indicators import Indicator, YearlyTarget
from pledges.models.people import Handover, Invitation, Membership, User
from pledges.models.periods import DueExtension, ReportingPeriod
from pledges.models.places import Department, DepartmentChange, Municipality, Term
from pledges.models.plans import (
    Area,
    FormerDepartment,
    OwnStatus,
    Plan,
    PlannedQuarter,
    Pledge,
    ScheduleTask,
    SupportInvitation,
)
from pledges.models.reports import Achievement, Actual, ProgressReport, ScheduleMark
from pledges.models.threads import EvidenceFile, ReportComment

__all__ = [
    "Achievement",
    "Actual",
    "Area",
    "AuditEntry",
    "AuditHead",
    "Department",
    "DepartmentChange",
    "DueExtension",
    "EvidenceFile",
    "FormerDepartment",
    "Handover",
    "Indicator",
    "Invitation",
    "Membership",
    "Municipality",
    "OwnStatus",
    "Plan",
    "PlannedQuarter",
    "Pledge",
    "ProgressReport",
    "ReportComment",
    "ReportingPeriod",
    "ScheduleMark",
    "ScheduleTask",
    "SupportInvitation",
    "Term",
    "User",
    "YearlyTarget",
]
