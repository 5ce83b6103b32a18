"""집행액: what was spent in this period. The fields are the budgets room's own."""

from dataclasses import dataclass
from typing import Any

from django import forms

from budgets.forms import executed_fields, executed_name
from pledges.enums import MoneySource, ReportSection
from reports.quarter.entry import Entry, MoneyLine
from reports.quarter.sections.base import Section


@dataclass(frozen=True, slots=True)
class SourceField:
    source: MoneySource
    before: int | None
    amount: forms.BoundField


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A sub-project's fields: money whose source is not told, and the rest behind a fold.

    ``last`` is what the report before said in all, 원.
    """

    line: MoneyLine
    unspecified: forms.BoundField
    by_source: list[SourceField]
    last: int | None

    @property
    def opens(self) -> bool:
        """Whether the fold stands open: something is in it."""
        return any(field.amount.value() or field.amount.errors for field in self.by_source)


class MoneySection(Section):
    name = ReportSection.MONEY
    template = "staff/form/_money.html"

    @classmethod
    def concerns(cls, entry: Entry) -> bool:
        return bool(entry.money)

    def fields(self) -> dict[str, forms.Field]:
        unit = self.entry.pledge.plan.money_unit
        return {
            name: field
            for line in self.entry.money
            for name, field in executed_fields(line.sub_project, line.sources, unit=unit).items()
        }

    def initial(self) -> dict[str, Any]:
        return {
            executed_name(line.sub_project.pk, source): amount
            for line in self.entry.money
            for source, amount in line.executed.items()
        }

    def grid(self) -> list[str]:
        return [executed_name(line.sub_project.pk, MoneySource.UNSPECIFIED) for line in self.entry.money]

    def amounts(self) -> dict[tuple[int, str], int]:
        """Executed 원 by sub-project and source: those that can be read."""
        amounts = {
            (line.sub_project.pk, source.value): self.form.read(executed_name(line.sub_project.pk, source))
            for line in self.entry.money
            for source in [MoneySource.UNSPECIFIED, *line.sources]
        }
        return {key: amount for key, amount in amounts.items() if amount is not None}

    def rows(self) -> list[MoneyRow]:
        return [
            MoneyRow(
                line=line,
                unspecified=self.form[executed_name(line.sub_project.pk, MoneySource.UNSPECIFIED)],
                by_source=[
                    SourceField(
                        source,
                        line.before.get(source),
                        self.form[executed_name(line.sub_project.pk, source)],
                    )
                    for source in line.sources
                ],
                last=self.previous.executed.get(line.sub_project.pk) if self.previous else None,
            )
            for line in self.entry.money
        ]
