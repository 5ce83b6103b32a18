"""The package around the parts: what belongs to what, and writing it out again with what changed."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, cast
from urllib.parse import unquote

from reports.workbook.marking.splices import Edit, Retag, elements, inside, splice, spliced, xml_attribute

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
TYPES = "[Content_Types].xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part is tied to: ``kind`` is the last word of the type, ``target`` a part's name."""

    id: str
    kind: str
    target: str


class Package:
    """An .xlsx file that is to be written again. Parts are named as in the zip, without a leading slash."""

    def __init__(self, content: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        self.names = {name.casefold(): name for name in self.archive.namelist()}
        self.edits: dict[str, list[Edit | Retag]] = {}
        self.new: dict[str, bytes] = {}
        self._relations: dict[str, list[Relation]] = {}
        self._added_relations: dict[str, list[tuple[Relation, str]]] = {}
        self._added_types: list[str] = []

    # --- What is there ------------------------------------------------------------

    def has(self, name: str) -> bool:
        return name.casefold() in self.names or name in self.new

    def size(self, name: str) -> int:
        return self.archive.getinfo(self.names[name.casefold()]).file_size

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, self.archive.open(self.names[name.casefold()]))

    def read(self, name: str) -> bytes:
        return self.archive.read(self.names[name.casefold()])

    def relations(self, part: str) -> list[Relation]:
        """What a part of the file is tied to, inside the package."""
        if part not in self._relations:
            name = relations_name(part)
            self._relations[part] = found = []
            if name.casefold() in self.names:
                for row in elements(self.read(name), lambda parent, local: local == "Relationship"):
                    kind = row.attributes.get("Type", "").rpartition("/")[2]
                    target = row.attributes.get("Target", "")
                    if row.attributes.get("TargetMode") != "External":
                        found.append(Relation(row.attributes.get("Id", ""), kind, resolve(part, target)))
        return self._relations[part]

    def related(self, part: str, kind: str) -> str | None:
        """The first part of a kind that ``part`` is tied to and that is there."""
        found = (row.target for row in self.relations(part) if row.kind == kind and self.has(row.target))
        return next(found, None)

    # --- What changes ---------------------------------------------------------------

    def change(self, name: str, edits: Iterable[Edit | Retag]) -> None:
        self.edits.setdefault(self.names[name.casefold()], []).extend(edits)

    def put(self, name: str, content: bytes) -> None:
        """A part that is new, or stands in place of one."""
        self.new[self.names.get(name.casefold(), name)] = content

    def free_name(self, pattern: str) -> str:
        """A part's name that no part has: ``pattern`` with a number."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Tie a part to another. The id of the relation."""
        added = self._added_relations.setdefault(part, [])
        taken = {row.id for row in self._all_ids(part)} | {row.id for row, _type in added}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        relation = Relation(f"rId{number}", kind, target)
        added.append((relation, f"{OFFICE}/{kind}"))
        return relation.id

    def _all_ids(self, part: str) -> list[Relation]:
        """Relations with their ids, those that lead out of the package too."""
        name = relations_name(part)
        if name.casefold() not in self.names:
            return []
        rows = elements(self.read(name), lambda parent, local: local == "Relationship")
        return [Relation(row.attributes.get("Id", ""), "", "") for row in rows]

    def declare(self, part: str, content_type: str) -> None:
        """Say of what type a new part is."""
        self._added_types.append(
            f"<Override PartName={xml_attribute('/' + part)} ContentType={xml_attribute(content_type)}/>"
        )

    def declare_ending(self, ending: str, content_type: str) -> None:
        """Say of what type parts with an ending are, where the file doesn't say so."""
        rows = elements(self.read(TYPES), lambda parent, local: local == "Default")
        text = f"<Default Extension={xml_attribute(ending)} ContentType={xml_attribute(content_type)}/>"
        known = {row.attributes.get("Extension", "").casefold() for row in rows}
        if ending not in known and text not in self._added_types:
            # Endings stand before the names of parts.
            self._added_types.insert(0, text)

    # --- Writing ----------------------------------------------------------------------

    def written(self) -> bytes:
        """The whole file again."""
        self._settle()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
            for member in self.archive.infolist():
                name = member.filename
                info = zipfile.ZipInfo(name, member.date_time)
                info.compress_type = zipfile.ZIP_DEFLATED
                if name in self.new:
                    target.writestr(info, self.new.pop(name))
                    continue
                with self.archive.open(member) as source, target.open(info, "w") as written:
                    splice(cast(BinaryIO, source), cast(BinaryIO, written), self.edits.get(name, ()))
            for name, content in self.new.items():
                target.writestr(name, content)
        return buffer.getvalue()

    def _settle(self) -> None:
        """Put relations and types into their parts."""
        for part, added in self._added_relations.items():
            name = relations_name(part)
            text = "".join(
                f"<Relationship Id={xml_attribute(row.id)} Type={xml_attribute(kind)}"
                f" Target={xml_attribute('/' + row.target)}/>"
                for row, kind in added
            )
            if name.casefold() in self.names:
                self._append(name, "Relationships", text)
            else:
                self.put(name, f'{HEAD}<Relationships xmlns="{RELATIONS}">{text}</Relationships>'.encode())
        if self._added_types:
            self._append(TYPES, "Types", "".join(self._added_types))

    def _append(self, name: str, root: str, text: str) -> None:
        content = self.read(name)
        [top] = elements(content, lambda parent, local: parent == "" and local == root)
        if top.prefix:
            text = re.sub(r"<(?=[A-Z])", f"<{top.prefix}:", text)
        self.put(name, spliced(content, inside(top, text)))


def relations_name(part: str) -> str:
    """The part that holds the relations of a part."""
    folder, _slash, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def resolve(part: str, target: str) -> str:
    """The part that a relation's target names, seen from ``part``."""
    target = unquote(target)
    if target.startswith("/"):
        return posixpath.normpath(target[1:])
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
