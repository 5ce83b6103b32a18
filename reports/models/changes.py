"""What changed between two editions, kept beside them. Derived from both; they alone are the source."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pledges.models import Pledge
from reports.models.editions import Edition
from reports.querysets import EditionChangeQuerySet, EditionComparisonQuerySet


class EditionComparison(models.Model):
    """Two editions of a plan that were compared, and how many pledges changed in which way.

    ``promised`` and ``moved`` count pledges that are in both, ``added`` and ``removed`` those that are in
    one. ``rules`` are what differs in the rules by which the plan's figures are shown, each kind, before,
    after.
    """

    before = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="compared_later", verbose_name=_("edition before")
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="comparisons", verbose_name=_("edition")
    )
    promised = models.PositiveIntegerField(_("pledges that promise otherwise"))
    moved = models.PositiveIntegerField(_("pledges that moved"))
    added = models.PositiveIntegerField(_("pledges added"))
    removed = models.PositiveIntegerField(_("pledges removed"))
    rules = models.JSONField(_("changed rules"), default=list, blank=True, encoder=DjangoJSONEncoder)

    objects = EditionComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison of editions")
        verbose_name_plural = _("comparisons of editions")
        constraints = [
            models.UniqueConstraint(fields=["before", "edition"], name="comparison_unique"),
            models.CheckConstraint(condition=~Q(before=F("edition")), name="comparison_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.edition}"

    @property
    def changed(self) -> int:
        """How many pledges promise otherwise, came or went."""
        return self.promised + self.added + self.removed

    @property
    def all_moved(self) -> int:
        """How many pledges moved, what came or went among them."""
        return self.moved + self.added + self.removed

    @property
    def is_correction(self) -> bool:
        """Whether the edition corrects the one before, of the same 기준일. Reads both editions."""
        return self.before.as_of == self.edition.as_of


class EditionChange(models.Model):
    """A pledge that is otherwise in the later of two compared editions.

    ``before`` and ``after`` are a ``reports.changes.Standing`` as JSON, null where the pledge is not in
    that edition; ``promises`` is a list of ``reports.promises.PromiseChange``, ``groups`` their groups
    between commas.
    """

    class Presence(models.TextChoices):
        BOTH = "both", _("in both editions")
        ADDED = "added", _("added")
        REMOVED = "removed", _("removed")

    comparison = models.ForeignKey(
        EditionComparison, on_delete=models.CASCADE, related_name="changes", verbose_name=_("comparison")
    )
    pledge = models.ForeignKey(
        Pledge, on_delete=models.PROTECT, related_name="frozen_changes", verbose_name=_("pledge")
    )
    position = models.PositiveIntegerField(_("position"))
    code = models.CharField(_("pledge number"), max_length=32)
    name = models.CharField(_("pledge"), max_length=300)
    presence = models.CharField(_("in which editions"), max_length=7, choices=Presence)
    has_moved = models.BooleanField(_("status or rate moved"))
    has_promises = models.BooleanField(_("promises otherwise"))
    groups = models.CharField(_("kinds of changes"), max_length=100, blank=True)
    before = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), null=True, encoder=DjangoJSONEncoder)
    promises = models.JSONField(_("changes to the promise"), default=list, encoder=DjangoJSONEncoder)

    objects = EditionChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a pledge")
        verbose_name_plural = _("changes of pledges")
        indexes = [models.Index(fields=["comparison", "position"], name="change_in_order")]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "pledge"], name="change_unique_pledge"),
            models.CheckConstraint(
                condition=Q(presence__in=["both", "added", "removed"]), name="change_presence_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
