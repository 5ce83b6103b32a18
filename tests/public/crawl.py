"""Every page that a reader reaches by links from the home page, as far as figures can differ there."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urljoin, urlsplit

from django.test import Client

from tests.public.pages import Node, read

# Of the older editions' cards these few; of lists the pages of one order: rows are the same however chosen.
OLDER_CARDS = re.compile(r"/pledges/(?:2-3-3|4-1-3|7-2-3)/$")
QUERIES = {"as_of", "edition", "page", "before", "plan"}
ALIKE = ("/accounts/", "/staff/", "/admin/", "/i18n/")


@dataclass
class Page:
    address: str
    root: Node

    @property
    def main(self) -> Node:
        return self.root.one("main") if self.root.all("main") else self.root.one("body")


def worth(address: str) -> bool:
    """Whether a link leads to figures that no other page of the crawl has."""
    parts = urlsplit(address)
    query = parse_qs(parts.query, keep_blank_values=True)
    is_page = parts.path.endswith("/") and not parts.path.endswith("/feed/")
    if not is_page or parts.path.startswith(ALIKE) or set(query) - QUERIES:
        return False
    if "as_of" not in query:
        return True
    return bool(OLDER_CARDS.search(parts.path)) or not re.search(r"/(?:pledges|areas)/[^/]+/", parts.path)


def crawl(client: Client, start: str = "/") -> dict[str, Page]:
    """Every page by its address. Files are other tests' to read, and feeds are no pages."""
    pages: dict[str, Page] = {}
    waiting, seen = [start], {start}
    while waiting:
        address = waiting.pop()
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        if answer.streaming or not answer["Content-Type"].startswith("text/html"):
            continue
        final = answer.redirect_chain[-1][0] if answer.redirect_chain else address
        page = pages[address] = Page(final, read(answer.content.decode()))
        for link in page.root.all("a") + page.root.all("link") + page.root.all("iframe"):
            source = link.attributes.get("href") or link.attributes.get("src") or "#"
            to = urljoin(final, source).partition("#")[0]
            to = re.sub(r"^https?://testserver", "", to)
            if to.startswith("/") and not to.startswith("/static/") and to not in seen and worth(to):
                seen.add(to)
                waiting.append(to)
    return pages
