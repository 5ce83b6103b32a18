"""Filters of editions, by name."""

import datetime as dt
import unicodedata
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Count, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When, Window
from django.db.models.fields.json import KT, KeyTransform
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from pledges.enums import PeriodState, Status
from pledges.models import ProgressReport

# 100 % in the unit of the columns that lists sort by, millionths of a percent.
WHOLE = 100_000_000


class FrozenQuerySet(models.QuerySet):
    """Rows that are written once. Changing or deleting many at a time is refused like one by one."""

    def update(self, **values: Any) -> NoReturn:
        raise ValidationError(_("A published edition never changes; publish a correction instead."))

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise ValidationError(_("A published edition never changes; publish a correction instead."))

    bulk_update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> Any:
        if options.get("update_conflicts"):
            raise ValidationError(_("A published edition never changes; publish a correction instead."))
        return super().bulk_create(objs, *args, **options)

    def delete(self) -> NoReturn:
        raise ValidationError(_("A published edition is never deleted."))

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class EditionQuerySet(FrozenQuerySet):
    def for_plan(self, plan: Any) -> "EditionQuerySet":
        return self.filter(plan=plan)

    def for_period(self, period: Any) -> "EditionQuerySet":
        return self.filter(period=period)

    def for_as_of(self, as_of: dt.date) -> "EditionQuerySet":
        return self.filter(as_of=as_of)

    def for_periods(self, periods: Any) -> "EditionQuerySet":
        return self.filter(period__in=periods)

    def up_to(self, as_of: dt.date) -> "EditionQuerySet":
        return self.filter(as_of__lte=as_of)

    def before(self, as_of: dt.date) -> "EditionQuerySet":
        return self.filter(as_of__lt=as_of)

    def current(self) -> "EditionQuerySet":
        """Of each period the edition with the highest number."""
        newer = self.model._default_manager.filter(period=OuterRef("period"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer))

    def for_number(self, number: int) -> "EditionQuerySet":
        return self.filter(number=number)

    def of_the_last_date(self) -> "EditionQuerySet":
        """Of these editions those of the last 기준일."""
        return self.filter(as_of=self.newest_first().values("as_of")[:1])

    def for_plans(self, plans: Any) -> "EditionQuerySet":
        return self.filter(plan__in=plans)

    def with_pledge(self, code: str) -> "EditionQuerySet":
        """Editions in which a pledge of this code stands."""
        return self.filter(pledges__code=code)

    def oldest_first(self) -> "EditionQuerySet":
        return self.order_by("as_of", "number")

    def placed(self) -> models.QuerySet[Any, tuple[int, dt.date, int, dt.datetime]]:
        """Key, 기준일, number and moment of publication of each, as they were published."""
        return self.order_by("pk").values_list("pk", "as_of", "number", "published_at")

    def compared_with(self, edition: Any) -> "EditionQuerySet":
        """The editions of the 기준일 before that this one was compared with, the one that counts first."""
        return self.filter(compared_later__edition=edition).before(edition.as_of).newest_first()

    def summary_of(self, key: int) -> Any:
        """The summary of one of them as JSON."""
        return self.filter(pk=key).values_list("summary", flat=True).get()

    def by_publication(self) -> "EditionQuerySet":
        """What was published last comes first."""
        return self.order_by("-published_at", "-as_of", "-number")

    def with_headline(self) -> "EditionQuerySet":
        """Editions with ``headline``, their summary's headline as its document has it, without the rest."""
        return self.annotate(headline=KeyTransform("headline", "summary")).defer("summary")

    def digests(self) -> models.QuerySet[Any, tuple[int, str, dt.datetime]]:
        """Key, digest and moment of publication of each, in the order of their keys."""
        return self.order_by("pk").values_list("pk", "digest", "published_at")

    def with_plan(self) -> "EditionQuerySet":
        """With the plan, its term and city, without the summary."""
        return self.select_related("plan__term__municipality").defer("summary")

    def in_address_order(self) -> "EditionQuerySet":
        return self.order_by("plan__term__municipality__code", "plan__term__number", "plan__code")

    def with_pledges_counted(self) -> "EditionQuerySet":
        """Each with ``pledges_counted``."""
        return self.annotate(pledges_counted=Count("pledges"))

    def latest_of_each_plan(self) -> "EditionQuerySet":
        """Of each plan the edition that readers get: the last 기준일, its highest number."""
        newer = self.model._default_manager.filter(plan=OuterRef("plan")).filter(
            Q(as_of__gt=OuterRef("as_of")) | Q(as_of=OuterRef("as_of"), number__gt=OuterRef("number"))
        )
        return self.filter(~Exists(newer))

    def without_summary(self) -> "EditionQuerySet":
        return self.defer("summary")

    def with_headlines(self) -> "EditionQuerySet":
        """With the summary's headline as ``headline_method`` and ``headline_display`` ("73.33", "–")."""
        return self.annotate(
            headline_method=KT("summary__headline__method"),
            headline_display=KT("summary__headline__rate__display"),
        )

    def with_rate_of(self, code: str) -> "EditionQuerySet":
        """Editions in which a pledge of this code stands, each with its ``rate_display`` there."""
        return self.with_pledge(code).annotate(rate_display=F("pledges__rate_display"))

    def with_publisher(self) -> "EditionQuerySet":
        """With who published it, without the summary."""
        return self.select_related("published_by").defer("summary")

    def newest_first(self) -> "EditionQuerySet":
        return self.order_by("-as_of", "-number")


class EditionPledgeQuerySet(FrozenQuerySet):
    def for_edition(self, edition: Any) -> "EditionPledgeQuerySet":
        return self.filter(edition=edition)

    def for_editions(self, editions: Any) -> "EditionPledgeQuerySet":
        return self.filter(edition__in=editions)

    def for_plan(self, plan: Any) -> "EditionPledgeQuerySet":
        return self.filter(edition__plan=plan)

    def for_published(self, period: Any, pledge: Any) -> "EditionPledgeQuerySet":
        """The pledge as the editions of a period show it, the latest edition first."""
        return self.filter(edition__period=period, pledge=pledge).order_by("-edition__number")

    def for_pledge(self, pledge: Any) -> "EditionPledgeQuerySet":
        """The pledge in every edition, the last 기준일 and its highest number first."""
        return self.filter(pledge=pledge).order_by("-edition__as_of", "-edition__number")

    def newest_first(self) -> "EditionPledgeQuerySet":
        return self.order_by("-edition__as_of", "-edition__number")

    def up_to(self, as_of: dt.date) -> "EditionPledgeQuerySet":
        return self.filter(edition__as_of__lte=as_of)

    def up_to_edition(self, as_of: dt.date, number: int) -> "EditionPledgeQuerySet":
        """Of this 기준일 up to the edition of this number, and of earlier ones all."""
        return self.filter(Q(edition__as_of__lt=as_of) | Q(edition__as_of=as_of, edition__number__lte=number))

    def cards(self) -> dict[int, Any]:
        """Each card's document, by the row's key."""
        return dict(self.order_by().values_list("pk", "card"))

    def with_edition(self) -> "EditionPledgeQuerySet":
        """With the edition, without its summary."""
        return self.select_related("edition").defer("edition__summary", "search_text")

    def not_submitted_last(self) -> bool:
        """Whether the first of these rows says that no report came in; False where there is none."""
        return bool(self.values_list("not_submitted", flat=True).first())

    def for_code(self, code: str) -> "EditionPledgeQuerySet":
        return self.filter(code=code)

    def for_keys(self, keys: Any) -> "EditionPledgeQuerySet":
        return self.filter(pk__in=keys)

    def moved_since(self, previous: Any) -> "EditionPledgeQuerySet":
        """Pledges of an edition that moved since an earlier one, those that it lacks included, as both were
        compared when they were published."""
        # Both pairs of keys are unique: the joins find one row at most.
        return self.filter(
            edition__comparisons__before=previous,
            edition__comparisons__changes__pledge=F("pledge"),
            edition__comparisons__changes__has_moved=True,
        )

    def for_codes(self, codes: Any) -> "EditionPledgeQuerySet":
        return self.filter(code__in=codes)

    def causes(self) -> dict[str, str]:
        """What each card says is the cause of its delay, by the pledge's number."""
        return dict(self.order_by().annotate(cause=KT("card__cause")).values_list("code", "cause"))

    def compared(self, columns: Any) -> models.QuerySet[Any, tuple[Any, ...]]:
        """These columns of each row in the plan's order."""
        return self.in_order().values_list(*columns)

    def most_money_first(self) -> "EditionPledgeQuerySet":
        """Pledges with planned money, the most first."""
        return self.filter(planned__isnull=False).order_by("-planned", "position")

    def for_area(self, code: str) -> "EditionPledgeQuerySet":
        """Pledges of an area, its sub-areas included. ``area_path`` is ``7>7-2``."""
        return self.filter(
            Q(area_path=code)
            | Q(area_path__startswith=f"{code}>")
            | Q(area_path__endswith=f">{code}")
            | Q(area_path__contains=f">{code}>")
        )

    def with_indicator_rates(self) -> "EditionPledgeQuerySet":
        """Pledges whose rate comes from indicators: only those have attainment to date."""
        return self.filter(rate_sort__isnull=False, to_date_sort__isnull=False)

    def without_cards(self) -> "EditionPledgeQuerySet":
        return self.defer("card", "search_text")

    def with_exact_rates(self) -> "EditionPledgeQuerySet":
        """Rows with ``exact``, the card's rate in lowest terms ("220/3"), or None. Read it as text: SQLite
        gives a whole one as int."""
        # Not as F("card__rate__exact"): there "exact" would be the lookup.
        return self.annotate(exact=KeyTransform("exact", KeyTransform("rate", "card")))

    def in_order(self) -> "EditionPledgeQuerySet":
        """The plan's own order; codes do not sort."""
        return self.order_by("position")

    def ordered_by(self, column: str, *, descending: bool) -> "EditionPledgeQuerySet":
        """By a column, what has no value last either way, then in the plan's order."""
        ordering = F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)
        return self.order_by(ordering, "position")

    def before(self, position: int) -> "EditionPledgeQuerySet":
        """Rows above this one in the plan's order, nearest first."""
        return self.filter(position__lt=position).order_by("-position")

    def after(self, position: int) -> "EditionPledgeQuerySet":
        return self.filter(position__gt=position).order_by("position")

    def as_facts(self, words: str, previous: Any) -> models.QuerySet[Any, dict[str, Any]]:
        """What filters ask of the rows, as dicts, in the plan's order.

        ``is_found`` where number, name, department, areas, goal or overview contain every word, in part too;
        ``has_moved`` where the row moved since an earlier edition (None: nothing did); ``own_status`` is the
        plan's own name of a status that is none of the portal's.
        """
        found = Q()
        for word in unicodedata.normalize("NFC", words).lower().split():
            found &= Q(search_text__icontains=word) | Q(code__icontains=word)
        moved: Any = self.model._default_manager.filter(pk=OuterRef("pk")).order_by()
        facts = self.annotate(
            is_found=ExpressionWrapper(found, models.BooleanField()) if found else Value(True),
            has_moved=Exists(moved.moved_since(previous)) if previous else Value(False),
            own_status=Case(When(status=Status.OTHER, then="status_label"), default=Value("")),
        )
        return facts.order_by("position").values(
            "pk",
            "name",
            "area_path",
            "status",
            "own_status",
            "department",
            "sources",
            "completion",
            "budgeted",
            "to_date_sort",
            "is_found",
            "has_moved",
        )


class KeptFormQuerySet(models.QuerySet):
    """Unsaved forms; ever only those of one person."""

    def for_person(self, user: Any) -> "KeptFormQuerySet":
        return self.filter(user=user)

    def for_report(self, pledge: Any, period: Any) -> "KeptFormQuerySet":
        return self.filter(pledge=pledge, period=period)

    def settled(self, *, closed_and_kept_before: dt.datetime) -> "KeptFormQuerySet":
        """Those whose report was approved since they were kept, and those of periods that take no more
        reports, if they are older than that moment."""
        approved = ProgressReport.objects.approved().filter(
            pledge=OuterRef("pledge"), period=OuterRef("period"), approved_at__gt=OuterRef("kept_at")
        )
        old = ~Q(period__state=PeriodState.OPEN) & Q(kept_at__lt=closed_and_kept_before)
        return self.filter(Q(Exists(approved)) | old)


class ReminderQuerySet(models.QuerySet):
    def about(self, *, periods: Any = (), proposals: Any = ()) -> "ReminderQuerySet":
        return self.filter(Q(period__in=periods) | Q(proposal__in=proposals))

    def settled(self, since: dt.datetime) -> "ReminderQuerySet":
        """Mails that went out, and those taken in hand after ``since``, which may be on their way."""
        return self.filter(Q(sent_at__isnull=False) | Q(claimed_at__gte=since))

    def given_up(self, since: dt.datetime) -> "ReminderQuerySet":
        """Mails taken in hand before ``since`` by a process that never came to send them."""
        return self.filter(sent_at__isnull=True, claimed_at__lt=since)


class ImportBatchQuerySet(models.QuerySet):
    """Imports, staged and applied."""

    def with_places(self) -> "ImportBatchQuerySet":
        return self.select_related("municipality", "plan__term__municipality", "user", "rolled_back_by")

    def without_contents(self) -> "ImportBatchQuerySet":
        """Without what only the page of one import shows."""
        return self.defer("diff", "findings")

    def for_cities(self, keys: Any) -> "ImportBatchQuerySet":
        return self.filter(municipality__in=keys)

    def for_plan(self, plan: Any) -> "ImportBatchQuerySet":
        return self.filter(plan=plan)

    def for_hash(self, sha256: str) -> "ImportBatchQuerySet":
        """Imports of exactly this file."""
        return self.filter(sha256=sha256)

    def staged(self) -> "ImportBatchQuerySet":
        return self.filter(state="staged")

    def staged_by(self, user: Any) -> "ImportBatchQuerySet":
        """What one person has uploaded and not confirmed: nobody else's to see."""
        return self.staged().filter(user=user)

    def finished(self) -> "ImportBatchQuerySet":
        """Imports that were applied, rolled back since or not."""
        return self.exclude(state="staged")

    def written_after(self, sequence: int) -> "ImportBatchQuerySet":
        """Imports that stand in the audit log behind an entry."""
        return self.filter(first_entry__gt=sequence)

    def with_refusals(self) -> "ImportBatchQuerySet":
        """Each with ``is_refused``: whether its file has errors, told without reading them."""
        refused = Q(findings__errors__0__isnull=False)
        return self.annotate(is_refused=models.ExpressionWrapper(refused, output_field=models.BooleanField()))

    def by_application(self) -> "ImportBatchQuerySet":
        return self.order_by("-applied_at", "-pk")

    def expired(self, now: dt.datetime) -> "ImportBatchQuerySet":
        return self.staged().filter(expires_at__lte=now)


class EditionComparisonQuerySet(models.QuerySet):
    """Pairs of editions that were compared."""

    def for_plan(self, plan: Any) -> "EditionComparisonQuerySet":
        return self.filter(edition__plan=plan)

    def since_the_date_before(self, edition: Any) -> Any:
        """How an edition was compared last with the 기준일 before, and with which edition; or None."""
        return (
            self.filter(edition=edition, before__as_of__lt=edition.as_of)
            .select_related("before")
            .defer("before__summary")
            .order_by("-before__as_of", "-before__number")
            .first()
        )

    def keys_of_editions(self) -> models.QuerySet[Any, tuple[int, int]]:
        """The keys of the two editions of each."""
        return self.order_by().values_list("before", "edition")

    def with_editions(self) -> "EditionComparisonQuerySet":
        """With both editions, without their summaries."""
        return self.select_related("before", "edition").defer("before__summary", "edition__summary")

    def oldest_first(self) -> "EditionComparisonQuerySet":
        return self.order_by("edition__as_of", "edition__number", "before__as_of", "before__number")


class EditionChangeQuerySet(models.QuerySet):
    """Pledges that changed from one edition to another."""

    def for_pair(self, before: Any, edition: Any) -> "EditionChangeQuerySet":
        return self.filter(comparison__before=before, comparison__edition=edition)

    def for_comparisons(self, comparisons: Any) -> "EditionChangeQuerySet":
        return self.filter(comparison__in=comparisons)

    def for_pledge(self, pledge: Any) -> "EditionChangeQuerySet":
        return self.filter(pledge=pledge)

    def for_code(self, code: str, plan: Any) -> "EditionChangeQuerySet":
        """Changes of the plan's pledge that has this number in any of them, under its other numbers too."""
        known = self.model._default_manager.filter(comparison__edition__plan=plan, code=code)
        return self.filter(pledge__in=known.order_by().values("pledge"))

    def moved(self) -> "EditionChangeQuerySet":
        return self.filter(has_moved=True)

    def promising(self) -> "EditionChangeQuerySet":
        """Pledges of both editions that promise otherwise."""
        return self.filter(has_promises=True)

    def promising_otherwise(self) -> "EditionChangeQuerySet":
        """Changes to what is promised: another promise, a pledge added or dropped."""
        return self.filter(Q(has_promises=True) | ~Q(presence="both"))

    def for_group(self, group: str) -> "EditionChangeQuerySet":
        return self.filter(groups__contains=f",{group},")

    def for_presence(self, presence: str) -> "EditionChangeQuerySet":
        return self.filter(presence=presence)

    def without_promises(self) -> "EditionChangeQuerySet":
        return self.defer("promises")

    def in_order(self) -> "EditionChangeQuerySet":
        """In the plan's own order; what is no longer in it last."""
        return self.order_by("position", "pk")

    def newest_first(self) -> "EditionChangeQuerySet":
        """The last 기준일 first; of one 기준일 its corrections, the last one first, ahead of what came since
        the date before."""
        comparison = (
            "-comparison__edition__as_of",
            "-comparison__before__as_of",
            "-comparison__edition__number",
        )
        return self.order_by(*comparison, "position", "pk")

    def first_of_each(self, count: int) -> "EditionChangeQuerySet":
        """So many of each comparison, in the plan's order."""
        place = Window(RowNumber(), partition_by="comparison", order_by=("position", "pk"))
        return self.annotate(place=place).filter(place__lte=count)
