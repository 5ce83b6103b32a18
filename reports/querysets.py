"""Filters of editions, by name."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q


class EditionQuerySet(models.QuerySet):
    def for_plan(self, plan: Any) -> "EditionQuerySet":
        return self.filter(plan=plan)

    def for_period(self, period: Any) -> "EditionQuerySet":
        return self.filter(period=period)

    def for_as_of(self, as_of: dt.date) -> "EditionQuerySet":
        return self.filter(as_of=as_of)

    def current(self) -> "EditionQuerySet":
        """Of each period the edition with the highest number."""
        newer = self.model._default_manager.filter(period=OuterRef("period"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer))

    def newest_first(self) -> "EditionQuerySet":
        return self.order_by("-as_of", "-number")


class EditionPledgeQuerySet(models.QuerySet):
    def for_edition(self, edition: Any) -> "EditionPledgeQuerySet":
        return self.filter(edition=edition)

    def for_code(self, code: str) -> "EditionPledgeQuerySet":
        return self.filter(code=code)

    def for_search(self, words: str) -> "EditionPledgeQuerySet":
        """Pledges whose number, name, department or goal contain every word, in part too."""
        found = self
        for word in words.split():
            found = found.filter(Q(search_text__icontains=word) | Q(code__icontains=word))
        return found

    def for_area(self, code: str) -> "EditionPledgeQuerySet":
        """Pledges of an area, its sub-areas included. ``area_path`` is ``7>7-2``."""
        return self.filter(
            Q(area_path=code)
            | Q(area_path__startswith=f"{code}>")
            | Q(area_path__endswith=f">{code}")
            | Q(area_path__contains=f">{code}>")
        )

    def without_cards(self) -> "EditionPledgeQuerySet":
        return self.defer("card", "search_text")
