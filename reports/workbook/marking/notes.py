"""Notes at cells: the comments of a sheet, and the old drawing that Excel wants of each of them."""

import re
from collections.abc import Iterable, Mapping

from openpyxl.utils import get_column_letter

from reports.workbook.marking.package import HEAD, Package
from reports.workbook.marking.sheets import Place
from reports.workbook.marking.splices import (
    Edit,
    Element,
    Retag,
    elements,
    inside,
    spliced,
    xml_text,
)
from reports.workbook.marking.styles import MAIN

# Whose notes ours are: by this they are found again.
AUTHOR = "공약 오류 확인"
# What stands before ours in somebody else's note.
BEFORE = "\n\n■ "
COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
# A part with more than this is left as it is: the sheet gets colours, and the list says the rest.
LARGEST = 8 * 1024 * 1024
# The last of a sheet, counted from 0.
LAST_COLUMN, LAST_ROW = 16_383, 1_048_575

NAMESPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
DECLARED = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())
SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
SHAPE = (
    '<v:shape{declared} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
    'margin-left:59.25pt;margin-top:1.5pt;width:240pt;height:90pt;z-index:1;visibility:hidden"'
    ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {row}, 2, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def has_notes_of_ours(package: Package, sheet: str) -> bool:
    """Whether a sheet may hold notes of an earlier time."""
    part = package.related(sheet, "comments")
    return part is not None and package.size(part) <= LARGEST and AUTHOR.encode() in package.read(part)


def add_notes(package: Package, sheet: str, drawing: str, notes: Mapping[Place, str]) -> str:
    """Put notes at cells (row, column) of a sheet, in place of those of an earlier time.

    ``drawing`` is the id of the sheet's old drawing, "" where it has none; what
    comes back is the id of a new one, which the sheet has to name, or "".
    """
    part = package.related(sheet, "comments")
    drawings = {row.id: row.target for row in package.relations(sheet) if row.kind == "vmlDrawing"}
    target = drawings.get(drawing)
    if drawing and (target is None or not package.has(target) or not _is_plain(package, target)):
        return ""
    if part is None:
        new, gone = list(notes), list[Place]()
        if new:
            name = package.free_name("xl/comments{}.xml")
            package.put(name, _comments(notes).encode())
            package.declare(name, COMMENTS_TYPE)
            package.relate(sheet, "comments", name)
    else:
        if package.size(part) > LARGEST:
            return ""
        content = package.read(part)
        edits, new, gone = _merged(content, notes)
        if edits is None:
            return ""
        package.put(part, spliced(content, edits))
    if target is not None:
        package.put(target, _drawn(package.read(target), new, gone))
        return ""
    if not new:
        return ""
    name = package.free_name("xl/drawings/vmlDrawing{}.vml")
    package.put(name, _drawing(new).encode())
    package.declare_ending("vml", DRAWING_TYPE)
    return package.relate(sheet, "vmlDrawing", name)


# --- Comments -------------------------------------------------------------------


def _comments(notes: Mapping[Place, str]) -> str:
    text = "".join(_comment("", place, 0, note) for place, note in notes.items())
    return (
        f'{HEAD}<comments xmlns="{MAIN}"><authors><author>{AUTHOR}</author></authors>'
        f"<commentList>{text}</commentList></comments>"
    )


def _comment(prefix: str, place: Place, author: int, note: str) -> str:
    p = f"{prefix}:" if prefix else ""
    return (
        f'<{p}comment ref="{get_column_letter(place[1])}{place[0]}" authorId="{author}"><{p}text>'
        f'<{p}t xml:space="preserve">{xml_text(note)}</{p}t></{p}text></{p}comment>'
    )


WANTED = {
    ("", "comments"),
    ("comments", "authors"),
    ("authors", "author"),
    ("comments", "commentList"),
    ("commentList", "comment"),
    ("comment", "text"),
    ("text", "r"),
}


def _merged(
    content: bytes, notes: Mapping[Place, str]
) -> tuple[list[Edit | Retag] | None, list[Place], list[Place]]:
    """The edits of a sheet's comments, the cells that get a note, and those that lose one of ours.

    None for edits where the part is not made as it should be.
    """
    found = elements(
        content, lambda parent, name: (parent, name) in WANTED, with_text=frozenset({"author", "r"})
    )
    by_name: dict[str, list[Element]] = {}
    for row in found:
        by_name.setdefault(row.name, []).append(row)
    if not {"authors", "commentList"} <= by_name.keys():
        return None, [], []
    authors, [listed] = by_name.get("author", []), by_name["commentList"][:1]
    edits: list[Edit | Retag] = []
    ours = {str(number) for number, row in enumerate(authors) if row.text.strip() == AUTHOR}
    number = min(map(int, ours)) if ours else len(authors)
    if not ours:
        tag = listed.tag("author")
        edits += inside(by_name["authors"][0], f"<{tag}>{AUTHOR}</{tag}>")
    standing: set[str] = set()
    gone: list[Place] = []
    wanted = {f"{get_column_letter(column)}{row}": (row, column) for row, column in notes}
    for comment, text, runs in _with_texts(found):
        address = comment.attributes.get("ref", "").replace("$", "").upper()
        if comment.attributes.get("authorId") in ours:
            edits.append(Edit(comment.start, until=comment.after))
            gone += [place] if (place := place_of(address)) else []
            continue
        standing.add(address)
        for run in runs:
            if run.text.startswith(BEFORE):
                edits.append(Edit(run.start, until=run.after))
        if address in wanted and text is not None:
            r, t = text.tag("r"), text.tag("t")
            note = xml_text(BEFORE + notes[wanted[address]])
            edits += inside(text, f'<{r}><{t} xml:space="preserve">{note}</{t}></{r}>')
    new = [place for address, place in wanted.items() if address not in standing]
    if new:
        edits += inside(
            listed, "".join(_comment(listed.prefix, place, number, notes[place]) for place in new)
        )
    return edits, new, gone


def _with_texts(found: Iterable[Element]) -> list[tuple[Element, Element | None, list[Element]]]:
    """Each comment with its text and the runs of it."""
    rows: list[tuple[Element, Element | None, list[Element]]] = []
    for row in found:
        if row.name == "comment":
            rows.append((row, None, []))
        elif row.name == "text" and rows:
            rows[-1] = (rows[-1][0], row, [])
        elif row.name == "r" and rows:
            rows[-1][2].append(row)
    return rows


def place_of(address: str) -> Place | None:
    """(row, column) of ``D5``; None where that is no address of a sheet."""
    match = re.fullmatch(r"([A-Z]{1,3})([1-9]\d{0,6})", address)
    if not match:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    return (row, column) if row <= LAST_ROW + 1 and column <= LAST_COLUMN + 1 else None


# --- Drawings -------------------------------------------------------------------


def _is_plain(package: Package, name: str) -> bool:
    """Whether an old drawing can be added to: it need not be XML, and is taken as a text."""
    return package.size(name) <= LARGEST and b"</xml>" in package.read(name).lower()


def _drawing(places: Iterable[Place]) -> str:
    return (
        f'<xml{DECLARED}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
        f"{SHAPE_TYPE}{_shapes(places, 1025, '')}</xml>"
    )


def _drawn(content: bytes, new: Iterable[Place], gone: Iterable[Place]) -> bytes:
    """An old drawing with shapes for new notes, and without those of notes that went."""
    text = content.decode("latin-1")
    if lost := {(row - 1, column - 1) for row, column in gone}:
        text = _without(text, lost)
    taken = [int(number) for number in re.findall(r"_x0000_s(\d{1,9})\b", text)]
    declared = "" if all(f"xmlns:{prefix}=" in text[:2000] for prefix in NAMESPACES) else DECLARED
    shapes = _shapes(new, max([1024, *taken]) + 1, declared)
    if shapes and "_x0000_t202" not in text:
        shapes = SHAPE_TYPE.replace("<v:shapetype", f"<v:shapetype{declared}", 1) + shapes
    end = text.lower().rindex("</xml>")
    return (text[:end] + shapes + text[end:]).encode("latin-1")


def _without(text: str, lost: set[Place]) -> str:
    """A drawing without the shapes of notes at the cells ``lost`` (row, column, from 0)."""
    kept: list[str] = []
    place = 0
    for match in re.finditer(r"<((?:\w+:)?shape)\s", text):
        if match.start() < place:
            continue
        closing = f"</{match[1]}>"
        end = text.find(closing, match.end())
        if end < 0:
            break
        shape = text[match.start() : end + len(closing)]
        row, column = (
            re.search(rf"<(?:\w+:)?{name}>\s*(\d{{1,9}})\s*</", shape) for name in ("Row", "Column")
        )
        if row and column and 'ObjectType="Note"' in shape and (int(row[1]), int(column[1])) in lost:
            kept.append(text[place : match.start()])
            place = end + len(closing)
    return "".join([*kept, text[place:]])


def _shapes(places: Iterable[Place], first: int, declared: str) -> str:
    shapes = []
    for number, (row, column) in enumerate(places, first):
        left = min(column, LAST_COLUMN - 4)
        shapes.append(
            SHAPE.format(
                declared=declared,
                number=number,
                left=left,
                right=left + 4,
                row=row - 1,
                bottom=row + 5,
                column=column - 1,
            )
        )
    return "".join(shapes)
