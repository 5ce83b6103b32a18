"""Every filter of this room, by name. ``for_x`` narrows, ``with_x`` annotates."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from pledges.enums import PeriodState, ReportState, Role


class MunicipalityQuerySet(models.QuerySet):
    def for_user(self, user: Any) -> "MunicipalityQuerySet":
        """Cities in which the user holds any role; all of them for a superuser."""
        return self if user.is_superuser else self.filter(memberships__user=user).distinct()

    def for_code(self, code: str) -> "MunicipalityQuerySet":
        return self.filter(code=code)

    def with_terms(self) -> "MunicipalityQuerySet":
        """With ``terms``, the latest first: one query more."""
        return self.prefetch_related("terms")


class DepartmentQuerySet(models.QuerySet):
    def for_municipality(self, municipality: Any) -> "DepartmentQuerySet":
        return self.filter(municipality=municipality)

    def standing(self) -> "DepartmentQuerySet":
        """Departments that have not been merged or split up."""
        return self.filter(ended_on__isnull=True)

    def leading_in(self, plan: Any) -> "DepartmentQuerySet":
        """Departments that lead a pledge of the plan."""
        return self.filter(led_pledges__plan=plan).distinct()

    def with_municipality(self) -> "DepartmentQuerySet":
        return self.select_related("municipality")

    def ended(self) -> "DepartmentQuerySet":
        return self.filter(ended_on__isnull=False)

    def with_counts(self) -> "DepartmentQuerySet":
        """``led`` and ``supported`` pledges, ``people`` with a place in it, and ``awaited`` ones, invited."""

        def count(rows: Any, column: str = "department") -> Coalesce:
            counted = rows.filter(**{column: OuterRef("pk")}).order_by().values(column)
            return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)

        def of(relation: str) -> Any:
            related: Any = self.model._meta.get_field(relation).related_model
            return related._default_manager.all()

        return self.annotate(
            led=count(of("led_pledges"), "lead_department"),
            supported=count(of("supported_pledges"), "supporting_departments"),
            people=count(of("memberships")),
            awaited=count(of("invitations").pending()),
        )

    def by_name(self) -> "DepartmentQuerySet":
        return self.order_by("name", "pk")


class DepartmentChangeQuerySet(models.QuerySet):
    def for_municipality(self, municipality: Any) -> "DepartmentChangeQuerySet":
        return self.filter(municipality=municipality)

    def taking_effect_after(self, day: dt.date) -> "DepartmentChangeQuerySet":
        return self.filter(changed_on__gt=day)

    def as_recorded(self) -> "DepartmentChangeQuerySet":
        """In the order in which they were recorded."""
        return self.order_by("pk")

    def with_former_departments(self, plan: Any) -> Any:
        """Tuples of each change and one former department of a pledge of the plan: its id, kind, old name
        and successor; pledge, part, department and that one's name (None for a change that moved none)."""
        moved = Q(former_departments__isnull=True) | Q(former_departments__pledge__plan=plan)
        return self.filter(moved).values_list(
            "pk",
            "kind",
            "old_name",
            "successor",
            "former_departments__pledge",
            "former_departments__part",
            "former_departments__department",
            "former_departments__department__name",
        )

    def with_successors(self) -> "DepartmentChangeQuerySet":
        return self.select_related("successor")

    def newest_first(self) -> "DepartmentChangeQuerySet":
        return self.order_by("-changed_on", "-pk")


class InvitationQuerySet(models.QuerySet):
    def for_municipality(self, municipality: Any) -> "InvitationQuerySet":
        return self.filter(municipality=municipality)

    def for_departments(self, departments: Any) -> "InvitationQuerySet":
        return self.filter(department__in=departments)

    def pending(self) -> "InvitationQuerySet":
        """Neither accepted nor taken back; they may have expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def with_places(self) -> "InvitationQuerySet":
        return self.select_related("municipality", "department", "invited_by", "hands_over__user")

    def for_email(self, email: str) -> "InvitationQuerySet":
        return self.filter(email__iexact=email)

    def handing_over(self) -> "InvitationQuerySet":
        """Invitations whose acceptance completes a handover."""
        return self.filter(hands_over__isnull=False)

    def for_digest(self, digest: str) -> "InvitationQuerySet":
        return self.filter(token_digest=digest)


class HandoverQuerySet(models.QuerySet):
    def for_municipality(self, municipality: Any) -> "HandoverQuerySet":
        return self.filter(department__municipality=municipality)

    def for_departments(self, departments: Any) -> "HandoverQuerySet":
        return self.filter(department__in=departments)

    def unseen_by(self, user: Any) -> "HandoverQuerySet":
        """What the person took over and has not read yet."""
        return self.filter(taker=user, seen_at__isnull=True)

    def with_people(self) -> "HandoverQuerySet":
        return self.select_related("department__municipality", "giver", "taker", "recorded_by")


class DueExtensionQuerySet(models.QuerySet):
    def for_periods(self, periods: Any) -> "DueExtensionQuerySet":
        return self.filter(period__in=periods)

    def for_departments(self, departments: Any) -> "DueExtensionQuerySet":
        return self.filter(department__in=departments)

    def with_places(self) -> "DueExtensionQuerySet":
        """With the department, and the period with its plan."""
        return self.select_related("department", "period__plan")

    def by_period(self) -> "DueExtensionQuerySet":
        return self.order_by("period__plan", "period__as_of", "department__name", "due_on", "pk")

    def newest_first(self) -> "DueExtensionQuerySet":
        return self.order_by("-granted_at", "-pk")

    def with_departments(self) -> "DueExtensionQuerySet":
        return self.select_related("department", "granted_by")


class AuditQuerySet(models.QuerySet):
    def for_municipalities(self, municipalities: Any) -> "AuditQuerySet":
        return self.filter(municipality__in=municipalities)

    def for_pledge_code(self, code: str) -> "AuditQuerySet":
        return self.filter(pledge_code=code)

    def for_actor(self, user: Any) -> "AuditQuerySet":
        """What a person did; None is the command line."""
        key = getattr(user, "pk", user)
        return self.filter(actor_key__isnull=True) if key is None else self.filter(actor_key=key)

    def for_action(self, action: str) -> "AuditQuerySet":
        return self.filter(action=action)

    def since(self, moment: dt.datetime) -> "AuditQuerySet":
        return self.filter(at__gte=moment)

    def before(self, moment: dt.datetime) -> "AuditQuerySet":
        return self.filter(at__lt=moment)

    def after(self, sequence: int) -> "AuditQuerySet":
        """The entries behind one, by its place in the chain."""
        return self.filter(sequence__gt=sequence)

    def between(self, first: int, last: int) -> "AuditQuerySet":
        """The entries from one to another, both included, by their places in the chain."""
        return self.filter(sequence__range=(first, last))

    def of_city_or_none(self, municipality: Any) -> "AuditQuerySet":
        """Entries of a city, and those that are of none."""
        return self.filter(Q(municipality=municipality) | Q(municipality__isnull=True))

    def without_action(self, action: str) -> "AuditQuerySet":
        return self.exclude(action=action)

    def actor_keys(self) -> list[int | None]:
        """Everybody who appears in these entries, by primary key; None is the command line."""
        return list(self.order_by().values_list("actor_key", flat=True).distinct())

    def actions(self) -> list[str]:
        """Every step that appears in these entries."""
        return list(self.order_by().values_list("action", flat=True).distinct())

    def in_chain_order(self) -> "AuditQuerySet":
        return self.order_by("sequence")

    def newest_first(self) -> "AuditQuerySet":
        return self.order_by("-sequence")


class UserQuerySet(models.QuerySet):
    """Of people. Not their manager's: that one stands in migrations."""

    def for_email(self, email: str) -> "UserQuerySet":
        """Whose address this is, in whatever letter case; nobody's where it is blank."""
        return self.filter(email__iexact=email) if email else self.none()

    def of_city(self, municipality: Any, *, without: Any = None) -> "UserQuerySet":
        """Active people with a place in the city, by name, each once."""
        memberships: Any = self.model._meta.get_field("memberships").related_model
        places = memberships._default_manager.filter(user=OuterRef("pk"), municipality=municipality)
        people = self.filter(Exists(places.order_by()), is_active=True).order_by("name", "username")
        return people.exclude(pk=without.pk) if without is not None else people


class MembershipQuerySet(models.QuerySet):
    def for_user(self, user: Any) -> "MembershipQuerySet":
        return self.filter(user=user)

    def for_municipality(self, municipality: Any) -> "MembershipQuerySet":
        return self.filter(municipality=municipality)

    def for_departments(self, departments: Any) -> "MembershipQuerySet":
        return self.filter(department__in=departments)

    def for_roles(self, *roles: Role) -> "MembershipQuerySet":
        return self.filter(role__in=roles)

    def for_municipalities(self, municipalities: Any) -> "MembershipQuerySet":
        return self.filter(municipality__in=municipalities)

    def of_active_people(self) -> "MembershipQuerySet":
        """Of people who can log in, with the person."""
        return self.filter(user__is_active=True).select_related("user")

    def for_words(self, words: str) -> "MembershipQuerySet":
        """People whose name, user name or e-mail contain the words."""
        return self.filter(
            Q(user__name__icontains=words)
            | Q(user__username__icontains=words)
            | Q(user__email__icontains=words)
        )

    def for_email(self, email: str) -> "MembershipQuerySet":
        return self.filter(user__email__iexact=email)

    def with_places(self) -> "MembershipQuerySet":
        return self.select_related("user", "municipality", "department")

    def for_calendar(self, key: int, number: int) -> "MembershipQuerySet":
        """The place to which a calendar's address belongs, while it is the place's newest one."""
        return self.filter(pk=key, calendar_number=number)

    def of_whole_city(self) -> "MembershipQuerySet":
        return self.filter(department__isnull=True)

    def with_second_step(self) -> "MembershipQuerySet":
        """``has_second_step``: the person has set TOTP or a passkey up."""
        users: Any = self.model._meta.get_field("user").related_model
        means = users._meta.get_field("authenticator").related_model._default_manager
        return self.annotate(
            has_second_step=Exists(
                means.filter(user=OuterRef("user"), type__in=["totp", "webauthn"]).order_by()
            )
        )

    def by_department(self) -> "MembershipQuerySet":
        """Who belongs to the whole city first, then by department, role and name."""
        return self.order_by(F("department__name").asc(nulls_first=True), "role", "user__name", "pk")


class PlanQuerySet(models.QuerySet):
    def for_address(self, city: str, number: int, code: str = "pledges") -> "PlanQuerySet":
        return self.filter(term__municipality__code=city, term__number=number, code=code)

    def for_municipalities(self, municipalities: Any) -> "PlanQuerySet":
        return self.filter(term__municipality__in=municipalities)

    def for_terms(self, terms: Any) -> "PlanQuerySet":
        return self.filter(term__in=list(terms))

    def for_code(self, code: str) -> "PlanQuerySet":
        return self.filter(code=code)

    def in_reach(self, *, cities: Any, pledges: "PledgeQuerySet") -> "PlanQuerySet":
        """Every plan of the cities, and those in which one of the pledges stands."""
        return self.filter(Q(term__municipality__in=cities) | Q(pk__in=pledges.order_by().values("plan")))

    def without_code(self, code: str) -> "PlanQuerySet":
        return self.exclude(code=code)

    def with_places(self) -> "PlanQuerySet":
        return self.select_related("term__municipality")


class PeriodQuerySet(models.QuerySet):
    def for_plan(self, plan: Any) -> "PeriodQuerySet":
        return self.filter(plan=plan)

    def for_term(self) -> "PeriodQuerySet":
        """Without the period that carries money spent before the term (its 기준일 is the day before)."""
        return self.filter(as_of__gte=models.F("plan__term__starts_on"))

    def due_since(self, day: dt.date) -> "PeriodQuerySet":
        """Periods whose own due date is this day or a later one."""
        return self.filter(due_on__gte=day)

    def open(self) -> "PeriodQuerySet":
        return self.filter(state=PeriodState.OPEN)

    def published(self) -> "PeriodQuerySet":
        return self.filter(state=PeriodState.PUBLISHED)

    def with_approved_reports(self) -> "PeriodQuerySet":
        """Periods in which at least one report is approved."""
        return self.filter(reports__state=ReportState.APPROVED).distinct()

    def before(self, as_of: dt.date) -> "PeriodQuerySet":
        return self.filter(as_of__lt=as_of)

    def with_unpublished_reports(self) -> "PeriodQuerySet":
        """Published periods in which reports were approved since: ``unpublished_count`` tells how many."""
        reports: Any = self.model._meta.get_field("reports").related_model
        approved = reports._default_manager.filter(period=OuterRef("pk"), state=ReportState.APPROVED)
        counted = approved.order_by().values("period").annotate(n=Count("pk")).values("n")
        return (
            self.published()
            .filter(published_reports__isnull=False)
            .annotate(unpublished_count=Coalesce(Subquery(counted), 0) - F("published_reports"))
            .filter(unpublished_count__gt=0)
        )

    def starting_with(self, as_of: dt.date) -> "PeriodQuerySet":
        """Periods of this 기준일 and later ones."""
        return self.filter(as_of__gte=as_of)

    def up_to(self, as_of: dt.date) -> "PeriodQuerySet":
        return self.filter(as_of__lte=as_of)

    def for_plans(self, plans: Any) -> "PeriodQuerySet":
        return self.filter(plan__in=plans)

    def for_cities(self, municipalities: Any) -> "PeriodQuerySet":
        return self.filter(plan__term__municipality__in=municipalities)

    def with_places(self) -> "PeriodQuerySet":
        return self.select_related("plan__term__municipality")

    def newest_first(self) -> "PeriodQuerySet":
        return self.order_by("-as_of")

    def with_extended(self) -> "PeriodQuerySet":
        """``extended``: whether the due date was extended for a department or for all."""
        granted: Any = self.model._meta.get_field("extensions").related_model
        return self.annotate(extended=Exists(granted._default_manager.filter(period=OuterRef("pk"))))

    def with_report_counts(self) -> "PeriodQuerySet":
        """``approved_count``: pledges with an approved report, of them ``correction_count`` with a correction
        under way; ``submitted_count``: reports handed in and not yet checked, corrections among them;
        ``draft_count``: pledges without an approved report, with a draft or a returned one."""
        reports: Any = self.model._meta.get_field("reports").related_model
        of_period = reports._default_manager.filter(period=OuterRef("pk"))
        writing = of_period.filter(state__in=[ReportState.DRAFT, ReportState.RETURNED])
        counted = {
            "approved_count": of_period.approved(),
            "submitted_count": of_period.handed_in(),
            "correction_count": of_period.latest_revision().corrections(),
            "draft_count": writing.without_approved(),
        }

        def count(rows: Any) -> Coalesce:
            pledges = rows.order_by().values("period").annotate(n=Count("pledge", distinct=True))
            return Coalesce(Subquery(pledges.values("n")), 0)

        return self.annotate(**{name: count(rows) for name, rows in counted.items()})


class PledgeQuerySet(models.QuerySet):
    def lead_plans(self) -> Any:
        """Each pair of a lead department and a plan, as ids, once."""
        return self.order_by().values_list("lead_department", "plan").distinct()

    def for_plan(self, plan: Any) -> "PledgeQuerySet":
        return self.filter(plan=plan)

    def for_codes(self, codes: Any) -> "PledgeQuerySet":
        return self.filter(code__in=codes)

    def for_departments(self, departments: Any) -> "PledgeQuerySet":
        """Pledges that one of the departments leads or supports."""
        return self.filter(
            Q(lead_department__in=departments) | Q(supporting_departments__in=departments)
        ).distinct()

    def led_by(self, departments: Any) -> "PledgeQuerySet":
        return self.filter(lead_department__in=departments)

    def supported_by(self, departments: Any) -> "PledgeQuerySet":
        return self.filter(supporting_departments__in=departments).distinct()

    def for_plans(self, plans: Any) -> "PledgeQuerySet":
        return self.filter(plan__in=plans)

    def for_code(self, code: str) -> "PledgeQuerySet":
        return self.filter(code=code)

    def for_reach(self, *, cities: Any, leading: Any, concerned: Any, invited: Any = ()) -> "PledgeQuerySet":
        """Pledges of whole cities, those that ``leading`` departments lead, ``concerned`` ones support, and
        ``invited`` ones were invited to enter into."""
        through: Any = self.model._meta.get_field("supporting_departments").remote_field.through  # type: ignore[union-attr]
        supported = through.objects.filter(pledge=OuterRef("pk"), department__in=concerned)
        asked: Any = self.model._meta.get_field("support_invitations").related_model
        asked = asked._default_manager.filter(pledge=OuterRef("pk"), department__in=invited)
        return self.filter(
            Q(plan__term__municipality__in=cities)
            | Q(lead_department__in=leading)
            | Q(Exists(supported))
            | Q(Exists(asked))
        )

    def with_places(self) -> "PledgeQuerySet":
        return self.select_related("plan__term__municipality", "area", "lead_department")

    def with_supporters(self) -> "PledgeQuerySet":
        """With supporting departments and those of them invited to enter: two queries more."""
        return self.prefetch_related("supporting_departments", "support_invitations")

    def with_departments(self) -> "PledgeQuerySet":
        """With lead and supporting departments, in one more query."""
        return self.select_related("lead_department").prefetch_related("supporting_departments")

    def without_report_in(self, period: Any) -> "PledgeQuerySet":
        """Pledges on which nobody has begun a report of the period."""
        reports: Any = self.model._meta.get_field("reports").related_model
        return self.filter(~Exists(reports._default_manager.filter(pledge=OuterRef("pk"), period=period)))

    def submitted_in(self, period: Any) -> "PledgeQuerySet":
        """Pledges whose report of the period is submitted and neither signed off nor checked."""
        reports: Any = self.model._meta.get_field("reports").related_model
        waiting = reports._default_manager.filter(
            pledge=OuterRef("pk"), period=period, state=ReportState.SUBMITTED
        )
        return self.filter(Exists(waiting))

    def in_order(self) -> "PledgeQuerySet":
        return self.order_by("position", "pk")


class ReportQuerySet(models.QuerySet):
    def led_by(self, departments: Any) -> "ReportQuerySet":
        return self.filter(pledge__lead_department__in=departments)

    def approved(self) -> "ReportQuerySet":
        return self.filter(state=ReportState.APPROVED)

    def unfinished(self) -> "ReportQuerySet":
        """Drafts, submitted and returned reports: at most one a pledge and period."""
        return self.exclude(state=ReportState.APPROVED)

    def with_approved(self) -> "ReportQuerySet":
        """``has_approved``: whether there is an approved report of the same pledge and period."""
        return self.annotate(has_approved=Exists(self._approved_beside()))

    def corrections(self) -> "ReportQuerySet":
        """Unfinished reports beside an approved one: 정정 중."""
        return self.unfinished().filter(Exists(self._approved_beside()))

    def without_approved(self) -> "ReportQuerySet":
        """Reports of pledges that have no approved one in the period."""
        return self.filter(~Exists(self._approved_beside()))

    def _approved_beside(self) -> Any:
        return self.model._default_manager.filter(
            pledge=OuterRef("pledge"), period=OuterRef("period"), state=ReportState.APPROVED
        )

    def of_settled_periods(self) -> "ReportQuerySet":
        """Reports of periods that are closed or published."""
        return self.exclude(period__state=PeriodState.OPEN)

    def handed_in(self) -> "ReportQuerySet":
        """Submitted or signed off, and not checked yet."""
        return self.filter(state__in=[ReportState.SUBMITTED, ReportState.SIGNED])

    def awaiting_office(self, *, head_signs: bool) -> "ReportQuerySet":
        """Reports that the planning office checks next: signed off, or handed in where no head signs."""
        states = [ReportState.SIGNED] if head_signs else [ReportState.SUBMITTED, ReportState.SIGNED]
        return self.filter(state__in=states)

    def in_plan_order(self) -> "ReportQuerySet":
        return self.order_by("pledge__position", "pledge")

    def after_revision(self, revision: int) -> "ReportQuerySet":
        return self.filter(revision__gt=revision)

    def waiting_for(self, *, writing: Any, signing: Any, checking: Any, writer: Any) -> "ReportQuerySet":
        """What waits for one person: the writable of the pledges ``writing`` and of ``writer``'s own, what
        is to be signed off of the pledges ``signing``, what is to be checked of the pledges ``checking``."""
        writable = Q(state__in=[ReportState.DRAFT, ReportState.RETURNED])
        own = Q(pledge__in=writing) | Q(saved_by=writer, pledge__in=checking)
        with_head = Q(state=ReportState.SUBMITTED, period__plan__head_signs=True)
        with_office = Q(state=ReportState.SIGNED) | Q(
            state=ReportState.SUBMITTED, period__plan__head_signs=False
        )
        return self.filter(
            (writable & own) | (with_head & Q(pledge__in=signing)) | (with_office & Q(pledge__in=checking))
        )

    def live(self) -> "ReportQuerySet":
        """The highest approved revision of each pledge and period; a draft hides nothing."""
        newer = self.model._default_manager.filter(
            pledge=OuterRef("pledge"),
            period=OuterRef("period"),
            state=ReportState.APPROVED,
            revision__gt=OuterRef("revision"),
        )
        return self.approved().filter(~Exists(newer))

    def for_plan(self, plan: Any) -> "ReportQuerySet":
        return self.filter(period__plan=plan)

    def for_period(self, period: Any) -> "ReportQuerySet":
        return self.filter(period=period)

    def for_periods(self, periods: Any) -> "ReportQuerySet":
        return self.filter(period__in=periods)

    def for_pledge(self, pledge: Any) -> "ReportQuerySet":
        return self.filter(pledge=pledge)

    def for_dates(self, dates: Any) -> "ReportQuerySet":
        """Reports of the periods of these 기준일."""
        return self.filter(period__as_of__in=list(dates))

    def for_state(self, state: ReportState) -> "ReportQuerySet":
        return self.filter(state=state)

    def before(self, as_of: dt.date) -> "ReportQuerySet":
        return self.filter(period__as_of__lt=as_of)

    def in_term(self) -> "ReportQuerySet":
        """Without the reports that only carry money spent before the term."""
        return self.filter(period__as_of__gte=models.F("period__plan__term__starts_on"))

    def newest_first(self) -> "ReportQuerySet":
        return self.order_by("-period__as_of", "-revision")

    def by_revision(self) -> "ReportQuerySet":
        return self.order_by("-revision")

    def with_people(self) -> "ReportQuerySet":
        return self.select_related(
            "period", "own_status", "saved_by", "submitted_by", "signed_by", "approved_by"
        )

    def with_places(self) -> "ReportQuerySet":
        return self.select_related(
            "pledge__plan__term__municipality", "pledge__lead_department", "period__plan"
        )

    def up_to(self, as_of: dt.date) -> "ReportQuerySet":
        return self.filter(period__as_of__lte=as_of)

    def for_pledges(self, pledges: Any) -> "ReportQuerySet":
        return self.filter(pledge__in=pledges)

    def first_approved(self) -> dict[int, dt.date]:
        """By pledge (its id) the 기준일 of its first approved report in the term."""
        rows = self.approved().in_term().order_by().values_list("pledge")
        return dict(rows.annotate(first=Min("period__as_of")))

    def approved_by_period(self) -> dict[int, int]:
        """By period (its id) how many reports were approved in it, every revision counted."""
        return dict(self.approved().order_by().values_list("period").annotate(Count("pk")))

    def setting_status(self) -> "ReportQuerySet":
        """Reports that say a status, also those that take one back."""
        return self.exclude(status="")

    def setting_rate(self) -> "ReportQuerySet":
        """Reports that enter a rate or withdraw one."""
        return self.filter(Q(entered_rate__isnull=False) | Q(rate_withdrawn=True))

    def latest_of_each_pledge(self) -> "ReportQuerySet":
        """Of these reports the one of each pledge whose period is the last. Use on live reports."""
        return self.annotate(
            place=Window(RowNumber(), partition_by=[F("pledge")], order_by=F("period__as_of").desc())
        ).filter(place=1)

    def latest_revision(self) -> "ReportQuerySet":
        """Of each pledge and period the highest revision, whatever its state."""
        newest = (
            self.model._default_manager.filter(pledge=OuterRef("pledge"), period=OuterRef("period"))
            .order_by("-revision")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(newest))


class OfReportQuerySet(models.QuerySet):
    """Rows that hang on a report: actuals, achievements, schedule marks, evidence, executed money."""

    def for_live_reports(self, plan: Any, as_of: dt.date | None = None) -> "OfReportQuerySet":
        """Rows of the plan's live reports, of periods up to ``as_of`` where one is given."""
        # Joined, not "report in (…)": SQLite would look every report up for every indicator.
        reports: Any = self.model._meta.get_field("report").related_model
        newer = reports._default_manager.filter(
            pledge=OuterRef("report__pledge"),
            period=OuterRef("report__period"),
            state=ReportState.APPROVED,
            revision__gt=OuterRef("report__revision"),
        )
        rows = self.filter(~Exists(newer), report__state=ReportState.APPROVED, report__period__plan=plan)
        return rows if as_of is None else rows.filter(report__period__as_of__lte=as_of)

    def for_pledges(self, pledges: Any) -> "OfReportQuerySet":
        return self.filter(report__pledge__in=pledges)

    def for_report(self, report: Any) -> "OfReportQuerySet":
        return self.filter(report=report)

    def for_period(self, period: Any) -> "OfReportQuerySet":
        return self.filter(report__period=period)

    def with_reports(self) -> "OfReportQuerySet":
        """With the report, its period and pledge: one query."""
        return self.select_related("report__period", "report__pledge")

    def in_period_order(self, *columns: str) -> "OfReportQuerySet":
        """Earlier periods first; within one, by the columns."""
        return self.order_by("report__period__as_of", *columns, "pk")

    def latest_of_each(self, *keys: str) -> "OfReportQuerySet":
        """Of the rows that agree in ``keys`` the one whose period is the last. Use on live reports' rows."""
        return self.annotate(
            place=Window(
                RowNumber(),
                partition_by=[F(key) for key in keys],
                order_by=F("report__period__as_of").desc(),
            )
        ).filter(place=1)


class EvidenceQuerySet(OfReportQuerySet):
    def for_content(self, sha256: str) -> "EvidenceQuerySet":
        """Every row that points at the same stored content."""
        return self.filter(sha256=sha256)

    def with_uploaders(self) -> "EvidenceQuerySet":
        return self.select_related("uploaded_by")
