"""The sheets of the plan workbook that belong to this room: 기본정보, 공약, 확인지표, 추진일정, 추진실적."""

from pledges.sheets.base import (
    CellChange,
    Column,
    Key,
    ReadRow,
    RowChange,
    SheetChanges,
    SheetResource,
    Table,
    ToldRow,
)
from pledges.sheets.plan import AreaTree, Info, InfoResource, PledgeResource
from pledges.sheets.progress import AchievementResource, IndicatorResource, ScheduleResource, Side
from pledges.sheets.scope import Scope
from pledges.sheets.snapshot import Held, Snapshot

__all__ = [
    "AchievementResource",
    "AreaTree",
    "CellChange",
    "Column",
    "Held",
    "IndicatorResource",
    "Info",
    "InfoResource",
    "Key",
    "PledgeResource",
    "ReadRow",
    "RowChange",
    "ScheduleResource",
    "Scope",
    "SheetChanges",
    "SheetResource",
    "Side",
    "Snapshot",
    "Table",
    "ToldRow",
]
