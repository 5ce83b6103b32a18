"""Every figure of the study groups on every public page and in every file, counted again here from the rows.

Counted the slow way, team by team, and by other means than ``studygroups.figures``.
"""

import csv
import io
import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from urllib.parse import quote

import openpyxl
import pytest

from studygroups.enums import Answer, MemberKind, RoundState, TeamState
from studygroups.models import OpeningTotals, Programme

TERMS = {"hanbit": "/hanbit/8/", "naju": "/naju/8/", "boryeong": "/boryeong/7/"}
NOT_LET_IN = {TeamState.DRAFT, TeamState.APPLIED, TeamState.NOT_SELECTED}
HELD = {RoundState.RUNNING, RoundState.JUDGING, RoundState.FINISHED}
# What a page calls a count; the second is what a share is of.
COUNTS = {"운영 횟수": "rounds_held", "팀": "teams", "과제": "topics", "참여 인원": "people"}
SHARES = {
    "전문가·시민": ("outsiders", "outsiders_of"),
    "완료율": ("completed", "completed_of"),
    "중도포기율": ("withdrawn", "withdrawn_of"),
    "반영률": ("adopted", "adopted_of"),
}
KEYS = (*COUNTS.values(), *(key for pair in SHARES.values() for key in pair))


def add(*parts):
    """Counts together: None is not known, and adds nothing."""
    found = {}
    for key in KEYS:
        known = [part[key] for part in parts if part[key] is not None]
        found[key] = sum(known) if known else None
    return found


def of_round(row):
    """What is public of a round, counted from its rows."""
    found = dict.fromkeys(KEYS) | {"rounds_held": 0}
    if row.state not in HELD:
        return found
    found["rounds_held"] = 1
    teams = [team for team in row.recorded_teams.all() if team.state not in NOT_LET_IN]
    people, outsiders, of_known = [], [], []
    for team in teams:
        members = list(team.members.all())
        heads = len(members) if members else team.people
        strange = sum(member.kind != MemberKind.OFFICIAL for member in members) if members else team.outsiders
        if heads is not None:
            people.append(heads)
            if strange is not None:
                outsiders.append(strange)
                of_known.append(heads)
    topics = [team.topic for team in teams if team.topic]
    found["teams"] = len(teams) if teams else row.teams
    found["topics"] = len(topics) if topics else row.topics
    found["people"] = sum(people) if people else row.people
    if of_known:
        found["outsiders"], found["outsiders_of"] = sum(outsiders), sum(of_known)
    if teams:
        found["withdrawn"] = sum(team.state == TeamState.WITHDRAWN for team in teams)
        found["withdrawn_of"] = len(teams)
    if row.results_published_at and row.state == RoundState.FINISHED and teams:
        found["completed"] = sum(team.state == TeamState.COMPLETED for team in teams)
        found["completed_of"] = len(teams)
    answers = {team: {proposal.answer for proposal in team.proposals.all()} - {""} for team in teams}
    if row.results_published_at and any(answers.values()):
        found["adopted"] = sum(Answer.ADOPTED in given for given in answers.values())
        found["adopted_of"] = sum(
            bool(given) or (bool(team.topic) and team.state != TeamState.WITHDRAWN)
            for team, given in answers.items()
        )
    elif row.adopted is not None:
        found["adopted"], found["adopted_of"] = row.adopted, row.topics
    return found


def of_opening(programme):
    row = OpeningTotals.objects.filter(programme=programme).first()
    found = dict.fromkeys(KEYS) | {"rounds_held": 0}
    if row is None:
        return found
    counts = {"teams": row.teams, "topics": row.topics, "people": row.people, "adopted": row.adopted}
    return found | counts | {"rounds_held": row.rounds or 0, "adopted_of": row.topics}


@pytest.fixture(scope="module")
def programmes(portal):
    """(city's code, programme, public rounds by key, their counts, all together) of what is public."""
    found = []
    for row in Programme.objects.filter(published_at__isnull=False).select_related("municipality"):
        rounds = {
            (each.year, each.intake): of_round(each) for each in row.rounds.filter(published_at__isnull=False)
        }
        total = add(of_opening(row), *rounds.values())
        found.append((row.municipality.code, row, rounds, total))
    return found


def percent(part, whole):
    """As a page shows it, "–" where it is not known."""
    if part is None or not whole:
        return "–"
    share = Fraction(part * 100, whole)
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return f"{exact.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def shown(counts, *, of_rounds):
    """The figures as a page's list of facts writes them."""
    facts = {
        label: "–" if counts[key] is None else f"{counts[key]:,}"
        for label, key in COUNTS.items()
        if of_rounds or key != "rounds_held"
    }
    return facts | {label: percent(counts[part], counts[whole]) for label, (part, whole) in SHARES.items()}


def facts_of(node):
    return {pair.one("dt").text: pair.one("dd").text for pair in node.one("dl", "facts--four").all("div")}


def formulas_of(node):
    """The working behind each share that there is: "52 ÷ 70 = 74.3%"."""
    return sorted(line.one("span").text for line in node.one("ul", "formulas").all("li"))


def workings(counts):
    return sorted(
        f"{counts[part]:,} ÷ {counts[whole]:,} = {percent(counts[part], counts[whole])}"
        for part, whole in SHARES.values()
        if counts[part] is not None and counts[whole]
    )


def round_page(city, programme, year, intake):
    return f"{TERMS[city]}study-groups/{quote(programme.name, safe='')}/{year}-{intake}/"


def test_demo_has_something_to_compare(programmes):
    assert {row.name for _city, row, _rounds, _total in programmes} >= {"한빛 시정연구모임", "뜻세움"}
    (naju,) = [total for _city, row, _rounds, total in programmes if row.name == "뜻세움"]
    assert (naju["teams"], naju["topics"], naju["people"], naju["rounds_held"]) == (70, 70, 667, 9)
    assert (naju["adopted"], naju["adopted_of"]) == (52, 70)


def test_totals_of_every_programme_are_those_of_its_rows(crawled, programmes):
    for city, row, _rounds, total in programmes:
        page = crawled[f"{TERMS[city]}study-groups/"].main
        (part,) = [each for each in page.all("section") if each.all("h2") and each.one("h2").text == row.name]
        assert facts_of(part) == shown(total, of_rounds=True), row.name
        assert formulas_of(part) == workings(total), row.name


def test_figures_of_every_round_are_those_of_its_rows(crawled, programmes):
    compared = 0
    for city, row, rounds, _total in programmes:
        listed = {
            link.attributes["href"]: [cell.text for cell in line.all("td")]
            for line in crawled[f"{TERMS[city]}study-groups/"].main.all("tr")
            for link in line.all("a")
        }
        for (year, intake), counts in rounds.items():
            address = round_page(city, row, year, intake)
            state = row.rounds.get(year=year, intake=intake).state
            cells = listed[address]
            if state == RoundState.NOT_HELD:
                assert len(cells) == 1
                continue
            wanted = [counts[key] for key in ("teams", "topics", "people", "adopted")]
            assert cells[1:] == ["–" if count is None else f"{count:,}" for count in wanted], address
            if state in HELD:
                page = crawled[address].main
                assert facts_of(page) == shown(counts, of_rounds=False), address
                assert formulas_of(page) == workings(counts), address
                compared += 1
    assert compared >= 3


def test_totals_on_the_cards_of_served_pledges_are_those_of_the_rows(crawled, programmes):
    compared = 0
    for city, row, _rounds, total in programmes:
        for code in row.served.values_list("pledge__code", flat=True):
            page = crawled[f"{TERMS[city]}pledges/{code}/"].main
            (part,) = [each for each in page.all("article", "served") if each.one("h3").text == row.name]
            assert facts_of(part) == shown(total, of_rounds=True), code
            assert formulas_of(part) == workings(total), code
            compared += 1
    assert compared >= 3


def test_files_hold_the_counts_of_the_rows(portal, programmes):
    client = portal.client(None)
    for city, row, rounds, total in programmes:
        base = f"{TERMS[city]}study-groups"
        data = json.loads(client.get(f"{base}.json").content)
        (said,) = [each for each in data["programmes"] if each["name"] == row.name]
        assert {key: said["total"][key] for key in KEYS} == total
        share = said["total"]["adoption_rate"]
        assert (Fraction(share) if share else None) == (
            Fraction(total["adopted"], total["adopted_of"]) if total["adopted_of"] else None
        )
        assert {
            (each["year"], each["intake"]): {key: each[key] for key in KEYS} for each in said["rounds"]
        } == rounds
        text = list(csv.reader(io.StringIO(client.get(f"{base}.csv").content.decode("utf-8-sig"))))
        sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{base}.xlsx").content)).active
        for table in (text, [list(line) for line in sheet.iter_rows(values_only=True)]):
            lines = [line for line in table[1:] if line[0] == row.name and line[1] not in ("", None)]
            start = table[0].index("운영 횟수")
            numbers = {
                (int(line[1]), int(line[2])): [
                    None if cell in ("", None) else int(cell) for cell in line[start : start + len(KEYS)]
                ]
                for line in lines
            }
            assert numbers == {key: [counts[name] for name in KEYS] for key, counts in rounds.items()}


def test_programme_that_is_not_public_stands_on_no_page(crawled, portal):
    hidden = Programme.objects.filter(published_at__isnull=True).values_list("name", flat=True)
    assert hidden
    for address, page in crawled.items():
        assert not [name for name in hidden if name in page.root.text], address
