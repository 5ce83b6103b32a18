"""My work: what the signed-in person has to do in the open periods."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pledges.permissions import memberships_of, signed_in
from pledges.workflow.handovers import unread_handovers
from reports.quarter import boards
from reports.quarter.desk import read_desk
from reports.quarter.duties import read_duties
from reports.quarter.lookups import staff_url


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "staff/home.html",
        {
            "page": "home",
            "desk": read_desk(request.user, boards.my_work(request.user)),
            "handovers": unread_handovers(request.user),
            "leftovers": boards.leftovers(request.user),
            "duties": read_duties(request.user),
            "memberships": memberships_of(request.user),
            "plans": [
                {"plan": plan, "link": staff_url("periods", plan)} for plan in boards.plans_of(request.user)
            ],
            "state": request.GET.get("state", ""),
        },
    )
