"""A round's lists as sheets of a workbook: who is in which team, and what came of it."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pledges.models import Membership
from pledges.notation import format_day
from pledges.spreadsheet import WrittenColumn, WrittenSheet
from studygroups.judging import display_score
from studygroups.models import Member, Round, Team
from studygroups.scores import read_scores


def roster_sheet(round: Round) -> WrittenSheet:
    """명단: a row for each person of every team that handed its application in; who has a login here and
    gave no affiliation is of the department that the portal knows. Fixed number of queries."""
    columns = (
        WrittenColumn(pgettext("study groups", "Team"), 22, is_text=True),
        WrittenColumn(_("Topic"), 40, is_text=True, wraps=True),
        WrittenColumn(_("State"), 12),
        WrittenColumn(_("Part in the team"), 12),
        WrittenColumn(_("Name"), 14, is_text=True),
        WrittenColumn(_("Affiliation"), 22, is_text=True),
        WrittenColumn(_("Kind of member"), 12),
    )
    teams = Team.objects.for_round(round).applied().with_results().in_order()
    offices = _offices(round)
    rows: list[list[Any]] = []
    for team in teams:
        people: list[Member | None] = list(team.members.all()) or [None]
        for person in people:
            rows.append(
                [
                    team.name,
                    team.topic,
                    team.get_state_display(),
                    person.get_role_display() if person else None,
                    person.name if person else None,
                    person.affiliation or offices.get(person.user_id) if person else None,
                    person.get_kind_display() if person else None,
                ]
            )
    return WrittenSheet(_("Roster"), columns, rows)


def _offices(round: Round) -> dict[int | None, str]:
    """The departments of the round's people in its city, by user."""
    found: dict[int | None, list[str]] = {}
    places = Membership.objects.filter(
        municipality=round.programme.municipality_id,
        department__isnull=False,
        user__study_group_places__team__round=round,
    )
    for user, name in places.order_by("pk").values_list("user", "department__name").distinct():
        found.setdefault(user, []).append(name)
    return {user: ", ".join(dict.fromkeys(names)) for user, names in found.items()}


def _number(score: Fraction | None) -> Decimal | None:
    """A score as the pages round it."""
    return None if score is None else Decimal(display_score(score))


def results_sheets(round: Round) -> list[WrittenSheet]:
    """Scores (once all are in) and awards by team, and the proposals with what became of them."""
    table = read_scores(round)
    lines = {line.team.pk: line for line in table.lines} if table.is_complete else {}
    teams = list(Team.objects.for_round(round).counted().with_results().in_order())
    judges = table.judges if lines else ()
    columns = (
        WrittenColumn(pgettext("study groups", "Team"), 22, is_text=True),
        WrittenColumn(_("Topic"), 40, is_text=True, wraps=True),
        WrittenColumn(_("State"), 12),
        *(
            WrittenColumn(_("Judge %(number)d") % {"number": number}, 10)
            for number, _judge in enumerate(judges, 1)
        ),
        WrittenColumn(_("Score"), 10),
        WrittenColumn(pgettext("rank", "Place"), 8),
        WrittenColumn(_("How it is reckoned"), 46, is_text=True, wraps=True),
        WrittenColumn(_("Award"), 12),
        WrittenColumn(_("Prize (won)"), 14),
        WrittenColumn(_("Decision of the committee"), 40, is_text=True, wraps=True),
    )
    rows = []
    for team in teams:
        line = lines.get(team.pk)
        award = getattr(team, "award", None)
        rows.append(
            [
                team.name,
                team.topic,
                team.get_state_display(),
                *((_number(cell.total) for cell in line.cells) if line else (None for _judge in judges)),
                _number(line.score.value) if line else None,
                line.place if line else None,
                f"{line.rule} {line.arithmetic}".strip() or None if line else None,
                award.get_kind_display() if award else None,
                award.prize if award else None,
                (award.decision if award else team.passed_over) or None,
            ]
        )
    proposals = WrittenSheet(
        _("Proposals"),
        (
            WrittenColumn(pgettext("study groups", "Team"), 22, is_text=True),
            WrittenColumn(_("Proposal"), 50, is_text=True, wraps=True),
            WrittenColumn(_("Answering department"), 20, is_text=True),
            WrittenColumn(_("Answer due"), 14, is_text=True),
            WrittenColumn(_("Answer"), 12),
            WrittenColumn(_("Reason of the answer"), 50, is_text=True, wraps=True),
            WrittenColumn(_("Answered"), 14, is_text=True),
        ),
        [
            [
                team.name,
                proposal.text or None,
                proposal.department.name if proposal.department else None,
                format_day(proposal.due_on) or None,
                proposal.get_answer_display() if proposal.answer else None,
                proposal.answer_text or None,
                format_day(proposal.answered_on) or None,
            ]
            for team in teams
            for proposal in team.proposals.all()
        ],
    )
    return [WrittenSheet(_("Results"), columns, rows), proposals]
