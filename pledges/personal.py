"""What looks like a number of a person in a text: such texts become public."""

import re
import unicodedata

# A resident registration number (주민등록번호) must never be published.
RESIDENT_NUMBER = re.compile(r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s?-\s?[1-8]\d{6}(?!\d)")
MOBILE_NUMBER = re.compile(r"(?<!\d)01[016789][-.\s]?\d{3,4}[-.\s]?\d{4}(?!\d)")
# Dashes that a word processor makes of a hyphen, and the country's code in place of the first 0.
DASHES = re.compile("\\s?[\u2010-\u2015\u2212]\\s?")
FROM_ABROAD = re.compile(r"\+82[-.\s]?\(?0?\)?(?=1)")


def holds_resident_number(text: str) -> bool:
    """Whether a part of the text is written like a resident registration number."""
    return RESIDENT_NUMBER.search(_plain(text)) is not None


def without_resident_numbers(text: str) -> str:
    """The text with the last six digits of what is written like a resident registration number as stars."""
    if not holds_resident_number(text):
        return text
    return RESIDENT_NUMBER.sub(lambda found: f"{found[0][:-6]}******", _plain(text))


def holds_mobile_number(text: str) -> bool:
    """Whether a part of the text is written like a mobile telephone number. A line of an office is none."""
    return MOBILE_NUMBER.search(FROM_ABROAD.sub(" 0", _plain(text))) is not None


def _plain(text: str) -> str:
    """Full-width digits and other dashes as a keyboard has them."""
    return DASHES.sub("-", unicodedata.normalize("NFKC", text))
