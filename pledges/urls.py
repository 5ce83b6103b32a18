"""Addresses of a city's own pages on the staff side: ``/staff/naju/people/``."""

from django.urls import path

from pledges.views import departments

app_name = "city"
urlpatterns = [
    path("<slug:city>/departments/", departments.departments, name="departments"),
    path("<slug:city>/departments/merge/", departments.merge, name="merge_departments"),
    path("<slug:city>/departments/<int:department>/rename/", departments.rename, name="rename_department"),
    path("<slug:city>/departments/<int:department>/split/", departments.split, name="split_department"),
    path("<slug:city>/departments/<int:department>/people/", departments.people, name="people_of_department"),
]
