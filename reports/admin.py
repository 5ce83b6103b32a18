"""Published editions, to look at: what is published never changes."""

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter

from pledges.adminsite import ReadOnlyAdmin
from reports.models import Edition, EditionPledge


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ["plan", "as_of", "number", "published_at", "published_by", "reason"]
    list_filter = [("plan", RelatedOnlyFieldListFilter)]
    search_fields = ["plan__name", "reason"]
    list_select_related = ["plan", "published_by"]
    date_hierarchy = "as_of"
    exclude = ["summary"]


@admin.register(EditionPledge)
class EditionPledgeAdmin(ReadOnlyAdmin):
    list_display = [
        "code",
        "name",
        "edition",
        "status_label",
        "rate_display",
        "to_date_display",
        "not_submitted",
    ]
    list_filter = [("edition__plan", RelatedOnlyFieldListFilter), "not_submitted", "status"]
    search_fields = ["code", "name"]
    list_select_related = ["edition__plan"]
    exclude = ["card", "search_text"]
