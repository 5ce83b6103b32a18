"""Sitemaps: an index; the cities' pages, and of each plan the pages of its current edition."""

import datetime as dt
from collections.abc import Iterable
from xml.sax.saxutils import escape

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def index_xml(sitemaps: Iterable[tuple[str, dt.datetime | None]]) -> str:
    """The index: the address of each sitemap and when what it lists changed last; None: nothing was
    published."""
    return _xml("sitemapindex", "sitemap", sitemaps)


def sitemap_xml(pages: Iterable[tuple[str, dt.datetime | None]]) -> str:
    return _xml("urlset", "url", pages)


def _xml(whole: str, each: str, rows: Iterable[tuple[str, dt.datetime | None]]) -> str:
    lines = [f"<{each}><loc>{escape(address)}</loc>{_changed(moment)}</{each}>" for address, moment in rows]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<{whole} xmlns="{NAMESPACE}">',
            *lines,
            f"</{whole}>",
            "",
        ]
    )


def _changed(moment: dt.datetime | None) -> str:
    return f"<lastmod>{moment.isoformat(timespec='seconds')}</lastmod>" if moment else ""
