"""A card as .hwpx, the format of Korean offices. The one module that knows python-hwpx.

Lengths are HWPUNIT, a hundredth of a point.
"""

from contextlib import closing
from dataclasses import dataclass

from hwpx import HwpxDocument

from reports.cards import Card
from reports.documents.form import (
    WIDTH,
    Align,
    Form,
    FormTable,
    Heading,
    Lines,
    Note,
    lines_of_rows,
    official_form,
)

FONT = "함초롬돋움"
MARGIN_MM = 15
UNIT = 850  # 60 of them are 180 mm, what A4 leaves between its margins
DIGITS = 1.65  # of 9 points that a unit holds
LINE = 1250
PADDING = 420
CELL_MARGINS = {"left": "200", "right": "200", "top": "141", "bottom": "141"}
HEAD_COLOR = "#E8EEF7"
LINE_COLOR = "#5B6675"


def as_hwpx(card: Card, edition: int | None = None) -> bytes:
    """The card as a HWPX package. Tables may go on over pages, their head rows are repeated."""
    form = official_form(card, edition)
    with closing(HwpxDocument.new()) as document:
        document.page.setup(
            paper_size="A4",
            margin_left_mm=MARGIN_MM,
            margin_right_mm=MARGIN_MM,
            margin_top_mm=MARGIN_MM,
            margin_bottom_mm=MARGIN_MM,
            header_margin_mm=5,
            footer_margin_mm=8,
        )
        _Writer(document).write(form)
        document.page.set_footer(
            content=[
                {
                    "align": "CENTER",
                    "children": [
                        {"type": "run", "text": f"{form.footer} · "},
                        {"type": "page_number", "page_number": "page"},
                    ],
                }
            ]
        )
        # The library's blank document has an author and dates of its own.
        document.parts.clear_document_metadata(keep=("language",), timestamp=f"{form.as_of}T00:00:00Z")
        document.parts.clear_preview()
        document.parts.set_document_metadata(title=form.title, creator=form.city, subject=form.footer)
        return document.to_bytes()


@dataclass(frozen=True, slots=True)
class _Shape:
    """References to a paragraph's and its letters' shape in the document's header."""

    paragraph: str
    letters: str


class _Writer:
    """Writes the blocks of a form one after the other."""

    def __init__(self, document: HwpxDocument) -> None:
        self.document = document
        document.styles.ensure_font(FONT)
        self.letters = {
            (size, bold): document.styles.ensure_run(font=FONT, size=size, bold=bold)
            for size in (2, 6, 7, 8, 9, 10, 11, 16)
            for bold in (False, True)
        }
        self.cells: dict[Align, str] = {
            align: self._paragraph_shape(align, line=120) for align in ("left", "center", "right")
        }
        self.headings = {
            align: self._paragraph_shape(align, line=130, before=8, after=3, keep_with_next=True)
            for align in ("left", "center")
        }
        self.notes = {
            align: self._paragraph_shape(align, line=120, after=2) for align in ("left", "center", "right")
        }
        self.levels = {
            level: self._paragraph_shape("justify", line=140, left=left, hanging=4)
            for level, left in {1: 5.0, 2: 8.0, 3: 12.0}.items()
        }
        self.plain = document.styles.ensure_border_fill(border_color=LINE_COLOR)
        self.head = document.styles.ensure_border_fill(border_color=LINE_COLOR, fill_color=HEAD_COLOR)

    def write(self, form: Form) -> None:
        # The first paragraph carries the section's settings, so the title goes into it.
        first = self.document.paragraphs[0]
        first.para_pr_id_ref = self.headings["center"]
        first.add_run(form.title, char_pr_id_ref=self.letters[16, True])
        for block in form.blocks:
            if isinstance(block, FormTable):
                self._table(block)
            elif isinstance(block, Heading):
                self._line(block.text, _Shape(self.headings[block.align], self.letters[11, True]))
            elif isinstance(block, Note):
                self._line(block.text, _Shape(self.notes[block.align], self.letters[9, False]))
            else:
                self._lines(block)

    def _lines(self, block: Lines) -> None:
        for line in block.lines:
            self._line(line.text, _Shape(self.levels[line.level], self.letters[10, False]))

    def _line(self, text: str, shape: _Shape) -> None:
        self.document.add_paragraph(
            text, para_pr_id_ref=shape.paragraph, char_pr_id_ref=shape.letters, inherit_style=False
        )

    def _table(self, table: FormTable) -> None:
        placed = list(table.placed())
        heights = [PADDING + LINE * lines for lines in lines_of_rows(table, DIGITS)]
        made = self.document.add_table(
            len(table.rows),
            len(table.widths),
            width=UNIT * WIDTH,
            height=sum(heights),
            border_fill_id_ref=self.plain,
            para_pr_id_ref=self.cells["left"],
            char_pr_id_ref=self.letters[2, False],
        )
        # As a single letter a table would be cut at the end of the page.
        made.set_treat_as_char(False)
        made.element.set("repeatHeader", "1" if table.head_rows else "0")
        for side, margin in CELL_MARGINS.items():
            made.element.find("{*}inMargin").set(side, margin)
        # Asking for one cell after the other would lay the whole table out each time.
        grid = {(place.row, place.column): place.cell for place in made.iter_grid()}
        rows = [row.element for row in made.rows]
        kept = {(at, column) for at, column, _cell in placed}
        for (at, column), covered in grid.items():
            if (at, column) not in kept:
                rows[at].remove(covered.element)
        size = max(6, min(9, int(9 * table.number_size(DIGITS))))
        for at, column, cell in placed:
            written = grid[at, column]
            written.set_span(cell.rows, cell.columns)
            written.set_size(
                UNIT * sum(table.widths[column : column + cell.columns]),
                sum(heights[at : at + cell.rows]),
            )
            written.element.set("borderFillIDRef", self.head if cell.is_head else self.plain)
            written.element.set("header", "1" if at < table.head_rows else "0")
            paragraph = written.paragraphs[0]
            paragraph.para_pr_id_ref = self.cells[cell.align]
            letters = size if cell.number is not None else 9
            paragraph.char_pr_id_ref = self.letters[letters, cell.is_head or cell.is_strong]
            written.set_text(cell.shown, split_paragraphs=True)

    def _paragraph_shape(
        self,
        align: str,
        *,
        line: int,
        before: float = 0,
        after: float = 0,
        left: float = 0,
        hanging: float = 0,
        keep_with_next: bool = False,
    ) -> str:
        """The reference of a paragraph shape. ``left``, ``hanging`` in mm; ``before``, ``after`` in pt."""
        sample = self.document.add_paragraph("", inherit_style=False)
        self.document.styles.apply_paragraph_format(
            paragraphs=[sample],
            alignment=align.upper(),
            line_spacing_percent=line,
            spacing_before_pt=before,
            spacing_after_pt=after,
            indent_left_mm=left,
            first_line_indent_mm=-hanging,
            keep_with_next=keep_with_next,
        )
        reference = str(sample.para_pr_id_ref)
        sample.remove()
        return reference
