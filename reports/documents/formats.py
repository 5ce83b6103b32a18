"""The formats of a card's files: what they are called, how they are made, whether this installation can."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reports.cards import Card
from reports.documents import hwpx, json, pdf, xlsx
from reports.models import Edition


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Format:
    """``render`` gives the file's bytes; with ``is_download`` browsers save the file, they don't show it."""

    suffix: str
    media_type: str
    render: Callable[[Card, Edition], bytes]
    is_download: bool
    is_available: Callable[[], bool] = _always

    @property
    def label(self) -> str:
        return self.suffix.upper()


def _json(card: Card, edition: Edition) -> bytes:
    return json.as_json(card, edition.number, edition.published_at)


def _xlsx(card: Card, edition: Edition) -> bytes:
    return xlsx.as_xlsx(card, edition.number)


def _hwpx(card: Card, edition: Edition) -> bytes:
    return hwpx.as_hwpx(card, edition.number)


def _pdf(card: Card, edition: Edition) -> bytes:
    return pdf.as_pdf(card, edition.number)


FORMATS: Mapping[str, Format] = {
    each.suffix: each
    for each in (
        Format("pdf", "application/pdf", _pdf, is_download=True, is_available=pdf.is_available),
        Format("hwpx", "application/hwp+zip", _hwpx, is_download=True),
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _xlsx,
            is_download=True,
        ),
        Format("json", "application/json; charset=utf-8", _json, is_download=False),
    )
}


def available_formats() -> list[Format]:
    """What a page may offer: PDF only where the system library it needs is there."""
    return [each for each in FORMATS.values() if each.is_available()]
