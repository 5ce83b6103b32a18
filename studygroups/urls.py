"""Addresses of study groups on the staff side, under ``/staff/<city>/study-groups/``."""

from django.urls import path

from studygroups.views import home, judging, proposals, rounds, teams

PLACE = "<slug:city>/study-groups/"

app_name = "groups"
urlpatterns = [
    path(PLACE + address, view, name=name)
    for address, view, name in (
        ("", home.home, "home"),
        ("programmes/new/", home.programme_new, "programme_new"),
        ("programmes/<int:programme>/", home.programme, "programme"),
        ("programmes/<int:programme>/rounds/new/", home.round_new, "round_new"),
        ("rounds/<int:round>/", rounds.round_desk, "round"),
        ("rounds/<int:round>/call/", rounds.call, "call"),
        ("rounds/<int:round>/roster.xlsx", rounds.roster, "roster"),
        ("rounds/<int:round>/results.xlsx", rounds.results, "results"),
        ("rounds/<int:round>/apply/", teams.apply, "apply"),
        ("rounds/<int:round>/judges/", judging.judges, "judges"),
        ("rounds/<int:round>/scores/", judging.scores, "scores"),
        ("rounds/<int:round>/awards/", judging.awards, "awards"),
        ("rounds/<int:round>/proposals/", proposals.proposals, "proposals"),
        ("judges/<int:judge>/", judging.sheets, "sheets"),
        ("teams/<int:team>/", teams.team, "team"),
        ("teams/<int:team>/application/", teams.application, "application"),
        ("teams/<int:team>/files/", teams.files, "files"),
        ("teams/<int:team>/files/<int:pk>/", teams.file, "file"),
        ("proposals/<int:proposal>/", proposals.proposal, "proposal"),
    )
]
