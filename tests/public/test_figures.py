"""Every figure on every public page is the one that ``manage.py fulfilment`` gives for the same 기준일.

Rows are found by what they link to (a card, an area), figures by their column's name, so that a page or a
column that is added later is compared too. What the command does not give is not compared: amounts by source
and year, and what an indicator's single year was. The sums and counts of areas are taken together from the
command's pledges and the tree of areas.
"""

import csv
import io
import json
import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.core.management import call_command
from django.utils.translation import gettext, override, pgettext

from pledges.models import Area, Plan
from reports.models import Edition, EditionPledge

PLACES = {"naju/8": "나주시", "boryeong/7": "보령시", "hanbit/8": "한빛시"}
UNIT = {"won": 1, "thousand": 10**3, "million": 10**6, "hundred_million": 10**8}
PERCENT = re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?)%")
VALUE = re.compile(r"–|[\d,]+(?:\.\d+)?")


class Figures:
    """What the command says of a plan at one 기준일, as pages write it."""

    def __init__(self, address: str, as_of: str) -> None:
        out = io.StringIO()
        call_command("fulfilment", address, "--as-of", as_of, "--json", stdout=out)
        said = json.loads(out.getvalue())
        city, term = address.split("/")
        self.plan = Plan.objects.get(term__municipality__code=city, term__number=int(term), code="pledges")
        self.said, self.as_of = said, as_of
        self.headline = said["headline"]["display"]
        self.counts = said["counts"]
        self.pledges = {line["code"]: line for line in said["pledges"]}
        areas = {area.pk: area for area in Area.objects.filter(plan=self.plan)}
        self.areas: dict[str, list[dict]] = {}
        for pledge in self.plan.pledges.all():
            area = areas.get(pledge.area_id)
            while area is not None and pledge.code in self.pledges:
                self.areas.setdefault(area.code, []).append(self.pledges[pledge.code])
                area = areas.get(area.parent_id)

    def rate(self, exact: str | None, decimals: int | None = None) -> str:
        """A fraction as the plan shows it, reckoned here in whole numbers."""
        if exact is None:
            return "–"
        places = self.plan.decimals if decimals is None else decimals
        steps = Fraction(exact) * 10**places
        rounded = int(steps) if self.plan.rounding == "truncate" else int(steps + Fraction(1, 2))
        return f"{Decimal(rounded).scaleb(-places):.{places}f}"

    def money(self, millions: str | Decimal | None) -> str:
        """An amount of 백만원 in the plan's unit; "–" where there is none."""
        if millions is None:
            return "–"
        amount = Decimal(millions) * 10**6 / UNIT[self.plan.money_unit]
        return f"{amount.normalize():,f}"

    @staticmethod
    def total(lines: list[dict], kind: str) -> Decimal | None:
        given = [Decimal(line[kind]) for line in lines if line[kind] is not None]
        return sum(given, Decimal(0)) if given else None

    def executed_share(self, lines: list[dict]) -> str:
        planned, executed = self.total(lines, "planned"), self.total(lines, "executed")
        if not planned or executed is None:
            return "–"
        return self.rate(str(Fraction(executed) * 100 / Fraction(planned)), 2)

    def mean(self, lines: list[dict]) -> str:
        rates = [Fraction(line["rate"]) for line in lines if line["rate"] is not None]
        return self.rate(str(sum(rates) / len(rates))) if rates else "–"

    def of_pledge(self, code: str) -> dict[str, str]:
        """A pledge's figures by the name of a column."""
        line = self.pledges[code]
        return {
            "rate": line["display"],
            "to_date": self.rate(line["to_date"]),
            "planned": self.money(line["planned"]),
            "executed": self.money(line["executed"]),
            "share": line["execution_rate"] or "–",
        }

    def of_area(self, code: str) -> dict[str, str]:
        lines = self.areas[code]
        return {
            "rate": self.mean(lines),
            "pledges": str(len(lines)),
            "planned": self.money(self.total(lines, "planned")),
            "executed": self.money(self.total(lines, "executed")),
            **{status: str(count) for status, count in Counter(line["status"] for line in lines).items()},
        }

    @property
    def rates(self) -> set[Fraction]:
        """Every percentage that the command gives, or that its own numbers make, by its value."""
        said = self.said
        lines = list(self.pledges.values())
        given = {method["display"] for method in said["methods"].values()} | {
            self.headline,
            said["under_way"],
        }
        given |= {area["display"] for area in said["areas"]} | {
            self.mean(each) for each in self.areas.values()
        }
        for line in lines:
            given |= {line["display"], self.rate(line["to_date"]), line["execution_rate"]}
            for indicator in line["indicators"]:
                given |= {indicator["display"], self.rate(indicator["to_date"])}
        # A working is shown to its end where it has one: "13 ÷ 16 = 81.25%", whatever the plan rounds to.
        for line in lines:
            for each in (line, *line["indicators"]):
                given |= {each["rate"], each["to_date"]}
        return {Fraction(rate) for rate in given | {self.executed_share(lines)} if rate not in (None, "–")}


class Said:
    """The command's figures of every plan at every 기준일 that was published."""

    def __init__(self) -> None:
        self.by_date: dict[tuple[str, str], Figures] = {}
        self.newest: dict[str, str] = {}
        for edition in Edition.objects.select_related("plan__term__municipality").order_by("as_of", "number"):
            address = f"{edition.plan.term.municipality.code}/{edition.plan.term.number}"
            self.newest[address] = edition.as_of.isoformat()
            if (address, self.newest[address]) not in self.by_date:
                self.by_date[address, self.newest[address]] = Figures(address, self.newest[address])
        # What was corrected later: the command knows the corrected figures alone, the edition keeps its own.
        self.replaced = {
            (f"{edition.plan.term.municipality.code}/{edition.plan.term.number}", edition.as_of.isoformat())
            for edition in Edition.objects.filter(number__gt=1).select_related("plan__term__municipality")
        }

    def at(self, link: str, page: str) -> Figures | None:
        """The figures that a link, or a page without one, stands for. None for a replaced edition's."""
        parts = urlsplit(link)
        place = "/".join(parts.path.split("/")[1:3])
        if place not in self.newest:
            return None
        query = parse_qs(parts.query) or parse_qs(urlsplit(page).query)
        as_of = query.get("as_of", [self.newest[place]])[0]
        if (place, as_of) in self.replaced and query.get("edition") == ["1"]:
            return None
        return self.by_date[place, as_of]


@pytest.fixture(scope="module")
def said(portal):
    with override("ko"):
        return Said()


@pytest.fixture(scope="module")
def columns(portal):
    """What a column of figures is called on a Korean page."""
    with override("ko"):
        return {
            gettext("Fulfilment rate"): "rate",
            gettext("Mean fulfilment rate"): "rate",
            gettext("To date"): "to_date",
            gettext("Attainment to date"): "to_date",
            gettext("Attainment of the targets to date"): "to_date",
            pgettext("money", "Planned"): "planned",
            gettext("Money needed"): "planned",
            pgettext("money", "Executed"): "executed",
            gettext("Executed ÷ planned"): "share",
            gettext("Pledges"): "pledges",
            gettext("Completed and closed"): "closed",
            gettext("Completed, continuing"): "continuing",
            gettext("On track"): "on_track",
            gettext("Partly under way"): "partial",
        }


def headers(table):
    """The names of a table's columns, where it has one row of them without spans."""
    rows = [node for head in table.all("thead") for node in head.all("tr")]
    if len(rows) != 1:
        return []
    return [cell.text.rstrip(" ↕↑↓") for cell in rows[0].all("th")]


def rows_of_figures(page, columns):
    """(link of the row, figure's name, last value in its cell, whole cell) of every table of a page."""
    for table in page.main.all("table"):
        names = headers(table)
        for row in [row for body in table.all("tbody") for row in body.all("tr")]:
            links = [link.attributes["href"] for head in row.all("th") for link in head.all("a")]
            cells = [cell for cell in row.children if not isinstance(cell, str) and cell.tag in ("td", "th")]
            if len(links) != 1 or len(cells) != len(names):
                continue
            for name, cell in zip(names, cells, strict=True):
                values = VALUE.findall(cell.text.replace("%", ""))
                if name in columns and values and cell.tag == "td":
                    yield links[0], columns[name], values[-1], cell.text


CARD = re.compile(r"/([a-z]+/\d+)/pledges/([^/?]+)/(?:\?|$)")
AREA = re.compile(r"/([a-z]+/\d+)/areas/([^/?]+)/(?:\?|$)")


def test_every_row_that_stands_for_a_pledge_or_an_area_has_the_commands_figures(crawled, said, columns):
    wrong, compared = [], Counter()
    for address, page in crawled.items():
        for link, name, value, cell in rows_of_figures(page, columns):
            figures = said.at(link, address)
            card, area = CARD.search(link), AREA.search(link)
            if figures is None or not (card or area):
                continue
            if card and card[2] not in figures.pledges:
                continue
            wanted = figures.of_pledge(card[2]) if card else figures.of_area(area[2])
            expected = wanted.get(name, "0" if area else None)
            compared["card" if card else "area"] += 1
            if expected != value:
                wrong.append(f"{address}: {link} {name}: {expected} by the command, {cell} on the page")
    assert not wrong, "\n".join(wrong[:40])
    # 132 pledges with four figures on the lists alone, and the areas of three plans.
    assert compared["card"] > 132 * 4
    assert compared["area"] > 100


def test_every_pledge_stands_once_on_the_pages_of_the_list(crawled, said):
    for place, as_of in said.newest.items():
        figures = said.by_date[place, as_of]
        shown = Counter(
            cell.text
            for address, page in crawled.items()
            if re.fullmatch(rf"/{place}/pledges/(\?page=\d+)?", address)
            and address != f"/{place}/pledges/?page=1"
            for cell in page.main.all("td", "col-code")
        )
        assert shown == Counter(figures.pledges.keys())


def test_every_cards_own_facts_are_the_commands(crawled, said, columns):
    wrong, compared = [], 0
    for address, page in crawled.items():
        match, figures = CARD.search(address), said.at(address, address)
        if not match or figures is None or not page.main.all(cls="card"):
            continue
        wanted = figures.of_pledge(match[2])
        status = figures.pledges[match[2]]["status"]
        facts = page.main.one("dl", "facts")
        for pair in facts.all("div"):
            label, value = pair.one("dt").text, pair.one("dd").text
            if label not in columns:
                continue
            found = VALUE.findall(value.replace("%", ""))
            compared += 1
            if wanted[columns[label]] != found[0]:
                wrong.append(
                    f"{address} {label}: {wanted[columns[label]]} by the command, {value} on the page"
                )
        signs = facts.all(cls="status")
        if f"status--{status}" not in signs[0].classes:
            wrong.append(f"{address}: {status} by the command, {signs[0].text} on the page")
        lines = {line["name"]: line for line in figures.pledges[match[2]]["indicators"]}
        heads = [
            head
            for section in page.main.all(cls="card__indicators")
            for head in section.all("th")
            if head.attributes.get("scope") == "rowgroup"
        ]
        if len(heads) != len(lines):
            wrong.append(f"{address}: {len(lines)} indicators by the command, {len(heads)} on the page")
        for head, (name, line) in zip(heads, lines.items(), strict=False):
            cells = [cell.text for cell in head.parent.all("td", "n")]
            expected = [figures.rate(line["rate"]), figures.rate(line["to_date"])]
            compared += 2
            if not head.text.startswith(" ".join(name.split())) or cells != expected:
                wrong.append(f"{address} {name}: {expected} by the command, {head.text} {cells} on the page")
    assert not wrong, "\n".join(wrong[:40])
    assert compared > 132 * 3


def test_headlines_counts_and_money_are_the_commands(crawled, said):
    for place, city in PLACES.items():
        figures = said.by_date[place, said.newest[place]]
        front = crawled[f"/{place}/"].main
        assert front.one(cls="hero__number").text == f"{figures.headline}%"
        counts = {
            pair.all(cls="status")[0].classes[1].removeprefix("status--")
            if pair.all(cls="status")
            else "total": (int(pair.one("dd").text))
            for pair in front.one("dl", "counts").all("div")
        }
        assert counts == {key: figures.counts[key] for key in counts}
        assert sum(counts.values()) == 2 * figures.counts["total"]
        lines = list(figures.pledges.values())
        wanted = [figures.money(figures.total(lines, kind)) for kind in ("planned", "executed")]
        for page in (front, crawled[f"/{place}/money/"].main):
            shown = [pair.one("dd").text.split()[0] for pair in page.one("dl", "facts").all("div")]
            assert [shown[0], shown[2], shown[3].rstrip("%")] == [*wanted, figures.executed_share(lines)]
        tiles = [
            tile
            for address in ("/", f"/{place.split('/')[0]}/")
            for tile in crawled[address].main.all(cls="tile")
            if address != "/" or tile.one("h2").text.startswith(city)
        ]
        assert len(tiles) >= 2
        for tile in tiles:
            assert tile.one(cls="tile__number").text == f"{figures.headline}%"


def test_every_method_has_the_commands_rate_and_denominator(crawled, said):
    for place in PLACES:
        figures = said.by_date[place, said.newest[place]]
        rows = [
            [VALUE.findall(cell.text) for cell in row.all("td")][-2:]
            for row in crawled[f"/{place}/method/"].main.one("table").one("tbody").all("tr")
        ]
        assert [(int(of[0]), rate[0]) for of, rate in rows] == [
            (method["of"], method["display"]) for method in figures.said["methods"].values()
        ]


# Prose of a city may hold percentages of its own ("이용률 80% 이상"), and the frame for other sites a width.
# Those of the study groups are no plan's: ``test_study_figures`` counts them again.
GROUPS = re.compile(r"/[a-z]+/\d+/study-groups/")
PROSE = {"served", "text-block", "timeline", "code", "card__goal", "card__latest", "steps", "under", "goal"}
OURS = {"a", "h1", "textarea", "pre"}


def test_no_page_shows_a_percentage_that_the_command_does_not_give(crawled, said):
    corrected = {
        Fraction(row.rate_display)
        for row in EditionPledge.objects.filter(edition__number=1, edition__period__editions__number=2)
        if row.rate_display not in ("", "–")
    }
    by_place = {place: set(corrected) for place in PLACES}
    for (place, _as_of), figures in said.by_date.items():
        by_place[place] |= figures.rates
    wrong = []
    for address, page in crawled.items():
        if GROUPS.match(address):
            continue
        place = "/".join(urlsplit(address).path.split("/")[1:3])
        given = by_place.get(place) or set().union(*by_place.values())
        names = [link.text for link in page.main.all("a") if CARD.search(link.attributes.get("href", ""))]
        for node in page.main.walk():
            texts = [child for child in node.children if isinstance(child, str) and "%" in child]
            if not texts or any(PROSE & set(up.classes) or up.tag in OURS for up in (node, *node.above)):
                continue
            for text in texts:
                for rate in PERCENT.findall(text):
                    if Fraction(rate) not in given and not any(f"{rate}%" in name for name in names):
                        wrong.append(f"{address}: {rate}% in {text.strip()[:80]!r}")
    assert not wrong, "\n".join(wrong[:40])


# --- Files --------------------------------------------------------------------------------


@pytest.fixture
def reader(portal):
    return portal.client(None)


@pytest.mark.parametrize("place", PLACES)
def test_list_files_hold_the_commands_figures(reader, said, place):
    figures = said.by_date[place, said.newest[place]]
    base = f"/{place}/pledges"
    rows = {line["code"]: line for line in json.loads(reader.get(f"{base}.json").content)["pledges"]}
    assert rows.keys() == figures.pledges.keys()
    sheet = openpyxl.load_workbook(io.BytesIO(reader.get(f"{base}.xlsx").content)).active
    written = list(sheet.iter_rows(values_only=True))
    text = csv.reader(io.StringIO(reader.get(f"{base}.csv").content.decode("utf-8-sig")))
    tables = [list(text), [list(row) for row in written]]
    for code, line in figures.pledges.items():
        row = rows[code]
        assert row["status"] == line["status"]
        assert row["rate"] == (None if line["rate"] is None else line["display"])
        assert row["rate_exact"] == line["rate"]
        assert row["to_date"] == (None if line["to_date"] is None else figures.rate(line["to_date"]))
        for kind in ("planned", "executed"):
            assert row[kind] == (None if line[kind] is None else Decimal(line[kind]) * 10**6)
        for header, *lines in tables:
            found = next(each for each in lines if each[0] == code)
            start = next(n for n, name in enumerate(header) if "(%)" in name)
            numbers = [
                None if value in ("", None) else Decimal(str(value)) for value in found[start : start + 4]
            ]
            wanted = figures.of_pledge(code)
            assert numbers == [
                None if wanted[name] == "–" else Decimal(wanted[name].replace(",", ""))
                for name in ("rate", "to_date", "planned", "executed")
            ]


@pytest.mark.parametrize("place", PLACES)
def test_open_data_holds_the_commands_figures(reader, said, place):
    figures = said.by_date[place, said.newest[place]]

    def rows(name):
        return json.loads(reader.get(f"/{place}/data/{name}.json").content)

    def lines_of(name):
        found = rows(name)
        return next(value for value in found.values() if isinstance(value, list))

    def fraction(row, name):
        top, below = row[f"{name}_numerator"], row[f"{name}_denominator"]
        return None if top is None else Fraction(int(top), int(below))

    pledges = {row["pledge_code"]: row for row in lines_of("pledges")}
    assert pledges.keys() == figures.pledges.keys()
    indicators: dict[str, list] = {}
    for row in lines_of("indicators"):
        indicators.setdefault(row["pledge_code"], []).append(row)
    for code, line in figures.pledges.items():
        row = pledges[code]
        assert row["status"] == line["status"]
        for name in ("rate", "to_date"):
            assert fraction(row, name) == (None if line[name] is None else Fraction(line[name]))
        assert row["rate"] is None or str(row["rate"]) == line["display"]
        assert [(each["indicator"], fraction(each, "rate")) for each in indicators.get(code, [])] == [
            (each["name"], None if each["rate"] is None else Fraction(each["rate"]))
            for each in line["indicators"]
        ]


@pytest.mark.parametrize("place", PLACES)
def test_card_files_hold_the_commands_figures(reader, said, place):
    figures = said.by_date[place, said.newest[place]]
    for code, line in figures.pledges.items():
        card = json.loads(reader.get(f"/{place}/pledges/{code}.json").content)
        assert (card["code"], card["status"], card["rate"]["exact"]) == (code, line["status"], line["rate"])
        assert card["to_date"]["exact"] == line["to_date"]
        assert [(each["name"], each["rate"]["exact"]) for each in card["indicators"]] == [
            (each["name"], each["rate"]) for each in line["indicators"]
        ]
        for kind in ("planned", "executed"):
            assert card["money"][kind] == (None if line[kind] is None else Decimal(line[kind]) * 10**6)
