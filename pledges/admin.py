"""The admin of cities, people, plans and pledges, for correcting data; reports are read-only here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter, RelatedOnlyFieldListFilter, TabularInline
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pledges.adminsite import (
    CityScoped,
    DataAdmin,
    DataInline,
    ReadOnlyAdmin,
    ReadOnlyHistoryAdmin,
    ReadOnlyInline,
)
from pledges.models import (
    Achievement,
    Actual,
    Area,
    Department,
    DepartmentChange,
    DueExtension,
    EvidenceFile,
    Indicator,
    Membership,
    Municipality,
    OwnStatus,
    Plan,
    PlannedQuarter,
    Pledge,
    ProgressReport,
    ReportComment,
    ReportingPeriod,
    ScheduleMark,
    ScheduleTask,
    Term,
    User,
    YearlyTarget,
)
from pledges.permissions import Action
from pledges.successors import read_successors

ONLY = RelatedOnlyFieldListFilter


class StandingForm(forms.ModelForm):
    """Refuses a department that has ended where it is newly chosen, and names its successor."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("lead_department", "supporting_departments"):
            chosen = cleaned.get(name) if name in self.changed_data else None
            departments = [chosen] if isinstance(chosen, Department) else list(chosen or [])
            for each in departments:
                if each.ended_on is not None:
                    self.add_error(name, read_successors(each.municipality).refusal(each))
        return cleaned


class SamePlanForm(StandingForm):
    """Refuses an area or a parent of another plan, which the database can't see."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        plan = cleaned.get("plan") or getattr(self.instance, "plan", None)
        for name in ("area", "parent"):
            other = cleaned.get(name)
            if other is not None and plan is not None and other.plan_id != plan.pk:
                self.add_error(name, ValidationError(_("This belongs to another plan.")))
        return cleaned


# --- Places and people ---


@admin.register(Municipality)
class MunicipalityAdmin(DataAdmin):
    list_display = ["name", "code", "is_fictional", "people"]
    search_fields = ["name", "code"]
    fixed_once_made = ("code",)
    may_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A new city is outside every city: superusers make it."""
        return self.reach(request).everything

    @admin.display(description=_("people"))
    def people(self, city: Municipality) -> SafeString:
        """A new city's first administrator is invited there."""
        return people_page(city)


@admin.register(Department)
class DepartmentAdmin(DataAdmin):
    """Departments are looked at here; the staff pages rename, merge and split them, with a reason."""

    fixed_once_made = ("municipality", "name")
    readonly_fields = ["ended_on"]
    list_display = ["name", "municipality", "pledge_count", "ended_on"]
    list_filter = [("municipality", ONLY), ("ended_on", EmptyFieldListFilter)]
    search_fields = ["name"]
    autocomplete_fields = ["municipality"]
    fieldsets = [
        (
            None,
            {
                "fields": ["municipality", "name", "ended_on"],
                "description": _(
                    "A department is renamed, merged and split under “Departments” on the staff pages: its"
                    " pledges and people go with it, and old names in sheets keep their meaning."
                ),
            },
        )
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """What an autocompletion offers stands still."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.path == reverse("admin:autocomplete"):
            found = found.filter(ended_on__isnull=True)
        return found, may_repeat

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(led=Count("led_pledges")).order_by("name")

    @admin.display(description=_("pledges led"), ordering="led")
    def pledge_count(self, department: Department) -> int:
        return department.led  # type: ignore[attr-defined]


@admin.register(DepartmentChange)
class DepartmentChangeAdmin(ReadOnlyHistoryAdmin):
    list_display = ["changed_on", "kind", "old_name", "new_name", "reason", "municipality"]
    list_display_links = ["changed_on", "kind"]
    list_filter = [("municipality", ONLY), "kind"]
    search_fields = ["old_name", "new_name", "reason"]
    list_select_related = ["municipality"]


@admin.register(Term)
class TermAdmin(DataAdmin):
    fixed_once_made = ("municipality", "number")
    list_display = ["municipality", "number", "starts_on", "ends_on"]
    list_filter = [("municipality", ONLY)]
    search_fields = ["municipality__name", "number"]
    autocomplete_fields = ["municipality"]
    list_select_related = ["municipality"]


def people_page(city: Municipality) -> SafeString:
    """The way to the page that keeps a city's people."""
    return format_html(
        '<a href="{}">{}</a>',
        reverse("city:people", kwargs={"city": city.code}),
        gettext("People of %(city)s") % {"city": city},
    )


class MembershipInline(ReadOnlyInline):
    """Places are looked at here. The staff pages give, change and end them: a role fits its department, no
    city is left without an administrator, and who waits to take a place over is told."""

    model = Membership
    action = Action.MANAGE_PEOPLE
    fields = ["municipality", "department", "role", "kept_at"]
    readonly_fields = ["kept_at"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of whoever may be looked at; rows of other cities are not among them."""
        return bool(self.reach(request))

    @admin.display(description=_("changed under"))
    def kept_at(self, membership: Membership) -> SafeString:
        return people_page(membership.municipality)


@admin.register(User)
class PersonAdmin(CityScoped, UserAdmin):
    """People. A city's administrator manages those who belong to that city alone, and no superuser.

    Administrators invite people on the staff pages; superusers make accounts here too.
    """

    action = Action.MANAGE_PEOPLE
    list_display = ["username", "name", "email", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role"]
    search_fields = ["username", "name", "email"]
    ordering = ["username"]
    inlines = [MembershipInline]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["name", "email", "is_active"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "name", "email", "usable_password", "password1", "password2"],
            },
        )
    ]
    may_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account without a place in a city is outside every city."""
        return self.reach(request).everything

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody but a superuser locks the own account: it takes another to undo it."""
        fields = list(super().get_readonly_fields(request, obj))
        own = obj is not None and obj.pk == request.user.pk and not self.reach(request).everything
        return [*fields, "is_active"] if own else fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj and self.reach(request).everything:
            return [*fieldsets, (_("Whole portal"), {"fields": ["is_superuser"]})]
        return fieldsets

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        people = super(CityScoped, self).get_queryset(request).prefetch_related("memberships__municipality")
        reach = self.reach(request)
        if reach.everything:
            return people
        return self._of_cities(people, reach.cities)

    def _allows(self, request: HttpRequest, obj: Any) -> bool:
        reach = self.reach(request)
        if obj is None or reach.everything:
            return bool(reach)
        return self._of_cities(User.objects.all(), reach.cities).filter(pk=obj.pk).exists()

    @staticmethod
    def _of_cities(people: QuerySet, cities: Any) -> QuerySet:
        memberships = Membership.objects.filter(user=OuterRef("pk"))
        return people.filter(
            Exists(memberships.filter(municipality__in=cities)),
            ~Exists(memberships.exclude(municipality__in=cities)),
            is_superuser=False,
        )

    @admin.display(description=_("memberships"))
    def roles(self, person: User) -> str:
        return ", ".join(
            f"{membership.municipality} {membership.get_role_display()}"
            for membership in person.memberships.all()
        )


@admin.register(Membership)
class MembershipAdmin(ReadOnlyHistoryAdmin):
    """Places with their history; see MembershipInline for why they are changed elsewhere."""

    action = Action.MANAGE_PEOPLE
    list_display = ["user", "municipality", "department", "role", "kept_at"]
    fields = ["user", "municipality", "department", "role", "kept_at"]
    readonly_fields = ["kept_at"]
    list_filter = ["role", ("municipality", ONLY), ("department", ONLY)]
    search_fields = ["user__username", "user__name", "department__name"]
    list_select_related = ["user", "municipality", "department"]

    @admin.display(description=_("changed under"))
    def kept_at(self, membership: Membership) -> SafeString:
        return people_page(membership.municipality)


# --- Plans ---


class OwnStatusInline(DataInline):
    model = OwnStatus
    show_change_link = False


@admin.register(Plan)
class PlanAdmin(DataAdmin):
    fixed_once_made = ("term", "code")
    list_display = ["name", "term", "code", "kind", "headline_method", "decimals", "rounding", "money_unit"]
    list_filter = [("term", ONLY), "kind"]
    search_fields = ["name", "code", "term__municipality__name"]
    autocomplete_fields = ["term"]
    list_select_related = ["term__municipality"]
    inlines = [OwnStatusInline]
    fieldsets = [
        (None, {"fields": ["term", "name", "code", "kind"]}),
        (
            _("How departments report"),
            {
                "fields": ["cycle", "head_signs"],
                "description": _(
                    "Quarterly: as of the end of March, June, September and December. Half-yearly: as of the"
                    " end of June and December. Periods that are open already stay as they are; a report"
                    " that waits for a head when the sign-off is switched off goes to the planning office."
                ),
            },
        ),
        (
            _("How rates are computed"),
            {"fields": ["headline_method", "decimals", "rounding", "counts_dropped", "money_unit"]},
        ),
    ]


@admin.register(Area)
class AreaAdmin(DataAdmin):
    form = SamePlanForm
    fixed_once_made = ("plan",)
    list_display = ["code", "name", "parent", "plan", "position"]
    list_filter = [("plan", ONLY)]
    search_fields = ["code", "name"]
    autocomplete_fields = ["plan", "parent"]
    list_select_related = ["plan__term__municipality", "parent"]


class IndicatorInline(DataInline):
    model = Indicator
    fields = ["position", "name", "unit", "kind", "baseline", "counted_by"]


class TaskInline(DataInline):
    model = ScheduleTask
    fields = ["position", "name", "note"]


@admin.register(Pledge)
class PledgeAdmin(DataAdmin):
    form = SamePlanForm
    fixed_once_made = ("plan",)
    list_display = ["code", "name", "plan", "area", "lead_department", "completion", "budgeted"]
    list_display_links = ["code", "name"]
    list_filter = [("plan", ONLY), ("lead_department", ONLY), "completion", "novelty", "budgeted"]
    search_fields = ["code", "name", "lead_department__name"]
    search_help_text = _("Number, name or department")
    autocomplete_fields = ["plan", "area", "lead_department", "supporting_departments"]
    list_select_related = ["plan", "area", "lead_department"]
    inlines = [IndicatorInline, TaskInline]
    fieldsets = [
        (None, {"fields": ["plan", "area", ("code", "position"), "name"]}),
        (_("Departments"), {"fields": ["lead_department", "supporting_departments"]}),
        (
            _("Header of the card"),
            {
                "fields": [
                    "completion",
                    (
                        "implemented_by_state",
                        "implemented_by_province",
                        "implemented_by_city",
                        "implemented_by_private",
                    ),
                    "novelty",
                    "budgeted",
                ]
            },
        ),
        (_("Texts"), {"fields": ["campaign_text", "goal", "basis", "overview", "effects"]}),
    ]


class TargetInline(DataInline):
    model = YearlyTarget
    show_change_link = False


@admin.register(Indicator)
class IndicatorAdmin(DataAdmin):
    fixed_once_made = ("pledge",)
    list_display = ["name", "pledge", "unit", "kind", "baseline", "counted_by"]
    list_filter = [("pledge__plan", ONLY), "kind", "counted_by"]
    search_fields = ["name", "pledge__code", "pledge__name"]
    autocomplete_fields = ["pledge"]
    list_select_related = ["pledge"]
    inlines = [TargetInline]


class PlannedQuarterInline(DataInline):
    model = PlannedQuarter
    show_change_link = False


@admin.register(ScheduleTask)
class ScheduleTaskAdmin(DataAdmin):
    fixed_once_made = ("pledge",)
    list_display = ["name", "pledge", "position", "note"]
    list_filter = [("pledge__plan", ONLY)]
    search_fields = ["name", "pledge__code", "pledge__name"]
    autocomplete_fields = ["pledge"]
    list_select_related = ["pledge"]
    inlines = [PlannedQuarterInline]


# --- Periods and reports: corrections are new revisions, made on the staff pages ---


class DueExtensionInline(ReadOnlyInline):
    model = DueExtension
    fields = ["department", "due_on", "reason", "granted_at", "granted_by"]
    readonly_fields = ["granted_at"]


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(ReadOnlyAdmin):
    inlines = [DueExtensionInline]
    list_display = ["as_of", "plan", "state", "due_on", "opened_at", "closed_at", "published_at"]
    list_filter = [("plan", ONLY), "state"]
    search_fields = ["plan__name"]
    list_select_related = ["plan"]
    date_hierarchy = "as_of"


class ActualInline(ReadOnlyInline):
    model = Actual


class MarkInline(ReadOnlyInline):
    model = ScheduleMark


class AchievementInline(ReadOnlyInline):
    model = Achievement


class EvidenceInline(ReadOnlyInline):
    model = EvidenceFile
    fields = ["name", "media_type", "size", "sha256", "uploaded_by"]


class CommentInline(ReadOnlyInline):
    model = ReportComment


@admin.register(ProgressReport)
class ProgressReportAdmin(ReadOnlyHistoryAdmin):
    list_display = ["pledge", "period", "revision", "state", "status", "source", "updated_at", "saved_by"]
    list_filter = [("period__plan", ONLY), "state", "source", "status"]
    search_fields = ["pledge__code", "pledge__name"]
    list_select_related = ["pledge", "period", "saved_by"]
    inlines: list[type[TabularInline]] = [
        ActualInline,
        MarkInline,
        AchievementInline,
        EvidenceInline,
        CommentInline,
    ]
