"""My work: what the signed-in person has to do in the open periods."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pledges.permissions import memberships_of, signed_in
from reports.quarter import boards
from reports.quarter.lookups import staff_url


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "staff/home.html",
        {
            "page": "home",
            "work": boards.my_work(request.user),
            "leftovers": boards.leftovers(request.user),
            "memberships": memberships_of(request.user),
            "plans": [
                {"plan": plan, "link": staff_url("periods", plan)} for plan in boards.plans_of(request.user)
            ],
            "state": request.GET.get("state", ""),
        },
    )
