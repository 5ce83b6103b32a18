"""A team's own pages: the application, and everything it does until the end."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges.permissions import Action, access, can, signed_in
from pledges.views.lookups import key_of
from pledges.views.uploads import capped, download
from pledges.workflow import WorkflowError, read_incoming
from pledges.workflow.evidence import largest_file, most_together, too_large
from studygroups import workflow
from studygroups.enums import AT_WORK, JUDGED, FileKind, MemberKind, RoundState, TeamState
from studygroups.forms.applying import ApplicationForm, ScreenForm
from studygroups.forms.working import FileForm, MeetingForm, WithdrawForm
from studygroups.models import Meeting, Round, Team, TeamFile
from studygroups.nextsteps import next_of_proposal, next_of_team
from studygroups.rights import city_of, is_applicant, is_own, may_write, place_in
from studygroups.rules import most_outsiders
from studygroups.scores import read_scores
from studygroups.views.lookups import find_file, find_round, find_team, link, page, taken, told
from studygroups.views.turns import one_by_one
from studygroups.workflow import Overtaken

MANAGES = Action.MANAGE_GROUPS


@access(Action.APPLY_GROUP)
@one_by_one
def apply(request: HttpRequest, city: str, round: int) -> HttpResponse:
    """The call of a round, and while it is open the form that begins an application."""
    found = find_round(request.user, Action.APPLY_GROUP, city, round)
    if found.published_at is None and not can(
        request.user, Action.VIEW_GROUPS, municipality=found.programme.municipality
    ):
        raise Http404
    return _application(request, found, None)


@signed_in
@one_by_one
def application(request: HttpRequest, city: str, team: int) -> HttpResponse:
    """The draft of an application, for those who write it."""
    found = find_team(request.user, city, team)
    if not may_write(request.user, found):
        raise PermissionDenied
    if found.state != TeamState.DRAFT and request.method != "POST":
        return redirect(_link(found))
    return _application(request, found.round, found)


@signed_in
@one_by_one
def team(request: HttpRequest, city: str, team: int) -> HttpResponse:
    """A team with all it did and all that came of it, and the steps that this person may take."""
    found = find_team(request.user, city, team)
    forms = _forms(found)
    if request.method == "POST":
        answer = _step(request, found, forms)
        if answer is not None:
            return answer
        return _page(request, found, forms, status=422)
    return _page(request, found, forms)


@capped(largest=largest_file, together=most_together, refuse=lambda request, place: _too_much(request, place))
@signed_in
def files(request: HttpRequest, city: str, team: int) -> HttpResponse:
    """Attach a file to the team, or take off the one named ``remove``."""
    found = find_team(request.user, city, team)
    if request.method != "POST":
        return redirect(_link(found))
    forms = _forms(found)
    if removed := request.POST.get("remove", ""):
        file = find_file(found, key_of(removed))
        told(
            request,
            lambda: workflow.remove_file(file=file, user=request.user),
            _("%(name)s was taken off.") % {"name": file.name},
        )
        return redirect(f"{_link(found)}#files")
    if not may_write(request.user, found):
        raise PermissionDenied
    typed = _typed_meeting(request)
    if typed:
        forms["meeting"] = MeetingForm(prefix="meeting", initial=typed)
    form = forms["file"] = FileForm(request.POST, request.FILES, prefix="file")
    if request.too_large:  # type: ignore[attr-defined]
        form.errors.clear()
        form.add_error("file", too_large())
    elif form.is_valid() and taken(form, lambda: _attach(request, found, form)):
        messages.success(request, _("The file is attached."))
        if not typed:
            return redirect(f"{_link(found)}#files")
        forms["file"] = _forms(found)["file"]
        return _page(request, found, forms)
    return _page(request, found, forms, status=422)


@require_safe
@signed_in
def file(request: HttpRequest, city: str, team: int, pk: int) -> HttpResponse:
    """One file as a download, for everybody who may read the team."""
    return download(find_file(find_team(request.user, city, team), pk))


# --- The application ---


def _application(request: HttpRequest, found: Round, team: Team | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ApplicationForm(data, round=found, team=team, user=request.user)
    if data is None or data.get("step") == "more":
        return _application_page(request, form)
    return _save(request, form)


def _application_page(
    request: HttpRequest, form: ApplicationForm, *, is_saved: bool = False, status: int = 200
) -> HttpResponse:
    """``is_saved``: the draft was saved, and was then refused to be handed in; or without its wrong lines."""
    found, team = form.round, form.team
    programme = found.programme
    context = page(
        programme.municipality,
        round=found,
        team=team,
        form=form,
        is_open=found.takes_applications(timezone.localdate()),
        is_saved=is_saved,
        most=programme.most_members,
        most_outsiders=most_outsiders(programme.most_members, programme.outsiders_percent),
        next=next_of_team(team) if team else None,
    )
    return render(request, "staff/studygroups/apply.html", context, status=status)


def _save(request: HttpRequest, form: ApplicationForm) -> HttpResponse:
    """Save what was typed and, where asked, hand it in. What is refused leaves the draft saved."""
    found, team = form.round, form.team
    is_whole = form.is_valid()
    if not form.has_savable_texts:
        return _application_page(request, form, status=422)
    try:
        saved = workflow.save_application(
            round=found,
            user=request.user,
            name=form.cleaned_data["name"],
            topic=form.cleaned_data["topic"],
            plan=form.cleaned_data["plan"],
            people=form.people,
            team=team,
            version=form.cleaned_data["version"] or 0,
        )
    except Overtaken:
        again = _typed_again(request, form, team)
        again.tell_overtaken()
        return _application_page(request, again, status=409)
    except WorkflowError as error:
        form.refuse(error)
        return _application_page(request, form, status=422)
    if not is_whole:
        return _application_page(request, _typed_again(request, form, saved), is_saved=True, status=422)
    if request.POST.get("step") != "submit":
        messages.success(
            request, _("The draft is saved. Colleagues who are new in it find your request on their page.")
        )
        return redirect(link("application", found.programme.municipality, team=saved.pk))
    try:
        workflow.submit_application(
            team=saved, user=request.user, version=saved.version, consent=form.cleaned_data["consent"]
        )
    except WorkflowError as error:
        # The draft stands: the form goes on from it, with what is wrong at its fields.
        again = _typed_again(request, form, saved)
        again.refuse(error)
        return _application_page(request, again, is_saved=True, status=422)
    messages.success(request, _("The application is handed in."))
    return redirect(_link(saved))


def _typed_again(request: HttpRequest, form: ApplicationForm, team: Any) -> ApplicationForm:
    """What was typed, over the team as it is stored now."""
    stored = find_team(request.user, form.round.programme.municipality.code, team.pk)
    data = {**request.POST.dict(), "version": str(stored.version)}
    again = ApplicationForm(data, round=form.round, team=stored, user=request.user)
    again.is_valid()
    return again


# --- The team's page ---


def _forms(found: Team) -> dict[str, Any]:
    return {
        "meeting": MeetingForm(prefix="meeting"),
        # Of logged meetings: the one form that was sent and has to be looked at again.
        "mended": None,
        "file": FileForm(prefix="file", initial={"kind": FileKind.REPORT}),
        "withdraw": WithdrawForm(prefix="withdraw"),
        "screen": ScreenForm(prefix="screen", team=found),
    }


def _step(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse | None:
    """Take the step that was asked for; None where a form has to be looked at again."""
    step, office = request.POST.get("step", ""), city_of(found)
    if step in ("accept", "decline"):
        if place_in(request.user, found) is None:
            raise PermissionDenied
        return _answer(request, found, accepts=step == "accept")
    writes, manages = may_write(request.user, found), can(request.user, MANAGES, municipality=office)
    allowed = {"screen": manages, "withdraw": writes or manages}
    if not allowed.get(step, writes):
        raise PermissionDenied
    take = STEPS.get(step)
    return take(request, found, forms) if take else redirect(_link(found))


def _answer(request: HttpRequest, found: Team, *, accepts: bool) -> HttpResponse:
    done = _("You are in the team.") if accepts else _("Your name is off the list.")
    told(request, lambda: workflow.answer_invitation(team=found, user=request.user, accepts=accepts), done)
    return redirect(_link(found) if accepts else link("home", found.round.programme.municipality))


def _screen(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse | None:
    form = forms["screen"] = ScreenForm(request.POST, prefix="screen", team=found)
    if not form.is_valid() or not taken(
        form,
        lambda: workflow.screen_team(
            team=found,
            user=request.user,
            selected=form.cleaned_data["selected"] == "yes",
            reason=form.cleaned_data["decision"],
        ),
    ):
        return None
    messages.success(request, _("The decision is recorded."))
    return redirect(link("round", found.round.programme.municipality, round=found.round_id))


def _withdraw(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse | None:
    form = forms["withdraw"] = WithdrawForm(request.POST, prefix="withdraw")
    if not form.is_valid() or not taken(
        form,
        lambda: workflow.withdraw_team(
            team=found,
            user=request.user,
            withdrawn_on=form.cleaned_data["withdrawn_on"],
            reason=form.cleaned_data["withdrawal"],
        ),
    ):
        return None
    messages.success(request, _("It is recorded that the team gave up."))
    return redirect(_link(found))


def _log(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse | None:
    form = forms["meeting"] = MeetingForm(request.POST, prefix="meeting")
    if not form.is_valid() or not taken(
        form, lambda: workflow.log_meeting(team=found, user=request.user, **form.cleaned_data)
    ):
        return None
    messages.success(request, _("The meeting is logged."))
    return redirect(f"{_link(found)}#meetings")


def _mend(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse | None:
    meeting = _meeting_of(found, request.POST.get("meeting", ""))
    form = forms["mended"] = _mending(meeting, request.POST)
    if not form.is_valid() or not taken(
        form, lambda: workflow.mend_meeting(meeting=meeting, user=request.user, **form.cleaned_data)
    ):
        return None
    messages.success(request, _("The meeting was mended."))
    return redirect(f"{_link(found)}#meetings")


def _unlog(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse:
    meeting = _meeting_of(found, request.POST.get("meeting", ""))
    done = _("The meeting was taken off the log.")
    told(request, lambda: workflow.remove_meeting(meeting=meeting, user=request.user), done)
    return redirect(f"{_link(found)}#meetings")


def _hand_in(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse:
    done = _("The report is handed in.")
    told(request, lambda: workflow.hand_in_report(team=found, user=request.user), done)
    return redirect(_link(found))


def _take_back(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse:
    done = _("The application is a draft again.")
    told(request, lambda: workflow.take_back_application(team=found, user=request.user), done)
    return redirect(_link(found))


def _discard(request: HttpRequest, found: Team, forms: dict[str, Any]) -> HttpResponse:
    done = _("The application was thrown away.")
    if told(request, lambda: workflow.discard_application(team=found, user=request.user), done):
        return redirect(link("home", found.round.programme.municipality))
    return redirect(_link(found))


# What the page's buttons send as ``step``.
STEPS: dict[str, Callable[[HttpRequest, Team, dict[str, Any]], HttpResponse | None]] = {
    "screen": _screen,
    "withdraw": _withdraw,
    "log": _log,
    "mend": _mend,
    "unlog": _unlog,
    "report": _hand_in,
    "take_back": _take_back,
    "discard": _discard,
}


def _meeting_of(found: Team, typed: str) -> Meeting:
    meeting: Meeting = get_object_or_404(Meeting.objects.for_team(found), pk=key_of(typed))
    meeting.team = found
    return meeting


def _mending(meeting: Meeting, data: Any = None) -> MeetingForm:
    names = ("held_on", "attendees", "text", "outputs")
    initial = {name: getattr(meeting, name) for name in names}
    return MeetingForm(data, prefix=f"meeting-{meeting.pk}", initial=initial)


def _page(request: HttpRequest, found: Team, forms: dict[str, Any], status: int = 200) -> HttpResponse:
    user, round = request.user, found.round
    place = round.programme.municipality
    writes, manages = may_write(user, found), can(user, MANAGES, municipality=place)
    own = is_own(user, found)
    at_work = found.state in AT_WORK and round.state == RoundState.RUNNING
    sees_results = round.results_published_at is not None or can(user, Action.VIEW_GROUPS, municipality=place)
    table = read_scores(round) if sees_results and found.state in JUDGED else None
    proposals = list(found.proposals.with_places().with_follow_ups().in_order()) if sees_results else []
    people = list(found.members.all())
    place_here = place_in(user, found)
    held = list(TeamFile.objects.for_team(found))
    mended = forms["mended"]
    context = page(
        place,
        team=found,
        round=round,
        next=next_of_team(found),
        people=people,
        outsiders=sum(member.kind != MemberKind.OFFICIAL for member in people),
        application=getattr(found, "application", None),
        meetings=[
            {
                "meeting": each,
                "form": mended
                if mended is not None and mended.prefix == f"meeting-{each.pk}"
                else _mending(each),
            }
            for each in found.meetings.all()
        ],
        files=held,
        has_report=any(each.kind == FileKind.REPORT for each in held),
        scores=next((line for line in table.lines if line.team.pk == found.pk), None)
        if table and table.is_complete
        else None,
        award=getattr(found, "award", None) if sees_results else None,
        proposals=[{"proposal": each, "next": next_of_proposal(each)} for each in proposals],
        own=own,
        writes=writes,
        works=writes and at_work,
        invited=place_here is not None and place_here.confirmed_at is None and found.state == TeamState.DRAFT,
        # Who took part and thought better of it, as long as the application is a draft.
        leaves=place_here is not None
        and place_here.confirmed_at is not None
        and found.state == TeamState.DRAFT
        and not is_applicant(user, found),
        takes_back=writes
        and found.state == TeamState.APPLIED
        and round.takes_applications(timezone.localdate()),
        gives_up=(writes or manages)
        and found.state in (TeamState.SELECTED, TeamState.RUNNING, TeamState.REPORTED)
        and round.state in (RoundState.RECRUITING, RoundState.RUNNING),
        screens=manages
        and not own
        and round.state == RoundState.RECRUITING
        and not round.takes_applications(timezone.localdate())
        and found.state in (TeamState.APPLIED, TeamState.SELECTED, TeamState.NOT_SELECTED),
        sees_round=can(user, Action.VIEW_GROUPS, municipality=place),
        forms=forms,
    )
    return render(request, "staff/studygroups/team.html", context, status=status)


def _typed_meeting(request: HttpRequest) -> dict[str, str]:
    """What stood in the form of a new meeting when a file was sent; nothing where no word was typed."""
    typed = {
        name: request.POST.get(f"meeting-{name}", "") for name in ("held_on", "attendees", "text", "outputs")
    }
    return typed if typed["attendees"] or typed["text"] or typed["outputs"] else {}


def _attach(request: HttpRequest, found: Team, form: FileForm) -> None:
    upload = form.cleaned_data["file"]
    incoming = read_incoming(file=upload, name=upload.name or "")
    workflow.add_file(team=found, user=request.user, incoming=incoming, kind=form.cleaned_data["kind"])


def _too_much(request: HttpRequest, place: dict[str, Any]) -> HttpResponse:
    messages.error(request, _("This is too much at once. Attach the files one after another."))
    return redirect("groups:team", **place)


def _link(found: Team) -> str:
    return link("team", found.round.programme.municipality, team=found.pk)
