"""A card as .pdf: tagged for screen readers (PDF/UA-1), set in Pretendard GOV by WeasyPrint.

WeasyPrint draws with libpango, a library of the operating system. Where it is
missing, the portal works without PDF: ``is_available`` says so to whoever
offers the link, and ``as_pdf`` raises ``PdfUnavailable``.
"""

import functools
import re
import threading
import types
from pathlib import Path
from typing import Any, cast

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousOperation
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.cards import Card
from reports.documents.form import (
    WIDTH,
    Block,
    Form,
    FormTable,
    Heading,
    Lines,
    half_widths,
    lines_of_rows,
    official_form,
)

FONT_FOLDER = "vendor/pretendard-gov-1.3.9"
SCHEME = "static:"
DIGITS = 1.7  # of 8.5 points that a unit of a table's width holds
# Pango shares its fonts between threads; and a page takes a second of a processor.
_ONE_AT_A_TIME = threading.Lock()
HALF_A_PAGE = 28  # lines; a table no longer than this is moved rather than broken
KOREAN = re.compile("[가-힣ㄱ-ㆎ]")


class PdfUnavailable(Exception):
    """This installation can't make PDF files. The message says why and what helps, translated."""


@functools.cache
def _weasyprint() -> types.ModuleType | None:
    """The library, or None where it can't load what it draws with. Asked once a process."""
    try:
        import weasyprint  # noqa: PLC0415 - it fails where libpango is missing, and nothing else may
    except OSError:
        return None
    return cast(types.ModuleType, weasyprint)


def is_available() -> bool:
    """Whether this installation can make PDF files."""
    return _weasyprint() is not None


def as_pdf(card: Card, edition: int | None = None) -> bytes:
    """The card as a PDF file. Raises PdfUnavailable."""
    library = _weasyprint()
    if library is None:
        raise PdfUnavailable(_("PDF files can't be made here: the system library Pango is not installed."))
    with _ONE_AT_A_TIME:
        document = _document(library, official_form(card, edition))
        return cast(bytes, document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True))


def _document(library: types.ModuleType, form: Form) -> Any:
    fonts = library.text.fonts.FontConfiguration()
    fetcher = _static_files(library)
    style = render_to_string(
        "documents/card.css", {"fonts": SCHEME + FONT_FOLDER, "footer": _css(form.footer)}
    )
    sheet = library.CSS(string=style, font_config=fonts, url_fetcher=fetcher, base_url=SCHEME)
    page = library.HTML(string=as_html(form), url_fetcher=fetcher, base_url=SCHEME)
    return page.render(stylesheets=[sheet], font_config=fonts, presentational_hints=True)


def as_html(form: Form) -> str:
    """The form as the page that is printed."""
    blocks = [_block(block) for block in form.blocks]
    return render_to_string(
        "documents/card.html", {"form": form, "title": _words(form.title), "blocks": blocks}
    )


def _block(block: Block) -> dict[str, Any]:
    """What the template draws of a block: its kind's name and the words, for tables the widths too."""
    if isinstance(block, FormTable):
        return _table(block)
    if isinstance(block, Lines):
        return {"kind": "lines", "lines": [(line.level, _words(line.text)) for line in block.lines]}
    kind = "heading" if isinstance(block, Heading) else "note"
    return {"kind": kind, "align": block.align, "words": _words(block.text)}


def _table(table: FormTable) -> dict[str, Any]:
    size = table.number_size(DIGITS)
    rows: list[list[dict[str, Any]]] = [[] for _row in table.rows]
    for at, column, cell in table.placed():
        room = sum(table.widths[column : column + cell.columns]) * DIGITS
        is_column = at < table.head_rows or cell.columns > 1
        rows[at].append(
            {"cell": cell, "words": _words(cell.shown, room), "scope": "col" if is_column else "row"}
        )
    return {
        "kind": "table",
        "is_whole": sum(lines_of_rows(table, DIGITS)) <= HALF_A_PAGE,
        "size": "roomy" if size >= 1 else "dense" if size >= 0.82 else "tiny",
        "widths": [f"{100 * width / WIDTH:.4f}%" for width in table.widths],
        "head": rows[: table.head_rows],
        "groups": [rows[group.start : group.stop] for group in table.groups],
    }


def _words(text: str, room: float = 60) -> SafeString:
    """The text as HTML in which no Korean word of up to ``room`` digits' width is broken over two lines.

    Korean print keeps words whole; WeasyPrint 70 refuses ``word-break: keep-all``.
    """
    lines = text.split("\n")
    return mark_safe("<br>".join(" ".join(_word(word, room) for word in line.split(" ")) for line in lines))  # noqa: S308 - every word is escaped


def _word(word: str, room: float) -> str:
    # The font has no half-filled circle, so the style sheet draws it.
    drawn = escape(word).replace("◐", '<span class="half">◐</span>')
    return f"<bdi>{drawn}</bdi>" if KOREAN.search(word) and half_widths(word) <= room else drawn


def _css(text: str) -> str:
    """A text as the inside of a CSS string."""
    return "".join(letter if letter.isalnum() or letter == " " else f"\\{ord(letter):x} " for letter in text)


def _static_files(library: types.ModuleType) -> Any:
    """A fetcher of the portal's own static files: nothing from the network, nothing else from the disk."""

    class StaticFiles(library.URLFetcher):  # type: ignore[misc,name-defined]
        def fetch(self, url: str, headers: object = None) -> object:
            if not url.startswith(SCHEME):
                raise ValueError(f"Not a static file: {url}")
            name = url.removeprefix(SCHEME)
            return library.urls.URLFetcherResponse(url, _static_file(name))

    return StaticFiles()


def _static_file(name: str) -> bytes:
    """The contents of a static file by its name; from the sources, else from where they were collected."""
    try:
        found = finders.find(name)
    except SuspiciousOperation:
        raise ValueError(f"Not a static file: {name}") from None
    if found:
        return Path(found).read_bytes()
    with staticfiles_storage.open(name) as file:
        return bytes(file.read())
