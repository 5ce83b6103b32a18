"""What every section of the quarterly form is and can do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from pledges.enums import ReportSection
from pledges.models import ReportComment
from reports.quarter.entry import Entry

if TYPE_CHECKING:
    from reports.quarter.forms.whole import QuarterForm
    from reports.quarter.previous import Previous

# Two line fields of an achievement and everything else of a pledge stay far below the server's own limit.
LONGEST_TEXT = 4000


class Section:
    """One part of the form: its fields, what they begin with, and what they make of a report.

    ``template`` shows it. Its ``name`` is its id on the page, so that a
    comment, an error or a hint can point at it.
    """

    name: ClassVar[ReportSection]
    template: ClassVar[str]

    def __init__(self, form: "QuarterForm") -> None:
        self.form = form
        self.entry = form.entry

    @classmethod
    def concerns(cls, entry: Entry) -> bool:
        """Whether this pledge has the section at all."""
        return True

    def fields(self) -> dict[str, forms.Field]:
        raise NotImplementedError

    def initial(self) -> dict[str, Any]:
        """What the report in hand holds, by field name."""
        return {}

    def clean(self, cleaned: dict[str, Any]) -> None:
        """Put what is wrong between fields beside them."""

    def contents(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Its part of ``ReportContents``, by argument."""
        return {}

    def grid(self) -> list[str]:
        """The boxes that a row of numbers from a spreadsheet fills, in order; none where it takes none."""
        return []

    # --- For the page ---

    @property
    def label(self) -> Any:
        return self.name.label

    @property
    def previous(self) -> "Previous | None":
        """What the report before this one said, where the page shows it."""
        return self.form.previous

    @property
    def comments(self) -> Sequence[ReportComment]:
        """What was said about this section of the report in hand."""
        report = self.entry.unfinished
        return [
            comment
            for comment in self.entry.comments
            if report and comment.report_id == report.pk and comment.section == self.name
        ]

    @property
    def hints(self) -> Sequence[Any]:
        """What looks odd in this section; a hint keeps nobody from saving."""
        return self.form.hints.get(self.name.value, [])

    @property
    def has_errors(self) -> bool:
        return any(name in self.form.errors for name in self.fields())
