"""Addresses of a city's own pages on the staff side: ``/staff/naju/people/``."""

from django.urls import path, re_path

from pledges.views import audit, departments, handovers, people

app_name = "city"
urlpatterns = [
    path("<slug:city>/people/", people.people, name="people"),
    path("<slug:city>/people/known/", people.known, name="known"),
    path("<slug:city>/people/<int:membership>/", people.member, name="member"),
    path("<slug:city>/people/<int:membership>/end/", people.end, name="end_membership"),
    path("<slug:city>/people/<int:membership>/reset/", people.reset, name="reset_second_step"),
    path("<slug:city>/people/<int:membership>/calendar/", people.calendar, name="renew_calendar"),
    path("<slug:city>/people/<int:membership>/hand-over/", handovers.give, name="hand_over"),
    path("<slug:city>/people/invitations/<int:invitation>/renew/", people.renew, name="renew_invitation"),
    path("<slug:city>/people/invitations/<int:invitation>/revoke/", people.revoke, name="revoke_invitation"),
    path("<slug:city>/handovers/", handovers.handovers, name="handovers"),
    path("<slug:city>/handovers/<int:handover>/", handovers.handover, name="handover"),
    path("<slug:city>/departments/", departments.departments, name="departments"),
    path("<slug:city>/departments/merge/", departments.merge, name="merge_departments"),
    path("<slug:city>/departments/<int:department>/rename/", departments.rename, name="rename_department"),
    path("<slug:city>/departments/<int:department>/split/", departments.split, name="split_department"),
    path("<slug:city>/departments/<int:department>/people/", departments.people, name="people_of_department"),
    path("<slug:city>/audit/", audit.audit, name="audit"),
    re_path(r"^(?P<city>[-\w]+)/audit\.(?P<suffix>csv|xlsx)$", audit.audit_file, name="audit_file"),
]
