"""What an import would change, row by row, packed so that it can be kept and looked at by the page."""

import datetime as dt
import hashlib
import itertools
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pledges.sheets import CellChange, ToldRow

READ_AT_ONCE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Diff:
    """Changed rows in the order of the file. ``packed`` is compressed JSON, a line a row:
    ``[sheet, is new, [key, …], [[address, column, old, new], …]]``; ``digest`` the SHA-256 over the lines
    and the periods that the import makes.
    """

    packed: bytes = b""
    digest: str = ""

    @classmethod
    def of(cls, rows: Iterable[ToldRow], new_periods: Iterable[dt.date] = ()) -> "Diff":
        """Pack rows, one at a time."""
        digest, packer, parts = hashlib.sha256(), zlib.compressobj(level=3), []
        for row in rows:
            cells = [[cell.address, cell.column, cell.old, cell.new] for cell in row.cells]
            content = _packed([row.sheet, row.is_new, row.key, cells]) + b"\n"
            digest.update(content)
            parts.append(packer.compress(content))
        parts.append(packer.flush())
        for as_of in new_periods:
            digest.update(as_of.isoformat().encode())
        return cls(b"".join(parts), digest.hexdigest())

    def rows(
        self,
        sheet: str | None = None,
        start: int = 0,
        stop: int | None = None,
        *,
        is_new: bool | None = None,
    ) -> Iterator[ToldRow]:
        """The rows of a sheet (of all without one), from the ``start``-th to before the ``stop``-th.

        ``is_new`` leaves only the rows that the import makes, or only those that it changes.
        """
        yield from map(_told, itertools.islice(self._wanted(sheet, is_new), start, stop))

    def _wanted(self, sheet: str | None, is_new: bool | None) -> Iterator[bytes]:
        """The lines of those rows. What a line begins with tells, so that few of many need be read."""
        kinds = [False, True] if is_new is None else [is_new]
        if sheet is not None:
            begins = tuple(_packed([sheet, kind])[:-1] + b"," for kind in kinds)
            return (line for line in self._lines() if line.startswith(begins))
        return (line for line in self._lines() if is_new is None or json.loads(line)[1] == is_new)

    def _lines(self) -> Iterator[bytes]:
        unpacker, rest = zlib.decompressobj(), b""
        for place in range(0, len(self.packed), READ_AT_ONCE):
            rest += unpacker.decompress(self.packed[place : place + READ_AT_ONCE])
            *lines, rest = rest.split(b"\n")
            yield from lines


def _packed(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _told(line: bytes) -> ToldRow:
    sheet, is_new, key, cells = json.loads(line)
    keys = tuple(key)
    return ToldRow(
        sheet,
        is_new,
        keys,
        [CellChange(sheet, address, keys, column, old, new) for address, column, old, new in cells],
    )


# A cell as it was previewed, and as it would change now; None where it does not change.
Moved = tuple[CellChange | None, CellChange | None]


def differences(before: Diff, after: Diff, most: int = 200) -> list[Moved]:
    """The cells in which two comparisons of one file differ, at most ``most``."""
    # A cell of a card can hold what several columns say.
    then = {(cell.sheet, cell.address, cell.column): cell for row in before.rows() for cell in row.cells}
    found: list[Moved] = []
    for row in after.rows():
        for cell in row.cells:
            old = then.pop((cell.sheet, cell.address, cell.column), None)
            if old != cell and len(found) < most:
                found.append((old, cell))
    found += [(cell, None) for cell in itertools.islice(then.values(), most - len(found))]
    return found
