"""The admin of study groups, for correcting data. Score sheets are nobody's to look at here: their judges'
until all are in, and the portal's own pages show them after that."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pledges.adminsite import DataAdmin, DataInline, ReadOnlyInline
from studygroups.models import (
    Award,
    AwardRule,
    FollowUp,
    Judge,
    Meeting,
    Member,
    OpeningTotals,
    Programme,
    Proposal,
    Round,
    ServedPledge,
    Team,
    TeamFile,
)

ONLY = RelatedOnlyFieldListFilter


class WholeRowForm(ModelForm):
    """Holds a row to all its constraints, those too that say something of fields which are only shown."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as error:
                self._update_errors(error)  # type: ignore[attr-defined]


class TeamForm(WholeRowForm):
    """Only a draft may be nameless yet, and no draft is shown here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = True


class AwardRuleInline(DataInline):
    model = AwardRule
    show_change_link = False


class ServedPledgeForm(ModelForm):
    """Refuses a pledge of another city, which the database can't see."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        programme, pledge = cleaned.get("programme"), cleaned.get("pledge")
        if programme is not None and pledge is not None:
            city = getattr(programme, "municipality_id", None)
            if city is not None and pledge.plan.term.municipality_id != city:
                self.add_error("pledge", ValidationError(_("This belongs to another city.")))
        return cleaned


class ServedPledgeInline(DataInline):
    model = ServedPledge
    form = ServedPledgeForm
    autocomplete_fields = ["pledge"]
    show_change_link = False


class OpeningTotalsInline(DataInline):
    model = OpeningTotals
    show_change_link = False


@admin.register(Programme)
class ProgrammeAdmin(DataAdmin):
    """Rounds hold their programme; one that is public stays anyway."""

    fixed_once_made = ("municipality",)
    readonly_fields = ["published_at"]
    list_display = ["name", "municipality", "most_members", "outsiders_percent", "published_at"]
    list_filter = [("municipality", ONLY)]
    search_fields = ["name"]
    autocomplete_fields = ["municipality"]
    inlines = [OpeningTotalsInline, AwardRuleInline, ServedPledgeInline]

    def has_delete_permission(self, request: HttpRequest, obj: Programme | None = None) -> bool:
        is_public = obj is not None and obj.published_at is not None
        return not is_public and super().has_delete_permission(request, obj)


class JudgeInline(ReadOnlyInline):
    """Judges are named and excused on the staff pages."""

    model = Judge
    fields = ["name", "affiliation", "excused_at", "excuse"]


@admin.register(Round)
class RoundAdmin(DataAdmin):
    """A round's state moves by the steps of the staff pages; what is carried in can be corrected here.
    Teams hold their round; one that is public stays anyway."""

    form = WholeRowForm
    fixed_once_made = ("programme",)
    readonly_fields = ["state", "shows_names", "published_at", "results_published_at", "decided_by"]
    list_display = ["programme", "year", "intake", "state", "reason", "published_at"]
    list_filter = [("programme", ONLY), "state", "year"]
    search_fields = ["programme__name", "reason"]
    autocomplete_fields = ["programme"]
    list_select_related = ["programme"]
    inlines = [JudgeInline]

    def has_delete_permission(self, request: HttpRequest, obj: Round | None = None) -> bool:
        is_public = obj is not None and obj.published_at is not None
        return not is_public and super().has_delete_permission(request, obj)


class MemberInline(DataInline):
    """Names and parts; a person's login is theirs to confirm."""

    model = Member
    fields = ["name", "affiliation", "kind", "role", "confirmed_at"]
    readonly_fields = ["confirmed_at"]
    show_change_link = False


class MeetingInline(DataInline):
    model = Meeting
    fields = ["held_on", "attendees", "text", "outputs"]
    show_change_link = False


class TeamFileInline(ReadOnlyInline):
    model = TeamFile
    fields = ["name", "kind", "size", "uploaded_at"]
    readonly_fields = ["uploaded_at"]


class AwardInline(DataInline):
    model = Award
    fields = ["kind", "prize", "decision"]
    show_change_link = False


class ProposalInline(ReadOnlyInline):
    model = Proposal
    fields = ["position", "text", "department", "answer", "answered_on"]
    show_change_link = True


@admin.register(Team)
class TeamAdmin(DataAdmin):
    """Teams that applied. A draft is its writers' alone, and a team's state moves by the staff pages, where
    teams apply; others come in with a workbook. A team goes only where nothing hangs on it any more: what
    it did, and what came of it, has to be kept for years."""

    form = TeamForm
    may_add = False
    readonly_fields = [
        "round",
        "state",
        "applied_at",
        "decided_at",
        "decided_by",
        "reported_at",
        "erased_at",
        "version",
    ]
    list_display = ["name", "topic", "round", "state"]
    list_filter = [("round__programme", ONLY), "state", "round__year"]
    search_fields = ["name", "topic"]
    list_select_related = ["round__programme"]
    inlines = [MemberInline, MeetingInline, AwardInline, ProposalInline, TeamFileInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        teams: Any = super().get_queryset(request)
        found: QuerySet = teams.applied()
        return found

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        is_bare = obj is None or not any(
            getattr(obj, name).exists() for name in ("members", "meetings", "files", "sheets", "proposals")
        )
        has_award = obj is not None and Award.objects.filter(team=obj).exists()
        return is_bare and not has_award and super().has_delete_permission(request, obj)


class FollowUpInline(DataInline):
    model = FollowUp
    fields = ["noted_on", "text"]
    show_change_link = False


@admin.register(Proposal)
class ProposalAdmin(DataAdmin):
    """Proposals come with a team's report, answers and plans are the departments' steps; here their words
    can be corrected. Nobody deletes one: it is followed up, or kept, for years."""

    form = WholeRowForm
    may_add = False
    may_delete = False
    readonly_fields = ["team", "position", "asked_at", "answered_by"]
    list_display = ["__str__", "team", "department", "answer", "due_on"]
    list_filter = [("team__round__programme", ONLY), "answer", ("department", ONLY)]
    search_fields = ["text", "team__name", "team__topic"]
    autocomplete_fields = ["department"]
    list_select_related = ["team", "department"]
    inlines = [FollowUpInline]
