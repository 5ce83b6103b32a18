"""A round as the planning office leads it: its desk, its call, and its lists as workbooks."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.permissions import Action, access, can, require
from pledges.spreadsheet import write_workbook
from studygroups import workflow
from studygroups.enums import TeamState
from studygroups.figures import programme_figures
from studygroups.forms.programmes import RoundForm
from studygroups.forms.working import PresentedForm, ReasonForm
from studygroups.models import Round, Team
from studygroups.nextsteps import next_of_team, read_next_of_round
from studygroups.rosters import results_sheets, roster_sheet
from studygroups.views.lookups import find_round, link, page, taken, told
from studygroups.views.turns import one_by_one

SEES, MANAGES = Action.VIEW_GROUPS, Action.MANAGE_GROUPS
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access(SEES)
@one_by_one
def round_desk(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """Where the round stands, what comes next, its teams; the planning office takes its steps here."""
    found = find_round(request.user, SEES, city, round)
    call_off = ReasonForm(prefix="call_off")
    present = PresentedForm(prefix="present")
    refused = False
    if request.method == "POST":
        require(request.user, MANAGES, municipality=found.programme.municipality)
        step = request.POST.get("step", "")
        here = link("round", found.programme.municipality, round=found.pk)
        if step == "call_off":
            call_off = ReasonForm(request.POST, prefix="call_off")
            if call_off.is_valid() and taken(
                call_off,
                lambda: workflow.call_off_round(
                    round=found, user=request.user, reason=call_off.cleaned_data["reason"]
                ),
            ):
                messages.success(request, _("It is recorded that the round is not held."))
                return redirect(here)
            refused = True
        elif step == "present":
            present = PresentedForm(request.POST, prefix="present")
            if present.is_valid() and taken(
                present,
                lambda: workflow.begin_judging(
                    round=found, user=request.user, presented_on=present.cleaned_data["presented_on"]
                ),
            ):
                messages.success(request, _("The judges can enter their points now."))
                return redirect(here)
            refused = True
        else:
            _take(request, found, step)
            return redirect(here)
    context = _desk(request, found) | {"call_off": call_off, "present": present}
    return render(request, "staff/studygroups/round.html", context, status=422 if refused else 200)


@access(MANAGES)
@one_by_one
def call(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """The text of the call and the days of the round."""
    found = find_round(request.user, MANAGES, city, round)
    form = RoundForm(request.POST if request.method == "POST" else None, round=found)
    if (
        request.method == "POST"
        and form.is_valid()
        and taken(form, lambda: workflow.mend_round(round=found, user=request.user, **form.cleaned_data))
    ):
        messages.success(request, _("Call and dates were saved."))
        return redirect(link("round", found.programme.municipality, round=found.pk))
    context = page(found.programme.municipality, round=found, form=form)
    return render(request, "staff/studygroups/call.html", context, status=422 if form.is_bound else 200)


@require_safe
@access(SEES)
def roster(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """명단: the people of every team that applied, as .xlsx."""
    found = find_round(request.user, SEES, city, round)
    return _workbook(found, _("roster"), [roster_sheet(found)])


@require_safe
@access(SEES)
def results(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """The round's results as .xlsx: scores once all sheets are in, awards, proposals."""
    found = find_round(request.user, SEES, city, round)
    return _workbook(found, _("results"), results_sheets(found))


# --- Parts ---


def _take(request: HttpRequest, found: Round, step: str) -> None:
    steps: dict[str, tuple[Any, str]] = {
        "announce": (workflow.announce_round, _("The call is public now.")),
        "start": (workflow.start_round, _("The selected teams have begun.")),
        "publish": (workflow.publish_results, _("Scores and awards are public now.")),
    }
    if step in steps:
        function, done = steps[step]
        told(request, lambda: function(round=found, user=request.user), done)


def _desk(request: HttpRequest, found: Round) -> dict[str, Any]:
    place = found.programme.municipality
    teams = list(Team.objects.for_round(found).applied().with_results().with_proposals().in_order())
    for team in teams:
        team.round = found
    figures = next(
        each.figures for each in programme_figures([found.programme])[0].rounds if each.round.pk == found.pk
    )
    judges = list(found.judges.in_order())
    return page(
        place,
        round=found,
        next=read_next_of_round(found),
        figures=figures,
        teams=[{"team": team, "next": next_of_team(team)} for team in teams],
        waiting=sum(team.state == TeamState.APPLIED for team in teams),
        drafts=Team.objects.for_round(found).in_state(TeamState.DRAFT).count(),
        judges=judges,
        manages=can(request.user, MANAGES, municipality=place),
        is_closed=found.closes_on is not None and found.closes_on < timezone.localdate(),
    )


def _workbook(found: Round, word: str, sheets: list[Any]) -> HttpResponse:
    name = f"{found.programme.name} {found.year}-{found.intake} {word}.xlsx"
    response = HttpResponse(write_workbook(sheets), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
