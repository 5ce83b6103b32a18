"""Filters of editions, by name."""

import datetime as dt
import unicodedata
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT, KeyTransform
from django.utils.translation import gettext_lazy as _

from pledges.enums import PeriodState
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

    def for_plans(self, plans: Any) -> "EditionQuerySet":
        return self.filter(plan__in=plans)

    def with_pledge(self, code: str) -> "EditionQuerySet":
        """Editions in which a pledge of this code stands."""
        return self.filter(pledges__code=code)

    def oldest_first(self) -> "EditionQuerySet":
        return self.order_by("as_of", "number")

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

    def with_edition(self) -> "EditionPledgeQuerySet":
        """With the edition, without its summary."""
        return self.select_related("edition").defer("edition__summary", "search_text")

    def not_submitted_last(self) -> bool:
        """Whether the first of these rows says that no report came in; False where there is none."""
        return bool(self.values_list("not_submitted", flat=True).first())

    def for_code(self, code: str) -> "EditionPledgeQuerySet":
        return self.filter(code=code)

    def for_search(self, words: str) -> "EditionPledgeQuerySet":
        """Pledges whose number, name, department or goal contain every word, in part too."""
        found = self
        for word in unicodedata.normalize("NFC", words).lower().split():
            found = found.filter(Q(search_text__icontains=word) | Q(code__icontains=word))
        return found

    def for_keys(self, keys: Any) -> "EditionPledgeQuerySet":
        return self.filter(pk__in=keys)

    def names_by_key(self) -> models.QuerySet[Any, tuple[int, str]]:
        """(key, name) of each row, in no order."""
        return self.order_by().values_list("pk", "name")

    def behind(self) -> "EditionPledgeQuerySet":
        """Pledges whose attainment to date is below 100."""
        return self.filter(to_date_sort__lt=WHOLE)

    def moved_since(self, previous: Any) -> "EditionPledgeQuerySet":
        """Pledges of an earlier edition whose status or displayed rate is another since, or that have fallen
        behind their target to date; with ``was_status``, ``was_status_label``, ``was_rate_display``,
        ``was_rate_sort`` and ``was_to_date_sort`` of then. A pledge that the earlier edition lacks is new,
        it did not move."""
        then = self.model._default_manager.filter(edition=previous, pledge=OuterRef("pledge")).order_by()
        columns = ("status", "status_label", "rate_display", "rate_sort", "to_date_sort")
        rows = self.annotate(**{f"was_{column}": Subquery(then.values(column)[:1]) for column in columns})
        has_fallen_behind = Q(to_date_sort__lt=WHOLE) & (
            Q(was_to_date_sort__isnull=True) | Q(was_to_date_sort__gte=WHOLE)
        )
        return rows.filter(was_status__isnull=False).filter(
            ~Q(status=F("was_status"))
            | ~Q(status_label=F("was_status_label"))
            | ~Q(rate_display=F("was_rate_display"))
            | has_fallen_behind
        )

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

    def for_status(self, status: str) -> "EditionPledgeQuerySet":
        return self.filter(status=status)

    def for_status_label(self, label: str) -> "EditionPledgeQuerySet":
        return self.filter(status_label=label)

    def for_department(self, name: str) -> "EditionPledgeQuerySet":
        return self.filter(department=name)

    def for_completion(self, completion: str) -> "EditionPledgeQuerySet":
        return self.filter(completion=completion)

    def for_budgeted(self, budgeted: bool | None) -> "EditionPledgeQuerySet":
        return self.filter(budgeted=budgeted)

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

    def counted_by_kind(self) -> models.QuerySet[Any, dict[str, Any]]:
        """How many rows there are of each department, completion and budget kind, as dicts."""
        return self.order_by().values("department", "completion", "budgeted").annotate(pledges=Count("pk"))


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
    def for_periods(self, periods: Any) -> "ReminderQuerySet":
        return self.filter(period__in=periods)

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
