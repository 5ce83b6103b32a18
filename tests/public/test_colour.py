"""Nothing is told by colour alone: what has a colour of its own has a word, a sign or a pattern too."""

import re

import pytest

from reports.demo.hanbit.entering import OPEN_AS_OF
from tests.public.pages import read

STAFF = (
    ("coordinator", f"/staff/hanbit/8/{OPEN_AS_OF}/"),
    ("coordinator", f"/staff/hanbit/8/{OPEN_AS_OF}/4-1-2/"),
    ("officer", "/staff/"),
    ("officer", f"/staff/hanbit/8/{OPEN_AS_OF}/4-1-3/"),
    ("head", f"/staff/hanbit/8/{OPEN_AS_OF}/-/sign/"),
)


@pytest.fixture(scope="module")
def every(crawled, portal):
    """Public pages, and those of the staff side on which states and dates have colours."""
    staff = {
        f"{who} {address}": read(portal.client(who).get(address).content.decode()) for who, address in STAFF
    }
    return {**{address: page.root for address, page in crawled.items()}, **staff}


def hidden(node):
    return any(each.attributes.get("aria-hidden") == "true" for each in (node, *node.above))


def test_every_status_has_a_sign_to_see_and_a_word_to_hear(every):
    signs, seen = {}, 0
    for address, root in every.items():
        for status in root.all(cls="status"):
            kind = next(name for name in status.classes if name.startswith("status--"))
            sign = status.one(cls="status__sign")
            word = status.text.removeprefix(sign.text).strip()
            assert sign.text, (address, kind)
            assert hidden(sign)
            assert re.search("[가-힣]{2}", word), (address, kind, status.text)
            assert signs.setdefault(kind, sign.text) == sign.text
            seen += 1
    assert len(set(signs.values())) == len(signs) >= 4
    assert seen > 300


def test_every_picture_of_figures_has_a_title_and_its_numbers_in_words(every):
    pictures = 0
    for address, root in every.items():
        for picture in root.all("svg", "chart__picture"):
            names = picture.attributes["aria-labelledby"].split()
            words = {node.attributes.get("id"): node.text for node in picture.walk()}
            assert all(words.get(name) for name in names), (address, names)
            assert any(re.search(r"\d", words[name]) for name in names), (address, names)
            pictures += 1
    assert pictures > 132


def test_segments_of_one_picture_differ_in_pattern_or_have_their_own_figure(every):
    """Two series beside each other in a bar have different patterns, whatever their colours."""
    compared = 0
    for address, root in every.items():
        for picture in root.all("svg", "chart__picture"):
            patterns = {
                pattern.attributes["id"]: tuple(
                    (node.tag, node.attributes.get("d", ""), "ink--light" in node.classes)
                    for node in pattern.walk()
                    if node.tag in ("path", "circle")
                )
                for pattern in picture.all("pattern")
            }
            bars: dict[str, list[str]] = {}
            for segment in picture.all("rect", "segment"):
                fill = re.fullmatch(r"url\(#(.+)\)", segment.attributes["fill"])[1]
                assert fill in patterns, (address, fill)
                assert segment.all("title"), (address, fill)
                bars.setdefault(segment.attributes["y"], []).append(fill)
            for fills in bars.values():
                shapes = [patterns[fill] for fill in dict.fromkeys(fills)]
                assert len(set(shapes)) == len(shapes), (address, fills)
                compared += len(shapes) > 1
    assert compared > 50


def test_every_bar_of_shares_stands_above_the_counts_it_shows(every):
    bars = 0
    for address, root in every.items():
        for bar in root.all("svg", "share-bar"):
            counts = bar.parent.one("dl", "counts")
            told = {
                name.removeprefix("status--")
                for status in counts.all(cls="status")
                for name in status.classes
                if name.startswith("status--")
            }
            shown = {
                name.removeprefix("share--")
                for rect in bar.all("rect")
                for name in rect.classes
                if name.startswith("share--") and float(rect.attributes["width"].rstrip("%")) > 0
            }
            assert shown <= told, (address, shown - told)
            bars += 1
    assert bars >= 3


def test_every_bar_of_a_rate_stands_beside_the_rate_in_figures(every):
    bars = 0
    for address, root in every.items():
        for bar in root.all(cls="rate-bar"):
            assert hidden(bar)
            beside = bar.parent if bar.parent.text else bar.parent.parent
            assert re.search(r"\d+(?:\.\d+)?%", beside.text), address
            bars += 1
    assert bars > 132


def test_what_is_chosen_current_late_or_marked_says_so(every):
    seen = dict.fromkeys(("choice", "current", "late", "mark"), 0)
    for address, root in every.items():
        for choice in root.all(cls="choice--on"):
            assert "✓" in choice.text, address
            assert choice.all(cls="visually-hidden"), address
            seen["choice"] += 1
        for row in root.all("tr", "is-late"):
            assert row.all(cls="flag"), address
            seen["late"] += 1
        for cell in root.all("td", "is-marked") + [
            cell for grid in root.all("table", "quarters") for cell in grid.all("td", "c")
        ]:
            if cell.text:
                assert cell.one(cls="visually-hidden").text, address
                seen["mark"] += 1
        for link in root.all("a"):
            if link.attributes.get("aria-current"):
                seen["current"] += 1
    assert seen["choice"] > 132
    assert seen["mark"] > 100
    assert seen["current"] > 132
