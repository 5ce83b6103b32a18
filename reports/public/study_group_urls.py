"""The addresses of study groups, right under a term."""

from django.urls import URLPattern, path

from reports.public import study_group_views as views

patterns: list[URLPattern] = [
    path("study-groups/", views.study_groups_page, name="study_groups"),
    path("study-groups.<table_suffix:suffix>", views.rounds_file, name="study_rounds_file"),
    path("study-groups/<programme_name:programme_name>/", views.programme, name="study_programme"),
    path(
        "study-groups/<programme_name:programme_name>/<year_intake:year_intake>/",
        views.study_round,
        name="study_round",
    ),
    path(
        "study-groups/<programme_name:programme_name>/<year_intake:year_intake>.<table_suffix:suffix>",
        views.teams_file,
        name="study_teams_file",
    ),
]
