"""The admin of money: sub-projects with their investments, and executed money to look at."""

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter

from budgets.models import Executed, Investment, Secured, SubProject
from pledges.admin import PledgeAdmin, ProgressReportAdmin
from pledges.adminsite import DataAdmin, DataInline, ReadOnlyHistoryAdmin, ReadOnlyInline


class InvestmentInline(DataInline):
    model = Investment
    show_change_link = False


class SecuredInline(DataInline):
    model = Secured
    show_change_link = False


@admin.register(SubProject)
class SubProjectAdmin(DataAdmin):
    fixed_once_made = ("pledge",)
    list_display = ["name", "pledge", "position"]
    list_filter = [("pledge__plan", RelatedOnlyFieldListFilter)]
    search_fields = ["name", "pledge__code", "pledge__name"]
    autocomplete_fields = ["pledge"]
    list_select_related = ["pledge"]
    inlines = [InvestmentInline, SecuredInline]


class SubProjectInline(DataInline):
    model = SubProject
    fields = ["position", "name"]


class ExecutedInline(ReadOnlyInline):
    model = Executed


@admin.register(Executed)
class ExecutedAdmin(ReadOnlyHistoryAdmin):
    list_display = ["sub_project", "report", "source", "amount"]
    list_filter = [("report__period__plan", RelatedOnlyFieldListFilter), "source"]
    search_fields = ["sub_project__name", "sub_project__pledge__code"]
    list_select_related = ["sub_project", "report__pledge", "report__period"]


# The pledges room knows nothing of money; its pages here show it all the same.
PledgeAdmin.inlines.append(SubProjectInline)
ProgressReportAdmin.inlines.append(ExecutedInline)
