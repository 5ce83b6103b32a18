"""Filters of the study groups, by name. ``for_x`` narrows, ``with_x`` annotates or reads along."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from studygroups.enums import COUNTED, HELD, Answer, RoundState, TeamState


class ProgrammeQuerySet(models.QuerySet):
    def concerning(self, user: Any, municipalities: Any) -> "ProgrammeQuerySet":
        """Programmes of these cities, and those in which the person judges or is in a team."""
        return self.filter(
            Q(municipality__in=municipalities)
            | Q(Exists(self._rounds_with(judges__user=user)))
            | Q(Exists(self._rounds_with(recorded_teams__members__user=user)))
        )

    def _rounds_with(self, **condition: Any) -> Any:
        rounds: Any = self.model._meta.get_field("rounds").related_model
        return rounds._default_manager.filter(programme=OuterRef("pk"), **condition).order_by()

    def with_city(self) -> "ProgrammeQuerySet":
        return self.select_related("municipality")

    def named(self, name: str) -> "ProgrammeQuerySet":
        return self.filter(name=name)

    def for_municipality(self, municipality: Any) -> "ProgrammeQuerySet":
        return self.filter(municipality=municipality)

    def for_municipalities(self, municipalities: Any) -> "ProgrammeQuerySet":
        return self.filter(municipality__in=municipalities)

    def public(self) -> "ProgrammeQuerySet":
        return self.filter(published_at__isnull=False)

    def unpublished(self) -> "ProgrammeQuerySet":
        return self.filter(published_at__isnull=True)

    def for_name(self, name: str) -> "ProgrammeQuerySet":
        return self.filter(name=name)

    def serving(self, pledge: Any) -> "ProgrammeQuerySet":
        """Programmes that serve this pledge."""
        return self.filter(served__pledge=pledge)

    def serving_code(self, plan: Any, code: str) -> "ProgrammeQuerySet":
        """Programmes that serve the plan's pledge of this code."""
        return self.filter(served__pledge__plan=plan, served__pledge__code=code)

    def serving_plan(self, plan: Any) -> "ProgrammeQuerySet":
        """Programmes that serve any pledge of the plan."""
        return self.filter(served__pledge__plan=plan).distinct()

    def with_rules(self) -> "ProgrammeQuerySet":
        """With ``award_rules``: one query more."""
        return self.prefetch_related("award_rules")


class RoundQuerySet(models.QuerySet):
    def going_on(self) -> "RoundQuerySet":
        """Rounds that have not ended, and finished ones of which a proposal is still to be passed on."""
        ended = Q(state__in=[RoundState.FINISHED, RoundState.NOT_HELD])
        team: Any = self.model._meta.get_field("recorded_teams").related_model
        proposal: Any = team._meta.get_field("proposals").related_model
        # What was carried in never handed a report in here.
        done = team._base_manager.filter(
            round=OuterRef("pk"), state=TeamState.COMPLETED, reported_at__isnull=False
        )
        proposals = proposal._base_manager.filter(team=OuterRef("pk"))
        waiting = done.filter(~Exists(proposals) | Exists(proposals.filter(asked_at=None, answer="")))
        return self.filter(~ended | Q(Exists(waiting), state=RoundState.FINISHED))

    def numbered(self, year: int, intake: int) -> "RoundQuerySet":
        return self.filter(year=year, intake=intake)

    def for_programme(self, programme: Any) -> "RoundQuerySet":
        return self.filter(programme=programme)

    def for_programmes(self, programmes: Any) -> "RoundQuerySet":
        return self.filter(programme__in=programmes)

    def for_municipality(self, municipality: Any) -> "RoundQuerySet":
        return self.filter(programme__municipality=municipality)

    def for_key(self, programme: str, year: int, intake: int) -> "RoundQuerySet":
        """The round by its natural key within a city: the programme's name, year and intake."""
        return self.filter(programme__name=programme, year=year, intake=intake)

    def serving(self, pledge: Any) -> "RoundQuerySet":
        """Rounds of the programmes that serve this pledge."""
        return self.filter(programme__served__pledge=pledge)

    def for_years(self, first: int, last: int) -> "RoundQuerySet":
        return self.filter(year__range=(first, last))

    def held(self) -> "RoundQuerySet":
        return self.filter(state__in=HELD)

    def not_held(self) -> "RoundQuerySet":
        return self.filter(state=RoundState.NOT_HELD)

    def decided(self) -> "RoundQuerySet":
        """Rounds of which it is settled whether they are held."""
        return self.filter(state__in=[*HELD, RoundState.NOT_HELD])

    def with_something_unpublished(self) -> "RoundQuerySet":
        """Rounds that are not public, and finished ones whose results are not."""
        return self.filter(
            Q(published_at__isnull=True) | Q(state=RoundState.FINISHED, results_published_at__isnull=True)
        )

    def public(self) -> "RoundQuerySet":
        """Rounds that everybody may read of, of programmes that are public themselves."""
        return self.filter(published_at__isnull=False, programme__published_at__isnull=False)

    def taking_applications(self, day: dt.date) -> "RoundQuerySet":
        """Rounds to which a team may apply on this day."""
        return self.filter(state=RoundState.RECRUITING, opens_on__lte=day, closes_on__gte=day)

    def with_programme(self) -> "RoundQuerySet":
        return self.select_related("programme__municipality")

    def newest_first(self) -> "RoundQuerySet":
        return self.order_by("-year", "-intake", "pk")

    def in_order(self) -> "RoundQuerySet":
        return self.order_by("programme__name", "year", "intake", "pk")


class TeamQuerySet(models.QuerySet):
    def with_proposals(self) -> "TeamQuerySet":
        """With ``proposals``, their departments and follow-ups: three queries more."""
        return self.prefetch_related("proposals__department", "proposals__follow_ups")

    def going_on(self) -> "TeamQuerySet":
        """Teams that something is still to come of; a draft only while its call runs."""
        ended = Q(state__in=[TeamState.NOT_SELECTED, TeamState.WITHDRAWN, TeamState.COMPLETED])
        return self.exclude(ended | self._of_past_call() | Q(round__state=RoundState.NOT_HELD))

    def _of_past_call(self) -> Q:
        """Drafts that can't be handed in any more."""
        open_call = Q(round__state=RoundState.RECRUITING, round__closes_on__gte=timezone.localdate())
        return Q(state=TeamState.DRAFT) & ~open_call

    def newest_first(self) -> "TeamQuerySet":
        return self.order_by("-round__year", "-round__intake", "-pk")

    def with_people(self) -> "TeamQuerySet":
        """With ``application`` and ``members``, and the logins behind them: one query more."""
        return self.select_related("application__applicant").prefetch_related("members__user")

    def named(self, name: str) -> "TeamQuerySet":
        return self.filter(name=name)

    def for_round(self, round: Any) -> "TeamQuerySet":
        return self.filter(round=round)

    def for_rounds(self, rounds: Any) -> "TeamQuerySet":
        return self.filter(round__in=rounds)

    def for_municipality(self, municipality: Any) -> "TeamQuerySet":
        return self.filter(round__programme__municipality=municipality)

    def for_person(self, user: Any) -> "TeamQuerySet":
        """Teams that the person is in, was asked into, or applied for."""
        return self.filter(Q(members__user=user) | Q(application__applicant=user)).distinct()

    def begun_by(self, user: Any) -> "TeamQuerySet":
        """Drafts that the person began."""
        return self.filter(state=TeamState.DRAFT, application__applicant=user)

    def applied(self) -> "TeamQuerySet":
        """Every team that handed its application in; drafts are their writers' alone."""
        return self.exclude(state=TeamState.DRAFT)

    def in_state(self, *states: str) -> "TeamQuerySet":
        return self.filter(state__in=states)

    def counted(self) -> "TeamQuerySet":
        """Teams that were let in, those that withdrew among them."""
        return self.filter(state__in=COUNTED)

    def holding_unselected_data(self) -> "TeamQuerySet":
        """Teams that were not selected, left unscreened by a round that was not held, or never handed in in
        a call that is over, and whose people's data still stands."""
        return self.filter(
            Q(state=TeamState.NOT_SELECTED) & self._has("members", "application")
            | Q(state=TeamState.APPLIED, round__state=RoundState.NOT_HELD)
            & self._has("members", "application")
            | self._of_past_call(),
            erased_at__isnull=True,
        )

    def _has(self, *relations: str) -> Q:
        """Whether a team has a row of any of these relations."""
        found = Q(pk__in=[])
        for relation in relations:
            related: Any = self.model._meta.get_field(relation).related_model
            found |= Q(models.Exists(related._base_manager.filter(team=models.OuterRef("pk"))))
        return found

    def with_headcount(self) -> "TeamQuerySet":
        """``headcount``: how many member rows a team has."""
        return self.annotate(headcount=models.Count("members", distinct=True))

    def with_members(self) -> "TeamQuerySet":
        """With ``members``: one query more."""
        return self.prefetch_related("members")

    def with_round(self) -> "TeamQuerySet":
        return self.select_related("round__programme__municipality")

    def with_results(self) -> "TeamQuerySet":
        """With ``award``, ``members`` and ``proposals`` (and their departments): two queries more."""
        return self.select_related("award").prefetch_related("members", "proposals__department")

    def in_order(self) -> "TeamQuerySet":
        return self.order_by("round__programme__name", "round__year", "round__intake", "pk")


class MemberQuerySet(models.QuerySet):
    def of_open_drafts(self) -> "MemberQuerySet":
        """Places in drafts that can still be handed in."""
        return self.filter(
            team__state=TeamState.DRAFT,
            team__round__state=RoundState.RECRUITING,
            team__round__closes_on__gte=timezone.localdate(),
        )

    def for_team(self, team: Any) -> "MemberQuerySet":
        return self.filter(team=team)

    def awaiting(self, user: Any) -> "MemberQuerySet":
        """Places that the person was asked into and has not confirmed."""
        return self.filter(user=user, confirmed_at__isnull=True)

    def with_team(self) -> "MemberQuerySet":
        return self.select_related("team__round__programme__municipality")


class MeetingQuerySet(models.QuerySet):
    def held_on(self, day: dt.date) -> "MeetingQuerySet":
        return self.filter(held_on=day)

    def for_team(self, team: Any) -> "MeetingQuerySet":
        return self.filter(team=team)


class TeamFileQuerySet(models.QuerySet):
    def for_team(self, team: Any) -> "TeamFileQuerySet":
        return self.filter(team=team)

    def for_content(self, sha256: str) -> "TeamFileQuerySet":
        return self.filter(sha256=sha256)

    def with_team(self) -> "TeamFileQuerySet":
        return self.select_related("team__round__programme__municipality")


class JudgeQuerySet(models.QuerySet):
    def with_sheets_open(self) -> "JudgeQuerySet":
        """Judges of rounds that are judged now who have not handed their sheets in."""
        return (
            self.present().filter(round__state=RoundState.JUDGING).exclude(sheets__submitted_at__isnull=False)
        )

    def in_order(self) -> "JudgeQuerySet":
        return self.order_by("pk")

    def for_round(self, round: Any) -> "JudgeQuerySet":
        return self.filter(round=round)

    def for_person(self, user: Any) -> "JudgeQuerySet":
        return self.filter(user=user)

    def present(self) -> "JudgeQuerySet":
        return self.filter(excused_at__isnull=True)

    def with_round(self) -> "JudgeQuerySet":
        return self.select_related("round__programme__municipality")


class ScoreSheetQuerySet(models.QuerySet):
    def for_round(self, round: Any) -> "ScoreSheetQuerySet":
        return self.filter(judge__round=round)

    def for_judge(self, judge: Any) -> "ScoreSheetQuerySet":
        return self.filter(judge=judge)

    def handed_in(self) -> "ScoreSheetQuerySet":
        """Sheets that count: handed in, by a judge who was there."""
        return self.filter(submitted_at__isnull=False, judge__excused_at__isnull=True)

    def with_judge(self) -> "ScoreSheetQuerySet":
        return self.select_related("judge")


class ProposalQuerySet(models.QuerySet):
    def with_follow_ups(self) -> "ProposalQuerySet":
        """With ``follow_ups``: one query more."""
        return self.prefetch_related("follow_ups")

    def in_order(self) -> "ProposalQuerySet":
        return self.order_by("team", "position")

    def for_team(self, team: Any) -> "ProposalQuerySet":
        return self.filter(team=team)

    def last_position(self) -> int:
        """The highest position there is; 0 for none."""
        found: int = self.aggregate(last=models.Max("position"))["last"] or 0
        return found

    def for_municipality(self, municipality: Any) -> "ProposalQuerySet":
        return self.filter(team__round__programme__municipality=municipality)

    def for_round(self, round: Any) -> "ProposalQuerySet":
        return self.filter(team__round=round)

    def for_departments(self, departments: Any) -> "ProposalQuerySet":
        return self.filter(department__in=departments)

    def asked(self) -> "ProposalQuerySet":
        return self.filter(asked_at__isnull=False)

    def unanswered(self) -> "ProposalQuerySet":
        """Passed to a department and not decided yet, those under review among them."""
        return self.asked().filter(answer__in=["", Answer.REVIEW])

    def adopted(self) -> "ProposalQuerySet":
        return self.filter(answer=Answer.ADOPTED)

    def unsettled(self) -> "ProposalQuerySet":
        """Those of which something may still be due: not answered, under review, or adopted."""
        return self.exclude(answer=Answer.NOT_ADOPTED)

    def with_places(self) -> "ProposalQuerySet":
        return self.select_related("team__round__programme__municipality", "department")
