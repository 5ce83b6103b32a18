"""Sitemaps: an index of the plans, and of each plan the pages of its current edition."""

import datetime as dt
from collections.abc import Iterable
from xml.sax.saxutils import escape

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def index_xml(sitemaps: Iterable[tuple[str, dt.datetime]]) -> str:
    """The index: the address of each plan's sitemap and when it changed last."""
    return _xml("sitemapindex", "sitemap", sitemaps)


def sitemap_xml(pages: Iterable[tuple[str, dt.datetime]]) -> str:
    return _xml("urlset", "url", pages)


def _xml(whole: str, each: str, rows: Iterable[tuple[str, dt.datetime]]) -> str:
    lines = [
        f"<{each}><loc>{escape(address)}</loc><lastmod>{moment.isoformat(timespec='seconds')}</lastmod></{each}>"
        for address, moment in rows
    ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<{whole} xmlns="{NAMESPACE}">',
            *lines,
            f"</{whole}>",
            "",
        ]
    )
