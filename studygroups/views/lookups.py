"""From an address to the rows it means, for one person: what is not theirs is not there (404)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from pledges.models import Municipality
from pledges.permissions import Action, can, reach_of
from pledges.views.lookups import find_city
from pledges.workflow import WorkflowError
from studygroups.forms.base import StepForm
from studygroups.models import Judge, Programme, Proposal, Round, Team, TeamFile
from studygroups.rights import is_own, may_enter_sheets, may_read


def find_place(user: Any, city: str) -> Municipality:
    """The city, for whoever works in it or judges or is in a team there. Raises Http404."""
    place = get_object_or_404(Municipality.objects.for_code(city))
    if not can(user, Action.APPLY_GROUP, municipality=place) and not (
        Programme.objects.concerning(user, []).for_municipality(place).exists()
    ):
        raise Http404
    return place


def find_programme(user: Any, action: Action, city: str, pk: int) -> Programme:
    """The programme, for who may do ``action`` in its city."""
    place = find_city(user, action, city)
    found: Programme = get_object_or_404(
        Programme.objects.for_municipality(place).with_city().with_rules(), pk=pk
    )
    return found


def find_round(user: Any, action: Action, city: str, pk: int) -> Round:
    """The round, for who may do ``action`` in its city."""
    place = find_city(user, action, city)
    found: Round = get_object_or_404(Round.objects.for_municipality(place).with_programme(), pk=pk)
    return found


def find_team(user: Any, city: str, pk: int) -> Team:
    """The team, one that the person may read; its people are read along."""
    teams = Team.objects.with_round().with_people()
    found: Team = get_object_or_404(teams, pk=pk, round__programme__municipality__code=city)
    if not may_read(user, found):
        raise Http404
    return found


def find_file(team: Team, pk: int) -> TeamFile:
    found: TeamFile = get_object_or_404(TeamFile.objects.for_team(team), pk=pk)
    found.team = team
    return found


def find_judge(user: Any, city: str, pk: int) -> Judge:
    """The judge whose sheets the person writes."""
    judges = Judge.objects.with_round()
    found: Judge = get_object_or_404(judges, pk=pk, round__programme__municipality__code=city)
    if not may_enter_sheets(user, found):
        raise Http404
    return found


def find_proposal(user: Any, city: str, pk: int) -> Proposal:
    """The proposal, for the department that answers it, the planning office's readers, and its team."""
    proposals = Proposal.objects.with_places().with_follow_ups()
    found: Proposal = get_object_or_404(proposals, pk=pk, team__round__programme__municipality__code=city)
    if not may_read_proposal(user, found):
        raise Http404
    return found


def may_read_proposal(user: Any, proposal: Proposal) -> bool:
    place = proposal.team.round.programme.municipality_id
    if can(user, Action.VIEW_GROUPS, municipality=place) or is_own(user, proposal.team):
        return True
    return proposal.asked_at is not None and proposal.department_id in (
        reach_of(user, Action.ANSWER_PROPOSAL).leading
    )


def link(name: str, place: Municipality, **kwargs: Any) -> str:
    """The address of a page of study groups in a city."""
    return reverse(f"groups:{name}", kwargs={"city": place.code, **kwargs})


def page(place: Municipality, **context: Any) -> dict[str, Any]:
    """What every page of study groups shows: the city, the way back, which page of the bar is open."""
    return {"city": place, "page": "groups", "links": {"home": link("home", place)}, **context}


def taken(form: StepForm, step: Callable[[], Any]) -> bool:
    """Whether the step was taken; where it was refused the form says why."""
    try:
        step()
    except WorkflowError as error:
        form.refuse(error)
        return False
    return True


def told(request: HttpRequest, step: Callable[[], Any], done: str) -> bool:
    """Take a step without a form, and say what came of it at the top of the next page."""
    try:
        step()
    except WorkflowError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, done)
    return True
