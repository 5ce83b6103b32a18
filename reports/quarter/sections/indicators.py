"""공약달성 확인지표: this period's values."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from pledges.enums import ReportSection
from pledges.forms.notation import NumberField
from reports.quarter.entry import Entry, IndicatorLine
from reports.quarter.figures import IndicatorFigure
from reports.quarter.sections.base import Section
from reports.quarter.suggestions import Suggestion, suggestion_for


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator's box; ``last`` is what the report before said, ``suggestion`` what another count says."""

    line: IndicatorLine
    value: forms.BoundField
    figure: IndicatorFigure
    last: Decimal | None
    suggestion: Suggestion | None


class IndicatorsSection(Section):
    name = ReportSection.INDICATORS
    template = "staff/form/_indicators.html"

    @classmethod
    def concerns(cls, entry: Entry) -> bool:
        return bool(entry.indicators)

    def fields(self) -> dict[str, forms.Field]:
        return {
            box_name(line): NumberField(
                label=_("This period's value: %(indicator)s") % {"indicator": line.indicator.name}
            )
            for line in self.entry.indicators
        }

    def initial(self) -> dict[str, Any]:
        return {box_name(line): line.value for line in self.entry.indicators}

    def contents(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {"actuals": self.actuals()}

    def grid(self) -> list[str]:
        return [box_name(line) for line in self.entry.indicators]

    def actuals(self) -> dict[int, Decimal]:
        """This period's values by indicator: those that can be read."""
        values = {line.indicator.pk: self.form.read(box_name(line)) for line in self.entry.indicators}
        return {pk: value for pk, value in values.items() if value is not None}

    def rows(self) -> list[IndicatorRow]:
        by_indicator = self.form.figures().by_indicator
        return [
            IndicatorRow(
                line=line,
                value=self.form[box_name(line)],
                figure=by_indicator[line.indicator.pk],
                last=self.previous.values.get(line.indicator.pk) if self.previous else None,
                suggestion=suggestion_for(line.indicator, self.form),
            )
            for line in self.entry.indicators
        ]


def box_name(line: IndicatorLine) -> str:
    return f"actual-{line.indicator.pk}"
