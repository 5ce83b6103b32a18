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


def cells_of(text: str) -> list[str]:
    """The cells of a row or a column as a spreadsheet copies them: tabs or lines between them.

    The line that it ends with is none, and a cell in quotes is its content.
    """
    body = text.replace("\r\n", "\n").replace("\r", "\n")
    if not clean_text(body):
        return []
    cells = re.split(r"[\t\n]", body.removesuffix("\n"))
    return [clean_text(re.sub(r'^"(.*)"$', r"\1", clean_text(cell))) for cell in cells][:MOST_CELLS]


def spread(text: str, boxes: Sequence[str]) -> Pasted:
    """Put the cells of ``text`` into ``boxes`` from the first on, as they are written (``1,234``, ``△3``).

    A blank cell leaves its box alone; ``-`` says "none" and empties what stands there. What is no number
    leaves its box alone and is told.
    """
    values = list(boxes)
    filled = 0
    left_over, unreadable = [], []
    for place, cell in enumerate(cells_of(text)):
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
