"""The sections of the quarterly form, in the order of the page: an explicit list."""

from reports.quarter.sections.achievements import AchievementsSection
from reports.quarter.sections.base import Section
from reports.quarter.sections.delay import DelaySection
from reports.quarter.sections.evidence import EvidenceSection
from reports.quarter.sections.indicators import IndicatorsSection
from reports.quarter.sections.money import MoneySection
from reports.quarter.sections.schedule import ScheduleSection
from reports.quarter.sections.status import StatusSection

SECTIONS: tuple[type[Section], ...] = (
    IndicatorsSection,
    StatusSection,
    MoneySection,
    ScheduleSection,
    AchievementsSection,
    EvidenceSection,
    DelaySection,
)

__all__ = ["SECTIONS", "Section"]
