"""The card as PDF: tagged, in its own fonts, from static files alone; and a portal that can't make PDF."""

import hashlib
import logging
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from reports.documents import pdf
from reports.documents.form import official_form
from tests.reports.documents.cards import bare_card, heavy_card, hostile_card, naju_card

FOLDER = Path(settings.BASE_DIR) / "static" / pdf.FONT_FOLDER


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


@pytest.fixture
def complaints(caplog):
    """What WeasyPrint could not understand or find."""
    caplog.set_level(logging.WARNING, "weasyprint")
    return caplog.records


def test_this_machine_can_make_pdf_files():
    """The suite needs libpango; without it the PDF would go untested in silence."""
    assert pdf.is_available()


def test_pdf_is_tagged_and_set_in_its_own_fonts(complaints):
    library = pdf._weasyprint()
    document = pdf._document(library, official_form(naju_card(), 1))
    content = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, uncompressed_pdf=True)
    assert content.startswith(b"%PDF-")
    assert len(document.pages) == 2
    for words in (b"/StructTreeRoot", b"/Lang", b"pdfuaid", b"/S /TH", b"/S /H2"):
        assert words in content
    assert b"Pretendard" in content
    assert b"Pretendard-GOV-Bold" in content
    assert [record.getMessage() for record in complaints] == []


def test_as_pdf_gives_a_file():
    assert pdf.as_pdf(naju_card(), 1).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "card", [bare_card(), hostile_card("=1+1"), hostile_card("")], ids=["bare", "hostile", "empty"]
)
def test_cards_without_and_with_odd_contents_render(card, complaints):
    assert pdf.as_pdf(card, 1).startswith(b"%PDF-")
    assert [record.getMessage() for record in complaints] == []


def test_page_holds_the_figures():
    page = plain(pdf.as_html(official_form(naju_card(), 1)))
    for words in ("75.4", "42", "73.33%", "80.00", "66.67", "1(4)", "-(1)", "55.70%", "❖ 정책목표", "△ ▲ ㎡"):
        assert words in page


def test_typed_text_stays_text():
    page = pdf.as_html(official_form(hostile_card('<script src="file:///etc/passwd">"&amp;'), 1))
    assert "<script" not in page
    assert "&lt;script" in page


def test_typed_text_of_the_footer_stays_inside_its_string(complaints):
    card = hostile_card('"; } body { background: url(file:///etc/passwd) } \\')
    assert pdf.as_pdf(card, 1).startswith(b"%PDF-")
    assert [record.getMessage() for record in complaints] == []


def test_head_rows_are_apart_and_no_group_is_broken():
    page = pdf.as_html(official_form(heavy_card(), 1))
    assert page.count("<thead>") == 3
    # Sub-projects and their sum, indicators and the pledge's rate, tasks, the three rows of boxes.
    assert page.count("<tbody>") == 7 + 16 + 1 + 40 + 3


def test_korean_words_are_kept_whole_but_for_those_that_fit_no_line():
    assert pdf._words("정책 목표") == "<bdi>정책</bdi> <bdi>목표</bdi>"
    assert pdf._words("가" * 60) == "가" * 60
    assert pdf._words("<b> 1(4)") == "&lt;b&gt; 1(4)"


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://fonts.example/x.otf",
        "static:../config/settings.py",
        "static:/etc/passwd",
        "static:vendor/no-such-file.otf",
        "data:text/css,x",
    ],
)
def test_only_static_files_are_fetched(address):
    fetcher = pdf._static_files(pdf._weasyprint())
    with pytest.raises((ValueError, OSError)):
        fetcher.fetch(address)


def test_without_the_system_library_nothing_else_breaks(monkeypatch):
    monkeypatch.setattr(pdf, "_weasyprint", lambda: None)
    assert not pdf.is_available()
    with translation.override("ko"), pytest.raises(pdf.PdfUnavailable, match="PDF"):
        pdf.as_pdf(naju_card(), 1)


def test_fonts_are_those_whose_hashes_were_recorded_with_their_licence():
    recorded = dict(reversed(line.split()) for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.iterdir()
        if path.name != "SHA256SUMS"
    }
    assert found == recorded
    assert "SIL Open Font License" in (FOLDER / "LICENSE.txt").read_text()
