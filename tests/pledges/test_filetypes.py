"""What a file is, is told by its content: real little files of each kind, and the ones that are not taken."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFile

from pledges import filetypes
from pledges.filetypes import GIF, HWPX, JPEG, PDF, PNG, WEBP, XLSX, UnwantedFile, clean_name, kind_of
from tests import evidence as made

MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
PLAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def kind(content):
    return kind_of(io.BytesIO(content))


def refusal(content):
    with pytest.raises(UnwantedFile) as caught:
        kind(content)
    return caught.value.message


def in_types(content, old, new):
    with made.zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(old, new)
    return made.zipped(parts)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (made.pdf(), PDF),
        (made.hwpx(), HWPX),
        (made.xlsx(), XLSX),
        (made.picture("PNG"), PNG),
        (made.picture("JPEG"), JPEG),
        (made.picture("GIF"), GIF),
        (made.picture("WEBP"), WEBP),
    ],
    ids=["pdf", "hwpx", "xlsx", "png", "jpeg", "gif", "webp"],
)
def test_each_kind_is_told_by_its_content(content, expected):
    assert kind(content) is expected


def test_an_empty_file_is_refused():
    assert refusal(b"") == "빈 파일입니다."


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"#!/bin/sh\necho",
        b"<!doctype html><script>alert(1)</script>",
        b"<?xml version='1.0'?><a/>",
        b"just text, 1, 2\n",
        b"\x1f\x8b" + bytes(50),
    ],
    ids=["exe", "elf", "script", "html", "xml", "text", "gzip"],
)
def test_what_is_none_of_the_kinds_is_refused_with_their_list(content):
    assert "PDF, HWPX, XLSX, JPEG, PNG, GIF, WEBP" in refusal(content)


def test_svg_is_refused_since_it_may_hold_scripts():
    told = refusal(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    assert "SVG" in told
    assert "PNG" in told


def test_old_hangul_document_is_refused_with_how_to_save_it():
    for content in (made.ole("\x05HwpSummaryInformation"), b"HWP Document File V3.00 \x1a" + bytes(100)):
        told = refusal(content)
        assert "HWPX" in told
        assert "PDF" in told


def test_old_office_and_protected_files_are_refused_by_name():
    assert ".xls" in refusal(made.ole("Workbook"))
    assert "암호" in refusal(made.ole("EncryptedPackage"))
    assert "PDF" in refusal(made.ole("WordDocument"))


def test_heic_of_a_telephone_is_refused_with_jpeg_as_the_way_out():
    assert "JPEG" in refusal(b"\x00\x00\x00\x18ftypheic" + bytes(100))


# --- PDF ---


def test_pdf_must_begin_and_end_as_one():
    whole = made.pdf()
    assert "PDF" in refusal(whole[:-20])
    assert refusal(b"junk" + whole)
    assert refusal(b"%PDF-1.4\n" + bytes(5000))


def test_pdf_padded_with_blanks_is_taken():
    assert kind(made.pdf() + b"\r\n\x00\x00") is PDF


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", made.zipped({"a.class": b"x"}), b"MZ"])
def test_pdf_with_something_behind_its_end_is_refused(tail):
    assert "PDF" in refusal(made.pdf() + tail)


def test_pdf_with_a_web_page_inside_stays_a_pdf_and_so_a_download():
    page = made.pdf(text="<html><script>alert(1)</script></html>")
    assert kind(page) is PDF


# --- Zips ---


def test_workbook_with_macros_is_refused():
    assert ".xlsm" in refusal(in_types(made.xlsx(), PLAIN, MACROS))
    assert ".xlsm" in refusal(made.with_parts(made.xlsx(), **{"xl__vbaProject.bin": b"x"}))


def test_binary_workbook_word_and_powerpoint_are_refused_by_name():
    assert ".xlsb" in refusal(made.with_parts(made.xlsx(), **{"xl__workbook.bin": b"x"}))
    for word in (b"wordprocessingml", b"presentationml"):
        assert "PDF" in refusal(made.zipped({"[Content_Types].xml": b"<Types>" + word + b"</Types>"}))


@pytest.mark.parametrize(
    "parts",
    [{"a.pdf": b"x"}, {"META-INF/MANIFEST.MF": b"x", "A.class": b"x"}, {"mimetype": b"application/epub+zip"}],
    ids=["zip", "jar", "epub"],
)
def test_other_zips_are_refused(parts):
    assert refusal(made.zipped(parts))


def test_open_document_is_refused_by_name():
    parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}
    assert "OpenDocument" in refusal(made.zipped(parts))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs", "a\\b", "C:evil"])
@pytest.mark.parametrize("content", [made.hwpx(), made.xlsx()], ids=["hwpx", "xlsx"])
def test_zip_with_a_path_out_of_it_is_refused(content, name):
    assert refusal(made.with_parts(content, **{name: b"x"}))


def test_zip_with_two_parts_of_one_name_is_refused():
    buffer = io.BytesIO(made.hwpx())
    with made.zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("MIMETYPE", b"application/hwp+zip")
    assert refusal(buffer.getvalue())


def test_zip_hung_on_to_something_else_is_refused():
    # A picture in front, a document behind: two files at once.
    assert kind(made.picture("GIF") + made.hwpx()) is GIF
    stub = made.zipped({"a": b"x"})
    assert refusal(stub + made.hwpx())


def test_zip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(filetypes, "MAX_UNPACKED", 2 * 1024 * 1024)
    bomb = made.with_parts(made.hwpx(), BinData__image1=bytes(2 * 1024 * 1024))
    assert len(bomb) < 30_000
    assert "2MB" in refusal(bomb)
    monkeypatch.setattr("pledges.spreadsheet.MAX_UNPACKED", 1024 * 1024)
    assert "1MB" in refusal(made.with_parts(made.xlsx(), xl__media=bytes(1024 * 1024))).replace(" ", "")


def test_zip_that_lies_about_its_sizes_is_refused():
    content = bytearray(made.zipped({"mimetype": b"application/hwp+zip", "x.xml": b"a" * 5000}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert refusal(bytes(content))


def test_zip_of_too_many_parts_is_refused():
    parts = {"mimetype": b"application/hwp+zip", **{f"p{number}": b"" for number in range(2_001)}}
    assert refusal(made.zipped(parts))


def test_workbook_that_declares_entities_is_refused():
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    assert refusal(made.with_parts(made.xlsx(), **{"xl__evil.xml": bomb}))


# --- Pictures ---


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_picture_cut_off_is_refused(format):
    whole = made.picture(format, size=(64, 64))
    assert refusal(whole[: len(whole) // 2])


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_picture_cut_off_is_refused_where_pdf_making_told_pillow_to_take_it(format, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = made.picture(format, size=(64, 64))
    assert refusal(whole[: len(whole) // 2])


def test_renamed_script_with_a_pictures_first_bytes_is_refused():
    assert refusal(b"\x89PNG\r\n\x1a\n<script>alert(1)</script>")
    assert refusal(b"GIF89a=1;alert(1)")
    assert refusal(b"\xff\xd8\xff<?php system($_GET[0]);")


@pytest.mark.parametrize("size", [(8_000, 8_000), (30_000, 30_000)])
def test_picture_of_too_many_pixels_is_refused_before_it_is_decoded(size):
    assert "60,000,000화소" in refusal(made.png_that_claims(*size))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_kind_or_refused(content):
    for head in (b"", b"%PDF-", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff"):
        # Nothing else is ever raised.
        with contextlib.suppress(UnwantedFile):
            kind(head + content)


# --- Names ---


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("보고회 결과.pdf", "보고회 결과.pdf"),
        ("결과.PDF", "결과.PDF"),
        ("C:\\Users\\kim\\결과.pdf", "결과.pdf"),
        ("../../etc/결과.pdf", "결과.pdf"),
        ("결과.hwp", "결과.pdf"),
        ("사진.jpg", "사진.pdf"),
        ("setup.exe", "setup.exe.pdf"),
        ("2024. 6. 30", "2024. 6. 30.pdf"),
        ("결과", "결과.pdf"),
        ("fdp.\u202eexe.pdf", "fdp.exe.pdf"),
        ("줄\n바꿈\x00.pdf", "줄 바꿈.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("  결과 .pdf", "결과.pdf"),
        (".pdf", "증빙자료.pdf"),
        ("", "증빙자료.pdf"),
    ],
)
def test_name_is_cleaned_and_has_the_suffix_of_its_content(name, expected):
    assert clean_name(name, PDF) == expected


def test_name_is_nfc_and_at_most_200_characters():
    assert clean_name("\u1100\u1161.pdf", PDF) == "가.pdf"
    long = clean_name("가" * 300 + ".pdf", PDF)
    assert len(long) == 200
    assert long.endswith("가.pdf")


def test_every_spelling_of_jpeg_is_kept():
    assert clean_name("사진.jpeg", JPEG) == "사진.jpeg"
    assert clean_name("사진.png", JPEG) == "사진.jpg"


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_a_disk_takes(name):
    cleaned = clean_name(name, PDF)
    assert 5 <= len(cleaned) <= 200
    assert cleaned.casefold().endswith(".pdf")
    assert not set(cleaned) & set('/\\\n\r\x00"')
