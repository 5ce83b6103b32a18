"""Every view of ours says who may use it; what others wrote is listed by name."""

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

# Whose views are not ours: they check for themselves (allauth's own decorators, the admin site's rule).
THIRD_PARTY = ("allauth.", "django.contrib.admin.", "simple_history.")
# Of the admin: classes of ours whose views the admin site wraps in its own check.
ADMIN_NAMESPACE = "admin"


def views(resolver, namespace=()):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern, (*namespace, pattern.namespace) if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            yield namespace, pattern


def ours():
    for namespace, pattern in views(get_resolver()):
        view = pattern.callback
        module = getattr(getattr(view, "view_class", view), "__module__", "")
        if ADMIN_NAMESPACE not in namespace and not module.startswith(THIRD_PARTY):
            yield pattern, view


def test_every_view_of_ours_declares_its_access():
    found = list(ours())
    assert len(found) > 20
    silent = [str(pattern) for pattern, view in found if not hasattr(view, "access")]
    assert silent == []


def test_csrf_failure_view_declares_its_access():
    assert import_string(settings.CSRF_FAILURE_VIEW).access == "public"


def test_every_admin_page_sends_the_signed_out_to_the_portals_login(db):
    response = Client().get("/admin/pledges/pledge/")
    assert response.status_code == 302
    assert Client().get(response["Location"])["Location"].startswith("/accounts/login/")


def test_no_page_of_django_import_export_is_reachable():
    admin = [str(pattern.pattern) for namespace, pattern in views(get_resolver()) if namespace == ("admin",)]
    assert admin
    assert not [address for address in admin if "import" in address or "export" in address]
