"""The subject room's data, by subject: places, people, plans, indicators, reports."""

from pledges.models.indicators import Indicator, YearlyTarget
from pledges.models.people import Membership, User
from pledges.models.places import Department, Municipality, Term
from pledges.models.plans import Area, OwnStatus, Plan, PlannedQuarter, Pledge, ScheduleTask
from pledges.models.reports import (
    Achievement,
    Actual,
    EvidenceFile,
    ProgressReport,
    ReportComment,
    ReportingPeriod,
    ScheduleMark,
)

__all__ = [
    "Achievement",
    "Actual",
    "Area",
    "Department",
    "EvidenceFile",
    "Indicator",
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
    "Term",
    "User",
    "YearlyTarget",
]
