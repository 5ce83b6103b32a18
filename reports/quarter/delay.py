"""Cause and remedy of what lags: when they are asked for, and which a correction may leave blank."""

from pledges.enums import Status
from pledges.workflow import LAGGING_STATUSES
from reports.quarter.entry import Entry, read_entry
from reports.quarter.figures import Figures, stored_figures

# What a report that lags states.
CAUSE = ("cause", "remedy")


def asks_for_cause(figures: Figures, status: str) -> bool:
    """Whether a cause and a remedy are asked: the targets to date are missed, or the status says so."""
    return figures.is_lagging or (bool(status) and Status(status) in LAGGING_STATUSES)


def excused(entry: Entry) -> frozenset[str]:
    """Which of cause and remedy a correction may leave blank: those that the approved report lacks although
    it lagged itself.

    What lags is reported with its cause and remedy. A report that was carried in from a file may have
    neither, and years later nobody knows them: its correction is warned, as the carried report is. What
    stands approved can't be blanked, and what only lags by the correction has to be explained.
    """
    live = entry.live
    if live is None:
        return frozenset()
    blank = frozenset(name for name in CAUSE if not getattr(live, name))
    if not blank:
        return blank
    before = entry if live == entry.report else read_entry(entry.pledge, entry.period, report=live)
    return blank if asks_for_cause(stored_figures(before), before.status) else frozenset()
