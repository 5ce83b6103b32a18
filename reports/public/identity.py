"""Whose site this is: its name, mark, operator, ways to reach them. All of it comes from the settings."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.exceptions import SuspiciousFileOperation
from django.templatetags.static import static

PHONE = re.compile(r"[0-9()+ -]{5,}")


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach the operator; ``link`` is empty where there is none to click."""

    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What header and footer show. Empty texts are left out. Pages count it in their tags by its repr."""

    name: str
    logo: str
    operator: str
    address: str
    contacts: tuple[Contact, ...]
    privacy_url: str
    accessibility_url: str
    is_official: bool

    @property
    def is_told(self) -> bool:
        """Whether there is anything to say of who runs the site."""
        return bool(
            self.operator or self.address or self.contacts or self.privacy_url or self.accessibility_url
        )


def identity() -> Identity:
    """As the settings have it now, in the language of now where the name is the portal's own."""
    return Identity(
        name=str(settings.SITE_NAME),
        logo=_logo_address(settings.SITE_LOGO),
        operator=settings.SITE_OPERATOR,
        address=settings.SITE_ADDRESS,
        contacts=tuple(_contact(text) for text in map(str.strip, settings.SITE_CONTACT.split(",")) if text),
        privacy_url=settings.SITE_PRIVACY_URL,
        accessibility_url=settings.SITE_ACCESSIBILITY_URL,
        is_official=settings.OFFICIAL_BANNER,
    )


def _logo_address(logo: str) -> str:
    """Where the mark is; "" for the portal's own, also where the file was not collected."""
    if not logo or logo.startswith("/"):
        return logo
    try:
        return static(logo)
    except ValueError:
        return ""


@checks.register()
def check_logo(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Whether there is a file of the city's mark, and whether it was collected."""
    logo = settings.SITE_LOGO
    if not logo or logo.startswith("/"):
        return []
    try:
        is_there = finders.find(logo) is not None
    except SuspiciousFileOperation:
        is_there = False
    if not is_there:
        what, hint = "names no file", "Put the file into DATA_DIR/site, set SITE_LOGO=site/<its name>"
    elif not _logo_address(logo):
        what, hint = "names a file that was not collected", "Run collectstatic, then start the portal again"
    else:
        return []
    text = f"SITE_LOGO={logo} {what}: pages show the portal's own mark."
    return [checks.Warning(text, hint=f"{hint}.", id="portal.W001")]


def _contact(text: str) -> Contact:
    if "@" in text:
        return Contact(text, f"mailto:{text.split()[-1]}")
    number = PHONE.search(text)
    return Contact(text, f"tel:{re.sub(r'[^0-9+]', '', number[0])}" if number else "")
