"""What teams propose: passed on to departments, answered, planned, followed up for years."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.history import create_all, delete_all
from pledges.models import Department
from pledges.permissions import Action, require
from studygroups.enums import Answer, TeamState
from studygroups.models import FollowUp, Proposal, Team
from studygroups.notices import notify_answered, notify_passed_on
from studygroups.rights import city_of
from studygroups.rules import answer_due, plan_due
from studygroups.workflow.errors import Refused
from studygroups.workflow.rows import (
    held_proposal,
    held_team,
    require_manager,
    require_team,
    require_that,
    said,
    write,
)


@transaction.atomic
def pass_on(
    *, team: Team, user: Any, text: str, department: Department, proposal: Proposal | None = None
) -> Proposal:
    """Pass a team's proposal on to the department that answers it within the programme's days.

    Without ``proposal`` it is a new one; one that is not answered may go to another department, and its
    days begin anew. Raises PermissionDenied and Refused.
    """
    team = held_team(team)
    require_manager(user, team.round)
    require_team(team, {TeamState.COMPLETED})
    said_text = said(text, "text", _("Enter the proposal."))
    city = team.round.programme.municipality_id
    if department.municipality_id != city or department.ended_on is not None:
        raise Refused(_("Choose a department of this city that stands."), "department")
    today = timezone.localdate()
    values = {
        "text": said_text,
        "department": department,
        "asked_at": timezone.now(),
        "due_on": answer_due(today, team.round.programme.answer_days),
    }
    with operation("proposal_passed_on", user=user, municipality=city):
        if proposal is None:
            others = Proposal.objects.for_team(team)
            if others.filter(text=said_text, department=department, answer="").exists():
                raise Refused(_("This proposal is with this department already."), "text")
            last = others.last_position()
            proposal = Proposal(team=team, position=last + 1, **values)
            create_all([proposal], user)
            notify_passed_on(proposal)
        else:
            proposal = held_proposal(proposal)
            require_that(proposal.team_id == team.pk)
            if proposal.answer:
                raise Refused(_("This proposal is answered already."))
            if proposal.asked_at is not None and proposal.department_id == department.pk:
                # Only its words were mended: the days run on.
                values = {"text": said_text}
            write(proposal, user, **values)
            if "due_on" in values:
                notify_passed_on(proposal)
    return proposal


@transaction.atomic
def remove_proposal(*, proposal: Proposal, user: Any) -> None:
    """Take a proposal back that nobody answered. Raises PermissionDenied and Refused."""
    proposal = held_proposal(proposal)
    require_manager(user, proposal.team.round)
    if proposal.answer:
        raise Refused(_("This proposal is answered already."))
    with operation("proposal_removed", user=user, municipality=city_of(proposal.team)):
        delete_all([proposal], user)


@transaction.atomic
def answer_proposal(*, proposal: Proposal, user: Any, answer: str, text: str) -> Proposal:
    """Adopt a proposal, or not, or keep it under review, with the reason; a review can be answered later.

    An adopted one gets its plan's due date. Raises PermissionDenied and Refused.
    """
    proposal = _answerable(proposal, user)
    if proposal.asked_at is None:
        raise Refused(_("This proposal was not passed on to a department."))
    if proposal.answer not in ("", Answer.REVIEW):
        raise Refused(_("This proposal is answered already."))
    if answer not in Answer.values:
        raise Refused(_("Choose the answer."), "answer")
    why = said(text, "answer_text", _("Give the reason of the answer."))
    today = timezone.localdate()
    months = proposal.team.round.programme.plan_months
    with operation("proposal_answered", user=user, municipality=city_of(proposal.team), reason=why):
        write(
            proposal,
            user,
            answer=answer,
            answer_text=why,
            answered_on=today,
            answered_by=user,
            plan_due_on=plan_due(today, months) if answer == Answer.ADOPTED else None,
        )
    notify_answered(proposal)
    return proposal


@transaction.atomic
def hand_in_plan(*, proposal: Proposal, user: Any, plan: str) -> Proposal:
    """Write the implementation plan of an adopted proposal, or mend it. Raises PermissionDenied, Refused."""
    proposal = _answerable(proposal, user)
    if proposal.answer != Answer.ADOPTED:
        raise Refused(_("Only an adopted proposal has a plan."))
    text = said(plan, "plan", _("Enter the plan."))
    with operation("proposal_planned", user=user, municipality=city_of(proposal.team)):
        write(proposal, user, plan=text, planned_on=proposal.planned_on or timezone.localdate())
    return proposal


@transaction.atomic
def report_follow_up(*, proposal: Proposal, user: Any, noted_on: dt.date, text: str) -> FollowUp:
    """Tell what became of an answered proposal by a day. Raises PermissionDenied and Refused."""
    proposal = _answerable(proposal, user)
    if proposal.answer in ("", Answer.REVIEW):
        raise Refused(_("This proposal is not answered yet."))
    if noted_on > timezone.localdate():
        raise Refused(_("This day has not come yet."), "noted_on")
    if proposal.answered_on is not None and noted_on < proposal.answered_on:
        raise Refused(_("This day is before the answer."), "noted_on")
    if proposal.follow_ups.filter(noted_on=noted_on).exists():
        raise Refused(_("A follow-up of this day is there already."), "noted_on")
    what = said(text, "text", _("Enter what became of it."))
    row = FollowUp(proposal=proposal, noted_on=noted_on, text=what, noted_by=user)
    with operation("proposal_followed_up", user=user, municipality=city_of(proposal.team)):
        create_all([row], user)
    return row


def _answerable(proposal: Proposal, user: Any) -> Proposal:
    proposal = held_proposal(proposal)
    require(
        user,
        Action.ANSWER_PROPOSAL,
        municipality=city_of(proposal.team),
        department=proposal.department_id,
    )
    return proposal
