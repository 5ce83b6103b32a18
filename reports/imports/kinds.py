"""Whether a file that has errors was uploaded as the wrong kind of file."""

from pledges.sheets import InfoResource, PledgeResource
from pledges.spreadsheet import UnreadableFile, read_workbook
from reports.models import ImportBatch
from reports.workbook.batches import StageGone, stored_content

Layout = ImportBatch.Layout
# A plan's workbook has both; a file of cards seldom has either.
OF_A_PLAN = frozenset({InfoResource.sheet_name, PledgeResource.sheet_name})


def likelier_layout(batch: ImportBatch) -> ImportBatch.Layout | None:
    """The other layout, where the names of the file's sheets speak for it; None where they don't."""
    try:
        book = read_workbook(stored_content(batch), ())
    except (StageGone, UnreadableFile):
        return None
    names = OF_A_PLAN.intersection(book.others)
    if batch.layout == Layout.WORKBOOK and not names:
        return Layout.CARDS
    if batch.layout == Layout.CARDS and names == OF_A_PLAN:
        return Layout.WORKBOOK
    return None
