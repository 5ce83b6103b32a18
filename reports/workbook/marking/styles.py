"""The styles of a file: a look of a cell once more, but red or yellow."""

from collections.abc import Mapping
from typing import NamedTuple

from reports.workbook.marking.package import HEAD, Package
from reports.workbook.marking.splices import (
    TAG,
    Edit,
    Element,
    Retag,
    elements,
    encoding_of,
    inside,
    retagged,
    spliced,
    xml_attribute,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
# Light enough for black letters, and colours that nobody else picks: by them our marks are found again.
RED, YELLOW = "FFFF9A9C", "FFFFF09A"
# What a file without styles gets; without these lists Excel would find it broken.
LISTS = ("fonts", "fills", "borders", "cellXfs")
PLAIN = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
).encode()
WANTED = {
    ("", "styleSheet"),
    *(("styleSheet", name) for name in LISTS),
    ("fonts", "font"),
    ("fills", "fill"),
    ("fill", "patternFill"),
    ("patternFill", "fgColor"),
    ("patternFill", "bgColor"),
    ("cellXfs", "xf"),
}
NONE = '<{fill}><{patternFill} patternType="{kind}"/></{fill}>'


class Look(NamedTuple):
    """The look of a marked cell: the style it had, and the colour it gets."""

    style: int
    colour: str


class Fill(NamedTuple):
    """A fill of one colour: where it stands, its colour, and the one that a mark of ours hides."""

    element: Element
    colour: dict[str, str]
    hidden: dict[str, str]

    @property
    def is_mark(self) -> bool:
        return self.colour.get("rgb") in {RED, YELLOW}


def _solid_fills(found: list[Element]) -> dict[int, Fill]:
    """The solid fills of a file by number."""
    fills: dict[int, Fill] = {}
    number, holder, is_solid = -1, None, False
    for row in found:
        if (row.parent, row.name) == ("fills", "fill"):
            number, holder, is_solid = number + 1, row, False
        elif holder is None or row.start > holder.after:
            continue
        elif row.name == "patternFill":
            is_solid = row.attributes.get("patternType") == "solid"
        elif is_solid and row.name == "fgColor":
            fills[number] = Fill(holder, row.attributes, {})
        elif is_solid and row.name == "bgColor" and number in fills and row.attributes.get("indexed") != "64":
            fills[number] = fills[number]._replace(hidden=row.attributes)
    return fills


def _written(colour: Mapping[str, str]) -> str:
    """The attributes of a colour, with a space before each."""
    return "".join(f" {name}={xml_attribute(value)}" for name, value in colour.items())


class Styles:
    """styles.xml with looks added. ``looks`` gives the number of each; ``header``, ``text`` and ``link`` are
    for a sheet of our own."""

    def __init__(self, package: Package, looks: list[Look]) -> None:
        self.looks: dict[Look, int] = {}
        name = package.related(WORKBOOK, "styles") or (STYLES if package.has(STYLES) else None)
        if name is None:
            name = STYLES
            content = PLAIN
            package.declare(name, STYLES_TYPE)
            package.relate(WORKBOOK, "styles", name)
        else:
            content = package.read(name)
        package.put(name, self._added(content, looks))

    def _added(self, content: bytes, looks: list[Look]) -> bytes:
        found = elements(content, lambda parent, local: (parent, local) in WANTED)
        if not set(LISTS) <= {row.name for row in found}:
            content = PLAIN
            found = elements(content, lambda parent, local: (parent, local) in WANTED)
        encoding = encoding_of(content[:200])
        root, parts = found[0], {row.name: row for row in found if row.parent == "styleSheet"}
        children = {
            name: [row for row in found if row.parent == name] for name in ("fonts", "fills", "cellXfs")
        }
        new = {name: list[str]() for name in ("fonts", "fills", "cellXfs")}
        tags = {name: root.tag(name) for name in ("font", "fill", "patternFill", "fgColor", "bgColor", "xf")}
        old_fills = _solid_fills(found)
        edits = self._cleaned(old_fills, tags)

        def add(part: str, text: str) -> int:
            new[part].append(text)
            return len(children[part]) + len(new[part]) - 1

        fills: dict[tuple[str, str], int] = {}
        for look in dict.fromkeys(looks):
            xf = self._xf(children["cellXfs"], look.style)
            number = xf.attributes.get("fillId", "") if xf else ""
            fill = old_fills.get(int(number)) if number.isdecimal() else None
            before = (fill.hidden if fill.is_mark else fill.colour) if fill else {}
            key = (look.colour, _written(before))
            if key not in fills:
                fills[key] = add("fills", self._solid({"rgb": look.colour}, before, tags))
            raw = content[xf.start : xf.after].decode(encoding) if xf else f"<{tags['xf']}/>"
            head = TAG.match(raw)
            end = head.end() if head else 0
            attributes = {"fillId": str(fills[key]), "applyFill": "1"}
            self.looks[look] = add("cellXfs", retagged(raw[:end], attributes) + raw[end:])
        bold = add(
            "fonts", f'<{tags["font"]}><{root.tag("b")}/><{root.tag("sz")} val="11"/></{tags["font"]}>'
        )
        blue = add(
            "fonts",
            f'<{tags["font"]}><{root.tag("u")}/><{root.tag("sz")} val="11"/>'
            f'<{root.tag("color")} rgb="FF0B50D0"/></{tags["font"]}>',
        )
        plain = f'<{tags["xf"]} numFmtId="49" fontId="{{}}" fillId="0" borderId="0" applyNumberFormat="1"'
        plain += f' applyFont="1" applyAlignment="1"><{root.tag("alignment")} vertical="top" wrapText="1"/>'
        plain += f"</{tags['xf']}>"
        self.header, self.text, self.link = (add("cellXfs", plain.format(font)) for font in (bold, 0, blue))
        for name, texts in new.items():
            count = {"count": str(len(children[name]) + len(texts))}
            edits += inside(parts[name], "".join(texts), count)
        return spliced(content, edits)

    def _cleaned(self, fills: Mapping[int, Fill], tags: Mapping[str, str]) -> list[Edit | Retag]:
        """Our colours of an earlier time become what they hid, so that mended cells are red no more."""
        return [
            Edit(fill.element.start, self._solid(fill.hidden, {}, tags), until=fill.element.after)
            for fill in fills.values()
            if fill.is_mark
        ]

    def _solid(self, colour: Mapping[str, str], hidden: Mapping[str, str], tags: Mapping[str, str]) -> str:
        """A fill of one colour, or of none. Its second colour does not show: it keeps what a mark hides."""
        if not colour:
            return NONE.format(**tags, kind="none")
        second = _written(hidden or {"indexed": "64"})
        colours = f"<{tags['fgColor']}{_written(colour)}/><{tags['bgColor']}{second}/>"
        pattern = tags["patternFill"]
        return f'<{tags["fill"]}><{pattern} patternType="solid">{colours}</{pattern}></{tags["fill"]}>'

    def _xf(self, xfs: list[Element], style: int) -> Element | None:
        """The look of a style number; a number that the file does not define is the first."""
        return xfs[style] if 0 <= style < len(xfs) else xfs[0] if xfs else None
