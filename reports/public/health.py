"""What machines ask: is the portal alive, where may robots go, what is its mark."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache

from pledges.permissions import public


@public
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where the database answers a query, 503 where it doesn't. Says nothing else about the house."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            alive = cursor.fetchone() == (1,)
    except DatabaseError:
        alive = False
    return JsonResponse({"status": "ok" if alive else "unavailable"}, status=200 if alive else 503)


@public
def robots(request: HttpRequest) -> HttpResponse:
    """Published pages are for everybody; the doors of the staff are of no use to a search engine."""
    sitemap = request.build_absolute_uri(reverse("public:sitemaps"))
    closed = [f"Disallow: {door}" for door in ("/staff/", "/accounts/", "/admin/")]
    lines = ["User-agent: *", *closed, "", f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Browsers ask for this on pages without a link to the mark, such as files and the admin."""
    return HttpResponseRedirect(static("img/mark.svg"))
