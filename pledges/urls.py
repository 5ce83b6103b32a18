"""Addresses of a city's own pages on the staff side: ``/staff/naju/people/``."""

from django.urls import URLPattern

app_name = "city"
urlpatterns: list[URLPattern] = []
