"""Search by initial consonants (초성): ㅎㅅㄷㅇㄹ finds 학습동아리, and so does 학ㅅ동.

A word of the search is read so where it holds a consonant that stands alone. It
is looked for anywhere in a name, spaces left out, letter by letter: a lone
consonant fits every syllable that begins with it, anything else fits itself.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# In the order of Unicode: the initial of a syllable is its code divided by 588, and a conjoining jamo of
# decomposed text (U+1100…) has the same place.
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
# Keyboards join two consonants typed in a row into a final cluster; no syllable begins with one.
CLUSTERS = {
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}
_ONE_LETTER = str.maketrans(
    {**CLUSTERS, **{chr(0x1100 + place): letter for place, letter in enumerate(INITIALS)}}
)
_FIRST_SYLLABLE, _LAST_SYLLABLE, _SYLLABLES_OF_ONE = 0xAC00, 0xD7A3, 588
_FEWEST, _MOST = 2, 6


def split_words(text: str) -> tuple[str, list[str]]:
    """The words of a search that are looked for as they stand, and those that hold lone consonants."""
    plain, by_initials = [], []
    for word in unicodedata.normalize("NFC", text).lower().split():
        letters = word.translate(_ONE_LETTER)
        if any(letter in INITIALS for letter in letters):
            by_initials.append(letters)
        else:
            plain.append(word)
    return " ".join(plain), by_initials


def fits(word: str, name: str) -> bool:
    """Whether a word of ``split_words`` occurs in a name."""
    letters = "".join(unicodedata.normalize("NFC", name).lower().split())
    initials = "".join(map(_initial, letters))
    if all(letter in INITIALS for letter in word):
        return word in initials
    return any(
        all(wanted in (letters[start + place], initials[start + place]) for place, wanted in enumerate(word))
        for start in range(len(letters) - len(word) + 1)
    )


@dataclass(frozen=True, slots=True)
class Example:
    """The beginning of a name and what finds it."""

    word: str
    initials: str


def example(names: Iterable[str]) -> Example | None:
    """A search to try: the first word of the first name that begins with syllables; None without any."""
    for name in names:
        word = _syllables(unicodedata.normalize("NFC", name).split())
        if len(word) >= _FEWEST:
            return Example(word, "".join(map(_initial, word)))
    return None


def _syllables(words: list[str]) -> str:
    """Those that the first word begins with, up to what else is in it."""
    first = words[0] if words else ""
    end = next((place for place, letter in enumerate(first) if not _is_syllable(letter)), len(first))
    return first[: min(end, _MOST)]


def _is_syllable(letter: str) -> bool:
    return _FIRST_SYLLABLE <= ord(letter) <= _LAST_SYLLABLE


def _initial(letter: str) -> str:
    """The consonant that a syllable begins with; any other letter as it is."""
    if _is_syllable(letter):
        return INITIALS[(ord(letter) - _FIRST_SYLLABLE) // _SYLLABLES_OF_ONE]
    return letter
