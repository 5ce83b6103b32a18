"""Judging: who judges, each judge's own sheets, the score table once all are in, and the awards."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.permissions import Action, access, can, require, signed_in
from pledges.views.lookups import key_of
from studygroups import workflow
from studygroups.enums import RoundState, TeamState
from studygroups.forms.judging import AwardsForm, JudgeForm, SheetsForm
from studygroups.forms.working import ReasonForm
from studygroups.models import Award, Judge, Round, ScoreSheet, Team
from studygroups.nextsteps import read_next_of_round
from studygroups.rights import is_judge
from studygroups.scores import highest_first, read_scores, rule_of
from studygroups.views.lookups import find_judge, find_place, find_round, link, page, taken, told
from studygroups.views.turns import one_by_one

SEES, MANAGES = Action.VIEW_GROUPS, Action.MANAGE_GROUPS


@access(SEES)
@one_by_one
def judges(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """The judges of a round and whose sheets are in; the planning office names and excuses them."""
    found = find_round(request.user, SEES, city, round)
    place = found.programme.municipality
    form, excuse, excused = JudgeForm(round=found), ReasonForm(prefix="excuse"), ""
    refused = False
    if request.method == "POST":
        require(request.user, MANAGES, municipality=place)
        step, here = request.POST.get("step", ""), link("judges", place, round=found.pk)
        if step == "add":
            form = JudgeForm(request.POST, round=found)
            if form.is_valid() and taken(form, lambda: _add(request, found, form)):
                messages.success(request, _("The judge is named."))
                return redirect(here)
            refused = True
        elif step in ("excuse", "reopen"):
            judge = _judge_of(found, request.POST.get("judge", ""))
            excuse, excused = ReasonForm(request.POST, prefix="excuse"), str(judge.pk)
            function: Any = workflow.excuse_judge if step == "excuse" else workflow.reopen_sheets
            if excuse.is_valid() and taken(
                excuse,
                lambda: function(judge=judge, user=request.user, reason=excuse.cleaned_data["reason"]),
            ):
                messages.success(request, _("It is recorded with its reason."))
                return redirect(here)
            refused = True
        elif step in ("remove", "recall"):
            judge = _judge_of(found, request.POST.get("judge", ""))
            function, done = {
                "remove": (workflow.remove_judge, _("The judge was taken off.")),
                "recall": (workflow.recall_judge, _("The judge judges again.")),
            }[step]
            told(request, lambda: function(judge=judge, user=request.user), done)
            return redirect(here)
        else:
            return redirect(here)
    table = read_scores(found)
    waiting = {judge.pk for judge in table.waiting}
    judging = found.state == RoundState.JUDGING
    context = page(
        place,
        round=found,
        next=read_next_of_round(found),
        form=form,
        rows=[
            {
                "judge": judge,
                "is_in": judging_done(found, judge, waiting),
                "enters": judging and judge.user_id is None,
                "excuse": excuse if str(judge.pk) == excused else ReasonForm(prefix="excuse"),
                "is_open": str(judge.pk) == excused,
            }
            for judge in (*table.judges, *table.excused)
        ],
        is_complete=table.is_complete,
        manages=can(request.user, MANAGES, municipality=place),
        names=found.state in (RoundState.RECRUITING, RoundState.RUNNING, RoundState.JUDGING),
        judging=judging,
    )
    return render(request, "staff/studygroups/judges.html", context, status=422 if refused else 200)


@signed_in
@one_by_one
def sheets(request: HttpRequest, city: str, judge: int) -> HttpResponse:
    """One judge's own sheets: nobody else's stand here."""
    found = find_judge(request.user, city, judge)
    round = found.round
    place = round.programme.municipality
    teams = list(Team.objects.for_round(round).in_state(TeamState.PRESENTED, TeamState.COMPLETED).in_order())
    held = list(ScoreSheet.objects.for_judge(found))
    is_in = bool(held) and all(each.submitted_at for each in held) and len(held) >= len(teams)
    form = SheetsForm(
        request.POST if request.method == "POST" else None, round=round, teams=teams, sheets=held
    )
    if request.method == "POST" and form.is_valid():
        hands_in = request.POST.get("step") == "submit"
        if taken(
            form,
            lambda: workflow.save_sheets(
                judge=found, user=request.user, points=form.points(), hands_in=hands_in
            ),
        ):
            messages.success(
                request,
                _("The sheets are handed in.") if hands_in else _("Saved; hand them in when all is entered."),
            )
            return redirect(request.path)
    context = page(
        place,
        round=round,
        judge=found,
        form=form,
        teams=teams,
        is_in=is_in,
        is_open=round.state == RoundState.JUDGING and not is_in and found.excused_at is None,
        own=found.user_id is not None,
        next=read_next_of_round(round),
        rule=rule_of(round),
        sees_round=can(request.user, SEES, municipality=place),
    )
    return render(request, "staff/studygroups/sheets.html", context, status=422 if form.is_bound else 200)


@require_safe
@signed_in
def scores(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """The table of all judges' totals, for judges and the planning office, once every sheet is in."""
    place = find_place(request.user, city)
    found = get_object_or_404(Round.objects.for_municipality(place).with_programme(), pk=round)
    sees = can(request.user, SEES, municipality=place)
    if not sees and not is_judge(request.user, found):
        raise Http404
    table = read_scores(found)
    own = found.judges.for_person(request.user).present().first()
    context = page(
        place,
        round=found,
        table=table,
        rule=rule_of(found),
        next=read_next_of_round(found),
        sees_round=sees,
        own=own,
        manages=can(request.user, MANAGES, municipality=place),
    )
    return render(request, "staff/studygroups/scores.html", context)


@access(SEES)
@one_by_one
def awards(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """Which team gets which award: suggested by the scores, decided by the committee."""
    found = find_round(request.user, SEES, city, round)
    place = found.programme.municipality
    manages = can(request.user, MANAGES, municipality=place)
    table = read_scores(found)
    rules = highest_first(found.programme)
    held = {award.team_id: award for award in Award.objects.filter(team__round=found).select_related("team")}
    is_open = found.state == RoundState.JUDGING and table.is_complete
    form = AwardsForm(
        request.POST if request.method == "POST" else None,
        table=table,
        rules=rules,
        held=held,
        is_decided=found.decided_by_id is not None,
    )
    if request.method == "POST":
        if not manages:
            raise PermissionDenied
        if form.is_valid() and taken(
            form,
            lambda: workflow.decide_awards(
                round=found, user=request.user, chosen=form.chosen(), decisions=form.decisions()
            ),
        ):
            messages.success(request, _("The awards are decided. They become public with the results."))
            return redirect(link("round", place, round=found.pk))
    context = page(
        place,
        round=found,
        table=table,
        rules=rules,
        given=list(held.values()),
        form=form,
        is_open=is_open and manages,
        rule=rule_of(found),
        next=read_next_of_round(found),
        manages=manages,
    )
    return render(request, "staff/studygroups/awards.html", context, status=422 if form.is_bound else 200)


# --- Parts ---


def judging_done(round: Round, judge: Judge, waiting: set[int]) -> bool:
    """Whether the judge's sheets are all in."""
    judged = round.state in (RoundState.JUDGING, RoundState.FINISHED)
    return judged and judge.excused_at is None and judge.pk not in waiting


def _add(request: HttpRequest, found: Round, form: JudgeForm) -> None:
    workflow.add_judge(
        round=found,
        user=request.user,
        name=form.cleaned_data["name"],
        affiliation=form.cleaned_data["affiliation"],
        person=form.cleaned_data["person"],
    )


def _judge_of(found: Round, typed: str) -> Judge:
    judge: Judge = get_object_or_404(found.judges.all(), pk=key_of(typed))
    judge.round = found
    return judge
