"""Every filter of this room, by name. ``for_x`` narrows, ``with_x`` annotates."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from pledges.enums import PeriodState, ReportState, Role


class MunicipalityQuerySet(models.QuerySet):
    def for_user(self, user: Any) -> "MunicipalityQuerySet":
        """Cities in which the user holds any role; all of them for a superuser."""
        return self if user.is_superuser else self.filter(memberships__user=user).distinct()


class MembershipQuerySet(models.QuerySet):
    def for_user(self, user: Any) -> "MembershipQuerySet":
        return self.filter(user=user)

    def for_municipality(self, municipality: Any) -> "MembershipQuerySet":
        return self.filter(municipality=municipality)

    def for_roles(self, *roles: Role) -> "MembershipQuerySet":
        return self.filter(role__in=roles)


class PlanQuerySet(models.QuerySet):
    def for_address(self, city: str, number: int, code: str = "pledges") -> "PlanQuerySet":
        return self.filter(term__municipality__code=city, term__number=number, code=code)

    def for_municipalities(self, municipalities: Any) -> "PlanQuerySet":
        return self.filter(term__municipality__in=municipalities)

    def with_places(self) -> "PlanQuerySet":
        return self.select_related("term__municipality")


class PeriodQuerySet(models.QuerySet):
    def for_plan(self, plan: Any) -> "PeriodQuerySet":
        return self.filter(plan=plan)

    def for_term(self) -> "PeriodQuerySet":
        """Without the period that carries money spent before the term (its 기준일 is the day before)."""
        return self.filter(as_of__gte=models.F("plan__term__starts_on"))

    def open(self) -> "PeriodQuerySet":
        return self.filter(state=PeriodState.OPEN)

    def published(self) -> "PeriodQuerySet":
        return self.filter(state=PeriodState.PUBLISHED)

    def up_to(self, as_of: dt.date) -> "PeriodQuerySet":
        return self.filter(as_of__lte=as_of)


class PledgeQuerySet(models.QuerySet):
    def for_plan(self, plan: Any) -> "PledgeQuerySet":
        return self.filter(plan=plan)

    def for_departments(self, departments: Any) -> "PledgeQuerySet":
        """Pledges that one of the departments leads or supports."""
        return self.filter(
            Q(lead_department__in=departments) | Q(supporting_departments__in=departments)
        ).distinct()

    def with_places(self) -> "PledgeQuerySet":
        return self.select_related("plan__term__municipality", "area", "lead_department")

    def in_order(self) -> "PledgeQuerySet":
        return self.order_by("position", "pk")


class ReportQuerySet(models.QuerySet):
    def approved(self) -> "ReportQuerySet":
        return self.filter(state=ReportState.APPROVED)

    def unfinished(self) -> "ReportQuerySet":
        """Drafts, submitted and returned reports: at most one a pledge and period."""
        return self.exclude(state=ReportState.APPROVED)

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

    def up_to(self, as_of: dt.date) -> "ReportQuerySet":
        return self.filter(period__as_of__lte=as_of)

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
        reports = self.model._meta.get_field("report").related_model._default_manager.live().for_plan(plan)
        if as_of is not None:
            reports = reports.up_to(as_of)
        return self.filter(report__in=reports)
