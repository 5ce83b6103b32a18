"""Addresses of the staff side. A plan other than the pledges puts its code after the term.

``/staff/naju/8/`` the periods, ``/staff/naju/8/2025-09-30/`` a period's board,
``/staff/naju/8/2025-09-30/7-2-3/`` one report. Steps on a period stand behind a dash, so that no
pledge code can hide them.
"""

import datetime as dt

from django.urls import path, register_converter

from reports.public import addresses  # noqa: F401  (registers the converters of codes and terms)
from reports.quarter.views import (
    board,
    calendars,
    carrying,
    evidence,
    extensions,
    plan,
    report,
    review,
    signing,
    support,
    work,
)


class DayConverter:
    """A 기준일, 2025-09-30."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        return value.isoformat()


register_converter(DayConverter, "as_of_day")

PLACES = ("<slug_code:city>/<term:term>/", "<slug_code:city>/<term:term>/<other_plan:plan>/")

app_name = "staff"
urlpatterns = [
    path("", work.home, name="home"),
    path("calendar/<str:token>.ics", calendars.subscription, name="calendar_subscription"),
    path("<slug_code:city>/calendar.ics", calendars.calendar, name="calendar"),
    *(
        path(place + address, view, name=name)
        for place in PLACES
        for address, view, name in (
            ("<as_of_day:as_of>/", board.period, "period"),
            ("<as_of_day:as_of>/-/close/", plan.close, "close"),
            ("<as_of_day:as_of>/-/unchanged/", carrying.unchanged, "unchanged"),
            ("<as_of_day:as_of>/-/sign/", signing.sign, "sign"),
            ("<as_of_day:as_of>/-/publish/", plan.publish, "publish"),
            ("<as_of_day:as_of>/-/due/", extensions.extensions, "due"),
            ("<as_of_day:as_of>/<code:code>/", report.report, "report"),
            ("<as_of_day:as_of>/<code:code>/figures/", report.figures, "figures"),
            ("<as_of_day:as_of>/<code:code>/keep/", report.keep, "keep"),
            ("<as_of_day:as_of>/<code:code>/correct/", report.correct, "correct"),
            ("<as_of_day:as_of>/<code:code>/discard/", report.discard, "discard"),
            ("<as_of_day:as_of>/<code:code>/evidence/", evidence.evidence, "evidence"),
            ("<as_of_day:as_of>/<code:code>/evidence/<int:pk>/", evidence.evidence_file, "evidence_file"),
            ("<as_of_day:as_of>/<code:code>/check/", review.check, "check"),
            ("<as_of_day:as_of>/<code:code>/comment/", review.comment, "comment"),
            ("<as_of_day:as_of>/<code:code>/support/", support.support, "support"),
            ("<as_of_day:as_of>/<code:code>/signoff/", signing.signoff, "signoff"),
            ("<as_of_day:as_of>/<code:code>/withdraw/", signing.withdraw, "withdraw"),
            ("-/export.xlsx", plan.export, "export"),
            ("", plan.periods, "periods"),
        )
    ),
]
