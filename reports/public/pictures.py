"""The picture that stands beside a shared link: what a page says in one look, as PNG of 1200 × 630.

A picture is a small typed document first, made from the edition's frozen documents
and nothing else, always in Korean: who fetches it for a preview has no language.
Drawing knows nothing but that document.
"""

import functools
import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import ParamSpec

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from pledges.enums import HeadlineMethod
from pledges.notation import format_day
from reports.cards import Card
from reports.models import Edition
from reports.public.wording import status_counts, status_word
from reports.summaries import PlanSummary

WIDTH, HEIGHT = 1200, 630
LANGUAGE = settings.LANGUAGE_CODE
FONTS = Path(settings.BASE_DIR) / "static" / "vendor" / "pretendard-gov-1.3.9"
REGULAR, BOLD = "PretendardGOV-Regular.otf", "PretendardGOV-Bold.otf"
TITLE_LINES, FACT_LINES = 3, 3
EDGE = 72
INK, SOFT, BLUE, LINE, GROUND = "#1e2124", "#464c53", "#0b50d0", "#d8dce0", "#ffffff"
NOTICE_INK, NOTICE_GROUND = "#7a4a00", "#fff3db"
ELLIPSIS = "…"
NOTHING = "–"
P = ParamSpec("P")


class NoPicture(Exception):
    """No picture can be drawn here: the fonts are missing or broken."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture says. ``bar`` is the rate in percent as published, "" for none; ``facts`` are short."""

    place: str
    code: str
    title: str
    label: str
    rate: str
    bar: str
    facts: tuple[str, ...]
    as_of: str
    notice: str
    portal: str

    @property
    def alt(self) -> str:
        """The picture in words."""
        said = (
            self.notice,
            self.place,
            f"{self.code} {self.title}".strip(),
            f"{self.label} {self.rate}".strip(),
            *self.facts,
            self.as_of,
        )
        return ". ".join(filter(None, said))


# --- Documents ------------------------------------------------------------------


def _in_korean(make: Callable[P, Picture]) -> Callable[P, Picture]:
    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with translation.override(LANGUAGE):
            return make(*args, **kwargs)

    return made


@_in_korean
def card_picture(card: Card, edition: Edition) -> Picture:
    """A pledge: its name, status and rate."""
    facts = [_("Status: %(status)s") % {"status": status_word(card.status, card.own_status)}]
    if _is_rate(card.to_date.display):
        facts.append(" ".join((_("Attainment of the targets to date"), _percent(card.to_date.display))))
    if card.lead_department:
        facts.append(card.lead_department)
    return Picture(
        place=f"{card.plan.city} {card.plan.name}",
        code=card.code,
        title=card.name,
        label=_entered_label() if card.rate_is_entered else _("Fulfilment rate"),
        rate=_percent(card.rate.display),
        bar=card.rate.display if _is_rate(card.rate.display) else "",
        facts=tuple(facts),
        as_of=_dated(edition),
        notice=_notice(card.plan.city) if card.plan.is_fictional else "",
        portal=str(settings.SITE_NAME),
    )


@_in_korean
def plan_picture(summary: PlanSummary, edition: Edition) -> Picture:
    """A plan: its headline with the formula's name, and how many pledges stand where."""
    line = summary.headline
    counts = [f"{each.label} {each.count:,}" for each in status_counts(summary) if each.count]
    return Picture(
        place=summary.plan.city,
        code="",
        title=summary.plan.name,
        label=str(HeadlineMethod(line.method).label),
        rate=_percent(line.rate.display),
        bar=line.rate.display if _is_rate(line.rate.display) else "",
        facts=(", ".join(counts),),
        as_of=_dated(edition),
        notice=_notice(summary.plan.city) if summary.plan.is_fictional else "",
        portal=str(settings.SITE_NAME),
    )


@_in_korean
def city_picture(name: str, terms: Sequence[int], *, is_fictional: bool) -> Picture:
    """A city with the terms that its page leads to."""
    held = tuple(_("term %(number)s") % {"number": number} for number in sorted(terms))
    return Picture(
        place=str(settings.SITE_NAME),
        code="",
        title=name,
        label=_("What was promised, and how far it has come"),
        rate="",
        bar="",
        facts=(" · ".join(held),) if held else (),
        as_of="",
        notice=_notice(name) if is_fictional else "",
        portal="",
    )


@_in_korean
def portal_picture() -> Picture:
    """The portal itself."""
    return Picture(
        place="",
        code="",
        title=str(settings.SITE_NAME),
        label=_("What was promised, and how far it has come"),
        rate="",
        bar="",
        facts=(),
        as_of="",
        notice="",
        portal="",
    )


def _dated(edition: Edition) -> str:
    day = _("as of %(date)s") % {"date": format_day(edition.as_of)}
    number = _("edition %(number)s") % {"number": edition.number}
    return f"{day} · {number}"


def _entered_label() -> str:
    return _("Fulfilment rate, entered by the department")


def _notice(city: str) -> str:
    return _("%(city)s is fictional: all figures are made up for demonstration.") % {"city": city}


def _percent(display: str) -> str:
    return f"{display}%" if _is_rate(display) else NOTHING


def _is_rate(display: str) -> bool:
    return display not in {"", NOTHING}


# --- Drawing --------------------------------------------------------------------


@functools.cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise NoPicture(str(error)) from error


def can_draw() -> bool:
    """Whether the fonts are there; pages name a picture only then."""
    try:
        _font(REGULAR, 28)
        _font(BOLD, 28)
    except NoPicture:
        return False
    return True


def draw(picture: Picture) -> bytes:
    """The picture as PNG. Raises NoPicture without fonts."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    pen = ImageDraw.Draw(image)
    room = WIDTH - 2 * EDGE
    top = _head(pen, picture)
    title = wrapped(f"{picture.code} {picture.title}".strip(), _font(BOLD, 60), room, TITLE_LINES)
    for number, line in enumerate(title):
        _title_line(pen, line, picture.code if number == 0 else "", top + number * 76)
    # What has no figure says it right under its name.
    top = 372 if picture.rate else 250
    pen.text((EDGE, top), _fitted(picture.label, _font(BOLD, 30), room), font=_font(BOLD, 30), fill=SOFT)
    edge = EDGE
    if picture.rate:
        pen.text((EDGE - 4, top + 36), picture.rate, font=_font(BOLD, 104), fill=BLUE)
        edge += int(_font(BOLD, 104).getlength(picture.rate)) + 64
    _facts(pen, picture.facts, edge, top + 38)
    if picture.bar:
        _bar(pen, picture.bar, room)
    pen.text((EDGE, 584), picture.as_of, font=_font(REGULAR, 28), fill=SOFT, anchor="lm")
    pen.text((WIDTH - EDGE, 584), picture.portal, font=_font(BOLD, 28), fill=SOFT, anchor="rm")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _head(pen: ImageDraw.ImageDraw, picture: Picture) -> int:
    """The notice or a band, and whose page it is; where the title begins."""
    if picture.notice:
        pen.rectangle((0, 0, WIDTH, 60), fill=NOTICE_GROUND)
        pen.text((EDGE, 30), picture.notice, font=_font(BOLD, 28), fill=NOTICE_INK, anchor="lm")
    else:
        pen.rectangle((0, 0, WIDTH, 16), fill=BLUE)
    room = WIDTH - 2 * EDGE
    pen.text((EDGE, 78), _fitted(picture.place, _font(BOLD, 34), room), font=_font(BOLD, 34), fill=SOFT)
    return 128


def _title_line(pen: ImageDraw.ImageDraw, line: str, code: str, top: int) -> None:
    font = _font(BOLD, 60)
    edge = float(EDGE)
    if code and line.startswith(code):
        pen.text((edge, top), code, font=font, fill=BLUE)
        edge += font.getlength(code)
        line = line[len(code) :]
    pen.text((edge, top), line, font=font, fill=INK)


def _facts(pen: ImageDraw.ImageDraw, facts: Sequence[str], edge: int, top: int) -> None:
    font = _font(REGULAR, 30)
    room = WIDTH - EDGE - edge
    lines = [line for fact in facts for line in wrapped(fact, font, room, FACT_LINES)]
    for number, line in enumerate(lines[:FACT_LINES]):
        pen.text((edge, top + number * 42), line, font=font, fill=INK)


def _bar(pen: ImageDraw.ImageDraw, rate: str, room: int) -> None:
    try:
        share = max(Decimal(0), min(Decimal(100), Decimal(rate))) / 100
    except InvalidOperation:
        return
    pen.rounded_rectangle((EDGE, 538, EDGE + room, 554), radius=8, fill=LINE)
    if share:
        end = EDGE + max(16, int(room * share))
        pen.rounded_rectangle((EDGE, 538, end, 554), radius=8, fill=BLUE)


def wrapped(text: str, font: ImageFont.FreeTypeFont, room: int, lines: int) -> list[str]:
    """The text in at most so many lines, broken between words, within a word only where it alone is too long;
    what does not fit is cut with …"""
    found: list[str] = []
    line = ""
    for word in _clean(text).split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) <= room:
            line = longer
            continue
        if line:
            found.append(line)
        while font.getlength(word) > room:
            part = word
            while font.getlength(part) > room:
                part = part[:-1]
            found.append(part)
            word = word[len(part) :]
        line = word
    if line:
        found.append(line)
    if len(found) > lines:
        found = [*found[: lines - 1], _fitted(f"{found[lines - 1]} {found[lines]}", font, room, cut=True)]
    return found


def _fitted(text: str, font: ImageFont.FreeTypeFont, room: int, *, cut: bool = False) -> str:
    """The text in one line, cut with … where it is too long or goes on (``cut``)."""
    text = _clean(text)
    if not cut and font.getlength(text) <= room:
        return text
    while text and font.getlength(text + ELLIPSIS) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def _clean(text: str) -> str:
    """Composed letters, and none that moves the pen."""
    text = unicodedata.normalize("NFC", text)
    return "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
