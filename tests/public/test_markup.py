"""Markup of the public pages by itself: names, order, and what must not be there."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.public.pages import read

AROUND = {"table", "ul", "ol", "dl", "nav", "section", "header", "footer", "main", "body"}
SCRIPTS = sorted((Path(settings.BASE_DIR) / "static" / "js").glob("*.js"))


def test_every_page_has_a_title_of_its_own_and_one_main_heading(crawled):
    titles = Counter()
    for address, page in crawled.items():
        assert page.root.one("title").text, address
        if page.root.all("main"):
            assert len(page.root.all("h1")) == 1, address
            assert page.root.one("h1").text, address
        # A page at another date, or the next of a list, is the same page; what frames show is their page's.
        if not urlsplit(address).query and not address.endswith("/embed/"):
            titles[page.root.one("title").text] += 1
    assert [title for title, pages in titles.items() if pages > 1] == []
    assert len(titles) > 150


def test_every_tag_is_closed_where_it_was_opened_and_no_id_or_attribute_stands_twice(crawled):
    for address, page in crawled.items():
        assert page.root.faults == [], address
        ids = Counter(
            node.attributes["id"] for node in page.root.walk() if node.attributes.get("id") is not None
        )
        assert [name for name, count in ids.items() if count > 1] == [], address


@pytest.mark.parametrize("who", ["officer", "head", "coordinator", "auditor"])
def test_pages_of_study_groups_are_well_made_in_every_state(portal, who):
    client, titles = portal.client(who), Counter()
    for address in portal.groups.pages(who):
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = read(answer.content.decode())
        assert page.faults == [], address
        assert len(page.all("h1")) == 1, address
        assert page.one("h1").text, address
        titles[page.one("title").text] += 1
        names = Counter(
            node.attributes["id"] for node in page.walk() if node.attributes.get("id") is not None
        )
        assert [name for name, count in names.items() if count > 1] == [], address
        told = {
            name
            for node in page.walk()
            for attribute in ("for", "aria-labelledby", "aria-describedby")
            for name in node.attributes.get(attribute, "").split()
        }
        assert told - names.keys() == set(), address
    # Pages of different things are told apart by their titles in tabs and lists of what was open.
    assert [title for title, pages in titles.items() if pages > 1] == []


def test_every_page_says_its_language_and_that_of_words_in_another(crawled):
    for address, page in crawled.items():
        assert page.root.one("html").attributes["lang"] == "ko", address
        for button in page.root.all("button"):
            if button.attributes.get("name") == "language":
                assert button.attributes["lang"] == button.attributes["value"]


def test_way_past_the_header_is_the_first_link_and_leads_to_the_content(crawled):
    pages = 0
    for address, page in crawled.items():
        # What other sites frame has no header to pass.
        if address.partition("?")[0].endswith("/embed/"):
            continue
        first = page.root.one("body").one("a")
        assert first.attributes["href"] == f"#{page.root.one('main').attributes['id']}", address
        assert page.root.one("main").attributes["tabindex"] == "-1"
        pages += 1
    assert pages > 150


def test_nothing_plays_blinks_refreshes_or_listens_to_single_keys(crawled):
    for address, page in crawled.items():
        for node in page.root.walk():
            assert node.tag not in {"video", "audio", "marquee", "blink", "object", "canvas"}, address
            assert not {"accesskey", "autofocus", "autoplay"} & node.attributes.keys(), address
            assert not any(name.startswith("on") for name in node.attributes), address
            assert node.tag != "meta" or node.attributes.get("http-equiv") is None, address
            assert int(node.attributes.get("tabindex") or 0) <= 0, address


def test_scripts_use_no_gesture_no_motion_and_no_key_without_a_modifier():
    for script in SCRIPTS:
        text = script.read_text(encoding="utf-8")
        events = set(re.findall(r'addEventListener\("(\w+)"', text))
        assert not events & {
            "mousedown", "mousemove", "mouseover", "pointerdown", "pointermove", "touchstart", "touchmove",
            "devicemotion", "deviceorientation", "wheel", "keypress",
        }, script.name  # fmt: skip
        if events & {"keydown", "keyup"}:
            assert re.search(r"ctrlKey|metaKey|altKey", text), script.name


def test_ways_around_a_plan_and_help_stand_in_the_same_order_on_every_page(crawled):
    orders: dict[str, set] = {}
    for address, page in crawled.items():
        place = "/".join(urlsplit(address).path.split("/")[1:3])
        if not page.root.all("nav", "site-nav") or urlsplit(address).query:
            continue
        links = tuple(link.attributes["href"] for link in page.root.one("nav", "site-nav").all("a"))
        foot = tuple(link.attributes["href"] for link in page.root.one("footer").all("a"))
        orders.setdefault(place, set()).add((links, foot))
        assert any(link.endswith("/method/") for link in links + foot), address
    assert len(orders) == 3
    assert {place: len(ways) for place, ways in orders.items()} == dict.fromkeys(orders, 1)


def test_links_of_one_name_lead_to_one_place(crawled):
    """A link is understood by its own words: of two with the same words in one table or list, both
    lead to the same place. A number in a table is told by its row and column."""
    for address, page in crawled.items():
        places: dict[tuple[int, str], set] = {}
        for link in page.root.all("a"):
            name = link.attributes.get("aria-label") or link.text
            assert name or link.all("img"), address
            around = next(node for node in link.above if node.tag in AROUND)
            if not name.isdigit():
                to = link.attributes.get("href", "").partition("#")[0]
                places.setdefault((id(around), name), set()).add(to)
        assert {name: to for (_around, name), to in places.items() if len(to) > 1} == {}, address
