"""``kwcag.md``: 33 items, each with tests that exist; and the items that no other test looks at."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from tests.reports.public import naju as made

HERE = Path(__file__).parent
# Guidelines of the four principles with the number of their items.
ITEMS = {
    "5.1": 1, "5.2": 1, "5.3": 3, "5.4": 4,
    "6.1": 4, "6.2": 2, "6.3": 1, "6.4": 4, "6.5": 4,
    "7.1": 1, "7.2": 2, "7.3": 4,
    "8.1": 1, "8.2": 1,
}  # fmt: skip


def rows():
    lines = (HERE / "kwcag.md").read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)
    ]


def test_table_has_every_item_once_and_in_order():
    numbers = [row[0] for row in rows()]
    assert numbers == [
        f"{guideline}.{number}" for guideline, count in ITEMS.items() for number in range(1, count + 1)
    ]
    assert len(numbers) == 33
    assert len({row[1] for row in rows()}) == 33


def test_every_item_names_tests_that_exist():
    for number, _item, tests, _looked_at in rows():
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", tests)
        assert named, number
        for file, name in named:
            tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
            functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert name in functions, (number, file, name)


def test_style_sheets_let_nothing_move_by_itself():
    for sheet in (Path(settings.BASE_DIR) / "static" / "css").glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"@keyframes|animation|scroll-behavior", text), sheet.name
        # What changes softly changes so for those alone who have not asked for less motion.
        outside = re.sub(
            r"@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]*\{[^{}]*\})*\s*\}", "", text
        )
        assert "transition" not in outside, sheet.name


class Controls(HTMLParser):
    """The controls of a page: their name for a screen reader where it is given, and the words on them."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attributes):
        if tag in ("a", "button", "summary"):
            self.open.append([tag, dict(attributes).get("aria-label"), ""])

    def handle_data(self, data):
        for control in self.open:
            control[2] += data

    def handle_endtag(self, tag):
        if self.open and self.open[-1][0] == tag:
            self.found.append(self.open.pop())


@pytest.mark.django_db
def test_name_of_every_control_holds_the_words_on_it(naju_page):
    for address, html in naju_page.items():
        controls = Controls()
        controls.feed(html)
        assert len(controls.found) > 10
        for _tag, name, words in controls.found:
            assert name is None or " ".join(words.split()) in name, (address, name, words)


@pytest.fixture
def naju_page(db, client):
    made.publish(made.make_naju())
    pages = ("/naju/8/", "/naju/8/pledges/", "/naju/8/pledges/7-2-3/", "/naju/8/money/", "/naju/8/data/")
    return {address: client.get(address).content.decode() for address in pages}


@pytest.mark.django_db
def test_login_takes_passwords_and_codes_from_managers_and_by_pasting(client):
    """No riddle, nothing to remember: what a password manager fills in or a person pastes is taken."""
    page = client.get("/accounts/login/").content.decode()
    assert re.search(r'<input[^>]*type="password"[^>]*autocomplete="current-password"', page) or re.search(
        r'<input[^>]*autocomplete="current-password"[^>]*type="password"', page
    )
    for script in (Path(settings.BASE_DIR) / "static" / "js").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        if '"paste"' in text:
            assert "password" not in text
    template = (Path(settings.BASE_DIR) / "templates" / "mfa" / "code_field.html").read_text(encoding="utf-8")
    assert "one-time-code" in template
    assert not re.search(r"captcha", page, re.IGNORECASE)
