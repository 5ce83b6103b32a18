"""Areas as pages show them: an area with its statuses told apart. Nothing is computed but counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from pledges.enums import HeadlineMethod, Status
from reports.public.wording import CARD_STATUSES, StatusCount, in_one_bar
from reports.summaries import AreaLine, MethodLine, PlanSummary

# Those of the official table always, the others where they occur.
OTHERS = (Status.ON_HOLD, Status.DROPPED, Status.OTHER, Status.NONE)


@dataclass(frozen=True, slots=True)
class Statuses:
    """How many pledges of an area have each status; ``rest`` are those of none of the official four."""

    counts: tuple[StatusCount, ...]
    rest: int

    @property
    def official(self) -> tuple[StatusCount, ...]:
        return self.counts[: len(CARD_STATUSES)]


@dataclass(frozen=True, slots=True)
class AreaRow:
    line: AreaLine
    statuses: Statuses


def statuses_of(counts: Mapping[str, int]) -> Statuses:
    """The statuses of a count by status code, each with its place in a bar of 100."""
    codes = [*CARD_STATUSES, *(status for status in OTHERS if counts.get(status))]
    rows = in_one_bar([(code.value, code.value, str(code.label), counts.get(code, 0)) for code in codes])
    return Statuses(tuple(rows), sum(counts.get(status, 0) for status in OTHERS))


def area_rows(areas: list[AreaLine]) -> list[AreaRow]:
    return [AreaRow(line, statuses_of(line.statuses)) for line in areas]


def mean_line(summary: PlanSummary) -> MethodLine | None:
    """The whole plan's mean of pledge rates, which is what areas' rates are, whatever its headline is."""
    return next((line for line in summary.methods if line.method == HeadlineMethod.MEAN_RATE), None)


def whole_plan(summary: PlanSummary) -> Statuses:
    return statuses_of(summary.counts)
