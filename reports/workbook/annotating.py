"""A workbook that could not be taken goes back to its owner: the bad cells red, each with a note why.

Everything else of theirs stays as it is. A first sheet lists all findings, with
a link to each cell.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from pledges.spreadsheet import Finding, Findings, fold_sheet_name, read_workbook
from reports.workbook.marking.listing import (
    TabOfFile,
    Text,
    link_to,
    put_first,
    sheet_of,
    show_first,
    tabs,
)
from reports.workbook.marking.notes import add_notes, has_notes_of_ours, place_of
from reports.workbook.marking.package import OFFICE, Package
from reports.workbook.marking.sheets import Layout, Place, scan_sheet, selected_view
from reports.workbook.marking.splices import Edit, Retag
from reports.workbook.marking.styles import RED, YELLOW, Look, Styles

# The sheet's name and words are Korean, as the whole workbook is.
LIST = "오류 목록"
HEADER = ("구분", "시트", "셀", "값", "내용")
WIDTHS = (8, 14, 9, 30, 90)
ERROR, WARNING = "오류", "경고"
# With more notes Excel gets slow, and nobody reads them; the list goes on, and ends with a count.
MOST_MARKS = 10_000
MOST_LISTED = Findings.MOST
LONGEST_NOTE = 2_000


@dataclass(slots=True)
class Mark:
    """What is said at one cell."""

    is_error: bool
    lines: list[str] = field(default_factory=list)

    @property
    def note(self) -> str:
        text = "\n".join(dict.fromkeys(self.lines))
        return text if len(text) <= LONGEST_NOTE else f"{text[: LONGEST_NOTE - 1]}…"

    @property
    def colour(self) -> str:
        return RED if self.is_error else YELLOW


def annotated(content: bytes, errors: Findings, warnings: Findings) -> bytes:
    """The workbook's own file with its findings marked: errors red, warnings yellow, a note at each cell.

    For content that ``read_workbook`` took. Marks of an earlier time go first,
    so that what was mended meanwhile is red no more. At most ``MOST_MARKS``
    cells are marked, errors first; memory goes by the number of findings.
    """
    package = Package(content)
    found = tabs(package)
    sheets: dict[str, TabOfFile] = {}
    for tab in found:
        if tab.part and tab.kind == "worksheet":
            sheets.setdefault(fold_sheet_name(tab.title), tab)
    layouts: dict[str, tuple[Layout, dict[Place, Mark]]] = {}
    marks = _marks(sheets, errors, warnings)
    for tab in sheets.values():
        part = tab.part or ""
        if part in marks or has_notes_of_ours(package, part):
            layouts[part] = _laid_out(package, part, marks.get(part, {}))
    styles = Styles(
        package,
        [
            Look(layout.styles[place], mark.colour)
            for layout, wanted in layouts.values()
            for place, mark in wanted.items()
        ],
    )
    for part, (layout, wanted) in layouts.items():
        package.change(part, _edits(package, part, layout, wanted, styles))
    _put_list(package, content, found, sheets, styles, errors, warnings)
    return package.written()


def marked_name(name: str, *, has_errors: bool, has_warnings: bool) -> str:
    """The name of the marked workbook: its own, with what is marked in it."""
    stem = name.removesuffix(".xlsx")
    if has_errors:
        return _("%(name)s (errors marked).xlsx") % {"name": stem}
    if has_warnings:
        return _("%(name)s (warnings marked).xlsx") % {"name": stem}
    return name


def _marks(
    sheets: dict[str, TabOfFile], errors: Findings, warnings: Findings
) -> dict[str, dict[Place, Mark]]:
    """The cells to mark, by the part of their sheet."""
    marks: dict[str, dict[Place, Mark]] = {}
    count = 0
    for finding, is_error in _all(errors, warnings):
        tab = sheets.get(fold_sheet_name(finding.sheet))
        place = place_of(finding.cell)
        if tab is None or tab.part is None or place is None:
            continue
        wanted = marks.setdefault(tab.part, {})
        if place not in wanted:
            if count == MOST_MARKS:
                continue
            count += 1
            wanted[place] = Mark(is_error)
        wanted[place].lines.append(f"{ERROR if is_error else WARNING}: {finding.message}")
    return marks


def _all(errors: Findings, warnings: Findings) -> Iterator[tuple[Finding, bool]]:
    yield from ((finding, True) for finding in errors)
    yield from ((finding, False) for finding in warnings)


def _laid_out(package: Package, part: str, wanted: dict[Place, Mark]) -> tuple[Layout, dict[Place, Mark]]:
    """Where a sheet's cells stand. What is hidden in merged cells is marked at the cell that shows."""
    with package.open(part) as file:
        layout = scan_sheet(file, wanted)
    if anchors := layout.anchors(wanted):
        shown: dict[Place, Mark] = {}
        for place, mark in wanted.items():
            at = anchors.get(place, place)
            held = shown.setdefault(at, Mark(mark.is_error))
            held.is_error = held.is_error or mark.is_error
            held.lines += mark.lines
        wanted = shown
        with package.open(part) as file:
            layout = scan_sheet(file, wanted)
    return layout, {place: mark for place, mark in wanted.items() if place in layout.styles}


def _edits(
    package: Package, part: str, layout: Layout, wanted: dict[Place, Mark], styles: Styles
) -> list[Edit | Retag]:
    """The edits of a sheet's part; its notes go into parts of their own."""
    looks = {place: styles.looks[Look(layout.styles[place], mark.colour)] for place, mark in wanted.items()}
    edits = list(layout.edits(looks))
    drawing = add_notes(
        package, part, layout.drawing, {place: mark.note for place, mark in sorted(wanted.items())}
    )
    if drawing:
        tag = layout.tag("legacyDrawing")
        edits.append(Edit(layout.drawing_at, f'<{tag} xmlns:r="{OFFICE}" r:id="{drawing}"/>'))
    return edits


# --- The list -------------------------------------------------------------------


def _put_list(
    package: Package,
    content: bytes,
    found: list[TabOfFile],
    sheets: dict[str, TabOfFile],
    styles: Styles,
    errors: Findings,
    warnings: Findings,
) -> None:
    """The list of findings as the first sheet, or in place of that of an earlier time."""
    earlier = next((tab for tab in found if tab.title == LIST and tab.part), None)
    if earlier and earlier.part and _is_ours(content):
        part = earlier.part
        number = found.index(earlier)
    else:
        part, number = put_first(package, _free_title({tab.title.casefold() for tab in found})), 0
    for tab in found:
        # A second selected tab would be edited along with the first.
        if tab.part and tab.part != part and tab.kind in {"worksheet", "chartsheet"}:
            with package.open(tab.part) as file:
                package.change(tab.part, [Retag(at, {"tabSelected": "0"}) for at in selected_view(file)])
    show_first(package, number)
    package.put(part, sheet_of(styles, HEADER, WIDTHS, _listed(sheets, errors, warnings)))


def _is_ours(content: bytes) -> bool:
    """Whether the sheet of that name is a list of ours: its header says so."""
    sheet = read_workbook(content, [LIST]).sheets.get(LIST)
    first = sheet.rows[0].cells if sheet and sheet.rows else {}
    return tuple(first[column].value if column in first else "" for column in range(1, 6)) == HEADER


def _free_title(taken: set[str]) -> str:
    number, title = 1, LIST
    while title.casefold() in taken:
        number += 1
        title = f"{LIST} ({number})"
    return title


def _listed(sheets: dict[str, TabOfFile], errors: Findings, warnings: Findings) -> Iterator[list[Text]]:
    listed = itertools.islice(_all(errors, warnings), MOST_LISTED)
    rest = errors.count_all + warnings.count_all
    for finding, is_error in listed:
        rest -= 1
        name = fold_sheet_name(finding.sheet)
        tab = sheets.get(name)
        link = link_to(tab.title, finding.cell) if tab and place_of(finding.cell) else ""
        yield [
            Text(ERROR if is_error else WARNING),
            Text(name),
            Text(finding.cell, link),
            Text(finding.value),
            Text(finding.message),
        ]
    if rest:
        yield [Text(""), Text(""), Text(""), Text(""), Text(f"외 {rest:,}건은 표시하지 않았습니다.")]
