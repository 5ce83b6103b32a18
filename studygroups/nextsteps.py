"""What comes next, whose it is and until when: for a round, a team and a proposal, in words.

Where the rules name no day, the day is reckoned from the round's own dates; a
round without dates says so.
"""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from studygroups.enums import Answer, RoundState, TeamState
from studygroups.models import Proposal, Round, Team
from studygroups.rules import keeps_until, next_follow_up

# The ordinance names no day for the planning office's own decisions: screening after the call, awards
# after the presentation.
DAYS_TO_DECIDE = 10


@dataclass(frozen=True, slots=True)
class NextStep:
    """``who``: the applicant's team, the planning office, judges or a department, in words; "" for nobody."""

    text: str
    who: str = ""
    due_on: dt.date | None = None

    @property
    def days_left(self) -> int | None:
        return (self.due_on - timezone.localdate()).days if self.due_on else None


def read_next_of_round(round: Round) -> NextStep:
    """``next_of_round`` with what it needs of a finished round: at most four queries."""
    return next_of_rounds([round])[round.pk]


def next_of_rounds(rounds: Sequence[Round]) -> dict[int, NextStep]:
    """``next_of_round`` of many, by key; four queries where any is finished, else none."""
    finished = [round for round in rounds if round.state == RoundState.FINISHED]
    teams: dict[int, list[Team]] = {round.pk: [] for round in finished}
    if finished:
        for team in Team.objects.for_rounds(finished).in_state(TeamState.COMPLETED).with_proposals():
            teams[team.round_id].append(team)
    return {round.pk: next_of_round(round, teams.get(round.pk, ())) for round in rounds}


def next_of_round(round: Round, completed: Sequence[Team] = ()) -> NextStep:
    """``completed``: of a finished round, its teams with their proposals read along. No query."""
    office = _("Planning office")
    state = round.state
    if state == RoundState.PREPARED:
        first = round.opens_on or dt.date(round.year, 12, 31)
        return NextStep(_("Write the call and announce it"), office, first)
    if state == RoundState.RECRUITING:
        if not _past(round.closes_on):
            return NextStep(_("Teams apply"), _("Employees"), round.closes_on)
        return NextStep(_("Screen the applications, then start the round"), office, _later(round.closes_on))
    if state == RoundState.RUNNING:
        if not _past(round.report_due_on):
            return NextStep(
                _("Teams meet every month and hand their report in"), _("Teams"), round.report_due_on
            )
        return NextStep(
            _("Hold the presentation and begin judging"),
            office,
            round.presents_on or _later(round.report_due_on),
        )
    if state == RoundState.JUDGING:
        return NextStep(
            _("Judges hand their sheets in; then the awards are decided and published"),
            _("Judges and planning office"),
            _later(round.presents_on),
        )
    if state == RoundState.FINISHED:
        for team in completed:
            team.round = round
        steps = [next_of_team(team) for team in completed]
        return _first(steps) or NextStep(_("Nothing: whatever was proposed is settled"))
    return NextStep(_("Nothing: this round was not held"))


def next_of_team(team: Team) -> NextStep:
    """Reads the team's round, and of a completed team its proposals (read along where many)."""
    round = team.round
    office, own = _("Planning office"), _("The team")
    course = {
        TeamState.DRAFT: (_("Complete the application and hand it in"), own, round.closes_on),
        TeamState.APPLIED: (_("The application is screened"), office, _later(round.closes_on)),
        TeamState.SELECTED: (_("The round begins"), office, _later(round.closes_on)),
        TeamState.RUNNING: _at_work(round, own),
        TeamState.REPORTED: (_("Present the report"), own, round.presents_on or _later(round.report_due_on)),
        TeamState.PRESENTED: (_("The judges decide"), _("Judges"), _later(round.presents_on)),
    }
    if team.state in course:
        return NextStep(*course[TeamState(team.state)])
    if team.state == TeamState.COMPLETED:
        proposals = list(team.proposals.all())
        for proposal in proposals:
            proposal.team = team
        if not proposals and round.results_published_at is not None:
            published = timezone.localdate(round.results_published_at)
            return NextStep(
                _("Pass the proposal on to a department"),
                office,
                published + dt.timedelta(days=round.programme.answer_days),
            )
        steps = [next_of_proposal(proposal) for proposal in proposals]
        return _first(steps) or NextStep(_("Nothing: whatever was proposed is settled"))
    return NextStep(_("Nothing: this application has ended"))


def next_of_proposal(proposal: Proposal) -> NextStep:
    """Reads the proposal's team, round, programme, department and ``follow_ups`` (prefetched where many)."""
    programme = proposal.team.round.programme
    who = proposal.department.name if proposal.department else _("Planning office")
    if proposal.asked_at is None and not proposal.answer:
        return NextStep(_("Pass the proposal on to a department"), _("Planning office"))
    if not proposal.answer:
        return NextStep(_("Answer the proposal"), who, proposal.due_on)
    if proposal.answer == Answer.REVIEW:
        return NextStep(_("Finish the review and answer"), who, proposal.due_on)
    if proposal.answer == Answer.ADOPTED:
        if proposal.planned_on is None and proposal.plan_due_on is not None:
            return NextStep(_("Hand in the implementation plan"), who, proposal.plan_due_on)
        if proposal.answered_on is None:
            return NextStep(_("Carried in from older records"))
        noted = [each.noted_on for each in proposal.follow_ups.all()]
        due = next_follow_up(proposal.answered_on, programme.adopted_years, noted)
        if due is None:
            return NextStep(_("Nothing: it was followed up for the years that the rules name"))
        return NextStep(_("Tell what became of it"), who, due)
    if proposal.answered_on is None:
        return NextStep(_("Carried in from older records"))
    return NextStep(
        _("Kept at hand; nothing to do"), "", keeps_until(proposal.answered_on, programme.other_years)
    )


def _first(steps: Sequence[NextStep]) -> NextStep | None:
    """What is due first among steps that somebody has to take."""
    waiting = [step for step in steps if step.who]
    return min(waiting, key=lambda step: step.due_on or dt.date.max) if waiting else None


def _at_work(round: Round, own: str) -> tuple[str, str, dt.date | None]:
    today = timezone.localdate()
    month_end = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    if round.report_due_on is not None and round.report_due_on <= month_end:
        return _("Hand in the final report"), own, round.report_due_on
    return _("Meet and log this month's meeting"), own, month_end


def _past(day: dt.date | None) -> bool:
    return day is not None and day < timezone.localdate()


def _later(day: dt.date | None) -> dt.date | None:
    return day + dt.timedelta(days=DAYS_TO_DECIDE) if day else None
