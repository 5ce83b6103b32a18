"""A row of numbers from a spreadsheet, spread over the boxes of a grid. Text in, text out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pledges.notation import NotationError, clean_text, parse_number

MOST_CELLS = 500


@dataclass(frozen=True, slots=True)
class Pasted:
    """``values``: the boxes afterwards. ``left_over``: numbers for which no box was left; ``unreadable``:
    cells that are no number, whose boxes stay as they were."""

    values: tuple[str, ...]
    filled: int
    left_over: tuple[str, ...]
    unreadable: tuple[str, ...]


def cells_of(text: str, boxes: int = 0) -> list[str]:
    """The cells of a row or a column as a spreadsheet copies them: tabs or lines between them.

    The line that it ends with is none, a cell in quotes is its content. A first column of names is left out,
    but where one row has just as many cells as there are ``boxes``, each cell stands for its own box.
    """
    body = text.replace("\r\n", "\n").replace("\r", "\n")
    if not clean_text(body):
        return []
    rows = [
        [clean_text(re.sub(r'^"(.*)"$', r"\1", clean_text(cell))) for cell in line.split("\t")]
        for line in body.removesuffix("\n").split("\n")
    ]
    fits = len(rows) == 1 and len(rows[0]) == boxes
    if not fits and all(len(row) > 1 and _is_label(row[0]) for row in rows):
        # Copied with the column of names: the numbers are those beside it.
        rows = [row[1:] for row in rows]
    return [cell for row in rows for cell in row][:MOST_CELLS]


def _is_label(cell: str) -> bool:
    if not cell:
        return False
    try:
        parse_number(cell)
    except NotationError:
        return True
    return False


def spread(text: str, boxes: Sequence[str]) -> Pasted:
    """Put the cells of ``text`` into ``boxes`` from the first on, as they are written (``1,234``, ``△3``).

    A blank cell leaves its box alone; ``-`` says "none" and empties what stands there. What is no number
    leaves its box alone and is told.
    """
    values = list(boxes)
    filled = 0
    left_over, unreadable = [], []
    for place, cell in enumerate(cells_of(text, len(boxes))):
        if not cell:
            continue
        try:
            parse_number(cell)
        except NotationError:
            unreadable.append(cell)
            continue
        if place < len(values):
            values[place] = cell
            filled += 1
        else:
            left_over.append(cell)
    return Pasted(tuple(values), filled, tuple(left_over), tuple(unreadable))
