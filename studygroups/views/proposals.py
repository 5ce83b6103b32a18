"""Proposals: passed on by the planning office, answered, planned and followed up by departments."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from pledges.permissions import Action, access, can, require, signed_in
from pledges.views.lookups import key_of
from studygroups import workflow
from studygroups.enums import Answer, TeamState
from studygroups.forms.working import AnswerForm, FollowUpForm, PassOnForm, ProposalPlanForm
from studygroups.models import Proposal, Round, Team
from studygroups.nextsteps import next_of_proposal, read_next_of_round
from studygroups.rights import city_of, is_own
from studygroups.rules import add_months, follow_up_days
from studygroups.views.lookups import find_proposal, find_round, link, page, taken, told
from studygroups.views.turns import one_by_one

SEES, MANAGES, ANSWERS = Action.VIEW_GROUPS, Action.MANAGE_GROUPS, Action.ANSWER_PROPOSAL


@access(SEES)
@one_by_one
def proposals(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """What the teams of a round propose: with whom it is and until when, what became of it."""
    found = find_round(request.user, SEES, city, round)
    place = found.programme.municipality
    manages = can(request.user, MANAGES, municipality=place)
    bound: tuple[int, int, PassOnForm] | None = None
    if request.method == "POST":
        require(request.user, MANAGES, municipality=place)
        here = link("proposals", place, round=found.pk)
        step = request.POST.get("step", "")
        if step == "remove":
            proposal = _proposal_of(found, request.POST.get("proposal", ""))
            told(
                request,
                lambda: workflow.remove_proposal(proposal=proposal, user=request.user),
                _("The proposal was taken back."),
            )
            return redirect(here)
        if step != "pass":
            return redirect(here)
        team = _team_of(found, request.POST.get("team", ""))
        held = _proposal_of(found, request.POST["proposal"]) if request.POST.get("proposal") else None
        form = _form(place, team, held, None, request.POST)
        if form.is_valid() and taken(
            form,
            lambda: workflow.pass_on(team=team, user=request.user, proposal=held, **form.cleaned_data),
        ):
            messages.success(request, _("The proposal is with its department."))
            return redirect(f"{here}#team-{team.pk}")
        bound = (team.pk, held.pk if held else 0, form)
    context = page(
        place,
        round=found,
        next=read_next_of_round(found),
        manages=manages,
        teams=_teams(found, bound if manages else None, manages),
    )
    return render(request, "staff/studygroups/proposals.html", context, status=422 if bound else 200)


@signed_in
@one_by_one
def proposal(request: HttpRequest, city: str, proposal: int) -> HttpResponse:
    """One proposal with its course; its department answers, plans and tells what became of it."""
    found = find_proposal(request.user, city, proposal)
    answers = can(request.user, ANSWERS, municipality=city_of(found.team), department=found.department_id)
    refused = False
    if request.method == "POST":
        if not answers:
            raise PermissionDenied
        step = request.POST.get("step", "")
        forms = _forms(found, step, request.POST)
        done = _step(request, found, step, forms)
        if done:
            messages.success(request, done)
            return redirect(request.path)
        refused = step in forms
    else:
        forms = _forms(found)
    programme = found.team.round.programme
    due = next_of_proposal(found)
    ends = None
    if found.answer == Answer.ADOPTED and found.answered_on:
        ends = add_months(found.answered_on, 12 * programme.adopted_years)
    context = page(
        programme.municipality,
        proposal=found,
        team=found.team,
        round=found.team.round,
        programme=programme,
        next=due,
        follow_ups=list(found.follow_ups.all()),
        days=follow_up_days(found.answered_on, programme.adopted_years) if ends and found.answered_on else [],
        ends=ends,
        forms=forms,
        to_answer=answers and found.asked_at is not None and found.answer in ("", Answer.REVIEW),
        to_plan=answers and found.answer == Answer.ADOPTED,
        to_follow_up=answers and found.answer not in ("", Answer.REVIEW),
        sees_round=can(request.user, SEES, municipality=programme.municipality),
        own=is_own(request.user, found.team),
    )
    return render(request, "staff/studygroups/proposal.html", context, status=422 if refused else 200)


# --- Parts ---


def _forms(found: Proposal, step: str = "", sent: Any = None) -> dict[str, Any]:
    """The forms of a proposal by step; that of ``step`` with what was sent."""

    def made(kind: Any, name: str, **initial: Any) -> Any:
        return kind(sent if name == step else None, prefix=name, initial=initial)

    return {
        "answer": made(AnswerForm, "answer", answer=found.answer, answer_text=found.answer_text),
        "plan": made(ProposalPlanForm, "plan", plan=found.plan),
        "follow_up": made(FollowUpForm, "follow_up"),
    }


def _step(request: HttpRequest, found: Proposal, step: str, forms: dict[str, Any]) -> str:
    """What was done, in words; "" where nothing was."""
    steps: dict[str, tuple[Any, str]] = {
        "answer": (workflow.answer_proposal, _("The answer is recorded.")),
        "plan": (workflow.hand_in_plan, _("The implementation plan is recorded.")),
        "follow_up": (workflow.report_follow_up, _("The follow-up is recorded.")),
    }
    if step not in steps or not forms[step].is_valid():
        return ""
    function, done = steps[step]
    form = forms[step]
    values = dict(form.cleaned_data)
    if step == "answer":
        values = {"answer": values["answer"], "text": values["answer_text"]}
    return done if taken(form, lambda: function(proposal=found, user=request.user, **values)) else ""


def _teams(found: Round, bound: tuple[int, int, PassOnForm] | None, manages: bool) -> list[dict[str, Any]]:
    place = found.programme.municipality
    proposals: dict[int, list[Proposal]] = {}
    for each in Proposal.objects.for_round(found).with_places().with_follow_ups().in_order():
        proposals.setdefault(each.team_id, []).append(each)
    rows = []
    for team in Team.objects.for_round(found).counted().with_results().in_order():
        if team.state == TeamState.WITHDRAWN and team.pk not in proposals:
            continue
        lines = []
        for each in proposals.get(team.pk, []):
            form = None
            if manages and not each.answer and team.state == TeamState.COMPLETED:
                form = _form(place, team, each, bound)
            lines.append(
                {
                    "proposal": each,
                    "next": next_of_proposal(each),
                    "form": form,
                    "is_open": bool(form and form.is_bound),
                }
            )
        new = _form(place, team, None, bound) if manages and team.state == TeamState.COMPLETED else None
        rows.append({"team": team, "lines": lines, "form": new, "is_open": bool(new and new.is_bound)})
    return rows


def _form(
    place: Any,
    team: Team,
    held: Proposal | None,
    bound: tuple[int, int, PassOnForm] | None,
    sent: Any = None,
) -> PassOnForm:
    if bound is not None and bound[:2] == (team.pk, held.pk if held else 0):
        return bound[2]
    initial = {"text": held.text, "department": held.department_id} if held else {"text": team.topic}
    return PassOnForm(sent, prefix=_prefix(team, held), municipality=place, initial=initial)


def _prefix(team: Team, held: Proposal | None) -> str:
    return f"proposal-{held.pk}" if held else f"team-{team.pk}"


def _team_of(found: Round, typed: str) -> Team:
    team: Team = get_object_or_404(Team.objects.for_round(found).applied(), pk=key_of(typed))
    team.round = found
    return team


def _proposal_of(found: Round, typed: str) -> Proposal:
    proposal: Proposal = get_object_or_404(Proposal.objects.for_round(found).with_places(), pk=key_of(typed))
    return proposal
