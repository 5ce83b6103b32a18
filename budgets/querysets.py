"""Filters of the money room, by name."""

from pledges.querysets import OfReportQuerySet


class ExecutedQuerySet(OfReportQuerySet):
    """Executed money hangs on reports, as actuals do: ``for_live_reports(plan, as_of)``."""
