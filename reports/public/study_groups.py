"""Study groups in the public pages: their addresses, and what a plan's pages tell of them.

A programme belongs to a city and outlives its terms; its pages stand under each term, and mark the rounds
of that one. Its address is its name, percent-encoded: the only key that a programme has for people, the one
by which the workbook matches it, and so the same in every copy of the data. A programme that is renamed has
a new address.
"""

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from django.db.models import Exists, OuterRef
from django.urls import register_converter, reverse

from pledges.models import Plan, Term
from reports.editions import current_edition
from reports.models import EditionPledge
from reports.public.addresses import MAIN_PLAN
from reports.public.initials import fits, split_words
from studygroups.models import Programme
from studygroups.published import (
    PublicProgramme,
    PublicRound,
    TeamLine,
    public_teams,
    published_programmes,
    serving_programmes,
)

LONGEST_SEARCH = 100
MOST_FOUND = 100


class ProgrammeConverter:
    """A programme's name in one step of the path.

    What one step can't carry (a slash, the percent sign, a name of dots alone) is escaped once more.
    """

    regex = "[^/\\x00]+"

    def to_python(self, value: str) -> str:
        return unicodedata.normalize("NFC", unquote(value))

    def to_url(self, value: str) -> str:
        escaped = value.replace("%", "%25").replace("/", "%2F")
        return escaped.replace(".", "%2E") if not escaped.strip(".") else escaped


class RoundConverter:
    """A round within its programme: year and intake, ``2025-1``."""

    regex = "[0-9]{4}-[1-9][0-9]?"

    def to_python(self, value: str) -> tuple[int, int]:
        year, intake = value.split("-")
        return int(year), int(intake)

    def to_url(self, value: tuple[int, int]) -> str:
        return f"{value[0]:04d}-{value[1]}"


class SuffixConverter:
    """The formats of the files."""

    regex = "csv|json|xlsx"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ProgrammeConverter, "programme_name")
register_converter(RoundConverter, "year_intake")
register_converter(SuffixConverter, "table_suffix")


def list_address(term: Term) -> str:
    return _address("study_groups", term)


def programme_address(term: Term, name: str) -> str:
    """Where a programme stands in the list: the page with all of them."""
    return f"{list_address(term)}#{programme_anchor(name)}"


def programme_anchor(name: str) -> str:
    """The id of a programme's part of the page; no spaces, whatever the name."""
    return "p-" + quote(name, safe="").replace("%", "")


def round_address(term: Term, line: PublicRound) -> str:
    return round_path(term, line.programme, line.year, line.intake)


def round_path(term: Term, programme: str, year: int, intake: int) -> str:
    return _address("study_round", term, programme_name=programme, year_intake=(year, intake))


def teams_address(term: Term, line: PublicRound, suffix: str) -> str:
    return _address(
        "study_teams_file",
        term,
        programme_name=line.programme,
        year_intake=(line.year, line.intake),
        suffix=suffix,
    )


def _address(name: str, term: Term, **more: Any) -> str:
    return reverse(f"public:{name}", kwargs={"city": term.municipality.code, "term": term.number, **more})


def with_study_groups(plans: Any) -> Any:
    """Annotate plans with ``has_study_groups``: whether their city has a public programme."""
    programmes = Programme.objects.public().for_municipality(OuterRef("term__municipality"))
    return plans.annotate(has_study_groups=Exists(programmes))


def has_study_groups(plan: Plan | None) -> bool:
    """Whether the pages of this plan, read ``with_study_groups``, lead to study groups."""
    return bool(getattr(plan, "has_study_groups", False))


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in a table: its address, and whether it is one of the term that is read."""

    round: PublicRound
    address: str
    is_of_term: bool


# Number and name of a pledge, as they were published.
Served = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ProgrammePart:
    """A programme on a page: its rounds, newest first, and the pledges of the plan that it serves."""

    programme: PublicProgramme
    anchor: str
    lines: tuple[RoundLine, ...]
    served: tuple[Served, ...] = ()

    @property
    def of_term(self) -> int:
        """How many rounds of this term were held."""
        return sum(line.is_of_term and line.round.is_held for line in self.lines)


def parts_of(
    programmes: Sequence[PublicProgramme], term: Term, served: Mapping[str, Sequence[Served]] | None = None
) -> list[ProgrammePart]:
    """``served``: what ``served_pledges`` gives, where the page tells it."""
    return [
        ProgrammePart(
            programme,
            programme_anchor(programme.name),
            tuple(
                RoundLine(
                    each, round_address(term, each), is_of_term=each.falls_into(term.starts_on, term.ends_on)
                )
                for each in programme.rounds
            ),
            tuple((served or {}).get(programme.name, ())),
        )
        for programme in programmes
    ]


def served_pledges(plan: Plan | None) -> dict[str, list[Served]]:
    """By the name of a public programme, the pledges that it serves in the plan's current edition, in their
    order; what was not published of the plan is nowhere. Three queries, one where nothing is served."""
    if plan is None:
        return {}
    links = list(
        Programme.objects.public().serving_plan(plan).values_list("name", "served__pledge__code").order_by()
    )
    edition = current_edition(plan) if links else None
    if edition is None:
        return {}
    rows = EditionPledge.objects.for_edition(edition).for_codes({code for _name, code in links})
    found: dict[str, list[Served]] = {}
    for code, pledge in rows.in_order().values_list("code", "name"):
        for name, served in links:
            if served == code:
                found.setdefault(name, []).append((code, pledge))
    return found


def share_years(programmes: Sequence[PublicProgramme]) -> bool:
    """Whether several rounds fall into one year, so that years have totals of their own."""
    years = [each.year for programme in programmes for each in programme.rounds]
    return len(years) > len(set(years))


@dataclass(frozen=True, slots=True)
class Found:
    """A team that fits, and its round's address; ``has_intakes`` of its programme."""

    team: TeamLine
    address: str
    has_intakes: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, and the teams that fit, the newest first.

    ``count`` is the number of all that fit, of which no more than ``MOST_FOUND`` stand in ``found``.
    """

    text: str
    found: tuple[Found, ...]
    count: int


def search_teams(term: Term, programmes: Sequence[PublicProgramme], text: str) -> Search | None:
    """The teams of which every word occurs in programme, name or topic, in part too or by initials, as in the
    list of pledges. None where nothing is looked for, else one query."""
    asked = unicodedata.normalize("NFC", " ".join(text.split())[:LONGEST_SEARCH])
    if not asked:
        return None
    plain, by_initials = split_words(asked)
    has_intakes = {programme.name: programme.has_intakes for programme in programmes}
    found = []
    for line in public_teams(term.municipality):
        texts = [
            unicodedata.normalize("NFC", each).lower() for each in (line.programme, line.name, line.topic)
        ]
        if all(any(word in each for each in texts) for word in plain.split()) and all(
            any(fits(word, each) for each in texts) for word in by_initials
        ):
            address = round_path(term, line.programme, line.year, line.intake)
            found.append(Found(line, address, has_intakes[line.programme]))
    return Search(asked, tuple(found[:MOST_FOUND]), len(found))


def served_parts(plan: Plan, code: str) -> list[ProgrammePart]:
    """What a pledge's page tells of the programmes that serve it. No query where the city has none, else
    five, one where none serves this pledge."""
    if not has_study_groups(plan):
        return []
    return parts_of(serving_programmes(plan, code), plan.term)


def pages_of(plan: Plan) -> list[tuple[str, dt.datetime]]:
    """The addresses of the pages of study groups, each with when it changed last: for the sitemap.

    Only the pledges' own sitemap names them. No query where the city has none, else five.
    """
    if plan.code != MAIN_PLAN or not has_study_groups(plan):
        return []
    programmes = published_programmes(plan.term.municipality)
    pages = [(list_address(plan.term), max(each.updated_at for each in programmes))]
    for programme in programmes:
        pages += [(round_address(plan.term, each), each.updated_at) for each in programme.rounds]
    return pages
