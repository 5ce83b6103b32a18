"""What a department writes into a report, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pledges.enums import Mark
from pledges.models import OwnStatus
from pledges.notation import DateSpan


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedLine:
    """One achievement as it is entered."""

    span: DateSpan
    text: str
    details: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportContents:
    """What a department writes into a report, money apart.

    ``actuals`` has an entry for each indicator with a value (0 is one; blank is
    none). ``marks`` covers the quarters of ``quarters`` and leaves others alone.
    """

    status: str = ""
    own_status: OwnStatus | None = None
    entered_rate: Decimal | None = None
    rate_withdrawn: bool = False
    cause: str = ""
    remedy: str = ""
    reason: str = ""
    actuals: Mapping[int, Decimal] = field(default_factory=dict)
    quarters: Sequence[tuple[int, int]] = ()
    marks: Mapping[tuple[int, int, int], Mark] = field(default_factory=dict)
    achievements: Sequence[DatedLine] = ()
