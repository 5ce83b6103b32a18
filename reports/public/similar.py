"""Names that look like what somebody searched for in vain: a slip of the finger, one syllable off.

Words are compared by their pairs of neighbouring letters (Dice), syllables taken
apart, so that 도서간 is nearly 도서관.
"""

import functools
import unicodedata
from collections.abc import Callable, Iterable

ALIKE = 0.6
SHORTEST = 2
SHOWN = 5
# Further words of a search would only take time.
WORDS = 5


def most_similar(search: str, names: Iterable[tuple[int, str]]) -> list[int]:
    """The keys of the names most like the search, the likest first; of those alike, the first ones.

    A name is as like as its words are on the average to the words of the search, each to the nearest.
    """
    words = [word for word in _words(search) if len(word) >= SHORTEST][:WORDS]
    if not words:
        return []
    pairs = functools.cache(_pairs)
    found = []
    for place, (key, name) in enumerate(names):
        there = _words(name)
        likeness = sum(
            max((_likeness(word, other, pairs) for other in there), default=0.0) for word in words
        ) / len(words)
        if likeness >= ALIKE:
            found.append((-likeness, place, key))
    return [key for _likeness, _place, key in sorted(found)[:SHOWN]]


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFC", text).lower().split()


def _pairs(word: str) -> frozenset[str]:
    """The neighbouring letters of a word of two syllables or more."""
    if len(word) < SHORTEST:
        return frozenset()
    letters = unicodedata.normalize("NFD", word)
    return frozenset(letters[place : place + 2] for place in range(len(letters) - 1))


def _likeness(word: str, other: str, pairs: Callable[[str], frozenset[str]]) -> float:
    """How like two words are, from 0 to 1: the likest stretch of the other counts, since names run words
    together and put particles behind them (작은도서관과)."""
    starts = range(max(1, len(other) - len(word) + 1))
    return max(_dice(pairs(word), pairs(other[start : start + len(word)])) for start in starts)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if other else 0.0
