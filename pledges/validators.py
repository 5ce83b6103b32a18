"""What a code may be, so that it is safe in an address, a file name and a sheet."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

CODE_LENGTH = 32
FORMAT_SUFFIXES = (".json", ".xlsx", ".hwpx", ".pdf", ".csv", ".svg", ".png", ".atom")
# The first words of the portal's own addresses, and under /staff/ of those that name no city.
CITY_WORDS = frozenset(
    {"staff", "admin", "accounts", "healthz", "static", "media", "i18n", "compare", "help", "sitemap"}
    | {"import", "calendar"}
)
PLAN_WORDS = frozenset(
    {"areas", "money", "study-groups", "changes", "panel", "method", "data", "feed", "opinions", "editions"}
)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def validate_pledge_code(code: str) -> None:
    """Refuse a code that an address or a file name can't carry: at most 32 characters, no ``/ \\ ? #``,
    no control characters, no ``..``, no ending that means a file format."""
    if not code or len(code) > CODE_LENGTH:
        raise ValidationError(_("A code has 1 to 32 characters."))
    if any(mark in code for mark in "/\\?#") or ".." in code or code in {".", "-"}:
        raise ValidationError(_("A code can't contain / \\ ? # or two dots in a row."))
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for letter in code):
        raise ValidationError(_("A code can't contain control characters."))
    if code.casefold().endswith(FORMAT_SUFFIXES):
        raise ValidationError(_("A code can't end like a file name, for example in .json."))


def validate_city_code(code: str) -> None:
    _validate_slug(code, CITY_WORDS)


def validate_plan_code(code: str) -> None:
    _validate_slug(code, PLAN_WORDS)


def _validate_slug(code: str, words: frozenset[str]) -> None:
    if len(code) > CODE_LENGTH or not SLUG.fullmatch(code):
        raise ValidationError(_("Use small letters, digits and single dashes, for example naju."))
    if code in words:
        raise ValidationError(
            _("“%(code)s” is an address of the portal itself; choose another code."), params={"code": code}
        )
