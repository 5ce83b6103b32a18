"""The web font: what its style sheet promises is in the files, and the first visit loads two of them."""

import hashlib
import re
from pathlib import Path

import polib
import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static/vendor"
FOLDER = next(VENDOR.glob("portal-sans-*"))
FACE = re.compile(
    r'font-weight:(\d+);font-display:swap;src:url\("([^"]+)"\) format\("woff2"\);unicode-range:([^}]+)}'
)
FACES = FACE.findall((FOLDER / "portal-sans.css").read_text())
# Family, unique name, full name, PostScript name, typographic family.
NAMES = {1, 3, 4, 6, 16}
SYLLABLES = range(0xAC00, 0xD7A4)


def codes(span):
    found = set()
    for part in span.split(","):
        start, _dash, end = part.strip().removeprefix("U+").partition("-")
        found.update(range(int(start, 16), int(end or start, 16) + 1))
    return found


@pytest.fixture(scope="module")
def drawn():
    """File → the code points that it draws."""
    found = {}
    for _weight, file, _span in FACES:
        with TTFont(FOLDER / file) as font:
            found[file] = set(font.getBestCmap())
    return found


@pytest.mark.parametrize("folder", sorted(VENDOR.iterdir()), ids=lambda folder: folder.name)
def test_vendored_files_are_those_of_the_list_and_carry_their_licence(folder):
    listed = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert set(listed) == there
    assert {"LICENSE.txt", "NOTICE.txt"} <= there
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_face_that_names_its_characters_draws_each_of_them(drawn):
    for _weight, file, span in FACES:
        if not file.startswith("rare-"):
            assert codes(span) - drawn[file] == set(), file


@pytest.mark.parametrize("weight", ["400", "700"])
def test_each_syllable_of_korean_is_drawn_by_the_face_that_is_asked_for_it(drawn, weight):
    faces = [(codes(span), drawn[file]) for bold, file, span in FACES if bold == weight]
    # Of faces that overlap, the one that stands last is asked first.
    lost = [
        chr(code)
        for code in SYLLABLES
        if code not in next(has for span, has in reversed(faces) if code in span)
    ]
    assert lost == []


@pytest.mark.parametrize("weight", ["400", "700"])
def test_own_texts_need_the_first_file_alone(drawn, weight):
    """New words may need another syllable; where they need many, .ci/webfont cuts anew."""
    catalogue = polib.pofile(str(ROOT / "config/locale/ko/LC_MESSAGES/django.po"))
    text = "".join(entry.msgstr + "".join(entry.msgstr_plural.values()) for entry in catalogue)
    core = {chr(code) for code in drawn[f"core-{weight}.woff2"]}
    missing = {sign for sign in text if ord(sign) in SYLLABLES} - core
    assert len(missing) <= 5, sorted(missing)


def test_both_first_files_stay_within_their_share_of_a_first_visit():
    assert sum((FOLDER / f"core-{weight}.woff2").stat().st_size for weight in (400, 700)) <= 125_000


def test_reserved_name_stays_with_the_unchanged_font():
    for path in FOLDER.glob("core-*.woff2"):
        with TTFont(path) as font:
            names = [record.toUnicode() for record in font["name"].names if record.nameID in NAMES]
            assert "Pretendard" not in " ".join(names)
            assert "Portal Sans" in names


@pytest.mark.django_db
def test_pages_load_the_fonts_that_are_there(client):
    html = client.get("/nowhere/").text
    for file in ("core-400.woff2", "core-700.woff2", "portal-sans.css"):
        assert f'href="/static/vendor/{FOLDER.name}/{file}"' in html
