"""The models of reports: editions and what changed between them, what the quarterly pages keep, imports."""

from reports.models.changes import EditionChange, EditionComparison
from reports.models.editions import Edition, EditionPledge, Frozen
from reports.models.imports import ImportBatch
from reports.models.quarter import KeptForm, Reminder

__all__ = [
    "Edition",
    "EditionChange",
    "EditionComparison",
    "EditionPledge",
    "Frozen",
    "ImportBatch",
    "KeptForm",
    "Reminder",
]
