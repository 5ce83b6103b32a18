"""The addresses of the house; each room keeps its own."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from config.display import choose_display
from pledges.permissions import public
from pledges.views import invitations
from reports.public import errors, health

# Choosing a language needs no token: a token would give every reader a cookie, and the choice harms nobody.
choose_language = public(require_POST(csrf_exempt(set_language)))

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/invitation/", invitations.accept, name="invitation_accept"),
    path("accounts/invitation/<str:token>/", invitations.enter, name="invitation"),
    path("accounts/", include("allauth.urls")),
    path("staff/import/", include("reports.imports.urls")),
    path("staff/", include("pledges.urls")),
    path("staff/", include("studygroups.urls")),
    path("staff/", include("reports.quarter.urls")),
    path("i18n/language/", choose_language, name="set_language"),
    path("i18n/display/", choose_display, name="display"),
    path("healthz", health.healthz, name="healthz"),
    path("robots.txt", health.robots, name="robots"),
    path("favicon.ico", health.favicon, name="favicon"),
    # Files of open data stand where a card's file of a plan "data" would, so they are asked for first.
    path("", include("reports.public.urls")),
    path("", include("reports.documents.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
