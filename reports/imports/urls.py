"""Addresses of bringing plans in: ``/staff/import/`` and what was uploaded there, each by its own key."""

from django.urls import path

from reports.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.imports, name="list"),
    path("<uuid:batch>/", views.batch, name="batch"),
    path("<uuid:batch>/file/", views.file, name="file"),
    path("<uuid:batch>/workbook/", views.marked, name="workbook"),
    path("<uuid:batch>/confirm/", views.confirm, name="confirm"),
    path("<uuid:batch>/again/", views.again, name="again"),
    path("<uuid:batch>/discard/", views.discard, name="discard"),
]
