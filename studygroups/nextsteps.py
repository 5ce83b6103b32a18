"""What comes next, whose it is and until when: for a round, a team and a proposal, in words.

Whatever waits for somebody has a day. Where the rules name none it is reckoned
from the round's own dates, and where these lack from the end of its year.
"""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from studygroups.enums import Answer, RoundState, TeamState
from studygroups.models import Proposal, Round, Team
from studygroups.rules import erased_from, keeps_until, next_follow_up

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
        return NextStep(_("Write the call and announce it"), office, round.opens_on or _year_end(round))
    if state == RoundState.RECRUITING:
        if round.closes_on is not None and not _past(round.closes_on):
            return NextStep(_("Teams apply"), _("Employees"), round.closes_on)
        return NextStep(_("Screen the applications, then start the round"), office, _screened_by(round))
    if state == RoundState.RUNNING:
        if not _past(_report_due(round)):
            return NextStep(
                _("Teams meet every month and hand their report in"), _("Teams"), _report_due(round)
            )
        return NextStep(_("Hold the presentation and begin judging"), office, _presents_by(round))
    if state == RoundState.JUDGING:
        return NextStep(
            _("Judges hand their sheets in; then the awards are decided and published"),
            _("Judges and planning office"),
            _decided_by(round),
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
    if is_unselected(team):
        if team.erased_at is not None:
            return NextStep(_("Nothing: this application has ended; its people's data was erased"))
        return NextStep(_("Nothing: this application has ended; its people's data goes"), "", erased_on(team))
    course = {
        TeamState.DRAFT: (_("Complete the application and hand it in"), own, round.closes_on),
        TeamState.APPLIED: (_("The application is screened"), office, _screened_by(round)),
        TeamState.SELECTED: (_("The round begins"), office, _screened_by(round)),
        TeamState.RUNNING: _at_work(round, own),
        TeamState.REPORTED: (_("Present the report"), own, _presents_by(round)),
        TeamState.PRESENTED: (_("The judges decide"), _("Judges"), _decided_by(round)),
    }
    if team.state in course:
        return NextStep(*course[TeamState(team.state)])
    if team.state == TeamState.COMPLETED:
        proposals = list(team.proposals.all())
        for proposal in proposals:
            proposal.team = team
        # Teams that were carried in never handed a report in here; nothing is missing of them.
        if not proposals and team.reported_at is not None:
            return NextStep(_("Pass the proposal on to a department"), office, _passed_on_by(round))
        steps = [next_of_proposal(proposal) for proposal in proposals]
        return _first(steps) or NextStep(_("Nothing: whatever was proposed is settled"))
    return NextStep(_("Nothing: the team gave up"))


def is_unselected(team: Team) -> bool:
    """Whether the application has come to nothing: not selected, never screened by a round that was not held,
    or a draft that can't be handed in any more. Reads the team's round."""
    if team.state == TeamState.DRAFT:
        return team.round.state != RoundState.RECRUITING or _past(team.round.closes_on)
    return team.state == TeamState.NOT_SELECTED or (
        team.state == TeamState.APPLIED and team.round.state == RoundState.NOT_HELD
    )


def erased_on(team: Team) -> dt.date:
    """The day from which the personal data of an unselected team is erased: so many months after the
    decision, else after the end of the call, else after the round's year. Reads round and programme."""
    round = team.round
    settled_on = timezone.localdate(team.decided_at) if team.decided_at else round.closes_on
    return erased_from(settled_on or _year_end(round), round.programme.retention_months)


def next_of_proposal(proposal: Proposal) -> NextStep:
    """Reads the proposal's team, round, programme, department and ``follow_ups`` (prefetched where many)."""
    programme = proposal.team.round.programme
    who = proposal.department.name if proposal.department else _("Planning office")
    if proposal.asked_at is None and not proposal.answer:
        return NextStep(
            _("Pass the proposal on to a department"),
            _("Planning office"),
            _passed_on_by(proposal.team.round),
        )
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
    if _report_due(round) <= month_end:
        return _("Hand in the final report"), own, _report_due(round)
    return _("Meet and log this month's meeting"), own, month_end


def _report_due(round: Round) -> dt.date:
    return round.report_due_on or round.presents_on or _year_end(round)


def _screened_by(round: Round) -> dt.date:
    return _later(round.closes_on) if round.closes_on else _year_end(round)


def _presents_by(round: Round) -> dt.date:
    return round.presents_on or _later(_report_due(round))


def _decided_by(round: Round) -> dt.date:
    return _later(_presents_by(round))


def _passed_on_by(round: Round) -> dt.date:
    """As many days as a department then has for its answer, from the day of the results."""
    published = round.results_published_at
    first = timezone.localdate(published) if published else _decided_by(round)
    return first + dt.timedelta(days=round.programme.answer_days)


def _year_end(round: Round) -> dt.date:
    return dt.date(round.year, 12, 31)


def _past(day: dt.date | None) -> bool:
    return day is not None and day < timezone.localdate()


def _later(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=DAYS_TO_DECIDE)
