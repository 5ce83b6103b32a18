"""A sheet of our own among somebody else's: rows of text, with links to cells."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from reports.workbook.marking.package import HEAD, OFFICE, Package
from reports.workbook.marking.splices import Edit, Retag, elements, xml_attribute, xml_text
from reports.workbook.marking.styles import MAIN, WORKBOOK, Styles

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


class Text(NamedTuple):
    """A cell: its text, and the place in the file that it leads to."""

    text: str
    link: str = ""


class TabOfFile(NamedTuple):
    """A sheet of the file as the workbook lists it; ``part`` is None where the file lacks it."""

    title: str
    part: str | None
    kind: str


def tabs(package: Package) -> list[TabOfFile]:
    """The sheets in their order."""
    targets = {row.id: row for row in package.relations(WORKBOOK)}
    found = []
    for row in elements(package.read(WORKBOOK), lambda parent, name: (parent, name) == ("sheets", "sheet")):
        target = targets.get(row.attributes.get("id", ""))
        part = target.target if target and package.has(target.target) else None
        found.append(TabOfFile(row.attributes.get("name", ""), part, target.kind if target else ""))
    return found


def link_to(title: str, address: str) -> str:
    """What leads to a cell of a sheet."""
    quoted = title.replace("'", "''")
    return f"'{quoted}'!{address}"


def put_first(package: Package, title: str) -> str:
    """Make a first sheet. The name of its part, which is still to be put."""
    part = package.free_name("xl/worksheets/sheet{}.xml")
    package.declare(part, SHEET_TYPE)
    relation = package.relate(WORKBOOK, "worksheet", part)
    found = elements(
        package.read(WORKBOOK),
        lambda parent, name: (
            (parent, name) in {("workbook", "sheets"), ("sheets", "sheet"), ("definedNames", "definedName")}
        ),
    )
    rows = [row for row in found if row.name == "sheet"]
    ids = [int(row.attributes["sheetId"]) for row in rows if row.attributes.get("sheetId", "").isdecimal()]
    tag = rows[0].tag("sheet")
    text = (
        f'<{tag} xmlns:r="{OFFICE}" name={xml_attribute(title)} sheetId="{max(ids, default=0) + 1}"'
        f' r:id="{relation}"/>'
    )
    edits: list[Edit | Retag] = [Edit(rows[0].start, text)]
    for row in found:
        # Names that belong to a sheet say so by its place.
        place = row.attributes.get("localSheetId", "")
        if row.name == "definedName" and place.isdecimal():
            edits.append(Retag(row.start, {"localSheetId": str(int(place) + 1)}))
    package.change(WORKBOOK, edits)
    return part


def show_first(package: Package, number: int) -> None:
    """Open the file on the sheet of that place."""
    views = elements(
        package.read(WORKBOOK), lambda parent, name: (parent, name) == ("bookViews", "workbookView")
    )
    package.change(
        WORKBOOK,
        [Retag(row.start, {"activeTab": str(number), "firstSheet": "0"}) for row in views],
    )


def sheet_of(
    styles: Styles, header: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Text]]
) -> bytes:
    """The part of a sheet of text cells under a header that stays in view."""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    lines = [_row(1, [(name, styles.header) for name in header])]
    links = []
    for number, row in enumerate(rows, 2):
        lines.append(_row(number, [(cell.text, styles.link if cell.link else styles.text) for cell in row]))
        links += [
            f'<hyperlink ref="{get_column_letter(column)}{number}" location={xml_attribute(cell.link)}'
            f" display={xml_attribute(cell.text)}/>"
            for column, cell in enumerate(row, 1)
            if cell.link
        ]
    last = f"{get_column_letter(len(header))}{len(lines)}"
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><dimension ref="A1:{last}"/>'
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>"
        f'<autoFilter ref="A1:{last}"/>'
        f"{'<hyperlinks>' + ''.join(links) + '</hyperlinks>' if links else ''}</worksheet>"
    ).encode()


def _row(number: int, cells: Sequence[tuple[str, int]]) -> str:
    return (
        f'<row r="{number}">'
        + "".join(
            f'<c r="{get_column_letter(column)}{number}" s="{style}" t="inlineStr"><is>'
            f'<t xml:space="preserve">{xml_text(text)}</t></is></c>'
            for column, (text, style) in enumerate(cells, 1)
            if text
        )
        + "</row>"
    )
