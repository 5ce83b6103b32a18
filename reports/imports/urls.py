"""Addresses of bringing plans in: ``/staff/import/`` and what was uploaded there, each by its own key."""

from django.urls import path

from reports.imports import guide, rolling, views
from reports.public import addresses  # noqa: F401  (registers the converters of codes and terms)

# A plan other than the pledges puts its code after the term, as everywhere.
PLANS = ("guide/<slug_code:city>/<term:term>/", "guide/<slug_code:city>/<term:term>/<other_plan:plan>/")

app_name = "imports"
urlpatterns = [
    path("", views.imports, name="list"),
    path("<uuid:batch>/", views.batch, name="batch"),
    path("<uuid:batch>/file/", views.file, name="file"),
    path("<uuid:batch>/workbook/", views.marked, name="workbook"),
    path("<uuid:batch>/confirm/", views.confirm, name="confirm"),
    path("<uuid:batch>/again/", views.again, name="again"),
    path("<uuid:batch>/discard/", views.discard, name="discard"),
    path("<uuid:batch>/rollback/", rolling.rollback, name="roll_back"),
    path("guide/", guide.guide, name="guide"),
    path("guide/blank.xlsx", guide.blank_of_nobody, name="blank_of_nobody"),
    *(
        path(place + address, view, name=name)
        for place in PLANS
        for address, view, name in (
            ("filled.xlsx", guide.filled, "filled"),
            ("blank.xlsx", guide.blank, "blank"),
        )
    ),
]
