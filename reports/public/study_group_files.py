"""Study groups as files: the rounds of a city, the teams of a round. They hold what the pages show."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pledges.models import Municipality
from pledges.spreadsheet import WrittenColumn, WrittenSheet, write_workbook
from reports.public.exports import XLSX, Column, as_csv
from studygroups.enums import AwardKind, RoundState, TeamState
from studygroups.figures import Figures
from studygroups.judging import Score, display_score
from studygroups.published import PublicProgramme, PublicRound, PublicTeam, RoundDocument

FORMATS = ("xlsx", "csv", "json")
Table = tuple[list[Column], list[list[Any]]]


def as_table(suffix: str, title: str, table: Table, name: str) -> HttpResponse:
    """Columns and rows as ``csv`` or ``xlsx``, saved under ``name``."""
    columns, lines = table
    if suffix == "csv":
        response = HttpResponse(as_csv(columns, lines), content_type="text/csv; charset=utf-8")
    else:
        written = tuple(WrittenColumn(each.name, each.width, is_text=each.is_text) for each in columns)
        response = HttpResponse(write_workbook([WrittenSheet(title, written, lines)]), content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def as_json(data: dict[str, Any]) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})


def rounds_table(programmes: Sequence[PublicProgramme]) -> Table:
    """A row a round, newest first; what a programme brought along stands last, without a year."""
    columns = [
        Column(pgettext("study groups", "Programme"), 22),
        Column(pgettext("study groups", "Year"), 8, is_text=False),
        Column(pgettext("study groups", "Intake"), 8, is_text=False),
        Column(pgettext("round", "State"), 12),
        Column(_("Reason for not holding it"), 26),
        Column(_("Rounds held"), 10, is_text=False),
        *(Column(name, 10, is_text=False) for name in _figure_names()),
        Column(_("Published on"), 12),
        Column(_("Results published on"), 12),
    ]
    lines: list[list[Any]] = []
    for programme in programmes:
        for line in programme.rounds:
            lines.append(
                [
                    programme.name,
                    Decimal(line.year),
                    Decimal(line.intake),
                    str(RoundState(line.state).label),
                    line.reason,
                    Decimal(line.figures.rounds),
                    *_figure_cells(line.figures),
                    _day(line.published_at),
                    _day(line.results_published_at),
                ]
            )
        if programme.opening:
            lines.append(
                [
                    programme.name,
                    None,
                    None,
                    _("Before the records"),
                    "",
                    Decimal(programme.opening.rounds),
                    *_figure_cells(programme.opening),
                    _day(programme.published_at),
                    "",
                ]
            )
    return columns, lines


def _figure_names() -> list[str]:
    return [
        pgettext("count", "Teams"),
        pgettext("count", "Topics"),
        pgettext("count", "People"),
        _("Outsiders"),
        _("Teams that completed"),
        _("Teams that withdrew"),
        _("Adopted topics"),
    ]


def _figure_cells(figures: Figures) -> list[Decimal | None]:
    counts = (
        figures.teams,
        figures.topics,
        figures.people,
        figures.outsiders,
        figures.completed,
        figures.withdrawn,
        figures.adopted,
    )
    return [_number(count) for count in counts]


def teams_table(document: RoundDocument) -> Table:
    """A row a team, in the page's order; results stand in it where they are public."""
    columns = [
        Column(pgettext("study groups", "Programme"), 22),
        Column(pgettext("study groups", "Year"), 8, is_text=False),
        Column(pgettext("study groups", "Intake"), 8, is_text=False),
        Column(pgettext("study groups", "Team"), 18),
        Column(_("Topic"), 40),
        Column(pgettext("team", "State"), 12),
        Column(pgettext("count", "People"), 8, is_text=False),
        Column(_("Outsiders"), 8, is_text=False),
        Column(pgettext("study groups", "Award"), 10),
        Column(_("Prize (won)"), 14, is_text=False),
        Column(pgettext("study groups", "Score"), 10, is_text=False),
        Column(_("Adopted proposals"), 10, is_text=False),
        Column(_("Answering departments"), 20),
    ]
    if document.programme.shows_names:
        columns.append(Column(_("Members"), 40))
    line = document.round
    lines: list[list[Any]] = []
    for team in document.teams:
        row: list[Any] = [
            document.programme.name,
            Decimal(line.year),
            Decimal(line.intake),
            team.name,
            team.topic,
            str(TeamState(team.state).label),
            _number(team.people),
            _number(team.outsiders),
            str(AwardKind(team.award.kind).label) if team.award else "",
            _number(team.award.prize) if team.award else None,
            _score(team.score),
            _number(team.adopted),
            ", ".join(dict.fromkeys(each.department for each in team.proposals if each.department)),
        ]
        if document.programme.shows_names:
            row.append(", ".join(member.name for member in team.members))
        lines.append(row)
    return columns, lines


def rounds_data(
    city: Municipality, programmes: Sequence[PublicProgramme], address_of: Callable[[PublicRound], str]
) -> dict[str, Any]:
    """The rounds for machines: codes, counts, null where nothing is known, shares as fractions."""
    return {
        "city": city.name,
        "fictional": city.is_fictional,
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
        "score": display_score(team.score.value) if team.score else None,
        "score_exact": _exact(team.score.value) if team.score else None,
        "adopted": team.adopted,
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
    if document.programme.shows_names:
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


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "rounds_held": figures.rounds,
        "teams": figures.teams,
        "topics": figures.topics,
        "people": figures.people,
        "outsiders": figures.outsiders,
        "outsiders_share": _exact(figures.outsiders_share),
        "completed": figures.completed,
        "completion_rate": _exact(figures.completion_rate),
        "withdrawn": figures.withdrawn,
        "withdrawal_rate": _exact(figures.withdrawal_rate),
        "adopted": figures.adopted,
        "adopted_of": figures.proposed,
        "adoption_rate": _exact(figures.adoption_rate),
    }


def _exact(share: Fraction | None) -> str | None:
    """A fraction in lowest terms, "26/35"."""
    return None if share is None else str(share)


def _number(count: int | None) -> Decimal | None:
    return None if count is None else Decimal(count)


def _score(score: Score | None) -> Decimal | None:
    return Decimal(display_score(score.value)) if score and score.value is not None else None


def _day(moment: Any) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""
