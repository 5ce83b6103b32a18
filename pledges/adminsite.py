"""The Django admin as one site: who may enter it, and which city's rows they find there.

Rights come from ``pledges.permissions`` (EDIT_DATA), not from Django's own
tables of permissions. Everybody sees and changes rows of their own cities only,
in lists, in choices of foreign keys, in autocompletion and in history.
"""

import functools
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin, TabularInline
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from pledges.audit import operation
from pledges.forms.notation import CleanTextField
from pledges.permissions import Action, Reach, holds, reach_of

# From each kind of row to its city. Rows of a kind that is not here are for superusers.
CITY_OF = {
    "municipality": "pk",
    "department": "municipality",
    "departmentchange": "municipality",
    "dueextension": "period__plan__term__municipality",
    "supportinvitation": "pledge__plan__term__municipality",
    "term": "municipality",
    "membership": "municipality",
    "plan": "term__municipality",
    "ownstatus": "plan__term__municipality",
    "area": "plan__term__municipality",
    "pledge": "plan__term__municipality",
    "scheduletask": "pledge__plan__term__municipality",
    "plannedquarter": "task__pledge__plan__term__municipality",
    "indicator": "pledge__plan__term__municipality",
    "yearlytarget": "indicator__pledge__plan__term__municipality",
    "subproject": "pledge__plan__term__municipality",
    "investment": "sub_project__pledge__plan__term__municipality",
    "secured": "sub_project__pledge__plan__term__municipality",
    "reportingperiod": "plan__term__municipality",
    "progressreport": "period__plan__term__municipality",
    "actual": "report__period__plan__term__municipality",
    "schedulemark": "report__period__plan__term__municipality",
    "achievement": "report__period__plan__term__municipality",
    "executed": "report__period__plan__term__municipality",
    "evidencefile": "report__period__plan__term__municipality",
    "reportcomment": "report__period__plan__term__municipality",
    "programme": "municipality",
    "awardrule": "programme__municipality",
    "servedpledge": "programme__municipality",
    "openingtotals": "programme__municipality",
    "round": "programme__municipality",
    "team": "round__programme__municipality",
    "application": "team__round__programme__municipality",
    "member": "team__round__programme__municipality",
    "meeting": "team__round__programme__municipality",
    "teamfile": "team__round__programme__municipality",
    "judge": "round__programme__municipality",
    "scoresheet": "team__round__programme__municipality",
    "award": "team__round__programme__municipality",
    "proposal": "team__round__programme__municipality",
    "followup": "proposal__team__round__programme__municipality",
    "edition": "plan__term__municipality",
    "editionpledge": "edition__plan__term__municipality",
}


class PortalAdminSite(AdminSite):
    site_title = settings.SITE_NAME
    index_title = _("Correct data")
    site_url = "/staff/"

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return gettext("%(name)s: data") % {"name": settings.SITE_NAME}

    def has_permission(self, request: HttpRequest) -> bool:
        """Superusers, and members whose role edits data somewhere."""
        return holds(request.user, Action.EDIT_DATA)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every page of the admin. Raises PermissionDenied for the signed-in without the right: another
        login page would send them straight back, for ever."""
        guarded = super().admin_view(view, cacheable)

        @functools.wraps(guarded)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            self._refuse_the_known(request)
            if request.method != "POST":
                return guarded(request, *args, **kwargs)
            # One request is one operation in the audit log, and one transaction.
            with operation("corrected", user=request.user):
                return guarded(request, *args, **kwargs)

        return entered

    def _refuse_the_known(self, request: HttpRequest) -> None:
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied(gettext("You have no right to do this."))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The portal's own login page, with its lock and second step, in place of the admin's."""
        self._refuse_the_known(request)
        return redirect_to_login(request.GET.get("next") or request.get_full_path())


def within_reach(rows: models.QuerySet, reach: Reach) -> models.QuerySet:
    """The rows of the cities in reach; none of a kind that belongs to no city."""
    if reach.everything:
        return rows
    path = CITY_OF.get(rows.model._meta.model_name or "")
    return rows.filter(**{f"{path}__in": reach.cities}) if path else rows.none()


class CityScoped:
    """Mixin of admins and inlines: rights by EDIT_DATA, rows and choices of the person's cities."""

    action = Action.EDIT_DATA
    may_add = True
    may_change = True
    may_delete = True

    def reach(self, request: HttpRequest) -> Reach:
        return reach_of(request.user, self.action)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return within_reach(super().get_queryset(request), self.reach(request))  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self._choices(db_field, request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self._choices(db_field, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def _choices(self, db_field: Any, request: HttpRequest) -> models.QuerySet:
        return within_reach(db_field.remote_field.model._default_manager.all(), self.reach(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.reach(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_add and self._allows(request, None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and self._allows(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and self._allows(request, obj)

    def has_view_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, obj)

    def has_change_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _allows(self, request: HttpRequest, obj: Any) -> bool:
        reach = self.reach(request)
        if obj is None or reach.everything:
            return bool(reach)
        rows = within_reach(type(obj)._default_manager.all(), reach)
        return bool(reach) and rows.filter(pk=obj.pk).exists()


class WithHistory(SimpleHistoryAdmin):
    """Django-simple-history's pages, with titles in the portal's languages."""

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return gettext("History: %(row)s") % {"row": obj}

    def history_form_view_title(self, request: HttpRequest, obj: Any) -> str:
        return gettext("Earlier state: %(row)s") % {"row": obj}


class DataAdmin(CityScoped, WithHistory):
    """The admin of rows that may be corrected, with their history."""

    # Cleaned as everywhere: a text that was only looked at must not come back with other line ends.
    formfield_overrides = {
        models.TextField: {
            "form_class": CleanTextField,
            "widget": AdminTextareaWidget(attrs={"rows": 4}),
        }
    }

    list_per_page = 50
    show_full_result_count = False
    save_on_top = True
    # What other rows or published addresses rest on: given when a row is made, then shown only.
    fixed_once_made: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, *self.fixed_once_made] if obj else fields


class DataInline(CityScoped, TabularInline):
    """Rows that belong to the one above."""

    extra = 0
    show_change_link = True
    formfield_overrides = {models.CharField: {"widget": forms.TextInput(attrs={"size": 26})}}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return CityScoped.has_add_permission(self, request, obj)


class ReadOnly:
    """Mixin: what the workflow, a publication or an import writes is looked at here, never changed."""

    may_add = False
    may_change = False
    may_delete = False


class ReadOnlyAdmin(ReadOnly, CityScoped, ModelAdmin):
    list_per_page = 50
    show_full_result_count = False


class ReadOnlyHistoryAdmin(ReadOnly, CityScoped, WithHistory):
    list_per_page = 50
    show_full_result_count = False


class ReadOnlyInline(ReadOnly, CityScoped, TabularInline):
    extra = 0
