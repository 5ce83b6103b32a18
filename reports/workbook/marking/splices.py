"""One XML part of a package: where its elements stand, by bytes, and copying it with changes there."""

import codecs
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from pledges.spreadsheet import CONTROL

CHUNK = 256 * 1024
TAG = re.compile(r"""<[^\s/>]+(?:\s+[^\s=>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
# What a reader of the format would decode: _x000A_ in a text is a line feed.
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def xml_text(text: str) -> str:
    """Text as it stands between tags: escaped, without what XML can't hold."""
    return escape(ESCAPED.sub("_x005F_", CONTROL.sub("", text)))


def xml_attribute(text: str) -> str:
    """A quoted attribute value."""
    return quoteattr(CONTROL.sub("", text))


# --- Reading --------------------------------------------------------------------


@dataclass(slots=True)
class Element:
    """One element of a part. ``start`` is where its tag begins, ``after`` what follows its end;
    ``end`` is where its end tag begins, None where it has none (``<row/>``)."""

    parent: str
    name: str
    prefix: str
    attributes: dict[str, str]
    start: int
    end: int | None = None
    after: int = 0
    text: str = ""

    def tag(self, name: str) -> str:
        """The name of an element beside or in this one, with this one's prefix."""
        return f"{self.prefix}:{name}" if self.prefix else name


def split_name(name: str) -> tuple[str, str]:
    """(local name, prefix) of a name as it is written."""
    prefix, _colon, local = name.rpartition(":")
    return local, prefix


def new_parser() -> Any:
    """A parser of parts that were checked for document type declarations before, and refuses them anyway."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*args: Any) -> None:
        raise ValueError("document type declaration")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def encoding_of(head: bytes) -> str:
    """The encoding of a part, by its first bytes."""
    if head.startswith(codecs.BOM_UTF16_LE) or head.startswith(b"<\0"):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE) or head.startswith(b"\0<"):
        return "utf-16-be"
    declared = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""", head)
    return declared[1].decode() if declared else "utf-8"


def elements(
    content: bytes, wanted: Callable[[str, str], bool], *, with_text: frozenset[str] = frozenset()
) -> list[Element]:
    """The elements of a small part for which ``wanted(parent, name)``, in the order of their tags.

    ``with_text`` names those whose text is wanted too, all of what stands in them.
    """
    parser = new_parser()
    encoding = encoding_of(content[:200])
    closing, gt = "/>".encode(encoding), ">".encode(encoding)
    found: list[Element] = []
    names = [""]
    open_elements: list[Element | None] = []
    reading: list[Element] = []
    # Whether nothing stood after the last start tag so far: only such an element can be <self-closed/>.
    is_fresh = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_fresh
        is_fresh = True
        local, prefix = split_name(name)
        element = None
        if wanted(names[-1], local):
            plain = {split_name(key)[0]: value for key, value in attributes.items()}
            element = Element(names[-1], local, prefix, plain, parser.CurrentByteIndex)
            found.append(element)
            if local in with_text:
                reading.append(element)
        names.append(local)
        open_elements.append(element)

    def end(name: str) -> None:
        nonlocal is_fresh
        was_fresh, is_fresh = is_fresh, False
        names.pop()
        element = open_elements.pop()
        if element is None:
            return
        if reading and reading[-1] is element:
            reading.pop()
        place = parser.CurrentByteIndex
        if was_fresh and content[place - len(closing) : place] == closing:
            element.after = place
        else:
            element.end = place
            element.after = content.index(gt, place) + len(gt)

    def characters(text: str) -> None:
        nonlocal is_fresh
        is_fresh = False
        for element in reading:
            element.text += text

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.Parse(content, True)
    return found


# --- Writing --------------------------------------------------------------------


@dataclass(slots=True)
class Edit:
    """A change at byte ``at``: the text goes in there, in place of the bytes up to ``until``."""

    at: int
    text: str = ""
    until: int | None = None


@dataclass(slots=True)
class Retag:
    """The start tag at byte ``at`` gets attributes, and ``inside`` right after it; ``<row/>`` is opened."""

    at: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    inside: str = ""


def retagged(tag: str, attributes: Mapping[str, str], inside: str = "") -> str:
    """A start tag with attributes set; text after it."""
    for name, value in attributes.items():
        written = f"{name}={xml_attribute(value)}"
        pattern = rf"""(?<=\s){re.escape(name)}\s*=\s*(?:"[^"]*"|'[^']*')"""
        if old := re.search(pattern, tag):
            tag = f"{tag[: old.start()]}{written}{tag[old.end() :]}"
        elif head := re.match(r"<[^\s/>]+", tag):
            tag = f"{head[0]} {written}{tag[head.end() :]}"
    if inside and tag.endswith("/>"):
        name = tag[1:-2].split(maxsplit=1)[0]
        return f"{tag[:-2].rstrip()}>{inside}</{name}>"
    return tag + inside


def inside(element: Element, text: str, attributes: Mapping[str, str] | None = None) -> list[Edit | Retag]:
    """The edits that put text at the end of an element, and set attributes of it."""
    if element.end is None:
        return [Retag(element.start, attributes or {}, text)]
    edits: list[Edit | Retag] = [Edit(element.end, text)]
    return [Retag(element.start, attributes), *edits] if attributes else edits


def splice(source: BinaryIO, target: BinaryIO, edits: Iterable[Edit | Retag]) -> None:
    """Copy a part with its edits; what goes in before a tag stands before its own change."""
    reader = _Reader(source)
    reader.fill(200)
    encoding = encoding_of(reader.held[:200])
    for edit in sorted(edits, key=lambda each: (each.at, isinstance(each, Retag))):
        reader.copy_to(edit.at, target)
        if isinstance(edit, Retag):
            text = retagged(reader.tag(encoding), edit.attributes, edit.inside)
        else:
            text = edit.text
            if edit.until is not None:
                reader.copy_to(edit.until, None)
        target.write(text.encode(encoding, "xmlcharrefreplace"))
    reader.copy_to(None, target)


def spliced(content: bytes, edits: Iterable[Edit | Retag]) -> bytes:
    """The part with its edits, of one that is held whole."""
    target = io.BytesIO()
    splice(io.BytesIO(content), target, edits)
    return target.getvalue()


class _Reader:
    """Reads a part from its beginning to its end, once. ``held[cursor:]`` is what was read ahead."""

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.held = b""
        self.cursor = 0
        self.place = 0

    def fill(self, size: int) -> bool:
        """Read ahead at least ``size`` bytes. False where there are no more."""
        while len(self.held) - self.cursor < size:
            chunk = self.source.read(CHUNK)
            if not chunk:
                return False
            self.held = self.held[self.cursor :] + chunk
            self.cursor = 0
        return True

    def pass_over(self, size: int) -> None:
        self.cursor += size
        self.place += size

    def copy_to(self, end: int | None, target: BinaryIO | None) -> None:
        """Copy up to byte ``end``, or all the rest; ``target`` None passes over it."""
        while (end is None or self.place < end) and self.fill(1):
            size = len(self.held) - self.cursor
            if end is not None:
                size = min(size, end - self.place)
            if target is not None:
                target.write(self.held[self.cursor : self.cursor + size])
            self.pass_over(size)

    def tag(self, encoding: str) -> str:
        """The start tag that begins here, passed over."""
        size = 512
        while True:
            is_more = self.fill(size)
            match = TAG.match(self.held[self.cursor : self.cursor + size].decode(encoding, "ignore"))
            if match:
                self.pass_over(len(match[0].encode(encoding)))
                return match[0]
            if not is_more:
                raise ValueError("no tag where one was found before")
            size *= 4
