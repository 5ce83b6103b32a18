"""Study groups as files: the rounds of a city, the teams of a round. They hold what the pages show.

Each column is described once, for the file's header and for the dictionary of the page of open data.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.models import Municipality
from pledges.spreadsheet import WrittenColumn, WrittenSheet, write_workbook
from reports.public.exports import XLSX, Column, as_csv
from reports.public.licences import licence
from reports.public.opendata.columns import KIND_WORDS, Codes, Kind, Words, both
from studygroups.enums import COUNTED, AwardKind, RoundState, TeamState
from studygroups.figures import Figures
from studygroups.judging import display_score
from studygroups.published import (
    PublicProgramme,
    PublicRound,
    PublicScore,
    PublicTeam,
    RoundDocument,
)

FORMATS = ("xlsx", "csv", "json")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of .csv and .xlsx; ``key`` is what .json calls the same value. Where a word is one of a list,
    .json has its code."""

    key: str
    header: Words
    kind: Kind = Kind.TEXT
    width: int = 10
    codes: Codes = ()

    @property
    def is_text(self) -> bool:
        return self.kind not in {Kind.INTEGER, Kind.DECIMAL}

    @property
    def headers(self) -> tuple[str, str]:
        """In Korean and English: the file's header is in the reader's language."""
        return both(self.header)

    @property
    def kind_words(self) -> Words:
        return KIND_WORDS[self.kind]

    @property
    def code_words(self) -> list[tuple[str, str, str]]:
        """Each code in Korean and English."""
        return [(code, *both(label)) for code, label in self.codes]


N = Kind.INTEGER
KEY_COLUMNS = (
    FileColumn("programme", pgettext_lazy("study groups", "Programme"), width=22),
    FileColumn("year", pgettext_lazy("study groups", "Year"), N, 8),
    FileColumn("intake", pgettext_lazy("study groups", "Intake"), N, 8),
)
# The counts of a round, the last of each pair being what its share is of.
COUNT_COLUMNS = (
    FileColumn("teams", pgettext_lazy("count", "Teams"), N),
    FileColumn("topics", pgettext_lazy("count", "Topics"), N),
    FileColumn("people", pgettext_lazy("count", "People"), N),
    FileColumn("outsiders", gettext_lazy("Outsiders"), N),
    FileColumn("outsiders_of", gettext_lazy("Outsiders' share: denominator"), N),
    FileColumn("completed", gettext_lazy("Teams that completed"), N),
    FileColumn("completed_of", gettext_lazy("Completion rate: denominator"), N),
    FileColumn("withdrawn", gettext_lazy("Teams that withdrew"), N),
    FileColumn("withdrawn_of", gettext_lazy("Withdrawal rate: denominator"), N),
    FileColumn("adopted", gettext_lazy("Adopted topics"), N),
    FileColumn("adopted_of", gettext_lazy("Adoption rate: denominator"), N),
)
ROUND_COLUMNS = (
    *KEY_COLUMNS,
    FileColumn("state", pgettext_lazy("round", "State"), width=12, codes=RoundState.choices),
    FileColumn("reason", gettext_lazy("Reason for not holding it"), width=26),
    FileColumn("rounds_held", gettext_lazy("Rounds held"), N),
    *COUNT_COLUMNS,
    FileColumn("published_at", gettext_lazy("Published on"), Kind.DATE, 12),
    FileColumn("results_published_at", gettext_lazy("Results published on"), Kind.DATE, 12),
)
# Of teams that were let in: others are in no file.
TEAM_STATES = tuple((state.value, state.label) for state in TeamState if state in COUNTED)
TEAM_COLUMNS = (
    *KEY_COLUMNS,
    FileColumn("name", pgettext_lazy("study groups", "Team"), width=18),
    FileColumn("topic", gettext_lazy("Topic"), width=40),
    FileColumn("state", pgettext_lazy("team", "State"), width=12, codes=TEAM_STATES),
    FileColumn("people", pgettext_lazy("count", "People"), N, 8),
    FileColumn("outsiders", gettext_lazy("Outsiders"), N, 8),
    FileColumn("award", pgettext_lazy("study groups", "Award"), codes=AwardKind.choices),
    FileColumn("prize", gettext_lazy("Prize (won)"), N, 14),
    FileColumn("score", pgettext_lazy("study groups", "Score"), Kind.DECIMAL),
    FileColumn("adopted", gettext_lazy("Adopted proposals"), N),
    FileColumn("departments", gettext_lazy("Answering departments"), width=20),
)
# Of programmes that publish the names alone.
MEMBERS_COLUMN = FileColumn("members", gettext_lazy("Members"), width=40)
# A year or an intake is a name: its thousands are not grouped.
NAMES = {"year", "intake"}


def dictionary() -> tuple[tuple[str, tuple[FileColumn, ...]], ...]:
    """Both files with their columns, for the page of open data."""
    return (
        (_("Study group rounds"), ROUND_COLUMNS),
        (_("Study group teams"), (*TEAM_COLUMNS, MEMBERS_COLUMN)),
    )


def as_table(
    suffix: str, title: str, columns: Sequence[FileColumn], rows: Sequence[Row], name: str
) -> HttpResponse:
    """The rows as ``csv`` or ``xlsx``, saved under ``name``. Raises KeyError where a row lacks a column."""
    lines = [[row[column.key] for column in columns] for row in rows]
    if suffix == "csv":
        heads = [Column(str(each.header), each.width, is_text=each.is_text) for each in columns]
        response = HttpResponse(as_csv(heads, lines), content_type="text/csv; charset=utf-8")
    else:
        written = tuple(
            WrittenColumn(
                str(each.header), each.width, is_text=each.is_text, is_grouped=each.key not in NAMES
            )
            for each in columns
        )
        response = HttpResponse(write_workbook([WrittenSheet(title, written, lines)]), content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def as_json(data: dict[str, Any]) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})


def round_rows(programmes: Sequence[PublicProgramme]) -> list[Row]:
    """A row a round, newest first; what a programme brought along stands last, without a year."""
    rows: list[Row] = []
    for programme in programmes:
        for line in programme.rounds:
            rows.append(
                {
                    "programme": programme.name,
                    "year": Decimal(line.year),
                    "intake": Decimal(line.intake),
                    "state": str(RoundState(line.state).label),
                    "reason": line.reason,
                    **_cells(line.figures),
                    "published_at": _day(line.published_at),
                    "results_published_at": _day(line.results_published_at),
                }
            )
        if programme.opening:
            rows.append(
                {
                    "programme": programme.name,
                    "year": None,
                    "intake": None,
                    "state": _("Before the records"),
                    "reason": "",
                    **_cells(programme.opening),
                    "published_at": _day(programme.published_at),
                    "results_published_at": "",
                }
            )
    return rows


def team_columns(document: RoundDocument) -> tuple[FileColumn, ...]:
    return (*TEAM_COLUMNS, MEMBERS_COLUMN) if document.round.shows_names else TEAM_COLUMNS


def team_rows(document: RoundDocument) -> list[Row]:
    """A row a team, in the page's order; results stand in it where they are public."""
    return [
        {
            "programme": document.programme.name,
            "year": Decimal(document.round.year),
            "intake": Decimal(document.round.intake),
            "name": team.name,
            "topic": team.topic,
            "state": str(TeamState(team.state).label),
            "people": _number(team.people),
            "outsiders": _number(team.outsiders),
            "award": str(AwardKind(team.award.kind).label) if team.award else "",
            "prize": _number(team.award.prize) if team.award else None,
            "score": Decimal(display_score(team.score.value)) if team.score else None,
            "adopted": _number(team.adopted),
            "departments": ", ".join(_departments(team)),
            "members": ", ".join(member.name for member in team.members),
        }
        for team in document.teams
    ]


def rounds_data(
    city: Municipality, programmes: Sequence[PublicProgramme], address_of: Callable[[PublicRound], str]
) -> dict[str, Any]:
    """The rounds for machines: codes, counts, null where nothing is known, shares as fractions."""
    return {
        "city": city.name,
        "fictional": city.is_fictional,
        "licence": licence().code,
        "programmes": [
            {
                "name": programme.name,
                "purpose": programme.purpose,
                "basis": programme.basis,
                "published_at": programme.published_at.isoformat(),
                "total": _figures(programme.total),
                "before_the_records": _figures(programme.opening) if programme.opening else None,
                "rounds": [
                    {
                        "programme": programme.name,
                        "year": line.year,
                        "intake": line.intake,
                        "state": line.state,
                        "reason": line.reason or None,
                        "opens_on": line.opens_on and line.opens_on.isoformat(),
                        "closes_on": line.closes_on and line.closes_on.isoformat(),
                        "presents_on": line.presents_on and line.presents_on.isoformat(),
                        **_figures(line.figures),
                        "published_at": line.published_at.isoformat(),
                        "results_published_at": line.results_published_at
                        and line.results_published_at.isoformat(),
                        "url": address_of(line),
                    }
                    for line in programme.rounds
                ],
            }
            for programme in programmes
        ],
    }


def teams_data(city: Municipality, document: RoundDocument) -> dict[str, Any]:
    """A round's teams for machines."""
    line = document.round
    return {
        "city": city.name,
        "fictional": city.is_fictional,
        "licence": licence().code,
        "programme": document.programme.name,
        "year": line.year,
        "intake": line.intake,
        "state": line.state,
        "reason": line.reason or None,
        **_figures(line.figures),
        "results_are_public": document.has_results,
        "count": len(document.teams),
        "teams": [_team(document, team) for team in document.teams],
    }


def _team(document: RoundDocument, team: PublicTeam) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": team.name,
        "topic": team.topic,
        "state": team.state,
        "people": team.people,
        "outsiders": team.outsiders,
        "award": team.award.kind if team.award else None,
        "prize": team.award.prize if team.award else None,
        **_score(team.score),
        "adopted": team.adopted,
        "departments": _departments(team),
        "adopted_proposals": [
            {
                "text": proposal.text,
                "department": proposal.department or None,
                "answer": proposal.answer_text or None,
                "answered_on": proposal.answered_on and proposal.answered_on.isoformat(),
                "plan": proposal.plan or None,
                "planned_on": proposal.planned_on and proposal.planned_on.isoformat(),
                "follow_ups": [{"as_of": day.isoformat(), "text": text} for day, text in proposal.follow_ups],
            }
            for proposal in team.proposals
        ],
    }
    if document.round.shows_names:
        data["members"] = [
            {
                "name": each.name,
                "affiliation": each.affiliation or None,
                "role": each.role,
                "kind": each.kind,
            }
            for each in team.members
        ]
    return data


def _counts(figures: Figures) -> dict[str, int | None]:
    return {
        "rounds_held": figures.rounds,
        "teams": figures.teams,
        "topics": figures.topics,
        "people": figures.people,
        "outsiders": figures.outsiders,
        "outsiders_of": figures.known_people,
        "completed": figures.completed,
        "completed_of": figures.finished_teams,
        "withdrawn": figures.withdrawn,
        "withdrawn_of": figures.recorded_teams,
        "adopted": figures.adopted,
        "adopted_of": figures.proposed,
    }


def _cells(figures: Figures) -> dict[str, Decimal | None]:
    return {key: _number(count) for key, count in _counts(figures).items()}


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        **_counts(figures),
        "outsiders_share": _exact(figures.outsiders_share),
        "completion_rate": _exact(figures.completion_rate),
        "withdrawal_rate": _exact(figures.withdrawal_rate),
        "adoption_rate": _exact(figures.adoption_rate),
    }


def _departments(team: PublicTeam) -> list[str]:
    """Who answered the adopted proposals, each once."""
    return list(dict.fromkeys(each.department for each in team.proposals if each.department))


def _score(score: PublicScore | None) -> dict[str, Any]:
    """As it is shown, exact, and of how many judges' totals it is the mean."""
    return {
        "score": display_score(score.value) if score else None,
        "score_exact": _exact(score.value) if score else None,
        "score_of": score.counted if score else None,
    }


def _exact(share: Fraction | None) -> str | None:
    """A fraction in lowest terms, "26/35"."""
    return None if share is None else str(share)


def _number(count: int | None) -> Decimal | None:
    return None if count is None else Decimal(count)


def _day(moment: Any) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""
