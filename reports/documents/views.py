"""A published card as a file."""

import functools
import hashlib
import re
import unicodedata
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.permissions import public
from reports.cards import read_card
from reports.documents.formats import FORMATS, Format
from reports.documents.links import FileLink, file_links
from reports.documents.pdf import PdfUnavailable
from reports.models import Edition, EditionPledge
from reports.public import (
    addresses,  # noqa: F401 - registers the converters of our addresses
    freshness,
)
from reports.public.crossorigin import shared_as
from reports.public.errors import NotPublished
from reports.public.reading import need_edition, read_address

# An edition never changes, so a rendering of it is good until the next release.
KEPT_FOR = 24 * 60 * 60
LONGEST_NAME = 80


@public
@shared_as("json")
@require_safe
def card_file(request: HttpRequest, city: str, term: int, plan: str, code: str, suffix: str) -> HttpResponse:
    """The card of the current edition, or of the one that ``?as_of=…&edition=n`` names, in one format."""
    reading = read_address(request, city, term, plan)
    edition = need_edition(reading)
    tag = freshness.etag(request, reading, templates_version())
    if same := freshness.unchanged(request, tag):
        return same
    row = EditionPledge.objects.for_edition(edition).for_code(code).first()
    if row is None:
        raise NotPublished(_("There is no pledge with this number in these figures."))
    kind = FORMATS[suffix]
    try:
        content = _rendered(kind, edition, row)
    except PdfUnavailable as reason:
        shown = edition if reading.is_older else None
        links = file_links(city=city, term=term, plan=plan, code=code, edition=shown)
        return _unavailable(request, row, links, str(reason))
    response = HttpResponse(content, content_type=kind.media_type)
    name = file_name(row.code, row.name, suffix, edition)
    response.headers["Content-Disposition"] = str(content_disposition_header(kind.is_download, name))
    return freshness.tagged(response, tag)


def _rendered(kind: Format, edition: Edition, row: EditionPledge) -> bytes:
    """The file's bytes, from the cache where this process or its neighbours made them before."""
    parts = (
        freshness.portal_version(),
        templates_version(),
        edition.pk,
        edition.digest,
        row.code,
        kind.suffix,
    )
    key = "card-file-" + hashlib.sha256(repr(parts).encode()).hexdigest()
    content: bytes | None = cache.get(key)
    if content is None:
        content = kind.render(read_card(row.card), edition)
        cache.set(key, content, KEPT_FOR)
    return content


def _unavailable(
    request: HttpRequest, row: EditionPledge, links: list[FileLink], reason: str
) -> HttpResponse:
    context = {"row": row, "links": links, "reason": reason}
    response = render(request, "documents/unavailable.html", context, status=503)
    patch_cache_control(response, no_store=True)
    return response


def file_name(code: str, name: str, suffix: str, edition: Edition) -> str:
    """``7-2-3 학습동아리 활성화 2025-09-30 제1판.xlsx``: a name that every system takes, whatever the
    pledge is called; a long one is cut before the date."""
    text = unicodedata.normalize("NFC", f"{code} {name}")
    text = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    text = re.sub(r'[\\/:*?"<>|%]+', "_", text)
    text = re.sub(r" +", " ", text)[:LONGEST_NAME].strip(" .")
    return f"{text or 'card'} {edition.as_of.isoformat()} 제{edition.number}판.{suffix}"


@functools.cache
def templates_version() -> str:
    """A digest of the templates that files are made from; a new release changes it."""
    digest = hashlib.sha256()
    for path in sorted((Path(settings.BASE_DIR) / "templates" / "documents").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
