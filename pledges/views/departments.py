"""A city's departments: the list with what each has, and 직제 개편, looked at and then confirmed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.forms.departments import (
    AssignForm,
    MergeForm,
    NameForm,
    PlacesForm,
    RenameForm,
    SplitForm,
)
from pledges.models import Department, Municipality
from pledges.permissions import Action, access, can, require
from pledges.successors import read_change_log, read_successors
from pledges.views.lookups import find_city
from pledges.workflow import BadName, WorkflowError

SEES, MANAGES = Action.VIEW_DEPARTMENTS, Action.MANAGE_DEPARTMENTS


@access(SEES)
def departments(request: HttpRequest, city: str) -> HttpResponse:
    """Every department of the city, and for who manages them the form that makes a new one."""
    place = find_city(request.user, SEES, city)
    if request.method == "POST":
        require(request.user, MANAGES, municipality=place)
    form = NameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = _done(
            form,
            lambda: workflow.create_department(
                municipality=place, user=request.user, name=form.cleaned_data["name"]
            ),
        )
        if made is not None:
            messages.success(request, _("The department “%(name)s” is there now.") % {"name": made.name})
            return redirect(request.path)
    successors = read_successors(place)
    rows = [
        {"department": each, "former": successors.former_names(each), "links": _links(place, each)}
        for each in Department.objects.for_municipality(place).standing().with_counts().by_name()
    ]
    ended = [
        {
            "department": each,
            "heirs": [heir.name for heir in successors.heirs(each.name)],
            "links": _links(place, each),
        }
        for each in Department.objects.for_municipality(place).ended().with_counts().by_name()
    ]
    context = {
        "rows": rows,
        "ended": ended,
        "unplaced": sum(row["department"].people for row in ended),
        "changes": read_change_log(place),
        "form": form,
        "manages": can(request.user, MANAGES, municipality=place),
        "merge": reverse("city:merge_departments", kwargs={"city": place.code}),
        **_place(place),
    }
    return render(request, "staff/departments/list.html", context, status=_status(form))


@access(MANAGES)
def rename(request: HttpRequest, city: str, department: int) -> HttpResponse:
    place, one = _find(request, city, department)
    form = RenameForm(request.POST if request.method == "POST" else None, initial={"name": one.name})
    return _change(
        request,
        place,
        form,
        lambda: partial(workflow.rename_department, department=one, user=request.user, **form.cleaned_data),
        concerned=lambda: [one],
        heading=_("Rename a department: %(name)s") % {"name": one.name},
        done=_("The department was renamed. Its pledges and people stay with it."),
    )


@access(MANAGES)
def merge(request: HttpRequest, city: str) -> HttpResponse:
    place = find_city(request.user, MANAGES, city)
    form = MergeForm(request.POST if request.method == "POST" else None, municipality=place)
    return _change(
        request,
        place,
        form,
        lambda: partial(
            workflow.merge_departments,
            user=request.user,
            **{**form.cleaned_data, "departments": list(form.cleaned_data["departments"])},
        ),
        concerned=lambda: [
            each
            for each in form.cleaned_data["departments"]
            if each != form.cleaned_data["into"] and each.name != form.cleaned_data["name"]
        ],
        heirs=lambda: [getattr(form.cleaned_data["into"], "name", form.cleaned_data["name"])],
        heading=_("Merge departments"),
        done=_("The departments were merged. What was theirs has gone over."),
    )


@access(MANAGES)
def split(request: HttpRequest, city: str, department: int) -> HttpResponse:
    """Parts, date and reason first; then whose each pledge and person is; then a look; then it is done."""
    place, one = _find(request, city, department)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    form = SplitForm(request.POST or None if step else None, initial={"parts": f"{one.name}\n"})
    following = workflow.what_follows([one])
    context: dict[str, Any] = {
        "department": one,
        "form": form,
        "following": following,
        "heading": _("Split a department: %(name)s") % {"name": one.name},
        **_place(place),
    }
    if not step or step == "edit" or not form.is_valid():
        status = 422 if step and step != "edit" else 200
        return render(request, "staff/departments/split.html", context, status=status)
    parts = form.cleaned_data["parts"]
    asks = step == "assign"
    assign = AssignForm(
        None if asks and not _assigned(request) else request.POST, parts=parts, following=following
    )
    context |= {"assign": assign, "parts": parts}
    if asks or not assign.is_valid():
        return render(request, "staff/departments/assign.html", context, status=200 if asks else 422)
    change = partial(
        workflow.split_department,
        department=one,
        user=request.user,
        changed_on=form.cleaned_data["changed_on"],
        reason=form.cleaned_data["reason"],
        parts=parts,
        led=assign.assigned("led"),
        supported=assign.assigned("supported"),
        members=assign.assigned("member"),
        invitations=assign.assigned("invitation"),
    )
    if step == "confirm":
        if _done(form, change) is not None:
            messages.success(request, _("The department was split. What was its own has gone over."))
            return redirect(context["links"]["departments"])
    elif _done(form, partial(_rehearsed, change)):
        context |= {"look": _by_part(assign, parts), "heirs": parts}
        return render(request, "staff/departments/split_look.html", context)
    return render(request, "staff/departments/split.html", context, status=422)


@access(MANAGES)
def people(request: HttpRequest, city: str, department: int) -> HttpResponse:
    """Those who are left in a department that ended, each to be given a place."""
    place = find_city(request.user, MANAGES, city)
    one = get_object_or_404(Department.objects.for_municipality(place).ended(), pk=department)
    form = PlacesForm(
        request.POST if request.method == "POST" else None,
        memberships=workflow.what_follows([one]).memberships,
        departments=list(Department.objects.for_municipality(place).standing().by_name()),
    )
    if request.method == "POST" and form.is_valid():
        placed = _done(
            form,
            lambda: workflow.place_members(department=one, user=request.user, members=form.chosen()),
        )
        if placed is not None:
            messages.success(request, _("People given a place: %(count)d.") % {"count": placed})
            return redirect(reverse("city:departments", kwargs={"city": place.code}))
    context = {"department": one, "form": form, **_place(place)}
    return render(request, "staff/departments/people.html", context, status=_status(form))


# --- Parts ---


def _change(
    request: HttpRequest,
    place: Municipality,
    form: forms.Form,
    change: Callable[[], Callable[[], Any]],
    *,
    concerned: Callable[[], list[Department]],
    heirs: Callable[[], list[str]] = list,
    heading: str,
    done: str,
) -> HttpResponse:
    """A change of departments: filled in, looked at (the step is taken and taken back), confirmed.

    ``heirs`` are the departments whose pledges get the extended due dates of those ``concerned``.
    """
    context: dict[str, Any] = {"form": form, "heading": heading, **_place(place)}
    step = request.POST.get("step", "look") if request.method == "POST" else ""
    if not step or step == "edit" or not form.is_valid():
        status = 422 if step and step != "edit" else 200
        return render(request, "staff/departments/change.html", context, status=status)
    if step == "confirm":
        if _done(form, change()) is not None:
            messages.success(request, done)
            return redirect(context["links"]["departments"])
    elif _done(form, partial(_rehearsed, change())):
        context |= {"following": workflow.what_follows(concerned()), "heirs": heirs()}
        return render(request, "staff/departments/change_look.html", context)
    return render(request, "staff/departments/change.html", context, status=422)


def _done(form: forms.Form, step: Callable[[], Any]) -> Any:
    """What the step gives; None where it was refused, which the form then says."""
    try:
        return step()
    except BadName as error:
        form.add_error("name" if "name" in form.fields else "parts", error.message)
    except WorkflowError as error:
        form.add_error(None, error.message)
    return None


def _rehearsed(step: Callable[[], Any]) -> bool:
    workflow.rehearse(step)
    return True


def _find(request: HttpRequest, city: str, department: int) -> tuple[Municipality, Department]:
    place = find_city(request.user, MANAGES, city)
    one = get_object_or_404(Department.objects.for_municipality(place).standing(), pk=department)
    one.municipality = place
    return place, one


def _assigned(request: HttpRequest) -> bool:
    """Whether the request carries choices of an earlier look at the same page."""
    return any(name.startswith(("led-", "supported-", "member-", "invitation-")) for name in request.POST)


def _by_part(assign: AssignForm, parts: list[str]) -> list[dict[str, Any]]:
    """What each part gets, in the order of the parts."""
    kinds = ("led", "supported", "member", "invitation")
    return [
        {
            "name": part,
            **{
                kind: [row for row, field in assign.rows(kind) if assign.cleaned_data[field.name] == part]
                for kind in kinds
            },
        }
        for part in parts
    ]


def _place(place: Municipality) -> dict[str, Any]:
    return {
        "city": place,
        "page": "departments",
        "links": {"departments": reverse("city:departments", kwargs={"city": place.code})},
    }


def _links(place: Municipality, department: Department) -> dict[str, str]:
    kwargs = {"city": place.code, "department": department.pk}
    return {
        name: reverse(f"city:{name}_department", kwargs=kwargs) for name in ("rename", "split", "people_of")
    }


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound else 200
