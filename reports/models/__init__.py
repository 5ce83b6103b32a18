"""The models of reports: editions, what the quarterly pages keep, imports."""

from reports.models.editions import Edition, EditionPledge, Frozen
from reports.models.imports import ImportBatch
from reports.models.quarter import KeptForm, Reminder

__all__ = ["Edition", "EditionPledge", "Frozen", "ImportBatch", "KeptForm", "Reminder"]
