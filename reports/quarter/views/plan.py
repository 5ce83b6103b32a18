"""A plan's periods: the board, opening and closing, publishing, the export."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import workflow
from pledges.models import ReportingPeriod
from pledges.models.periods import due_date
from pledges.permissions import Action, access, can, require
from pledges.workflow import OffCycle, WorkflowError
from reports.editions import Outdated, publish_period
from reports.models import Edition
from reports.previews import preview_period
from reports.quarter import boards
from reports.quarter.forms import PeriodForm, PublishForm
from reports.quarter.lookups import DEFAULT_PLAN, find_period, find_plan, may_view_city, staff_url
from reports.quarter.publishing import (
    contradictory_reports,
    reason_of,
    unpublished_before,
    unsettled_reports,
)
from reports.quarter.views.told import tell_published
from reports.templatetags.portal import day
from reports.workbook import export_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access(Action.VIEW_STAFF)
def periods(request: HttpRequest, city: str, term: int, plan: str = DEFAULT_PLAN) -> HttpResponse:
    """All periods of a plan, and the form that opens the next one."""
    found = find_plan(request.user, city, term, plan)
    place = found.term.municipality_id
    manages = can(request.user, Action.MANAGE_PERIODS, municipality=place)
    sees_city = may_view_city(request.user, found)
    rows = list(
        ReportingPeriod.objects.for_plan(found).for_term().with_report_counts().with_extended().newest_first()
    )
    following = workflow.next_as_of(found, [row.as_of for row in rows])
    initial = {"as_of": following, "due_on": due_date(following)} if following else {}
    form = PeriodForm(request.POST if request.method == "POST" else None, initial=initial)
    asks_off_cycle = bool(form["off_cycle"].value())
    if request.method == "POST":
        require(request.user, Action.MANAGE_PERIODS, municipality=place)
        if form.is_valid():
            try:
                period = workflow.open_period(plan=found, user=request.user, **form.cleaned_data)
            except OffCycle as error:
                form.add_error("as_of", error.message)
                asks_off_cycle = True
            except WorkflowError as error:
                form.add_error("as_of", error.message)
            else:
                messages.success(
                    request,
                    _("The period of %(date)s is open, due on %(due)s.")
                    % {"date": day(period.as_of), "due": day(period.due_on)},
                )
                return redirect(request.path)
    return render(
        request,
        "staff/periods.html",
        {
            "plan": found,
            "periods": [
                {
                    "period": row,
                    "board": staff_url("period", found, row.as_of),
                    "close": staff_url("close", found, row.as_of),
                    "publish": staff_url("publish", found, row.as_of),
                    "due": staff_url("due", found, row.as_of) if sees_city else "",
                }
                for row in rows
            ],
            "form": form,
            "opens_next": following is not None,
            "asks_off_cycle": asks_off_cycle,
            "manages": manages,
            "publishes": can(request.user, Action.PUBLISH, municipality=place),
            "previews": can(request.user, Action.PREVIEW_EDITION, municipality=place),
            "export": staff_url("export", found)
            if can(request.user, Action.EXPORT_PLAN, municipality=place)
            else "",
        },
        status=422 if form.is_bound else 200,
    )


@access(Action.MANAGE_PERIODS)
def close(
    request: HttpRequest, city: str, term: int, as_of: dt.date, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """Take no more reports in a period, or take them again (``step`` is ``reopen``).

    Without a POST: what is unfinished, and the button that closes.
    """
    found = find_plan(request.user, city, term, plan)
    period = find_period(found, as_of)
    require(request.user, Action.MANAGE_PERIODS, municipality=found.term.municipality_id)
    if request.method != "POST":
        return _ask_to_close(request, period)
    try:
        if request.POST.get("step") == "reopen":
            workflow.open_period(plan=found, as_of=as_of, user=request.user, again=True)
            messages.success(request, _("The period is open again."))
        else:
            workflow.close_period(period=period, user=request.user)
            messages.success(request, _("The period is closed."))
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect(staff_url("periods", found))


def _ask_to_close(request: HttpRequest, period: ReportingPeriod) -> HttpResponse:
    board = staff_url("period", period.plan, period.as_of)
    if not period.is_open:
        return redirect(board)
    work = boards.period_work(request.user, period)
    context = {
        "plan": period.plan,
        "period": period,
        "work": work,
        "unsettled": unsettled_reports(work, today=timezone.localdate()),
        "links": {"period": board, "periods": staff_url("periods", period.plan)},
    }
    return render(request, "staff/close.html", context)


@access(Action.PREVIEW_EDITION)
def publish(
    request: HttpRequest, city: str, term: int, as_of: dt.date, plan: str = DEFAULT_PLAN
) -> HttpResponse:
    """What publishing would change, and for who publishes the button that does exactly that."""
    found = find_plan(request.user, city, term, plan)
    require(request.user, Action.PREVIEW_EDITION, municipality=found.term.municipality_id)
    one = find_period(found, as_of)
    if request.method != "POST":
        return _publish_page(request, one)
    require(request.user, Action.PUBLISH, municipality=found.term.municipality_id)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _publish_page(request, one, form, status=422)
    try:
        made = publish_period(
            period=one,
            user=request.user,
            reason=form.cleaned_data["reason"],
            previewed=form.cleaned_data["previewed"] or [],
        )
    except Outdated as error:
        again = PublishForm(initial={"reason": form.cleaned_data["reason"]})
        return _publish_page(request, one, again, status=409, outdated=error.message)
    except WorkflowError as error:
        form.add_error("reason", error.message)
        return _publish_page(request, one, form, status=422)
    tell_published(request, found, made)
    if not made:
        messages.info(request, _("Nothing differs from the last edition; nothing was published."))
    return redirect(staff_url("periods", found))


def _publish_page(
    request: HttpRequest,
    period: ReportingPeriod,
    form: PublishForm | None = None,
    *,
    status: int = 200,
    outdated: str = "",
) -> HttpResponse:
    """The preview; a form that nobody has filled in yet begins with the reasons of the corrections."""
    previews = preview_period(period=period)
    if form is None:
        form = PublishForm(initial={"reason": reason_of(period.plan, previews)})
    work = boards.period_work(request.user, period)
    differing = {row.code for preview in previews for row in preview.differences}
    return render(
        request,
        "staff/publish.html",
        {
            "plan": period.plan,
            "period": period,
            "previews": previews,
            "asks_reason": any(preview.is_correction for preview in previews),
            "editions": Edition.objects.for_period(period).with_publisher().newest_first(),
            "unsettled": unsettled_reports(work, today=timezone.localdate()),
            "contradictory": contradictory_reports(work, differing) if previews else [],
            "unpublished": unpublished_before(period),
            "form": form,
            "outdated": outdated,
            "publishes": can(request.user, Action.PUBLISH, municipality=period.plan.term.municipality_id),
            "links": {
                "period": staff_url("period", period.plan, period.as_of),
                "periods": staff_url("periods", period.plan),
            },
        },
        status=status,
    )


@access(Action.EXPORT_PLAN)
def export(request: HttpRequest, city: str, term: int, plan: str = DEFAULT_PLAN) -> HttpResponse:
    """The plan as a workbook, approved data only."""
    found = find_plan(request.user, city, term, plan)
    if not can(request.user, Action.EXPORT_PLAN, municipality=found.term.municipality_id):
        raise Http404
    name = f"{city}-{term}.xlsx" if plan == DEFAULT_PLAN else f"{city}-{term}-{plan}.xlsx"
    return HttpResponse(
        export_workbook(found),
        headers={"Content-Type": XLSX, "Content-Disposition": f'attachment; filename="{name}"'},
    )
