"""The city's study groups as an employee finds them, and the planning office's programmes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.models import Municipality
from pledges.permissions import Action, access, can, require, signed_in
from pledges.views.lookups import find_city
from studygroups import workflow
from studygroups.desk import read_desk
from studygroups.figures import programme_figures
from studygroups.forms.programmes import (
    OpeningForm,
    ProgrammeForm,
    RoundForm,
    offered_pledges,
    served_pledges,
)
from studygroups.models import Programme, Round
from studygroups.nextsteps import next_of_rounds
from studygroups.scores import highest_first, rule_of
from studygroups.views.lookups import find_place, find_programme, link, page, taken
from studygroups.views.turns import one_by_one

SEES, MANAGES = Action.VIEW_GROUPS, Action.MANAGE_GROUPS


@require_safe
@signed_in
def home(request: HttpRequest, city: str) -> HttpResponse:
    """What the person has to do, the programmes with their open calls, the own teams of all years."""
    place = find_place(request.user, city)
    desk = read_desk(request.user)
    sees = can(request.user, SEES, municipality=place)
    shown = Programme.objects.for_municipality(place)
    if not sees:
        shown = shown.public()
    context = page(
        place,
        desk=desk.of_city(place),
        programmes=programme_figures(shown.with_rules()),
        past=desk.past_teams(request.user, place),
        sees=sees,
        manages=can(request.user, MANAGES, municipality=place),
    )
    return render(request, "staff/studygroups/home.html", context)


@access(MANAGES)
@one_by_one
def programme_new(request: HttpRequest, city: str) -> HttpResponse:
    place = find_city(request.user, MANAGES, city)
    return _programme(request, place, None)


@access(SEES)
@one_by_one
def programme(request: HttpRequest, city: str, programme: int) -> HttpResponse:
    """The rules of a programme and its rounds; the planning office mends the rules."""
    found = find_programme(request.user, SEES, city, programme)
    if request.method == "POST":
        require(request.user, MANAGES, municipality=found.municipality)
        if request.POST.get("step") == "publish":
            workflow.publish_programmes(
                municipality=found.municipality, programmes=[found.pk], user=request.user
            )
            messages.success(request, _("The programme and its rounds are public now."))
            return redirect(link("programme", found.municipality, programme=found.pk))
    return _programme(request, found.municipality, found)


@access(MANAGES)
@one_by_one
def round_new(request: HttpRequest, city: str, programme: int) -> HttpResponse:
    found = find_programme(request.user, MANAGES, city, programme)
    form = RoundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made: list[Any] = []
        if taken(
            form,
            lambda: made.append(
                workflow.prepare_round(programme=found, user=request.user, **form.cleaned_data)
            ),
        ):
            messages.success(request, _("The round is prepared. Announce it when the call is complete."))
            return redirect(link("round", found.municipality, round=made[0].pk))
    context = page(found.municipality, programme=found, form=form)
    return render(request, "staff/studygroups/round_new.html", context, status=422 if form.is_bound else 200)


# --- Parts ---


def _programme(request: HttpRequest, place: Municipality, found: Programme | None) -> HttpResponse:
    opens = found is not None and request.method == "POST" and request.POST.get("step") == "opening"
    opening = OpeningForm(request.POST if opens else None, opening=getattr(found, "opening", None))
    if found is not None and opens and opening.is_valid() and _opened(found, opening, request.user):
        messages.success(request, _("The totals from before the records were saved."))
        return redirect(link("programme", place, programme=found.pk))
    form = ProgrammeForm(
        request.POST if request.method == "POST" and not opens else None,
        municipality=place,
        programme=found,
        pledges=offered_pledges(place),
        served=served_pledges(found),
    )
    if form.is_bound and form.is_valid():
        saved: list[Programme] = []
        if taken(
            form,
            lambda: saved.append(
                workflow.save_programme(
                    municipality=place,
                    user=request.user,
                    rules=form.rules(),
                    awards=form.awards(),
                    pledges=form.served(),
                    programme=found,
                )
            ),
        ):
            messages.success(request, _("The programme was saved."))
            return redirect(link("programme", place, programme=saved[0].pk))
    context = page(
        place,
        programme=found,
        form=form,
        opening=opening,
        manages=can(request.user, MANAGES, municipality=place),
        served=served_pledges(found),
    )
    if found is not None:
        figures = programme_figures([found])[0]
        steps = next_of_rounds([each.round for each in figures.rounds])
        context |= {
            "figures": figures,
            "rounds": [
                {"figures": each.figures, "round": each.round, "next": steps[each.round.pk]}
                for each in reversed(figures.rounds)
            ],
            "rule": rule_of(found),
            "awards": highest_first(found),
            # What an import carried in waits for this word; a call that is announced needs none.
            "unpublished": Round.objects.for_programme(found).decided().with_something_unpublished(),
        }
    refused = form.is_bound or opening.is_bound
    return render(request, "staff/studygroups/programme.html", context, status=422 if refused else 200)


def _opened(found: Programme, form: OpeningForm, user: Any) -> bool:
    return taken(form, lambda: workflow.save_opening(programme=found, user=user, totals=form.cleaned_data))
